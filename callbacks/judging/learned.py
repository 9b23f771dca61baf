"""What several rules about a model ask: has it learned, and which layers make up for a lot."""

from __future__ import annotations

from ..evidence import Evidence
from ..thresholds import Thresholds
from .rules_capacity import outdone
from .rules_skill import underfitting
from .signals import relative_fall
from .skill import skill_of

__all__ = ["NORMALISING", "has_learned"]

NORMALISING = ("BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization")


def has_learned(evidence: Evidence, thresholds: Thresholds) -> bool | None:
    """Return whether the training rows are fitted; None where that cannot be said, or not yet.

    Not fitted is what is no better than a naive answer, or clearly worse than a line or another
    answer without training. Where no answer is known to compare with, the fall of the loss counts.
    """
    recorded = evidence.recorded
    if recorded is None or len(recorded.series("loss")[1]) < thresholds.fewest_epochs:
        return None
    _, loss = recorded.series("loss")
    skill = skill_of(evidence)
    if skill is not None and skill >= thresholds.good:
        return True
    planned = recorded.planned_epochs
    over = planned is None or recorded.epochs[-1] >= planned or len(loss) >= thresholds.patience
    if underfitting(evidence, thresholds) is not None or outdone(evidence, thresholds) is not None:
        return False if over else None
    if skill is None:
        moved = relative_fall(loss) >= thresholds.stuck_fall
        return True if moved else (False if over else None)
    return True if skill >= thresholds.some_skill else None
