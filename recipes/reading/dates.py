"""Dates as people write them, brought to one form: `2024-02-29 13:00:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DateReading", "parse_dates", "read_dates"]

ISO = "ISO8601"
ISO_SHAPE = re.compile(
    r"\d{4}-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2}([.,]\d+)?)?)?( ?(Z|[-+]\d{2}:?\d{2}))?)?)?"
)
DATE_SHAPE = re.compile(
    r"(\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|.*\d.*[A-Za-z]{3}|[A-Za-z]{3,9}\.? .*\d|\d{1,2}/\d{4}).*"
)
DAY_FIRST = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%m-%y", "%d.%m.%Y", "%d.%m.%y")
MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y")
OTHERS = (
    *("%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%m/%Y"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%b %d %Y", "%b %Y"),
    *("%d %B %Y", "%B %d, %Y", "%B %d %Y", "%B %Y"),
)
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
COMPACT = "%Y%m%d"
# Eight digits that are all days of these years are days.
COMPACT_YEARS = (1900, 2100)
COMPACT_DISTINCT = 20
TRIED_FIRST = 25
SHARE = 0.95


@dataclass(frozen=True)
class DateReading:
    """The dates of some texts.

    Args:
        format: `ISO8601`, or a format as `strptime` takes it.
        values: ISO text for each text, "" where it is no date.
        reason: Why this format.
        guessed: Whether day and month could be exchanged.
    """

    format: str
    values: NDArray[Any]
    reason: str
    guessed: bool = False


def parse_dates(texts: NDArray[Any], form: str) -> NDArray[Any]:
    """Return `YYYY-MM-DD HH:MM:SS` for each text, in UTC where it names a zone, or "".

    Args:
        texts: Texts.
        form: `ISO8601`, or a format as `strptime` takes it.
    """
    import pandas as pd

    series = pd.Series(texts, dtype=object)
    stamps = pd.to_datetime(series, format=form, errors="coerce", utc=True)
    return iso_text(np.asarray(stamps.dt.tz_localize(None), "datetime64[s]"))


def iso_text(stamps: NDArray[np.datetime64]) -> NDArray[Any]:
    """Return stamps as text, "" for NaT."""
    texts = np.datetime_as_string(stamps.astype("datetime64[s]"), unit="s")
    return np.array(["" if t == "NaT" else t.replace("T", " ") for t in texts.tolist()], object)


def read_dates(
    texts: NDArray[Any], counts: NDArray[np.int64], month_first: bool | None = None
) -> DateReading | None:
    """Return how the texts read as dates, or None when too few of them do.

    Args:
        texts: Distinct texts.
        counts: Rows of each.
        month_first: What other columns of the file say about the order of day and month.
    """
    shaped = [
        bool(DATE_SHAPE.match(text) or ISO_SHAPE.fullmatch(text)) for text in texts[:TRIED_FIRST]
    ]
    if sum(shaped) < SHARE * len(shaped) - 1:
        return None
    total = counts.sum()

    def share(values: NDArray[Any]) -> float:
        return float(counts[values != ""].sum() / total)

    if sum(bool(ISO_SHAPE.fullmatch(t)) for t in texts[:TRIED_FIRST]) >= SHARE * len(shaped) - 1:
        values = parse_dates(texts, ISO)
        if share(values) >= SHARE:
            zone = any(re.search(r"(Z|[-+]\d{2}:?\d{2})$", t[10:]) for t in texts[:TRIED_FIRST])
            return DateReading(ISO, values, "ISO dates" + (", brought to UTC." if zone else "."))
    found: dict[str, NDArray[Any]] = {}
    for date, time in product((*DAY_FIRST, *MONTH_FIRST, *OTHERS), TIMES):
        form = date + time
        if not any(_is(text, form) for text in texts[:3]):
            continue
        if sum(_is(text, form) for text in texts[:TRIED_FIRST]) < SHARE * len(shaped) - 1:
            continue
        values = parse_dates(texts, form)
        if share(values) >= SHARE:
            found[form] = values
    if not found:
        return None
    best = max(share(values) for values in found.values())
    fitting = {form: values for form, values in found.items() if share(values) == best}
    form = next(iter(fitting))
    swapped = _swapped(form)
    if swapped not in fitting:
        order = {True: " A day above 12 tells which is the month."}.get(swapped in _all_swaps(), "")
        return DateReading(form, fitting[form], f"Dates as {form}.{order}")
    return _resolved(form, swapped, fitting, month_first)


def compact_dates(texts: NDArray[Any]) -> NDArray[Any] | None:
    """Return dates for texts of eight digits such as 20240229, or None unless all are days."""
    if len(texts) < COMPACT_DISTINCT or not all(re.fullmatch(r"\d{8}", t) for t in texts):
        return None
    years = [int(text[:4]) for text in texts]
    if min(years) < COMPACT_YEARS[0] or max(years) > COMPACT_YEARS[1]:
        return None
    values = parse_dates(texts, COMPACT)
    return values if (values != "").all() else None


def _resolved(
    form: str, swapped: str, fitting: dict[str, NDArray[Any]], month_first: bool | None
) -> DateReading:
    """Return the reading that the order of rows, other columns or custom speaks for."""
    if month_first is not None:
        chosen = swapped if month_first else form
        return DateReading(chosen, fitting[chosen], f"Dates as {chosen}, as in another column.")
    in_order = [name for name in (form, swapped) if _ordered(fitting[name])]
    if len(in_order) == 1:
        reason = f"Dates as {in_order[0]}: read so, the rows are in order of time."
        return DateReading(in_order[0], fitting[in_order[0]], reason)
    chosen = swapped if "/" in form else form
    reason = (
        f"Dates as {chosen}, by custom: no day is above 12, so day and month could be exchanged. "
        f"Set the format to be sure."
    )
    return DateReading(chosen, fitting[chosen], reason, guessed=True)


def _ordered(values: NDArray[Any]) -> bool:
    present = [value for value in values if value]
    return len(present) > 2 and (present == sorted(present) or present == sorted(present)[::-1])


def _swapped(form: str) -> str:
    exchange = {"%d": "%m", "%m": "%d"}
    return re.sub("%[dm]", lambda match: exchange[match.group()], form, count=2)


def _all_swaps() -> set[str]:
    return {date + time for date, time in product((*DAY_FIRST, *MONTH_FIRST), TIMES)}


def _is(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
