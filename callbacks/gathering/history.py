"""What a training leaves behind: its history, read from wherever it is. No Keras is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from ...zoo.errors import bad_input, did_you_mean

__all__ = ["Direction", "History", "is_share", "metric_direction"]

Direction = Literal["min", "max"]

# Parts of metric names, lower case; the first list that has a match decides.
FALLING = (
    "loss", "error", "crossentropy", "cross_entropy", "mse", "mae", "mape", "msle", "rmse",
    "false_pos", "false_neg", "hinge", "huber", "logcosh", "log_cosh", "poisson", "divergence",
    "perplexity", "deviance", "distance", "wer", "cer", "nll", "brier",
)  # fmt: skip
RISING = (
    "acc", "auc", "precision", "recall", "f1", "fbeta", "f_beta", "r2", "iou", "io_u", "dice",
    "top_k", "true_pos", "true_neg", "sensitivity", "specificity", "similarity", "bleu", "rouge",
    "correlation", "pearson", "concordance", "kappa", "mcc",
)  # fmt: skip
SHARES = (
    "acc", "auc", "precision", "recall", "f1", "fbeta", "f_beta", "iou", "io_u", "dice", "top_k",
    "sensitivity", "specificity",
)  # fmt: skip
SHORT = ("wer", "cer", "mse", "mae", "acc", "auc", "iou", "mcc", "nll", "r2", "f1")


def _has(name: str, parts: Sequence[str]) -> bool:
    words = name.lower().replace("-", "_").replace(" ", "_")
    # A short part must begin a word, or "cer" would be found in "uncertainty".
    return any((f"_{part}" in f"_{words}") if part in SHORT else (part in words) for part in parts)


def metric_direction(name: str) -> Direction | None:
    """Return whether a metric improves by falling ("min") or rising ("max"); None if unknown.

    Args:
        name: A metric's name as Keras logs it, with or without `val_` or an output's name.

    Examples:
        >>> metric_direction("val_loss"), metric_direction("digit_accuracy"), metric_direction("x")
        ('min', 'max', None)
    """
    if _has(name, FALLING):
        return "min"
    return "max" if _has(name, RISING) else None


def is_share(name: str) -> bool:
    """Return whether a metric lies between 0 and 1 and improves upwards, as accuracy does.

    Examples:
        >>> is_share("accuracy"), is_share("r2_score")
        (True, False)
    """
    return metric_direction(name) == "max" and _has(name, SHARES)


@dataclass(frozen=True)
class History:
    """The figures of one training, epoch by epoch: all that the rules need to know.

    Make one with `History.read`, which takes what `fit` returns, a file, or a table.

    Args:
        columns: Metric name to one value per epoch; validation metrics begin with `val_`. None
            where an epoch recorded nothing. NaN and infinity are values, and mean what they say.
        epochs: The epochs' numbers, counted from 1, rising.
        learning_rates: The learning rate in each epoch, or None where it is not known.
        planned_epochs: How many epochs were asked for, if known.
        restored_epoch: The epoch, counted from 1, whose weights were restored at the end, if any.
        ignored: Columns of the source that are not metrics.

    Raises:
        BadInput: There is no `loss`, no epoch, or columns differ in length.

    Examples:
        >>> history = History.read({"loss": [0.9, 0.5], "val_loss": [1.0, 0.8]})
        >>> history.metrics, history.has_validation, len(history)
        (('loss',), True, 2)
    """

    columns: Mapping[str, Sequence[float | None]]
    epochs: tuple[int, ...] = ()
    learning_rates: tuple[float | None, ...] = ()
    planned_epochs: int | None = None
    restored_epoch: int | None = None
    ignored: tuple[str, ...] = ()
    _arrays: dict[str, np.ndarray] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Freeze the columns and check that they fit together."""
        columns = {str(name): tuple(values) for name, values in self.columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(columns))
        if "loss" not in columns:
            trained = [name for name in columns if not name.startswith("val_")]
            raise bad_input(
                "loss_missing",
                "The history has no column for the training loss",
                expected="a column 'loss'",
                received=", ".join(repr(name) for name in columns) or "no columns",
                remedy=did_you_mean("loss", trained) if trained else "",
            )
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            raise bad_input(
                "history_lengths",
                "The columns of the history differ in length",
                expected="one value per epoch in every column",
                received=", ".join(f"{name}: {size}" for name, size in lengths.items()),
            )
        if not lengths["loss"]:
            raise bad_input("history_empty", "The history has no epoch", expected="at least one")
        if not self.epochs:
            object.__setattr__(self, "epochs", tuple(range(1, lengths["loss"] + 1)))
        if not self.learning_rates:
            object.__setattr__(self, "learning_rates", (None,) * lengths["loss"])

    @classmethod
    def read(cls, source: Any, **known: Any) -> History:
        """Return the history that `source` holds.

        Args:
            source: A `History`, what `fit` returned, a dict of lists, a pandas DataFrame, or the
                path of a CSV file (such as `CSVLogger` writes), of a JSON file of a history's
                dict, or of a TensorBoard folder.
            **known: `planned_epochs` or `restored_epoch`, where the source cannot say.

        Raises:
            BadInput: The source is none of these, or a cell of it is no number.
        """
        from .reading import read_history

        history = source if isinstance(source, cls) else read_history(source)
        return replace(history, **known) if known else history

    def __len__(self) -> int:
        """Return the number of epochs recorded."""
        return len(self.epochs)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle despite the frozen columns."""
        values = (dict(self.columns), self.epochs, self.learning_rates)
        return (History, (*values, self.planned_epochs, self.restored_epoch, self.ignored))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The training metrics, `loss` first, each without `val_`."""
        names = [name for name in self.columns if not name.startswith("val_") and name != "loss"]
        return ("loss", *names)

    @property
    def has_validation(self) -> bool:
        """Whether a validation loss or any validation metric was ever recorded."""
        return any(
            name.startswith("val_") and any(value is not None for value in values)
            for name, values in self.columns.items()
        )

    @property
    def validation_accuracy(self) -> np.ndarray:
        """The first accuracy on the validation rows, `(epochs,)`; empty if there is none."""
        for name in self.metrics:
            if "acc" in name.lower() and is_share(name):
                return self.series(f"val_{name}")[1]
        return np.empty(0)

    @property
    def learning_rate(self) -> float | None:
        """The highest learning rate of the training, if known: a warm-up begins near zero."""
        known = [rate for rate in self.learning_rates if rate is not None]
        return max(known) if known else None

    def values(self, name: str) -> np.ndarray:
        """Return one column, `(epochs,)`, with NaN where nothing was recorded."""
        if name not in self._arrays:
            column = self.columns.get(name, (None,) * len(self))
            array = np.array([np.nan if value is None else value for value in column], float)
            array.flags.writeable = False
            self._arrays[name] = array
        return self._arrays[name]

    def series(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the epochs and the values of a column where it holds finite numbers."""
        key = f"series {name}"
        if key not in self._arrays:
            values = self.values(name)
            finite = np.isfinite(values)
            self._arrays[key] = np.stack([np.asarray(self.epochs, float)[finite], values[finite]])
        epochs, values = self._arrays[key]
        return epochs, values

    def at(self, name: str, epoch: int) -> float | None:
        """Return a column's value at an epoch counted from 1, if it is a finite number."""
        if epoch not in self.epochs:
            return None
        value = self.values(name)[self.epochs.index(epoch)]
        return float(value) if np.isfinite(value) else None

    def gap(self, name: str) -> np.ndarray:
        """Return, per epoch, by how much training beats validation in a metric, `(epochs,)`.

        Positive when training is better, whichever way the metric improves; NaN where either is
        missing. A metric of unknown direction counts as one that should fall.
        """
        difference = self.values(f"val_{name}") - self.values(name)
        return -difference if metric_direction(name) == "max" else difference

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, with the lowest validation loss (or training loss)."""
        for name in ("val_loss", "loss"):
            epochs, values = self.series(name)
            if len(values):
                return int(epochs[np.argmin(values)])
        return self.epochs[0]
