"""Series divided by time: the earliest steps to train on, no window in two parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import GoodfitError, bad_input
from ..config import Choice
from ..dataset import Dataset, SealedTest, Splits
from .dividing import TEST, TRAIN, VALIDATION
from .split_checks import checked_fractions

__all__ = ["split_at", "split_series"]

_NAMES = {TRAIN: "training", VALIDATION: "validation", TEST: "test"}


def split_series(
    dataset: Dataset, validation: float, test: float, seed: int, log: Path | None
) -> Splits:
    """Divide windows of series by time, as shares of the steps; see `split`.

    The first steps are trained on, the next watched, the last sealed, at the same moments for all
    series where they have times and that leaves each part a window, else by the steps of each
    series. What a window of the later parts is to forecast lies wholly in its part; what it looks
    back on may lie before, as it would in use, and as published protocols have it. Windows of
    training lie wholly in training.

    Args:
        dataset: Windows, as a series is read.
        validation: Share of the steps to watch.
        test: Share of the steps to seal.
        seed: Kept; nothing is drawn.
        log: File that counts the openings of the test rows.

    Raises:
        BadInput: A part has no window.

    Guide: PH-1c, MIS-1.
    """
    fractions = checked_fractions(validation, test, seed)
    origin, codes = dataset.extras["origin"], _codes(dataset)
    lookback, horizon = _lengths(dataset)
    firsts = np.full(codes.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(firsts, codes, origin - lookback)
    ends = np.zeros(codes.max() + 1, np.int64)
    np.maximum.at(ends, codes, origin + horizon)

    def cuts(first: Any, end: Any) -> NDArray[np.int64]:
        """Return where validation, test and what is after them begin."""
        held = np.maximum(np.round((end - first) * fractions.test), horizon)
        watched = np.maximum(np.round((end - first) * fractions.validation), horizon)
        return np.stack([end - held - watched, end - held, end]).astype(np.int64)

    common = np.broadcast_to(cuts(firsts.min(), ends.max())[:, None], (3, len(firsts)))
    ways = [("time", common), ("time, each series", cuts(firsts, ends))]
    if len(firsts) > 1 and not dataset.options.get("time"):
        ways = ways[1:]  # steps that are only counted are the same moments in no two series
    for way, found in ways:
        parts = _parts(origin, codes, found, horizon)
        if len(np.unique(parts[parts >= 0])) == len(_NAMES):
            return _divided(dataset, parts, way, seed, log)
    raise bad_input(
        "series_too_short",
        "The series are too short for three parts with a window in each",
        expected=f"at least {lookback + 3 * horizon} steps: lookback and three horizons",
        received=f"{int((ends - firsts).max())} at most",
        remedy="Set a shorter --lookback or --horizon",
    )


def split_at(dataset: Dataset, validation_from: int, test_from: int, end: int) -> Splits:
    """Divide windows of series at given steps, counted from 0, as a published protocol says.

    Args:
        dataset: Windows, as a series is read.
        validation_from: The first step to watch.
        test_from: The first step to seal.
        end: The first step that belongs to no part.

    Guide: PH-1c.
    """
    codes = _codes(dataset)
    found = np.array([[validation_from], [test_from], [end]])
    found = np.broadcast_to(found, (3, codes.max() + 1))
    parts = _parts(dataset.extras["origin"], codes, found, _lengths(dataset)[1])
    return _divided(dataset, parts, "time", 0, None)


def _lengths(dataset: Dataset) -> tuple[int, int]:
    if dataset.task is None:
        raise GoodfitError("Rows to predict cannot be divided.")
    (column,) = dataset.columns
    return dataset.features[column.name].shape[1] - 1, dataset.task.horizon


def _codes(dataset: Dataset) -> NDArray[np.int64]:
    return np.unique(dataset.extras["series"].astype(str), return_inverse=True)[1].reshape(-1)


def _parts(
    origin: NDArray[np.int64], codes: NDArray[np.int64], cuts: NDArray[np.int64], horizon: int
) -> NDArray[np.int64]:
    """Return the part of each window, -1 where what is to be forecast lies in two."""
    begins = np.stack([np.full(cuts.shape[1], np.iinfo(np.int64).min), cuts[0], cuts[1]])
    parts = np.full(len(origin), -1)
    for part, (begin, end) in enumerate(zip(begins[:, codes], cuts[:, codes], strict=True)):
        parts[(origin >= begin) & (origin + horizon <= end)] = (TRAIN, VALIDATION, TEST)[part]
    return parts


def _divided(
    dataset: Dataset,
    parts: NDArray[np.int64],
    way: str,
    seed: int,
    log: Path | None,
) -> Splits:
    """Return the three parts; every row learns how far its series moved in training."""
    scale = _scales(dataset, parts == TRAIN)
    dataset = replace(dataset, extras={**dataset.extras, "scale": scale})
    train, validation, test = (
        dataset.take(np.flatnonzero(parts == part)) for part in (TRAIN, VALIDATION, TEST)
    )
    sizes = {"train": len(train), "validation": len(validation), "test": len(test)}
    left = int((parts < 0).sum())
    times = [part.extras["time"] for part in (validation, test)]
    begins = [min(each.tolist(), default="") for each in times]
    figures = sizes | {"across_parts": left, "validation_from": begins[0], "test_from": begins[1]}
    reason = (
        f"In order of time: the first steps to forecast are {begins[0]} for validation and "
        f"{begins[1]} for test; {left} windows that reach from one part into the next were left "
        "out, and nothing was shuffled."
    )
    return Splits(
        train, validation, SealedTest(test, log), Choice(way, "PH-1c", figures, reason), seed
    )


def _scales(dataset: Dataset, trained: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each window what MASE divides by: the mean absolute step of its series.

    It is taken over one season, in the training steps alone; NaN for a series without any.

    Returns:
        Shape `(rows, targets)`.

    Source: Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006.
    """
    task = dataset.task
    if task is None or dataset.labels is None:
        raise GoodfitError("Rows to predict have no scale.")
    (column,) = dataset.columns
    codes, season = _codes(dataset), max(task.season, 1)
    scale = np.full((len(codes), task.outputs), np.nan)
    for code in range(codes.max() + 1):
        rows = np.flatnonzero(trained & (codes == code))
        if not len(rows):
            continue
        # The training steps, put together again: one window, then one step of each that follows.
        past = dataset.features[column.name][rows[0], :-1, : task.outputs]
        steps = [past, dataset.labels[rows, 0], dataset.labels[rows[-1], 1:]]
        series = np.concatenate(steps).astype(np.float64)
        moves = np.abs(series[season:] - series[:-season])
        known = ~np.isnan(moves)
        total = np.where(known, moves, 0).sum(axis=0)
        mean = total / np.maximum(known.sum(axis=0), 1)
        scale[codes == code] = np.where(mean > 0, mean, np.nan)
    return scale
