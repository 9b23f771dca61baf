"""Scores of two configs in the same places, and how sure the difference is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .measuring import Measure

__all__ = ["CONFIDENCE", "Paired", "interval_of", "mean_of_places"]

CONFIDENCE = 0.95
"""Of every interval that is shown."""


@dataclass(frozen=True)
class Paired:
    """Scores of two configs in the same places.

    Args:
        before: Of the config as it was, one row a place: the score, then the resampled ones.
        after: The same of the changed config.
        measure: The metric.
        shared: Whether all places are scored on the same rows.
        held_share: Rows that are scored, for each row that is trained on.
        rows: Rows that are scored in a place.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    measure: Measure
    shared: bool
    held_share: float
    rows: int

    def gain(self) -> tuple[float, float, float]:
        """Return the mean gain, its standard error, and the degrees of freedom of that."""
        gains = self.measure.gain(self.before, self.after)
        return mean_of_places(gains, self.shared, self.held_share, self.rows)

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the ends of the interval of the mean gain."""
        return interval_of(*self.gain(), confidence)

    def surely(self, confidence: float) -> float:
        """Return the lower end of the mean gain, the lower of two ways to tell it.

        Where trainings vary more than rows, the spread of a few places may be small by luck, and
        Satterthwaite's degrees of freedom are then too many. The other way is the t test on the
        spread between places alone, with the variance of Nadeau and Bengio (2003).
        """
        gains = self.measure.gain(self.before, self.after)[:, 0]
        count = len(gains)
        low, _ = self.interval(confidence)
        if count < 2:
            return low
        share = 1 / count + (0.0 if self.shared else self.held_share)
        error = float(np.sqrt(gains.var(ddof=1) * share))
        return min(low, interval_of(float(gains.mean()), error, count - 1, confidence)[0])


def mean_of_places(
    scores: NDArray[np.float64], shared: bool, held_share: float, rows: int
) -> tuple[float, float, float]:
    """Return the mean of scores in several places, its standard error and degrees of freedom.

    Two things vary: the rows that happened to be held out, and the trainings. Places with the
    same rows share the first. Places with different rows share most of what they are trained on,
    so their mean varies more than that of independent ones: the variance is that of Nadeau and
    Bengio (2003, Inference for the generalization error). The degrees of freedom are
    Satterthwaite's.

    Args:
        scores: One row a place: the score, then the resampled ones.
        shared: Whether all places are scored on the same rows.
        held_share: Rows that are scored, for each row that is trained on.
        rows: Rows that are scored in a place.
    """
    points, draws = scores[:, 0], scores[:, 1:]
    count, mean = len(points), float(points.mean())
    if count < 2:
        return mean, float("inf"), 1.0
    between = float(points.var(ddof=1))
    if shared:
        of_rows = float(np.nanvar(np.nanmean(draws, axis=0)))
        of_trainings = between / count
    else:
        of_rows = float(np.nanmean(np.nanvar(draws, axis=1)))
        factor = 1 / count + held_share
        of_trainings = max(0.0, between - of_rows) * factor
        of_rows *= factor
    error = of_rows + of_trainings
    if not error > 0:
        return mean, 0.0, 1.0
    known = of_trainings**2 / (count - 1) + of_rows**2 / max(rows - 1, 1)
    return mean, float(np.sqrt(error)), float(error**2 / known)


def interval_of(
    mean: float, error: float, freedom: float, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the ends of the interval of a mean, from its error and degrees of freedom."""
    from scipy.stats import t

    if not np.isfinite(error):
        return float("-inf"), float("inf")
    reach = float(t.ppf((1 + confidence) / 2, freedom)) * error
    return mean - reach, mean + reach
