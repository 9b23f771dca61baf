"""What `Diagnose(act="repair")` does while a training runs, and after it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from ..evidence import Evidence
from ..findings import Finding
from .building import Start, start_of
from .pool import state_of
from .trial import Change

__all__ = ["InTraining"]

LOWER = 10.0  # DX-1, LR-2
HIGHER = 5.0  # LR-3
ROLLBACKS = 3  # what diverges at a thousandth of its rate diverges for another reason
RAISES = 2
STOP = 10  # REG-1: epochs after the best one
LEARNED = 0.8  # a loss that fell to this share after the rate was raised
WORSE = 1.5  # a loss that is this many times its lowest has not come back
WAIT = 3  # epochs after a step before the next one: a new rate needs time to show
FLOOR = 1e-7  # REG-7
SLACK = 0.02  # an end that is worse than the best epoch by this share is no worse


class InTraining:
    """Remedies in a running training: rolled back, slower, faster, stopped at the best epoch.

    Nothing is done until a warning or an error is found.

    Args:
        model: The model in training.
        say: What to do with each line.
        range_test: Finds a learning rate for the model as it is, or None.
    """

    def __init__(
        self,
        model: Any,
        say: Callable[[str], None] = print,
        range_test: Callable[[], float | None] | None = None,
    ) -> None:
        self.model = model
        self.range_test = range_test
        self.say = say
        self.start: Start = start_of(model)
        self.begun = time.perf_counter()
        self.changes: list[tuple[str, Change]] = []
        self.best: tuple[list[np.ndarray], int] | None = None
        self.healthy: tuple[list[np.ndarray], list[np.ndarray], int] | None = None
        self._lowest = math.inf
        self._rollbacks = self._raises = 0
        self._acted = 0
        self._loss_then: dict[str, float] = {}
        self._last = math.inf
        self._given_up: set[str] = set()

    def note(self, epoch: int, logs: dict[str, Any]) -> None:
        """Keep weights and optimizer of an epoch that is healthy, and the weights of the best one.

        Args:
            epoch: The epoch, counted from 1.
            logs: Its figures.
        """
        loss = logs.get("val_loss", logs.get("loss"))
        self._last = math.inf if loss is None or not math.isfinite(loss) else float(loss)
        if loss is None or not math.isfinite(loss) or not math.isfinite(logs.get("loss", loss)):
            return
        if loss < self._lowest:
            self._lowest = float(loss)
            weights = state_of(self.model)
            if all(np.isfinite(each).all() for each in weights if each.dtype.kind == "f"):
                self.healthy = (weights, _numbers(self.model.optimizer), epoch)
                if "val_loss" in logs:
                    self.best = (weights, epoch)

    def act(self, findings: Sequence[Finding], epoch: int) -> None:
        """Do what can be done in mid-training about these findings.

        Args:
            findings: What was found after the epoch.
            epoch: The epoch, counted from 1; 0 is before the first step.

        Guide: DX-1, DX-2, LR-2, LR-3, REG-1, REG-7.
        """
        called = [finding for finding in findings if finding.severity != "info"]
        if not epoch or not called or epoch - self._acted < (WAIT if self._acted else 0):
            return
        by_fault = {finding.fault: finding for finding in called}
        for fault, remedy in (
            ("nan_loss", self._roll_back),
            ("lr_too_high", self._roll_back),
            ("exploding_gradient", self._roll_back),
            ("oscillating_loss", self._roll_back),
            ("overfitting", self._stop_at_best),
            ("lr_too_low", self._raise_rate),
        ):
            if fault not in by_fault or not self._is_new(fault):
                continue
            if remedy(by_fault[fault], epoch):
                self._acted = epoch
                if fault == "lr_too_low":
                    self._loss_then[fault] = self._last
                self._loss_then.setdefault(fault, self._last)
                return

    def _is_new(self, fault: str) -> bool:
        """Return whether a fault shows again after it was acted on: rules also see what was."""
        then = self._loss_then.get(fault)
        if then is None:
            return True
        if fault == "lr_too_low":
            return self._last > LEARNED * then
        return not math.isfinite(self._last) or self._last > WORSE * self._lowest

    def mended(self, evidence: Evidence) -> set[str]:
        """Return the faults that were mended: what came after is better than what was found."""
        history = evidence.recorded
        if history is None:
            return set()
        return {
            fault
            for fault, loss in self._loss_then.items()
            if fault not in self._given_up
            and (
                fault == "overfitting"
                or self._last < (LEARNED * loss if fault == "lr_too_low" else loss)
            )
        }

    def keep_best(self, evidence: Evidence) -> None:
        """Restore the best epoch where the rate was changed and the end is worse than that."""
        rates = any(change.setting.endswith("learning_rate") for _, change in self.changes)
        if not rates or self.best is None or self._last <= self._lowest * (1 + SLACK):
            return
        if evidence.recorded is None or evidence.recorded.restored_epoch is not None:
            return
        weights, epoch = self.best
        self.model.set_weights(weights)
        self._last = self._lowest
        what = f"The end is no better than epoch {epoch}, whose weights are restored."
        fault = self.changes[-1][0]
        self.changes.append((fault, Change(what, "weights", "last epoch", f"epoch {epoch}")))
        self.say(f"\nRepair of {fault}: {what}")

    def _roll_back(self, finding: Finding, epoch: int) -> bool:  # noqa: ARG002
        """Restore the last healthy weights and optimizer state, and divide the rate by 10."""
        rate = rate_of(self.model)
        if rate is None or self._rollbacks >= ROLLBACKS:
            return self._end(finding)
        if finding.fault == "nan_loss" and finding.epoch == 1 and self._rollbacks:
            return self._end(finding)  # not the rate: the very first step is no number
        if self.healthy is None:
            self.model.set_weights(self.start.plain)
            _give(self.model.optimizer, None)
            back = "the initial weights"
        else:
            weights, numbers, healthy = self.healthy
            self.model.set_weights(weights)
            _give(self.model.optimizer, numbers)
            back = f"the weights of epoch {healthy}"
        lowered = max(rate / LOWER, FLOOR)
        self._rollbacks += 1
        self._set_rate(
            finding, rate, lowered, f"Back to {back}, and the learning rate is divided by 10."
        )
        return True

    def _raise_rate(self, finding: Finding, epoch: int) -> bool:  # noqa: ARG002
        """Set the rate that a range test finds, else multiply it by 5."""
        rate = rate_of(self.model)
        if rate is None or self._raises >= RAISES or self._rollbacks:
            return False
        self._raises += 1
        found = self.range_test() if self.range_test and self._raises == 1 else None
        if found is not None and found > 2 * rate:
            self._set_rate(finding, rate, found, "The learning rate is what a range test found.")
        else:
            self._set_rate(finding, rate, rate * HIGHER, "The learning rate is multiplied by 5.")
        return True

    def _stop_at_best(self, finding: Finding, epoch: int) -> bool:
        """Stop, and restore the weights of the epoch with the lowest validation loss."""
        if self.best is None or finding.confidence < 0.7 or epoch - self.best[1] < STOP:
            return False
        weights, best = self.best
        self.model.set_weights(weights)
        self.model.stop_training = True
        self._tell(
            finding,
            Change(
                f"Stopped after epoch {epoch}; the weights of epoch {best} are restored.",
                "weights",
                f"epoch {epoch}",
                f"epoch {best}",
            ),
        )
        return True

    def _end(self, finding: Finding) -> bool:
        """Give the training up: what is left is for a training anew."""
        if finding.fault != "nan_loss" or self.model.stop_training:
            return False
        if self.healthy is not None:
            self.model.set_weights(self.healthy[0])
        self.model.stop_training = True
        self._given_up.add(finding.fault)
        change = Change(
            "Stopped: a lower learning rate does not help.", "training", "running", "ended"
        )
        self._tell(finding, change)
        return True

    def _set_rate(self, finding: Finding, before: float, after: float, what: str) -> None:
        self.model.optimizer.learning_rate = after
        self._tell(finding, Change(what, "optimizer.learning_rate", before, after))

    def _tell(self, finding: Finding, change: Change) -> None:
        self.changes.append((finding.fault, change))
        self.say(f"\nRepair of {finding.fault}: {change}")


def rate_of(model: Any) -> float | None:
    """Return the learning rate; None where a schedule of the optimizer sets it."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        return None
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if isinstance(
        getattr(inner, "_learning_rate", None), keras.optimizers.schedules.LearningRateSchedule
    ):
        return None
    return float(np.asarray(keras.ops.convert_to_numpy(inner.learning_rate)))


def _numbers(optimizer: Any) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(each)) for each in optimizer.variables]


def _give(optimizer: Any, numbers: list[np.ndarray] | None) -> None:
    """Give an optimizer its numbers back; None forgets all but the rate."""
    rate = getattr(getattr(optimizer, "inner_optimizer", optimizer), "_learning_rate", None)
    for place, variable in enumerate(optimizer.variables):
        if variable is rate:
            continue
        if numbers is not None and place < len(numbers):
            variable.assign(numbers[place])
        elif numbers is None:
            variable.assign(
                np.zeros(variable.shape, keras.backend.standardize_dtype(variable.dtype))
            )
