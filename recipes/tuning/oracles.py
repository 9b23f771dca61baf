"""keras-tuner's oracles, without its files: asked for values, and told what came of them."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from ...zoo.errors import bad_input, did_you_mean, require
from ..config import Config
from .space import Space

__all__ = ["METHODS", "Decider", "oracle_seed"]

METHODS = {
    "bayesian": "BayesianOptimizationOracle",
    "random": "RandomSearchOracle",
    "hyperband": "HyperbandOracle",
    "grid": "GridSearchOracle",
}
"""Classes of `keras_tuner.oracles` by our names."""
SEEDS = 2**31 - 1
DRAWS = 100_003
"""So far apart are the draws of two seeds."""
ROUNDS = 3
"""Hyperband halves so often: the first round has a ninth of the epochs of the last."""
FACTOR = 3
PREFIX = "tuner/"
"""How keras-tuner marks what Hyperband adds to the values of the space."""


class Decider:
    """Decides what is tried next; a new one that is told the same events decides alike.

    The config itself is tried first where it lies in the space, so that the best is never worse.

    Args:
        method: One of `METHODS`.
        space: What can be tried.
        config: The config around which is searched; None where a builder has defaults of its own.
        less_is_better: Whether the score is an error.
        seed: Decides what is drawn; 0 is a seed like any other.
        epochs: The epochs of Hyperband's last round.

    Raises:
        BadInput: The method is unknown.
        MissingExtra: keras-tuner is not installed.
    """

    def __init__(
        self,
        method: str,
        space: Space,
        config: Config | None,
        *,
        less_is_better: bool,
        seed: int,
        epochs: int,
    ) -> None:
        self.method, self.space = method, space
        self._worst: float | None = None
        self._worse = max if less_is_better else min
        tuner = _keras_tuner(method)
        hp = tuner.HyperParameters()
        space.declare(hp, config)
        first = None if config is None else space.own_values(config)
        options: dict[str, Any] = {"max_trials": None}
        if method == "hyperband":
            options = {"max_epochs": epochs, "factor": FACTOR, "hyperband_iterations": None}
        kind = _without_files(getattr(tuner.oracles, METHODS[method]), method, first)
        self._oracle = kind(
            objective=tuner.Objective("score", "min" if less_is_better else "max"),
            hyperparameters=hp,
            seed=oracle_seed(seed),
            max_consecutive_failed_trials=-1,
            **options,
        )
        self._oracle.verbose = 0
        if method == "hyperband":
            _fewer_rounds(self._oracle)

    def propose(self, recorded: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Return the values of the next trial.

        Args:
            recorded: What it was when it was proposed before a crash: that is taken.

        Returns:
            Values by name, or None where there is nothing to try: for now, where other trials are
            under way, else for good.
        """
        oracle = self._oracle
        oracle.recorded = recorded
        name = f"slot-{len(oracle.trials)}"
        with _quiet(), _one_thread(self.method):
            trial = oracle.create_trial(name)
        if trial.status != "RUNNING":
            oracle.tuner_ids.discard(name)
            return None
        values = trial.hyperparameters.values.items()
        return {name: v.item() if hasattr(v, "item") else v for name, v in values}

    def tell(self, number: int, status: str, score: float) -> None:
        """Tell what a trial came to.

        Args:
            number: Which of the proposed trials, from 0.
            status: `completed`, `failed` or `invalid`.
            score: Its score, where it is completed.
        """
        oracle = self._oracle
        trial = oracle.trials[list(oracle.trials)[number]]
        if status == "completed":
            self._worst = score if self._worst is None else self._worse(self._worst, score)
        elif self.method == "bayesian" and self._worst is not None:
            # Left out, it would be proposed again and again: nothing was learned from it.
            status, score = "completed", self._worst
        trial.status = "COMPLETED" if status == "completed" else "FAILED"
        with _quiet():
            if status == "completed":
                oracle.update_trial(trial.trial_id, {"score": score})
            oracle.end_trial(trial)

    def parent(self, values: Mapping[str, Any]) -> int | None:
        """Return the number of the trial that these values of Hyperband go on with."""
        name = values.get(f"{PREFIX}trial_id")
        return None if name is None else list(self._oracle.trials).index(name)

    @staticmethod
    def epochs(values: Mapping[str, Any]) -> int | None:
        """Return how many epochs Hyperband gives; None for another method."""
        return values.get(f"{PREFIX}epochs")


def oracle_seed(seed: int) -> int:
    """Return a seed as keras-tuner takes it: for it 0 means any, and each draw counts one up.

    Examples:
        >>> oracle_seed(0), oracle_seed(1)
        (1, 100004)
    """
    return seed * DRAWS % SEEDS + 1


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what keras-tuner and its Gaussian process warn of to themselves: nothing can be done."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _one_thread(method: str) -> contextlib.AbstractContextManager[Any]:
    """Keep the algebra of a Gaussian process on one thread.

    Its matrices are so small that several threads mostly wait for each other: on two busy cores a
    proposal took six times the CPU time.
    """
    if method != "bayesian":
        return contextlib.nullcontext()
    import scipy.optimize  # noqa: F401  (so that its library is there to be limited)
    import threadpoolctl

    return threadpoolctl.threadpool_limits(1)


def _keras_tuner(method: str) -> Any:
    if method not in METHODS:
        raise bad_input(
            "method_unknown",
            f"There is no method '{method}'",
            expected="one of " + ", ".join(METHODS),
            received=repr(method),
            remedy=did_you_mean(method, METHODS),
        )
    tuner = require("keras_tuner", "tuner")
    if method == "bayesian":
        require("sklearn", "recipes")
    return tuner


def _fewer_rounds(oracle: Any) -> None:
    """Begin Hyperband with rounds of some epochs: what one epoch says is mostly chance."""
    oracle.min_epochs = max(1, math.ceil(oracle.max_epochs / FACTOR ** (ROUNDS - 1)))
    oracle._brackets = []
    oracle._current_bracket = oracle._get_num_brackets() - 1
    oracle._start_new_bracket()


def _without_files(base: Any, method: str, first: Mapping[str, Any] | None) -> Any:
    """Return a class of oracle that writes nothing, and takes what was proposed before."""

    class WithoutFiles(base):
        recorded: Mapping[str, Any] | None = None

        def save(self) -> None:
            """Write nothing: the journal has it."""

        def _save_trial(self, trial: Any) -> None:
            """Write nothing: the journal has it."""

        def _random_values(self) -> dict[str, Any] | None:
            if first is not None and not self.trials:
                return dict(first)
            return super()._random_values()

        def populate_space(self, trial_id: str) -> dict[str, Any]:
            if method == "bayesian" and self.recorded is not None and self._is_modelled():
                # The draws go on as if the model had been asked, which takes its time.
                shape = (50, len(self._get_hp_bounds()))
                self._random_state.uniform(size=shape)
                return {"status": "RUNNING", "values": dict(self.recorded)}
            response = super().populate_space(trial_id)
            if response["status"] != "RUNNING" and self.recorded is None:
                return response
            response["status"] = "RUNNING"
            if method == "grid":
                self._populate_next.append(trial_id)  # or only two could be under way
            if self.recorded is not None:
                response["values"] = dict(self.recorded)
            return response

        def _is_modelled(self) -> bool:
            completed = sum(trial.status == "COMPLETED" for trial in self.trials.values())
            return completed >= max(3 * len(self.hyperparameters.space), 3)

    return WithoutFiles
