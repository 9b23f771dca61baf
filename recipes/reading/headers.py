"""The names of columns: checked for what cannot be a header, and made clean and distinct."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ...zoo.errors import BadInput, Problem
from ..config import Choice
from .wording import quoted, some

__all__ = ["clean_name", "clean_names"]

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
# Of the names; fewer numbers may be years or bins among true names.
NUMBERS_IN_A_HEADER = 0.3


def clean_name(name: object) -> str:
    """Return a name as columns are called here: text, with single blanks inside and none around.

    Examples:
        >>> clean_name(0), clean_name(" blood  pressure ")
        ('0', 'blood pressure')
    """
    return " ".join(str(name).split())


def clean_names(
    raw: Sequence[object], label: str, *, first_line: bool = True
) -> tuple[list[str], dict[str, Choice]]:
    """Return stripped, distinct names, and what was said about those left blank.

    Args:
        raw: The names as the source has them.
        label: The source, for messages.
        first_line: Whether they were the first line of a text file, which may be data by mistake.

    Raises:
        BadInput: Names repeat, or the line looks like data.
    """
    names = [clean_name(name) for name in raw]
    blank = [position for position, name in enumerate(names, 1) if not name]
    choices = {}
    for position in blank:
        name = f"unnamed_{position}"
        while name in names:
            name += "_"
        names[position - 1] = name
    if blank:
        choices["names"] = Choice(
            some(names[position - 1] for position in blank),
            reason=f"Column {some(blank)} of {label} had no name.",
        )
    problems = []
    repeated = [name for name, count in Counter(names).items() if count > 1]
    numbers = _numbers(names)
    if first_line and numbers:
        problems.append(
            Problem(
                "header_missing",
                f"The first line of {label} looks like data, not like names of columns",
                "a first line of column names",
                quoted(names, 6),
                "Add a line of names at the top of the file",
            )
        )
    elif repeated:
        where = [
            f"'{name}' at {some(p for p, other in enumerate(names, 1) if other == name)}"
            for name in repeated
        ]
        problems.append(
            Problem(
                "columns_repeat",
                f"Names of columns repeat in {label}",
                "a name of its own for each column",
                "; ".join(where[:5]) + (f" and {len(where) - 5} more" if len(where) > 5 else ""),
                "Rename or remove the repeated columns",
            )
        )
    if problems:
        raise BadInput(*problems)
    return names, choices


def _numbers(names: Sequence[str]) -> bool:
    """Return whether so many names are numbers that the line must be data.

    Years or positions (0, 1, 2 ...) go up or down without a fraction, and may be true names.
    """
    found = [name for name in names if NUMBER.fullmatch(name)]
    if len(found) <= NUMBERS_IN_A_HEADER * len(names):
        return False
    whole = [int(name) for name in found if re.fullmatch(r"[-+]?\d+", name)]
    if len(whole) < len(found):
        return True
    steps = {later > earlier for earlier, later in pairwise(whole)}
    return len(steps) > 1 or len(set(whole)) < len(whole) or (len(whole) == 1 < len(names) - 1)
