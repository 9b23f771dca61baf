"""All rows of a training in one pool, and who learns from which: what a repair works on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import keras
import numpy as np

from ..gathering.given_data import Rows

__all__ = ["Pool", "batch_of", "both_parts", "is_array", "rows_of", "state_of"]

BATCH = 32  # what `fit` takes where nothing is said


@dataclass(frozen=True, eq=False)
class Pool:
    """Training and validation rows together; the rows keep their number whoever uses them.

    Args:
        x: An array, or a list, tuple or dict of arrays, each `(rows, ...)`.
        y: The targets in the same form; None where there are none.
        weights: Weight of each row; None where all weigh the same.
        train: Numbers of the rows that the model learns from.
        validation: Numbers of the rows that it is judged by; empty where there are none.
    """

    x: Any
    y: Any
    weights: np.ndarray | None
    train: np.ndarray
    validation: np.ndarray

    @classmethod
    def of(cls, train: Rows, validation: Rows | None = None) -> Pool:
        """Return the pool of training rows and, where there are any, validation rows."""
        count = _length(train.x)
        if validation is None or _length(validation.x) == 0:
            return cls(train.x, train.y, train.sample_weight, np.arange(count), np.arange(0))
        held = _length(validation.x)
        weights = None
        if train.sample_weight is not None or validation.sample_weight is not None:
            parts = [
                np.ones(number) if rows.sample_weight is None else np.asarray(rows.sample_weight)
                for rows, number in ((train, count), (validation, held))
            ]
            weights = np.concatenate(parts)
        return cls(
            _joined(train.x, validation.x),
            None if train.y is None else _joined(train.y, validation.y),
            weights,
            np.arange(count),
            np.arange(count, count + held),
        )

    def take(self, numbers: np.ndarray) -> tuple[Any, Any, np.ndarray | None]:
        """Return inputs, targets and weights of these rows."""
        x = _each(lambda array: array[numbers], self.x)
        y = None if self.y is None else _each(lambda array: array[numbers], self.y)
        return x, y, None if self.weights is None else self.weights[numbers]

    def without(self, rows: np.ndarray) -> Pool:
        """Return the pool where rows, marked by a mask over all of them, are used by nobody."""
        return replace(
            self,
            train=self.train[~rows[self.train]],
            validation=self.validation[~rows[self.validation]],
        )

    def inputs(self) -> dict[str, np.ndarray]:
        """Return the inputs by name; `x` or `x_0`, `x_1` where they have none."""
        return _named(self.x, "x")

    def targets(self) -> dict[str, np.ndarray]:
        """Return the targets by name; `y` or `y_0`, `y_1` where they have none."""
        return {} if self.y is None else _named(self.y, "y")

    def with_inputs(self, changed: Mapping[str, np.ndarray]) -> Pool:
        """Return the pool with these inputs, by name, in the place of its own."""
        arrays = [changed.get(name, array) for name, array in self.inputs().items()]
        if isinstance(self.x, dict):
            return replace(self, x=dict(zip(self.x, arrays, strict=True)))
        return replace(
            self, x=type(self.x)(arrays) if isinstance(self.x, (list, tuple)) else arrays[0]
        )

    def with_targets(self, change: Callable[[np.ndarray], np.ndarray]) -> Pool:
        """Return the pool with every target changed alike."""
        return replace(self, y=_each(change, self.y))

    def weighted(self, weights: np.ndarray) -> Pool:
        """Return the pool with these weights of all rows, times those that it has."""
        mine = np.ones(_length(self.x)) if self.weights is None else self.weights
        return replace(self, weights=(mine * weights).astype("float32"))

    def finite(self) -> np.ndarray:
        """Return, for each row, whether all its numbers are finite."""
        good = np.ones(_length(self.x), bool)
        for array in (*self.inputs().values(), *self.targets().values()):
            if array.dtype.kind == "f":
                good &= np.isfinite(array).reshape(len(array), -1).all(axis=1)
        return good


def is_array(value: Any) -> bool:
    """Return whether this is one array, of whatever library, rather than a source of batches."""
    return hasattr(value, "shape") and hasattr(value, "__getitem__")


def rows_of(
    x: Any, y: Any = None, sample_weight: Any = None, steps: int | None = None
) -> Rows | None:
    """Return what `fit` is given as arrays; None where the rows cannot be had again.

    Args:
        x: Arrays, or anything that yields batches: a `tf.data.Dataset`, a `PyDataset`, a generator.
        y: The targets; None where `x` yields them.
        sample_weight: Weights of the rows.
        steps: Batches to take of a source that has no end.
    """
    if x is None:
        return None
    if all(is_array(part) for part in keras.tree.flatten(x)):
        targets = None if y is None else _each(np.asarray, y)
        weights = None if sample_weight is None else np.asarray(sample_weight)
        arrays = _each(np.asarray, x)
        return Rows(arrays, targets, weights, _length(arrays))
    batches = _batches(x, steps)
    if batches is None:
        return None
    parts = [keras.utils.unpack_x_y_sample_weight(batch) for batch in batches]
    if not parts:
        return None
    columns = [
        None if column[0] is None else _joined(*(_each(np.asarray, part) for part in column))
        for column in zip(*parts, strict=True)
    ]
    return Rows(columns[0], columns[1], columns[2], _length(columns[0]))


def state_of(model: Any) -> list[np.ndarray]:
    """Return all numbers that a model holds, those of metrics and optimizer apart."""
    return [np.array(keras.ops.convert_to_numpy(weight)) for weight in model.weights]


def both_parts(
    x: Any, y: Any, weights: Any, validation: Any, share: float, steps: int | None,
    validation_steps: int | None,
) -> tuple[Rows | None, Rows | None]:  # fmt: skip
    """Return training and validation rows as arrays, divided as Keras divides them."""
    train = rows_of(x, y, weights, steps)
    if train is None:
        return None, None
    if validation is not None:
        if isinstance(validation, (tuple, list)) and not is_array(validation):
            held = rows_of(*keras.utils.unpack_x_y_sample_weight(tuple(validation)))
        else:
            held = rows_of(validation, steps=validation_steps)
        return train, held
    if not share:
        return train, None
    everything = Pool.of(train)
    cut = math.floor(len(everything.train) * (1.0 - share))
    parts = [everything.take(everything.train[:cut]), everything.take(everything.train[cut:])]
    return Rows(*parts[0], total=cut), Rows(*parts[1])


def batch_of(source: Any) -> int | None:
    """Return the rows of a batch of a source that makes its own."""
    if isinstance(source, keras.utils.PyDataset):
        return len(keras.tree.flatten(source[0])[0])
    if hasattr(source, "cardinality") and hasattr(source, "take"):
        for batch in source.take(1):
            return len(keras.tree.flatten(batch)[0])
    return None


def _batches(source: Any, steps: int | None) -> Iterable[Any] | None:
    if isinstance(source, keras.utils.PyDataset):
        length = steps or source.num_batches
        return None if length is None else (source[i] for i in range(length))
    endless = isinstance(source, Iterator)
    cardinality = getattr(source, "cardinality", None)
    if cardinality is not None:
        endless = int(cardinality()) == -1  # as tf.data says it
    if endless and steps is None:
        return None
    return islice(iter(source), steps) if isinstance(source, Iterable) else None


def _length(data: Any) -> int:
    return len(keras.tree.flatten(data)[0])


def _each(change: Callable[[Any], Any], data: Any) -> Any:
    return keras.tree.map_structure(change, data)


def _joined(*parts: Any) -> Any:
    return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)


def _named(data: Any, name: str) -> dict[str, np.ndarray]:
    if isinstance(data, dict):
        return {str(key): value for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return {f"{name}_{number}": value for number, value in enumerate(data)}
    return {name: data}
