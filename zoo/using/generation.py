"""Writing with a language model: the text goes on token by token, as likely as the model says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..builders.joining import parts
from ..encoded import is_text, ordered
from ..errors import BadInput, Problem, bad_input
from ..inputs.text_inputs import LINE_END, WITH_LINES
from .caching import CachedReader, Reader, WholeReader, is_recurrent

if TYPE_CHECKING:
    import keras

__all__ = ["TokenVocabulary", "continued", "generate", "next_token", "vocabulary_of"]

_UNKNOWN = 1


@dataclass(frozen=True)
class TokenVocabulary:
    """The tokens of a language model, as they were found in it.

    Args:
        words: The token of each number; 0 is padding, 1 an unknown token, or the end of a line.
        by_character: Whether tokens are characters.
        with_lines: Whether number 1 is the end of a line, which no saved vocabulary can hold.
        longest: Tokens of a text that were foretold from at most in training.
    """

    words: tuple[str, ...]
    by_character: bool
    with_lines: bool
    longest: int

    @property
    def unwritten(self) -> tuple[int, ...]:
        """Numbers that stand for nothing that could be written."""
        return (0,) if self.with_lines else (0, _UNKNOWN)

    def text(self, numbers: list[int]) -> str:
        """Return the text that numbers stand for."""
        words = [LINE_END if n == _UNKNOWN and self.with_lines else self.words[n] for n in numbers]
        return ("" if self.by_character else " ").join(words)


def vocabulary_of(preprocessor: keras.Model) -> TokenVocabulary:
    """Return the tokens of a language model from its inputs, also of one loaded from a file."""
    (key,) = ordered(preprocessor.output)
    block: Any = preprocessor.get_layer(f"encode_{key}")
    config = block.get_layer("words").get_config()
    words = tuple(map(str, block.get_layer("words").get_vocabulary()))
    by_character = config["split"] == "character"
    with_lines = any(layer.name == WITH_LINES for layer in block.layers)
    longest = max(1, int(config["output_sequence_length"]) - 1)
    return TokenVocabulary(words, by_character, with_lines, longest)


def generate(
    model: Any,
    prompt: str = "",
    *,
    length: int = 200,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
    cache: bool = True,
    stop: str | None = None,
) -> str:
    """Return how a text goes on, written by a language model.

    The same arguments give the same text. What the model has read is kept, so that each further
    token costs one step; without that (`cache=False`) the text is the same and takes much longer.

    A decoder never reads more tokens than a passage of its training had: when it has, it goes on
    from the last half of them. A recurrent network carries its state on and on.

    Args:
        model: A language model of this zoo, also one loaded from a file; or anything that has one
            as its `model`, such as a run or a loaded model.
        prompt: The beginning. May be empty for a model that knows the end of a line: then a line
            begins.
        length: Tokens to write, which are characters or words, as the model reads.
        temperature: Below 1 the likely becomes likelier, above 1 the unlikely; 0 always takes the
            likeliest token.
        top_k: Only the so many likeliest tokens may be drawn.
        top_p: Only the likeliest tokens, which together have at least this probability, may be
            drawn (nucleus sampling).
        seed: Decides what is drawn.
        cache: Whether to keep what was read.
        stop: The text ends before these characters.

    Returns:
        What follows the prompt.

    Raises:
        BadInput: An argument cannot be used, the model is no language model, or the prompt holds
            characters that it does not know.

    Source: Holtzman and others, "The curious case of neural text degeneration", 2020 (`top_p`);
    Fan and others, "Hierarchical neural story generation", 2018 (`top_k`).

    Guide: SEQ-8.
    """
    vocabulary, numbers = _begun(model, prompt, length, temperature, top_k, top_p, seed)
    steps = continued(
        model, numbers, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed, cache=cache
    )
    written: list[int] = []
    for _, (number, _log) in zip(range(length), steps, strict=False):
        written.append(number)
        if stop and stop in (text := vocabulary.text(written)):
            return text[: text.index(stop)]
    return vocabulary.text(written)


def continued(
    model: Any,
    numbers: list[int],
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
    cache: bool = True,
    most: int | None = None,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield token after token, without end, each with the logarithms it was drawn from.

    Args:
        model: As `generate` takes it.
        numbers: Numbers of the tokens so far, at least one.
        temperature: See `generate`.
        top_k: See `generate`.
        top_p: See `generate`.
        seed: See `generate`.
        cache: See `generate`.
        most: Tokens of the text at most, where a recurrent network reads it again each time.

    Yields:
        The number of a token, and what its model says of every token, shape `(v,)`.
    """
    found = parts(getattr(model, "model", model))
    vocabulary = vocabulary_of(found.preprocessor)
    window = None if is_recurrent(found.trunk) else vocabulary.longest
    longest = window or most or len(numbers) + 1024
    reader: Reader = (CachedReader if cache else WholeReader)(found.trunk, longest)
    draw = np.random.default_rng(seed)
    tokens, start = list(numbers), 0
    while True:
        if window is not None and len(tokens) - start > window:
            start = len(tokens) - max(1, window // 2)
        logarithms = reader.read(tokens, start)
        number = next_token(logarithms, draw, temperature, top_k, top_p, vocabulary.unwritten)
        yield number, logarithms
        tokens.append(number)


def next_token(
    logarithms: NDArray[np.floating[Any]],
    draw: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    unwritten: tuple[int, ...] = (),
) -> int:
    """Return the number of one token, drawn as `generate` says.

    Args:
        logarithms: Of the probability of each token, shape `(v,)`.
        draw: Decides.
        temperature: See `generate`.
        top_k: See `generate`.
        top_p: See `generate`.
        unwritten: Numbers that are never drawn.

    Examples:
        >>> draw = np.random.default_rng(0)
        >>> next_token(np.log([0.1, 0.6, 0.3]), draw, temperature=0.0)
        1
        >>> {next_token(np.log([0.1, 0.6, 0.3]), draw, top_p=0.7) for _ in range(99)}
        {1, 2}
    """
    scores = np.array(logarithms, np.float64)
    scores[list(unwritten)] = -np.inf
    if temperature == 0.0:
        return int(scores.argmax())
    order = np.argsort(-scores, kind="stable")[: top_k or len(scores)]
    shares = np.exp((scores[order] - scores[order[0]]) / temperature)
    shares /= shares.sum()
    if top_p is not None:
        # The first that reaches it still belongs to the likeliest.
        kept = int(np.searchsorted(np.cumsum(shares), top_p - 1e-12)) + 1
        order, shares = order[:kept], shares[:kept] / shares[:kept].sum()
    place = int(np.searchsorted(np.cumsum(shares), draw.random(), side="right"))
    return int(order[min(place, len(order) - 1)])


def _begun(
    model: Any,
    prompt: str,
    length: int,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    seed: int,
) -> tuple[TokenVocabulary, list[int]]:
    """Return the vocabulary and the numbers of a prompt; refuse what cannot be used."""

    def whole(value: Any, least: int) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= least

    def number(value: Any) -> bool:
        return isinstance(value, int | float) and math.isfinite(value)

    checks = (
        ("prompt", prompt, isinstance(prompt, str), "a text"),
        ("length", length, whole(length, 1), "a whole number from 1"),
        ("temperature", temperature, number(temperature) and temperature >= 0, "a number from 0"),
        ("top_k", top_k, top_k is None or whole(top_k, 1), "a whole number from 1, or None"),
        (
            "top_p",
            top_p,
            top_p is None or (number(top_p) and 0 < top_p <= 1),
            "a share above 0 and up to 1, or None",
        ),
        ("seed", seed, whole(seed, 0), "a whole number from 0"),
    )
    problems = [
        Problem("setting_invalid", f"The setting {name} cannot be used", expected, repr(value))
        for name, value, fits, expected in checks
        if not fits
    ]
    if problems:
        raise BadInput(*problems)
    found = parts(getattr(model, "model", model))
    keys = ordered(found.preprocessor.output)
    reads = len(keys) == 1 and is_text(keys[0]) and keys[0] in found.trunk.input
    if not reads or len(found.trunk.output.shape) != 3:
        raise bad_input(
            "model_task",
            "The model does not tell what comes next in a text",
            expected="a model of a next_token task",
            received=found.trunk.name,
            remedy="Train one: goodfit train book.txt --task next_token",
        )
    vocabulary = vocabulary_of(found.preprocessor)
    return vocabulary, _numbers(found.preprocessor, vocabulary, keys[0], prompt)


def _numbers(
    preprocessor: keras.Model, vocabulary: TokenVocabulary, key: str, prompt: str
) -> list[int]:
    """Return the numbers of the tokens of a prompt, of which all are read."""
    from keras import layers

    prompt = prompt.replace("\r\n", LINE_END).replace("\r", LINE_END)
    numbers = []
    if vocabulary.by_character:
        known = {word: place for place, word in enumerate(vocabulary.words) if place > _UNKNOWN}
        if vocabulary.with_lines:
            known[LINE_END] = _UNKNOWN
        strange = sorted(set(prompt) - set(known))
        if strange:
            raise bad_input(
                "prompt_unknown",
                "The prompt holds characters that the model never saw",
                expected="characters of its training text",
                received=" ".join(map(repr, strange[:10])),
                remedy="Leave them out",
            )
        numbers = [known[character] for character in prompt]
    elif prompt.strip():
        words: Any = preprocessor.get_layer(f"encode_{key}").get_layer("words")
        config = {**words.get_config(), "output_sequence_length": None, "name": "prompt"}
        config["vocabulary"] = list(words.get_vocabulary(include_special_tokens=False))
        number = layers.TextVectorization.from_config(config)
        numbers = np.asarray(number([prompt]))[0].tolist()
    if not numbers and vocabulary.with_lines:
        return [_UNKNOWN]
    if not numbers:
        raise bad_input(
            "prompt_empty",
            "The prompt is empty, and the model knows no end of a line to begin after",
            expected=f"at least one {'character' if vocabulary.by_character else 'word'}",
            received=repr(prompt),
        )
    return numbers
