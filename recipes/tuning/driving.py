"""The loop of a search: ask the oracle, hand out, take results, write each down before the next."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..training.fitting import Listener
from .assignments import TrialResult
from .executors import Executor
from .journal import Journal, Trial, trial_name
from .oracles import Decider
from .running import LARGEST_SEED

__all__ = ["MOST_FAILURES", "Driver", "Limits", "best_of"]

MOST_FAILURES = 10
"""So many trials in a row that come to nothing say that none will."""
POLL_SECONDS = 1.0
AFTER_SECONDS = 3.0
"""What loading, saving and scoring take beside the last training itself."""


@dataclass(frozen=True)
class Limits:
    """When a search ends, and what each of its trials is trained in.

    Args:
        trials: At most so many, those of before included; None leaves it to time and method.
        deadline: Reading of `time.time` by which all is to be over; None where time is no matter.
        places: How many places each trial is trained in.
        seed: Of the first trial's first place.
        less_is_better: Whether the score is an error.
    """

    trials: int | None
    deadline: float | None
    places: int
    seed: int
    less_is_better: bool


class Driver:
    """Carries a search on from wherever its journal ends.

    Args:
        journal: What happened; every event is on disk before anything follows from it.
        decider: What proposes; it is told again what the journal holds.
        executor: Who trains.
        search: The hash of the search.
        limits: When it ends.
        tell: Told of every trial that ended, after that was written down.
        listener: Told how far the search is.
    """

    def __init__(
        self,
        journal: Journal,
        decider: Decider,
        executor: Executor,
        search: str,
        limits: Limits,
        *,
        tell: Callable[[Trial], None],
        listener: Listener | None = None,
    ) -> None:
        self._journal, self._decider, self._executor = journal, decider, executor
        self._search, self._limits = search, limits
        self._tell, self._listener = tell, listener
        self._numbers: dict[str, int] = {}
        self._under_way: set[str] = set()
        self._again = deque(self._replayed())
        self._exhausted = self._stopped = False

    def carry_out(self) -> str:
        """Run trials until nothing is left to do, and return why it ended, in words.

        Raises:
            GoodfitError: Something that concerns every trial; the journal holds all before it.
        """
        self._told()
        while True:
            while len(self._under_way) < self._executor.slots:
                trial = self._next()
                if trial is None:
                    break
                attempt = self._journal.started(trial.name)
                self._under_way.add(trial.name)
                self._executor.submit(trial.assignment(self._search, attempt))
            if not self._under_way:
                return self._reason()
            for result in self._executor.results(POLL_SECONDS):
                self._take(result)

    def _replayed(self) -> list[Trial]:
        """Tell the oracle what happened before, and return the trials that are still open."""
        for event in self._journal.events():
            if event["kind"] == "created":
                self._numbers[event["trial"]] = len(self._numbers)
                self._decider.propose(event["proposed"])
            else:
                self._tell_oracle(self._journal.trials[event["trial"]])
        return [trial for trial in self._journal.trials.values() if trial.result is None]

    def _next(self) -> Trial | None:
        """Return what is to be tried next; None where nothing is, for now or for good."""
        if self._reason():
            return None
        if self._again:
            return self._again.popleft()
        proposed = self._decider.propose()
        if proposed is None:
            self._exhausted = not self._under_way
            return None
        number = len(self._numbers)
        parent = self._decider.parent(proposed)
        places = self._limits.places
        seed = self._limits.seed + (number if parent is None else 0) * places
        if parent is not None:
            seed = self._journal.trials[trial_name(parent)].seed  # it goes on with that training
        trial = Trial(
            trial_name(number),
            self._decider.space.active(proposed),
            self._decider.epochs(proposed),
            seed % LARGEST_SEED,
            tuple(range(places)),
            proposed=proposed,
        )
        self._journal.created(trial)
        self._numbers[trial.name] = number
        return trial

    def _take(self, result: TrialResult) -> None:
        known = self._journal.trials.get(result.trial)
        if known is None or result.trial not in self._under_way:
            return  # it came a second time
        if result.status == "stopped":
            self._under_way.discard(result.trial)
            self._again.append(known)
            self._stopped = True
            return
        if not self._journal.ended(result):
            return
        self._under_way.discard(result.trial)
        trial = self._journal.trials[result.trial]
        self._tell_oracle(trial)
        self._tell(replace(trial, result=result))  # the journal leaves the history out
        self._told()

    def _tell_oracle(self, trial: Trial) -> None:
        self._decider.tell(self._numbers[trial.name], trial.status, trial.score)

    def _reason(self) -> str:
        """Return why nothing further is begun; empty where something may be."""
        ended = [trial for trial in self._journal.trials.values() if trial.result is not None]
        if len(ended) >= MOST_FAILURES and self._fails():
            why = ended[-1].result.reason if ended[-1].result else ""
            return f"{MOST_FAILURES} trials in a row came to nothing. The last: {why}"
        if self._stopped or self._is_late():
            return "The time was up."
        count = self._limits.trials
        if count is not None and len(self._numbers) >= count and not self._again:
            return f"All {count} trials are done."
        if self._exhausted:
            return "The space has nothing left that was not tried."
        return ""

    def _fails(self) -> bool:
        last = list(self._results())[-MOST_FAILURES:]
        return all(result.status != "completed" for result in last)

    def _is_late(self) -> bool:
        """Return whether another trial, and the last training after it, would end too late."""
        if self._limits.deadline is None:
            return False
        left = self._limits.deadline - time.time()
        spent = [result.seconds for result in self._results()]
        if not spent:
            return left <= 0
        return left <= statistics.fmean(spent) + self._final_seconds()

    def _final_seconds(self) -> float:
        best = best_of(self._journal, self._limits.less_is_better)
        if best is None or best.result is None:
            return 0.0
        return best.result.seconds / max(len(best.result.scores), 1) + AFTER_SECONDS

    def _results(self) -> list[TrialResult]:
        return [trial.result for trial in self._journal.trials.values() if trial.result is not None]

    def _told(self) -> None:
        """Tell the listener how far the search is."""
        if self._listener is None:
            return
        results = self._results()
        best = best_of(self._journal, self._limits.less_is_better)
        self._listener(
            "search",
            {
                "done": len(results),
                "failed": sum(result.status != "completed" for result in results),
                "under_way": len(self._under_way),
                "trials": self._limits.trials,
                "best": None if best is None else best.score,
                "best_trial": None if best is None else best.name,
                "best_values": None if best is None else dict(best.values),
                "seconds_left": self._seconds_left(results),
            },
        )

    def _seconds_left(self, results: list[TrialResult]) -> float | None:
        """Return when the search will end, by its trials so far or by its time, as is sooner."""
        found = []
        if self._limits.deadline is not None:
            found.append(self._limits.deadline - time.time())
        if self._limits.trials is not None and results:
            each = statistics.fmean(result.seconds for result in results)
            rest = self._limits.trials - len(results)
            found.append(rest * each / max(self._executor.slots, 1) + self._final_seconds())
        return max(0.0, min(found)) if found else None


def best_of(journal: Journal, less_is_better: bool) -> Trial | None:
    """Return the completed trial with the best mean score, the first of equals; None without."""
    completed = [trial for trial in journal.trials.values() if trial.status == "completed"]
    if not completed:
        return None
    choose = min if less_is_better else max
    return choose(completed, key=lambda trial: trial.score)
