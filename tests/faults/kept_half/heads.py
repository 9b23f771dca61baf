"""What stands at the end of a model: loss, last activation, number and shape of the answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import keras
import numpy as np
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import (
    accuracy,
    binary_accuracy,
    cut,
    explained,
    mlp,
    recurrent,
    training,
    transformer,
)
from keras import layers

ADAM = keras.optimizers.Adam


def progress(seed: int, loss: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.diabetes(seed)
    score = explained(rows.x_clean, rows.y_clean)
    model = mlp(10, (16,), 1)
    return training(
        model, rows, score, optimizer=ADAM(0.005), loss=loss, metrics=["mae"], epochs=25
    )


def reviews(seed: int, loss: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.words(seed)
    model = transformer((16,), 1, "sigmoid", vocabulary=40)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=ADAM(0.003), loss=loss, epochs=15)


def tide(seed: int, loss: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    model = recurrent(layers.SimpleRNN, (16, 1), (12,), 1)
    score = explained(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.005), loss=loss, metrics=["mae"], epochs=20
    )


def tumours(seed: int, head: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.cancer(seed)
    model = mlp(30, (16,), 1, head)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.003), loss="binary_crossentropy", epochs=20
    )


def returns(seed: int, head: str | None) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    model = recurrent(layers.GRU, (16, 1), (12,), 1, head)
    score = explained(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.01), loss="mse", metrics=["mae"], epochs=15
    )


def passengers(seed: int, head: str | None) -> Training:
    """Counts of about ten, of which the inputs are already scaled."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    rows = replace(rows, y=4 * rows.y + 10, y_valid=4 * rows.y_valid + 10)
    clean = 4 * rows.y_clean + 10
    model = recurrent(layers.LSTM, (16, 1), (12,), 1, head)
    score = explained(rows.x_clean, clean)
    return training(
        model, rows, score, optimizer=ADAM(0.02), loss="mse", metrics=["mae"], epochs=25
    )


def topics(seed: int, head: str) -> Training:
    """Each of four words may be there or not, which are four answers beside each other."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    x = made.integers(5, 30, (800, 10))
    y = (made.random((800, 4)) < 0.6).astype("float32")
    for topic in range(4):
        x[:, topic] = np.where(y[:, topic] > 0, topic + 1, x[:, topic])
    x = made.permuted(x, axis=1).astype("int32")
    rows = cut(x, y, seed)
    model = transformer((10,), 4, head, vocabulary=30)

    def score(model: keras.Model) -> float:
        given = np.asarray(model.predict(rows.x_clean, verbose=0))
        if given.shape != rows.y_clean.shape or not np.isfinite(given).all():
            return 0.0
        return float(((given > 0.5) == (rows.y_clean > 0)).mean())

    return training(
        model,
        rows,
        score,
        optimizer=ADAM(0.005),
        loss="binary_crossentropy",
        metrics=["binary_accuracy"],
        epochs=15,
    )


def logits(seed: int, loss: object) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = mlp(64, (32,), 10)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.003), loss=loss, epochs=15)


def one_hot(seed: int, loss: str) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.iris(seed)
    clean = accuracy(rows.x_clean, rows.y_clean, 3)
    rows = replace(rows, y=np.eye(3)[rows.y], y_valid=np.eye(3)[rows.y_valid])
    model = mlp(4, (12,), 3, "softmax")
    return training(model, rows, clean, optimizer=ADAM(0.02), loss=loss, epochs=25)


def all_steps(seed: int, sequences: bool) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    rows = replace(rows, y=rows.y[:, None], y_valid=rows.y_valid[:, None])
    model = keras.Sequential(
        [layers.Input((16, 1)), layers.LSTM(12, return_sequences=sequences), layers.Dense(1)]
    )
    score = explained(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.01), loss="mse", metrics=["mae"], epochs=15
    )


def several_answers(seed: int, units: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    rows = replace(rows, y=rows.y[:, None], y_valid=rows.y_valid[:, None])
    model = recurrent(layers.GRU, (16, 1), (12,), units)
    score = explained(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=ADAM(0.01), loss="mse", metrics=[], epochs=15)


def nine_units(seed: int, units: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    model = transformer((8, 8), units, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.005), epochs=15)


CASES = (
    Case(
        "progress_by_cross_entropy",
        "mlp",
        partial(progress, loss="binary_crossentropy"),
        "wrong_loss",
        ("bad_labels", "wrong_output_activation"),
        partial(progress, loss="mse"),
        why="A number in deviations was given the loss for yes and no.",
    ),
    Case(
        "reviews_by_the_loss_for_many",
        "transformer",
        partial(reviews, loss="categorical_crossentropy"),
        "wrong_loss",
        ("class_collapse", "wrong_output_activation", "label_shape_mismatch", "underfitting"),
        partial(reviews, loss="binary_crossentropy"),
        why="The loss over several classes is 0 for one unit, whatever it answers.",
    ),
    Case(
        "tide_by_the_loss_for_counts",
        "simple_rnn",
        partial(tide, loss="poisson"),
        "wrong_loss",
        ("bad_labels", "nan_loss", "wrong_output_activation"),
        partial(tide, loss="mse"),
        why="The loss for counts takes the logarithm of an answer, and half the tides are below 0.",
    ),
    Case(
        "tumours_by_one_softmax",
        "mlp",
        partial(tumours, head="softmax"),
        "wrong_output_activation",
        ("class_collapse", "label_shape_mismatch"),
        partial(tumours, head="sigmoid"),
        architecture=True,
        why="Softmax over one unit is always 1.",
    ),
    Case(
        "returns_by_relu",
        "gru",
        partial(returns, head="relu"),
        "wrong_output_activation",
        ("dead_relu", "underfitting"),
        partial(returns, head=None),
        architecture=True,
        why="Half of the returns are below 0, where ReLU cannot answer.",
    ),
    Case(
        "passengers_by_sigmoid",
        "lstm",
        partial(passengers, head="sigmoid"),
        "wrong_output_activation",
        ("saturated_activation", "unnormalised_target", "underfitting"),
        partial(passengers, head=None),
        architecture=True,
        why="Counts of about ten, and a sigmoid that ends at 1.",
    ),
    Case(
        "topics_by_softmax",
        "transformer",
        partial(topics, head="softmax"),
        "wrong_output_activation",
        ("wrong_loss",),
        partial(topics, head="sigmoid"),
        architecture=True,
        why="Several topics may hold at once, but softmax makes them share one whole.",
    ),
    Case(
        "digits_without_a_last_softmax",
        "mlp",
        partial(logits, loss=keras.losses.SparseCategoricalCrossentropy()),
        "wrong_output_activation",
        ("wrong_loss", "underfitting"),
        partial(logits, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
        architecture=True,
        why="The answers are logits, and the loss was not told so.",
    ),
    Case(
        "flowers_as_columns_by_the_sparse_loss",
        "mlp",
        partial(one_hot, loss="sparse_categorical_crossentropy"),
        "label_shape_mismatch",
        ("wrong_loss",),
        partial(one_hot, loss="categorical_crossentropy"),
        why="The labels are columns of 0 and 1, the loss wants one number for each row.",
        runs=False,
    ),
    Case(
        "tide_answered_at_every_step",
        "lstm",
        partial(all_steps, sequences=True),
        "label_shape_mismatch",
        ("underfitting",),
        partial(all_steps, sequences=False),
        architecture=True,
        why="return_sequences was left on: sixteen answers are compared with one target.",
    ),
    Case(
        "tide_answered_five_times",
        "gru",
        partial(several_answers, units=5),
        "label_shape_mismatch",
        (),
        partial(several_answers, units=1),
        architecture=True,
        why="Five units are compared with one target each time.",
    ),
    Case(
        "nine_units_for_ten_digits",
        "transformer",
        partial(nine_units, units=9),
        "label_shape_mismatch",
        ("bad_labels", "nan_loss"),
        partial(nine_units, units=10),
        architecture=True,
        why="The units were counted from the highest label, which is one less than the classes.",
        runs=False,
    ),
)
