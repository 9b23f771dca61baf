"""From columns of raw values to what a model takes, checked value by value."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import BadInput, Problem, did_you_mean
from .ragged import as_rows, padded
from .tasks import TABLE_KINDS, Column

__all__ = ["check_columns", "clean_arrays", "input_names", "to_tensors"]

# Names of layers beside the inputs: of the joined model, and, by prefix, of the preprocessor.
# `self` is an argument of the function that TensorFlow makes of an exported model.
_TAKEN_NAMES = frozenset({"preprocessor", "trunk", "target_scale", "self"})
_TAKEN_PREFIX = "encode_"


def input_names(columns: Sequence[Column]) -> dict[str, str]:
    """Return the name of the input layer for each column name.

    A model is called with column names as keys, whatever they are. The layer's own name, which is
    also the argument's name in an exported SavedModel, must be plainer: letters, digits and `_`, a
    letter first, and no word of Python. A column name that is so already stays; in any other, each
    run of other characters becomes `_`. Names that would be equal but for their case get a number.

    Args:
        columns: The columns, in order; their names are distinct.

    Examples:
        >>> names = ["age", "Fare (EUR)", "Fare [EUR]", "年", "a/b"]
        >>> list(input_names([Column(name, "number") for name in names]).values())
        ['age', 'Fare_EUR', 'Fare_EUR_2', 'column', 'a_b']
    """
    plain = {column.name.lower() for column in columns if _plain(column.name) == column.name}
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        name = base = _plain(column.name)
        number = 2
        # A SavedModel lowers the names of arguments, so those that differ only in case are equal.
        while name.lower() in taken or (name != column.name and name.lower() in plain):
            name, number = f"{base}_{number}", number + 1
        taken.add(name.lower())
        names[column.name] = name
    return names


def to_tensors(features: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    """Return raw columns as the tensors that a model takes.

    Args:
        features: Arrays by column name, as `Column` describes each kind. Text may also hold None
            or NaN for missing. Names that are no column are left out.
        columns: What the model takes.

    Returns:
        By column name: float32 tensors of shape `(rows, width)`, string tensors `(rows, 1)`;
        float32 tensors `(rows, steps, …)` for sequences, audio and frames, with NaN after the end
        of a row, and `(rows, height, width, channels)` for images.

    Raises:
        BadInput: A column is absent or of another length or width, a value is no number, is
            infinite or too large, a boolean is neither 0 nor 1; all problems at once.
    """
    import keras

    arrays = clean_arrays(features, columns)
    strings = [column.name for column in columns if column.is_string]
    tensors = {}
    if strings:
        import tensorflow as tf  # Keras has no operation that makes a string tensor.

        for name in strings:
            tensors[name] = tf.constant(arrays[name][:, None], tf.string)
    for column in columns:
        if not column.is_string:
            tensors[column.name] = keras.ops.convert_to_tensor(arrays[column.name], "float32")
    return {column.name: tensors[column.name] for column in columns}


def check_columns(columns: Sequence[Column]) -> None:
    """Raise BadInput when there is no column, or two have one name."""
    names = [column.name for column in columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if not names:
        raise BadInput(Problem("column_missing", "There is no column to learn from", "at least 1"))
    if repeated:
        message = "Two columns have the same name"
        raise BadInput(Problem("column_repeated", message, "distinct names", ", ".join(repeated)))


def clean_arrays(
    features: Mapping[str, Any], columns: Sequence[Column], *, recordings: bool = True
) -> dict[str, NDArray[Any]]:
    """Return float32 arrays and arrays of str `(rows,)`; see `to_tensors`.

    Args:
        features: As `to_tensors` takes them.
        columns: As `to_tensors` takes them.
        recordings: Whether recordings are brought to one length as well; their block can be many
            times as large as they are.
    """
    check_columns(columns)
    arrays, problems = {}, []
    rows = None
    for column in columns:
        if column.name not in features:
            message = f"The column '{column.name}' is absent"
            remedy = did_you_mean(column.name, features)
            problems.append(Problem("column_missing", message, remedy=remedy))
            continue
        values = features[column.name]
        if column.is_ragged and not isinstance(values, np.ndarray):
            values = as_rows(values, None)
        values = np.asarray(values)
        rows = len(values) if rows is None and values.ndim else rows
        problem = _shape_problem(column, values, rows)
        if problem is None and column.kind == "audio" and not recordings:
            arrays[column.name] = values
        elif problem is None:
            arrays[column.name], problem = _clean(column, values)
        if problem is not None:
            problems.append(problem)
    if problems:
        raise BadInput(*problems)
    return arrays


def _plain(name: str) -> str:
    plain = name
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
        plain = re.sub("[^A-Za-z0-9]+", "_", name).strip("_")
        if not plain[:1].isalpha():
            plain = f"column_{plain}".strip("_")
    if keyword.iskeyword(plain) or plain in _TAKEN_NAMES or plain.startswith(_TAKEN_PREFIX):
        plain = f"column_{plain}"
    return plain


def _shape_problem(column: Column, values: NDArray[Any], rows: int | None) -> Problem | None:
    flat = values.ndim == 1 or (values.ndim == 2 and values.shape[1] == 1)
    if column.kind == "image" and values.shape[1:] != column.shape:
        message = f"The column '{column.name}' has an unusable shape"
        expected = f"(rows, {', '.join(map(str, column.shape))})"
        return Problem("column_width", message, expected, str(values.shape))
    if (
        column.kind in TABLE_KINDS
        and not (flat and column.width == 1)
        and values.shape[1:] != (column.width,)
    ):
        expected = f"(rows, {column.width})" if column.width > 1 else "(rows,)"
        message = f"The column '{column.name}' has an unusable shape"
        return Problem("column_width", message, expected, str(values.shape))
    if len(values) != rows:
        message = f"The column '{column.name}' is not as long as the first"
        return Problem("column_length", message, f"{rows} rows", f"{len(values)} rows")
    return None


def _clean(column: Column, values: NDArray[Any]) -> tuple[NDArray[Any], Problem | None]:
    if column.is_ragged:
        return padded(column, values)
    if column.kind == "image":
        return _image(column, values)
    flat = values.reshape(len(values), column.width)
    return _strings(column, flat) if column.is_string else _numbers(column, flat)


def _image(column: Column, values: NDArray[Any]) -> tuple[NDArray[Any], Problem | None]:
    flat, problem = _numbers(column, values.reshape(len(values), -1))
    return flat.reshape(values.shape), problem


def _numbers(column: Column, values: NDArray[Any]) -> tuple[NDArray[Any], Problem | None]:
    """Return float32 numbers, or the first value that cannot be one."""
    name, word = column.name, "0, 1 or missing" if column.kind == "boolean" else "finite numbers"

    def problem(kind: str, message: str, row: int, value: Any) -> tuple[NDArray[Any], Problem]:
        message = f"The column '{name}' holds {message}, first in row {row + 1}"
        return values, Problem(kind, message, word, repr(value))

    try:
        with np.errstate(over="ignore"):
            numbers = values.astype(np.float32)
    except (TypeError, ValueError):
        for row, value in enumerate(values[:, 0]):
            try:
                float(value)
            except (TypeError, ValueError):
                return problem("column_type", "a value that is no number", row, value)
        return problem("column_type", "values that are no numbers", 0, values[0, 0])
    # One pass without a copy: a sum is finite unless a value is not, or it overflows.
    if not np.isfinite(numbers.sum(dtype=np.float64)):
        infinite = np.isinf(numbers)
        if infinite.any():
            row, place = np.argwhere(infinite)[0]
            value = float(values[row, place])
            what = "an infinite value" if np.isinf(value) else "a number beyond single precision"
            return problem("non_finite", what, int(row), value)
    if column.kind == "boolean":
        strange = ~(np.isnan(numbers) | (numbers == 0) | (numbers == 1))
        if strange.any():
            row = int(np.argmax(strange))
            return problem("column_type", "a value that is no boolean", row, float(numbers[row, 0]))
    return numbers, None


def _strings(column: Column, values: NDArray[Any]) -> tuple[NDArray[Any], Problem | None]:
    """Return an array of str with "" for missing, or the first value that is no text."""
    texts = values[:, 0].astype(object)
    for row, value in enumerate(texts):
        if type(value) is str:
            continue
        if isinstance(value, str):  # numpy's own kind of string
            texts[row] = str(value)
        elif value is None or str(value) in ("nan", "NaT", "<NA>"):
            texts[row] = ""
        else:
            message = f"The column '{column.name}' holds a value that is no text"
            where = f"{message}, first in row {row + 1}"
            return texts, Problem("column_type", where, f"text ({column.kind})", repr(value))
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which no tensor can hold
        texts[:] = [text.encode("utf-8", "replace").decode() for text in texts]
    return texts, None
