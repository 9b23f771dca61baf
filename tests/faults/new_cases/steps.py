"""Step sizes, schedules and time: too high, too low, too short, never at rest."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from case import Case, Training
from keras import layers, optimizers
from keras.optimizers import schedules
from new_cases import series, tables
from new_cases.models import SPARSE, Reader, both_ways, convolved, encoder, skipping, streamed
from open_half.parts import decides, explains, picks, put, recurrent, stack


def spiral_rows(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = tables.spiral(seed)
    return put(
        stack((2,), (48, 48), 3, "softmax", "tanh"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.01),
        loss=SPARSE,
        metrics=["accuracy"],
        **{"epochs": 30, **fit},
    )


def moves(seed: int, optimizer: Any = None) -> Training:
    """Movements from tf.data through a GRU."""
    keras.utils.set_random_seed(seed)
    rows = series.movements(seed)
    made = put(
        recurrent(layers.GRU, (24, 3), 16, 4, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.RMSprop(0.003),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=15,
    )
    return streamed(made, seed)


def asked(seed: int, rate: Any = 0.003, **fit: Any) -> Training:
    """Messages through a Transformer; the rate may be a schedule."""
    keras.utils.set_random_seed(seed)
    rows = series.tickets(seed)
    return put(
        encoder(20, 4, "softmax", words=80, drop=0.1),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(rate() if callable(rate) else rate),
        loss=SPARSE,
        metrics=["accuracy"],
        **{"epochs": 12, **fit},
    )


def rolled(seed: int, rate: Any = 0.01, **fit: Any) -> Training:
    """The place along a rolled-up sheet through blocks with skips; the rate may be a schedule."""
    keras.utils.set_random_seed(seed)
    rows = tables.roll(seed)
    return put(
        skipping((3,), 24, 2, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(rate() if callable(rate) else rate),
        loss="mse",
        metrics=["mae"],
        **{"epochs": 20, **fit},
    )


def spoken(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    """Languages, read from both ends."""
    keras.utils.set_random_seed(seed)
    rows = series.languages(seed)
    return put(
        both_ways(27, 16, 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
        **{"epochs": 15, **fit},
    )


def prices(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    """Prices of unit deviation through a plain recurrent layer."""
    keras.utils.set_random_seed(seed)
    rows = series.shares(seed)
    scale = lambda values: ((values - 100) / 7).astype("float32")  # noqa: E731
    rows = rows.inputs(scale).targets(scale)
    return put(
        recurrent(layers.SimpleRNN, (16, 1), 12, 1),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.SGD(0.05, 0.9),
        loss="mse",
        **{"epochs": 20, **fit},
    )


def temple_or_flower(seed: int, **fit: Any) -> Training:
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    made = put(
        convolved(1, "sigmoid"),
        rows,
        decides(rows.test_x, rows.test_y),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        **{"epochs": 20, **fit},
    )
    return streamed(made, seed)


def warmth(seed: int, optimizer: Any = None, **fit: Any) -> Training:
    """The warmth of the next hour from a model that is a class."""
    keras.utils.set_random_seed(seed)
    rows = series.weather(seed)
    return put(
        Reader(layers.GRU(12), 1, None),
        rows,
        explains(rows.test_x, rows.test_y),
        optimizer=optimizer() if optimizer else optimizers.Adam(0.01),
        loss="mae",
        **{"epochs": 12, **fit},
    )


def gone(rate: float = 0.01, steps: int = 1, left: float = 0.96) -> Any:
    """Return a rate that decays; with steps=1, by each batch rather than by each epoch."""
    return schedules.ExponentialDecay(rate, steps, left)


def again(rate: float) -> Any:
    """Return a cosine that starts anew every two epochs."""
    return schedules.CosineDecayRestarts(rate, 38, t_mul=1.0)


HIGH = ("oscillating_loss", "nan_loss", "class_collapse", "underfitting", "exploding_gradient")
LOW = ("too_few_epochs", "underfitting")

CASES: tuple[Case, ...] = (
    Case(
        "spiral_nadam_at_two",
        "mlp",
        partial(spiral_rows, optimizer=partial(optimizers.Nadam, 2.0)),
        fault="lr_too_high",
        also=(*HIGH, "saturated_activation"),
        twin=spiral_rows,
        why="Two units a step: every tanh is at its end after a few batches.",
    ),
    Case(
        "movements_rmsprop_at_a_half",
        "gru",
        partial(moves, optimizer=partial(optimizers.RMSprop, 0.5)),
        fault="lr_too_high",
        also=(*HIGH, "saturated_activation"),
        twin=moves,
        why="The default of another library's SGD was put into RMSprop.",
    ),
    Case(
        "messages_cosine_from_a_half",
        "transformer",
        partial(asked, rate=partial(schedules.CosineDecay, 0.5, 250)),
        fault="lr_too_high",
        also=HIGH,
        twin=asked,
        why="The schedule begins at 0.5, which was meant to be 0.005.",
    ),
    Case(
        "prices_sgd_at_one",
        "simple_rnn",
        partial(prices, optimizer=partial(optimizers.SGD, 1.0, 0.9)),
        fault="lr_too_high",
        also=(*HIGH, "saturated_activation"),
        twin=prices,
        why="A step of 1 with momentum 0.9 throws the states to their ends.",
    ),
    Case(
        "roll_rate_gone_in_an_epoch",
        "mlp",
        partial(rolled, rate=gone),
        fault="lr_too_low",
        also=LOW,
        twin=partial(rolled, rate=partial(gone, steps=19)),
        why="The decay is counted in batches, not in epochs: nothing is left of the rate.",
    ),
    Case(
        "languages_adagrad_as_it_comes",
        "lstm",
        partial(spoken, optimizer=partial(optimizers.Adagrad, 0.001)),
        fault="lr_too_low",
        also=LOW,
        twin=spoken,
        why="Adagrad comes with a step of 0.001 that shrinks further from batch to batch.",
    ),
    Case(
        "warmth_sgd_rate_for_fine_tuning",
        "gru",
        partial(warmth, optimizer=partial(optimizers.SGD, 1e-4)),
        fault="lr_too_low",
        also=LOW,
        twin=warmth,
        why="A rate that was meant for fine-tuning, on weights that know nothing.",
    ),
    Case(
        "photographs_one_epoch",
        "mlp",
        partial(temple_or_flower, epochs=1, batch_size=128),
        fault="too_few_epochs",
        also=("lr_too_low", "underfitting", "class_collapse"),
        twin=temple_or_flower,
        why="epochs is 1 where the argument was left out.",
    ),
    Case(
        "messages_two_epochs",
        "transformer",
        partial(asked, epochs=2, rate=0.001, batch_size=128),
        fault="too_few_epochs",
        also=("lr_too_low", "underfitting"),
        twin=partial(asked, epochs=25, rate=0.001, batch_size=128),
        why="Two passes were enough for the published model, which was trained before.",
    ),
    Case(
        "languages_stopped_on_the_way_down",
        "lstm",
        partial(
            spoken,
            optimizer=partial(optimizers.Adam, 0.001),
            epochs=25,
            callbacks=[keras.callbacks.EarlyStopping(min_delta=0.1, patience=1)],
        ),
        fault="too_few_epochs",
        also=("underfitting", "lr_too_low"),
        twin=partial(spoken, optimizer=partial(optimizers.Adam, 0.001), epochs=25),
        why="Early stopping asks for a gain of 0.1 in each epoch, and ends the fall.",
    ),
    Case(
        "spiral_restarts_too_high",
        "mlp",
        partial(
            spiral_rows,
            optimizer=lambda: optimizers.SGD(again(1.0), momentum=0.9, nesterov=True),
        ),
        fault="oscillating_loss",
        also=("lr_too_high", "saturated_activation", "exploding_gradient"),
        twin=partial(
            spiral_rows,
            optimizer=lambda: optimizers.SGD(again(0.2), momentum=0.9, nesterov=True),
        ),
        why="Every second epoch the schedule goes back to a step that undoes what was learned.",
    ),
    Case(
        "prices_four_rows_a_time",
        "simple_rnn",
        partial(prices, optimizer=partial(optimizers.Adam, 0.1), batch_size=4, epochs=8),
        fault="oscillating_loss",
        also=("lr_too_high", "saturated_activation", "underfitting"),
        twin=partial(prices, optimizer=partial(optimizers.Adam, 0.002), batch_size=4, epochs=8),
        why="Four rows a batch and steps of 0.1: each batch pulls elsewhere.",
    ),
    Case(
        "warmth_momentum_without_brakes",
        "gru",
        partial(warmth, optimizer=partial(optimizers.SGD, 0.3, 0.98), epochs=15),
        fault="oscillating_loss",
        also=("lr_too_high", "saturated_activation", "underfitting"),
        twin=partial(warmth, optimizer=partial(optimizers.SGD, 0.1, 0.9), epochs=15),
        why="Momentum of 0.98 makes fifty steps of each, and the loss swings.",
    ),
)
