"""Carries a trial out: build, compile, fit, watch, score."""

from __future__ import annotations

import copy
import math
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from ..diagnosis import judge
from ..evidence import Evidence
from ..findings import Finding
from ..judging.rules import RULES
from ..thresholds import Thresholds
from .building import Start, build, compile_like, in_units, start_of
from .pool import state_of
from .scoring import Score, as_given, predict, score
from .subject import Head, Subject
from .trial import Trial

__all__ = ["Keeper", "Outcome", "Runner", "run_errors"]

# Callbacks of the user's that decide how is trained; others write files or draw, once is enough.
STEERING = ("EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler", "TerminateOnNaN")
PLATEAU_PATIENCE = 5


@dataclass(eq=False)
class Outcome:
    """A trial that was carried out.

    Args:
        trial: The trial.
        model: The trained model, in the units of the targets.
        trained: The model that was fitted; another one where targets were standardised.
        findings: What is wrong with the training.
        evidence: What is known of it.
        seconds: What it took.
        best: The weights of the epoch with the lowest validation loss, and that epoch from 1.
        failed: The error that ended it; empty where it ran.
        weights: What `trained` held at its end: a subclassed model is trained again and again.
    """

    trial: Trial
    model: Any
    trained: Any
    findings: list[Finding]
    evidence: Evidence
    seconds: float = 0.0
    best: tuple[list[np.ndarray], int] | None = None
    failed: str = ""
    weights: list[np.ndarray] | None = None


class Keeper(keras.callbacks.Callback):
    """Keeps in memory what a training starts from, and its weights of the best epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.start: Start | None = None
        self.best: tuple[list[np.ndarray], int] | None = None
        self._lowest = math.inf

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Take the weights before the first step."""
        self.start, self.best, self._lowest = start_of(self.model), None, math.inf

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take the weights where the validation loss is lowest so far."""
        loss = (logs or {}).get("val_loss")
        if loss is not None and loss < self._lowest:
            self._lowest = float(loss)
            self.best = (state_of(self.model), epoch + 1)


@dataclass(eq=False)
class Runner:
    """Carries out trials of one model.

    Args:
        model: The user's model.
        subject: What remedies know of it.
        start: What it was before its training.
        fit: Further arguments of `fit`, as the user gave them.
        callbacks: The user's callbacks.
        thresholds: Figures at which the rules fire.
        seed: Seed of every trial.
        verbose: As of `fit`.
        rules: Rules of the diagnosis, where others are wanted.
    """

    model: Any
    subject: Subject
    start: Start
    fit: Mapping[str, Any]
    callbacks: Sequence[Any] = ()
    thresholds: Thresholds | None = None
    seed: int = 0
    verbose: int = 0
    rules: Sequence[Any] | None = None

    def run(self, trial: Trial) -> Outcome:
        """Carry out a trial, with the seed that all trials have."""
        begin = time.perf_counter()
        keras.utils.set_random_seed(self.seed)
        keeper, watch = Keeper(), self.watch()
        trained = None
        failed = ""
        try:
            trained = build(self.model, trial, self.start)
            compile_like(trained, self.model, trial, self.start)
            options = self._options(trial)
            beside = [*self._beside(trial), keeper, watch]
            x, y, weights = self.rows(trial, trial.pool.train)
            trained.fit(x, y, sample_weight=weights, callbacks=beside, **options)
            if trial.restore_best and keeper.best is not None:
                trained.set_weights(keeper.best[0])
        except run_errors() as error:
            failed = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
        findings = list(watch.findings)
        if trial.restore_best and keeper.best is not None:
            findings = self.after_restoring(findings, watch.evidence, keeper.best[1])
        model = in_units(trained, trial) if trained is not None and not failed else trained
        if model is not trained and model is not None:
            self._compile_in_units(model, trial)
        return Outcome(
            trial,
            model,
            trained,
            findings,
            watch.evidence,
            time.perf_counter() - begin,
            keeper.best,
            failed,
            None if trained is None else state_of(trained),
        )

    def find_rate(self, trial: Trial) -> float | None:
        """Return the learning rate that a short range test finds for a trial, or None."""
        from ..steering.range_test import find_learning_rate

        keras.utils.set_random_seed(self.seed)
        built = build(self.model, trial, self.start)
        compile_like(built, self.model, trial, self.start)
        x, y, weights = self.rows(trial, trial.pool.train)
        try:
            found = find_learning_rate(
                built, x, y, batch_size=trial.batch_size, sample_weight=weights
            )
        except run_errors():
            return None
        return found.proposed

    def unanswered(self, trial: Trial) -> np.ndarray | None:
        """Return a mask of the rows that the untrained model answers with no number, or None."""
        try:
            built = build(self.model, trial, self.start)
            answers = keras.tree.flatten(predict(built, trial.pool.x))
        except run_errors():
            return None
        broken = [~np.isfinite(each).reshape(len(each), -1).all(axis=1) for each in answers]
        return np.any(broken, axis=0)

    def watch(self) -> Any:
        """Return the callback that finds what is wrong with a trial."""
        from ..watching import Diagnose  # it uses this module itself

        rules = RULES if self.rules is None else self.rules
        return Diagnose(verbose=0, thresholds=self.thresholds, rules=rules)

    def restored(self, outcome: Outcome, trial: Trial) -> Outcome:
        """Return the same training with the weights of its best epoch: nothing is trained again."""
        if outcome.best is None:
            return self.run(trial)
        weights, epoch = outcome.best
        keras.utils.set_random_seed(self.seed)
        trained = build(self.model, trial, self.start)
        if trained is not self.model:
            compile_like(trained, self.model, trial, self.start)
        trained.set_weights(weights)
        model = in_units(trained, trial)
        if model is not trained:
            self._compile_in_units(model, trial)
        findings = self.after_restoring(outcome.findings, outcome.evidence, epoch)
        return Outcome(
            trial, model, trained, findings, outcome.evidence, best=outcome.best, weights=weights
        )

    def after_restoring(
        self, findings: Sequence[Finding], evidence: Evidence, epoch: int
    ) -> list[Finding]:
        """Return the findings where the weights of an epoch are kept: it may overfit no longer."""
        if evidence.recorded is None or epoch not in evidence.recorded.epochs:
            return list(findings)
        recorded = replace(evidence.recorded, restored_epoch=epoch)
        rules = RULES if self.rules is None else self.rules
        limits = self.thresholds or Thresholds()
        again = judge(replace(evidence, recorded=recorded), limits, rules)
        kept = [finding for finding in findings if finding.fault != "overfitting"]
        return kept + [finding for finding in again if finding.fault == "overfitting"]

    def rows(self, trial: Trial, numbers: np.ndarray) -> tuple[Any, Any, Any]:
        """Return these rows as `fit` takes them, targets standardised if the trial says so."""
        x, y, weights = trial.pool.take(numbers)
        if trial.target_scale is not None and y is not None:
            mean, deviation = trial.target_scale
            one = mean.size == 1
            scale = (float(mean[0]), float(deviation[0])) if one else (mean, deviation)
            y = keras.tree.map_structure(
                lambda part: ((part - scale[0]) / scale[1]).astype("float32"), y
            )
        return as_given(x), y, weights

    def score(self, outcome: Outcome, judge: Trial, rows: np.ndarray) -> Score:
        """Return the score of a trained model on these rows, as another trial would be judged."""
        if outcome.failed or outcome.model is None or not len(rows):
            return Score(-math.inf)
        if outcome.trained is self.model and outcome.weights is not None:
            outcome.trained.set_weights(outcome.weights)
        x, _, _ = judge.pool.take(rows)
        targets = [array[rows] for array in judge.pool.targets().values()]
        known = [array[judge.pool.train] for array in judge.pool.targets().values()]
        if not targets:
            return Score(-math.inf)
        heads = [self._head(head, number, outcome.trial, judge)
                 for number, head in enumerate(self.subject.heads)]  # fmt: skip
        try:
            return score(outcome.model, x, targets, known, heads, judge.balanced)
        except run_errors():
            return Score(-math.inf)

    def _head(self, head: Head, number: int, mine: Trial, judge: Trial) -> Head:
        loss = judge.losses.get(number, head.loss)
        return replace(head, loss=loss, from_logits=head.from_logits and number not in mine.losses)

    def _options(self, trial: Trial) -> dict[str, Any]:
        options = dict(self.fit)
        options.update(epochs=trial.epochs, batch_size=trial.batch_size, verbose=self.verbose)
        if len(trial.pool.validation):
            x, y, weights = self.rows(trial, trial.pool.validation)
            options["validation_data"] = (x, y) if weights is None else (x, y, weights)
        weights = options.get("class_weight")
        if trial.balanced:
            options.pop("class_weight", None)
        elif weights and set(map(float, weights)) <= set(trial.renamed):
            options["class_weight"] = {
                trial.renamed[float(name)]: weight for name, weight in weights.items()
            }
        return options

    def _beside(self, trial: Trial) -> list[Any]:
        def is_steering(callback: Any) -> bool:
            return type(callback).__name__ in STEERING

        beside = [copy.copy(each) for each in self.callbacks if is_steering(each)]
        if trial.patience is not None:
            # The user's own would still stop where it did.
            beside = [each for each in beside if type(each).__name__ != "EarlyStopping"]
            beside.append(
                keras.callbacks.EarlyStopping(
                    "val_loss", mode="min", patience=trial.patience, restore_best_weights=True
                )
            )
        if trial.reduce_on_plateau:
            monitor = "val_loss" if len(trial.pool.validation) else "loss"
            beside.append(
                keras.callbacks.ReduceLROnPlateau(
                    monitor, 0.5, PLATEAU_PATIENCE, mode="min", min_lr=1e-7
                )
            )
        return beside

    def _compile_in_units(self, model: Any, trial: Trial) -> None:
        compile_like(model, self.model, replace(trial, target_scale=None), self.start)


def run_errors() -> tuple[type[Exception], ...]:
    """Return the errors by which a model cannot be built or trained, with those of TensorFlow."""
    errors: list[type[Exception]] = [ValueError, TypeError, ArithmeticError, LookupError]
    errors += [AttributeError, NotImplementedError, RuntimeError]
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        errors.append(tensorflow.errors.OpError)
    return tuple(errors)
