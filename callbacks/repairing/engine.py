"""The search for what mends a training: one change at a time, kept if it helps, else undone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..findings import Finding
from .remedies import BEYOND_REPAIR, REMEDIES
from .running import Outcome, Runner
from .scoring import Score, better_by
from .trial import Change, Remedy, Trial

__all__ = ["Attempt", "Engine"]

BETTER = 2.0
"""Standard errors by which a score must be better to count for itself (about 1 chance in 40)."""
NOT_WORSE = 1.0
"""A score that is worse by more standard errors is worse, and the change is undone."""
FEWEST = 8
"""Rows that a score needs at least."""
WORTH = 0.005
"""And it must be better by this much: what a large set can prove may still be nothing."""


@dataclass(frozen=True)
class Attempt:
    """One repair that was tried.

    Args:
        fault: The finding that it was tried for.
        remedy: Name of the remedy.
        changes: What it changed.
        kept: Whether it was kept.
        why: Why it was kept or undone, one sentence.
        score_before: The score without it, on the same rows.
        score_after: The score with it.
        findings_after: Faults found in the training with it.
        trained: Whether it took a training.
        seconds: What it took.
    """

    fault: str
    remedy: str
    changes: tuple[Change, ...]
    kept: bool
    why: str
    score_before: float
    score_after: float
    findings_after: tuple[str, ...] = ()
    trained: bool = True
    seconds: float = 0.0

    def __str__(self) -> str:
        """Return the attempt in one line."""
        end = "kept" if self.kept else "undone"
        what = " ".join(change.what for change in self.changes)
        return f"{self.fault}: {what} {end.capitalize()}: {self.why}"


@dataclass(eq=False)
class Engine:
    """Tries remedies in order until nothing is found any more, or no trial is left.

    Args:
        runner: Carries out trials.
        trials: Trainings at most.
        say: What to do with each line of the log.
    """

    runner: Runner
    trials: int = 6
    say: Callable[[str], None] = print
    log: list[Attempt] = field(default_factory=list)
    retrainings: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    reference: Outcome | None = None

    def mend(self, outcome: Outcome) -> Outcome:
        """Return the best training that was found, beginning with the user's own."""
        tried: set[tuple[str, str, float | None]] = set()
        best = self.reference = outcome
        while self.retrainings < self.trials:
            step = self._next(best, tried)
            if step is None:
                break
            finding, remedy, trial = step
            tried.add(self._key(finding, remedy, best.trial))
            restoring = trial.differs_only_in_restoring(best.trial)
            if restoring and best.best is not None:
                candidate = self.runner.restored(best, trial)
            else:
                restoring = False
                candidate = self.runner.run(trial)
                self.retrainings += 1
            kept, why, before, after = self._judge(best, candidate, finding, remedy)
            attempt = Attempt(
                finding.fault,
                remedy.name,
                trial.changes[len(best.trial.changes) :],
                kept,
                why,
                before.value,
                after.value,
                tuple(each.fault for each in candidate.findings),
                not restoring,
                candidate.seconds,
            )
            self.log.append(attempt)
            self.say(str(attempt))
            if kept:
                if not remedy.judged and not math.isfinite(before.value):
                    self.reference = candidate
                best = candidate
        self._tell_refused(best)
        return best

    def _next(
        self, best: Outcome, tried: set[tuple[str, str, float | None]]
    ) -> tuple[Finding, Remedy, Trial] | None:
        """Return the next remedy that applies, of the first finding that has one left."""
        for finding in wanted(best.findings):
            for remedy in REMEDIES.get(finding.fault, ()):
                if self._key(finding, remedy, best.trial) in tried:
                    continue
                trial = remedy.apply(best.trial, self.runner.subject, finding)
                if trial is not None:
                    return finding, remedy, trial
        return None

    def _key(self, finding: Finding, remedy: Remedy, trial: Trial) -> tuple[str, str, float | None]:
        """Return what makes a remedy another one: the same step from another rate or length is."""
        rate = self.runner.subject.rate(trial)
        level = {
            "add_dropout": float(len(trial.changes)),
            "widen": float(len(trial.changes)),
        }.get(remedy.name, rate)
        by_rate = ("lower_rate", "raise_rate")
        return (
            finding.fault,
            remedy.name,
            level if level != rate or remedy.name in by_rate else None,
        )

    def _judge(
        self, old: Outcome, new: Outcome, finding: Finding, remedy: Remedy
    ) -> tuple[bool, str, Score, Score]:
        """Return whether the new training is kept, why, and both scores on the same rows."""
        judge = new.trial
        rows = np.setdiff1d(judge.pool.validation, old.trial.pool.train)
        if not remedy.judged and len(rows) < FEWEST:
            # What the old training learned from cannot judge it.
            rows = judge.pool.validation
            before = Score(-math.inf)
        else:
            before = self.runner.score(old, judge, rows)
        after = self.runner.score(new, judge, rows)
        if new.failed:
            return False, f"it could not be trained ({new.failed}).", before, after
        if not remedy.judged:
            return True, "it is judged by rows that say more.", before, after
        gone = finding.fault not in faults_of(new.findings)
        if not math.isfinite(after.value):
            if _loss(new) < _loss(old) and not math.isfinite(before.value):
                return True, "the loss is a number, and lower.", before, after
            return False, "its answers are of no use.", before, after
        by = better_by(after, before)
        gain = after.value - before.value
        figures = f"the score went from {_text(before)} to {_text(after)}"
        if by >= BETTER and gain >= WORTH:
            return True, figures + ".", before, after
        worse_found = self._worse(old, new)
        if gone and not worse_found and by > -NOT_WORSE and not remedy.must_gain:
            return True, f"{finding.fault} is gone, and {figures}.", before, after
        reason = f"{figures}, which is no gain beyond chance."
        if by <= -NOT_WORSE:
            reason = figures + "."
        elif gone and worse_found:
            reason = f"{figures}, and now there is {', '.join(worse_found)}."
        return False, reason, before, after

    def _worse(self, old: Outcome, new: Outcome) -> list[str]:
        """Return the errors that were not there before."""
        known = faults_of(old.findings)
        return [
            each.fault
            for each in new.findings
            if each.severity == "error" and each.fault not in known
        ]

    def _tell_refused(self, best: Outcome) -> None:
        tried = {attempt.fault for attempt in self.log}
        helped = {attempt.fault for attempt in self.log if attempt.kept}
        for finding in wanted(best.findings):
            fault = finding.fault
            if fault in tried:
                why = f"{fault} is still there, though less than it was."
                if fault not in helped:
                    why = f"No remedy that was tried helped against {fault}."
                if self.retrainings >= self.trials:
                    why = f"{fault} is still there after {self.retrainings} retrainings."
            else:
                why = BEYOND_REPAIR.get(fault, f"Nothing that keeps this model mends {fault}.")
                if self.retrainings >= self.trials:
                    why = f"No trial was left for {fault}."
                elif not self.runner.subject.rebuildable and fault not in BEYOND_REPAIR:
                    why = (
                        f"The model is a class of its own: its layers cannot be changed from"
                        f" outside, which {fault} would need. {finding.remedy}"
                    )
            self.refused[fault] = why


def wanted(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that call for a repair, roots first: errors and warnings.

    What makes every judgement possible comes first: rows to judge by.
    """
    called = [each for each in findings if each.severity != "info" or each.fault == "no_validation"]
    first = ("nan_input", "no_validation")
    return sorted(called, key=lambda each: each.fault not in first)


def faults_of(findings: Sequence[Finding]) -> set[str]:
    """Return all that was found, what is explained by another finding included."""
    named = {each.fault for each in findings if each.severity != "info"}
    return named | {each for finding in findings for each in finding.consequences}


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
