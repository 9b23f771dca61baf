"""Rules about a loss that jumps up and down: by itself, by momentum, and beside a high rate."""

from __future__ import annotations

import numpy as np

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..thresholds import Thresholds
from .rules_rate import learning_rate_too_high
from .signals import counted_rows, swings
from .skill import model_of, skill_of

__all__ = ["oscillating_loss", "rolling_past", "swinging"]

DIVIDE = "Divide the learning rate by 10"


def rolling_past(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find momentum so strong that the weights roll past each valley, and the loss swings.

    Momentum of 0.99 adds up a hundred steps. Another rate would do so as well, only slower.

    Guide: LR-2, OPT-1.
    """
    model = model_of(evidence)
    if model.optimizer != "sgd" or model.momentum < thresholds.strong_momentum:
        return None
    harm = oscillating_loss(evidence, thresholds) or learning_rate_too_high(evidence, thresholds)
    if harm is None or harm.severity == "info":
        return None
    steps = round(1 / max(1e-6, 1 - model.momentum))
    cause = f"A momentum of {model.momentum:.4g} adds up {steps} steps, and rolls past each valley."
    return Finding(
        "oscillating_loss",
        "LR-2",
        harm.severity,
        f"{cause} {harm.cause}",
        "Use a momentum of 0.9; if the loss still jumps, divide the learning rate by 10.",
        harm.epoch,
        {**harm.figures, "momentum": model.momentum},
        0.85,
    )


def swinging(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a loss that swings about a level where something has been learned.

    It neither diverges nor is it thrown back to knowing nothing: then the swing comes first, and
    the rate is how to mend it.

    Guide: LR-2, WHEN-3.
    """
    if evidence.recorded is None:
        return None
    found = oscillating_loss(evidence, thresholds)
    if found is None or found.severity == "info":
        return None
    skill = skill_of(evidence)
    if skill is None or skill < thresholds.some_skill:
        return None
    diverged = learning_rate_too_high(evidence, thresholds)
    return found if diverged is None else None


def oscillating_loss(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a training or validation loss that jumps up and down instead of settling.

    Jumps count against the loss's level and against its first value, so that the jitter
    of a loss near zero is no oscillation; nor is what one row of a small validation set brings
    about, or what goes on where hardly a row is wrong. Where the training loss jumps and the
    validation loss stands still, it is the rows that change, and not the model.

    Guide: LR-2, WHEN-3.
    """
    history = evidence.history
    for name, part in (("loss", thresholds.loss_swing), ("val_loss", thresholds.validation_swing)):
        epochs, values = history.series(name)
        skip = max(2, len(values) // 5)  # the first epochs may jump while the scale is found
        settled = values[skip:]
        if len(settled) < 6:
            continue
        level = float(np.median(np.abs(settled)))
        size = max(part * level, thresholds.swing_of_start * abs(float(values[0])))
        if name == "val_loss":
            right = history.validation_accuracy
            if len(right) and float(np.median(right)) >= thresholds.finished:
                continue
            size = max(size, thresholds.swing_by_a_row / (counted_rows(right) or np.inf))
        turning = swings(settled, size)
        share = float(turning.mean())
        over = name == "val_loss" and not turning[len(turning) // 2 :].any()
        # Now and then to twice its level is as bad as often and by less.
        tiny = thresholds.swing_of_start * _naive_loss(evidence)
        spikes = int(swings(settled, max(size, level, tiny)).sum())
        few = share < thresholds.swing_share and spikes < thresholds.spikes
        if few or not level or over:
            continue
        typical = float(np.median(np.abs(np.diff(settled))))
        if name == "loss" and _stands_still(evidence, skip, typical, thresholds):
            continue
        what = "training loss" if name == "loss" else "validation loss"
        figures: dict[str, float | int | str] = {
            "swings": int(turning.sum()),
            "share": round(share, 3),
            "level": level,
            "typical_jump": typical,
            "of": name,
        }
        if history.learning_rate is not None:
            figures["learning_rate"] = history.learning_rate
        cause = (
            f"The {what} jumps up and down by {typical:.3g} around {level:.3g} in {share:.0%} of"
            " the epochs instead of settling: the steps are too large."
        )
        remedy = f"{DIVIDE}; if it still jumps, use larger batches or batch normalization."
        confidence = 0.85 if name == "loss" else 0.7
        epoch = int(epochs[skip + int(np.flatnonzero(turning)[0])])
        # A few validation rows jump about a model that knows nearly all.
        small = typical < tiny and spikes < thresholds.spikes
        skilled = small or (skill_of(evidence) or 0.0) >= thresholds.finished
        skilled = skilled and name == "val_loss"
        severity: Severity = "info" if skilled else "warning"
        return Finding(
            "oscillating_loss", "LR-2", severity, cause, remedy, epoch, figures, confidence
        )
    return None


def _naive_loss(evidence: Evidence) -> float:
    """Return the loss of a naive answer; 0 where it is not known."""
    known = [scores["loss"] for name, scores in evidence.naive.items()
             if name != "linear" and "loss" in scores]  # fmt: skip
    return min(known, default=0.0)


def _stands_still(evidence: Evidence, skip: int, typical: float, thresholds: Thresholds) -> bool:
    """Return whether the validation loss hardly moves while the training loss jumps."""
    held = evidence.history.series("val_loss")[1][skip:]
    if len(held) < 4:
        return False
    return float(np.median(np.abs(np.diff(held)))) < thresholds.still_share * typical
