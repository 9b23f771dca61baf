"""Recordings that stay what they are: a little noise, and begun a little earlier or later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_RATIO", "MOST_RATIO", "SHIFT", "changed_recording"]

LEAST_RATIO, MOST_RATIO = 20.0, 40.0
"""Decibels of the recording above the noise."""
SHIFT = 0.05
"""Share of its length that a recording is moved by."""


def changed_recording(
    waveform: NDArray[Any], draw: np.random.Generator, strength: float = 1.0, *, move: bool = True
) -> NDArray[np.float32]:
    """Return a recording with noise, moved in time, with silence where it left.

    A change of loudness would be no change to a model, which takes it out.

    Args:
        waveform: Numbers from -1 to 1, NaN after the end, shape `(samples,)`.
        draw: Decides everything random.
        strength: What the noise and the way it is moved are multiplied by.
        move: Whether it may be moved, by which a part of it leaves.

    Guide: LVL-1.

    Examples:
        >>> wave = np.sin(np.arange(1_000) / 10)
        >>> changed = changed_recording(wave, np.random.default_rng(0), move=False)
        >>> 0.0 < float(np.abs(changed - wave).max()) < 0.5
        True
    """
    wave = np.array(waveform, np.float32)
    inside = ~np.isnan(wave)
    known = wave[inside]
    if not len(known):
        return wave
    if move:
        most = int(SHIFT * strength * len(known))
        by = int(draw.integers(-most, most + 1))
        moved = np.zeros_like(known)
        moved[max(by, 0) : len(known) + min(by, 0)] = known[max(-by, 0) : len(known) - max(by, 0)]
        known = moved
    level = float(np.sqrt(np.square(known, dtype=np.float64).mean()))
    ratio = draw.uniform(LEAST_RATIO, MOST_RATIO)
    noise = draw.normal(0.0, level * strength * 10.0 ** (-ratio / 20.0), len(known))
    wave[inside] = np.clip(known + noise, -1.0, 1.0)
    return wave
