"""How Ray is started on this machine or joined elsewhere, and how much of it each trial gets."""

from __future__ import annotations

import math
import os
import secrets
import socket
import sys
from typing import Any

from ...zoo.errors import BadInput, Problem, bad_input, require

__all__ = [
    "check_gpus",
    "check_numbers",
    "connected",
    "cores_each",
    "first_line",
    "gpus_each",
    "room",
]

ANSWER_SECONDS = 10.0
"""A port that is not open by then is not asked by Ray, which would go on asking for 10 minutes."""
# Ray reads these variables when it is imported. It reports to nobody, and its own news of lost
# workers stay out of what we print, which may be JSON.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}
# On a single machine it opens no port that others can reach, whatever the variable is called, and
# the secret that its ports ask for is not written to the home folder.
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "token"}
_LOOK = (
    "Look with `ray status --address ADDRESS`; where it asks for a token, set RAY_AUTH_MODE=token"
)


def connected(address: str | None, cores: int) -> tuple[Any, bool]:
    """Join a cluster, or start Ray on this machine.

    Args:
        address: Of the cluster; None for this machine.
        cores: As many as this machine's Ray gives out at least.

    Returns:
        The package, and whether the connection is ours to end.

    Raises:
        BadInput: Nothing answers there, or Ray cannot be started.
        MissingExtra: Ray is not installed.
    """
    if "ray" not in sys.modules:
        for name, value in (_QUIET if address else _QUIET | _ALONE).items():
            os.environ.setdefault(name, value)
        if address is None and "RAY_AUTH_TOKEN_PATH" not in os.environ:
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    ray = require("ray", "ray")
    if ray.is_initialized():
        return ray, False
    options: dict[str, Any] = {"configure_logging": False, "log_to_driver": False}
    if address is None:
        options |= {"num_cpus": max(cores_here(), cores), "include_dashboard": False}
    try:
        if address is not None:
            _ask(address)
        ray.init(address or "local", **options)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise bad_input(
            "cluster_unreachable",
            f"Ray did not answer at {address}" if address else "Ray could not be started here",
            expected="the address of a running cluster" if address else "",
            received=first_line(error),
            remedy=_LOOK if address else "",
        ) from error
    return ray, True


def _ask(address: str) -> None:
    """Raise OSError where nothing listens; names such as `auto` are left to Ray."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()


def cores_here() -> int:
    """Return how many cores of this machine this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cores_each(address: str | None, workers: int | None) -> int:
    """Return the cores of each trial: this machine's are divided, on a cluster it is 1."""
    return 1 if address is not None or workers is None else max(1, cores_here() // workers)


def gpus_each(ray: Any, address: str | None, workers: int | None) -> float:
    """Return the GPUs of each trial: this machine's are divided, on a cluster it has none.

    Several whole ones, or a share of which whole numbers fit on one.
    """
    found = 0 if address is not None else int(ray.cluster_resources().get("GPU", 0))
    if not found:
        return 0.0
    if workers is None or workers <= found:
        return float(found // (workers or found))
    return math.floor(1e4 / math.ceil(workers / found)) / 1e4  # Ray counts to four digits


def room(ray: Any, cores: int, gpus: float) -> int:
    """Return how many trials the machines that are there can run at once."""
    found = ray.cluster_resources()
    most = found.get("CPU", 0) // cores
    if gpus:
        per_gpu = int(1 / gpus + 1e-9)
        whole = int(found.get("GPU", 0))
        most = min(most, whole * per_gpu if gpus < 1 else whole // gpus)
    return max(1, int(most))


def check_gpus(ray: Any, workers: int, gpus: float) -> None:
    """Refuse more GPUs than this machine has: nobody would add any.

    Raises:
        BadInput: There are too few.
    """
    found = ray.cluster_resources().get("GPU", 0)
    if workers * gpus > found:
        raise bad_input(
            "gpus_too_few",
            "There are not enough GPUs for so many trials at once",
            expected=f"{workers * gpus:g} GPUs",
            received=f"{found:g}",
            remedy="Take fewer workers, or a share of a GPU for each trial",
        )


def check_numbers(workers: int | None, cpus: int | None, gpus: float | None) -> None:
    """Refuse what cannot be given to a trial.

    Raises:
        BadInput: A number is not usable; all of them are named.
    """
    problems = [
        Problem(f"{name}_invalid", f"The number of {name} is not usable", "at least 1", repr(value))
        for name, value in (("workers", workers), ("cpus_per_trial", cpus))
        if value is not None and value < 1
    ]
    if gpus is not None and (gpus < 0 or (gpus > 1 and gpus != int(gpus))):
        expected = "a share of one GPU, or a whole number"
        message = "GPUs cannot be divided so"
        problems.append(Problem("gpus_per_trial_invalid", message, expected, repr(gpus)))
    if problems:
        raise BadInput(*problems)


def first_line(error: Exception) -> str:
    """Return the first line of what Ray says, which is mostly long."""
    return str(error).strip().partition("\n")[0]
