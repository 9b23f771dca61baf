"""The answer so far as an input: numbers of its words after a mark of its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Problem, bad_input
from .text_inputs import text_block

if TYPE_CHECKING:
    import keras

__all__ = [
    "AnswerWords",
    "answer_block",
    "answer_words",
    "pair_problems",
    "training_answers",
    "word_answer",
]

# Words and characters of a text hold no blank, so no text can hold these.
START, END = "[start of answer]", "[end of answer]"


@dataclass(frozen=True)
class AnswerWords:
    """The words of an answer and their numbers, as they were found in a saved model.

    Args:
        words: The word of each number; 0 is padding, 1 an unknown word.
        start: The number that stands before the first word.
        end: The number that stands after the last word.
        longest: Words of an answer at most.
        between: What stands between two words of a text: a blank, or nothing for characters.
    """

    words: tuple[str, ...]
    start: int
    end: int
    longest: int
    between: str


def answer_block(
    texts: NDArray[Any],
    minimum_count: int,
    most: int,
    longest: int,
    name: str = "encode_text",
    level: str = "word",
) -> keras.Model | None:
    """Return the part of a preprocessor that turns an answer, as far as it is known, into numbers.

    It is `text_block` with two marks at the end of the vocabulary and the mark of the start before
    the first word: what stands at a place is known when the word of that place is due.

    Args:
        texts: Answers of training rows, shape `(rows,)`.
        minimum_count: How often a word must occur for a place of its own.
        most: Words that get a place at most, the most frequent ones.
        longest: Words of an answer that are read at most, from its beginning.
        name: The name of the layer.
        level: How texts are taken apart, as `model_inputs` describes it.

    Returns:
        A model from text `(rows, 1)` to int32 `(rows, 1 + words)`: 0 is padding, 1 an unknown
        word. None when no answer holds a word.
    """
    import keras
    from keras import layers, ops

    plain = text_block(texts, minimum_count, most, longest, name, level)
    if plain is None:
        return None
    config = plain.get_layer("words").get_config()
    words = [*plain.get_layer("words").get_vocabulary(include_special_tokens=False), START, END]

    # 1. Layers.
    number = layers.TextVectorization.from_config({**config, "vocabulary": words})

    # 2. Graph.
    text = keras.Input((1,), name="text", dtype="string")
    numbers: Any = ops.cast(number(text), "int32")  # (n, t)
    start = number.vocabulary_size() - 2
    shifted = ops.pad(numbers, ((0, 0), (1, 0)), constant_values=start)  # (n, 1 + t)
    return keras.Model(text, shifted, name=name)


def answer_words(preprocessor: keras.Model, key: str = "text_1") -> AnswerWords:
    """Return the words and marks of the answers of a model, as its saved vocabulary has them.

    Args:
        preprocessor: The adapted inputs, with the answer so far among them.
        key: The encoded tensor of the answer.

    Raises:
        BadInput: No input is an answer so far.
    """
    names = [layer.name for layer in preprocessor.layers]
    words: tuple[str, ...] = ()
    if f"encode_{key}" in names:
        layer: Any = preprocessor.get_layer(f"encode_{key}").get_layer("words")
        words = tuple(map(str, layer.get_vocabulary()))
        longest = int(layer.get_config()["output_sequence_length"])
        between = "" if layer.get_config()["split"] == "character" else " "
        if words[-2:] == (START, END):
            return AnswerWords(words, len(words) - 2, len(words) - 1, longest, between)
    raise bad_input(
        "model_inputs",
        "No input of the model is the answer so far",
        expected="two texts, the source and the answer so far, made with answer_so_far=True",
        received=", ".join(map(str, preprocessor.output)),
        remedy='Read the rows with load(..., task="translation")',
    )


def pair_problems(preprocessor: keras.Model, name: str) -> list[Problem]:
    """Return what keeps the builder `name` from these inputs: a source and the answer so far."""
    keys = sorted(map(str, preprocessor.output))
    if keys == ["text_0", "text_1"]:
        words: Any = preprocessor.get_layer("encode_text_1").get_layer("words")
        if words.get_vocabulary()[-2:] == [START, END]:
            return []
    return [
        Problem(
            "model_inputs",
            f"The model {name} writes one text from another, and these inputs are not a source and "
            "the answer so far",
            "two texts, made with answer_so_far=True, and nothing beside them",
            ", ".join(keys),
            'Read the rows with load(..., task="translation")',
        )
    ]


def word_answer(count: int) -> keras.Layer:
    """Return the output layer that gives each of `count` words its probability."""
    from keras import layers

    # Single precision whatever the policy: probabilities of 1e-4 vanish in half precision.
    return layers.Dense(count, "softmax", dtype="float32", name="output")


def training_answers(
    shifted: NDArray[np.int32], whole: NDArray[np.bool_], end: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return what is due at each place, and what it weighs, from answers that begin with a mark.

    Args:
        shifted: Numbers after the mark of the start, shape `(n, 1 + t)`, 0 in the padding.
        whole: Whether the answer ends within `t` words, shape `(n,)`; one that was cut has no end.
        end: The number of the end.

    Returns:
        Numbers `(n, 1 + t)`: the words and after them the end. Weights of the same shape: 1 for
        each of these, 0 for padding and unknown words, which are no answer worth learning.

    Examples:
        >>> due, weights = training_answers(np.array([[7, 3, 1, 0]]), np.array([True]), 8)
        >>> due.tolist(), weights.tolist()
        ([[3, 1, 8, 0]], [[1.0, 0.0, 1.0, 0.0]])
    """
    due = np.zeros_like(shifted)
    due[:, :-1] = shifted[:, 1:]
    last = (due != 0).sum(axis=1)
    rows = np.flatnonzero(whole)
    due[rows, last[rows]] = end
    return due, (due > 1).astype(np.float32)
