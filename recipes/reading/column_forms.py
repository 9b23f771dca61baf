"""What is known of one column before it is read, and what it turned out to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from ...zoo.errors import Problem
from ...zoo.tasks import ColumnKind

__all__ = ["Hints", "Inferred"]


@dataclass
class Hints:
    """What the user set for one column, and what the file speaks for.

    Args:
        kind: The kind that was set, or None.
        decimal: The decimal sign that was set.
        thousands: The thousands mark that was set.
        date: The date format that was set.
        every_column: Whether the marks were set for all columns at once; then a column that they
            do not fit may be written otherwise.
        evidence: The decimal sign of other columns or of the file, or "".
        month_first: The order of day and month in other columns.
        prediction: Whether these are rows to predict: then nothing is guessed.
    """

    kind: ColumnKind | None = None
    decimal: str | None = None
    thousands: str | None = None
    date: str | None = None
    every_column: bool = False
    evidence: str = ""
    month_first: bool | None = None
    prediction: bool = False


@dataclass
class Inferred:
    """A column with its kind.

    Args:
        kind: One of the kinds of `goodfit.zoo.Column`.
        values: Its values, row by row, as `Column` describes them.
        reason: Why this kind, one sentence.
        figures: What was counted.
        options: What reads it the same way again: `decimal`, `thousands`, `dates`, `missing`.
        problems: What makes it unusable.
        certain_decimal: The decimal sign that this column proves, or "".
        date_guessed: Whether day and month could be exchanged.
        grouped: Whether each point could part thousands, if the file writes decimal commas.
    """

    kind: ColumnKind
    values: NDArray[Any]
    reason: str
    figures: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    certain_decimal: str = ""
    date_guessed: bool = False
    grouped: bool = False
