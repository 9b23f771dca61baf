"""Remedies for the steps: the learning rate, its plateau, gradients that are clipped."""

from __future__ import annotations

import math
from typing import Any

from ..findings import Finding
from .subject import Subject
from .trial import Change, Trial

__all__ = [
    "clip_gradients",
    "found_rate",
    "larger_batch",
    "lower_rate",
    "raise_rate",
    "reduce_on_plateau",
    "usual_momentum",
    "usual_rate",
]

# What each optimizer is usually started with (LR-1, and Keras's own defaults).
USUAL = {
    "SGD": 0.01, "RMSprop": 0.001, "Adam": 0.001, "AdamW": 0.001, "Adamax": 0.001, "Nadam": 0.001,
    "Adagrad": 0.01, "Adadelta": 1.0, "Ftrl": 0.01, "Lion": 0.0001, "Lamb": 0.001, "Muon": 0.001,
    "Adafactor": 0.001,
}  # fmt: skip
LOWER = 10.0  # LR-2
HIGHER = 5.0  # LR-3
SLOW = 10.0  # a rate that is lower than usual by this much is raised to the usual one at once
CLIP = 1.0
MOMENTUM = 0.9  # OPT-1
STRONG = 0.95  # a momentum above adds up more than 20 steps
BATCH = 128  # BAT-1
RATES = ("initial_learning_rate", "warmup_target", "end_learning_rate")
STEPS = "values"
"""What schedules of Keras call their rates."""


def lower_rate(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Divide the learning rate by 10, or by as many tens as bring it to the optimizer's usual one.

    Guide: LR-2, DX-1.
    """
    rate, schedule = subject.rate(trial), None
    if rate is None:
        schedule = _schedule(trial, subject)
        rate = max(_rates(schedule), default=None)
    if not rate:
        return None
    usual = USUAL.get(subject.optimizer, 0.001)
    tens = max(1, round(math.log10(rate / usual)))
    lowered = rate / LOWER**tens
    times = (
        "by 10"
        if tens == 1
        else f"by 10, {tens} times, to about what is usual for {subject.optimizer}"
    )
    if schedule is None:
        return _at(trial, rate, lowered, f"The learning rate is divided {times}.")
    change = Change(
        f"All rates of the schedule are divided {times}.", "optimizer.learning_rate", rate, lowered
    )
    divided = _divided(schedule, LOWER**tens)
    return trial.with_(change, optimizer={**trial.optimizer, "learning_rate": divided})


def usual_momentum(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Take a momentum of 0.9, where a larger one rolls past each valley.

    Guide: LR-2, OPT-1.
    """
    settings = {**subject.optimizer_settings, **trial.optimizer}
    momentum = settings.get("momentum")
    if subject.optimizer != "SGD" or not isinstance(momentum, float) or momentum <= STRONG:
        return None
    what = f"The momentum is {MOMENTUM:g}: {momentum:g} adds up {round(1 / (1 - momentum))} steps."
    change = Change(what, "optimizer.momentum", momentum, MOMENTUM)
    return trial.with_(change, optimizer={**trial.optimizer, "momentum": MOMENTUM})


def usual_rate(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Set the learning rate that the optimizer is usually started with, where it is far below.

    Guide: LR-1, LR-3.
    """
    rate, usual = subject.rate(trial), USUAL.get(subject.optimizer)
    if not rate or usual is None or rate * SLOW > usual * 1.001:
        return None
    what = f"The learning rate is raised to what is usual for {subject.optimizer}."
    return _at(trial, rate, usual, what)


def found_rate(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Take the learning rate that a range test of some batches proposes.

    Guide: LR-1, LR-3.
    """
    rate = subject.rate(trial)
    found = subject.range_test(trial) if subject.range_test and rate else None
    if not rate or found is None or not 1.5 < found / rate < 1e6:
        return None
    return _at(trial, rate, found, "The learning rate is what a range test found.")


def raise_rate(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Multiply the learning rate by 5.

    Guide: LR-3, DX-2.
    """
    rate = subject.rate(trial)
    if not rate:
        return None
    return _at(trial, rate, rate * HIGHER, f"The learning rate is multiplied by {HIGHER:g}.")


def reduce_on_plateau(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Halve the learning rate wherever validation stalls.

    Guide: REG-7.
    """
    if trial.reduce_on_plateau or subject.rate(trial) is None:
        return None
    what = "The learning rate is halved after 5 epochs in which validation does not improve."
    return trial.with_(Change(what, "reduce on plateau", False, True), reduce_on_plateau=True)


def clip_gradients(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Clip the norm of each gradient at 1.

    Guide: WHEN-3.
    """
    settings = {**subject.optimizer_settings, **trial.optimizer}
    if any(settings.get(name) for name in ("clipnorm", "global_clipnorm", "clipvalue")):
        return None
    what = f"The norm of all gradients together is clipped at {CLIP:g}."
    change = Change(what, "optimizer.global_clipnorm", None, CLIP)
    return trial.with_(change, optimizer={**trial.optimizer, "global_clipnorm": CLIP})


def larger_batch(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Take larger batches, whose gradients are less noisy.

    Guide: BAT-1.
    """
    batch = min(BATCH, trial.batch_size * 4)
    if batch <= trial.batch_size or batch > len(trial.pool.train) / 4:
        return None
    change = Change("The batches are larger.", "batch_size", trial.batch_size, batch)
    return trial.with_(change, batch_size=batch)


def _at(trial: Trial, before: float, after: float, what: str) -> Trial:
    change = Change(what, "optimizer.learning_rate", before, after)
    return trial.with_(change, optimizer={**trial.optimizer, "learning_rate": after})


def _schedule(trial: Trial, subject: Subject) -> dict[str, Any]:
    """Return the schedule of the learning rate, as Keras writes one down; empty without one."""
    given = trial.optimizer.get("learning_rate", subject.optimizer_settings.get("learning_rate"))
    return given if isinstance(given, dict) and isinstance(given.get("config"), dict) else {}


def _rates(schedule: dict[str, Any]) -> list[float]:
    """Return the learning rates that a schedule names."""
    settings = schedule.get("config", {})
    named = [settings.get(name) for name in RATES] + list(settings.get(STEPS) or ())
    return [float(rate) for rate in named if isinstance(rate, (int, float)) and rate > 0]


def _divided(schedule: dict[str, Any], by: float) -> dict[str, Any]:
    settings = dict(schedule["config"])
    for name in RATES:
        if isinstance(settings.get(name), (int, float)):
            settings[name] = settings[name] / by
    if settings.get(STEPS):
        settings[STEPS] = [rate / by for rate in settings[STEPS]]
    return {**schedule, "config": settings}
