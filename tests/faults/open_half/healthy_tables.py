"""Healthy trainings on tables and pictures that a fixed threshold would call ill."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, ops, optimizers, regularizers
from open_half import rows as data
from open_half.parts import balanced, decides, explains, picks, put, stack

SPARSE = "sparse_categorical_crossentropy"


def stopping(patience: int = 8) -> Any:
    return keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)


def small_iris(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.iris(seed).scaled()
    return put(
        stack((4,), (10,), 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=30,
        batch_size=16,
        callbacks=[stopping()],
    )


def noisy_labels(seed: int) -> Training:
    """One label in five is wrong: 80 % is all that anybody could reach on such rows."""
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed, classes=2, train=1400, apart=1.8)
    draw = np.random.default_rng(seed)
    noisy = rows.targets(lambda y: np.where(draw.random(len(y)) < 0.2, 1 - y, y))
    return put(
        stack((12,), (24,), 1, "sigmoid", kernel_regularizer=regularizers.L2(1e-3)),
        noisy,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
        batch_size=64,
    )


def noisy_numbers(seed: int) -> Training:
    """The diabetes table: half of the variance is all that anybody explains."""
    keras.utils.set_random_seed(seed)
    rows = data.diabetes(seed).targets(lambda y: (y - 152) / 77)
    return put(
        stack((10,), (16,), 1, kernel_regularizer=regularizers.L2(0.01)),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="mse",
        metrics=["mae"],
        epochs=30,
        callbacks=[stopping()],
    )


def some_imbalance(seed: int) -> Training:
    """85 to 15, well divided: no weights are needed."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    y = (draw.random(1500) < 0.15).astype(int)
    x = draw.normal(0, 1, (1500, 8))
    x[:, :4] += y[:, None] * 1.6
    rows = data.divide(x.astype("float32"), y, 800, 200)
    return put(
        stack((8,), (24, 12), 1, "sigmoid"),
        rows,
        balanced(rows.test_x, rows.test_y),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )


def batch_norm_sgd(seed: int) -> Training:
    """SGD at 0.1, which batch normalisation bears."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    model = keras.Sequential([keras.Input((64,))])
    for width in (64, 32):
        model.add(layers.Dense(width, use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
    model.add(layers.Dense(10, activation="softmax"))
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.1, momentum=0.9),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=12,
    )


def scaled_inside(seed: int, layer: str = "normalization") -> Training:
    """The raw cancer table, from 0.001 to 4,000, into a model that scales it itself."""
    keras.utils.set_random_seed(seed)
    rows = data.cancer(seed)
    if layer == "normalization":
        first = layers.Normalization()
        first.adapt(rows.x)
    else:
        first = layers.BatchNormalization(momentum=0.9)
    model = keras.Sequential(
        [
            keras.Input((30,)),
            first,
            layers.Dense(16, activation="relu", kernel_regularizer=regularizers.L2(1e-3)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    return put(
        model,
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


def pictures(seed: int) -> Training:
    """Pixels from 0 to 255 rescaled inside, from tf.data, through a convolution."""
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: (x / 16 * 255).reshape(-1, 8, 8, 1).round())
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10),
        ]
    )
    made = put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        epochs=15,
    )
    train = tf.data.Dataset.from_tensor_slices((rows.x, rows.y)).shuffle(900, seed=seed).batch(32)
    made.x, made.y = train, None
    made.fit.pop("batch_size")
    made.fit["validation_data"] = tf.data.Dataset.from_tensor_slices(rows.valid).batch(100)
    return made


def logits(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.moons(seed)
    return put(
        stack((2,), (32, 16), 1),
        rows,
        decides(rows.test_x, rows.test_y, cut=0.0),
        optimizer=optimizers.Adam(0.01),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
        epochs=15,
    )


def hinge(seed: int) -> Training:
    """Labels -1 and 1 belong to this loss."""
    keras.utils.set_random_seed(seed)
    rows = data.rings(seed)
    score = decides(rows.test_x, rows.test_y, cut=0.0)
    return put(
        stack((2,), (32, 16), 1, "tanh"),
        rows.targets(lambda y: (2 * y - 1).astype("float32")),
        score,
        optimizer=optimizers.Adam(0.005),
        loss="hinge",
        epochs=15,
    )


def counts(seed: int) -> Training:
    """Counts with Poisson's loss, an exponential output, and many zeros."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    x = draw.normal(0, 1, (1500, 6)).astype("float32")
    mean = np.exp(0.7 * x[:, 0] - 0.5 * x[:, 1] + 0.3 * np.sin(2 * x[:, 2]) + 0.3)
    rows = data.divide(x, draw.poisson(mean).astype("float32"), 800, 200)
    return put(
        stack((6,), (24,), 1, "exponential"),
        rows,
        explains(rows.test_x, mean[1000:]),
        optimizer=optimizers.Adam(0.005),
        loss="poisson",
        epochs=15,
    )


def already_there(seed: int) -> Training:
    """A second training of a model that has learned: nothing is left to gain."""
    keras.utils.set_random_seed(seed)
    rows = data.iris(seed).scaled()
    made = put(
        stack((4,), (16,), 3, "softmax", kernel_regularizer=regularizers.L2(3e-3)),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=10,
        batch_size=16,
    )
    made.model.fit(made.x, made.y, epochs=40, batch_size=16, verbose=0)
    made.model.optimizer.learning_rate = 1e-4
    return made


def slowly(seed: int) -> Training:
    """SGD that falls slowly, evenly, and arrives."""
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed, train=900)
    return put(
        stack((10,), (32, 16), 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.01),
        loss="mse",
        metrics=["mae"],
        epochs=40,
        batch_size=16,
    )


def tiny_batches(seed: int) -> Training:
    """Batches of 4: the loss of a batch jumps, the training does not."""
    keras.utils.set_random_seed(seed)
    rows = data.wine(seed).scaled()
    return put(
        stack((13,), (12,), 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
        batch_size=4,
    )


def dropping_half(seed: int) -> Training:
    """Dropout of 0.6 after a wide layer: the validation loss is below the training loss."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(192, activation="relu"),
            layers.Dropout(0.6),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.002),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def autoencoder(seed: int) -> Training:
    """Digits through eight numbers and back: inputs are targets."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    rows = data.Rows(rows.x, rows.x, rows.valid_x, rows.valid_x, rows.test_x, rows.test_x)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(48, activation="relu"),
            layers.Dense(8, name="code"),
            layers.Dense(48, activation="relu"),
            layers.Dense(64, activation="sigmoid"),
        ]
    )
    return put(
        model,
        rows,
        explains(rows.test_x, rows.test_x),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=30,
    )


def two_answers(seed: int) -> Training:
    """One model, a class and a number, from two inputs."""
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed)
    left, right = keras.Input((5,), name="left"), keras.Input((5,), name="right")
    x = layers.Dense(48, activation="relu")(layers.Concatenate()([left, right]))
    x = layers.Dense(24, activation="relu")(x)
    high = layers.Dense(1, activation="sigmoid", name="high")(x)
    level = layers.Dense(1, name="level")(x)
    model = keras.Model([left, right], {"high": high, "level": level})
    cut = lambda x: {"left": x[:, :5], "right": x[:, 5:]}  # noqa: E731
    both = lambda y: {"high": (y > 0).astype("float32"), "level": y}  # noqa: E731
    labels = (rows.test_y > 0).astype(int)
    return put(
        model,
        rows.inputs(cut).targets(both),
        decides(cut(rows.test_x), labels),
        optimizer=optimizers.Adam(0.003),
        loss={"high": "binary_crossentropy", "level": "mse"},
        metrics={"high": ["accuracy"]},
    )


class TwoBranches(keras.Model):
    """A model as a class of the user's own."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = layers.Dense(3)
        self.deep = layers.Dense(24, activation="swish")
        self.deeper = layers.Dense(3)

    def call(self, x: Any, training: bool = False) -> Any:
        return ops.softmax(self.wide(x) + self.deeper(self.deep(x)))


def subclassed(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed, classes=3, train=900)
    return put(
        TwoBranches(),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
    )


class Parts(keras.utils.PyDataset):
    """Rows in batches, as a class of the user's own."""

    def __init__(self, x: Any, y: Any) -> None:
        super().__init__()
        self.x, self.y = x, y

    def __len__(self) -> int:
        return (len(self.x) + 31) // 32

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        part = slice(32 * index, 32 * index + 32)
        return self.x[part], self.y[part]


def from_class(seed: int) -> Training:
    keras.utils.set_random_seed(seed)
    rows = data.moons(seed, train=800)
    made = put(
        stack((2,), (24, 24), 1, "sigmoid", "tanh"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    made.x, made.y = Parts(rows.x, rows.y), None
    made.fit.pop("batch_size")
    return made


def weighted(seed: int) -> Training:
    """Nine to one, with the class weights that it needs."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    y = (draw.random(1700) < 0.1).astype(int)
    x = draw.normal(0, 1, (1700, 8))
    x[:, :4] += y[:, None] * 1.2
    rows = data.divide(x.astype("float32"), y, 900, 300)
    return put(
        stack((8,), (16,), 1, "sigmoid", kernel_regularizer=regularizers.L2(1e-3)),
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=12,
        class_weight={0: 0.55, 1: 5.0},
    )


def sample_weighted(seed: int) -> Training:
    """Old rows count less."""
    keras.utils.set_random_seed(seed)
    rows = data.curve(seed, noise=1.5)
    weights = np.linspace(0.3, 1.7, len(rows.x)).astype("float32")
    return put(
        stack((10,), (32,), 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="huber",
        sample_weight=weights,
    )


def sparse_marks(seed: int) -> Training:
    """Two hundred yes-or-no columns, three in a hundred of them yes."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    x = (draw.random((1900, 120)) < 0.05).astype("float32")
    weights = draw.normal(0, 1.5, 120)
    said = x @ weights
    y = (said > np.median(said)).astype(int)
    rows = data.divide(x, y, 1300, 200)
    return put(
        stack((120,), (8,), 1, "sigmoid", kernel_regularizer=regularizers.L2(2e-3)),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
        callbacks=[stopping(4)],
    )


def half_precision(seed: int) -> Training:
    """Hidden layers in mixed precision, the output in whole."""
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed, classes=3, train=900)
    policy = "mixed_bfloat16"
    model = keras.Sequential(
        [
            keras.Input((12,)),
            layers.Dense(32, activation="relu", dtype=policy),
            layers.Dense(16, activation="relu", dtype=policy),
            layers.Dense(3, activation="softmax", dtype="float32"),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
    )


def healthy(name: str, make: Any, why: str) -> Case:
    return Case(name, "mlp", make, why=why)


CASES: tuple[Case, ...] = (
    healthy("healthy_small_iris", small_iris, "Eighty rows are enough here."),
    healthy("healthy_noisy_labels", noisy_labels, "80 % is the most; training says no more."),
    healthy("healthy_noisy_numbers", noisy_numbers, "Half of the variance is the most."),
    healthy("healthy_85_to_15", some_imbalance, "Both classes are recognised without weights."),
    healthy("healthy_batch_norm_sgd", batch_norm_sgd, "SGD at 0.1 is right with batch norm."),
    healthy("healthy_normalization", scaled_inside, "Raw inputs, scaled by the model."),
    healthy(
        "healthy_batch_norm_first",
        partial(scaled_inside, layer="batch"),
        "Raw inputs, scaled by batch normalisation.",
    ),
    healthy("healthy_pictures_tf_data", pictures, "Pixels are rescaled inside; logits."),
    healthy("healthy_logits", logits, "A linear output and from_logits=True belong together."),
    healthy("healthy_hinge", hinge, "Labels -1 and 1, tanh and hinge belong together."),
    healthy("healthy_counts", counts, "Poisson's loss has no natural zero; counts are skewed."),
    healthy("healthy_already_there", already_there, "Nothing falls since nothing is left."),
    healthy("healthy_slowly", slowly, "It falls slowly and arrives."),
    healthy("healthy_tiny_batches", tiny_batches, "Losses of four rows jump."),
    healthy("healthy_dropping_half", dropping_half, "Validation is better than training."),
    healthy("healthy_autoencoder", autoencoder, "The targets are the inputs."),
    healthy("healthy_two_answers", two_answers, "Two inputs and two outputs."),
    healthy("healthy_subclassed", subclassed, "A model that is a class, softmax as a function."),
    healthy("healthy_py_dataset", from_class, "Rows come from a PyDataset."),
    healthy("healthy_class_weight", weighted, "Nine to one, and weighted for it."),
    healthy("healthy_sample_weight", sample_weighted, "Weighted rows and noise."),
    healthy("healthy_sparse_marks", sparse_marks, "Nearly all inputs are 0."),
    healthy("healthy_half_precision", half_precision, "Rounded numbers are not ill."),
)
