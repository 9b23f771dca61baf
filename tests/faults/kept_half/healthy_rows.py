"""Healthy trainings on rows of numbers, many of which look odd at first."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import (
    Rows,
    accuracy,
    binary_accuracy,
    cut,
    explained,
    mlp,
    training,
)
from keras import layers, ops, regularizers

ADAM, SGD = keras.optimizers.Adam, keras.optimizers.SGD
YES_NO = "binary_crossentropy"


def flowers(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.iris(seed)
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    fit = {"epochs": 25, "batch_size": 4}
    return training(mlp(4, (8,), 3, "softmax"), rows, score, optimizer=ADAM(0.005), **fit)


def wide_digits(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed, 1500)
    model = mlp(64, (128, 128), 10, "softmax", dropout=0.3)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=ADAM(0.002), epochs=12)


def noisy_labels(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.blobs(seed, rare=0.5, rows=1500, apart=2.0)
    made = np.random.default_rng(seed + 1)
    y, y_valid = (
        np.where(made.random(len(part)) < 0.25, 1 - part, part).astype("float32")
        for part in (rows.y, rows.y_valid)
    )
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    rows = replace(rows, y=y, y_valid=y_valid)
    model = mlp(8, (6,), 1, "sigmoid", regularizer=regularizers.L2(0.01))
    return training(model, rows, score, optimizer=ADAM(0.01), loss=YES_NO, epochs=12)


@keras.saving.register_keras_serializable("kept_half")
def likelihood(target: object, given: object) -> object:
    """Minus the logarithm of a normal density, without its constant; below 0 where it is narrow."""
    mean, spread = given[:, :1], given[:, 1:]
    return ops.mean(spread + 0.5 * ops.square((target - mean) / ops.exp(spread)), axis=-1)


def spread(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    x = made.uniform(-1.5, 1.5, (1000, 2))
    truth = np.sin(2 * x[:, 0])
    y = truth + 0.25 * np.exp(x[:, 1]) * made.normal(size=1000)
    rows = cut(x.astype("float32"), np.stack([y, truth], -1).astype("float32"), seed)
    truth = rows.y_clean[:, 1]

    def score(model: keras.Model) -> float:
        given = np.asarray(model.predict(rows.x_clean, verbose=0))[:, 0]
        return float(1 - np.mean((given - truth) ** 2) / np.var(truth))

    only = replace(rows, y=rows.y[:, :1], y_valid=rows.y_valid[:, :1])
    model = mlp(2, (24, 24), 2)
    return training(
        model, only, score, optimizer=ADAM(0.005), loss=likelihood, metrics=[], epochs=25
    )


def rare_but_plain(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.blobs(seed, rare=0.12, rows=1200, apart=5.0)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    model = mlp(8, (8,), 1, "sigmoid")
    return training(model, rows, score, optimizer=ADAM(0.01), loss=YES_NO, epochs=15)


def three_passes(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.blobs(seed, rare=0.5, rows=1500, apart=2.0)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    model = mlp(8, (), 1, "sigmoid")
    fit = {"epochs": 4, "batch_size": 16}
    return training(model, rows, score, optimizer=ADAM(0.03), loss=YES_NO, **fit)


def long_decay(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.diabetes(seed)
    rate = keras.optimizers.schedules.CosineDecay(0.01, 40 * 9)
    model = mlp(10, (8,), 1, "linear", regularizer=regularizers.L2(0.02))
    score = explained(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(rate), loss="mse", metrics=["mae"], epochs=40
    )


def slow_descent(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(mlp(64, (32,), 10, "softmax"), rows, score, optimizer=SGD(0.06), epochs=40)


def warm_start(seed: int) -> Training:
    """The model comes with weights that fit already, and is given a few more gentle passes."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.cancer(seed)
    model = mlp(30, (8,), 1, "sigmoid", regularizer=regularizers.L2(0.01))
    model.compile(optimizer=ADAM(0.01), loss=YES_NO)
    model.fit(rows.x, rows.y, epochs=20, verbose=0)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=ADAM(1e-4), loss=YES_NO, epochs=8)


def counts(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    x = made.normal(size=(1000, 4))
    rate = np.exp(0.6 * x[:, 0] - 0.4 * x[:, 1] + 0.5)
    y = np.stack([made.poisson(rate), rate], -1).astype("float32")
    rows = cut(x.astype("float32"), y, seed)
    score = explained(rows.x_clean, rows.y_clean[:, 1])
    rows = replace(rows, y=rows.y[:, 0], y_valid=rows.y_valid[:, 0])
    model = mlp(4, (8,), 1, "exponential")
    return training(model, rows, score, optimizer=ADAM(0.01), loss="poisson", metrics=[], epochs=20)


def logits(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.cancer(seed)
    score = binary_accuracy(rows.x_clean, rows.y_clean, bar=0.0)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model = mlp(30, (8,), 1, regularizer=regularizers.L2(0.01))
    return training(model, rows, score, optimizer=ADAM(0.005), loss=loss, metrics=[], epochs=20)


def scaled_inside(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.cancer(seed, raw=True)
    scale = layers.Normalization()
    scale.adapt(rows.x)
    model = keras.Sequential(
        [layers.Input((30,)), scale, layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")]
    )
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    return training(model, rows, score, optimizer=ADAM(0.005), loss=YES_NO, epochs=15)


def large_steps(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    model = keras.Sequential([layers.Input((64,))])
    for _ in range(2):
        model.add(layers.Dense(32, use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.Activation("relu"))
    model.add(layers.Dense(10, "softmax"))
    score = accuracy(rows.x_clean, rows.y_clean, 10)
    return training(model, rows, score, optimizer=SGD(0.2), epochs=12, batch_size=64)


def self_scaling(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.wine(seed)
    model = mlp(13, [16] * 6, 3, "softmax", "selu", "lecun_normal")
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    return training(model, rows, score, optimizer=SGD(0.02), epochs=20, batch_size=16)


def half_precision(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.digits(seed)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential(
            [
                layers.Input((64,)),
                layers.Dense(32, "relu"),
                layers.Dense(10, "softmax", dtype="float32"),
            ]
        )
        score = accuracy(rows.x_clean, rows.y_clean, 10)
        return training(model, rows, score, optimizer=ADAM(0.005), epochs=12)
    finally:
        keras.config.set_dtype_policy(before)


def heavy_tails(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.surface(seed, rows=1500, noise=0.0)
    made = np.random.default_rng(seed + 1)
    y, y_valid = (
        (part + 0.2 * made.standard_t(1.5, len(part))).astype("float32")
        for part in (rows.y, rows.y_valid)
    )
    score = explained(rows.x_clean, rows.y_clean)
    rows = replace(rows, y=y, y_valid=y_valid)
    model = mlp(5, (32, 32), 1)
    return training(
        model, rows, score, optimizer=ADAM(0.006), loss="huber", metrics=["mae"], epochs=15
    )


def grades(seed: int) -> Training:
    """Grades from 1 to 5, which have an order, as numbers."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.surface(seed, noise=0.3)
    marks = [
        np.clip(np.round(3 + 1.2 * part), 1, 5).astype("float32")
        for part in (rows.y, rows.y_valid, rows.y_clean)
    ]
    rows = Rows(rows.x, marks[0], rows.x_valid, marks[1], rows.x_clean, marks[2])
    model = mlp(5, (24,), 1)
    score = explained(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.02), loss="mse", metrics=["mae"], epochs=30
    )


def autoencoder(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    found = kept_rows.digits(seed)
    rows = Rows(found.x, found.x, found.x_valid, found.x_valid, found.x_clean, found.x_clean)
    model = mlp(64, (16,), 64, "sigmoid")
    score = explained(rows.x_clean, rows.y_clean)
    return training(
        model, rows, score, optimizer=ADAM(0.01), loss=YES_NO, metrics=["mse"], epochs=25
    )


MADE = {
    "flowers_in_fours": (flowers, "Batches of four make a jumpy loss, and a good model."),
    "digits_with_room_to_spare": (wide_digits, "Dropout makes the training loss the higher one."),
    "a_quarter_of_the_labels_wrong": (noisy_labels, "The loss cannot fall far below ln 2."),
    "a_mean_and_its_spread": (spread, "Two answers for one target, and a loss that may pass 0."),
    "rare_but_plain": (rare_but_plain, "One in eight, so far off that no weights are needed."),
    "four_passes_will_do": (three_passes, "Logistic regression is done after four passes."),
    "forty_passes_with_decay": (long_decay, "The data are noisy: half of it is not explained."),
    "a_slow_descent": (slow_descent, "Plain small steps, and enough passes for them."),
    "a_warm_start": (warm_start, "There is hardly anything left to learn."),
    "counts_by_their_own_loss": (counts, "Poisson's loss may be below 0, and counts are noisy."),
    "logits_and_a_loss_that_knows": (logits, "The last layer is linear, and the loss knows it."),
    "scaled_inside_the_model": (scaled_inside, "The rows are raw, the model scales them."),
    "large_steps_with_batch_norm": (large_steps, "With batch norm, SGD takes steps of 0.2."),
    "self_scaling_units": (self_scaling, "Six SELU floors with the start that belongs to them."),
    "half_precision": (half_precision, "Half precision with a scaled loss and a float32 head."),
    "heavy_tails_by_huber": (heavy_tails, "Wild targets, and the loss that bears them."),
    "grades_as_numbers": (grades, "Five grades in order, learnt as a number."),
    "pictures_to_themselves": (autoencoder, "Ink between 0 and 1 is a target for cross-entropy."),
}
CASES = tuple(Case(name, "mlp", make, why=why) for name, (make, why) in MADE.items())
