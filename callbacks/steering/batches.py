"""Batches of whatever `fit` takes, for a search that is not a training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np

from ...zoo.errors import bad_input

__all__ = ["Batches"]

_READ = (keras.utils.PyDataset, Iterable)


class Batches:
    """Batches `(x, y, sample_weight)` without end, unless the data can be read only once.

    Args:
        x: Arrays (also nested), a `tf.data.Dataset`, a `PyDataset`, a generator, or anything else
            that yields batches.
        y: Targets; None where `x` yields batches.
        sample_weight: Weights of the rows; None where `x` yields batches.
        batch_size: Rows of a batch of arrays.
        seed: Seed of the order of arrays and of a `PyDataset`.

    Raises:
        BadInput: Arrays differ in rows, or `x` cannot be read in batches.
    """

    def __init__(self, x: Any, y: Any, sample_weight: Any, batch_size: int, seed: int) -> None:
        self.arrays = all(
            hasattr(leaf, "iloc") or (hasattr(leaf, "shape") and hasattr(leaf, "dtype"))
            for leaf in keras.tree.flatten(x)
        )
        self.once = not self.arrays and hasattr(x, "__next__")
        self.taken = 0
        self._order = np.random.default_rng(seed)
        self._batch_size = batch_size
        if self.arrays:
            self._parts = tuple(_plain(part) for part in (x, y, sample_weight))
            self._rows = _rows(self._parts)
        elif isinstance(x, str | list | tuple | dict) or not isinstance(x, _READ):
            raise _unreadable(x)
        self._source = x

    def __iter__(self) -> Iterator[tuple[Any, Any, Any]]:
        """Yield batches, from the beginning again after the last one."""
        while True:
            before = self.taken
            yield from self.once_through()
            if self.once or self.taken == before:
                return

    @property
    def note(self) -> str:
        """What the reading did to the source, as a sentence; empty where it did nothing."""
        if self.once:
            return f"{self.taken} batches were taken from the generator and are gone."
        if self.arrays or isinstance(self._source, keras.utils.PyDataset):
            return ""
        return "The data was iterated: where it shuffles anew each time, its next order has come."

    def once_through(self) -> Iterator[tuple[Any, Any, Any]]:
        """Yield each batch once."""
        for batch in self._batches():
            self.taken += 1
            yield keras.utils.unpack_x_y_sample_weight(batch)

    def _batches(self) -> Iterator[Any]:
        if self.arrays:
            order = self._order.permutation(self._rows)
            for start in range(0, self._rows, self._batch_size):
                rows = order[start : start + self._batch_size]
                yield tuple(_take(part, rows) for part in self._parts)
        elif isinstance(self._source, keras.utils.PyDataset):
            size = self._source.num_batches
            for place in self._order.permutation(size or 0):
                yield self._source[int(place)]
        else:
            # Not `yield from`, which would close the user's generator together with this one.
            for batch in self._source:  # noqa: UP028
                yield batch


def _plain(part: Any) -> Any:
    """Return data frames as arrays: TensorFlow takes no others."""
    if part is None:
        return None
    return keras.tree.map_structure(
        lambda leaf: leaf.to_numpy() if hasattr(leaf, "iloc") else leaf, part
    )


def _take(part: Any, rows: np.ndarray[Any, Any]) -> Any:
    def take(array: Any) -> Any:
        return keras.ops.take(array, rows, axis=0) if keras.ops.is_tensor(array) else array[rows]

    return None if part is None else keras.tree.map_structure(take, part)


def _rows(parts: tuple[Any, ...]) -> int:
    leaves = [leaf for part in parts if part is not None for leaf in keras.tree.flatten(part)]
    counts = {int(leaf.shape[0]) if getattr(leaf, "shape", ()) else 0 for leaf in leaves}
    if len(counts) != 1 or not min(counts):
        raise bad_input(
            "rows_differ",
            "The arrays do not have the same rows",
            expected="as many rows in every input, target and weight, and at least one",
            received=", ".join(map(str, sorted(counts))) + " rows",
        )
    return counts.pop()


def _unreadable(x: Any) -> Exception:
    return bad_input(
        "data_unreadable",
        "x cannot be read in batches",
        expected="arrays, a tf.data.Dataset, a PyDataset or a generator of batches",
        received=type(x).__name__,
    )
