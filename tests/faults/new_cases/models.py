"""Models of the new cases: doors for named columns, skips, both ways, attention, classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, ops
from open_half.parts import answers

SPARSE = "sparse_categorical_crossentropy"


def stopping(patience: int = 5, **options: Any) -> Any:
    """Return early stopping that goes back to the best weights."""
    return keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True, **options)


def streamed(made: Training, seed: int, batch: int = 32) -> Training:
    """Return the training with its rows from a tf.data.Dataset."""
    import tensorflow as tf

    size = made.fit.pop("batch_size", batch)
    rows = tf.data.Dataset.from_tensor_slices((made.x, made.y))
    made.x, made.y = rows.shuffle(4096, seed=seed).batch(size).prefetch(1), None
    if "validation_data" in made.fit:
        valid = tf.data.Dataset.from_tensor_slices(made.fit["validation_data"])
        made.fit["validation_data"] = valid.batch(128)
    return made


def explained_in(x: Any, *forms: Any) -> Callable[[Any], float]:
    """Return the explained share of the variance, of the form of the targets that suits best."""

    def score(model: Any) -> float:
        said = answers(model, x)
        found = [np.asarray(form, "float64").reshape(len(form), -1) for form in forms]
        shares = [1 - np.mean((said - y) ** 2) / np.mean((y - y.mean(0)) ** 2) for y in found]
        return float(max(0.0, *shares))

    return score


def marks(x: Any, y: Any, cut: float = 0.5) -> Callable[[Any], float]:
    """Return the share of single marks, of several a row, on the right side of the cut."""

    def score(model: Any) -> float:
        said = np.asarray(model.predict(x, verbose=0))
        return float(np.mean((said > cut) == (y > 0.5))) if said.shape == y.shape else 0.0

    return score


def two_doors(
    units: int = 1,
    head: str | None = "sigmoid",
    widths: Sequence[int] = (24, 12),
    activation: str | None = "relu",
    first: Any = None,
    **options: Any,
) -> Any:
    """Return a model of named columns: three numbers, and a plan that is embedded."""
    numbers = keras.Input((3,), name="numbers")
    plan = keras.Input((1,), name="plan", dtype="int32")
    known = layers.Flatten()(layers.Embedding(4, 3)(plan))
    x = layers.Concatenate()([first(numbers) if first else numbers, known])
    for width in widths:
        x = layers.Dense(width, activation=activation, **options)(x)
    answer = layers.Dense(units, activation=head)(x)
    return keras.Model({"numbers": numbers, "plan": plan}, answer)


def skipping(
    shape: tuple[int, ...],
    width: int,
    depth: int,
    units: int,
    head: str | None = None,
    activation: Any = "relu",
    **options: Any,
) -> Any:
    """Return blocks that each add to what they get, normed before."""
    given = keras.Input(shape)
    x = layers.Dense(width, **options)(given)
    for _ in range(depth):
        inner = layers.LayerNormalization()(x)
        inner = layers.Dense(width, activation=activation, **options)(inner)
        x = layers.Add()([x, layers.Dense(width, **options)(inner)])
    return keras.Model(given, layers.Dense(units, activation=head)(x))


def convolved(
    units: int, head: str | None, activation: str | None = "relu", drop: float = 0
) -> Any:
    """Return a small convolutional model for pieces of photographs."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(12, 3, activation=activation),
            layers.SpatialDropout2D(drop),
            layers.Conv2D(16, 3, activation=activation),
            layers.GlobalMaxPooling2D(),
            layers.Dropout(drop),
            layers.Dense(units, activation=head),
        ]
    )


def both_ways(
    words: int, steps: int, units: int, head: str | None, cell: Any = layers.LSTM, **options: Any
) -> Any:
    """Return an embedding that is read from both ends."""
    return keras.Sequential(
        [
            keras.Input((steps,), dtype="int32"),
            layers.Embedding(words, 8),
            layers.Bidirectional(cell(options.pop("width", 10), **options)),
            layers.Dense(units, activation=head),
        ]
    )


class Reader(keras.Model):
    """A recurrent model as a class of the user's own: embedding, cell, hidden layer, head."""

    def __init__(
        self, cell: Any, units: int, head: str | None, hidden: Any = None, words: int = 0
    ) -> None:
        super().__init__()
        self.embedding = layers.Embedding(words, 8) if words else None
        self.cell = cell
        self.hidden = hidden or layers.Dense(12, activation="relu")
        self.answer = layers.Dense(units, activation=head)

    def call(self, x: Any, training: bool = False) -> Any:
        x = self.embedding(x) if self.embedding else x
        return self.answer(self.hidden(self.cell(x, training=training)))


def encoder(
    steps: int,
    units: int,
    head: str | None,
    *,
    words: int = 0,
    features: int = 1,
    width: int = 16,
    blocks: int = 1,
    placed: bool = True,
    normed: bool = True,
    pooled: bool = True,
    drop: float = 0.0,
    start: Any = "glorot_uniform",
    **options: Any,
) -> Any:
    """Return a Transformer normed before each part; `options` are those of its wide layers."""
    given = keras.Input((steps,), dtype="int32") if words else keras.Input((steps, features))
    x = layers.Embedding(words, width)(given) if words else layers.Dense(width)(given)
    if placed:
        x = x + layers.Embedding(steps, width)(ops.arange(steps))
    options = {"activation": "relu", **options}
    for _ in range(blocks):
        inner = layers.LayerNormalization()(x) if normed else x
        seen = layers.MultiHeadAttention(2, width // 2, kernel_initializer=start)(inner, inner)
        seen = layers.Dropout(drop)(seen)
        x = x + seen
        inner = layers.LayerNormalization()(x) if normed else x
        inner = layers.Dense(2 * width, kernel_initializer=start, **options)(inner)
        inner = layers.Dense(width, kernel_initializer=start)(inner)
        x = x + layers.Dropout(drop)(inner)
    x = layers.LayerNormalization()(x) if normed else x
    if pooled:
        x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(given, layers.Dense(units, activation=head)(x))


def healthy(name: str, family: str, make: Any, why: str) -> Case:
    """Return a healthy case."""
    return Case(f"well_{name}", family, make, why=why)
