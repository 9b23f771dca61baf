"""Remedies for what a model answers: output units, activation, loss, and the shape of targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..findings import Finding
from .scoring import CLASS_LOSSES
from .subject import RECURRENT, Head, Part, Subject
from .trial import Change, Trial

__all__ = ["all_classes", "fit_head", "fit_loss", "fit_steps", "known_loss"]

MOST_CLASSES = 1000
HINGES = ("hinge", "squared_hinge", "categorical_hinge")
# Losses of numbers that a linear output goes with; others have needs of their own.
NUMBER_LOSSES = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh",
                 "mean_absolute_percentage_error", "mean_squared_logarithmic_error",
                 "poisson", "tweedie")  # fmt: skip
# A logarithm of what is negative is no number, and a percentage of 0 is endless.
BEAR_NO_NEGATIVE = ("poisson", "tweedie", "mean_squared_logarithmic_error")


@dataclass(frozen=True)
class Fit:
    """What fits the targets: units, activation, loss, and whether it must be turned to be so."""

    units: int
    activation: str
    loss: str
    steps: bool | None = None


def fit_loss(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Change the loss alone, where output units and activation already fit the labels.

    Guide: LOSS-7.
    """
    changes = []
    losses = dict(trial.losses)
    for number, (head, labels) in enumerate(_pairs(trial, subject)):
        fit = fitting(head, labels, trial, finding.fault)
        now = losses.get(number, head.loss)
        if fit is None or now == fit.loss:
            continue
        if (_units(head, trial), _activation(head, trial)) != (fit.units, fit.activation):
            continue
        losses[number] = fit.loss
        changes.append(
            Change("The loss fits the labels.", _place("loss", head, subject), now, fit.loss)
        )
    if not changes:
        return None
    return _measured(trial.with_(*changes, losses=losses), subject)


def known_loss(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Take the loss of Keras that fits the labels in the place of a function of the user's own.

    A root has no slope at 0, and a logarithm no value: what Keras has is safe there. Where outputs
    go with that loss alone, such as a deviation beside a mean, the output becomes what fits.

    Guide: DX-1, LOSS-7.
    """
    changes, losses = [], dict(trial.losses)
    for number, (head, labels) in enumerate(_pairs(trial, subject)):
        fit = None if head.loss or number in losses else fitting(head, labels, trial, finding.fault)
        if fit is None:
            continue
        if _units(head, trial) != fit.units:
            return fit_head(trial, subject, finding)
        fits = _activation(head, trial) == fit.activation
        if fits or fit.loss not in CLASS_LOSSES:  # a loss of numbers goes with any output
            losses[number] = fit.loss
            what = "Keras's own loss for such labels, as that of the user's own is no number."
            changes.append(Change(what, _place("loss", head, subject), "own", fit.loss))
    return _measured(trial.with_(*changes, losses=losses), subject) if changes else None


def fit_head(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:
    """Make output units, activation and loss fit the labels.

    Guide: ACT-3, ACT-5, ACT-8, ACT-9, LOSS-4, LOSS-5, LOSS-7.
    """
    if not subject.rebuildable:
        return None
    changes = []
    losses = dict(trial.losses)
    for number, (head, labels) in enumerate(_pairs(trial, subject)):
        fit = fitting(head, labels, trial, finding.fault)
        if fit is None or head.part is None:
            continue
        now = losses.get(number, head.loss)
        if fit.activation == "linear" and fit.loss in CLASS_LOSSES and now != fit.loss:
            # Another loss is given by its name, and so expects probabilities.
            fit = replace(fit, activation="sigmoid" if fit.units == 1 else "softmax")
        units, activation = _units(head, trial), _activation(head, trial)
        place = f"layer {head.part.name}: "
        setting = "filters" if "filters" in head.part.settings else "units"
        if units != fit.units:
            trial = trial.set_layer(head.part.name, fresh=True, **{setting: fit.units})
            what = f"The output has {fit.units} units, as the labels need."
            changes.append(Change(what, place + setting, units, fit.units))
        if activation != fit.activation:
            trial = _with_activation(trial, head, fit.activation)
            what = f"The output ends in {fit.activation}, which can say what the labels say."
            changes.append(Change(what, place + "activation", activation, fit.activation))
        logits = fit.activation == "linear" and fit.loss in CLASS_LOSSES
        if now != fit.loss or (head.from_logits and number not in losses and not logits):
            losses[number] = fit.loss
            change = Change(
                "The loss fits the labels.", _place("loss", head, subject), now, fit.loss
            )
            changes.append(change)
    if not changes:
        return None
    return _measured(trial.with_(*changes, losses=losses), subject)


def all_classes(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Let the loss pass over no class, where the one that it passes over stands among the labels.

    Of sequences and pictures it may be what fills them up: there it stays.

    Guide: LOSS-7, DX-5.
    """
    head = subject.heads[0]
    targets = list(trial.pool.targets().values())
    if head.ignored is None or 0 in trial.losses or len(subject.heads) != 1 or len(targets) != 1:
        return None
    known = targets[0][trial.pool.train]
    if len(head.shape) != 1 or not (known == head.ignored).any():
        return None
    what = f"The loss passes over no class: rows of class {head.ignored} counted for nothing."
    changes = [Change(what, "loss: ignore_class", head.ignored, None)]
    if head.from_logits:  # the loss is given by its name, and so expects probabilities
        if not subject.rebuildable or _activation(head, trial) != "linear":
            return None
        trial = _with_activation(trial, head, "softmax")
        what = "The output ends in softmax, as the loss expects it."
        changes.append(Change(what, "output: activation", "linear", "softmax"))
    return trial.with_(*changes, losses={**trial.losses, 0: head.loss})


def fit_steps(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Give one answer for a whole sequence, or one for each step, as the targets have it.

    Guide: SEQ-10.
    """
    head = subject.heads[0]
    targets = list(trial.pool.targets().values())
    if not subject.rebuildable or len(subject.heads) != 1 or len(targets) != 1 or not head.shape:
        return None
    labels = targets[0]
    last = [part for part in subject.parts if part.kind in RECURRENT][-1:]
    lengths = [array.shape[1] for array in trial.pool.inputs().values() if array.ndim > 1]
    steps = _has_steps(head, labels, lengths[0] if lengths else None)
    if steps is None:
        return None
    wanted = steps is False
    if last and bool(last[0].now(trial, "return_sequences")) is not wanted:
        part = last[0]
        wrapped = bool(part.wrapper)
        trial = trial.set_layer(part.name, return_sequences=wanted)
        what = f"{part.name} hands on " + ("every step." if wanted else "the last step only.")
        place = f"layer {part.name}: return_sequences"
        changed = trial.with_(Change(what, place, not wanted, wanted))
        return changed if not wrapped else changed.with_(fresh=changed.fresh | {part.name})
    if wanted or head.part is None or not head.part.before:
        return None
    behind = head.part.before[0]
    trial = trial.add_behind(behind, "GlobalAveragePooling1D", name=f"{behind}_mean")
    what = "The steps are averaged before the output: the targets have one answer for a sequence."
    return trial.with_(Change(what, f"behind layer {behind}", None, "GlobalAveragePooling1D"))


def fitting(head: Head, labels: np.ndarray, trial: Trial, fault: str = "") -> Fit | None:
    """Return what output and loss fit these labels, as near as can be to what is there.

    Args:
        head: The output.
        labels: The targets of this output.
        trial: The trial as it is.
        fault: What was found: it may tell class numbers from counts.
    """
    if head.part is None or labels.dtype.kind not in "fiub":
        return None
    if head.loss in HINGES and fault != "wrong_loss":
        return None
    units = _units(head, trial)
    loss, activation = trial.losses.get(0, head.loss), _activation(head, trial)
    known = labels[trial.pool.train]
    width = labels.shape[-1] if labels.ndim > 1 else 1
    per_answer = labels.ndim >= len(head.shape) + 1 and labels.ndim > 1
    values = np.unique(known[:10_000]) if known.size else np.zeros(1)
    whole = bool((values == np.round(values)).all())
    logits = head.from_logits and activation == "linear" and not trial.losses
    by_class = loss in CLASS_LOSSES or activation in ("softmax", "sigmoid")
    # A loss of numbers is wrong only for what are no numbers, but classes.
    by_class = by_class or (fault == "wrong_loss" and loss in NUMBER_LOSSES)

    if per_answer and width > 1 and set(values.tolist()) <= {0.0, 1.0}:
        one_hot = bool((known.sum(axis=-1) == 1).all())
        if one_hot:
            return Fit(width, "linear" if logits and "categ" in loss else "softmax",
                       "categorical_crossentropy")  # fmt: skip
        return Fit(width, "linear" if logits else "sigmoid", "binary_crossentropy")
    top = float(values.max())
    if set(values.tolist()) <= {0.0, 1.0} and whole and len(values) == 2:
        if units >= 2 and activation == "softmax":
            return Fit(units, "softmax", "sparse_categorical_crossentropy")
        if units >= 2 and logits:
            return Fit(units, "linear", "sparse_categorical_crossentropy")
        return Fit(1, "linear" if logits else "sigmoid", "binary_crossentropy")
    classes = whole and values.min() >= 0 and 2 < len(values) <= MOST_CLASSES
    classes = classes and (by_class or (units > 1 and width == 1)) and top < MOST_CLASSES
    if classes:
        wanted = max(int(top) + 1, units if units > top else 0)
        ending = "linear" if logits and "categ" in loss else "softmax"
        return Fit(wanted, ending, "sparse_categorical_crossentropy")
    if whole and len(values) <= 2:
        return None
    bearable = (values.min() >= 0 or loss not in BEAR_NO_NEGATIVE) and (
        values.all() or loss != "mean_absolute_percentage_error"
    )
    number_loss = loss if loss in NUMBER_LOSSES and bearable else "mean_squared_error"
    keeps = activation in ("softplus", "exponential", "relu") and loss in ("poisson", "tweedie")
    return Fit(width if per_answer else 1, activation if keeps else "linear", number_loss)


def _pairs(trial: Trial, subject: Subject) -> Iterator[tuple[Head, np.ndarray]]:
    """Yield each output with its targets."""
    targets = trial.pool.targets()
    for number, head in enumerate(subject.heads):
        if head.name in targets:
            yield head, targets[head.name]
        elif number < len(targets):
            yield head, list(targets.values())[number]


def _units(head: Head, trial: Trial) -> int:
    if head.part is None:
        return 0
    value = head.part.now(trial, "units") or head.part.now(trial, "filters")
    return int(value or (head.shape[-1] if head.shape else 0) or 0)


def _activation(head: Head, trial: Trial) -> str:
    if head.ending is not None:
        if head.ending.name in trial.removed:
            return _of(head.part, trial)
        if head.ending.kind in ("Softmax", "ReLU"):
            return head.ending.kind.lower()
        return str(head.ending.now(trial, "activation") or "linear")
    return _of(head.part, trial)


def _of(part: Part | None, trial: Trial) -> str:
    return str(part.now(trial, "activation") or "linear") if part else ""


def _with_activation(trial: Trial, head: Head, activation: str) -> Trial:
    if head.part is None:
        return trial
    if head.ending is not None and head.ending.kind == "Activation":
        return trial.set_layer(head.ending.name, fresh=True, activation=activation).with_(
            fresh=trial.fresh | {head.part.name}
        )
    if head.ending is not None:  # a Softmax or ReLU layer
        trial = replace(trial, removed=trial.removed | {head.ending.name})
    return trial.set_layer(head.part.name, fresh=True, activation=activation)


def _measured(trial: Trial, subject: Subject) -> Trial:
    """Return the trial with metrics that fit the new losses."""
    names = {trial.losses.get(number, head.loss) for number, head in enumerate(subject.heads)}
    if len(subject.heads) > 1:
        return trial
    metrics = ("accuracy",) if names & set(CLASS_LOSSES) else ("mae",)
    return replace(trial, metrics=metrics)


def _place(setting: str, head: Head, subject: Subject) -> str:
    return setting if len(subject.heads) == 1 else f"{setting} of {head.name}"


def _has_steps(head: Head, labels: np.ndarray, steps: int | None) -> bool | None:
    """Return whether the model answers each step though the targets do not; None if both agree."""
    sparse = head.loss == "sparse_categorical_crossentropy"
    width = labels.shape[1] if labels.ndim > 1 else 1
    if len(head.shape) == 2:  # (steps, units)
        if labels.ndim > 2:
            return None
        by_step = width == steps and steps != 1 and (sparse or head.shape[-1] == 1)
        return None if by_step else True
    if len(head.shape) == 1:  # (units,)
        missing = labels.ndim > 2 or (width > 1 and width == steps and width != head.shape[0])
        return False if missing or (sparse and width > 1) else None
    return None
