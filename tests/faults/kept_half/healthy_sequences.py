"""Healthy trainings on sequences, and on several inputs, answers and ways to feed them."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import (
    accuracy,
    binary_accuracy,
    cut,
    explained,
    recurrent,
    training,
    transformer,
)
from keras import layers

ADAM, SGD = keras.optimizers.Adam, keras.optimizers.SGD
YES_NO = "binary_crossentropy"


def latch(seed: int) -> Training:
    """At each step: the last non-zero sign so far. Gates that shut hard are the solution."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    x = made.choice([-1.0, 0.0, 1.0], (600, 12), p=[0.15, 0.7, 0.15])
    x[:, 0] = made.choice([-1.0, 1.0], 600)
    place = np.maximum.accumulate(np.where(x != 0, np.arange(12), 0), axis=1)
    y = (np.take_along_axis(x, place, axis=1) > 0).astype("float32")[..., None]
    rows = cut(x[..., None].astype("float32"), y, seed)
    model = keras.Sequential(
        [layers.Input((12, 1)), layers.LSTM(8, return_sequences=True), layers.Dense(1, "sigmoid")]
    )

    def score(model: keras.Model) -> float:
        given = np.asarray(model.predict(rows.x_clean, verbose=0)).ravel()
        return float(((given > 0.5) == (rows.y_clean.ravel() > 0)).mean())

    return training(model, rows, score, optimizer=ADAM(0.03), loss=YES_NO, epochs=15)


def padded(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.words(seed)
    model = transformer((16,), 1, "sigmoid", vocabulary=40, masked=True, dropout=0.1)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=ADAM(0.002), loss=YES_NO, epochs=12)


def tags(seed: int) -> Training:
    """A tag for each word, which depends on the word before it; padding carries no tag."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    x = made.integers(1, 12, (600, 10))
    x[np.arange(10) >= made.integers(5, 11, 600)[:, None]] = 0
    before = np.concatenate([np.zeros((600, 1), int), x[:, :-1]], axis=1)
    y = np.where(x == 0, 0, 1 + (before > 6) * 1)
    rows = cut(x.astype("int32"), y, seed)
    model = keras.Sequential(
        [
            layers.Input((10,)),
            layers.Embedding(12, 8, mask_zero=True),
            layers.GRU(16, return_sequences=True),
            layers.Dense(3, "softmax"),
        ]
    )

    def score(model: keras.Model) -> float:
        given = np.asarray(model.predict(rows.x_clean, verbose=0)).argmax(-1)
        return float((given == rows.y_clean)[rows.x_clean > 0].mean())

    return training(model, rows, score, optimizer=ADAM(0.01), epochs=12)


def noisy_tunes(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.waves(seed, rows=900, noise=0.8)
    model = recurrent(layers.GRU, (20, 1), (12,), 3, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=ADAM(0.015), epochs=20)


def returns(seed: int) -> Training:
    """A fifth of what follows can be known, and no more."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    line = made.normal(size=1512)
    for day in range(1, len(line)):
        line[day] += 0.45 * line[day - 1]
    windows = np.lib.stride_tricks.sliding_window_view(line, 9)[:1500].astype("float32")
    rows = cut(windows[:, :-1, None], windows[:, -1], seed)
    model = recurrent(layers.SimpleRNN, (8, 1), (4,), 1)
    score = explained(rows.x_clean, rows.y_clean)
    optimizer = ADAM(0.005)
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=[], epochs=10)


def warmed_up(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    rate = keras.optimizers.schedules.CosineDecay(1e-5, 150, warmup_target=0.01, warmup_steps=40)
    model = transformer((16, 1), 1)
    score = explained(rows.x_clean, rows.y_clean)
    optimizer = keras.optimizers.AdamW(rate)
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=["mae"], epochs=14)


def clipped(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed, steps=24)
    model = recurrent(layers.SimpleRNN, (24, 1), (16,), 1)
    score = explained(rows.x_clean, rows.y_clean)
    optimizer = SGD(0.1, momentum=0.9, clipnorm=0.5)
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=["mae"], epochs=15)


def two_answers(seed: int) -> Training:
    """What comes next, and whether it is higher than what was last."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    start = layers.Input((16, 1))
    state = layers.GRU(12)(start)
    outputs = {
        "next": layers.Dense(1, name="next")(state),
        "higher": layers.Dense(1, "sigmoid", name="higher")(state),
    }
    model = keras.Model(start, outputs)
    model.compile(
        optimizer=ADAM(0.01),
        loss={"next": "mse", "higher": YES_NO},
        loss_weights={"next": 1.0, "higher": 0.5},
        metrics={"higher": ["accuracy"]},
    )

    def both(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        return {"next": y[:, None], "higher": (y > x[:, -1, 0]).astype("float32")[:, None]}

    def score(model: keras.Model) -> float:
        given = np.asarray(model.predict(rows.x_clean, verbose=0)["next"]).ravel()
        return float(1 - np.mean((given - rows.y_clean) ** 2) / np.var(rows.y_clean))

    valid = (rows.x_valid, both(rows.x_valid, rows.y_valid))
    return Training(
        model, rows.x, both(rows.x, rows.y), {"epochs": 15, "validation_data": valid}, score
    )


def two_inputs(seed: int) -> Training:
    """Words and readings of the same case; either says half of it. Some rows count for less."""
    keras.utils.set_random_seed(seed)
    words, readings = kept_rows.words(seed, rows=900), kept_rows.series(seed, rows=900)
    few = min(len(words.x_valid), len(words.x_clean))

    def part(name: str, size: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        x, y = (getattr(words, prefix + name)[:size] for prefix in ("x", "y"))
        other, level = (getattr(readings, prefix + name)[:size] for prefix in ("x", "y"))
        return {"words": x, "readings": other}, (y + (level > 0) == 1).astype("float32")[:, None]

    (x, y), valid = part("", 400), part("_valid", few)
    x_clean, y_clean = part("_clean", few)
    inputs = {"words": layers.Input((16,), name="words"), "readings": layers.Input((16, 1))}
    left = layers.GlobalAveragePooling1D()(layers.Embedding(40, 8)(inputs["words"]))
    right = layers.GRU(8)(inputs["readings"])
    hidden = layers.Dense(24, "relu")(layers.Concatenate()([left, right]))
    model = keras.Model(inputs, layers.Dense(1, "sigmoid")(hidden))
    model.compile(optimizer=ADAM(0.01), loss=YES_NO, metrics=["accuracy"])
    weights = np.random.default_rng(seed).uniform(0.5, 1.0, len(y))
    fit = {"epochs": 25, "validation_data": valid, "sample_weight": weights}
    return Training(model, x, y, fit, binary_accuracy(x_clean, y_clean))


@keras.saving.register_keras_serializable("kept_half")
class Reader(keras.Model):
    """A model of the user's own, with its layers made in the constructor."""

    def __init__(self, width: int = 16, **options: object):
        super().__init__(**options)
        self.width = width
        self.cells = layers.LSTM(width)
        self.drop = layers.Dropout(0.1)
        self.head = layers.Dense(10, activation="softmax")

    def call(self, inputs, training=False):
        return self.head(self.drop(self.cells(inputs), training=training))

    def get_config(self):
        return {**super().get_config(), "width": self.width}


def dataset(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    model = Reader()
    model.compile(
        optimizer=ADAM(0.015), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    feed = tf.data.Dataset.from_tensor_slices((rows.x, rows.y)).shuffle(600, seed=seed)
    valid = tf.data.Dataset.from_tensor_slices(rows.valid).batch(100)
    fit = {"epochs": 15, "validation_data": valid}
    return Training(model, feed.batch(32), None, fit, accuracy(rows.x_clean, rows.y_clean, 10))


def generator(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.sensors(seed)
    model = recurrent(layers.GRU, (12, 3), (8,), 1, "sigmoid")
    model.compile(optimizer=ADAM(0.01), loss=YES_NO, metrics=["accuracy"])
    made = np.random.default_rng(seed)

    def batches():
        while True:
            picked = made.integers(0, len(rows.x), 32)
            yield rows.x[picked], rows.y[picked][:, None]

    fit = {"epochs": 8, "steps_per_epoch": 13, "validation_data": rows.valid}
    return Training(model, batches(), None, fit, binary_accuracy(rows.x_clean, rows.y_clean))


class Sheets(keras.utils.PyDataset):
    """Batches of rows, with a weight for each row."""

    def __init__(self, x: np.ndarray, y: np.ndarray, size: int = 32):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self) -> int:
        return (len(self.x) + self.size - 1) // self.size

    def __getitem__(self, number: int):
        part = slice(number * self.size, (number + 1) * self.size)
        return self.x[part], self.y[part], np.where(self.y[part] > 0, 1.5, 1.0)


def sheets(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.words(seed)
    rows = replace(rows, y=rows.y[:, None], y_valid=rows.y_valid[:, None])
    model = recurrent(layers.LSTM, (16,), (12,), 1, "sigmoid", vocabulary=40)
    model.compile(optimizer=ADAM(0.01), loss=YES_NO, metrics=["accuracy"])
    fit = {"epochs": 8, "validation_data": rows.valid}
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return Training(model, Sheets(rows.x, rows.y), None, fit, score)


MADE = {
    "a_latch": ("lstm", latch, "Cells that shut hard are what solves it."),
    "padded_reviews": ("transformer", padded, "Padding is masked in attention and in the mean."),
    "tags_without_padding": ("gru", tags, "An answer at each step is what the labels ask for."),
    "noisy_tunes": ("gru", noisy_tunes, "Under so much noise some tunes cannot be told."),
    "returns_that_are_mostly_chance": ("simple_rnn", returns, "A fifth can be known, no more."),
    "warmed_up_attention": ("transformer", warmed_up, "The first steps are meant to be small."),
    "large_steps_clipped": ("simple_rnn", clipped, "Clipping makes steps of 0.1 safe."),
    "two_answers_at_once": ("gru", two_answers, "Two heads, two losses."),
    "words_and_readings": ("gru", two_inputs, "Two inputs, and weights for the rows."),
    "a_model_of_ones_own": ("lstm", dataset, "A subclass of Model, fed by tf.data."),
    "fed_by_a_generator": ("gru", generator, "Batches without end, and a number of steps."),
    "fed_by_a_pydataset": ("lstm", sheets, "Batches with weights for the rows."),
}
CASES = tuple(Case(name, family, make, why=why) for name, (family, make, why) in MADE.items())
