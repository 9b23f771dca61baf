"""Rows that are equal in every feature, found by hashing columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import TABLE_KINDS
from ..dataset import Dataset

__all__ = ["row_hashes", "same_rows"]

# An odd multiplier, so that the order of columns matters.
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(dataset: Dataset) -> NDArray[np.uint64]:
    """Return a number for each row that is equal for rows with equal features.

    Args:
        dataset: Rows with features; labels are not looked at. Missing values are equal.
    """
    import pandas as pd

    total = np.zeros(len(dataset), np.uint64)
    for column in dataset.columns:
        values = dataset.features[column.name]
        if column.kind not in TABLE_KINDS:
            # The bytes of a recording or an image stand for it.
            values = np.array([np.asarray(row).tobytes().hex() for row in values], object)
        blocks = [values] if values.ndim == 1 else [values[:, i] for i in range(values.shape[1])]
        for block in blocks:
            # Adding zero makes -0.0 and 0.0 one value.
            hashed = pd.util.hash_array(block if block.dtype == object else block + 0.0)
            total = total * MULTIPLIER + hashed.astype(np.uint64)
            total ^= total >> np.uint64(29)
    return total


def same_rows(dataset: Dataset) -> NDArray[np.int64]:
    """Return for each row the number of its set of equal rows, from 0 in order of appearance."""
    import pandas as pd

    return pd.factorize(row_hashes(dataset))[0].astype(np.int64)
