"""The loss of each batch of an epoch, worked out of the running mean that Keras logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["BatchLosses", "from_running_means"]

MOST_PARTS = 256


class BatchLosses:
    """Notes what a batch hook is handed; cheap, since it is called for every batch."""

    def __init__(self) -> None:
        self._means: dict[int, float] = {}
        self.running = True

    def forget(self) -> None:
        """Begin a new epoch."""
        self._means = {}

    def note(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Take in the logs of a batch, which Keras has turned into plain numbers already."""
        loss = logs.get("loss") if logs else None
        if loss is not None:
            self._means[batch] = loss

    def values(self) -> tuple[float, ...]:
        """Return the losses in order; of many batches, the means of `MOST_PARTS` equal parts."""
        ends = sorted(self._means)
        means = np.array([self._means[end] for end in ends], float)
        if means.ndim != 1 or not len(means):
            return ()
        losses = from_running_means(means, np.array(ends) + 1) if self.running else means
        if len(losses) > MOST_PARTS:
            losses = np.array([part.mean() for part in np.array_split(losses, MOST_PARTS)])
        return tuple(losses.tolist())


def from_running_means(means: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the values whose running means are known, `(values,)`.

    Args:
        means: The mean after each value, or after several, `(values,)`.
        counts: How many values each of the means is of, `(values,)`.

    Examples:
        >>> from_running_means(np.array([2.0, 3.0, 3.0]), np.array([1, 2, 3])).tolist()
        [2.0, 4.0, 3.0]
    """
    sums = means * counts
    return np.diff(sums, prepend=0.0) / np.diff(counts, prepend=0)
