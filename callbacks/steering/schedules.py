"""Learning rates that change in a training, set as plain numbers: what else sets them still can."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from ...zoo.errors import Problem
from .checking import number, optimizer_of, raise_all

__all__ = ["OneCycle", "WarmupCosine"]


class _Schedule(keras.callbacks.Callback):
    """Sets the rate before each batch, by how far the training is.

    A schedule gives the rate as a share of its peak. Where another callback, such as
    ReduceLROnPlateau, has changed the rate since it was last set, the schedule goes on from there:
    what the other multiplied it by stays in every rate to come.
    """

    def __init__(self, peak: float | None) -> None:
        super().__init__()
        self.peak = peak
        self._found: float | None = None
        self._left: tuple[int, float, float] | None = None
        self._steps: int | None = None
        self._epoch, self._batch, self._total = 0, 0, 0
        self._scale, self._set = 1.0, math.nan

    @property
    def scale(self) -> float:
        """What other callbacks multiplied the rate by, so far in this training."""
        return self._scale

    def share(self, epochs: float) -> float:
        """Return the rate as a share of the peak, after so many epochs (with fractions)."""
        raise NotImplementedError

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Take the optimizer's rate as the peak, where none was given."""
        optimizer = optimizer_of(self.model, type(self).__name__)
        present = _rate(optimizer)
        own = self._left is not None and self._left[:2] == (id(optimizer), present)
        # What our last training left is no peak; the peak was what it began with.
        found = self._left[2] if own and self._left else present
        self._found = found if self.peak is None else self.peak
        self._scale, self._set = 1.0, math.nan
        self._steps = (self.params or {}).get("steps")
        self._epoch, self._batch = 0, 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Set the rate of the first batch."""
        self._epoch, self._batch = epoch, 0
        self._apply(epoch)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Set the rate of the batch."""
        self._batch = batch + 1
        if self._steps:
            self._apply(self._epoch + batch / self._steps)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Log the rate that the epoch ended with."""
        self._steps = self._steps or self._batch
        if logs is not None:
            logs["learning_rate"] = _rate(optimizer_of(self.model, type(self).__name__))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Remember the rate that is left, which the next training must not take for a peak."""
        optimizer = optimizer_of(self.model, type(self).__name__)
        self._left = (id(optimizer), _rate(optimizer), self._found or 0.0)

    def _apply(self, epochs: float) -> None:
        optimizer = optimizer_of(self.model, type(self).__name__)
        present = _rate(optimizer)
        if self._set > 0 and present != self._set:
            self._scale *= present / self._set
        optimizer.learning_rate = (self._found or 0.0) * self._scale * self.share(epochs)
        self._set = _rate(optimizer)

    @property
    def _epochs(self) -> int:
        return (self.params or {}).get("epochs") or 1


class WarmupCosine(_Schedule):
    """Raises the learning rate to its peak in a straight line, then lowers it along a cosine.

    The rate is a plain number, set before each batch and logged as `learning_rate`, so that
    ReduceLROnPlateau still works beside it: when it halves the rate, the rest of the curve is
    halved. Where the number of batches is not known beforehand, the first epoch has one rate.

    Args:
        peak: The highest rate; None takes what the optimizer has when training begins.
        warmup_epochs: Epochs of the rise, also in fractions; None is a tenth of the training, at
            most one epoch.
        warmup_steps: Batches of the rise, instead of `warmup_epochs`.
        floor: The last rate as a share of the peak.
        epochs: Epochs of the whole curve; None takes those of `fit`. After them the rate stays.

    Raises:
        BadInput: A setting is no use, or the optimizer's rate is a schedule object.

    Guide: LR-1.

    Examples:
        >>> curve = WarmupCosine(warmup_epochs=2, floor=0.1, epochs=10)
        >>> [round(curve.share(epochs), 3) for epochs in (0, 1, 2, 6, 10, 11)]
        [0.0, 0.5, 1.0, 0.55, 0.1, 0.1]
    """

    def __init__(
        self,
        peak: float | None = None,
        *,
        warmup_epochs: float | None = None,
        warmup_steps: int | None = None,
        floor: float = 0.0,
        epochs: int | None = None,
    ) -> None:
        problems = number("peak", peak, above=0, optional=True)
        problems += number("warmup_epochs", warmup_epochs, least=0, optional=True)
        problems += number("warmup_steps", warmup_steps, least=0, whole=True, optional=True)
        problems += number("floor", floor, least=0, most=1)
        problems += number("epochs", epochs, least=1, whole=True, optional=True)
        if warmup_epochs is not None and warmup_steps is not None:
            message = "warmup_epochs and warmup_steps say the same thing twice"
            problems.append(Problem("warmup_twice", message, "one of the two"))
        raise_all(problems)
        super().__init__(peak)
        self.warmup_epochs = warmup_epochs
        self.warmup_steps = warmup_steps
        self.floor = floor
        self.epochs = epochs

    def share(self, epochs: float) -> float:
        """Return the rate as a share of the peak.

        Args:
            epochs: How far the training is, in epochs and fractions of one.
        """
        whole = self.epochs or self._epochs
        rise = min(1.0, whole / 10) if self.warmup_epochs is None else self.warmup_epochs
        if self.warmup_steps is not None:
            rise = self.warmup_steps / self._steps if self._steps else 0.0
        if epochs < rise:
            # The first batch has not rate 0, which would teach nothing.
            step = 1 / self._steps if self._steps else 0.0
            return min(1.0, (epochs + step) / rise)
        done = min(1.0, (epochs - rise) / max(whole - rise, 1e-9))
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * done)) / 2


class OneCycle(_Schedule):
    """Raises the learning rate to its peak and lowers it far below where it began, in one cycle.

    Smith's 1cycle: both ways along a cosine. The peak may be several times the rate that a
    training at one rate would bear. Beside other callbacks it behaves as `WarmupCosine` does.

    Args:
        peak: The highest rate; None takes what the optimizer has when training begins.
        rise: Share of the training that the rise takes.
        start: The first rate as a share of the peak.
        floor: The last rate as a share of the peak.
        epochs: Epochs of the whole cycle; None takes those of `fit`.

    Raises:
        BadInput: A setting is no use, or the optimizer's rate is a schedule object.

    Guide: LR-1.

    Examples:
        >>> cycle = OneCycle(0.1, rise=0.25, epochs=8)
        >>> [round(cycle.share(epochs), 4) for epochs in (0, 1, 2, 5, 8)]
        [0.04, 0.52, 1.0, 0.5, 0.0001]
    """

    def __init__(
        self,
        peak: float | None = None,
        *,
        rise: float = 0.3,
        start: float = 0.04,
        floor: float = 1e-4,
        epochs: int | None = None,
    ) -> None:
        problems = number("peak", peak, above=0, optional=True)
        problems += number("rise", rise, above=0, most=1)
        problems += number("start", start, least=0, most=1)
        problems += number("floor", floor, least=0, most=1)
        problems += number("epochs", epochs, least=1, whole=True, optional=True)
        raise_all(problems)
        super().__init__(peak)
        self.rise = rise
        self.start = start
        self.floor = floor
        self.epochs = epochs

    def share(self, epochs: float) -> float:
        """Return the rate as a share of the peak.

        Args:
            epochs: How far the training is, in epochs and fractions of one.
        """
        done = min(1.0, epochs / (self.epochs or self._epochs))
        if done < self.rise:
            low, way = self.start, done / self.rise
        else:
            low, way = self.floor, 1 - (done - self.rise) / max(1 - self.rise, 1e-9)
        return low + (1 - low) * (1 - math.cos(math.pi * way)) / 2


def _rate(optimizer: Any) -> float:
    return float(np.asarray(keras.ops.convert_to_numpy(optimizer.learning_rate)))
