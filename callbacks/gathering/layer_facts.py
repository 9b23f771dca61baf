"""Facts of each layer of a Keras model, and of where its outputs come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from .arrays import even_places
from .compiled import snake_case
from .facts import LayerFacts
from .flat_ends import flat_share_of_usual
from .forward_pass import ForwardPass, Source

__all__ = ["OutputEnd", "activation_name", "facts_of_layers", "output_end", "scaled_inputs"]

MOST_NUMBERS = 1_000_000  # of a kernel, that are looked at
SETTINGS = (
    "return_sequences", "negative_slope", "recurrent_dropout", "recurrent_activation", "stateful",
    "trainable", "use_bias", "axis", "momentum", "epsilon", "stddev", "strides", "data_format",
    "kernel_size", "dilation_rate", "num_heads", "key_dim",
)  # fmt: skip
# What a layer multiplies with, as its regularizers call it.
PARTS = ("kernel", "recurrent", "embeddings", "depthwise", "pointwise")
# Layers that are an activation and nothing more.
ACTIVATIONS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "Softmax": "softmax",
}
# Operations of TensorFlow that are an activation and nothing more.
OPERATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Softplus": "softplus",
    "Exp": "exponential",
}
# Layers after the head that leave the range of the answers as it is.
PASSING = frozenset((
    "ActivityRegularization", "AlphaDropout", "Average", "AveragePooling1D", "AveragePooling2D",
    "Cropping1D", "Cropping2D", "Cropping3D", "Dropout", "Flatten", "GaussianDropout",
    "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D",
    "GlobalMaxPooling2D", "Identity", "Permute", "Reshape", "SpatialDropout1D",
    "SpatialDropout2D", "UpSampling1D", "UpSampling2D", "UpSampling3D",
))  # fmt: skip
# Layers with weights of which it is known what their answer can be.
HEADS = frozenset((
    "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
    "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "EinsumDense", "GRU", "LSTM", "RNN",
    "SeparableConv1D", "SeparableConv2D", "SimpleRNN",
))  # fmt: skip
# Layers that turn raw inputs into something of usual size.
SCALING = frozenset((
    "BatchNormalization", "CategoryEncoding", "Discretization", "Embedding", "GroupNormalization",
    "HashedCrossing", "Hashing", "IntegerLookup", "LayerNormalization", "MelSpectrogram",
    "Normalization", "RMSNormalization", "Rescaling", "ReversibleEmbedding", "STFTSpectrogram",
    "StringLookup", "TextVectorization", "UnitNormalization",
))  # fmt: skip
# Layers that hand inputs on as they are, or nearly so.
HANDING_ON = PASSING | frozenset((
    "Concatenate", "InputLayer", "Masking", "RandomBrightness", "RandomContrast", "RandomCrop",
    "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "RepeatVector", "Resizing",
    "CenterCrop", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
))  # fmt: skip


class OutputEnd:
    """How an output ends.

    Args:
        layer: The name of the layer with weights that makes it; empty where it cannot be told.
        activation: What its answers pass last; empty where that cannot be told.
        after: Names of the layers after that layer, in order.
    """

    def __init__(self, layer: str = "", activation: str = "", after: tuple[str, ...] = ()) -> None:
        self.layer, self.activation, self.after = layer, activation, after


def activation_name(activation: Any) -> str:
    """Return the name of an activation; `custom` for a function of the user's own."""
    if activation is None:
        return "linear"
    if isinstance(activation, keras.layers.Layer):
        return _layer_activation(activation) or "custom"
    module = str(getattr(activation, "__module__", "")).partition(".")[0]
    if module not in ("keras", "tensorflow", "jax", "torch"):
        return "custom"
    name = str(getattr(activation, "__name__", "custom")).removesuffix("_v2")
    return {"swish": "silu", "hard_swish": "hard_silu", "identity": "linear"}.get(name, name)


def facts_of_layers(
    layers: list[Any], names: Mapping[int, str], ends: list[OutputEnd], passed: ForwardPass | None
) -> tuple[LayerFacts, ...]:
    """Return the facts of layers, in this order.

    Args:
        layers: The layers.
        names: {id of layer: name}.
        ends: How the outputs end.
        passed: What a call of the model showed; None where it could not be called.
    """
    takes, feeds = _relations(passed, names) if passed else ({}, {})
    shown = {name for end in ends for name in (end.layer, *end.after) if name}
    facts = []
    for layer in layers:
        name, inner = names[id(layer)], unwrapped(layer)
        steps = [step for step in passed.steps if step.layer is layer] if passed else []
        first = steps[0] if steps else None
        kernel = _kernel(inner)
        width = first.output_shape[-1] if first and first.output_shape else None
        units = getattr(inner, "units", None) or getattr(inner, "filters", None)
        facts.append(
            LayerFacts(
                name,
                type(inner).__name__,
                _layer_activation(inner),
                int(units or getattr(inner, "output_dim", None) or width or 0),
                hidden=name not in shown,
                **_kernel_facts(inner, kernel),
                l1=_penalty(inner, "l1"),
                l2=_penalty(inner, "l2"),
                dropout=_dropout(inner),
                settings=_settings(layer, inner),
                takes=tuple(takes.get(name, ())),
                feeds=tuple(feeds.get(name, ())),
                input_shape=first.input_shape[1:] if first else (),
                calls=len(steps),
            )
        )
    return tuple(facts)


def output_end(
    passed: ForwardPass, sources: tuple[Source, ...], names: Mapping[int, str]
) -> OutputEnd:
    """Return how an output ends: back from it to the first layer with weights."""
    activation, after = "", []
    while len(sources) == 1 and sources[0].step is not None:
        operations = sources[0].operations
        if operations:
            only = OPERATIONS.get(next(iter(operations))) if len(operations) == 1 else None
            if not only:
                return OutputEnd()
            activation = activation or only
        step = passed.steps[sources[0].step]
        layer = unwrapped(step.layer)
        name, kind, own = names[id(step.layer)], type(layer).__name__, _layer_activation(layer)
        if kind in ACTIVATIONS or kind == "Activation":
            activation = activation or ("" if own == "linear" else own)
        elif kind in HEADS:
            ends_in = activation or own
            return OutputEnd(name, "" if ends_in == "custom" else ends_in, tuple(after))
        elif kind not in PASSING:
            known = activation if activation != "custom" else ""
            return OutputEnd(name if step.layer.weights else "", known, tuple(after))
        after.insert(0, name)
        sources = step.sources
    return OutputEnd("", "" if activation == "custom" else activation, tuple(after))


def scaled_inputs(passed: ForwardPass, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the inputs that every way into the model scales, embeds, or treats unknown to us."""
    raw: set[str] = set()
    used: set[str] = set()
    carrying: dict[int, set[str]] = {}  # steps whose output is still a raw input
    for place, step in enumerate(passed.steps):
        arriving: set[str] = set()
        for source in step.sources:
            reached = {source.name} if source.step is None else carrying.get(source.step, set())
            used |= reached
            if not source.operations:
                arriving |= reached
        kind = type(unwrapped(step.layer)).__name__
        if kind in HANDING_ON:
            carrying[place] = arriving
        elif kind not in SCALING and type(step.layer).__module__.startswith("keras."):
            raw |= arriving
    return tuple(name for name in names if name in used and name not in raw)


def unwrapped(layer: Any) -> Any:
    """Return the layer inside TimeDistributed, Bidirectional and the like."""
    while True:
        inner = getattr(layer, "forward_layer", None)
        if inner is None and isinstance(layer, keras.layers.Wrapper):
            inner = layer.layer
        if not isinstance(inner, keras.layers.Layer) or isinstance(inner, keras.Model):
            return layer
        layer = inner


def _layer_activation(layer: Any) -> str:
    kind = type(layer).__name__
    if kind in ACTIVATIONS:
        steep = kind == "ReLU" and getattr(layer, "negative_slope", 0)
        return "leaky_relu" if steep else ACTIVATIONS[kind]
    holder = getattr(layer, "cell", layer)
    if not hasattr(holder, "activation"):
        return ""
    return activation_name(holder.activation)


def _kernel(layer: Any) -> Any:
    """Return the kernel of a layer, or of the cell in it; None where it has none yet."""
    holder = getattr(layer, "cell", layer)
    for name in ("kernel", "depthwise_kernel", "embeddings"):
        kernel = getattr(holder, name, None)
        if kernel is not None and len(getattr(kernel, "shape", ())) > 1:
            return kernel
    return None


def _kernel_facts(layer: Any, kernel: Any) -> dict[str, Any]:
    if kernel is None:
        return {}
    values = np.asarray(keras.ops.convert_to_numpy(kernel), np.float64).reshape(-1)
    values = values[even_places(len(values), MOST_NUMBERS)]
    shape = tuple(kernel.shape)
    if "Transpose" in type(layer).__name__:
        fan_in = math.prod(shape[:-2]) * shape[-1]
    elif type(layer).__name__.startswith(("Depthwise", "Separable")):
        fan_in = math.prod(shape[:-2])
    elif type(layer).__name__ in ("Embedding", "EinsumDense", "ReversibleEmbedding"):
        fan_in = 0  # a row is looked up, or the equation decides
    else:
        fan_in = math.prod(shape[:-1])
    return {
        "fan_in": fan_in,
        "kernel_deviation": float(values.std()),
        "kernel_constant": bool(len(values) > 1 and values.min() == values.max()),
    }


def _penalty(layer: Any, which: str) -> float:
    """Return the strongest penalty of one sort on what a layer multiplies with."""
    kept = [getattr(getattr(layer, f"{part}_regularizer", None), which, None) for part in PARTS]
    known = [float(np.asarray(keras.ops.convert_to_numpy(x))) for x in kept if x is not None]
    return max(known, default=0.0)


def _dropout(layer: Any) -> float:
    drops = "Dropout" in type(layer).__name__
    rate = getattr(layer, "rate", None) if drops else getattr(layer, "dropout", None)
    return float(rate) if isinstance(rate, (int, float)) else 0.0


def _settings(layer: Any, inner: Any) -> dict[str, float | int | str | bool]:
    found: dict[str, float | int | str | bool] = {}
    for name in SETTINGS:
        value = getattr(inner, name, None)
        if callable(value):
            value = activation_name(value)
        if isinstance(value, (bool, int, float, str)):
            found[name] = value
    if _layer_activation(inner) == "custom":
        found["flat_at_usual"] = flat_share_of_usual(getattr(inner, "activation", None))
    initializer = getattr(inner, "kernel_initializer", None)
    if isinstance(initializer, keras.initializers.Initializer):
        found["kernel_initializer"] = snake_case(type(initializer).__name__)
    recurrent = getattr(getattr(inner, "cell", None), "recurrent_kernel", None)
    if recurrent is not None:
        found["recurrent_deviation"] = float(
            np.asarray(keras.ops.convert_to_numpy(recurrent)).std()
        )
    if layer is not inner:
        found["wrapper"] = type(layer).__name__
    return found


def _relations(
    passed: ForwardPass, names: Mapping[int, str]
) -> tuple[dict[str, dict[str, None]], dict[str, dict[str, None]]]:
    """Return what each layer takes, and what takes its output, by name."""
    takes: dict[str, dict[str, None]] = {}
    feeds: dict[str, dict[str, None]] = {}
    ends = [("output", sources) for sources in passed.outputs]
    for taker, sources in [*((names[id(s.layer)], s.sources) for s in passed.steps), *ends]:
        for source in sources:
            giver = f"input {source.name}"
            if source.step is not None:
                giver = names[id(passed.steps[source.step].layer)]
                through = [f"operation {each}" for each in sorted(source.operations)]
                feeds.setdefault(giver, {}).update(dict.fromkeys(through or [taker]))
            through = [f"operation {each}" for each in sorted(source.operations)]
            takes.setdefault(taker, {}).update(dict.fromkeys(through or [giver]))
    return takes, feeds
