"""Remedies for which rows are used, by whom, and how much each weighs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import Finding
from .remedies_data import MEND, means_of
from .subject import Subject
from .trial import Change, Trial

__all__ = [
    "class_weights",
    "drop_weights",
    "fill_gaps",
    "fill_infinity",
    "leave_out_rows",
    "leave_out_unanswered",
    "mix_rows",
]

IN_BLOCKS = 0.5  # of the changes of class from row to row that mixed rows would have
UNEVEN = 10.0  # times as much as another class, in its rows and in all
MOST = 0.5  # more broken rows than this are filled instead of left out


def leave_out_rows(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Leave out rows with NaN or infinity in inputs or targets.

    Guide: PH-1b.
    """
    broken = ~trial.pool.finite()
    count = int(broken[trial.pool.train].sum())
    held = int(broken[trial.pool.validation].sum())
    left = len(trial.pool.train) - count
    if count + held == 0 or left < (1 - MOST) * len(trial.pool.train):
        return None
    what = f"{count} training rows and {held} validation rows with NaN or infinity are left out."
    change = Change(what, "rows", len(trial.pool.train), left)
    return trial.with_(change, pool=trial.pool.without(broken))


def leave_out_unanswered(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Leave out rows that the model cannot answer with a number even before it is trained.

    Such is a row of padding alone, whose mean divides nothing by nothing.

    Guide: PH-1b.
    """
    broken = subject.unanswered(trial) if subject.unanswered and subject.rebuildable else None
    if broken is None:
        return None
    count, held = int(broken[trial.pool.train].sum()), int(broken[trial.pool.validation].sum())
    left = len(trial.pool.train) - count
    if count + held == 0 or left < (1 - MOST) * len(trial.pool.train):
        return None
    what = (
        f"{count} training rows and {held} validation rows, whose answer is no number even before"
        f" training, are left out."
    )
    change = Change(what, "rows", len(trial.pool.train), left)
    return trial.with_(change, pool=trial.pool.without(broken))


def fill_gaps(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Fill NaN and infinity in the inputs with the feature's mean, where most rows have some.

    Guide: PH-1b.
    """
    filled = {}
    for name, array in trial.pool.inputs().items():
        if array.dtype.kind != "f" or np.isfinite(array).all():
            continue
        means = means_of(array[trial.pool.train])[0]
        filled[name] = np.where(np.isfinite(array), array, means).astype(array.dtype)
    if not filled:
        return None
    what = "NaN and infinity in the inputs are filled with the mean of the feature."
    pool = trial.pool.with_inputs(filled)
    targets_good = replace(pool, x=np.zeros(len(pool.finite()))).finite()
    change = Change(what, "inputs " + ", ".join(filled), "NaN", "mean")
    return trial.with_(change, pool=pool.without(~targets_good))


def fill_infinity(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Put the least number of the feature for minus infinity, the greatest for infinity.

    The logarithm of 0 says "little": leaving the row out, or filling in a mean, would lose that.

    Guide: PH-1b.
    """
    filled = {}
    for name, array in trial.pool.inputs().items():
        if array.dtype.kind != "f" or not np.isinf(array).any():
            continue
        rows = array[trial.pool.train]
        finite = np.isfinite(rows)
        axes = tuple(range(array.ndim - 1)) or None
        least = rows.min(axis=axes, where=finite, initial=np.inf)
        most = rows.max(axis=axes, where=finite, initial=-np.inf)
        known = np.where(np.isneginf(array), least, np.where(np.isposinf(array), most, array))
        filled[name] = known.astype(array.dtype)
    if not filled or not any(np.isfinite(array).any() for array in filled.values()):
        return None
    what = "Infinity in the inputs is the least or the greatest number of the feature."
    pool = trial.pool.with_inputs(filled)
    change = Change(what, "inputs " + ", ".join(filled), "infinity", "least and greatest")
    return trial.with_(change, pool=pool)


def class_weights(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Let rare classes weigh as much as common ones, by weights of the rows.

    Keras's own `class_weight` takes a class that is misspelt for one of weight 1, without a word.

    Guide: DX-5, MET-2.
    """
    targets = trial.pool.targets()
    if len(targets) != 1 or trial.balanced:
        return None
    classes, counts = _classes(next(iter(targets.values())), trial, subject)
    if not 2 <= len(counts) <= MEND or counts.min() == 0:
        return None
    weights = len(trial.pool.train) / (len(counts) * counts)
    what = "Every class weighs the same: its rows are weighted by the inverse of their share."
    after = {int(number): round(float(weight), 4) for number, weight in enumerate(weights[:10])}
    change = Change(what, "row weights", 1.0, after)
    return trial.with_(change, pool=trial.pool.weighted(weights[classes]), balanced=True)


def mix_rows(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Mix the training rows, where they come class by class and `fit` is told not to shuffle.

    Guide: PH-1c.
    """
    targets = trial.pool.targets()
    if subject.shuffled or len(targets) != 1:
        return None
    classes, counts = _classes(next(iter(targets.values())), trial, subject)
    known = classes[trial.pool.train] if len(classes) else classes
    if not 2 <= len(counts) <= MEND or len(known) < 2:
        return None
    mixed = 1 - float(((counts / counts.sum()) ** 2).sum())
    if (known[1:] != known[:-1]).mean() > IN_BLOCKS * mixed:
        return None
    train = np.random.default_rng(0).permutation(trial.pool.train)
    what = "The training rows are mixed: they came class by class, and fit was not to shuffle them."
    change = Change(what, "training rows", "by class", "mixed")
    return trial.with_(change, pool=replace(trial.pool, train=train))


def drop_weights(trial: Trial, subject: Subject, finding: Finding) -> Trial | None:  # noqa: ARG001
    """Let every row weigh the same, where the weights given leave hardly anything to a class.

    Guide: DX-5, MET-2.
    """
    weights, targets = trial.pool.weights, trial.pool.targets()
    if weights is None or trial.balanced or len(targets) != 1 or np.ndim(weights) != 1:
        return None
    classes, counts = _classes(next(iter(targets.values())), trial, subject)
    if not 2 <= len(counts) <= MEND or counts.min() == 0:
        return None
    known = trial.pool.train
    total = np.bincount(classes[known], weights[known], len(counts))
    each = total / counts
    if each.max() <= 0 or any(few.min() * UNEVEN > few.max() for few in (each, total)):
        return None
    light = int(each.argmin())
    what = f"Every row weighs the same: by the weights given, class {light} counted for nothing."
    if each[light] > 0:
        what = f"Every row weighs the same: the weights given left little to class {light}."
    change = Change(what, "row weights", "as given", 1.0)
    return trial.with_(change, pool=replace(trial.pool, weights=None))


def _classes(labels: np.ndarray, trial: Trial, subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    """Return the class of each row and how many training rows each has; none where none is."""
    numbers = labels.reshape(len(labels), -1)
    if numbers.shape[1] > 1:
        if not (numbers.sum(axis=1) == 1).all() or subject.heads[0].loss.startswith("binary"):
            return np.zeros(0, int), np.zeros(0, int)
        classes = numbers.argmax(axis=1)
    else:
        _, classes = np.unique(numbers[:, 0], return_inverse=True)
    return classes, np.bincount(classes[trial.pool.train], minlength=int(classes.max()) + 1)
