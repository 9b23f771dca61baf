"""Made images: circles, squares and triangles of any size and place, under noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import require
from .examples import Example

__all__ = ["EXAMPLE", "shape_images"]

SHAPES = ("circle", "square", "triangle")
SIDE = 28
IMAGES = 360
NOISE = 12.0
TURN = 0.3


def shape_images(count: int, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return grey images of one shape each, and which of `SHAPES` it is.

    The shapes have about the same area, turn a little and stand anywhere, so that no single pixel
    and no brightness tells one from another.

    Args:
        count: How many.
        seed: Decides everything.

    Returns:
        Images `(count, 28, 28)` of 0 to 255, and numbers of shapes `(count,)`.

    Examples:
        >>> images, kinds = shape_images(6)
        >>> images.shape, kinds.tolist()
        ((6, 28, 28), [0, 1, 2, 0, 1, 2])
    """
    draw = np.random.default_rng(seed)
    kinds = np.arange(count) % len(SHAPES)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for number, kind in enumerate(kinds):
        radius, turn = draw.uniform(6.0, 9.0), draw.uniform(-TURN, TURN)
        middle = draw.uniform(10, SIDE - 10, 2)
        away, angle = _polar(rows - middle[0], columns - middle[1], turn)
        corners = (0, 4, 3)[kind]
        border = radius
        if corners:
            # A regular polygon of the area of the circle: how far its side lies at each angle.
            part = np.pi / corners
            inner = radius * np.sqrt(np.pi / (corners * np.tan(part)))
            border = inner / np.cos(np.mod(angle, 2 * part) - part)
        back, front = draw.uniform(20, 100), draw.uniform(130, 235)
        level = np.where(away <= border, front, back) + draw.normal(0, NOISE, away.shape)
        images[number] = np.clip(level, 0, 255)
    return images, kinds.astype(np.int64)


def _polar(down: NDArray, right: NDArray, turn: float) -> tuple[NDArray, NDArray]:
    return np.hypot(down, right), np.arctan2(down, right) + turn


def _write(folder: Path, seed: int) -> Path:
    image = require("PIL.Image", "recipes")
    place = folder / "shapes"
    for number, (pixels, kind) in enumerate(zip(*shape_images(IMAGES, seed), strict=True)):
        inner = place / SHAPES[kind]
        inner.mkdir(parents=True, exist_ok=True)
        image.fromarray(pixels).save(inner / f"{number:03}.png")
    return place


EXAMPLE = Example(
    "Small grey pictures of circles, squares and triangles, in a folder for each.",
    _write,
    (),
    "image_classification",
)
