"""What the rules of the audit look at: columns as numbers or codes, labels, and equal rows."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import Task
from ..config import Choice
from ..dataset import Dataset
from ..reading.wording import some
from .duplicates import same_rows

__all__ = ["AuditColumn", "AuditTable", "ignore_option", "rows_text", "table_of"]

# Columns are looked at in evenly spaced rows where there are more values than this.
SAMPLED_CELLS = 10_000_000


@dataclass(frozen=True)
class AuditColumn:
    """One column, or one place of a block.

    Args:
        name: Its name, such as `age` or `x[3]`.
        kind: Its kind.
        values: Its values, shape `(rows,)`.
        block: Whether it is a place of a block, which cannot be left out by name.
    """

    name: str
    kind: str
    values: NDArray[Any]
    block: bool = False

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which rows have no value."""
        return self.values == "" if self.values.dtype == object else np.isnan(self.values)

    @cached_property
    def _factors(self) -> tuple[NDArray[np.int64], NDArray[Any]]:
        import pandas as pd

        codes, distinct = pd.factorize(self.values)
        codes = codes.astype(np.int64)
        codes[self.missing] = -1
        return codes, np.asarray(distinct)

    @property
    def codes(self) -> NDArray[np.int64]:
        """For each row the number of its value, -1 where missing."""
        return self._factors[0]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Rows of each value that occurs, largest first."""
        counts = np.bincount(self.codes[self.codes >= 0])
        return np.sort(counts[counts > 0])[::-1]

    @property
    def distinct(self) -> int:
        """How many different values occur."""
        return len(self.counts)

    @cached_property
    def present(self) -> NDArray[Any]:
        """The values that are not missing."""
        return self.values[~self.missing]

    @cached_property
    def whole(self) -> bool:
        """Whether it holds whole numbers only."""
        return self.kind == "number" and bool((self.present == np.round(self.present)).all())

    @cached_property
    def numeric(self) -> NDArray[np.float64] | None:
        """Its values as numbers, NaN where missing; None for categories and texts."""
        if self.kind in ("number", "boolean"):
            return self.values.astype(float)
        if self.kind == "date":
            stamps = np.where(self.missing, "NaT", self.values).astype("datetime64[s]")
            return np.where(self.missing, np.nan, stamps.astype(np.int64).astype(float))
        return None


@dataclass(frozen=True)
class AuditTable:
    """The rows under audit.

    Args:
        columns: Features; blocks taken apart.
        labels: As in the data set, of the same rows as the columns.
        task: The task.
        target: Names of the target columns.
        rows: For each row its number in the source.
        choices: What was decided while reading, by column.
        units: For each row the number of its set of equal rows.
        time: The column that the rows are split by in order, if one was set.
    """

    columns: tuple[AuditColumn, ...]
    labels: NDArray[Any] | None
    task: Task | None
    target: tuple[str, ...]
    rows: NDArray[np.int64]
    choices: Mapping[str, Choice]
    units: NDArray[np.int64]
    time: str | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    @property
    def classes(self) -> NDArray[np.int64] | None:
        """Class numbers of a task with one class for each row, else None."""
        if (
            self.task is None
            or self.labels is None
            or self.task.kind not in ("binary", "multiclass")
        ):
            return None
        return self.labels.astype(np.int64)

    @property
    def amounts(self) -> NDArray[np.float64] | None:
        """Targets of a regression with one target, else None."""
        if self.task is None or self.labels is None or self.task.kind != "regression":
            return None
        return self.labels.astype(float) if self.labels.ndim == 1 else None


def table_of(dataset: Dataset) -> AuditTable:
    """Return the table that the rules look at."""
    cells = len(dataset) * sum(column.width for column in dataset.columns)
    if cells > SAMPLED_CELLS:
        step = int(np.ceil(cells / SAMPLED_CELLS))
        dataset = dataset.take(np.arange(0, len(dataset), step))
    columns = []
    for column in dataset.columns:
        values = dataset.features[column.name]
        if values.ndim == 1:
            columns.append(AuditColumn(column.name, column.kind, values))
            continue
        for place in range(values.shape[1]):
            name = f"{column.name}[{place}]"
            columns.append(AuditColumn(name, column.kind, values[:, place], block=True))
    return AuditTable(
        tuple(columns),
        dataset.labels,
        dataset.task,
        dataset.target,
        dataset.rows,
        dataset.choices,
        same_rows(dataset),
        dataset.options.get("time"),
    )


def rows_text(rows: NDArray[np.int64] | Sequence[int]) -> str:
    """Return rows as a person names them.

    Examples:
        >>> rows_text([3]), rows_text([3, 9])
        ('row 3', 'rows 3, 9')
    """
    return f"{'row' if len(rows) == 1 else 'rows'} {some(rows)}"


def ignore_option(names: Iterable[str], say: str = "Leave {} out with") -> str:
    """Return the sentence that leaves columns out on the command line.

    Args:
        names: The columns.
        say: What to say before the option; `{}` becomes it or them.

    Examples:
        >>> ignore_option(["id", "full name"])
        "Leave them out with --ignore id 'full name'."
    """
    names = list(names)
    if any("[" in name for name in names):
        return "Leave these columns of the array out."
    say = say.format("it" if len(names) == 1 else "them")
    return f"{say} --ignore {' '.join(map(shlex.quote, names))}."
