"""`repair`: trains, finds what is wrong, mends it, and says what was changed."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...zoo.errors import bad_input
from ..findings import Finding
from ..gathering.given_data import Rows
from ..thresholds import Thresholds
from .building import Start, compile_like, start_of
from .engine import Engine, wanted, worth_trying
from .pool import BATCH, Pool, batch_of, both_parts, state_of
from .repaired import Repaired
from .running import Keeper, Outcome, Runner, run_errors
from .scoring import in_words
from .subject import describe
from .trial import Trial

__all__ = ["NO_ROWS", "mend", "repair"]

TIMES = 30.0
"""Times as long as the training itself that its retrainings may take, all together."""
SHORTEST = 10.0
"""Seconds: a training that is shorter counts as one of this length there."""


def repair(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    validation_data: Any = None,
    validation_split: float = 0.0,
    epochs: int = 1,
    batch_size: int | None = None,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
    callbacks: Sequence[Any] = (),
    shuffle: bool = True,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    trials: int = 6,
    times: float = TIMES,
    seed: int = 0,
    thresholds: Thresholds | None = None,
    verbose: int = 1,
) -> Repaired:
    """Train as `fit` does, find what is wrong, and mend it by one change at a time.

    The first training is the user's own, to the last bit. Where nothing is wrong, that is all.
    Else the root is mended first: the training is repeated with one change from the same start,
    and the change is kept if validation is better beyond chance, or if the fault is gone and
    validation no worse. The rest is undone.

    Args:
        model: A compiled Keras model. Layers are changed only in Sequential and functional ones.
        x: As of `fit`: arrays, a `tf.data.Dataset`, a `PyDataset`, a generator.
        y: The targets, where `x` is arrays.
        validation_data: As of `fit`. Without it, rows are kept apart to judge repairs by.
        validation_split: As of `fit`.
        epochs: As of `fit`.
        batch_size: As of `fit`.
        class_weight: As of `fit`.
        sample_weight: As of `fit`.
        callbacks: As of `fit`. In retrainings only those run that steer, such as EarlyStopping.
        shuffle: As of `fit`.
        initial_epoch: As of `fit`.
        steps_per_epoch: As of `fit`.
        validation_steps: As of `fit`.
        trials: Retrainings at most.
        times: Times as long as the training itself that they may take, all together; what is over
            within 10 seconds counts as 10.
        seed: Seed of the retrainings.
        thresholds: The figures at which the rules fire.
        verbose: 1 prints findings, repairs and their price; 2 also Keras's progress; 0 nothing.

    Returns:
        The model, what was changed, and what it brought and cost.

    Raises:
        BadInput: The model is not compiled, `trials` is negative, or `times` no positive number.

    Guide: BP-2, CHK-2, DX-1, DX-5, LR-2, LR-3.

    Examples:
        ```python
        done = repair(model, x, y, validation_data=(a, b), epochs=50)
        print(done)
        done.model.save("mended.keras")
        ```
    """
    if not getattr(model, "compiled", False):
        raise bad_input(
            "model_not_compiled", "The model is not compiled", remedy="Compile it first"
        )
    if isinstance(trials, bool) or not isinstance(trials, int) or trials < 0:
        raise bad_input(
            "trials_invalid",
            "The trials are not usable",
            expected="a number from 0 on",
            received=repr(trials),
        )
    if isinstance(times, bool) or not isinstance(times, (int, float)) or not times > 0:
        raise bad_input(
            "times_invalid",
            "The time for retrainings is not usable",
            expected="a number above 0, such as 30: times the time of the training",
            received=repr(times),
        )
    settings = model.optimizer.get_config() if model.optimizer is not None else {}
    before = start_of(model)
    keeper = Keeper()
    shared = {"class_weight": class_weight, "shuffle": shuffle}
    runner = Runner(model, describe(model, settings), before, shared, callbacks,
                    thresholds, seed, int(verbose > 1))  # fmt: skip
    watch = runner.watch()
    begin = time.perf_counter()
    failed = ""
    try:
        model.fit(
            x, y, batch_size, epochs, verbose=int(verbose > 1),
            callbacks=[*callbacks, keeper, watch], validation_split=validation_split,
            validation_data=validation_data, sample_weight=sample_weight,
            initial_epoch=initial_epoch, steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps, **shared,
        )  # fmt: skip
    except run_errors() as error:
        failed = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
    took = time.perf_counter() - begin
    findings = list(watch.findings) or _without_training(failed)
    baseline = Outcome(Trial(NO_ROWS), model, model, findings, watch.evidence, took,
                       keeper.best, failed)  # fmt: skip
    say = print if verbose else _silent
    for finding in findings:
        say(str(finding))
    if failed:
        say(f"The training ended with an error: {failed}")
    if not worth_trying(findings):
        return _untouched(model, findings, took, failed)
    train, held = both_parts(x, y, sample_weight, validation_data, validation_split,
                        steps_per_epoch, validation_steps)  # fmt: skip
    start = keeper.start or start_of(model)
    start = Start(start.weights, start.plain, before.optimizer)
    runner = replace(runner, subject=describe(model, settings), start=start)
    return mend(runner, baseline, train, held, epochs - initial_epoch,
                batch_size or batch_of(x) or BATCH, trials, say, times)  # fmt: skip


def mend(
    runner: Runner,
    baseline: Outcome,
    train: Rows | None,
    held: Rows | None,
    epochs: int,
    batch_size: int,
    trials: int,
    say: Any = print,
    times: float = TIMES,
) -> Repaired:
    """Mend a training that has been carried out.

    Args:
        runner: Carries out trials of its model.
        baseline: The training, with its findings.
        train: Its rows; None where they cannot be had again.
        held: Its validation rows.
        epochs: Its epochs.
        batch_size: Its rows of a batch.
        trials: Retrainings at most.
        say: What to do with each line of the log.
        times: Times as long as the training that they may take.

    Returns:
        What it led to.
    """
    # A training that ended with an error took no time that others could be a multiple of.
    model, took = runner.model, 0.0 if baseline.failed else baseline.seconds
    if train is None or train.y is None:
        say("Nothing is repaired: the rows cannot be read a second time.")
        why = {each.fault: f"{each.fault}: the rows cannot be read a second time."
               for each in wanted(baseline.findings)}  # fmt: skip
        done = _untouched(model, baseline.findings, took, baseline.failed)
        return replace(done, refused=why)
    begin = time.perf_counter()
    states = random.getstate(), np.random.get_state()
    pool = Pool.of(train, held)
    findings = list(baseline.findings)
    if not len(pool.validation) and all(each.fault != "no_validation" for each in findings):
        remedy = "Keep 10 to 15 % of the rows apart and pass them as validation_data."
        cause = "No validation data was given: no repair can be judged."
        findings.append(Finding("no_validation", "MIS-1", "info", cause, remedy))
    subject = replace(runner.subject, range_test=runner.find_rate, unanswered=runner.unanswered,
                      shuffled=runner.fit.get("shuffle", True) is not False)  # fmt: skip
    runner = replace(runner, subject=subject)
    trial = replace(baseline.trial, pool=pool, epochs=max(1, epochs), batch_size=batch_size)
    first = replace(baseline, trial=trial, findings=findings, weights=state_of(model))
    engine = Engine(runner, trials, say, times * max(took, SHORTEST))
    best = engine.mend(first)
    if {attempt.remedy for attempt in engine.log if attempt.kept} <= {"set_apart"}:
        # Nothing was wrong but that nobody looked: the model that learned from all rows stays.
        after = [each for each in best.findings if best is not first]
        best = replace(first, findings=after or first.findings if best is first else after)
    random.setstate(states[0])
    np.random.set_state(states[1])
    scores = _scores(engine, best)
    done = Repaired(
        _handed_over(runner, first, best),
        best.trial.changes,
        tuple(baseline.findings),
        tuple(best.findings),
        *scores,
        engine.retrainings,
        time.perf_counter() - begin,
        took,
        tuple(engine.log),
        dict(engine.refused),
        in_words(subject.heads, best.trial),
    )
    if engine.log:
        say(f"Repair: {done.price}. Of the score on validation rows, {done.measure}.")
    for line in engine.refused.values():
        say(line)
    return done


def _scores(engine: Engine, best: Outcome) -> tuple[float, float]:
    """Return the score before and after, on rows that neither training learned from."""
    reference = engine.reference or best
    rows = np.setdiff1d(best.trial.pool.validation, reference.trial.pool.train)
    if not len(rows):
        return math.nan, math.nan
    both = [engine.runner.score(each, best.trial, rows) for each in (reference, best)]
    return tuple(each.value for each in both)  # pyright: ignore[reportReturnType]


def _handed_over(runner: Runner, first: Outcome, best: Outcome) -> Any:
    """Return the best model: in the user's own object where no layer was changed."""
    model = runner.model
    if best.trained is model or best.trained is None:
        if first.weights is not None:
            model.set_weights(best.weights or first.weights)
        if best.trial.changes:
            compile_like(model, model, best.trial, runner.start)
        return model
    if best.trial.rebuilds:
        return best.model
    compile_like(model, model, best.trial, runner.start)
    model.set_weights(state_of(best.trained))
    model.optimizer.build(model.trainable_variables)
    for mine, theirs in zip(
        model.optimizer.variables, best.trained.optimizer.variables, strict=False
    ):
        if mine.shape == theirs.shape:
            mine.assign(theirs)
    return model


def _without_training(failed: str) -> list[Finding]:
    """Return what can be said of a training that ended with an error before its first epoch."""
    if not failed:
        return []
    remedy = "Make the outputs fit the targets."
    words = ("shape", "rank", "dimension", "incompatible", "broadcast", "label", "logits")
    if any(word in failed.lower() for word in words):
        cause = f"The training ended with an error: {failed}"
        return [Finding("label_shape_mismatch", "ACT-9", "error", cause, remedy, confidence=0.5)]
    return []


def _untouched(model: Any, findings: Sequence[Finding], took: float, failed: str) -> Repaired:
    return Repaired(model, (), tuple(findings), tuple(findings), training_seconds=took,
                    refused={"error": failed} if failed else {})  # fmt: skip


def _silent(line: str) -> None:
    """Say nothing."""


NO_ROWS = Pool(np.zeros(0), np.zeros(0), None, np.arange(0), np.arange(0))
