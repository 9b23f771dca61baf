"""Units that do not work: slopes that vanish, dead or saturated units, bad starts, no bend."""

from __future__ import annotations

from functools import partial

import keras
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import (
    accuracy,
    binary_accuracy,
    explained,
    mlp,
    recurrent,
    training,
    transformer,
)
from keras import initializers, layers, ops

ADAM, SGD = keras.optimizers.Adam, keras.optimizers.SGD


def tower(seed: int, activation: str, initializer: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = mlp(64, [24] * 8, 10, "softmax", activation, initializer)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.002), epochs=12)


def stacked(seed: int, cell: object, activation: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed, 800)
    model = recurrent(cell, (8, 8), (16, 16, 16), 10, "softmax", activation=activation)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.003), epochs=15)


def tower_on_cells(seed: int, activation: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.waves(seed)
    floors = [layers.Dense(16, activation) for _ in range(6)]
    model = keras.Sequential(
        [layers.Input((20, 1)), layers.LSTM(12), *floors, layers.Dense(3, "softmax")]
    )
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=ADAM(0.003), epochs=15)


def narrow(seed: int, width: int, depth: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.surface(seed)
    score = explained(rows.x_clean, rows.y_clean)
    model = mlp(5, [width] * depth, 1, initializer="he_normal")
    return training(
        model, rows, score, optimizer=ADAM(0.005), loss="mse", metrics=["mae"], epochs=25
    )


def thresholded(seed: int, bias: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.waves(seed)
    model = keras.Sequential(
        [
            layers.Input((20, 1)),
            layers.LSTM(12),
            layers.Dense(16, "relu", bias_initializer=initializers.Constant(bias)),
            layers.Dense(3, "softmax"),
        ]
    )
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=ADAM(0.01), epochs=20)


@keras.saving.register_keras_serializable("kept_half")
def steep(given: object) -> object:
    return ops.tanh(40 * given)


def steep_digits(seed: int, activation: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = mlp(64, (24, 24, 24), 10, "softmax", activation)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.003), epochs=15)


def steep_tide(seed: int, activation: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed, steps=24)
    model = recurrent(layers.GRU, (24, 1), (12, 12), 1, activation=activation)
    score = explained(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.005), loss="mse", metrics=["mae"], epochs=15
    )


def started(seed: int, initializer: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = mlp(64, (32, 32), 10, "softmax", initializer=initializer)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, epochs=20)


def even_lines(seed: int, initializer: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    model = recurrent(
        layers.GRU,
        (8, 8),
        (20,),
        10,
        "softmax",
        kernel_initializer=initializer,
        recurrent_initializer="orthogonal" if initializer == "glorot_uniform" else initializer,
    )
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.005), epochs=15)


def wide_start(seed: int, initializer: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.waves(seed)
    model = transformer((20, 1), 3, "softmax", initializer=initializer)
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=ADAM(0.005), epochs=25)


def ringed(seed: int, activation: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.rings(seed)
    model = mlp(2, (32, 32), 1, "sigmoid", activation)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=ADAM(0.01), loss="binary_crossentropy", epochs=25)


def straight_waves(seed: int, activation: object) -> Training:
    """A wave may start anywhere, so that no straight line tells its frequency."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.waves(seed)
    model = recurrent(layers.SimpleRNN, (20, 1), (24,), 3, "softmax", activation=activation)
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=ADAM(0.005), epochs=25)


CASES = (
    Case(
        "tower_of_sigmoids",
        "mlp",
        partial(tower, activation="sigmoid", initializer="glorot_uniform"),
        "vanishing_gradient",
        ("class_collapse", "underfitting"),
        partial(tower, activation="relu", initializer="he_normal"),
        architecture=True,
        why="Eight sigmoids in a row each pass on a quarter of the slope at best.",
    ),
    Case(
        "stacked_cells_of_sigmoids",
        "simple_rnn",
        partial(stacked, cell=layers.SimpleRNN, activation="sigmoid"),
        "vanishing_gradient",
        ("underfitting",),
        partial(stacked, cell=layers.SimpleRNN, activation="tanh"),
        architecture=True,
        why="Sigmoids through eight steps and three floors leave little of the slope.",
    ),
    Case(
        "tower_of_sigmoids_on_cells",
        "lstm",
        partial(tower_on_cells, activation="sigmoid"),
        "vanishing_gradient",
        ("class_collapse", "underfitting"),
        partial(tower_on_cells, activation="relu"),
        architecture=True,
        why="Six sigmoids between the cells and the loss leave the cells next to no slope.",
    ),
    Case(
        "narrow_and_deep",
        "mlp",
        partial(narrow, width=2, depth=14),
        "dead_relu",
        ("vanishing_gradient", "underfitting"),
        partial(narrow, width=24, depth=2),
        architecture=True,
        why="Of two units a floor, both are dead on some floor of fourteen, and nothing gets by.",
    ),
    Case(
        "threshold_out_of_reach",
        "lstm",
        partial(thresholded, bias=-5.0),
        "dead_relu",
        ("bad_init", "vanishing_gradient", "class_collapse", "underfitting"),
        partial(thresholded, bias=0.0),
        why="A bias of -5 before ReLU is more than the bounded state of twelve cells can lift.",
    ),
    Case(
        "digits_through_steep_units",
        "mlp",
        partial(steep_digits, activation=steep),
        "saturated_activation",
        ("vanishing_gradient", "exploding_gradient"),
        partial(steep_digits, activation="tanh"),
        architecture=True,
        why="An activation of the user's own is forty times as steep as tanh.",
    ),
    Case(
        "tide_through_steep_cells",
        "gru",
        partial(steep_tide, activation=steep),
        "saturated_activation",
        ("vanishing_gradient", "exploding_gradient"),
        partial(steep_tide, activation="tanh"),
        architecture=True,
        why="Cells were to be on or off, so tanh was made forty times as steep.",
    ),
    Case(
        "digits_from_zeros",
        "mlp",
        partial(started, initializer="zeros"),
        "bad_init",
        ("vanishing_gradient", "class_collapse", "dead_relu", "underfitting"),
        partial(started, initializer="glorot_uniform"),
        why="With every weight at zero no unit gets a slope, and only the last bias learns.",
    ),
    Case(
        "lines_from_ones",
        "gru",
        partial(even_lines, initializer="ones"),
        "bad_init",
        ("saturated_activation", "underfitting"),
        partial(even_lines, initializer="glorot_uniform"),
        why="With every weight at one all units are the same unit, and saturated.",
    ),
    Case(
        "attention_from_huge_weights",
        "transformer",
        partial(wide_start, initializer=initializers.RandomNormal(stddev=5.0, seed=5)),
        "bad_init",
        ("saturated_activation", "vanishing_gradient", "exploding_gradient", "underfitting"),
        partial(wide_start, initializer="glorot_uniform"),
        why="A deviation of 5 makes attention look at one step only, with no slope to any other.",
    ),
    Case(
        "rings_by_straight_lines",
        "mlp",
        partial(ringed, activation=None),
        "missing_activation",
        ("underfitting",),
        partial(ringed, activation="relu"),
        architecture=True,
        why="Two hidden layers without activation are one straight line.",
    ),
    Case(
        "waves_by_straight_lines",
        "simple_rnn",
        partial(straight_waves, activation="linear"),
        "missing_activation",
        ("underfitting",),
        partial(straight_waves, activation="tanh"),
        architecture=True,
        why="A recurrent layer without activation is a weighted sum of its steps.",
    ),
)
