"""What is wrong with the targets: numbers, order, scale, or one class too rare."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import keras
import numpy as np
from case import Case, Training
from kept_half import rows as kept_rows
from kept_half.making import (
    accuracy,
    binary_accuracy,
    cut,
    explained,
    likely,
    mlp,
    recurrent,
    training,
)
from keras import layers

ADAM, SGD = keras.optimizers.Adam, keras.optimizers.SGD
YES_NO = "binary_crossentropy"


def counted_from_one(seed: int, first: int) -> Training:
    """The flowers are numbered from `first` in the file they came in."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.iris(seed)
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    rows = replace(rows, y=rows.y + first, y_valid=rows.y_valid + first)
    return training(mlp(4, (12,), 3, "softmax"), rows, score, optimizer=ADAM(0.02), epochs=20)


def up_or_down(seed: int, low: float) -> Training:
    """One label in ten is chance, so that an honest answer is seldom quite sure."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.sensors(seed)
    score = likely(rows.x_clean, rows.y_clean)
    y, y_valid = (np.where(part > 0, 1.0, low) for part in (rows.y, rows.y_valid))
    rows = replace(rows, y=y.astype("float32"), y_valid=y_valid.astype("float32"))
    model = recurrent(layers.SimpleRNN, (12, 3), (12,), 1, "sigmoid")
    return training(model, rows, score, optimizer=ADAM(0.01), loss=YES_NO, epochs=15)


def out_of_step(seed: int, shuffled: bool) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.waves(seed)
    score = accuracy(rows.x_clean, rows.y_clean, 3)
    if shuffled:
        made = np.random.default_rng(seed)
        rows = replace(rows, y=made.permutation(rows.y), y_valid=made.permutation(rows.y_valid))
    model = recurrent(layers.LSTM, (20, 1), (10,), 3, "softmax")
    return training(model, rows, score, optimizer=ADAM(0.01), epochs=15)


def cut_to_whole(seed: int, whole: bool) -> Training:
    """Shares between 0 and 1, which a cast to whole numbers makes 0."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.surface(seed)
    share = [1 / (1 + np.exp(-2 * part)) for part in (rows.y, rows.y_valid, rows.y_clean)]
    score = explained(rows.x_clean, share[2])
    y, y_valid = (part.astype(int if whole else "float32") for part in share[:2])
    rows = replace(rows, y=y, y_valid=y_valid)
    model = mlp(5, (24, 24), 1, "sigmoid")
    return training(
        model, rows, score, optimizer=ADAM(0.01), loss="mse", metrics=["mae"], epochs=20
    )


def houses(seed: int, raw: bool) -> Training:
    """Prices of about 200,000; the score takes them as they are or in deviations."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.surface(seed)
    prices = [200_000 + 60_000 * part for part in (rows.y, rows.y_valid, rows.y_clean)]
    scaled = [(part - prices[0].mean()) / prices[0].std() for part in prices]
    score = explained(rows.x_clean, prices[2], scaled[2])
    y, y_valid, _ = prices if raw else scaled
    rows = replace(rows, y=y, y_valid=y_valid)
    model = mlp(5, (24, 24), 1)
    return training(
        model, rows, score, optimizer=ADAM(0.005), loss="mse", metrics=["mae"], epochs=25
    )


def load(seed: int, raw: bool) -> Training:
    """The load of a network in megawatts, from scaled readings."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.series(seed)
    watts = [32_000 + 5_000 * part for part in (rows.y, rows.y_valid, rows.y_clean)]
    scaled = [(part - watts[0].mean()) / watts[0].std() for part in watts]
    score = explained(rows.x_clean, watts[2], scaled[2])
    y, y_valid, _ = watts if raw else scaled
    rows = replace(rows, y=y, y_valid=y_valid)
    model = recurrent(layers.LSTM, (16, 1), (12,), 1)
    return training(
        model, rows, score, optimizer=ADAM(0.01), loss="mse", metrics=["mae"], epochs=15
    )


def rare(seed: int, weights: dict[int, float] | None) -> Training:
    keras.utils.set_random_seed(seed)
    rows = kept_rows.blobs(seed, rare=0.05, rows=1500, apart=1.3)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    model = mlp(8, (12,), 1, "sigmoid")
    fit = {"epochs": 20, "class_weight": weights}
    return training(model, rows, score, optimizer=ADAM(0.003), loss=YES_NO, **fit)


def rare_alarm(seed: int, weights: dict[int, float] | None) -> Training:
    """One row in twenty-five drifts upwards, under noise."""
    keras.utils.set_random_seed(seed)
    made = np.random.default_rng(seed)
    y = (made.random(1200) < 0.04).astype("float32")
    x = made.normal(size=(1200, 12, 1)) + 0.09 * y[:, None, None] * np.arange(12)[:, None]
    rows = cut(x.astype("float32"), y, seed)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    model = recurrent(layers.LSTM, (12, 1), (8,), 1, "sigmoid")
    fit = {"epochs": 15, "class_weight": weights}
    return training(model, rows, score, optimizer=ADAM(0.005), loss=YES_NO, **fit)


def weighed(seed: int, weights: dict[int, float] | None) -> Training:
    """Two classes of the same size, which need no weights."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.blobs(seed, rare=0.5, rows=800, apart=1.6)
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    model = mlp(8, (12,), 1, "sigmoid")
    fit = {"epochs": 15, "class_weight": weights}
    return training(model, rows, score, optimizer=ADAM(0.005), loss=YES_NO, **fit)


def weighed_alarm(seed: int, weights: dict[int, float] | None) -> Training:
    """Two classes of the same size, of which one row in ten is the other's by chance."""
    keras.utils.set_random_seed(seed)
    rows = kept_rows.sensors(seed)
    model = recurrent(layers.GRU, (12, 3), (8,), 1, "sigmoid")
    score = binary_accuracy(rows.x_clean, rows.y_clean)
    fit = {"epochs": 12, "class_weight": weights}
    return training(model, rows, score, optimizer=ADAM(0.01), loss=YES_NO, **fit)


CASES = (
    Case(
        "flowers_counted_from_one",
        "mlp",
        partial(counted_from_one, first=1),
        "bad_labels",
        ("label_shape_mismatch", "nan_loss"),
        partial(counted_from_one, first=0),
        why="The labels are 1, 2 and 3, where three units expect 0, 1 and 2.",
        runs=False,
    ),
    Case(
        "up_as_one_and_down_as_minus_one",
        "simple_rnn",
        partial(up_or_down, low=-1.0),
        "bad_labels",
        ("wrong_loss",),
        partial(up_or_down, low=0.0),
        why="The loss for yes and no takes 1 and 0, and has no floor with -1.",
    ),
    Case(
        "waves_out_of_step_with_their_labels",
        "lstm",
        partial(out_of_step, shuffled=True),
        "bad_labels",
        ("underfitting", "overfitting"),
        partial(out_of_step, shuffled=False),
        repairable=False,
        why="Rows and labels were shuffled apart, so that they say nothing of each other.",
    ),
    Case(
        "shares_cast_to_whole_numbers",
        "mlp",
        partial(cut_to_whole, whole=True),
        "bad_labels",
        ("class_collapse", "imbalanced"),
        partial(cut_to_whole, whole=False),
        repairable=False,
        why="A cast to whole numbers made every share 0.",
    ),
    Case(
        "house_prices_as_they_are",
        "mlp",
        partial(houses, raw=True),
        "unnormalised_target",
        ("underfitting", "too_few_epochs", "exploding_gradient"),
        partial(houses, raw=False),
        why="Prices of 200,000 are out of reach of steps of a few thousandths.",
    ),
    Case(
        "load_in_megawatts",
        "lstm",
        partial(load, raw=True),
        "unnormalised_target",
        ("underfitting", "too_few_epochs", "exploding_gradient"),
        partial(load, raw=False),
        why="A load of 32,000 is far beyond what cells between -1 and 1 add up to.",
    ),
    Case(
        "one_patient_in_twenty",
        "mlp",
        partial(rare, weights=None),
        "imbalanced",
        ("class_collapse",),
        partial(rare, weights={0: 1.0, 1: 19.0}),
        why="With five in a hundred and overlap, it pays to answer no to all.",
    ),
    Case(
        "one_alarm_in_twenty_five",
        "lstm",
        partial(rare_alarm, weights=None),
        "imbalanced",
        ("class_collapse",),
        partial(rare_alarm, weights={0: 1.0, 1: 24.0}),
        why="With four in a hundred and much noise, it pays never to give the alarm.",
    ),
    Case(
        "even_classes_with_uneven_weights",
        "mlp",
        partial(weighed, weights={0: 1.0, 1: 60.0}),
        "class_collapse",
        (),
        partial(weighed, weights=None),
        why="Weights left over from other data make it pay to answer yes to all.",
    ),
    Case(
        "even_alarms_with_uneven_weights",
        "gru",
        partial(weighed_alarm, weights={0: 1.0, 1: 100.0}),
        "class_collapse",
        (),
        partial(weighed_alarm, weights=None),
        why="A missed alarm was made to cost a hundred false ones, so there is always alarm.",
    ),
)
