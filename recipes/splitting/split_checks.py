"""What must hold before and after rows are split."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input
from ..dataset import Dataset
from ..reading.wording import plural, quoted, some
from .dividing import TRAIN, Fractions

__all__ = [
    "check_classes_in_training",
    "check_rows",
    "check_units",
    "checked_fractions",
    "refuse_missing",
]

PARTS = 3


def checked_fractions(validation: float, test: float, seed: int) -> Fractions:
    """Return the shares, or refuse shares and seeds that cannot be used."""
    problems = []
    for name, value in (("validation_fraction", validation), ("test_fraction", test)):
        if not 0 < value < 1:
            message = f"The {name} cannot be used"
            problems.append(Problem("fraction_invalid", message, "between 0 and 1", str(value)))
    if not problems and validation + test >= 1:
        message = "The shares of validation and test leave nothing to train on"
        received = f"{validation} and {test}"
        problems.append(Problem("fraction_invalid", message, "a sum below 1", received))
    if not isinstance(seed, int | np.integer) or seed < 0:
        problems.append(
            Problem("seed_invalid", "The seed cannot be used", "a whole number from 0", repr(seed))
        )
    if problems:
        raise BadInput(*problems)
    return Fractions(float(validation), float(test))


def check_rows(rows: int, fractions: Fractions) -> None:
    """Refuse fewer rows than can be split."""
    smallest = min(fractions.validation, fractions.test)
    if rows < PARTS or (rows * smallest < 0.5 and rows < 2 / smallest):
        raise bad_input(
            "rows_too_few",
            f"{plural(rows, 'row')} cannot be split into three parts",
            expected=f"at least {int(np.ceil(max(PARTS, 0.5 / smallest)))} rows for these shares",
            received=str(rows),
            remedy="Collect more rows, or ask for larger shares",
        )


def refuse_missing(dataset: Dataset, name: str, values: NDArray[Any], role: str) -> None:
    """Refuse a column to split by that has missing values."""
    absent = np.isnan(values) if values.dtype.kind == "f" else values == ""
    if absent.any():
        rows = dataset.rows[absent]
        raise bad_input(
            f"{role}_missing",
            f"{plural(len(rows), 'row')} have no {role} in column '{name}': rows {some(rows)}",
            expected=f"a {role} in each row",
            remedy="Fill or remove these rows",
        )


def check_units(dataset: Dataset, labels: NDArray[Any], units: NDArray[np.int64]) -> None:
    """Refuse classes that cannot have a row in each part."""
    names = () if dataset.task is None else dataset.task.names
    # A unit counts for the class of its first row.
    first = np.unique(units, return_index=True)[1]
    found = np.bincount(labels[first].astype(int), minlength=len(names))
    rows = np.bincount(labels.astype(int), minlength=len(names))
    problems = []
    for number, name in enumerate(names):
        if found[number] < PARTS:
            more = f", {found[number]} of them different" if found[number] < rows[number] else ""
            problems.append(
                Problem(
                    "class_too_small",
                    f"Class '{name}' has {plural(int(rows[number]), 'row')}{more}: "
                    f"row {some(dataset.rows[labels == number])}",
                    f"at least {PARTS} different rows, one for each part",
                    str(int(found[number])),
                    "Add rows of this class, merge it with another, or remove its rows",
                )
            )
    if problems:
        raise BadInput(*problems)


def check_classes_in_training(dataset: Dataset, parts: NDArray[np.int64], method: str) -> None:
    """Refuse training rows of one class, which time or groups can bring about."""
    if dataset.task is None or dataset.task.kind not in ("binary", "multiclass"):
        return
    labels = np.asarray(dataset.labels)
    inside = set(np.unique(labels[parts == TRAIN]).tolist())
    later = [
        name
        for number, name in enumerate(dataset.task.names)
        if number not in inside and (labels == number).any()
    ]
    if later:
        raise bad_input(
            "class_not_in_training",
            f"Split by {method}, no training row is of the class {quoted(later)}",
            expected="rows of each class to train on",
            received=f"only {quoted([dataset.task.names[i] for i in sorted(inside)])}",
            remedy=f"Leave --{method} away, or take a column that mixes the classes",
        )
