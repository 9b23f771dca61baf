"""The quick way for the usual column of a text file: plain numbers, read all at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .cells import MISSING
from .column_forms import Hints, Inferred
from .column_problems import too_large
from .decimals import plain_numbers
from .inferring import MIXED_SHARE, missing_note

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plain_number_column"]

SAMPLED = 1_000
# Digits alone may be codes or days, and points before three digits thousands: these are looked at
# value by value.
DIGITS = re.compile(r"\d+")
GROUPED = re.compile(r"[-+]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d{1,3})")


def plain_number_column(
    values: pd.Series, hints: Hints, also_missing: Sequence[str]
) -> Inferred | None:
    """Return a text column of plain numbers and missing marks, None for any other column.

    What it returns is what `infer_kind` would; only the way is shorter.

    Args:
        values: Texts.
        hints: What was set, and what the file speaks for.
        also_missing: Further texts that mean missing.
    """
    import pandas as pd

    marks = (hints.decimal, hints.thousands)
    if not np.isnan(plain_numbers(np.array(list(also_missing), object))).all():
        return None
    if hints.kind not in (None, "number") or marks not in ((None, None), (".", "")):
        return None
    step = max(1, len(values) // SAMPLED)
    tokens = MISSING | {" ".join(word.split()) for word in also_missing}
    sample = [text.strip() for text in values.iloc[::step].astype(str)]
    sample = [text for text in sample if text not in tokens]
    if not sample or np.isnan(plain_numbers(np.array(sample, object))).mean() > MIXED_SHARE:
        return None
    if hints.kind is None:
        one_length = len({len(text) for text in sample}) == 1
        if one_length and all(DIGITS.fullmatch(text) for text in sample):
            return None
        if any("." in text for text in sample) and all(GROUPED.fullmatch(t) for t in sample):
            return None
    numbers = np.array(pd.to_numeric(values, errors="coerce"), float)
    absent = np.isnan(numbers)
    others = values[absent].astype(str).str.strip().value_counts()
    if not set(others.index) <= tokens or too_large(numbers).any():
        return None
    found = Inferred("number", numbers, "You set it." if hints.kind else "Every value is a number.")
    found.figures = {"distinct": len(pd.unique(numbers[~absent])), "missing": int(absent.sum())}
    found.options = {"decimal": ".", "thousands": ""}
    words = {str(mark): int(count) for mark, count in others.items() if mark}
    found.reason += missing_note(words)
    if any(re.fullmatch(r".*\.(?!\d{3}$)\d+", text) for text in sample[:500]):
        found.certain_decimal = "."
    return found
