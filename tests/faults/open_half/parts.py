"""What the programs of the open half share: scores, small models, and a training put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from case import Training
from keras import layers
from open_half.rows import Rows

Score = Callable[[Any], float]


def answers(model: Any, x: Any) -> np.ndarray:
    """Return what a model answers, one row a row: of a series of answers, the mean."""
    output = model.predict(x, verbose=0)
    output = np.asarray(next(iter(output.values())) if isinstance(output, dict) else output)
    output = output.reshape(len(output), -1, output.shape[-1]).mean(1)
    return np.nan_to_num(output.astype("float64"), nan=0.0, posinf=1e30, neginf=-1e30)


def labels_of(y: Any) -> np.ndarray:
    """Return labels as whole numbers, from numbers or one-hot rows."""
    y = np.asarray(y)
    return (y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y))).astype(int)


def picks(x: Any, y: Any) -> Score:
    """Return the share of rows whose class is the largest of the answers."""
    labels = labels_of(y)
    return lambda model: float(np.mean(answers(model, x).argmax(-1) == labels))


def decides(x: Any, y: Any, cut: float = 0.5) -> Score:
    """Return the share of rows on the right side of the cut; of two shares the second counts."""
    labels = labels_of(y)
    return lambda model: float(np.mean((answers(model, x)[:, -1] > cut) == labels))


def trusted(x: Any, y: Any) -> Score:
    """Return how far probabilities can be trusted: 1 for sure and right, 0 for a coin's."""
    labels = labels_of(y)

    def score(model: Any) -> float:
        said = np.clip(answers(model, x)[:, 0], 1e-7, 1 - 1e-7)
        surprise = -np.mean(np.log(np.where(labels == 1, said, 1 - said)))
        return float(max(0.0, 1 - surprise / np.log(2)))

    return score


def balanced(x: Any, y: Any, cut: float = 0.5) -> Score:
    """Return the mean over the two classes of the share of rows that are recognised."""
    labels = labels_of(y)

    def score(model: Any) -> float:
        said = answers(model, x)[:, 0] > cut
        return float(np.mean([np.mean(said[labels == each] == each) for each in (0, 1)]))

    return score


def explains(x: Any, y: Any) -> Score:
    """Return the share of the variance that is explained; 0 for what is worse than the mean."""
    y = np.asarray(y, dtype="float64").reshape(len(y), -1)

    def score(model: Any) -> float:
        wrong = np.mean(np.minimum((answers(model, x) - y) ** 2, 1e30))
        return float(max(0.0, 1 - wrong / np.mean((y - y.mean(0)) ** 2)))

    return score


def put(
    model: Any,
    rows: Rows,
    score: Score | None,
    *,
    loss: Any,
    optimizer: Any = "adam",
    metrics: Any = None,
    **fit: Any,
) -> Training:
    """Return the compiled model with its rows, watched on the validation rows."""
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    options = {"epochs": 20, "batch_size": 32, "validation_data": rows.valid, **fit}
    return Training(model, rows.x, rows.y, options, score)


def stack(
    shape: tuple[int, ...],
    widths: Sequence[int],
    units: int,
    head: str | None = None,
    activation: str | None = "relu",
    **options: Any,
) -> Any:
    """Return Dense layers on top of one another; the options are those of the hidden ones."""
    hidden = [layers.Dense(width, activation=activation, **options) for width in widths]
    flat = [layers.Flatten()] if len(shape) > 1 else []
    return keras.Sequential(
        [keras.Input(shape), *flat, *hidden, layers.Dense(units, activation=head)]
    )


def recurrent(
    cell: Any,
    shape: tuple[int, ...],
    width: int,
    units: int,
    head: str | None = None,
    **options: Any,
) -> Any:
    """Return one recurrent layer and the head."""
    return keras.Sequential(
        [keras.Input(shape), cell(width, **options), layers.Dense(units, activation=head)]
    )


def reader(
    words: int, steps: int, body: Any, units: int = 1, head: str | None = "sigmoid", width: int = 8
) -> Any:
    """Return an embedding, a layer that reads the series to one row, and the head."""
    return keras.Sequential(
        [
            keras.Input((steps,), dtype="int32"),
            layers.Embedding(words, width),
            body,
            layers.Dense(units, activation=head),
        ]
    )


def block(
    x: Any,
    width: int,
    heads: int = 2,
    dropout: float = 0.0,
    activation: str = "gelu",
    **options: Any,
) -> Any:
    """Return one Transformer block: attention and two Dense layers, each added and normed."""
    seen = layers.MultiHeadAttention(heads, width // heads, dropout=dropout)(x, x)
    x = layers.LayerNormalization()(x + layers.Dropout(dropout)(seen))
    grown = layers.Dense(2 * width, activation=activation, **options)(x)
    grown = layers.Dense(width, **options)(grown)
    return layers.LayerNormalization()(x + layers.Dropout(dropout)(grown))


def transformer(
    steps: int,
    units: int,
    head: str | None,
    *,
    words: int = 0,
    features: int = 1,
    width: int = 16,
    blocks: int = 1,
    dropout: float = 0.0,
    **options: Any,
) -> Any:
    """Return a small Transformer encoder over words, or over numbers where there are none."""
    places = layers.Embedding(steps, width)(keras.ops.arange(steps))
    if words:
        given = keras.Input((steps,), dtype="int32")
        x = layers.Embedding(words, width)(given) + places
    else:
        given = keras.Input((steps, features))
        x = layers.Dense(width)(given) + places
    for _ in range(blocks):
        x = block(x, width, dropout=dropout, **options)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(given, layers.Dense(units, activation=head)(x))
