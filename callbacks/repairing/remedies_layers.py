"""Remedies for the hidden layers: activations, initial weights, batch norm, cells that remember."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from ..findings import Finding
from .subject import DENSE, RECURRENT, Part, Subject
from .trial import Change, Trial

__all__ = [
    "batch_norm",
    "fresh_weights",
    "leaky_relu",
    "lstm_cells",
    "gru_cells",
    "read_in_order",
    "relu_hidden",
    "selu_hidden",
    "tell_places",
    "usual_initializers",
]

FLAT = ("sigmoid", "hard_sigmoid", "tanh", "softmax", "softsign", "exponential")
UNBOUNDED = ("exponential",)  # beside functions of the user's own
RELUS = ("relu", "relu6")
POOLING = ("GlobalAveragePooling1D", "GlobalMaxPooling1D")
CELLS = 32
# The setting that says how wide a step is behind a layer.
WIDTHS = {"Embedding": "output_dim", "Dense": "units"}
# Initial weights that fit an activation; others get Glorot's.
FITTING = {"relu": "he_normal", "leaky_relu": "he_normal", "selu": "lecun_normal"}


def relu_hidden(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Give hidden layers ReLU, with He's initial weights, for sigmoid, tanh or nothing at all.

    A function of the user's own gives way as well, where units are found to be flat; where the
    loss is no number, only such a function does, and what grows without bounds.

    Guide: ACT-1, ACT-3, ACT-8.
    """
    wrong = {"missing_activation": ("linear", None), "nan_loss": UNBOUNDED}.get(finding.fault, FLAT)
    return _activated(trial, subject, wrong, "relu", finding)


def selu_hidden(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Give hidden layers SELU, with LeCun's initial weights: it keeps the scale of what passes.

    Guide: ACT-3.
    """
    return _activated(trial, subject, (*FLAT, *RELUS), "selu", finding)


def leaky_relu(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Give hidden layers a leaky ReLU, which cannot die, with He's initial weights.

    Guide: ACT-2.
    """
    changed = _activated(trial, subject, RELUS, "leaky_relu", finding)
    base = changed or trial
    changes = []
    for part in subject.hidden("ReLU"):
        if not base.now_set(part.name, "negative_slope", part.settings):
            base = base.set_layer(part.name, negative_slope=0.2)
            what = f"{part.name} leaks."
            changes.append(Change(what, f"layer {part.name}: negative_slope", 0.0, 0.2))
    if not subject.rebuildable or (changed is None and not changes):
        return None
    return base.with_(*changes)


def usual_initializers(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Draw all initial weights anew, by He's rule under ReLU and by Glorot's elsewhere.

    Guide: ACT-1.
    """
    if not subject.rebuildable:
        return None
    changes = []
    for part in subject.parts:
        wanted: dict[str, str] = {}
        if "kernel_initializer" in part.settings and part.kind != "Embedding":
            activation = _following(part, trial, subject)
            wanted["kernel_initializer"] = FITTING.get(activation, "glorot_uniform")
        if "recurrent_initializer" in part.settings:
            wanted["recurrent_initializer"] = "orthogonal"
        if "embeddings_initializer" in part.settings:
            wanted["embeddings_initializer"] = "uniform"
        if "bias_initializer" in part.settings:
            wanted["bias_initializer"] = "zeros"
        before = {name: part.now(trial, name) for name in wanted}
        if wanted:
            trial = trial.set_layer(part.name, fresh=True, **wanted)
            if before != wanted:
                what = f"The initial weights of {part.name} are drawn anew."
                changes.append(Change(what, f"layer {part.name}: initial weights", before, wanted))
    if not changes:
        what = "All initial weights are drawn anew."
        changes.append(Change(what, "initial weights", "as given", "drawn by the usual rules"))
    return trial.with_(*changes)


def fresh_weights(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Draw all initial weights anew by the initializers that the model has.

    Guide: ACT-1.
    """
    if not subject.rebuildable or "*" in trial.fresh:
        return None
    what = "All initial weights are drawn anew."
    return trial.with_(Change(what, "initial weights", "as given", "new"), fresh=frozenset("*"))


def batch_norm(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Put batch normalization behind the hidden layers, and before recurrent ones that are flat.

    Gates are flat where what they read is large, wherever in the model it became so.

    Guide: REG-6, WHEN-3.
    """
    if not subject.rebuildable or any(part.kind == "BatchNormalization" for part in subject.parts):
        return None
    changes = []
    for part in subject.hidden("Dense", "Conv1D", "Conv2D"):
        title = f"{part.name}_norm"
        trial = trial.add_behind(part.name, "BatchNormalization", name=title)
        what = f"Batch normalization behind {part.name}."
        changes.append(Change(what, f"behind layer {part.name}", None, "BatchNormalization"))
    flat = RECURRENT if finding.fault == "saturated_activation" else ()
    for part in subject.hidden(*flat) if flat else ():
        trial = trial.add_ahead(part.name, "BatchNormalization", name=f"{part.name}_norm")
        what = f"Batch normalization before {part.name}."
        changes.append(Change(what, f"before layer {part.name}", None, "BatchNormalization"))
    return trial.with_(*changes) if changes else None


def gru_cells(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Put a GRU in the place of every SimpleRNN: its gates carry gradients over many steps.

    Guide: SEQ-3, SEQ-5.
    """
    return _cells(trial, subject, "GRU")


def lstm_cells(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Put an LSTM in the place of every SimpleRNN: its gates carry gradients over many steps.

    Guide: SEQ-3, SEQ-4.
    """
    return _cells(trial, subject, "LSTM")


def read_in_order(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Put a GRU in the place of a mean over steps, where no other layer knows their order.

    Guide: SEQ-3, SEQ-5.
    """
    knowing = (*RECURRENT, "MultiHeadAttention", "Conv1D", "SeparableConv1D", "DepthwiseConv1D")
    means = [part for part in subject.parts if part.kind in POOLING]
    if not subject.rebuildable or len(means) != 1 or trial.kinds.get(means[0].name):
        return None
    if any(part.kind in knowing for part in subject.parts) or means[0].settings.get("keepdims"):
        return None
    (part,) = means
    trial = trial.set_layer(part.name, fresh=True, units=CELLS)
    what = f"{part.name} forgets which step came first: it is a GRU of {CELLS} units."
    change = Change(what, f"layer {part.name}: class", part.kind, "GRU")
    return trial.with_(change, kinds={**trial.kinds, part.name: "GRU"})


def tell_places(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Tell attention which step is which: a bias of its own for each step, before all else.

    Attention and a mean over steps answer alike in whatever order the steps come.

    Guide: SEQ-1, SEQ-7.
    """
    inputs = [shape for shape in subject.input_shapes if shape]
    ordered = (*RECURRENT, "Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Masking", "Flatten")
    kinds = [part.kind for part in subject.parts]
    told = any("position" in f"{part.kind} {part.name}".lower() for part in subject.parts)
    if not subject.rebuildable or told or len(inputs) != 1 or set(kinds) & set(ordered):
        return None
    if "MultiHeadAttention" not in kinds or kinds.count("Embedding") > 1 or trial.scaling:
        return None
    first = subject.parts[0]  # of one input, what reads it
    steps, width, name = inputs[0][0], first.now(trial, WIDTHS.get(first.kind, "")), first.name
    if len(inputs[0]) != (1 if first.kind == "Embedding" else 2):
        return None
    if not width or not steps or first.settings.get("mask_zero") or name in trial.added:
        return None
    bias = {"bias_axes": "se", "bias_initializer": "random_normal"}
    bias |= {"kernel_initializer": "identity", "output_shape": (steps, width)}
    trial = trial.add_behind(name, "EinsumDense", equation="bsd,de->bse", **bias,
                             name=f"{name}_places")  # fmt: skip
    what = f"Each of the {steps} steps has a bias of its own: nothing told attention their order."
    return trial.with_(Change(what, f"behind layer {name}", None, "EinsumDense"))


def _cells(trial: Trial, subject: Subject, kind: str) -> Trial | None:
    if not subject.rebuildable:
        return None
    changes = []
    for part in subject.parts:
        if part.kind == "SimpleRNN" and trial.kinds.get(part.name) != kind:
            trial = trial.set_layer(
                part.name, activation="tanh", recurrent_initializer="orthogonal"
            )
            trial = trial.with_(kinds={**trial.kinds, part.name: kind})
            what = f"{part.name} is a {kind}."
            changes.append(Change(what, f"layer {part.name}: class", "SimpleRNN", kind))
    return trial.with_(*changes) if changes else None


def _activated(
    trial: Trial, subject: Subject, wrong: Sequence[str | None], right: str, finding: Finding
) -> Trial | None:
    """Return the trial with another activation of hidden layers; recurrent ones keep tanh."""
    if not subject.rebuildable:
        return None
    named = _named(subject, finding) if wrong[0] == "linear" else set()
    changes = []
    for part in subject.hidden(*DENSE, "Activation", *RECURRENT):
        activation = part.now(trial, "activation")
        recurrent = part.kind in RECURRENT
        fitting = "tanh" if recurrent else right
        flat = activation in wrong or (wrong in (FLAT, UNBOUNDED) and _is_own(activation))
        if not flat or activation == fitting or (named and part.name not in named):
            continue
        if activation in ("linear", None) and (_activated_behind(part, subject) or _projects(part)):
            continue
        settings = {"activation": fitting}
        if "kernel_initializer" in part.settings and not recurrent:
            settings["kernel_initializer"] = FITTING.get(right, "glorot_uniform")
        trial = trial.set_layer(part.name, fresh=True, **settings)
        what = f"{part.name} gets {fitting} for {activation}."
        changes.append(
            Change(what, f"layer {part.name}: activation", activation or "linear", fitting)
        )
    return trial.with_(*changes) if changes else None


def _is_own(activation: object) -> bool:
    """Return whether an activation is a function of the user's own, by its name."""
    return isinstance(activation, str) and not hasattr(keras.activations, activation)


def _named(subject: Subject, finding: Finding) -> set[str]:
    """Return the layers that the finding names."""
    words = {word.strip("',.") for text in finding.where for word in text.split()}
    return {part.name for part in subject.parts if part.name in words}


def _activated_behind(part: Part, subject: Subject) -> bool:
    """Return whether an activation layer, or a norm and then one, stands behind a layer."""
    reached = {part.name}
    for each in subject.parts:
        if reached & set(each.before):
            if each.kind in ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"):
                return True
            if each.kind in ("BatchNormalization", "LayerNormalization", "Dropout"):
                reached.add(each.name)
    return False


def _projects(part: Part) -> bool:
    """Return whether a linear layer is one by design: attention and 1x1 convolutions project."""
    return part.kind in ("EinsumDense", "DepthwiseConv2D")


def _following(part: Part, trial: Trial, subject: Subject) -> str:
    """Return the activation of a layer, or that of the activation layer behind it."""
    own = part.now(trial, "activation")
    if own not in (None, "linear"):
        return str(own)
    for each in subject.parts:
        if part.name in each.before and each.kind in ("Activation", "ReLU", "LeakyReLU"):
            return str(each.now(trial, "activation") or "relu")
    return "linear"
