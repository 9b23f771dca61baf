"""How much of a target no model could know from these columns: measured, before any training."""

from __future__ import annotations

import numpy as np

from ...zoo.errors import require
from ..dataset import Dataset
from ..scoring.design import Design

__all__ = ["NOISY_SHARE", "target_noise"]

NOISY_SHARE = 0.3
"""From this share of noise on, dropout pays; below it, it costs."""
ROWS_MEASURED = 1_000


def target_noise(train: Dataset) -> float | None:
    """Estimate the share of a target's variance that the features do not explain.

    Rows that are neighbours in the features should have the same target; half of the mean squared
    difference to the nearest neighbour is the variance of the noise. On few rows or many columns
    neighbours are far apart, so it is an upper estimate.

    Args:
        train: Training rows of a regression; at most 1,000 of them are used.

    Returns:
        A share, about 0 for a target without noise and 1 for noise alone; None where there are
        fewer than 10 rows or the target does not vary.

    Source: the delta test of Pi and Peterson, "Finding the embedding dimension and variable
    dependencies in time series", 1994.

    Examples:
        >>> import numpy as np
        >>> from goodfit.recipes import load
        >>> x = np.linspace(0, 1, 300)[:, None]
        >>> clean = load((x, np.sin(5 * x[:, 0])), task="regression")
        >>> round(target_noise(clean), 3)
        0.0
    """
    if train.labels is None or len(train) < 10:
        return None
    if len(train) > ROWS_MEASURED:
        chosen = np.random.default_rng(0).choice(len(train), ROWS_MEASURED, replace=False)
        train = train.take(np.sort(chosen))
    labels = np.asarray(train.labels, np.float64).reshape(len(train), -1)
    varies = labels.std(axis=0) > 0
    if not varies.any():
        return None
    labels = (labels - labels.mean(axis=0))[:, varies] / labels.std(axis=0)[varies]
    neighbors = require("sklearn.neighbors", "recipes").NearestNeighbors(n_neighbors=2)
    table = Design(train)(train)
    nearest = neighbors.fit(table).kneighbors(table, return_distance=False)
    # A row may have an equal one; then its first neighbour can be either.
    other = np.where(nearest[:, 0] == np.arange(len(nearest)), nearest[:, 1], nearest[:, 0])
    return float(np.mean((labels - labels[other]) ** 2) / 2)
