"""Sequences of numbers inside the model: standardised, gaps filled, padding marked."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false, reportCallIssue=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .number_inputs import number_block, number_statistics

if TYPE_CHECKING:
    import keras

__all__ = ["present_steps", "sequence_block"]


def sequence_block(
    values: NDArray[np.float32], longest: int, name: str = "encode_sequence"
) -> keras.Model | None:
    """Return the part of a preprocessor that encodes one sequence of numbers.

    Each number of a step is standardised over all steps of all training rows, bounded and, where
    it is missing, the mean; numbers that are missing in steps of training rows get an indicator.

    Args:
        values: Training rows, shape `(rows, steps, width)`, NaN for what is missing and after the
            end of a row.
        longest: Steps of a row that are read at most, from its beginning.
        name: The name of the layer.

    Returns:
        A model from `(rows, steps, width)` to a dictionary: under "" float32 `(rows, steps,
        features)`, 0 in the padding; under "present" `(rows, steps, 1)`, 0 in the padding, else 1.
        None when no number takes two values.

    Guide: SEQ-1, PH-1d, MIS-3.
    """
    import keras

    values = values[:, :longest]
    known: Any = ~np.isnan(values).all(axis=2)
    # Up to the last known step.
    inside: Any = np.flip(np.maximum.accumulate(np.flip(known, 1), 1), 1)
    mean, deviation, missing = number_statistics(values[inside])
    if not (deviation > 0).any():
        return None
    width = values.shape[2]

    # 1. Layers.
    encode = number_block(mean, deviation, missing, "encode_steps", every_step=True)

    # 2. Graph.
    steps = keras.Input((None, width), name="steps", dtype="float32")
    x: Any = steps[:, :longest]
    present = present_steps(x)  # (n, t, 1)
    features: Any = encode(x)  # (n, t, width) -> (n, t, width + indicators)
    return keras.Model(steps, {"": features * present, "present": present}, name=name)


def present_steps(x: Any) -> Any:
    """Return 1 for each step up to the last that holds a number, and 0 after it.

    Args:
        x: Shape `(n, t, width)`, NaN for what is missing.

    Returns:
        float32, shape `(n, t, 1)`.
    """
    from keras import ops

    known = ops.cast(ops.any(ops.logical_not(ops.isnan(x)), axis=2, keepdims=True), "float32")
    after = ops.flip(ops.cumsum(ops.flip(known, axis=1), axis=1), axis=1)
    return ops.cast(ops.greater(after, 0.0), "float32")
