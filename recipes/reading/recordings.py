"""Recordings: a folder of WAV files by class, or with a table of what is said in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input, did_you_mean
from ...zoo.ragged import as_rows
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset
from .few_rows import few_rows
from .forms import Form
from .metadata import TRANSCRIPTS, Listing, metadata_of, name_part, wav_files
from .wav_files import read_wav, resampled

__all__ = ["FORM"]

NAME = "recording"
# A word is learnt as a whole where there are at most so many, each at least so often.
FEW_WORDS, OFTEN = 50, 20
_KINDS = ("binary", "multiclass", "regression", "speech")


def _fits(source: Any, task: str | None, options: Mapping[str, Any]) -> bool:
    del task, options
    if not isinstance(source, str | Path) or not Path(source).is_dir():
        return False
    return any(path.suffix.lower() == ".wav" for path in Path(source).rglob("*"))


def _read(source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]) -> Dataset:
    folder = Path(source)
    wanted = target if isinstance(target, str) or target is None else next(iter(target), None)
    listing = metadata_of(folder, wanted) or _by_folder(folder, wanted)
    if few := few_rows(len(listing.paths), "recording", f"in {folder}"):
        raise BadInput(*few)
    kind = task.kind if isinstance(task, Task) else task
    spoken = listing.target.lower() in TRANSCRIPTS
    answers = [" ".join(text.split()) for text in listing.columns[listing.target]]
    made, labels = _labels(answers, task, kind or ("speech" if spoken else None), options, listing)
    extras = _extras(listing, options.get("group"))
    rate, sounds, choice = _sounds(listing.paths, None)
    column = Column(NAME, "audio", rate=rate)
    kept = {
        name: options[name] for name in ("form", "types", "group", "positive") if name in options
    }
    choices = {
        "target": Choice(listing.target, reason=f"It is told by {listing.where}."),
        "task": Choice(made.kind, "SEQ-10", {}, _why(made, listing)),
        "rate": choice,
    }
    return Dataset(
        {NAME: sounds},
        labels,
        (column,),
        made,
        (listing.target,),
        str(folder.resolve()),
        np.arange(1, len(sounds) + 1),
        choices,
        {**kept, "task": made.kind},
        extras,
    )


def _read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
    column = columns[0]
    if isinstance(source, str | Path):
        place = Path(source)
        paths = wav_files(place) if place.is_dir() else [place]
        if not paths or not all(path.is_file() for path in paths):
            expected = "a .wav file, or a folder that holds some"
            raise bad_input("file_missing", f"There is no recording at {source}", expected=expected)
        _, sounds, _ = _sounds(paths, column.rate)
        files = np.array([str(path) for path in paths], object)
        extras = {"file": files}
    else:
        rows = source.get(column.name) if isinstance(source, Mapping) else source
        if rows is None:
            message = f"The column '{column.name}' is absent"
            raise bad_input("column_missing", message, remedy=did_you_mean(column.name, source))
        sounds, extras = as_rows(rows), {}
    told = str(Path(source).resolve()) if isinstance(source, str | Path) else "arrays"
    return Dataset(
        {column.name: sounds},
        None,
        tuple(columns),
        None,
        source=told,
        options=options,
        extras=extras,
    )


FORM = Form(_fits, _read, _read_rows, ("types", "group", "positive"))


def _by_folder(folder: Path, target: str | None) -> Listing:
    paths = wav_files(folder)
    astray = [str(path.relative_to(folder)) for path in paths if path.parent == folder]
    if astray:
        raise bad_input(
            "class_missing",
            f"{len(astray)} recordings in {folder} lie in no folder that tells their class",
            expected="a folder for each class, or metadata.csv with the columns file and text",
            received=", ".join(astray[:10]),
        )
    classes = [path.relative_to(folder).parts[0] for path in paths]
    name = target or "class"
    return Listing(paths, {name: classes}, name, f"the folders in {folder}")


def _labels(
    answers: list[str],
    task: str | Task | None,
    kind: str | None,
    options: Mapping[str, Any],
    listing: Listing,
) -> tuple[Task, NDArray[Any]]:
    if kind is not None and kind not in _KINDS:
        message = f"Recordings cannot be read for a {kind} task"
        raise bad_input(
            "task_unsuited", message, expected="one of " + ", ".join(_KINDS), received=kind
        )
    if blank := [str(p) for p, a in zip(listing.paths, answers, strict=True) if not a]:
        message = f"{len(blank)} recordings have no '{listing.target}'"
        raise bad_input(
            "target_empty", message, expected="a text for each", received=", ".join(blank)
        )
    if kind == "regression":
        return _amounts(answers, listing)
    if kind == "speech":
        told = (options.get("types") or {}).get(listing.target)
        by_word = told == "category" or (told is None and _few_words(answers))
        made = task if isinstance(task, Task) else Task("speech", _symbols(answers, by_word))
        return made, np.array(answers, object)
    names = task.names if isinstance(task, Task) else tuple(sorted(set(answers)))
    positive = options.get("positive")
    if positive is not None and not isinstance(task, Task):
        if len(names) != 2 or positive not in names:
            message = f"'{positive}' cannot be the class that counts as yes"
            raise bad_input(
                "positive_unknown",
                message,
                expected="one of two classes",
                received=", ".join(names),
            )
        names = tuple(sorted(names, key=positive.__eq__))
    if unknown := sorted(set(answers) - set(names)):
        message = "There are classes that the task does not know"
        raise bad_input(
            "class_unknown", message, expected=", ".join(names), received=", ".join(unknown)
        )
    if len(names) < 2:
        message = f"All recordings in {listing.where} have one class"
        raise bad_input(
            "one_class", message, expected="at least 2 classes", received=", ".join(names)
        )
    made = (
        task
        if isinstance(task, Task)
        else Task("binary" if len(names) == 2 else "multiclass", names)
    )
    return made, np.array([names.index(answer) for answer in answers], np.int64)


def _symbols(answers: list[str], by_word: bool) -> tuple[str, ...]:
    """Return the signs of all transcripts, or their words, each with the blank after it."""
    if by_word:
        return tuple(sorted({f"{word} " for answer in answers for word in answer.split()}))
    return tuple(sorted(set("".join(answers))))


def _few_words(answers: list[str]) -> bool:
    """Return whether there are so few words, each so often, that each can be learnt as a whole."""
    counts = Counter(word for answer in answers for word in answer.split())
    return len(counts) <= FEW_WORDS and min(counts.values()) >= OFTEN


def _amounts(answers: list[str], listing: Listing) -> tuple[Task, NDArray[Any]]:
    try:
        return Task("regression", (listing.target,)), np.array([float(a) for a in answers])
    except ValueError as error:
        message = f"'{listing.target}' holds what is no number"
        raise bad_input("target_type", message, expected="numbers", received=str(error)) from error


def _extras(listing: Listing, group: str | None) -> dict[str, NDArray[Any]]:
    extras = {"file": np.array([str(path) for path in listing.paths], object)}
    if group is None:
        return extras
    values: list[str | None] | list[str] = listing.columns.get(group, [])
    if not values and group.isdigit():
        values = [name_part(path, int(group)) for path in listing.paths]
    if not values or any(value in (None, "") for value in values):
        names = ", ".join(listing.columns)
        raise bad_input(
            "group_unknown",
            f"The group '{group}' is not known for every recording",
            expected=f"a column of {listing.where} ({names}), or the number of a part of each "
            "file's name, such as 2 for jackson in 7_jackson_32.wav",
            received=group,
        )
    return extras | {group: np.array(values, object)}


def _sounds(paths: Sequence[Path], rate: int | None) -> tuple[int, NDArray[Any], Choice]:
    """Return the rate, the samples of each file at that rate, and why it is that one."""
    read, broken = [], []
    for path in paths:
        try:
            read.append(read_wav(path))
        except ValueError as error:
            broken.append(f"{path} ({error})")
    if broken:
        message = f"{len(broken)} of {len(paths)} recordings cannot be read"
        expected = "WAV files of whole numbers of 8 to 32 bits or of floats"
        raise BadInput(Problem("recording_unreadable", message, expected, "; ".join(broken)))
    found = Counter(each for each, _ in read)
    rate = rate or max(found, key=lambda each: (found[each], -each))
    others = len(read) - found[rate]
    reason = "All recordings have this rate." if not others else "Most recordings have this rate; "
    reason += f"{others} were brought to it." if others else ""
    sounds = as_rows([resampled(samples, each, rate) for each, samples in read])
    return rate, sounds, Choice(rate, "SEQ-1", {"other_rates": others}, reason)


def _why(task: Task, listing: Listing) -> str:
    if task.kind == "speech":
        parts = "words" if any(len(name) > 1 for name in task.names) else "signs"
        other = "signs: --types {0}=text" if parts == "words" else "words: --types {0}=category"
        told = f"'{listing.target}' holds what is said, of {len(task.names)} different {parts}"
        return f"{told} (by {other.format(listing.target)})."
    return f"'{listing.target}' holds {len(set(listing.columns[listing.target]))} different values."
