"""Made recordings of four ways in which a tone can move, at any height and with noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..reading.wav_files import write_wav
from .examples import Example

__all__ = ["EXAMPLE"]

RATE = 4_000
OF_EACH = 60
MOVES = ("falling", "rising", "steady", "warbling")


def _tone(draw: np.random.Generator, move: str) -> NDArray[np.float64]:
    """Return one recording: a tone that moves, soft at both ends, in noise, between silences."""
    seconds = draw.uniform(0.25, 0.5)
    time = np.arange(int(RATE * seconds)) / RATE
    share = time / seconds
    octaves = {
        "falling": 0.8 * (0.5 - share),
        "rising": 0.8 * (share - 0.5),
        "steady": 0.0 * share,
        "warbling": 0.3 * np.sin(2 * np.pi * draw.uniform(8, 12) * time),
    }[move]
    frequency = draw.uniform(350, 1_100) * 2.0**octaves
    sound = np.sin(2 * np.pi * np.cumsum(frequency) / RATE) * np.sin(np.pi * share) ** 0.3
    before, after = (np.zeros(draw.integers(0, RATE // 10)) for _ in range(2))
    whole = np.concatenate([before, sound * draw.uniform(0.1, 0.6), after])
    return whole + draw.normal(0, 0.01, len(whole))


def _write(folder: Path, seed: int) -> Path:
    """Write `tones`, with a folder of WAV files for each way to move."""
    draw = np.random.default_rng(seed)
    for move in MOVES:
        place = folder / "tones" / move
        place.mkdir(parents=True, exist_ok=True)
        for number in range(OF_EACH):
            write_wav(place / f"{number:03}.wav", RATE, _tone(draw, move))
    return folder / "tones"


EXAMPLE = Example(
    f"{OF_EACH * len(MOVES)} made recordings of tones that rise, fall, warble or stay.",
    _write,
    (),
    "audio_classification",
)
