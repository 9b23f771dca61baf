"""How uneven the classes are, and how far the furthest targets lie: measured, by named limits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...zoo.errors import bad_input
from ...zoo.tasks import Task
from ..scoring.checking import checked_labels

__all__ = [
    "FEW_OUTLIERS",
    "FOCAL_RATIO",
    "IMBALANCE_RATIO",
    "MANY_OUTLIERS",
    "OUTLIER_WEIGHT",
    "OUTLIER_Z",
    "imbalance",
    "outliers",
]

IMBALANCE_RATIO = 10.0
"""From this many rows of the largest class for one of the smallest, accuracy alone misleads."""
FOCAL_RATIO = 99.0
"""From here on the classes are as uneven as the guide's 1 % against 99 % (LOSS-6)."""
OUTLIER_Z = 7.0
"""A target this many robust standard deviations from the median is an outlier."""
FEW_OUTLIERS = 0.001
"""From this share of outliers on there are some: Huber (LOSS-3)."""
MANY_OUTLIERS = 0.05
"""From this share of outliers on there are many: MAE (LOSS-2)."""
OUTLIER_WEIGHT = 0.2
"""Outliers that make up this share of all squared distances are some, however few they are."""

# A normal curve's standard deviation in units of its median absolute deviation.
_FROM_MEDIAN = 1.4826


def imbalance(labels: ArrayLike, task: Task) -> dict[str, Any]:
    """Measure how uneven the classes of training labels are.

    Args:
        labels: Class numbers, or 0/1 for each label.
        task: A classification.

    Returns:
        `ratio` of the largest to the smallest class that has a row (the worst label, present
        against absent, for multilabel), `smallest_share` and `largest_share` of the rows, and
        the names `smallest` and `largest`.

    Raises:
        BadInput: The task is a regression, or the labels cannot be used.

    Guide: MET-2, LOSS-6.

    Examples:
        >>> imbalance([0] * 95 + [1] * 5, Task("binary", ("ham", "spam")))["ratio"]
        19.0
    """
    if not task.is_classification:
        raise bad_input("task_unsuited", "A regression has no classes", expected="a classification")
    values = checked_labels(labels, task)
    if task.kind == "multilabel":
        share = values.mean(axis=0)
        smaller = np.minimum(share, 1 - share)
        varying = np.flatnonzero(smaller > 0)
        if not len(varying):
            varying = np.arange(len(share))
        worst = int(varying[np.argmin(smaller[varying])])
        small = float(smaller[worst])
        name = task.names[worst]
        ends = (name, f"not {name}") if share[worst] <= 0.5 else (f"not {name}", name)
        return _measured(small, 1 - small, *ends)
    counts = np.bincount(values, minlength=len(task.names))
    present = np.flatnonzero(counts)
    smallest, largest = present[np.argmin(counts[present])], int(counts.argmax())
    rows = len(values)
    return _measured(
        float(counts[smallest] / rows),
        float(counts[largest] / rows),
        task.names[smallest],
        task.names[largest],
    )


def outliers(labels: ArrayLike, task: Task) -> dict[str, float | int]:
    """Measure how many target values lie far outside the others, and how much they weigh.

    Each side of the median has its own scale, the median absolute deviation of the rows on that
    side, so that a merely skewed target is not taken for one with outliers. A value is an outlier
    if it is more than `OUTLIER_Z` such scales away.

    Args:
        labels: Targets, shape `(n,)` or `(n, targets)`; of several the worst counts.
        task: A regression.

    Returns:
        `rows` that are outliers, their `share`, and `weight`: their share of the squared
        distances from the mean, which is what MSE looks at.

    Raises:
        BadInput: The task is no regression, or the labels cannot be used.

    Guide: LOSS-7.

    Examples:
        >>> import numpy as np
        >>> values = np.r_[np.linspace(-1, 1, 99), 1000.0]
        >>> outliers(values, Task("regression", ("price",)))
        {'rows': 1, 'share': 0.01, 'weight': 0.99}
    """
    if task.is_classification:
        raise bad_input("task_unsuited", "Only a regression has outliers", expected="a regression")
    values = checked_labels(labels, task)
    return max((_far(column) for column in values.T), key=lambda found: found["weight"])


def _far(values: NDArray[np.float64]) -> dict[str, float | int]:
    away = values - np.median(values)
    far = np.zeros(len(values), bool)
    for side in (away > 0, away < 0):
        if not side.any():
            continue
        distance = np.abs(away[side])
        # Several rows may lie at the median itself; the scale is that of all others.
        far[side] = distance > OUTLIER_Z * _FROM_MEDIAN * np.median(distance)
    squares = (values - values.mean()) ** 2
    rows = int(far.sum())
    weight = float(squares[far].sum() / squares.sum()) if rows else 0.0
    return {"rows": rows, "share": round(rows / len(values), 6), "weight": round(weight, 4)}


def _measured(small: float, large: float, smallest: str, largest: str) -> dict[str, Any]:
    ratio = large / small if small else 1.0
    return {
        "ratio": round(ratio, 2),
        "smallest_share": round(small, 6),
        "largest_share": round(large, 6),
        "smallest": smallest,
        "largest": largest,
    }
