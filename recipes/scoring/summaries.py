"""A few plain numbers for each sequence, for models without an order: the baselines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SUMMARIES"]


def _of_sequences(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return mean, deviation, first and last of each number of the steps, `(rows, 4 width)`."""
    rows = []
    for value in values:
        steps = np.asarray(value, np.float64)
        known = steps[~np.isnan(steps).all(axis=1)]
        if not len(known):
            rows.append(np.full(4 * steps.shape[1], np.nan))
            continue
        count = np.maximum((~np.isnan(known)).sum(axis=0), 1)
        mean = np.nansum(known, axis=0) / count
        spread = np.sqrt(np.nansum((known - mean) ** 2, axis=0) / count)
        rows.append(np.concatenate([mean, spread, known[0], known[-1]]))
    return np.array(rows)


# For each kind of column that is no cell of a table.
SUMMARIES: dict[str, Callable[[NDArray[Any]], NDArray[np.float64]]] = {"sequence": _of_sequences}
