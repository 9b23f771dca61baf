"""The data of a training: one table of raw columns with its labels, and its three parts."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..zoo.errors import GoodfitError
from ..zoo.tasks import TABLE_KINDS, Column, Task
from .config import Choice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dataset", "SealedTest", "Splits"]


@dataclass(frozen=True)
class Dataset:
    """Raw columns and labels, row by row, with how they were read.

    Args:
        features: Arrays by column name, as `goodfit.zoo.Column` describes each kind. Text, and
            rows of unequal length, are held in arrays of dtype object.
        labels: As `goodfit.zoo.Task` describes them; None for rows to predict.
        columns: One per feature, in the source's order.
        task: What is to be predicted; None for rows to predict.
        target: Names of the target columns.
        source: Where the rows came from: an absolute path, or a few words.
        rows: For each row its number in the source, counted from 1 without the header.
        choices: What was inferred when reading, by name, each with its reason.
        options: The arguments that read it, so that it can be read again; JSON data.
        extras: Columns kept beside the features and never shown to a model, such as the time or
            group column to split by.
    """

    features: Mapping[str, NDArray[Any]]
    labels: NDArray[Any] | None
    columns: tuple[Column, ...]
    task: Task | None
    target: tuple[str, ...] = ()
    source: str = "arrays"
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    choices: Mapping[str, Choice] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the rows when the caller did not."""
        if len(self.rows) != len(self):
            object.__setattr__(self, "rows", np.arange(1, len(self) + 1))

    def __len__(self) -> int:
        """Return the number of rows."""
        if self.labels is not None:
            return len(self.labels)
        return len(next(iter(self.features.values()))) if self.features else 0

    def __repr__(self) -> str:
        """Return size, columns by kind, target and source, and no values."""
        kinds = Counter(column.kind for column in self.columns for _ in range(column.width))
        shown = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        parts = [f"{len(self)} rows", f"columns: {shown or 'none'}"]
        if self.task is not None:
            parts.append(f"{self.task.kind} of {', '.join(self.target)}")
        return f"Dataset({'; '.join(parts)}; from {self.source})"

    def take(self, index: NDArray[Any]) -> Dataset:
        """Return the rows that `index` (positions or a mask) selects, in that order."""
        return replace(
            self,
            features={name: values[index] for name, values in self.features.items()},
            labels=None if self.labels is None else self.labels[index],
            rows=self.rows[index],
            extras={name: values[index] for name, values in self.extras.items()},
        )

    def drop(self, *names: str) -> Dataset:
        """Return the data without these features."""
        return replace(
            self,
            features={name: v for name, v in self.features.items() if name not in names},
            columns=tuple(column for column in self.columns if column.name not in names),
        )

    def fingerprint(self) -> str:
        """Return a SHA-256 of columns, task and every value, the same on every machine."""
        digest = hashlib.sha256()
        task = None if self.task is None else self.task.to_dict()
        layout = [
            column.to_list()[: 3 if column.kind in TABLE_KINDS else 5] for column in self.columns
        ]
        digest.update(json.dumps([layout, task, list(self.target)], sort_keys=True).encode())
        for values in [*(self.features[c.name] for c in self.columns), self.labels, self.rows]:
            if values is None:
                continue
            if values.dtype == object:
                # Lengths first, so that ("ab", "c") and ("a", "bc") differ.
                encoded = [_bytes(value) for value in values.ravel()]
                digest.update(np.array([len(part) for part in encoded], "<i8").tobytes())
                digest.update(b"".join(encoded))
            else:
                kind = "<f8" if values.dtype.kind == "f" else "<i8"
                digest.update(np.ascontiguousarray(values, dtype=kind).tobytes())
        return digest.hexdigest()

    def frame(self) -> pd.DataFrame:
        """Return features and decoded target as a pandas data frame, indexed by source row."""
        import pandas as pd

        data: dict[str, Any] = {}
        for name, values in self.features.items():
            if values.ndim != 2:
                data[name] = list(values) if values.ndim > 2 else values
            else:
                data |= {f"{name}[{i}]": values[:, i] for i in range(values.shape[1])}
        frame = pd.DataFrame(data, index=pd.Index(self.rows, name="row"))
        if self.labels is not None and self.task is not None:
            if self.task.kind in ("binary", "multiclass"):
                frame[self.target[0]] = np.array(self.task.names, object)[self.labels]
            elif self.task.is_sequence:
                frame["answer"] = list(self.labels)
            else:
                parts = self.labels.reshape(len(self.labels), -1)
                for position, name in enumerate(self.target):
                    frame[name] = parts[:, position]
        return frame


def _bytes(value: Any) -> bytes:
    """Return what stands for one cell: of text the text, of an array its numbers."""
    if isinstance(value, np.ndarray):
        kind = "<f8" if value.dtype.kind == "f" else "<i8"
        return str(value.shape).encode() + np.ascontiguousarray(value, dtype=kind).tobytes()
    return str(value).encode()


class SealedTest:
    """The test rows, behind one door that checks a seal and counts.

    Guide: PH-1c, MIS-2.

    Args:
        dataset: The rows to seal.
        log: A file that keeps the count across processes, one JSON line for each opening.
    """

    def __init__(self, dataset: Dataset, log: Path | None = None) -> None:
        self._dataset = dataset
        self._openings: list[dict[str, str]] = []
        self.seal = dataset.fingerprint()
        self.log = log

    def __len__(self) -> int:
        """Return the number of rows, which is no secret."""
        return len(self._dataset)

    def __repr__(self) -> str:
        """Return the size, the seal and the count, and no row."""
        return f"SealedTest(rows={len(self)}, seal={self.seal[:12]}, opened={self.openings})"

    @property
    def openings(self) -> int:
        """How often the test rows have been looked at."""
        looks = len(self._openings)
        if self.log is not None and self.log.exists():
            # A second run on the same rows keeps a log of its own, but the looks add up.
            return max(looks, len(self.log.read_text(encoding="utf-8").splitlines()))
        return looks

    def open(self, reason: str) -> Dataset:
        """Return the test rows, after noting when and why.

        Args:
            reason: Who looks, and for what; kept in the log.

        Raises:
            GoodfitError: The rows are not those that were sealed.
        """
        if self._dataset.fingerprint() != self.seal:
            raise GoodfitError(
                "The test rows changed after they were sealed; split the data again."
            )
        entry = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "reason": reason}
        self._openings.append(entry)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
        return self._dataset


@dataclass(frozen=True)
class Splits:
    """Training, validation and sealed test rows of one data set.

    Args:
        train: Rows to fit on.
        validation: Rows to watch and to choose by.
        test: Rows for one final look.
        method: How they were divided, with the rule and the sizes.
        seed: The seed that divides them the same way again.
    """

    train: Dataset
    validation: Dataset
    test: SealedTest
    method: Choice
    seed: int = 0

    def __repr__(self) -> str:
        """Return sizes, method and the data's own summary, and no row."""
        sizes = ", ".join(f"{count} {part}" for part, count in self.sizes.items())
        return f"Splits({sizes}; {self.method.value}, seed {self.seed}; {self.train!r})"

    @property
    def task(self) -> Task:
        """The task of the three parts."""
        if self.train.task is None:
            raise GoodfitError("The splits have no task; they were made from rows to predict.")
        return self.train.task

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each part."""
        return {
            "train": len(self.train),
            "validation": len(self.validation),
            "test": len(self.test),
        }
