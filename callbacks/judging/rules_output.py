"""Rules about what an output ends in: can it answer the targets, do loss and metrics fit it?"""

from __future__ import annotations

import math

from ..evidence import Evidence
from ..findings import Finding
from ..thresholds import Thresholds
from .targets import BINARY, CATEGORICAL, HINGE, REGRESSION, SPARSE, Head, Verdict, judged

__all__ = ["RANGES", "unfitting_metric", "wrong_output_activation"]

CROSSENTROPY = BINARY | CATEGORICAL | SPARSE
# What an activation can answer.
RANGES: dict[str, tuple[float, float]] = {
    "elu": (-1, math.inf),
    "exponential": (0, math.inf),
    "gelu": (-0.17, math.inf),
    "hard_sigmoid": (0, 1),
    "hard_tanh": (-1, 1),
    "relu": (0, math.inf),
    "relu6": (0, 6),
    "selu": (-1.76, math.inf),
    "sigmoid": (0, 1),
    "silu": (-0.28, math.inf),
    "softmax": (0, 1),
    "softplus": (0, math.inf),
    "softsign": (-1, 1),
    "tanh": (-1, 1),
}
PROBABILITIES = ("hard_sigmoid", "sigmoid", "softmax", "sparsemax")
# Keras divides what a categorical crossentropy gets by its sum, so these do as well.
POSITIVE = (*PROBABILITIES, "exponential", "softplus", "squareplus")
# Metrics that cut probabilities at a half.
CUT_METRICS = (
    "accuracy", "auc", "binary_accuracy", "f1_score", "false_negatives", "false_positives",
    "precision", "recall", "true_negatives", "true_positives",
)  # fmt: skip


def wrong_output_activation(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a last activation that cannot answer the targets, or does not belong to the loss.

    Guide: ACT-5, ACT-8, ACT-9.
    """

    def verdict(head: Head) -> Verdict:
        return _activation_verdict(head) or _range_verdict(head, thresholds)

    return judged("wrong_output_activation", "ACT-9", evidence, verdict)


def unfitting_metric(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find metrics that say nothing about this output: it is no fault of the training.

    Guide: MET-9.
    """
    return judged("unfitting_metric", "MET-9", evidence, _metric_verdict)


def _activation_verdict(head: Head) -> Verdict:
    loss, activation, width = head.output.loss, head.output.activation, head.width
    logits = head.output.from_logits
    if activation == "softmax" and width == 1:
        cause = f"{head.told} is a softmax on one unit: it answers 1 for every row."
        if loss in REGRESSION and head.is_continuous:
            return "error", cause, "Use a linear output.", 0.97
        return "error", cause, "Use a sigmoid, or a softmax with a unit for each class.", 0.97
    if not activation:
        return None
    if activation == "softmax" and head.is_multilabel and width > 1 and not head.repeats_input:
        several = head.labels_per_row > 1.02
        if several or (loss in BINARY and len(head.output.shape) == 1):
            cause = "A softmax gives one class to a row, and rows have any number of labels."
            return "error", cause, "Use a sigmoid on each unit with binary_crossentropy.", 0.9
    if loss in CROSSENTROPY and logits is False:
        fitting = POSITIVE if loss not in BINARY else PROBABILITIES
        if activation not in (*fitting, "custom"):
            need = "sigmoid" if loss in BINARY else "softmax"
            cause = f"{head.told} ends in {activation}, and {loss} takes it for probabilities."
            remedy = f"Use a {need}, or from_logits=True" + (
                " in the loss." if activation == "linear" else " with a linear output."
            )
            return "error", cause, remedy, 0.95
        if loss not in BINARY and activation in ("sigmoid", "hard_sigmoid"):
            cause = f"{head.told} is {width} sigmoids, and {loss} asks for one class among all."
            return "warning", cause, "Use a softmax.", 0.9
    if loss in CROSSENTROPY and logits and activation != "linear":
        if activation in PROBABILITIES:
            cause = f"{head.told} ends in {activation}, and the loss is told to apply one itself."
            return "warning", cause, "Leave out from_logits=True, or the activation.", 0.9
        low, high = RANGES.get(activation, (-math.inf, math.inf))
        if low > -2 or high < 2:
            cause = f"{head.told} ends in {activation}, and logits must be free to go up and down."
            return "error" if loss in BINARY else "warning", cause, "Use a linear output.", 0.85
    return None


def _range_verdict(head: Head, thresholds: Thresholds) -> Verdict:
    """Judge whether the output can reach the targets at all."""
    loss, activation, target = head.output.loss, head.output.activation, head.target
    if loss == "poisson" and (activation == "linear" or RANGES.get(activation, (0, 0))[0] < 0):
        cause = f"poisson takes the logarithm of the answer, and {activation} may be negative."
        return "error", cause, "Use exponential or softplus at the output.", 0.85
    if loss in HINGE and activation in ("sigmoid", "softmax", "relu"):
        cause = f"{loss} compares with -1 and 1, and {activation} never answers below 0."
        return "warning", cause, "Use a linear output or tanh.", 0.85
    if (
        loss not in REGRESSION | {"poisson"}
        or target is None
        or activation not in RANGES
        or target.dtype == "string"
        or math.isnan(target.minimum)
    ):
        return None
    low, high = RANGES[activation]
    spread = max(target.deviations, default=0.0) or 1.0
    slack = thresholds.range_slack * spread
    below, above = low - target.minimum, target.maximum - high
    if max(below, above) > slack:
        beyond = f"targets go {'down' if below > above else 'up'} to "
        beyond += f"{target.minimum if below > above else target.maximum:.4g}"
        cause = f"{head.told} ends in {activation}, which cannot answer that: {beyond}."
        means = target.means or (0.0,)
        often = min(means) - spread < low or max(means) + spread > high
        remedy = "Use a linear output; scale the targets to mean 0 and deviation 1."
        return "error" if often else "warning", cause, remedy, 0.9 if often else 0.7
    if activation == "softmax" and head.width > 1 and not head.is_one_hot:
        total = head.labels_per_row
        if abs(total - 1) > 0.02 and head.label_width == head.width:
            cause = f"The answers of a softmax add up to 1, and the targets to {total:.3g}."
            return "error", cause, "Use a sigmoid on each unit, or a linear output.", 0.9
    return None


def _metric_verdict(head: Head) -> Verdict:
    output, names = head.output, head.output.metrics
    found = ""
    if output.loss in REGRESSION and head.is_continuous and head.is_judged_by_accuracy:
        found = "accuracy counts answers that equal the target, and these are measured numbers"
        remedy = "Use mae or r2_score."
        return "info", f"The metric does not fit: {found}.", remedy, 0.95
    binary = head.width == 1 or output.loss in BINARY
    if output.from_logits and output.activation == "linear" and binary:
        wrong = [each for each in names if each in CUT_METRICS and each not in output.logit_metrics]
        if wrong:
            found = f"{', '.join(wrong)} cut at 0.5, and the output gives logits"
            remedy = "Give AUC from_logits=True, and the others a threshold of 0."
            return "info", f"The metric does not fit: {found}.", remedy, 0.95
    several = output.loss in CATEGORICAL | SPARSE and head.width > 2
    if several and "binary_accuracy" in names:
        found = f"binary_accuracy counts {head.width} numbers of a row, not its class"
    elif output.loss in SPARSE and {"precision", "recall", "auc", "f1_score"} & set(names):
        found = "precision, recall, AUC and F1 want a column for each class, not class numbers"
    elif head.width == 1 and {"categorical_accuracy"} & set(names):
        found = "categorical_accuracy of one unit is always 1"
    if not found:
        return None
    remedy = "Use 'accuracy', which Keras makes fit the output and the targets."
    return "info", f"The metric does not fit: {found}.", remedy, 0.9
