"""What the kept half is made of: rows cut in three, strict scores, small models.

A score asks for answers in the form the twin gives; answers of another shape, or not finite, get
the worst score there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from case import Training
from keras import layers, ops

Score = Callable[[Any], float]


@dataclass(frozen=True)
class Rows:
    """Rows to train on, to validate on, and clean ones that only the score sees."""

    x: Any
    y: Any
    x_valid: Any
    y_valid: Any
    x_clean: Any
    y_clean: Any

    @property
    def valid(self) -> tuple[Any, Any]:
        return self.x_valid, self.y_valid


def cut(x: Any, y: Any, seed: int, rows: int | None = None) -> Rows:
    """Shuffle and cut into three fifths, one fifth and one fifth."""
    order = np.random.default_rng(seed).permutation(len(x))[:rows]
    x, y = x[order], y[order]
    first, second = len(x) * 3 // 5, len(x) * 4 // 5
    return Rows(x[:first], y[:first], x[first:second], y[first:second], x[second:], y[second:])


def standard(rows: Rows) -> Rows:
    """Scale the inputs by the mean and deviation of the rows to train on."""
    axes = tuple(range(rows.x.ndim - 1))
    mean, deviation = rows.x.mean(axes), rows.x.std(axes) + 1e-6
    x, x_valid, x_clean = (
        ((part - mean) / deviation).astype("float32")
        for part in (rows.x, rows.x_valid, rows.x_clean)
    )
    return Rows(x, rows.y, x_valid, rows.y_valid, x_clean, rows.y_clean)


def _answers(model: Any, x: Any) -> np.ndarray:
    return np.asarray(model.predict(x, verbose=0, batch_size=256), dtype="float64")


def accuracy(x: Any, y: np.ndarray, classes: int) -> Score:
    """The share of right classes, answers one value per class."""

    def score(model: Any) -> float:
        given = _answers(model, x)
        if given.shape != (len(y), classes) or not np.isfinite(given).all():
            return 0.0
        return float((given.argmax(-1) == y).mean())

    return score


def binary_accuracy(x: Any, y: np.ndarray, bar: float = 0.5) -> Score:
    """The mean of the accuracies of both classes, answers one value above or below the bar."""

    def score(model: Any) -> float:
        given = _answers(model, x)
        if given.size != len(y) or not np.isfinite(given).all():
            return 0.0
        right = (given.ravel() > bar) == (y.ravel() > 0)
        return float(np.mean([right[y.ravel() > 0].mean(), right[y.ravel() <= 0].mean()]))

    return score


def likely(x: Any, y: np.ndarray) -> Score:
    """How far the answers, taken as shares of yes, are better than a coin; not below -1."""

    def score(model: Any) -> float:
        given = _answers(model, x)
        if given.size != len(y) or not np.isfinite(given).all():
            return -1.0
        share = np.clip(given.ravel(), 1e-7, 1 - 1e-7)
        loss = -np.mean(np.where(y.ravel() > 0, np.log(share), np.log(1 - share)))
        return max(-1.0, float(1 - loss / np.log(2)))

    return score


def explained(x: Any, *targets: np.ndarray) -> Score:
    """R squared, not below -1; with several forms of the targets, of the form that suits best."""

    def score(model: Any) -> float:
        given = _answers(model, x)
        if given.size != targets[0].size or not np.isfinite(given).all():
            return -1.0
        shares = [
            1 - np.mean((given.ravel() - y.ravel()) ** 2) / np.var(y.ravel()) for y in targets
        ]
        return max(-1.0, float(max(shares)))

    return score


def training(
    model: Any,
    rows: Rows,
    score: Score | None,
    *,
    optimizer: Any = "adam",
    loss: Any = "sparse_categorical_crossentropy",
    metrics: Sequence[str] = ("accuracy",),
    **fit: Any,
) -> Training:
    """Compile, and validate on the rows for it unless `fit` says otherwise."""
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    return Training(model, rows.x, rows.y, {"validation_data": rows.valid, **fit}, score)


def mlp(
    inputs: int,
    widths: Sequence[int],
    units: int,
    head: str | None = None,
    activation: Any = "relu",
    initializer: Any = "glorot_uniform",
    dropout: float = 0.0,
    regularizer: Any = None,
) -> keras.Sequential:
    model = keras.Sequential([layers.Input((inputs,))])
    for width in widths:
        model.add(
            layers.Dense(
                width,
                activation=activation,
                kernel_initializer=initializer,
                kernel_regularizer=regularizer,
            )
        )
        if dropout:
            model.add(layers.Dropout(dropout))
    model.add(layers.Dense(units, activation=head))
    return model


def recurrent(
    cell: Any,
    shape: tuple[int, ...],
    widths: Sequence[int],
    units: int,
    head: str | None = None,
    vocabulary: int = 0,
    **options: Any,
) -> keras.Sequential:
    """Recurrent layers upon each other, the last one giving its last state to the head."""
    model = keras.Sequential([layers.Input(shape)])
    if vocabulary:
        model.add(layers.Embedding(vocabulary, 8))
    for number, width in enumerate(widths, start=1):
        model.add(cell(width, return_sequences=number < len(widths), **options))
    model.add(layers.Dense(units, activation=head))
    return model


@keras.saving.register_keras_serializable("kept_half")
class Positions(layers.Layer):
    """Adds a learned vector to each step."""

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer="random_normal", name="table")

    def call(self, steps):
        return steps + self.table


def transformer(
    shape: tuple[int, ...],
    units: int,
    head: str | None = None,
    *,
    width: int = 16,
    heads: int = 2,
    blocks: int = 1,
    vocabulary: int = 0,
    masked: bool = False,
    dropout: float = 0.0,
    activation: Any = "relu",
    initializer: Any = "glorot_uniform",
) -> keras.Model:
    """An encoder as in the Keras examples: attention, sum, norm, feed-forward, sum, norm."""
    start = layers.Input(shape)
    if vocabulary:
        steps = layers.Embedding(vocabulary, width, mask_zero=masked)(start)
    else:
        steps = layers.Dense(width, kernel_initializer=initializer)(start)
    steps = Positions()(steps)
    for _ in range(blocks):
        seen = layers.MultiHeadAttention(
            heads, max(1, width // heads), kernel_initializer=initializer
        )(steps, steps)
        seen = layers.Dropout(dropout)(seen)
        steps = layers.LayerNormalization()(steps + seen)
        wide = layers.Dense(2 * width, activation=activation, kernel_initializer=initializer)(steps)
        wide = layers.Dense(width, kernel_initializer=initializer)(wide)
        wide = layers.Dropout(dropout)(wide)
        steps = layers.LayerNormalization()(steps + wide)
    pooled = layers.GlobalAveragePooling1D()(steps)
    return keras.Model(start, layers.Dense(units, activation=head)(pooled))


def distance(target: Any, given: Any) -> Any:
    """The Euclidean distance per row, as it is written first: its slope at 0 is not a number."""
    return ops.sqrt(ops.sum(ops.square(target - given), axis=-1))
