"""The functions of a script that change series: noise, scaling, and a window that runs faster."""

from __future__ import annotations

import numpy as np

from ..augmenting.figures import NOISE_ALONE, STRENGTHS
from ..augmenting.series import JITTER, SCALING, SPEEDS, WARPED_SHARE, WINDOW
from .plan import Plan
from .writing import comment

__all__ = ["series_changes"]

_WARPED = '''
def warped(x, present):
    """Return series of which {share:.0%} have a window at {slow:g} or {fast:g} times its speed."""
    lots = np.asarray(keras.random.uniform((3, len(x), 1), seed=draws))
    last = np.maximum(present.sum(axis=1) - 1, 0)
    width = last * {window}
    start = lots[0] * (last - width)
    longer = np.where(lots[1] < 0.5, {longer}, {shorter})  # than it was, in time
    longer = np.where(lots[2] < {share}, longer, 1.0).astype("float32")
    # What is before and after runs a little slower or faster, so that the end stays where it is.
    step = np.arange(x.shape[1], dtype="float32")[None]
    time = step * (last - width + width * longer) / np.maximum(last, 1)
    inside = start + (time - start) / longer
    place = np.where(time < start + width * longer, inside, time - width * longer + width)
    place = np.clip(np.where(time < start, time, place), 0, last)
    place = np.where(step > last, step, place)[:, :, None]
    # Between two steps lies what lies between their values.
    first = place.astype(int)
    second, part = np.minimum(first + 1, x.shape[1] - 1), place - first
    before, after = (np.take_along_axis(x, each, axis=1) for each in (first, second))
    return before * (1 - part) + after * part
'''
_CHANGED = '''
def changed(taken, rows, order):
    """Return the series of a batch {told}, anew in each epoch."""
    deal(order, rows)
    x, present = taken["sequence_0"], taken["sequence_0_present"]
'''
_SCALED = """    x = warped(x, present)
    factor = keras.random.normal((len(x), 1, x.shape[2]), stddev={scaling}, seed=draws)
    x = x * (1 + np.asarray(factor) * moving)
"""
_NOISE = """    noise = keras.random.normal(x.shape, stddev={jitter}, seed=draws)
    return taken | {{"sequence_0": (x + np.asarray(noise) * moving) * present}}
"""


def series_changes(plan: Plan) -> tuple[list[str], list[str]]:
    """Return functions and lines as `changes` does, for a run on series or other sequences.

    Args:
        plan: Of a run that changes its sequences.
    """
    (column,) = plan.dataset.columns
    strength = STRENGTHS[plan.config.augmentation]
    noise = _NOISE.format(jitter=JITTER * strength)
    count = column.width
    if plan.task.kind == "forecasting":
        windows = np.asarray(plan.splits.train.features[column.name])
        count = int(np.isnan(windows[:, -1]).all(axis=0).sum())
    lines = [
        *comment("Noise is for what varies."),
        'moving = (encoded_train["sequence_0"] != 0).any(axis=(0, 1)).astype("float32")',
    ]
    if plan.model_width("sequence_0") > count:
        lines += [f"moving[{count}:] = 0  # marks of what is missing, and the calendar"]
    if plan.task.kind in NOISE_ALONE:
        told = "with a little noise"
        return [(_CHANGED.format(told=told).strip() + "\n" + noise).strip()], lines
    made = _WARPED.format(
        window=WINDOW * strength,
        share=WARPED_SHARE,
        slow=SPEEDS[0],
        fast=SPEEDS[1],
        longer=1 / SPEEDS[0],
        shorter=1 / SPEEDS[1],
    )
    body = _CHANGED.format(told="warped, scaled and with a little noise").strip() + "\n"
    return [
        made.strip(),
        (body + _SCALED.format(scaling=SCALING * strength) + noise).strip(),
    ], lines
