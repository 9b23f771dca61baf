"""Made films: a bright dot circles one way or the other, waves or nods, under noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import require
from ...zoo.ragged import as_rows
from .examples import Example

__all__ = ["EXAMPLE", "gesture_films"]

GESTURES = ("clockwise", "counterclockwise", "nod", "wave")
SIDE = 16
FILMS = 320
SHORTEST, LONGEST = 8, 14
NOISE = 12.0


def gesture_films(count: int, seed: int = 0) -> tuple[NDArray, NDArray[np.int64]]:
    """Return films of one gesture each, and which of `GESTURES` it is.

    A gesture begins anywhere on its path. Both circles pass the same places, so only the order of
    the frames tells one from the other.

    Args:
        count: How many.
        seed: Decides everything.

    Returns:
        An array of films `(frames, 16, 16, 1)` of 0 to 255, and numbers of gestures `(count,)`.

    Examples:
        >>> films, kinds = gesture_films(4)
        >>> films[0].shape[1:], kinds.tolist()
        ((16, 16, 1), [0, 1, 2, 3])
    """
    draw = np.random.default_rng(seed)
    kinds = np.arange(count) % len(GESTURES)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    films = []
    for kind in kinds:
        frames = int(draw.integers(SHORTEST, LONGEST + 1))
        # One turn takes eight to eleven frames.
        speed = 2 * np.pi / draw.uniform(8, 11)
        phase = draw.uniform(0, 2 * np.pi) + speed * np.arange(frames)
        if GESTURES[kind] == "counterclockwise":
            phase = -phase
        reach, middle = draw.uniform(3, 5), draw.uniform(6, SIDE - 7, 2)
        down = middle[0] + reach * np.sin(phase) * (GESTURES[kind] != "wave")
        right = middle[1] + reach * np.cos(phase) * (GESTURES[kind] != "nod")
        away = np.square(rows - down[:, None, None]) + np.square(columns - right[:, None, None])
        film = 40 + 190 * np.exp(-away / 2) + draw.normal(0, NOISE, away.shape)
        films.append(np.clip(film, 0, 255)[..., None])
    return as_rows(films, np.uint8), kinds.astype(np.int64)


def _write(folder: Path, seed: int) -> Path:
    image = require("PIL.Image", "recipes")
    place = folder / "gestures"
    for number, (film, kind) in enumerate(zip(*gesture_films(FILMS, seed), strict=True)):
        inner = place / GESTURES[kind]
        inner.mkdir(parents=True, exist_ok=True)
        first, *rest = [image.fromarray(frame[..., 0]) for frame in film]
        first.save(inner / f"{number:03}.gif", save_all=True, append_images=rest, duration=80)
    return place


EXAMPLE = Example(
    "Short films of a dot that circles either way, waves or nods, in a folder for each gesture.",
    _write,
    (),
    "action_recognition",
)
