"""Sequences of images inside the model: standardised, padding marked, each frame to a vector."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false, reportCallIssue=false
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .image_inputs import channel_statistics, standardised
from .sequence_inputs import present_steps

if TYPE_CHECKING:
    import keras

__all__ = ["flat_frames", "frame_block", "frame_vectors"]

FRAME_FILTERS = (16, 32, 64, 64)
"""Of each convolution that halves a frame; a small frame needs fewer of them."""
_SMALL_SIDE = 4


def frame_block(
    values: NDArray[np.float32], longest: int, name: str = "encode_frames"
) -> keras.Model | None:
    """Return the part of a preprocessor that encodes one sequence of images of each row.

    Each channel is standardised over all pixels of all frames of all training rows; a missing pixel
    is the mean.

    Args:
        values: Training rows, shape `(rows, frames, height, width, channels)`, NaN for what is
            missing and after the end of a row.
        longest: Frames of a row that are read at most, from its beginning.
        name: The name of the layer.

    Returns:
        A model from `(rows, frames, height, width, channels)` to a dictionary: under "" float32
        of the same shape, 0 in the padding; under "present" `(rows, frames, 1)`, 0 in the padding,
        else 1. None where all pixels are equal.

    Guide: SEQ-1, PH-1d, MIS-3.
    """
    import keras
    from keras import ops

    values = values[:, :longest]
    mean, deviation = channel_statistics(values)
    if not (deviation > 0).any():
        return None
    frames = keras.Input((None, *values.shape[2:]), name="frames", dtype="float32")
    x: Any = frames[:, :longest]
    seen = ops.any(ops.logical_not(ops.isnan(x)), axis=(2, 3, 4))  # (n, t)
    present = present_steps(ops.expand_dims(ops.where(seen, 0.0, np.nan), -1))  # (n, t, 1)
    # What is missing is 0 after standardising, and so is every frame of the padding.
    pixels = standardised(x, mean, deviation)
    return keras.Model(frames, {"": pixels, "present": present}, name=name)


def flat_frames(x: Any, name: str) -> Any:
    """Return each frame as one row of its pixels, `(n, t, h, w, c)` to `(n, t, h w c)`."""
    from keras import layers

    return layers.Reshape((-1, math.prod(x.shape[2:])), name=name)(x)


def frame_vectors(x: Any, width: int, key: str) -> Any:
    """Return a vector for each frame, by a small convolutional network that all frames share.

    Convolutions of 3 × 3 pixels halve a frame until a side is 4 pixels or fewer, or four times;
    what is left keeps its place in the frame, which tells where something moves. No frame is read
    beside another, so padding reaches none.

    Args:
        x: Shape `(n, t, height, width, channels)`.
        width: Of the vector for each frame.
        key: The name of the encoded tensor.

    Returns:
        Shape `(n, t, width)`.

    Guide: SEQ-1.
    """
    from keras import layers

    # A kernel one frame deep: the same layers for every frame, without a loop over them.
    for number, filters in enumerate(FRAME_FILTERS, 1):
        if min(x.shape[2:4]) <= _SMALL_SIDE:
            break
        convolve = layers.Conv3D(
            filters,
            (1, 3, 3),
            strides=(1, 2, 2),
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{key}_each_convolution_{number}",
        )
        x = convolve(x)  # (n, t, h, w, c) -> (n, t, h / 2, w / 2, filters)
    x = flat_frames(x, f"{key}_flat")
    return layers.Dense(width, activation="relu", name=f"project_{key}")(x)
