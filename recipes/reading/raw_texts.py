"""Texts as they stand in a source, and the pieces that a model reads of them."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, did_you_mean
from .sources import drop_empty_tail, open_source
from .tables import Table
from .wording import quoted

__all__ = ["open_table", "pieces", "raw_texts", "required_columns", "word_places"]

# What a model takes for a blank; Python takes more signs for one.
_PIECE = re.compile(r"\S+", re.ASCII)
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def pieces(text: str) -> list[str]:
    """Return what stands between blanks, as the level `token` of a model counts it.

    Examples:
        >>> pieces("to  San Jose ."), pieces("")
        (['to', 'San', 'Jose', '.'], [])
    """
    return _PIECE.findall(text or "")


def word_places(text: str) -> list[tuple[int, int]]:
    """Return where each word begins and ends, as the level `word` of a model counts them.

    Punctuation at the edges of a word is left out, and what is nothing else is no word.

    Examples:
        >>> word_places("(Rome - 1990).")
        [(1, 5), (8, 12)]
    """
    found = []
    for match in _PIECE.finditer(text or ""):
        piece = match.group()
        if not piece.translate(_PUNCTUATION):
            continue
        bare = piece.lstrip(string.punctuation)
        start = match.start() + len(piece) - len(bare)
        found.append((start, start + len(bare.rstrip(string.punctuation))))
    return found


def open_table(source: Any, options: Mapping[str, Any], *, one_column: bool = False) -> Table:
    """Return the table at a source, wholly empty rows at its end left out.

    Args:
        source: What `load` takes.
        options: Of reading; `separator` and `encoding` are looked at.
        one_column: Whether a single column is welcome.
    """
    separator, encoding = options.get("separator"), options.get("encoding")
    opened = open_source(source, separator=separator, encoding=encoding, one_column=one_column)
    return drop_empty_tail(opened[0])


def required_columns(table: Table, wanted: Sequence[str]) -> None:
    """Refuse a table that lacks columns; all are named.

    Raises:
        BadInput: With every one of them.
    """
    names = list(table.columns)
    problems = [
        Problem(
            "column_missing",
            f"There is no column '{name}' in {table.label}",
            f"the columns {quoted(wanted)}",
            quoted(names, 12),
            did_you_mean(str(name), names),
        )
        for name in wanted
        if name not in names
    ]
    if problems:
        raise BadInput(*problems)


def raw_texts(table: Table, name: str) -> NDArray[Any]:
    """Return a column as texts, nothing in it changed; lists of words are joined by blanks."""
    return np.array([_text(value) for value in table.columns[name]] + [None], object)[:-1]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return " ".join(map(str, value))
    missing = value is None or value != value  # NaN is unlike itself
    return "" if missing else str(value)
