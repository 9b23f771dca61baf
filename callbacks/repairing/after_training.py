"""What a running training could not mend is mended after it, with the rows that were seen."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..evidence import Evidence
from ..findings import Finding
from ..gathering.given_data import GivenData
from ..thresholds import Thresholds
from .building import start_of
from .engine import Attempt, wanted, worth_trying
from .in_training import InTraining, rate_of
from .mending import NO_ROWS, mend
from .pool import BATCH, Pool, both_parts
from .repaired import Repaired
from .running import Outcome, Runner
from .subject import describe
from .trial import Trial

__all__ = ["begin", "finish"]


def begin(model: Any, given: GivenData, say: Callable[[str], None] = print) -> InTraining:
    """Return what mends the training that begins.

    Args:
        model: The model in training.
        given: What `fit` was given.
        say: What to do with each line of the log.
    """
    repairs = InTraining(model, say)
    subject = describe(model, repairs.start.optimizer[1] if repairs.start.optimizer else {})

    def found() -> float | None:
        if given.train is None or given.train.y is None or not subject.rebuildable:
            return None
        # The model as it is now, built once more: the one in training is left alone.
        runner = Runner(model, subject, start_of(model), {})
        return runner.find_rate(Trial(Pool.of(given.train), 1, given.batch_size or BATCH))

    repairs.range_test = found
    return repairs


def finish(
    repairs: InTraining,
    given: GivenData,
    findings: Sequence[Finding],
    evidence: Evidence,
    thresholds: Thresholds,
    rules: Sequence[Any] | None = None,
    trials: int = 6,
    say: Callable[[str], None] = print,
) -> Repaired:
    """Return what the training and, where that was not enough, trainings after it led to.

    Args:
        repairs: What was done while it ran.
        given: What `fit` was given.
        findings: What was found in the whole training.
        evidence: What is known of it.
        thresholds: The figures at which the rules fire.
        rules: The rules of the diagnosis.
        trials: Retrainings at most.
        say: What to do with each line of the log.
    """
    model = repairs.model
    repairs.keep_best(evidence)
    took = time.perf_counter() - repairs.begun
    mended = repairs.mended(evidence)
    left = [finding for finding in findings if finding.fault not in mended]
    done = Repaired(
        model,
        tuple(change for _, change in repairs.changes),
        tuple(findings),
        tuple(left),
        training_seconds=took,
        log=tuple(_attempts(repairs, mended)),
        refused={},
    )
    if not worth_trying(left) or trials < 1:
        return done
    faults = (
        ", ".join(finding.fault for finding in wanted(left)) or "what held it back, if anything"
    )
    say(f"\nRepair after the training, by training anew: {faults}.")
    settings = repairs.start.optimizer[1] if repairs.start.optimizer else {}
    source = given.source
    train, held = both_parts(
        source.get("x"), source.get("y"), source.get("sample_weight"),
        source.get("validation_data"), 0.0, given.steps, source.get("validation_steps"),
    ) if source else (given.train, given.validation)  # fmt: skip
    fit = {"class_weight": given.class_weight, "shuffle": given.shuffled is not False}
    runner = Runner(model, describe(model, settings), repairs.start, fit, given.callbacks,
                    thresholds, rules=rules)  # fmt: skip
    rate = rate_of(model)
    changed = any(change.setting == "optimizer.learning_rate" for _, change in repairs.changes)
    optimizer = {"learning_rate": rate} if changed and rate is not None else {}
    first = Trial(NO_ROWS, optimizer=optimizer)
    baseline = Outcome(first, model, model, left, evidence, took, repairs.best)
    again = mend(runner, baseline, train, held, given.epochs or 1, given.batch_size or BATCH,
                 trials, say)  # fmt: skip
    if again.changes:
        own = again.model is model
        say("The mended model is watch.repaired.model" + (", your own." if own else ", a new one."))
    return replace(
        again,
        changes=done.changes + again.changes,
        findings=tuple(findings),
        log=done.log + again.log,
    )


def _attempts(repairs: InTraining, mended: set[str]) -> list[Attempt]:
    """Return the repairs in mid-training as the log has those after it."""
    return [
        Attempt(
            fault,
            "in training",
            (change,),
            fault in mended,
            "the training went on from there.",
            math.nan,
            math.nan,
            trained=False,
        )
        for fault, change in repairs.changes
    ]
