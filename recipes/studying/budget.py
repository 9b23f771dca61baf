"""One budget of wall-clock time for a whole study, and how it is divided."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from ..config import Choice

__all__ = ["LAST_PHASE", "Budget", "budget_shares"]

AFTER_SECONDS = 3.5
"""Kept for saving, scoring, the report and the end of the process, on a machine that is idle."""
MOST_AFTER = 0.4  # of all the time
MOST_SLOWED = 8.0
LEAST_MEASURED = 0.5
MOST_RESERVED = 0.5
"""At most this share of all the time is kept for the final training."""
SHARES = {2: 0.3, 3: 0.8, 4: 0.8, 5: 1.0}
"""By which part of the time each phase is to be over."""
LAST_PHASE = max(SHARES)


def budget_shares() -> dict[str, Choice]:
    """Return how the time is divided, with the reasons.

    Guide: PH-2, PH-3, PH-4, PH-5.
    """
    return {
        "baseline": Choice(
            SHARES[2], "PH-2", {}, "The baseline is trained until its spread is known, no longer."
        ),
        "capacity and regularization": Choice(
            SHARES[4] - SHARES[2], "PH-3, PH-4", {}, "Most is won by curing what was diagnosed."
        ),
        "fine-tuning": Choice(
            SHARES[5] - SHARES[4], "PH-5", {}, "It brings the last percent, so it comes last."
        ),
        "final training": Choice(
            MOST_RESERVED,
            "CHK-3",
            {},
            "At most so much is kept back for training the kept config once more, testing, saving.",
        ),
    }


class Budget:
    """Counts the time down, and says whether something can still be begun.

    Args:
        seconds: All the time there is.
        spent: Seconds that were used before, by a study that is gone on with.
        clock: Tells seconds; another one in tests.

    Examples:
        >>> budget = Budget(60.0, clock=lambda: 0.0)
        >>> budget.remaining, budget.allows(2, seconds=10.0, final=5.0)
        (60.0, True)
        >>> budget.allows(2, seconds=30.0, final=5.0)
        False
    """

    def __init__(
        self, seconds: float, *, spent: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self.after = AFTER_SECONDS
        self._clock = clock
        self._started = clock() - spent

    @property
    def spent(self) -> float:
        """Seconds used so far."""
        return self._clock() - self._started

    @property
    def remaining(self) -> float:
        """Seconds left."""
        return self.seconds - self.spent

    @contextlib.contextmanager
    def pace(self) -> Iterator[None]:
        """Measure how busy the machine is by what is done inside, which one thread has to do.

        Where the thread has to wait for its turn, so will what comes after the last training.
        """
        began, worked = self._clock(), time.thread_time()
        yield
        worked = time.thread_time() - worked
        if worked >= LEAST_MEASURED:
            slowed = (self._clock() - began) / worked
            self.after = AFTER_SECONDS * min(max(1.0, slowed), MOST_SLOWED)

    def reserved(self, final: float) -> float:
        """Return the seconds kept for the end, where the final training takes `final`."""
        return min(1.3 * final + self.after, MOST_RESERVED * self.seconds)

    def allows(self, phase: int, *, seconds: float, final: float) -> bool:
        """Return whether something of `seconds` fits into its phase and before the end."""
        usable = self.seconds - self.reserved(final)
        return self.spent + seconds <= SHARES[phase] * usable

    def deadline(self, final: float = 0.0) -> float:
        """Return the reading of `time.monotonic` when a trial has to end.

        Args:
            final: Seconds that the final training will take, as far as is known. Where that is 0,
                the trial gets half of what is left: the final training may take as long.
        """
        left = self.remaining - self.reserved(final)
        return time.monotonic() + max(0.0, left if final else left / 2)

    def last_deadline(self) -> float:
        """Return the reading of `time.monotonic` when the final training has to end."""
        after = min(self.after, MOST_AFTER * self.seconds)
        return time.monotonic() + max(0.0, self.remaining - after)
