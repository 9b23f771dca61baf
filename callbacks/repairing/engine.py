"""The search for what mends a training: one change at a time, kept if it helps, else undone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..findings import Finding
from .judgement import Judgement, judgement
from .remedies import BEYOND_REPAIR, REMEDIES
from .running import Outcome, Runner
from .trial import Change, Remedy, Trial

__all__ = ["Attempt", "Engine", "wanted", "worth_trying"]

SHORT = "too_few_epochs"
Key = tuple[str, str, float | None]
FOR_NOW = 3
"""Retrainings in which what is kept for now must have paid, together with what followed."""


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
        for_now: Whether it is not decided yet: what it mends is certainly wrong, so it stays until
            the next repairs have shown whether they pay together.
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
    for_now: bool = False

    def __str__(self) -> str:
        """Return the attempt in one line."""
        end = "kept for now" if self.for_now else "kept" if self.kept else "undone"
        what = " ".join(change.what for change in self.changes)
        return f"{self.fault}: {what} {end.capitalize()}: {self.why}"


@dataclass(frozen=True)
class _Firm:
    """What stands, while changes are kept for now: to go back to, and to compare with."""

    outcome: Outcome
    finding: Finding
    remedy: Remedy
    tried: frozenset[Key]
    attempts: int
    retrainings: int


@dataclass(eq=False)
class Engine:
    """Tries remedies in order until nothing is found any more, or no trial is left.

    Args:
        runner: Carries out trials.
        trials: Trainings at most.
        say: What to do with each line of the log.
        seconds: What all trainings together may take: none is begun that would take longer, by
            the time that an epoch took before.
    """

    runner: Runner
    trials: int = 6
    say: Callable[[str], None] = print
    seconds: float = math.inf
    log: list[Attempt] = field(default_factory=list)
    retrainings: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    reference: Outcome | None = None
    spent: float = 0.0
    too_long: set[str] = field(default_factory=set)
    in_vain: set[tuple[str, ...]] = field(default_factory=set)

    def mend(self, outcome: Outcome) -> Outcome:
        """Return the best training that was found, beginning with the user's own."""
        tried: set[Key] = set()
        best = self.reference = outcome
        firm: _Firm | None = None
        while True:
            over = firm is not None and self.retrainings - firm.retrainings >= FOR_NOW
            step = None if over or self.retrainings >= self.trials else self._next(best, tried)
            if step is None:
                if firm is None:
                    break
                self._settle(firm, False, "alone and with what followed it did not help.")
                best, tried, firm = firm.outcome, set(firm.tried), None
                continue
            finding, remedy, trial = step
            tried.add(self._key(finding, remedy, best.trial))
            candidate, trained = self._carry_out(best, trial)
            said = judgement(self.runner, best, candidate, finding, remedy)
            stays = _stays_for_now(said, finding, remedy, candidate)
            if stays and firm is None:
                firm = _Firm(best, finding, remedy, frozenset(tried), len(self.log),
                             self.retrainings)  # fmt: skip
            for_now = firm is not None and (said.kept or stays)
            self._note(best, candidate, finding, remedy, said, trained, for_now)
            if candidate.failed or not (said.kept or math.isfinite(said.after.value)):
                self.in_vain.add(tuple(map(str, trial.changes)))
            if not said.kept and not stays:
                continue
            if not remedy.judged and not math.isfinite(said.before.value):
                self.reference = candidate
            best = candidate
            if firm is not None and said.kept:
                whole = judgement(self.runner, firm.outcome, best, firm.finding, firm.remedy)
                if whole.kept:
                    self._settle(firm, True, whole.why)
                    firm = None
        self._tell_refused(best)
        return best

    def _carry_out(self, best: Outcome, trial: Trial) -> tuple[Outcome, bool]:
        """Return the trial carried out, and whether that took a training."""
        if trial.differs_only_in_restoring(best.trial) and best.best is not None:
            return self.runner.restored(best, trial), False
        candidate = self.runner.run(trial)
        self.retrainings += 1
        self.spent += candidate.seconds
        return candidate, True

    def _note(
        self,
        best: Outcome,
        candidate: Outcome,
        finding: Finding,
        remedy: Remedy,
        said: Judgement,
        trained: bool,
        for_now: bool,
    ) -> None:
        attempt = Attempt(
            finding.fault,
            remedy.name,
            candidate.trial.changes[len(best.trial.changes) :],
            said.kept,
            said.why,
            said.before.value,
            said.after.value,
            tuple(each.fault for each in candidate.findings),
            trained,
            candidate.seconds,
            for_now,
        )
        self.log.append(attempt)
        self.say(str(attempt))

    def _settle(self, firm: _Firm, kept: bool, why: str) -> None:
        """Decide about all that was kept for now."""
        for place, attempt in enumerate(self.log):
            if place >= firm.attempts and attempt.for_now:
                self.log[place] = replace(attempt, for_now=False, kept=kept, why=why)
        self.say(f"What was kept for now is {'kept' if kept else 'undone'}: {why}")

    def _next(self, best: Outcome, tried: set[Key]) -> tuple[Finding, Remedy, Trial] | None:
        """Return the next remedy that applies, of the first finding that has one left.

        Where none has, what is said of it beside is tried: consequences, and remarks.
        """
        for finding in (*wanted(best.findings), *_beside(best.findings, _is_longer(best))):
            for remedy in REMEDIES.get(finding.fault, ()):
                if finding.severity == "info" and finding.fault != "no_validation":
                    remedy = replace(remedy, must_gain=True)
                if self._key(finding, remedy, best.trial) in tried:
                    continue
                trial = remedy.apply(best.trial, self.runner.subject, finding)
                if trial is None or (trial.epochs > best.trial.epochs and _stopped(best)):
                    continue
                if tuple(map(str, trial.changes)) in self.in_vain:
                    continue
                if self.spent + _expected(best, trial) > self.seconds:
                    self.too_long.add(finding.fault)
                    continue
                return finding, remedy, trial
        return None

    def _key(self, finding: Finding, remedy: Remedy, trial: Trial) -> Key:
        """Return what makes a remedy another one: the same step from another rate or length is."""
        level = remedy.level(trial, self.runner.subject) if remedy.level else None
        return finding.fault, remedy.name, level

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
            if fault in self.too_long:
                why += f" A remedy is left that would take longer than {self.seconds:.0f} s in all."
            self.refused[fault] = why


def wanted(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that call for a repair, roots first: errors and warnings.

    What makes every judgement possible comes first: rows to judge by.
    """
    called = [each for each in findings if each.severity != "info" or each.fault == "no_validation"]
    first = ("nan_input", "no_validation")
    return sorted(called, key=lambda each: each.fault not in first)


def worth_trying(findings: Sequence[Finding]) -> bool:
    """Return whether a repair is called for, or a remark may be tried for a gain beyond chance."""
    return bool(wanted(findings) or _doubts(findings))


def _doubts(findings: Sequence[Finding], longer: bool = False) -> list[Finding]:
    """Return the remarks on what may have held a training back, though it went well.

    Whether more was to be had can only be told by trying. A training that was to be short is left
    as it is: one that early stopping ended soon was not to be, nor one that was too short and was
    made `longer` already.
    """
    return [
        each
        for each in findings
        if each.severity == "info"
        and (each.fault == "over_regularised" or _hasty(each) or (longer and each.fault == SHORT))
    ]


def _hasty(finding: Finding) -> bool:
    return finding.fault == SHORT and "patience" in finding.figures


def _beside(findings: Sequence[Finding], longer: bool) -> list[Finding]:
    """Return, as remarks, what may have a part in what is wrong: consequences, and remarks."""
    called = wanted(findings)
    if all(each.severity == "info" for each in called):
        return _doubts(findings, longer)
    names = [(each, name) for each in called for name in each.consequences]
    return [
        *(replace(each, fault=name, severity="info", where=()) for each, name in names),
        *(each for each in findings if each.severity == "info" and each not in called),
    ]


def _stays_for_now(said: Judgement, finding: Finding, remedy: Remedy, candidate: Outcome) -> bool:
    """Return whether a change that does not pay alone is waited with: the fault was certain."""
    certain = remedy.certain and finding.severity == "error" and said.gone
    answers = not candidate.failed and math.isfinite(said.after.value)
    return certain and answers and not said.kept


def _is_longer(outcome: Outcome) -> bool:
    return any(change.setting == "epochs" for change in outcome.trial.changes)


def _stopped(outcome: Outcome) -> bool:
    """Return whether early stopping of ours ended a training: more epochs would change nothing."""
    history = outcome.evidence.recorded
    if history is None or outcome.trial.patience is None:
        return False
    return len(history.epochs) < outcome.trial.epochs


def _expected(outcome: Outcome, trial: Trial) -> float:
    """Return what a trial will take, in seconds, by what an epoch took before."""
    return outcome.seconds * trial.epochs / max(outcome.trial.epochs, 1)
