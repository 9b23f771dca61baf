"""Units that are dead or flat, and weights that were made badly."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from case import Case, Training
from keras import initializers, layers, ops, optimizers
from new_cases import series, tables
from new_cases.models import SPARSE, Reader
from open_half.parts import explains, picks, put, recurrent, stack


def logarithmic(seed: int, constraint: Any = None) -> Training:
    """Shells, their numbers as logarithms of shares, all below 0."""
    keras.utils.set_random_seed(seed)
    rows = tables.shells(seed).inputs(lambda x: -ops.convert_to_numpy(ops.softplus(-x)))
    return put(
        stack((4,), (32, 32), 3, "softmax", kernel_constraint=constraint),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def strict(seed: int, bias: float = 0.0) -> Training:
    """Warmth of the next hour from a class of one's own, with a bias in its hidden layer."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed)
    hidden = layers.Dense(
        12, activation="relu", bias_initializer=initializers.Constant(bias), name="hidden"
    )
    return put(
        Reader(layers.GRU(12), 1, None, hidden),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="mse",
        epochs=12,
    )


def tempered(seed: int, factor: float = 1.0) -> Training:
    """Spiral; what a layer adds up is multiplied by a factor before tanh."""
    keras.utils.set_random_seed(seed)
    rows = tables.spiral(seed)
    parts = [keras.Input((2,))]
    for width in (32, 32):
        parts += [layers.Dense(width), layers.Rescaling(factor), layers.Activation("tanh")]
    return put(
        keras.Sequential([*parts, layers.Dense(3, activation="softmax")]),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=25,
    )


def opened(seed: int, **options: Any) -> Training:
    """Prices through an LSTM, with options of the cell."""
    keras.utils.set_random_seed(seed)
    rows = series.shares(seed)
    scale = lambda values: ((values - 100) / 7).astype("float32")  # noqa: E731
    rows = rows.inputs(scale).targets(scale)
    return put(
        recurrent(layers.LSTM, (16, 1), 16, 1, **options),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=15,
    )


def small_weights(seed: int, start: Any = "glorot_uniform") -> Training:
    """Shells through six layers of tanh under SGD."""
    keras.utils.set_random_seed(seed)
    rows = tables.shells(seed)
    return put(
        stack((4,), (32,) * 6, 3, "softmax", "tanh", kernel_initializer=start),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.05, 0.9),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def wild_memory(seed: int, start: Any = "orthogonal") -> Training:
    """Warmth of the next hour through a plain recurrent layer."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed)
    return put(
        recurrent(layers.SimpleRNN, (24, 3), 16, 1, recurrent_initializer=start),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=12,
    )


def moved(seed: int, start: Any = None) -> Training:
    """Movements; every kernel is begun alike, or as the layers do it."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed)
    begun = {"kernel_initializer": start} if start else {}
    memory = {"recurrent_initializer": start} if start else {}
    cell = layers.GRU(16, **begun, **memory)
    return put(
        keras.Sequential([keras.Input((24, 3)), cell, layers.Dense(4, "softmax", **begun)]),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
    )


CASES: tuple[Case, ...] = (
    Case(
        "shells_constrained_to_silence",
        "mlp",
        partial(logarithmic, constraint=keras.constraints.NonNeg()),
        fault="dead_relu",
        also=("class_collapse", "underfitting", "vanishing_gradient"),
        twin=logarithmic,
        why="Inputs below 0 and weights that may not be: hardly a rectifier ever fires.",
    ),
    Case(
        "warmth_bias_of_minus_eight",
        "gru",
        partial(strict, bias=-8.0),
        fault="dead_relu",
        also=("bad_init", "class_collapse", "underfitting"),
        twin=strict,
        why="A bias of -8 is more than a state between -1 and 1 can lift.",
    ),
    Case(
        "spiral_multiplied_temperature",
        "mlp",
        partial(tempered, factor=50.0),
        fault="saturated_activation",
        also=("bad_init", "overfitting", "underfitting", "lr_too_high", "exploding_gradient"),
        twin=tempered,
        architecture=True,
        why="The temperature of 0.02 divides, where it was to multiply: tanh is a switch.",
    ),
    Case(
        "prices_gates_held_open",
        "lstm",
        partial(opened, bias_initializer=initializers.Constant(20.0), unit_forget_bias=False),
        fault="saturated_activation",
        also=("bad_init", "underfitting", "class_collapse", "vanishing_gradient"),
        twin=opened,
        why="With biases of 20 every gate is open and every candidate 1, whatever is read.",
    ),
    Case(
        "shells_hundredths",
        "mlp",
        partial(small_weights, start=initializers.RandomNormal(stddev=0.01)),
        fault="bad_init",
        also=("vanishing_gradient", "class_collapse", "underfitting"),
        twin=small_weights,
        why="Six layers of weights of deviation 0.01 leave nothing of the signal.",
    ),
    Case(
        "warmth_wild_memory",
        "simple_rnn",
        partial(wild_memory, start=initializers.RandomUniform(-4, 4)),
        fault="bad_init",
        also=("saturated_activation", "exploding_gradient", "underfitting", "oscillating_loss"),
        twin=wild_memory,
        why="A memory of weights up to 4 tosses its state from end to end.",
    ),
    Case(
        "movements_from_zeros",
        "gru",
        partial(moved, start="zeros"),
        fault="bad_init",
        also=("class_collapse", "underfitting", "vanishing_gradient"),
        twin=moved,
        why="With all kernels zero the state stays 0, and nothing gets a slope but the last bias.",
    ),
)
