"""What the layers of a model do with rows: noted while TensorFlow traces one forward pass."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras

from .facts import LayerProbe
from .flat_ends import FLAT_END, ends_of

__all__ = [
    "Figures",
    "Seen",
    "any_bad",
    "as_float",
    "described",
    "floats",
    "is_kernel",
    "kernels_of",
    "layer_figures",
    "reach",
    "recording",
    "spread",
    "told",
]

RECTIFIERS = ("relu", "relu6")
# Of a shorter sequence there is no far end.
FEWEST_STEPS = 8
# Not what a layer multiplies its inputs with, though some of them have two dimensions.
NO_KERNELS = ("bias", "gamma", "beta", "alpha")

# Two trainings in two threads must not undo each other's recording.
_LOCK = threading.Lock()


@dataclass
class Seen:
    """One layer that was called.

    Args:
        layer: The layer.
        name: Its path in the model.
        inputs: What it was handed.
        outputs: What it returned.
        kernels: Places of its kernels among the model's trainable variables.
    """

    layer: Any
    name: str
    inputs: list[Any] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    kernels: list[int] = field(default_factory=list)

    @property
    def sequence(self) -> Any:
        """What a recurrent layer reads, `(rows, steps, units)`; None of others, and if masked."""
        if not isinstance(self.layer, keras.layers.RNN) or not self.inputs:
            return None
        read = self.inputs[0]
        masked = getattr(read, "_keras_mask", None) is not None
        whole = len(read.shape) == 3 and (read.shape[1] or 0) >= FEWEST_STEPS
        return read if whole and not masked and floats([read]) else None

    def gives(self, answers: Sequence[Any]) -> bool:
        """Return whether one of the model's answers is what this layer returned."""
        return any(mine is answer for mine in self.outputs for answer in answers)


class Figures:
    """Figures inside a TensorFlow function, each a scalar, with what they are."""

    def __init__(self) -> None:
        self.slots: list[tuple[str, str]] = []
        self.values: list[Any] = []

    def add(self, kind: str, name: str, value: Any) -> None:
        """Note one figure: its kind, the layer or output, the scalar."""
        self.slots.append((kind, name))
        self.values.append(as_float(value))


@contextmanager
def recording(model: Any) -> Iterator[list[Seen]]:
    """Note every layer that is called meanwhile, in the order of the forward pass.

    Batch normalization is told to use the statistics of the rows, as it does in training: its
    moving averages are far off in the first epochs.
    """
    thread, graph = threading.get_ident(), _graph()
    seen: list[Seen] = []
    stack: list[Seen] = []
    call = keras.layers.Layer.__call__

    def noting(layer: Any, *args: Any, **kwargs: Any) -> Any:
        # Inside the loop of a recurrent layer, tensors belong to another graph.
        if threading.get_ident() != thread or _graph() is not graph:
            return call(layer, *args, **kwargs)
        if isinstance(layer, keras.layers.BatchNormalization):
            kwargs["training"] = True
        mine = Seen(layer, _name(layer, model, seen))
        # A layer used twice is noted once, and a cell belongs to its recurrent layer.
        again = any(each.layer is layer for each in seen)
        if not again and not (stack and isinstance(stack[-1].layer, keras.layers.RNN)):
            seen.append(mine)
        stack.append(mine)
        try:
            outputs = call(layer, *args, **kwargs)
        finally:
            stack.pop()
        mine.inputs = keras.tree.flatten((args, kwargs))
        mine.outputs = keras.tree.flatten(outputs)
        return outputs

    with _LOCK:
        setattr(keras.layers.Layer, "__call__", noting)  # noqa: B010
        try:
            yield seen
        finally:
            setattr(keras.layers.Layer, "__call__", call)  # noqa: B010


def is_kernel(variable: Any) -> bool:
    """Return whether a variable is what a layer multiplies its inputs with."""
    return len(variable.shape) > 1 and not any(part in variable.name for part in NO_KERNELS)


def told(seen: Sequence[Seen], answers: Sequence[Any]) -> list[Seen]:
    """Return the layers that say something: with a kernel, an activation, or the answer."""
    return [
        each
        for each in seen
        if each.kernels
        or (
            not isinstance(each.layer, keras.Model)
            and (activation_of(each.layer) or each.gives(answers))
        )
    ]


def kernels_of(seen: Sequence[Seen], variables: Sequence[Any]) -> None:
    """Give each kernel among the variables to the innermost layer that owns it."""
    places = {id(each): place for place, each in enumerate(variables) if is_kernel(each)}
    for each in reversed(seen):
        owned = {id(variable) for variable in each.layer.trainable_variables}
        each.kernels = sorted(place for key, place in places.items() if key in owned)
        places = {key: place for key, place in places.items() if key not in owned}


def activation_of(layer: Any) -> str:
    """Return the name of a layer's activation; empty where it has none."""
    if isinstance(layer, keras.layers.ReLU):
        return "leaky_relu" if layer.negative_slope else "relu"
    activation = getattr(layer, "activation", None)
    if isinstance(activation, keras.layers.Layer):
        return activation_of(activation)
    return str(getattr(activation, "__name__", ""))


def described(seen: Seen, answers: Sequence[Any], kernels: Mapping[int, Any]) -> LayerProbe:
    """Return what is known of a layer without figures."""
    return LayerProbe(
        seen.name,
        type(seen.layer).__name__,
        activation_of(seen.layer),
        hidden=not seen.gives(answers),
        size=sum(math.prod(kernels[place].shape) for place in seen.kernels),
        steps=0 if seen.sequence is None else seen.sequence.shape[1],
    )


def layer_figures(
    found: Figures,
    seen: Seen,
    kernels: Mapping[int, Any],
    gradients: Mapping[int, Any],
    before: Mapping[int, Any],
) -> None:
    """Add the figures of one layer."""
    outputs = floats(seen.outputs)
    if outputs:
        zero, flat = zero_share(seen.layer, outputs[0]), flat_share(seen.layer, outputs[0])
        found.add("spread", seen.name, spread(outputs[0]))
        found.add("bad", seen.name, any_bad(outputs))
        if zero is not None:
            found.add("zero", seen.name, zero)
        if flat is not None:
            found.add("flat", seen.name, flat)
    if not seen.kernels:
        return
    mine = [as_float(kernels[place]) for place in seen.kernels]
    norm = keras.ops.sum([keras.ops.sum(each * each) for each in mine])
    changes = [
        each - as_float(before[place]) for each, place in zip(mine, seen.kernels, strict=True)
    ]
    found.add("weights", seen.name, norm)
    found.add("weights_bad", seen.name, any_bad([norm]))
    found.add("moved", seen.name, keras.ops.sum([keras.ops.sum(each * each) for each in changes]))
    inputs = floats(seen.inputs)
    if inputs:
        # A rectifier turns NaN into 0: what comes out of it can look healthy.
        found.add("input_bad", seen.name, any_bad(inputs))
    slopes = [gradients[place] for place in seen.kernels if place in gradients]
    if slopes:
        total = keras.ops.sum([keras.ops.sum(each * each) for each in slopes])
        found.add("gradient", seen.name, total)
        found.add("gradient_bad", seen.name, any_bad([total]))


def any_bad(values: Sequence[Any]) -> Any:
    """Return 1 where any of the tensors holds NaN or infinity, else 0."""
    whole = [keras.ops.all(keras.ops.isfinite(each)) for each in values]
    return 1.0 - as_float(keras.ops.all(keras.ops.stack(whole)))


def as_float(value: Any) -> Any:
    """Return a tensor or number as a tensor of float32."""
    return keras.ops.cast(value, "float32")


def reach(slopes: Any) -> Any:
    """Return how much weaker the gradient is at the far end of `(rows, steps, units)`."""
    steps: Any = keras.ops.sqrt(keras.ops.sum(slopes * slopes, axis=(0, 2)))
    end = max(1, slopes.shape[1] // 8)
    ends = [keras.ops.mean(steps[:end]), keras.ops.mean(steps[-end:])]
    weakest: Any = keras.ops.min(keras.ops.stack(ends))
    return weakest / keras.ops.max(steps)


def spread(values: Any) -> Any:
    """Return the mean over units of the standard deviation over rows of `(rows, ..., units)`."""
    return keras.ops.mean(keras.ops.std(values, axis=0))


def zero_share(layer: Any, values: Any) -> Any:
    """Return the share of a rectifier's units that are zero everywhere, or None for others."""
    if activation_of(layer) not in RECTIFIERS:
        return None
    highest: Any = keras.ops.max(values, axis=_all_but_units(layer, values))
    return keras.ops.mean(keras.ops.cast(highest <= 0, "float32"))


def flat_share(layer: Any, values: Any) -> Any:
    """Return the share of units flat on most rows; None where the activation has no two ends.

    A rectifier rests at its lower end by design.
    """
    if activation_of(layer) in RECTIFIERS:
        return None
    activation = getattr(layer, "activation", None)
    ends = ends_of(activation)
    if ends is None:
        return None
    low, high = ends
    slack = FLAT_END * (high - low)
    flat: Any = keras.ops.logical_or(values < low + slack, values > high - slack)
    rows: Any = keras.ops.mean(keras.ops.cast(flat, "float32"), axis=_all_but_units(layer, values))
    return keras.ops.mean(keras.ops.cast(rows > 0.5, "float32"))


def _all_but_units(layer: Any, values: Any) -> tuple[int, ...]:
    rank = len(values.shape)
    first = getattr(layer, "data_format", None) == "channels_first" and rank > 2
    units = 1 if first else rank - 1
    return tuple(axis for axis in range(rank) if axis != units)


def floats(values: Sequence[Any]) -> list[Any]:
    """Return those of the values that are tensors of floats with rows, as float32."""
    return [
        keras.ops.cast(each, "float32")
        for each in values
        if keras.ops.is_tensor(each)
        and keras.backend.is_float_dtype(keras.backend.standardize_dtype(each.dtype))
        and len(each.shape) > 1
    ]


def _name(layer: Any, model: Any, seen: Sequence[Seen]) -> str:
    path = getattr(layer, "path", None) or layer.name
    path = path.removeprefix(f"{model.name}/")
    taken = sum(each.name == path or each.name.startswith(f"{path} #") for each in seen)
    return f"{path} #{taken + 1}" if taken else path


def _graph() -> Any:
    import tensorflow as tf

    return None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
