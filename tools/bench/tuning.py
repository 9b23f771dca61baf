"""Trials of a search beside plain keras-tuner: how many a second of CPU, and what memory does.

Both search the same space at random (learning rate, dropout, optimizer) around the same
perceptron, on the same rows of a table of scikit-learn, with as many epochs in every trial. Plain
keras-tuner is `RandomSearch` as its guide shows it: `build(hp)`, `search(x, y)`, and a checkpoint
of the best epoch on disk.

    python tools/bench/tuning.py [--sets digits,breast_cancer] [--trials 12] [--epochs 5]
        [--repeats 3] [--memory 100] [--write]

Each repeat is a process of its own for each way, in turn, so that a busy machine slows both alike.
What counts is the CPU time of the process and its children in `search` and `tune`, their first
trial with what it traces included; imports and reading are not. With `--memory` one more process
runs so many trials by ours and tells the resident memory every ten of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).parent))

WAYS = ("keras-tuner", "keras-tuner, no checkpoints", "goodfit")
PAGE = Path(__file__).parents[2] / "docs" / "tuning_numbers.md"
RATES, DROPOUTS, OPTIMIZERS = (1e-4, 1e-2), (0.1, 0.5), ("adam", "adamw")
UNITS, BATCH = (128, 64), 32


def rows_of(name: str) -> Any:
    """Return the splits of a table that comes with scikit-learn."""
    from goodfit.recipes import load, split

    return split(load(name))


def arrays(splits: Any) -> list[Any]:
    """Return training and validation rows as numbers, standardised by the training rows."""
    import numpy as np

    parts = [splits.train, splits.validation]
    x = [
        np.nan_to_num(np.column_stack([part.features[c.name] for c in part.columns]).astype(float))
        for part in parts
    ]
    mean, spread = x[0].mean(0), x[0].std(0) + 1e-7
    x = [((each - mean) / spread).astype("float32") for each in x]
    return [x[0], parts[0].labels, x[1], parts[1].labels]


def by_keras_tuner(splits: Any, trials: int, epochs: int, checkpoints: bool) -> float:
    """Return the best validation loss of plain keras-tuner."""
    import keras
    import keras_tuner

    x, y, x_held, y_held = arrays(splits)
    outputs = len(splits.task.names)

    def build(hp: Any) -> Any:
        inputs = keras.Input((x.shape[1],))
        rate = hp.Float("dropout", *DROPOUTS)
        hidden = inputs
        for width in UNITS:
            hidden = keras.layers.Dense(width, "relu")(hidden)
            hidden = keras.layers.Dropout(rate)(hidden)
        answer = keras.layers.Dense(outputs, "softmax")(hidden)
        model = keras.Model(inputs, answer)
        name = hp.Choice("optimizer", list(OPTIMIZERS))
        made = {"adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW}[name]
        step = made(hp.Float("learning_rate", *RATES, sampling="log"))
        model.compile(step, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    class NoCheckpoints(keras_tuner.RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            # Its own does the same, and saves the weights of the best epoch.
            hypermodel: Any = self.hypermodel
            hp = trial.hyperparameters
            return hypermodel.fit(hp, hypermodel.build(hp), *args, **kwargs)

    with tempfile.TemporaryDirectory() as folder:
        kind = keras_tuner.RandomSearch if checkpoints else NoCheckpoints
        options = {"objective": "val_loss", "max_trials": trials, "seed": 1, "directory": folder}
        tuner = kind(build, **options)
        held = (x_held, y_held)
        tuner.search(x, y, epochs=epochs, batch_size=BATCH, validation_data=held, verbose=0)
        best: Any = tuner.oracle.get_best_trials(1)[0]
        return float(best.score)


def by_goodfit(splits: Any, trials: int, epochs: int) -> tuple[float, float]:
    """Return the best score of `tune`, and the CPU seconds that the last training took."""
    from goodfit.recipes import Config
    from goodfit.recipes.tuning.dimensions import Dimension
    from goodfit.recipes.tuning.space import Space
    from goodfit.recipes.tuning.tuner import tune

    space = Space(
        (
            Dimension("learning_rate", "float", *RATES, log=True),
            Dimension("dropout", "float", *DROPOUTS),
            Dimension("optimizer", "choice", options=OPTIMIZERS),
        )
    )
    config = Config(units=UNITS, batch_size=BATCH, epochs=epochs, metrics=("accuracy",))
    ended: list[float] = []

    def hear(kind: str, _data: Any) -> None:
        if kind == "trial":
            ended.append(cpu())

    with tempfile.TemporaryDirectory() as folder:
        search = tune(
            config,
            splits,
            trials=trials,
            method="random",
            space=space,
            seeds=1,
            seed=1,
            output=Path(folder) / "search",
            listener=hear,
        )
        best = search.best
        return (float("nan") if best is None else best.score), cpu() - ended[-1]


def cpu() -> float:
    """Return the CPU seconds of this process and its children."""
    return sum(os.times()[:4])


def measured(way: str, name: str, trials: int, epochs: int) -> dict[str, float]:
    """Return the CPU seconds of one search, and its best score, in this process."""
    import keras
    import keras_tuner  # noqa: F401

    splits = rows_of(name)
    keras.Model(*[keras.Input((1,))] * 2)  # TensorFlow wakes up at its first use
    wall, begun = time.perf_counter(), cpu()
    last = 0.0
    if way == "goodfit":
        best, last = by_goodfit(splits, trials, epochs)
    else:
        best = by_keras_tuner(splits, trials, epochs, checkpoints=way == "keras-tuner")
    whole = cpu() - begun
    wall = time.perf_counter() - wall
    return {"cpu": whole - last, "last": last, "wall": wall, "best": best}


def memory_of(name: str, trials: int, epochs: int) -> list[float]:
    """Return the resident MiB after every tenth of so many trials in one process."""
    import random
    from dataclasses import replace

    from goodfit.recipes import Config, TracedReuse, train

    splits, reuse = rows_of(name), TracedReuse()
    config = Config(units=UNITS, batch_size=BATCH, epochs=epochs, metrics=("accuracy",))
    draw, found = random.Random(1), []
    for number in range(1, trials + 1):
        drawn = {
            "learning_rate": RATES[0] * (RATES[1] / RATES[0]) ** draw.random(),
            "dropout": draw.uniform(*DROPOUTS),
            "optimizer": draw.choice(OPTIMIZERS),
        }
        train(replace(config, seed=number, **drawn), splits, reuse=reuse)
        if number % 10 == 0:
            found.append(resident_memory())
            print(f"{number} trials: {found[-1]:.0f} MiB", file=sys.stderr, flush=True)
    return found


def resident_memory() -> float:
    """Return the MiB that this process holds in memory, on Linux."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def in_a_process(*arguments: str) -> Any:
    """Return what this script measures in a process of its own."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default="digits,breast_cancer")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, metavar="TRIALS")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "SET"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    shared = ["--trials", str(given.trials), "--epochs", str(given.epochs)]
    if given.one:
        way, name = given.one
        if way == "memory":
            print(json.dumps(memory_of(name, given.trials, given.epochs)))
        else:
            print(json.dumps(measured(way, name, given.trials, given.epochs)))
        return
    names = given.sets.split(",")
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    for number in range(given.repeats):
        for name in names:
            for way in WAYS:
                found = in_a_process("--one", way, name, *shared)
                runs.setdefault((name, way), []).append(found)
                print(number, name, way, found, file=sys.stderr, flush=True)
    rows, notes = [], []
    for name in names:
        cost = {way: [run["cpu"] for run in runs[name, way]] for way in WAYS}
        for way in WAYS:
            rate = given.trials / median(cost[way])
            pairs = zip(cost[WAYS[0]], cost[way], strict=True)
            ratios = sorted(theirs / ours for theirs, ours in pairs)
            spread = f"{median(ratios):.1f} [{ratios[0]:.1f}–{ratios[-1]:.1f}]"
            rows.append(f"| {name} | {way} | {median(cost[way]):.1f} | {rate:.2f} | {spread} |")
        last = median(run["last"] for run in runs[name, "goodfit"])
        notes.append(
            f"- On {name}, `tune` then trains, saves, reopens and scores the best config once,"
            f" which took another {last:.1f} CPU seconds and is not in the table."
        )
    memory = []
    if given.memory:
        sizes = ["--trials", str(given.memory), "--epochs", str(given.epochs)]
        memory = in_a_process("--one", "memory", names[0], *sizes)
    text = page(rows, notes, memory, given)
    print(text)
    if given.write:
        PAGE.write_text(text, "utf-8")


def page(rows: list[str], notes: list[str], memory: list[float], given: Any) -> str:
    """Return the page of the docs."""
    lines = [
        "# How fast a search is",
        "",
        "Measured by `tools/bench/tuning.py` on two CPU cores, ours and plain keras-tuner in turn.",
        "",
        "## Trials for a second of CPU",
        "",
        f"{given.trials} trials of {given.epochs} epochs, medians of {given.repeats} searches. The"
        f" space: learning rate {RATES[0]:g} to {RATES[1]:g}, dropout {DROPOUTS[0]:g} to"
        f" {DROPOUTS[1]:g}, {' or '.join(OPTIMIZERS)}; a perceptron of {UNITS[0]} and {UNITS[1]}"
        f" units, {BATCH} rows to a batch. Ours includes what is watched and diagnosed in each"
        " trial. The ratio is that of searches next to each other: on a busy machine the seconds"
        " grow, and the ratio less so.",
        "",
        "```text",
        "python tools/bench/tuning.py --memory 100 --write",
        "```",
        "",
        "| rows | way | CPU seconds | trials per CPU second | times keras-tuner |",
        "| --- | --- | ---: | ---: | ---: |",
        *rows,
        "",
        *notes,
        "",
    ]
    if memory:
        first, last = memory[0], memory[-1]
        lines += [
            "## Memory",
            "",
            f"{given.memory} trials in one process, resident MiB after every ten:"
            f" {', '.join(f'{size:.0f}' for size in memory)}. From the tenth trial to the last that"
            f" is {last / first - 1:+.1%}.",
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    main()
