"""Step sizes and time: too high, too low, too short, jumping."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from case import Case, Training
from keras import layers, optimizers
from open_half import rows as data
from open_half.parts import decides, explains, picks, put, reader, recurrent, stack, transformer


def digits_mlp(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    model = stack((64,), (64, 64), 10, "softmax")
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else "adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        **fit,
    )


def curve_mlp(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed)
    return put(
        stack((10,), (48, 24), 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.SGD(0.02, momentum=0.9),
        loss="mse",
        metrics=["mae"],
        **{"epochs": 25, **fit},
    )


def moons_mlp(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.moons(seed, noise=0.2)
    model = stack((2,), (32, 32, 32), 1, "sigmoid")
    return put(
        model,
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        **fit,
    )


def waves_lstm(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed)
    return put(
        recurrent(layers.LSTM, (40, 1), 24, 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        **fit,
    )


def reviews_gru(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed)
    return put(
        reader(60, 20, layers.GRU(16)),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        **fit,
    )


def reviews_transformer(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed, train=1200)
    return put(
        transformer(20, 1, "sigmoid", words=60, dropout=0.1),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        **{"epochs": 10, **fit},
    )


def sales_rnn(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.standard(data.sales(seed), 5000, 1000)
    return put(
        recurrent(layers.SimpleRNN, (24, 1), 16, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.003),
        loss="mse",
        **fit,
    )


def stopping(patience: int, **options: Any) -> Any:
    return keras.callbacks.EarlyStopping(patience=patience, **options)


def reviews_gru_stopped(seed: int, patience: int) -> Training:
    return reviews_gru(
        seed,
        partial(optimizers.Adam, 0.002),
        epochs=30,
        callbacks=[stopping(patience, min_delta=0.01)],
    )


HIGH = ("oscillating_loss", "nan_loss", "class_collapse", "underfitting", "exploding_gradient")
LOW = ("too_few_epochs", "underfitting")

CASES: tuple[Case, ...] = (
    Case(
        "digits_adam_rate_1",
        "mlp",
        partial(digits_mlp, optimizer=partial(optimizers.Adam, 1.0)),
        fault="lr_too_high",
        also=(*HIGH, "dead_relu"),
        twin=digits_mlp,
        why="Adam at 1.0 throws every weight away at the first steps.",
    ),
    Case(
        "moons_rmsprop_rate_1",
        "mlp",
        partial(moons_mlp, optimizer=partial(optimizers.RMSprop, 1.0)),
        fault="lr_too_high",
        also=(*HIGH, "dead_relu"),
        twin=moons_mlp,
        why="RMSprop at 1.0 kills the rectifiers of a small network.",
    ),
    Case(
        "curve_sgd_rate_diverges",
        "mlp",
        partial(curve_mlp, optimizer=partial(optimizers.SGD, 0.5, momentum=0.9)),
        fault="lr_too_high",
        also=(*HIGH, "dead_relu"),
        twin=curve_mlp,
        why="A step of 0.5 with momentum 0.9 is far beyond what squared errors bear.",
    ),
    Case(
        "waves_lstm_rate_high",
        "lstm",
        partial(waves_lstm, optimizer=partial(optimizers.Adam, 0.3)),
        fault="lr_too_high",
        also=(*HIGH, "saturated_activation"),
        twin=waves_lstm,
        why="Adam at 0.3 drives the gates of an LSTM into their ends.",
    ),
    Case(
        "reviews_transformer_rate_high",
        "transformer",
        partial(reviews_transformer, optimizer=partial(optimizers.Adam, 0.3)),
        fault="lr_too_high",
        also=HIGH,
        twin=reviews_transformer,
        why="Adam at 0.3 is hundreds of times what a Transformer bears.",
    ),
    Case(
        "digits_sgd_rate_low",
        "mlp",
        partial(digits_mlp, optimizer=partial(optimizers.SGD, 1e-4)),
        fault="lr_too_low",
        also=LOW,
        twin=partial(digits_mlp, optimizer=partial(optimizers.SGD, 0.1)),
        why="SGD at 0.0001 moves nothing in 20 epochs.",
    ),
    Case(
        "reviews_gru_rate_low",
        "gru",
        partial(reviews_gru, optimizer=partial(optimizers.Adam, 5e-6)),
        fault="lr_too_low",
        also=LOW,
        twin=reviews_gru,
        why="Adam at 0.000005: the loss stays where it began.",
    ),
    Case(
        "sales_rnn_rate_low",
        "simple_rnn",
        partial(sales_rnn, optimizer=partial(optimizers.Adam, 3e-6)),
        fault="lr_too_low",
        also=LOW,
        twin=sales_rnn,
        why="A thousandth of the rate that fits.",
    ),
    Case(
        "digits_two_epochs",
        "mlp",
        partial(digits_mlp, epochs=2, batch_size=128),
        fault="too_few_epochs",
        also=("lr_too_low", "underfitting"),
        twin=partial(digits_mlp, epochs=40, batch_size=128),
        why="Two epochs of 40 that it takes.",
    ),
    Case(
        "waves_lstm_three_epochs",
        "lstm",
        partial(waves_lstm, epochs=3),
        fault="too_few_epochs",
        also=("underfitting",),
        twin=waves_lstm,
        why="Stopped in the middle of the fall.",
    ),
    Case(
        "reviews_gru_patience_zero",
        "gru",
        partial(reviews_gru_stopped, patience=0),
        fault="too_few_epochs",
        also=("underfitting",),
        twin=partial(reviews_gru_stopped, patience=8),
        why="Early stopping without patience ends the training on the plateau before the fall.",
    ),
    Case(
        "curve_momentum_jumps",
        "mlp",
        partial(curve_mlp, optimizer=partial(optimizers.SGD, 0.015, momentum=0.985), batch_size=16),
        fault="oscillating_loss",
        also=("lr_too_high", "dead_relu"),
        twin=partial(
            curve_mlp, optimizer=partial(optimizers.SGD, 0.015, momentum=0.9), batch_size=16
        ),
        why="A rate that fits momentum 0.9 jumps about at 0.985.",
    ),
    Case(
        "sales_rnn_jumps",
        "simple_rnn",
        partial(sales_rnn, optimizer=partial(optimizers.RMSprop, 0.05), batch_size=8),
        fault="oscillating_loss",
        also=("lr_too_high", "saturated_activation"),
        twin=partial(sales_rnn, optimizer=partial(optimizers.RMSprop, 0.002), batch_size=8),
        why="Batches of 8 with large steps: the loss jumps from epoch to epoch.",
    ),
)
