"""Speech: frames joined before they are read, and what is heard in each, or nothing."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false, reportCallIssue=false
from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tasks import Task
from .streams import Steps, answer_layer

if TYPE_CHECKING:
    import keras

__all__ = ["SURE", "answer_frames", "frame_answers", "shorter"]

REDUCTION = 2
"""Frames of the input for one of the answer: 20 milliseconds, which no sign is shorter than."""
_KERNEL = 5
SURE = 100.0
"""The logarithm of a probability of padding to be anything but a blank is this below 0."""


def frame_answers(frames: Any) -> Any:
    """Return how many answers there are for so many frames of the input.

    Examples:
        >>> frame_answers(7)
        4
    """
    return -(-frames // REDUCTION)


def shorter(steps: Steps, width: int) -> Steps:
    """Return a sequence with half as many steps, each made of nine of before.

    Two convolutions, the first at every other step, spare a recurrent network half of its way.
    They reach into the padding, which is 0 as it is beyond a block, so padding changes nothing.

    Args:
        steps: Shape `(n, t, features)`.
        width: Of the new steps.

    Returns:
        Shape `(n, ceil(t / 2), width)`.

    Source: Amodei and others, "Deep Speech 2", 2016.
    """
    from keras import layers, ops

    # A projection has an offset, also where there is no step.
    present = steps.present
    x = steps.x * ops.cast(present, steps.x.dtype)
    for number, stride in enumerate((REDUCTION, 1), 1):
        # 1. Layers. Padded by hand: Keras's "same" would depend on the length of the longest row.
        convolve = layers.Conv1D(
            width,
            _KERNEL,
            strides=stride,
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{steps.key}_shorten_{number}",
        )

        # 2. Graph.
        x = ops.pad(x, [(0, 0), (_KERNEL // 2, _KERNEL // 2), (0, 0)])
        present = present[:, ::stride]
        x = convolve(x)  # (n, t, f) -> (n, ceil(t / stride), width)
        x = x * ops.cast(present, x.dtype)
    return replace(steps, x=x, present=present)


def answer_frames(
    x: Any, present: Any, task: Task, penalty: keras.Regularizer | None = None
) -> Any:
    """Return the logarithm of how likely each symbol is in each frame, the blank first.

    Padding is a sure blank: a blank after the last symbol adds nothing to what is heard, and
    nothing to the loss, which Keras works out over all frames.

    Args:
        x: Shape `(n, t, width)`.
        present: 1 for each frame that is there, 0 in the padding, `(n, t, 1)`.
        task: Its names are the symbols.
        penalty: Of the kernel of the output layer.

    Returns:
        Shape `(n, t, 1 + symbols)`.

    Source: Graves and others, "Connectionist temporal classification", 2006.

    Guide: ACT-5, SEQ-10.
    """
    from keras import ops

    answer = answer_layer(task, penalty)
    blank = np.full((1, 1, task.outputs), -SURE, np.float32)
    blank[..., 0] = 0.0
    return ops.where(ops.greater(present, 0.0), answer(x), blank)
