"""`Diagnose`: watches a Keras training while it runs and says what is wrong."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import keras
import numpy as np

from ..zoo.errors import bad_input, did_you_mean
from .diagnosis import judge, naive_answers
from .evidence import Evidence
from .findings import Finding
from .gathering.beginning import Beginning, begin
from .gathering.facts import ProbeFacts
from .gathering.history import History
from .gathering.pace import Allowance
from .gathering.reading import RATE_NAMES
from .judging.rules import RULES, Rule
from .thresholds import Thresholds

if TYPE_CHECKING:
    from .repairing.in_training import InTraining
    from .repairing.repaired import Repaired

__all__ = ["ACTS", "Diagnose"]

ACTS = ("suggest", "stop", "repair")
# Of the time of an epoch: what looking at layers, and what applying rules, may take.
PROBE_SHARE = 0.01
RULES_SHARE = 0.005
# Epochs that are always looked at: what goes wrong goes wrong there.
FIRST_EPOCHS = 2


class Diagnose(keras.callbacks.Callback):
    """Watches any Keras training, and finds what is wrong with it.

    The data that `fit` was given and the compiled model are judged before the first step; then
    the logs of each epoch, and what a fixed batch of rows shows of the layers (not in every epoch
    if epochs are short, so that watching costs at most some 2 % of the time). What needs a
    finished training, such as too few epochs, is judged at the end. Nothing of the training is
    changed, unless `act="stop"` ends it when the loss is not a number, or `act="repair"` finds a
    warning or an error.

    Args:
        act: `suggest` names the remedy; `stop` also ends the training when the loss becomes NaN;
            `repair` carries the remedy out: in the training where that can be done (back to
            healthy weights, another learning rate, the best epoch), else by training anew after
            it, with the rows that were seen. What came of it is `repaired`.
        baseline: What a naive answer scores on the validation data, by metric name, such as
            `{"accuracy": 0.63}`; or several naive answers by name. Underfitting needs it.
        thresholds: Figures at which the rules fire; all of them can be changed.
        probe: Training rows as `(x, y)`, for where those that `fit` was given cannot be seen.
        validation: Validation rows as `(x, y)`, likewise.
        verbose: 1 prints each finding once, when it is first seen, and what cannot be seen; 0
            prints nothing.
        rules: The rules to apply.

    Raises:
        BadInput: `act` is unknown, or `probe` or `validation` is no pair.

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
        act: Literal["suggest", "stop", "repair"] = "suggest",
        *,
        baseline: Mapping[str, Any] | None = None,
        thresholds: Thresholds | None = None,
        probe: tuple[Any, ...] | None = None,
        validation: tuple[Any, ...] | None = None,
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
        self.probe = _pair("probe", probe)
        self.validation = _pair("validation", validation)
        self.verbose = verbose
        self.rules = tuple(rules)
        self.stopped_epoch: int | None = None
        self.repaired: Repaired | None = None
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

    @property
    def evidence(self) -> Evidence:
        """All that is known by now, for rules and for people."""
        naive = {**self._beginning.naive, **naive_answers(self.baseline)}
        known = self._beginning
        probes, beside = tuple(self._probes), (known.references, known.rehearsed)
        return Evidence(self.history, naive, (), known.model, known.data, probes, *beside)

    @property
    def unseen(self) -> tuple[str, ...]:
        """What cannot be seen of this training, in sentences."""
        return self._beginning.unseen

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Forget the training before; look at the data and the model; judge both."""
        self.stopped_epoch = None
        self._forget()
        self._beginning = begin(self.model, self, self.params or {}, self.probe, self.validation)
        if self.act == "repair" and self.model is not None and self._beginning.model is not None:
            from .repairing.after_training import begin as begin_repairs

            self._repairs = begin_repairs(self.model, self._beginning.given, self._say)
        self._look(0)
        self._judge(final=False)
        if self.verbose and self.unseen:
            print("\nNot seen: " + " ".join(self.unseen), flush=True)
        if _siblings() is not None:
            # Not a method of the class: Keras, and loops like ours, slow down for those.
            vars(self)["on_train_batch_end"] = self._beginning.batch_losses.note

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begin to measure the epoch's time."""
        self._beginning.batch_losses.forget()
        self._begun = time.perf_counter()

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
        seconds = time.perf_counter() - self._begun
        self._for_probes.earn(seconds)
        self._for_rules.earn(seconds)
        planned = (self.params or {}).get("epochs") or 0
        # Half-way too: on a busy machine there would be no look between the first and the last.
        due = len(self._epochs) <= FIRST_EPOCHS or epoch + 1 in (planned // 2, planned)
        due = due or _is_broken(logs)
        due = due or bool(getattr(self.model, "stop_training", False)) or self._repairs is not None
        if self._repairs is not None:
            self._repairs.note(epoch + 1, logs)
        if due or self._for_probes.covers:
            self._look(epoch + 1)
        if due or self._for_rules.covers:
            with self._for_rules.spend():
                self._judge(final=False)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Apply every rule to the whole training."""
        self._restored_epoch = _restored_epoch()
        looked = self._probes[-1].epoch if self._probes else None
        # Weights that were restored are not those of the last epoch.
        if self._epochs and looked != self._epochs[-1] and self._restored_epoch is None:
            self._look(self._epochs[-1])
        self._judge(final=True)
        if self._repairs is not None:
            from .repairing.after_training import finish

            known, given, repairs = self.evidence, self._beginning.given, self._repairs
            self._repairs = None
            self.repaired = finish(
                repairs, given, self._findings, known, self.thresholds, self.rules, say=self._say
            )
        vars(self).pop("on_train_batch_end", None)
        self._beginning.let_go()

    def _forget(self) -> None:
        self._columns: dict[str, list[float | None]] = {}
        self._epochs: list[int] = []
        self._learning_rates: list[float | None] = []
        self._restored_epoch: int | None = None
        self._findings: tuple[Finding, ...] = ()
        self._printed: set[tuple[str, str]] = set()
        self._beginning = Beginning()
        self._probes: list[ProbeFacts] = []
        self.repaired = None
        self._repairs: InTraining | None = None
        self._begun = time.perf_counter()
        self._for_probes, self._for_rules = Allowance(PROBE_SHARE), Allowance(RULES_SHARE)

    def _look(self, epoch: int) -> None:
        """Take in what the probe sees of this epoch, if there is one."""
        if self._beginning.probe is None:
            return
        with self._for_probes.spend():
            seen = self._beginning.probe.look(epoch, self._beginning.batch_losses.values())
        if seen is not None:
            self._probes.append(seen)

    def _judge(self, final: bool) -> None:
        self._findings = tuple(judge(self.evidence, self.thresholds, self.rules, final))
        for finding in self._findings:
            key = (finding.fault, finding.severity)
            if key not in self._printed:
                self._printed.add(key)
                if self.verbose:
                    # Keras's progress bar leaves the cursor at the end of its line.
                    print(f"\n{finding}", flush=True)
        if not final:
            self._act(self._findings)

    def _say(self, line: str) -> None:
        if self.verbose:
            print(line, flush=True)

    def _act(self, findings: Sequence[Finding]) -> None:
        """Do what `act` says about findings that were just made."""
        if self._repairs is not None:
            self._repairs.act(findings, self._epochs[-1] if self._epochs else 0)
        broken = any("nan_loss" in (each.fault, *each.consequences) for each in findings)
        if broken and self.act == "stop" and self.stopped_epoch is None and self._epochs:
            self.stopped_epoch = self._epochs[-1]
            self.model.stop_training = True  # pyright: ignore[reportOptionalMemberAccess]


def learning_rate_of(model: Any, logs: Mapping[str, Any]) -> float | None:
    """Return the learning rate of the epoch that ends, from its logs or the optimizer."""
    for name in RATE_NAMES:
        if name in logs:
            return float(logs[name])
    rate = getattr(getattr(model, "optimizer", None), "learning_rate", None)
    if rate is None:
        return None
    return float(np.asarray(keras.ops.convert_to_numpy(rate)))


def _pair(name: str, value: Any) -> tuple[Any, ...] | None:
    """Return the value if it is None or rows as `(x, y)` or `(x, y, sample_weight)`."""
    if value is None or (isinstance(value, (tuple, list)) and len(value) in (2, 3)):
        return None if value is None else tuple(value)
    raise bad_input(
        "rows_not_a_pair",
        f"The rows given as '{name}' are not usable",
        expected="(x, y) or (x, y, sample_weight)",
        received=type(value).__name__,
    )


def _is_broken(logs: Mapping[str, Any]) -> bool:
    """Return whether a loss in the logs is NaN or infinite."""
    return not all(math.isfinite(logs[name]) for name in ("loss", "val_loss") if name in logs)


def _siblings() -> list[Any] | None:
    """Return the callbacks beside the one whose hook is being called; None where none calls it.

    Keras hands a callback its model, but not the list it stands in; the list is the caller.
    """
    frame = sys._getframe(1)
    while frame is not None:
        caller = frame.f_locals.get("self")
        if isinstance(caller, keras.callbacks.CallbackList):
            return caller.callbacks
        frame = frame.f_back
    return None


def _restored_epoch() -> int | None:
    """Return the epoch whose weights an EarlyStopping will restore, counted from 1, if any."""
    for callback in _siblings() or ():
        if (
            isinstance(callback, keras.callbacks.EarlyStopping)
            and callback.restore_best_weights
            and callback.best_weights is not None
        ):
            return callback.best_epoch + 1
    return None
