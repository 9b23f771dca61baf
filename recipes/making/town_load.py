"""Made data: what a small town draws from the grid, hour by hour, with hours that were lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .examples import Example

__all__ = ["EXAMPLE", "write_town_load"]

DAYS = 60
LOST_SHARE = 0.01
LOST_DAY = 33
"""A day on which the meter was off from morning to evening."""
_NIGHT, _MORNING, _EVENING = 3.0, 1.2, 1.8


def write_town_load(folder: Path, seed: int) -> Path:
    """Write `town_load.csv`: hour and load in megawatts, for 60 days from a Monday on.

    A day has a morning and an evening peak, a weekend a flatter day, and warm spells come and go
    over days. One hour in a hundred and a stretch of ten hours have no row; others have an empty
    load.

    Args:
        folder: Where to write.
        seed: The same seed writes the same bytes.

    Returns:
        The path of the file.
    """
    draw = np.random.default_rng(seed)
    hours = np.arange(24 * DAYS)
    hour, day = hours % 24, hours // 24
    weekend = day % 7 >= 5
    morning = _MORNING * np.exp(-np.square((hour - 8) / 2.0)) * np.where(weekend, 0.4, 1.0)
    evening = _EVENING * np.exp(-np.square((hour - 19) / 2.5))
    spell = np.zeros(DAYS)
    for number in range(1, DAYS):
        spell[number] = 0.8 * spell[number - 1] + draw.normal(0, 0.15)
    slow = np.interp(hours / 24, np.arange(DAYS), spell)
    load = _NIGHT + morning + evening + slow - 0.3 * weekend + draw.normal(0, 0.06, len(hours))
    lost = draw.random(len(hours)) < LOST_SHARE
    lost |= (day == LOST_DAY) & (hour >= 8) & (hour < 18)
    empty = draw.random(len(hours)) < LOST_SHARE
    start = np.datetime64("2024-01-01T00:00")
    lines = ["hour,load"]
    for number in np.flatnonzero(~lost).tolist():
        moment = str(start + np.timedelta64(number, "h")).replace("T", " ")
        lines.append(f"{moment},{'' if empty[number] else f'{load[number]:.3f}'}")
    path = folder / "town_load.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


EXAMPLE = Example(
    "60 days of what a made town draws from the grid, hour by hour, with a daily and a weekly "
    "cycle and lost hours.",
    write_town_load,
    ("--time", "hour", "--target", "load", "--horizon", "24"),
    "forecasting",
)
