"""Folders of pictures by class: images, and films as folders of frames or animated GIFs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset
from .forms import Form
from .loading_options import check_arguments, column_options
from .picture_files import PICTURES, decoded, natural, picture_files, usual_size
from .plain_answers import plain_answers
from .tables import Table

__all__ = ["FORM"]

TARGET = "class"
LARGEST_SIDE = 64
"""Pixels of the longer side that pictures are brought down to, unless a size is set."""
FILMS = ".gif"
_GLANCE = 50


def fits(source: Any, task: str | None, options: Mapping[str, Any]) -> bool:
    """Return whether a source is a folder with folders of pictures."""
    del task, options
    if not isinstance(source, str | Path) or not Path(source).expanduser().is_dir():
        return False
    folder = Path(source).expanduser()
    return any(
        path.suffix.lower() in PICTURES
        for pattern in ("*/*", "*/*/*")
        for path in islice(folder.glob(pattern), _GLANCE)
    )


def read(source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]) -> Dataset:
    """Return the pictures of a folder that holds one folder for each class.

    `cats/1.png` is an image of the class `cats`; `wave/clip_7/frame_01.png` is a frame of a film,
    as is each picture of an animated `wave/7.gif`. Pictures are brought to one size.

    Args:
        source: The folder.
        target: What to call the class.
        task: A kind of task, a `Task` whose classes are to be used, or None.
        options: `size`, `positive`, `form`.

    Raises:
        BadInput: Files cannot be read (all are named), images and films are mixed, or there are
            too few of them or fewer than two classes.
    """
    folder = Path(source).expanduser().absolute()
    told = column_options({TARGET: "category"}, None, None, None, None, None)
    check_arguments(task, told)
    rows, classes, films = _by_class(folder)
    table = Table({TARGET: _series(classes)}, str(folder), f"the folder {folder.name}")
    labels, made, choices = plain_answers(table, [TARGET], task, options.get("positive"), told)
    size, why = _size(rows, options.get("size"))
    frames = decoded(rows, size, None)
    moving = any(films) or any(len(film) > 1 for film in frames)
    if moving and False in films:
        image = rows[films.index(False)][0]
        raise bad_input(
            "pictures_mixed",
            f"{folder} holds images beside films",
            expected="either CLASS/picture.png, or CLASS/film/frame.png and CLASS/film.gif",
            received=f"films, and {image.relative_to(folder)}",
        )
    column, values = _column(frames, moving)
    name = target if isinstance(target, str) else TARGET
    colour = "grey" if column.shape[2] == 1 else "colour"
    choices |= {
        "target": Choice(name, reason="The folder that a picture lies in tells its class."),
        "size": Choice(f"{size[0]}x{size[1]}", "PH-1d", {}, why),
        column.name: Choice(column.kind, "SEQ-1", _lengths(frames), f"In {colour}."),
    }
    kept: dict[str, Any] = {"form": "pictures", "size": list(size), "task": made.kind}
    if made.kind == "binary":
        kept["positive"] = made.names[1]
    names = _files(rows, folder)
    return Dataset(
        {column.name: values},
        labels,
        (column,),
        made,
        (name,),
        str(folder),
        choices=choices,
        options=kept,
        extras={"file": names},
    )


def read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
    """Return pictures to predict: one file, a folder of any depth, or arrays.

    For films a folder of frames is one film, as is an animated GIF.

    Raises:
        BadInput: There is no picture, or files cannot be read.
    """
    from .array_rows import read_rows as rows_of_arrays

    column = columns[0]
    if not isinstance(source, str | Path):
        return rows_of_arrays(source, columns, options)
    place = Path(source).expanduser().absolute()
    if place.is_dir():
        paths = sorted(_all_pictures(place), key=natural)
    else:
        paths = [place] if place.is_file() else []
    if not paths:
        raise bad_input(
            "file_missing",
            f"There is no picture at {source}",
            expected="a file, or a folder, of " + ", ".join(PICTURES),
        )
    rows = [[path] for path in paths]
    if column.kind == "frames":
        rows = _films(paths)
    height, width, channels = column.shape
    frames = decoded(rows, (height, width), channels)
    base = place if place.is_dir() else place.parent
    return Dataset(
        {column.name: _column(frames, column.kind == "frames")[1]},
        None,
        tuple(columns),
        None,
        source=str(place),
        options=options,
        extras={"file": _files(rows, base)},
    )


def _by_class(folder: Path) -> tuple[list[list[Path]], list[str], list[bool | None]]:
    """Return the files of each picture or film, its class, and whether it is a film.

    A GIF may be either (None): that its pictures tell.
    """
    rows: list[list[Path]] = []
    classes: list[str] = []
    films: list[bool | None] = []
    for place in sorted(_folders(folder), key=natural):
        alone = picture_files(place)
        inner = [picture_files(film) for film in sorted(_folders(place), key=natural)]
        inner = [paths for paths in inner if paths]
        rows += [[path] for path in alone] + inner
        films += [None if path.suffix.lower() == FILMS else False for path in alone]
        films += [True] * len(inner)
        classes += [place.name] * (len(alone) + len(inner))
    return rows, classes, films


def _folders(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")]


def _all_pictures(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in PICTURES and not path.name.startswith(".") and path.is_file()
    ]


def _films(paths: Iterable[Path]) -> list[list[Path]]:
    """Return the files of each film: a GIF alone, the other pictures of one folder together."""
    films: dict[Path, list[Path]] = {}
    for path in paths:
        films.setdefault(path if path.suffix.lower() == FILMS else path.parent, []).append(path)
    return list(films.values())


def _size(
    rows: Sequence[Sequence[Path]], told: Sequence[int] | None
) -> tuple[tuple[int, int], str]:
    if told is not None:
        return (int(told[0]), int(told[1])), "You set it."
    size, same = usual_size([path for paths in rows for path in paths], LARGEST_SIDE)
    if same:
        return size, "All pictures have this size."
    reason = f"The median height and width, at most {LARGEST_SIDE} pixels; set --size for another."
    return size, reason


def _column(frames: list[NDArray[np.uint8]], moving: bool) -> tuple[Column, NDArray[Any]]:
    shape = frames[0].shape[1:]
    if not moving:
        # Of a GIF that moves, the first picture.
        return Column("image", "image", shape=shape), np.stack([film[0] for film in frames])
    values = np.empty(len(frames), object)
    values[:] = frames
    return Column("frames", "frames", shape=shape), values


def _lengths(frames: Sequence[NDArray[Any]]) -> dict[str, int]:
    lengths = [len(film) for film in frames]
    return {"shortest": min(lengths), "longest": max(lengths)} if max(lengths) > 1 else {}


def _files(rows: Sequence[Sequence[Path]], folder: Path) -> NDArray[Any]:
    """Return the name of each picture or film under a folder; of frames the folder they lie in."""
    paths = [paths[0] if len(paths) == 1 else paths[0].parent for paths in rows]
    return np.array([str(path.relative_to(folder)) for path in paths], object)


def _series(classes: Sequence[str]) -> Any:
    import pandas as pd

    return pd.Series(list(classes), dtype=object)


FORM = Form(fits, read, read_rows, options=("size", "positive"))
