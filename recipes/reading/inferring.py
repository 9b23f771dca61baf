"""What kind of column this is, with the reason, and its values in the one form of that kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import ColumnKind
from .cells import Cells, category_texts
from .column_forms import Hints, Inferred
from .column_problems import (
    MAXIMUM_CATEGORIES,
    Where,
    ambiguous_problem,
    categories_problem,
    infinite_problem,
    too_large,
    unfit_problem,
)
from .dates import ISO, compact_dates, parse_dates, read_dates
from .decimals import PLAIN, Reading, is_grouped, plain_numbers, read_numbers
from .wording import plural, quoted, share_text, some

__all__ = ["Inferred", "Hints", "booleans", "convert", "infer_kind"]

TRUE = frozenset(["true", "yes", "y", "t", "on"])
FALSE = frozenset(["false", "no", "n", "f", "off"])
PAIRS = (("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"))
# Of a pair, such as yes, Yes, YES and no, No, NO.
SPELLINGS = 6
# Words among numbers up to this share of rows are taken for missing, and reported.
MIXED_SHARE = 0.05
MIXED_WORDS = 100
# These words mean missing among numbers whatever their share.
MISSING_WORDS = frozenset(
    [
        *("unknown", "unk", "missing", "n.a.", "n.a", "na", "n/a", "not available", "none", "nil"),
        *("not applicable", "null", "nan", "undefined", "tbd", "error", "#value!", "#ref!"),
        *("#div/0!", "#num!", "#name?", ".", "..", "...", "---", "*", "inconnu", "unbekannt"),
    ]
)
# Digits of one length with leading zeros are codes, such as postal codes, from this length on.
CODE_LENGTH = 3
TEXT_WORDS = 6
TEXT_CHARACTERS = 60
TEXT_DISTINCT_SHARE = 0.5


def infer_kind(name: str, cell: Cells, hints: Hints, where: Where) -> Inferred:
    """Return a column of text in the kind that fits it, or in the kind that was set.

    Args:
        name: The column's name, for messages.
        cell: Its values.
        hints: What was set, and what the file speaks for.
        where: Called with rows, counted from 1; returns them in words.
    """
    if hints.kind is not None:
        return convert(name, cell, hints.kind, hints, where)
    if not cell.present:
        return Inferred("number", cell.spread(np.empty(0), np.nan), "Every value is missing.")
    lowered = {text.lower() for text in cell.distinct[: SPELLINGS + 1]}
    if len(cell.distinct) <= SPELLINGS and any(lowered <= set(pair) for pair in PAIRS):
        found = convert(name, cell, "boolean", hints, where)
        found.reason = f"Only {quoted(cell.distinct)} occur."
        return found
    if _codes(cell.distinct):
        reason = "Digits of one length with leading zeros are codes, not amounts."
        return Inferred("category", _spread(cell, category_texts(cell)), reason)
    days = compact_dates(cell.distinct) if hints.date is None else None
    if days is not None:
        reason = "Every value is a day written as YYYYMMDD."
        options = {"dates": "%Y%m%d"}
        return Inferred("date", _spread(cell, days), reason, options=options)
    number = _as_number(name, cell, hints, where)
    if number is not None:
        return number
    date = _as_date(cell, hints)
    if date is not None:
        return date
    kind: ColumnKind = "text" if _is_text(cell) else "category"
    found = convert(name, cell, kind, hints, where)
    distinct = plural(len(cell.distinct), "different value")
    found.reason = f"Words, {distinct} in {plural(cell.present, 'row')}."
    if kind == "text":
        found.reason = f"Long texts that hardly repeat: {distinct}."
    elif len(cell.distinct) > MAXIMUM_CATEGORIES:
        found.problems.append(categories_problem(name, cell))
    numbers = ~np.isnan(plain_numbers(cell.distinct))
    share = cell.counts[numbers].sum() / cell.present
    if kind == "category" and share >= 0.5:
        words = int(cell.present - cell.counts[numbers].sum())
        found.figures |= _mixed_figures(cell, ~numbers, words, where)
        found.reason = (
            f"Numbers with too many words among them ({share_text(1 - share)} of the rows, such "
            f"as {quoted(cell.distinct[~numbers], 3)})."
        )
    return found


def convert(name: str, cell: Cells, kind: ColumnKind, hints: Hints, where: Where) -> Inferred:
    """Return a column in a given kind; what does not fit is a problem or, told, missing."""
    if kind in ("category", "text"):
        texts = category_texts(cell) if kind == "category" else cell.distinct
        return Inferred(kind, _spread(cell, texts), "You set it.")
    if kind == "boolean":
        values = booleans(cell.distinct)
        wrong = np.isnan(values)
        problems = [unfit_problem(name, cell, wrong, "true or false", where)] if wrong.any() else []
        return Inferred(kind, cell.spread(values, np.nan), "You set it.", problems=problems)
    if kind == "date":
        return _set_date(name, cell, hints, where)
    reading = _read(cell, hints)
    return _numbers(name, cell, reading, where, told="You set it.", strict=hints.prediction)


def booleans(texts: Sequence[str] | NDArray[Any]) -> NDArray[np.float64]:
    """Return 1 for words of yes, 0 for words of no, NaN for others; 0 and 1 count too."""
    lowered = [text.lower() for text in texts]
    ones, zeros = TRUE | {"1", "1.0"}, FALSE | {"0", "0.0"}
    return np.array([1.0 if t in ones else 0.0 if t in zeros else np.nan for t in lowered], float)


def _read(cell: Cells, hints: Hints) -> Reading:
    """Return the cells as numbers, by what was set where it fits."""
    texts, counts = cell.distinct, cell.counts
    marks = {"decimal": hints.decimal, "thousands": hints.thousands}
    if hints.prediction and marks == {"decimal": None, "thousands": None}:
        marks = {"decimal": ".", "thousands": ""}
    reading = read_numbers(texts, counts, evidence=hints.evidence, **marks)
    if hints.every_column and np.isnan(reading.values).any():
        free = read_numbers(texts, counts, evidence=hints.evidence)
        if np.isnan(free.values).sum() < np.isnan(reading.values).sum():
            return free
    return reading


def _as_number(name: str, cell: Cells, hints: Hints, where: Where) -> Inferred | None:
    reading = _read(cell, hints)
    words = np.isnan(reading.values)
    known = np.array([text.lower() in MISSING_WORDS for text in cell.distinct], bool) & words
    counts = cell.counts
    odd, numbers = counts[words & ~known].sum(), counts[~words].sum()
    if not numbers or odd > MIXED_SHARE * (odd + numbers) or (words & ~known).sum() > MIXED_WORDS:
        return None
    return _numbers(name, cell, reading, where)


def _numbers(
    name: str, cell: Cells, reading: Reading, where: Where, told: str = "", strict: bool = False
) -> Inferred:
    """Return a column of numbers; words become missing, and are told."""
    words = np.isnan(reading.values)
    found = Inferred("number", cell.spread(reading.values, np.nan), told)
    found.reason = found.reason or reading.reason or "Every value is a number."
    if reading.signs:
        found.reason += " Signs of money or percent are left off."
    found.grouped = reading.convention == PLAIN and is_grouped(cell.distinct)
    if reading.certain:
        found.certain_decimal = reading.convention.decimal
    if reading.rivals:
        found.problems.append(ambiguous_problem(name, cell, reading, where))
    if (words.all() and len(words)) or (words.any() and strict):
        found.problems.append(unfit_problem(name, cell, words, "numbers", where))
    elif words.any():
        count = int(cell.counts[words].sum())
        found.figures |= _mixed_figures(cell, words, count, where)
        found.options["missing"] = [str(word) for word in cell.distinct[words]]
        found.reason = (
            f"Numbers, but for {plural(count, 'row')} with words such as "
            f"{quoted(cell.distinct[words], 3)}, which count as missing."
        )
    infinite = too_large(reading.values)
    if infinite.any():
        rows = cell.rows(infinite)
        found.problems.append(infinite_problem(name, where(rows), len(rows)))
    found.options["decimal"] = reading.convention.decimal
    found.options["thousands"] = reading.convention.thousands
    return found


def _set_date(name: str, cell: Cells, hints: Hints, where: Where) -> Inferred:
    if hints.date is not None or hints.prediction:
        form = hints.date or ISO
        texts = parse_dates(cell.distinct, form)
        reason = f"Dates as {form}."
    else:
        reading = read_dates(cell.distinct, cell.counts, hints.month_first)
        days = compact_dates(cell.distinct) if reading is None else None
        if reading is not None:
            form, texts, reason = reading.format, reading.values, reading.reason
        else:
            form = ISO if days is None else "%Y%m%d"
            texts, reason = parse_dates(cell.distinct, form), f"Dates as {form}."
    found = Inferred("date", _spread(cell, texts), reason, options={"dates": form})
    wrong = texts == ""
    if wrong.any():
        form = "such as 2024-02-29" if form == ISO else f"as {form}"
        found.problems.append(unfit_problem(name, cell, wrong, f"dates {form}", where))
    return found


def _as_date(cell: Cells, hints: Hints) -> Inferred | None:
    reading = read_dates(cell.distinct, cell.counts, hints.month_first)
    if reading is None:
        return None
    found = Inferred("date", _spread(cell, reading.values), reading.reason)
    found.options["dates"] = reading.format
    found.date_guessed = reading.guessed
    wrong = reading.values == ""
    if wrong.any():
        found.options["missing"] = [str(text) for text in cell.distinct[wrong]]
        count = int(cell.counts[wrong].sum())
        found.figures |= {"odd_values": count, "odd": quoted(cell.distinct[wrong], 3)}
        found.reason += (
            f" {plural(count, 'row')} with {quoted(cell.distinct[wrong], 3)} count as missing."
        )
    return found


def _spread(cell: Cells, texts: NDArray[Any]) -> NDArray[Any]:
    return cell.spread(np.asarray(texts, object), "")


def _codes(texts: NDArray[Any]) -> bool:
    lengths = {len(text) for text in texts}
    return (
        len(lengths) == 1
        and min(lengths) >= CODE_LENGTH
        and all(re.fullmatch(r"\d+", text) for text in texts)
        and any(text[0] == "0" for text in texts)
    )


def _is_text(cell: Cells) -> bool:
    counts = cell.counts
    words = np.array([text.count(" ") + 1 for text in cell.distinct])
    characters = np.array([len(text) for text in cell.distinct])
    mean_words = (words * counts).sum() / cell.present
    mean_characters = (characters * counts).sum() / cell.present
    long = mean_words >= TEXT_WORDS or mean_characters >= TEXT_CHARACTERS
    return bool(long and len(cell.distinct) >= TEXT_DISTINCT_SHARE * cell.present)


def _mixed_figures(
    cell: Cells, words: NDArray[np.bool_], count: int, where: Where
) -> dict[str, Any]:
    return {
        "odd_values": count,
        "odd": quoted(cell.distinct[words], 3),
        "odd_rows": where(cell.rows(words)),
    }


def missing_note(missing: Mapping[str, int]) -> str:
    """Return which marks stood for missing values, where they were words."""
    told = [f"'{word}' in {plural(count, 'row')}" for word, count in missing.items() if word]
    return f" Missing: {some(told)}." if told else ""
