"""How sure a score is: resampling rows with replacement, all samples at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MOST_ROWS",
    "Estimate",
    "interval",
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


def interval(value: float, draws: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Return the ends of the interval that `draws` of a score give.

    Args:
        value: The score on the rows themselves.
        draws: The score in each sample; NaN where it has no meaning there.
        confidence: Share of samples inside, such as 0.95.

    Returns:
        Percentiles; with fewer than 500 draws `value` plus and minus a normal quantile times
        their standard deviation.
    """
    from statistics import NormalDist

    usable = draws[np.isfinite(draws)]
    if not len(usable):
        return value, value
    if len(draws) < PERCENTILE_SAMPLES:
        reach = NormalDist().inv_cdf((1 + confidence) / 2) * float(usable.std())
        return value - reach, value + reach
    tail = (1 - confidence) / 2
    low, high = np.quantile(usable, [tail, 1 - tail])
    # A skewed score of few rows may fall outside its own percentiles.
    return min(float(low), value), max(float(high), value)


def zero_error_bound(rows: int, confidence: float) -> float:
    """Return the exact (Clopper-Pearson) upper bound of a share seen 0 times in `rows`.

    Examples:
        >>> round(zero_error_bound(100, 0.95), 3)
        0.036
    """
    return 1 - ((1 - confidence) / 2) ** (1 / max(rows, 1))
