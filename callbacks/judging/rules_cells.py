"""Rules about the activation of recurrent layers: none, unbounded, or a sigmoid at every step."""

from __future__ import annotations

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import LayerFacts
from ..thresholds import Thresholds
from .learned import has_learned
from .rules_rate import learning_rate_too_high, nan_loss
from .skill import model_of

__all__ = ["faint_past", "linear_cells", "sigmoid_cells", "unbounded_cells"]

Figures = dict[str, float | int | str]
CELLS = ("GRU", "LSTM", "SimpleRNN")
BOUNDED = ("hard_sigmoid", "hard_tanh", "sigmoid", "softmax", "softsign", "tanh")
# Layers that bend nothing.
STRAIGHT = frozenset((
    "AveragePooling1D", "BatchNormalization", "Concatenate", "Dropout", "Flatten",
    "GlobalAveragePooling1D", "Identity", "Masking", "Normalization", "Permute", "RepeatVector",
    "Rescaling", "Reshape", "SpatialDropout1D", "TimeDistributed",
))  # fmt: skip
KERNELS = ("Conv1D", "Dense", "EinsumDense", "SimpleRNN")


def unbounded_cells(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find recurrent layers without a bound on their state, in a training that burst.

    Each step multiplies the state again. tanh holds it between -1 and 1; with relu, or without an
    activation, it and its gradients may grow from step to step beyond all numbers.

    Guide: REG-6, SEQ-3, LR-2.
    """
    model = model_of(evidence)
    loose = [
        layer
        for layer in model.layers
        if layer.kind in CELLS
        and layer.activation not in (*BOUNDED, "", "custom")
        and (_steps(layer) is None or (_steps(layer) or 0) >= thresholds.growing_steps)
    ]
    if not loose:
        return None
    harm = nan_loss(evidence, thresholds) or learning_rate_too_high(evidence, thresholds)
    if harm is None or harm.severity == "info":
        return None
    first = loose[0]
    steps = _steps(first)
    cause = f"The state of '{first.name}' passes {first.activation} at each of"
    cause += f" {steps} steps" if steps else " its steps"
    cause += f", which does not bound it, and gradients burst. {harm.cause}"
    remedy = "Use tanh in recurrent layers, and clip gradients (clipnorm=1)."
    figures: Figures = {"steps": steps or 0, "layers": len(loose)}
    where = tuple(layer.name for layer in loose)
    return Finding(
        "exploding_gradient", "REG-6", "error", cause, remedy, harm.epoch, figures, 0.85, where
    )


def linear_cells(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a plain recurrent layer without an activation, in a model that bends nowhere else.

    It is then one weighted sum of all steps. GRU and LSTM multiply, and bend by that.

    Guide: ACT-8.
    """
    model = model_of(evidence)
    straight = [x for x in model.layers if x.kind == "SimpleRNN" and x.activation == "linear"]
    hidden = [layer for layer in model.layers if layer.hidden]
    if not straight or not all(_is_straight(layer) for layer in hidden):
        return None
    learned = has_learned(evidence, thresholds)
    severity: Severity = "warning" if learned is False else "info"
    names = ", ".join(f"'{layer.name}'" for layer in straight)
    cause = f"{names} has no activation, and nothing else in the model bends: it is one weighted"
    cause += " sum of all steps."
    remedy = "Leave out activation=None: recurrent layers come with tanh."
    figures: Figures = {"layers": len(straight)}
    where = tuple(layer.name for layer in straight)
    confidence = 0.85 if learned is False else 0.4
    return Finding(
        "missing_activation", "ACT-8", severity, cause, remedy, None, figures, confidence, where
    )


def sigmoid_cells(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find plain recurrent layers of sigmoids: each step passes back a quarter of the gradient.

    Guide: ACT-3, SEQ-3.
    """
    model = model_of(evidence)
    found = [x for x in model.layers if x.kind == "SimpleRNN" and x.activation == "sigmoid"]
    if not found:
        return None
    passed = sum(_steps(layer) or thresholds.sigmoid_layers for layer in found)
    poor = passed >= thresholds.sigmoid_layers and has_learned(evidence, thresholds) is False
    cause = f"The state passes a sigmoid at each step, {passed} of them in all, and each passes"
    cause += " back at most a quarter of the gradient."
    remedy = "Leave out activation='sigmoid': recurrent layers come with tanh; or use GRU or LSTM."
    figures: Figures = {"sigmoids": passed}
    where = tuple(layer.name for layer in found)
    epoch = evidence.history.epochs[-1] if poor else None
    return Finding(
        "vanishing_gradient", "ACT-3", "warning" if poor else "info", cause, remedy, epoch,
        figures, 0.8 if poor else 0.3, where,
    )  # fmt: skip


def faint_past(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a plain recurrent layer of which the far end of the sequence is hardly felt.

    Before the first step, the loss depends on that end a thousand times less than on the near one,
    and the training has not learned. GRU and LSTM begin so as well, and learn to hold on.

    Guide: SEQ-2, SEQ-3.
    """
    start = evidence.probes[0]
    faint = [
        layer
        for layer in start.layers
        if layer.kind == "SimpleRNN"
        and layer.activation in BOUNDED
        and layer.reach < thresholds.faint_reach
    ]
    if start.epoch or not faint or has_learned(evidence, thresholds) is not False:
        return None
    layer = min(faint, key=lambda each: each.reach)
    cause = f"The loss depends on the far end of the {layer.steps} steps that '{layer.name}' reads"
    cause += f" by {layer.reach:.1e} of what it does on the near one, and little is learned."
    figures: Figures = {"reach": layer.reach, "steps": layer.steps}
    remedy = "Use GRU or LSTM, or an orthogonal recurrent_initializer with tanh."
    epoch = evidence.history.epochs[-1]
    where = tuple(each.name for each in faint)
    return Finding(
        "vanishing_gradient", "SEQ-3", "warning", cause, remedy, epoch, figures, 0.75, where
    )


def _steps(layer: LayerFacts) -> int | None:
    """Return the steps of the sequence that a layer reads; None where that varies."""
    return layer.input_shape[0] if len(layer.input_shape) == 2 else None


def _is_straight(layer: LayerFacts) -> bool:
    if layer.kind in KERNELS:
        return layer.activation == "linear"
    return layer.kind in STRAIGHT
