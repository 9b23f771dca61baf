"""A language model token by token: what it has seen is kept, so a further token is one step."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportArgumentType=false
# pyright: reportOptionalSubscript=false, reportIndexIssue=false
from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..builders.attention_blocks import waves_at
from ..encoded import ordered

if TYPE_CHECKING:
    import keras

__all__ = ["CachedReader", "Reader", "WholeReader", "is_recurrent", "traced"]

_LEAST = 1e-30
_CELL = "{key}_forward_{number}"
_ATTENTION = "{key}_{number}_attention"


class Reader(Protocol):
    """Reads tokens and tells what comes after the last of them."""

    def read(self, tokens: list[int], start: int) -> NDArray[np.float32]:
        """Return logarithms of the probabilities of each token after `tokens[start:]`, `(v,)`."""
        ...


class WholeReader:
    """Reads the whole text again for each token, as the model itself does it.

    Args:
        trunk: The trunk of a language model.
        longest: Tokens that are ever read at once.
    """

    def __init__(self, trunk: keras.Model, longest: int) -> None:
        from keras import ops

        (key,) = ordered(trunk.input)
        self._longest = longest

        def probabilities(ids: Any, last: Any) -> Any:
            output = trunk({key: ids}, training=False)  # (1, t, v)
            return ops.take(output[0], last, axis=0)

        self._probabilities = traced(probabilities)

    def read(self, tokens: list[int], start: int) -> NDArray[np.float32]:
        """Return logarithms of the probabilities of each token after `tokens[start:]`, `(v,)`."""
        ids = np.zeros((1, self._longest), np.int32)
        ids[0, : len(tokens) - start] = tokens[start:]
        last = np.int32(len(tokens) - start - 1)
        return _logarithms(self._probabilities(_tensor(ids), _tensor(last)))


class CachedReader:
    """Reads each token once: keys and values of attention, or the states of cells, are kept.

    It works on the layers of the trunk, found by their names, so with one loaded from a file too.
    A step costs the same for each token of a text, where a whole reading costs as much as all
    tokens so far. The step is traced once.

    Args:
        trunk: The trunk of a language model of this zoo.
        longest: Tokens that are ever read before it starts anew.

    Source: for attention, Shazeer, "Fast transformer decoding", 2019.
    """

    def __init__(self, trunk: keras.Model, longest: int) -> None:
        make = _recurrent_step if is_recurrent(trunk) else _attention_step
        step, self._first = make(trunk, longest)
        self.step = traced(step)
        self._state = self._first
        self._start, self._read = 0, 0
        self._probabilities: Any = None

    def read(self, tokens: list[int], start: int) -> NDArray[np.float32]:
        """Return logarithms of the probabilities of each token after `tokens[start:]`, `(v,)`."""
        if start != self._start or start + self._read > len(tokens):
            self._state, self._start, self._read = self._first, start, 0
        for token in tokens[start + self._read :]:
            ids, place = np.array([[token]], np.int32), np.int32(self._read)
            answer, self._state = self.step(_tensor(ids), _tensor(place), self._state)
            self._probabilities = answer
            self._read += 1
        return _logarithms(self._probabilities)


def is_recurrent(trunk: keras.Model) -> bool:
    """Return whether a trunk reads with cells that carry a state, instead of attention."""
    (key,) = ordered(trunk.input)
    return _CELL.format(key=key, number=1) in {layer.name for layer in trunk.layers}


def traced(function: Callable[..., Any]) -> Any:
    """Return a function that the backend compiles for each new kind of arguments."""
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False)
    if backend == "jax":
        import jax  # pyright: ignore[reportMissingImports]

        return jax.jit(function)
    return function


def _stack(trunk: keras.Model, pattern: str, key: str) -> list[int]:
    """Return the numbers of the layers of a trunk whose names follow a pattern, in order."""
    names = {layer.name for layer in trunk.layers}
    found = []
    while pattern.format(key=key, number=len(found) + 1) in names:
        found.append(len(found) + 1)
    return found


def _attention_step(trunk: keras.Model, longest: int) -> tuple[Any, Any]:
    """Return the step of a decoder, and its empty cache: keys and values of each layer."""
    from keras import ops

    # 1. Layers, by their names.
    (key,) = ordered(trunk.input)
    numbers = _stack(trunk, _ATTENTION, key)
    embed: Any = trunk.get_layer(f"embed_{key}")
    width = embed.output_dim
    places = np.arange(longest, dtype=np.int32)[None, :, None, None]

    def layer(number: int, part: str) -> Any:
        return trunk.get_layer(f"{key}_{number}_{part}")

    # 2. One token through all of them.
    def step(ids: Any, place: Any, state: Any) -> tuple[Any, Any]:
        x = embed(ids) * math.sqrt(width)  # (1, 1, e)
        position = ops.reshape(ops.cast(place, "float32"), (1, 1, 1))
        x = x + waves_at(position, width, x.dtype)
        known = ops.less_equal(places, place)  # (1, t, 1, 1)
        kept = []
        for number, (keys, values) in zip(numbers, state, strict=True):
            attend = layer(number, "attention")
            normal = layer(number, "normalization_1")(x)
            here = ops.equal(places, place)
            keys = ops.where(here, attend.key_dense(normal), keys)  # (1, t, heads, size)
            values = ops.where(here, attend.value_dense(normal), values)
            kept.append((keys, values))
            query = attend.query_dense(normal) / math.sqrt(attend.key_dim)  # (1, 1, heads, size)
            scores = ops.sum(query * keys, axis=-1, keepdims=True)  # (1, t, heads, 1)
            shares = ops.softmax(ops.where(known, scores, -1e9), axis=1)
            seen = ops.sum(shares * values, axis=1, keepdims=True)  # (1, 1, heads, size)
            x = x + attend.output_dense(seen)
            thought = layer(number, "widen")(layer(number, "normalization_2")(x))
            x = x + layer(number, "narrow")(ops.gelu(thought, approximate=True))
        x = trunk.get_layer(f"{key}_normalization")(x)
        return trunk.get_layer("output")(x)[0, 0], kept

    first = layer(1, "attention")
    empty = ops.zeros((1, longest, first.num_heads, first.key_dim), first.compute_dtype)
    return step, [(empty, empty) for _ in numbers]


def _recurrent_step(trunk: keras.Model, longest: int) -> tuple[Any, Any]:
    """Return the step of a recurrent network, and the first states of its cells."""
    del longest
    # 1. Layers, by their names.
    (key,) = ordered(trunk.input)
    embed: Any = trunk.get_layer(f"embed_{key}")
    cells: list[Any] = [
        trunk.get_layer(_CELL.format(key=key, number=number)).cell
        for number in _stack(trunk, _CELL, key)
    ]

    # 2. One token through all of them.
    def step(ids: Any, place: Any, state: Any) -> tuple[Any, Any]:
        del place
        x = embed(ids)[:, 0]  # (1, e)
        kept = []
        for cell, before in zip(cells, state, strict=True):
            x, after = cell(x, before)
            kept.append(list(after) if isinstance(after, list | tuple) else [after])
        return trunk.get_layer("output")(x)[0], kept

    return step, [list(cell.get_initial_state(batch_size=1)) for cell in cells]


def _tensor(values: Any) -> Any:
    from keras import ops

    return ops.convert_to_tensor(values)


def _logarithms(probabilities: Any) -> NDArray[np.float32]:
    return np.log(np.maximum(np.asarray(probabilities), _LEAST))
