"""Several series of one table on one grid of steps, with gaps in time as missing steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input
from .cells import category_texts
from .column_forms import Inferred
from .columns import as_cells
from .tables import Table
from .time_steps import Step, find_step, stamps
from .wording import plural

__all__ = ["Grid", "Series", "series_grid", "series_names"]

# More missing steps than this for each row are a wrong step, and no gaps.
_MOST_FILLED = 20


@dataclass(frozen=True)
class Series:
    """One series on its steps: values `(steps, variables)`, the first at place `first`."""

    name: str
    first: int
    values: NDArray[np.float32]


@dataclass(frozen=True)
class Grid:
    """All series on one grid of steps, which begins at `start`."""

    step: Step
    start: Any
    series: list[Series]
    filled: int

    def moments(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """Return the times of places."""
        return self.step.moments(self.start, places)

    @property
    def dated(self) -> bool:
        """Whether time is dates, and not numbers."""
        return bool(self.step.seconds or self.step.months)


def series_names(table: Table, by: str | None, told: Mapping[str, Any]) -> NDArray[Any]:
    """Return the name of the series of each row, "" where there is one."""
    if by is None:
        return np.full(len(table), "", object)
    cell = as_cells(by, table, told)
    groups = cell.spread(category_texts(cell), "")
    if (groups == "").any():
        rows = np.flatnonzero(groups == "") + 1
        message = f"Column '{by}' does not say the series of {table.where(rows)}"
        raise bad_input("series_missing", message, remedy="Fill or remove these rows")
    return groups


def series_grid(
    table: Table,
    found: Mapping[str, Inferred],
    groups: NDArray[Any],
    time: str | None,
    variables: Sequence[str],
    needed: int = 1,
) -> Grid:
    """Return the series on their steps; gaps in time are missing steps.

    Args:
        table: Says where rows are.
        found: The columns that were read.
        groups: The name of the series of each row.
        time: The column of times; None where rows are in order.
        variables: The columns of a series, in order.
        needed: Steps that are asked of a series, for a message.
    """
    rows = len(groups)
    names, codes = np.unique(groups.astype(str), return_inverse=True)
    if time is None:
        times = np.empty(rows)
        for code in range(len(names)):
            times[codes == code] = np.arange((codes == code).sum())
    else:
        times = stamps(found[time].values)
    absent = np.isnat(times) if times.dtype.kind == "M" else np.isnan(times)
    if absent.any():
        where = table.where(np.flatnonzero(absent) + 1)
        message = f"There is no time in {where}"
        raise bad_input("time_missing", message, remedy="Fill or remove these rows")
    order = np.lexsort((times, codes))
    inside = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    again = [part[1:][times[part][1:] == times[part][:-1]] for part in inside]
    if len(repeated := np.concatenate(again)):
        raise bad_input(
            "time_repeated",
            f"{plural(len(repeated), 'row')} have a time that another row of the series has: "
            f"{table.where(repeated + 1)}",
            expected="each time once" + (" in each series" if len(names) > 1 else ""),
            remedy="Remove them, or name the column that tells several series apart with --series",
        )
    step = find_step([times[part] for part in inside])
    if step is None:
        message = f"From {plural(rows, 'row')} the step of the series cannot be told"
        raise bad_input("series_too_short", message, expected=f"at least {max(needed, 2)} steps")
    start = times.min()
    places = step.places(times, start)
    off = np.abs(places - np.round(places)) > 1e-3
    if off.any():
        raise bad_input(
            "time_uneven",
            f"The commonest step of the series is {step}, and {plural(int(off.sum()), 'row')} lie "
            f"between two steps: {table.where(np.flatnonzero(off) + 1)}",
            expected=f"times that are whole steps of {step} apart",
            remedy="Bring the table to even steps first, such as hourly means",
        )
    places = np.round(places).astype(np.int64)
    values = np.column_stack([found[name].values for name in variables]).astype(np.float32)
    series, filled = [], 0
    for name, part in zip(names.tolist(), inside, strict=True):
        first, last = int(places[part[0]]), int(places[part[-1]])
        steps = last - first + 1
        if steps > _MOST_FILLED * len(part) + needed:
            raise bad_input(
                "time_uneven",
                f"A series of {plural(len(part), 'row')} would have {steps:,} steps of {step}",
                expected="rows for most steps",
                remedy="Check the times, or bring the table to longer steps",
            )
        block = np.full((steps, len(variables)), np.nan, np.float32)
        block[places[part] - first] = values[part]
        series.append(Series(name, first, block))
        filled += steps - len(part)
    return Grid(step, start, series, filled)
