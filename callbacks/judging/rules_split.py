"""Rules about validation rows: whether there are any, other ones, and of the same source."""

from __future__ import annotations

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import DataFacts
from ..thresholds import Thresholds

__all__ = ["bad_split", "leakage", "validation_missing"]

Figures = dict[str, float | int | str]


def validation_missing(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find that `fit` is given no validation data, before the first step.

    Guide: MIS-1.
    """
    if evidence.data is None or evidence.data.has_validation is not False:
        return None
    cause = "No validation data was given: whether the model overfits cannot be seen."
    remedy = "Keep 10 to 15 % of the rows apart and pass them as validation_data."
    return Finding("no_validation", "MIS-1", "warning", cause, remedy)


def leakage(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find validation rows that the model is trained on too.

    Rows of few possible values are equal by chance; where rows of whole numbers, or of a series
    that comes back to itself, repeat within training as well, so much sharing is natural.

    Guide: MIS-1.
    """
    data = evidence.data or DataFacts()
    natural = 0.0
    if data.in_order or (data.inputs and all(array.whole for array in data.inputs)):
        natural = min(1.0, 2 * data.repeated_rows)
    shared = data.shared_rows
    if not data.rich_rows or shared - natural < thresholds.shared_rows:
        return None
    severe = shared - natural >= thresholds.many_shared_rows
    severity: Severity = "error" if severe else "warning"
    cause = f"{shared:.0%} of the validation rows stand among the training rows too"
    if data.repeated_rows > thresholds.shared_rows:
        cause += f"; {data.repeated_rows:.0%} of the training rows stand there more than once"
    remedy = (
        "Drop repeated rows before splitting, split before adding copies, and keep rows of one"
        " origin on one side."
    )
    figures: Figures = {
        "shared_rows": round(shared, 4),
        "repeated_rows": round(data.repeated_rows, 4),
    }
    return Finding("leakage", "MIS-1", severity, cause + ".", remedy, None, figures,
                   0.95 if severe else 0.8)  # fmt: skip


def bad_split(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find validation rows that are unlike the training rows, beyond chance.

    A series that is cut in time drifts by itself: what its own fifths drift is taken off, and the
    rest is at most a warning.

    Guide: MIS-1.
    """
    data = evidence.data or DataFacts()
    if not data.validation_inputs and not data.validation_targets:
        return None
    labels = data.label_drift / thresholds.label_drift
    means = data.input_drift / thresholds.input_drift
    shapes = data.shape_drift / thresholds.shape_drift
    targets = data.target_drift / thresholds.input_drift
    names = data.name_drift / thresholds.label_drift
    if data.in_order and labels < 1:
        means, shapes, targets = means / 2, shapes / 2, targets / 2
    worst = max(labels, means, shapes, targets, names)
    if worst < 1:
        return None
    parts = []
    if labels >= 1:
        parts.append(f"{data.label_drift:.0%} of the labels would have to change")
    if means >= 1:
        parts.append(f"the mean of an input differs by {data.input_drift:.2g} deviations")
    if targets >= 1:
        parts.append(f"the mean of the target differs by {data.target_drift:.2g} deviations")
    if shapes >= 1 and means < 1:
        parts.append(f"an input is distributed otherwise (distance {data.shape_drift:.2f})")
    if names >= 1:
        parts.append(f"{data.name_drift:.0%} of the names in the inputs are used otherwise")
    unlearned = _unlearned(data)
    severe = unlearned >= thresholds.label_drift or (not data.in_order and means >= 4)
    figures: Figures = {
        "label_drift": round(data.label_drift, 4),
        "input_drift": round(data.input_drift, 4),
        "shape_drift": round(data.shape_drift, 4),
        "target_drift": round(data.target_drift, 4),
        "name_drift": round(data.name_drift, 4),
    }
    cause = f"Validation rows are unlike training rows beyond chance: {'; '.join(parts)}."
    remedy = (
        "Shuffle before splitting (validation_split takes the last rows as they stand), keep the"
        " shares of the classes, and prepare both parts by the same steps."
    )
    return Finding("bad_split", "MIS-1", "error" if severe else "warning", cause, remedy, None,
                   figures, 0.9 if worst >= 2 else 0.7)  # fmt: skip


def _unlearned(data: DataFacts) -> float:
    """Return the share of validation labels of classes that training hardly has."""
    share = 0.0
    for first, second in zip(data.targets, data.validation_targets, strict=False):
        if not first.values or not second.values or not first.whole:
            continue
        known = dict(zip(first.values, first.shares, strict=True))
        missing = [
            part
            for value, part in zip(second.values, second.shares, strict=True)
            if known.get(value, 0.0) < part / 20
        ]
        share = max(share, sum(missing))
    return share
