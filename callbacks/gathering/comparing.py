"""Training rows beside validation rows: what stands in both, and what drifts. No Keras is needed.

Every difference is told beyond what chance makes between two samples of one source.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .arrays import even_places, row_keys

__all__ = [
    "Drift",
    "are_rich",
    "drift_between",
    "is_in_order",
    "label_drift",
    "repeated_share",
    "shared_share",
]

Arrays = Sequence[np.ndarray]

# Features of which the distributions are compared; of wider rows, so many evenly.
MOST_FEATURES = 64
# Chance of a difference in any feature that is believed though there is none.
CHANCE = 0.001
# Decimal digits of the number of rows that the inputs could make: from here on, none is the
# same as another by coincidence.
RICH_DIGITS = 9.0
FLOAT_DIGITS = 7.0
FEW_ROWS = 50
MOST_ROWS = 500_000
MOST_PAIRS = 500
# Mean distance of neighbours, as a share of that of any two rows, below which rows are in order.
NEIGHBOURLY = 0.6

Drift = tuple[float, float]


def are_rich(drawn: Arrays) -> bool:
    """Return whether inputs take so many values that equal rows are no coincidence.

    Examples:
        >>> are_rich([np.random.default_rng(0).normal(size=(500, 4))])
        True
        >>> are_rich([np.array([[0, 1], [1, 0], [1, 1]] * 50)])
        False
    """
    digits = 0.0
    for array in drawn:
        flat = array.reshape(len(array), -1)
        flat = flat[:, even_places(flat.shape[1], MOST_FEATURES)]
        if flat.dtype.kind not in "fiub":
            texts = [str(value) for value in flat.reshape(-1)[:2_000]]
            digits += len({text for text in texts if len(text) > 20}) / max(1, len(texts)) * 10
            continue
        varied = np.sort(flat, axis=0)
        counts = 1 + (varied[1:] != varied[:-1]).sum(axis=0) if len(varied) else np.zeros(1)
        told = np.log10(np.maximum(counts, 1))
        if flat.dtype.kind == "f" and len(flat) >= FEW_ROWS:
            # Hardly a number twice: so many more are possible as a float32 can tell apart.
            told = np.where(counts > 0.9 * len(flat), FLOAT_DIGITS, told)
        digits += float(told.sum())
    return digits >= RICH_DIGITS


def shared_share(train: Arrays, validation: Arrays, train_total: int | None = None) -> float:
    """Return the share of validation rows that stand among training rows too.

    Rows of a single value, such as an all-black image, are left out on both sides.

    Args:
        train: The inputs of all training rows, or of those that were drawn.
        validation: The inputs of validation rows.
        train_total: Training rows in all, where `train` holds only a part of them: what is
            found is then multiplied accordingly.
    """
    if not _alike(train, validation):
        return 0.0
    validation = [array[_telling(validation)] for array in validation]
    rows, held = len(train[0]), len(validation[0])
    if not held or not rows:
        return 0.0
    if rows > MOST_ROWS:
        places = even_places(rows, MOST_ROWS)
        train, train_total = [array[places] for array in train], train_total or rows
    train_keys, held_keys = _keys_of_both(train, validation)
    if train_keys is None or held_keys is None:
        return 0.0
    wanted = np.flatnonzero(np.isin(held_keys, train_keys))
    if not len(wanted):
        return 0.0
    candidates = np.flatnonzero(np.isin(train_keys, held_keys[wanted]))
    places = {int(train_keys[at]): int(at) for at in candidates[::-1]}
    pairs = list(zip(train, validation, strict=True))
    equal = 0
    for at in wanted:
        there = places[int(held_keys[at])]
        equal += all(_same(known[there], unseen[at]) for known, unseen in pairs)
    share = equal / held
    looked = len(train[0])
    if train_total and train_total > looked and equal >= 3:
        share *= train_total / looked
    return min(1.0, share)


def repeated_share(train: Arrays) -> float:
    """Return the share of rows that stand among these rows more than once.

    Examples:
        >>> repeated_share([np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])])
        0.5
    """
    train = [array[_telling(train)] for array in train]
    if not len(train) or len(train[0]) < 2:
        return 0.0
    train = [array[even_places(len(array), MOST_ROWS)] for array in train]
    keys = np.sort(row_keys(train))
    same = keys[1:] == keys[:-1]
    again = np.concatenate([[False], same]) | np.concatenate([same, [False]])
    return float(again.mean())


def is_in_order(inputs: Arrays) -> bool:
    """Return whether neighbouring rows are far more alike than any two rows are.

    Examples:
        >>> is_in_order([np.sin(np.arange(400) / 20)[:, None]])
        True
    """
    for array in inputs:
        rows = len(array)
        if rows < 30 or array.dtype.kind not in "fiub":
            continue
        places = even_places(rows - 1, MOST_PAIRS)
        wide = array.reshape(rows, -1)
        columns = even_places(wide.shape[1], MOST_FEATURES)
        shuffled = places[np.random.default_rng(0).permutation(len(places))]
        here, beside, any_row = (
            np.nan_to_num(wide[at][:, columns].astype(np.float64), posinf=0, neginf=0)
            for at in (places, places + 1, shuffled)
        )
        scale = here.std(axis=0)
        kept = scale > 0
        if not kept.any():
            continue
        near = np.mean(np.abs(here - beside)[:, kept] / scale[kept])
        far = np.mean(np.abs(here - any_row)[:, kept] / scale[kept])
        if near < NEIGHBOURLY * far:
            return True
    return False


def drift_between(train: Arrays, validation: Arrays, ordered: bool) -> Drift:
    """Return the largest drift of a feature's mean, and of its distribution, beyond chance.

    Where the training rows are in order, as those of a series are, the drift of each fifth of them
    from the rest is what its time makes by itself, and is taken off too.

    Args:
        train: Training rows, drawn evenly and in their own order.
        validation: Validation rows.
        ordered: Whether neighbouring rows are alike.

    Returns:
        The difference of means in standard deviations, and Kolmogorov and Smirnov's distance.
    """
    worst = (0.0, 0.0)
    if not _alike(train, validation):
        return worst
    for known, held in zip(train, validation, strict=True):
        first, second = _columns(known, held)
        if first is None or second is None or min(len(first), len(second)) < 8:
            continue
        mean, shape = _drifts(first, second)
        if ordered and len(first) >= 50:
            parts = np.array_split(np.arange(len(first)), 5)
            natural = [_drifts(np.delete(first, part, axis=0), first[part]) for part in parts]
            mean = mean - np.max([each[0] for each in natural], axis=0)
            shape = shape - np.max([each[1] for each in natural], axis=0)
        worst = (
            max(worst[0], float(mean.max(initial=0.0))),
            max(worst[1], float(shape.max(initial=0.0))),
        )
    return worst


def label_drift(
    train: dict[float, float], held: dict[float, float], rows: tuple[int, int]
) -> float:
    """Return the share of labels that would have to change for the class shares to agree.

    Args:
        train: Class to its share in training.
        held: The same in validation.
        rows: Rows that these shares were counted over: training, validation.

    Examples:
        >>> label_drift({0.0: 0.5, 1.0: 0.5}, {0.0: 1.0}, (1000, 1000)) > 0.4
        True
        >>> label_drift({0.0: 0.5, 1.0: 0.5}, {0.0: 0.4, 1.0: 0.6}, (100, 30))
        0.0
    """
    if not train or not held or min(rows) < 1:
        return 0.0
    unlike = (1 / rows[0] + 1 / rows[1]) / 2
    classes = sorted({*train, *held})
    distance = sum(abs(train.get(each, 0.0) - held.get(each, 0.0)) for each in classes) / 2
    pooled = [(train.get(each, 0.0) * rows[0] + held.get(each, 0.0) * rows[1]) / sum(rows)
              for each in classes]  # fmt: skip
    # Mean and spread of the distance between two samples of one source.
    mean = sum(math.sqrt(2 / math.pi * share * (1 - share) * 2 * unlike) for share in pooled) / 2
    spread = math.sqrt(unlike / 2)
    return max(0.0, distance - mean - 3 * spread)


def _drifts(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each column the drift of the mean and of the distribution, beyond chance."""
    rows, held = len(first), len(second)
    columns = first.shape[1]
    scale = first.std(axis=0)
    gap = np.abs(first.mean(axis=0) - second.mean(axis=0))
    sigmas = math.sqrt(2 * math.log(2 * columns / CHANCE))
    # The spread of both: a rare value in few validation rows moves their mean by chance.
    chance = sigmas * np.sqrt(scale**2 / rows + np.maximum(scale, second.std(axis=0)) ** 2 / held)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(scale > 0, (gap - chance) / np.where(scale > 0, scale, 1), 0.0)
    mean = np.minimum(mean, 1e6)
    limit = math.sqrt(math.log(2 * columns / CHANCE) / 2) * math.sqrt((rows + held) / (rows * held))
    ordered, other = np.sort(first, axis=0), np.sort(second, axis=0)
    shape = np.empty(columns)
    for at in range(columns):
        both = np.concatenate([ordered[:, at], other[:, at]])
        below = np.searchsorted(ordered[:, at], both, side="right") / rows
        shape[at] = np.abs(below - np.searchsorted(other[:, at], both, side="right") / held).max()
    return mean, shape - limit


def _columns(
    first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | tuple[None, None]:
    if first.dtype.kind not in "fiub" or second.dtype.kind not in "fiub":
        return None, None
    if first.shape[1:] != second.shape[1:]:  # batches of differing length
        return None, None
    flat = [array.reshape(len(array), -1) for array in (first, second)]
    places = even_places(flat[0].shape[1], MOST_FEATURES)
    made = []
    for array in flat:
        part = array[:, places].astype(np.float64)
        made.append(np.where(np.isfinite(part), part, 0.0))
    return made[0], made[1]


def _keys_of_both(train: Arrays, held: Arrays) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the keys of both, made alike: the width of what is read depends on the rows."""
    pairs = list(zip(train, held, strict=True))
    if any((a.dtype.kind in "fiub") != (b.dtype.kind in "fiub") for a, b in pairs):
        return None, None
    alike = [(a, b.astype(a.dtype, copy=False) if a.dtype.kind in "fiub" else b) for a, b in pairs]
    size = len(train[0])
    return row_keys([a for a, _ in alike], size), row_keys([b for _, b in alike], size)


def _telling(inputs: Arrays) -> np.ndarray:
    """Return which rows hold more than one value over."""
    found = np.zeros(len(inputs[0]) if len(inputs) else 0, bool)
    for array in inputs:
        flat = array.reshape(len(array), -1)
        if array.dtype.kind not in "fiub" or flat.shape[1] < 2:
            found |= True
        else:
            columns = even_places(flat.shape[1], 16)
            partly = (flat[:, columns] != flat[:, :1]).any(axis=1)
            rest = ~partly & ~found
            partly[rest] = (flat[rest] != flat[rest, :1]).any(axis=1)
            found |= partly
    return found


def _alike(first: Arrays, second: Arrays) -> bool:
    return len(first) == len(second) > 0 and all(
        a.ndim == b.ndim and a.ndim > 0 and (a.ndim < 2 or a.shape[1:] == b.shape[1:])
        for a, b in zip(first, second, strict=True)
    )


def _same(first: object, second: object) -> bool:
    a, b = np.asarray(first), np.asarray(second)
    if a.dtype.kind == "f":
        return bool(np.array_equal(a.astype(np.float32), b.astype(np.float32), equal_nan=True))
    return bool(np.array_equal(a, b))
