"""Models that cannot do what is asked: too small, without positions, without a bend."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from case import Case, Training
from keras import layers, optimizers
from new_cases import series, tables
from new_cases.models import (
    SPARSE,
    encoder,
)
from open_half.parts import decides, explains, picks, put, recurrent, stack


def shells_wide(seed: int, widths: tuple[int, ...] = (48, 32)) -> Training:
    """Shells, with hidden layers or none."""
    keras.utils.set_random_seed(seed)
    rows = tables.shells(seed)
    return put(
        stack((4,), widths, 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def in_order(seed: int, placed: bool = True) -> Training:
    """Which half of the alphabet comes first, with positions told or not."""
    keras.utils.set_random_seed(seed)
    rows = series.ordered(seed, train=1800)
    return put(
        encoder(10, 1, "sigmoid", words=series.LETTERS, placed=placed),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=6,
    )


def moved(seed: int, width: int = 12) -> Training:
    """Movements through a plain recurrent layer of a width."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed, steps=16)
    return put(
        recurrent(layers.SimpleRNN, (16, 3), width, 4, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def spiral(seed: int, activation: Any = "relu") -> Training:
    """A spiral through blocks with skips."""
    keras.utils.set_random_seed(seed)
    rows = tables.spiral(seed)
    x = given = keras.Input((2,))
    for _ in range(3):
        inner = layers.Dense(48, activation=activation)(x)
        x = layers.Concatenate()([x, inner])
    return put(
        keras.Model(given, layers.Dense(3, activation="softmax")(x)),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=25,
    )


def next_value(seed: int, activation: str | None = "tanh") -> Training:
    """The next value of a population that overshoots."""
    keras.utils.set_random_seed(seed)
    rows = series.chaos(seed)
    return put(
        recurrent(layers.SimpleRNN, (8, 1), 24, 1, activation=activation),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=20,
    )


CASES: tuple[Case, ...] = (
    Case(
        "shells_by_one_layer",
        "mlp",
        partial(shells_wide, widths=()),
        fault="underfitting",
        also=("missing_activation", "class_collapse"),
        twin=shells_wide,
        architecture=True,
        why="A model without a hidden layer cannot draw a shell.",
    ),
    Case(
        "order_without_places",
        "transformer",
        partial(in_order, placed=False),
        fault="underfitting",
        also=("class_collapse", "overfitting"),
        twin=in_order,
        architecture=True,
        why="Attention without positions does not know what came first.",
    ),
    Case(
        "movements_in_one_unit",
        "simple_rnn",
        partial(moved, width=1),
        fault="underfitting",
        also=("too_few_epochs",),
        twin=moved,
        architecture=True,
        why="Four movements do not pass through one number.",
    ),
    Case(
        "spiral_by_linear_blocks",
        "mlp",
        partial(spiral, activation=None),
        fault="missing_activation",
        also=("underfitting", "class_collapse"),
        twin=spiral,
        architecture=True,
        why="Blocks without an activation are one straight map, however they are joined.",
    ),
    Case(
        "overshoot_by_a_linear_state",
        "simple_rnn",
        partial(next_value, activation=None),
        fault="missing_activation",
        also=("underfitting",),
        twin=next_value,
        architecture=True,
        why="What follows is a parabola of the last value, and a linear state has none.",
    ),
)
