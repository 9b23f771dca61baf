"""More healthy trainings on tables: odd units, odd targets, odd optimizers, all of them right."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, ops, optimizers, regularizers
from new_cases import tables
from new_cases.models import SPARSE, convolved, healthy, stopping, streamed, two_doors
from open_half.parts import balanced, decides, explains, picks, put, stack


def own_units(seed: int) -> Training:
    """Columns in their own units, to 1,760, which the model scales itself; from tf.data."""
    keras.utils.set_random_seed(seed)
    rows = tables.circuit(seed)
    first = layers.Normalization()
    first.adapt(rows.x)
    model = keras.Sequential(
        [keras.Input((4,)), first, layers.Dense(48, activation="relu"), layers.Dense(1)]
    )
    rows = rows.targets(lambda y: ((y - 470) / 380).astype("float32"))
    made = put(
        model,
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        metrics=["mae"],
        epochs=20,
    )
    return streamed(made, seed)


def doors_in_own_units(seed: int) -> Training:
    """Months and bills as they are, through one door of two, behind which they are scaled."""
    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed, raw=True)
    first = layers.Normalization()
    first.adapt(rows.x["numbers"])
    return put(
        two_doors(first=first),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=12,
    )


def shares_as_targets(seed: int) -> Training:
    """Targets between 0 and 1 under binary cross-entropy: the loss cannot reach 0."""
    keras.utils.set_random_seed(seed)
    rows = tables.roll(seed, train=800)
    rows = rows.targets(lambda y: (1 / (1 + np.exp(-y))).astype("float32"))
    return put(
        stack((3,), (32, 32), 1, "sigmoid"),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["mae"],
        epochs=20,
    )


def degrees(seed: int) -> Training:
    """Targets about 15 with a deviation of 12: more than 1, and within reach."""
    keras.utils.set_random_seed(seed)
    rows = tables.roll(seed, train=800).targets(lambda y: (15 + 12 * y).astype("float32"))
    return put(
        stack((3,), (48, 48), 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mae",
        epochs=25,
        callbacks=[keras.callbacks.ReduceLROnPlateau(patience=4, factor=0.3)],
    )


def logarithm_of_counts(seed: int) -> Training:
    """Counts to some hundreds as logarithms."""
    keras.utils.set_random_seed(seed)
    rows = tables.rentals(seed, level=40.0).targets(lambda y: np.log1p(y).astype("float32"))
    return put(
        stack((6,), (48, 24), 1, None, "swish"),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.RMSprop(0.002),
        loss="huber",
        epochs=25,
    )


def gates(seed: int) -> Training:
    """Hidden sigmoids that are gates: they multiply what other units say."""
    keras.utils.set_random_seed(seed)
    rows = tables.shells(seed)
    x = given = keras.Input((4,))
    for _ in range(2):
        gate = layers.Dense(32, activation="sigmoid")(x)
        x = layers.Multiply()([gate, layers.Dense(32)(x)])
    return put(
        keras.Model(given, layers.Dense(3, activation="softmax")(x)),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=30,
        callbacks=[stopping(6)],
    )


def focal(seed: int) -> Training:
    """One borrower in ten fails; a focal loss and areas under curves see to it."""
    keras.utils.set_random_seed(seed)
    rows = tables.loans(seed, 0.1, train=1200)
    return put(
        stack((6,), (24,), 1, "sigmoid", kernel_regularizer=regularizers.L2(1e-3)),
        rows,
        balanced(rows.test_x, rows.test_y, 0.4),
        optimizer=optimizers.Adam(0.005),
        loss=keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.85),
        metrics=[keras.metrics.AUC(name="auc"), keras.metrics.AUC(curve="PR", name="precision")],
        epochs=15,
    )


def lion(seed: int) -> Training:
    """Lion, whose steps are small by nature, with clipping."""
    keras.utils.set_random_seed(seed)
    rows = tables.shells(seed)
    return put(
        stack((4,), (48, 24), 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Lion(1e-3, clipnorm=1.0),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=30,
    )


def whole_table(seed: int) -> Training:
    """One step an epoch, on the whole table; slow, even, and it arrives."""
    keras.utils.set_random_seed(seed)
    rows = tables.spiral(seed, arms=2)
    return put(
        stack((2,), (32, 32), 1, "sigmoid", "tanh"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.03),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=60,
        batch_size=600,
    )


def pairs(seed: int) -> Training:
    """Two rows a batch: the loss of a batch says nothing, the epochs fall."""
    keras.utils.set_random_seed(seed)
    rows = tables.roll(seed, train=250)
    return put(
        stack((3,), (24, 24), 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss="mse",
        epochs=12,
        batch_size=2,
    )


def short(seed: int) -> Training:
    """Three epochs of many steps are enough."""
    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed, train=6000)
    return put(
        two_doors(),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=4,
    )


class Scored(keras.Model):
    """A class with an augmentation of its own, which is off when it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.flip = layers.RandomFlip("horizontal")
        self.body = convolved(8, "relu")
        self.answer = layers.Dense(2)

    def call(self, x: Any, training: bool = False) -> Any:
        return ops.log_softmax(self.answer(self.body(self.flip(x, training=training))))


def log_shares(seed: int) -> Training:
    """Answers are logarithms of shares, which are logits as well."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    return put(
        Scored(),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adamax(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        epochs=12,
    )


CASES: tuple[Case, ...] = (
    healthy("own_units", "mlp", own_units, "Raw columns, scaled by the model."),
    healthy("doors_in_own_units", "mlp", doors_in_own_units, "Each door scales for itself."),
    healthy("shares_as_targets", "mlp", shares_as_targets, "Targets need not be 0 or 1."),
    healthy("degrees", "mlp", degrees, "A deviation of 12 is reached in a few epochs."),
    healthy("logarithm_of_counts", "mlp", logarithm_of_counts, "Means of 4 need no scaling."),
    healthy("gates", "mlp", gates, "Sigmoids that multiply are gates."),
    healthy("focal", "mlp", focal, "One in ten, and a loss that is made for it."),
    healthy("lion", "mlp", lion, "Lion takes a tenth of Adam's rate."),
    healthy("whole_table", "mlp", whole_table, "Sixty steps are enough."),
    healthy("pairs", "mlp", pairs, "Two rows a batch, and steps that fit."),
    healthy("short", "mlp", short, "Four epochs of 188 steps."),
    healthy("log_shares", "mlp", log_shares, "Logarithms of shares may be taken as logits."),
)
