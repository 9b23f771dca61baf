"""Files of pictures to arrays of one size: found, opened with Pillow, brought to grey or colour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, require
from .wording import plural

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PICTURES", "decoded", "natural", "picture_files", "usual_size"]

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
_MOST_NAMED = 200
_GREY = ("1", "L", "LA", "I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def natural(path: Path) -> list[Any]:
    """Return a key that puts `frame_2` before `frame_10`.

    Examples:
        >>> sorted([Path("a10.png"), Path("a9.png")], key=natural)[0].name
        'a9.png'
    """
    parts = re.split(r"(\d+)", str(path).lower())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def picture_files(folder: Path) -> list[Path]:
    """Return the pictures in a folder, hidden ones left out, in natural order."""
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in PICTURES and not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=natural)


def usual_size(paths: Sequence[Path], largest: int) -> tuple[tuple[int, int], bool]:
    """Return the median height and width of pictures, and whether all have this size.

    Where the longer side has more than `largest` pixels, both are brought down.

    Args:
        paths: The files.
        largest: Pixels of the longer side, at most.

    Raises:
        BadInput: Files cannot be read; all are named.
    """
    sizes = np.array(_each(paths, lambda picture: (picture.height, picture.width)))
    height, width = np.median(sizes, axis=0)
    factor = min(1.0, largest / max(height, width))
    size = max(1, round(height * factor)), max(1, round(width * factor))
    return size, bool((sizes == size).all())


def decoded(
    rows: Sequence[Sequence[Path]], size: tuple[int, int], channels: int | None
) -> list[NDArray[np.uint8]]:
    """Return the frames of each row, arrays `(frames, height, width, channels)` of 0 to 255.

    A file may hold several frames, as an animated GIF does. Clear pixels become white.

    Args:
        rows: The files of each row, in order.
        size: Height and width to bring every frame to.
        channels: 1 for grey, 3 for colour; None tells it from the pictures: grey if all are.

    Raises:
        BadInput: Files cannot be read; all are named.
    """
    every = [path for paths in rows for path in paths]
    films = iter(_each(every, lambda picture: _frames(picture, size, channels == 1)))
    parts = [np.concatenate(_alike([next(films) for _ in paths])) for paths in rows]
    if channels == 1:
        return parts
    grey = all(part.shape[-1] == 1 or (part == part[..., :1]).all() for part in parts)
    if channels is None and grey:
        return [part[..., :1] for part in parts]
    return [np.repeat(p, 3, axis=-1) if p.shape[-1] == 1 else p for p in parts]


def _alike(frames: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """Return frames with as many channels as the one that has the most."""
    most = max(frame.shape[-1] for frame in frames)
    return [np.repeat(f, most // f.shape[-1], axis=-1) for f in frames]


def _frames(picture: Image.Image, size: tuple[int, int], grey: bool) -> NDArray[np.uint8]:
    """Return all frames of an opened picture, `(frames, height, width, 1 or 3)`."""
    pil = require("PIL.Image", "recipes")
    turn = require("PIL.ImageOps", "recipes").exif_transpose
    found = []
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        frame = turn(picture)
        if frame.mode.startswith("I;16") or frame.mode in ("I", "F"):
            # Pillow would cut off what is above 255.
            levels = np.asarray(frame, np.float64)
            scale = 257.0 if levels.max(initial=0) > 255 else 1.0
            frame = pil.fromarray(np.clip(levels / scale, 0, 255).astype(np.uint8))
        if "A" in frame.getbands() or "transparency" in frame.info:
            clear = frame.convert("RGBA")
            white = pil.new("RGBA", clear.size, "white")
            shade = frame.mode in _GREY
            frame = pil.alpha_composite(white, clear).convert("L" if shade else "RGB")
        frame = frame.convert("L" if grey or frame.mode in _GREY else "RGB")
        if frame.size != size[::-1]:
            frame = frame.resize(size[::-1], pil.Resampling.BILINEAR)
        pixels = np.asarray(frame, np.uint8)
        found.append(pixels[..., None] if pixels.ndim == 2 else pixels)
    return np.stack(_alike(found))


def _each(paths: Iterable[Path], read: Any) -> list[Any]:
    """Return what `read` makes of each opened picture, or raise with all that cannot be read."""
    pil = require("PIL.Image", "recipes")
    broken = (OSError, ValueError, SyntaxError, EOFError, pil.DecompressionBombError)
    found, problems = [], []
    for path in paths:
        try:
            with pil.open(path) as picture:
                found.append(read(picture))
        except broken as error:
            told = str(error).replace(str(path), path.name)[:120] or type(error).__name__
            message = f"{path} could not be read as a picture"
            problems.append(Problem("file_damaged", message, "png, jpg, bmp or gif", told))
    if len(problems) > _MOST_NAMED:
        more = len(problems) - _MOST_NAMED
        rest = Problem("file_damaged", f"{plural(more, 'more file')} could not be read either")
        problems = [*problems[:_MOST_NAMED], rest]
    if problems:
        raise BadInput(*problems)
    return found
