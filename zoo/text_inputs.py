"""Free text inside the model: from sentences to numbers of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .category_inputs import is_one_line

if TYPE_CHECKING:
    import keras

__all__ = ["LEVELS", "text_block"]

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
) -> keras.Model | None:
    """Return the part of a preprocessor that turns one column of text into numbers of words.

    Words too rare for a place of their own share one, which is therefore trained.

    Args:
        texts: Training rows, shape `(rows,)`.
        minimum_count: How often a word must occur for a place of its own.
        most: Words that get a place at most, the most frequent ones.
        longest: Words of a text that are read at most, from its beginning.
        name: The name of the layer.
        level: One of `LEVELS`; at that of characters, what is said of words holds for characters.
        counted: Texts whose words get a place, shape `(texts,)`; the rows if left out. Only at the
            levels of words and tokens.

    Returns:
        A model from text `(rows, 1)` to int32 `(rows, words)`: 0 is padding, 1 an unknown word.
        None when no row holds a word.
    """
    import keras
    import tensorflow as tf  # Keras has no operation that makes a string tensor.
    from keras import layers, ops

    counted = texts if counted is None else counted
    column = tf.constant(counted[:, None], tf.string)
    standardize, split = LEVELS[level]
    count = layers.TextVectorization(standardize=standardize, split=split, name="count")
    count.adapt(tf.data.Dataset.from_tensor_slices(column).batch(_ROWS_AT_ONCE))
    every = count.get_vocabulary()
    if len(every) <= 2:  # padding and unknown alone
        return None
    counts, length = np.zeros(len(every), np.int64), 1
    for start in range(0, len(counted), _ROWS_AT_ONCE):
        numbers = np.asarray(count(column[start : start + _ROWS_AT_ONCE]))
        counts += np.bincount(numbers.ravel(), minlength=len(every))
        length = max(length, numbers.shape[1])
    if counted is not texts:
        length = max(1, max(len(text.split()) for text in texts))
    known = [position for position in range(2, len(every)) if is_one_line(every[position])]
    frequent = [position for position in known if counts[position] >= minimum_count] or known
    order = sorted(frequent, key=lambda position: (-counts[position], every[position]))[:most]

    # 1. Layers.
    words = layers.TextVectorization(
        standardize=standardize,
        split=split,
        vocabulary=[every[position] for position in order],
        output_sequence_length=min(length, longest),
        name="words",
    )

    # 2. Graph.
    text = keras.Input((1,), name="text", dtype="string")
    return keras.Model(text, ops.cast(words(text), "int32"), name=name)
