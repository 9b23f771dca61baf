"""How a search begins, and which earlier one it goes on with: never another, never by accident."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...zoo.errors import bad_input
from ..config import Config
from ..dataset import Dataset, Splits
from ..files import new_folder, write_text
from ..rereading import check_finished, check_unchanged, reread
from ..training.runs import Run, open_run, versions
from .journal import JOURNAL, Journal
from .locking import FolderLock
from .space import Space
from .storage import Storage

__all__ = ["Begun", "Subject", "begin_search", "search_key", "subject_of"]

SHOWN = 12
"""So many digits of the hash name the folder."""
PLACE = "tuning"


@dataclass(frozen=True)
class Subject:
    """What a search is around.

    Args:
        config: The kept settings.
        splits: The data; the test rows stay sealed.
        dataset: All rows, where they were read again.
        run: The run whose config it is; None where a config was given.
    """

    config: Config
    splits: Splits
    dataset: Dataset | None = None
    run: Run | None = None

    @property
    def metric(self) -> str | None:
        """What decided before, where the run is that of a study."""
        return None if self.run is None else (self.run.record.get("study") or {}).get("metric")


@dataclass(frozen=True)
class Begun:
    """A search that can be carried out.

    Args:
        folder: Where it is kept.
        journal: What happened so far.
        key: The hash of space, data, config, method, metric and seeds.
        lock: Keeps other processes from carrying it on, until it is closed.
    """

    folder: Path
    journal: Journal
    key: str
    lock: FolderLock


def subject_of(source: Any, splits: Splits | None) -> Subject:
    """Return what a search is around: a run or its folder, or a config with its data.

    Raises:
        BadInput: There is no such run, it is unfinished, its data changed, or no data was given.
    """
    if isinstance(source, Config):
        if splits is None:
            raise bad_input(
                "splits_missing",
                "A config alone has no data to be tuned on",
                expected="the splits as well: tune(config, splits)",
            )
        return Subject(source, splits)
    run = source if isinstance(source, Run) else open_run(source)
    check_finished(run)
    splits = splits or run.splits
    dataset = None
    if splits is None:
        dataset, splits = reread(run)
    check_unchanged(run, splits)
    return Subject(run.config, splits, dataset, run)


def search_key(subject: Subject, space: Space, choices: Mapping[str, Any], builder: Any) -> str:
    """Return the hash of all that decides what a search does; limits of time and number do not.

    Args:
        subject: Config and data.
        space: What can be tried.
        choices: Method, metric, seed, places and epochs.
        builder: A builder of the user's, or None.
    """
    splits = subject.splits
    config = {name: value for name, value in subject.config.to_dict().items() if name != "reasons"}
    parts = {
        "space": space.key,
        "data": [splits.train.fingerprint(), splits.validation.fingerprint(), splits.test.seal],
        "config": config,
        "choices": dict(choices),
        "builder": _told_builder(builder),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def begin_search(
    subject: Subject,
    space: Space,
    choices: Mapping[str, Any],
    *,
    limits: Mapping[str, Any],
    builder: Any = None,
    output: str | Path | None = None,
    storage: Storage | None = None,
    resume: bool = False,
) -> Begun:
    """Make the folder of a search, or find that of the same search to go on with.

    Args:
        subject: Config and data.
        space: What can be tried.
        choices: Method, metric, seed, places and epochs.
        limits: How many trials and minutes were asked for; they do not make it another search.
        builder: A builder of the user's, or None.
        output: The folder that is to hold the searches; beside the run when left out.
        storage: Where there may be a copy of it that went on further.
        resume: Go on with the search of the same hash.

    Raises:
        BadInput: The search is there already and is not to be resumed, or the other way round; or
            another process carries it on.
    """
    key = search_key(subject, space, choices, builder)
    place, stem = _place(subject, output)
    folder = place / f"{stem}-{key[:SHOWN]}"
    if storage is not None:
        storage.fetch(folder)
    if folder.exists() and any(folder.iterdir()):
        if not resume and not _is_untried(folder):
            raise bad_input(
                "search_exists",
                f"This very search is there already: {folder}",
                expected="another space, method, metric, seed or config; or to go on with it",
                remedy="Go on with it: --resume (in Python resume=True)",
            )
    elif resume:
        others = sorted(path.name for path in place.glob(f"{stem}-*") if (path / JOURNAL).exists())
        raise bad_input(
            "search_missing",
            f"There is no search in {folder} to go on with",
            expected="the same space, data, config, method, metric and seed as then",
            received=f"other searches: {', '.join(others[:3])}" if others else "none at all",
            remedy="Leave --resume out to begin one",
        )
    else:
        new_folder(folder)
    lock = FolderLock(folder)
    journal = Journal(folder / JOURNAL)
    if journal.head is None:
        write_text(folder / "space.toml", space.to_toml())
        write_text(folder / "config.toml", subject.config.to_toml())
        run = subject.run
        journal.begin(
            {
                "search": key,
                "run": str(run.folder.absolute()) if run and run.folder else None,
                "builder": builder is not None,
                **choices,
                "limits": dict(limits),
                "space": space.to_dict(),
                "config": subject.config.to_dict(),
                "fingerprint": subject.splits.train.fingerprint(),
                "versions": versions(),
            }
        )
    return Begun(folder, journal, key, lock)


def _is_untried(folder: Path) -> bool:
    """Return whether a search ended before its first trial, such as for want of a worker."""
    return not Journal(folder / JOURNAL).trials


def _place(subject: Subject, output: str | Path | None) -> tuple[Path, str]:
    """Return the folder that holds the searches, and how their names begin."""
    folder = None if subject.run is None else subject.run.folder
    if folder is not None:
        return Path(output) if output else folder.parent, f"{folder.name}-{PLACE}"
    stem = Path(subject.splits.train.source).name.split(".")[0]
    stem = stem if stem and " " not in stem else "data"  # of rows in memory it is a sentence
    return Path(output) if output else Path("runs"), f"{stem}-{PLACE}"


def _told_builder(builder: Any) -> str:
    """Return what tells one builder from another: its name and, where that is known, its text."""
    if builder is None:
        return ""
    made = builder if inspect.isroutine(builder) else type(builder)
    name = f"{made.__module__}.{made.__qualname__}"
    try:
        return f"{name}\n{inspect.getsource(made)}"
    except (OSError, TypeError):
        return name
