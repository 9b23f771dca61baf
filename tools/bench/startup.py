"""What the command line costs beside what cannot be avoided, as ratios of interleaved runs.

    python tools/bench/startup.py [--rounds 5]

Two ratios, each the median over rounds of whole processes timed in turn:
- `goodfit --help` to `import keras`; the aim is at most 0.03;
- `goodfit train breast_cancer`, everything included, to `import keras` plus a bare `model.fit` on
  the same number of rows for the same number of epochs; the aim is at most 1.6.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

BARE = """
import keras, numpy as np
from sklearn.datasets import load_breast_cancer
x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)
train, validation = x[:{train}], x[{train}:{train} + {validation}]
model = keras.Sequential([keras.Input((30,))] + [
    layer for units in {units} for layer in (
        keras.layers.Dense(units, activation="relu"), keras.layers.Dropout({dropout}))
] + [keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(train, y[:{train}], batch_size={batch_size}, epochs={epochs}, verbose=0,
          validation_data=(validation, y[{train}:{train} + {validation}]))
"""


def seconds(command: list[str]) -> tuple[float, str]:
    """Return the wall-clock seconds of a process and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return time.perf_counter() - started, done.stdout


def ratios(label: str, pairs: list[tuple[float, float]], aim: float) -> None:
    """Print medians and the spread of the pairwise ratios."""
    values = sorted(a / b for a, b in pairs)
    middle = statistics.median(values)
    print(
        f"{label}: {statistics.median(a for a, _ in pairs):.3f} s to "
        f"{statistics.median(b for _, b in pairs):.3f} s, ratio {middle:.3f} "
        f"[{values[0]:.3f} to {values[-1]:.3f}], aim {aim}: "
        f"{'reached' if middle <= aim else 'not reached'}"
    )


def main() -> int:
    """Time both pairs and print them."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    goodfit = shutil.which("goodfit", path=str(Path(sys.executable).parent)) or "goodfit"
    keras = [sys.executable, "-c", "import keras"]
    seconds(keras)  # warms the disk cache
    pairs = [(seconds([goodfit, "--help"])[0], seconds(keras)[0]) for _ in range(rounds)]
    ratios("goodfit --help to import keras", pairs, 0.03)
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            place = Path(folder) / str(number)
            command = [goodfit, "train", "breast_cancer", "--json", "--output", str(place)]
            ours, text = seconds(command)
            rows = json.loads(text)["rows"]
            record = json.loads((place / "run.json").read_text())
            config = tomllib.loads((place / "config.toml").read_text())
            bare = BARE.format(
                train=rows["train"],
                validation=rows["validation"],
                epochs=record["epochs"],
                units=config["units"],
                dropout=config["dropout"],
                batch_size=config["batch_size"],
            )
            pairs.append((ours, seconds([sys.executable, "-c", bare])[0]))
    ratios("goodfit train to import keras and a bare fit", pairs, 1.6)
    return 0


if __name__ == "__main__":
    sys.exit(main())
