"""Categories inside the model: a place for each value, for missing and for never seen."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false, reportOptionalSubscript=false
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportReturnType=false
# pyright: reportCallIssue=false
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

__all__ = ["Vocabulary", "embedding_block", "one_hot_block", "table_size", "vocabulary"]

# A vocabulary cannot be empty. This one stands where only missing and other values are told apart.
_NO_WORDS = ["(none)"]


@dataclass(frozen=True)
class Vocabulary:
    """The values of one column that have a place of their own.

    Args:
        values: Most frequent first; may hold "" for missing.
        has_rare: Whether training rows hold values without a place, which train the unseen one.
    """

    values: tuple[str, ...]
    has_rare: bool

    def __len__(self) -> int:
        """Return the number of places that training rows reach."""
        return len(self.values) + self.has_rare


def vocabulary(values: NDArray[Any], minimum_count: int, most: int) -> Vocabulary:
    """Return the vocabulary of a column: the values that are frequent enough, most frequent first.

    Args:
        values: Text with "" for missing, shape `(rows,)`.
        minimum_count: Rows that a value needs for a place of its own.
        most: Values that get a place at most.
    """
    counts = Counter(values.tolist())
    fit = {value: n for value, n in counts.items() if n >= minimum_count and is_one_line(value)}
    kept = sorted(fit, key=lambda value: (-fit[value], value))[:most]
    return Vocabulary(tuple(kept), len(kept) < len(counts))


def is_one_line(value: str) -> bool:
    """Return whether a saved list of lines gives `value` back; a break in it would shift others."""
    return "".join(value.splitlines()) == value


def one_hot_block(
    vocabularies: Sequence[Vocabulary], name: str = "encode_categories"
) -> keras.Model:
    """Return the part of a preprocessor that encodes categories of few values.

    Each place that training rows reach becomes a feature of 0 or 1. A value that no training row
    could have taught, unseen or missing, gives zeros throughout rather than an untrained weight.

    Args:
        vocabularies: One for each column.
        name: The name of the layer.

    Returns:
        A model from text `(rows, columns)` to float32 `(rows, places)`.

    Guide: PH-1d.
    """
    import keras
    from keras import ops

    strings, codes, starts = _codes(vocabularies)
    owner, wanted = [], []
    for column, item in enumerate(vocabularies):
        places = list(range(starts[column], starts[column] + len(item.values)))
        places += [starts[-1] + column] if item.has_rare else []
        wanted += places
        owner += [column] * len(places)
    hot = ops.equal(ops.take(codes, owner, axis=1), np.array(wanted, np.int32))
    return keras.Model(strings, ops.cast(hot, "float32"), name=name)


def embedding_block(
    vocabularies: Sequence[Vocabulary], name: str = "encode_large_categories"
) -> keras.Model:
    """Return the part of a preprocessor that encodes categories of many values.

    The columns share one numbering, so that the model needs one embedding table for all of them;
    `table_size` tells how many rows it has. The unseen place of a column is always trained: where
    no value is rare enough, the last in the vocabulary counts as rare. Missing values without a
    place of their own go to the unseen one.

    Args:
        vocabularies: One for each column.
        name: The name of the layer.

    Returns:
        A model from text `(rows, columns)` to int32 `(rows, columns)`.

    Guide: PH-1d.
    """
    import keras

    trained = [v if v.has_rare else Vocabulary(v.values[:-1], True) for v in vocabularies]
    strings, codes, _ = _codes(trained)
    return keras.Model(strings, codes - 1, name=name)


def table_size(block: keras.Model) -> int:
    """Return how many different numbers an `embedding_block` can give."""
    columns = block.outputs[0].shape[1]
    return block.get_layer("places").vocabulary_size() - 1 + columns


def _codes(vocabularies: Sequence[Vocabulary]) -> tuple[Any, Any, list[int]]:
    """Return text in, a number for each place out, and the number at which each column begins.

    Two lookups serve all columns: the first numbers words whatever their column, the second
    numbers the pairs of column and word that have a place. (One lookup for each of 500 columns
    takes 3.5 seconds to make and the same again to load.) After the pairs come the unseen places
    of the columns.
    """
    import keras
    from keras import layers, ops

    # 1. Layers.
    words = sorted({value for item in vocabularies for value in item.values if value})
    words = words or _NO_WORDS
    number = {"": 0} | {word: position for position, word in enumerate(words, 2)}  # 1: unknown
    stride = len(words) + 2
    width = len(vocabularies)
    pairs = [
        column * stride + number[value]
        for column, item in enumerate(vocabularies)
        for value in item.values
    ]
    sizes = [len(item.values) for item in vocabularies]
    starts = (1 + np.cumsum([0, *sizes])).tolist()
    find_words = layers.StringLookup(vocabulary=words, mask_token="", name="words")
    find_places = layers.IntegerLookup(vocabulary=pairs, name="places")

    # 2. Graph.
    strings = keras.Input((width,), name="categories", dtype="string")
    pair = find_words(strings) + np.arange(width, dtype=np.int64) * stride
    place = ops.cast(find_places(pair), "int32")
    unseen = starts[-1] + np.arange(width, dtype=np.int32)
    return strings, ops.where(ops.equal(place, 0), unseen, place), starts
