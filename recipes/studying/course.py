"""The course of a study: a baseline, then one change after another until nothing is left to try."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...zoo.tasks import Column, Task
from ..config import Config
from ..reading.wording import plural
from ..scoring.intervals import Estimate
from ..training.runs import peak_memory
from .budget import LAST_PHASE, Budget
from .changes import Change
from .comparing import Verdict, compare_in
from .deciding import State, next_changes, note_of, state_of
from .ledger import Ledger
from .pairing import interval_of, mean_of_places
from .rechecking import rechecked, with_rate
from .trials import Outcome, OutOfTime, Trials

__all__ = ["Course", "Limits"]

BASELINE_PLACES = 3
"""Trainings of the baseline: the least from which a spread can be told."""
# A weaker change of one of these that did worse speaks against a stronger one.
GROWING = frozenset(["dropout", "l2"])
WORSE = frozenset(["reverted", "seemed worse"])
Listener = Callable[[str, Any], None]


@dataclass(frozen=True)
class Limits:
    """What an expert may limit beside the time.

    Args:
        trials: At most so many changes are tried; None for no limit.
        phases: The phases that may try changes.
    """

    trials: int | None = None
    phases: tuple[int, ...] = (2, 3, 4, 5)


class Course:
    """Tries one change after another, keeps what helps, and writes everything down.

    A ledger that holds steps already is followed first: what was decided then is not decided
    anew, so that a study goes on after a crash as it would have without it.

    Args:
        trials: Trains configs, and remembers.
        ledger: Where each step is written.
        budget: The time there is.
        task: What is predicted.
        columns: The columns of the data.
        limits: What an expert limits.
        listener: Told of phases, changes and epochs.

    Guide: BP-1, BP-2, PH-2, PH-3, PH-4, PH-5.
    """

    def __init__(
        self,
        trials: Trials,
        ledger: Ledger,
        budget: Budget,
        task: Task,
        columns: tuple[Column, ...],
        *,
        limits: Limits | None = None,
        listener: Listener | None = None,
    ) -> None:
        self.trials = trials
        self._ledger = ledger
        self._budget = budget
        self._task, self._columns = task, columns
        self._limits = limits or Limits()
        self._listener = listener
        self._tried: dict[tuple[str, Any], str] = {}
        self._steps = 0

    def carry_out(self, baseline: Config) -> tuple[Config, str]:
        """Return the config that stays, and why nothing further was tried.

        Args:
            baseline: Where to begin.

        Raises:
            Interrupted: Ctrl-C was pressed; the ledger holds what was done.
        """
        recorded = self._ledger.entries("step")
        config = baseline
        try:
            self._baseline(config)
            while True:
                if self._steps < len(recorded):
                    config = self._repeated(recorded[self._steps], config)
                    continue
                state = state_of(self._decided_by(config), config)
                change, why_none = self._next(state, config)
                if change is None:
                    return config, why_none
                config = self._step(change, state, config)
        except OutOfTime:
            return config, "The time was up."

    def best(self, config: Config) -> Estimate:
        """Return the score of a config over its places, with an interval."""
        outcomes = [each for each in self.trials.outcomes(config) if not each.failed]
        if not outcomes:
            nothing = float("nan")
            return Estimate(nothing, nothing, nothing)
        paired = self.trials.paired(config, config, [each.place for each in outcomes])
        found = mean_of_places(paired.after, paired.shared, paired.held_share, paired.rows)
        return Estimate(found[0], *interval_of(*found))

    def _baseline(self, config: Config) -> None:
        self._tell("phase", {"phase": 2, "reason": "A simple model says what is feasible."})
        known = self._ledger.entries("baseline")
        started = time.monotonic()
        for place in range(min(BASELINE_PLACES, self.trials.most)):
            new = place and not self.trials.known(config, place)
            if new and (known or not self._fits(2, config, 1)):
                break
            self._tell("trial", {"change": "baseline", "place": place, "phase": 2})
            self.trials.outcome(config, place)
        if not known:
            state = state_of(self.trials.outcomes(config), config)
            entry = {
                "kind": "baseline",
                "score": self.best(config).to_dict(),
                "metric": self.trials.measure.name,
                "state": _state(state),
                "seconds": time.monotonic() - started,
            }
            self._ledger.add(entry)
        self._tell_best(config)

    def _decided_by(self, config: Config) -> list[Outcome]:
        """Return the trainings of a config without those of a step that was cut short.

        They come once more, from memory, when the step is gone on with. Without them it is the
        same step.
        """
        cut: set[tuple[str, int]] = set()
        for entry in self._ledger:
            if entry["kind"] == "training":
                cut.add((entry["key"], entry["place"]))
            elif entry["kind"] in ("baseline", "step"):
                cut.clear()
        found = self.trials.outcomes(config)
        return [each for each in found if (each.key, each.place) not in cut]

    def _next(self, state: State, config: Config) -> tuple[Change | None, str]:
        """Return the first change that is new, allowed and fits into the time."""
        if self._limits.trials is not None and self._steps >= self._limits.trials:
            limit = plural(self._limits.trials, "change was", "changes were")
            return None, f"{limit} tried, which was the limit."
        if all(outcome.failed for outcome in self.trials.outcomes(config)) and state.phase != 2:
            return None, "No training came to a model."
        wanted = [
            change
            for change in next_changes(state, config, self._task, self._columns)
            if change.phase in self._limits.phases and self._is_new(change, config)
        ]
        if not wanted:
            return None, "Nothing was left to try."
        for change in wanted:
            if self._fits(_until(change), config, 4 + 2 * change.moves_rate):
                return change, ""
        return None, "There was no time for another comparison."

    def _is_new(self, change: Change, config: Config) -> bool:
        if (change.setting, _plain(change.value)) in self._tried or not change.difference(config):
            return False
        if change.setting in GROWING and change.value > getattr(config, change.setting):
            return not any(
                setting == change.setting and verdict in WORSE and value < change.value
                for (setting, value), verdict in self._tried.items()
            )
        return True

    def _fits(self, phase: int, config: Config, trainings: int) -> bool:
        each = self.trials.seconds(config)
        longest = self.trials.longest(config)
        return self._budget.allows(phase, seconds=trainings * each, final=longest)

    def _step(self, change: Change, state: State, config: Config) -> Config:
        started, before = time.monotonic(), self.trials.trainings
        number = self._steps
        self._tell(
            "change",
            {
                "number": number + 1,
                "phase": change.phase,
                "change": change.name,
                "hypothesis": change.hypothesis,
                "state": state.reason,
            },
        )
        after = change.apply(config)
        places = list(range(self.trials.most))
        rates: dict[str, float] = {}
        if change.moves_rate and len(places) > 2:
            after, rates = rechecked(self.trials, after, self._tell_rate)
            places = places[1:]  # the first was used to choose the rate
        verdict = compare_in(
            self.trials,
            config,
            after,
            places,
            simpler=change.simpler,
            smoother=change.smoother,
            # What was begun is brought to a verdict, for as long as there is time at all.
            another=lambda: self._fits(LAST_PHASE, after, 2),
        )
        loss, loss_after = self._losses(config, after)
        self._ledger.add(
            {
                "kind": "step",
                "number": number + 1,
                "change": change.to_dict(),
                "difference": _difference(after, config),
                "rates": rates,
                "state": _state(state),
                "findings_before": list(state.faults),
                "findings_after": list(state_of(self.trials.outcomes(after), after).faults),
                "verdict": verdict.to_dict(),
                "note": note_of(change, loss, loss_after, verdict.verdict),
                "trainings": self.trials.trainings - before,
                "seconds": time.monotonic() - started,
                "memory": peak_memory(),
            }
        )
        self._tell("verdict", {"number": number + 1, "change": change.name, **verdict.to_dict()})
        return self._taken(change, config, after, verdict)

    def _repeated(self, entry: Mapping[str, Any], config: Config) -> Config:
        """Follow a step that the ledger holds."""
        change = Change.from_dict(entry["change"])
        after = change.apply(config)
        if "learning_rate" in entry["difference"] and change.setting != "learning_rate":
            after = with_rate(after, entry["difference"]["learning_rate"][1])
        return self._taken(change, config, after, Verdict.from_dict(entry["verdict"]))

    def _taken(self, change: Change, config: Config, after: Config, verdict: Verdict) -> Config:
        self._steps += 1
        stays = after if verdict.stays == "after" else config
        seemed_worse = stays is config and verdict.verdict != "reverted" and verdict.gain < 0
        told = "seemed worse" if seemed_worse else verdict.verdict
        self._tried[change.setting, _plain(change.value)] = told
        if stays is after:
            self._tried[change.setting, _plain(getattr(config, change.setting))] = "left"
        self._tell_best(stays)
        return stays

    def _tell_rate(self, name: str) -> None:
        self._tell("trial", {"change": name, "place": 0})

    def _losses(self, *configs: Config) -> list[float]:
        """Return the mean training loss of configs at their best epochs; NaN where none trained."""
        found = []
        for config in configs:
            losses = [
                outcome.figures["loss"]
                for outcome in self.trials.outcomes(config)
                if not outcome.failed
            ]
            found.append(sum(losses) / len(losses) if losses else float("nan"))
        return found

    def _tell(self, kind: str, data: Mapping[str, Any]) -> None:
        if self._listener is not None:
            shared = {"remaining": self._budget.remaining, "trainings": self.trials.trainings}
            self._listener(kind, {**shared, **data})

    def _tell_best(self, config: Config) -> None:
        score = self.best(config)
        self._tell("best", {"metric": self.trials.measure.name, **score.to_dict()})


def _until(change: Change) -> int:
    """Return the phase by whose end a change has to be decided.

    An unfit rate, or an answer that is always the same, spoils all that would come after it, so
    its cure may take all the time there is.
    """
    return LAST_PHASE if change.phase == 2 else change.phase


def _difference(after: Config, before: Config) -> dict[str, list[Any]]:
    return {name: [_plain(v) for v in pair] for name, pair in after.difference(before).items()}


def _state(state: State) -> dict[str, Any]:
    return {"phase": state.phase, "cause": state.cause, "reason": state.reason, "gap": state.gap}


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value
