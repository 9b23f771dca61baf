"""Power laws that a learning curve allows, all of them weighed: what more rows would bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["PowerLaws", "fit_power_laws", "noise_of_means"]

Floats = NDArray[np.float64]

# Before a curve is seen. Published exponents lie from 0.07 (large networks) to 1 (a linear model
# near its limit); the limit is likelier near the present error, for few tables hold no noise.
USUAL_EXPONENT, EXPONENT_SPREAD = 0.7, 0.75
TOWARDS_NOW = -0.5
EXPONENTS = np.geomspace(0.03, 3.0, 60)
SHARES = (np.arange(60) + 0.5) / 60
"""How much of the present error no number of rows takes away."""
# No curve is a power law altogether: so much of a drop may be missing or too much, and the drop
# that lies ahead is so much more uncertain than the law says.
MISFIT, BEYOND = 0.1, 0.25
LEAST_NOISE = 1e-4
ROUNDS = 3
DRAWS = 4000
TINY = 1e-12
# The variance between trainings on different rows falls with the rows to about this power.
USUAL_DECAY, DECAY_SPREAD = -1.5, 0.5
# Where each size was trained on once: a tenth of the error.
UNSEEN_SPREAD = 0.1
MOST_IN_COMMON = 0.9
# How far what the rows do to a training is like what they do to a mean.
ALIKE = 0.8


@dataclass(frozen=True)
class PowerLaws:
    """Many power laws, each as likely as a learning curve makes it.

    A law says `error(n) = limit + (now - limit) (n / rows) ** -exponent`.

    Args:
        rows: The number of rows that `now` is the error of.
        now: The error with `rows` rows, shape `(draws,)`.
        limit: The error that no number of rows goes below, shape `(draws,)`.
        exponent: How fast the limit is neared, shape `(draws,)`.
        stretch: A factor of what each law says of more rows than were measured, shape `(draws,)`.
        fits: The share of noisy power laws that fit worse than the best fits this curve.
    """

    rows: int
    now: Floats
    limit: Floats
    exponent: Floats
    stretch: Floats
    fits: float

    def errors_at(self, rows: float) -> Floats:
        """Return the error of each law with so many rows, shape `(draws,)`."""
        drop = (self.now - self.limit) * (1 - (rows / self.rows) ** -self.exponent)
        return self.now - np.minimum(drop * (self.stretch if rows > self.rows else 1.0), self.now)

    def rows_for(self, error: float) -> Floats:
        """Return how many rows each law needs for an error, infinite where none are enough."""
        room = np.maximum(self.now - self.limit, TINY)
        share = (self.now - error) / room
        share = np.where(share > 0, share / self.stretch, share)
        with np.errstate(divide="ignore", over="ignore"):
            factor = np.maximum(1 - share, 0.0) ** (-1 / self.exponent)
        return self.rows * factor


def fit_power_laws(
    rows: ArrayLike, errors: ArrayLike, covariance: ArrayLike, *, seed: int = 0
) -> PowerLaws:
    """Weigh every power law with a limit by how well it fits errors of growing numbers of rows.

    A single best fit of three figures to half a dozen noisy points often lies at an end of what
    is allowed, and a bootstrap of it repeats that. Here every exponent and limit of a grid is
    weighed by how well it fits, with the present error that suits it best, and laws are drawn by
    these weights. Before a curve is seen, exponents are taken to lie about 0.7 (0.2 to 2.4 in
    90 %), and the limit anywhere from 0 to the present error, rather near it.

    Args:
        rows: Numbers of training rows, rising, shape `(sizes,)`.
        errors: The mean error with each, 0 for a perfect model, shape `(sizes,)`.
        covariance: How uncertain these means are, shape `(sizes, sizes)`.
        seed: The same seed draws the same laws.

    Returns:
        4,000 laws.

    Source: Hestness et al., "Deep Learning Scaling is Predictable, Empirically", 2017; on where
    power laws fail, Viering and Loog, "The Shape of Learning Curves: a Review", 2022.

    Examples:
        >>> sizes = np.array([100, 200, 400, 800])
        >>> laws = fit_power_laws(sizes, 0.1 + 2 / sizes**0.5, np.eye(4) * 1e-6)
        >>> bool(abs(np.median(laws.errors_at(1600)) - 0.15) < 0.005)
        True
    """
    sizes, means = np.asarray(rows, float), np.maximum(np.asarray(errors, float), TINY)
    exponent, share = (each.ravel() for each in np.meshgrid(EXPONENTS, SHARES, indexing="ij"))
    # (laws, sizes): the error of each law beside that with all rows
    shape = share[:, None] + (1 - share[:, None]) * (sizes / sizes[-1]) ** -exponent[:, None]
    prior = -0.5 * (np.log(exponent / USUAL_EXPONENT) / EXPONENT_SPREAD) ** 2
    prior = prior + TOWARDS_NOW * np.log(1 - share)
    fitted = means
    for _ in range(ROUNDS):
        # Noise grows with the error; taken from errors that are low by chance it is too small,
        # and they would count for too much. So it is taken from the curve of the round before.
        scale = fitted / means
        noise = np.asarray(covariance, float) * np.outer(scale, scale)
        drops = np.maximum(fitted - fitted[-1], 0.0)
        noise = noise + np.diag((MISFIT * drops) ** 2 + (LEAST_NOISE * fitted) ** 2)
        inverse = np.linalg.inv(noise)
        precision = np.einsum("li,ij,lj->l", shape, inverse, shape)
        best = np.maximum(shape @ inverse @ means / precision, TINY)
        rest = means - best[:, None] * shape
        misfit = np.einsum("li,ij,lj->l", rest, inverse, rest)
        weight = np.exp(prior - 0.5 * (misfit - misfit.min()))
        weight /= weight.sum()
        fitted = weight @ (best[:, None] * shape)
    generator = np.random.default_rng(seed)
    drawn = generator.choice(len(weight), DRAWS, p=weight)
    # Between the points of the grid, so that a quantile is no step.
    fine = generator.uniform(-0.5, 0.5, (2, DRAWS))
    exponents = exponent[drawn] * (EXPONENTS[1] / EXPONENTS[0]) ** fine[0]
    now = best[drawn] + generator.standard_normal(DRAWS) / np.sqrt(precision[drawn])
    now = np.maximum(now, TINY)
    limit = now * (share[drawn] + fine[1] / len(SHARES))
    stretch = np.exp(BEYOND * generator.standard_normal(DRAWS))
    return PowerLaws(
        int(sizes[-1]), now, limit, exponents, stretch, _fits(float(misfit.min()), len(sizes) - 3)
    )


def noise_of_means(rows: ArrayLike, errors: ArrayLike, validation: ArrayLike) -> Floats:
    """Return how uncertain the mean errors of a learning curve are, shape `(sizes, sizes)`.

    Two things are added: the validation rows, which are the same for all sizes, so that what they
    do to one mean they do to all; and the trainings. Larger parts of the same rows have more rows
    in common, up to all of them, so that their mean is hardly surer than one training alone, and
    the spread between them shows too little; it is carried on from the smaller parts.

    Args:
        rows: Numbers of training rows, rising, shape `(sizes,)`.
        errors: The error of each training, NaN where one is missing, shape `(sizes, repeats)`.
        validation: The covariance of the means over resampled validation rows.
    """
    sizes, values = np.asarray(rows, float), np.asarray(errors, float)
    shares, counts = sizes / sizes[-1], np.isfinite(values).sum(axis=1)
    several = counts > 1
    seen = np.zeros(len(sizes))
    seen[several] = np.nanvar(values[several], axis=1, ddof=1)
    spread = _spread(shares, seen, counts - 1, np.nanmean(values, axis=1))
    spread = np.maximum(np.maximum(spread, seen), TINY**2)
    # How much of it the rows make, not the first weights: all rows show only the latter.
    again = counts[-1] - 1
    seeds = (min(seen[-1] / spread[-1], 1.0) * again + 1.0) / (again + 2)
    smaller = np.minimum.outer(shares, shares)
    larger = np.maximum.outer(shares, shares)
    # As of a mean of rows: parts inside each other, and parts of two orders, by what they share.
    inside, across = np.sqrt(smaller / larger), np.sqrt(smaller * larger)
    repeats = counts.max()
    drawn = inside / repeats + across * (1 - 1 / repeats)
    trained = (1 - seeds) * drawn * ALIKE + np.diag(
        seeds / counts + (1 - seeds) * (1 - ALIKE) * np.diag(drawn)
    )
    deviation = np.sqrt(spread)
    return np.asarray(validation, float) + np.outer(deviation, deviation) * trained


def _spread(shares: Floats, seen: Floats, freedom: Floats, levels: Floats) -> Floats:
    """Return the variance of single trainings, a power of the rows fitted to what was seen."""
    from scipy.special import digamma, polygamma

    used = (freedom > 0) & (shares < MOST_IN_COMMON)
    if not used.any():
        return (UNSEEN_SPREAD * np.maximum(levels, levels.mean())) ** 2
    half = freedom[used] / 2
    # Parts of one set do not show the spread that comes from the rows they share.
    shown = seen[used] / (1 - shares[used])
    logs = np.log(np.maximum(shown, 0.01 * shown.max() + TINY)) - digamma(half) + np.log(half)
    weights = 1 / polygamma(1, half)
    # Least squares for height and slope, the slope leaning on what is usual.
    columns = np.stack([np.ones(len(logs)), np.log(shares[used])], axis=1)
    left = columns.T @ (weights[:, None] * columns)
    right = columns.T @ (weights * logs)
    left[1, 1] += DECAY_SPREAD**-2
    right[1] += USUAL_DECAY * DECAY_SPREAD**-2
    height, slope = np.linalg.solve(left, right)
    return np.exp(height + slope * np.log(shares))


def _fits(misfit: float, freedom: int) -> float:
    if freedom < 1:
        return 1.0
    from scipy.stats import chi2

    return float(chi2.sf(misfit, freedom))
