"""A table as it was read, before anything is inferred: names, raw columns, and where rows are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..config import Choice
from .opening import Place
from .separators import records
from .wording import some

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table"]


@dataclass
class Table:
    """Raw columns by name.

    Args:
        columns: Series of one length: text for a text file, any type for other sources. A block
            of numbers is a two-dimensional array.
        source: An absolute path, or a few words.
        label: The source as messages name it, such as a file's name.
        place: The file, for a text file.
        choices: What was decided while reading.
        options: What reads it the same way again: `encoding`, `separator`.
        evidence: The decimal sign that the format of the file speaks for, or "".
        numbers: For each row its number in the source, from 1.
    """

    columns: dict[str, pd.Series | Any]
    source: str
    label: str
    place: Place | None = None
    choices: dict[str, Choice] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    evidence: str = ""
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        """Number the rows when the caller did not."""
        if not len(self.numbers):
            self.numbers = np.arange(1, len(self) + 1)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def keep(self, mask: Any) -> Table:
        """Return the rows that a mask selects."""
        columns: dict[str, Any] = {name: values[mask] for name, values in self.columns.items()}
        renumbered = {
            name: values.reset_index(drop=True) if hasattr(values, "iloc") else values
            for name, values in columns.items()
        }
        return replace(self, columns=renumbered, numbers=self.numbers[mask])

    def where(self, rows: Sequence[int] | NDArray[Any], shown: int = 5) -> str:
        """Return rows (counted from 1) as a person finds them: with lines, for a text file.

        Args:
            rows: Places of rows in this table, from 1.
            shown: How many to name.
        """
        wanted = [int(self.numbers[int(row) - 1]) for row in rows]
        word = "row" if len(wanted) == 1 else "rows"
        text = f"{word} {some(wanted, shown)}"
        if self.place is None:
            return text
        lines = self._lines(wanted[:shown])
        if not lines:
            return text
        more = f" and {len(wanted) - shown} more" if len(wanted) > shown else ""
        more += f" of {self.label}"
        return f"{text} ({'line' if len(wanted) == 1 else 'lines'} {some(lines, shown)}{more})"

    def _lines(self, rows: Sequence[int]) -> list[int]:
        """Return the line of the file on which each row ends; blank lines and breaks count."""
        wanted, found = set(rows), {}
        if self.place is None or not rows:
            return []
        with self.place.open() as raw:
            text = io.TextIOWrapper(raw, self.options["encoding"], "replace", newline="")
            for row, (line, _) in enumerate(records(text, self.options["separator"])):
                if row in wanted:
                    found[row] = line
                if row >= max(wanted):
                    break
        return [found[row] for row in rows if row in found]
