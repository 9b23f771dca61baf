"""`autolog`: every Keras training of this process is diagnosed, without being asked to."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from ..findings import Finding
from ..watching import Diagnose

__all__ = ["AutoLog", "WatchedFit", "autolog"]

MOST_FITS = 1000
"""Of more trainings, as a search makes them, the first are forgotten."""


@dataclass(frozen=True)
class WatchedFit:
    """One training that was diagnosed.

    Args:
        model: The model's name.
        findings: What was found, errors first.
        epochs: How many epochs it had.
        seconds: How long `fit` took.
        ended: Whether `fit` came to its end, without an error or Ctrl-C.
    """

    model: str
    findings: tuple[Finding, ...]
    epochs: int
    seconds: float
    ended: bool


class AutoLog:
    """The switch that `autolog` returns: what was found so far, and the way back.

    As a context manager it is switched off at the end of the block.

    Args:
        settings: What each `Diagnose` is made with.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self._fits: list[WatchedFit] = []

    @property
    def fits(self) -> list[WatchedFit]:
        """The trainings so far, in order."""
        return list(self._fits)

    @property
    def on(self) -> bool:
        """Whether trainings are diagnosed now."""
        return _State.switch is self

    def undo(self) -> None:
        """Switch it off; `keras.Model.fit` is the one of Keras again."""
        if self.on:
            _restore()

    def __enter__(self) -> AutoLog:
        """Return the switch itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Switch it off."""
        self.undo()

    def watch(self, fit: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a model's `fit` with a `Diagnose` among its callbacks, unless there is one."""
        try:
            bound = inspect.signature(fit).bind(model, *args, **kwargs)
        except TypeError:
            return fit(model, *args, **kwargs)  # which says what is wrong
        given = bound.arguments.get("callbacks")
        watch = Diagnose(**self.settings)
        ready = isinstance(given, keras.callbacks.CallbackList)
        listed = given.callbacks if ready else _as_list(given)
        if any(isinstance(callback, Diagnose) for callback in listed):
            return fit(model, *args, **kwargs)
        if ready:  # made by the user, with model and settings: it is theirs, and lent to us
            given.callbacks.append(watch)
            watch.set_model(model)
            watch.set_params(given.params)
        else:
            bound.arguments["callbacks"] = [*listed, watch]
        begun, ended = time.perf_counter(), False
        try:
            result = fit(*bound.args, **bound.kwargs)
            ended = True
            return result
        finally:
            if ready:
                given.callbacks.remove(watch)
            # Not the callback itself, which would keep the model and its data.
            epochs = len(watch.history or ())
            seconds = time.perf_counter() - begun
            findings = tuple(watch.findings)
            self._fits.append(WatchedFit(model.name, findings, epochs, seconds, ended))
            del self._fits[:-MOST_FITS]


class _State:
    """What was put in the place of `keras.Model.fit`, and by whom."""

    switch: AutoLog | None = None
    wrapper: Any = None
    own: Any = None  # what stood in the class itself; None where it was inherited


def autolog(on: bool = True, **settings: Any) -> AutoLog:
    """Diagnose every Keras training from here on, in a notebook or a script.

    Each `fit` gets a `Diagnose` of its own, unless one is among its callbacks. Calling it again
    takes the new settings and wraps nothing twice. Loops that do not call `fit` are not seen.

    Args:
        on: False switches it off.
        **settings: What `Diagnose` is made with, such as `verbose=0`.

    Returns:
        A switch with `fits`, what was found so far, and `undo()`. It can be used with `with`.

    Raises:
        BadInput: `Diagnose` cannot be made with these settings.

    Guide: CHK-2.

    Examples:
        >>> before = keras.Model.fit
        >>> with autolog(verbose=0) as log:
        ...     log.on, len(log.fits)
        (True, 0)
        >>> keras.Model.fit is before
        True
    """
    if not on:
        switch = _State.switch or AutoLog({})
        switch.undo()
        return switch
    Diagnose(**settings)  # says now, and not in the first training, what is wrong
    if _State.switch is not None:
        _State.switch.settings = settings
        return _State.switch
    switch = AutoLog(settings)
    inherited = keras.Model.fit

    @functools.wraps(inherited)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        current = _State.switch
        if current is None:  # somebody kept the wrapper after it was switched off
            return inherited(self, *args, **kwargs)
        return current.watch(inherited, self, *args, **kwargs)

    _State.switch, _State.wrapper = switch, fit
    _State.own = vars(keras.Model).get("fit")
    keras.Model.fit = fit
    return switch


def _restore() -> None:
    # Where somebody else wrapped our wrapper, it stays and only calls through.
    if vars(keras.Model).get("fit") is _State.wrapper:
        if _State.own is None:
            del keras.Model.fit
        else:
            keras.Model.fit = _State.own
    _State.switch = None


def _as_list(callbacks: Any) -> list[Any]:
    """Return what `fit` takes as callbacks, one or several, as a list."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
