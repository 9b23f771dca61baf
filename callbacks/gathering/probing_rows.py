"""The rows that a probe looks with: a few, always the same, spread over what was given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from .facts import OutputFacts
from .given_data import Rows

__all__ = ["Classes", "classes_of", "finite", "fixed_rows", "forward", "tensors"]

# Numbers in the inputs and outputs of the rows: sixteen megabytes of float32.
MOST_NUMBERS = 4_000_000
FEWEST_ROWS = 8
CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy")
BINARY = ("binary_crossentropy", "binary_focal_crossentropy")


def fixed_rows(rows: Rows, count: int, model: Any) -> Rows:
    """Return at most so many of the rows, evenly spread, so that sorted classes are all there.

    Fewer where rows or answers are large, and exactly as many as a model with a fixed batch takes.
    """
    parts = [np.asarray(each) for each in keras.tree.flatten((rows.x, rows.y)) if each is not None]
    known = len(parts[0])
    sizes = [math.prod(each.shape[1:]) for each in parts]
    sizes += [
        math.prod(size or 1 for size in each.shape[1:]) for each in _symbolic(model, "outputs")
    ]
    count = min(count, max(FEWEST_ROWS, MOST_NUMBERS // max(1, sum(sizes))), known)
    for each in _symbolic(model, "inputs"):
        count = each.shape[0] or count
    places = np.unique(np.linspace(0, known - 1, count).astype(int))

    def taken(part: Any) -> Any:
        return keras.tree.map_structure(lambda each: np.asarray(each)[places], part)

    weight = None if rows.sample_weight is None else taken(rows.sample_weight)
    return Rows(taken(rows.x), None if rows.y is None else taken(rows.y), weight, rows.total)


def tensors(rows: Rows, class_weight: Mapping[int, float] | None) -> tuple[Any, Any, Any]:
    """Return inputs, targets and weights as `fit` would hand them to the model."""
    weight = rows.sample_weight
    if weight is None and class_weight:
        labels = np.asarray(rows.y)
        labels = labels.argmax(-1) if labels.ndim > 1 and labels.shape[-1] > 1 else labels
        flat = [
            class_weight.get(int(label), 1.0) for label in labels.reshape(len(labels), -1)[:, 0]
        ]
        weight = np.array(flat, "float32")

    def converted(part: Any) -> Any:
        return None if part is None else keras.tree.map_structure(_tensor, part)

    return converted(rows.x), converted(rows.y), converted(weight)


def finite(part: Any) -> bool:
    """Return whether all floats of a structure of arrays are finite."""
    return all(
        np.isfinite(each).all()
        for each in map(np.asarray, keras.tree.flatten(part))
        if each.dtype.kind == "f"
    )


def forward(model: Any, x: Any) -> Any:
    """Return what the model answers, `training` off where it has such a switch."""
    return model(x, training=False) if model._call_has_training_arg else model(x)


@dataclass(frozen=True)
class Classes:
    """How the answers of a classifier are counted.

    Args:
        place: Which of the model's outputs it is.
        labels: Share of each class among the labels of the rows.
        middle: Where yes begins, for one unit; None for a unit per class.
    """

    place: int
    labels: tuple[float, ...]
    middle: float | None = None

    def count(self, answers: Any) -> Any:
        """Return how often each class is the answer, `(classes,)`, inside a TensorFlow function."""
        import tensorflow as tf

        answer = tf.cast(keras.tree.flatten(answers)[self.place], tf.float32)
        if self.middle is None:
            chosen = tf.argmax(answer, -1, output_type=tf.int32)
        else:
            chosen = tf.cast(answer > self.middle, tf.int32)
        size = len(self.labels)
        counts = tf.math.bincount(tf.reshape(chosen, [-1]), minlength=size, maxlength=size)
        return tf.cast(counts, tf.float32)


def classes_of(outputs: tuple[OutputFacts, ...], targets: Any) -> Classes | None:
    """Return how to count the first output that chooses one class of several; None if none does."""
    flat = keras.tree.flatten(targets)
    if targets is None or len(flat) != len(outputs):
        return None
    if isinstance(targets, dict):
        names = sorted(targets)
        outputs = tuple(
            sorted(
                outputs,
                key=lambda each: names.index(each.name) if each.name in names else len(names),
            )
        )
    for place, (output, labels) in enumerate(zip(outputs, flat, strict=True)):
        found = _counted(output, np.asarray(labels), place)
        if found is not None:
            return found
    return None


def _counted(output: OutputFacts, labels: NDArray[Any], place: int) -> Classes | None:
    units = output.shape[-1] if output.shape else None
    if units is None or labels.dtype.kind not in "fiub":
        return None
    whole = bool(np.all(labels == np.round(labels)))
    if units == 1 and output.loss in (*BINARY, *CATEGORICAL, "sparse_categorical_crossentropy"):
        yes = float(np.mean(labels > 0.5))
        return Classes(place, (1 - yes, yes), 0.0 if output.from_logits else 0.5)
    one_hot = labels.ndim > 1 and labels.shape[-1] == units and bool((labels.sum(-1) == 1).all())
    if one_hot and whole and output.loss in (*CATEGORICAL, *BINARY):
        chosen = labels.argmax(-1)
    elif output.loss == "sparse_categorical_crossentropy" and whole:
        chosen = labels.astype(np.int64)
    else:
        return None
    chosen = chosen[(chosen >= 0) & (chosen < units)]
    if not chosen.size:
        return None
    shares = np.bincount(chosen.ravel(), minlength=units) / chosen.size
    return Classes(place, tuple(shares.tolist()))


def _tensor(array: Any) -> Any:
    import tensorflow as tf

    array = np.asarray(array)
    if array.dtype.kind in "OUS":
        return tf.constant(array.tolist(), tf.string, shape=array.shape)
    return tf.constant(array, keras.config.floatx() if array.dtype.kind == "f" else None)


def _symbolic(model: Any, name: str) -> list[Any]:
    """Return the symbolic inputs or outputs of a functional model; none of others."""
    return keras.tree.flatten(getattr(model, name, None) or [])
