"""What `fit` was given, seen by one of its callbacks.

Keras tells a callback its model and nothing of the data. But `fit` is still on the stack when it
calls `on_train_begin`, and its local names hold all that it was given; so it has been in every
Keras from 3.10 to 3.15.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...zoo.errors import bad_input
from .arrays import as_array, length_of
from .datasets import Untouchable, unpacked
from .drawing import draw, kind_of
from .given_data import GivenData, Rows

__all__ = ["given_rows", "see_arguments", "see_fit"]

REMEDY = "Pass some rows: Diagnose(probe=(x, y), validation=(x, y))."
KEPT = ("x", "y", "sample_weight", "validation_data", "class_weight", "batch_size", "epochs",
        "initial_epoch", "steps_per_epoch", "validation_steps", "validation_batch_size",
        "shuffle")  # fmt: skip


def see_fit(model: Any = None, beside: Any = None) -> GivenData:
    """Return what the `fit` that is calling was given.

    Nothing that the training reads is consumed or changed; random numbers stay as they are.

    Args:
        model: The model whose `fit` is looked for; None for any.
        beside: The callback that looks, to be left out of `callbacks`.

    Returns:
        What was given; `unseen` says what could not be seen, and what to do.
    """
    found = _arguments_of_fit(model)
    if found is None:
        return GivenData(unseen=(f"The data cannot be seen: no fit of Keras is calling. {REMEDY}",))
    return see_arguments(found, beside)


def see_arguments(arguments: Mapping[str, Any], beside: Any = None) -> GivenData:
    """Return what `fit` was given, from its arguments by name.

    Args:
        arguments: The arguments of `fit`, and `epoch_iterator` where there is one.
        beside: The callback that looks, to be left out of `callbacks`.
    """
    iterator = arguments.get("epoch_iterator")
    adapter = getattr(iterator, "data_adapter", None)
    x, weights = arguments.get("x"), arguments.get("sample_weight")
    unseen: list[str] = []
    train = _drawn(x, arguments.get("y"), weights, adapter, "training", unseen)
    held = arguments.get("validation_data")
    validation = None
    if held is not None:
        # Only a tuple is taken apart: a list, too, is a list of x and y to Keras.
        parts = unpacked(held)
        validation = _drawn(*parts, None, "validation", unseen)
    listed = arguments.get("callbacks")
    listed = getattr(listed, "callbacks", listed) or ()
    class_weight = arguments.get("class_weight")
    arrays = kind_of(x) == "arrays"
    return GivenData(
        train,
        validation,
        held is not None or bool(arguments.get("validation_split")),
        None if class_weight is None else dict(class_weight),
        weights is not None or (train is not None and train.sample_weight is not None),
        _batch_size(arguments.get("batch_size"), adapter, arrays),
        arguments.get("epochs"),
        arguments.get("steps_per_epoch") or getattr(adapter, "num_batches", None),
        bool(arguments.get("shuffle")) if arrays or kind_of(x) == "batches" else None,
        tuple(each for each in listed if each is not beside),
        {name: arguments[name] for name in KEPT if name in arguments},
        tuple(unseen),
    )


def given_rows(
    probe: Any = None, validation: Any = None, seen: GivenData | None = None
) -> GivenData:
    """Return the rows that a user hands over, where `fit` does not show its own.

    Args:
        probe: Training rows, `(x, y)` or `(x, y, sample_weight)`: some hundred will do.
        validation: Validation rows in the same form.
        seen: What was seen of `fit`, which is kept where nothing is handed over.

    Raises:
        BadInput: These are no such rows.

    Examples:
        >>> import numpy as np
        >>> given_rows((np.zeros((5, 2)), np.zeros(5))).train.x.shape
        (5, 2)
    """
    given = seen or GivenData()
    train = None if probe is None else _handed(probe, "probe")
    held = None if validation is None else _handed(validation, "validation")
    found = tuple(
        sentence
        for sentence in given.unseen
        if not (train and "training" in sentence) and not (held and "validation" in sentence)
        and not (train and "no fit" in sentence)
    )  # fmt: skip
    return replace(
        given,
        train=train or given.train,
        validation=held or given.validation,
        has_validation=True if held else given.has_validation,
        sample_weighted=given.sample_weighted or bool(train and train.sample_weight is not None),
        unseen=found,
    )


def _handed(rows: Any, name: str) -> Rows:
    if isinstance(rows, Rows):
        return rows
    problem = bad_input(
        "rows_invalid",
        f"The rows given as {name} are not usable",
        expected="a tuple (x, y), or (x, y, sample_weight), of arrays with equally many rows",
        received=_described(rows),
        remedy=f"Pass some hundred rows: {name}=(x, y)",
    )
    if not isinstance(rows, (tuple, list)) or not 2 <= len(rows) <= 3:
        raise problem
    parts = [_numbered(part) for part in rows]
    if kind_of(parts[0]) != "arrays" or any(
        part is not None and kind_of(part) != "arrays" for part in parts
    ):
        raise problem
    lengths = {length for part in parts for length in _lengths(part)}
    if len(lengths) != 1 or 0 in lengths:
        raise problem
    drawn = draw(*parts)
    return replace(drawn, total=None)  # how many there are beside is not known


def _numbered(part: Any) -> Any:
    """Return a list of numbers as an array; a list of arrays stays one."""
    if isinstance(part, (list, tuple)) and part and not hasattr(part[0], "shape"):
        try:
            return as_array(part)
        except ValueError:  # rows of differing length
            return None
    return part


def _lengths(part: Any) -> list[int | None]:
    if isinstance(part, Mapping):
        part = list(part.values())
    if isinstance(part, (list, tuple)):
        return [length for each in part for length in _lengths(each)]
    return [] if part is None else [length_of(part)]


def _described(rows: Any) -> str:
    if isinstance(rows, (tuple, list)):
        return (
            f"{type(rows).__name__} of {', '.join(_described(part) for part in rows) or 'nothing'}"
        )
    shape = getattr(rows, "shape", None)
    return type(rows).__name__ + ("" if shape is None else f" {tuple(shape)}")


def _arguments_of_fit(model: Any) -> dict[str, Any] | None:
    """Return the local names of the `fit` of Keras that is running, or None."""
    frame = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if frame.f_code.co_name == "fit" and module.startswith("keras.") and "trainer" in module:
            local = dict(frame.f_locals)
            if "validation_data" in local and (model is None or local.get("self") is model):
                return local
        frame = frame.f_back
    return None


def _drawn(
    x: Any, y: Any, weights: Any, adapter: Any, which: str, unseen: list[str]
) -> Rows | None:
    try:
        return draw(x, y, weights, adapter=adapter)
    except Untouchable as error:
        unseen.append(f"The {which} rows cannot be seen: {error}. {REMEDY}")
    return None


def _batch_size(asked: Any, adapter: Any, arrays: bool) -> int | None:
    if asked is not None:
        return int(asked)
    size = getattr(adapter, "batch_size", None)
    if size is None and arrays:
        return 32
    return None if size is None else int(size)
