"""`Diagnose`: watches a Keras training while it runs and says what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import keras
import numpy as np

from ..zoo.errors import bad_input, did_you_mean
from .diagnosis import diagnose
from .findings import Finding
from .gathering.history import History
from .gathering.reading import RATE_NAMES
from .judging.rules import RULES, Rule
from .thresholds import Thresholds

__all__ = ["ACTS", "Diagnose"]

ACTS = ("suggest", "stop")


class Diagnose(keras.callbacks.Callback):
    """Reads the logs of each epoch of any Keras training, and finds what is wrong with it.

    Nothing of the training is changed, unless `act="stop"` ends it when the loss is not a number.
    What needs a finished training, such as too few epochs, is judged at the end.

    Args:
        act: `suggest` names the remedy; `stop` also ends the training when the loss becomes NaN.
        baseline: What a naive answer scores on the validation data, by metric name, such as
            `{"accuracy": 0.63}`; or several naive answers by name. Underfitting needs it.
        thresholds: Figures at which the rules fire; all of them can be changed.
        verbose: 1 prints each finding once, when it is first seen; 0 prints nothing.
        rules: The rules to apply.

    Raises:
        BadInput: `act` is unknown.

    Guide: DX-1, DX-2, DX-3, DX-4, DX-5, DX-6, LR-2, LR-3.

    Examples:
        ```python
        watch = Diagnose()
        model.fit(x, y, validation_data=(a, b), epochs=50, callbacks=[watch])
        for finding in watch.findings:
            print(finding)
        ```
    """

    def __init__(
        self,
        act: Literal["suggest", "stop"] = "suggest",
        *,
        baseline: Mapping[str, Any] | None = None,
        thresholds: Thresholds | None = None,
        verbose: int = 1,
        rules: Sequence[Rule] = RULES,
    ) -> None:
        super().__init__()
        if act not in ACTS:
            raise bad_input(
                "act_unknown",
                "Diagnose cannot act like this",
                expected="one of " + ", ".join(map(repr, ACTS)),
                received=repr(act),
                remedy=did_you_mean(str(act), ACTS),
            )
        self.act = act
        self.baseline = baseline
        self.thresholds = thresholds or Thresholds()
        self.verbose = verbose
        self.rules = tuple(rules)
        self.stopped_epoch: int | None = None
        self._forget()

    @property
    def findings(self) -> list[Finding]:
        """What is wrong as far as is known now, errors first; final after the training."""
        return list(self._findings)

    @property
    def history(self) -> History | None:
        """The evidence so far; None while no loss was logged."""
        if not self._columns.get("loss"):  # a train_step of somebody's own need not log one
            return None
        return History(
            self._columns,
            tuple(self._epochs),
            tuple(self._learning_rates),
            planned_epochs=(self.params or {}).get("epochs"),
            restored_epoch=self._restored_epoch,
        )

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Forget the training before."""
        self.stopped_epoch = None
        self._forget()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take in the epoch's figures and apply the rules that hold in mid-training."""
        logs = logs or {}
        self._epochs.append(epoch + 1)
        self._learning_rates.append(learning_rate_of(self.model, logs))
        for name, value in logs.items():
            if name not in RATE_NAMES and not getattr(value, "ndim", 0):
                column = self._columns.setdefault(name, [None] * (len(self._epochs) - 1))
                column.append(float(value))
        for column in self._columns.values():
            column.extend([None] * (len(self._epochs) - len(column)))
        self._restored_epoch = _restored_epoch()
        self._judge(final=False)
        broken = any(finding.fault == "nan_loss" for finding in self._findings)
        if broken and self.act == "stop" and self.stopped_epoch is None:
            self.stopped_epoch = epoch + 1
            self.model.stop_training = True  # pyright: ignore[reportOptionalMemberAccess]

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Apply every rule to the whole training."""
        self._restored_epoch = _restored_epoch()
        self._judge(final=True)

    def _forget(self) -> None:
        self._columns: dict[str, list[float | None]] = {}
        self._epochs: list[int] = []
        self._learning_rates: list[float | None] = []
        self._restored_epoch: int | None = None
        self._findings: tuple[Finding, ...] = ()
        self._printed: set[tuple[str, str]] = set()

    def _judge(self, final: bool) -> None:
        history = self.history
        if history is None:
            return
        self._findings = tuple(
            diagnose(
                history,
                baseline=self.baseline,
                thresholds=self.thresholds,
                rules=self.rules,
                final=final,
            )
        )
        for finding in self._findings:
            key = (finding.fault, finding.severity)
            if key not in self._printed:
                self._printed.add(key)
                if self.verbose:
                    # Keras's progress bar leaves the cursor at the end of its line.
                    print(f"\n{finding}", flush=True)


def learning_rate_of(model: Any, logs: Mapping[str, Any]) -> float | None:
    """Return the learning rate of the epoch that ends, from its logs or the optimizer."""
    for name in RATE_NAMES:
        if name in logs:
            return float(logs[name])
    rate = getattr(getattr(model, "optimizer", None), "learning_rate", None)
    if rate is None:
        return None
    return float(np.asarray(keras.ops.convert_to_numpy(rate)))


def _siblings() -> Iterator[Any]:
    """Yield the callbacks that run beside the one whose hook is being called.

    Keras hands a callback its model, but not the list it stands in; the list is the caller.
    """
    frame = sys._getframe(1)
    while frame is not None:
        caller = frame.f_locals.get("self")
        if isinstance(caller, keras.callbacks.CallbackList):
            yield from caller.callbacks
            return
        frame = frame.f_back


def _restored_epoch() -> int | None:
    """Return the epoch whose weights an EarlyStopping will restore, counted from 1, if any."""
    for callback in _siblings():
        if (
            isinstance(callback, keras.callbacks.EarlyStopping)
            and callback.restore_best_weights
            and callback.best_weights is not None
        ):
            return callback.best_epoch + 1
    return None
