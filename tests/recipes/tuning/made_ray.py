"""A Ray without processes: what is sent is run when it is waited for, or lost as the test says."""

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from goodfit.recipes.tuning.assignments import Assignment, TrialResult


class RayError(Exception):
    """What Ray's errors descend from."""


class TaskError(RayError):
    """What was raised in a worker."""

    def __init__(self, cause):
        self.cause = cause


@dataclass
class MadeRay:
    """As much of Ray as the executor uses.

    Args:
        losses: How often the worker of a trial is lost, by the name of the trial.
        resources: What the cluster has.
        broken: Raised by whoever starts or waits, to show what becomes of it.
    """

    losses: Counter = field(default_factory=Counter)
    resources: dict[str, float] = field(default_factory=lambda: {"CPU": 4.0})
    broken: dict[str, Exception] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    started: bool = False

    def __post_init__(self):
        self.exceptions = SimpleNamespace(RayError=RayError, RayTaskError=TaskError)
        self.options: list[dict] = []
        self.sent: dict[object, Any] = {}
        self.most = 0
        self.held: Any = None

    def _do(self, what, value=None):
        if what in self.broken:
            raise self.broken[what]
        self.calls.append((what, value))

    def is_initialized(self):
        return self.started

    def init(self, address, **options):
        self._do("init", (address, options))
        self.started = True

    def shutdown(self):
        self._do("shutdown")
        self.started = False

    def cluster_resources(self):
        return self.resources

    available_resources = cluster_resources

    def method(self, **options):
        return lambda function: function

    def put(self, value):
        self._do("put", value)
        self.held = value
        return "reference"

    def remote(self, kind):
        return SimpleNamespace(options=lambda **options: self._kind(kind, options))

    def _kind(self, kind, options):
        self.options.append(options)
        return SimpleNamespace(remote=lambda *args: self._actor(kind(*args)))

    def _actor(self, worker):
        worker._read = lambda held: self.held
        return SimpleNamespace(ready=self._method(worker.ready), run=self._method(worker.run))

    def _method(self, call):
        return SimpleNamespace(remote=lambda *args: self._sent(call, args))

    def _sent(self, call, args):
        reference = object()
        self.sent[reference] = (call, args)
        runs = [each for each, _ in self.sent.values() if each.__name__ == "run"]
        self.most = max(self.most, len(runs))
        return reference

    def wait(self, references, num_returns=1, timeout=None):
        self._do("wait", timeout)
        return references[:num_returns], references[num_returns:]

    def get(self, reference):
        call, args = self.sent.pop(reference)
        if isinstance(args[-1], Assignment) and self.losses[args[-1].trial]:
            self.losses[args[-1].trial] -= 1
            raise RayError("The worker died.\nMuch more about it.")
        try:
            return call(*args)
        except ValueError as error:
            raise TaskError(error) from error

    def kill(self, actor):
        self._do("kill", actor)


class MadeJob:
    """A job whose trials take no time."""

    def run(self, assignment):
        if assignment.values.get("bad"):
            raise ValueError("no rows")
        score = float(assignment.values["dropout"])
        return TrialResult(assignment.trial, assignment.attempt, "completed", (score,))


def assigned(number, attempt=1, **values):
    """Return an assignment whose trial has this number."""
    values = {"dropout": number / 10, **values}
    return Assignment("5ea", f"trial-{number:04}", attempt, values, (0,), None, number)
