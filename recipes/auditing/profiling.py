"""One summary of each column, as plain data, for a person to look at before training."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.ragged import row_lengths
from ...zoo.tasks import TABLE_KINDS, Column
from ..dataset import Dataset
from ..reading.cells import number_text

__all__ = ["profile"]

BINS = 12
TOP_VALUES = 8
SHOWN_CHARACTERS = 60


def profile(dataset: Dataset) -> list[dict[str, Any]]:
    """Return a summary of each column, JSON data.

    Every one has `name`, `kind`, `width`, `missing` (values), `missing_share`, `distinct` and
    `example`. Numbers add `minimum`, `mean`, `median`, `maximum`, `standard_deviation`; dates add
    `earliest` and `latest`; both a `histogram` of `edges` and `counts`. Categories and booleans
    add `top`, a list of `value` and `count`, and `other`, the rows of all other values. Texts add
    `mean_words`, sequences, recordings and frames `steps`.

    Args:
        dataset: Rows of any kind.

    Guide: PH-1a, BP-3.

    Examples:
        >>> from goodfit.recipes import load
        >>> first = profile(load("iris"))[0]
        >>> first["name"], first["missing"], first["minimum"], sum(first["histogram"]["counts"])
        ('sepal length', 0, 4.3, 150)
    """
    return [_summary(column, dataset.features[column.name]) for column in dataset.columns]


def _summary(column: Column, values: NDArray[Any]) -> dict[str, Any]:
    import pandas as pd

    if column.kind not in TABLE_KINDS:
        return _sequences(column, values)
    flat = values.ravel()
    absent = flat == "" if flat.dtype == object else np.isnan(flat)
    present = flat[~absent]
    codes, distinct = pd.factorize(present)
    summary: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "width": column.width,
        "missing": int(absent.sum()),
        "missing_share": float(absent.mean()) if len(absent) else 0.0,
        "distinct": len(distinct),
        "example": None,
    }
    if not len(present):
        return summary
    if column.kind == "number":
        return summary | _numbers(present)
    if column.kind == "date":
        return summary | _dates(present)
    counts = np.bincount(codes)
    if column.kind == "text":
        words = np.array([len(text.split()) for text in distinct])
        summary["mean_words"] = float((words * counts).sum() / len(present))
        return summary | {"example": _short(distinct[0])}
    order = np.argsort(-counts, kind="stable")[:TOP_VALUES]
    names: dict[Any, str] = {0.0: "false", 1.0: "true"} if column.kind == "boolean" else {}
    usual: list[Any] = np.asarray(distinct)[order].tolist()
    top: list[dict[str, Any]] = [
        {"value": names.get(value, _short(value)), "count": int(count)}
        for value, count in zip(usual, counts[order], strict=True)
    ]
    other = int(len(present) - sum(item["count"] for item in top))
    example = float(usual[0]) if column.kind == "boolean" else str(usual[0])
    return summary | {"top": top, "other": other, "example": example}


def _sequences(column: Column, values: NDArray[Any]) -> dict[str, Any]:
    """Return how many rows there are, how long they are, and which are empty."""
    lengths = row_lengths(values) if column.is_ragged else np.ones(len(values), np.int64)
    shape = " × ".join(map(str, column.step_shape)) or "samples"
    shortest, longest = (int(lengths.min()), int(lengths.max())) if len(lengths) else (0, 0)
    example = f"{shape}" if column.kind == "image" else f"{shortest} to {longest} steps of {shape}"
    return {
        "name": column.name,
        "kind": column.kind,
        "width": column.width,
        "missing": int((lengths == 0).sum()),
        "missing_share": float((lengths == 0).mean()) if len(lengths) else 0.0,
        "distinct": len(values),
        "example": example,
        "steps": {"shortest": shortest, "longest": longest, "mean": float(lengths.mean())},
    }


def _numbers(values: NDArray[np.float64]) -> dict[str, Any]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return {}
    median = float(np.median(finite))
    counts, edges = _histogram(finite)
    with np.errstate(over="ignore"):
        deviation = float(finite.std())
    # Of the values that occur, the one nearest the middle.
    example = float(finite[np.argmin(np.abs(finite - median))])
    return {
        "minimum": float(finite.min()),
        "mean": float(finite.mean()),
        "median": median,
        "maximum": float(finite.max()),
        "standard_deviation": deviation if np.isfinite(deviation) else None,
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "example": example,
    }


def _histogram(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return counts and edges; a single bin where the values are too near for more."""
    low, high = float(values.min()), float(values.max())
    # Half of each, because the difference of two large numbers may overflow.
    if high / 2 - low / 2 <= 1e-12 * max(abs(low), abs(high)):
        return np.array([len(values)]), np.array([low, high])
    return np.histogram(values, bins=BINS, range=(low, high))


def _dates(values: NDArray[Any]) -> dict[str, Any]:
    seconds = np.array(values.astype(str), "datetime64[s]").astype(np.int64)
    counts, edges = _histogram(seconds.astype(float))
    days = edges.astype("datetime64[s]").astype("datetime64[D]").astype(str).tolist()
    return {
        "earliest": str(values.min()),
        "latest": str(values.max()),
        "histogram": {"edges": days, "counts": counts.tolist()},
        "example": str(values[len(values) // 2]),
    }


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else number_text(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
