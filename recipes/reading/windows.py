"""Windows of a series: every stretch of it that a forecast can be made from, and the calendar."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .time_steps import DAY, WEEK, YEAR, Step

__all__ = ["calendar_cycles", "calendar_features", "cycles_of_width", "last_window", "windows_of"]

# For each cycle how often a wave may turn within it. Sharper turns, such as a weekend, need more.
WAVES = {DAY: 2, WEEK: 3, YEAR: 2}
LEAST_TURNS = 3
"""A cycle that the series does not go through so often is no cycle but a trend to a model."""
_YEAR_SECONDS = 365.25 * DAY


def calendar_cycles(step: Step, steps: int) -> tuple[int, ...]:
    """Return the cycles, in seconds, that a series of so many steps has gone through.

    Examples:
        >>> calendar_cycles(Step(seconds=3600), 24 * 60) == (DAY, WEEK)
        True
        >>> calendar_cycles(Step(months=1), 144) == (YEAR,)
        True
    """
    length = step.seconds or step.months * YEAR // 12
    if not length:
        return ()
    return tuple(
        cycle for cycle in WAVES if length < cycle and length * steps >= LEAST_TURNS * cycle
    )


def cycles_of_width(step: Step, width: int) -> tuple[int, ...]:
    """Return the cycles that so many calendar features stand for; the short ones come first."""
    cycles: tuple[int, ...] = ()
    for cycle in calendar_cycles(step, 10**9):
        if 2 * sum(WAVES[each] for each in cycles) < width:
            cycles += (cycle,)
    return cycles


def calendar_features(moments: NDArray[np.datetime64], cycles: tuple[int, ...]) -> NDArray:
    """Return where each moment lies in each cycle, as sines and cosines.

    Weeks begin on Monday. The waves of a step ahead are sums, with fixed weights, of the waves of
    any other step, so a model that knows one knows all.

    Args:
        moments: datetime64, shape `(steps,)`.
        cycles: As `calendar_cycles` gives them.

    Returns:
        float32, shape `(steps, features)`.

    Examples:
        >>> calendar_features(np.array(["2024-01-01T06:00:00"], "M8[s]"), (DAY,)).round(3).tolist()
        [[1.0, 0.0, 0.0, -1.0]]
    """
    seconds = moments.astype("M8[s]").astype(np.int64)
    starts = moments.astype("M8[Y]").astype("M8[s]").astype(np.int64)
    into = {
        DAY: seconds % DAY / DAY,
        WEEK: (seconds - 4 * DAY) % WEEK / WEEK,  # 1 January 1970 was a Thursday
        YEAR: (seconds - starts) / _YEAR_SECONDS,
    }
    waves = []
    for cycle in cycles:
        for turns in range(1, WAVES[cycle] + 1):
            angle = 2 * np.pi * turns * into[cycle]
            waves += [np.sin(angle), np.cos(angle)]
    return np.stack(waves, axis=1).astype(np.float32) if waves else np.empty((len(moments), 0))


def windows_of(
    values: NDArray[np.float32],
    calendar: NDArray[np.float32],
    lookback: int,
    horizon: int,
    targets: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return every window of one series and what follows each.

    Args:
        values: Shape `(steps, variables)`, the targets first; NaN for what is missing.
        calendar: Shape `(steps, known)`.
        lookback: Steps of a window.
        horizon: Steps that follow it.
        targets: How many of the variables are to be forecast.

    Returns:
        Windows `(n, lookback + 1, variables + known)` for `n = steps - lookback - horizon + 1`, of
        which the last step is the first one ahead, where only what is known in advance is given;
        and labels `(n, horizon, targets)`.

    Examples:
        >>> steps = np.arange(5, dtype="float32")[:, None]
        >>> windows, labels = windows_of(steps, steps[:, :0], lookback=2, horizon=2, targets=1)
        >>> windows[..., 0].tolist(), labels[..., 0].tolist()
        ([[0.0, 1.0, nan], [1.0, 2.0, nan]], [[2.0, 3.0], [3.0, 4.0]])
    """
    count = len(values) - lookback - horizon + 1
    width = values.shape[1] + calendar.shape[1]
    if count < 1:
        shape = (0, horizon, targets)
        return np.empty((0, lookback + 1, width), np.float32), np.empty(shape, np.float32)
    steps = np.concatenate([values, calendar], axis=1, dtype=np.float32)
    found = sliding_window_view(steps, lookback + 1, axis=0)[:count].transpose(0, 2, 1).copy()
    found[:, -1, : values.shape[1]] = np.nan
    ahead = np.ascontiguousarray(values[lookback:, :targets], np.float32)
    return found, sliding_window_view(ahead, horizon, axis=0).transpose(0, 2, 1)


def last_window(
    values: NDArray[np.float32], calendar: NDArray[np.float32], lookback: int
) -> NDArray[np.float32]:
    """Return the window at the end of a series, `(lookback + 1, variables + known)`.

    Args:
        values: Shape `(steps, variables)`; a series that is too short begins with missing steps.
        calendar: Shape `(lookback + 1, known)`, of the steps of the window and the first ahead.
        lookback: Steps of a window.
    """
    window = np.full((lookback + 1, values.shape[1]), np.nan, np.float32)
    kept = values[-lookback:]
    window[lookback - len(kept) : lookback] = kept
    return np.concatenate([window, calendar], axis=1, dtype=np.float32)
