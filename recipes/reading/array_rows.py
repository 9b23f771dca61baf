"""Arrays that are more than a table: sequences of vectors, images, films, with their answers."""

from __future__ import annotations

import itertools
import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, bad_input
from ...zoo.ragged import row_lengths
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset
from .arrays import FEATURE_NAMES, TARGET_ARRAY_NAMES, read_arrays
from .forms import Form
from .loading_options import check_arguments, column_options
from .plain_answers import plain_answers
from .wording import plural, quoted, some

__all__ = ["FORM"]

COLUMN = "x"
VALUE_NAMES, OFFSET_NAMES = ("values", *FEATURE_NAMES), ("offsets",)


def fits(source: Any, task: str | None, options: Mapping[str, Any]) -> bool:
    """Return whether a source is arrays of which each row has more than one dimension."""
    del task, options
    if isinstance(source, tuple) and len(source) == 2:
        return _dimensions(source[0]) >= 3
    if isinstance(source, str | Path) and str(source).lower().endswith(".npz"):
        shapes = _npz_shapes(Path(source).expanduser())
        names = {name.lower() for name in shapes}
        if names & set(OFFSET_NAMES) and names & set(VALUE_NAMES):
            return True
        return any(len(shapes[n]) >= 3 for n in shapes if n.lower() in FEATURE_NAMES)
    return False


def read(source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]) -> Dataset:
    """Return rows to train on, from a pair `(x, y)` or an npz file.

    Args:
        source: `x` is an array `(rows, steps, width)`, `(rows, height, width)` of bytes,
            `(rows, height, width, channels)` or `(rows, frames, height, width, channels)`, or a
            list of arrays of unequal length; `y` holds one answer for each row. An npz file holds
            both as `X` and `y`, or the rows end to end as `values` with their `offsets`.
        target: For an npz file the name of the array of answers, if it is not called `y`.
        task: A kind of task, a `Task` whose classes are to be used, or None.
        options: `types` with the kind of column `x`, `positive`, `form`.

    Raises:
        BadInput: Shapes do not go together, or the answers cannot be used.
    """
    told = column_options(options.get("types"), None, None, None, None, None)
    check_arguments(task, told)
    x, y, place, name = _opened(source, target)
    if y is None:
        raise bad_input(
            "target_missing",
            f"There is no answer for each row of {place}",
            expected="a pair of arrays (x, y), or arrays X and y in an npz file",
            received="features alone",
            remedy="For an array of another name say it with --target",
        )
    rows, column, why = _rows(x, told["types"].get(COLUMN))
    answers, names = read_arrays(np.arange(len(rows)), y, place)
    del answers.columns["x"]
    answers.source = place
    labels, made, choices = plain_answers(answers, names, task, options.get("positive"), told)
    if name:
        names = [name]
    shape = "×".join(map(str, rows.shape[1:] if rows.dtype != object else rows[0].shape[1:]))
    lengths = row_lengths(rows) if column.is_ragged else np.zeros(0)
    figures: dict[str, Any] = {"shape": shape}
    if len(lengths):
        figures |= {"shortest": int(lengths.min()), "longest": int(lengths.max())}
    choices[COLUMN] = Choice(column.kind, "SEQ-1", figures, why)
    choices["target"] = Choice(some(names), reason="It stands beside the features.")
    kept = {"form": "arrays", "types": {COLUMN: column.kind}, "task": made.kind}
    if made.kind == "binary":
        kept["positive"] = made.names[1]
    return Dataset(
        {COLUMN: rows}, labels, (column,), made, tuple(names), place, choices=choices, options=kept
    )


def read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
    """Return rows to predict: features alone, a pair, or an npz file.

    Raises:
        BadInput: They have not the shape of the rows that the model was trained on.
    """
    column = columns[0]
    if isinstance(source, str | Path) or (isinstance(source, tuple) and len(source) == 2):
        x, _, place, _ = _opened(source, None)
    else:
        x, place = source, "the arrays"
    rows, found, _ = _rows(x, column.kind)
    if found.step_shape != column.step_shape:
        raise bad_input(
            "column_width",
            f"The rows of {place} have another shape than those of the training",
            expected=f"{column.kind} of {_shown(column)}",
            received=_shown(found),
        )
    return Dataset({column.name: rows}, None, tuple(columns), None, (), place, options=options)


def _shown(column: Column) -> str:
    return " × ".join(map(str, column.step_shape))


def _opened(source: Any, target: Any) -> tuple[Any, Any, str, str]:
    """Return features, answers or None, what the source is called, and the answers' name."""
    if not isinstance(source, str | Path):
        return *source, "the arrays", ""
    path = Path(source).expanduser().absolute()
    try:
        with np.load(path, allow_pickle=False) as stored:
            lower = {name.lower(): name for name in reversed(stored.files)}
            answer = target if isinstance(target, str) else None
            answer = answer or next((lower[n] for n in TARGET_ARRAY_NAMES if n in lower), None)
            if answer is not None and answer not in stored.files:
                message = f"There is no array '{answer}' in {path}"
                raise bad_input("target_unknown", message, received=quoted(stored.files, 8))
            features = next((lower[n] for n in VALUE_NAMES if n in lower and n != answer), None)
            if features is None:
                expected = "an array named X, or values with offsets"
                message = f"There are no features in {path}"
                received = quoted(stored.files, 8)
                raise bad_input("arrays_missing", message, expected=expected, received=received)
            x, y = stored[features], None if answer is None else stored[answer]
            offsets = next((stored[lower[n]] for n in OFFSET_NAMES if n in lower), None)
    except BadInput:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise bad_input(
            "file_damaged",
            f"{path} could not be read as npz",
            expected="arrays of numbers",
            received=str(error)[:120],
        ) from error
    if offsets is not None:
        x = _divided(x, offsets, path)
    return x, y, str(path), answer or ""


def _divided(values: NDArray[Any], offsets: NDArray[Any], path: Path) -> list[NDArray[Any]]:
    """Return rows that lie end to end as a list."""
    ends = np.asarray(offsets)
    if (
        ends.ndim != 1
        or ends.dtype.kind not in "iu"
        or len(ends) < 2
        or ends[0] != 0
        or ends[-1] != len(values)
        or (np.diff(ends.astype(np.int64)) < 0).any()
    ):
        raise bad_input(
            "offsets_unfit",
            f"The offsets in {path} do not divide the values into rows",
            expected=f"whole numbers from 0 to {len(values)} that never fall, one more than rows",
            received=f"shape {ends.shape}, from {ends.flat[0]} to {ends.flat[-1]}"
            if ends.size
            else "none",
        )
    values = values[:, None] if values.ndim == 1 else values  # one number for each step
    return [values[start:end] for start, end in itertools.pairwise(ends)]


def _rows(x: Any, kind: str | None) -> tuple[NDArray[Any], Column, str]:
    """Return the rows as one array or an array of arrays, their column, and why it is of its kind.

    Args:
        x: An array, or a list of arrays.
        kind: Of the column, where it is set.
    """
    items = _items(x)
    first = items[0]
    dimensions = 1 + first.ndim
    equal = len({item.shape for item in items}) == 1
    reason = "You set it."
    if kind is None:
        kind = _kind(dimensions, equal, all(item.dtype == np.uint8 for item in items))
        shape = f"{dimensions} dimensions" if equal else "rows of unequal length"
        reason = f"The array has {shape}; set --types {COLUMN}=KIND if it is another."
    least = {"sequence": 3, "image": 3, "frames": 4}.get(kind, 9)
    most = {"sequence": 5, "image": 4}.get(kind, 5)
    if not least <= dimensions <= most or (kind == "image" and not equal):
        unequal = "" if equal else ", of unequal length"
        raise bad_input(
            "shape_unfit",
            f"The features have an unusable shape for the kind {kind}",
            expected="(rows, steps, width), (rows, height, width, channels) or "
            "(rows, frames, height, width, channels)",
            received=f"{dimensions} dimensions{unequal}",
        )
    if kind == "sequence":
        # Joints of a body in three directions, and the like, are the numbers of one step.
        items = [item.reshape(len(item), math.prod(first.shape[1:])) for item in items]
    elif dimensions == least:  # grey
        items = [item[..., None] for item in items]
    rows = np.stack(items) if equal else _of_objects(items)
    inner = items[0].shape
    if kind == "sequence":
        return rows, Column(COLUMN, "sequence", inner[1]), reason
    if kind == "image":
        return rows, Column(COLUMN, "image", shape=inner), reason
    return rows, Column(COLUMN, "frames", shape=inner[1:]), reason


def _items(x: Any) -> list[NDArray[Any]]:
    """Return the array of each row, or raise for what cannot be one."""
    try:
        items = [np.asarray(row) for row in x]
    except (TypeError, ValueError) as error:
        raise bad_input(
            "rows_ragged",
            "A row is no array",
            expected="one array for each row",
            received=str(error)[:100],
        ) from error
    if not items:
        raise bad_input("rows_missing", "There are no features", expected="at least one row")
    odd = [n for n, item in enumerate(items, 1) if item.dtype.kind not in "biuf"]
    if odd:
        message, received = "The features are no numbers", f"{items[odd[0] - 1].dtype}"
        where = f"{received} in row {odd[0]}; {plural(len(odd), 'row')} so"
        raise bad_input("column_type", message, expected="arrays of numbers", received=where)
    first = items[0].shape
    odd = [n for n, item in enumerate(items, 1) if item.shape[1:] != first[1:] or not item.ndim]
    if odd:
        received = f"{first} in row 1, {items[odd[0] - 1].shape} in row {odd[0]}"
        raise bad_input(
            "shape_unfit",
            "The rows differ in more than their length",
            expected="(steps, width) with one width, or the like",
            received=f"{received}; {plural(len(odd), 'row')} so",
        )
    return items


def _kind(dimensions: int, equal: bool, is_bytes: bool) -> str:
    if equal and (dimensions == 4 or (dimensions == 3 and is_bytes)):
        return "image"
    return "sequence" if dimensions == 3 else "frames"


def _of_objects(items: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays as an array of arrays, each of the type that it had."""
    rows = np.empty(len(items), object)
    rows[:] = list(items)
    return rows


def _dimensions(x: Any) -> int:
    """Return how many dimensions rows have together; 0 for what is no array."""
    if isinstance(x, np.ndarray) and x.dtype != object:
        return x.ndim if x.dtype.kind in "biuf" else 0
    if not isinstance(x, list | tuple | np.ndarray) or not len(x):
        return 0
    first = x[0]
    if not isinstance(first, np.ndarray | list | tuple):
        return 0
    try:
        return 1 + np.asarray(first).ndim
    except ValueError:
        return 0


def _npz_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array in an npz file, from their heads alone."""
    lib, shapes = np.lib.format, {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as file:
                    old = lib.read_magic(file) == (1, 0)
                    head = lib.read_array_header_1_0 if old else lib.read_array_header_2_0
                    shapes[name.removesuffix(".npy")] = head(file)[0]
    except (OSError, ValueError, zipfile.BadZipFile):
        return {}
    return shapes


FORM = Form(fits, read, read_rows, options=("types", "positive"))
