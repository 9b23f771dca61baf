"""Series that stay what they are: a little noise, a little stretch, a window that runs faster."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportGeneralTypeIssues=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false, reportCallIssue=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

__all__ = [
    "JITTER",
    "SCALING",
    "SPEEDS",
    "WINDOW",
    "changed_series",
    "jittered",
    "scaled",
    "warped",
]

JITTER = 0.03
"""Deviation of the noise, in deviations of the series."""
SCALING = 0.1
"""Deviation of the factor around 1."""
WINDOW = 0.1
"""Share of the steps that run at another speed."""
SPEEDS = (0.5, 2.0)
WARPED_SHARE = 0.5
"""Of the rows of each epoch."""


def changed_series(
    x: Any,
    present: Any,
    generator: keras.random.SeedGenerator,
    *,
    strength: float = 1.0,
    moving: Any = 1.0,
    only_noise: bool = False,
) -> Any:
    """Return series with noise, each variable scaled, and of some rows a window warped.

    Args:
        x: Standardised, shape `(rows, steps, features)`, 0 in the padding.
        present: 1 for each step of a row, 0 in the padding, shape `(rows, steps, 1)`.
        generator: Decides everything random.
        strength: What every figure is multiplied by.
        moving: 1 for features that noise may touch, else 0, shape `(features,)`.
        only_noise: Whether size and speed stay: where the answer depends on them.

    Returns:
        Of the shape of `x`, 0 in the padding.

    Source: Um and others, "Data augmentation of wearable sensor data for Parkinson's disease
    monitoring using convolutional neural networks", 2017; Iwana and Uchida, "An empirical survey of
    data augmentation for time series classification with neural networks", 2021, whose figures
    these are.

    Guide: LVL-1.
    """
    if not only_noise:
        x = warped(x, present, generator, WINDOW * strength)
        x = scaled(x, generator, SCALING * strength, moving)
    return jittered(x, generator, JITTER * strength, moving) * present


def jittered(
    x: Any, generator: keras.random.SeedGenerator, deviation: float, moving: Any = 1.0
) -> Any:
    """Return numbers with noise added, as `changed_series` has them."""
    import keras
    from keras import ops

    noise = keras.random.normal(ops.shape(x), stddev=deviation, seed=generator)
    return x + noise * moving


def scaled(
    x: Any, generator: keras.random.SeedGenerator, deviation: float, moving: Any = 1.0
) -> Any:
    """Return series of which each variable is stretched by a factor near 1 of its own."""
    import keras
    from keras import ops

    rows, _, features = ops.shape(x)
    change = keras.random.normal((rows, 1, features), stddev=deviation, seed=generator)
    return x * (1.0 + change * moving)


def warped(x: Any, present: Any, generator: keras.random.SeedGenerator, window: float) -> Any:
    """Return series of which half have a window at half or double speed, in as many steps.

    What is before and after the window runs a little faster or slower, so that the end of a row
    stays where it is.

    Args:
        x: Shape `(rows, steps, features)`.
        present: 1 for each step of a row, 0 in the padding, shape `(rows, steps, 1)`.
        generator: Decides which rows, where, and how fast.
        window: Share of the steps in the window.
    """
    import keras
    from keras import ops

    rows, steps, _ = ops.shape(x)
    lots = keras.random.uniform((3, rows, 1), seed=generator)
    length = ops.sum(present, axis=1)  # (n, 1)
    last = ops.maximum(length - 1.0, 0.0)
    width = last * window
    start = lots[0] * (last - width)
    slow, fast = (1.0 / speed for speed in SPEEDS)
    chosen = ops.where(lots[1] < 0.5, slow, fast)
    longer = ops.where(lots[2] < WARPED_SHARE, chosen, 1.0)  # how much longer the window lasts
    # 1. From a step of the answer to a time in the warped row, which lasts longer or shorter.
    step = ops.cast(ops.expand_dims(ops.arange(steps), 0), x.dtype)  # (1, t)
    whole = last - width + width * longer
    time = step * whole / ops.maximum(last, 1.0)  # (n, t)
    # 2. From there to a place in the row as it was.
    inside = start + (time - start) / longer
    place = ops.where(time < start + width * longer, inside, time - width * longer + width)
    place = ops.clip(ops.where(time < start, time, place), 0.0, last)
    place = ops.where(step > last, step, place)  # the padding stays where it is
    # 3. Between two steps lies what lies between their values.
    before = ops.floor(place)
    part = ops.expand_dims(place - before, -1)
    first = ops.cast(before, "int32")
    second = ops.minimum(first + 1, steps - 1)

    def at(index: Any) -> Any:
        return ops.take_along_axis(x, ops.expand_dims(index, -1), axis=1)

    return at(first) * (1.0 - part) + at(second) * part
