"""The functions of a script that bring a column of a table to its kind, only as far as needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..reading.cells import WHOLE_FLOAT, cells
from ..reading.decimals import MONEY
from ..reading.inferring import booleans
from ..reading.tables import Table
from .plan import Plan
from .writing import listed, mapping

__all__ = ["CellHelpers"]

SIGNS = re.compile(MONEY)


class CellHelpers:
    """Functions named `cells`, `numbers` and `booleans`, made for what stands in one table.

    Args:
        plan: What the script is written from.
        table: The raw columns.
    """

    def __init__(self, plan: Plan, table: Table) -> None:
        self._plan, self._table = plan, table
        self._typed = table.place is None
        self._used: set[str] = set()

    def use(self, name: str) -> str:
        """Say that the script calls one of the functions, and return its name."""
        self._used.add(name)
        return name

    def is_number(self, name: str) -> bool:
        """Return whether a column holds numbers by its type."""
        import pandas as pd

        return self._typed and pd.api.types.is_numeric_dtype(self._table.columns[name].dtype)

    def lines(self) -> list[str]:
        """Return the functions that are called, parted by two blank lines."""
        parts = []
        if "numbers" in self._used:
            parts.append(self._numbers())
        if "booleans" in self._used:
            parts.append(self._booleans())
        if "cells" in self._used:
            parts.insert(0, self._cells())
        return [line for part in parts for line in (*part, "", "")]

    def _cells(self) -> list[str]:
        text = 'frame[name].fillna("").astype(str)' if self._typed else "frame[name]"
        text += '.str.split().str.join(" ")'
        marks = sorted(self._marks())
        note = '; "" where it is missing' if marks else ""
        if self._has_whole_floats():
            text += r'.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)'
            note += "; 3.0 is 3"
        head = [*listed(marks, before="MISSING = "), "", ""] if marks else []
        lines = [*head, "def cells(name):", f'    """Return a column as text{note}."""']
        if not marks:
            return [*lines, f"    return {text}"]
        return [*lines, f"    texts = {text}", '    return texts.replace(MISSING, "")']

    def _numbers(self) -> list[str]:
        lines = [
            "def numbers(name):",
            '    """Return a column as numbers, NaN for all that is none."""',
        ]
        if self._typed:
            return [
                *lines,
                "    return pd.to_numeric(frame[name]).to_numpy(float, na_value=np.nan)",
            ]
        signs, sentinels = self._signs(), self._sentinels()
        texts = f"{self.use('cells')}(name)" if signs or sentinels else "frame[name]"
        head = []
        if sentinels:
            head += [*mapping("NO_VALUE", sentinels), "", ""]
            texts += '.replace(NO_VALUE.get(name, []), "")'
        if not signs:
            last = f'    return pd.to_numeric({texts}, errors="coerce").to_numpy(float)'
            return [*head, *lines, last]
        return [
            *mapping("SIGNS", signs, "Decimal sign and thousands mark."),
            *("", "", *head, *lines),
            '    decimal, thousands = SIGNS.get(name, (".", ""))',
            f'    texts = {texts}.str.replace(r"{MONEY}", "", regex=True).str.strip()',
            '    texts = texts.str.replace("\\u2212", "-")  # a longer minus',
            r'    texts = texts.str.replace(r"([-+])\s+", r"\1", regex=True)',
            '    texts = texts.str.replace(thousands, "", regex=False) if thousands else texts',
            '    texts = texts.str.replace(decimal, ".", regex=False)',
            '    return pd.to_numeric(texts, errors="coerce").to_numpy(float)',
        ]

    def _booleans(self) -> list[str]:
        lines = [
            "def booleans(name):",
            '    """Return 1 for yes, 0 for no, NaN where it is missing."""',
        ]
        if self._typed:
            text = 'frame[name].astype("Float64").to_numpy(float, na_value=np.nan)'
            return [*lines, f"    return {text}"]
        names = self._plan.named("boolean")
        if self._plan.task.kind == "multilabel":
            names += self._plan.dataset.target
        words = sorted({text.lower() for name in names for text in self._distinct(name)})
        known = {w: int(v) for w, v in zip(words, booleans(words), strict=True) if v == v}
        text = f"{self.use('cells')}(name).str.lower().map(WORDS)"
        return [*mapping("WORDS", known), "", "", *lines, f"    return {text}.to_numpy(float)"]

    def _distinct(self, name: str) -> list[str]:
        return cells(self._table.columns[name]).distinct.tolist()

    def _marks(self) -> set[str]:
        """Return the marks that mean missing in columns of text, as they occur."""
        found: set[str] = set()
        kinds = ("category", "date", "text", "boolean")
        for name in [*self._plan.named(*kinds), *self._plan.dataset.target]:
            column = self._table.columns.get(name)
            if column is not None and not self.is_number(name):
                found |= set(cells(column, self._told("missing", name)).missing)
        return found - {""}

    def _has_whole_floats(self) -> bool:
        target = self._plan.dataset.target if self._plan.task.is_classification else ()
        names = [*self._plan.named("category"), *target]
        return any(
            WHOLE_FLOAT.fullmatch(text) and text.split(".")[0] != text
            for name in names
            if not self.is_number(name)
            for text in self._distinct(name)
        )

    def _sentinels(self) -> dict[str, list[str]]:
        """Return numbers that were set to mean missing, by column of numbers."""
        number = re.compile(r"[-+]?\d+(\.\d*)?")
        found = {n: list(self._told("missing", n)) for n in self._plan.named("number")}
        kept = {n: [word for word in words if number.fullmatch(word)] for n, words in found.items()}
        return {name: words for name, words in kept.items() if words}

    def _signs(self) -> dict[str, tuple[str, str]]:
        """Return decimal sign and thousands mark of the columns that are not written plainly."""
        found = {}
        for name in [*self._plan.named("number"), *self._plan.dataset.target]:
            decimal, thousands = (self._plan.options.get(o, {}) for o in ("decimal", "thousands"))
            signs = (_told(decimal, name, "."), _told(thousands, name, ""))
            if signs != (".", "") or self._has_signs(name):
                found[name] = signs
        return found

    def _has_signs(self, name: str) -> bool:
        """Return whether numbers of a text file carry signs of money or percent."""
        import pandas as pd

        column: Any = self._table.columns[name]
        if self._typed or name not in self._plan.dataset.features:
            return not self._typed and any(map(SIGNS.search, self._distinct(name)))
        plain = np.isnan(np.asarray(pd.to_numeric(column, errors="coerce"), float)).sum()
        return bool(plain > np.isnan(self._plan.dataset.features[name]).sum())

    def _told(self, option: str, name: str) -> Iterable[str]:
        words = self._plan.options.get(option, {})
        return (*words.get("", ()), *words.get(name, ()))


def _told(values: Mapping[str, Any], name: str, usual: str) -> str:
    return values.get(name, values.get("", usual))
