"""Where trials are run: in this process, or wherever another executor sends them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from .assignments import Assignment, Job, TrialResult

if TYPE_CHECKING:
    from ..training.fitting import Listener

__all__ = ["Executor", "InProcess"]


class Executor(Protocol):
    """What a search needs of those who train.

    The search submits while fewer than `slots` assignments are under way, takes results as they
    come, and closes the executor at the end, also after an error. It knows results by
    `(trial, attempt)`, so an executor may try again what was lost, and hand in a result twice.
    """

    @property
    def slots(self) -> int:
        """How many assignments are worth being under way at once."""
        ...

    def submit(self, assignment: Assignment) -> None:
        """Take an assignment, and return at once."""
        ...

    def results(self, timeout: float) -> list[TrialResult]:
        """Return those that ended since the last call.

        Args:
            timeout: Waits at most so many seconds for the first; a training that runs in this
                process is waited for nonetheless.

        Raises:
            GoodfitError: Something that concerns every trial, as `Job.run` raises it.
        """
        ...

    def close(self) -> None:
        """End what is still under way and give back what is held; a second time does nothing."""
        ...


class InProcess:
    """Runs one trial after the other in this process.

    Args:
        job: What is the same for all trials.
        listener: Told of every epoch.
    """

    slots = 1

    def __init__(self, job: Job, listener: Listener | None = None) -> None:
        self._job = job
        self._listener = listener
        self._waiting: deque[Assignment] = deque()

    def submit(self, assignment: Assignment) -> None:
        """Take an assignment, which is run when results are asked for."""
        self._waiting.append(assignment)

    def results(self, timeout: float) -> list[TrialResult]:  # noqa: ARG002
        """Run the oldest assignment and return what came of it; raises as `Job.run`."""
        if not self._waiting:
            return []
        return [self._job.run(self._waiting.popleft(), self._listener)]

    def close(self) -> None:
        """Forget what was not begun."""
        self._waiting.clear()
