"""What `Diagnose()` costs: the time inside its hooks, as a share of the epoch.

Three models on 100 steps per epoch of 32 rows, each trained with and without the callback, in turn.
Run by hand on a machine that does nothing else:

    python tools/bench/diagnosis_cost.py
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from goodfit.callbacks import Diagnose

STEPS, BATCH = 100, 32
layers = keras.layers


class Timed(Diagnose):
    """Diagnose with a stopwatch around each of its hooks."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.inside: list[float] = []
        begin = time.perf_counter()
        super().on_train_begin(logs)
        self.before = time.perf_counter() - begin
        hook = vars(self).get("on_train_batch_end")
        self.batches = 0.0
        if hook is not None:

            def timed(batch: int, logs: dict[str, Any] | None = None) -> None:
                begin = time.perf_counter()
                hook(batch, logs)
                self.batches += time.perf_counter() - begin

            vars(self)["on_train_batch_end"] = timed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        begin = time.perf_counter()
        super().on_epoch_begin(epoch, logs)
        self.batches = time.perf_counter() - begin

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        begin = time.perf_counter()
        super().on_epoch_end(epoch, logs)
        self.inside.append(self.batches + time.perf_counter() - begin)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        begin = time.perf_counter()
        super().on_train_end(logs)
        self.after = time.perf_counter() - begin


class Clock(keras.callbacks.Callback):
    """The time from the beginning of one epoch to the beginning of the next."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self.at: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self.at.append(time.perf_counter())

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self.at.append(time.perf_counter())


def mlp() -> tuple[Any, Any]:
    inputs = keras.Input((20,))
    x = layers.Dense(128, activation="relu")(inputs)
    x = layers.Dropout(0.3)(layers.Dense(128, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x)), numbers(20)


def lstm() -> tuple[Any, Any]:
    inputs = keras.Input((30, 8))
    x = layers.LSTM(64)(inputs)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x)), numbers(30, 8)


def transformer() -> tuple[Any, Any]:
    inputs = keras.Input((32,))
    x = layers.Embedding(1000, 64)(inputs)
    for _ in range(2):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(4, 16)(x, x))
        inner = layers.Dense(64)(layers.Dense(128, activation="gelu")(x))
        x = layers.LayerNormalization()(x + inner)
    x = layers.GlobalAveragePooling1D()(x)
    words = np.random.default_rng(0).integers(0, 1000, (STEPS * BATCH, 32))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x)), words


def numbers(*shape: int) -> Any:
    return np.random.default_rng(0).normal(size=(STEPS * BATCH, *shape)).astype("float32")


def measure(make: Callable[[], tuple[Any, Any]], epochs: int) -> dict[str, float]:
    """Return seconds and shares of a training with the callback, and of one without."""
    spent: dict[str, list[float]] = {"with": [], "without": [], "inside": []}
    watch = Timed(verbose=0)
    for beside in ([], [watch]):
        keras.utils.set_random_seed(0)
        model, x = make()
        y = np.random.default_rng(1).integers(0, 3, len(x))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        clock = Clock()
        held = (x[:640], y[:640])
        options = {"batch_size": BATCH, "epochs": epochs, "verbose": 0, "validation_data": held}
        model.fit(x, y, callbacks=[clock, *beside], **options)
        # The first epoch traces the functions of Keras.
        spent["with" if beside else "without"] += np.diff(clock.at)[1:].tolist()
    spent["inside"] += watch.inside[1:]
    whole = sum(spent["with"])
    return {
        "epoch": median(spent["without"]),
        "hooks": sum(spent["inside"]) / whole,
        "median": median(i / e for i, e in zip(spent["inside"], spent["with"], strict=True)),
        "once": watch.before + watch.after,
        "looks": len(watch.evidence.probes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    print("| model | epoch, ms | in hooks, mean | in hooks, median epoch | looks | once, s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for make in (mlp, lstm, transformer):
        runs = [measure(make, given.epochs) for _ in range(given.repeats)]
        one = {name: median(run[name] for run in runs) for name in runs[0]}
        print(
            f"| {make.__name__} | {one['epoch'] * 1e3:.0f} | {one['hooks']:.2%} |"
            f" {one['median']:.2%} | {one['looks']:.0f} of {given.epochs + 1} |"
            f" {one['once']:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
