"""What passes between the one who decides and those who train: plain data, JSON in and out."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from ...callbacks.findings import Finding
from ..config import Config
from ..dataset import Splits
from ..files import strict
from ..studying.measuring import Measure
from ..studying.places import Place

if TYPE_CHECKING:
    from ..training.fitting import Listener
    from .running import Runner
    from .space import Space

__all__ = ["STATUSES", "Assignment", "Job", "Status", "TrialResult"]

Status = Literal["completed", "failed", "invalid", "stopped"]
STATUSES: tuple[str, ...] = ("completed", "failed", "invalid", "stopped")
"""`failed`: no model came of it. `invalid`: no model can be made of these settings. `stopped`: the
time was up before it ended, so that it is tried again when the search is gone on with."""


@dataclass(frozen=True)
class Assignment:
    """One attempt at one trial: all that a worker has to know beside the `Job`.

    Args:
        search: The hash of the search it belongs to.
        trial: The name of the trial, such as `trial-0001`.
        attempt: How often the trial was begun, from 1: after a crash it is begun again.
        values: What the settings become, by the names of the space's dimensions.
        places: Numbers of the places it is trained in.
        epochs: At most so many epochs; None leaves it to the config.
        seed: Of the first place; each further place counts up from it.

    Examples:
        >>> given = Assignment("1f", "trial-0001", 1, {"dropout": 0.2}, (0, 1), None, 7)
        >>> Assignment.from_dict(given.to_dict()) == given
        True
        >>> given.key
        ('trial-0001', 1)
    """

    search: str
    trial: str
    attempt: int
    values: Mapping[str, Any]
    places: tuple[int, ...]
    epochs: int | None
    seed: int

    def __post_init__(self) -> None:
        """Freeze the values."""
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and send to another process despite the frozen values."""
        return (Assignment.from_dict, (self.to_dict(),))

    @property
    def key(self) -> tuple[str, int]:
        """By what a result is known: a result that comes twice counts once."""
        return self.trial, self.attempt

    def to_dict(self) -> dict[str, Any]:
        """Return the assignment as plain data for JSON."""
        names = ("search", "trial", "attempt", "epochs", "seed")
        plain = {name: getattr(self, name) for name in names}
        return plain | {"values": dict(self.values), "places": list(self.places)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Assignment:
        """Return the assignment that `to_dict` described."""
        return cls(**{**data, "places": tuple(data["places"])})


@dataclass(frozen=True)
class TrialResult:
    """What one attempt at a trial came to.

    Args:
        trial: The name of the trial.
        attempt: Which attempt at it, from 1.
        status: One of `STATUSES`.
        scores: By the search's metric, one for each place that it was trained in.
        epochs: How many were trained, in each place.
        best_epochs: Which of them was the best, in each place.
        findings: What was found in its trainings.
        seconds: How long it took.
        memory: The largest resident size of the worker's process so far, in bytes.
        reason: Why it is not completed, in words.
        worker: Who did it: a host and the number of a process.
        figures: Means over the places of further numbers, such as losses and parameters.
        history: The losses of the first place's training, epoch by epoch.

    Examples:
        >>> done = TrialResult("trial-0001", 1, "completed", (0.25, 0.5))
        >>> done.score
        0.375
        >>> TrialResult.from_dict(done.to_dict()) == done
        True
    """

    trial: str
    attempt: int
    status: Status
    scores: tuple[float, ...] = ()
    epochs: tuple[int, ...] = ()
    best_epochs: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    memory: int = 0
    reason: str = ""
    worker: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    history: tuple[Mapping[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Freeze the figures and check the status."""
        if self.status not in STATUSES:
            raise ValueError(f"status must be one of {STATUSES}, received {self.status!r}")
        object.__setattr__(self, "figures", MappingProxyType(dict(self.figures)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and send to another process despite the frozen figures."""
        return (TrialResult.from_dict, (self.to_dict(),))

    @property
    def key(self) -> tuple[str, int]:
        """By what the result is known: one that comes twice counts once."""
        return self.trial, self.attempt

    @property
    def score(self) -> float:
        """The mean of the scores; NaN where the trial is not completed."""
        return statistics.fmean(self.scores) if self.status == "completed" else math.nan

    @property
    def spread(self) -> float:
        """The standard deviation of the scores; NaN with fewer than two."""
        return statistics.stdev(self.scores) if len(self.scores) > 1 else math.nan

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data for strict JSON; NaN becomes null."""
        names = ("trial", "attempt", "status", "seconds", "memory", "reason", "worker")
        lists = ("scores", "epochs", "best_epochs")
        plain = {name: getattr(self, name) for name in names}
        plain |= {name: list(getattr(self, name)) for name in lists}
        plain["findings"] = [finding.to_dict() for finding in self.findings]
        plain["history"] = [dict(logs) for logs in self.history]
        return strict(plain | {"figures": dict(self.figures)})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TrialResult:
        """Return the result that `to_dict` described."""
        lists = {
            "scores": tuple(_number(score) for score in data["scores"]),
            "epochs": tuple(data["epochs"]),
            "best_epochs": tuple(data["best_epochs"]),
            "findings": tuple(Finding.from_dict(each) for each in data["findings"]),
            "history": tuple(_numbers(logs) for logs in data.get("history", ())),
        }
        return cls(**{**data, **lists, "figures": _numbers(data["figures"])})


@dataclass(frozen=True)
class Job:
    """What is the same for all trials of a search; a process that runs several keeps one `Job`.

    What a process makes once for all its trials (traced functions, scores of naive answers) is
    kept in its `Job`, and stays behind when the job is sent to another process.

    Args:
        config: The settings around which is searched.
        splits: The data; the test rows stay sealed.
        space: What the values of an assignment mean.
        measure: The metric that decides.
        places: The divisions of the rows that a trial can be trained in.
        deadline: Reading of `time.time` at which a training ends; None where there is none.
        hypermodel: A builder of the user's: `build(hp)`, or a `keras_tuner.HyperModel`; None where
            the config's own model is built.
    """

    config: Config
    splits: Splits
    space: Space
    measure: Measure
    places: tuple[Place, ...]
    deadline: float | None = None
    hypermodel: Any = None

    def run(self, assignment: Assignment, listener: Listener | None = None) -> TrialResult:
        """Train and score what is assigned.

        A trial that comes to nothing is a result like any other. What is raised concerns every
        trial, so that the search has to end.

        Args:
            assignment: What is to be tried.
            listener: Told of every epoch.

        Raises:
            BadInput: The data cannot be trained on, or the disk is full.
            Interrupted: Ctrl-C was pressed.
        """
        return self._runner.run(assignment, listener)

    @cached_property
    def _runner(self) -> Runner:
        from .running import Runner

        return Runner(self)

    def __getstate__(self) -> dict[str, Any]:
        """Leave behind what this process made for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_runner"}


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _numbers(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: _number(value) for name, value in values.items()}
