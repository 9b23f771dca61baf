"""Classes that are rare or forgotten, and losses that stop being numbers."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, ops, optimizers
from new_cases import series, tables
from new_cases.models import SPARSE, both_ways, streamed, two_doors
from open_half.parts import balanced, explains, put, recurrent, stack
from open_half.rows import Rows


def borrowers(seed: int, share: float = 0.03, weight: float | None = None) -> Training:
    """Few borrowers fail; weighted for it, or not."""
    keras.utils.set_random_seed(seed)
    rows = tables.loans(seed, share)
    fit = {"class_weight": {0: 1.0, 1: weight}} if weight else {}
    made = put(
        stack((6,), (24, 12), 1, "sigmoid"),
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
        **fit,
    )
    return streamed(made, seed)


def rare_messages(seed: int, weight: float | None = None) -> Training:
    """One message in twenty-five is urgent, and much alike the others."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)

    def some(count: int, share: float) -> tuple[Any, Any]:
        y = (np.arange(count) < round(count * share)).astype(int)
        draw.shuffle(y)
        x = draw.integers(1, 40, (count, 14))
        urgent = (draw.random(x.shape) < 0.17) & (y[:, None] == 1)
        return np.where(urgent, draw.integers(1, 4, x.shape), x).astype("int32"), y

    rows = Rows(*some(800, 0.04), *some(300, 0.04), *some(600, 0.5))
    fit = {"class_weight": {0: 1.0, 1: weight}} if weight else {}
    return put(
        both_ways(40, 14, 1, "sigmoid", layers.GRU, width=6),
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=8,
        **fit,
    )


def leavers(seed: int, twice: bool = False) -> Training:
    """Customers by named columns from tf.data, which yields the labels once or twice."""
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed)
    made = put(
        two_doors(),
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )
    parts = (rows.x, rows.y, rows.y) if twice else (rows.x, rows.y)
    given = tf.data.Dataset.from_tensor_slices(parts).shuffle(800, seed=seed)
    made.x, made.y = given.batch(made.fit.pop("batch_size")), None
    return made


def early(seed: int, ignored: int | None = None) -> Training:
    """Early heart beats as one of two classes; the loss may pass over one of them."""
    keras.utils.set_random_seed(seed)
    rows = series.beats(seed)
    model = recurrent(layers.LSTM, (48, 1), 16, 2, "softmax")

    def score(model: Any) -> float:
        said = np.asarray(model.predict(rows.test_x, verbose=0)).argmax(-1)
        return float(np.mean([np.mean(said[rows.test_y == each] == each) for each in (0, 1)]))

    return put(
        model,
        rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=ignored),
        metrics=["accuracy"],
        epochs=10,
    )


def unsure(target: Any, given: Any) -> Any:
    """Return how unlikely a target is under a normal law, its deviation as the model gives it."""
    mean, deviation = given[:, :1], given[:, 1:]
    off = (ops.reshape(target, (-1, 1)) - mean) / deviation
    return ops.mean(ops.log(deviation) + 0.5 * ops.square(off))


def unsure_but_positive(target: Any, given: Any) -> Any:
    """Return the same, the deviation made positive and kept from 0."""
    deviation = ops.softplus(given[:, 1:]) + 0.05
    return unsure(target, ops.concatenate([given[:, :1], deviation], -1))


def rolled(seed: int, loss: Any = unsure_but_positive) -> Training:
    """The place along a rolled-up sheet and how sure the model is of it."""
    keras.utils.set_random_seed(seed)
    rows = tables.roll(seed)
    truth = np.asarray(rows.test_y)

    def score(model: Any) -> float:
        said = np.nan_to_num(np.asarray(model.predict(rows.test_x, verbose=0))[:, 0])
        return float(max(0.0, 1 - np.mean((said - truth) ** 2) / np.var(truth)))

    return put(
        stack((3,), (32, 32), 2, None, "swish"),
        rows,
        score,
        optimizer=optimizers.Adam(0.003),
        loss=loss,
        epochs=20,
    )


def in_shares(target: Any, given: Any) -> Any:
    """Return the error as a share of the target, as a report would have it."""
    return ops.mean(ops.abs((target - given) / target), axis=-1)


def days(seed: int, loss: Any = "mae") -> Training:
    """Takings of the next day, 0 where the shop is shut."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    day = np.arange(1100)
    line = (1.5 + np.sin(2 * np.pi * day / 7) + draw.normal(0, 0.1, 1100)) * (day % 7 != 5)
    windows = np.lib.stride_tricks.sliding_window_view(line, 15).astype("float32")
    order = draw.permutation(len(windows))
    x, y = windows[order, :14, None], windows[order, 14]
    rows = Rows(x[:600], y[:600], x[600:800], y[600:800], x[800:], y[800:])
    return put(
        recurrent(layers.LSTM, (14, 1), 12, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=loss,
        epochs=12,
    )


def averaged(seed: int, floor: float = 1.0) -> Training:
    """Messages, some of them empty; attention, then the mean over what is there."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed)
    empty = np.random.default_rng(seed).random(len(rows.x)) < 0.02
    x = np.where(empty[:, None], 0, rows.x).astype("int32")
    given = keras.Input((20,), dtype="int32")
    there = ops.expand_dims(ops.cast(ops.not_equal(given, 0), "float32"), -1)
    known = layers.Embedding(80, 16)(given)
    seen = layers.LayerNormalization()(known + layers.MultiHeadAttention(2, 8)(known, known))
    mean = ops.sum(seen * there, 1) / ops.maximum(ops.sum(there, 1), floor)
    made = put(
        keras.Model(given, layers.Dense(4, activation="softmax")(mean)),
        rows,
        _picked(rows),
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=10,
    )
    made.x = x
    return made


def _picked(rows: Rows) -> Any:
    def score(model: Any) -> float:
        said = np.asarray(model.predict(rows.test_x, verbose=0))
        return float(np.mean(said.argmax(-1) == rows.test_y)) if np.isfinite(said).all() else 0.0

    return score


CASES: tuple[Case, ...] = (
    Case(
        "one_borrower_in_thirty",
        "mlp",
        borrowers,
        fault="imbalanced",
        also=("class_collapse", "underfitting", "overfitting"),
        twin=partial(borrowers, weight=30.0),
        why="97 % are right by saying that nobody fails.",
    ),
    Case(
        "urgent_messages_are_rare",
        "gru",
        rare_messages,
        fault="imbalanced",
        also=("class_collapse", "underfitting", "overfitting"),
        twin=partial(rare_messages, weight=24.0),
        why="One message in twenty-five is urgent, and the loss does without it.",
    ),
    Case(
        "leavers_weighted_by_their_labels",
        "mlp",
        partial(leavers, twice=True),
        fault="class_collapse",
        also=("imbalanced", "underfitting", "bad_labels"),
        twin=leavers,
        why="The third part that tf.data yields is a weight: those who stay count nothing.",
    ),
    Case(
        "early_beats_with_a_class_ignored",
        "lstm",
        partial(early, ignored=0),
        fault="class_collapse",
        also=("wrong_loss", "imbalanced", "underfitting"),
        twin=early,
        why="ignore_class=0 comes from pictures with a background; here 0 is a class.",
    ),
    Case(
        "roll_unsure_of_a_negative_deviation",
        "mlp",
        partial(rolled, loss=unsure),
        fault="nan_loss",
        also=("wrong_loss", "wrong_output_activation", "lr_too_high", "exploding_gradient"),
        twin=rolled,
        why="The deviation may be negative, and its logarithm is not a number.",
    ),
    Case(
        "takings_in_shares_of_nothing",
        "lstm",
        partial(days, loss=in_shares),
        fault="nan_loss",
        also=("wrong_loss", "bad_labels", "exploding_gradient"),
        twin=days,
        why="The error is divided by the takings, which are 0 on one day of seven.",
    ),
    Case(
        "mean_of_an_empty_message",
        "transformer",
        partial(averaged, floor=0.0),
        fault="nan_loss",
        also=("nan_input",),
        twin=averaged,
        architecture=True,
        why="The mean over the words of an empty message divides 0 by 0.",
    ),
)
