"""What is wrong with the inputs: scales, holes, or nothing in them."""

from __future__ import annotations

from dataclasses import replace
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
    explained,
    mlp,
    recurrent,
    standard,
    training,
    transformer,
)
from keras import layers

ADAM, SGD = keras.optimizers.Adam, keras.optimizers.SGD
YES_NO = "binary_crossentropy"


def tumours(seed: int, raw: bool) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.cancer(seed, raw)
    model = mlp(30, (16, 16), 1, "sigmoid")
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=SGD(0.05), loss=YES_NO, epochs=20)


def machine(seed: int, model: object, raw: bool) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.sensors(seed, raw=True)
    rows = rows if raw else standard(rows)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model(), rows, score, optimizer=ADAM(0.005), loss=YES_NO, epochs=12)


def cells() -> keras.Model:
    return recurrent(layers.GRU, (12, 3), (12,), 1, "sigmoid")


def encoder() -> keras.Model:
    return transformer((12, 3), 1, "sigmoid")


def vintages(seed: int, raw: bool) -> Training:
    from sklearn.datasets import load_wine

    keras.utils.set_random_seed(seed)
    found = load_wine()
    rows = cut(found.data.astype("float32"), found.target, seed)
    rows = rows if raw else standard(rows)
    model = mlp(13, (16, 16), 3, "softmax", "tanh")
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=ADAM(0.01), epochs=25)


def with_holes(seed: int, share: float, fill: bool) -> tuple[Rows, np.ndarray, np.ndarray]:
    rows = kept_rows.surface(seed)
    made = np.random.default_rng(seed + 1)
    x, x_valid = (
        np.where(made.random(part.shape) < share, 0.0 if fill else np.nan, part).astype("float32")
        for part in (rows.x, rows.x_valid)
    )
    return replace(rows, x=x, x_valid=x_valid), rows.x_clean, rows.y_clean


def holes(seed: int, fill: bool) -> Training:
    keras.utils.set_random_seed(seed)
    rows, x, y = with_holes(seed, 0.01, fill)
    model = mlp(5, (24, 24), 1)
    return training(
        model, rows, explained(x, y), optimizer=ADAM(0.01), loss="mse", metrics=["mae"], epochs=20
    )


def logarithms(seed: int, offset: float) -> Training:
    """Takings by the day as logarithms; there are days without any."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    rates = np.exp(0.8 * np.sin(0.3 * np.arange(722)))
    takings = np.where(made.random(722) < 0.02, 0, rates * np.exp(0.1 * made.normal(size=722)))
    with np.errstate(divide="ignore"):
        line, filled = np.log(takings + offset), np.log(takings + 0.1)
    windows = np.lib.stride_tricks.sliding_window_view(line, 13)[:700].astype("float32")
    clean = np.lib.stride_tricks.sliding_window_view(filled, 13)[:700].astype("float32")
    rows = cut(windows[:, :-1, None], windows[:, -1], seed)
    held = cut(clean[:, :-1, None], clean[:, -1], seed)
    model = recurrent(layers.LSTM, (12, 1), (12,), 1)
    score = explained(held.x_clean, held.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.01), loss="mse", metrics=["mae"], epochs=12
    )


def gaps(seed: int, fill: bool) -> Training:
    """Sensors that drop out for a step now and then."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.sensors(seed)
    made = np.random.default_rng(seed + 1)
    x, x_valid = (
        np.where(made.random((len(part), 12, 1)) < 0.02, 0.0 if fill else np.nan, part)
        for part in (rows.x, rows.x_valid)
    )
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    rows = replace(rows, x=x.astype("float32"), x_valid=x_valid.astype("float32"))
    return training(encoder(), rows, score, optimizer=ADAM(0.005), loss=YES_NO, epochs=10)


def divided(seed: int, whole: bool) -> Training:
    """Pictures in whole numbers from 0 to 16, of which all but the blackest become 0."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    if whole:
        x, x_valid = ((part * 16).astype(int) // 255 for part in (rows.x, rows.x_valid))
        rows = replace(rows, x=x.astype("float32"), x_valid=x_valid.astype("float32"))
    return training(mlp(64, (32,), 10, "softmax"), rows, score, optimizer=ADAM(0.005), epochs=15)


def unknown_words(seed: int, known: bool) -> Training:
    """With an empty vocabulary every word is the word for unknown ones."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.words(seed)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    if not known:
        rows = replace(rows, x=np.ones_like(rows.x), x_valid=np.ones_like(rows.x_valid))
    model = recurrent(layers.SimpleRNN, (16,), (16,), 1, "sigmoid", vocabulary=40)
    return training(model, rows, score, optimizer=ADAM(0.005), loss=YES_NO, epochs=15)


CASES = (
    Case(
        "tumours_in_their_own_units",
        "mlp",
        partial(tumours, raw=True),
        "unnormalised_input",
        ("exploding_gradient", "dead_relu", "class_collapse", "underfitting"),
        partial(tumours, raw=False),
        why="Areas of two thousand beside smoothness of a tenth.",
    ),
    Case(
        "machine_in_kelvin_and_pascal_to_cells",
        "gru",
        partial(machine, model=cells, raw=True),
        "unnormalised_input",
        ("saturated_activation", "vanishing_gradient", "class_collapse", "underfitting"),
        partial(machine, model=cells, raw=False),
        why="A pressure of 101,325 shuts every gate.",
    ),
    Case(
        "machine_in_kelvin_and_pascal_to_attention",
        "transformer",
        partial(machine, model=encoder, raw=True),
        "unnormalised_input",
        ("class_collapse", "underfitting"),
        partial(machine, model=encoder, raw=False),
        why="Beside a pressure of 101,325 no other reading is seen.",
    ),
    Case(
        "vintages_in_their_own_units",
        "mlp",
        partial(vintages, raw=True),
        "unnormalised_input",
        ("saturated_activation", "vanishing_gradient", "underfitting"),
        partial(vintages, raw=False),
        why="Proline of a thousand holds every tanh at its end.",
    ),
    Case(
        "a_hundredth_of_the_cells_missing",
        "mlp",
        partial(holes, fill=False),
        "nan_input",
        ("nan_loss",),
        partial(holes, fill=True),
        why="One cell in a hundred is not a number, and the first batch spreads it to all weights.",
    ),
    Case(
        "logarithms_of_days_without_takings",
        "lstm",
        partial(logarithms, offset=0.0),
        "nan_input",
        ("nan_loss",),
        partial(logarithms, offset=0.1),
        why="The logarithm of a day without takings is minus infinity, in rows and in targets.",
    ),
    Case(
        "sensors_that_drop_out",
        "transformer",
        partial(gaps, fill=False),
        "nan_input",
        ("nan_loss",),
        partial(gaps, fill=True),
        why="A sensor that drops out for a step gives what is not a number.",
    ),
    Case(
        "pictures_divided_in_whole_numbers",
        "mlp",
        partial(divided, whole=True),
        "degenerate_input",
        ("class_collapse", "underfitting"),
        partial(divided, whole=False),
        repairable=False,
        why="Whole numbers divided by 255 are all 0.",
    ),
    Case(
        "words_that_are_all_unknown",
        "simple_rnn",
        partial(unknown_words, known=False),
        "degenerate_input",
        ("class_collapse", "underfitting"),
        partial(unknown_words, known=True),
        repairable=False,
        why="The vocabulary was never learnt, so that every word is the same unknown one.",
    ),
)
