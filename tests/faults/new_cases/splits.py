"""Validation that is missing, unlike training, or part of it."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers
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
from open_half.parts import decides, explains, picks, put, recurrent, stack
from open_half.rows import divide


def pieces(seed: int, watched: bool = False) -> Training:
    """Pieces of photographs from tf.data, well made; watched or not."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    made = put(
        convolved(1, "sigmoid"),
        rows,
        None,
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=12,
    )
    if not watched:
        made.fit.pop("validation_data")
    return streamed(made, seed)


def asked(seed: int, watched: bool = False) -> Training:
    """Messages through attention, well made; watched or not."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed)
    made = put(
        encoder(20, 4, "softmax", words=80, drop=0.1),
        rows,
        None,
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=8,
    )
    if not watched:
        made.fit.pop("validation_data")
    return made


def in_bytes(seed: int, scale: float = 255.0) -> Training:
    """Pieces of photographs; those for validation were not divided by 255."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    made = put(
        convolved(1, "sigmoid"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.001),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=20,
        callbacks=[stopping(4)],
    )
    made.fit["validation_data"] = ((rows.valid_x * scale).astype("float32"), rows.valid_y)
    return made


def seasons(seed: int, mixed: bool = False) -> Training:
    """A year of takings that doubles at its end; the last quarter is watched, or any."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    day = np.arange(1114)
    level = np.where(day < 600, 0.0, (day - 600) / 60)
    line = level + (1 + level / 3) * np.sin(2 * np.pi * day / 7) + draw.normal(0, 0.1, len(day))
    windows = np.lib.stride_tricks.sliding_window_view(line, 15).astype("float32")
    order = draw.permutation(1100)
    x, y = windows[order, :14, None], windows[order, 14]
    clean = divide(x, y, 600, 200)
    rows = clean if mixed else divide(windows[:, :14, None], windows[:, 14], 600, 500)
    return put(
        recurrent(layers.GRU, (14, 1), 12, 1),
        rows,
        explains(clean.test_x, clean.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        metrics=["mae"],
        epochs=15,
    )


def coded_apart(seed: int, apart: bool = True) -> Training:
    """Languages; the codes of the validation labels were made for themselves, or not."""
    keras.utils.set_random_seed(seed)
    rows = series.languages(seed)
    made = put(
        both_ways(27, 16, 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
        callbacks=[stopping(3)],
    )
    if apart:
        made.fit["validation_data"] = (rows.valid_x, (rows.valid_y + 1) % 3)
    return made


def taken_and_skipped(seed: int, fixed: bool = False) -> Training:
    """Noisy rows, shuffled, the first taken to watch; shuffled anew each epoch, or once."""
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    rows = tables.squares(seed, train=300)
    draw = np.random.default_rng(seed)
    y = np.where(draw.random(300) < 0.2, 1 - rows.y, rows.y)
    made = put(
        stack((10,), (96, 96), 1, "sigmoid"),
        rows,
        None,
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=25,
        callbacks=[stopping(4)],
    )
    all_rows = tf.data.Dataset.from_tensor_slices((rows.x, y))
    mixed = all_rows.shuffle(300, seed=seed, reshuffle_each_iteration=not fixed)
    made.fit["validation_data"] = mixed.take(80).batch(80)
    made.x, made.y = mixed.skip(80).batch(made.fit.pop("batch_size")), None
    return made


def trained_on_all(seed: int, whole: bool = True) -> Training:
    """Messages; fit is given all rows, of which those for validation are a part, or its own."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed, flips=0.1)
    made = put(
        encoder(20, 4, "softmax", words=80, drop=0.1),
        rows,
        None,
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=8,
        callbacks=[stopping(3)],
    )
    if whole:
        made.x = np.concatenate([rows.x, rows.valid_x])
        made.y = np.concatenate([rows.y, rows.valid_y])
    return made


def watched_leavers(seed: int, swapped: bool = True) -> Training:
    """Customers by name; the column of bills stands in another unit in the rows to watch."""
    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed)
    made = put(
        two_doors(),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=20,
        callbacks=[stopping(4)],
    )
    if swapped:
        plain = tables.customers(seed, raw=True)
        made.fit["validation_data"] = plain.valid
    return made


CASES: tuple[Case, ...] = (
    Case(
        "photographs_unwatched",
        "mlp",
        pieces,
        fault="no_validation",
        twin=partial(pieces, watched=True),
        why="Rows come from tf.data, and none were kept to watch.",
    ),
    Case(
        "messages_unwatched",
        "transformer",
        asked,
        fault="no_validation",
        twin=partial(asked, watched=True),
        why="All is well but that nobody can see it.",
    ),
    Case(
        "photographs_watched_in_bytes",
        "mlp",
        in_bytes,
        fault="bad_split",
        also=("unnormalised_input", "overfitting"),
        twin=partial(in_bytes, scale=1.0),
        why="The rows to train on were divided by 255, those to watch were not.",
    ),
    Case(
        "takings_that_doubled",
        "gru",
        seasons,
        fault="bad_split",
        also=("overfitting",),
        twin=partial(seasons, mixed=True),
        repairable=False,
        why="The shop grew after the rows to train on: what is watched lies beyond them.",
    ),
    Case(
        "languages_coded_apart",
        "lstm",
        coded_apart,
        fault="bad_split",
        also=("bad_labels", "overfitting"),
        twin=partial(coded_apart, apart=False),
        why="The encoder of the labels was fitted anew on the rows to watch.",
    ),
    Case(
        "leavers_watched_unscaled",
        "mlp",
        watched_leavers,
        fault="bad_split",
        also=("unnormalised_input", "overfitting"),
        twin=partial(watched_leavers, swapped=False),
        why="The columns to watch were not scaled as those to train on.",
    ),
    Case(
        "taken_from_what_is_shuffled_anew",
        "mlp",
        taken_and_skipped,
        fault="leakage",
        also=("overfitting",),
        twin=partial(taken_and_skipped, fixed=True),
        why="tf.data shuffles anew each epoch, so that take and skip share their rows in time.",
    ),
    Case(
        "messages_trained_on_all",
        "transformer",
        trained_on_all,
        fault="leakage",
        also=("overfitting",),
        twin=partial(trained_on_all, whole=False),
        why="fit was given all rows, those for validation among them.",
    ),
)
