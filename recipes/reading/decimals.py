"""Numbers as people write them: decimal points or commas, thousands marks, signs of money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .wording import quoted

__all__ = ["Convention", "Reading", "parse_numbers", "read_numbers"]


@dataclass(frozen=True)
class Convention:
    """How numbers are written.

    Args:
        decimal: The sign before the fraction.
        thousands: The mark between groups of three digits, or "".
    """

    decimal: str = "."
    thousands: str = ""

    def __str__(self) -> str:
        """Return the convention in words."""
        marks = {".": "point", ",": "comma", " ": "blank", "'": "apostrophe", "_": "underscore"}
        text = f"decimal {marks.get(self.decimal, self.decimal)}"
        if self.thousands:
            text += f", thousands {marks.get(self.thousands, self.thousands)}"
        return text


PLAIN = Convention()
CONVENTIONS = (
    PLAIN,
    Convention(".", ","),
    Convention(",", ""),
    Convention(",", "."),
    Convention(",", " "),
    Convention(".", " "),
    Convention(".", "'"),
    Convention(",", "'"),
)
MONEY = r"(?:[$€£¥₹%]|USD|EUR|GBP|CHF)"
SIGNS = re.compile(rf"^([-+]?)\s*{MONEY}?\s*(.*?)\s*{MONEY}?$")
DOLLARS = re.compile(r"[-+\u2212]?\s*[$£]")
SAMPLED = 200
WORTH_TRYING = 0.2
# Grouped numbers beside whole ones below a thousand: with three decimals each time, trailing
# zeros would have to be there in some and not in others.
GROUPED_FOR_CERTAINTY = 5


@dataclass(frozen=True)
class Reading:
    """The numbers of some texts under the convention that fits best.

    Args:
        convention: How they were read.
        values: A number for each text, NaN where it is none.
        rivals: Other conventions that fit as well and give other numbers.
        reason: Why this convention, or "" for plain numbers.
        certain: Whether the texts alone allow no other decimal sign.
        signs: Whether signs of money or percent were dropped.
    """

    convention: Convention
    values: NDArray[np.float64]
    rivals: tuple[Convention, ...] = ()
    reason: str = ""
    certain: bool = False
    signs: bool = False


def parse_numbers(
    texts: Sequence[str] | NDArray[Any], convention: Convention
) -> NDArray[np.float64]:
    """Return a number for each text, NaN where it is none in this convention.

    Examples:
        >>> parse_numbers(["1.234,5", "$ 7", "x"], Convention(",", "."))
        array([1234.5,    7. ,    nan])
    """
    texts = np.asarray(texts, object)
    values = plain_numbers(texts) if convention == PLAIN else np.full(len(texts), np.nan)
    todo = np.isnan(values)
    pattern = _pattern(convention)
    for position in np.flatnonzero(todo):
        text = _bare(texts[position])
        if pattern.fullmatch(text):
            plain = text.replace(convention.thousands, "") if convention.thousands else text
            values[position] = float(plain.replace(convention.decimal, "."))
        elif text.lower().lstrip("+-") in ("inf", "infinity", "∞"):
            values[position] = -np.inf if text.startswith("-") else np.inf
    return values


def plain_numbers(texts: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers with a decimal point as pandas reads them, NaN for all other texts."""
    import pandas as pd

    return np.array(pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce"), float)


def read_numbers(
    texts: NDArray[Any],
    counts: NDArray[np.int64],
    *,
    decimal: str | None = None,
    thousands: str | None = None,
    evidence: str = "",
) -> Reading:
    """Return the numbers in the convention that reads most rows, with what else fits as well.

    Args:
        texts: Distinct texts.
        counts: Rows of each.
        decimal: The decimal sign, where the user set it.
        thousands: The thousands mark, where the user set it.
        evidence: The decimal sign that other columns or the format of the file speak for, or "".
    """
    if decimal is not None or thousands is not None:
        chosen, values = _as_set(texts, counts, decimal, thousands)
        reason = "" if chosen == PLAIN else f"Read with a {chosen}, as set."
        return Reading(chosen, values, (), reason, False, _signs(texts))
    plain = plain_numbers(texts)
    if np.isnan(plain).any() and not _worth_trying(texts):
        return Reading(PLAIN, plain)
    plain = parse_numbers(texts, PLAIN)
    fits = {PLAIN: int(counts[~np.isnan(plain)].sum())}
    readings = {PLAIN: plain}
    complete = fits[PLAIN] == counts.sum()
    if not complete or evidence == ",":
        for convention in CONVENTIONS[1:]:
            readings[convention] = parse_numbers(texts, convention)
            fits[convention] = int(counts[~np.isnan(readings[convention])].sum())
    most = max(fits.values())
    best = [convention for convention in CONVENTIONS if fits.get(convention) == most]
    chosen, reason = best[0], ""
    others = [c for c in best[1:] if not _same(readings[c], readings[chosen])]
    if chosen == PLAIN and evidence == "," and others and is_grouped(texts):
        # 1.234 in a file of decimal commas.
        chosen = next(c for c in others if c.decimal == ",")
        reason, others = "The file writes decimal commas elsewhere, so a point parts thousands.", []
    elif chosen == PLAIN:
        others = []
    elif others:
        by_evidence = [c for c in best if c.decimal == evidence]
        if by_evidence:
            chosen, others = by_evidence[0], []
            reason = f"'{evidence}' is the decimal sign of the file."
        elif _trimmed(texts):
            chosen, others = next(c for c in best if c.thousands == ","), []
            reason = "Whole numbers below a thousand stand beside, so the comma parts thousands."
        elif all(DOLLARS.match(text) for text in texts):
            chosen = next(c for c in best if c.thousands == ",")
            others, reason = [], "In amounts of $ or £ the comma parts thousands."
    if chosen != PLAIN and not others:
        odd = texts[np.isnan(plain) & ~np.isnan(readings[chosen])]
        shown = quoted((odd if len(odd) else texts)[:2])
        reason = f"Numbers written with a {chosen}, such as {shown}. {reason}".strip()
    certain = not others and _tells_decimal(texts, chosen)
    return Reading(chosen, readings[chosen], tuple(others), reason, certain, _signs(texts))


def _as_set(
    texts: NDArray[Any], counts: NDArray[np.int64], decimal: str | None, thousands: str | None
) -> tuple[Convention, NDArray[np.float64]]:
    """Return what the user set, the mark left open filled in by what reads most rows."""
    opposite = {".": ",", ",": "."}
    if thousands is None:
        options = [Convention(decimal or ".", opposite.get(decimal or ".", ""))]
    elif decimal is None and thousands in opposite:
        options = [Convention(opposite[thousands], thousands)]
    elif decimal is None:
        options = [Convention(".", thousands), Convention(",", thousands)]
    else:
        options = [Convention(decimal, thousands)]
    readings = {convention: parse_numbers(texts, convention) for convention in options}
    best = max(options, key=lambda c: counts[~np.isnan(readings[c])].sum())
    return best, readings[best]


def _worth_trying(texts: NDArray[Any]) -> bool:
    """Return whether a sample holds enough numbers of any convention to look at every text."""
    sample = texts[:: max(1, len(texts) // SAMPLED)]
    read = [~np.isnan(parse_numbers(sample, convention)) for convention in CONVENTIONS]
    return bool(np.any(read, axis=0).mean() >= WORTH_TRYING) if len(sample) else False


def _pattern(convention: Convention) -> re.Pattern[str]:
    point = re.escape(convention.decimal)
    whole = r"\d+"
    if convention.thousands:
        mark = (
            r"[ \u00a0\u202f]" if convention.thousands == " " else re.escape(convention.thousands)
        )
        whole = rf"(?:[1-9]\d{{0,2}}(?:{mark}\d{{3}})+|\d+)"
    return re.compile(rf"[-+]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d+)?")


def _bare(text: str) -> str:
    """Return the text without signs of money and percent, and with a plain minus and blank."""
    text = text.replace("\u2212", "-").replace("\u2019", "'")
    match = SIGNS.match(text)
    return match.group(1) + match.group(2) if match else text


def _signs(texts: NDArray[Any]) -> bool:
    return any(re.search(MONEY, text) for text in texts[:50])


def _same(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    return bool(np.array_equal(left, right, equal_nan=True))


def is_grouped(texts: NDArray[Any]) -> bool:
    """Return whether some text has a point, and every point stands before three digits."""
    if not any("." in text for text in texts[:SAMPLED]):
        return False
    grouped = re.compile(r"[-+]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d{1,3})")
    return all(grouped.fullmatch(_bare(text)) for text in texts)


def _trimmed(texts: NDArray[Any]) -> bool:
    bare = [_bare(text) for text in texts]
    grouped = [t for t in bare if re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", t)]
    small = [t for t in bare if re.fullmatch(r"[-+]?\d{1,3}", t)]
    return (
        len(grouped) >= GROUPED_FOR_CERTAINTY
        and len(grouped) + len(small) == len(bare)
        and (bool(small))
    )


def _tells_decimal(texts: NDArray[Any], convention: Convention) -> bool:
    """Return whether some text has a fraction that could be no group of thousands."""
    point = re.escape(convention.decimal)
    fraction = re.compile(rf".*{point}(?!\d{{3}}$)\d+")
    return any(fraction.fullmatch(text) for text in texts[:500])
