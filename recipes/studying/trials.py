"""Trainings of a study: each config once in each place, remembered, also after a crash."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ...zoo.errors import GoodfitError
from ..answering.methods import answers_of, method_of
from ..completing import baseline_scores
from ..config import Config
from ..dataset import Dataset, Splits
from ..files import write_atomically
from ..scoring.naive import naive_answers
from ..training.fitting import Listener, TrainingFailed, train
from ..training.loop import OUT_OF_TIME
from ..training.runs import Run, peak_memory
from .ledger import Ledger
from .measuring import Measure
from .pairing import Paired
from .places import MOST_PLACES, Place, places_of

__all__ = ["MOST_PLACES", "OutOfTime", "Outcome", "Trials", "config_key"]


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


def config_key(config: Config) -> str:
    """Return a short name for the values of a config, whatever its seed and its reasons.

    Examples:
        >>> config_key(Config(seed=1)) == config_key(Config())
        True
    """
    names = [name for name in Config.setting_names() if name != "seed"]
    values = {name: getattr(config, name) for name in names}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


class Trials:
    """Trains configs in the places of a study, each pair of config and place once.

    Args:
        splits: The data; the test rows stay sealed.
        measure: The metric that decides.
        seeds: How many places there are at most.
        seed: The first of the seeds.
        ledger: Where each training is written down; one that is there already is not repeated.
        folder: Where the answers of each training are kept beside the ledger.
        deadline: Returns the reading of `time.monotonic` at which a training has to end; it is
            given the seconds that the config took before.
        listener: Told of every epoch.
    """

    def __init__(
        self,
        splits: Splits,
        measure: Measure,
        *,
        seeds: int = MOST_PLACES,
        seed: int = 0,
        ledger: Ledger | None = None,
        folder: Path | None = None,
        deadline: Callable[[float], float] | None = None,
        listener: Listener | None = None,
    ) -> None:
        self.measure = measure
        self.places, self.method = places_of(splits, seeds=seeds, seed=seed)
        self._ledger = Ledger() if ledger is None else ledger
        self._folder = folder
        self._deadline = deadline
        self._listener = listener
        self._known: dict[tuple[str, int], Outcome] = {}
        self._draws: dict[tuple[str, int], NDArray[np.float64]] = {}
        self._baselines: dict[int, Any] = {}
        for entry in self._ledger.entries("training"):
            self._remember(entry)

    @property
    def most(self) -> int:
        """How many places there are."""
        return len(self.places)

    @property
    def trainings(self) -> int:
        """How many trainings were scored on held out rows: each was a look at them."""
        return len(self._known)

    def all_outcomes(self) -> list[Outcome]:
        """Return every training so far."""
        return list(self._known.values())

    def outcomes(self, config: Config) -> list[Outcome]:
        """Return what is known of a config, in the order of places."""
        key = config_key(config)
        return [self._known[each] for each in sorted(self._known) if each[0] == key]

    def known(self, config: Config, place: int) -> bool:
        """Return whether a config was trained in a place already."""
        return (config_key(config), place) in self._known

    def seconds(self, config: Config) -> float:
        """Return how long the trainings of a config take, as far as is known; 0 if it is not."""
        spent = [outcome.seconds for outcome in self.outcomes(config)]
        return sum(spent) / len(spent) if spent else 0.0

    def outcome(self, config: Config, place: int) -> Outcome:
        """Train a config in a place, unless that was done before.

        Raises:
            OutOfTime: The deadline came first.
            Interrupted: Ctrl-C was pressed.
        """
        key = (config_key(config), place)
        if key not in self._known:
            outcome = self._trained(config, self.places[place])
            if self._folder is not None:
                self._folder.mkdir(exist_ok=True)
                write_atomically(
                    self._answers_path(outcome.key, place),
                    lambda path: np.savez_compressed(path, answers=outcome.answers),
                )
            self._ledger.add({"kind": "training", **outcome.to_dict()})
            self._known[key] = outcome
        return self._known[key]

    def draws(self, config: Config, place: int) -> NDArray[np.float64]:
        """Return the score of a config in a place, then the scores in resampled sets of rows."""
        key = (config_key(config), place)
        if key not in self._draws:
            rows = self.places[place].splits.validation
            outcome = self.outcome(config, place)
            self._draws[key] = self.measure.draws(rows.labels, outcome.answers, _task(rows), place)
        return self._draws[key]

    def paired(self, before: Config, after: Config, places: Iterable[int]) -> Paired:
        """Return the scores of two configs in the same places."""
        numbers = list(places)
        splits = self.places[numbers[0]].splits
        return Paired(
            np.stack([self.draws(before, number) for number in numbers]),
            np.stack([self.draws(after, number) for number in numbers]),
            self.measure,
            self.method.value == "seeds",
            len(splits.validation) / max(len(splits.train), 1),
            len(splits.validation),
        )

    def _trained(self, config: Config, place: Place) -> Outcome:
        splits, key = place.splits, config_key(config)
        started = time.monotonic()
        last = max((each.seconds for each in self.outcomes(config)), default=0.0)
        deadline = None if self._deadline is None else self._deadline(last)
        try:
            run = train(
                config.replace(seed=place.seed),
                splits,
                baseline=self._baseline(place),
                listener=self._epochs_only,
                deadline=deadline,
            )
        except TrainingFailed as error:
            seconds = time.monotonic() - started
            run = error.run
            shown = _figures(run)
            return Outcome(
                key, place.number, math.nan, run.findings, shown, seconds, failed=str(error)
            )
        if run.record["stopped_by"] == OUT_OF_TIME:
            raise OutOfTime("The time was up before this training ended.")
        answers = _answers(run, splits.validation)
        score = self.measure.score(splits.validation.labels, answers, splits.task)
        seconds = time.monotonic() - started
        figures = _figures(run)
        memory = peak_memory()
        return Outcome(
            key, place.number, score, run.findings, figures, seconds, memory, "", answers
        )

    def _baseline(self, place: Place) -> Any:
        """Return naive scores on the held out rows of a place, made once for each division."""
        number = place.number if self.method.value == "folds" else 0
        if number not in self._baselines:
            rows = place.splits.validation
            answers = naive_answers(place.splits.train, rows)
            self._baselines[number] = baseline_scores(answers, rows)
        return self._baselines[number]

    def _epochs_only(self, kind: str, data: Any) -> None:
        if kind == "epoch" and self._listener is not None:
            self._listener(kind, data)

    def _remember(self, entry: Mapping[str, Any]) -> None:
        """Take over a training that the ledger holds, if its answers are there."""
        path = self._answers_path(entry["key"], entry["place"])
        if entry["failed"]:
            answers: NDArray[Any] = np.empty(0)
        elif path.exists():
            with np.load(path, allow_pickle=False) as stored:
                answers = stored["answers"]
        else:
            return
        self._known[entry["key"], entry["place"]] = Outcome.from_dict(entry, answers)

    def _answers_path(self, key: str, place: int) -> Path:
        return (self._folder or Path()) / f"{key}-{place}.npz"


def _answers(run: Run, rows: Dataset) -> NDArray[Any]:
    task = _task(rows)
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


def _task(rows: Dataset) -> Any:
    if rows.task is None:
        raise GoodfitError("These rows have no task, so nothing can be scored on them.")
    return rows.task
