"""What can be wrong with the values of one column, in words."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import Problem
from .cells import Cells
from .decimals import Convention, Reading, parse_numbers
from .wording import plural, quoted

__all__ = [
    "ambiguous_problem",
    "categories_problem",
    "infinite_problem",
    "too_large",
    "unfit_problem",
]

MAXIMUM_CATEGORIES = 50_000
LARGEST = float(np.finfo(np.float32).max)

Where = Callable[[Sequence[int] | NDArray[Any]], str]


def too_large(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which numbers are infinite, or would be in the float32 of a network."""
    return np.abs(values) > LARGEST


def infinite_problem(name: str, rows: str, count: int) -> Problem:
    """Return what is wrong with infinite numbers in a column."""
    return Problem(
        "values_infinite",
        f"Column '{name}' holds {plural(count, 'number')} that {'is' if count == 1 else 'are'} "
        f"infinite or too large: {rows}",
        f"numbers up to {LARGEST:.1e}; an empty cell means missing",
        "",
        "Correct these rows or leave the cells empty; a network cannot learn from infinity",
    )


def ambiguous_problem(name: str, cell: Cells, reading: Reading, where: Where) -> Problem:
    """Return that numbers could be read in two ways, with both."""
    readings = [reading.convention, *reading.rivals]
    other = parse_numbers(cell.distinct, reading.rivals[0])
    shown = cell.distinct[(other != reading.values) & ~np.isnan(other)][:3]
    first = shown[0]
    told: dict[str, Convention] = {}
    for convention in readings:
        told.setdefault(f"{parse_numbers([first], convention)[0]:g}", convention)
    rows = where(cell.rows(cell.distinct == first))
    words = " or ".join(f"{value} ({convention})" for value, convention in told.items())
    return Problem(
        "number_ambiguous",
        f"Column '{name}' could be read in two ways: '{first}' may be {words}, at {rows}",
        "numbers that can be read in one way",
        quoted(shown),
        "Set --thousands , where the comma parts thousands, or --decimal , where it is the "
        "decimal sign",
    )


def unfit_problem(
    name: str, cell: Cells, wrong: NDArray[np.bool_], expected: str, where: Where
) -> Problem:
    """Return which values of a column cannot be read as its kind, and where they are."""
    rows = cell.rows(wrong)
    return Problem(
        "values_unfit",
        f"Column '{name}' holds {plural(len(rows), 'value')} that cannot be read as {expected}, "
        f"at {where(rows)}",
        expected,
        quoted(cell.distinct[wrong]),
        "Correct these cells, or leave them empty where the value is missing",
    )


def categories_problem(name: str, cell: Cells) -> Problem:
    """Return that a column has too many categories to learn any."""
    return Problem(
        "categories_too_many",
        f"Column '{name}' holds {plural(len(cell.distinct), 'different text')} in "
        f"{plural(cell.present, 'row')}",
        f"at most {MAXIMUM_CATEGORIES:,} categories",
        quoted(cell.distinct, 3),
        f"Leave it out with --ignore {shlex.quote(name)}, or read it as words with "
        f"--types {shlex.quote(name)}=text",
    )
