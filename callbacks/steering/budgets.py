"""Trainings that end before their time or their memory does."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path
from typing import Any, Literal

import keras

from ...zoo.errors import GoodfitError, Problem, did_you_mean
from .checking import number, raise_all

__all__ = ["MemoryBudget", "TimeBudget", "resident_gigabytes"]

REMEMBERED = 3
"""Epochs whose slowest foretells the next one."""


class TimeBudget(keras.callbacks.Callback):
    """Ends the training before the epoch that would not be over in time.

    What the next epoch takes is foretold from the slowest of the last three, the callbacks beside
    included; the first epoch, which also compiles, counts only until there is a second. An epoch
    is never cut short: if the first alone takes longer, the budget is exceeded.

    Args:
        minutes: Time for the training, from its begin to its end.
        reserve: Minutes of these that are kept for what comes after the last epoch.
        verbose: 1 says why the training ended; 0 prints nothing.

    Raises:
        BadInput: A setting is no use.

    Guide: WHEN-4.

    Examples:
        ```python
        model.fit(x, y, epochs=1000, callbacks=[TimeBudget(minutes=10)])
        ```
    """

    def __init__(self, minutes: float, *, reserve: float = 0.0, verbose: int = 1) -> None:
        super().__init__()
        problems = number("minutes", minutes, above=0) + number("reserve", reserve, least=0)
        if not problems and reserve >= minutes:
            received = f"{reserve:g} of {minutes:g}"
            message = "reserve leaves no time to train"
            problems.append(Problem("reserve_invalid", message, "less than minutes", received))
        raise_all(problems)
        self.minutes = minutes
        self.reserve = reserve
        self.verbose = verbose
        self._clock = time.monotonic
        self._forget()

    @property
    def stopped_epoch(self) -> int | None:
        """The last epoch, counted from 1, if the budget ended the training."""
        return self._stopped

    def _forget(self) -> None:
        self._begun = 0.0
        self._marks: list[float] = []
        self._stopped: int | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Start the clock."""
        self._forget()
        self._begun = self._clock()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Note when the epoch begins."""
        self._marks.append(self._clock())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """End the training if another epoch would not be over in time."""
        now = self._clock()
        marks = [*self._marks, now]
        lengths = [after - before for before, after in itertools.pairwise(marks)]
        recent = lengths[1:][-REMEMBERED:] or lengths
        left = 60 * (self.minutes - self.reserve) - (now - self._begun)
        if max(recent) <= left:
            return
        self._stopped = epoch + 1
        self.model.stop_training = True  # pyright: ignore[reportOptionalMemberAccess]
        if self.verbose:
            print(
                f"\nTimeBudget: the training ends after epoch {epoch + 1}. {max(left, 0):.1f} s of "
                f"{self.minutes:g} min are left, and an epoch takes up to {max(recent):.1f} s.",
                flush=True,
            )


class MemoryBudget(keras.callbacks.Callback):
    """Watches how much memory the process holds, and ends the training before it is too much.

    Memory is looked at when training begins and after each epoch. If it grows from epoch to epoch,
    the training ends before the epoch that would pass the budget. Memory of a GPU is not counted.

    Args:
        gigabytes: The most that the process may hold, in units of 10**9 bytes.
        act: `stop` ends the training; `warn` only says so.
        verbose: 1 says what was found; 0 prints nothing.

    Raises:
        BadInput: A setting is no use.
        GoodfitError: This system does not tell how much memory a process holds.

    Guide: BAT-2.

    Examples:
        ```python
        model.fit(x, y, epochs=100, callbacks=[MemoryBudget(gigabytes=12)])
        ```
    """

    def __init__(
        self, gigabytes: float, *, act: Literal["stop", "warn"] = "stop", verbose: int = 1
    ) -> None:
        super().__init__()
        problems = number("gigabytes", gigabytes, above=0)
        if act not in ("stop", "warn"):
            expected, hint = "'stop' or 'warn'", did_you_mean(str(act), ("stop", "warn"))
            message = "MemoryBudget cannot act like this"
            problems.append(Problem("act_unknown", message, expected, repr(act), hint))
        raise_all(problems)
        self.gigabytes = gigabytes
        self.act = act
        self.verbose = verbose
        self._measure = resident_gigabytes
        self._held: list[float] = []
        self._exceeded: int | None = None

    @property
    def held(self) -> tuple[float, ...]:
        """Gigabytes held when training began, and after each epoch."""
        return tuple(self._held)

    @property
    def exceeded_epoch(self) -> int | None:
        """The first epoch, counted from 1, after which the budget was (all but) used up."""
        return self._exceeded

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Measure what is held before the first epoch."""
        self._held = [self._measure()]
        self._exceeded = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Measure, and end the training if another epoch would hold too much."""
        self._held.append(self._measure())
        # The first epoch builds what all the others use again: its growth foretells nothing.
        growth = self._held[-1] - self._held[-2] if len(self._held) > 2 else 0.0
        if self._held[-1] + max(growth, 0.0) <= self.gigabytes or self._exceeded is not None:
            return
        self._exceeded = epoch + 1
        if self.act == "stop":
            self.model.stop_training = True  # pyright: ignore[reportOptionalMemberAccess]
        if self.verbose:
            does = "the training ends" if self.act == "stop" else "warning"
            print(
                f"\nMemoryBudget: {does} after epoch {epoch + 1}. The process holds "
                f"{self._held[-1]:.2f} of {self.gigabytes:g} GB, {growth:+.2f} GB in this epoch. "
                "A smaller batch_size, shorter sequences, or reading the data in parts needs less.",
                flush=True,
            )


def resident_gigabytes() -> float:
    """Return the memory that this process holds now, in units of 10**9 bytes.

    Where the system tells only the most that was ever held, that is returned.

    Raises:
        GoodfitError: The system tells neither.

    Examples:
        >>> 0 < resident_gigabytes() < 1000
        True
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e9
    except (OSError, ValueError):
        pass
    try:
        import resource
    except ModuleNotFoundError as error:
        raise GoodfitError(
            "This system does not tell how much memory a process holds, which MemoryBudget needs."
        ) from error
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9
