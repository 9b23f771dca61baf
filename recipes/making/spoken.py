"""Made speech: each digit is two tones at once, as of a telephone's keys, said by four voices."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..reading.wav_files import write_wav
from .examples import Example

__all__ = ["EXAMPLE"]

RATE = 4_000
RECORDINGS = 400
MOST_DIGITS = 5
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LOW, HIGH = (350.0, 470.0, 620.0), (800.0, 1_000.0, 1_250.0, 1_550.0)
VOICES = {"ada": 0.94, "ben": 0.98, "cleo": 1.02, "dan": 1.06}
"""How much higher than the others each speaks."""


def _digit(draw: np.random.Generator, digit: int, voice: float) -> NDArray[np.float64]:
    """Return one digit: two tones, soft at both ends, and the silence after it."""
    samples = int(RATE * draw.uniform(0.10, 0.18))
    time = np.arange(samples) / RATE
    tones = [LOW[digit % 3] * voice, HIGH[digit // 3] * voice]
    sound = sum(np.sin(2 * np.pi * tone * time + draw.uniform(0, 6)) for tone in tones)
    shape = np.sin(np.pi * np.arange(samples) / samples) ** 0.5
    return np.concatenate([sound * shape, np.zeros(draw.integers(RATE // 50, RATE // 15))])


def _write(folder: Path, seed: int) -> Path:
    """Write `spoken`: recordings, and `metadata.csv` with what is said in each, and by whom."""
    draw = np.random.default_rng(seed)
    place = folder / "spoken"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "text", "speaker"])
        for number in range(RECORDINGS):
            speaker = str(draw.choice(list(VOICES)))
            digits = draw.integers(0, 10, draw.integers(1, MOST_DIGITS + 1)).tolist()
            said = [_digit(draw, digit, VOICES[speaker]) for digit in digits]
            whole = np.concatenate(said) * draw.uniform(0.05, 0.25)
            name = f"{number:03}.wav"
            write_wav(place / name, RATE, whole + draw.normal(0, 0.004, len(whole)))
            writer.writerow([name, " ".join(WORDS[digit] for digit in digits), speaker])
    return place


EXAMPLE = Example(
    f"{RECORDINGS} made recordings of one to {MOST_DIGITS} digits, each digit two tones at once.",
    _write,
    ("--target", "text"),
    "speech_recognition",
)
