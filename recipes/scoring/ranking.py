"""Building blocks of scores: sums by group, areas under curves and medians, from row counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import require

__all__ = ["Counts", "indicator", "median", "ranking", "ratio"]

Counts = NDArray[np.float64]
"""How often each row counts in each sample, shape `(rows, samples)`."""


def ranking(
    scores: NDArray[Any], positive: NDArray[Any]
) -> Callable[[Counts], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return a function from counts to area under the ROC curve and average precision.

    Rows are grouped by score, best first. Only groups with a positive row matter: for each, the
    positives in it, the negatives in it, and the negatives passed since the last such group are
    three rows of one sparse product.
    """
    positive = np.asarray(positive, bool)
    order = np.argsort(-scores.astype(float), kind="stable")
    ranked, hits = scores[order], positive[order]
    group = np.cumsum(np.r_[True, ranked[1:] != ranked[:-1]]) - 1 if len(order) else order
    has_hit = np.zeros(group[-1] + 1, bool)
    has_hit[group[hits]] = True
    number = int(has_hit.sum())
    # Position of the first group with a positive row at or after this one; `number` if none.
    place = np.r_[0, np.cumsum(has_hit)[:-1]]
    slot = place[group]
    kind = np.where(hits, 0, np.where(has_hit[group], 1, 2))
    rows = np.empty(len(order), np.int64)
    rows[order] = kind * (number + 1) + slot
    matrix = indicator(rows, 3 * (number + 1))

    def curve(counts: Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found, tied, passed = (matrix @ counts).reshape(3, number + 1, -1)
        positives, negatives = found.sum(axis=0), (tied + passed).sum(axis=0)
        found, tied, passed = found[:-1], tied[:-1], passed[:-1]
        false = np.cumsum(tied + passed, axis=0)  # false alarms at or before each group
        below = negatives - false + tied / 2
        area = ratio((found * below).sum(axis=0), positives * negatives)
        hit = np.cumsum(found, axis=0)
        precision = np.divide(hit, hit + false, out=np.zeros_like(hit), where=hit > 0)
        average = ratio((found * precision).sum(axis=0), positives)
        return area, np.where(negatives > 0, average, np.nan)

    return curve


def median(values: NDArray[np.float64], counts: Counts) -> NDArray[np.float64]:
    """Return the median of sorted `values` (rows,), each as often as `counts` (rows, samples)."""
    reached = np.cumsum(counts, axis=0)
    total = reached[-1]
    lower = (reached < np.floor((total + 1) / 2)).sum(axis=0)
    upper = (reached < np.floor(total / 2) + 1).sum(axis=0)
    return (values[lower] + values[upper]) / 2


def indicator(groups: NDArray[Any], number: int) -> Any:
    """Return a sparse `(number, rows)` matrix whose product with counts sums them by group."""
    sparse = require("scipy.sparse", "recipes")
    rows = len(groups)
    return sparse.csr_matrix((np.ones(rows), (groups, np.arange(rows))), shape=(number, rows))


def ratio(numerator: Any, denominator: Any) -> Any:
    """Return the quotient, NaN where the denominator is 0."""
    shape = np.broadcast(numerator, denominator).shape
    return np.divide(numerator, denominator, out=np.full(shape, np.nan), where=denominator != 0)
