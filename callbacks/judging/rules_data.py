"""Rules about the rows a training is given: their numbers and their scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import ArrayFacts, DataFacts, ModelFacts, OutputFacts
from ..thresholds import Thresholds

__all__ = [
    "degenerate_input",
    "nan_input",
    "pairs",
    "unnormalised_input",
    "unnormalised_target",
]

Figures = dict[str, float | int | str]

FEW_ROWS = 8  # fewer rows may be equal by design, as in a test of one batch
SQUARED = ("mean_squared_error", "mse")
DISTANCES = (*SQUARED, "mean_absolute_error", "mae", "huber", "log_cosh")
# Layers whose gates or weights of attention end flat on large numbers.
DELICATE = ("SimpleRNN", "LSTM", "GRU", "Bidirectional", "RNN", "ConvLSTM", "MultiHeadAttention")
# Layers that take whole numbers as names, not as amounts.
NAMING = ("Embedding", "CategoryEncoding", "IntegerLookup", "Hashing", "Discretization")
# Operations by which a model answers missing numbers itself.
MENDING = ("isnan", "nantonum", "isfinite")


def nan_input(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find NaN or infinity in inputs or targets, unless the model has an answer to them.

    Guide: DX-1.
    """
    data = _data(evidence)
    parts = {
        "input": data.inputs,
        "target": data.targets,
        "validation input": data.validation_inputs,
        "validation target": data.validation_targets,
    }
    if evidence.model and any(part in layer.kind.lower() for part in MENDING
                              for layer in evidence.model.layers):  # fmt: skip
        parts = {what: found for what, found in parts.items() if "target" in what}
    broken = [(what, array) for what, found in parts.items() for array in found if array.not_finite]
    if not broken:
        return None
    shown = "; ".join(
        f"{what} '{a.name}' in {_share(a.not_finite)} of the rows" for what, a in broken
    )
    own_loss = evidence.model is not None and any(not out.loss for out in evidence.model.outputs)
    masked = own_loss and all("target" in what for what, _ in broken)
    return Finding(
        "nan_input",
        "DX-1",
        "warning" if masked else "error",
        f"There are NaN or infinite numbers: {shown}.",
        "Drop these rows, or fill the gaps with the median of the training rows and say where they"
        " were in an input of its own.",
        figures={f"{what} {array.name}": round(array.not_finite, 6) for what, array in broken},
        confidence=0.6 if masked else 1.0,
        where=tuple(array.name for _, array in broken),
    )


def degenerate_input(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find inputs that are the same in every row, from which nothing can be learned.

    Guide: CHK-1.
    """
    data = _data(evidence)
    known = [array for array in data.inputs if array.rows >= FEW_ROWS]
    if not known or len(known) < len(data.inputs):
        return None
    same = [array for array in known if _is_constant(array, thresholds)]
    if not same:
        return None
    names = tuple(array.name for array in same)
    all_of_them = len(same) == len(known)
    figures: Figures = {f"same rows of {each.name}": round(each.same_rows, 4) for each in same}
    which = "The inputs are" if all_of_them else f"The input {_listed(names)} is"
    cause = f"{which} the same in all of {same[0].rows:,} rows: nothing can be learned from them."
    remedy = (
        "Look at the rows as the model gets them: a step before has lost what tells them apart."
    )
    severity: Severity = "error" if all_of_them else "info"
    confidence = 0.98 if all_of_them else 0.4
    return Finding("degenerate_input", "CHK-1", severity, cause, remedy, None, figures,
                   confidence, names)  # fmt: skip


def unnormalised_input(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find inputs far from mean 0 and deviation 1, which the model does not scale itself.

    A number counts by its size, the root of its mean square, since an offset does as much harm as
    a spread. Names in whole numbers, one-hot columns and sparse counts are no amounts.

    Guide: MIS-3.
    """
    data, model = _data(evidence), _model(evidence)
    delicate = any(layer.kind.startswith(DELICATE) for layer in model.layers)
    large = thresholds.large_series if delicate else thresholds.large_input
    worst: tuple[float, ArrayFacts, float] | None = None
    for array in data.inputs:
        if _needs_no_scale(array, data, model) or _is_constant(array, thresholds):
            continue
        sizes = _sizes(array)
        size = float(sizes.max(initial=0.0))
        off = max(size / large, thresholds.small_input / size if size else 0.0)
        if worst is None or off > worst[0]:
            worst = off, array, size
    if worst is None or worst[0] <= 1:
        return None
    off, array, size = worst
    sizes = _sizes(array)
    away = float(np.mean(sizes > large)) if size > large else 1.0
    at = int(np.argmax(sizes))
    figures: Figures = {
        "mean": round(array.means[at], 4),
        "deviation": round(array.deviations[at], 4),
        "minimum": array.minimum,
        "maximum": array.maximum,
        "features": round(away, 4),
    }
    cause = (
        f"The input '{array.name}' is not scaled: its numbers run from {array.minimum:.4g} to"
        f" {array.maximum:.4g}, one feature has mean {array.means[at]:.4g} and deviation"
        f" {array.deviations[at]:.4g}."
    )
    remedy = (
        "Begin the model with a Normalization layer adapted on the training rows (for images"
        " Rescaling(1 / 255)), or scale the arrays to mean 0 and deviation 1."
    )
    sure = 0.9 if off >= 3 else 0.75
    return Finding("unnormalised_input", "MIS-3", "warning", cause, remedy, None, figures, sure,
                   (array.name,))  # fmt: skip


def unnormalised_target(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find numeric targets so large or small that the weights of a linear output cannot keep up.

    Guide: MIS-3.
    """
    data, model = _data(evidence), _model(evidence)
    worst: tuple[float, ArrayFacts, OutputFacts, float] | None = None
    for array, output in pairs(data.targets, model.outputs):
        if output.loss not in DISTANCES or output.activation not in ("linear", ""):
            continue
        if _scales(model, output) or not array.deviations or _is_constant(array, thresholds):
            continue
        size, spread = float(_sizes(array).max()), float(max(array.deviations))
        large = max(size / thresholds.large_target, spread / thresholds.wide_target)
        small = thresholds.small_target / size if size else 0.0
        if worst is None or max(large, small) > worst[0]:
            worst = max(large, small), array, output, size
    if worst is None or worst[0] <= 1:
        return None
    off, array, output, size = worst
    at = int(np.argmax(_sizes(array)))
    mean, spread = array.means[at], array.deviations[at]
    figures: Figures = {"mean": round(mean, 6), "deviation": round(spread, 6)}
    hopeless = output.loss in SQUARED and size >= thresholds.huge_target
    effect = "the squared loss makes gradients of that size" if output.loss in SQUARED else (
        "the weights of the output have far to go"
    )  # fmt: skip
    if size < 1:
        effect = "a loss that small moves nothing"
    cause = f"The target '{array.name}' has mean {mean:.4g} and deviation {spread:.4g}: {effect}."
    remedy = (
        "Train on (y - mean) / deviation of the training rows, and turn predictions back; or end"
        " the model with a Rescaling layer that does so."
    )
    severity: Severity = "error" if hopeless else "warning"
    if not output.layer and off < 10:
        severity = "info"  # what the last layer does to its numbers is not known
    return Finding("unnormalised_target", "MIS-3", severity, cause, remedy, None, figures,
                   0.9 if off >= 3 else 0.7, (array.name,))  # fmt: skip


def _needs_no_scale(array: ArrayFacts, data: DataFacts, model: ModelFacts) -> bool:
    if array.name in model.scaled_inputs or not array.means or array.dtype == "string":
        return True
    if len(data.inputs) == 1 and model.scaled_inputs:
        return True
    if any(layer.kind.startswith(NAMING) for layer in model.layers) and array.whole:
        return True
    if array.one_hot or (array.minimum >= 0 and array.maximum <= 1 and array.whole):
        return True
    return array.whole and array.minimum >= 0 and array.zeros > 0.6  # sparse counts


def _sizes(array: ArrayFacts) -> np.ndarray:
    return np.hypot(np.array(array.means), np.array(array.deviations))


def _is_constant(array: ArrayFacts, thresholds: Thresholds) -> bool:
    if array.dtype == "string":
        return array.distinct_rows == 1
    if array.same_rows >= thresholds.same_rows:
        return True
    if not array.deviations or array.not_finite:
        return False
    # What a float32 can still tell apart.
    return all(
        spread <= 1e-7 * abs(mean)
        for mean, spread in zip(array.means, array.deviations, strict=True)
    )


def _scales(model: ModelFacts, output: OutputFacts) -> bool:
    """Return whether the model itself brings its answers into the scale of the targets."""
    kinds = {layer.name: layer.kind for layer in model.layers}
    return kinds.get(output.layer, "").startswith(("Rescaling", "Normalization"))


def pairs(
    targets: Sequence[ArrayFacts], outputs: Sequence[OutputFacts]
) -> list[tuple[ArrayFacts, OutputFacts]]:
    """Return each target with the output that it is compared with, by name or by place.

    Examples:
        >>> pairs([ArrayFacts("y")], [OutputFacts("dense")])[0][1].name
        'dense'
    """
    by_name = {output.name: output for output in outputs}
    if len(targets) > 1 and all(target.name in by_name for target in targets):
        return [(target, by_name[target.name]) for target in targets]
    if len(targets) != len(outputs):
        return []
    return list(zip(targets, outputs, strict=True))


def _data(evidence: Evidence) -> DataFacts:
    return evidence.data or DataFacts()


def _model(evidence: Evidence) -> ModelFacts:
    return evidence.model or ModelFacts()


def _share(value: float) -> str:
    return "all" if value == 1 else f"{value:.1%}" if value >= 0.001 else "a few"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
