"""Where synonyms come from: the list that comes along, a file, a mapping or a function."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from ...zoo.errors import bad_input
from ..config import Config
from ..dataset import Dataset
from ..files import write_text
from .english import GROUPS
from .figures import augmented_columns

__all__ = [
    "SynonymSource",
    "Synonyms",
    "english_synonyms",
    "further_words",
    "keep_synonyms",
    "read_synonyms",
    "synonym_mapping",
    "training_synonyms",
    "words_of",
]

Synonyms: TypeAlias = Mapping[str, Iterable[str]]
"""From a word in lower case to words that can stand for it."""
SynonymSource: TypeAlias = Synonyms | Callable[[str], Iterable[str]] | str | Path | None
"""A mapping, a function of a word, the path of a file, or None for the English list."""
KEPT_NAME = "synonyms.json"
WORD = r"\w+(?:['’]\w+)*"
_EXPECTED = (
    "a JSON object of lists, or a CSV without a header and with a word and its synonyms in each row"
)


@cache
def english_synonyms() -> Synonyms:
    """Return the list that comes along: some 600 English words in common use.

    Guide: REG-5.

    Examples:
        >>> english_synonyms()["glad"]
        ('happy', 'pleased')
    """
    return {word: tuple(w for w in group if w != word) for group in GROUPS for word in group}


def words_of(texts: Iterable[str]) -> set[str]:
    """Return the words of texts in lower case.

    Examples:
        >>> sorted(words_of(["It's good.", "Good?"]))
        ['good', "it's"]
    """
    return {word.lower() for text in texts for word in re.findall(WORD, text)}


def read_synonyms(path: str | Path) -> Synonyms:
    """Return the synonyms that a file holds.

    Args:
        path: JSON such as `{"parcel": ["package"]}`, or a CSV with a word and its synonyms in each
            row. The synonyms of a row stand for its first word; to have it the other way round as
            well, give them a row of their own.

    Raises:
        BadInput: There is no such file, or it holds no synonyms.

    Guide: REG-5.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message, remedy = f"The file of synonyms {path} cannot be read", "Check the path"
        raise bad_input(
            "synonyms_unreadable", message, expected=_EXPECTED, received=str(error), remedy=remedy
        ) from error
    found: dict[str, list[str]] = {}
    try:
        pairs = _of_json(text) if path.suffix.lower() == ".json" else csv.reader(text.splitlines())
        for word, *synonyms in pairs:
            found.setdefault(word, []).extend(synonyms)
    except (ValueError, TypeError, csv.Error) as error:
        raise _none(path, str(error)) from error
    synonyms = _tidy(found)
    if not synonyms:
        raise _none(path, f"{len(found)} words without a synonym")
    return synonyms


def synonym_mapping(source: SynonymSource, words: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the synonyms of some words, as plain data.

    Args:
        source: Where they come from.
        words: Those of the training texts, in lower case.

    Raises:
        BadInput: The source is a file without synonyms, or neither mapping nor function.

    Guide: REG-5.

    Examples:
        >>> synonym_mapping({"Bus": ["coach"], "car": ["van"]}, {"bus", "late"})
        {'bus': ('coach',)}
    """
    if source is None or source == "":
        found: Synonyms = english_synonyms()
    elif isinstance(source, str | Path):
        found = read_synonyms(source)
    elif isinstance(source, Mapping):
        found = _tidy(source)
    elif callable(source):
        found = _tidy({word: source(word) for word in sorted(words)})
    else:
        raise bad_input(
            "synonyms_invalid",
            "The synonyms cannot be used",
            expected="a mapping from words to lists of words, a function, or the path of a file",
            received=type(source).__name__,
        )
    return {word: tuple(found[word]) for word in sorted(set(words).intersection(found))}


def further_words(synonyms: Synonyms) -> list[str]:
    """Return all words that synonyms bring in, which a model is to know as well.

    Examples:
        >>> further_words({"clock": ["watch", "alarm clock"]})
        ['alarm', 'clock', 'watch']
    """
    return sorted({word for each in synonyms.values() for one in each for word in one.split()})


def training_synonyms(
    config: Config, dataset: Dataset, source: SynonymSource, kept: str | Path | None
) -> dict[str, tuple[str, ...]]:
    """Return the synonyms that a training draws from; none where it changes no text.

    Args:
        config: The settings.
        dataset: Training rows.
        source: What was given in Python; None leaves it to the config.
        kept: The folder of a run that goes on, which draws from what it drew from before.

    Raises:
        BadInput: The synonyms cannot be used.
    """
    columns = augmented_columns(dataset.columns, dataset.task)
    texts = [column.name for column in columns if column.kind == "text"]
    if config.augmentation == "none" or not texts:
        return {}
    if kept is not None and (Path(kept) / KEPT_NAME).is_file():
        source = Path(kept) / KEPT_NAME
    elif source is None:
        source = config.synonyms
    words = set().union(*(words_of(dataset.features[name]) for name in texts))
    return synonym_mapping(source, words)


def keep_synonyms(folder: Path | None, synonyms: Synonyms) -> None:
    """Write the synonyms of a training into its folder, so that it can go on with the same."""
    if folder is not None and synonyms:
        plain = {word: list(each) for word, each in synonyms.items()}
        write_text(folder / KEPT_NAME, json.dumps(plain, ensure_ascii=False, indent=0))


def _of_json(text: str) -> Iterable[list[str]]:
    data: Any = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError(f"a {type(data).__name__}")
    return [[word, *([each] if isinstance(each, str) else each)] for word, each in data.items()]


def _tidy(synonyms: Synonyms) -> dict[str, tuple[str, ...]]:
    """Return the synonyms in lower case, each once, no word its own."""
    tidy: dict[str, tuple[str, ...]] = {}
    for word, each in synonyms.items():
        key = str(word).strip().lower()
        others = [
            str(other).strip().lower() for other in ([each] if isinstance(each, str) else each)
        ]
        others = [*tidy.get(key, ()), *(other for other in others if other and other != key)]
        if key and others:
            tidy[key] = tuple(dict.fromkeys(others))
    return tidy


def _none(path: Path, received: str) -> Exception:
    message = f"The file {path} holds no synonyms"
    return bad_input("synonyms_unreadable", message, expected=_EXPECTED, received=received)
