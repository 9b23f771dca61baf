"""Validation that is missing, comes from elsewhere, or was trained on.

What is learnt is as good as in the twin where only the validation misleads: there is no score then.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import accuracy, mlp, recurrent, training, transformer
from keras import layers

ADAM = keras.optimizers.Adam


def vintages(seed: int, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.wine(seed)
    model = mlp(13, (12,), 3, "softmax")
    return training(model, rows, None, optimizer=ADAM(0.01), epochs=15, **fit)


def lines(seed: int, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed, 800)
    model = recurrent(layers.GRU, (8, 8), (20,), 10, "softmax")
    return training(model, rows, None, optimizer=ADAM(0.01), epochs=12, **fit)


def sorted_flowers(seed: int, ordered: bool) -> Training:
    """The last third of the file, kept for validation, is all of one flower."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.iris(seed)
    x, y = np.concatenate([rows.x, rows.x_valid]), np.concatenate([rows.y, rows.y_valid])
    if ordered:
        order = np.argsort(y, kind="stable")
        x, y = x[order], y[order]
    model = mlp(4, (12,), 3, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    fit = {"epochs": 25, "validation_data": None, "validation_split": 0.33}
    return training(model, replace(rows, x=x, y=y), score, optimizer=ADAM(0.02), **fit)


def read_anew(seed: int, anew: bool) -> Training:
    """The words of the rows for validation are numbered by another vocabulary."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.words(seed)
    if anew:
        numbers = np.arange(40)
        numbers[1:] = 40 - numbers[1:]
        rows = replace(rows, x_valid=numbers[rows.x_valid].astype("int32"))
    model = transformer((16,), 1, "sigmoid", vocabulary=40)
    loss = "binary_crossentropy"
    return training(model, rows, None, optimizer=ADAM(0.003), loss=loss, epochs=10)


def other_plant(seed: int, other: bool) -> Training:
    """Validation readings come from a second plant, whose instruments read higher and wider."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.sensors(seed)
    if other:
        rows = replace(rows, x_valid=(3 * rows.x_valid + 4).astype("float32"))
    model = recurrent(layers.LSTM, (12, 3), (12,), 1, "sigmoid")
    loss = "binary_crossentropy"
    return training(model, rows, None, optimizer=ADAM(0.005), loss=loss, epochs=12)


def filled_up(seed: int, before: bool) -> Training:
    """The rare class is filled up with copies, before the cut or after it."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.blobs(seed, rare=0.15, rows=500)
    made = np.random.default_rng(seed)

    def fill(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        few, many = np.flatnonzero(y > 0), np.flatnonzero(y == 0)
        order = made.permutation(np.concatenate([many, made.choice(few, len(many))]))
        return x[order], y[order]

    if before:
        x, y = fill(np.concatenate([rows.x, rows.x_valid]), np.concatenate([rows.y, rows.y_valid]))
        part = len(x) * 3 // 4
        rows = replace(rows, x=x[:part], y=y[:part], x_valid=x[part:], y_valid=y[part:])
    else:
        x, y = fill(rows.x, rows.y)
        rows = replace(rows, x=x, y=y)
    model = mlp(8, (24,), 1, "sigmoid")
    loss = "binary_crossentropy"
    return training(model, rows, None, optimizer=ADAM(0.005), loss=loss, epochs=15)


def same_rows(seed: int, same: bool) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.sensors(seed)
    if same:
        rows = replace(rows, x_valid=rows.x[:140].copy(), y_valid=rows.y[:140].copy())
    model = recurrent(layers.SimpleRNN, (12, 3), (12,), 1, "sigmoid")
    loss = "binary_crossentropy"
    return training(model, rows, None, optimizer=ADAM(0.005), loss=loss, epochs=12)


def overlapping(seed: int, overlap: bool) -> Training:
    """Half of the rows for validation were left among the rows to train on."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.words(seed)
    if overlap:
        half = len(rows.y_valid) // 2
        x = np.concatenate([rows.x, rows.x_valid[:half]])
        rows = replace(rows, x=x, y=np.concatenate([rows.y, rows.y_valid[:half]]))
    model = recurrent(layers.LSTM, (16,), (12,), 1, "sigmoid", vocabulary=40)
    loss = "binary_crossentropy"
    return training(model, rows, None, optimizer=ADAM(0.005), loss=loss, epochs=12)


CASES = (
    Case(
        "vintages_without_validation",
        "mlp",
        partial(vintages, validation_data=None),
        "no_validation",
        (),
        vintages,
        why="Nothing says how the model does on rows that it has not seen.",
    ),
    Case(
        "lines_without_validation",
        "gru",
        partial(lines, validation_data=None),
        "no_validation",
        (),
        lines,
        why="Nothing says how the model does on pictures that it has not seen.",
    ),
    Case(
        "flowers_in_order",
        "mlp",
        partial(sorted_flowers, ordered=True),
        "bad_split",
        (),
        partial(sorted_flowers, ordered=False),
        why="The last third of a sorted file is a flower that training never sees.",
    ),
    Case(
        "reviews_by_another_vocabulary",
        "transformer",
        partial(read_anew, anew=True),
        "bad_split",
        (),
        partial(read_anew, anew=False),
        repairable=False,
        why="The vocabulary was learnt anew on the rows for validation.",
    ),
    Case(
        "readings_from_another_plant",
        "lstm",
        partial(other_plant, other=True),
        "bad_split",
        (),
        partial(other_plant, other=False),
        repairable=False,
        why="The rows for validation were read by other instruments.",
    ),
    Case(
        "copies_made_before_the_cut",
        "mlp",
        partial(filled_up, before=True),
        "leakage",
        (),
        partial(filled_up, before=False),
        why="Copies of the rare rows lie on both sides of the cut.",
    ),
    Case(
        "validated_on_what_was_trained_on",
        "simple_rnn",
        partial(same_rows, same=True),
        "leakage",
        (),
        partial(same_rows, same=False),
        why="The rows for validation are the first of the rows to train on.",
    ),
    Case(
        "half_of_the_validation_left_in",
        "lstm",
        partial(overlapping, overlap=True),
        "leakage",
        (),
        partial(overlapping, overlap=False),
        why="Half of the rows for validation were also trained on.",
    ),
)
