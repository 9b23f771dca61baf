"""Losses, last layers and targets that do not belong to one another."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from case import Case, Training
from keras import layers, optimizers
from new_cases import series, tables
from new_cases.models import (
    SPARSE,
    both_ways,
    encoder,
    marks,
    two_doors,
)
from open_half.parts import decides, explains, picks, put, recurrent, stack
from open_half.rows import Rows, one_hot


def several(seed: int, loss: str = "binary_crossentropy", head: str = "sigmoid") -> Training:
    """Five marks of which several may hold at once."""
    keras.utils.set_random_seed(seed)
    rows = tables.topics_of_tables(seed)
    return put(
        stack((20,), (32,), 5, head),
        rows,
        marks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=loss,
        epochs=15,
    )


def spoken(seed: int, loss: str = SPARSE, units: int = 3, head: str = "softmax") -> Training:
    """Languages, read from both ends, labels as whole numbers."""
    keras.utils.set_random_seed(seed)
    rows = series.languages(seed).targets(lambda y: y[:, None].astype("float32"))
    return put(
        both_ways(27, 16, units, head),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=loss,
        metrics=["accuracy"],
        epochs=10,
    )


def warmth(seed: int, head: str | None = None, loss: Any = "mse", ahead: int = 1) -> Training:
    """The warmth of the next hours."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed, ahead=ahead)
    return put(
        recurrent(layers.GRU, (24, 3), 16, ahead, head),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=loss,
        metrics=["mae"],
        epochs=12,
    )


def next_value(seed: int, loss: Any = "mse") -> Training:
    """The next value of a population that overshoots."""
    keras.utils.set_random_seed(seed)
    rows = series.chaos(seed)
    return put(
        recurrent(layers.SimpleRNN, (8, 1), 24, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=loss,
        epochs=20,
    )


def leavers(
    seed: int,
    head: str | None = "sigmoid",
    loss: Any = "binary_crossentropy",
    units: int = 1,
    change: Any = None,
) -> Training:
    """Customers by named columns; the labels may be changed."""
    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed)
    score = decides(rows.test_x, rows.test_y)
    return put(
        two_doors(units, head),
        rows.targets(change) if change else rows,
        score,
        optimizer=optimizers.Adam(0.005),
        loss=loss,
        metrics=["accuracy"],
        epochs=15,
    )


def rebuilt(seed: int, head: str | None = None) -> Training:
    """Twenty numbers of mean 0 through twelve and back."""
    keras.utils.set_random_seed(seed)
    rows = tables.topics_of_tables(seed)
    rows = Rows(rows.x, rows.x, rows.valid_x, rows.valid_x, rows.test_x, rows.test_x)
    return put(
        stack((20,), (32, 14, 32), 20, head),
        rows,
        explains(rows.test_x, rows.test_x),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
    )


def asked(seed: int, head: str = "softmax", columns: int = 0, shift: int = 0) -> Training:
    """Messages through attention, labels as whole numbers or as columns."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed)
    score = picks(rows.test_x, rows.test_y)
    rows = rows.targets(one_hot(columns) if columns else lambda y: y + shift)
    return put(
        encoder(20, 4, head, words=80),
        rows,
        score,
        optimizer=optimizers.Adam(0.003),
        loss="categorical_crossentropy" if columns else SPARSE,
        metrics=["accuracy"],
        epochs=8,
    )


CASES: tuple[Case, ...] = (
    Case(
        "several_marks_as_one_choice",
        "mlp",
        partial(several, loss="categorical_crossentropy"),
        fault="wrong_loss",
        also=("wrong_output_activation", "underfitting", "saturated_activation"),
        twin=several,
        why="Five marks that may hold together, under the loss that wants exactly one.",
    ),
    Case(
        "languages_as_a_number",
        "lstm",
        partial(spoken, loss="mse"),
        fault="wrong_loss",
        also=("label_shape_mismatch", "wrong_output_activation", "class_collapse", "underfitting"),
        twin=spoken,
        why="Three shares are each compared with the number of the language.",
    ),
    Case(
        "overshoot_by_divergence",
        "simple_rnn",
        partial(next_value, loss="kl_divergence"),
        fault="wrong_loss",
        also=("underfitting", "class_collapse", "lr_too_high", "oscillating_loss"),
        twin=next_value,
        why="A divergence between shares does not measure how far a number is off.",
    ),
    Case(
        "warmth_as_a_class",
        "gru",
        partial(warmth, loss="hinge"),
        fault="wrong_loss",
        also=("underfitting", "bad_labels"),
        twin=warmth,
        why="Hinge is for labels of -1 and 1; the warmth is a number.",
    ),
    Case(
        "five_hours_as_shares",
        "gru",
        partial(warmth, head="softmax", ahead=5),
        fault="wrong_output_activation",
        also=("underfitting", "class_collapse"),
        twin=partial(warmth, ahead=5),
        architecture=True,
        why="Five degrees above and below 0 do not share one whole.",
    ),
    Case(
        "columns_rebuilt_by_sigmoids",
        "mlp",
        partial(rebuilt, head="sigmoid"),
        fault="wrong_output_activation",
        also=("underfitting", "saturated_activation", "bad_labels"),
        twin=rebuilt,
        architecture=True,
        why="The head of an autoencoder for pictures, on columns of which half lie below 0.",
    ),
    Case(
        "messages_rectified_last",
        "transformer",
        partial(asked, head="relu"),
        fault="wrong_output_activation",
        also=("dead_relu", "wrong_loss", "class_collapse", "underfitting", "nan_loss"),
        twin=asked,
        architecture=True,
        why="The last layer was given the activation of all others, and its zeros are no shares.",
    ),
)
