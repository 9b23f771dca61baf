"""How well a model fits what it saw and what it did not, and what it is compared with."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers, regularizers
from open_half import rows as data
from open_half.parts import (
    decides,
    explains,
    picks,
    put,
    reader,
    recurrent,
    stack,
    transformer,
    trusted,
)

SPARSE = "sparse_categorical_crossentropy"


def stopping(patience: int = 5) -> Any:
    return keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)


def few_rows(seed: int, guarded: bool = False) -> Training:
    """A hundred rows, one label in five wrong, and a wide network; guarded or not."""
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed, classes=2, train=100, apart=1.8)
    draw = np.random.default_rng(seed)
    labels = np.where(draw.random(100) < 0.2, 1 - rows.y, rows.y)
    limit = regularizers.L2(0.02) if guarded else None
    made = put(
        stack((12,), (128, 128), 1, "sigmoid", kernel_regularizer=limit),
        rows,
        trusted(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=40,
        batch_size=16,
        callbacks=[stopping()] if guarded else [],
    )
    made.y = labels
    return made


def learned_by_heart(seed: int, width: int = 48, guarded: bool = False) -> Training:
    """Noisy texts and a wide Transformer; guarded or not."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed, train=500, flips=0.15)
    clean = data.reviews(seed, train=500)
    return put(
        transformer(20, 1, "sigmoid", words=60, width=width, dropout=0.3 if guarded else 0.0),
        rows,
        trusted(clean.test_x, clean.test_y),
        optimizer=optimizers.Adam(0.001),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=25,
        callbacks=[stopping(4)] if guarded else [],
    )


def noisy_sales(seed: int, width: int = 64, epochs: int = 40, guarded: bool = False) -> Training:
    """Few windows of a noisy series and a wide LSTM; guarded or not."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    rows = data.standard(data.sales(seed, steps=12, train=40), 5000, 1000)
    score = explains(rows.test_x, rows.test_y)
    rows = rows.targets(lambda y: (y + draw.normal(0, 1.0, len(y))).astype("float32"))
    return put(
        recurrent(layers.LSTM, (12, 1), width, 1),
        rows,
        score,
        optimizer=optimizers.Adam(0.02),
        loss="mse",
        metrics=["mae"],
        epochs=epochs,
        batch_size=8,
        callbacks=[stopping(6)] if guarded else [],
    )


def capacity(seed: int, widths: tuple[int, ...] = (48, 48)) -> Training:
    """Five classes of several clusters, and a network of a width."""
    keras.utils.set_random_seed(seed)
    rows = data.clusters(seed, classes=5, train=800)
    return put(
        stack((12,), widths, 5, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def sums_width(seed: int, width: int = 16) -> Training:
    """Sums of marked numbers, and a GRU of a width."""
    keras.utils.set_random_seed(seed)
    rows = data.running_sum(seed)
    return put(
        recurrent(layers.GRU, (25, 2), width, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="mse",
    )


def texts_without_order(seed: int, head: int = 0) -> Training:
    """Which of two words came first: a mean of embeddings cannot know, a recurrent layer can."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    x = draw.integers(3, 30, (1100, 12))
    y = draw.integers(0, 2, 1100)
    for row, label in zip(x, y, strict=True):
        first, second = np.sort(draw.choice(12, 2, replace=False))
        row[first], row[second] = (1, 2) if label else (2, 1)
    rows = data.divide(x.astype("int32"), y, 600, 200)
    body = layers.SimpleRNN(head) if head else layers.GlobalAveragePooling1D()
    return put(
        reader(30, 12, body),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )


def digits_limited(seed: int, limit: Any = None, dropout: float = 0.0) -> Training:
    """Digits with a penalty or dropout."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(48, activation="relu", kernel_regularizer=limit),
            layers.Dropout(dropout),
            layers.Dense(32, activation="relu", kernel_regularizer=limit),
            layers.Dropout(dropout),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return put(
        model,
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def reviews_dropped(seed: int, dropout: float = 0.0, limit: Any = None) -> Training:
    """Reviews through an LSTM that drops much of what it reads, or nothing."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed)
    body = layers.LSTM(12, dropout=dropout, kernel_regularizer=limit, recurrent_regularizer=limit)
    return put(
        reader(60, 20, body),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )


def blind(seed: int, watched: bool = False) -> Training:
    """Cancer, well made; watched on validation rows or not."""
    keras.utils.set_random_seed(seed)
    rows = data.cancer(seed).scaled()
    made = put(
        stack((30,), (16,), 1, "sigmoid", kernel_regularizer=regularizers.L2(1e-3)),
        rows,
        None,
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=25,
    )
    if not watched:
        made.fit.pop("validation_data")
    return made


def blind_waves(seed: int, watched: bool = False) -> Training:
    """Waves through a GRU, well made; watched on validation rows or not."""
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed)
    made = put(
        recurrent(layers.GRU, (40, 1), 20, 3, "softmax"),
        rows,
        None,
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
    )
    if not watched:
        made.fit.pop("validation_data")
    return made


def sorted_tail(seed: int, mixed: bool = False) -> Training:
    """Iris in the order of its classes: the last fifth, held out, is one class."""
    keras.utils.set_random_seed(seed)
    rows = data.iris(seed).scaled()
    x, y = np.concatenate([rows.x, rows.valid_x]), np.concatenate([rows.y, rows.valid_y])
    order = np.random.default_rng(seed).permutation(len(y)) if mixed else np.argsort(y)
    made = put(
        stack((4,), (16, 16), 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=30,
        batch_size=16,
        validation_split=0.3,
        callbacks=[stopping(8)],
    )
    made.fit.pop("validation_data")
    made.x, made.y = x[order], y[order]
    return made


def validation_raw(seed: int, raw: bool = True) -> Training:
    """Sales whose training rows are scaled, the validation rows not."""
    keras.utils.set_random_seed(seed)
    plain = data.sales(seed)
    rows = data.standard(plain, 5000, 1000)
    made = put(
        recurrent(layers.SimpleRNN, (24, 1), 16, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="mse",
        callbacks=[stopping(3)],
    )
    if raw:
        made.fit["validation_data"] = (plain.valid_x, rows.valid_y)
    return made


def seen_before(seed: int, copied: bool = True) -> Training:
    """Noisy clusters; what is watched is copied from the training rows, or new."""
    keras.utils.set_random_seed(seed)
    clean = data.clusters(seed, classes=2, train=120, apart=1.2)
    draw = np.random.default_rng(seed)
    rows = clean.targets(lambda y: np.where(draw.random(len(y)) < 0.2, 1 - y, y))
    made = put(
        stack((12,), (96, 96), 1, "sigmoid"),
        rows,
        decides(clean.test_x, clean.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=40,
        callbacks=[stopping()],
    )
    if copied:
        made.fit["validation_data"] = (rows.x[:60], rows.y[:60])
    return made


def repeated_texts(seed: int, copied: bool = True) -> Training:
    """Reviews of which many stand twice in the table, on both sides of the division."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed, train=400)
    made = put(
        transformer(20, 1, "sigmoid", words=60, dropout=0.1),
        rows,
        None,
        optimizer=optimizers.Adam(0.002),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=10,
        callbacks=[stopping(3)],
    )
    if copied:
        x, y = rows.valid
        made.fit["validation_data"] = (
            np.concatenate([x[:80], rows.x[:120]]),
            np.concatenate([y[:80], rows.y[:120]]),
        )
    return made


CASES: tuple[Case, ...] = (
    Case(
        "few_rows_by_heart",
        "mlp",
        few_rows,
        fault="overfitting",
        twin=partial(few_rows, guarded=True),
        why="A hundred rows, a fifth of them wrong, are learned by heart.",
    ),
    Case(
        "texts_by_heart",
        "transformer",
        learned_by_heart,
        fault="overfitting",
        twin=partial(learned_by_heart, guarded=True),
        why="A wide Transformer learns 500 texts and their wrong labels by heart.",
    ),
    Case(
        "noisy_sales_by_heart",
        "lstm",
        noisy_sales,
        fault="overfitting",
        twin=partial(noisy_sales, guarded=True),
        why="Forty windows of a noisy series, a wide LSTM and forty epochs.",
    ),
    Case(
        "clusters_two_units",
        "mlp",
        partial(capacity, widths=(2,)),
        fault="underfitting",
        also=("dead_relu",),
        twin=capacity,
        architecture=True,
        why="Two units for five classes of several clusters.",
    ),
    Case(
        "sums_one_unit",
        "gru",
        partial(sums_width, width=1),
        fault="underfitting",
        also=("too_few_epochs",),
        twin=sums_width,
        architecture=True,
        why="One unit is too few to add up what is marked.",
    ),
    Case(
        "order_from_a_mean",
        "simple_rnn",
        texts_without_order,
        fault="underfitting",
        also=("missing_activation", "class_collapse", "overfitting"),
        twin=partial(texts_without_order, head=16),
        architecture=True,
        why="A mean of embeddings does not know which word came first.",
    ),
    Case(
        "digits_l2_of_one",
        "mlp",
        partial(digits_limited, limit=regularizers.L2(1.0)),
        fault="over_regularised",
        also=("underfitting", "class_collapse"),
        twin=digits_limited,
        why="An L2 penalty of 1 pulls every weight to 0.",
    ),
    Case(
        "digits_dropout_of_nine_tenths",
        "mlp",
        partial(digits_limited, dropout=0.9),
        fault="over_regularised",
        also=("underfitting", "too_few_epochs"),
        twin=digits_limited,
        why="Two layers that drop nine tenths each leave a hundredth.",
    ),
    Case(
        "reviews_lstm_dropped_and_pulled",
        "lstm",
        partial(reviews_dropped, dropout=0.5, limit=regularizers.L2(1.0)),
        fault="over_regularised",
        also=("underfitting", "class_collapse"),
        twin=reviews_dropped,
        why="Penalties of 1 on both kernels beside dropout: the LSTM learns late, and less.",
    ),
    Case(
        "cancer_unwatched",
        "mlp",
        blind,
        fault="no_validation",
        twin=partial(blind, watched=True),
        why="Nothing is wrong but that nobody can see it.",
    ),
    Case(
        "waves_unwatched",
        "gru",
        blind_waves,
        fault="no_validation",
        twin=partial(blind_waves, watched=True),
        why="Nothing is wrong but that nobody can see it.",
    ),
    Case(
        "iris_last_rows_held_out",
        "mlp",
        sorted_tail,
        fault="bad_split",
        also=("overfitting",),
        twin=partial(sorted_tail, mixed=True),
        why="validation_split takes the last rows, which are all of one class.",
    ),
    Case(
        "sales_validation_unscaled",
        "simple_rnn",
        validation_raw,
        fault="bad_split",
        also=("unnormalised_input", "overfitting"),
        twin=partial(validation_raw, raw=False),
        why="The validation rows were not scaled as the training rows were.",
    ),
    Case(
        "clusters_watched_on_train",
        "mlp",
        seen_before,
        fault="leakage",
        also=("overfitting",),
        twin=partial(seen_before, copied=False),
        why="Early stopping looks at training rows, and so never stops.",
    ),
    Case(
        "texts_on_both_sides",
        "transformer",
        repeated_texts,
        fault="leakage",
        twin=partial(repeated_texts, copied=False),
        why="Most texts of the validation stand in the training rows too.",
    ),
)
