"""Weights that let a rare class count as much as a frequent one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...zoo.errors import BadInput, Problem, bad_input
from ...zoo.tasks import Task
from ..scoring.checking import checked_labels, checked_task

__all__ = ["PADDING", "class_weights", "sample_weights"]

PADDING = -1
"""Label of a step without an answer, in sequences padded to one length."""


def class_weights(
    labels: ArrayLike, task: Task, *, sequence: bool = False, padding: int = PADDING
) -> dict[int, float]:
    """Return balanced weights: `rows / (classes * rows of the class)`, as in scikit-learn.

    Args:
        labels: Class numbers, shape `(n,)`; `(n, steps)` for a sequence; 0/1 `(n, labels)` for
            multilabel.
        task: A classification.
        sequence: Whether there is one class for each step.
        padding: The label of steps that have none; only for a sequence.

    Returns:
        The weight of each class by its number. For multilabel the weight of a present label
        (absent rows / present rows) by the label's number.

    Raises:
        BadInput: The task is a regression, the labels cannot be used, or a class has no row.

    Guide: DX-5, MET-2.

    Examples:
        >>> class_weights([0, 0, 0, 1], Task("binary", ("no", "yes")))
        {0: 0.6666666666666666, 1: 2.0}
    """
    values = _classes(labels, task, sequence, padding)
    if task.kind == "multilabel":
        present = values.sum(axis=0)
        _check_absent(present, task, "is on in no row")
        _check_absent(len(values) - present, task, "is on in every row")
        return {k: float((len(values) - n) / n) for k, n in enumerate(present)}
    used = values[values != padding] if sequence else values
    counts = np.bincount(used, minlength=len(task.names))
    _check_absent(counts, task, "has no row")
    return {k: float(len(used) / (len(counts) * n)) for k, n in enumerate(counts)}


def sample_weights(
    labels: ArrayLike,
    task: Task,
    *,
    sequence: bool = False,
    padding: int = PADDING,
    per_label: bool = False,
) -> NDArray[np.float64]:
    """Return the balanced weight of each row, step or label; their mean is 1.

    Keras's own `class_weight` fails or is silently wrong for several labels, for steps, and for
    classes that it is not told of; weights of rows work everywhere.

    Args:
        labels: Class numbers, shape `(n,)`; `(n, steps)` for a sequence; 0/1 `(n, labels)` for
            multilabel.
        task: A classification.
        sequence: Whether there is one class for each step.
        padding: The label of steps that have none; they weigh 0.
        per_label: For multilabel: a weight for each label instead of each row.

    Returns:
        Shape `(n,)`; `(n, steps)` for a sequence; `(n, labels)` with `per_label`. A row of
        several labels weighs the mean of its labels' weights, in which present and absent rows of
        a label count the same in total.

    Raises:
        BadInput: The task is a regression, the labels cannot be used, or a class has no row.

    Guide: DX-5.

    Examples:
        >>> task = Task("binary", ("no", "yes"))
        >>> sample_weights([[0, 0, 1], [0, -1, -1]], task, sequence=True).round(2).tolist()
        [[0.67, 0.67, 2.0], [0.67, 0.0, 0.0]]
    """
    weights = class_weights(labels, task, sequence=sequence, padding=padding)
    values = _classes(labels, task, sequence, padding)
    if task.kind == "multilabel":
        rows = len(values)
        present = values.sum(axis=0)
        each = np.where(values == 1, rows / (2 * present), rows / (2 * (rows - present)))
        return each if per_label else each.mean(axis=1)
    if per_label:
        raise bad_input(
            "task_unsuited", "Only multilabel rows have weights by label", received=task.kind
        )
    table = np.array([weights[k] for k in range(len(weights))])
    if not sequence:
        return table[values]
    padded = values == padding
    return np.where(padded, 0.0, table[np.where(padded, 0, values)])


def _classes(labels: ArrayLike, task: Task, sequence: bool, padding: int) -> NDArray[Any]:
    checked_task(task)
    if not task.is_classification or (sequence and task.kind == "multilabel"):
        raise bad_input(
            "task_unsuited",
            "There are no classes to weigh",
            expected="a classification" + (" with one class for each step" if sequence else ""),
            received=task.kind,
        )
    return checked_labels(labels, task, padding=padding if sequence else None)


def _check_absent(counts: NDArray[Any], task: Task, what: str) -> None:
    absent = [name for name, count in zip(task.names, counts, strict=True) if count == 0]
    if absent:
        raise BadInput(
            *(
                Problem(
                    "class_absent",
                    f"'{name}' {what} of these labels, so no weight can balance it",
                    "at least one row of each class",
                    "none",
                    "Split stratified, or drop the class from the task",
                )
                for name in absent[:20]
            )
        )
