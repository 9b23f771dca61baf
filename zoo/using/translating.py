"""From texts to texts with a loaded model: the likeliest word each time, or several in a beam."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..builders.joining import parts
from ..errors import BadInput, Problem
from ..inputs.preprocessing import model_of
from ..inputs.punctuation import join_punctuation, part_punctuation
from ..inputs.target_inputs import AnswerWords, answer_words

if TYPE_CHECKING:
    import keras

__all__ = ["LENGTH_PENALTY", "translate"]

LENGTH_PENALTY = 0.6
"""Of Wu and others, 2016; 0 prefers short answers, 1 nearly the mean of the words' logarithms."""
_PREFIXES_AT_ONCE = 256
_NEVER = -1e9

Step = Callable[[Any, Any, Any], tuple[Any, Any]]


def translate(
    model: keras.Model,
    texts: Sequence[str],
    *,
    beams: int = 1,
    length_penalty: float = LENGTH_PENALTY,
    maximum_length: int | None = None,
) -> list[str]:
    """Return the text that a model answers to each text.

    With one beam the likeliest word is taken each time (greedy). With more, so many beginnings are
    kept and the best answer is the one with the largest logarithm of its probability, divided by
    `((5 + words) / 6) ** length_penalty`; the end counts as a word. A beginning that ends leaves
    the beam. The source is read once for all words.

    Args:
        model: A model for translation, as it was built or loaded.
        texts: The sources, as they are written: punctuation is parted from words here, and put
            back in the answers.
        beams: Beginnings kept at a time.
        length_penalty: How much longer answers are favoured; for more than one beam.
        maximum_length: Words of an answer at most; as many as in training if None. That an answer
            ends there counts as certain.

    Returns:
        One answer for each text. Unknown words are never written.

    Raises:
        BadInput: The model does not translate, or an argument cannot be used; all at once.

    Source: the length penalty of Wu and others, "Google's neural machine translation system", 2016.

    Guide: SEQ-8, SEQ-10.
    """
    return [text for text, _ in scored(model, texts, beams, length_penalty, maximum_length)]


def scored(
    model: keras.Model,
    texts: Sequence[str],
    beams: int = 1,
    length_penalty: float = LENGTH_PENALTY,
    maximum_length: int | None = None,
) -> list[tuple[str, float]]:
    """Return what `translate` does, each answer with its penalised logarithm of probability."""
    _check(texts, beams, length_penalty, maximum_length)
    found = parts(model)
    words = answer_words(found.preprocessor)
    most = min(maximum_length or words.longest, words.longest)
    read, step = _halves(found.trunk, words, beams)
    answers: list[tuple[str, float]] = []
    size = max(1, _PREFIXES_AT_ONCE // beams)
    for start in range(0, len(texts), size):
        numbers = _numbers(found.preprocessor, texts[start : start + size])  # (n, s)
        read_once = {"text_0": numbers, **read(numbers)}
        for row, score in _search(step, read_once, words, beams, length_penalty, most):
            text = words.between.join(words.words[number] for number in row)
            answers.append((join_punctuation(text), score))
    return answers


def _check(texts: Any, beams: Any, length_penalty: Any, maximum_length: Any) -> None:
    problems = []
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        message, expected = "The texts cannot be translated", "a list of texts"
        problems.append(Problem("argument_invalid", message, expected, repr(texts)[:60]))
    for name, value, optional in (
        ("beams", beams, False),
        ("maximum_length", maximum_length, True),
    ):
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        if not (whole or (optional and value is None)):
            message = f"The argument {name} cannot be used"
            problems.append(Problem("argument_invalid", message, "at least 1", repr(value)))
    if not isinstance(length_penalty, int | float) or not 0 <= length_penalty < float("inf"):
        message = "The argument length_penalty cannot be used"
        problems.append(
            Problem(
                "argument_invalid", message, "a number that is not below 0", f"{length_penalty!r}"
            )
        )
    if problems:
        raise BadInput(*problems)


def _numbers(preprocessor: keras.Model, texts: Sequence[str]) -> Any:
    """Return the numbers of the words of sources, shape `(n, s)`."""
    import tensorflow as tf  # Keras has no operation that makes a string tensor.

    column = tf.constant([[part_punctuation(text)] for text in texts], tf.string)
    # Whichever input is the source: only what was made of it is used.
    names: Any = preprocessor.input
    return preprocessor(dict.fromkeys(names, column), training=False)["text_0"]


def _halves(trunk: keras.Model, words: AnswerWords, beams: int) -> tuple[Callable[..., Any], Step]:
    """Return what reads the source once, and what tells the likeliest next words of prefixes.

    Between both lie the layers whose names begin with `memory`.
    """
    from keras import ops

    inputs: Any = trunk.input
    between = {
        layer.name: layer.output for layer in trunk.layers if layer.name.startswith("memory")
    }
    reader = model_of(inputs["text_0"], between, "reader")
    output = trunk.get_layer("output")
    writer = model_of({**inputs, **between}, output.input, "writer")
    unfit = np.zeros(len(words.words), np.float32)
    unfit[[0, 1, words.start]] = _NEVER

    def step(read_once: Any, prefixes: Any, place: Any) -> tuple[Any, Any]:
        states: Any = writer({**read_once, "text_1": prefixes}, training=False)  # (m, t, u)
        chances: Any = output(ops.take(states, place, axis=1))  # (m, words)
        logarithms: Any = ops.log(ops.maximum(chances, 1e-30))
        likeliest: Any = ops.top_k(logarithms + unfit, min(beams, len(words.words)))
        return likeliest

    return _traced(lambda numbers: reader(numbers, training=False)), _traced(step)


def _traced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function made one piece of machine work, where the backend has that."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, reduce_retracing=True, autograph=False)
    if keras.backend.backend() == "jax":
        import jax  # pyright: ignore[reportMissingImports]

        return jax.jit(function)
    return function


def _search(
    step: Step,
    read_once: dict[str, Any],
    words: AnswerWords,
    beams: int,
    length_penalty: float,
    most: int,
) -> list[tuple[list[int], float]]:
    """Return the numbers of the best answer of each row, with its score."""
    from keras import ops

    rows = len(read_once["text_0"])
    repeated = {name: ops.repeat(x, beams, axis=0) for name, x in read_once.items()}
    # What stands after a place changes nothing there, so prefixes have the length of the input.
    prefixes = np.zeros((rows, beams, words.longest + 1), np.int32)
    prefixes[:, :, 0] = words.start
    # At first all beams are one beginning, of which one counts.
    chances = np.full((rows, beams), -np.inf)
    chances[:, 0] = 0.0
    best: list[tuple[list[int], float]] = [([], -np.inf)] * rows
    bound = ((5 + most + 1) / 6) ** length_penalty
    for place in range(most + 1):
        seen = prefixes.reshape(rows * beams, -1)
        found, numbers = (np.asarray(x) for x in step(repeated, seen, np.int32(place)))
        if place == most:  # every answer ends here
            found = np.full((rows * beams, 1), 0.0)
            numbers = np.full((rows * beams, 1), words.end)
        each = found.shape[1]
        total = chances[:, :, None] + found.reshape(rows, beams, each)
        order = np.argsort(-total.reshape(rows, -1), axis=1, kind="stable")[:, :beams]
        before, number = order // each, numbers.reshape(rows, -1)
        number = np.take_along_axis(number, order, axis=1)
        chances = np.take_along_axis(total.reshape(rows, -1), order, axis=1)
        prefixes = np.take_along_axis(prefixes, before[:, :, None], axis=1)
        penalty = ((5 + place + 1) / 6) ** length_penalty
        for row, beam in np.argwhere((number == words.end) & np.isfinite(chances)):
            score = float(chances[row, beam] / penalty)
            if score > best[row][1]:
                best[row] = (prefixes[row, beam, 1 : place + 1].tolist(), score)
        chances[number == words.end] = -np.inf
        # Rows whose best answer no beginning can reach any more are done.
        done = chances.max(axis=1) / bound <= np.array([score for _, score in best])
        chances[done] = -np.inf
        if place == most or not np.isfinite(chances).any():
            break
        padded = np.pad(number, ((0, 0), (0, beams - number.shape[1])))
        prefixes[:, :, place + 1] = padded
    return best
