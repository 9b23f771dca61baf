"""One column of text, as its distinct values: stripped, with missing values told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MISSING", "Cells", "cells", "cells_of_numbers"]

# What pandas takes for missing by default, and the marks of the UCI archive and of tables typed
# by hand. Cases as listed: "NA" is missing, "Na" may be sodium.
MISSING = frozenset(
    [
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND"),
        *("1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "NaT"),
        *("?", "-", "--"),
    ]
)
WHOLE_FLOAT = re.compile(r"(-?\d+)\.0+")


@dataclass
class Cells:
    """The distinct values of a column and which row holds which.

    Args:
        distinct: Texts without surrounding blanks or line breaks, dtype object.
        codes: For each row the position in `distinct`, or -1 where the value is missing.
        missing: How many rows each missing mark was found in.
    """

    distinct: NDArray[Any]
    codes: NDArray[np.int64]
    missing: dict[str, int]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Rows of each distinct value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.distinct))

    @property
    def present(self) -> int:
        """Rows that are not missing."""
        return int((self.codes >= 0).sum())

    def spread(self, values: NDArray[Any], absent: Any) -> NDArray[Any]:
        """Return a value for each row from one for each distinct text, `absent` where missing."""
        if not len(values):
            return np.full(len(self.codes), absent, values.dtype)
        return np.where(self.codes >= 0, values[self.codes], absent).astype(values.dtype)

    def rows(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the rows, from 1, whose distinct value is chosen."""
        hit = np.append(chosen, False)
        return np.flatnonzero(hit[self.codes]) + 1

    def without(self, words: NDArray[np.bool_]) -> Cells:
        """Return the cells with the chosen distinct values made missing."""
        kept = np.flatnonzero(~words)
        places = np.full(len(self.distinct) + 1, -1)
        places[kept] = np.arange(len(kept))
        counts = self.counts
        missing = self.missing | {
            str(self.distinct[i]): int(counts[i]) for i in np.flatnonzero(words)
        }
        return Cells(self.distinct[kept], places[self.codes], missing)


def cells(values: pd.Series, also_missing: Iterable[str] = ()) -> Cells:
    """Return a column of text, or of mixed objects, as cells.

    Args:
        values: A series of texts; None and NaN are missing.
        also_missing: Further texts that mean missing.
    """
    import pandas as pd

    codes, distinct = pd.factorize(values)
    # str.split parts at every kind of blank, line breaks of Unicode included: a vocabulary
    # written one word to a line must not hold one.
    texts = [_text(value) for value in distinct]
    tokens = MISSING | {" ".join(word.split()) for word in also_missing}
    if "+" in texts:
        tokens = tokens - {"-"}
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    missing: dict[str, int] = {}
    kept: dict[str, int] = {}
    places = np.full(len(texts) + 1, -1)
    for position, text in enumerate(texts):
        if text in tokens:
            missing[text] = missing.get(text, 0) + int(counts[position])
        else:
            places[position] = kept.setdefault(text, len(kept))
    absent = int((codes < 0).sum())
    if absent:
        missing[""] = missing.get("", 0) + absent
    return Cells(np.array(list(kept), object), places[codes], missing)


def cells_of_numbers(numbers: NDArray[np.float64]) -> Cells:
    """Return numbers as cells, whole ones without a fraction."""
    import pandas as pd

    codes, distinct = pd.factorize(numbers)
    texts = np.array([number_text(value) for value in distinct], object)
    absent = int((codes < 0).sum())
    return Cells(texts, codes, {"": absent} if absent else {})


def number_text(value: float) -> str:
    """Return a number as a category would name it.

    Examples:
        >>> number_text(3.0), number_text(0.25)
        ('3', '0.25')
    """
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def category_texts(cell: Cells) -> NDArray[Any]:
    """Return the category of each distinct value; `3.0` and `3` are the same one."""
    texts = []
    for text in cell.distinct:
        match = WHOLE_FLOAT.fullmatch(text)
        texts.append(match.group(1) if match else text)
    return np.array(texts, object)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, float | np.floating):
        return number_text(float(value))
    if isinstance(value, bytes):
        return " ".join(value.decode("utf-8", "replace").split())
    return " ".join(str(value).split())
