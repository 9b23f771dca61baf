"""Stops a script at its first `fit`, with what is wrong before anything is trained."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Iterator
from typing import Any

import keras

from ..diagnosis import diagnose
from ..findings import Finding
from .running import FitReached

__all__ = ["FirstFit", "stop_at_fit"]

# What `diagnose` is told of what `fit` was given.
TOLD = (
    "batch_size", "callbacks", "class_weight", "epochs", "sample_weight", "steps_per_epoch",
    "validation_data", "validation_split",
)  # fmt: skip


class FirstFit:
    """What was found at the first `fit`.

    Args:
        model: The model's name; None while no `fit` was reached.
        findings: What is wrong, errors first.
    """

    def __init__(self, model: str | None = None, findings: tuple[Finding, ...] = ()) -> None:
        self.model = model
        self.findings = findings


@contextlib.contextmanager
def stop_at_fit(found: FirstFit) -> Iterator[None]:
    """Let every `fit` of the block raise `FitReached`; the first tells what is wrong.

    Args:
        found: Filled in at the first `fit`.
    """
    inherited = keras.Model.fit
    own = vars(keras.Model).get("fit")

    @functools.wraps(inherited)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        if found.model is None:
            try:
                bound = inspect.signature(inherited).bind(self, *args, **kwargs)
            except TypeError:
                return inherited(self, *args, **kwargs)  # which says what is wrong
            given = dict(bound.arguments)
            told = {name: given[name] for name in TOLD if given.get(name) is not None}
            static: Any = diagnose
            found.findings = tuple(static(self, given.get("x"), given.get("y"), **told))
            found.model = self.name
        raise FitReached

    keras.Model.fit = fit
    try:
        yield
    finally:
        if own is None:
            del keras.Model.fit
        else:
            keras.Model.fit = own
