"""Where configs are compared: the same splits and seeds for each, so that pairs can be made."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import require
from ..auditing.duplicates import same_rows
from ..config import Choice
from ..dataset import Dataset, Splits
from ..splitting.parts import without_large_sets

__all__ = ["FOLDS", "MOST_PLACES", "SMALL_ROWS", "Place", "folds_of", "joined_rows", "places_of"]

FOLDS = 5
"""Five folds leave 80 % of the rows to train on, as the guide's split does."""
MOST_PLACES = 2 * FOLDS
"""Two divisions into folds: the second is only used where the first leaves a doubt."""
SMALL_ROWS = 5_000
"""With fewer rows to train on and to watch, one part of them is too small to decide by."""


@dataclass(frozen=True)
class Place:
    """One division of the rows and one seed, at which every config is trained alike.

    Args:
        number: Its number, from 0.
        seed: Of the first weights and the order of rows.
        splits: The rows; the same object for all places where the set is large.
    """

    number: int
    seed: int
    splits: Splits


def places_of(splits: Splits, *, seeds: int, seed: int) -> tuple[tuple[Place, ...], Choice]:
    """Return the places, and why they are what they are.

    A small set whose rows were drawn at random is divided into folds, so that each row is held
    out once. A large one, and one that was divided by time or group, keeps its one division.

    Args:
        splits: The data; the test rows stay sealed.
        seeds: How many places.
        seed: The first of the seeds.
    """
    rows = len(splits.train) + len(splits.validation)
    drawn = splits.method.value in ("random", "stratified")
    form = splits.train.options.get("form")
    figures = {"rows": rows, "small_below": SMALL_ROWS}
    if drawn and form in (None, "table") and rows < SMALL_ROWS and seeds > 1:
        count = min(FOLDS, seeds)
        folds = [
            fold
            for again in range(-(-seeds // count))
            for fold in folds_of(splits, count, seed + again)
        ]
        places = tuple(Place(i, seed + i, fold) for i, fold in enumerate(folds[:seeds]))
        reason = (
            f"{rows:,} rows are few: they are divided into {count} folds, so that each row is "
            "held out once, and anew where that leaves a doubt."
        )
        return places, Choice("folds", "PH-1c", figures, reason)
    reason = f"{len(splits.validation):,} rows are watched by every training; only seeds differ."
    if not drawn:
        reason = f"The rows were divided by {splits.method.value}, which folds would undo. {reason}"
    places = tuple(Place(i, seed + i, splits) for i in range(seeds))
    return places, Choice("seeds", "PH-1c", figures, reason)


def folds_of(splits: Splits, count: int, seed: int) -> list[Splits]:
    """Return the training and validation rows divided anew, `count` times; the test is not touched.

    Classes keep their shares, and rows with equal features stay together.

    Args:
        splits: The data.
        count: How many folds.
        seed: Decides which row is held out in which fold.
    """
    whole = joined_rows(splits.train, splits.validation)
    parts = _fold_numbers(whole, count, seed)
    found = []
    for number in range(count):
        held = parts == number
        train, validation = whole.take(np.flatnonzero(~held)), whole.take(np.flatnonzero(held))
        found.append(replace(splits, train=train, validation=validation))
    return found


def _fold_numbers(rows: Dataset, count: int, seed: int) -> NDArray[np.int64]:
    """Return for each row the fold that holds it out."""
    selection = require("sklearn.model_selection", "recipes")
    units, _ = without_large_sets(same_rows(rows))
    strata = np.zeros(len(rows), np.int64)
    if rows.task is not None and rows.task.kind in ("binary", "multiclass"):
        labels = np.asarray(rows.labels).astype(np.int64)
        # Where no class has a row for each fold, there are no shares to keep.
        strata = labels if np.bincount(labels).max() >= count else strata
    copies = count <= int(units.max()) + 1 < len(rows)
    kind = selection.StratifiedGroupKFold if copies else selection.StratifiedKFold
    folds = np.zeros(len(rows), np.int64)
    with warnings.catch_warnings():
        # A class with fewer rows than folds is not in every fold, which the audit has said.
        warnings.filterwarnings("ignore", message="The least populated class")
        divided = kind(count, shuffle=True, random_state=seed).split(
            units, strata, units if copies else None
        )
        for number, (_, held) in enumerate(divided):
            folds[held] = number
    return folds


def joined_rows(first: Dataset, second: Dataset) -> Dataset:
    """Return the rows of two parts, one after the other."""
    return replace(
        first,
        features={
            name: np.concatenate([values, second.features[name]])
            for name, values in first.features.items()
        },
        labels=np.concatenate([np.asarray(first.labels), np.asarray(second.labels)]),
        rows=np.concatenate([first.rows, second.rows]),
        extras={
            name: np.concatenate([values, second.extras[name]])
            for name, values in first.extras.items()
        },
    )
