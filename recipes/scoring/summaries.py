"""A few plain numbers for each sequence, image or recording: what the baselines see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SUMMARIES"]

IMAGE_SIDE, FRAME_SIDE = 16, 8
"""Blocks in each direction that an image, or a frame, is averaged to."""
WINDOW = 512
"""Samples of which the energies of a recording are taken at once."""
BANDS = 16
SILENCE = 1e-8


def _of_sequences(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return mean, deviation, first and last of each number of the steps, `(rows, 4 width)`."""
    rows = []
    for value in values:
        steps = np.asarray(value, np.float64)
        known = steps[~np.isnan(steps).all(axis=1)]
        if not len(known):
            rows.append(np.full(4 * steps.shape[1], np.nan))
            continue
        count = np.maximum((~np.isnan(known)).sum(axis=0), 1)
        mean = np.nansum(known, axis=0) / count
        spread = np.sqrt(np.nansum((known - mean) ** 2, axis=0) / count)
        rows.append(np.concatenate([mean, spread, known[0], known[-1]]))
    return np.array(rows)


def _of_images(values: NDArray[Any], side: int = IMAGE_SIDE) -> NDArray[np.float64]:
    """Return the means of at most `side` × `side` blocks of each channel, `(rows, blocks)`."""
    pixels = np.asarray(values, np.float32)
    for axis in (1, 2):
        length = pixels.shape[axis]
        starts = np.unique(np.linspace(0, length, min(side, length), endpoint=False).astype(int))
        widths = np.diff(np.append(starts, length))
        shape = [1] * pixels.ndim
        shape[axis] = len(widths)
        pixels = np.add.reduceat(pixels, starts, axis=axis) / widths.reshape(shape)
    return pixels.reshape(len(pixels), -1).astype(np.float64)


def _of_frames(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return what `_of_sequences` does of the blocks of each frame, `(rows, 4 blocks)`."""
    blocks = np.empty(len(values), object)
    for number, value in enumerate(values):
        blocks[number] = _of_images(value, FRAME_SIDE)  # (t, h, w, c) -> (t, blocks)
    return _of_sequences(blocks)


def _of_recordings(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return mean and deviation over time of the logarithm of the energy in each band, by FFT.

    The bands grow wider by equal factors, as hearing does, up to half the rate.
    """
    edges = np.unique(np.geomspace(1, WINDOW // 2 + 1, BANDS + 1).round().astype(int))
    rows = []
    for value in values:
        samples = np.nan_to_num(np.asarray(value, np.float64))
        samples = np.pad(samples, (0, max(0, WINDOW - len(samples))))
        windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[:: WINDOW // 2]
        power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW), axis=1)) ** 2
        energy = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
        level = np.log(energy + SILENCE)
        rows.append(np.concatenate([level.mean(axis=0), level.std(axis=0)]))
    return np.array(rows)


# For each kind of column that is no cell of a table.
SUMMARIES: dict[str, Callable[[NDArray[Any]], NDArray[np.float64]]] = {
    "sequence": _of_sequences,
    "image": _of_images,
    "frames": _of_frames,
    "audio": _of_recordings,
}
