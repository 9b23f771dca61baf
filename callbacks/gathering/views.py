"""Ways to look at inputs that need no training: amounts, names at places, words, tunes.

Each view takes the inputs of the training rows and of the validation rows, and returns the numbers
of both, `(rows, columns)`, or None where the inputs are not of that sort. NumPy alone is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import even_places, named_arrays, numbers_of
from .given_data import Rows
from .naive import features_of

__all__ = ["Pair", "amounts", "at_places", "named", "tunes", "words"]

MOST_COLUMNS = 300
MOST_PLACES = 600
MOST_NAMES = 100
MOST_WORDS = 150
FEWEST_STEPS = 8
MOST_CHANNELS = 16
LAGS = (1, 2, 3, 4, 6, 8, 12)

Pair = tuple[np.ndarray, np.ndarray]


def amounts(train: Rows, held: Rows) -> Pair | None:
    """Return the inputs side by side in standard deviations; None for texts."""
    known, unseen = features_of(train), features_of(held)
    if known is None or unseen is None or known.shape[1] != unseen.shape[1]:
        return None
    columns = even_places(known.shape[1], MOST_COLUMNS)
    return _scaled(known[:, columns], unseen[:, columns])


def at_places(train: Rows, held: Rows) -> Pair | None:
    """Return which name stands at which place, `(rows, places * names)`; None for amounts."""
    both = named(train, held)
    if both is None:
        return None
    known = both[0]
    names = int(known.max()) + 1
    if not 2 < names <= MOST_NAMES or names * known.shape[1] > MOST_PLACES:
        return None
    every = np.arange(names)
    marked = [(each[:, :, None] == every).reshape(len(each), -1) for each in both]
    return marked[0].astype(np.float64), marked[1].astype(np.float64)


def words(train: Rows, held: Rows) -> Pair | None:
    """Return how often each of the commonest names stands in a row, and where on average.

    Which words there are, and which of them comes first, is most of what a short text says.
    """
    both = named(train, held)
    if both is None:
        return None
    names, counts = np.unique(both[0], return_counts=True)
    if len(names) < 3:
        return None
    names = np.sort(names[np.argsort(-counts, kind="stable")[:MOST_WORDS]])
    made = []
    for each in both:
        places = np.linspace(-1, 1, each.shape[1])
        found = [each == name for name in names]
        often = np.stack([where.sum(axis=1) for where in found], axis=1)
        place = np.stack([where @ places for where in found], axis=1) / np.maximum(often, 1)
        made.append(np.concatenate([often, place], axis=1).astype(np.float64))
    return _scaled(made[0], made[1])


def tunes(train: Rows, held: Rows) -> Pair | None:
    """Return what a series is like wherever it begins: level, spread, ends, pace; None for others.

    The pace shows in how like a channel is to itself some steps before.
    """
    made = []
    for rows in (train, held):
        arrays = [numbers_of(array) for _, array in named_arrays(rows.x, "x")]
        series = [x for x in arrays if x is not None and x.ndim == 3 and x.shape[1] >= FEWEST_STEPS]
        if not series:
            return None
        parts = [_tune(x[:, :, even_places(x.shape[2], MOST_CHANNELS)]) for x in series]
        made.append(np.concatenate(parts, axis=1))
    if made[0].shape[1] != made[1].shape[1]:
        return None
    return _scaled(made[0], made[1])


def named(train: Rows, held: Rows) -> Pair | None:
    """Return the whole numbers of a single input that may be names, as words are, of both parts."""
    parts = [named_arrays(rows.x, "x") for rows in (train, held)]
    if [len(part) for part in parts] != [1, 1]:
        return None
    numbers = [numbers_of(part[0][1]) for part in parts]
    if any(each is None or each.ndim != 2 or each.dtype.kind not in "iu" for each in numbers):
        return None
    known, unseen = (np.asarray(each) for each in numbers)
    if known.shape[1:] != unseen.shape[1:] or known.shape[1] < 2:
        return None
    if not known.size or not unseen.size or known.min() < 0:
        return None
    return known, unseen


def _tune(series: np.ndarray) -> np.ndarray:
    """Return the figures of series, `(rows, steps, channels)`, as `(rows, figures)`."""
    values = np.where(np.isfinite(series), series, 0.0).astype(np.float64)
    level, spread = values.mean(axis=1), values.std(axis=1)
    inner = values - level[:, None]
    power = np.maximum((inner**2).mean(axis=1), 1e-12)
    steps = values.shape[1]
    time = np.linspace(-1, 1, steps)[:, None]
    found: list[Any] = [
        level,
        spread,
        values.min(axis=1),
        values.max(axis=1),
        values[:, 0],
        values[:, -1],
        (inner * time).mean(axis=1),
        np.abs(np.diff(values, axis=1)).mean(axis=1),
    ]
    found += [
        (inner[:, lag:] * inner[:, :-lag]).mean(axis=1) / power for lag in LAGS if 2 * lag <= steps
    ]
    return np.concatenate(found, axis=1)


def _scaled(known: np.ndarray, unseen: np.ndarray) -> Pair:
    mean, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (known - mean) / scale, np.clip((unseen - mean) / scale, -10, 10)
