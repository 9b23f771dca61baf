"""From how likely each symbol is in each frame to symbols, and from those to texts and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.builders.speech_heads import SURE
from ...zoo.errors import bad_input
from ...zoo.ragged import as_rows

__all__ = ["BEAM", "decode", "edit_distance", "least_frames", "symbol_numbers", "text_of"]

BEAM = 32
"""Beginnings of a transcript that are followed at once."""
_ROWS_AT_ONCE = 256


def decode(outputs: NDArray[Any], beam: int = BEAM) -> NDArray[Any]:
    """Return the numbers of the symbols of the likeliest transcript of each recording.

    A transcript is as likely as all ways to say it together: each symbol in one frame or several,
    blanks between. With a beam of 1 the likeliest symbol of each frame is taken instead (greedy),
    which finds the likeliest way, not always the likeliest transcript. Both are Keras's.

    Args:
        outputs: Logarithms of probabilities, the blank first, `(n, frames, 1 + symbols)`; frames
            that hold only zeros are padding.
        beam: Beginnings of a transcript that are followed at once.

    Returns:
        For each row numbers counted from 1, `(symbols said,)`; an array of arrays `(n,)`.

    Raises:
        BadInput: The beam is below 1.

    Source: Graves and others, "Connectionist temporal classification", 2006.

    Examples:
        >>> likely = np.log([[[0.6, 0.4], [0.6, 0.4]]])
        >>> decode(likely, beam=1)[0].tolist(), decode(likely)[0].tolist()
        ([], [1])
    """
    if isinstance(beam, bool) or not isinstance(beam, int) or beam < 1:
        message = "The beam cannot be used"
        raise bad_input("beam_invalid", message, expected="at least 1", received=repr(beam))
    import keras

    blank = np.full(outputs.shape[2:], -SURE, np.float32)
    blank[0] = 0.0
    rows = []
    for start in range(0, len(outputs), _ROWS_AT_ONCE):
        piece = np.asarray(outputs[start : start + _ROWS_AT_ONCE], np.float32)
        piece = np.where((piece == 0).all(axis=2, keepdims=True), blank, piece)
        lengths = np.full(len(piece), piece.shape[1], np.int32)
        how: dict[str, Any] = {"strategy": "greedy"}
        if beam > 1:
            how = {"strategy": "beam_search", "beam_width": beam, "top_paths": 1}
        found: Any = keras.ops.ctc_decode(piece, lengths, mask_index=0, **how)
        # What is no symbol is -1.
        rows += [row[row > 0] for row in np.asarray(found[0])[0]]
    return as_rows(rows, np.int64)


def text_of(numbers: Sequence[int], names: Sequence[str]) -> str:
    """Return the text of numbers of symbols, counted from 1.

    Examples:
        >>> text_of([2, 1, 2], ("one ", "two "))
        'two one two'
    """
    return " ".join("".join(names[number - 1] for number in numbers).split())


def symbol_numbers(text: str, names: Sequence[str]) -> list[int]:
    """Return the numbers of the symbols of a text, counted from 1.

    Symbols longer than one sign are words, each with the blank that follows it.

    Raises:
        KeyError: The text holds a symbol that is not among the names.

    Examples:
        >>> symbol_numbers("two one", ("one ", "two ")), symbol_numbers("ab a", (" ", "a", "b"))
        ([2, 1], [2, 3, 1, 2])
    """
    places = {name: number for number, name in enumerate(names, 1)}
    by_word = any(len(name) > 1 for name in names)
    parts = [f"{word} " for word in text.split()] if by_word else list(text)
    return [places[part] for part in parts]


def least_frames(numbers: Sequence[int]) -> int:
    """Return how many frames symbols need: one each, and a blank between two equal ones.

    Examples:
        >>> least_frames([1, 1, 2])
        4
    """
    return len(numbers) + sum(one == other for one, other in pairwise(numbers))


def edit_distance(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Return how many parts must be put in, left out or replaced to make one the other.

    Source: Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals",
    1966.

    Examples:
        >>> edit_distance("kitten", "sitting"), edit_distance(["a", "b"], ["b"])
        (3, 1)
    """
    places: dict[Any, int] = {}
    numbers = np.array([places.setdefault(part, len(places)) for part in other], np.int64)
    steps = np.arange(len(other) + 1)
    last = steps
    for row, part in enumerate(one, 1):
        replaced = last[:-1] + (numbers != places.get(part, -1))
        now = np.concatenate([[row], np.minimum(replaced, last[1:] + 1)])
        # What is put in: each place is at most one more than the place before.
        last = np.minimum.accumulate(now - steps) + steps
    return int(last[-1])
