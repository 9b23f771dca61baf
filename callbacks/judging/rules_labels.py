"""Rules about the targets: do they have the shape of the output, and values that the loss takes?"""

from __future__ import annotations

import math

from ..evidence import Evidence
from ..findings import Finding
from ..gathering.facts import ArrayFacts
from ..thresholds import Thresholds
from .targets import (
    BINARY,
    CATEGORICAL,
    ELEMENTWISE,
    HINGE,
    REGRESSION,
    SPARSE,
    Head,
    heads_of,
    strongest,
)

__all__ = ["bad_labels", "label_shape_mismatch"]

Shape = tuple[int | None, ...]
RECURRENT = ("GRU", "LSTM", "RNN", "SimpleRNN")
ROUNDED_ROWS = 30  # fewer measured numbers may all be whole


def label_shape_mismatch(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find outputs whose shape or number does not match the targets.

    Keras 3 spreads one over the other where it can, without a word: a column of targets against a
    row of outputs, or one target against the answers of all steps.

    Guide: ACT-9, LOSS-7.
    """
    findings = []
    for head in heads_of(evidence):
        told = _mismatch(head) if head.shown and head.target is not None else None
        if told is not None and head.target is not None:
            cause, remedy = told
            where = (head.output.layer or head.output.name,)
            steps = _left_on(evidence, head)
            if steps:
                cause += f" The layer '{steps}' hands on every step (return_sequences=True)."
                remedy = f"Set return_sequences=False in '{steps}', so that one answer is left."
                where = (steps, *where)
            figures: dict[str, float | int | str] = {
                "output_shape": str(head.output.shape),
                "target_shape": str(head.target.shape),
            }
            findings.append(
                Finding(
                    "label_shape_mismatch",
                    "LOSS-7",
                    "error",
                    cause,
                    remedy,
                    None,
                    figures,
                    0.95,
                    where,
                )
            )
    return strongest(findings)


def bad_labels(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find targets out of the range that the loss expects, or spoilt on their way.

    Guide: LOSS-4, LOSS-5, PH-1b.
    """
    findings = []
    evenly = evidence.data is None or evidence.data.evenly
    for head in heads_of(evidence):
        for target, whose in ((head.target, "targets"), (head.held, "targets of validation")):
            told = _spoilt(head, target, whose, thresholds, evenly) if target else None
            if told is not None and target is not None:
                cause, remedy, confidence = told
                figures: dict[str, float | int | str] = {
                    "minimum": target.minimum,
                    "maximum": target.maximum,
                    "distinct": len(target.values),
                }
                where = (target.name,)
                findings.append(
                    Finding(
                        "bad_labels",
                        "PH-1b",
                        "error",
                        cause,
                        remedy,
                        None,
                        figures,
                        confidence,
                        where,
                    )
                )
    return strongest(findings)


def _mismatch(head: Head) -> tuple[str, str] | None:
    """Return cause and remedy where the targets do not have the shape that the loss expects."""
    loss, target = head.output.loss, head.target
    if target is None:
        return None
    output, labels = head.output.shape, target.shape
    if loss in SPARSE:
        if head.is_one_hot and head.label_width > 1 and len(labels) >= len(output):
            cause = f"{loss} expects one class number for each answer, and the targets are rows of"
            cause += f" shape {_shown(labels)}."
            return cause, "Use categorical_crossentropy, or argmax of the rows as targets."
        shorter = labels[:-1] if len(labels) == len(output) and labels[-1:] == (1,) else labels
        if not _same(output[:-1], shorter) and not head.is_one_hot and not head.is_multilabel:
            cause = f"For an output of shape {_shown(output)}, {loss} expects targets of shape"
            cause += f" {_shown(output[:-1])}, and they have {_shown(labels)}."
            return cause, "Make the output one answer for each target."
        top = _highest(head)
        units = head.width
        if units > 1 and head.target is not None and top >= units and _is_counted(head, target):
            cause = f"Labels go up to {top:.0f}, and the output has only {units} units."
            return cause, f"Give the output {top + 1:.0f} units, one for each class."
        return None
    if loss in CATEGORICAL:
        if _same(output, labels):
            return None
        if head.is_numbered:
            if head.width < 2 or len(head.values) < 2:
                return None
            cause = f"{loss} expects a column for each of {head.width} units, and the targets are"
            cause += " one number for each answer."
            return cause, "Use sparse_categorical_crossentropy, or one-hot rows as targets."
        cause = f"The output has shape {_shown(output)}, and the targets have {_shown(labels)}."
        return cause, "Give the output a unit for each column of the targets."
    if loss not in ELEMENTWISE:
        return None
    if _same(*_levelled(output, labels)):
        return None
    cause = (
        f"The output has shape {_shown(output)} and the targets {_shown(labels)}: Keras spreads one"
        " over the other, or fails."
    )
    return cause, "Make the output one answer for each target: the shapes must be equal."


def _levelled(output: Shape, labels: Shape) -> tuple[Shape, Shape]:
    """Return both shapes after what Keras does to make their ranks equal."""
    if len(output) == len(labels) + 1 and output[-1] == 1:
        return output[:-1], labels
    if len(labels) == len(output) + 1 and labels[-1] == 1:
        return output, labels[:-1]
    return output, labels


def _same(first: Shape, second: Shape) -> bool:
    """Return whether shapes may be equal; what varies is not taken for a single one."""
    return len(first) == len(second) and all(
        a == b or (None in (a, b) and 1 not in (a, b)) for a, b in zip(first, second, strict=True)
    )


def _shown(shape: Shape) -> str:
    return (
        "(" + ", ".join(["rows", *("any" if size is None else str(size) for size in shape)]) + ")"
    )


def _left_on(evidence: Evidence, head: Head) -> str:
    """Return the recurrent layer that hands on its steps, if the output has one axis too many."""
    if evidence.model is None or head.target is None:
        return ""
    labels = head.target.shape
    per_row = not labels or labels == (1,) or head.is_one_hot
    if len(head.output.shape) < 2 or not per_row or len(labels) >= len(head.output.shape):
        return ""
    names = [
        layer.name
        for layer in evidence.model.layers
        if layer.kind in RECURRENT and layer.settings.get("return_sequences")
    ]
    return names[-1] if names else ""


def _highest(head: Head) -> float:
    """Return the highest label among training and validation rows."""
    known = [each.maximum for each in (head.target, head.held) if each is not None]
    return max((each for each in known if not math.isnan(each)), default=-1.0)


def _is_counted(head: Head, target: ArrayFacts) -> bool:
    """Return whether labels run from 0 without a gap worth the name: classes, not spoilt ones."""
    values = [each for each in target.values if each != head.output.ignored_label]
    gaps = len(values) >= 0.5 * (target.maximum + 1)
    return target.whole and bool(values) and values[0] == 0 and gaps


def _spoilt(
    head: Head, target: ArrayFacts, whose: str, thresholds: Thresholds, evenly: bool
) -> tuple[str, str, float] | None:
    """Return cause, remedy and confidence where the values of the targets are no labels."""
    loss, values = head.output.loss, target.values
    # The first rows of a source that could not be read as a whole may be of one class.
    every = whose == "targets" and evenly
    if target.dtype == "string":
        return None
    if loss not in SPARSE | BINARY | CATEGORICAL | HINGE:
        return _rounded(head, whose) or (_one_class(target, whose) if every else None)
    if math.isnan(target.minimum) or target.one_hot:
        return _one_class(target, whose) if every else None
    shown = f"The {whose} hold " + (
        ", ".join(f"{value:.4g}" for value in values[:4]) + (", …" if len(values) > 4 else "")
        if values
        else f"numbers from {target.minimum:.4g} to {target.maximum:.4g}"
    )
    labels = [each for each in values if each != head.output.ignored_label]
    if loss in SPARSE:
        if values and not target.whole:
            cause = f"{shown}: {loss} rounds them down to class numbers, and so destroys them."
            return cause, "Give the class numbers 0, 1, 2, … as they were, never scaled.", 0.95
        if labels and labels[0] < 0:
            return f"{shown}: {loss} knows no class below 0.", "Number the classes from 0 on.", 0.95
        if 1 < head.width <= target.maximum and not _is_counted(head, target) and target.whole:
            cause = f"{shown}, and the output has the classes 0 to {head.width - 1}."
            return cause, "Number the classes from 0 on, without gaps.", 0.95
        return _one_class(target, whose) if every else None
    if loss in HINGE:
        return None
    few = bool(values) and len(values) <= max(20, 2 * head.width)
    outside = target.minimum < -1e-6 or target.maximum > 1 + 1e-6
    if outside and few and head.classes < 3:
        remedy = "Give 0 and 1." if loss in BINARY else "Give one-hot rows of 0 and 1."
        return f"{shown}, and {loss} expects 0 to 1.", remedy, 0.95
    if outside and target.whole and head.label_width > 1:
        return f"{shown}, and {loss} expects 0 to 1.", "Scale them to 0 to 1.", 0.9
    if len(values) == 2 and loss in BINARY and target.maximum < 0.5 and not outside:
        cause = f"{shown}: both classes are below a half, so the model is to say no to each."
        return cause, "Give 0 and 1; scale only the inputs.", 0.9
    if (
        loss in CATEGORICAL
        and len(target.shape) == 1
        and head.label_width == head.width > 1
        and not outside
        and not head.is_multilabel
        and abs(sum(target.means) - 1) > thresholds.row_sum_slack
    ):
        cause = f"The rows of the {whose} add up to {sum(target.means):.3g} on average, not to 1."
        return cause, "Give one-hot rows, or shares that add up to 1.", 0.85
    return _one_class(target, whose) if every else None


def _rounded(head: Head, whose: str) -> tuple[str, str, float] | None:
    """Return the finding of measured numbers that were cut to whole ones in training alone."""
    target, held = head.target, head.held
    if whose != "targets" or target is None or held is None or head.output.loss not in REGRESSION:
        return None
    cut = target.whole and not held.whole and min(target.rows, held.rows) >= ROUNDED_ROWS
    if not cut or math.isnan(target.minimum):
        return None
    cause = f"The {whose} are whole numbers, and those of validation are not: they were cut."
    return cause, "Prepare the targets of both parts by the same steps, as floats.", 0.85


def _one_class(target: ArrayFacts, whose: str) -> tuple[str, str, float] | None:
    """Return the finding of a training with one class only."""
    if len(target.values) != 1 or target.rows < 2:
        return None
    cause = f"All {whose} are {target.values[0]:.4g}: there is nothing to tell apart."
    return cause, "Check how the labels were read; the training rows need every class.", 0.9
