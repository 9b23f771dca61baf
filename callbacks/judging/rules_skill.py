"""Rules about skill: a model that knows no more than a naive answer, or gives one answer to all."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.history import History, is_share, metric_direction
from ..thresholds import Thresholds
from .signals import end_of, longest_standstill
from .skill import naive_share, skill_of

__all__ = ["class_collapse", "underfitting"]

# What these metrics score for an answer that knows nothing, whatever the data.
KNOWN_NAIVE = {"auc": 0.5, "r2": 0.0}
Figures = dict[str, float | int | str]


def underfitting(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a model that is no better than a naive answer, in training as in validation.

    Without a naive answer to compare with, poor and noisy look the same: then only a finding of low
    confidence is made, and none for what may be two classes. AUC and R² bring their own.

    Guide: DX-4, WHEN-1.
    """
    history = evidence.history
    answers = dict(evidence.naive)
    for name in history.metrics:
        for part, score in KNOWN_NAIVE.items():
            if part in name.lower() and metric_direction(name) == "max":
                answers[f"no knowledge ({name})"] = {name: score}
    remedy = "Give the model more units or layers, more epochs, or inputs that say more."
    epoch = history.restored_epoch or history.epochs[-1]
    penalty = evidence.probes[-1].penalty if evidence.probes else 0.0
    verdicts = {answer: _no_better(history, scores, thresholds, answer == "linear", penalty)
                for answer, scores in answers.items()}  # fmt: skip
    compared = {answer: verdict for answer, verdict in verdicts.items() if verdict is not None}
    # Where rows are weighted, accuracy is not what is learned: a line that is no better says so.
    weighted = evidence.data is not None and evidence.data.weighted
    plain = [poor for answer, (poor, _) in compared.items() if answer != "linear" or weighted]
    for answer, (poor, figures) in compared.items():
        # A metric that shows skill, such as AUC on rare classes, outweighs accuracy that cannot.
        if poor and (answer == "linear" or all(plain)):
            shown = ", ".join(f"{key} {value:.4g}" for key, value in figures.items())
            beside = f"no better than the naive answer '{answer}'"
            beside = "clearly worse than a linear model" if answer == "linear" else beside
            cause = f"The model is {beside}: {shown}."
            # Next to a line through a series that all but repeats itself, much skill looks poor.
            good = answer == "linear" and (skill_of(evidence) or 0.0) >= thresholds.good
            severity: Severity = "info" if good else "warning"
            return Finding("underfitting", "DX-4", severity, cause, remedy, epoch, figures, 0.75)
    accuracy = [name for name in history.metrics if "acc" in name.lower()]
    _, loss = history.series("loss")
    several_classes = len(loss) > 0 and end_of(loss) > math.log(2) + 0.1
    if not accuracy or len(loss) < 10 or not several_classes:
        return None
    name = accuracy[0]
    _, train = history.series(name)
    _, held = history.series(f"val_{name}")
    if not len(train) or not len(held):
        return None
    last = max(3, math.ceil(thresholds.last_part * len(loss)))
    still = (loss[-last] - end_of(loss)) >= thresholds.still_falling * abs(loss[0] - end_of(loss))
    if end_of(train) > thresholds.poor or end_of(held) > thresholds.poor or still:
        return None
    naive = naive_share(evidence)
    if naive is not None and end_of(held) > naive + thresholds.some_skill * (1 - naive):
        return None
    figures = {"train": end_of(train), "validation": end_of(held)}
    cause = (
        f"{name} stands at {end_of(train):.3f} in training and {end_of(held):.3f} in validation:"
        " the model is too small, or the data are noisy. A naive answer's score would tell."
    )
    return Finding("underfitting", "DX-4", "info", cause, remedy, epoch, figures, 0.3)


def class_collapse(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a classifier that gives the same answer to every row.

    Its accuracy is then the share of that class, and stays exactly there while the loss moves; or
    the shares of its predictions say so. An accuracy that came down to, or began at, a standstill
    is suspect; one that rose to it has converged.

    Guide: DX-5.
    """
    remedy = (
        "Weight the classes and divide the learning rate by 10; if neither is it, check the output"
        " layer and loosen the regularization."
    )
    figures: Figures
    shares = evidence.prediction_shares
    majority = naive_share(evidence)
    if shares and len(shares) > 1 and max(shares) >= thresholds.collapse_share:
        top = int(np.argmax(shares))
        natural = majority is not None and majority >= thresholds.collapse_share
        figures = {"class": top, "share": round(max(shares), 4)}
        cause = f"The model predicts class {top} for {max(shares):.1%} of the validation rows."
        if natural:
            cause += " That class is as frequent as that: accuracy says nothing here."
        return Finding(
            "class_collapse",
            "DX-5",
            "info" if natural else "error",
            cause,
            remedy,
            evidence.history.epochs[-1],
            figures,
            0.5 if natural else 0.9,
        )
    # Where the answers themselves were seen, no standstill has to be read from accuracy.
    if shares or (evidence.probes and evidence.probes[-1].class_shares):
        return None
    return _standstill(evidence, thresholds, majority, remedy)


def _standstill(
    evidence: Evidence, thresholds: Thresholds, majority: float | None, remedy: str
) -> Finding | None:
    history = evidence.history
    accuracy = next((name for name in history.metrics if "acc" in name.lower()), None)
    if accuracy is None or not is_share(accuracy):
        return None
    epochs, train = history.series(accuracy)
    held = history.series(f"val_{accuracy}")[1]
    found = [longest_standstill(values) for values in (train, held) if len(values)]
    least = max(thresholds.collapse_epochs, len(epochs) // 3)
    if not found or any(length < least for _, length in found):
        return None
    begin, length = found[0]
    value = float(train[begin])
    at_the_end = begin + length >= len(train) - 1
    rose = value - float(train[:begin].min()) if begin else 0.0
    fell = float(train[:begin].max()) - value if begin else 0.0
    naive = majority is not None and abs(value - majority) <= thresholds.baseline_margin * 1.5
    if not at_the_end or value >= 0.999:
        return None
    if majority is not None:
        suspect = naive or value < majority
    else:
        suspect = (value <= thresholds.poor + 0.1 and rose <= 0.1) or fell > 0.1 or begin <= 1
    # One class may well be that common: a remark, since a model that has converged stands as still.
    remark = majority is None and value >= thresholds.good and length >= least + least // 2
    remark = remark and (not len(held) or abs(float(held[-1]) - value) <= thresholds.gap / 2)
    if not suspect and not remark:
        return None
    figures: Figures = {accuracy: round(value, 4), "epochs": length, "first": int(epochs[begin])}
    cause = f"{accuracy} is exactly {value:.4f} in {length} epochs on end"
    if naive:
        figures["majority"] = round(float(majority or 0), 4)
        cause += ", the share of the commonest class"
    if remark:
        cause += ": if that is the share of the commonest class, all answers are that class."
        remedy = "Compare with that share, or pass it as baseline; look at recall or AUC as well."
        since = int(epochs[begin])
        return Finding("class_collapse", "DX-5", "info", cause, remedy, since, figures, 0.3)
    cause += ": the model gives the same answer to every row."
    severity: Severity = "error" if naive and value < thresholds.good else "warning"
    confidence = 0.85 if naive else 0.6
    since = int(epochs[begin])
    return Finding("class_collapse", "DX-5", severity, cause, remedy, since, figures, confidence)


def _no_better(
    history: History,
    scores: Mapping[str, float],
    thresholds: Thresholds,
    clearly: bool,
    penalty: float,
) -> tuple[bool, Figures] | None:
    """Return whether training and validation are both no better than a naive answer's scores.

    The loss that is logged holds the penalty of a regularization, which no naive answer pays.
    """
    figures: Figures = {}
    poor = []
    margin = thresholds.baseline_margin
    for name, score in scores.items():
        for column in (name, f"val_{name}"):
            _, values = history.series(column)
            direction = metric_direction(name)
            if not len(values) or direction is None:
                continue
            # Early stopping may restore an epoch before training had learned all that it can.
            kept = history.restored_epoch if column.startswith("val_") else None
            value = history.at(column, kept or -1) or end_of(values)
            value -= penalty if name == "loss" else 0.0
            unit = margin if is_share(name) or "r2" in name.lower() else margin * abs(score)
            better = (value - score) if direction == "max" else (score - value)
            # A linear model may well be as good as can be: there, only clearly worse is poor.
            poor.append(better < -2.5 * unit if clearly else better <= unit)
            figures[column] = round(value, 6)
            figures[f"naive_{name}"] = round(score, 6)
    return (all(poor), figures) if poor else None
