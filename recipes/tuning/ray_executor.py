"""Trials in several processes, on one machine or many: Ray keeps the processes, we keep the list.

Every worker is an actor of Ray, a process that lasts for the whole search. It imports TensorFlow
once, reads the job once, and keeps what it traced from one trial to the next; a GPU that it was
given stays its own. (A task of Ray's gets a new process for every call as soon as it asks for a
GPU.) Workers write no files: what counts comes back through the driver, so what a worker does
whose driver is dead counts nowhere.
"""

from __future__ import annotations

import os
import pickle
import secrets
import sys
import time
from collections import Counter, deque
from typing import Any

from ...zoo.errors import BadInput, GoodfitError, Problem, bad_input, require
from .assignments import Assignment, Job, TrialResult

__all__ = ["MOST_LOSSES", "RayExecutor"]

MOST_LOSSES = 3
"""A trial whose worker was lost so often is to blame itself: it needs more memory than there is."""
START_SECONDS = 900.0
"""So long a cluster may take to give us a first worker: clouds need minutes for a machine."""

# Ray reads these variables when it is imported. It reports to nobody, and its own news of lost
# workers stay out of what we print, which may be JSON.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}
# On a single machine it opens no port that others can reach, whatever the variable is called, and
# the secret that its ports ask for is not written to the home folder.
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "token"}

_LOOK = (
    "Look with `ray status --address ADDRESS`; where it asks for a token, set RAY_AUTH_MODE=token"
)


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
        gpus_per_trial: A share of a GPU, or several.
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
        gpus_per_trial: float = 0,
        cpus_per_trial: int | None = None,
    ) -> None:
        _check(workers, gpus_per_trial, cpus_per_trial)
        self._waiting: deque[Assignment] = deque()
        self._losses: Counter[tuple[str, int]] = Counter()
        self._under_way: dict[Any, tuple[Any, Assignment | None]] = {}
        self._idle: deque[Any] = deque()
        self._actors: list[Any] = []
        self._started = False
        self._begun = time.monotonic()
        here = _cores() if address is None else None
        if here is not None and workers is not None and cpus_per_trial is None:
            cpus_per_trial = max(1, here // workers)
        cores = cpus_per_trial or 1
        wanted = None if here is None else max(here, (workers or 1) * cores)
        self._ray, self._ours = _connected(address, wanted)
        try:
            self.slots = workers or self._room(cores, gpus_per_trial)
            if address is None:
                self._check_gpus(self.slots * gpus_per_trial)
            # In a list, so that Ray hands the reference on and the worker reads the job once.
            self._held = [self._sent(job)]
            self._start(cores, gpus_per_trial)
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
        first = str(error).strip().partition("\n")[0]
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
            ).remote(cores)
            self._actors.append(actor)
            self._wait_for(actor)

    def _sent(self, job: Job) -> Any:
        try:
            return self._ray.put(job)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            raise bad_input(
                "job_unsendable",
                "The search cannot be sent to other processes",
                expected="data and a builder of models without open files, locks or lambdas' state",
                received=str(error).strip().partition("\n")[0],
                remedy="Open what the builder needs inside the builder, or use one worker",
            ) from error

    def _room(self, cores: int, gpus: float) -> int:
        """Return how many trials the machines that are there can run at once."""
        found = self._ray.cluster_resources()
        room = found.get("CPU", 0) // cores
        if gpus:
            room = min(room, found.get("GPU", 0) // gpus)
        return max(1, int(room))

    def _check_gpus(self, wanted: float) -> None:
        found = self._ray.cluster_resources().get("GPU", 0)
        if wanted > found:
            raise bad_input(
                "gpus_too_few",
                "There are not enough GPUs for so many trials at once",
                expected=f"{wanted:g} GPUs",
                received=f"{found:g}",
                remedy="Take fewer workers, or a share of a GPU for each trial",
            )

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

    def __init__(self, threads: int) -> None:
        # TensorFlow reads these when it is imported, which nothing has done yet. Without them
        # every worker starts a thread for every core, and they stand in each other's way.
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
            os.environ[name] = str(threads)
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


def _connected(address: str | None, cores: int | None) -> tuple[Any, bool]:
    """Return the package, and whether Ray was started or joined by us."""
    if "ray" not in sys.modules:
        for name, value in (_QUIET if address else _QUIET | _ALONE).items():
            os.environ.setdefault(name, value)
        if address is None and "RAY_AUTH_TOKEN_PATH" not in os.environ:
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    ray = require("ray", "ray")
    if ray.is_initialized():
        return ray, False
    quiet = {"include_dashboard": False} if address is None else {}
    try:
        ray.init(
            address or "local",
            num_cpus=cores,
            configure_logging=False,
            log_to_driver=False,
            **quiet,
        )
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise bad_input(
            "cluster_unreachable",
            f"Ray did not answer at {address}" if address else "Ray could not be started here",
            expected="the address of a running cluster" if address else "",
            received=str(error).strip().partition("\n")[0],
            remedy=_LOOK if address else "",
        ) from error
    return ray, True


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gone(error: Exception) -> GoodfitError:
    first = str(error).strip().partition("\n")[0]
    return GoodfitError(
        f"Ray can no longer run trials: {first} What has ended is kept; go on with --resume."
    )


def _check(workers: int | None, gpus: float, cpus: int | None) -> None:
    problems = [
        Problem(f"{name}_invalid", f"The number of {name} is not usable", "at least 1", repr(value))
        for name, value in (("workers", workers), ("cpus_per_trial", cpus))
        if value is not None and value < 1
    ]
    if gpus < 0 or (gpus > 1 and gpus != int(gpus)):
        expected = "a share of one GPU, or a whole number"
        message = "GPUs cannot be divided so"
        problems.append(Problem("gpus_per_trial_invalid", message, expected, repr(gpus)))
    if problems:
        raise BadInput(*problems)
