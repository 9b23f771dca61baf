"""From raw columns to the numbers that a linear model takes, fitted on the training rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input, require
from ...zoo.tasks import Column
from ..dataset import Dataset
from .summaries import SUMMARIES

__all__ = ["Design"]

CATEGORIES = 50
WORDS = 2_000

Encoder = Callable[[NDArray[Any]], Any]


class Design:
    """Imputes, standardises and one-hot encodes; statistics come from the rows it is made with.

    Numbers: median for missing ones, an indicator if any were missing, mean 0 and deviation 1.
    Categories: one column for each of the 50 most frequent. Dates: days, and one column for each
    month and weekday. Texts: TF-IDF of the 2,000 most frequent words.

    Args:
        train: The training rows.

    Guide: PH-1d.
    """

    def __init__(self, train: Dataset) -> None:
        self._columns = train.columns
        self._encoders = [_encoder(c, train.features[c.name]) for c in train.columns]
        head = train.take(np.arange(min(len(train), 1)))
        self.width = self(head).shape[1] if self._columns else 0

    def __call__(self, rows: Dataset) -> Any:
        """Return the rows as a matrix, sparse if there are texts.

        Raises:
            BadInput: A column is missing.
        """
        missing = [c.name for c in self._columns if c.name not in rows.features]
        if missing:
            raise bad_input("column_missing", f"Columns are missing: {missing}")
        blocks = [
            encode(rows.features[column.name])
            for column, encode in zip(self._columns, self._encoders, strict=True)
        ]
        if any(not isinstance(block, np.ndarray) for block in blocks):
            return require("scipy.sparse", "recipes").hstack(blocks).tocsr()
        return np.concatenate(blocks, axis=1) if blocks else np.empty((len(rows), 0))


def _encoder(column: Column, values: NDArray[Any]) -> Encoder:
    if column.kind in SUMMARIES:
        summarise = SUMMARIES[column.kind]
        standardise = _standardiser(summarise(values))
        return lambda rows: standardise(summarise(rows))
    if column.kind == "category":
        return _one_hot(values)
    if column.kind == "text":
        return _words(values)
    if column.kind == "date":
        days = _standardiser(_days(values))
        parts = [_one_hot(part) for part in _calendar(values)]
        return lambda rows: np.concatenate(
            [days(_days(rows)), *(e(p) for e, p in zip(parts, _calendar(rows), strict=True))],
            axis=1,
        )
    return _standardiser(values)


def _standardiser(values: NDArray[Any]) -> Encoder:
    table = _finite(values)
    known = ~np.isnan(table)
    columns = zip(table.T, known.T, strict=True)
    # A column without any number becomes zeros, which says nothing to a linear model.
    middle = np.array([np.median(c[~np.isnan(c)]) if k.any() else 0.0 for c, k in columns])
    flagged = ~known.all(axis=0)
    filled = np.where(known, table, middle)
    mean, deviation = filled.mean(axis=0), filled.std(axis=0)
    deviation = np.where(deviation > 1e-12 * (1 + np.abs(mean)), deviation, 1.0)

    def encode(rows: NDArray[Any]) -> NDArray[np.float64]:
        table = _finite(rows)
        missing = np.isnan(table)
        scaled = (np.where(missing, middle, table) - mean) / deviation
        return np.concatenate([scaled, missing[:, flagged].astype(float)], axis=1)

    return encode


def _one_hot(values: NDArray[Any]) -> Encoder:
    pandas = require("pandas", "recipes")
    levels = pandas.Index(pandas.Series(values).value_counts().index[:CATEGORIES])

    def encode(rows: NDArray[Any]) -> NDArray[np.float64]:
        place = levels.get_indexer(pandas.Index(rows))
        table = np.zeros((len(rows), len(levels)))
        known = np.flatnonzero(place >= 0)
        table[known, place[known]] = 1.0
        return table

    return encode


def _words(values: NDArray[Any]) -> Encoder:
    text = require("sklearn.feature_extraction.text", "recipes")
    vectorizer = text.TfidfVectorizer(max_features=WORDS, sublinear_tf=True)
    try:
        vectorizer.fit([str(value) for value in values])
    except ValueError:  # no word in any row
        return lambda rows: np.zeros((len(rows), 0))
    return lambda rows: vectorizer.transform([str(value) for value in rows])


def _days(values: NDArray[Any]) -> NDArray[np.float64]:
    times = _times(values)
    days = times.astype("datetime64[s]").astype(np.int64) / 86_400
    return np.where(np.isnat(times), np.nan, days)


def _calendar(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return month and weekday of each row as text; missing dates have their own."""
    times = _times(values)
    months = times.astype("datetime64[M]").astype(np.int64) % 12
    weekdays = (times.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return tuple(np.where(np.isnat(times), -1, part) for part in (months, weekdays))  # type: ignore[return-value]


def _times(values: NDArray[Any]) -> NDArray[np.datetime64]:
    """Return dates as numpy times; what is no date is missing."""
    pandas = require("pandas", "recipes")
    texts = [str(value) if value else None for value in values]
    parsed = pandas.to_datetime(texts, errors="coerce", utc=True, format="ISO8601")
    return parsed.tz_localize(None).to_numpy().astype("datetime64[s]")


def _finite(values: NDArray[Any]) -> NDArray[np.float64]:
    table = np.asarray(values, float).reshape(len(values), -1)
    return np.where(np.isfinite(table), table, np.nan)
