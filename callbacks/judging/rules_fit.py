"""Rules about the fit: too close to the training rows, ended too soon, never validated."""

from __future__ import annotations

import math

import numpy as np

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.history import History, is_share
from ..thresholds import Thresholds
from .signals import after_lowest, counted_rows, end_of, noise_of, sampling_error
from .skill import model_of, skill_of

__all__ = ["hardly_begun", "no_validation", "overfitting", "stopped_too_soon", "too_few_epochs"]

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
    best_at, end = after_lowest(validation)
    best = float(validation[best_at])
    # A loss near zero may double and still be near zero, so the whole fall is a measure as well.
    scale = max(abs(best), 0.1 * abs(float(validation[0])))
    rise = (end - best) / scale if scale else 0.0
    rising = rise >= thresholds.validation_rise and end - best > 3 * noise_of(validation)
    late, name = _widest_gap(history, None)
    restored = history.restored_epoch
    figures: Figures = {"best_epoch": int(epochs[best_at]), "validation_loss_rise": round(rise, 4)}
    since = int(epochs[min(best_at + 1, len(epochs) - 1)])
    remedy = "Add dropout (0.3 to 0.5) and L2 (0.01), get more data, or use a smaller model"
    stop = "; stop early and restore the best weights."

    if not name:
        return _overfitting_by_loss(history, thresholds, rising, figures, since, remedy + stop)
    train, held = end_of(history.series(name)[1]), end_of(history.series(f"val_{name}")[1])
    doubt = _doubt(history, held, thresholds)
    margin = thresholds.gap_when_good if train >= thresholds.good else thresholds.gap
    wide = late >= max(margin, doubt) and rising
    enough = len(validation) >= thresholds.settled and restored is None
    if not wide and not (late >= max(thresholds.severe_gap, doubt) and enough):
        return None
    figures |= {f"gap_{name}": round(late, 4)}
    if restored is not None:
        return _after_restoring(history, thresholds, restored, figures, since, remedy)
    severe = late >= thresholds.error_gap and rising
    cause = f"{name} is {train:.3f} in training and {held:.3f} in validation"
    if rising:
        cause += (
            f", and the validation loss has risen by {rise:.0%} since epoch {int(epochs[best_at])}"
        )
    rule = "DX-3" if late >= thresholds.severe_gap else "DX-6"
    confidence = 0.9 if rising else 0.6
    return Finding(
        "overfitting",
        rule,
        "error" if severe else "warning",
        cause + ".",
        remedy + stop,
        since if rising else _since(history, name, thresholds.severe_gap),
        figures,
        confidence,
    )


def _after_restoring(
    history: History,
    thresholds: Thresholds,
    restored: int,
    figures: Figures,
    since: int,
    remedy: str,
) -> Finding:
    """Judge the weights that early stopping kept: there, no validation loss had risen yet.

    So only a gap that counts by itself is a warning, and only beyond what so few rows can show.
    """
    gap, name = _widest_gap(history, restored)
    reached, held = history.at(name, restored) or 0.0, history.at(f"val_{name}", restored) or 0.0
    severe = gap >= max(thresholds.severe_gap, _doubt(history, held, thresholds))
    severity: Severity = "warning" if severe else "info"
    figures |= {"restored_epoch": restored, "gap_at_restored_epoch": round(gap, 4)}
    cause = (
        f"After epoch {figures['best_epoch']} only training improved and the validation loss rose"
        f" by {figures['validation_loss_rise']:.0%}; the weights of epoch {restored} were kept"
    )
    cause += f", where {name} is {reached:.3f} in training and {held:.3f} in validation."
    if not severe:
        remedy = "None is needed: this is what early stopping is for"
    return Finding("overfitting", "DX-6", severity, cause, remedy + ".", since, figures, 0.8)


def _doubt(history: History, share: float, thresholds: Thresholds) -> float:
    """Return the gap that the few rows of a small validation set can make by chance."""
    rows = counted_rows(history.validation_accuracy)
    return thresholds.doubt * sampling_error(share, rows) if rows else 0.0


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
        f" risen by {rise:.0%} since epoch {figures['best_epoch']}"
    )
    if restored is not None:
        figures["restored_epoch"] = restored
        cause += f"; the weights of epoch {restored} were restored"
        remedy = "None is needed; less capacity or more data would narrow the gap."
        severity: Severity = "info"
    else:
        severity = "error" if rise >= thresholds.error_rise else "warning"
    return Finding("overfitting", "DX-6", severity, cause + ".", remedy, since, figures, 0.75)


def too_few_epochs(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a training that ended while its loss was still clearly falling.

    One that ended before the epochs that were asked for was stopped because it no longer improved.
    One that went on with an earlier one does not know how far the loss has fallen in all.

    Guide: EPO-1.
    """
    history = evidence.history
    if history.planned_epochs is not None and history.epochs[-1] < history.planned_epochs:
        return None
    name = "val_loss" if len(history.series("val_loss")[1]) else "loss"
    epochs, loss = history.series(name)
    if len(loss) < 3:
        return None
    last = max(1, math.ceil(thresholds.last_part * len(loss)))
    best = int(np.argmin(loss))
    fall = float(loss[0] - loss.min())
    level = abs(float(loss[-1]))
    count = 3 if len(loss) >= 12 else 1  # a median over the steep start would see a fall
    before, end = end_of(loss[:-last], count), end_of(loss, count)
    recent = before - end
    learned = any(
        is_share(metric) and len(values) and values[-1] >= thresholds.finished
        for metric in history.metrics
        for values in [history.series(f"val_{metric}" if name != "loss" else metric)[1]]
    )
    continued = history.epochs[0] > 1
    if (
        best < len(loss) - math.ceil(last / 2)
        or fall <= 0
        or recent <= 3 * noise_of(loss)
        or not (
            (recent >= thresholds.still_falling * fall and not continued)
            or recent >= thresholds.falling_level * level > 0
        )
        or learned
    ):
        return None
    share = recent / fall
    fast = share >= thresholds.falling_fast and recent >= thresholds.falling_fast * level
    what = "validation loss" if name == "val_loss" else "training loss"
    since = int(epochs[-last - 1])
    cause = (
        f"The {what} was still falling when training stopped: from {before:.4g} to {end:.4g} since"
        f" epoch {since}"
    )
    cause += "." if continued else f", {share:.0%} of its whole fall."
    figures: Figures = {"best_epoch": int(epochs[best]), "share": round(share, 4), "since": since}
    remedy = "Train for two to three times as many epochs, with early stopping."
    severity: Severity = "warning" if fast else "info"
    return Finding(
        "too_few_epochs", "EPO-1", severity, cause, remedy, int(epochs[-1]), figures, 0.7
    )


def hardly_begun(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a training from the start that ended after an epoch or two, and knows little.

    Guide: EPO-1.
    """
    history, model = evidence.history, model_of(evidence)
    skill = skill_of(evidence)
    if len(history) >= thresholds.settled_epochs or history.epochs[0] != 1 or model.trained_steps:
        return None
    if history.planned_epochs is not None and history.epochs[-1] < history.planned_epochs:
        return None
    steps = (model.steps or 0) * len(history)
    if not 0 < steps < thresholds.few_steps or skill is None or skill >= thresholds.some_skill:
        return None
    cause = f"Training ended after {len(history)} epochs of {model.steps} steps, {skill:.0%} of the"
    cause += " way from a naive answer to perfection."
    figures: Figures = {"steps": steps, "skill": round(skill, 4)}
    remedy = "Train for at least ten times as many epochs, with early stopping."
    epoch = history.epochs[-1]
    return Finding("too_few_epochs", "EPO-1", "warning", cause, remedy, epoch, figures, 0.7)


def stopped_too_soon(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find an EarlyStopping with hardly any patience that ended a training on a plateau.

    A loss may stand still for some epochs before it falls. Where the model is good, it was right.

    Guide: EPO-1, REG-1.
    """
    history, model = evidence.history, model_of(evidence)
    patience, planned = model.patience, history.planned_epochs
    if patience is None or patience > thresholds.short_patience or planned is None:
        return None
    skill = skill_of(evidence)
    if history.epochs[-1] >= planned or skill is None or skill >= thresholds.good:
        return None
    poor = skill < thresholds.some_skill
    cause = f"EarlyStopping with a patience of {patience} ended the training after epoch"
    cause += f" {history.epochs[-1]} of {planned}, {skill:.0%} of the way from a naive answer to"
    cause += " perfection."
    figures: Figures = {"patience": patience, "skill": round(skill, 4), "planned": planned}
    severity: Severity = "warning" if poor else "info"
    remedy = "Give EarlyStopping a patience of 10 to 15, with restore_best_weights=True."
    epoch = history.epochs[-1]
    confidence = 0.8 if poor else 0.4
    return Finding("too_few_epochs", "REG-1", severity, cause, remedy, epoch, figures, confidence)


def no_validation(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find a training whose history has no validation, where its data were not seen.

    Guide: MIS-1.
    """
    seen = evidence.data is not None and evidence.data.has_validation is not None
    if evidence.history.has_validation or seen:
        return None
    cause = "No validation data was given: whether the model overfits cannot be seen."
    remedy = "Keep 10 to 15 % of the rows apart and pass them as validation_data."
    return Finding("no_validation", "MIS-1", "warning", cause, remedy, 1)


def _since(history: History, name: str, margin: float) -> int:
    """Return the epoch from which on the gap of a metric has been at least `margin`."""
    narrow = np.flatnonzero(~(history.gap(name) >= margin))
    return history.epochs[min(int(narrow[-1]) + 1 if len(narrow) else 0, len(history) - 1)]


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
