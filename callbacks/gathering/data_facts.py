"""Facts of the rows that a training is given, in plain numbers. No Keras is needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import even_places, length_of, named_arrays, numbers_of, row_keys
from .comparing import (
    are_rich,
    drift_between,
    is_in_order,
    label_drift,
    repeated_share,
    shared_share,
)
from .facts import ArrayFacts, DataFacts
from .given_data import GivenData, Rows
from .orders import lone_batches, name_drift, weights_of_classes

__all__ = ["array_facts", "data_facts"]

MOST_VALUES = 1_000  # distinct values that are counted one by one
MOST_FEATURES = 4_096
MOST_COUNTED = 200_000  # numbers whose distinct values are looked for
MOST_CHECKED = 50_000_000  # numbers of which the ends and NaN are looked for


def data_facts(
    given: GivenData, inputs: Sequence[str] = (), outputs: Sequence[str] = ()
) -> DataFacts:
    """Return what the rows say about themselves, before any model sees them.

    Ends, NaN and the shares of labels are taken from all rows where the source is an array, and the
    rest from the rows that were drawn.

    Args:
        given: What `fit` was given.
        inputs: Names of the model's inputs, for arrays without a name of their own.
        outputs: Names of the model's outputs, likewise.

    Returns:
        The facts; whatever cannot be known has its default.

    Examples:
        >>> from goodfit.callbacks.gathering.given_data import GivenData, Rows
        >>> rows = Rows(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 1]))
        >>> data_facts(GivenData(rows)).targets[0].values
        (0.0, 1.0)
    """
    train, held = given.train, given.validation
    facts = _facts_of(train, "x", inputs), _facts_of(train, "y", outputs)
    held_facts = _facts_of(held, "x", inputs), _facts_of(held, "y", outputs)
    known = {
        "inputs": facts[0],
        "targets": facts[1],
        "validation_inputs": held_facts[0],
        "validation_targets": held_facts[1],
        "rows": train.total if train else None,
        "validation_rows": _held_rows(given),
        "has_validation": given.has_validation,
        "weighted": given.class_weight is not None or given.sample_weighted,
        "class_weights": weights_of_classes(given, facts[1]),
        "lone_batches": lone_batches(given, facts[1]),
        "unseen": given.unseen,
        "evenly": train is None or _is_even(train),
    }
    if train is not None:
        known |= _compared(train, held, facts[1], held_facts[1])
    return DataFacts(**known)


def array_facts(name: str, drawn: np.ndarray, whole: np.ndarray | None = None) -> ArrayFacts:
    """Return the facts of one input or target.

    Args:
        name: Its name.
        drawn: Rows that were drawn, `(rows, ...)`.
        whole: All rows, where they are known.

    Examples:
        >>> array_facts("y", np.array([[0.0, 1.0], [1.0, 0.0]])).one_hot
        True
    """
    rows = len(drawn)
    every = drawn if whole is None else whole
    shape = tuple(int(size) for size in drawn.shape[1:])
    numbers = numbers_of(drawn)
    same_rows, distinct_rows = _alike(drawn)
    if numbers is None:
        text = drawn.dtype.kind in "USOST"
        return ArrayFacts(
            name,
            shape,
            "string" if text else str(drawn.dtype),
            rows,
            same_rows=same_rows,
            distinct_rows=distinct_rows,
        )
    minimum, maximum, not_finite = _ends(every)
    means, deviations = _features(numbers.reshape(drawn.shape) if drawn.dtype.kind == "O" and
                                  numbers.size == drawn.size else numbers)  # fmt: skip
    one_hot = _is_one_hot(drawn) and _is_one_hot(every)
    values, shares = _values(every, one_hot)
    finite = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers
    return ArrayFacts(
        name,
        (None, *shape) if drawn.dtype.kind == "O" and numbers.size != drawn.size else shape,
        str(numbers.dtype),
        rows,
        minimum,
        maximum,
        means,
        deviations,
        not_finite,
        same_rows,
        bool(finite.size) and bool(np.all(finite == np.round(finite))),
        values,
        shares,
        one_hot,
        float(np.mean(numbers == 0)) if numbers.size else 0.0,
        distinct_rows,
    )


def _facts_of(rows: Rows | None, which: str, names: Sequence[str]) -> tuple[ArrayFacts, ...]:
    if rows is None:
        return ()
    drawn = named_arrays(rows.x if which == "x" else rows.y, which, names)
    every: list[tuple[str, Any]] = [(name, None) for name, _ in drawn]
    if rows.whole is not None:
        every = [*named_arrays(rows.whole[0 if which == "x" else 1], which, names)]
    return tuple(
        array_facts(name, array, whole)
        for (name, array), (_, whole) in zip(drawn, every, strict=True)
        if array.ndim
    )


def _held_rows(given: GivenData) -> int | None:
    if given.has_validation is False:
        return 0
    return given.validation.total if given.validation else None


def _compared(
    train: Rows,
    held: Rows | None,
    targets: Sequence[ArrayFacts],
    held_targets: Sequence[ArrayFacts],
) -> dict[str, Any]:
    """Return what training and validation rows say of each other."""
    x = _inputs(train)
    every = _inputs(train, whole=True)
    known: dict[str, Any] = {
        "rich_rows": are_rich(x),
        "in_order": train.whole is not None and is_in_order(every),
    }
    if held is None:
        return known
    beside = _inputs(held)
    ordered = known["in_order"]
    known["shared_rows"] = shared_share(every, beside, train.total)
    if known["shared_rows"]:  # a question that costs time, and nobody asks without an answer here
        known["repeated_rows"] = repeated_share(every)
    if not _is_even(train) or not _is_even(held):
        return known  # the first rows of a source need not be like the rest
    known["input_drift"], known["shape_drift"] = drift_between(x, beside, ordered)
    known["name_drift"] = name_drift(train, held)
    shares = targets_drift = 0.0
    arrays = [named_arrays(rows.y, "y") for rows in (train, held)]
    for first, second, (_, y), (_, held_y) in zip(targets, held_targets, *arrays, strict=False):
        if first.values and second.values and first.whole and len(first.values) <= MOST_VALUES // 4:
            counts = (_count(first, train), _count(second, held))
            drift = label_drift(
                dict(zip(first.values, first.shares, strict=True)),
                dict(zip(second.values, second.shares, strict=True)),
                counts,
            )
            shares = max(shares, drift)
        elif y.dtype.kind in "fiub" and held_y.dtype.kind in "fiub":
            targets_drift = max(targets_drift, drift_between([y], [held_y], ordered)[0])
    return known | {"label_drift": shares, "target_drift": targets_drift}


def _is_even(rows: Rows) -> bool:
    """Return whether the rows that were drawn can speak for all of them."""
    return rows.evenly or (rows.total is not None and (length_of(rows.x) or 0) >= rows.total)


def _count(facts: ArrayFacts, rows: Rows) -> int:
    return (rows.total or facts.rows) if rows.whole is not None else facts.rows


def _inputs(rows: Rows, whole: bool = False) -> list[np.ndarray]:
    x = rows.whole[0] if whole and rows.whole is not None else rows.x
    return [array for _, array in named_arrays(x, "x") if array.ndim]


def _ends(array: np.ndarray) -> tuple[float, float, float]:
    """Return lowest and highest finite value, and the share of rows with NaN or infinity."""
    if array.dtype.kind == "O":
        parts = [np.asarray(row, dtype=np.float64).reshape(-1) for row in array]
        bad = [not np.isfinite(part).all() for part in parts]
        joined = np.concatenate(parts) if parts else np.zeros(0)
        finite = joined[np.isfinite(joined)]
        if not finite.size:
            return math.nan, math.nan, float(np.mean(bad)) if bad else 0.0
        return float(finite.min()), float(finite.max()), float(np.mean(bad))
    if not array.size:
        return math.nan, math.nan, 0.0
    if array.size > MOST_CHECKED:
        array = array[even_places(len(array), max(1, len(array) * MOST_CHECKED // array.size))]
    low, high = float(array.min()), float(array.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high, 0.0
    fine = np.isfinite(array)
    bad_rows = 1 - float(fine.reshape(len(array), -1).all(axis=1).mean())
    finite = array[fine]
    if not finite.size:
        return math.nan, math.nan, bad_rows
    return float(finite.min()), float(finite.max()), bad_rows


def _features(array: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and standard deviation of each feature, the last axis, of finite numbers."""
    flat = array.reshape(-1, 1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    if not flat.size:
        return (), ()
    flat = flat[:, even_places(flat.shape[1], MOST_FEATURES)].astype(np.float64)
    fine = np.isfinite(flat)
    if fine.all():
        return tuple(map(float, flat.mean(axis=0))), tuple(map(float, flat.std(axis=0)))
    count = np.maximum(fine.sum(axis=0), 1)
    means = np.where(fine, flat, 0).sum(axis=0) / count
    spread = np.sqrt((np.where(fine, flat - means, 0) ** 2).sum(axis=0) / count)
    return tuple(map(float, means)), tuple(map(float, spread))


def _is_one_hot(array: np.ndarray) -> bool:
    if array.ndim < 2 or array.shape[-1] < 2 or array.dtype.kind not in "fiub" or not array.size:
        return False
    flat = array.reshape(-1, array.shape[-1])
    flat = flat[even_places(len(flat), MOST_COUNTED // flat.shape[1] + 1)]
    ones = (flat == 1).sum(axis=1)
    return bool((ones == 1).all() and ((flat == 0).sum(axis=1) == flat.shape[1] - 1).all())


def _values(array: np.ndarray, one_hot: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the distinct values, where there are not too many, and the share of each."""
    if array.dtype.kind not in "fiub":
        joined = numbers_of(array)
        if joined is None:
            return (), ()
        array = joined
    flat = array.reshape(-1, array.shape[-1]).argmax(axis=1) if one_hot else array.reshape(-1)
    flat = flat[even_places(len(flat), MOST_COUNTED)]
    few = np.unique(flat[even_places(len(flat), 4 * MOST_VALUES)])
    if len(few) > MOST_VALUES:
        return (), ()
    values, counts = np.unique(flat, return_counts=True)
    fine = np.isfinite(values)
    values, counts = values[fine], counts[fine]
    if not len(values) or len(values) > MOST_VALUES:
        return (), ()
    return tuple(map(float, values)), tuple(map(float, counts / counts.sum()))


def _alike(array: np.ndarray) -> tuple[float, int]:
    """Return the share of rows that equal the first, and how many differ; NaN equals NaN."""
    if not len(array):
        return 0.0, 0
    keys = row_keys([array], len(array) * 4)
    return float(np.mean(keys == keys[0])), len(np.unique(keys))
