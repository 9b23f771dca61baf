"""The table beside recordings: which file says what, and who speaks."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...zoo.errors import BadInput, Problem, bad_input, did_you_mean

__all__ = ["TRANSCRIPTS", "Listing", "metadata_of", "name_part", "wav_files"]

FILES = ("file", "file_name", "filename", "path", "audio", "wav")
TRANSCRIPTS = ("text", "transcript", "transcription", "sentence", "words")
CLASSES = ("class", "label", "target", "category", "y")
_NAMES = ("metadata.csv", "metadata.txt", "metadata.tsv")


@dataclass(frozen=True)
class Listing:
    """Recordings with what is known of each.

    Args:
        paths: Where each is.
        columns: What is known beside the sound, by name, one text for each recording.
        target: The name of what is to be predicted.
        where: Where that is told, for a message.
    """

    paths: Sequence[Path]
    columns: Mapping[str, list[str]]
    target: str
    where: str


def wav_files(folder: Path) -> list[Path]:
    """Return the .wav files in a folder and below it, in order of their names."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".wav")


def metadata_of(folder: Path, target: str | None) -> Listing | None:
    """Return what `metadata.csv` in a folder tells of its recordings; None where there is none.

    The table has a header with a column `file` (or `path` and the like), or, as in LJSpeech, none:
    then each line is a name, its text and perhaps the text in words, with `|` between.

    Args:
        folder: The folder of the recordings.
        target: The column to predict; found by its name if left out.

    Raises:
        BadInput: A recording is not there, or no column of that name is.
    """
    place = next((folder / name for name in _NAMES if (folder / name).is_file()), None)
    if place is None:
        return None
    lines = place.read_text(encoding="utf-8-sig").splitlines()
    first = lines[0] if lines else ""
    sign = max("|\t,;", key=first.count)
    names = next(csv.reader([first], delimiter=sign), [])
    if not set(FILES) & {name.strip().lower() for name in names} and sign == "|":
        rows = [line.split("|") for line in lines if line.strip()]
        columns = {"file": [row[0] for row in rows], "text": [row[-1] for row in rows]}
    else:
        read = [row for row in csv.DictReader(lines, delimiter=sign) if any(row.values())]
        columns = {n.strip(): [row[n] or "" for row in read] for n in names}
    named = next((name for name in columns if name.lower() in FILES), None)
    if named is None:
        raise bad_input(
            "column_missing",
            f"{place} does not tell which file each row is of",
            expected="a column named " + " or ".join(FILES),
            received=", ".join(names),
        )
    files = columns.pop(named)
    paths = [_found(folder, file) for file in files]
    if lost := [file for file, path in zip(files, paths, strict=True) if path is None]:
        message = f"{place} names {len(lost)} recordings that are not there"
        raise bad_input(
            "file_missing", message, expected=f"files in {folder}", received=", ".join(lost)
        )
    found = _target(columns, target, place)
    return Listing([path for path in paths if path], columns, found, str(place))


def name_part(path: Path, number: int) -> str | None:
    """Return a part of a file's name, counted from 1; None where there are fewer.

    Examples:
        >>> name_part(Path("7_jackson_32.wav"), 2)
        'jackson'
    """
    parts = path.stem.replace("-", "_").split("_")
    return parts[number - 1] if 0 < number <= len(parts) else None


def _found(folder: Path, file: str) -> Path | None:
    """Return where a recording is, be it named with ending and folder or without."""
    for place in (folder / file, folder / "wavs" / file):
        for path in (place, place.with_name(place.name + ".wav")):
            if path.is_file():
                return path
    return None


def _target(columns: Mapping[str, list[str]], target: str | None, place: Path) -> str:
    if target is None:
        usual = [name for name in columns if name.lower() in (*TRANSCRIPTS, *CLASSES)]
        target = next(iter([*usual, *reversed(list(columns))]), None)
    if target is None or target not in columns:
        hint = did_you_mean(target or "", columns)
        message = f"{place} has no column '{target}' to predict"
        raise BadInput(Problem("target_missing", message, ", ".join(columns), str(target), hint))
    return target
