"""Healthy trainings on series: noise, gates, counts, short and long."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers
from new_cases import series
from new_cases.models import SPARSE, Reader, healthy, stopping
from open_half.parts import decides, explains, picks, put, recurrent
from open_half.rows import Rows, divide


def strips(seed: int) -> Training:
    """Early heart beats: a plateau, and then the fall."""
    keras.utils.set_random_seed(seed)
    rows = series.beats(seed)
    return put(
        recurrent(layers.LSTM, (48, 1), 16, 1, "sigmoid"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=14,
    )


def clipped(seed: int) -> Training:
    """A plain recurrent layer under SGD at 0.1 with momentum, gradients clipped."""
    keras.utils.set_random_seed(seed)
    rows = series.chaos(seed)
    return put(
        recurrent(layers.SimpleRNN, (8, 1), 24, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.1, momentum=0.9, clipnorm=1.0),
        loss="mse",
        metrics=["mae"],
        epochs=30,
    )


def own_units(seed: int) -> Training:
    """Kelvin and pascal, which the model scales; hours ahead in deviations."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed).inputs(
        lambda x: (x * [8, 900, 12] + [285, 101325, 60]).astype("float32")
    )
    first = layers.Normalization()
    first.adapt(rows.x)
    model = keras.Sequential([keras.Input((24, 3)), first, layers.LSTM(12), layers.Dense(1)])
    return put(
        model,
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        epochs=15,
        callbacks=[stopping(4)],
    )


def hours_ahead(seed: int) -> Training:
    """One layer reads the day, another writes the five hours that follow."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed, ahead=5).targets(lambda y: y[..., None])
    given = keras.Input((24, 3))
    read, *state = layers.GRU(16, return_state=True)(given)
    written = layers.GRU(16, return_sequences=True)(layers.RepeatVector(5)(read), *state)
    model = keras.Model(given, layers.TimeDistributed(layers.Dense(1))(written))

    def score(model: Any) -> float:
        off = np.asarray(model.predict(rows.test_x, verbose=0)) - rows.test_y
        return float(max(0.0, 1 - np.mean(off**2) / np.var(rows.test_y)))

    return put(
        model, rows, score, optimizer=optimizers.Adam(0.01), loss="mse", metrics=["mae"], epochs=15
    )


def changes(seed: int) -> Training:
    """The change of a price to the next day, of which half is chance."""
    keras.utils.set_random_seed(seed)
    rows = series.shares(seed, train=1000)
    change = lambda x: np.diff(x, axis=1) / 2  # noqa: E731
    targets = [(y - x[:, -1, 0]) / 2 for x, y in ((rows.x, rows.y), rows.valid)]
    last = (rows.test_y - rows.test_x[:, -1, 0]) / 2
    moved = rows.inputs(change)
    rows = Rows(moved.x, targets[0], moved.valid_x, targets[1], moved.test_x, last)
    return put(
        recurrent(layers.GRU, (15, 1), 8, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="mse",
        epochs=15,
        callbacks=[stopping(4)],
    )


def called_long_ago(seed: int) -> Training:
    """Forty letters after the call a plain layer still knows it; accuracy 1 from a plateau on."""
    keras.utils.set_random_seed(seed)
    rows = series.called(seed, steps=40)
    model = keras.Sequential(
        [
            keras.Input((40,), dtype="int32"),
            layers.Embedding(series.LETTERS, 8),
            layers.SimpleRNN(24),
            layers.Dense(3, activation="softmax"),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
        batch_size=64,
    )


def dropped_within(seed: int) -> Training:
    """A class of one's own, with dropout between the steps: validation is the better half."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed)
    return put(
        Reader(layers.LSTM(20, dropout=0.2, recurrent_dropout=0.2), 4, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
    )


class Windows(keras.utils.PyDataset):
    """Windows cut from one long series when they are asked for."""

    def __init__(self, line: Any, steps: int = 14, size: int = 32) -> None:
        super().__init__()
        self.line, self.steps, self.size = line, steps, size

    def __len__(self) -> int:
        return (len(self.line) - self.steps) // self.size

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        first = np.arange(index * self.size, (index + 1) * self.size)
        x = self.line[first[:, None] + np.arange(self.steps)]
        return x[..., None], self.line[first + self.steps]


def cut_when_asked(seed: int) -> Training:
    """Takings of a week and a week, from a PyDataset."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    day = np.arange(1200)
    line = np.sin(2 * np.pi * day / 7) + 0.6 * (day % 7 == 5) + draw.normal(0, 0.3, len(day))
    line = line.astype("float32")
    test = Windows(line[900:])
    rows = Rows(Windows(line[:650]), None, Windows(line[650:900]), None, None, None)
    x, y = (
        np.concatenate(part) for part in zip(*(test[at] for at in range(len(test))), strict=True)
    )
    made = put(
        recurrent(layers.LSTM, (14, 1), 10, 1),
        rows,
        explains(x, y),
        optimizer=optimizers.Adam(0.01),
        loss="huber",
        epochs=12,
    )
    made.fit.pop("batch_size")
    made.fit["validation_data"] = rows.valid_x
    return made


def callers(seed: int) -> Training:
    """How many callers come in the next hour: counts, from counts."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    hour = np.arange(1300)
    mean = np.exp(0.8 + 0.8 * np.sin(2 * np.pi * hour / 12))
    line = draw.poisson(mean).astype("float32")
    windows = np.lib.stride_tricks.sliding_window_view(line, 19)[:1280]
    order = draw.permutation(1280)
    rows = divide(windows[order, :18, None], windows[order, 18], 700, 200)
    return put(
        recurrent(layers.GRU, (18, 1), 12, 1, "exponential"),
        rows,
        explains(rows.test_x, mean[18:][order][900:]),
        optimizer=optimizers.Adam(0.005),
        loss="poisson",
        epochs=15,
        callbacks=[stopping(5)],
    )


def four_at_a_time(seed: int) -> Training:
    """Four rows a batch through a GRU at 0.002."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed, steps=14, train=300)
    return put(
        recurrent(layers.GRU, (14, 3), 12, 4, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
        batch_size=4,
    )


CASES: tuple[Case, ...] = (
    healthy("strips", "lstm", strips, "It waits before it falls, and arrives."),
    healthy("clipped", "simple_rnn", clipped, "Clipped steps of 0.1 are right here."),
    healthy("hours_in_own_units", "lstm", own_units, "Kelvin and pascal are scaled inside."),
    healthy("hours_ahead", "gru", hours_ahead, "An answer at each of five steps is asked."),
    healthy("price_changes", "gru", changes, "Half of what prices do is chance."),
    healthy("called_long_ago", "simple_rnn", called_long_ago, "Forty steps are within its memory."),
    healthy("dropped_within", "lstm", dropped_within, "Dropout makes training look worse."),
    healthy("cut_when_asked", "lstm", cut_when_asked, "Windows come from a PyDataset."),
    healthy("callers", "gru", callers, "Counts may be inputs as they are."),
    healthy("four_at_a_time", "gru", four_at_a_time, "Small batches are noisy, and fine."),
)
