"""Which character parts the fields of a text table, told by how evenly each candidate cuts."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...zoo.errors import bad_input
from ..config import Choice
from .wording import quoted

__all__ = ["choose_separator", "records"]

CANDIDATES = (",", ";", "\t", "|", ":", "^", "~", "\x01", " ")
NAMES = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "pipe",
    ":": "colon",
    "^": "caret",
    "~": "tilde",
    "\x01": "byte 1",
    " ": "blanks",
}
ALIASES = {"tab": "\t", "\\t": "\t", "blank": " ", "space": " ", r"\s+": " "} | {
    name: character for character, name in NAMES.items()
}
SAMPLED_RECORDS = 200
# These also stand inside values (times, text), so they must cut every single line alike.
SHY = (":", "^", "~", "\x01", " ")


def records(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the line it ends on, counted from 1."""
    if separator == " ":
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, line.split()
        return
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    for fields in reader:
        if any(field.strip() for field in fields) or len(fields) > 1:
            yield reader.line_num, fields


def choose_separator(
    sample: str,
    path: Path,
    given: str | None = None,
    *,
    preferred: str = "",
    one_column: bool = False,
) -> Choice:
    """Return the character that parts the fields, with the reason.

    The best candidate cuts the header into as many fields as most other lines, and cuts most
    lines alike; among those it makes the most fields.

    Args:
        sample: The beginning of the file, whole lines.
        path: The file, for its suffix and for messages.
        given: What the user set; a character or a name such as `tab`.
        preferred: What parted the training rows; taken where it cuts the header.
        one_column: Whether a table of one column is welcome.

    Raises:
        BadInput: No character parts the lines, or the given one does not.
    """
    if preferred and not given and _header_width(sample, preferred) > 1:
        return Choice(preferred, reason="As for the training rows.")
    scores = {character: _score(sample, character) for character in CANDIDATES}
    found = {c: score for c, score in scores.items() if score is not None}
    if path.name.lower().split(".gz")[0].endswith((".tsv", ".tab")) and "\t" in found:
        found = {"\t": found["\t"]}
    best = max(found, key=lambda character: found[character], default=None)
    if given:
        character = ALIASES.get(given.lower(), given)
        if len(character) != 1:
            raise bad_input(
                "separator_unknown",
                "The separator cannot be used",
                expected="one character, or one of " + ", ".join(NAMES.values()),
                received=repr(given),
            )
        if one_column or _header_width(sample, character) > 1:
            return Choice(character, reason="You set it.")
        remedy = f"Leave --separator away: '{NAMES[best]}' fits" if best else ""
        raise bad_input(
            "separator_wrong",
            f"The separator {character!r} does not part the first line of {path}",
            expected="a line of several column names",
            received=quoted([_first_line(sample)], width=80),
            remedy=remedy or "Check the separator",
        )
    if best is not None:
        _, share, width = found[best]
        reason = f"A {NAMES[best]} cuts {share:.0%} of the first lines into {width} fields."
        return Choice(best, "", {"fields": width, "share": round(share, 3)}, reason)
    if one_column:
        return Choice(",", reason="The table has one column.")
    raise bad_input(
        "separator_unknown",
        f"No separator parts the lines of {path} into columns",
        expected="several columns parted by one of " + ", ".join(list(NAMES.values())[:4]),
        received=quoted([_first_line(sample)], width=80),
        remedy="Set --separator to the character that parts the columns",
    )


def _score(sample: str, character: str) -> tuple[bool, float, int] | None:
    """Return (header fits, share of lines alike, fields), or None where nothing is cut."""
    try:
        widths = []
        for _, fields in records(sample.splitlines(keepends=True), character):
            widths.append(len(fields))
            if len(widths) >= SAMPLED_RECORDS:
                break
    except csv.Error:
        return None
    if not widths or widths[0] < 2:
        return None
    usual, count = Counter(widths[1:] or widths).most_common(1)[0]
    share = count / len(widths[1:] or widths)
    if usual < 2 or (character in SHY and (share < 1 or usual != widths[0])):
        # A header of several fields over rows of one: ragged, and the reader will say where.
        return None if character in SHY else (False, 0.0, widths[0])
    return (usual == widths[0] and character not in SHY, share, usual)


def _header_width(sample: str, character: str) -> int:
    return len(next(records(sample.splitlines(keepends=True), character), (0, []))[1])


def _first_line(sample: str) -> str:
    return next((line for line in sample.splitlines() if line.strip()), "")
