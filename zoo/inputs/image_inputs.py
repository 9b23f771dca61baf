"""Images inside the model: each channel standardised by the training rows."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

__all__ = ["channel_statistics", "image_block", "standardised"]

_AT_ONCE = 1_024


def image_block(values: NDArray[np.float32], name: str = "encode_image") -> keras.Model | None:
    """Return the part of a preprocessor that encodes one image of each row.

    Each channel is standardised by its mean and deviation over all pixels of all training rows, so
    that it does not matter whether values lie from 0 to 255 or from 0 to 1. A missing pixel is the
    mean. A channel of one single value says nothing and stays 0.

    Args:
        values: Training rows, shape `(rows, height, width, channels)`, NaN for what is missing.
        name: The name of the layer.

    Returns:
        A model from `(rows, height, width, channels)` to float32 of the same shape; None where all
        pixels are equal.

    Guide: SEQ-1, PH-1d, MIS-3.
    """
    import keras

    mean, deviation = channel_statistics(values)
    if not (deviation > 0).any():
        return None
    pixels = keras.Input(values.shape[1:], name="pixels", dtype="float32")
    return keras.Model(pixels, standardised(pixels, mean, deviation), name=name)


def channel_statistics(values: NDArray[np.float32]) -> tuple[NDArray, NDArray]:
    """Return mean and standard deviation of each channel, which is the last axis.

    A channel without two different values has a deviation of 0.

    Args:
        values: Numbers with NaN for missing, shape `(rows, …, channels)`.

    Examples:
        >>> mean, deviation = channel_statistics(np.array([[[0.0, 1.0]], [[2.0, 1.0]]]))
        >>> mean.tolist(), deviation.tolist()
        ([1.0, 1.0], [1.0, 0.0])
    """
    channels = values.shape[-1]
    count, total, squares = np.zeros(channels), np.zeros(channels), np.zeros(channels)
    least, most = np.full(channels, np.inf), np.full(channels, -np.inf)

    def pieces() -> Iterator[tuple[NDArray, NDArray]]:
        # In pieces, so that nothing large is copied in double precision.
        for start in range(0, len(values), _AT_ONCE):
            piece = values[start : start + _AT_ONCE].reshape(-1, channels)
            yield piece, ~np.isnan(piece)

    for piece, known in pieces():
        count += known.sum(axis=0)
        total += np.where(known, piece, 0).sum(axis=0, dtype=np.float64)
        least = np.minimum(least, np.where(known, piece, np.inf).min(axis=0))
        most = np.maximum(most, np.where(known, piece, -np.inf).max(axis=0))
    mean = total / np.maximum(count, 1)
    for piece, known in pieces():
        distance = np.where(known, piece - mean.astype(piece.dtype), 0)
        squares += np.square(distance).sum(axis=0, dtype=np.float64)
    spread = np.sqrt(squares / np.maximum(count, 1))
    return mean, np.where(most > least, spread, 0.0)


def standardised(pixels: Any, mean: NDArray, deviation: NDArray) -> Any:
    """Return pixels with mean 0 and deviation 1 in each channel, 0 where they are missing.

    Args:
        pixels: Shape `(n, …, channels)`.
        mean: Of each channel in training.
        deviation: Standard deviation of each channel in training; 0 for a constant.
    """
    from keras import layers, ops

    # Keras would divide a constant by 1e-7; the largest variance silences it instead.
    variance = np.where(deviation > 0, np.square(deviation), np.finfo(np.float32).max)
    standardise = layers.Normalization(
        mean=mean.tolist(), variance=variance.tolist(), dtype="float32", name="standardise"
    )
    return ops.where(ops.isnan(pixels), 0.0, standardise(pixels))
