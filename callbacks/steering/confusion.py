"""`ConfusionMatrix`: what was taken for what, epoch by epoch."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import keras
import numpy as np

from ...zoo.errors import Problem, bad_input, did_you_mean
from .batches import Batches
from .checking import number, raise_all

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ConfusionMatrix", "count_confusions"]

EVERY = ("epoch", "end")


class ConfusionMatrix(keras.callbacks.Callback):
    """Counts, on rows that are not trained on, which class was taken for which.

    Works with one output of probabilities or logits: a single unit (yes or no), or one unit for
    each class. Labels are numbers from 0, or one-hot rows.

    Args:
        validation: Inputs and labels `(x, y)` as arrays, or a `tf.data.Dataset` or `PyDataset` of
            both.
        names: The classes in the order of their numbers; None takes the numbers.
        folder: Where to write a picture for each epoch that is counted, and all counts as
            `confusion.csv`; None writes nothing.
        every: `epoch` counts after each epoch; `end` once, after the training.
        from_logits: Whether a single unit gives a logit; None asks the model's loss and the
            activation of its last layer.
        threshold: Probability from which a single unit means class 1.
        batch_size: Rows that are predicted at once.

    Raises:
        BadInput: A setting is no use, or labels, names and outputs do not fit together.
        MissingExtra: There is a folder to write pictures to, and matplotlib is not installed.

    Guide: MET-1.

    Examples:
        ```python
        confusion = ConfusionMatrix((x_validation, y_validation), ["cat", "dog"])
        model.fit(x, y, epochs=10, callbacks=[confusion])
        print(confusion.matrix)
        ```
    """

    def __init__(
        self,
        validation: Any,
        names: Sequence[str] | None = None,
        folder: str | Path | None = None,
        *,
        every: Literal["epoch", "end"] = "epoch",
        from_logits: bool | None = None,
        threshold: float = 0.5,
        batch_size: int = 256,
    ) -> None:
        super().__init__()
        problems = number("threshold", threshold, above=0, most=1)
        problems += number("batch_size", batch_size, least=1, whole=True)
        if every not in EVERY:
            message, hint = "ConfusionMatrix cannot count then", did_you_mean(str(every), EVERY)
            problems.append(
                Problem("every_unknown", message, "'epoch' or 'end'", repr(every), hint)
            )
        if validation is None or (isinstance(validation, tuple) and len(validation) != 2):
            message, expected = "validation is not usable", "(x, y), or a dataset of both"
            problems.append(
                Problem("validation_invalid", message, expected, type(validation).__name__)
            )
        if names is not None and len(set(map(str, names))) < len(names):
            message = "Two classes have the same name"
            problems.append(Problem("names_repeated", message, "distinct names", repr(names)[:80]))
        raise_all(problems)
        if folder is not None:
            from .drawing import require_matplotlib

            require_matplotlib()
        self.validation = validation
        self.names = None if names is None else tuple(map(str, names))
        self.folder = None if folder is None else Path(folder)
        self.every = every
        self.from_logits = from_logits
        self.threshold = threshold
        self.batch_size = batch_size
        self._matrices: dict[int, np.ndarray[Any, Any]] = {}
        self._last = 0

    @property
    def matrices(self) -> dict[int, np.ndarray[Any, Any]]:
        """For each epoch, counted from 1, the counts `(classes, classes)`: rows are actual."""
        return dict(self._matrices)

    @property
    def matrix(self) -> np.ndarray[Any, Any] | None:
        """The counts after the last epoch; None before there are any."""
        return self._matrices[max(self._matrices)] if self._matrices else None

    def draw(self, path: str | Path | None = None) -> Figure:
        """Draw the last counts, and write the picture if a path is given.

        Args:
            path: Where to write it: .png, .svg or .pdf.

        Raises:
            BadInput: Nothing was counted yet, or the picture cannot be written.
            MissingExtra: matplotlib is not installed.
        """
        from .drawing import draw_confusion, write_figure

        if self.matrix is None:
            raise bad_input("nothing_counted", "Nothing was counted yet", remedy="Train first")
        names = self.names or tuple(map(str, range(len(self.matrix))))
        figure = draw_confusion(self.matrix, names, f"Epoch {max(self._matrices)}")
        return write_figure(figure, path)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Forget the training before."""
        self._matrices, self._last = {}, 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Count, and write what was counted."""
        self._last = epoch + 1
        if self.every == "epoch":
            self._count()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Count once, where that was asked for."""
        if self.every == "end" and self._last:
            self._count()

    def _count(self) -> None:
        labels, outputs = self._predict()
        cut = 0.0
        if outputs.shape[-1] == 1:
            logit = _gives_logits(self.model) if self.from_logits is None else self.from_logits
            cut = float(np.log(self.threshold / max(1 - self.threshold, 1e-12)))
            cut = cut if logit else self.threshold
        classes = len(self.names) if self.names else None
        self._matrices[self._last] = count_confusions(labels, outputs, cut=cut, classes=classes)
        if self.folder is not None:
            self._write(self.folder)

    def _predict(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return labels and outputs of all rows, in one order."""
        model: Any = self.model
        if isinstance(self.validation, tuple):
            x, labels = self.validation
            outputs = model.predict(x, batch_size=self.batch_size, verbose=0)
        else:
            parts = [
                (_plain(model.predict_on_batch(x)), _plain(y))
                for x, y, _ in Batches(self.validation, None, None, 1, 0).once_through()
            ]
            outputs = np.concatenate([part for part, _ in parts])
            labels = np.concatenate([part for _, part in parts])
        if isinstance(outputs, list | tuple | dict):
            raise bad_input(
                "outputs_several",
                "ConfusionMatrix counts one output, and the model has several",
                expected="a model with one output",
                received=f"{len(outputs)} outputs",
            )
        return _plain(labels), _plain(outputs)

    def _write(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.draw(folder / f"confusion_{self._last:04d}.png")
            with (folder / "confusion.csv").open("w", encoding="utf-8", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(["epoch", "actual", "predicted", "rows"])
                for epoch, matrix in self._matrices.items():
                    names = self.names or tuple(map(str, range(len(matrix))))
                    for (actual, predicted), count in np.ndenumerate(matrix):
                        rows.writerow([epoch, names[actual], names[predicted], int(count)])
        except OSError as error:
            raise bad_input(
                "folder_unwritable",
                f"{folder} cannot be written",
                expected="a folder with write permission and free space",
                received=error.strerror or str(error),
            ) from error


def count_confusions(
    labels: Any, outputs: Any, *, cut: float = 0.5, classes: int | None = None
) -> np.ndarray[Any, Any]:
    """Return how often each class (rows) was taken for each (columns), `(classes, classes)`.

    Args:
        labels: Numbers from 0, `(rows,)` or `(rows, 1)`, or one-hot rows; steps of sequences too.
        outputs: `(rows, 1)` for yes or no, or one number for each class, `(rows, classes)`.
        cut: From where a single number means class 1.
        classes: How many there are; None counts the outputs.

    Raises:
        BadInput: A label is no class, or rows differ.

    Examples:
        >>> count_confusions([0, 1, 1], [[0.2], [0.9], [0.4]]).tolist()
        [[1, 0], [1, 1]]
    """
    outputs = np.asarray(outputs)
    if outputs.ndim == 1:
        outputs = outputs[:, None]
    width = outputs.shape[-1]
    number_of = max(width, 2)
    predicted = (outputs[..., 0] >= cut) if width == 1 else outputs.argmax(-1)
    labels = np.asarray(labels)
    if width > 1 and labels.shape == outputs.shape:
        labels = labels.argmax(-1)
    predicted, actual = predicted.astype(int).ravel(), labels.ravel()
    problems = []
    if classes is not None and classes != number_of:
        expected, received = f"{number_of} names", f"{classes} names"
        message = "The names do not fit the model's output"
        problems.append(Problem("names_differ", message, expected, received))
    if len(actual) != len(predicted):
        message = "There is not one label for each prediction"
        received = f"{len(actual)} labels for {len(predicted)} predictions"
        problems.append(Problem("labels_differ", message, "as many of both", received))
    elif not np.isin(actual, np.arange(number_of)).all():
        wrong = actual[~np.isin(actual, np.arange(number_of))][0]
        expected = f"numbers from 0 to {number_of - 1}"
        message = "A label is none of the model's classes"
        problems.append(Problem("label_unknown", message, expected, repr(wrong)))
    raise_all(problems)
    matrix = np.zeros((number_of, number_of), dtype=np.int64)
    np.add.at(matrix, (actual.astype(int), predicted), 1)
    return matrix


def _gives_logits(model: Any) -> bool:
    """Return whether the single output is a logit, by the loss or the last activation."""
    loss: Any = getattr(model, "loss", None)
    told = getattr(loss, "from_logits", None)
    if told is None and hasattr(loss, "get_config"):
        told = loss.get_config().get("from_logits")
    if told is not None and told:
        return True
    layers = getattr(model, "layers", ())
    activation = getattr(layers[-1], "activation", None) if layers else None
    linear = getattr(activation, "__name__", "") == "linear"
    # Hinge wants a number on both sides of 0, as a logit is.
    return linear and "hinge" in str(getattr(loss, "name", loss))


def _plain(values: Any) -> Any:
    if isinstance(values, list | tuple | dict):
        return values
    return np.asarray(keras.ops.convert_to_numpy(values))
