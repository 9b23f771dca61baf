"""What several rules about a model ask: has it learned, and which layers are in it."""

from __future__ import annotations

import math

from ..evidence import Evidence
from ..gathering.facts import ModelFacts
from ..gathering.history import is_share, metric_direction
from ..thresholds import Thresholds
from .rules_skill import underfitting
from .signals import end_of, relative_fall

__all__ = ["NORMALISING", "has_learned", "model_of"]

NORMALISING = ("BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization")


def has_learned(evidence: Evidence, thresholds: Thresholds) -> bool | None:
    """Return whether the training rows are fitted; None where that cannot be said yet.

    Not fitted is only what is no better than a naive answer, or has hardly moved.
    """
    recorded = evidence.recorded
    if recorded is None or len(recorded.series("loss")[1]) < thresholds.fewest_epochs:
        return None
    _, loss = recorded.series("loss")
    if not all(map(math.isfinite, loss)):
        return None
    planned = recorded.planned_epochs
    over = planned is None or recorded.epochs[-1] >= planned or len(loss) >= thresholds.patience
    fitted = _fitted(evidence, thresholds)
    return fitted if fitted or over else None


def _fitted(evidence: Evidence, thresholds: Thresholds) -> bool | None:
    """Return whether the metrics, or the loss, say that something was learned."""
    recorded = evidence.history
    _, loss = recorded.series("loss")
    if underfitting(evidence, thresholds) is not None:
        return False
    # The loss holds the penalty, so metrics are asked first.
    shares = [name for name in recorded.metrics if is_share(name)]
    for name in shares:
        values = recorded.series(name)[1]
        if len(values) and metric_direction(name) == "max":
            gained = float(values.max()) - float(values[0])
            if end_of(values) >= thresholds.learned_share or gained >= thresholds.gap:
                return True
    if shares:
        return False if relative_fall(loss) < thresholds.stuck_fall else None
    return relative_fall(loss) >= thresholds.stuck_fall


def model_of(evidence: Evidence) -> ModelFacts:
    """Return the model, for rules that need one."""
    if evidence.model is None:
        raise LookupError("there is no model: the rule does not say that it needs one")
    return evidence.model
