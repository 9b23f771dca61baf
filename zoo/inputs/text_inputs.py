"""Free text inside the model: from sentences to numbers of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .category_inputs import is_one_line

if TYPE_CHECKING:
    import keras

__all__ = ["LEVELS", "LINE_END", "WITH_LINES", "text_block"]

LINE_END = "\n"
WITH_LINES = "text_with_lines"
_ROWS_AT_ONCE = 4096


# How a text is taken apart, by level: what is made of it first, and where it is cut.
LEVELS: dict[str, tuple[Any, str]] = {
    "word": ("lower_and_strip_punctuation", "whitespace"),
    "token": ("lower", "whitespace"),
    "character": (None, "character"),
}
"""`word` lowers letters and leaves punctuation out; `token` only lowers letters, so that each piece
between blanks stays a piece; `character` changes nothing."""


def text_block(
    texts: NDArray[Any],
    minimum_count: int,
    most: int,
    longest: int,
    name: str = "encode_text",
    level: str = "word",
    counted: NDArray[Any] | None = None,
    further: Sequence[str] = (),
) -> keras.Model | None:
    """Return the part of a preprocessor that turns one column of text into numbers of words.

    Words too rare for a place of their own share one, which is therefore trained. Every character
    of the training rows has a place, but for marks that end a line: a saved vocabulary, which is a
    list of lines, cannot hold them. Where the end of a line is what the shared place mostly stands
    for, the input inside the block is called `text_with_lines`; see `vocabulary_of` in
    `generation.py`.

    Args:
        texts: Training rows, shape `(rows,)`.
        minimum_count: How often a word must occur for a place of its own; not at the level of
            characters.
        most: Words that get a place at most, the most frequent ones.
        longest: Words of a text that are read at most, from its beginning.
        name: The name of the layer.
        level: One of `LEVELS`; at that of characters, what is said of words holds for characters.
        counted: Texts whose words get a place, shape `(texts,)`; the rows if left out. Only at the
            levels of words and tokens.
        further: Words that get a place whether they occur or not; not at the level of characters.

    Returns:
        A model from text `(rows, 1)` to int32 `(rows, words)`: 0 is padding, 1 an unknown word.
        None when no row holds a word.
    """
    import keras
    from keras import layers, ops

    counted = texts if counted is None else counted
    standardize, split = LEVELS[level]
    by_character = split == "character"
    counts, length = _characters(counted) if by_character else _words(counted, level)
    if counted is not texts:
        length = max(1, max(len(text.split()) for text in texts))
    known = [word for word in counts if is_one_line(word)]
    if not known:
        return None
    least = 1 if by_character else minimum_count
    frequent = [word for word in known if counts[word] >= least] or known
    order = sorted(frequent, key=lambda word: (-counts[word], word))[:most]
    if further and not by_character:
        more, _ = _words(np.array(further, object), level)
        order += sorted(set(filter(is_one_line, more)).difference(order))
    placeless = sum(counts.values()) - sum(counts[word] for word in order)

    # 1. Layers.
    words = layers.TextVectorization(
        standardize=standardize,
        split=split,
        vocabulary=order,
        output_sequence_length=min(length, longest),
        name="words",
    )

    # 2. Graph.
    lines = by_character and counts[LINE_END] > placeless / 2
    text = keras.Input((1,), name=WITH_LINES if lines else "text", dtype="string")
    return keras.Model(text, ops.cast(words(text), "int32"), name=name)


def _characters(texts: NDArray[Any]) -> tuple[Counter[str], int]:
    """Return how often each character occurs, and the characters of the longest text."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    return counts, max(map(len, texts), default=1)


def _words(texts: NDArray[Any], level: str) -> tuple[Counter[str], int]:
    """Return how often each word occurs, and the words of the longest text."""
    import tensorflow as tf  # Keras has no operation that makes a string tensor.
    from keras import layers

    column = tf.constant(texts[:, None], tf.string)
    standardize, split = LEVELS[level]
    count = layers.TextVectorization(standardize=standardize, split=split, name="count")
    count.adapt(tf.data.Dataset.from_tensor_slices(column).batch(_ROWS_AT_ONCE))
    every = count.get_vocabulary()
    if len(every) <= 2:  # padding and unknown alone
        return Counter(), 1
    counts, length = np.zeros(len(every), np.int64), 1
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        numbers = np.asarray(count(column[start : start + _ROWS_AT_ONCE]))
        counts += np.bincount(numbers.ravel(), minlength=len(every))
        length = max(length, numbers.shape[1])
    found = zip(every[2:], counts[2:].tolist(), strict=True)  # after padding and unknown
    return Counter({str(word): number for word, number in found}), length
