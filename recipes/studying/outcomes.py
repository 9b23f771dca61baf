"""What one training of a study comes to: trained, scored on the rows held out, told in figures."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ...zoo.errors import GoodfitError
from ...zoo.tasks import Task
from ..answering.methods import answers_of, method_of
from ..completing import baseline_scores
from ..config import Config
from ..dataset import Dataset
from ..scoring.naive import naive_answers
from ..training.fitting import Listener, TrainingFailed, train
from ..training.loop import OUT_OF_TIME
from ..training.reusing import TracedReuse
from ..training.runs import Run, peak_memory
from .measuring import Measure
from .places import Place

__all__ = ["OutOfTime", "Outcome", "place_baseline", "place_outcome", "task_of"]


class OutOfTime(GoodfitError):
    """The time of a study was up before a training ended; what it had is not compared."""


@dataclass(frozen=True)
class Outcome:
    """What one training came to.

    Args:
        key: The config it was trained by.
        place: The number of its place.
        score: By the study's metric, on the rows that were held out; NaN where it failed.
        findings: What was found in the training.
        figures: Epochs, best epoch, last and best losses, parameters, by name.
        seconds: How long it took.
        memory: The largest resident size of the process so far, in bytes.
        failed: Why there is no model, if there is none.
        answers: Outputs for the held out rows, or a sequence task's figures of each row.
    """

    key: str
    place: int
    score: float
    findings: tuple[Finding, ...]
    figures: Mapping[str, float]
    seconds: float
    memory: int = 0
    failed: str = ""
    answers: NDArray[Any] = field(default_factory=lambda: np.empty(0), repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as plain data for JSON, without the answers."""
        names = ("key", "place", "score", "seconds", "memory", "failed")
        data = {name: getattr(self, name) for name in names}
        found = [finding.to_dict() for finding in self.findings]
        return data | {"findings": found, "figures": dict(self.figures)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], answers: NDArray[Any]) -> Outcome:
        """Return the outcome that `to_dict` described."""
        names = ("key", "place", "seconds", "memory", "failed")
        score = math.nan if data["score"] is None else data["score"]
        findings = tuple(Finding.from_dict(each) for each in data["findings"])
        values = {name: data[name] for name in names}
        return cls(
            **values, score=score, findings=findings, figures=data["figures"], answers=answers
        )


def place_outcome(
    config: Config,
    place: Place,
    measure: Measure,
    *,
    key: str,
    baseline: Any = None,
    listener: Listener | None = None,
    deadline: float | None = None,
    cut_short: bool = False,
    reuse: TracedReuse | None = None,
) -> Outcome:
    """Train a config in a place, and score it on the rows that are held out there.

    Args:
        config: The settings; with the seed that is to be used.
        place: Its rows.
        measure: The metric that decides.
        key: A name for the config.
        baseline: What `place_baseline` returns, for the diagnosis.
        listener: Told of every epoch.
        deadline: Reading of `time.monotonic` at which the training ends.
        cut_short: Whether a training that the deadline ends is scored as far as it came.
        reuse: What is kept from one training to the next.

    Raises:
        OutOfTime: The deadline came first.
        Interrupted: Ctrl-C was pressed.
    """
    splits = place.splits
    started = time.monotonic()
    try:
        run = train(
            config, splits, baseline=baseline, listener=listener, deadline=deadline, reuse=reuse
        )
    except TrainingFailed as error:
        seconds = time.monotonic() - started
        run = error.run
        shown = _figures(run)
        return Outcome(key, place.number, math.nan, run.findings, shown, seconds, failed=str(error))
    if run.record["stopped_by"] == OUT_OF_TIME and not (cut_short and run.history):
        raise OutOfTime("The time was up before this training ended.")
    answers = _answers(run, splits.validation)
    score = measure.score(splits.validation.labels, answers, splits.task)
    seconds = time.monotonic() - started
    figures = _figures(run)
    memory = peak_memory()
    return Outcome(key, place.number, score, run.findings, figures, seconds, memory, "", answers)


def place_baseline(place: Place) -> dict[str, dict[str, Any]]:
    """Return what naive answers score on the rows that are held out in a place."""
    rows = place.splits.validation
    return baseline_scores(naive_answers(place.splits.train, rows), rows)


def task_of(rows: Dataset) -> Task:
    """Return the task of labelled rows.

    Raises:
        GoodfitError: They have none.
    """
    if rows.task is None:
        raise GoodfitError("These rows have no task, so nothing can be scored on them.")
    return rows.task


def _answers(run: Run, rows: Dataset) -> NDArray[Any]:
    task = task_of(rows)
    if run.held_out is not None:
        return run.held_out
    found = answers_of(run.model, rows, task)
    if task.is_sequence:
        return method_of(task).figures(rows.labels, found, task)
    return np.asarray(found)


def _figures(run: Run) -> dict[str, float]:
    """Return what phases are decided by, beside findings."""
    history: Sequence[Mapping[str, float]] = run.history
    best = run.record["best_epoch"]
    found = {
        "epochs": float(run.record["epochs"]),
        "best_epoch": float(best),
        "planned_epochs": float(run.config.epochs),
        "parameters": float(run.record["parameters"]),
    }
    if best:
        logs = history[best - 1]
        found |= {"loss": logs["loss"], "val_loss": logs["val_loss"]}
        found |= {"last_loss": history[-1]["loss"], "last_val_loss": history[-1]["val_loss"]}
    return found
