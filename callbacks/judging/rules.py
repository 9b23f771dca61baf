"""The rules in one list, and which fault explains which. No Keras is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..evidence import Evidence
from ..findings import Finding
from ..thresholds import Thresholds
from .rules_fit import no_validation, overfitting, too_few_epochs
from .rules_rate import (
    learning_rate_too_high,
    learning_rate_too_low,
    nan_loss,
    oscillating_loss,
    too_slow,
)
from .rules_skill import class_collapse, underfitting

__all__ = ["EXPLAINS", "RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """One rule: a pure function, and when it may speak.

    Args:
        fault: The fault that it finds.
        check: Evidence and thresholds to a finding, or None.
        final: Whether it needs a finished training: in the middle, every loss still falls.
        needs: The fields of the evidence without which it cannot be asked.
    """

    fault: str
    check: Callable[[Evidence, Thresholds], Finding | None]
    final: bool = False
    needs: tuple[str, ...] = ("recorded",)

    def apply(self, evidence: Evidence, thresholds: Thresholds, final: bool) -> Finding | None:
        """Return what the rule finds, or None where it finds nothing or cannot be asked."""
        known = all(getattr(evidence, name) not in (None, ()) for name in self.needs)
        if not known or (self.final and not final):
            return None
        return self.check(evidence, thresholds)


# In the order of causes: what stands first is rather the root of what stands below.
RULES: tuple[Rule, ...] = (
    Rule("nan_loss", nan_loss),
    Rule("lr_too_high", learning_rate_too_high),
    Rule("lr_too_low", learning_rate_too_low),
    Rule("lr_too_low", too_slow),
    Rule("oscillating_loss", oscillating_loss),
    Rule("class_collapse", class_collapse),
    Rule("too_few_epochs", too_few_epochs, final=True),
    Rule("overfitting", overfitting),
    Rule("underfitting", underfitting, final=True),
    Rule("no_validation", no_validation, final=True),
)

# Fault: what it brings about, and what therefore is no finding of its own beside it.
EXPLAINS: dict[str, tuple[str, ...]] = {
    "nan_loss": (
        "lr_too_high",
        "lr_too_low",
        "oscillating_loss",
        "class_collapse",
        "too_few_epochs",
        "overfitting",
        "underfitting",
    ),
    "lr_too_high": (
        "lr_too_low",
        "oscillating_loss",
        "class_collapse",
        "too_few_epochs",
        "overfitting",
        "underfitting",
    ),
    "lr_too_low": ("class_collapse", "too_few_epochs", "underfitting"),
    "oscillating_loss": ("too_few_epochs", "overfitting", "underfitting"),
    "class_collapse": ("lr_too_low", "too_few_epochs", "underfitting"),
    "too_few_epochs": ("underfitting",),
}
