"""Inputs and targets: unscaled, broken, empty; classes that are rare or forgotten."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, ops, optimizers
from open_half import rows as data
from open_half.parts import balanced, decides, explains, picks, put, reader, recurrent, stack

SPARSE = "sparse_categorical_crossentropy"


def digits_pixels(seed: int, scale: float = 255.0) -> Training:
    """Digits as pictures of 0 to 255 under SGD."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: (x / 16 * 255).round() / scale)
    return put(
        stack((64,), (64, 32), 10, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.SGD(0.05),
        loss=SPARSE,
        metrics=["accuracy"],
    )


def wine_raw(seed: int, scaled: bool = False) -> Training:
    """Wine, its columns from 0.1 to 1,700."""
    keras.utils.set_random_seed(seed)
    rows = data.wine(seed)
    rows = rows.scaled() if scaled else rows
    return put(
        stack((13,), (32, 16), 3, "softmax", "tanh"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
        batch_size=16,
    )


def sales_model(seed: int, cell: Any = layers.LSTM, raw: bool = False, **options: Any) -> Training:
    """Windows of sales near 5,000, the next value in units of its deviation."""
    keras.utils.set_random_seed(seed)
    raw_rows = data.sales(seed)
    rows = data.standard(raw_rows, 5000, 1000)
    if raw:
        rows = raw_rows.targets(lambda y: ((y - 5000) / 1000).astype("float32"))
    return put(
        recurrent(cell, (24, 1), 20, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        metrics=["mae"],
        epochs=15,
    )


def houses_mlp(seed: int, scaled: bool = False) -> Training:
    """Prices of houses, in the hundred thousands or scaled inside the model's last layer."""
    keras.utils.set_random_seed(seed)
    rows = data.houses(seed).scaled()
    mean, deviation = float(rows.y.mean()), float(rows.y.std())
    tail = [layers.Rescaling(deviation, mean)] if scaled else []
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(1),
        ]
    )
    if scaled:
        whole = keras.Sequential([keras.Input((4,)), model, *tail])
        score = explains(rows.test_x, rows.test_y)
        rows = rows.targets(lambda y: (y - mean) / deviation)
        return put(
            model,
            rows,
            lambda _: score(whole),
            optimizer=optimizers.Adam(0.005),
            loss="mse",
            metrics=["mae"],
        )
    return put(
        model,
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        metrics=["mae"],
    )


def sales_gru_target(seed: int, raw: bool = False) -> Training:
    """Sales: series scaled, the next value raw or scaled; the score is in deviations."""
    keras.utils.set_random_seed(seed)
    rows = data.sales(seed)
    test_y = rows.test_y
    scaled = data.standard(rows, 5000, 1000)
    rows = scaled.targets(lambda y: y * 1000 + 5000) if raw else scaled

    def score(model: Any) -> float:
        said = model.predict(rows.test_x, verbose=0)[:, 0]
        if abs(said.mean()) < 500:  # a model that answers in deviations
            said = said * 1000 + 5000
        return float(max(0.0, 1 - np.mean((said - test_y) ** 2) / np.var(test_y)))

    return put(
        recurrent(layers.GRU, (24, 1), 20, 1),
        rows,
        score,
        optimizer=optimizers.Adam(0.01),
        loss="mse",
        epochs=15,
    )


def cancer_holes(seed: int, holes: float = 0.0, activation: str = "tanh") -> Training:
    """The cancer table with missing values, or filled with the mean."""
    keras.utils.set_random_seed(seed)
    rows = data.cancer(seed).scaled()
    x = rows.x.copy()
    draw = np.random.default_rng(seed)
    for row in draw.choice(len(x), int(len(x) * holes), replace=False):
        x[row, draw.integers(30)] = np.nan
    model = stack((30,), (24, 12), 1, "sigmoid", activation)
    made = put(
        model,
        rows,
        balanced(rows.test_x, rows.test_y),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        optimizer=optimizers.Adam(0.003),
    )
    made.x = x
    return made


def logarithms(seed: int, floor: float = 0.0) -> Training:
    """Series of counts, of which the logarithm is taken."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    level = draw.uniform(1, 30, (1100, 1))
    counts = draw.poisson(np.maximum(level + np.linspace(-4, 4, 20), 0.05))
    y = np.log(level[:, 0]).astype("float32")
    with np.errstate(divide="ignore"):
        x = np.log(counts + floor)[..., None].astype("float32")
    clean = np.log(counts + max(floor, 1.0))[..., None].astype("float32")
    rows = data.divide(x, y, 500, 200)
    return put(
        recurrent(layers.LSTM, (20, 1), 16, 1),
        rows,
        explains(clean[700:], y[700:]),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=15,
    )


def pixels_divided_as_integers(seed: int, whole: bool = False) -> Training:
    """Digits divided by 255 as whole numbers, which leaves zeros."""
    keras.utils.set_random_seed(seed)
    rows = data.digits(seed).inputs(lambda x: x / 16)
    made = put(
        stack((64,), (48,), 10, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        loss=SPARSE,
        metrics=["accuracy"],
    )
    if whole:
        empty = lambda x: ((x * 254).astype("uint8") // 255).astype("float32")  # noqa: E731
        made.x = empty(rows.x)
        made.fit["validation_data"] = (empty(rows.valid_x), rows.valid_y)
    return made


def reviews_unknown(seed: int, unknown: bool = False) -> Training:
    """Reviews looked up in a vocabulary, in which every word is unknown, or not."""
    keras.utils.set_random_seed(seed)
    rows = data.reviews(seed)
    made = put(
        reader(60, 20, layers.SimpleRNN(12)),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )
    if unknown:
        made.x = np.ones_like(rows.x)
        made.fit["validation_data"] = (np.ones_like(rows.valid_x), rows.valid_y)
    return made


def rare(seed: int, share: float, train: int = 900) -> data.Rows:
    """Return rows of two classes that overlap, one of them rare; as many of both to score."""
    draw = np.random.default_rng(seed)

    def some(count: int, part: float) -> tuple[Any, Any]:
        y = (np.arange(count) < round(count * part)).astype(int)
        draw.shuffle(y)
        x = draw.normal(0, 1, (count, 8))
        x[:, :3] += y[:, None] * 1.1
        return x.astype("float32"), y

    x, y = some(train, share)
    valid_x, valid_y = some(300, share)
    test_x, test_y = some(600, 0.5)
    return data.Rows(x, y, valid_x, valid_y, test_x, test_y)


def fraud(seed: int, share: float = 0.02, weight: float | None = None) -> Training:
    """One row in fifty is fraud."""
    keras.utils.set_random_seed(seed)
    rows = rare(seed, share)
    fit = {"class_weight": {0: 1.0, 1: weight}} if weight else {}
    return put(
        stack((8,), (16,), 1, "sigmoid"),
        rows,
        balanced(rows.test_x, rows.test_y),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
        **fit,
    )


def rare_waves(seed: int, weight: float | None = None) -> Training:
    """Series of which one in thirty-three hides a short step."""
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)

    def some(count: int, part: float) -> tuple[Any, Any]:
        y = (np.arange(count) < round(count * part)).astype(int)
        draw.shuffle(y)
        x = draw.normal(0, 0.7, (count, 30, 1))
        start = draw.integers(14, 24, count)
        for row in np.flatnonzero(y):
            x[row, start[row] : start[row] + 5] += 1.1
        return x.astype("float32"), y

    x, y = some(1000, 0.03)
    valid, test = some(300, 0.03), some(600, 0.5)
    rows = data.Rows(x, y, *valid, *test)
    fit = {"class_weight": {0: 1.0, 1: weight}} if weight else {}
    return put(
        recurrent(layers.GRU, (30, 1), 12, 1, "sigmoid"),
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
        **fit,
    )


def wrong_weights(seed: int, weights: dict[int, float] | None = None) -> Training:
    """Two classes as frequent as one another, with class weights or none."""
    keras.utils.set_random_seed(seed)
    rows = rare(seed, 0.5, train=600)
    fit = {"class_weight": weights} if weights else {}
    return put(
        stack((8,), (16,), 1, "sigmoid"),
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        **fit,
    )


def class_by_class(seed: int, shuffled: bool = True) -> Training:
    """Waves in the order of their classes, as three folders were read; shuffled or not."""
    keras.utils.set_random_seed(seed)
    rows = data.waves(seed, train=510)
    order = np.argsort(rows.y, kind="stable")
    made = put(
        recurrent(layers.LSTM, (40, 1), 16, 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
        shuffle=shuffled,
    )
    made.x, made.y = rows.x[order], rows.y[order]
    return made


def own_loss(seed: int, least: float = 0.0) -> Training:
    """Cross-entropy by hand, without or with a least probability."""
    keras.utils.set_random_seed(seed)
    rows = data.cancer(seed).scaled()
    rows = rows.targets(lambda y: y.astype("float32")[:, None])

    def entropy(y: Any, said: Any) -> Any:
        said = ops.clip(said, least, 1 - least)
        return -ops.mean(y * ops.log(said) + (1 - y) * ops.log(1 - said))

    return put(
        stack((30,), (32, 16), 1, "sigmoid"),
        rows,
        balanced(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=entropy,
        metrics=["accuracy"],
        epochs=40,
        batch_size=16,
    )


def root_loss(seed: int, least: float = 0.0) -> Training:
    """The root of squared errors by hand; the series that are empty are answered exactly."""
    keras.utils.set_random_seed(seed)
    rows = data.running_sum(seed)
    rows.x[::40], rows.y[::40] = 0.0, 0.0

    def distance(y: Any, said: Any) -> Any:
        return ops.mean(ops.sqrt(ops.square(ops.reshape(y, (-1, 1)) - said) + least))

    model = keras.Sequential(
        [keras.Input((25, 2)), layers.GRU(16, use_bias=False), layers.Dense(1, use_bias=False)]
    )
    return put(
        model,
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss=distance,
        epochs=15,
    )


CASES: tuple[Case, ...] = (
    Case(
        "digits_pixels_unscaled",
        "mlp",
        partial(digits_pixels, scale=1.0),
        fault="unnormalised_input",
        also=("exploding_gradient", "nan_loss", "dead_relu", "class_collapse", "lr_too_high"),
        twin=digits_pixels,
        why="Pixels from 0 to 255 under SGD.",
    ),
    Case(
        "wine_unscaled",
        "mlp",
        wine_raw,
        fault="unnormalised_input",
        also=("saturated_activation", "underfitting", "class_collapse", "oscillating_loss"),
        twin=partial(wine_raw, scaled=True),
        why="One column near 750 and one near 0.4: the first drowns the others.",
    ),
    Case(
        "sales_lstm_unscaled",
        "lstm",
        partial(sales_model, raw=True),
        fault="unnormalised_input",
        also=("saturated_activation", "class_collapse", "underfitting"),
        twin=sales_model,
        why="Series near 5,000 hold every gate at its end.",
    ),
    Case(
        "sales_rnn_unscaled",
        "simple_rnn",
        partial(sales_model, cell=layers.SimpleRNN, raw=True),
        fault="unnormalised_input",
        also=("saturated_activation", "class_collapse", "underfitting"),
        twin=partial(sales_model, cell=layers.SimpleRNN),
        why="Series near 5,000 in a plain recurrent layer: every tanh is 1 or -1.",
    ),
    Case(
        "houses_prices_unscaled",
        "mlp",
        houses_mlp,
        fault="unnormalised_target",
        also=("lr_too_low", "too_few_epochs", "underfitting", "exploding_gradient"),
        twin=partial(houses_mlp, scaled=True),
        why="Prices in the hundred thousands: the bias alone would need 40 million steps.",
    ),
    Case(
        "sales_gru_target_unscaled",
        "gru",
        partial(sales_gru_target, raw=True),
        fault="unnormalised_target",
        also=("lr_too_low", "too_few_epochs", "underfitting", "exploding_gradient"),
        twin=sales_gru_target,
        why="The series is scaled, and what it is to forecast lies near 5,000.",
    ),
    Case(
        "cancer_few_holes",
        "mlp",
        partial(cancer_holes, holes=0.03),
        fault="nan_input",
        also=("nan_loss",),
        twin=cancer_holes,
        why="NaN in three rows of a hundred makes every weight NaN.",
    ),
    Case(
        "cancer_holes_hidden_by_relu",
        "mlp",
        partial(cancer_holes, holes=0.05, activation="relu"),
        fault="nan_input",
        also=("nan_loss", "dead_relu", "class_collapse"),
        twin=partial(cancer_holes, activation="relu"),
        why="A rectifier turns NaN to 0, and the loss may stay finite.",
    ),
    Case(
        "counts_logarithm_of_zero",
        "lstm",
        logarithms,
        fault="nan_input",
        also=("nan_loss",),
        twin=partial(logarithms, floor=1.0),
        why="The logarithm of a count of zero is minus infinity.",
    ),
    Case(
        "digits_divided_as_integers",
        "mlp",
        partial(pixels_divided_as_integers, whole=True),
        fault="degenerate_input",
        also=("class_collapse", "underfitting"),
        twin=pixels_divided_as_integers,
        repairable=False,
        why="Whole numbers below 255 divided by 255 are all 0.",
    ),
    Case(
        "reviews_all_words_unknown",
        "simple_rnn",
        partial(reviews_unknown, unknown=True),
        fault="degenerate_input",
        also=("class_collapse", "underfitting"),
        twin=reviews_unknown,
        repairable=False,
        why="Every word is unknown to the vocabulary: all rows are the same.",
    ),
    Case(
        "fraud_one_in_fifty",
        "mlp",
        fraud,
        fault="imbalanced",
        also=("class_collapse", "underfitting"),
        twin=partial(fraud, weight=49.0),
        why="98 % accuracy without finding a single fraud.",
    ),
    Case(
        "waves_rare_step",
        "gru",
        rare_waves,
        fault="imbalanced",
        also=("class_collapse", "underfitting", "overfitting"),
        twin=partial(rare_waves, weight=32.0),
        why="Three in a hundred series carry the mark, and the loss can do without them.",
    ),
    Case(
        "weights_for_a_balanced_class",
        "mlp",
        partial(wrong_weights, weights={0: 1.0, 1: 60.0}),
        fault="class_collapse",
        also=("imbalanced", "underfitting"),
        twin=wrong_weights,
        why="Class weights copied from another program make it say 1 for every row.",
    ),
    Case(
        "waves_in_folders",
        "lstm",
        partial(class_by_class, shuffled=False),
        fault="class_collapse",
        also=("oscillating_loss", "bad_split", "underfitting"),
        twin=class_by_class,
        why="Batches come class by class, unshuffled: the model says what it saw last.",
    ),
    Case(
        "own_entropy_without_floor",
        "mlp",
        own_loss,
        fault="nan_loss",
        also=("wrong_loss", "lr_too_high"),
        twin=partial(own_loss, least=1e-6),
        why="The logarithm of a probability that has become 0.",
    ),
    Case(
        "own_distance_without_floor",
        "gru",
        root_loss,
        fault="nan_loss",
        also=("wrong_loss",),
        twin=partial(root_loss, least=1e-6),
        repairable=False,
        why="The root has no slope at 0, where an empty series is answered exactly.",
    ),
)
