"""From whatever a person hands over to a table: path, name, data frame, dictionary, arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...zoo.errors import BadInput, bad_input
from ..config import Choice
from .arrays import read_arrays, read_npz
from .bundled import BUNDLED, read_bundled
from .opening import find
from .readers import from_mapping, read_frame, read_parquet, read_text
from .tables import Table
from .wording import plural

__all__ = ["drop_empty_tail", "open_source"]


def open_source(
    source: Any,
    target: str | Sequence[str] | None = None,
    *,
    separator: str | None = None,
    encoding: str | None = None,
    preferred: str = "",
    one_column: bool = False,
) -> tuple[Table, list[str]]:
    """Return the table at `source`, and the targets that the source itself names.

    Args:
        source: What `load` takes; without `y`, also an array alone.
        target: What the user set.
        separator: For text files, what the user set.
        encoding: For text files, what the user set.
        preferred: For text files, the separator of the training rows.
        one_column: For text files, whether a single column is welcome.

    Raises:
        BadInput: It cannot be read, or is nothing that could be.
    """
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return read_frame(source), []
    if isinstance(source, Mapping):
        return from_mapping(source), []
    if isinstance(source, tuple) and len(source) == 2:
        return read_arrays(*source)
    if isinstance(source, np.ndarray | list | pd.Series) or hasattr(source, "toarray"):
        return read_arrays(source)
    if not isinstance(source, str | Path):
        raise bad_input(
            "source_unknown",
            "The source is nothing that is read here",
            expected="a path, a data frame, a pair of arrays (x, y), or the name of a bundled set",
            received=type(source).__name__,
        )
    if str(source) in BUNDLED and not Path(source).exists():
        table, name = read_bundled(str(source))
        return table, [name]
    place = find(source, also=tuple(BUNDLED) if isinstance(source, str) else ())
    if place.format == "parquet":
        return read_parquet(place), []
    if place.format == "npz":
        return read_npz(place, target if isinstance(target, str) else None)
    try:
        return read_text(place, separator, encoding, preferred=preferred, one_column=one_column), []
    except BadInput:
        raise
    except MemoryError as error:
        raise bad_input(
            "memory_short",
            f"The memory was not enough to read {place.path}",
            remedy="Keep fewer rows or columns, or use a larger machine",
        ) from error


def drop_empty_tail(table: Table) -> Table:
    """Return the table without the wholly empty rows at its end, which spreadsheets leave."""
    if table.place is None:
        return table
    last = len(table)
    columns = list(table.columns.values())
    while last and all(str(column.iloc[last - 1]).strip() == "" for column in columns):
        last -= 1
    if last == len(table):
        return table
    count = len(table) - last
    if not last:
        raise bad_input(
            "rows_missing",
            f"There are no rows in {table.label}",
            expected="values",
            received=f"{plural(count, 'row')} of empty cells",
        )
    reason = f"{plural(count, 'empty row')} at the end left out."
    table.choices["rows"] = Choice(last, "PH-1b", {"left_out": count}, reason)
    return table.keep(np.arange(len(table)) < last)
