"""Where an activation is flat: found by asking it, so that one of the user's own counts as well."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import keras
import numpy as np

from .forward_pass import tracing_errors

__all__ = ["FLAT_END", "ends_of", "flat_share_of_usual"]

# So near to an end, as a share of the way between both, the slope is below 1/38 of the steepest:
# sigmoid of 5, and tanh of 2.5, its twin.
FLAT_END = 0.0067
# Far out on both sides, twice: an activation with an end has arrived there.
FAR = (-200.0, -100.0, 100.0, 200.0)
# As a share of the way from one end to the other.
ARRIVED = 1e-4
# What a unit usually gets: numbers of about unit deviation.
USUAL = tuple(NormalDist().inv_cdf((at + 0.5) / 40) for at in range(40))


def ends_of(activation: Any) -> tuple[float, float] | None:
    """Return the lower and the upper end of an activation; None where it has not two of them.

    A softmax has none: of several units only one is at its upper end. Nothing is added to a
    TensorFlow function that is being traced.

    Examples:
        >>> ends_of(keras.activations.tanh), ends_of(keras.activations.relu)
        ((-1.0, 1.0), None)
    """
    values = _asked(activation, FAR)
    if values is None:
        return None
    low, high = float(values[0]), float(values[-1])
    slack = ARRIVED * abs(high - low)
    there = abs(values[1] - low) <= slack and abs(values[2] - high) <= slack
    if not there or math.isclose(low, high):
        return None
    return (low, high) if low < high else (high, low)


def flat_share_of_usual(activation: Any) -> float:
    """Return the share of usual numbers, of unit deviation, for which an activation is flat.

    Examples:
        >>> steep = lambda given: keras.ops.tanh(40 * given)
        >>> flat_share_of_usual(keras.activations.tanh), flat_share_of_usual(steep) > 0.9
        (0.0, True)
    """
    ends = ends_of(activation)
    values = None if ends is None else _asked(activation, USUAL)
    if ends is None or values is None:
        return 0.0
    slack = FLAT_END * (ends[1] - ends[0])
    return float(((values < ends[0] + slack) | (values > ends[1] - slack)).mean())


def _asked(activation: Any, numbers: Sequence[float]) -> np.ndarray | None:
    """Return what a function answers; None for layers, and where an answer is not finite."""
    if not callable(activation) or isinstance(activation, keras.layers.Layer):
        return None
    with _outside():
        try:
            given = keras.ops.convert_to_tensor(np.array(numbers, "float32")[None, :])
            answer = np.asarray(keras.ops.convert_to_numpy(activation(given)), np.float64)
        except tracing_errors():
            return None
    known = answer.size == len(numbers) and bool(np.isfinite(answer).all())
    return answer.reshape(-1) if known else None


def _outside() -> Any:
    """Return a scope outside of what is being traced."""
    if keras.backend.backend() != "tensorflow":
        return contextlib.nullcontext()
    import tensorflow as tf

    return tf.init_scope()
