"""The folders that TensorBoard is shown: found by what they hold, and linked under short names."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...zoo.errors import BadInput, Problem, bad_input

__all__ = ["find_places", "linked"]

LOGS = "tensorboard"
"""The folder in which a run, and a search for its trials, writes for TensorBoard."""
EVENTS = "*tfevents*"
BEST = "best"
"""The folder of the run that a search ends with."""
RECORDS = ("run.json", "ledger.jsonl", "trials.jsonl")


def find_places(folders: Sequence[str | Path]) -> dict[str, Path]:
    """Return where TensorBoard finds the logs of runs, by a short name for each.

    Args:
        folders: Of runs, studies, searches, of logs that `TensorBoardWriter` or Keras wrote, or
            folders that hold some of these. The logs of a study that has only begun may not be
            there yet.

    Raises:
        BadInput: A folder is not there, or holds none of these; all are named at once.

    Examples:
        >>> folder = getfixture("tmp_path")
        >>> (folder / "first" / "tensorboard").mkdir(parents=True)
        >>> list(find_places([folder / "first"]))
        ['first']
    """
    problems: list[Problem] = []
    found: list[Path] = []
    for given in folders:
        folder = Path(given)
        inside = _inside(folder)
        if not inside:
            problems.append(_problem(folder))
        found += [place for place in inside if place not in found]
    if problems:
        raise BadInput(*problems)
    return dict(zip(_names(found), found, strict=True))


@contextlib.contextmanager
def linked(places: Mapping[str, Path]) -> Iterator[Path]:
    """Yield a new folder that holds a link to each place, and is gone afterwards.

    Args:
        places: Folders by name; one that is not there yet will be seen once it is.

    Raises:
        BadInput: This system makes no links.
    """
    with tempfile.TemporaryDirectory(prefix="goodfit-board-") as name:
        root = Path(name)
        for title, place in places.items():
            try:
                (root / title).symlink_to(place.resolve(), target_is_directory=True)
            except OSError as error:
                raise bad_input(
                    "board_links",
                    "TensorBoard cannot be shown several runs here",
                    expected="a system on which links to folders can be made",
                    received=error.strerror or str(error),
                    remedy=f"Start it yourself: tensorboard --logdir {place}",
                ) from error
        yield root


def _inside(folder: Path) -> list[Path]:
    """Return the places with logs in a folder: its own, else those of the folders in it."""
    if not folder.is_dir():
        return []
    own = _with_best(folder)
    if own:
        return own
    children = sorted(child for child in folder.iterdir() if child.is_dir())
    runs = [place for child in children for place in _with_best(child)]
    if runs:
        return runs
    return [folder] if any(folder.rglob(EVENTS)) else []


def _with_best(folder: Path) -> list[Path]:
    """Return where a folder keeps its logs, and those of the run that its search ended with."""
    own, best = _own(folder), folder / BEST
    if own is None:
        return []
    return [own, best / LOGS] if (best / RECORDS[0]).is_file() else [own]


def _own(folder: Path) -> Path | None:
    """Return where a run, a study or a search keeps its logs, or the folder if it holds them."""
    if (folder / LOGS).is_dir() or any((folder / record).is_file() for record in RECORDS):
        return folder / LOGS
    holds = any(any((folder / part).glob(EVENTS)) for part in ("", "train", "validation"))
    return folder if holds else None


def _names(places: Sequence[Path]) -> list[str]:
    """Return a name for each place that no other has: its folder's, with more where needed.

    The best of a search is named after the search as well.
    """
    names: list[str] = []
    for place in places:
        parts = (place.parent if place.name == LOGS else place).resolve().parts
        count = 2 if parts[-1] == BEST and len(parts) > 2 else 1
        name = " in ".join(reversed(parts[-count:]))
        while name in names and count < len(parts) - 1:
            count += 1
            name = " in ".join(reversed(parts[-count:]))
        while name in names:
            name += " again"
        names.append(name)
    return names


def _problem(folder: Path) -> Problem:
    if not folder.is_dir():
        return Problem(
            "run_missing",
            f"There is no folder {folder}",
            "the folder of a run, of a study, of a search, or of logs for TensorBoard",
            remedy="Check the path",
        )
    return Problem(
        "logs_missing",
        f"The folder {folder} holds nothing that TensorBoard could show",
        "the folder of a run, of a study, of a search, or of logs for TensorBoard",
        ", ".join(sorted(item.name for item in folder.iterdir())[:6]) or "nothing",
        "Give a folder that `goodfit train` made, or one given to TensorBoardWriter",
    )
