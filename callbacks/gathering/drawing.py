"""Rows drawn from whatever `fit` takes: arrays, datasets, generators, `PyDataset`s."""

from __future__ import annotations

import random
import time
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from .arrays import as_array, even_places, length_of, take_rows
from .datasets import MOST_ROWS, Untouchable, draw_from_dataset, is_dataset, joined
from .given_data import Rows

__all__ = ["draw", "kind_of"]

MOST_SECONDS = 0.5
MOST_COPIED = 50_000_000  # numbers of arrays that are not NumPy's own and would be copied


def kind_of(x: Any) -> str:
    """Return what `fit` was given: arrays, dataset, batches (by number), generator or other.

    Examples:
        >>> kind_of({"a": [np.zeros(3)]}), kind_of(iter([1]))
        ('arrays', 'generator')
    """
    if is_dataset(x):
        return "dataset"
    if any(each.__name__ in ("PyDataset", "Sequence") and "keras" in each.__module__
           for each in type(x).__mro__):  # fmt: skip
        return "batches"
    if isinstance(x, types.GeneratorType) or hasattr(x, "__next__"):
        return "generator"
    if isinstance(x, Mapping):
        x = list(x.values())
    if isinstance(x, (list, tuple)):
        return "arrays" if x and all(kind_of(each) == "arrays" for each in x) else "other"
    array = hasattr(x, "__array__") or hasattr(x, "toarray") or hasattr(x, "to_tensor")
    return "arrays" if array and hasattr(x, "shape") else "other"


def draw(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    adapter: Any = None,
    most: int = MOST_ROWS,
) -> Rows:
    """Return rows of a source that the training will read too, and take nothing away from it.

    Args:
        x: What `fit` takes as x.
        y: The targets, where x does not yield them.
        sample_weight: The weights, likewise.
        adapter: What Keras made of them; of a generator it holds the first batches.
        most: Rows that are drawn at most.

    Raises:
        Untouchable: The source cannot be read without changing the training.
    """
    kind = kind_of(x)
    if kind == "arrays":
        return _draw_arrays(x, y, sample_weight, most)
    if kind == "dataset":
        return draw_from_dataset(x, most)
    if kind == "batches":
        return _draw_batches(x, most)
    peeked = getattr(adapter, "_first_batches", None)
    if kind == "generator" and peeked:
        return joined(list(peeked), None, most=most)
    if kind == "generator":
        raise Untouchable("what is taken from a generator is gone")
    name = type(x).__name__
    raise Untouchable(f"how to read a {name} without changing the training is not known")


def _draw_arrays(x: Any, y: Any, sample_weight: Any, most: int) -> Rows:
    total = length_of(x)
    if not total:
        raise Untouchable("the arrays hold no row")
    places = even_places(total, most)
    small = _numbers_in(x) + _numbers_in(y) <= MOST_COPIED
    whole = (_as_arrays(x), _as_arrays(y)) if small or _is_numpy(x) else None
    if whole is not None:
        x, y = whole
    drawn = [take_rows(part, places) for part in (x, y, sample_weight)]
    return Rows(drawn[0], drawn[1], drawn[2], total, whole)


def _draw_batches(source: Any, most: int) -> Rows:
    count = getattr(source, "num_batches", None)
    if count is None and hasattr(source, "__len__"):
        count = len(source)
    with _unchanged(source):
        begin, first = time.monotonic(), source[0]
        size = length_of(first[0] if isinstance(first, (tuple, list)) else first) or 1
        wanted = max(1, -(-most // size))
        places = range(min(wanted, 8)) if count is None else even_places(int(count), wanted)
        batches, complete = [first], True
        for at in [int(place) for place in places][1:]:
            if time.monotonic() - begin > MOST_SECONDS:
                complete = False
                break
            batches.append(source[at])
    total = None if count is None else int(count) * size
    return joined(batches, total, evenly=complete and count is not None, most=most)


@contextmanager
def _unchanged(source: Any) -> Iterator[None]:
    """Put the random numbers of a `PyDataset`, which may change its rows at will, back."""
    general, of_numpy = random.getstate(), np.random.get_state()
    own = list(getattr(source, "__dict__", {}).values())
    states = [
        (value, value.bit_generator.state)
        for value in own
        if isinstance(value, np.random.Generator)
    ]
    older = [
        (value, value.get_state()) for value in own if isinstance(value, np.random.RandomState)
    ]
    plain = [(value, value.getstate()) for value in own if isinstance(value, random.Random)]
    try:
        yield
    finally:
        random.setstate(general)
        np.random.set_state(of_numpy)
        for generator, state in states:
            generator.bit_generator.state = state
        for generator, state in older:
            generator.set_state(state)
        for generator, state in plain:
            generator.setstate(state)


def _as_arrays(structure: Any) -> Any:
    if structure is None:
        return None
    if isinstance(structure, Mapping):
        return {name: _as_arrays(value) for name, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [_as_arrays(value) for value in structure]
    return structure.toarray() if hasattr(structure, "toarray") else as_array(structure)


def _is_numpy(structure: Any) -> bool:
    if isinstance(structure, Mapping):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        return all(_is_numpy(value) for value in structure)
    return structure is None or isinstance(structure, np.ndarray)


def _numbers_in(structure: Any) -> int:
    if isinstance(structure, Mapping):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        return sum(_numbers_in(value) for value in structure)
    return int(np.prod([size or 1 for size in getattr(structure, "shape", ())]))
