"""Whether a script would read and divide the data as the run did; asked before it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input
from ...zoo.tensors import clean_arrays
from ..answering.spans import PLACES
from .plan import Plan

__all__ = ["check_reading"]


def check_reading(plan: Plan, source: str) -> None:
    """Carry out the part of a script that reads and divides the data, and compare.

    A table may be written in ways that goodfit reads and the script does not; a script with
    another score than it promises would be worse than none.

    Args:
        plan: What the script is written from.
        source: Its text, from the imports to the division of the rows.

    Raises:
        BadInput: Something is read otherwise; every column is named.
    """
    names: dict[str, Any] = {"__name__": "ejected"}
    try:
        exec(compile(source, "ejected script", "exec"), names)
    except (ValueError, KeyError, TypeError, IndexError, OSError) as error:
        raise _unlike(f"{type(error).__name__}: {error}"[:200]) from error
    wrong = [name for name, ours, theirs in _pairs(plan, names) if not _equal(ours, theirs)]
    if wrong:
        raise _unlike(", ".join(wrong))


def _unlike(what: str) -> Exception:
    return bad_input(
        "script_unlike",
        "A script would read these data otherwise than the run did, so none was written",
        expected="values written in a usual way",
        received=what,
        remedy="Save the table anew, with decimal points and plain words, and train on that",
    )


def _pairs(plan: Plan, names: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield what is compared: its name, as the run has it, and as the script has it."""
    dataset, features = plan.dataset, names["features"]
    if plan.task.kind == "next_token":
        yield from _passages(plan, names)
        return
    yield "the target", dataset.labels, names["labels"]
    for part, rows in (("train", plan.splits.train), ("validation", plan.splits.validation)):
        yield f"the rows of {part}", rows.rows, dataset.rows[names[part]]
    if plan.task.kind == "span":
        yield "where answers stand", dataset.extras[PLACES], names["places"]
    start = 0
    for column in sorted(dataset.columns, key=lambda column: column.kind == "boolean"):
        if column.kind in ("number", "boolean"):
            values = features["numbers"][:, start : start + column.width]
            yield column.name, _numbers(plan, column.name), values
            start += column.width
        elif column.kind == "date" and "moments" in names:
            told = names["moments"][column.name].dt.strftime("%Y-%m-%d %H:%M:%S").fillna("")
            yield column.name, dataset.features[column.name], told.to_numpy(object)
        elif column.kind in ("image", "sequence", "audio", "frames"):
            block = clean_arrays(dataset.features, [column])[column.name]
            yield column.name, block, next(iter(features.values()))
    for kind in ("category", "text"):
        for place, name in enumerate(plan.named(kind)):
            key = "categories" if kind == "category" else f"text_{place}"
            if key in features:
                told = features[key][:, place if kind == "category" else 0]
                yield name, dataset.features[name], told


def _passages(plan: Plan, names: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the passages of each part: at its end each is shorter than in the whole text."""
    (column,) = plan.dataset.columns
    for part, rows in (("train", plan.splits.train), ("validation", plan.splits.validation)):
        told = names["features"]["text_0"][names[part], 0]
        yield f"the passages of {part}", rows.features[column.name], told


def _numbers(plan: Plan, name: str) -> NDArray[np.float32]:
    values = plan.dataset.features[name]
    return np.asarray(values, np.float32).reshape(len(values), -1)


def _equal(ours: Any, theirs: Any) -> bool:
    if len(ours) and isinstance(ours[0], np.ndarray):  # rows of unequal length
        pairs = zip(ours, theirs, strict=True)
        return len(ours) == len(theirs) and all(_equal(*pair) for pair in pairs)
    one, other = np.asarray(ours), np.asarray(theirs)
    if one.shape != other.shape:
        return False
    if one.dtype.kind in "fiub" and other.dtype.kind in "fiub":
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    return bool((one.astype(str) == other.astype(str)).all())
