"""What `TensorBoardWriter` costs: the time inside its hooks, as a share of the epoch.

The models of `diagnosis_cost.py`, 100 steps per epoch of 32 rows, each trained with a `Diagnose`
alone and with the writer beside it, in turn. Run by hand on a machine that does nothing else:

    python tools/bench/board_cost.py
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from diagnosis_cost import BATCH, Clock, lstm, mlp, transformer

import keras  # isort: skip
import numpy as np  # isort: skip
from goodfit.callbacks import Diagnose, TensorBoardWriter  # isort: skip


class Timed(TensorBoardWriter):
    """The writer with a stopwatch around each of its hooks."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.inside: list[float] = []
        begin = time.perf_counter()
        super().on_train_begin(logs)
        self.before = time.perf_counter() - begin

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        begin = time.perf_counter()
        super().on_epoch_end(epoch, logs)
        self.inside.append(time.perf_counter() - begin)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        begin = time.perf_counter()
        super().on_train_end(logs)
        self.after = time.perf_counter() - begin


def measure(make: Callable[[], tuple[Any, Any]], epochs: int, folder: Path) -> dict[str, float]:
    """Return seconds and shares of a training with the writer, and of one without."""
    spent: dict[str, list[float]] = {"with": [], "without": []}
    writer = None
    for written in (False, True):
        keras.utils.set_random_seed(0)
        model, x = make()
        y = np.random.default_rng(1).integers(0, 3, len(x))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        watch, clock = Diagnose(verbose=0), Clock()
        beside: list[Any] = [clock, watch]
        if written:
            writer = Timed(folder, diagnose=watch)
            beside.append(writer)
        held = (x[:640], y[:640])
        options = {"batch_size": BATCH, "epochs": epochs, "verbose": 0, "validation_data": held}
        model.fit(x, y, callbacks=beside, **options)
        # The first epoch traces the functions of Keras.
        spent["with" if written else "without"] += np.diff(clock.at)[1:].tolist()
    if writer is None:
        raise RuntimeError("nothing was measured")
    inside = writer.inside[1:]
    return {
        "epoch": median(spent["without"]),
        "milliseconds": 1e3 * median(inside),
        "mean": sum(inside) / sum(spent["with"]),
        "median": median(i / e for i, e in zip(inside, spent["with"], strict=True)),
        "before": writer.before,
        "after": writer.after,
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    print(
        "| model | epoch, ms | in hooks, ms | share, mean | share, median epoch | before, s |"
        " after, s | KiB |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for make in (mlp, lstm, transformer):
        runs = []
        for _ in range(given.repeats):
            with tempfile.TemporaryDirectory() as folder:
                runs.append(measure(make, given.epochs, Path(folder)))
        one = {name: median(run[name] for run in runs) for name in runs[0]}
        print(
            f"| {make.__name__} | {one['epoch'] * 1e3:.0f} | {one['milliseconds']:.1f} |"
            f" {one['mean']:.2%} | {one['median']:.2%} | {one['before']:.2f} |"
            f" {one['after']:.2f} | {one['bytes'] / 1024:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
