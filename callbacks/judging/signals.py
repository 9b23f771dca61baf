"""What a curve does: rises, falls, swings, stands still. Plain numbers in, plain numbers out."""

from __future__ import annotations

import math

import numpy as np

__all__ = [
    "after_lowest",
    "counted_rows",
    "end_of",
    "falling_steps",
    "longest_standstill",
    "noise_of",
    "relative_fall",
    "sampling_error",
    "swings",
]

# Accuracies on so many rows are too close together to tell the number of rows.
MOST_COUNTED_ROWS = 500


def end_of(values: np.ndarray, count: int = 3) -> float:
    """Return the median of the last `count` values, `(epochs,)`: one lucky epoch does not count.

    Examples:
        >>> end_of(np.array([9.0, 1.0, 1.2, 5.0]))
        1.2
    """
    return float(np.median(values[-count:]))


def after_lowest(values: np.ndarray) -> tuple[int, float]:
    """Return where a curve, `(epochs,)`, is lowest, and where it stands in the end after that.

    One value after the lowest is no trend: then the curve counts as standing at its lowest.

    Examples:
        >>> after_lowest(np.array([3.0, 1.0, 2.0, 4.0, 5.0]))
        (1, 4.0)
    """
    at = int(np.argmin(values))
    after = values[at + 1 :]
    return at, end_of(after) if len(after) > 1 else float(values[at])


def relative_fall(values: np.ndarray) -> float:
    """Return how much of its first value a curve, `(epochs,)`, has lost at the end.

    Examples:
        >>> relative_fall(np.array([2.0, 1.5, 1.0, 1.0, 1.0]))
        0.5
    """
    first = float(values[0])
    return (first - end_of(values)) / abs(first) if first else 0.0


def falling_steps(values: np.ndarray) -> float:
    """Return the share of steps between epochs in which a curve, `(epochs,)`, falls.

    Examples:
        >>> falling_steps(np.array([3.0, 2.0, 2.5, 1.0]))
        0.6666666666666666
    """
    return float(np.mean(np.diff(values) < 0)) if len(values) > 1 else 0.0


def noise_of(values: np.ndarray) -> float:
    """Return the typical jitter of a curve, `(epochs,)`, apart from its trend; 0 if too short.

    A straight line has none: the second differences are used, by their median.
    """
    if len(values) < 4:
        return 0.0
    # The second difference of white noise has sqrt(6) times its spread; 1.4826 makes it a sigma.
    return float(1.4826 * np.median(np.abs(np.diff(values, 2))) / math.sqrt(6))


def swings(values: np.ndarray, size: float) -> np.ndarray:
    """Return which epochs, `(epochs,)`, are turning points between two jumps of at least `size`.

    Examples:
        >>> swings(np.array([0.5, 0.9, 0.5, 0.51, 0.52]), 0.1).tolist()
        [False, True, False, False, False]
    """
    turning = np.zeros(len(values), bool)
    if len(values) > 2:
        steps = np.diff(values)
        turned = steps[:-1] * steps[1:] < 0
        turning[1:-1] = turned & (np.minimum(np.abs(steps[:-1]), np.abs(steps[1:])) >= size)
    return turning


def longest_standstill(values: np.ndarray) -> tuple[int, int]:
    """Return begin and length of the longest run of equal values in `(epochs,)`.

    Examples:
        >>> longest_standstill(np.array([0.1, 0.5, 0.5, 0.5, 0.7]))
        (1, 3)
    """
    begin, length, at = 0, 0, 0
    for position in range(1, len(values) + 1):
        if position == len(values) or abs(values[position] - values[at]) > 1e-6:
            if position - at > length:
                begin, length = at, position - at
            at = position
    return begin, length


def counted_rows(shares: np.ndarray) -> int | None:
    """Return of how many rows a metric such as accuracy, `(epochs,)`, can be the share.

    On 22 rows an accuracy is a multiple of 1/22. None if the rows are many, or the values say
    nothing.

    Examples:
        >>> counted_rows(np.array([17, 19, 18]) / 22)
        22
    """
    inner = np.unique(shares[(shares > 0) & (shares < 1)])
    if len(inner) < 2:
        return None
    rows = np.arange(2, MOST_COUNTED_ROWS + 1)
    counts = inner * rows[:, None]
    # A file may hold four decimals only.
    fits = (np.abs(counts - np.round(counts)) <= 6e-5 * rows[:, None]).all(axis=1)
    return int(rows[np.argmax(fits)]) if fits.any() else None


def sampling_error(share: float, rows: int) -> float:
    """Return the standard error of a share that was counted on so many rows.

    Examples:
        >>> round(sampling_error(0.9, 22), 3)
        0.072
    """
    # One more right and one more wrong row: else a share of 1 would be beyond doubt.
    likely = (share * rows + 1) / (rows + 2)
    return math.sqrt(likely * (1 - likely) / rows)
