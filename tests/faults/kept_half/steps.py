"""Step sizes and budgets: too large, too small, too short, jumping, bursting, not a number."""

from __future__ import annotations

from functools import partial

import keras
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import (
    accuracy,
    binary_accuracy,
    explained,
    mlp,
    recurrent,
    training,
    transformer,
)
from keras import layers

ADAM, SGD = keras.optimizers.Adam, keras.optimizers.SGD


def deep_digits(seed: int, learning_rate: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = mlp(64, (32, 32, 32), 10, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(learning_rate), epochs=15)


def forecast(seed: int, learning_rate: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    score = explained(rows.x_clean, rows.y_clean)
    model = recurrent(layers.LSTM, (16, 1), (12,), 1)
    optimizer = ADAM(learning_rate)
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=["mae"], epochs=20)


def reviews(seed: int, optimizer: object, epochs: int = 12) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.words(seed)
    model = transformer((16,), 1, "sigmoid", vocabulary=40, blocks=2)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    loss = "binary_crossentropy"
    return training(model, rows, score, optimizer=optimizer(), loss=loss, epochs=epochs)


def progress(seed: int, learning_rate: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.diabetes(seed)
    score = explained(rows.x_clean, rows.y_clean)
    optimizer = SGD(learning_rate, momentum=0.9)
    model = mlp(10, (24, 24), 1)
    return training(model, rows, score, optimizer=optimizer, loss="mse", metrics=[], epochs=15)


def vintages(seed: int, learning_rate: float) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.wine(seed)
    model = mlp(13, (16, 16), 3, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=SGD(learning_rate), epochs=40, batch_size=8)


def lines(
    seed: int, cell: object, optimizer: object, epochs: int = 15, batch_size: int = 32
) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digit_lines(seed)
    model = recurrent(cell, (8, 8), (24,), 10, "softmax")
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    made = optimizer()
    return training(model, rows, score, optimizer=made, epochs=epochs, batch_size=batch_size)


def tumours(seed: int, epochs: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.cancer(seed)
    model = mlp(30, (16, 16), 1, "sigmoid")
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=SGD(0.01), loss="binary_crossentropy", epochs=epochs
    )


CASES = (
    Case(
        "digits_with_adam_at_three_tenths",
        "mlp",
        partial(deep_digits, learning_rate=0.3),
        "lr_too_high",
        ("dead_relu", "class_collapse", "oscillating_loss"),
        partial(deep_digits, learning_rate=0.002),
        why="A step for plain SGD was given to Adam.",
    ),
    Case(
        "forecast_with_adam_at_three",
        "lstm",
        partial(forecast, learning_rate=3.0),
        "lr_too_high",
        ("oscillating_loss", "saturated_activation"),
        partial(forecast, learning_rate=0.01),
        why="At a step of 3 the gates are driven shut in a few batches.",
    ),
    Case(
        "reviews_with_adam_at_a_tenth",
        "transformer",
        partial(reviews, optimizer=partial(ADAM, 0.1)),
        "lr_too_high",
        ("class_collapse", "oscillating_loss"),
        partial(reviews, optimizer=ADAM),
        why="Attention does not survive so large a step, and answers the same for every row.",
    ),
    Case(
        "progress_with_sgd_at_a_half",
        "mlp",
        partial(progress, learning_rate=0.5),
        "lr_too_high",
        ("exploding_gradient", "oscillating_loss", "dead_relu"),
        partial(progress, learning_rate=0.002),
        why="Momentum makes a step of a half a step of five: too large for squared errors.",
    ),
    Case(
        "vintages_with_sgd_at_a_hundred_thousandth",
        "mlp",
        partial(vintages, learning_rate=1e-5),
        "lr_too_low",
        ("too_few_epochs", "underfitting"),
        partial(vintages, learning_rate=0.05),
        why="The step was copied from a fine-tuning recipe.",
    ),
    Case(
        "lines_with_adam_at_a_millionth",
        "gru",
        partial(lines, cell=layers.GRU, optimizer=partial(ADAM, 1e-6)),
        "lr_too_low",
        ("too_few_epochs", "underfitting", "class_collapse"),
        partial(lines, cell=layers.GRU, optimizer=partial(ADAM, 0.01)),
        why="At a millionth the weights do not leave where they began.",
    ),
    Case(
        "reviews_with_adadelta_as_it_comes",
        "transformer",
        partial(reviews, optimizer=keras.optimizers.Adadelta),
        "lr_too_low",
        ("too_few_epochs", "underfitting"),
        partial(reviews, optimizer=ADAM),
        why="Adadelta comes with a step of 0.001, where its paper has 1.",
    ),
    Case(
        "tumours_for_three_epochs",
        "mlp",
        partial(tumours, epochs=3),
        "too_few_epochs",
        ("underfitting", "class_collapse"),
        partial(tumours, epochs=40),
        why="Training stops while the loss is still falling steeply.",
    ),
    Case(
        "lines_for_two_epochs",
        "simple_rnn",
        partial(lines, cell=layers.SimpleRNN, optimizer=ADAM, epochs=2),
        "too_few_epochs",
        ("underfitting",),
        partial(lines, cell=layers.SimpleRNN, optimizer=ADAM, epochs=30),
        why="Two passes over six hundred rows are not enough at the usual step.",
    ),
)
