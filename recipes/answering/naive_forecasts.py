"""Forecasts without a network: repeat the last value or season, the mean, and a linear model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...zoo.inputs.window_inputs import UNEVEN_SPREADS
from ...zoo.tasks import Task
from ..dataset import Dataset

__all__ = ["linear_forecasts", "naive2", "repeated", "seasonal"]

# Windows that the linear model is fitted on, at most: it must not cost more than the training.
MOST_WINDOWS = 20_000
PENALTY = 1.0
_AT_ONCE = 4_096
# Below this share of the usual deviation a window is flat, and says nothing to divide by.
_FLAT = 1e-6
# 90 % of a normal distribution, both sides: what M4 calls a season (Naive2).
_NORMAL_90 = 1.645


def repeated(windows: NDArray, task: Task, *, mean: bool = False) -> NDArray[np.float32]:
    """Return the last known value of each target, or the window's mean, for every step ahead.

    Args:
        windows: Shape `(n, lookback + 1, width)`, the targets first.
        task: A forecast.
        mean: Whether to take the mean.

    Returns:
        Shape `(n, horizon, targets)`; 0 where nothing is known.

    Examples:
        >>> task = Task("forecasting", ("load",), horizon=2)
        >>> window = np.array([[[1.0], [4.0], [np.nan], [np.nan]]])
        >>> repeated(window, task)[0, :, 0].tolist(), repeated(window, task, mean=True)[0, 0, 0]
        ([4.0, 4.0], np.float32(2.5))
    """
    past = windows[:, :-1, : task.outputs]
    known = ~np.isnan(past)
    if mean:
        total = np.where(known, past, 0).sum(axis=1, keepdims=True)
        level = total / np.maximum(known.sum(axis=1, keepdims=True), 1)
    else:
        place = np.where(known, np.arange(past.shape[1])[None, :, None], 0).max(axis=1)
        level = np.nan_to_num(np.take_along_axis(past, place[:, None], axis=1))
    return np.repeat(level, task.horizon, axis=1).astype(np.float32)


def seasonal(windows: NDArray, task: Task) -> NDArray[np.float32]:
    """Return the last season of each window, over and over; the last value without a season.

    A step that the window misses is taken from the season before, and so on.

    Args:
        windows: As `repeated` takes them.
        task: A forecast.

    Examples:
        >>> task = Task("forecasting", ("load",), horizon=3, season=2)
        >>> window = np.array([[[1.0], [2.0], [3.0], [np.nan], [np.nan]]])
        >>> seasonal(window, task)[0, :, 0].tolist()
        [3.0, 2.0, 3.0]
    """
    last = repeated(windows, task)
    season, steps = task.season, windows.shape[1] - 1
    if season < 2 or steps < season:
        return last
    past = windows[:, :-1, : task.outputs]
    seasons = past[:, steps % season :].reshape(len(past), -1, season, task.outputs)
    cycle = seasons[:, -1].copy()
    for number in range(seasons.shape[1] - 2, -1, -1):
        cycle = np.where(np.isnan(cycle), seasons[:, number], cycle)
    turns = -(-task.horizon // season)
    ahead = np.tile(cycle, (1, turns, 1))[:, : task.horizon]
    return np.where(np.isnan(ahead), last, ahead).astype(np.float32)


def naive2(series: NDArray[np.float64], horizon: int, season: int) -> NDArray[np.float64]:
    """Return the last value, without its season and with that of each step ahead, as M4 has it.

    A series has a season if its autocorrelation there is significant at 90 %; then it is divided by
    its seasonal indices (classical, multiplicative) first.

    Args:
        series: Shape `(steps,)`, positive.
        horizon: Steps ahead.
        season: Steps of one cycle.

    Source: Makridakis, Spiliotis and Assimakopoulos, "The M4 competition", 2020.

    Examples:
        >>> naive2(np.tile([1.0, 2.0, 3.0, 2.0], 6), horizon=4, season=4).round(6).tolist()
        [1.0, 2.0, 3.0, 2.0]
    """
    if season < 2 or len(series) < 3 * season or not _has_season(series, season):
        return np.repeat(series[-1:], horizon)
    window = np.ones(season) / season
    if season % 2 == 0:
        window = np.concatenate([[0.5], np.ones(season - 1), [0.5]]) / season
    half = len(window) // 2
    trend = np.convolve(series, window, "valid")
    ratios = series[half : half + len(trend)] / trend
    places = (half + np.arange(len(trend))) % season
    indices = np.array([ratios[places == place].mean() for place in range(season)])
    indices /= indices.mean()
    level = series[-1] / indices[(len(series) - 1) % season]
    return level * indices[(len(series) + np.arange(horizon)) % season]


def _has_season(series: NDArray[np.float64], season: int) -> bool:
    centred = series - series.mean()
    power = np.square(centred).sum()
    if power == 0:
        return False
    lags = [(centred[lag:] * centred[:-lag]).sum() / power for lag in range(1, season + 1)]
    limit = _NORMAL_90 * np.sqrt((1 + 2 * np.square(lags[:-1]).sum()) / len(series))
    return abs(lags[-1]) > limit


def linear_forecasts(train: Dataset, rows: Dataset) -> NDArray[np.float32]:
    """Return what ridge regression from a target's own window says, one for all targets.

    Windows are brought to their mean first, and to the deviation that is usual for the target, or
    to their own where these differ widely, as they do between several series.

    Args:
        train: Training windows.
        rows: Windows to answer.
    """
    task = train.task
    if task is None or train.labels is None:
        raise ValueError("training rows have a task and labels")
    windows = train.features[train.columns[0].name]
    targets = task.outputs
    step = max(1, -(-len(windows) * targets // MOST_WINDOWS))
    x, level = _centred(windows[::step], targets)
    usual = np.sqrt(np.square(x).mean(axis=(0, 2), keepdims=True)) + 1e-9  # (1, targets, 1)
    # Within one series flat windows come before large moves: divided by themselves they would rule.
    several = len(set(train.extras.get("series", ()))) > 1
    floor = _floor(x, usual) if several else 0.0
    unit = _spreads(x, usual, floor) if floor else usual
    y = train.labels[::step].transpose(0, 2, 1) - level
    known = ~np.isnan(y).any(axis=2)  # (n, targets)
    inputs, answers = (x / unit)[known], (y / unit)[known]
    if not len(inputs):
        return repeated(rows.features[rows.columns[0].name], task, mean=True)
    inputs = np.c_[inputs, np.ones(len(inputs))]
    gram = inputs.T @ inputs + PENALTY * np.eye(inputs.shape[1])
    weights = np.linalg.solve(gram, inputs.T @ answers)  # (lookback + 1, horizon)
    asked = rows.features[rows.columns[0].name]
    found = np.empty((len(asked), task.horizon, targets), np.float32)
    for start in range(0, len(asked), _AT_ONCE):
        piece, middle = _centred(asked[start : start + _AT_ONCE], targets)
        unit = _spreads(piece, usual, floor) if floor else usual
        said = (piece / unit) @ weights[:-1] + weights[-1]
        found[start : start + _AT_ONCE] = (said * unit + middle).transpose(0, 2, 1)
    return found


def _spreads(x: NDArray, usual: NDArray, floor: float) -> NDArray:
    """Return the deviation of each window `(n, targets, 1)`, at least a share of the usual one."""
    return np.maximum(np.sqrt(np.square(x).mean(axis=2, keepdims=True)), floor * usual)


def _floor(x: NDArray, usual: NDArray) -> float:
    """Return the least share of the usual deviation that a window is divided by; 0 for usual.

    Deviations that differ widely are each window's own. The flattest windows say nothing to divide
    by, and would rule the others.
    """
    shares = (np.sqrt(np.square(x).mean(axis=2, keepdims=True)) / usual)[..., 0]
    moving = shares[shares > _FLAT]
    low, high = np.quantile(moving, [0.05, 0.95]) if len(moving) else (1.0, 1.0)
    return float(low) if high > UNEVEN_SPREADS * low else 0.0


def _centred(windows: NDArray, targets: int) -> tuple[NDArray, NDArray]:
    """Return the windows of targets `(n, targets, lookback)` about their means, and the means."""
    past = windows[:, :-1, :targets].transpose(0, 2, 1).astype(np.float64)
    known = ~np.isnan(past)
    count = np.maximum(known.sum(axis=2, keepdims=True), 1)
    mean = np.where(known, past, 0).sum(axis=2, keepdims=True) / count
    return np.where(known, past - mean, 0), mean
