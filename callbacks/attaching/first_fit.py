"""Stops a script at its first `fit`, with what is wrong before anything is trained."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Iterator
from typing import Any

import keras

from ..findings import Finding
from ..watching import Diagnose
from .running import FitReached

__all__ = ["FirstFit", "stop_at_fit"]


class FirstFit:
    """What was found at the first `fit`.

    Args:
        model: The model's name; None while no `fit` was reached.
        findings: What is wrong, errors first.
        unseen: What could not be seen, in sentences.
    """

    def __init__(
        self,
        model: str | None = None,
        findings: tuple[Finding, ...] = (),
        unseen: tuple[str, ...] = (),
    ) -> None:
        self.model = model
        self.findings = findings
        self.unseen = unseen


@contextlib.contextmanager
def stop_at_fit(found: FirstFit) -> Iterator[None]:
    """Let every `fit` of the block end before its first step; the first tells what is wrong.

    The `fit` of Keras is called, with two callbacks before those of the script: one that looks at
    data, model and callbacks, and one that ends it all. So the script's own are not begun.

    Args:
        found: Filled in at the first `fit`.
    """
    inherited = keras.Model.fit
    own = vars(keras.Model).get("fit")

    @functools.wraps(inherited)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        if found.model is not None:
            raise FitReached
        try:
            bound = inspect.signature(inherited).bind(self, *args, **kwargs)
        except TypeError:
            return inherited(self, *args, **kwargs)  # which says what is wrong
        watch = Diagnose(verbose=0)
        ours = [watch, _Stop(found, watch)]
        given = bound.arguments.get("callbacks")
        if isinstance(given, keras.callbacks.CallbackList):
            for callback in ours:
                callback.set_model(self)
                callback.set_params(given.params)
            given.callbacks[:0] = ours
        else:
            several = given if isinstance(given, list | tuple) else [given]
            beside = [callback for callback in several if callback is not None]
            bound.arguments["callbacks"] = [*ours, *beside]
        return inherited(*bound.args, **bound.kwargs)

    keras.Model.fit = fit
    try:
        yield
    finally:
        if own is None:
            del keras.Model.fit
        else:
            keras.Model.fit = own


class _Stop(keras.callbacks.Callback):
    def __init__(self, found: FirstFit, watch: Diagnose) -> None:
        super().__init__()
        self._found = found
        self._watch = watch

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self._found.model = str(getattr(self.model, "name", "model"))
        self._found.findings = tuple(self._watch.findings)
        self._found.unseen = self._watch.unseen
        raise FitReached
