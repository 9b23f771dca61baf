"""How many rows a model can answer at once in the memory of a small machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.inputs.audio_inputs import numbers_of_sample
from ...zoo.ragged import row_lengths
from ..dataset import Dataset

if TYPE_CHECKING:
    import keras

__all__ = ["MOST_ROWS", "answers", "joined", "rows_at_once", "rows_of_size"]

MOST_ROWS = 8192
"""Results do not depend on it, and large batches cost several times less than small ones."""
LARGEST_TENSOR = 2**26
"""Numbers of the largest tensor inside a model: 256 MiB in single precision."""

LENGTH_UNKNOWN = 256
"""Steps that a row is taken to have where a model reads any number of them."""


def rows_at_once(model: keras.Model) -> int:
    """Return the rows of one batch when a model only answers: fewer where it is large inside.

    A recurrent layer keeps a state for each word, attention a number for each pair of words: 8,192
    texts of 256 words at 8 heads would be 16 GiB.

    Args:
        model: A functional model, with others inside.
    """
    return max(1, min(MOST_ROWS, LARGEST_TENSOR // _numbers_of_a_row(model)))


def rows_of_size(dataset: Dataset) -> int:
    """Return how many raw rows may be held at once as one block, long rows deciding."""
    largest = 1
    for column in dataset.columns:
        values = dataset.features[column.name]
        if column.is_ragged and len(values):
            each = math.prod(column.step_shape)
            each *= numbers_of_sample() if column.kind == "audio" else 1
            largest = max(largest, int(row_lengths(values).max()) * each)
        elif column.kind == "image":
            largest = max(largest, math.prod(column.shape))
    return max(1, min(MOST_ROWS, LARGEST_TENSOR // largest))


def joined(pieces: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return pieces of rows as one array; where they differ in steps, 0 stands after the end.

    Args:
        pieces: Each of shape `(rows, …)` or `(rows, steps, …)`.
    """
    if pieces[0].ndim > 2:
        most = max(piece.shape[1] for piece in pieces)
        pieces = [
            np.pad(piece, [(0, 0), (0, most - piece.shape[1]), *[(0, 0)] * (piece.ndim - 2)])
            for piece in pieces
        ]
    return np.concatenate(pieces)


def answers(trunk: keras.Model, encoded: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Return what a trunk answers to encoded rows, batch by batch, shape `(rows, outputs)`."""
    rows, step = len(next(iter(encoded.values()))), rows_at_once(trunk)
    parts = [
        np.asarray(trunk({key: x[start : start + step] for key, x in encoded.items()}))
        for start in range(0, rows, step)
    ]
    return np.concatenate(parts)


def _numbers_of_a_row(model: keras.Model) -> int:
    import keras

    largest = 1
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            largest = max(largest, _numbers_of_a_row(layer))
            continue
        shapes = [tensor.shape[1:] for tensor in keras.tree.flatten(layer.output)]
        largest = max([largest, *map(_size, shapes)])
        if isinstance(layer, keras.layers.MultiHeadAttention):
            length = shapes[0][0] or LENGTH_UNKNOWN
            largest = max(largest, layer.num_heads * length**2)
    return largest


def _size(shape: Any) -> int:
    return math.prod(width or LENGTH_UNKNOWN for width in shape)
