"""Numbers that a traced training reads as arguments: dropout, L2 penalties, weight decay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

__all__ = ["Rates", "plan_of"]

_ANY = "any"


class Rates:
    """The rates of a model and its optimizer that can be changed once an epoch has been traced.

    These are the dropout layers of Keras that drop something, L2 penalties, and the weight decay of
    the optimizer. A rate of 0 is left out by Keras itself, so it is another graph and stays one.
    What computes in half precision keeps its constants as well.

    Args:
        model: A model, compiled or not.
    """

    def __init__(self, model: keras.Model) -> None:
        layers = list(model._flatten_layers())
        self.dropouts = [layer for layer in layers if _drops(layer)]
        found = [each for layer in layers for each in vars(layer).values() if _is_l2(each)]
        self.penalties = list({id(each): each for each in found}.values())
        #: Which of the penalties stands where: one object may serve many layers.
        numbers = {id(each): number for number, each in enumerate(self.penalties)}
        self.places = tuple(numbers[id(each)] for each in found)
        optimizer = getattr(model, "optimizer", None)
        self._decaying = [optimizer] if getattr(optimizer, "weight_decay", None) else []

    def numbers(self) -> list[float]:
        """Return the rates as plain numbers, those of dropout first, weight decay last."""
        return [float(getattr(owner, name)) for owner, name in self._owners()]

    def put(self, numbers: Sequence[float]) -> None:
        """Write rates of another model of the same plan into this one."""
        for (owner, name), number in zip(self._owners(), numbers, strict=True):
            setattr(owner, name, number)

    def arguments(self) -> NDArray[np.float32]:
        """Return what a traced function is given: the rates, then what dropout multiplies by.

        That factor is worked out in double precision, as Keras does it.
        """
        numbers = self.numbers()
        factors = [1 / (1 - rate) for rate in numbers[: len(self.dropouts)]]
        return np.array([*numbers, *factors], np.float32)

    @contextmanager
    def read_from(self, arguments: Any) -> Iterator[None]:
        """Inside the block, what is traced reads its rates from a tensor like `arguments()`."""
        import tensorflow as tf

        owners, numbers = list(self._owners()), self.numbers()
        size = len(numbers) + len(self.dropouts)
        given = tf.unstack(arguments, size) if size else []
        factors = given[len(numbers) :]
        count = len(self.dropouts)
        try:
            for layer, rate, factor in zip(self.dropouts, given, factors, strict=False):
                layer.call = _dropping(layer, rate, factor)
            for (owner, name), tensor in zip(
                owners[count:], given[count : len(numbers)], strict=True
            ):
                setattr(owner, name, tensor)
            yield
        finally:
            for layer in self.dropouts:
                vars(layer).pop("call", None)
            self.put(numbers)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Inside the block, the configuration of the model does not tell its rates."""
        numbers = self.numbers()
        try:
            for owner, name in self._owners():
                setattr(owner, name, _ANY)
            yield
        finally:
            self.put(numbers)

    def _owners(self) -> Iterator[tuple[Any, str]]:
        for layer in self.dropouts:
            yield layer, "rate"
        for penalty in self.penalties:
            yield penalty, "l2"
        for optimizer in self._decaying:
            yield optimizer, "weight_decay"


def plan_of(model: keras.Model) -> str:
    """Return all that a model computes with, except rates that can be changed, as one text.

    Two models of one plan differ in weights, in random states and in `Rates` alone. Names that
    Keras made up by counting do not count.

    Args:
        model: A functional model.
    """
    rates = Rates(model)
    with rates.hidden():
        config = {**model.get_config(), "name": ""}
    shared = [len(rates.dropouts), rates.places, [each.trainable for each in model.layers]]
    return json.dumps([_renamed(config, {}), shared], sort_keys=True, default=repr)


def _drops(layer: Any) -> bool:
    """Return whether this is a dropout layer whose rate can be an argument."""
    import keras

    spatial = type(layer) is keras.layers.SpatialDropout1D
    plain = type(layer) is keras.layers.Dropout and layer.noise_shape is None
    return (spatial or plain) and 0 < layer.rate < 1 and layer.compute_dtype == "float32"


def _is_l2(value: Any) -> bool:
    import keras

    return type(value) is keras.regularizers.L2


def _dropping(layer: Any, rate: Any, factor: Any) -> Any:
    """Return what a dropout layer does, step by step as in Keras, with tensors for its numbers."""
    import keras
    import tensorflow as tf

    spatial = type(layer) is keras.layers.SpatialDropout1D

    def call(inputs: Any, training: bool = False) -> Any:
        if not training:
            return inputs
        shape = tf.shape(inputs)
        shape = (shape[0], 1, shape[2]) if spatial else shape
        lots: Any = keras.random.uniform(shape, dtype=inputs.dtype, seed=layer.seed_generator)
        return tf.where(lots >= rate, inputs * factor, tf.zeros((), inputs.dtype))

    return call


def _renamed(config: Any, names: dict[str, str], kind: str = "") -> Any:
    """Return a configuration in which names that Keras counted up are numbered by appearance."""
    if isinstance(config, dict):
        kind = config.get("class_name", kind)
        found = {}
        for key, value in config.items():
            if key == "name" and isinstance(value, str):
                found[key] = _name(value, kind, names)
            elif key in ("keras_history", "input_layers", "output_layers"):
                found[key] = _references(value, names)
            else:
                found[key] = _renamed(value, names, kind if key == "config" else "")
        return found
    if isinstance(config, (list, tuple)):
        return [_renamed(each, names) for each in config]
    return config


def _references(value: Any, names: dict[str, str]) -> Any:
    """Return places in a graph, `[name, node, tensor]` in any nesting, with names as they are."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {key: _references(each, names) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_references(each, names) for each in value]
    return value


def _name(name: str, kind: str, names: dict[str, str]) -> str:
    """Return what a name becomes: itself, unless Keras made it up from the class."""
    if name in names:
        return names[name]
    stem, _, number = name.rpartition("_")
    stem = stem if number.isdigit() and stem else name
    if stem.replace("_", "") == kind.replace("_", "").lower():
        names[name] = f"{stem} {len(names)}"
    return names.get(name, name)
