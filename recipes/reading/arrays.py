"""Plain arrays as a table: one block of numbers, or columns where they hold words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input
from ..config import Choice
from .opening import Place
from .tables import Table
from .wording import plural, quoted

__all__ = ["read_arrays", "read_npz"]

FEATURE_NAMES = ("x", "data", "features", "inputs")
TARGET_ARRAY_NAMES = ("y", "target", "targets", "labels", "label")


def read_arrays(x: Any, y: Any = None, label: str = "the arrays") -> tuple[Table, list[str]]:
    """Return a table of the features in `x` and the targets in `y`, with the targets' names.

    Numbers become one block named `x`; anything else becomes a column for each position. Of a
    data frame or series the names are kept.

    Args:
        x: Features, shape `(rows,)` or `(rows, columns)`: array, list, or data frame.
        y: Targets, shape `(rows,)`, `(rows, targets)` or one-hot `(rows, classes)`; None without.
        label: The source, for messages.

    Raises:
        BadInput: The shapes cannot be a table, or the lengths differ.
    """
    table = _features(x, label)
    names: list[str] = []
    if y is None:
        return table, names
    targets, note = _targets(y, label)
    lengths = {len(values) for values in targets.values()}
    if lengths != {len(table)}:
        raise bad_input(
            "rows_differ",
            f"Features and targets of {label} are not equally long",
            expected="one target for each row",
            received=f"{plural(len(table), 'row')} and {plural(max(lengths), 'target')}",
        )
    for name, values in targets.items():
        free = name
        while free in table.columns:
            free += "_"
        table.columns[free] = values
        names.append(free)
    if note is not None:
        table.choices["one_hot"] = note
    return table, names


def read_npz(place: Place, target: str | None = None) -> tuple[Table, list[str]]:
    """Return the arrays of an npz file as `read_arrays` does; nothing pickled is read.

    Args:
        place: The file.
        target: The name of the array to predict, where the user set it.

    Raises:
        BadInput: The file is damaged, or holds no features or no targets.
    """
    try:
        with np.load(place.path, allow_pickle=False) as stored:
            names = list(stored.files)
            lower = {name.lower(): name for name in reversed(names)}
            feature = next((lower[n] for n in FEATURE_NAMES if n in lower), None)
            answer = next((lower[n] for n in TARGET_ARRAY_NAMES if n in lower), None)
            answer = target if target in names else answer
            if feature is None:
                raise bad_input(
                    "arrays_missing",
                    f"There are no features in {place.path}",
                    expected="an array named X and one named y",
                    received=quoted(names, 8),
                    remedy="Write it with numpy.savez(file, X=features, y=target)",
                )
            x = stored[feature]
            y = None if answer is None else stored[answer]
    except BadInput:
        raise
    except (OSError, ValueError, EOFError) as error:
        pickled = "pickle" in str(error).lower()
        raise bad_input(
            "file_damaged",
            f"{place.path} could not be read as npz",
            expected="arrays of numbers or text",
            received="Python objects, which could run code" if pickled else str(error)[:120],
            remedy="Write it again with numpy.savez, or as CSV",
        ) from error
    table, targets = read_arrays(x, y, place.name)
    others = [name for name in names if name not in (feature, answer)]
    if others:
        table.choices["arrays"] = Choice(
            f"{feature} and {answer}", reason=f"Left aside: {quoted(others)}."
        )
    table.source = str(Path(place.path))
    return table, targets


def _features(x: Any, label: str) -> Table:
    import pandas as pd

    from .readers import read_frame

    if isinstance(x, pd.Series):
        x = x.to_frame()
    if isinstance(x, pd.DataFrame):
        return read_frame(x, label="the data frame")
    values = _array(x, "features", label)
    if values.ndim not in (1, 2):
        raise bad_input(
            "shape_unfit",
            f"The features of {label} have {values.ndim} dimensions",
            expected="(rows,) or (rows, columns)",
            received=str(values.shape),
            remedy="For the rows of a table flatten them: x.reshape(len(x), -1)",
        )
    if values.size == 0:
        raise bad_input(
            "rows_missing",
            f"There are no features in {label}",
            expected="rows and columns",
            received=f"shape {values.shape}",
        )
    if values.dtype.kind in "biuf":
        block = values.astype(np.float64)
        shape = f"arrays of {len(values):,} rows"
        column = pd.Series(block) if values.ndim == 1 else block
        if values.ndim == 2 and values.shape[1] == 1:
            column = pd.Series(block[:, 0])
        return Table({"x": column}, shape, label)
    if values.dtype.kind == "c":
        raise _not_numbers(label, "complex numbers")
    frame = pd.DataFrame(values.reshape(len(values), -1))
    frame.columns = pd.Index([f"x{i}" for i in range(frame.shape[1])])
    return read_frame(frame, f"arrays of {len(values):,} rows", label)


def _targets(y: Any, label: str) -> tuple[dict[str, Any], Choice | None]:
    import pandas as pd

    if isinstance(y, pd.DataFrame):
        return {str(name): y[name].reset_index(drop=True) for name in y.columns}, None
    if isinstance(y, pd.Series):
        return {str(y.name) if y.name is not None else "y": y.reset_index(drop=True)}, None
    values = _array(y, "targets", label)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 1:
        return {"y": pd.Series(values)}, None
    if values.ndim != 2 or not values.size:
        raise bad_input(
            "shape_unfit",
            f"The targets of {label} have {values.ndim} dimensions",
            expected="(rows,) or (rows, targets)",
            received=str(values.shape),
        )
    if _one_hot(values):
        reason = f"Each row of the {values.shape[1]} target columns holds a single 1."
        return {"y": pd.Series(values.argmax(axis=1))}, Choice("classes", reason=reason)
    return {f"y{i}": pd.Series(values[:, i]) for i in range(values.shape[1])}, None


def _one_hot(values: NDArray[Any]) -> bool:
    if values.dtype.kind not in "biuf" or values.shape[1] < 2:
        return False
    zeros_and_ones = bool(np.isin(values, (0, 1)).all())
    return zeros_and_ones and bool((values.sum(axis=1) == 1).all())


def _array(values: Any, what: str, label: str) -> NDArray[Any]:
    """Return values as an array, or raise for what cannot be one."""
    if hasattr(values, "toarray"):
        raise bad_input(
            "shape_unfit",
            f"The {what} of {label} are a sparse matrix",
            expected="a dense array",
            received=type(values).__name__,
            remedy="Call toarray() on it, if it fits into memory",
        )
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise bad_input(
            "rows_ragged",
            f"The {what} of {label} are not equally long in every row",
            expected="as many values in each row",
            received=str(error)[:100],
        ) from error
    if isinstance(values, list | tuple) and array.dtype.kind in "US":
        # numpy makes text of [1, "a"]; the numbers are wanted as they are.
        array = np.array(values, object)
    if array.ndim == 0:
        raise bad_input(
            "source_unknown",
            f"The {what} are no rows",
            expected="an array, a list, a data frame, a path, or the name of a bundled set",
            received=type(values).__name__,
        )
    return array


def _not_numbers(label: str, found: str) -> BadInput:
    return BadInput(Problem("column_unusable", f"{label} holds {found}", "real numbers", found))
