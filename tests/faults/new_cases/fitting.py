"""How well a model fits what it saw and what it did not."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers, regularizers
from new_cases import series, tables
from new_cases.models import (
    SPARSE,
    both_ways,
    convolved,
    encoder,
    stopping,
    streamed,
    two_doors,
)
from open_half.parts import decides, explains, picks, put, trusted


def learned_customers(seed: int, guarded: bool = False) -> Training:
    """A hundred and fifty customers, one label in five wrong, wide layers; guarded or not."""
    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed, train=150)
    draw = np.random.default_rng(seed)
    limit = regularizers.L2(0.03) if guarded else None
    made = put(
        two_doors(widths=(128, 128), kernel_regularizer=limit),
        rows,
        trusted(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=40,
        batch_size=16,
        callbacks=[stopping(6)] if guarded else [],
    )
    made.y = np.where(draw.random(150) < 0.2, 1 - rows.y, rows.y)
    return streamed(made, seed)


def learned_languages(seed: int, guarded: bool = False) -> Training:
    """A hundred and fifty words of two like languages, read from both ends; guarded or not."""
    keras.utils.set_random_seed(seed)
    rows = series.languages(seed, kinds=2, steps=10, train=150, mixed=0.75)
    return put(
        both_ways(27, 10, 1, "sigmoid", width=32, dropout=0.3 if guarded else 0.0),
        rows,
        trusted(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=30,
        batch_size=16,
        callbacks=[stopping(4)] if guarded else [],
    )


def learned_messages(seed: int, guarded: bool = False) -> Training:
    """Few messages, one in four misfiled, through a wide Transformer; guarded or not."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed, kinds=2, train=250, flips=0.3)
    clean = series.tickets(seed, kinds=2, train=250)
    return put(
        encoder(20, 1, "sigmoid", words=80, width=32, drop=0.4 if guarded else 0.0),
        rows,
        trusted(clean.test_x, clean.test_y),
        optimizer=optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=25,
        callbacks=[stopping(4)] if guarded else [],
    )


def warmth(seed: int, limit: Any = None) -> Training:
    """The warmth of the next hour, with a penalty on every kernel."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed)
    body = layers.GRU(16, kernel_regularizer=limit, recurrent_regularizer=limit)
    model = keras.Sequential(
        [keras.Input((24, 3)), body, layers.Dense(1, kernel_regularizer=limit)]
    )
    return put(
        model,
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        metrics=["mae"],
        epochs=12,
    )


def asked(seed: int, decay: float = 0.004) -> Training:
    """Messages under AdamW."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed)
    return put(
        encoder(20, 4, "softmax", words=80),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.AdamW(0.003, weight_decay=decay),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=10,
    )


def pieces(seed: int, drop: float = 0.1, activation: str | None = "relu") -> Training:
    """Pieces of two photographs; whole maps are dropped."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    return put(
        convolved(1, "sigmoid", activation, drop),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )


CASES: tuple[Case, ...] = (
    Case(
        "customers_by_heart",
        "mlp",
        learned_customers,
        fault="overfitting",
        twin=partial(learned_customers, guarded=True),
        why="A hundred and fifty customers with wrong labels are learned by heart in forty epochs.",
    ),
    Case(
        "languages_by_heart",
        "lstm",
        learned_languages,
        fault="overfitting",
        twin=partial(learned_languages, guarded=True),
        why="A wide layer both ways learns 150 words, and nobody stops it.",
    ),
    Case(
        "messages_by_heart",
        "transformer",
        learned_messages,
        fault="overfitting",
        also=("bad_labels",),
        twin=partial(learned_messages, guarded=True),
        why="A wide Transformer learns 250 messages, the misfiled ones too.",
    ),
    Case(
        "warmth_under_a_lasso",
        "gru",
        partial(warmth, limit=regularizers.L1(0.5)),
        fault="over_regularised",
        also=("underfitting", "class_collapse"),
        twin=warmth,
        why="An L1 penalty of 0.5 on each weight outweighs what there is to explain.",
    ),
    Case(
        "messages_decayed",
        "transformer",
        partial(asked, decay=20.0),
        fault="over_regularised",
        also=("underfitting", "class_collapse"),
        twin=asked,
        why="A weight decay of 20 takes six hundredths of every weight at each step.",
    ),
    Case(
        "photographs_maps_dropped",
        "mlp",
        partial(pieces, drop=0.9),
        fault="over_regularised",
        also=("underfitting", "class_collapse", "too_few_epochs"),
        twin=pieces,
        why="Nine maps in ten are dropped, twice.",
    ),
)
