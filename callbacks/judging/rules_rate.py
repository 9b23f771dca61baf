"""Rules about the learning rate: too high, too low, jumping about, not a number."""

from __future__ import annotations

import numpy as np

from ..evidence import Evidence
from ..findings import Finding
from ..gathering.history import History, is_share
from ..thresholds import Thresholds
from .signals import (
    after_lowest,
    end_of,
    falling_steps,
    noise_of,
    relative_fall,
)

__all__ = [
    "learning_rate_too_high",
    "learning_rate_too_low",
    "nan_loss",
    "too_slow",
]

DIVIDE = "Divide the learning rate by 10"


def nan_loss(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a training or validation loss that is not a number, or infinite.

    Guide: DX-1.
    """
    history = evidence.history
    for name in ("loss", "val_loss"):
        if name not in history.columns:
            continue
        known = [value is not None for value in history.columns[name]]
        bad = np.flatnonzero(~np.isfinite(history.values(name)) & np.array(known, bool))
        if not len(bad):
            continue
        at = int(bad[0])
        epoch = history.epochs[at]
        before = history.values(name)[:at]
        before = before[np.isfinite(before)]
        what = "training loss" if name == "loss" else "validation loss"
        figures: dict[str, float | int | str] = {"epochs_lost": len(bad)}
        cause = f"The {what} is not a finite number from epoch {epoch} on."
        remedy = f"{DIVIDE} and train anew."
        confidence = 0.9
        if len(before) >= 2 and before[-1] > before.min() * thresholds.diverging_ratio > 0:
            figures |= {"lowest": float(before.min()), "before": float(before[-1])}
            cause += (
                f" It had risen from {before.min():.4g} to {before[-1]:.4g}:"
                " the learning rate is too high."
            )
        elif len(before):
            cause += " The learning rate is too high, or a value in the data or loss is not finite."
        else:
            confidence = 0.7
            cause += " It was never one: look for NaN or infinity in the data before the rate."
            remedy = f"Check inputs and targets for NaN and infinity; then: {DIVIDE.lower()}."
        if history.learning_rate is not None:
            figures["learning_rate"] = history.learning_rate
        return Finding("nan_loss", "DX-1", "error", cause, remedy, epoch, figures, confidence)
    return None


def learning_rate_too_high(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a training loss that diverges, that a first leap ruined, or that a high rate holds up.

    Guide: LR-1, LR-2, MIS-6.
    """
    history = evidence.history
    epochs, loss = history.series("loss")
    if len(loss) < 3:
        return None
    lowest, first, end = float(loss.min()), float(loss[0]), end_of(loss)
    rate = history.learning_rate
    high = rate is not None and rate >= thresholds.high_learning_rate
    low = rate is not None and rate < thresholds.high_learning_rate / 10
    figures: dict[str, float | int | str] = {"first": first, "lowest": lowest, "end": end}
    if rate is not None:
        figures["learning_rate"] = rate
    remedy = f"{DIVIDE} and train anew from new weights."

    at, later = after_lowest(loss)
    lost = later - lowest
    begin = int(epochs[min(at + 1, len(epochs) - 1)])
    if lost >= thresholds.diverging_share * abs(first - lowest) and (
        lost >= (thresholds.diverging_ratio - 1) * abs(lowest) > 0
        or later - first >= (thresholds.worse_than_start - 1) * abs(first) > 0
    ):
        cause = (
            f"The training loss rises again: {lowest:.4g} at its lowest, {later:.4g} at the end."
            " The steps are too large."
        )
        return Finding("lr_too_high", "LR-2", "error", cause, remedy, begin, figures, 0.9)

    # A leap in the first steps can throw the weights so far out that all gradients are zero.
    classifier = any(is_share(name) for name in history.metrics)
    rest = loss[2:]
    flat = (rest[0] - rest.min()) <= thresholds.stuck_fall * abs(rest[0])
    spike = first >= thresholds.spike_ratio * end and first > 0
    exploded = classifier and first >= thresholds.spike_loss and first >= 2 * end
    if len(loss) >= 5 and not low and ((spike and flat) or (exploded and (high or spike))):
        cause = (
            f"The loss was {first:.4g} in the first epoch and {end:.4g} at the end"
            + (", without any progress in between" if flat else "")
            + ": the first steps threw the weights too far."
        )
        confidence = 0.9 if high or (flat and classifier) else 0.6
        severity = "error" if flat and high else "warning"
        return Finding("lr_too_high", "LR-2", severity, cause, remedy, 1, figures, confidence)

    if high and len(loss) >= thresholds.patience and not _learned(evidence, thresholds):
        fall = relative_fall(loss)
        naive = [scores["loss"] for scores in evidence.naive.values() if "loss" in scores]
        useless = bool(naive) and end >= max(naive) * (1 - thresholds.baseline_margin)
        if fall < thresholds.stuck_fall or useless:
            cause = f"After {len(loss)} epochs at a learning rate of {rate:.3g}, which is very high"
            if useless:
                cause += f", the training loss is {end:.4g}; a naive answer has {max(naive):.4g}."
            else:
                cause += f", the training loss has fallen by only {max(fall, 0):.1%}."
            epoch = int(epochs[thresholds.patience - 1])
            return Finding("lr_too_high", "LR-2", "warning", cause, remedy, epoch, figures, 0.7)
    return None


def learning_rate_too_low(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a loss that has not moved since the start, as opposed to one that has converged.

    A converged loss fell a lot before it stood still; a loss held up by small steps never fell, or
    falls in a straight line. A rate known to be very high is no candidate.

    Guide: DX-2, LR-1, LR-3, MIS-6.
    """
    history = evidence.history
    epochs, loss = history.series("loss")
    rate = history.learning_rate
    if not _may_be_slow(evidence, thresholds) or _learned(evidence, thresholds):
        return None
    fall = relative_fall(loss)
    most = (float(loss[0]) - float(loss.min())) / (abs(float(loss[0])) or 1.0)
    if most >= thresholds.stuck_fall or fall <= -thresholds.stuck_fall:
        return None
    straight = _straight(loss, thresholds)
    low = rate is not None and rate <= thresholds.low_learning_rate
    if _settled(loss, thresholds) and not low:
        return None  # a little progress at first and none later: it has converged
    cause = f"The training loss fell by only {fall:.1%} in {len(loss)} epochs"
    cause += ", in a straight line" if straight else ""
    cause += f", at a learning rate of {rate:.3g}." if rate is not None else "."
    confidence = 0.9 if low else 0.8 if straight else 0.4
    if confidence < 0.5:
        cause += " The rate is too low, or the inputs say nothing about the target."
    figures = _slow_figures(history, loss, fall)
    remedy = "Multiply the learning rate by 5 until the loss moves."
    epoch = int(epochs[thresholds.patience - 1])
    return Finding("lr_too_low", "DX-2", "warning", cause, remedy, epoch, figures, confidence)


def too_slow(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a loss that falls in a straight line, far from any plateau: the steps are too small.

    Guide: LR-3, WHEN-4.
    """
    history = evidence.history
    epochs, loss = history.series("loss")
    if not _may_be_slow(evidence, thresholds) or not _straight(loss, thresholds):
        return None
    fall = relative_fall(loss)
    if not thresholds.stuck_fall <= fall < thresholds.slow_fall:
        return None
    cause = (
        f"The training loss still falls in a straight line after {len(loss)} epochs and has lost"
        f" {fall:.0%} so far: the steps are too small."
    )
    remedy = "Multiply the learning rate by 2 to 5; for regression, also scale the targets."
    epoch = int(epochs[thresholds.patience - 1])
    figures = _slow_figures(history, loss, fall)
    return Finding("lr_too_low", "WHEN-4", "warning", cause, remedy, epoch, figures, 0.75)


def _slow_figures(history: History, loss: np.ndarray, fall: float) -> dict[str, float | int | str]:
    figures: dict[str, float | int | str] = {
        "first": float(loss[0]),
        "end": end_of(loss),
        "fall": round(fall, 4),
        "epochs": len(loss),
    }
    if history.learning_rate is not None:
        figures["learning_rate"] = history.learning_rate
    return figures


def _may_be_slow(evidence: Evidence, thresholds: Thresholds) -> bool:
    """Whether the history is long enough, whole, and not that of a model that has learned."""
    history = evidence.history
    _, loss = history.series("loss")
    rate = history.learning_rate
    return (
        len(loss) >= max(thresholds.patience, 4)
        and history.epochs[0] == 1
        and not (rate is not None and rate >= thresholds.high_learning_rate)
        and not any(
            end_of(history.series(name)[1]) >= thresholds.learned_share
            for name in history.metrics
            if is_share(name) and len(history.series(name)[1])
        )
    )


def _straight(loss: np.ndarray, thresholds: Thresholds) -> bool:
    """Whether a curve falls steadily, and in its second half almost as fast as in its first."""
    half = len(loss) // 2
    middle = float(np.median(loss[max(half - 1, 0) : half + 2]))
    early, late = float(loss[0]) - middle, middle - end_of(loss)
    # Dropout jitters: then the line may be fuzzy, if it is thin against its fall.
    steady = falling_steps(loss) >= 0.8 or noise_of(loss) <= 0.05 * (early + late)
    return steady and early > 0 and late >= thresholds.straightness * early


def _settled(loss: np.ndarray, thresholds: Thresholds) -> bool:
    """Whether a curve fell steadily at first and clearly less in its second half."""
    half = len(loss) // 2
    return falling_steps(loss[: half + 1]) >= 0.8 and not _straight(loss, thresholds)


def _learned(evidence: Evidence, thresholds: Thresholds) -> bool:
    """Whether training metrics show that the model knows more than a naive answer does."""
    history = evidence.history
    shares = [name for name in history.metrics if is_share(name)]
    for name in shares:
        _, values = history.series(name)
        known = [scores[name] for scores in evidence.naive.values() if name in scores]
        level = max(known) + thresholds.baseline_margin * 2 if known else thresholds.learned_share
        if len(values) and end_of(values) >= level:
            return True
    known = [scores["loss"] for scores in evidence.naive.values() if "loss" in scores]
    _, loss = history.series("loss")
    return bool(not shares and known and end_of(loss) < thresholds.learned_share * min(known))
