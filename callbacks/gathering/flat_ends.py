"""Where an activation is flat: found by asking it, so that one of the user's own counts as well."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from .forward_pass import tracing_errors

__all__ = ["ends_of"]

# Far out on both sides, twice: an activation with an end has arrived there.
FAR = (-200.0, -100.0, 100.0, 200.0)
# As a share of the way from one end to the other.
ARRIVED = 1e-4


def ends_of(activation: Any) -> tuple[float, float] | None:
    """Return the lower and the upper end of an activation; None where it has not two of them.

    A softmax has none: it is asked about one unit at a time. Nothing is added to a TensorFlow
    function that is being traced.

    Examples:
        >>> ends_of(keras.activations.tanh), ends_of(keras.activations.relu)
        ((-1.0, 1.0), None)
    """
    if not callable(activation) or isinstance(activation, keras.layers.Layer):
        return None
    import tensorflow as tf

    with tf.init_scope():
        try:
            answer = activation(keras.ops.convert_to_tensor(np.array(FAR, "float32")[:, None]))
            values = np.asarray(keras.ops.convert_to_numpy(answer), np.float64).reshape(-1)
        except tracing_errors():
            return None
    if len(values) != len(FAR) or not np.isfinite(values).all():
        return None
    low, high = (float(values[0]), float(values[-1]))
    slack = ARRIVED * abs(high - low)
    there = abs(values[1] - low) <= slack and abs(values[2] - high) <= slack
    if not there or math.isclose(low, high):
        return None
    return (low, high) if low < high else (high, low)
