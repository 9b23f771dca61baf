"""One long text as rows: passages in its order, each with the characters that it is to foretell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, bad_input
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset, SealedTest, Splits
from ..splitting.dividing import part_sizes
from ..splitting.split_checks import checked_fractions
from .encodings import choose_encoding
from .few_rows import few_rows
from .forms import Form
from .opening import COMPRESSIONS, find

__all__ = ["FORM", "LOOKBACK", "passage_form", "passages_of"]

LOOKBACK = 128
"""Characters (or words) that the last one of a passage is foretold from, where nothing is said."""
_COLUMN = "text"


def passages_of(text: str, lookback: int, by_words: bool = False) -> NDArray[Any]:
    """Return a text as passages of `lookback + 1` characters or words.

    Each begins with the last token of the one before, so that every token of the text but the first
    is foretold once, from those before it in its passage.

    Args:
        text: The text.
        lookback: Tokens that the last one of a passage is foretold from.
        by_words: Whether tokens are what stands between blanks; then every blank becomes a space.

    Returns:
        Shape `(passages,)`; the last one may be shorter.

    Examples:
        >>> passages_of("abcdefgh", 3).tolist(), passages_of("to be or not", 2, True).tolist()
        (['abcd', 'defg', 'gh'], ['to be or', 'or not'])
    """
    tokens: Any = text.split() if by_words else text
    starts = range(0, max(len(tokens) - 1, 1), lookback)
    pieces = [tokens[start : start + lookback + 1] for start in starts]
    found = np.empty(len(pieces), object)
    found[:] = [" ".join(piece) if by_words else piece for piece in pieces]
    return found


def passage_form(name: str, by_words: bool) -> Form:
    """Return the form of one long text, in passages of characters or of words.

    Args:
        name: Of the form.
        by_words: Whether tokens are words.
    """
    unit = "words" if by_words else "characters"

    def fits(source: Any, task: str | None, options: Mapping[str, Any]) -> bool:
        del options
        if by_words or task != "next_token" or not isinstance(source, str | Path):
            return False
        suffixes = Path(source).suffixes
        return bool(suffixes) and (suffixes[-1] == ".txt" or suffixes[-2:] == [".txt", ".gz"])

    def read(
        source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]
    ) -> Dataset:
        del target
        kind = task.kind if isinstance(task, Task) else task
        if kind not in (None, "next_token"):
            message = f"Passages of one text do not fit the task {kind}"
            expected = "next_token, or no task"
            raise bad_input("task_unfit", message, expected=expected, received=repr(kind))
        lookback = int(options.get("lookback") or LOOKBACK)
        text, place, encoding = _text_of(source, options.get("encoding"))
        texts = passages_of(text, lookback, by_words)
        if few := few_rows(
            len(texts),
            "passage",
            f"of {lookback} {unit} in {place}",
            received=f"{len(text):,} characters",
            remedy="Give a longer text, or set a smaller lookback",
        ):
            raise BadInput(*few)
        figures = {"passages": len(texts), "characters": len(text)}
        reason = f"Each passage goes on for {lookback} {unit} after its first."
        choices = {
            "task": Choice("next_token", "SEQ-8", {}, "What comes next in a text is asked."),
            "lookback": Choice(lookback, "SEQ-3", figures, reason),
        }
        told = {"form": name, "lookback": lookback, "encoding": encoding}
        return Dataset(
            {_COLUMN: texts},
            texts,
            (Column(_COLUMN, "text"),),
            Task("next_token"),
            (),
            place,
            np.arange(1, len(texts) + 1),
            choices,
            {key: value for key, value in told.items() if value},
        )

    def read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
        lookback = int(options.get("lookback") or LOOKBACK)
        if isinstance(source, Mapping) or hasattr(source, "columns"):
            texts = np.array([str(text) for text in source[columns[0].name]], object)
            place = "rows"
        else:
            text, place, _ = _text_of(source, options.get("encoding"))
            texts = passages_of(text, lookback, by_words)
        features = {columns[0].name: texts}
        return Dataset(features, None, tuple(columns), None, (), place, options=dict(options))

    return Form(fits, read, read_rows, ("lookback", "encoding"), _split)


def _text_of(source: Any, encoding: str | None) -> tuple[str, str, str | None]:
    """Return the text of a file, where it is, and its encoding; ends of lines are all alike.

    Raises:
        BadInput: There is no such file, it is no text, or not in this encoding.
    """
    if not isinstance(source, str | Path):
        message = "One long text is read from a file"
        given = type(source).__name__
        raise bad_input("source_unfit", message, expected="the path of a .txt file", received=given)
    place = find(Path(source))
    chosen = choose_encoding(place, encoding).value
    opened = COMPRESSIONS[place.compression][1] if place.compression else open
    with opened(place.path, "rb") as file:
        data: bytes = file.read()
    try:
        text = data.decode(chosen)
    except UnicodeDecodeError as error:
        raise bad_input(
            "encoding_wrong",
            f"{place.path} is not in {chosen}: byte {error.start:,} cannot be read",
            remedy="Give its encoding, as in --encoding cp1252",
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n"), str(place.path), encoding


def _split(dataset: Dataset, validation: float, test: float, seed: int, log: Path | None) -> Splits:
    """Divide passages by place: the beginning trains, what follows is watched, the end is sealed.

    Nothing is shared: the last token of a part, with which the next part begins, is taken away.

    Guide: PH-1c, SEQ-1.
    """
    fractions = checked_fractions(validation, test, seed)
    sizes = part_sizes(len(dataset), fractions)
    ends = np.cumsum(sizes)
    by_words = dataset.options.get("form") != FORM_NAME
    parts = []
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        part = dataset.take(np.arange(start, end))
        if end < len(dataset):
            texts = part.features[_COLUMN].copy()
            texts[-1] = texts[-1].rsplit(" ", 1)[0] if by_words else texts[-1][:-1]
            part = replace(part, features={_COLUMN: texts}, labels=texts)
        parts.append(part)
    train, watched, held = parts
    names = ("train", "validation", "test")
    choice = Choice(
        "by place",
        "PH-1c",
        dict(zip(names, sizes, strict=True)),
        "The text goes on from part to part; no passage lies in two, and none is seen twice.",
    )
    return Splits(train, watched, SealedTest(held, log), choice, seed)


FORM_NAME = "passages"
FORM = passage_form(FORM_NAME, by_words=False)
