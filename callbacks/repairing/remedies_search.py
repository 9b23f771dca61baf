"""The learning rate that a short range test finds, as a remedy."""

from __future__ import annotations

from ..findings import Finding
from .subject import Subject
from .trial import Change, Trial

__all__ = ["found_rate"]


def found_rate(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Take the learning rate that a range test of some batches proposes.

    Guide: LR-1, LR-3.
    """
    rate = subject.rate(trial)
    found = subject.range_test(trial) if subject.range_test and rate else None
    if not rate or found is None or not 1.5 < found / rate < 1e6:
        return None
    what = "The learning rate is what a range test found."
    change = Change(what, "optimizer.learning_rate", rate, found)
    return trial.with_(change, optimizer={**trial.optimizer, "learning_rate": found})
