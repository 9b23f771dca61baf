"""Too much fit, too little, and too much against it."""

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
    explained,
    mlp,
    recurrent,
    training,
    transformer,
)
from keras import layers, regularizers

ADAM = keras.optimizers.Adam


def few(rows: Rows, train: int, valid: int) -> Rows:
    """Keep some rows to train and to validate on, and all the clean ones."""
    return Rows(
        rows.x[:train],
        rows.y[:train],
        rows.x_valid[:valid],
        rows.y_valid[:valid],
        rows.x_clean,
        rows.y_clean,
    )


def patience(metric: str = "val_loss") -> list[object]:
    return [keras.callbacks.EarlyStopping(metric, patience=4, restore_best_weights=True)]


def few_patients(seed: int, broken: bool) -> Training:
    """Ninety patients, a fifth of them noted down wrongly; the clean ones are right."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.blobs(seed, rare=0.5, apart=2.0)
    made = np.random.default_rng(seed + 1)
    train, valid = (
        np.where(made.random(len(y)) < 0.2, 1 - y, y).astype("float32")
        for y in (rows.y, rows.y_valid)
    )
    rows = Rows(rows.x, train, rows.x_valid, valid, rows.x_clean, rows.y_clean)
    rows = few(rows, 90, 200)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    loss, optimizer = "binary_crossentropy", ADAM(0.005)
    if broken:
        model = mlp(8, (128, 128), 1, "sigmoid")
        return training(model, rows, score, optimizer=optimizer, loss=loss, epochs=40)
    model = mlp(8, (8,), 1, "sigmoid", regularizer=regularizers.L2(0.02))
    fit = {"epochs": 40, "callbacks": patience()}
    return training(model, rows, score, optimizer=optimizer, loss=loss, **fit)


def few_readings(seed: int, broken: bool) -> Training:
    """A smooth answer under much noise, from eighty rows of sixteen steps."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    x = made.normal(size=(900, 16, 2))
    truth = x[:, -4:, 0].sum(1) / 2
    clean = cut(x.astype("float32"), truth.astype("float32"), seed)
    noisy = [
        (y + 0.8 * made.normal(size=len(y))).astype("float32") for y in (clean.y, clean.y_valid)
    ]
    rows = Rows(clean.x, noisy[0], clean.x_valid, noisy[1], clean.x_clean, clean.y_clean)
    rows = few(rows, 80, 180)
    score = explained(rows.x_clean, rows.y_clean)
    width, epochs = (48, 40) if broken else (6, 40)
    model = recurrent(layers.GRU, (16, 2), (width,), 1)
    fit = {} if broken else {"callbacks": patience()}
    optimizer = ADAM(0.01)
    return training(
        model, rows, score, optimizer=optimizer, loss="mse", metrics=["mae"], epochs=epochs, **fit
    )


def few_reviews(seed: int, broken: bool) -> Training:
    keras.utils.set_random_seed(seed)
    rows = few(kept_rows.words(seed, rows=1300), 150, 200)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    made = np.random.default_rng(seed + 1)
    rows.y[:] = np.where(made.random(150) < 0.2, 1 - rows.y, rows.y)
    width, dropout = (32, 0.0) if broken else (8, 0.3)
    model = transformer((16,), 1, "sigmoid", vocabulary=40, width=width, dropout=dropout)
    fit = {} if broken else {"callbacks": patience()}
    return training(
        model,
        rows,
        score,
        optimizer=ADAM(0.003),
        loss="binary_crossentropy",
        epochs=25,
        batch_size=16,
        **fit,
    )


def bottleneck(seed: int, widths: tuple[int, ...]) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = mlp(64, widths, 10, "softmax", "tanh")
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.005), epochs=20)


def cells(seed: int, width: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    model = recurrent(layers.GRU, (8, 8), (width,), 10, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.01), epochs=20)


def attention(seed: int, width: int, heads: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    model = transformer((8, 8), 10, "softmax", width=width, heads=heads)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.01), epochs=20)


def shrunken(seed: int, strength: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = mlp(64, (32, 32), 10, "softmax", regularizer=regularizers.L2(strength))
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.003), epochs=20)


def thinned(seed: int, cell: object, dropout: float, recurrent_dropout: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    options = {"dropout": dropout, "recurrent_dropout": recurrent_dropout}
    model = recurrent(cell, (8, 8), (24,), 10, "softmax", **options)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.01), epochs=15)


def lasso(seed: int, strength: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    penalty = regularizers.L1(strength)
    model = recurrent(
        layers.SimpleRNN,
        (16, 1),
        (16,),
        1,
        kernel_regularizer=penalty,
        recurrent_regularizer=penalty,
    )
    score = explained(rows.x_clean, rows.y_clean)
    optimizer = ADAM(0.005)
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=["mae"], epochs=15)


CASES = (
    Case(
        "few_patients_many_units",
        "mlp",
        partial(few_patients, broken=True),
        "overfitting",
        (),
        partial(few_patients, broken=False),
        why="Seventeen thousand weights learn ninety rows, wrong labels and all, by heart.",
    ),
    Case(
        "few_readings_many_cells",
        "gru",
        partial(few_readings, broken=True),
        "overfitting",
        (),
        partial(few_readings, broken=False),
        why="Forty passes of a wide layer over eighty noisy rows, and nobody stops it.",
    ),
    Case(
        "few_reviews_much_attention",
        "transformer",
        partial(few_reviews, broken=True),
        "overfitting",
        (),
        partial(few_reviews, broken=False),
        why="A hundred and fifty short reviews with a few wrong labels are learnt by heart.",
    ),
    Case(
        "digits_through_one_unit",
        "mlp",
        partial(bottleneck, widths=(1, 16)),
        "underfitting",
        (),
        partial(bottleneck, widths=(24, 16)),
        architecture=True,
        why="Ten digits do not pass through one number.",
    ),
    Case(
        "lines_through_one_cell",
        "gru",
        partial(cells, width=1),
        "underfitting",
        (),
        partial(cells, width=20),
        architecture=True,
        why="A state of one number cannot hold a picture.",
    ),
    Case(
        "lines_through_two_numbers",
        "transformer",
        partial(attention, width=2, heads=1),
        "underfitting",
        (),
        partial(attention, width=16, heads=2),
        architecture=True,
        why="Tokens of two numbers, which the norm makes one sign, hold too little.",
    ),
    Case(
        "digits_shrunken_to_nothing",
        "mlp",
        partial(shrunken, strength=1.0),
        "over_regularised",
        ("underfitting", "class_collapse", "vanishing_gradient"),
        partial(shrunken, strength=1e-4),
        why="A penalty of 1 on squared weights was meant to be 0.0001.",
    ),
    Case(
        "lines_thinned_to_nothing",
        "lstm",
        partial(thinned, cell=layers.LSTM, dropout=0.9, recurrent_dropout=0.8),
        "over_regularised",
        ("underfitting",),
        partial(thinned, cell=layers.LSTM, dropout=0.1, recurrent_dropout=0.0),
        why="Nine tenths of the inputs and four fifths of the state are dropped at every step.",
    ),
    Case(
        "series_under_a_heavy_lasso",
        "simple_rnn",
        partial(lasso, strength=3.0),
        "over_regularised",
        ("underfitting", "vanishing_gradient"),
        partial(lasso, strength=1e-5),
        why="The penalty on absolute weights outweighs all there is to explain.",
    ),
)
