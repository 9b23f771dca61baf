"""Losses, output layers, and targets that do not belong to one another."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers
from open_half import rows as data
from open_half.parts import decides, explains, picks, put, reader, recurrent, stack, transformer

SPARSE = "sparse_categorical_crossentropy"


def digits_hot(seed: int, loss: str = "categorical_crossentropy", **options: Any) -> Training:
    """Digits as one-hot targets under a loss."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16).targets(data.one_hot(10))
    return put(
        stack((64,), (48,), 10, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.1),
        loss=loss,
        metrics=["accuracy"],
        **options,
    )


def clusters_number(seed: int, classes_out: int = 5, loss: str = SPARSE) -> Training:
    """Five classes, answered as one number or as shares."""
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed, classes=5)
    single = classes_out == 1
    model = stack((12,), (48, 48), classes_out, None if single else "softmax")
    score = picks(rows.test_x, rows.test_y)
    if single:

        def score(model: Any) -> float:
            said = model.predict(rows.test_x, verbose=0)
            said = said.argmax(-1) if said.shape[-1] > 1 else np.rint(said[:, 0])
            return float(np.mean(said == rows.test_y))

    return put(model, rows, score, loss=loss, metrics=["accuracy"])


def moons_head(
    seed: int, head: str | None = "sigmoid", loss: Any = "binary_crossentropy", labels: str = "01"
) -> Training:
    """Moons with a head, a loss and labels."""
    keras.utils.set_random_seed(seed)
    rows = data.moons(seed, noise=0.25)
    score = decides(rows.test_x, rows.test_y)
    if labels == "signs":
        rows = rows.targets(lambda y: 2 * y - 1)
    return put(
        stack((2,), (32, 16), 1, head),
        rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss=loss,
        metrics=["accuracy"],
    )


def reviews_head(
    seed: int, cell: Any = layers.LSTM, head: str = "sigmoid", loss: str = "binary_crossentropy"
) -> Training:
    """Reviews with a head and a loss on one unit."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed)
    return put(
        reader(60, 20, cell(16), 1, head),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=loss,
        metrics=["accuracy"],
        epochs=12,
    )


def curve_head(seed: int, head: str | None = None, loss: str = "mse", **fit: Any) -> Training:
    """A curved target, half of it below 0."""
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed)
    return put(
        stack((10,), (48, 24), 1, head),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=loss,
        metrics=["mae"],
        **fit,
    )


def sums_gru(seed: int, head: str | None = None) -> Training:
    """Sums of marked numbers, from -3 to 3."""
    keras.utils.set_random_seed(seed)
    rows = data.running_sum(seed)
    return put(
        recurrent(layers.GRU, (25, 2), 16, 1, head),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        epochs=15,
    )


def sums(seed: int, cell: Any = layers.LSTM, **options: Any) -> Training:
    """Sums of marked numbers, with options of the recurrent layer."""
    keras.utils.set_random_seed(seed)
    rows = data.running_sum(seed).targets(lambda y: y[:, None])
    return put(
        recurrent(cell, (25, 2), 16, 1, **options),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        epochs=15,
    )


def curve_units(seed: int, units: int = 1) -> Training:
    """One number asked, so many answered."""
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed).targets(lambda y: y[:, None])
    outputs = stack((10,), (32, 32), units)
    score = explains(rows.test_x, rows.test_y)
    if units > 1:
        score_one = score

        def score(model: Any) -> float:
            return score_one(model) if model.output_shape[-1] == 1 else 0.0

    return put(
        outputs,
        rows,
        score,
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        metrics=["mae"],
        epochs=12,
    )


def iris_targets(seed: int, loss: str = SPARSE, columns: int = 0) -> Training:
    """Iris with labels as whole numbers, or one-hot in so many columns."""
    keras.utils.set_random_seed(seed)
    rows = data.iris(seed).scaled()
    score = picks(rows.test_x, rows.test_y)
    if columns:
        rows = rows.targets(lambda y: data.one_hot(columns)(y + columns - 3))
    return put(
        stack((4,), (16, 16), 3, "softmax"),
        rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss=loss,
        metrics=["accuracy"],
        batch_size=16,
    )


def waves_pooled(seed: int, pooled: bool = True) -> Training:
    """Waves through a Transformer, one answer a series."""
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed)
    model = transformer(40, 3, "softmax", width=12)
    if not pooled:
        before = next(each for each in model.layers if "pooling" in each.name)
        model = keras.Model(model.input, layers.Dense(3, activation="softmax")(before.input))
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
    )


def waves_labels(seed: int, change: Any = None, **options: Any) -> Training:
    """Waves whose labels were changed."""
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed)
    score = picks(rows.test_x, rows.test_y)
    return put(
        recurrent(layers.GRU, (40, 1), 20, 3, "softmax"),
        rows.targets(change) if change else rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
        **options,
    )


def digits_labels(seed: int, change: Any = None) -> Training:
    """Digits whose labels were changed."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    score = picks(rows.test_x, rows.test_y)
    return put(
        stack((64,), (48,), 10, "softmax"),
        rows.targets(change) if change else rows,
        score,
        loss=SPARSE,
        metrics=["accuracy"],
    )


def reviews_labels(seed: int, shuffled: bool = False) -> Training:
    """Reviews whose labels lost their rows, or not."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed)
    score = decides(rows.test_x, rows.test_y)
    if shuffled:
        rows = rows.targets(np.random.default_rng(seed).permutation)
    return put(
        reader(60, 20, layers.GRU(12)),
        rows,
        score,
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


def from_one(y: Any) -> Any:
    """Return labels from 1 on."""
    return y + 1


def squeezed(y: Any) -> Any:
    """Return labels scaled as if they were pixels."""
    return (y / 255.0).astype("float32")


CASES: tuple[Case, ...] = (
    Case(
        "digits_mse_on_shares",
        "mlp",
        partial(digits_hot, loss="mse"),
        fault="wrong_loss",
        also=("too_few_epochs", "lr_too_low", "underfitting"),
        twin=digits_hot,
        why="Squared errors of ten shares give gradients so small that 20 epochs are too few.",
    ),
    Case(
        "clusters_as_one_number",
        "mlp",
        partial(clusters_number, classes_out=1, loss="mse"),
        fault="wrong_loss",
        also=("wrong_output_activation", "label_shape_mismatch", "underfitting", "overfitting"),
        twin=clusters_number,
        architecture=True,
        why="Five classes without an order are asked as one number.",
    ),
    Case(
        "reviews_one_unit_categorical",
        "lstm",
        partial(reviews_head, loss="categorical_crossentropy"),
        fault="wrong_loss",
        also=("wrong_output_activation", "label_shape_mismatch", "class_collapse", "underfitting"),
        twin=reviews_head,
        why="Categorical cross-entropy of a single sigmoid unit is 0 whatever it says.",
    ),
    Case(
        "curve_cosine",
        "mlp",
        partial(curve_head, loss="cosine_similarity"),
        fault="wrong_loss",
        also=("underfitting",),
        twin=curve_head,
        why="Cosine similarity of one number knows its sign alone.",
    ),
    Case(
        "reviews_softmax_one_unit",
        "gru",
        partial(reviews_head, cell=layers.GRU, head="softmax"),
        fault="wrong_output_activation",
        also=("class_collapse", "wrong_loss", "underfitting"),
        twin=partial(reviews_head, cell=layers.GRU),
        architecture=True,
        why="Softmax over one unit is 1 for every row.",
    ),
    Case(
        "curve_relu_output",
        "mlp",
        partial(curve_head, head="relu"),
        fault="wrong_output_activation",
        also=("dead_relu", "underfitting"),
        twin=curve_head,
        architecture=True,
        why="A rectifier cannot say the half of the targets that lies below 0.",
    ),
    Case(
        "sums_sigmoid_output",
        "gru",
        partial(sums_gru, head="sigmoid"),
        fault="wrong_output_activation",
        also=("saturated_activation", "underfitting"),
        twin=sums_gru,
        architecture=True,
        why="Targets from -3 to 3, answers between 0 and 1.",
    ),
    Case(
        "moons_relu_output",
        "mlp",
        partial(moons_head, head="relu"),
        fault="wrong_output_activation",
        also=("wrong_loss", "dead_relu", "class_collapse", "underfitting"),
        twin=moons_head,
        architecture=True,
        why="Binary cross-entropy reads what a rectifier says as a probability.",
    ),
    Case(
        "reviews_linear_bce",
        "simple_rnn",
        partial(reviews_head, cell=layers.SimpleRNN, head="linear"),
        fault="wrong_output_activation",
        also=("wrong_loss", "class_collapse", "underfitting", "overfitting"),
        twin=partial(reviews_head, cell=layers.SimpleRNN),
        architecture=True,
        why="A linear output under binary cross-entropy that expects probabilities.",
    ),
    Case(
        "sums_sequence_left_on",
        "lstm",
        partial(sums, return_sequences=True),
        fault="label_shape_mismatch",
        also=("underfitting",),
        twin=sums,
        architecture=True,
        why="An answer at each of 25 steps is compared, by broadcasting, with one target.",
    ),
    Case(
        "curve_three_units",
        "mlp",
        partial(curve_units, units=3),
        fault="label_shape_mismatch",
        twin=curve_units,
        architecture=True,
        why="Three answers are compared with one target, by broadcasting.",
    ),
    Case(
        "iris_four_columns_three_units",
        "mlp",
        partial(iris_targets, loss="categorical_crossentropy", columns=4),
        fault="label_shape_mismatch",
        also=("bad_labels",),
        twin=partial(iris_targets, loss="categorical_crossentropy", columns=3),
        runs=False,
        why="Labels 1 to 3 made one-hot have a first column that is never used: four for three.",
    ),
    Case(
        "iris_numbers_for_one_hot",
        "mlp",
        partial(iris_targets, loss="categorical_crossentropy"),
        fault="wrong_loss",
        also=("label_shape_mismatch",),
        twin=iris_targets,
        runs=False,
        why="The loss for one-hot rows on whole numbers: fit ends with an error.",
    ),
    Case(
        "waves_not_pooled",
        "transformer",
        partial(waves_pooled, pooled=False),
        fault="label_shape_mismatch",
        twin=waves_pooled,
        architecture=True,
        runs=False,
        why="Three shares at each of 40 steps against one label: fit ends with an error.",
    ),
    Case(
        "waves_labels_from_one",
        "gru",
        partial(waves_labels, change=from_one),
        fault="bad_labels",
        also=("label_shape_mismatch", "nan_loss"),
        twin=waves_labels,
        runs=False,
        why="Labels 1 to 3 for three units, which are counted from 0.",
    ),
    Case(
        "moons_labels_minus_one",
        "mlp",
        partial(moons_head, labels="signs"),
        fault="bad_labels",
        also=("wrong_loss", "wrong_output_activation", "class_collapse", "underfitting"),
        twin=moons_head,
        why="Binary cross-entropy expects 0 and 1 and gets -1 and 1: its loss falls below 0.",
    ),
    Case(
        "digits_labels_scaled_like_pixels",
        "mlp",
        partial(digits_labels, change=squeezed),
        fault="bad_labels",
        also=("class_collapse", "underfitting"),
        twin=digits_labels,
        why="Labels divided by 255 are all 0 when read as whole numbers.",
    ),
    Case(
        "reviews_labels_shuffled",
        "gru",
        partial(reviews_labels, shuffled=True),
        fault="bad_labels",
        also=("overfitting", "underfitting"),
        twin=reviews_labels,
        repairable=False,
        why="Texts were shuffled, their labels shuffled otherwise.",
    ),
)
