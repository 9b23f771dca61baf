"""Healthy trainings on series and texts that a fixed threshold would call ill."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers
from open_half import rows as data
from open_half.parts import decides, explains, picks, put, reader, recurrent, transformer

SPARSE = "sparse_categorical_crossentropy"


def gated(seed: int) -> Training:
    """An LSTM that must hold a mark for 15 steps: its gates shut, as they should."""
    keras.utils.set_random_seed(seed)
    rows = data.first_mark(seed, steps=15)
    return put(
        recurrent(layers.LSTM, (15, 2), 16, 1, "sigmoid"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        batch_size=64,
    )


def embedded(seed: int) -> Training:
    """Whole numbers up to 60 into an embedding, dropout, early stopping."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed, train=1000)
    model = keras.Sequential(
        [
            keras.Input((20,), dtype="int32"),
            layers.Embedding(60, 8),
            layers.GRU(16),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    stop = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
    return put(
        model,
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        callbacks=[stop],
    )


def attending(seed: int) -> Training:
    """A Transformer of normal make: the key bias gets no gradient, which is right."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed, train=1200)
    return put(
        transformer(20, 1, "sigmoid", words=60, dropout=0.1),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.AdamW(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=11,
    )


def forecasting(seed: int) -> Training:
    """A plain recurrent layer on a short season, times in order, unshuffled."""
    keras.utils.set_random_seed(seed)
    rows = data.standard(data.sales(seed), 5000, 1000)
    return put(
        recurrent(layers.SimpleRNN, (24, 1), 16, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="mse",
        metrics=["mae"],
    )


def generated(seed: int) -> Training:
    """Waves from a Python generator without an end."""
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed)
    made = put(
        recurrent(layers.GRU, (40, 1), 20, 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
        steps_per_epoch=16,
    )

    def batches() -> Any:
        draw = np.random.default_rng(seed)
        while True:
            part = draw.choice(len(rows.x), 32, replace=False)
            yield rows.x[part], rows.y[part]

    made.x, made.y = batches(), None
    made.fit.pop("batch_size")
    return made


def tagged(seed: int) -> Training:
    """An answer at each step: return_sequences=True is right here."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    x = draw.integers(1, 20, (900, 15))
    y = np.zeros_like(x)
    y[:, 1:] = (x[:, 1:] > x[:, :-1]).astype(int)
    rows = data.divide(x.astype("int32"), y[..., None].astype("float32"), 500, 200)
    model = keras.Sequential(
        [
            keras.Input((15,), dtype="int32"),
            layers.Embedding(20, 8),
            layers.LSTM(24, return_sequences=True),
            layers.Dense(1, activation="sigmoid"),
        ]
    )

    def score(model: Any) -> float:
        return float(np.mean((model.predict(rows.test_x, verbose=0) > 0.5) == rows.test_y))

    return put(
        model,
        rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )


def letters(seed: int) -> Training:
    """One-hot letters, the next one to be told; a third of them by lot."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    text = np.zeros(1300, int)
    for place in range(1, len(text)):
        follows = (text[place - 1] * 3 + 1) % 8
        text[place] = draw.integers(8) if draw.random() < 0.3 else follows
    windows = np.lib.stride_tricks.sliding_window_view(text, 7)
    x = np.eye(8, dtype="float32")[windows[:, :6]]
    y = np.eye(8, dtype="float32")[windows[:, 6]]
    rows = data.divide(x, y, 700, 200)
    return put(
        recurrent(layers.SimpleRNN, (6, 8), 24, 8, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )


def convolved(seed: int) -> Training:
    """Waves through convolutions, batch norm and SGD at 0.1; labels as logits."""
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed)
    model = keras.Sequential([keras.Input((40, 1))])
    for width in (12, 16):
        model.add(layers.Conv1D(width, 5, use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling1D())
    model.add(layers.Dense(3))
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        epochs=12,
    )


def both_ways(seed: int) -> Training:
    """Texts with padding, a mask, and layers both ways."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed)

    def padded(x: Any) -> Any:
        tail = np.zeros((len(x), 6), "int32")
        return np.concatenate([x, tail], 1)

    model = keras.Sequential(
        [
            keras.Input((26,), dtype="int32"),
            layers.Embedding(60, 8, mask_zero=True),
            layers.Bidirectional(layers.LSTM(8)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    rows = rows.inputs(padded)
    return put(
        model,
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=6,
    )


def patient(seed: int) -> Training:
    """A plateau before the fall, as recurrent layers have it, and time enough."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed)
    return put(
        reader(60, 20, layers.GRU(16)),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=20,
    )


CASES: tuple[Case, ...] = (
    Case("healthy_gates_shut", "lstm", gated, why="Gates that hold a mark are flat by design."),
    Case("healthy_embedding", "gru", embedded, why="Whole numbers belong to an embedding."),
    Case("healthy_transformer", "transformer", attending, why="Some biases have no gradient."),
    Case("healthy_forecast", "simple_rnn", forecasting, why="24 steps are within its memory."),
    Case("healthy_generator", "gru", generated, why="Rows come from a generator."),
    Case("healthy_tagging", "lstm", tagged, why="An answer at each step is asked."),
    Case("healthy_letters", "simple_rnn", letters, why="A third of the letters nobody can tell."),
    Case("healthy_convolution", "mlp", convolved, why="SGD at 0.1 with batch norm, on series."),
    Case("healthy_both_ways", "lstm", both_ways, why="Six epochs are enough here."),
    Case("healthy_plateau_first", "gru", patient, why="It waits before it falls."),
)
