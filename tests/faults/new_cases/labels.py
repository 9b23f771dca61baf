"""Targets of another shape than the answers, and labels that were spoilt on their way."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers
from new_cases import series, tables
from new_cases.heads import asked, leavers
from new_cases.models import SPARSE, Reader, explained_in
from open_half.parts import decides, explains, picks, put, recurrent, stack


def hours(seed: int, units: int = 9, cell: Any = layers.GRU) -> Training:
    """Nine hours ahead, so many of them answered."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed, ahead=9)
    return put(
        Reader(cell(16), units, None),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=12,
    )


def early(seed: int, units: int = 1, head: str = "sigmoid") -> Training:
    """Early heart beats, labels 0 and 1 as numbers."""
    keras.utils.set_random_seed(seed)
    rows = series.beats(seed)
    return put(
        recurrent(layers.LSTM, (48, 1), 16, units, head),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=12,
    )


def letter_marks(seed: int, sequences: bool = True) -> Training:
    """A mark for each letter that says whether a later one follows."""
    keras.utils.set_random_seed(seed)
    rows = series.tagged(seed).targets(lambda y: y[..., None] if sequences else y)
    body = layers.Bidirectional(layers.LSTM(12, return_sequences=sequences))
    model = keras.Sequential(
        [
            keras.Input((12,), dtype="int32"),
            layers.Embedding(series.LETTERS, 8),
            body,
            layers.Dense(1, activation="sigmoid"),
        ]
    )

    def score(model: Any) -> float:
        said = np.asarray(model.predict(rows.test_x, verbose=0))
        truth = np.asarray(rows.test_y).reshape(len(rows.test_x), -1)
        return float(np.mean((said.reshape(len(said), -1) > 0.5) == (truth > 0.5)))

    return put(
        model,
        rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        epochs=12,
    )


def moved(seed: int, apart: bool = False) -> Training:
    """Movements from tf.data; features and labels shuffled together, or each for itself."""
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    rows = series.movements(seed)
    made = put(
        recurrent(layers.GRU, (24, 3), 16, 4, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
    )
    x, y = (tf.data.Dataset.from_tensor_slices(each) for each in (rows.x, rows.y))
    if apart:
        both = tf.data.Dataset.zip((x.shuffle(1000, seed=seed + 1), y.shuffle(1000, seed=seed)))
    else:
        both = tf.data.Dataset.zip((x, y)).shuffle(1000, seed=seed)
    made.x, made.y = both.batch(made.fit.pop("batch_size")), None
    return made


def bicycles(seed: int, wrap: bool = False) -> Training:
    """Counts up to some hundreds, in hundreds; kept in a byte on their way, or not."""
    keras.utils.set_random_seed(seed)
    rows = tables.rentals(seed, level=60.0)
    score = explained_in(rows.test_x, rows.test_y / 100)
    if wrap:
        rows = rows.targets(lambda y: (y.astype("int64") % 256).astype("float32"))
    return put(
        stack((6,), (48, 24), 1),
        rows.targets(lambda y: y / 100),
        score,
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=20,
    )


def from_one(y: Any) -> Any:
    """Return 1 for no and 2 for yes, as a table of codes has it."""
    return (y + 1).astype("float32")


CASES: tuple[Case, ...] = (
    Case(
        "nine_hours_answered_by_one",
        "gru",
        partial(hours, units=1),
        fault="label_shape_mismatch",
        also=("underfitting",),
        twin=hours,
        architecture=True,
        why="One answer is compared, by broadcasting, with each of nine hours.",
    ),
    Case(
        "early_beats_two_shares",
        "lstm",
        partial(early, units=2, head="softmax"),
        fault="label_shape_mismatch",
        also=("wrong_loss", "wrong_output_activation"),
        twin=early,
        architecture=True,
        runs=False,
        why="Two shares under binary cross-entropy and one label a row: fit ends with an error.",
    ),
    Case(
        "letter_marks_from_the_end_alone",
        "lstm",
        partial(letter_marks, sequences=False),
        fault="label_shape_mismatch",
        also=("underfitting", "class_collapse", "wrong_loss"),
        twin=letter_marks,
        architecture=True,
        why="return_sequences was forgotten: one answer for the marks of all twelve letters.",
    ),
    Case(
        "messages_one_column_too_many",
        "transformer",
        partial(asked, columns=5),
        fault="label_shape_mismatch",
        also=("bad_labels", "wrong_loss"),
        twin=partial(asked, columns=4),
        architecture=True,
        runs=False,
        why="The columns were made for five kinds of messages, the model answers four.",
    ),
    Case(
        "leavers_coded_one_and_two",
        "mlp",
        partial(leavers, change=from_one),
        fault="bad_labels",
        also=("wrong_loss", "class_collapse", "underfitting", "wrong_output_activation"),
        twin=leavers,
        why="No is 1 and yes is 2 in the table; the loss takes 0 and 1.",
    ),
    Case(
        "movements_zipped_after_shuffling",
        "gru",
        partial(moved, apart=True),
        fault="bad_labels",
        also=("underfitting", "overfitting", "class_collapse"),
        twin=moved,
        repairable=False,
        why="Rows and labels were each shuffled, and then zipped.",
    ),
    Case(
        "bicycles_counted_in_a_byte",
        "mlp",
        partial(bicycles, wrap=True),
        fault="bad_labels",
        also=("underfitting",),
        twin=bicycles,
        repairable=False,
        why="Counts beyond 255 begin again at 0 in a byte.",
    ),
    Case(
        "messages_numbered_from_one",
        "transformer",
        partial(asked, shift=1),
        fault="bad_labels",
        also=("label_shape_mismatch", "nan_loss"),
        twin=asked,
        runs=False,
        why="Kinds 1 to 4 for four units, which are counted from 0.",
    ),
)
