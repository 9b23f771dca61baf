"""Inputs and targets: in their own units, or with holes."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
from case import Case, Training
from keras import layers, optimizers
from new_cases import series, tables
from new_cases.models import (
    SPARSE,
    encoder,
    explained_in,
    streamed,
    two_doors,
)
from open_half.parts import decides, explains, picks, put, recurrent, stack


def impedance(seed: int, raw: bool = False, raw_target: bool = False) -> Training:
    """The impedance of a circuit; inputs and target in deviations, or in their own units."""
    keras.utils.set_random_seed(seed)
    own = tables.circuit(seed)
    mean, deviation = float(own.y.mean()), float(own.y.std())
    scale = lambda y: ((y - mean) / deviation).astype("float32")  # noqa: E731
    rows = own if raw else own.scaled()
    rows = rows if raw_target else rows.targets(scale)
    return put(
        stack((4,), (32, 32), 1, None, "relu" if raw_target else "tanh"),
        rows,
        explained_in(rows.test_x, own.test_y, scale(own.test_y)),
        optimizer=optimizers.Adam(0.001),
        loss="mse",
        metrics=["mae"],
        epochs=16,
    )


def strips(seed: int, raw: bool = False, cell: Any = layers.LSTM) -> Training:
    """Heart beats in deviations, or as the twelve bits that the meter gives."""
    keras.utils.set_random_seed(seed)
    rows = series.beats(seed)
    if raw:
        rows = rows.inputs(lambda x: (2048 + 600 * x).round().astype("float32"))
    return put(
        recurrent(cell, (48, 1), 16, 1, "sigmoid"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.01),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=12,
    )


def moves(seed: int, raw: bool = False) -> Training:
    """Movements in units of gravity, or in thousandths of it, through attention."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed, steps=16)
    if raw:
        rows = rows.inputs(lambda x: (x * 1000 + [0, 0, 9810]).astype("float32"))
    return put(
        encoder(16, 4, "softmax", features=3, normed=False),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=10,
    )


def next_price(seed: int, raw: bool = False, raw_target: bool = False, **options: Any) -> Training:
    """The next price of a share; prices in deviations, or as they are, about 35,000."""
    keras.utils.set_random_seed(seed)
    own = series.shares(seed, level=35000.0)
    scale = lambda values: ((values - 35000) / 2450).astype("float32")  # noqa: E731
    rows = own if raw else own.inputs(scale)
    rows = rows if raw_target else rows.targets(scale)
    return put(
        recurrent(options.get("cell", layers.SimpleRNN), (16, 1), 16, 1),
        rows,
        explained_in(rows.test_x, own.test_y, scale(own.test_y)),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        metrics=["mae"],
        epochs=15,
    )


def leavers(seed: int, holes: float = 0.0) -> Training:
    """Customers by named columns; the bill of new ones is blank, or known."""
    keras.utils.set_random_seed(seed)
    rows = tables.customers(seed)
    made = put(
        two_doors(1, "sigmoid", activation="gelu"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=15,
    )
    numbers = rows.x["numbers"].copy()
    numbers[np.random.default_rng(seed).random(len(numbers)) < holes, 1] = np.nan
    made.x = {**rows.x, "numbers": numbers}
    return streamed(made, seed)


def changes(seed: int, paused: float = 0.0) -> Training:
    """How prices change, in shares; a paused market is written down as 0, or left out."""
    keras.utils.set_random_seed(seed)
    rows = series.shares(seed)
    y = ((rows.y - rows.x[:, -1, 0]) / 2).astype("float32")

    def change(x: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            return (25 * np.diff(x, axis=1) / x[:, :-1]).astype("float32")

    given = rows.x.copy()
    given[np.random.default_rng(seed).random(given.shape) < paused] = 0.0
    made = put(
        recurrent(layers.GRU, (15, 1), 12, 1),
        rows.inputs(change),
        explains(change(rows.test_x), (rows.test_y - rows.test_x[:, -1, 0]) / 2),
        optimizer=optimizers.Adam(0.005),
        loss="mse",
        epochs=12,
    )
    made.x, made.y = change(given), y
    valid_y = (rows.valid_y - rows.valid_x[:, -1, 0]) / 2
    made.fit["validation_data"] = (change(rows.valid_x), valid_y.astype("float32"))
    return made


def broken_sensor(seed: int, guarded: bool = True) -> Training:
    """Movements beside a sensor that always says the same, scaled with care or without."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed, steps=16)
    fourth = lambda x: np.concatenate([x, np.full((*x.shape[:2], 1), 7.0, "float32")], 2)  # noqa: E731
    rows = rows.inputs(fourth)
    mean, deviation = rows.x.mean((0, 1)), rows.x.std((0, 1))

    def scale(x: Any, guard: bool) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            return ((x - mean) / np.where(deviation + guard == 1, 1, deviation)).astype("float32")

    made = put(
        encoder(16, 4, "softmax", features=4),
        rows.inputs(partial(scale, guard=guarded)),
        picks(scale(rows.test_x, True), rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=8,
    )
    return made


CASES: tuple[Case, ...] = (
    Case(
        "impedance_from_raw_columns",
        "mlp",
        partial(impedance, raw=True),
        fault="unnormalised_input",
        also=("saturated_activation", "underfitting", "class_collapse"),
        twin=impedance,
        why="A frequency of a thousand beside an inductance below one, into tanh.",
    ),
    Case(
        "beats_in_twelve_bits",
        "lstm",
        partial(strips, raw=True),
        fault="unnormalised_input",
        also=("saturated_activation", "underfitting", "class_collapse"),
        twin=strips,
        why="The meter counts from 0 to 4,095, and the gates take it as it comes.",
    ),
    Case(
        "movements_in_thousandths",
        "transformer",
        partial(moves, raw=True),
        fault="unnormalised_input",
        also=("exploding_gradient", "class_collapse", "underfitting", "lr_too_high"),
        twin=moves,
        why="Gravity is 9,810 in these units, and every dot product a hundred million.",
    ),
    Case(
        "price_of_a_share_as_it_is",
        "simple_rnn",
        partial(next_price, raw=True),
        fault="unnormalised_input",
        also=("saturated_activation", "underfitting", "class_collapse"),
        twin=next_price,
        why="Prices about 35,000 hold every tanh at its end.",
    ),
    Case(
        "impedance_in_ohms",
        "mlp",
        partial(impedance, raw_target=True),
        fault="unnormalised_target",
        also=("lr_too_low", "too_few_epochs", "underfitting", "exploding_gradient"),
        twin=impedance,
        why="Answers of some hundreds are far away from where the weights begin.",
    ),
    Case(
        "next_price_as_it_is",
        "lstm",
        partial(next_price, raw_target=True, cell=layers.LSTM),
        fault="unnormalised_target",
        also=("lr_too_low", "too_few_epochs", "underfitting", "exploding_gradient"),
        twin=partial(next_price, cell=layers.LSTM),
        why="The inputs were scaled, the price to be told is still 35,000.",
    ),
    Case(
        "leavers_with_blank_bills",
        "mlp",
        partial(leavers, holes=0.02),
        fault="nan_input",
        also=("nan_loss",),
        twin=leavers,
        why="The bill of new customers is blank in the file, and a blank is not a number.",
    ),
    Case(
        "change_from_nothing",
        "gru",
        partial(changes, paused=0.002),
        fault="nan_input",
        also=("nan_loss",),
        twin=changes,
        why="The share by which a price of 0 changes is infinite.",
    ),
    Case(
        "movements_beside_a_broken_sensor",
        "transformer",
        partial(broken_sensor, guarded=False),
        fault="nan_input",
        also=("nan_loss", "degenerate_input"),
        twin=broken_sensor,
        why="A sensor that always says the same has a deviation of 0, by which it was divided.",
    ),
)
