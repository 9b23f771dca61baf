"""Texts that say the same in other words: synonyms, neighbours swapped, a synonym put in."""

from __future__ import annotations

import re
from typing import TypeAlias

import numpy as np

from .synonyms import WORD, Synonyms

__all__ = ["CHANGED_SHARE", "Pieces", "changed_text", "plain"]

CHANGED_SHARE = 0.1
"""Of the words of a text, on average."""

Pieces: TypeAlias = list[tuple[str, bool]]
"""A text in pieces, each with whether it was changed."""

_WAYS = ("synonym", "swap", "insertion")


def plain(pieces: Pieces) -> str:
    """Return the text that pieces make up."""
    return "".join(piece for piece, _ in pieces)


def changed_text(
    text: str, synonyms: Synonyms, draw: np.random.Generator, share: float = CHANGED_SHARE
) -> Pieces:
    """Return a text of which a few words are replaced, swapped or added.

    Each change is one of three, drawn at random: a synonym in place of a word; two neighbours
    swapped, between which there is no sign, so that no clause gets the words of another; a synonym
    put in after its word. Where no word has a synonym, neighbours are swapped. Signs, lines and
    blanks stay as they are.

    Args:
        text: Any text.
        synonyms: From a word in lower case to its synonyms.
        draw: Decides everything random.
        share: Of the words, on average.

    Returns:
        The pieces of the new text.

    Source: Wei and Zou, "EDA: Easy data augmentation techniques for boosting performance on text
    classification tasks", 2019, who insert anywhere and swap any two words.

    Guide: REG-5.

    Examples:
        >>> draw = np.random.default_rng(0)
        >>> plain(changed_text("The parcel was late.", {"parcel": ["package"]}, draw, 0.25))
        'The package was late.'
    """
    pieces = _split(text)
    words = range(1, len(pieces), 2)
    count = int(share * len(words) + draw.random())
    if not count:
        return [(piece, False) for piece in pieces if piece]
    # Each in a random order, to be taken from the end: a word is changed once.
    known = [place for place in words if synonyms.get(pieces[place].lower())]
    pairs = [place for place in words[:-1] if pieces[place + 1].isspace()]
    replaceable, first_ones = draw.permutation(known).tolist(), draw.permutation(pairs).tolist()
    changed: set[int] = set()
    for way in draw.choice(_WAYS, count):
        place = None if way == "swap" else _taken(replaceable, changed, 1)
        if place is not None:
            word = pieces[place]
            others = list(synonyms[word.lower()])
            other = others[draw.integers(len(others))]
            insert = way == "insertion"
            pieces[place] = f"{word} {other}" if insert else _as_written(other, word)
            changed.add(place)
        elif (first := _taken(first_ones, changed, 2)) is not None:
            _swap(pieces, first)
            changed |= {first, first + 2}
    marked = [(piece, place in changed) for place, piece in enumerate(pieces)]
    return [piece for piece in marked if piece[0]]


def _split(text: str) -> list[str]:
    """Return what stands between words, and words, in turn."""
    return re.split(f"({WORD})", text)


def _taken(places: list[int], changed: set[int], words: int) -> int | None:
    """Take the last place where so many words were not changed yet; None if there is none left."""
    while places:
        place = places.pop()
        if changed.isdisjoint(range(place, place + 2 * words, 2)):
            return place
    return None


def _swap(pieces: list[str], first: int) -> None:
    """Swap a word and the next; a capital at the beginning of a sentence stays there."""
    one, other = pieces[first], pieces[first + 2]
    begins = first == 1 or re.search(r"[.!?\n]", pieces[first - 1])
    if begins and one.istitle():
        one, other = one.lower(), _as_written(other, one)
    pieces[first], pieces[first + 2] = other, one


def _as_written(word: str, model: str) -> str:
    """Return a word with capitals where another has them."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word
