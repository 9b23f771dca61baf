"""What `tune` was asked for, checked, and what follows where something was left out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem, did_you_mean
from ..config import Config
from ..dataset import Splits
from ..studying.places import FOLDS, Place, places_of
from ..training.fitting import Listener
from .assignments import Job
from .beginning import Subject
from .executors import Executor, InProcess
from .guided_space import coarse, default_space
from .oracles import METHODS
from .space import Space

__all__ = [
    "check_asked",
    "chosen_executor",
    "chosen_places",
    "chosen_space",
    "divisions_key",
    "longest",
]


def check_asked(method: str, **numbers: float | None) -> None:
    """Check what a search is to do.

    Args:
        method: Its name.
        numbers: Counts, and `minutes`, by name; None is whatever is usual.

    Raises:
        BadInput: Something cannot be used; all of it is named.
    """
    problems = []
    if method not in METHODS:
        problems.append(
            Problem(
                "method_unknown",
                f"There is no method '{method}'",
                "one of " + ", ".join(METHODS),
                repr(method),
                did_you_mean(method, METHODS),
            )
        )
    for name, value in numbers.items():
        least = "above 0" if name == "minutes" else "of at least 1"
        if value is not None and not (value > 0 if name == "minutes" else value >= 1):
            message = f"A search cannot have {name}={value!r}"
            problems.append(Problem("option_invalid", message, f"a number {least}", repr(value)))
    if problems:
        raise BadInput(*problems)


def chosen_places(splits: Splits, seeds: int | None, first: int) -> tuple[Place, ...]:
    """Return where each trial is trained: in folds of a small set, else with seeds.

    Args:
        splits: The data.
        seeds: How many places; None takes all folds, or one seed.
        first: The first of the seeds.
    """
    places = places_of(splits, seeds=max(FOLDS, seeds or FOLDS), seed=first)[0]
    if seeds is None:
        seeds = 1 if places[0].splits is places[-1].splits else FOLDS
    return places[:seeds]


def divisions_key(places: Sequence[Place]) -> str:
    """Return a short hash of which rows are held out in each place."""
    digest = hashlib.sha256()
    for place in places:
        digest.update(place.splits.validation.rows.astype("<i8").tobytes())
    return digest.hexdigest()[:12]


def chosen_space(
    given: Space | str | Path | None, config: Config, more: Sequence[str], builder: Any, method: str
) -> Space:
    """Return the space that was given, that of a builder, or that of the guide.

    Args:
        given: A space, TOML, or the path of a file.
        config: The config around which is searched.
        more: Further settings for the guide's space.
        builder: A builder of the user's, or None.
        method: A grid has few values of each setting.

    Raises:
        BadInput: The space cannot be used.
    """
    if given is not None and not isinstance(given, Space):
        given = Space.from_toml(given)
    if builder is not None:
        from .own_spaces import space_of_builder

        return space_of_builder(builder, given)
    if given is None:
        found = default_space(config, more)
        return coarse(found, config) if method == "grid" else found
    given.check(config)
    return given


def chosen_executor(
    make: Callable[[Job], Executor] | None, workers: int, job: Job, listener: Listener | None
) -> Executor:
    """Return what runs the trials.

    Args:
        make: Makes it; None leaves it to the number of workers.
        workers: How many trials at once.
        job: What is the same for all trials.
        listener: Told of epochs, where they are trained in this process.

    Raises:
        MissingExtra: Several workers need Ray.
    """
    if make is not None:
        return make(job)
    if workers > 1:
        from .ray_executor import RayExecutor

        return RayExecutor(job, workers=workers)
    return InProcess(job, listener)


def longest(subject: Subject, config: Config) -> int:
    """Return how many epochs a training is worth: those of the kept run, where it is known.

    Args:
        subject: What is searched around.
        config: Its settings.
    """
    if subject.run is None:
        return config.epochs
    return max(1, min(int(subject.run.record["epochs"]), config.epochs))
