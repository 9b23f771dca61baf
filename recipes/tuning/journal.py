"""Every event of a search, on disk before anything follows from it: a crash loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...zoo.errors import bad_input
from ..studying.ledger import Ledger
from .assignments import Assignment, TrialResult

__all__ = ["JOURNAL", "Journal", "Trial", "trial_name"]

JOURNAL = "trials.jsonl"


@dataclass(frozen=True)
class Trial:
    """One trial of a search: what is tried, how often it was begun, and what came of it.

    Args:
        name: Such as `trial-0001`.
        values: By the names of the space's dimensions.
        epochs: At most so many; None leaves it to the config.
        seed: Of its first place.
        places: Numbers of the places it is trained in.
        attempts: How often it was begun.
        result: What came of it; None while that is open.
        proposed: The values as the oracle gave them.
    """

    name: str
    values: Mapping[str, Any]
    epochs: int | None
    seed: int
    places: tuple[int, ...]
    attempts: int = 0
    result: TrialResult | None = None
    proposed: Mapping[str, Any] | None = None

    @property
    def status(self) -> str:
        """`completed`, `failed`, `invalid`, or `open`."""
        return "open" if self.result is None else self.result.status

    @property
    def score(self) -> float:
        """The mean of the scores; NaN where it is not completed."""
        return float("nan") if self.result is None else self.result.score

    def assignment(self, search: str, attempt: int) -> Assignment:
        """Return what a worker is given."""
        return Assignment(
            search, self.name, attempt, self.values, self.places, self.epochs, self.seed
        )


class Journal:
    """The events of a search, in a file that is only ever added to.

    Args:
        path: The file; None keeps the events in memory.

    Raises:
        BadInput: The file cannot be read, or was changed.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._ledger = Ledger(path)
        self.trials: dict[str, Trial] = {}
        for entry in self._ledger:
            self._follow(entry)

    @property
    def head(self) -> Mapping[str, Any] | None:
        """What the search began with; None where nothing was written yet."""
        return next(iter(self._ledger.entries("search")), None)

    @property
    def end(self) -> Mapping[str, Any] | None:
        """How the search ended the last time; None while it is not finished."""
        last = list(self._ledger)[-1:]
        return last[0] if last and last[0]["kind"] == "end" else None

    def begin(self, head: Mapping[str, Any]) -> None:
        """Write down what the search begins with."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._add({"kind": "search", "time": now, **head})

    def created(self, trial: Trial) -> None:
        """Write down what is to be tried."""
        self._add(
            {
                "kind": "created",
                "trial": trial.name,
                "values": dict(trial.values),
                "proposed": dict(trial.proposed or trial.values),
                "epochs": trial.epochs,
                "seed": trial.seed,
                "places": list(trial.places),
            }
        )

    def started(self, name: str) -> int:
        """Write down that a trial is begun, and return which attempt at it this is."""
        attempt = self.trials[name].attempts + 1
        self._add({"kind": "started", "trial": name, "attempt": attempt})
        return attempt

    def ended(self, result: TrialResult) -> bool:
        """Write down what came of a trial, unless that is known; return whether it was new."""
        trial = self.trials.get(result.trial)
        if trial is None or trial.result is not None or result.attempt > trial.attempts:
            return False
        told = result.to_dict()
        told.pop("history")  # TensorBoard has it
        self._add({"kind": "ended", **told})
        return True

    def finish(self, reason: str, best: Trial | None, seconds: float) -> None:
        """Write down why the search ended."""
        best_name = None if best is None else best.name
        self._add({"kind": "end", "reason": reason, "best": best_name, "seconds": seconds})

    def events(self) -> Iterator[Mapping[str, Any]]:
        """Yield what the oracle has to be told again: trials created and trials ended."""
        seen = set()
        for entry in self._ledger:
            if entry["kind"] == "created":
                yield entry
            elif entry["kind"] == "ended" and entry["trial"] not in seen:
                seen.add(entry["trial"])
                yield entry

    def spent(self) -> float:
        """Return the seconds of all trials that ended."""
        return sum(trial.result.seconds for trial in self.trials.values() if trial.result)

    def _add(self, entry: Mapping[str, Any]) -> None:
        self._ledger.add(entry)
        self._follow(entry)

    def _follow(self, entry: Mapping[str, Any]) -> None:
        kind = entry["kind"]
        if kind == "created":
            names: Sequence[str] = ("values", "epochs", "seed", "proposed")
            values = {name: entry[name] for name in names}
            trial = Trial(entry["trial"], places=tuple(entry["places"]), **values)
            self.trials[trial.name] = trial
        elif kind in ("started", "ended"):
            known = self.trials.get(entry["trial"])
            if known is None:
                raise bad_input(
                    "journal_damaged",
                    f"The journal tells of {entry['trial']}, which was never created",
                    remedy="Restore the file; a journal is not meant to be edited",
                )
            if kind == "started":
                self.trials[known.name] = replace(known, attempts=entry["attempt"])
            elif known.result is None:
                told = {name: value for name, value in entry.items() if name != "kind"}
                self.trials[known.name] = replace(known, result=TrialResult.from_dict(told))


def trial_name(number: int) -> str:
    """Return the name of a trial, counted from 0.

    Examples:
        >>> trial_name(0)
        'trial-0001'
    """
    return f"trial-{number + 1:04d}"
