"""One trial, from its assignment to its result; what a process makes once is kept in between."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...callbacks.findings import Finding
from ...zoo.errors import BadInput
from ..config import Config
from ..studying.outcomes import Outcome, OutOfTime, place_baseline, place_outcome
from ..studying.places import Place
from ..training.reusing import TracedReuse
from ..training.runs import peak_memory
from .assignments import Assignment, Status, TrialResult
from .own_models import config_or_model, model_outcome

if TYPE_CHECKING:
    from ..training.fitting import Listener
    from .assignments import Job

__all__ = ["LARGEST_SEED", "Runner", "worker_name"]

LARGEST_SEED = 2**31 - 1
NOT_FINITE = "nan_loss"
KEPT_LOGS = ("loss", "val_loss")


class Runner:
    """Runs the trials of one search in one process.

    Args:
        job: What is the same for all trials.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._baselines: dict[int, Any] = {}
        self._reuse = TracedReuse()

    def run(self, assignment: Assignment, listener: Listener | None = None) -> TrialResult:
        """Train and score what is assigned; raises as `Job.run`."""
        started = time.monotonic()
        outcomes: list[Outcome] = []
        history: list[dict[str, float]] = []
        status, reason = "completed", ""
        try:
            for index in assignment.places:
                heard = _Hearing(listener, history if not outcomes else None)
                outcome = self._outcome(assignment, index, heard)
                outcomes.append(outcome)
                reason = _failure(outcome)
                if reason:
                    status = "failed"
                    break
        except OutOfTime as error:
            status, reason = "stopped", str(error)
        except BadInput as error:
            if not all(problem.kind.startswith("setting_") for problem in error.problems):
                raise
            status, reason = "invalid", str(error)
        except _out_of_memory() as error:
            status, reason = "failed", f"The memory was too small: {str(error).splitlines()[0]}"
        return _result(assignment, outcomes, history, status, reason, time.monotonic() - started)

    def _outcome(self, assignment: Assignment, index: int, listener: Listener) -> Outcome:
        job = self._job
        seed = (assignment.seed + index) % LARGEST_SEED
        place = replace(job.places[index], seed=seed)
        config = job.config.replace(seed=seed)
        if assignment.epochs is not None:
            config = config.replace(epochs=min(assignment.epochs, config.epochs))
        shared: dict[str, Any] = {
            "key": assignment.trial,
            "baseline": self._baseline(place, index),
            "listener": listener,
            "deadline": _monotonic(job.deadline),
        }
        if job.hypermodel is None:
            made: Any = job.space.apply(config, assignment.values)
        else:
            made, hp = config_or_model(job.hypermodel, assignment.values, seed)
            if not isinstance(made, Config):
                return model_outcome(job.hypermodel, hp, made, config, place, job.measure, **shared)
            made = made.replace(seed=seed, epochs=min(made.epochs, config.epochs))
        return place_outcome(made, place, job.measure, reuse=self._reuse, **shared)

    def _baseline(self, place: Place, index: int) -> Any:
        """Return what naive answers score, made once for each division of the rows."""
        same = [i for i in self._baselines if self._job.places[i].splits is place.splits]
        if not same:
            self._baselines[index] = place_baseline(place)
            same = [index]
        return self._baselines[same[0]]


class _Hearing:
    """Passes epochs on, and keeps the losses."""

    def __init__(self, listener: Listener | None, history: list[dict[str, float]] | None) -> None:
        self._listener, self._history = listener, history

    def __call__(self, kind: str, data: Any) -> None:
        if kind != "epoch":
            return
        if self._history is not None:
            self._history.append({name: float(data[name]) for name in KEPT_LOGS if name in data})
        if self._listener is not None:
            self._listener(kind, data)


def worker_name() -> str:
    """Return what tells this process from all others: the host and its number."""
    return f"{platform.node() or 'host'}:{os.getpid()}"


def _result(
    assignment: Assignment,
    outcomes: Sequence[Outcome],
    history: Sequence[Mapping[str, float]],
    status: Status,
    reason: str,
    seconds: float,
) -> TrialResult:
    return TrialResult(
        assignment.trial,
        assignment.attempt,
        status,
        scores=tuple(outcome.score for outcome in outcomes),
        epochs=tuple(int(outcome.figures.get("epochs", 0)) for outcome in outcomes),
        best_epochs=tuple(int(outcome.figures.get("best_epoch", 0)) for outcome in outcomes),
        findings=_distinct(found for outcome in outcomes for found in outcome.findings),
        seconds=seconds,
        memory=peak_memory(),
        reason=reason,
        worker=worker_name(),
        figures=_means([outcome.figures for outcome in outcomes]),
        history=tuple(history),
    )


def _failure(outcome: Outcome) -> str:
    """Return why a training came to nothing; empty where it did not."""
    if outcome.failed:
        return outcome.failed
    for finding in outcome.findings:
        if finding.fault == NOT_FINITE and finding.severity == "error":
            return f"It diverged. {finding.cause}"
    if outcome.score != outcome.score:
        return "Its score is not a number."
    return ""


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return one finding of each fault, the first."""
    found: dict[str, Finding] = {}
    for finding in findings:
        found.setdefault(finding.fault, finding)
    return tuple(found.values())


def _means(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = [n for n in figures[0] if all(n in each for each in figures)] if figures else []
    return {name: sum(each[name] for each in figures) / len(figures) for name in names}


def _monotonic(deadline: float | None) -> float | None:
    """Return the reading of `time.monotonic` that belongs to one of `time.time`."""
    return None if deadline is None else time.monotonic() + deadline - time.time()


def _out_of_memory() -> tuple[type[BaseException], ...]:
    """Return what is raised where a config needs more memory than there is."""
    import tensorflow as tf

    return (MemoryError, tf.errors.ResourceExhaustedError)
