"""What a repair led to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..findings import Finding
from .engine import Attempt
from .trial import Change

__all__ = ["Repaired"]


@dataclass(frozen=True, eq=False)
class Repaired:
    """What a repair led to.

    Args:
        model: The best model found, compiled. It is the user's own object where its architecture
            stays; else a new one that takes the same raw inputs and answers in the same units.
        changes: What was changed of the user's training, in order.
        findings: What was wrong.
        findings_after: What is still wrong.
        score_before: The score on validation rows before: 1 is perfect, 0 is what the average of
            the labels scores (R², of classes the Brier skill). NaN where it cannot be told.
        score_after: The same after, on the same rows.
        retrainings: Trainings beside the user's own.
        seconds: What the repair took beside the user's training.
        training_seconds: What the user's own training took.
        log: Every repair that was tried, kept or undone.
        refused: Faults that were not mended, and why.
        measure: What the score says, in words.

    Examples:
        >>> done = Repaired(None, (), (), (), 0.5, 0.5)
        >>> print(done)
        Nothing was changed.
    """

    model: Any
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    findings_after: tuple[Finding, ...]
    score_before: float = math.nan
    score_after: float = math.nan
    retrainings: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0
    log: tuple[Attempt, ...] = ()
    refused: Mapping[str, str] | None = None
    measure: str = ""

    @property
    def price(self) -> str:
        """What the repair cost: retrainings, and time as a multiple of the training's."""
        count = f"{self.retrainings} retraining{'' if self.retrainings == 1 else 's'}"
        if not self.training_seconds:
            return f"{count}, {self.seconds:.1f} s"
        return f"{count}, {self.seconds / self.training_seconds:.1f} times the time of the training"

    def __str__(self) -> str:
        """Return what was changed, the score, the price, and what could not be mended."""
        lines = [str(change) for change in self.changes] or ["Nothing was changed."]
        if self.changes and math.isfinite(self.score_after):
            before = f"{self.score_before:.3f}" if math.isfinite(self.score_before) else "none"
            what = f": {self.measure}" if self.measure else ""
            lines.append(f"Score on validation rows {before} -> {self.score_after:.3f}{what}.")
        if self.log:
            lines.append(f"Price: {self.price}.")
        lines += list((self.refused or {}).values())
        return "\n".join(lines)
