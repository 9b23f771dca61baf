"""Trainings of a study: each config once in each place, remembered, also after a crash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import Config
from ..dataset import Splits
from ..files import write_atomically
from ..training.fitting import Listener
from ..training.reusing import TracedReuse
from .ledger import Ledger
from .measuring import Measure
from .outcomes import Outcome, OutOfTime, place_baseline, place_outcome, task_of
from .pairing import Paired
from .places import MOST_PLACES, Place, places_of

__all__ = ["MOST_PLACES", "OutOfTime", "Outcome", "Trials", "config_key"]


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
        self.reuse = TracedReuse()
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

    def longest(self, config: Config) -> float:
        """Return how long the longest training of a config took; 0 if there was none."""
        return max((outcome.seconds for outcome in self.outcomes(config)), default=0.0)

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
            self._draws[key] = self.measure.draws(
                rows.labels, outcome.answers, task_of(rows), place
            )
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
        last = self.longest(config)
        return place_outcome(
            config.replace(seed=place.seed),
            place,
            self.measure,
            key=config_key(config),
            baseline=self._baseline(place),
            listener=self._epochs_only,
            deadline=None if self._deadline is None else self._deadline(last),
            # A study that has no time for more still says what its baseline came to.
            cut_short=not self._known,
            reuse=self.reuse,
        )

    def _baseline(self, place: Place) -> Any:
        """Return naive scores on the held out rows of a place, made once for each division."""
        number = place.number if self.method.value == "folds" else 0
        if number not in self._baselines:
            self._baselines[number] = place_baseline(place)
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
