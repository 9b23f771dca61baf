"""Gradients that vanish on their way back, or grow on it."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from case import Case, Training
from keras import initializers, layers, optimizers
from new_cases import series, tables
from new_cases.models import SPARSE, Reader, encoder, two_doors
from open_half.parts import decides, explains, picks, put, stack


def leavers(seed: int, activation: str = "relu", depth: int = 12, **options: Any) -> Training:
    """Customers by named columns through a tower."""
    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed)
    return put(
        two_doors(widths=(16,) * depth, activation=activation, **options),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


def call_sign(seed: int, activation: str = "tanh") -> Training:
    """The class was said by the first of fifty letters."""
    keras.utils.set_random_seed(seed)
    rows = series.called(seed, steps=50)
    model = keras.Sequential(
        [
            keras.Input((50,), dtype="int32"),
            layers.Embedding(series.LETTERS, 8),
            layers.SimpleRNN(24, activation=activation),
            layers.Dense(3, activation="softmax"),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
        batch_size=64,
    )


def cube(x: Any) -> Any:
    """Return the third power: an activation that somebody thought of."""
    return x * x * x


def rolled(seed: int, activation: Any = "relu", **options: Any) -> Training:
    """The place along a rolled-up sheet, three hidden layers and SGD."""
    keras.utils.set_random_seed(seed)
    rows = tables.roll(seed)
    return put(
        stack((3,), (32, 32, 32), 1, None, activation, kernel_initializer="he_normal", **options),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.01, 0.9),
        loss="mse",
        metrics=["mae"],
        epochs=25,
    )


def unbounded(seed: int, gain: float = 1.0, activation: str = "tanh") -> Training:
    """Warmth of the next hour from a plain layer whose state is turned, or also stretched."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed, steps=36)
    cell = layers.SimpleRNN(
        16, activation=activation, recurrent_initializer=initializers.Orthogonal(gain)
    )
    return put(
        Reader(cell, 1, None),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.RMSprop(0.002),
        loss="mse",
        epochs=15,
    )


def unnormed(seed: int, normed: bool = False, blocks: int = 3) -> Training:
    """Movements through blocks of attention, without norms or with them, under SGD."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed, steps=16, train=500)
    return put(
        encoder(16, 4, "softmax", features=3, blocks=blocks, normed=normed, start="he_normal"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.05, 0.9),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=8,
    )


VANISHED = ("saturated_activation", "class_collapse", "underfitting")
CASES: tuple[Case, ...] = (
    Case(
        "leavers_twelve_sigmoids",
        "mlp",
        partial(leavers, activation="sigmoid"),
        fault="vanishing_gradient",
        also=VANISHED,
        twin=leavers,
        architecture=True,
        why="Twelve sigmoids upon each other pass nothing back to the columns.",
    ),
    Case(
        "call_sign_through_sigmoids",
        "simple_rnn",
        partial(call_sign, activation="sigmoid"),
        fault="vanishing_gradient",
        also=("underfitting", "overfitting", "class_collapse"),
        twin=call_sign,
        architecture=True,
        why="Each of fifty sigmoids passes back a quarter of the slope at best.",
    ),
    Case(
        "roll_by_cubes",
        "mlp",
        partial(rolled, activation=cube),
        fault="exploding_gradient",
        also=("nan_loss", "lr_too_high", "oscillating_loss"),
        twin=rolled,
        architecture=True,
        why="The third power of a third power of a third power grows beyond all numbers.",
    ),
    Case(
        "warmth_stretched_state",
        "simple_rnn",
        partial(unbounded, gain=1.5, activation="linear"),
        fault="exploding_gradient",
        also=("bad_init", "missing_activation", "nan_loss", "oscillating_loss", "lr_too_high"),
        twin=unbounded,
        architecture=True,
        why="A linear state that is stretched by half at each of 36 steps.",
    ),
    Case(
        "movements_without_norms",
        "transformer",
        unnormed,
        fault="exploding_gradient",
        also=("nan_loss", "lr_too_high", "class_collapse", "oscillating_loss"),
        twin=partial(unnormed, normed=True),
        architecture=True,
        why="Three blocks of attention added up without a norm.",
    ),
)
