"""One trial, from its assignment to its result; what a process makes once is kept in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assignments import Assignment, Job, TrialResult

__all__ = ["Runner"]


class Runner:
    """Runs the trials of one search in one process.

    Args:
        job: What is the same for all trials.
    """

    def __init__(self, job: Job) -> None:
        self._job = job

    def run(self, assignment: Assignment) -> TrialResult:
        """Train and score what is assigned; raises as `Job.run`."""
        raise NotImplementedError
