"""Whether a change of a training helped: the score before and after, on the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..findings import Finding
from .running import Outcome, Runner
from .scoring import Score, better_by
from .trial import Remedy

__all__ = ["Judgement", "faults_of", "judgement"]

BETTER = 2.0
"""Standard errors by which a score must be better to count for itself (about 1 chance in 40)."""
NOT_WORSE = 1.0
"""A score that is worse by more standard errors is worse, and the change is undone."""
FEWEST = 8
"""Rows that a score needs at least."""
WORTH = 0.005
"""And it must be better by this much: what a large set can prove may still be nothing."""


@dataclass(frozen=True)
class Judgement:
    """What is to be done with a change.

    Args:
        kept: Whether it is kept.
        why: Why, one sentence.
        before: The score without it; minus infinity where the old training cannot be judged.
        after: The score with it.
        gone: Whether the fault that it was tried for is gone.
    """

    kept: bool
    why: str
    before: Score
    after: Score
    gone: bool = False


def judgement(
    runner: Runner, old: Outcome, new: Outcome, finding: Finding, remedy: Remedy
) -> Judgement:
    """Return whether a new training is kept rather than the old one.

    It is if its score is better beyond chance, or if the fault is gone, the score is no worse, and
    no other error came.

    Args:
        runner: Scores both.
        old: The training without the change.
        new: The training with it.
        finding: What it was tried for.
        remedy: What was tried.
    """
    judge = new.trial
    rows = np.setdiff1d(judge.pool.validation, old.trial.pool.train)
    if not remedy.judged and len(rows) < FEWEST:
        # What the old training learned from cannot judge it.
        rows = judge.pool.validation
        before = Score(-math.inf)
    else:
        before = runner.score(old, judge, rows)
    after = runner.score(new, judge, rows)
    gone = finding.fault not in faults_of(new.findings)

    def judged(kept: bool, why: str) -> Judgement:
        return Judgement(kept, why, before, after, gone)

    if new.failed:
        return judged(False, f"it could not be trained ({new.failed}).")
    if not remedy.judged:
        return judged(True, "it is judged by rows that say more.")
    if not math.isfinite(after.value):
        if _loss(new) < _loss(old) and not math.isfinite(before.value):
            return judged(True, "the loss is a number, and lower.")
        return judged(False, "its answers are of no use.")
    by = better_by(after, before)
    figures = f"the score went from {_text(before)} to {_text(after)}"
    if by >= BETTER and after.value - before.value >= WORTH:
        return judged(True, figures + ".")
    worse_found = _new_errors(old, new)
    if gone and not worse_found and by > -NOT_WORSE and not remedy.must_gain:
        return judged(True, f"{finding.fault} is gone, and {figures}.")
    reason = f"{figures}, which is no gain beyond chance."
    if by <= -NOT_WORSE:
        reason = figures + "."
    elif gone and worse_found:
        reason = f"{figures}, and now there is {', '.join(worse_found)}."
    return judged(False, reason)


def faults_of(findings: Sequence[Finding]) -> set[str]:
    """Return all that was found, what is explained by another finding included."""
    named = {each.fault for each in findings if each.severity != "info"}
    return named | {each for finding in findings for each in finding.consequences}


def _new_errors(old: Outcome, new: Outcome) -> list[str]:
    """Return the errors that were not there before."""
    known = faults_of(old.findings)
    return [
        each.fault for each in new.findings if each.severity == "error" and each.fault not in known
    ]


def _loss(outcome: Outcome) -> float:
    history = outcome.evidence.recorded
    if history is None:
        return math.inf
    for name in ("val_loss", "loss"):
        series: Any = history.series(name)[1]
        if len(series):
            return float(series[-1]) if math.isfinite(series[-1]) else math.inf
    return math.inf


def _text(score: Score) -> str:
    return f"{score.value:.3f}" if math.isfinite(score.value) else "none"
