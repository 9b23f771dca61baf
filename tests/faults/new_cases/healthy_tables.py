"""Healthy trainings on tables and pictures: what looks odd is right."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, ops, optimizers, regularizers
from keras.optimizers import schedules
from new_cases import tables
from new_cases.models import (
    SPARSE,
    convolved,
    healthy,
    marks,
    stopping,
    two_doors,
)
from open_half.parts import decides, explains, picks, put, stack
from open_half.rows import Rows, divide


def small_spiral(seed: int) -> Training:
    """Ninety rows and few weights."""
    keras.utils.set_random_seed(seed)
    rows = tables.spiral(seed, arms=2, train=90, noise=0.1)
    return put(
        stack((2,), (16, 8), 2, "softmax", "swish"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.02),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=60,
        batch_size=30,
        callbacks=[stopping(10)],
    )


def one_in_five_wrong(seed: int) -> Training:
    """A fifth of all labels is wrong, in every part; more than four in five nobody reaches."""
    keras.utils.set_random_seed(seed)
    rows = tables.shells(seed, classes=2, train=2500)
    draw = np.random.default_rng(seed)
    noisy = rows.targets(lambda y: np.where(draw.random(len(y)) < 0.2, 1 - y, y))
    return put(
        stack((4,), (16,), 1, "sigmoid", kernel_regularizer=regularizers.L2(1e-3)),
        noisy,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=20,
        batch_size=64,
        callbacks=[stopping(5)],
    )


def several_marks(seed: int) -> Training:
    """Marks of which several hold at once, smoothed: the loss ends well above 0."""
    keras.utils.set_random_seed(seed)
    rows = tables.topics_of_tables(seed)
    return put(
        stack((20,), (24,), 5, "sigmoid", kernel_regularizer=regularizers.L2(1e-3)),
        rows,
        marks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss=keras.losses.BinaryCrossentropy(label_smoothing=0.1),
        metrics=["binary_accuracy"],
        epochs=20,
        callbacks=[stopping(4)],
    )


def counted(seed: int) -> Training:
    """Rented bicycles: counts, an exponential answer, a loss that is below 0."""
    keras.utils.set_random_seed(seed)
    rows = tables.rentals(seed, level=2.0)
    return put(
        stack((6,), (32, 16), 1, "exponential"),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="poisson",
        epochs=25,
        callbacks=[stopping(6)],
    )


def momentum_at_a_tenth(seed: int) -> Training:
    """SGD at 0.1 with momentum 0.9, batch norm between the layers."""
    keras.utils.set_random_seed(seed)
    rows = tables.shells(seed, train=900)
    model = keras.Sequential([keras.Input((4,))])
    for _ in range(2):
        model.add(layers.Dense(32, use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.Activation("relu"))
    model.add(layers.Dense(3, activation="softmax"))
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.1, momentum=0.9),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
        batch_size=64,
    )


def heavy_ridge(seed: int) -> Training:
    """Two hundred rows of sixty noisy numbers: a penalty of 0.2 is what they need."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    x = draw.normal(0, 1, (700, 60)).astype("float32")
    y = x @ draw.normal(0, 0.13, 60) + draw.normal(0, 0.6, 700)
    rows = divide(x, y.astype("float32"), 200, 100)
    head = layers.Dense(1, kernel_regularizer=regularizers.L2(0.2))
    return put(
        keras.Sequential([keras.Input((60,)), head]),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        epochs=60,
        batch_size=20,
        callbacks=[stopping(10)],
    )


def cleaned(seed: int) -> Training:
    """Noisy pieces of photographs in, clean ones out."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    draw = np.random.default_rng(seed)
    noisy = lambda x: (x + draw.normal(0, 0.15, x.shape)).astype("float32")  # noqa: E731
    clean = Rows(rows.x, rows.x, rows.valid_x, rows.valid_x, rows.test_x, rows.test_x)
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(given)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    model = keras.Model(given, layers.Conv2D(3, 3, padding="same", activation="sigmoid")(x))
    rows = clean.inputs(noisy)

    def score(model: Any) -> float:
        off = np.asarray(model.predict(rows.test_x, verbose=0)) - rows.test_y
        return float(max(0.0, 1 - np.mean(off**2) / np.var(rows.test_y)))

    return put(
        model, rows, score, optimizer=optimizers.Adam(0.005), loss="mse", epochs=20, batch_size=64
    )


def both_answers(seed: int) -> Training:
    """Rented bicycles and whether it is a busy hour: two answers, two losses."""
    keras.utils.set_random_seed(seed)
    rows = tables.rentals(seed)
    given = keras.Input((6,), name="hour")
    x = layers.Dense(32, activation="elu")(given)
    x = layers.Dense(16, activation="elu")(x)
    busy = layers.Dense(1, activation="sigmoid", name="busy")(x)
    count = layers.Dense(1, activation="softplus", name="count")(x)
    both = lambda y: {"busy": (y > 3).astype("float32"), "count": y}  # noqa: E731
    return put(
        keras.Model(given, {"busy": busy, "count": count}),
        rows.targets(both),
        decides(rows.test_x, (rows.test_y > 3).astype(int)),
        optimizer=optimizers.Nadam(0.003),
        loss={"busy": "binary_crossentropy", "count": "huber"},
        metrics={"busy": ["accuracy"], "count": ["mae"]},
        epochs=25,
        callbacks=[stopping(5)],
    )


def weighted_rows(seed: int) -> Training:
    """Named columns, labels and weights of rows from tf.data."""
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed)
    weights = np.random.default_rng(seed).uniform(0.2, 1.8, len(rows.y)).astype("float32")
    made = put(
        two_doors(activation="selu", kernel_initializer="lecun_normal"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )
    given = tf.data.Dataset.from_tensor_slices((rows.x, rows.y, weights))
    made.x, made.y = given.shuffle(800, seed=seed).batch(made.fit.pop("batch_size")), None
    return made


def pinball(target: Any, given: Any) -> Any:
    """Return the loss whose best answer is what nine in ten stay below."""
    off = target - given
    return ops.mean(ops.maximum(0.9 * off, -0.1 * off), axis=-1)


def nine_in_ten(seed: int) -> Training:
    """A loss of one's own: the count that nine hours in ten stay below."""
    keras.utils.set_random_seed(seed)
    rows = tables.rentals(seed, train=1000)

    def score(model: Any) -> float:
        below = np.mean(rows.test_y <= np.asarray(model.predict(rows.test_x, verbose=0))[:, 0])
        return float(1 - abs(below - 0.9))

    return put(
        stack((6,), (24,), 1),
        rows.targets(lambda y: y[:, None]),
        score,
        optimizer=optimizers.Adam(0.005),
        loss=pinball,
        epochs=20,
        callbacks=[stopping(5)],
    )


def tuned_again(seed: int) -> Training:
    """Good weights, a new rate of 0.00005, two layers frozen: there is little left to gain."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    made = put(
        convolved(1, "sigmoid"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=6,
    )
    made.model.fit(made.x, made.y, epochs=20, batch_size=32, verbose=0)
    for layer in made.model.layers[:-1]:
        layer.trainable = False
    made.model.compile(optimizers.Adam(5e-5), "binary_crossentropy", metrics=["accuracy"])
    return made


def warmed_up(seed: int) -> Training:
    """A rate that climbs to 0.02 and falls along a cosine; AdamW; answers as logits."""
    keras.utils.set_random_seed(seed)
    rows = tables.spiral(seed)
    rate = schedules.CosineDecay(0.0, 500, alpha=0.0, warmup_target=0.02, warmup_steps=70)
    return put(
        stack((2,), (48, 48), 3, None, "gelu"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.AdamW(rate, weight_decay=0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        epochs=30,
    )


def large(seed: int) -> Training:
    """Half a million weights on 700 pieces, with dropout and early stopping."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten()])
    for _ in range(2):
        model.add(layers.Dense(512, activation="relu"))
        model.add(layers.Dropout(0.4))
    model.add(layers.Dense(1, activation="sigmoid"))
    return put(
        model,
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(5e-4),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
        batch_size=64,
        callbacks=[stopping(4)],
    )


CASES: tuple[Case, ...] = (
    healthy("small_spiral", "mlp", small_spiral, "Ninety rows are enough here."),
    healthy("one_in_five_wrong", "mlp", one_in_five_wrong, "Nobody reaches more than 80 %."),
    healthy("several_marks", "mlp", several_marks, "Smoothed marks keep the loss above 0."),
    healthy("counted", "mlp", counted, "Poisson's loss has no natural zero."),
    healthy("momentum_at_a_tenth", "mlp", momentum_at_a_tenth, "Batch norm bears 0.1."),
    healthy("heavy_ridge", "mlp", heavy_ridge, "Sixty noisy columns need the penalty."),
    healthy("cleaned", "mlp", cleaned, "Pictures are the targets."),
    healthy("both_answers", "mlp", both_answers, "Two answers from one model."),
    healthy("weighted_rows", "mlp", weighted_rows, "Each row has its weight."),
    healthy("nine_in_ten", "mlp", nine_in_ten, "Nine in ten are to lie below the answer."),
    healthy("tuned_again", "mlp", tuned_again, "Good weights move little, and should."),
    healthy("warmed_up", "mlp", warmed_up, "The rate begins at 0 and ends there."),
    healthy("large", "mlp", large, "Many weights, and no harm done."),
)
