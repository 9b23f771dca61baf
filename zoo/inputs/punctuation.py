"""Punctuation apart from words, in a way that can be undone. No Keras is needed."""

from __future__ import annotations

import re

__all__ = ["join_punctuation", "part_punctuation"]

JOINT = "￭"
"""Stands where a piece was written to its neighbour without a blank."""
_PIECE = re.compile(r"\w+|[^\w\s]")


def part_punctuation(text: str) -> str:
    """Return a text whose words and signs stand apart, each sign knowing where it was attached.

    Only signs carry the mark, so a word is the same word wherever it stands. `join_punctuation`
    undoes it, but for runs of blanks, which become one. Done twice it is as done once.

    Args:
        text: Any text; a mark in a text of ours is a mark, in a text of others it is lost.

    Source: the joiner marks of OpenNMT's tokenizer.

    Examples:
        >>> part_punctuation("Hello, world (again)!")
        'Hello ￭, world (￭ again ￭) ￭!'
    """
    parted = []
    for chunk in text.split():
        if JOINT in chunk:
            # A piece that was parted before, such as a comma with its mark.
            parted.append(chunk if len(chunk.strip(JOINT)) == 1 else "".join(chunk.split(JOINT)))
            continue
        pieces = _PIECE.findall(chunk)
        for place, piece in enumerate(pieces):
            if _is_word(piece):
                parted.append(piece)
                continue
            # Beside a word the sign is marked, of two signs the second.
            before = JOINT if place else ""
            after = JOINT if any(map(_is_word, pieces[place + 1 : place + 2])) else ""
            parted.append(before + piece + after)
    return " ".join(part for part in parted if part)


def join_punctuation(text: str) -> str:
    """Return a text as it is written, from one that `part_punctuation` parted.

    Args:
        text: Pieces with blanks between them.

    Examples:
        >>> join_punctuation("Hello ￭, world (￭ again ￭) ￭!")
        'Hello, world (again)!'
    """
    return re.sub(f" ?{JOINT} ?", "", f" {' '.join(text.split())} ").strip()


def _is_word(piece: str) -> bool:
    return re.match(r"\w", piece) is not None
