"""Rules about the layers as they were built, before any training."""

from __future__ import annotations

import math

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import LayerFacts, ModelFacts
from ..thresholds import Thresholds
from .learned import NORMALISING, has_learned
from .skill import model_of

__all__ = [
    "hidden_sigmoid",
    "hidden_softmax",
    "long_memory",
    "missing_activation",
    "steep_activation",
]

# Layers that multiply what they get with a kernel.
KERNELS = ("Conv1D", "Conv2D", "Conv3D", "Dense", "EinsumDense")
# Layers after which two kernels are still one.
LINEAR = frozenset((
    "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "BatchNormalization", "Cropping1D",
    "Cropping2D", "Dropout", "Flatten", "GaussianNoise", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "Identity", "Permute", "Rescaling", "Reshape", "SpatialDropout1D",
    "SpatialDropout2D", "UpSampling1D", "UpSampling2D", "ZeroPadding1D", "ZeroPadding2D",
))  # fmt: skip
ADDING = ("operation AddN", "operation AddV2", "operation BiasAdd", "operation Sub")


def missing_activation(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find layers that follow one another without a non-linearity, and so are one layer.

    One linear layer may be meant so: a projection, the code of an autoencoder, logits. Two are not,
    nor is one in a model that has no non-linearity at all.

    Guide: ACT-8.
    """
    model = model_of(evidence)
    wasted = [
        layer
        for layer in model.layers
        if layer.hidden and _is_linear_kernel(layer) and _feeds_kernel(model, layer)
    ]
    bent = [layer for layer in model.layers if not _is_linear(layer) and layer.hidden]
    bent += [layer for layer in model.layers if _enters_operation(layer)]
    # What is made wider only to be made narrower again was to be bent between.
    widened = [layer for layer in wasted if layer.units > layer.fan_in > 0]
    few = bent and len(wasted) < thresholds.linear_layers
    if not wasted or (few and not (widened and has_learned(evidence, thresholds) is False)):
        return None
    names = ", ".join(f"'{layer.name}'" for layer in wasted[:4]) + (", …" if wasted[4:] else "")
    cause = f"No activation follows {names}: with the next layer, each is one linear layer."
    figures: dict[str, float | int | str] = {"linear_layers": len(wasted)}
    where = tuple(layer.name for layer in wasted)
    remedy = "Give hidden layers an activation='relu'."
    return Finding(
        "missing_activation", "ACT-8", "warning", cause, remedy, None, figures,
        0.8 if bent else 0.95, where,
    )  # fmt: skip


def hidden_sigmoid(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find sigmoids in hidden layers: each passes back a quarter of the gradient at most.

    Gates, which multiply, are sigmoids by design.

    Guide: ACT-3.
    """
    model = model_of(evidence)
    found = [
        layer
        for layer in model.layers
        if layer.hidden
        and layer.activation == "sigmoid"
        and (layer.kind in KERNELS or layer.kind == "Activation")
        and not _gates(model, layer)
    ]
    if not found:
        return None
    deep = len(found) >= thresholds.sigmoid_layers
    normed = any(layer.kind in NORMALISING for layer in model.layers)
    severe = deep and not normed and has_learned(evidence, thresholds) is not True
    cause = f"{len(found)} hidden layer{'s are' if len(found) > 1 else ' is'} a sigmoid"
    cause += ", and each passes back at most a quarter of the gradient."
    remedy = "Use relu in hidden layers, and sigmoid only at the output."
    return Finding(
        "vanishing_gradient", "ACT-3", "warning" if severe else "info", cause, remedy, None,
        {"sigmoid_layers": len(found)}, 0.7 if severe else 0.3,
        tuple(layer.name for layer in found),
    )  # fmt: skip


def hidden_softmax(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a softmax in a hidden layer that is no attention and no gate.

    Guide: ACT-5, ACT-9.
    """
    model = model_of(evidence)
    found = [
        layer
        for layer in model.layers
        if layer.hidden
        and layer.activation == "softmax"
        and layer.kind in (*KERNELS, "Softmax", "Activation")
        and _feeds_kernel(model, layer)
        and not _gates(model, layer)
    ]
    if not found:
        return None
    learned = has_learned(evidence, thresholds) is True
    severity: Severity = "info" if learned else "warning"
    sure = 0.3 if learned else 0.7
    names = ", ".join(f"'{layer.name}'" for layer in found)
    cause = f"The hidden layer {names} ends in a softmax: one unit speaks, and the others are near"
    cause += " zero."
    remedy = "Use relu in hidden layers, and softmax only at the output."
    where = tuple(layer.name for layer in found)
    return Finding("saturated_activation", "ACT-5", severity, cause, remedy, None, {}, sure, where)


def steep_activation(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find an activation so steep that it is flat for most of the numbers that it usually gets.

    It says yes or no, and its slope is next to nothing; only at the jump it is huge.

    Guide: ACT-3, ACT-4.
    """
    model = model_of(evidence)
    found = [
        layer
        for layer in model.layers
        if layer.hidden and float(layer.settings.get("flat_at_usual", 0.0)) >= thresholds.flat_units
    ]
    if not found:
        return None
    poor = has_learned(evidence, thresholds) is False
    share = float(found[0].settings["flat_at_usual"])
    cause = f"The activation of '{found[0].name}' is flat for {share:.0%} of the numbers of usual"
    cause += " size: there is no slope to learn by."
    remedy = "Use tanh or relu as they come, or make the activation less steep."
    epoch = evidence.history.epochs[-1] if poor else None
    where = tuple(layer.name for layer in found)
    figures: dict[str, float | int | str] = {"flat_share": round(share, 4)}
    return Finding(
        "saturated_activation", "ACT-4", "warning" if poor else "info", cause, remedy, epoch,
        figures, 0.85 if poor else 0.4, where,
    )  # fmt: skip


def long_memory(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a plain recurrent layer that is asked to remember more steps than it can.

    Guide: SEQ-2, SEQ-3.
    """
    model = model_of(evidence)
    for layer in model.layers:
        steps = layer.input_shape[0] if len(layer.input_shape) == 2 else None
        if layer.kind != "SimpleRNN" or steps is None or steps < thresholds.plain_memory:
            continue
        if layer.settings.get("return_sequences") and "output" in layer.feeds:
            continue
        poor = has_learned(evidence, thresholds) is False
        cause = f"'{layer.name}' is a plain recurrent layer over {steps} steps; it forgets after 50"
        cause += " to 100, and it has not learned." if poor else " to 100."
        epoch = evidence.history.epochs[-1] if poor else None
        return Finding(
            "vanishing_gradient", "SEQ-3", "warning" if poor else "info", cause,
            "Use GRU or LSTM.", epoch, {"steps": steps}, 0.7 if poor else 0.3, (layer.name,),
        )  # fmt: skip
    return None


def _is_linear_kernel(layer: LayerFacts) -> bool:
    """Return whether a layer is a trained linear map, and nothing more."""
    trained = bool(layer.settings.get("trainable", True))
    return layer.kind in KERNELS and layer.activation == "linear" and trained and layer.calls > 0


def _is_linear(layer: LayerFacts) -> bool:
    if layer.kind in KERNELS or layer.kind == "Activation":
        return layer.activation == "linear"
    return layer.kind in LINEAR or layer.kind in ("Embedding", "Masking", "Normalization")


def _enters_operation(layer: LayerFacts) -> bool:
    """Return whether its output goes through an operation that is not known to be linear."""
    return any(
        name.startswith("operation ") and name not in ADDING
        for name in (*layer.takes, *layer.feeds)
    )


def _feeds_kernel(model: ModelFacts, layer: LayerFacts) -> bool:
    """Return whether all that takes a layer's output is kernels, with linear layers between."""
    waiting, seen, kernels = list(layer.feeds), set(), []
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        taker = model.layer(name)
        if taker is None:
            return False  # an operation, or the end of the model
        if taker.kind in KERNELS:
            kernels.append(taker)
        elif _is_linear(taker):
            waiting += taker.feeds
        else:
            return False
    # Few units between many are a code, and a matrix in two factors.
    narrow = [x for x in kernels if layer.units < min(layer.fan_in or math.inf, x.units)]
    return bool(kernels) and not narrow


def _gates(model: ModelFacts, layer: LayerFacts) -> bool:
    """Return whether something is multiplied with a layer's output."""
    waiting, seen = list(layer.feeds), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name.startswith("operation "):
            return True
        taker = model.layer(name)
        if taker is not None and (taker.kind in ("Multiply", "Dot") or "Attention" in taker.kind):
            return True
        if taker is not None and taker.kind in LINEAR:
            waiting += taker.feeds
    return False
