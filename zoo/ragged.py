"""Rows of unequal length as one block, with NaN after the end of the shorter ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import Problem
from .tasks import Column

__all__ = ["as_rows", "padded", "row_lengths"]


def as_rows(rows: Iterable[Any], dtype: Any = np.float32) -> NDArray[Any]:
    """Return rows of unequal length as an array of arrays, shape `(rows,)`, dtype object.

    Args:
        rows: Anything that numpy makes an array of, row by row.
        dtype: Of each row; None keeps what a row has.

    Examples:
        >>> as_rows([[1, 2], [3]])[1]
        array([3.], dtype=float32)
    """
    items = [np.asarray(row, dtype) for row in rows]
    array = np.empty(len(items), object)
    array[:] = items
    return array


def row_lengths(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return the steps of each row, of an array of arrays or of a block."""
    if values.dtype == object:
        return np.array([len(row) for row in values], np.int64)
    return np.full(len(values), values.shape[1], np.int64)


def padded(column: Column, values: NDArray[Any]) -> tuple[NDArray[np.float32], Problem | None]:
    """Return rows as one block `(rows, steps, *column.step_shape)`, or what is wrong with them.

    Args:
        column: Of a kind whose rows may differ in length.
        values: An array of arrays `(steps, *step_shape)`, or a block.
    """
    name, shape = column.name, column.step_shape
    expected = f"(steps, {', '.join(map(str, shape))})" if shape else "(steps,)"
    if values.dtype != object:
        rows: Any = values
    else:
        rows = []
        for row in values:
            try:
                rows.append(np.asarray(row, np.float32))
            except (TypeError, ValueError):
                message = f"Row {len(rows) + 1} of column '{name}' holds no numbers"
                return _nothing(shape), Problem("column_type", message, expected, repr(row)[:60])
    for number, row in enumerate(rows, 1):
        if row.shape[1:] != shape or row.ndim != 1 + len(shape):
            message = f"Row {number} of column '{name}' has an unusable shape"
            return _nothing(shape), Problem("column_width", message, expected, str(row.shape))
        if values.dtype != object:
            break  # all rows of a block have one shape
    longest = max((len(row) for row in rows), default=0)
    block = np.full((len(values), max(longest, 1), *shape), np.nan, np.float32)
    for number, row in enumerate(rows):
        block[number, : len(row)] = row
    if np.isinf(block).any():
        number = int(np.argwhere(np.isinf(block))[0][0]) + 1
        message = f"The column '{name}' holds an infinite number, first in row {number}"
        return block, Problem("column_not_finite", message, "finite numbers or NaN")
    return block, None


def _nothing(shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.empty((0, 1, *shape), np.float32)
