"""Arrays in lists and dicts, by name; their numbers, keys of their rows. No Keras is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = [
    "as_array",
    "even_places",
    "length_of",
    "named_arrays",
    "numbers_of",
    "row_keys",
    "take_rows",
]

# Numbers that are read for the keys of rows; above it, of each row only a part is compared.
MOST_NUMBERS = 2_000_000


def named_arrays(
    structure: Any, default: str, names: Sequence[str] = ()
) -> list[tuple[str, np.ndarray]]:
    """Return the arrays of an array, list or dict, or of lists and dicts in such, with names.

    Args:
        structure: What `fit` takes as `x` or `y`; None has no arrays.
        default: Name of a single array without one.
        names: The model's names, used where there are as many as arrays and no keys.

    Examples:
        >>> [name for name, _ in named_arrays([np.zeros(2), np.zeros(2)], "x")]
        ['x[0]', 'x[1]']
        >>> [name for name, _ in named_arrays({"age": np.zeros(2)}, "x")]
        ['age']
    """
    found = _found(structure, default)
    if len(names) == len(found) and not isinstance(structure, Mapping):
        return [(name, array) for name, (_, array) in zip(names, found, strict=True)]
    return found


def _found(structure: Any, name: str) -> list[tuple[str, np.ndarray]]:
    if structure is None:
        return []
    if isinstance(structure, Mapping):
        parts = [(str(key), value) for key, value in structure.items()]
    elif isinstance(structure, (list, tuple)):
        several = len(structure) > 1
        parts = [(f"{name}[{at}]" if several else name, each) for at, each in enumerate(structure)]
    else:
        return [(name, as_array(structure))]
    return [each for inner, value in parts for each in _found(value, inner)]


def as_array(value: Any) -> np.ndarray:
    """Return anything with numbers as a NumPy array; a column of a frame is `(rows, 1)` in Keras.

    Examples:
        >>> as_array([[1, 2], [3, 4]]).shape
        (2, 2)
    """
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "detach"):  # a tensor of torch
        return value.detach().cpu().numpy()
    if hasattr(value, "numpy"):  # a tensor of TensorFlow, ragged or not
        return value.numpy()
    if hasattr(value, "iloc"):
        return value.to_numpy() if value.ndim > 1 else value.to_numpy()[:, None]
    return np.asarray(value)


def length_of(structure: Any) -> int | None:
    """Return the number of rows of the first array, or None where there is none.

    Examples:
        >>> length_of({"a": np.zeros((5, 2))})
        5
    """
    if isinstance(structure, Mapping):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        lengths = (length_of(value) for value in structure)
        return next((length for length in lengths if length is not None), None)
    shape = getattr(structure, "shape", None)
    if shape is None or not len(shape):
        return None
    return None if shape[0] is None else int(shape[0])


def even_places(total: int, most: int) -> np.ndarray:
    """Return at most `most` places, evenly over `total`.

    Examples:
        >>> even_places(10, 5)
        array([0, 2, 4, 6, 8])
    """
    if total <= most:
        return np.arange(total)
    return (np.arange(most) * (total / most)).astype(np.int64)


def take_rows(structure: Any, places: np.ndarray) -> Any:
    """Return these rows of every array, as NumPy arrays in the same lists and dicts."""
    if structure is None:
        return None
    if isinstance(structure, Mapping):
        return {name: take_rows(value, places) for name, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)([take_rows(value, places) for value in structure])
    if hasattr(structure, "iloc"):
        structure = structure.iloc[places]
    elif not isinstance(structure, np.ndarray) and hasattr(structure, "tocsr"):  # of scipy
        structure = structure.tocsr()[places].toarray()
    return as_array(structure) if hasattr(structure, "iloc") else as_array(structure)[places]


def numbers_of(array: np.ndarray) -> np.ndarray | None:
    """Return the numbers of an array, or None for texts; rows of differing length are joined.

    Examples:
        >>> numbers_of(np.array(["a", "b"])) is None
        True
    """
    if array.dtype.kind in "fiub":
        return array
    if array.dtype.kind != "O" or not len(array):
        return None
    first = array.reshape(-1)[0]
    if isinstance(first, (np.ndarray, list)):
        joined = np.concatenate([np.asarray(row).reshape(-1) for row in array])
        return joined if joined.dtype.kind in "fiub" else None
    if isinstance(first, (int, float, np.number, np.bool_)):
        try:
            return array.astype(np.float64)
        except (TypeError, ValueError):
            return None
    return None


def row_keys(arrays: Sequence[np.ndarray], rows_in_all: int = 0) -> np.ndarray:
    """Return one number for each row of some inputs, `(rows,)`: equal rows have equal numbers.

    Floats are compared as the float32 that Keras makes of them. Of very wide rows a part is read,
    evenly, so that equal numbers are a sign to be checked and differing ones a proof.

    Args:
        arrays: The inputs, each `(rows, ...)`.
        rows_in_all: Rows that decide how much of each is read, so that keys of few rows can be
            compared with those of many; 0 for those that are given.

    Examples:
        >>> keys = row_keys([np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])])
        >>> bool(keys[0] == keys[2]), bool(keys[0] == keys[1])
        (True, False)
    """
    rows = len(arrays[0])
    keys = np.zeros(rows, np.uint64)
    budget = max(8, MOST_NUMBERS // max(1, (rows_in_all or rows) * len(arrays)))
    for at, array in enumerate(arrays):
        with np.errstate(over="ignore"):
            keys = keys * np.uint64(0x9E3779B97F4A7C15) + _keys_of(array, budget, at)
    return keys


def _keys_of(array: np.ndarray, budget: int, at: int) -> np.ndarray:
    rows = len(array)
    if array.dtype.kind in "fiub":
        flat = array.reshape(rows, -1) if rows else np.zeros((0, 1), np.float32)
        flat = flat[:, even_places(flat.shape[1], budget)] if flat.shape[1] > budget else flat
        if flat.dtype.kind == "f":
            with np.errstate(over="ignore", invalid="ignore"):
                flat = flat.astype(np.float32, copy=False) + np.float32(0)  # -0.0 becomes 0.0
            words = np.ascontiguousarray(flat).view(np.uint32)
        else:
            words = flat.astype(np.int64, copy=False).view(np.uint64)
        weights = np.random.default_rng(at).integers(1, 2**63, words.shape[1], dtype=np.uint64)
        # Squared, so that a sum of rows is not the sum of their keys.
        mixed = words.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        return mixed @ (weights | np.uint64(1))
    return np.array([_key_of_text(row) for row in array.reshape(rows, -1)], np.uint64)


def _key_of_text(row: np.ndarray) -> int:
    parts = tuple(
        part.tobytes()
        if isinstance(part, np.ndarray)
        else part.encode()
        if isinstance(part, str)
        else part
        for part in row
    )
    return hash(parts) & 0xFFFFFFFFFFFFFFFF
