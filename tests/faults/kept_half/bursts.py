"""Losses that jump, burst, or stop being numbers."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import (
    Rows,
    accuracy,
    binary_accuracy,
    cut,
    distance,
    explained,
    mlp,
    recurrent,
    training,
)
from keras import layers, ops

ADAM, SGD = keras.optimizers.Adam, keras.optimizers.SGD


def lines(
    seed: int, cell: object, optimizer: object, epochs: int = 15, batch_size: int = 32
) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    model = recurrent(cell, (8, 8), (24,), 10, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    made = optimizer()
    return training(model, rows, score, optimizer=made, epochs=epochs, batch_size=batch_size)


def curved(seed: int, momentum: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.surface(seed)
    score = explained(rows.x_clean, rows.y_clean)
    optimizer = SGD(0.02, momentum=momentum)
    model = mlp(5, (32, 32), 1, activation="tanh")
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=["mae"], epochs=30)


def tide(seed: int, **options: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed, steps=30)
    score = explained(rows.x_clean, rows.y_clean)
    model = recurrent(layers.SimpleRNN, (30, 1), (16,), 1, **options)
    optimizer = ADAM(0.005)
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=[], epochs=15)


def demand(seed: int, activation: str, optimizer: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed, rows=500, steps=30)
    score = explained(rows.x_clean, rows.y_clean)
    model = recurrent(layers.LSTM, (30, 1), (16, 16), 1, activation=activation)
    return training(model, rows, score, optimizer=optimizer(), loss="mse", metrics=[], epochs=15)


def places(seed: int, loss: object) -> Training:
    """A place in the plane from five numbers; many rows lie exactly at the origin."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    x = made.normal(size=(800, 5)).astype("float32")
    y = np.maximum(x[:, :2] + 0.5 * x[:, 2:4], 0)
    rows = cut(x, y.astype("float32"), seed)
    score = explained(rows.x_clean, rows.y_clean)
    model = keras.Sequential(
        [
            layers.Input((5,)),
            layers.Dense(24, "relu"),
            layers.Dense(2, "relu", bias_initializer="ones"),
        ]
    )
    return training(model, rows, score, optimizer=ADAM(0.01), loss=loss, metrics=["mae"], epochs=20)


def entropy(target: object, given: object) -> object:
    return -ops.mean(target * ops.log(given) + (1 - target) * ops.log(1 - given))


def certain(seed: int, loss: object) -> Training:
    """Which of two quite different tunes is played, answered in half precision."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.waves(seed, noise=0.05)
    rows = Rows(
        *(
            (part > 0).astype("float32")[:, None] if part.ndim == 1 else part
            for part in (rows.x, rows.y, rows.x_valid, rows.y_valid, rows.x_clean, rows.y_clean)
        )
    )
    model = keras.Sequential(
        [
            layers.Input((20, 1)),
            layers.GRU(16),
            layers.Dense(1, "sigmoid", dtype="mixed_float16"),
        ]
    )
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=ADAM(0.03), loss=loss, epochs=20)


CASES = (
    Case(
        "curved_with_momentum_of_one",
        "mlp",
        partial(curved, momentum=0.99),
        "oscillating_loss",
        ("lr_too_high",),
        partial(curved, momentum=0.9),
        why="Momentum of 0.99 rolls past every valley.",
    ),
    Case(
        "lines_with_rmsprop_in_pairs",
        "gru",
        partial(
            lines,
            cell=layers.GRU,
            optimizer=partial(keras.optimizers.RMSprop, 0.15),
            batch_size=8,
            epochs=10,
        ),
        "oscillating_loss",
        ("lr_too_high", "saturated_activation"),
        partial(
            lines,
            cell=layers.GRU,
            optimizer=partial(keras.optimizers.RMSprop, 0.005),
            batch_size=8,
            epochs=10,
        ),
        why="Small batches and a large step: each batch undoes the last one.",
    ),
    Case(
        "tide_without_a_bound",
        "simple_rnn",
        partial(
            tide,
            activation="linear",
            recurrent_initializer=keras.initializers.Orthogonal(gain=1.6, seed=3),
        ),
        "exploding_gradient",
        ("bad_init", "missing_activation", "oscillating_loss"),
        partial(tide, activation="tanh"),
        architecture=True,
        why="A state that grows by 1.6 a step, with nothing to bound it, is huge after thirty.",
    ),
    Case(
        "demand_with_relu_in_the_cells",
        "lstm",
        partial(demand, activation="relu", optimizer=partial(SGD, 0.3, momentum=0.9)),
        "exploding_gradient",
        ("nan_loss", "lr_too_high", "oscillating_loss"),
        partial(demand, activation="tanh", optimizer=partial(SGD, 0.3, momentum=0.9, clipnorm=1.0)),
        architecture=True,
        why="A cell state without a bound, over thirty steps, and no clipping.",
    ),
    Case(
        "places_by_a_bare_distance",
        "mlp",
        partial(places, loss=distance),
        "nan_loss",
        (),
        partial(places, loss="mse"),
        why="The root of an error of 0 has no slope, and rows at the origin are met exactly.",
    ),
    Case(
        "certain_by_a_bare_logarithm",
        "gru",
        partial(certain, loss=entropy),
        "nan_loss",
        (),
        partial(certain, loss="binary_crossentropy"),
        why="A cross-entropy by hand takes the logarithm of 0 once a half answer rounds to 1.",
    ),
)
