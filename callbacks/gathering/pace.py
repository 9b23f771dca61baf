"""How often to look: so that watching a training costs a small share of its time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Allowance"]


class Allowance:
    """Time that may be spent, as a share of the time that passes.

    Args:
        share: The share.

    Examples:
        >>> allowance = Allowance(0.5)
        >>> allowance.earn(1.0)
        >>> allowance.covers
        True
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._saved = 0.0
        self._cost = 0.0

    def earn(self, seconds: float) -> None:
        """Note that so many seconds of the training have passed."""
        self._saved += self._share * seconds

    @property
    def covers(self) -> bool:
        """Whether what the last spending cost is there again."""
        return self._saved >= self._cost

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Do what costs time; the next time is as far away as it takes to earn that much."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self._cost = time.perf_counter() - begin
            # What the first epochs spend beyond their means is no debt.
            self._saved = max(0.0, self._saved - self._cost)
