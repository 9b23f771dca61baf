"""The step of a series: how far apart its rows are in time, where each lies, what season it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Step", "find_step", "stamps"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
WEEK, YEAR = 7 * DAY, 365 * DAY
_SHORTEST_MONTH = 28 * DAY
# A day of more steps than this is too long a cycle to look back on; an hour does instead.
_MOST_OF_A_DAY = 288
_NAMES = {MINUTE: "minute", HOUR: "hour", DAY: "day", WEEK: "week"}


@dataclass(frozen=True)
class Step:
    """How far one step of a series is from the next.

    Args:
        seconds: Of a step of fixed length; else 0.
        months: Of a step of the calendar, which is 28 to 31 days for each; else 0.
        size: Of a step where time is a number; else 0.

    Examples:
        >>> Step(seconds=3600).season, Step(months=1).season, Step(seconds=86400).season
        (24, 12, 7)
        >>> print(Step(seconds=900), "and", Step(months=3))
        15 minutes and 3 months
    """

    seconds: int = 0
    months: int = 0
    size: float = 0.0

    def __str__(self) -> str:
        """Return the step in words."""
        if self.months:
            return "1 month" if self.months == 1 else f"{self.months} months"
        if not self.seconds:
            return f"{self.size:g}"
        unit = max(unit for unit in (1, *_NAMES) if self.seconds % unit == 0)
        count, name = self.seconds // unit, _NAMES.get(unit, "second")
        return f"{count} {name}" + ("" if count == 1 else "s")

    @property
    def season(self) -> int:
        """Steps of the cycle that such series usually have; 0 where none is usual."""
        if self.months:
            return 12 // self.months if 12 % self.months == 0 and self.months < 12 else 0
        if not self.seconds:
            return 0
        if self.seconds == DAY:
            return 7
        if self.seconds == WEEK:
            return 52
        for cycle in (DAY, HOUR):
            if cycle % self.seconds == 0 and 1 < cycle // self.seconds <= _MOST_OF_A_DAY:
                return cycle // self.seconds
        return 0

    def places(self, times: NDArray[Any], first: Any) -> NDArray[np.float64]:
        """Return how many steps after `first` each time is; a fraction where it is on no step."""
        if self.months:
            months = times.astype("M8[M]").astype(np.int64) - _month(first)
            return months / self.months
        if self.seconds:
            return (times - first).astype("m8[s]").astype(np.int64) / self.seconds
        return np.round((times - first) / self.size, 6)

    def moments(self, first: Any, places: NDArray[np.int64]) -> NDArray[Any]:
        """Return the time of each place, where `first` is place 0."""
        if self.months:
            months = (_month(first) + places * self.months).astype("M8[M]")
            days = (first - first.astype("M8[M]")).astype("m8[s]")
            ends = (months + 1).astype("M8[s]") - np.timedelta64(DAY, "s")
            last = first.astype("M8[D]") + 1 == (first.astype("M8[M]") + 1).astype("M8[D]")
            return ends if last else np.minimum(months.astype("M8[s]") + days, ends)
        if self.seconds:
            return first + (places * self.seconds).astype("m8[s]")
        return first + places * self.size


def find_step(times: Sequence[NDArray[Any]]) -> Step | None:
    """Return the commonest step of some series; None where no series has two times.

    Args:
        times: For each series its times in order, each once: datetime64 or numbers.
    """
    gaps = np.concatenate([np.diff(each) for each in times])
    if not len(gaps):
        return None
    if times[0].dtype.kind != "M":
        return Step(size=float(_commonest(gaps)))
    seconds = int(_commonest(gaps.astype("m8[s]").astype(np.int64)))
    if seconds < _SHORTEST_MONTH or (seconds % WEEK == 0 and seconds < _SHORTEST_MONTH + DAY):
        return Step(seconds=seconds)
    months = np.concatenate([np.diff(each.astype("M8[M]").astype(np.int64)) for each in times])
    months = months[months > 0]
    return Step(months=int(_commonest(months))) if len(months) else Step(seconds=seconds)


def stamps(values: NDArray[Any]) -> NDArray[Any]:
    """Return ISO texts as datetime64; numbers stay.

    Examples:
        >>> stamps(np.array(["2024-02-29 13:00:00"], object))
        array(['2024-02-29T13:00:00'], dtype='datetime64[s]')
    """
    if values.dtype.kind in "fiu":
        return values.astype(np.float64)
    texts = np.array([text or "NaT" for text in values.tolist()])
    return texts.astype("M8[s]")


def _commonest(values: NDArray[Any]) -> Any:
    found, counts = np.unique(values, return_counts=True)
    return found[counts.argmax()]


def _month(moment: Any) -> int:
    return int(moment.astype("M8[M]").astype(np.int64))
