"""Rules about capacity: a model below what learns without any training, and a narrow one."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..evidence import Evidence
from ..findings import Finding
from ..gathering.history import History, is_share
from ..thresholds import Thresholds
from .rules_fit import too_few_epochs
from .signals import end_of, sampling_error
from .skill import model_of, skill_of

__all__ = ["narrow_model", "outdone"]

Figures = dict[str, float | int | str]
REMEDY = "Give the model more units or layers, or layers that can use what the inputs hold."
MORE = "Train for at least ten times as many epochs, with early stopping."


def outdone(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a model that stands below neighbours or a smooth curve, on its training rows as well.

    Then the data can be told apart, and the model cannot do it. After few epochs it is the epochs
    that are too few; while its loss still falls, nothing is said.

    Guide: DX-4, WHEN-1, EPO-1.
    """
    history = evidence.history
    if not evidence.references or (skill_of(evidence) or 0.0) >= thresholds.good:
        return None
    if any(_is_falling(history, name, thresholds) for name in ("loss", "val_loss")):
        return None
    few = len(history) < thresholds.fewest_epochs
    if not few and too_few_epochs(evidence, thresholds) is not None:
        return None
    rows = evidence.data.validation_rows if evidence.data is not None else None
    for answer, scores in evidence.references.items():
        figures = _below(evidence, scores, rows or 0, thresholds)
        if figures is None:
            continue
        shown = ", ".join(f"{key} {value:.4g}" for key, value in figures.items())
        epoch = history.restored_epoch or history.epochs[-1]
        cause = f"The model is clearly worse than '{answer}', an answer without training: {shown}"
        if few:
            cause += f"; it was trained for {len(history)} epochs only."
            return Finding(
                "too_few_epochs", "EPO-1", "warning", cause, MORE, epoch, figures, 0.7
            )  # fmt: skip
        return Finding(
            "underfitting", "DX-4", "warning", cause + ".", REMEDY, epoch, figures, 0.75
        )  # fmt: skip
    return None


def narrow_model(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a model that has not learned well, and has hidden layers of one or two units only.

    Guide: DX-4, WHEN-1.
    """
    layers = model_of(evidence).layers
    hidden = [each for each in layers if each.hidden and each.fan_in > 0]
    skill = skill_of(evidence)
    if not hidden or skill is None or skill >= thresholds.good:
        return None
    widest = max(hidden, key=lambda layer: layer.units)
    if not 0 < widest.units < thresholds.narrow:
        return None
    cause = f"The widest hidden layer, '{widest.name}', has {widest.units} units, and the model"
    cause += f" got {skill:.0%} of the way from a naive answer to perfection."
    figures: Figures = {"units": widest.units, "skill": round(skill, 4)}
    epoch = evidence.history.epochs[-1]
    return Finding(
        "underfitting", "DX-4", "info", cause, REMEDY, epoch, figures, 0.4, (widest.name,)
    )


def _is_falling(history: History, name: str, thresholds: Thresholds) -> bool:
    """Return whether the last part of a longer training brought much of the whole fall."""
    values = history.series(name)[1]
    if len(values) < thresholds.fewest_epochs:
        return False
    last = max(1, math.ceil(thresholds.last_part * len(values)))
    fall = float(values[0] - values.min())
    return fall > 0 and float(values[-last - 1]) - end_of(values) >= thresholds.still_falling * fall


def _below(
    evidence: Evidence, scores: Mapping[str, float], rows: int, thresholds: Thresholds
) -> Figures | None:
    """Return the figures where training and the best validation are both clearly below scores.

    Numbers are compared as R² counts them: as shares of what the mean leaves unexplained.
    """
    history = evidence.history
    naive = evidence.naive.get("mean", {}).get("loss", math.nan)
    penalty = evidence.probes[-1].penalty if evidence.probes else 0.0
    shares = [name for name in scores if is_share(name) and len(history.series(name)[1])]
    for name in shares or ["loss"]:
        train, held = history.series(name)[1], history.series(f"val_{name}")[1]
        if not len(train) or not len(held) or name not in scores:
            return None
        score = scores[name]
        if shares:
            doubt = 2 * sampling_error(score, rows) if rows else 0.0
            short = score - max(end_of(train), float(held.max()))
        else:
            if not naive > 0:
                return None
            short = (min(end_of(train), float(held.min())) - penalty - score) / naive
            doubt = 2 * math.sqrt(2 / rows) * score / naive if rows else 0.0
        enough = max(thresholds.reference_gap, doubt)
        if short < enough:
            return None
        return {
            name: round(end_of(train), 4),
            f"val_{name}": round(float(held.max() if shares else held.min()), 4),
            f"reference_{name}": round(score, 4),
        }
    return None
