"""Grades what the diagnosis says of a case, and what a repair makes of it."""

from __future__ import annotations

import contextlib
import inspect
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import goodfit.callbacks as kit
import keras
import tensorflow as tf
from case import Case, Training
from goodfit.callbacks import Diagnose, Finding

NAMED = ("warning", "error")
CLOSED = 0.7  # share of the gap to the twin that a repair has to close
WORSE = 0.02  # a healthy training scores so much less after a repair: it was made worse
# What `fit` ends with where model and targets do not go together.
ENDS = (ValueError, TypeError, tf.errors.OpError)


@dataclass(frozen=True)
class Grade:
    """What was said of one case, beside what is true.

    Args:
        case: The case.
        findings: What was found, in order.
        seconds: Of the training with the diagnosis beside.
        ended: The error that `fit` ended with, if any.
        in_fit: Whether the callback itself had findings; False where `fit` ended before it.
        score: Of the trained model, where the case has a score.
    """

    case: Case
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    ended: str = ""
    in_fit: bool = True
    score: float | None = None

    @property
    def right_names(self) -> set[str]:
        return {self.case.fault, *self.case.also} if self.case.fault else set()

    @property
    def named(self) -> tuple[str, ...]:
        """The faults that are named as a warning or an error."""
        return tuple(each.fault for each in self.findings if each.severity in NAMED)

    @property
    def right(self) -> int:
        """How many of the named are right."""
        return sum(fault in self.right_names for fault in self.named)

    @property
    def false(self) -> tuple[str, ...]:
        """The named that are not right."""
        return tuple(fault for fault in self.named if fault not in self.right_names)

    @property
    def detected(self) -> bool:
        """Whether anything is said to be wrong, in whatever words."""
        return bool(self.named) or any(each.fault in self.right_names for each in self.findings)

    @property
    def root_named(self) -> bool:
        """Whether the root is a finding, or one of the consequences of a finding."""
        return any(self.case.fault in (each.fault, *each.consequences) for each in self.findings)

    @property
    def root_first(self) -> bool:
        return bool(self.findings) and self.findings[0].fault == self.case.fault

    @property
    def error(self) -> bool:
        return any(each.severity == "error" for each in self.findings)

    @property
    def warned(self) -> bool:
        return any(each.severity == "warning" for each in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the case as plain data for JSON."""
        return {**vars(self), "case": self.case.name,
                "findings": [each.to_dict() for each in self.findings]}  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], case: Case) -> Grade:
        """Return the grade that `to_dict` described."""
        findings = tuple(Finding.from_dict(each) for each in data["findings"])
        return cls(**{**data, "case": case, "findings": findings})

    def line(self) -> str:
        """Return the case, what is true, and what was said, in one line."""
        if self.case.fault:
            truth = self.case.fault
            marks = "".join(
                mark if yes else "-"
                for mark, yes in zip(
                    "DNFP",
                    (self.detected, self.root_named, self.root_first, not self.false),
                    strict=True,
                )
            )
        else:
            truth, marks = "healthy", "E" if self.error else "W" if self.warned else "ok"
        said = ", ".join(
            f"{each.severity[0].upper()} {each.fault}"
            + (f" > {' '.join(each.consequences)}" if each.consequences else "")
            for each in self.findings
        )
        ended = f" [ended: {self.ended}]" if self.ended else ""
        return f"{self.case.name:36} {truth:24} {marks:5} {self.seconds:5.1f} s  {said}{ended}"


@dataclass(frozen=True)
class Mended:
    """What a repair made of one case.

    Args:
        case: The case.
        broken: Score before, None where `fit` ends with an error.
        twin: Score of the twin; None for healthy ones.
        repaired: Score of the repaired model.
        retrainings: How many trainings the repair ran.
        multiple: Its time as a multiple of the broken training's.
        changes: What was changed, in words.
        log: Every remedy that was tried, and what is refused, in words.
    """

    case: Case
    broken: float | None
    twin: float | None
    repaired: float
    retrainings: int
    multiple: float
    changes: tuple[str, ...] = ()
    log: tuple[str, ...] = ()

    @property
    def closed(self) -> float | None:
        """The share of the gap to the twin that the repair closed; None without a gap."""
        if self.twin is None:
            return None
        gap = self.twin - (self.broken or 0.0)
        return (self.repaired - (self.broken or 0.0)) / gap if gap > 0 else None

    @property
    def worse(self) -> bool:
        return self.repaired < (self.broken or 0.0) - WORSE

    def to_dict(self) -> dict[str, Any]:
        """Return all but the case as plain data for JSON."""
        return {**vars(self), "case": self.case.name,
                "changes": list(self.changes), "log": list(self.log)}  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], case: Case) -> Mended:
        """Return what `to_dict` described."""
        words = {name: tuple(data[name]) for name in ("changes", "log")}
        return cls(**{**data, "case": case, **words})

    def line(self) -> str:
        """Return the scores and the price in one line."""
        scores = " -> ".join(
            "none" if each is None else f"{each:.3f}"
            for each in (self.broken, self.repaired, self.twin)
        )
        closed = "" if self.closed is None else f"{self.closed:.0%} closed, "
        return (
            f"    repair: {scores} (broken, repaired, twin): {closed}{self.retrainings} "
            f"retrainings, {self.multiple:.1f} times as long: {'; '.join(self.changes)[:300]}"
        )


def diagnosed_beforehand(training: Training) -> tuple[Finding, ...]:
    """Return what is found from the compiled model and its data alone."""
    if "y" not in inspect.signature(kit.diagnose).parameters:
        return ()  # it reads histories alone
    found: Any = kit.diagnose  # its signature depends on what it is given
    options = {"validation_data": training.fit.get("validation_data")}
    return tuple(found(training.model, training.x, training.y, **options))


def grade(case: Case, seed: int = 0) -> Grade:
    """Train a case with the diagnosis beside it and grade what is said."""
    keras.utils.clear_session()
    training = case.make(seed)
    watch = Diagnose(verbose=0)
    began, ended = time.perf_counter(), ""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            training.run(watch)
    except ENDS as error:
        if case.runs:
            raise
        ended = type(error).__name__
    seconds = time.perf_counter() - began
    findings = tuple(watch.findings)
    in_fit = bool(findings)
    if not case.runs and not in_fit:
        findings = diagnosed_beforehand(training)
    score = training.score(training.model) if training.score and not ended else None
    return Grade(case, findings, seconds, ended, in_fit, score)


def can_repair() -> bool:
    """Return whether the kit repairs."""
    return hasattr(kit, "repair")


def twin_score(case: Case, seed: int = 0) -> float | None:
    """Return the score of the twin, trained."""
    if case.twin is None:
        return None
    keras.utils.clear_session()
    training = case.twin(seed)
    if training.score is None:
        return None
    training.run()
    return training.score(training.model)


def mend(case: Case, before: Grade, seed: int = 0, twin: float | None = None) -> Mended | None:
    """Repair a case and score it beside its twin; None where there is nothing to score.

    Args:
        case: The case.
        before: What is said of it.
        seed: The seed of its training.
        twin: The score of its twin, where it is known from a run before.
    """
    if case.fault and not case.repairable:
        return None
    twin = twin_score(case, seed) if twin is None else twin
    keras.utils.clear_session()
    training = case.make(seed)
    if training.score is None or (case.fault and twin is None):
        return None
    repaired = _repaired(training)
    return _mended(case, repaired, training.score, before.score, twin, before.seconds)


class Scored(keras.callbacks.Callback):
    """Scores the first training at its end: the retrainings of a repair run without it."""

    def __init__(self, score: Callable[[Any], float]) -> None:
        super().__init__()
        self.by = score
        self.score: float | None = None
        self.seconds = 0.0

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        began = time.perf_counter()
        self.score = self.by(self.model)
        self.seconds = time.perf_counter() - began


def grade_and_mend(
    case: Case, seed: int = 0, twin: float | None = None
) -> tuple[Grade, Mended | None]:
    """Return what is said of a case and what a repair makes of it.

    The first training of `repair` is that of `fit`, so what is found in it is graded.
    """
    keras.utils.clear_session()
    training = case.make(seed)
    if not case.runs or training.score is None or (case.fault and not case.repairable):
        before = grade(case, seed)
        return before, mend(case, before, seed, twin)
    scored = Scored(training.score)
    training.fit["callbacks"] = [*training.fit.get("callbacks", ()), scored]
    repaired = _repaired(training)
    seconds = repaired.training_seconds - scored.seconds
    before = Grade(case, tuple(repaired.findings), seconds, score=scored.score)
    after = _mended(case, repaired, training.score, scored.score, None, seconds)
    if case.fault:
        twin = twin_score(case, seed) if twin is None else twin
        return before, None if twin is None else replace(after, twin=twin)
    return before, after


def _repaired(training: Training) -> Any:
    repair: Any = kit.repair  # pyright: ignore[reportAttributeAccessIssue]
    with contextlib.redirect_stdout(io.StringIO()):
        return repair(training.model, training.x, training.y, **{"verbose": 0, **training.fit})


def _mended(
    case: Case,
    repaired: Any,
    score: Callable[[Any], float],
    broken: float | None,
    twin: float | None,
    seconds: float,
) -> Mended:
    return Mended(
        case,
        broken,
        twin,
        score(repaired.model),
        int(repaired.retrainings),
        float(repaired.seconds) / max(seconds, 1e-9),
        tuple(map(str, repaired.changes)),
        (*map(str, repaired.log), *(repaired.refused or {}).values()),
    )


@dataclass
class Summary:
    """The row of a half in the table, and every miss by name."""

    half: str
    grades: Sequence[Grade]
    mended: Sequence[Mended] = field(default_factory=tuple)

    @property
    def broken(self) -> list[Grade]:
        return [each for each in self.grades if each.case.fault]

    @property
    def healthy(self) -> list[Grade]:
        return [each for each in self.grades if not each.case.fault]

    def row(self) -> dict[str, str]:
        """Return the figures by the heading of their column."""
        broken, healthy = self.broken, self.healthy
        named = sum(len(each.named) for each in broken)
        gaps = [each.closed for each in self.mended if each.case.fault and each.closed is not None]
        sick = [each for each in self.mended if each.case.fault]
        # A training that ended with an error took no time to be compared with.
        times = [each.multiple for each in sick if each.case.runs]
        return {
            "half": self.half,
            "broken cases": str(len(broken)),
            "detected": part(sum(each.detected for each in broken), len(broken)),
            "root named": part(sum(each.root_named for each in broken), len(broken)),
            "root first": part(sum(each.root_first for each in broken), len(broken)),
            "precision": part(sum(each.right for each in broken), named),
            "healthy: errors": f"{sum(each.error for each in healthy)} of {len(healthy)}",
            "healthy: warnings": f"{sum(each.warned for each in healthy)} of {len(healthy)}",
            "repair closes ≥ 70 %": part(sum(gap >= CLOSED for gap in gaps), len(gaps)),
            "retrainings, mean": mean([each.retrainings for each in sick]),
            "times as long, mean": mean(times),
            "median": mean([median(times)] if times else []),
            "healthy made worse": part(
                sum(each.worse for each in self.mended if not each.case.fault),
                sum(not each.case.fault for each in self.mended),
            ),
        }

    def misses(self) -> list[str]:
        """Return every miss in a sentence that names the case."""
        found = []
        for each in self.broken:
            name, fault = each.case.name, each.case.fault
            first = f"; first is {each.findings[0].fault}" if each.findings else ""
            if not each.detected:
                found.append(f"{name}: {fault} is not detected.")
            elif not each.root_named:
                found.append(f"{name}: {fault} is not named{first}.")
            elif not each.root_first:
                found.append(f"{name}: {fault} is not first{first}.")
            if each.false:
                found.append(f"{name}: {fault}; named without being true: {', '.join(each.false)}.")
        for each in self.healthy:
            if each.named:
                found.append(f"{each.case.name}: healthy; named: {', '.join(each.named)}.")
        for each in self.mended:
            if each.case.fault and each.closed is not None and each.closed < CLOSED:
                found.append(f"{each.case.name}: the repair closes {each.closed:.0%} of the gap.")
            if not each.case.fault and each.worse:
                found.append(f"{each.case.name}: healthy, and made worse by the repair.")
        return found


def part(count: int, whole: int) -> str:
    """Return a share and its numbers, or a dash where there is no whole."""
    return f"{count / whole:.0%} ({count} of {whole})" if whole else "–"


def mean(values: Sequence[float]) -> str:
    """Return a mean, or a dash where there are no values."""
    return f"{sum(values) / len(values):.1f}" if values else "–"
