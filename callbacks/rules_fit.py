"""Rules about the fit: over, under, too short, collapsed onto one class, never validated."""

from __future__ import annotations

import math

import numpy as np

from .evidence import Evidence, History, is_share, metric_direction
from .findings import Finding, Severity
from .signals import end_of, longest_standstill, noise_of
from .thresholds import Thresholds

__all__ = ["class_collapse", "no_validation", "overfitting", "too_few_epochs", "underfitting"]

# What these metrics score for an answer that knows nothing, whatever the data.
KNOWN_NAIVE = {"auc": 0.5, "r2": 0.0}
Figures = dict[str, float | int | str]


def overfitting(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find training clearly better than validation while the validation loss rises.

    The gap in a metric such as accuracy decides where there is one: a loss that grows because a few
    wrong answers became surer is no harm yet. If early stopping restored the best epoch, the gap
    there is what counts, and what came after it is told as information.

    Guide: DX-3, DX-6, WHEN-2.
    """
    history = evidence.history
    epochs, validation = history.series("val_loss")
    if len(validation) < 3:
        return None
    best_at = int(np.argmin(validation))
    best, end = float(validation[best_at]), end_of(validation)
    # A loss near zero may double and still be near zero, so the whole fall is a measure as well.
    scale = max(abs(best), 0.1 * abs(float(validation[0])))
    rise = (end - best) / scale if scale else 0.0
    rising = rise >= thresholds.validation_rise and end - best > 3 * noise_of(validation)
    late, name = _widest_gap(history, None)
    restored = history.restored_epoch
    figures: Figures = {"best_epoch": int(epochs[best_at]), "validation_loss_rise": round(rise, 4)}
    since = int(epochs[best_at]) + 1
    remedy = "Add dropout (0.3 to 0.5) and L2 (0.01), more data or augmentation, or a smaller model"
    stop = " and stop early, restoring the best weights."

    if not name:
        return _overfitting_by_loss(history, thresholds, rising, figures, since, remedy + stop)
    train = history.series(name)[1]
    margin = thresholds.gap_when_good if end_of(train) >= thresholds.good else thresholds.gap
    wide = late >= margin and rising
    if not wide and not (late >= thresholds.severe_gap and restored is None):
        return None
    figures |= {f"gap_{name}": round(late, 4)}
    if restored is not None:
        gap = _widest_gap(history, restored)[0]
        reached = history.at(name, restored) or 0.0
        margin = thresholds.gap_when_good if reached >= thresholds.good else thresholds.gap
        figures |= {"restored_epoch": restored, "gap_at_restored_epoch": round(gap, 4)}
        severity: Severity = "warning" if gap >= margin else "info"
        cause = (
            f"Training went on to fit noise after epoch {since - 1}, but the"
            f" weights of epoch {restored} were restored; there {name} is {gap:.3f} better in"
            " training than in validation."
        )
        remedy += "." if severity == "warning" else ", if the remaining gap matters."
        return Finding("overfitting", "DX-6", severity, cause, remedy, since, figures, 0.8)
    severe = late >= thresholds.error_gap and rising
    held = float(end_of(history.series(f"val_{name}")[1]))
    cause = f"{name} is {end_of(train):.3f} in training and {held:.3f} in validation"
    if rising:
        cause += f", and the validation loss has risen by {rise:.0%} since epoch {since - 1}"
    rule = "DX-3" if late >= thresholds.severe_gap else "DX-6"
    confidence = 0.9 if rising else 0.6
    return Finding(
        "overfitting",
        rule,
        "error" if severe else "warning",
        cause + ".",
        remedy + stop,
        since if rising else int(epochs[-1]),
        figures,
        confidence,
    )


def _overfitting_by_loss(
    history: History,
    thresholds: Thresholds,
    rising: bool,
    figures: Figures,
    since: int,
    remedy: str,
) -> Finding | None:
    """Judge a training that has no metric between 0 and 1, such as a regression."""
    train, validation = end_of(history.series("loss")[1]), end_of(history.series("val_loss")[1])
    gap = (validation - train) / abs(validation) if validation else 0.0
    if not rising or gap < thresholds.loss_gap:
        return None
    rise = float(figures["validation_loss_rise"])
    figures |= {"train_loss": train, "validation_loss": validation}
    restored = history.restored_epoch
    cause = (
        f"The loss is {train:.4g} in training and {validation:.4g} in validation, where it has"
        f" risen by {rise:.0%} since epoch {since - 1}"
    )
    if restored is not None:
        figures["restored_epoch"] = restored
        cause += f"; the weights of epoch {restored} were restored"
        remedy = "None is needed; less capacity or more data would narrow the gap."
        severity: Severity = "info"
    else:
        severity = "error" if rise >= thresholds.error_rise else "warning"
    return Finding("overfitting", "DX-6", severity, cause + ".", remedy, since, figures, 0.75)


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
    verdicts = {answer: _no_better(history, scores, thresholds, answer == "linear")
                for answer, scores in answers.items()}  # fmt: skip
    compared = {answer: verdict for answer, verdict in verdicts.items() if verdict is not None}
    for answer, (poor, figures) in compared.items():
        # A metric that shows skill, such as AUC on rare classes, outweighs accuracy that cannot.
        if poor and (answer == "linear" or all(verdict for verdict, _ in compared.values())):
            shown = ", ".join(f"{key} {value:.4g}" for key, value in figures.items())
            cause = f"The model is no better than the naive answer '{answer}': {shown}."
            return Finding("underfitting", "DX-4", "warning", cause, remedy, epoch, figures, 0.75)
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
    figures = {"train": end_of(train), "validation": end_of(held)}
    cause = (
        f"{name} stands at {end_of(train):.3f} in training and {end_of(held):.3f} in validation:"
        " the model is too small, or the data are noisy. A naive answer's score would tell."
    )
    return Finding("underfitting", "DX-4", "info", cause, remedy, epoch, figures, 0.3)


def too_few_epochs(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a training that ended while its loss was still clearly falling.

    Guide: EPO-1.
    """
    history = evidence.history
    name = "val_loss" if len(history.series("val_loss")[1]) else "loss"
    epochs, loss = history.series(name)
    if len(loss) < 3:
        return None
    last = max(1, math.ceil(thresholds.last_part * len(loss)))
    best = int(np.argmin(loss))
    fall = float(loss[0] - loss.min())
    level = abs(float(loss[-1]))
    before, end = end_of(loss[:-last], min(3, len(loss) - last)), end_of(loss, min(3, last))
    recent = before - end
    learned = any(
        is_share(metric) and len(values) and values[-1] >= 0.995
        for metric in history.metrics
        for values in [history.series(f"val_{metric}" if name != "loss" else metric)[1]]
    )
    if (
        best < len(loss) - last
        or fall <= 0
        or recent < thresholds.still_falling * fall
        or recent <= 2 * noise_of(loss)
        or learned
    ):
        return None
    share = recent / fall
    fast = share >= thresholds.falling_fast and recent >= thresholds.falling_fast * level
    what = "validation loss" if name == "val_loss" else "training loss"
    cause = (
        f"The {what} was still falling when training stopped: the last {last} of"
        f" {len(loss)} epochs brought {share:.0%} of the whole fall."
    )
    figures: Figures = {"best_epoch": int(epochs[best]), "share": round(share, 4), "last": last}
    remedy = "Train for two to three times as many epochs, with early stopping."
    severity: Severity = "warning" if fast else "info"
    return Finding(
        "too_few_epochs", "EPO-1", severity, cause, remedy, int(epochs[-1]), figures, 0.7
    )


def no_validation(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find a training without validation data.

    Guide: MIS-1.
    """
    if evidence.history.has_validation:
        return None
    cause = "No validation data was given: whether the model overfits cannot be seen."
    remedy = "Keep 10 to 15 % of the rows apart and pass them as validation_data."
    return Finding("no_validation", "MIS-1", "warning", cause, remedy, 1)


def class_collapse(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a classifier that gives the same answer to every row.

    Its accuracy is then the share of that class, and stays exactly there while the loss moves; or
    the shares of its predictions say so. An accuracy that came down to, or began at, a standstill
    is suspect; one that rose to it has converged.

    Guide: DX-5.
    """
    remedy = "Weight the classes, divide the learning rate by 10, and check the output layer."
    figures: Figures
    shares = evidence.prediction_shares
    majority = _naive_accuracy(evidence)
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
    if shares:
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
        suspect = suspect and value < thresholds.good
    if not suspect:
        return None
    figures: Figures = {accuracy: round(value, 4), "epochs": length, "first": int(epochs[begin])}
    cause = f"{accuracy} is exactly {value:.4f} in {length} epochs on end"
    if naive:
        figures["majority"] = round(float(majority or 0), 4)
        cause += ", the share of the commonest class"
    cause += ": the model gives the same answer to every row."
    severity: Severity = "error" if naive and value < thresholds.good else "warning"
    confidence = 0.85 if naive else 0.6
    since = int(epochs[begin])
    return Finding("class_collapse", "DX-5", severity, cause, remedy, since, figures, confidence)


def _widest_gap(history: History, epoch: int | None) -> tuple[float, str]:
    """Return the widest gap of a metric between 0 and 1, and its name, at an epoch or the end."""
    widest, widest_name = -math.inf, ""
    for name in history.metrics:
        if not is_share(name):
            continue
        gaps = history.gap(name)
        if epoch is None:
            finite = gaps[np.isfinite(gaps)]
            gap = end_of(finite) if len(finite) else math.nan
        else:
            gap = float(gaps[history.epochs.index(epoch)]) if epoch in history.epochs else math.nan
        if gap > widest:
            widest, widest_name = gap, name
    return (widest, widest_name) if widest_name else (0.0, "")


def _no_better(
    history: History, scores: dict[str, float] | object, thresholds: Thresholds, clearly: bool
) -> tuple[bool, Figures] | None:
    """Return whether training and validation are both no better than a naive answer's scores."""
    figures: Figures = {}
    poor = []
    margin = thresholds.baseline_margin
    for name, score in dict(scores).items():  # pyright: ignore[reportCallIssue, reportArgumentType]
        for column in (name, f"val_{name}"):
            _, values = history.series(column)
            direction = metric_direction(name)
            if not len(values) or direction is None:
                continue
            value = history.at(column, history.restored_epoch or -1) or end_of(values)
            unit = margin if is_share(name) or "r2" in name.lower() else margin * abs(score)
            better = (value - score) if direction == "max" else (score - value)
            # A linear model may well be as good as can be: there, only clearly worse is poor.
            poor.append(better < -2.5 * unit if clearly else better <= unit)
            figures[f"{column}"] = round(value, 6)
            figures[f"naive_{name}"] = round(score, 6)
    return (all(poor), figures) if poor else None


def _naive_accuracy(evidence: Evidence) -> float | None:
    known = [
        score
        for answer, scores in evidence.naive.items()
        for name, score in scores.items()
        if "acc" in name.lower() and answer != "linear"
    ]
    return max(known) if known else None
