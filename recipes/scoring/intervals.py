"""How sure a score is: resampling rows with replacement, all samples at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import require

__all__ = [
    "MOST_ROWS",
    "Estimate",
    "interval",
    "left_out_counts",
    "resampled_counts",
    "sample_count",
    "zero_error_bound",
]

# At most this many row draws in total; larger sets get fewer samples, which the caller says.
DRAWS = 5_000_000
LEAST_SAMPLES = 100
MOST_ROWS = 50_000
"""From more rows than this a part is resampled, and its spread shrunk to that of all rows."""
# With fewer samples the 2.5 % quantiles are too noisy, and rows are many enough for a normal curve.
PERCENTILE_SAMPLES = 500
# Rows of which the score without each tells something, and the parts they are left out in.
LEAST_LEFT, MOST_LEFT, LEFT_PARTS = 8, 5_000, 200
# One block of counts stays within the processor's cache: rows × samples numbers of 8 bytes.
BLOCK = 500_000


@dataclass(frozen=True)
class Estimate:
    """A score with the interval that resampling the rows gives it.

    Args:
        value: The score on the rows themselves.
        low: Lower end of the interval.
        high: Upper end of the interval.

    Examples:
        >>> print(Estimate(0.9123, 0.87, 0.95))
        0.912 [0.87, 0.95]
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return value and interval with three digits."""
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"

    def to_dict(self) -> dict[str, float]:
        """Return the estimate as plain data for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Estimate:
        """Return the estimate that `to_dict` described."""
        return cls(float(data["value"]), float(data["low"]), float(data["high"]))


def sample_count(rows: int, samples: int, parts: int = 1) -> int:
    """Return how many samples are affordable: `samples`, fewer when `rows * parts` is huge."""
    return min(samples, max(LEAST_SAMPLES, DRAWS // max(rows * parts, 1)))


def resampled_counts(rows: int, samples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each row is drawn in each sample, in blocks of shape `(rows, block)`.

    A sample draws `rows` rows with replacement. A weighted score of the counts equals the score
    of the drawn rows, and one matrix product scores a whole block. The same seed gives the same
    counts, so two models are compared on the same samples.
    """
    generator = np.random.default_rng(seed)
    block = max(1, min(samples, BLOCK // rows))
    for start in range(0, samples, block):
        width = min(block, samples - start)
        counts = np.empty((width, rows))
        for sample in range(width):
            drawn = generator.integers(0, rows, rows, dtype=np.int32)
            counts[sample] = np.bincount(drawn, minlength=rows)
        yield np.ascontiguousarray(counts.T)


def left_out_counts(rows: int) -> NDArray[np.float64] | None:
    """Return counts that leave out one row each, or one part of many rows, shape `(rows, parts)`.

    Their scores tell how far a score leans on single rows. None for few and for very many rows,
    where that cannot be told or no longer matters.
    """
    if not LEAST_LEFT <= rows <= MOST_LEFT:
        return None
    parts = min(rows, LEFT_PARTS)
    counts = np.ones((rows, parts))
    counts[np.arange(rows), np.arange(rows) % parts] = 0
    return counts


def interval(
    value: float,
    draws: NDArray[np.float64],
    confidence: float,
    *,
    rows: int = 0,
    left_out: NDArray[np.float64] | None = None,
) -> tuple[float, float]:
    """Return the ends of the interval that `draws` of a score give.

    Plain percentiles are too narrow where rows are few, and lean to the wrong side where a score
    is skewed, as a loss is by single rows. So their ends are moved by as much as the draws are
    biased and skewed (BCa, Efron 1987, Better bootstrap confidence intervals), and as far out as
    the t distribution is wider than the normal (Hesterberg 2015, What teachers should know about
    the bootstrap).

    Args:
        value: The score on the rows themselves.
        draws: The score in each sample; NaN where it has no meaning there.
        confidence: Share of samples inside, such as 0.95.
        rows: How many rows there are; 0 leaves them for many.
        left_out: The score without each row, or part of the rows; None for no correction.

    Returns:
        The ends; with fewer than 500 draws `value` plus and minus a quantile times their standard
        deviation.
    """
    usable = draws[np.isfinite(draws)]
    if not len(usable):
        return value, value
    reach = _reach(confidence, rows)
    if len(draws) < PERCENTILE_SAMPLES:
        spread = reach * float(usable.std())
        return value - spread, value + spread
    ends = np.array([-reach, reach])
    if left_out is not None:
        ends = _moved(ends, value, usable, left_out[np.isfinite(left_out)])
    normal = NormalDist()
    low, high = np.quantile(usable, [normal.cdf(float(end)) for end in ends])
    # A skewed score of few rows may fall outside its own percentiles.
    return min(float(low), value), max(float(high), value)


def _reach(confidence: float, rows: int) -> float:
    """Return how many standard deviations the interval reaches to each side.

    A quantile of the t distribution for few rows, times what resampling makes a variance too small
    by.
    """
    tail = (1 + confidence) / 2
    if not LEAST_LEFT <= rows <= MOST_LEFT:
        return NormalDist().inv_cdf(tail)
    special = require("scipy.special", "recipes")
    return float(special.stdtrit(rows - 1, tail)) * (rows / (rows - 1)) ** 0.5


def _moved(
    ends: NDArray[np.float64],
    value: float,
    draws: NDArray[np.float64],
    left_out: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return normal quantiles moved by the bias and the skewness of a score."""
    below = float((draws < value).mean() + 0.5 * (draws == value).mean())
    least = 0.5 / len(draws)
    bias = NormalDist().inv_cdf(min(max(below, least), 1 - least))
    lean = left_out.mean() - left_out if len(left_out) else np.zeros(1)
    scale = float((lean**2).sum()) ** 1.5
    skewness = float((lean**3).sum()) / (6 * scale) if scale > 0 else 0.0
    shifted = bias + ends
    return bias + shifted / np.maximum(1 - skewness * shifted, 0.1)


def zero_error_bound(rows: int, confidence: float) -> float:
    """Return the exact (Clopper-Pearson) upper bound of a share seen 0 times in `rows`.

    Examples:
        >>> round(zero_error_bound(100, 0.95), 3)
        0.036
    """
    return 1 - ((1 - confidence) / 2) ** (1 / max(rows, 1))
