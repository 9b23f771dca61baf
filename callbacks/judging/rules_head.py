"""Rule about the loss: does it belong to the targets, and to the output?"""

from __future__ import annotations

from ..evidence import Evidence
from ..findings import Finding
from ..thresholds import Thresholds
from .targets import (
    BINARY,
    CATEGORICAL,
    HINGE,
    MOST_CLASSES,
    REGRESSION,
    SPARSE,
    Head,
    Verdict,
    judged,
)

__all__ = ["wrong_loss"]


def wrong_loss(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find a loss that does not belong to the targets, or to the output.

    Guide: LOSS-1, LOSS-4, LOSS-5, LOSS-7.
    """
    return judged("wrong_loss", "LOSS-7", evidence, _loss_verdict)


def _loss_verdict(head: Head) -> Verdict:
    loss, width = head.output.loss, head.width
    if loss in CATEGORICAL | SPARSE and width == 1:
        cause = f"{head.told} has one unit, and {loss} of one class is 0 whatever it answers."
        return "error", cause, "Use binary_crossentropy with a sigmoid on this unit.", 0.95
    if head.target is None or not loss or head.target.dtype == "string":
        return None
    if loss in SPARSE:
        return _sparse_verdict(head)
    if loss in CATEGORICAL:
        return _categorical_verdict(head)
    if loss in BINARY:
        return _binary_verdict(head)
    if loss in REGRESSION:
        return _regression_verdict(head)
    if loss in HINGE and (head.is_continuous or head.classes > 2):
        cause = f"{loss} is for two classes, and the targets are none."
        return "error", cause, "Use mse for numbers, or a crossentropy for classes.", 0.9
    if loss == "poisson" and head.target.minimum < 0:
        cause = f"poisson is for counts, and targets go down to {head.target.minimum:.4g}."
        return "error", cause, "Use mse, or mae where there are outliers.", 0.9
    if loss == "cosine_similarity" and width == 1:
        cause = "cosine_similarity of one unit knows only whether it is above or below 0."
        return "error", cause, "Use mse with a linear output, or mae against outliers.", 0.9
    if loss == "kl_divergence" and width == 1 and set(head.values) <= {0.0, 1.0}:
        cause = "kl_divergence of one unit counts nothing for targets of 0."
        return "error", cause, "Use binary_crossentropy with a sigmoid.", 0.9
    shares = head.target.minimum >= 0 and head.target.maximum <= 1
    if loss == "kl_divergence" and head.is_continuous and (width == 1 or not shares):
        cause = "kl_divergence compares shares that add up to 1, and the targets are other numbers."
        return "error", cause, "Use mse with a linear output, or mae against outliers.", 0.9
    return None


def _sparse_verdict(head: Head) -> Verdict:
    target = head.target
    if target is None:
        return None
    if head.label_width > 1 and len(target.shape) >= len(head.output.shape) and head.shown:
        if head.is_one_hot:
            cause = f"{head.output.loss} expects class numbers, and the targets are one-hot rows."
            # Loss and output belong together: what is wrong first is the shape of the targets.
            return "error", cause, "Use categorical_crossentropy.", 0.4
        if head.is_multilabel and head.label_width == head.width:
            cause = f"{head.output.loss} is for one class a row, and rows have several labels."
            return "error", cause, "Use binary_crossentropy with a sigmoid on each unit.", 0.9
    if head.is_continuous:
        cause = f"{head.output.loss} is for class numbers, and the targets are measured numbers."
        return "error", cause, "Use mse with a linear output, or mae against outliers.", 0.9
    return None


def _categorical_verdict(head: Head) -> Verdict:
    loss, target = head.output.loss, head.target
    if target is None:
        return None
    if head.is_numbered and head.width > 1 and len(head.values) > 1:
        cause = f"{loss} expects one-hot rows, and the targets are class numbers."
        return "error", cause, "Use sparse_categorical_crossentropy.", 0.95
    if head.is_multilabel and head.labels_per_row > 1.02 and head.output.activation != "softmax":
        cause = (
            f"{loss} is for one class a row, and rows have {head.labels_per_row:.2g} labels on"
            " average."
        )
        return "error", cause, "Use binary_crossentropy with a sigmoid on each unit.", 0.9
    if head.is_continuous and (target.minimum < 0 or target.maximum > 1):
        cause = f"{loss} is for classes, and the targets are measured numbers."
        return "error", cause, "Use mse with a linear output, or mae against outliers.", 0.9
    return None


def _binary_verdict(head: Head) -> Verdict:
    loss, target = head.output.loss, head.target
    if target is None:
        return None
    if head.output.activation == "softmax" and head.is_one_hot and head.width > 2:
        cause = (
            f"{loss} asks {head.width} questions of yes or no, and a softmax answers one question"
            " with several classes."
        )
        return "warning", cause, "Use categorical_crossentropy with this softmax.", 0.9
    if head.classes > 2:
        cause = f"{loss} is for two classes, and the targets number {head.classes}."
        remedy = f"Use sparse_categorical_crossentropy with a softmax on {head.classes} units."
        return "error", cause, remedy, 0.9
    many = len(head.values) > max(MOST_CLASSES, 2 * head.width) or not head.values
    measured = head.is_continuous or (many and head.label_width == 1)
    if (target.minimum < 0 or target.maximum > 1) and measured:
        cause = (
            f"{loss} is for targets from 0 to 1, and these are numbers from {target.minimum:.4g} to"
            f" {target.maximum:.4g}."
        )
        return "error", cause, "Use mse with a linear output, or mae against outliers.", 0.9
    return None


def _regression_verdict(head: Head) -> Verdict:
    """Judge squared and absolute errors: right for numbers, a poor fit for classes."""
    loss, activation, target = head.output.loss, head.output.activation, head.target
    if target is None:
        return None
    two = set(head.values) == {0.0, 1.0}
    if not head.repeats_input:
        if activation == "softmax" and head.width > 1 and (head.is_one_hot or head.classes > 1):
            cause = f"{loss} is for numbers, and {head.width} classes are answered by a softmax."
            kind = (
                "categorical_crossentropy"
                if head.is_one_hot
                else "sparse_" + "categorical_crossentropy"
            )
            return ("warning" if head.is_one_hot else "error"), cause, f"Use {kind}.", 0.9
        if (
            activation in ("sigmoid", "hard_sigmoid")
            and two
            and (head.width == 1 or head.is_one_hot)
        ):
            cause = f"{loss} is for numbers, and the targets are two classes behind a sigmoid."
            return "warning", cause, "Use binary_crossentropy.", 0.9
        some_classes = head.classes > 1 or (head.is_one_hot and head.width > 1)
        if some_classes and (activation == "linear" or head.width == 1):
            one, several = "binary_crossentropy with a sigmoid", "a crossentropy with a softmax"
            cause = f"{loss} is for numbers, and the targets look like classes"
            remedy = f"Use {one if two and not head.is_one_hot else several}, if they are classes."
            if head.is_judged_by_accuracy:
                return "warning", f"{cause}, as the metric takes them.", remedy, 0.85
            if two:
                return "info", f"{cause}.", remedy, 0.4
    if loss == "mean_squared_logarithmic_error" and target.minimum < 0:
        cause = f"{loss} takes logarithms, and targets go down to {target.minimum:.4g}."
        return "warning", cause, "Use mse, or huber against outliers.", 0.85
    if loss == "mean_absolute_percentage_error" and target.zeros > 0.01:
        cause = f"{loss} divides by the target, and {target.zeros:.0%} of them are 0."
        return "warning", cause, "Use mae, or mean_squared_logarithmic_error.", 0.85
    return None
