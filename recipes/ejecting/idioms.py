"""Small calculations that trunks share, known again in a graph and written as named functions."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalSubscript=false
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

__all__ = ["IDIOMS", "Idiom", "found_idiom", "producer"]


@dataclass(frozen=True)
class Idiom:
    """A calculation with a name.

    Args:
        name: Of the function in a script.
        source: The function, as the script has it.
        make: From tensors to the same calculation in a graph.
        shapes: The kinds of tensor it takes, each one of `steps`, `marks` and `numbers`.
        sized: Whether `make` takes the width of its result first.
    """

    name: str
    source: str
    make: Callable[..., Any]
    takes: tuple[str, ...]
    sized: bool = False


def _backwards(x: Any, present: Any) -> Any:
    from ...zoo.builders.recurrence import step_places, turned_around

    return turned_around(x, step_places(present)[0])


def _last_state(x: Any, present: Any) -> Any:
    from ...zoo.builders.recurrence import state_at, step_places

    return state_at(x, step_places(present)[1])


def _positions(width: int, present: Any) -> Any:
    from ...zoo.builders.attention_blocks import waves

    return waves(present, width, "float32")


def _zoo(module: str, name: str) -> Callable[..., Any]:
    def made(*tensors: Any) -> Any:
        import importlib

        return getattr(importlib.import_module(f"...zoo.{module}", __package__), name)(*tensors)

    return made


IDIOMS = (
    Idiom(
        "backwards",
        '''
def backwards(x, present):
    """Turn the steps of each row around, within its length: the padding stays at the end."""
    present = ops.cast(ops.squeeze(present, -1), "int32")
    length = ops.sum(present, axis=1, keepdims=True)
    place = ops.cumsum(ops.ones_like(present), axis=1) - 1
    turned = ops.where(ops.less(place, length), length - 1 - place, place)
    return ops.take_along_axis(x, ops.expand_dims(turned, -1), axis=1)
''',
        _backwards,
        ("steps", "marks"),
    ),
    Idiom(
        "last_state",
        '''
def last_state(states, present):
    """Return the state at the last step of each row, where a row ends and not the padding."""
    present = ops.cast(ops.squeeze(present, -1), "int32")
    length = ops.sum(present, axis=1, keepdims=True)
    place = ops.cumsum(ops.ones_like(present), axis=1) - 1
    last = ops.expand_dims(ops.equal(place, length - 1), -1)
    return ops.sum(states * ops.cast(last, states.dtype), axis=1)
''',
        _last_state,
        ("steps", "marks"),
    ),
    Idiom(
        "is_word",
        '''
def is_word(ids):
    """Return 1 where there is a word and 0 at padding."""
    return ops.expand_dims(ops.cast(ops.not_equal(ids, 0), "float32"), -1)
''',
        _zoo("masking", "word_mask"),
        ("numbers",),
    ),
    Idiom(
        "step_statistics",
        '''
def step_statistics(x, present):
    """Return mean and deviation over the steps that are there."""
    count = ops.maximum(ops.sum(present, axis=1), 1.0)
    mean = ops.sum(x * present, axis=1) / count
    squares = ops.square(x - ops.expand_dims(mean, 1)) * present
    return ops.concatenate([mean, ops.sqrt(ops.sum(squares, axis=1) / count + 1e-6)], axis=-1)
''',
        _zoo("masking", "step_statistics"),
        ("steps", "marks"),
    ),
    Idiom(
        "mean_of_steps",
        '''
def mean_of_steps(x, present):
    """Return the mean over the steps that are there, without the padding."""
    return ops.sum(x * present, axis=1) / ops.maximum(ops.sum(present, axis=1), 1.0)
''',
        _zoo("masking", "masked_mean"),
        ("steps", "marks"),
    ),
    Idiom(
        "positions",
        '''
def positions(width, present):
    """Return sines and cosines of the place of each step: attention alone knows no order."""
    place = ops.cumsum(ops.ones_like(present), axis=1) - 1.0
    half = (width + 1) // 2
    rates = [10_000 ** (-number / half) for number in range(half)]
    angle = place * ops.convert_to_tensor(rates, "float32")
    return ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)[:, :, :width]
''',
        _positions,
        ("marks",),
        sized=True,
    ),
    Idiom(
        "looked_at",
        '''
def looked_at(present):
    """Return which steps attention may look at: those that are there, and always the first."""
    place = ops.cumsum(ops.ones_like(present), axis=1)
    seen = ops.logical_or(ops.greater(present, 0.0), ops.equal(place, 1.0))
    return ops.expand_dims(ops.squeeze(seen, -1), 1)
''',
        _zoo("builders.attention_blocks", "looked_at"),
        ("marks",),
    ),
)


def found_idiom(tensor: Any) -> tuple[Idiom, list[Any]] | None:
    """Return the idiom that a tensor is the result of, and its tensors; None if there is none."""
    for idiom in IDIOMS:
        width = tensor.shape[-1] if idiom.sized and len(tensor.shape) == 3 else 0
        if idiom.sized and not width:
            continue
        result, inputs = _pattern(idiom, width)
        bound: dict[int, Any] = {}
        if _alike(result, tensor, {id(each) for each in inputs}, bound):
            return idiom, [bound[id(each)] for each in inputs]
    return None


def producer(tensor: Any) -> Any:
    """Return the node of a graph that a tensor came from."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


@cache
def _pattern(idiom: Idiom, width: int) -> tuple[Any, list[Any]]:
    """Return the result and the inputs of an idiom, as a graph of its own."""
    import keras

    inputs = {
        "steps": lambda: keras.Input((None, 7), dtype="float32"),
        "marks": lambda: keras.Input((None, 1), dtype="float32"),
        "numbers": lambda: keras.Input((None,), dtype="int32"),
    }
    tensors = [inputs[kind]() for kind in idiom.takes]
    return idiom.make(*([width] if idiom.sized else []), *tensors), tensors


def _alike(pattern: Any, found: Any, free: set[int], bound: dict[int, Any]) -> bool:
    """Return whether two values were made in the same way; free tensors stand for any."""
    if id(pattern) in free:
        return bound.setdefault(id(pattern), found) is found
    if not hasattr(pattern, "_keras_history"):
        return not hasattr(found, "_keras_history") and _equal(pattern, found)
    if not hasattr(found, "_keras_history"):
        return False
    ours, theirs = (each._keras_history for each in (pattern, found))
    if type(ours.operation) is not type(theirs.operation) or ours.tensor_index:
        return False
    if _settings(ours.operation) != _settings(theirs.operation):
        return False
    first, second = (list(_leaves(producer(each))) for each in (pattern, found))
    return len(first) == len(second) and all(
        _alike(one, other, free, bound) for one, other in zip(first, second, strict=True)
    )


def _leaves(node: Any) -> Iterator[Any]:
    import keras

    yield from keras.tree.flatten((node.arguments.args, dict(node.arguments.kwargs)))


def _settings(operation: Any) -> Any:
    config = getattr(operation, "_auto_config", None)
    return None if config is None else dict(config.config)


def _equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))
