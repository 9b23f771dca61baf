"""Parts of the training rows, each inside the next larger one, as if there had been fewer rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..dataset import Dataset, Splits

__all__ = ["nested_order", "part_of_training"]

Order = NDArray[np.int64]

# Ways of dividing in which rows stand in an order: what lies next to the watched rows is kept.
IN_ORDER = ("time", "time, each series", "by place")


def nested_order(splits: Splits, repeat: int = 0) -> Order:
    """Return the training rows in an order of which every beginning is a fair smaller set.

    Where rows were divided by time or by place, the latest come first: with less data one would
    have begun to collect later. Where they were divided by group, one group follows another.
    Else they are shuffled; every beginning has about the classes' shares of the whole, and, if it
    has so many rows, a row of each class.

    Args:
        splits: The data; only the training rows are looked at.
        repeat: Another number gives another order, except where rows stand in an order.

    Returns:
        Positions of training rows, shape `(rows,)`.

    Guide: LVL-3, PH-1c.
    """
    rows = splits.train
    method = splits.method.value
    if method in IN_ORDER:
        return _latest_first(rows, method)
    generator = np.random.default_rng([splits.seed, repeat])
    if method == "group":
        return _by_group(rows, str(splits.method.figures["column"]), generator)
    return _by_class(rows, generator)


def part_of_training(splits: Splits, order: Order, rows: int) -> Dataset:
    """Return the first rows of an order, as they stood among all training rows.

    Args:
        splits: The data.
        order: What `nested_order` gave.
        rows: How many to take.
    """
    return splits.train.take(np.sort(order[:rows]))


def _latest_first(rows: Dataset, method: str) -> Order:
    if "origin" not in rows.extras:  # training rows stand in order of time or place
        return np.arange(len(rows))[::-1].astype(np.int64)
    origin = rows.extras["origin"].astype(float)
    if method == "time":
        return np.argsort(-origin, kind="stable")
    codes = np.unique(rows.extras["series"].astype(str), return_inverse=True)[1].reshape(-1)
    return np.argsort(_ranks(codes, -origin), kind="stable")


def _by_group(rows: Dataset, name: str, generator: np.random.Generator) -> Order:
    values: NDArray[Any] = rows.extras.get(name, rows.features.get(name, np.arange(len(rows))))
    codes = np.unique(values.astype(str), return_inverse=True)[1].reshape(-1)
    turn = generator.permutation(codes.max() + 1)[codes]
    return np.lexsort((generator.random(len(codes)), turn))


def _by_class(rows: Dataset, generator: np.random.Generator) -> Order:
    labels, task = rows.labels, rows.task
    codes = np.zeros(len(rows), np.int64)
    if labels is not None and task is not None and task.kind in ("binary", "multiclass"):
        codes = np.asarray(labels, np.int64)
    elif labels is not None and task is not None and task.kind == "multilabel":
        codes = np.unique(labels, axis=0, return_inverse=True)[1].reshape(-1)
    return np.lexsort(
        (generator.random(len(rows)), _ranks(codes, generator.random(len(rows))))
    ).astype(np.int64)


def _ranks(codes: NDArray[np.int64], keys: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the place of each row among those of its code, as a share: 0 for the first."""
    order = np.lexsort((keys, codes))
    counts = np.bincount(codes)
    starts = np.cumsum(counts) - counts
    ranks = np.empty(len(codes))
    ranks[order] = np.arange(len(codes)) - starts[codes[order]]
    return ranks / counts[codes]
