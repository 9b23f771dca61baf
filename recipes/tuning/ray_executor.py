"""Trials in several processes, on one machine or many: Ray keeps the processes, we keep the list.

Every worker is an actor of Ray, a process that lasts for the whole search. It imports TensorFlow
once, reads the job once, and keeps what it traced from one trial to the next; a GPU that it was
given stays its own. (A task of Ray's gets a new process for every call as soon as it asks for a
GPU.) Workers write no files: what counts comes back through the driver, so what a worker does
whose driver is dead counts nowhere.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from typing import Any

from ...zoo.errors import GoodfitError, bad_input, require
from .assignments import Assignment, Job, TrialResult
from .ray_cluster import (
    check_gpus,
    check_numbers,
    connected,
    cores_each,
    first_line,
    gpus_each,
    room,
)

__all__ = ["MOST_LOSSES", "RayExecutor"]

MOST_LOSSES = 3
"""A trial whose worker was lost so often is to blame itself: it needs more memory than there is."""
START_SECONDS = 900.0
"""So long a cluster may take to give us a first worker: clouds need minutes for a machine."""


class RayExecutor:
    """Runs each trial in one of several worker processes.

    Results come in the order in which trials end. A trial whose worker or machine was lost is run
    again by another worker, under the same attempt; the worker is started again by Ray wherever
    there is room.

    Args:
        job: What is the same for all trials. It is stored once, and read by every worker.
        workers: How many trials run at once. None: as many as there are cores, or GPUs where
            trials need them.
        address: An existing cluster, such as `auto` or `10.0.0.5:6379`. None starts Ray on this
            machine, reachable from this machine only, and ends it in `close`.
        gpus_per_trial: A share of a GPU, or several. None: this machine's GPUs are divided among
            the workers; on a cluster 0. With 0 trials do not see the GPUs there are.
        cpus_per_trial: Cores, and threads of TensorFlow, for each trial. None: this machine's
            cores are divided among the workers; on a cluster 1.

    Raises:
        BadInput: A number is not usable, the machine has not enough GPUs, the cluster does not
            answer, or the job holds something that cannot be sent to another process.
        MissingExtra: Ray is not installed.
    """

    def __init__(
        self,
        job: Job,
        workers: int | None = None,
        address: str | None = None,
        gpus_per_trial: float | None = None,
        cpus_per_trial: int | None = None,
    ) -> None:
        check_numbers(workers, cpus_per_trial, gpus_per_trial)
        self._waiting: deque[Assignment] = deque()
        self._losses: Counter[tuple[str, int]] = Counter()
        self._under_way: dict[Any, tuple[Any, Assignment | None]] = {}
        self._idle: deque[Any] = deque()
        self._actors: list[Any] = []
        self._started = False
        self._begun = time.monotonic()
        cores = cpus_per_trial or cores_each(address, workers)
        self._ray, self._ours = connected(address, cores * (workers or 1))
        try:
            gpus = gpus_per_trial
            if gpus is None:
                gpus = gpus_each(self._ray, address, workers)
            self.slots = workers or room(self._ray, cores, gpus)
            if address is None:
                check_gpus(self._ray, self.slots, gpus)
            # In a list, so that Ray hands the reference on and the worker reads the job once.
            self._held = [self._sent(job)]
            self._start(cores, gpus)
        except BaseException:
            self.close()
            raise

    def submit(self, assignment: Assignment) -> None:
        """Take an assignment; a worker begins with it as soon as one is free."""
        self._waiting.append(assignment)
        self._feed()

    def results(self, timeout: float) -> list[TrialResult]:
        """Return those that ended since the last call; waits at most `timeout` seconds for one.

        Raises:
            GoodfitError: No worker could be started, Ray is gone, or as `Job.run` raises it.
        """
        found: list[TrialResult] = []
        end = time.monotonic() + timeout
        while not found and self._under_way:
            left = max(end - time.monotonic(), 0)
            try:
                # Once waiting is over, take along all the others that ended meanwhile.
                done, _ = self._ray.wait(list(self._under_way), timeout=left)
                if done:
                    done, _ = self._ray.wait(
                        list(self._under_way), num_returns=len(self._under_way), timeout=0
                    )
            except self._ray.exceptions.RayError as error:
                raise _gone(error) from error
            for reference in done:
                found += self._ended(reference)
            self._feed()
            if not done:
                break
        if not self._started and self._under_way:
            self._check_started()
        return found

    def close(self) -> None:
        """End the workers and what they run; a second time does nothing."""
        for actor in self._actors:
            if self._ray.is_initialized():
                self._ray.kill(actor)
        self._actors.clear()
        self._idle.clear()
        self._waiting.clear()
        self._under_way.clear()
        self._held = []
        if self._ours:
            self._ray.shutdown()
            self._ours = False

    def _feed(self) -> None:
        """Hand out as much as there are idle workers: what waits, waits here and costs nothing."""
        while self._waiting and self._idle:
            actor, assignment = self._idle.popleft(), self._waiting.popleft()
            self._under_way[actor.run.remote(self._held, assignment)] = (actor, assignment)

    def _ended(self, reference: Any) -> list[TrialResult]:
        """Take in the end of a trial, or of a worker's start, and see to what follows."""
        actor, assignment = self._under_way.pop(reference)
        errors = self._ray.exceptions
        try:
            result = self._ray.get(reference)
        except errors.RayTaskError as error:
            # What the worker raised, and not Ray's wrapping of it.
            raise error.cause from error
        except errors.RayError as error:
            if assignment is None:
                raise _gone(error) from error
            self._wait_for(actor)
            return self._lost(assignment, error)
        self._idle.append(actor)
        self._started = True
        if assignment is None:
            return []
        del self._losses[assignment.key]
        return [result]

    def _lost(self, assignment: Assignment, error: Exception) -> list[TrialResult]:
        self._losses[assignment.key] += 1
        if self._losses[assignment.key] < MOST_LOSSES:
            self._waiting.appendleft(assignment)
            return []
        del self._losses[assignment.key]
        first = first_line(error)
        reason = (
            f"The worker was lost {MOST_LOSSES} times while it ran this trial, which may need more "
            f"memory than there is. The last time Ray said: {first}"
        )
        return [TrialResult(assignment.trial, assignment.attempt, "failed", reason=reason)]

    def _wait_for(self, actor: Any) -> None:
        """Count a worker as idle once it answers, however often it is started until then."""
        self._under_way[actor.ready.remote(self._held)] = (actor, None)

    def _start(self, cores: int, gpus: float) -> None:
        kind = self._ray.remote(_worker(self._ray))
        for _ in range(self.slots):
            actor = kind.options(
                num_cpus=cores, num_gpus=gpus, max_restarts=-1, scheduling_strategy="SPREAD"
            ).remote(cores, gpus > 0)
            self._actors.append(actor)
            self._wait_for(actor)

    def _sent(self, job: Job) -> Any:
        try:
            return self._ray.put(job)
        except (TypeError, AttributeError) as error:
            raise bad_input(
                "job_unsendable",
                "The search cannot be sent to other processes",
                expected="data and a builder of models without open files or locks",
                received=first_line(error),
                remedy="Open what the builder needs inside the builder, or use one worker",
            ) from error

    def _check_started(self) -> None:
        if time.monotonic() - self._begun > START_SECONDS:
            free = self._ray.available_resources()
            shown = ", ".join(f"{free.get(name, 0):g} {name}" for name in ("CPU", "GPU"))
            raise GoodfitError(
                f"In {START_SECONDS / 60:.0f} minutes the cluster started no worker; free are "
                f"{shown}. Take fewer CPUs or GPUs for each trial, or wait until others are done."
            )


class _Worker:
    """Runs one trial after the other in a process of its own."""

    def __init__(self, threads: int, sees_gpus: bool) -> None:
        # TensorFlow reads these when it is imported, which nothing has done yet. Without them
        # every worker starts a thread for every core, and they stand in each other's way.
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
            os.environ[name] = str(threads)
        if not sees_gpus:
            os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        # Otherwise the first of several that share a GPU takes all its memory.
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        self._job: Any = None

    def ready(self, held: list[Any]) -> None:
        """Answer, once the job is read."""
        self._read(held)

    def run(self, held: list[Any], assignment: Assignment) -> TrialResult:
        """Train and score what is assigned."""
        return self._read(held).run(assignment)

    def _read(self, held: list[Any]) -> Job:
        if self._job is None:
            self._job = require("ray", "ray").get(held[0])
        return self._job


def _worker(ray: Any) -> type:
    """Return the class of a worker whose first answer outlasts its restarts."""

    class Worker(_Worker):
        ready = ray.method(max_task_retries=-1)(_Worker.ready)

    return Worker


def _gone(error: Exception) -> GoodfitError:
    first = first_line(error)
    return GoodfitError(
        f"Ray can no longer run trials: {first} What has ended is kept; go on with --resume."
    )
