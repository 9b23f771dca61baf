"""The user's model as remedies see it: its layers, heads, optimizer and losses, as plain values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    import numpy as np

    from .trial import Trial

__all__ = ["Head", "Part", "Subject", "describe"]

WRAPPERS = ("Bidirectional", "TimeDistributed")
RECURRENT = ("SimpleRNN", "LSTM", "GRU")
DENSE = ("Dense", "Conv1D", "Conv2D", "Conv3D", "EinsumDense", "DepthwiseConv2D", "SeparableConv2D")
# What may stand behind the layer that makes the numbers of an output.
BEHIND_HEADS = ("Activation", "Softmax", "ReLU", "Dropout", "Reshape", "Flatten", "Rescaling")


@dataclass(frozen=True)
class Part:
    """One layer.

    Args:
        name: Its name.
        kind: Its class; for a `Bidirectional` or `TimeDistributed` that of the layer inside.
        settings: Its settings, or those of the layer inside.
        wrapper: The wrapping class; empty without one.
        before: Names of the layers that feed it, where that is known.
        trainable: Whether it has weights that are trained.
    """

    name: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    wrapper: str = ""
    before: tuple[str, ...] = ()
    trainable: bool = False

    def now(self, trial: Trial, setting: str) -> Any:
        """Return a setting as the trial has it; a serialized object by its snake-case name."""
        value = trial.layers.get(self.name, {}).get(setting, self.settings.get(setting))
        if isinstance(value, Mapping):
            inside = value.get("config")
            name = value.get("class_name", "own")
            if name == "function" and isinstance(inside, str):
                return inside
            return (
                snake(str(name)) if "activation" in setting or "initializer" in setting else value
            )
        return value


@dataclass(frozen=True)
class Head:
    """One output.

    Args:
        name: The output's name.
        part: The layer that makes its numbers; None where it cannot be told.
        ending: The layer behind it that holds the activation, where that is another one.
        shape: Shape of the output without the rows.
        loss: Snake-case name of its loss; empty for a function of the user's own.
        from_logits: Whether the loss expects logits.
        ignored: The class that the loss passes over, if any.
    """

    name: str
    part: Part | None
    ending: Part | None
    shape: tuple[int | None, ...]
    loss: str
    from_logits: bool = False
    ignored: int | None = None


@dataclass(frozen=True)
class Subject:
    """The user's model.

    Args:
        parts: The layers in the order of the forward pass.
        heads: The outputs.
        inputs: Names of the inputs, in order.
        optimizer: Class name of the optimizer.
        optimizer_settings: Its settings at the start.
        rebuildable: Whether it can be built anew: a Sequential or functional model.
        range_test: Finds a learning rate for a trial, or None.
        input_shapes: Shapes of the inputs without the rows, likewise.
        shuffled: Whether `fit` shuffles the rows.
        unanswered: Tells which rows of a trial the untrained model answers with no number.
    """

    parts: tuple[Part, ...]
    heads: tuple[Head, ...]
    inputs: tuple[str, ...]
    optimizer: str
    optimizer_settings: Mapping[str, Any]
    rebuildable: bool
    range_test: Callable[[Trial], float | None] | None = None
    input_shapes: tuple[tuple[int | None, ...], ...] = ()
    shuffled: bool = True
    unanswered: Callable[[Trial], np.ndarray | None] | None = None

    def hidden(self, *kinds: str) -> Iterator[Part]:
        """Yield the layers of these kinds that make no output."""
        heads = {head.part.name for head in self.heads if head.part}
        heads |= {head.ending.name for head in self.heads if head.ending}
        for part in self.parts:
            if part.kind in kinds and part.name not in heads:
                yield part

    def part(self, name: str) -> Part | None:
        """Return a layer by its name."""
        return next((part for part in self.parts if part.name == name), None)

    def rate(self, trial: Trial) -> float | None:
        """Return the learning rate that the trial starts with; None under a schedule."""
        rate = trial.optimizer.get("learning_rate", self.optimizer_settings.get("learning_rate"))
        return float(rate) if isinstance(rate, (int, float)) else None


def describe(model: Any, optimizer_settings: Mapping[str, Any]) -> Subject:
    """Return what remedies need to know of a compiled model."""
    rebuildable = _is_functional(model)
    parts = tuple(_parts(model))
    known = {part.name: part for part in parts}
    tensors = keras.tree.flatten(model.outputs) if getattr(model, "outputs", None) else []
    names = list(
        getattr(model, "output_names", None) or [f"output_{i}" for i in range(len(tensors))]
    )
    losses = _losses(model, names, max(len(tensors), 1))
    heads = []
    for number, tensor in enumerate(tensors):
        part, ending = _maker(tensor, known)
        loss = losses[number] if number < len(losses) else None
        head = Head(names[number], part, ending, tuple(tensor.shape[1:]), *_loss_name(loss))
        heads.append(replace(head, ignored=getattr(loss, "ignore_class", None)))
    if not heads:
        heads = [Head("output", None, None, (), *_loss_name(losses[0]))]
    given = keras.tree.flatten(getattr(model, "inputs", None) or [])
    inputs = tuple(str(tensor.name) for tensor in given)
    optimizer = type(getattr(model.optimizer, "inner_optimizer", model.optimizer)).__name__
    shapes = tuple(tuple(tensor.shape[1:]) for tensor in given)
    return Subject(parts, tuple(heads), inputs, optimizer, optimizer_settings, rebuildable,
                   input_shapes=shapes)  # fmt: skip


def snake(name: str) -> str:
    """Return a class name in snake case.

    Examples:
        >>> snake("MeanSquaredError"), snake("GlorotUniform")
        ('mean_squared_error', 'glorot_uniform')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _is_functional(model: Any) -> bool:
    """Return whether the layers and their wiring are all there is; a subclass may do anything."""
    return type(model).__name__ in ("Functional", "Sequential")


def _parts(model: Any) -> Iterator[Part]:
    previous: tuple[str, ...] = ()
    for layer in getattr(model, "layers", ()):
        if isinstance(layer, keras.Model):
            yield from _parts(layer)
            continue
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        config = layer.get_config() if _is_functional(model) else {}
        wrapper = ""
        if kind in WRAPPERS and "layer" in config:
            wrapper, inside = kind, config["layer"]
            kind, config = inside["class_name"], inside["config"]
        before = _feeders(layer) if not isinstance(model, keras.Sequential) else previous
        yield Part(layer.name, kind, config, wrapper, before, bool(layer.trainable_variables))
        previous = (layer.name,)


def _feeders(layer: Any) -> tuple[str, ...]:
    names = []
    for node in getattr(layer, "_inbound_nodes", ()):
        for tensor in node.input_tensors:
            history = getattr(tensor, "_keras_history", None)
            if history is not None:
                names.append(history.operation.name)
    return tuple(dict.fromkeys(names))


def _maker(tensor: Any, known: Mapping[str, Part]) -> tuple[Part | None, Part | None]:
    """Return the layer that makes an output's numbers, and the one that ends it, if another."""
    ending = None
    while True:
        history = getattr(tensor, "_keras_history", None)
        if history is None:
            return None, None
        part = known.get(history.operation.name)
        if part is None:
            return None, None
        if part.kind not in BEHIND_HEADS:
            return part, ending
        if part.kind in ("Activation", "Softmax", "ReLU") and ending is None:
            ending = part
        tensor = history.operation._inbound_nodes[history.node_index].input_tensors[0]


def _losses(model: Any, names: list[str], count: int) -> list[Any]:
    given = getattr(getattr(model, "_compile_config", None), "config", {}).get("loss")
    if isinstance(given, Mapping):
        if all(name in given for name in names):
            return [given[name] for name in names]
        return list(given.values())
    if isinstance(given, (list, tuple)):
        return list(given)
    return [given] * count


def _loss_name(loss: Any) -> tuple[str, bool]:
    """Return the loss's name and whether it expects logits."""
    if loss is None:
        return "", False
    if isinstance(loss, str):
        made = keras.losses.get(loss)
        name = getattr(made, "__name__", None) or snake(type(made).__name__)
        return snake(name), False
    if isinstance(loss, keras.Loss):
        known = type(loss).__module__.startswith("keras")
        return snake(type(loss).__name__) if known else "", bool(
            loss.get_config().get("from_logits", False)
        )
    name = getattr(loss, "__name__", "")
    return (name, False) if hasattr(keras.losses, name) else ("", False)
