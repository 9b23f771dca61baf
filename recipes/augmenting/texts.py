"""Texts that say the same in other words: synonyms, neighbours swapped, a synonym put in."""

from __future__ import annotations

import itertools
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
        >>> draw = np.random.default_rng(2)
        >>> plain(changed_text("The parcel was late.", {"parcel": ["package"]}, draw, 0.25))
        'The package was late.'
    """
    pieces: list[tuple[str, bool]] = [(piece, False) for piece in _split(text)]
    words = [place for place in range(len(pieces)) if place % 2]
    count = int(share * len(words) + draw.random())
    for way in draw.choice(_WAYS, count):
        replaceable = [p for p in words if not pieces[p][1] and synonyms.get(pieces[p][0].lower())]
        if way == "swap" or not replaceable:
            _swap(pieces, words, draw)
        else:
            place = int(draw.choice(replaceable))
            word = pieces[place][0]
            others = list(synonyms[word.lower()])
            other = others[draw.integers(len(others))]
            if way == "insertion":
                pieces[place] = (f"{word} {other}", True)
            else:
                pieces[place] = (_as_written(other, word), True)
    return [piece for piece in pieces if piece[0]]


def _split(text: str) -> list[str]:
    """Return what stands between words, and words, in turn."""
    return re.split(f"({WORD})", text)


def _swap(pieces: Pieces, words: list[int], draw: np.random.Generator) -> None:
    """Swap two neighbours that were not changed yet, if there are any."""
    pairs = [
        (first, second)
        for first, second in itertools.pairwise(words)
        if not (pieces[first][1] or pieces[second][1]) and pieces[first + 1][0].isspace()
    ]
    if pairs:
        first, second = pairs[draw.integers(len(pairs))]
        one, other = pieces[first][0], pieces[second][0]
        begins = first == words[0] or re.search(r"[.!?\n]", pieces[first - 1][0])
        if begins and one.istitle():
            one, other = one.lower(), _as_written(other, one)
        pieces[first], pieces[second] = (other, True), (one, True)


def _as_written(word: str, model: str) -> str:
    """Return a word with capitals where another has them."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word
