"""How often the interval that a study prints for its test score holds the true score.

    python tools/bench/intervals.py --results FILE.json [--studies 200] [--only NAME] [--write]

Each study is a whole one, only quick: a few epochs on a small generated table, nothing tried or
one change, and the test rows opened once. The true score is that of the saved model on 50,000
fresh rows of the same source. A 95 % interval should hold it in 92 to 98 % of the studies.

`--results` keeps each study as soon as it is there, so that the bench can be cut short and gone on
with. It keeps test labels and answers as well: `--again` takes the intervals anew from them, by
evaluate as it is now, without any training.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from keeping import Kept, table, write_part

FRESH = 50_000
ROWS = (300, 600, 1200)
"""Rows of the studies in turn; 15 % of them are test rows."""
KINDS = ("binary", "regression")
COLUMNS = tuple("abcd")
EPOCHS = 6
SETTINGS = {"epochs": EPOCHS, "batch_size": 16}


def rows_of(kind: str, count: int, generator: np.random.Generator) -> pd.DataFrame:
    """Return rows of a source that has no end: a bent function of four numbers, with noise."""
    x = generator.normal(size=(count, len(COLUMNS)))
    signal = 1.5 * x[:, 0] + x[:, 1] * x[:, 2] + np.abs(x[:, 3])
    frame = pd.DataFrame(x, columns=list(COLUMNS))
    if kind == "binary":
        yes = generator.random(count) < 1 / (1 + np.exp(0.8 - 1.5 * signal))
        return frame.assign(y=np.where(yes, "yes", "no"))
    # Noise with heavier ends than the normal curve's, as measurements have it.
    return frame.assign(y=signal + 0.6 * generator.standard_t(5, count))


def studied(kind: str, number: int) -> dict[str, Any]:
    """Return what one study printed, and what its model is worth on fresh rows."""
    import keras
    from goodfit.recipes import evaluate, five_phases

    keras.utils.clear_session()
    generator = np.random.default_rng([KINDS.index(kind), number])
    frame = rows_of(kind, ROWS[number % len(ROWS)], generator)
    with tempfile.TemporaryDirectory() as folder:
        study = five_phases(
            frame,
            "y",
            minutes=10.0,
            output=Path(folder) / "study",
            seeds=2,
            trials=1 if number % 10 == 0 else 0,
            seed=number,
            settings=SETTINGS,
        )
        run: Any = study.best
        held: Any = run.splits.test.open("the bench of intervals")
        shown = run.record["test"]["metrics"]
        fresh = rows_of(kind, FRESH, generator)
        labels = fresh.y.to_numpy()
        if kind == "binary":
            labels = (labels == run.splits.task.names[1]).astype(int)
        features = {
            name: fresh[name].to_numpy(old.dtype).reshape(-1, *old.shape[1:])
            for name, old in held.features.items()
        }
        threshold = run.record["threshold"]
        found = answers(run.model, features)
        true = evaluate(labels, found, held.task, samples=1, threshold=threshold)
        return {
            "printed": shown,
            "true": {name: each.value for name, each in true.metrics.items()},
            "labels": np.asarray(held.labels, float).ravel().round(6).tolist(),
            "answers": answers(run.model, held.features).astype(float).ravel().tolist(),
            "threshold": threshold,
            "seed": number,
        }


def answers(model: Any, features: Any) -> np.ndarray:
    """Return the outputs of a model for rows, in blocks: `predict` would compile once more."""
    import keras

    rows = len(next(iter(features.values())))
    found = []
    for start in range(0, rows, 10_000):
        part = {name: values[start : start + 10_000] for name, values in features.items()}
        found.append(keras.ops.convert_to_numpy(model(part, training=False)))
    return np.concatenate(found)


def again(kind: Any, known: dict[str, Any]) -> dict[str, Any]:
    """Return the intervals that evaluate gives the same answers now."""
    from goodfit.recipes import evaluate
    from goodfit.zoo import Task

    labels, found = np.array(known["labels"]), np.array(known["answers"])
    names = ("no", "yes") if kind == "binary" else ("y",)
    if kind == "binary":
        labels = labels.astype(int)
    shared = {"seed": known["seed"], "threshold": known["threshold"]}
    result = evaluate(labels, found, Task(kind, names), **shared)
    return {name: each.to_dict() for name, each in result.metrics.items()}


def coverage(kind: str, results: dict[str, Any], anew: bool) -> list[dict[str, str]]:
    """Return one row for each metric: how often its interval held, and on which side it did not."""
    held: dict[str, list[tuple[int, int, int]]] = {}
    for known in results.values():
        shown = again(kind, known) if anew else known["printed"]
        for name, each in shown.items():
            true = known["true"].get(name)
            if true is not None:
                below, above = true < each["low"], true > each["high"]
                held.setdefault(name, []).append((not (below or above), below, above))
    return [
        {
            "task": kind,
            "metric": name,
            "studies": str(len(counts)),
            "held": f"{np.mean([each[0] for each in counts]):.1%}",
            "truth below": f"{np.mean([each[1] for each in counts]):.1%}",
            "truth above": f"{np.mean([each[2] for each in counts]):.1%}",
        }
        for name, counts in held.items()
    ]


def main() -> int:
    """Run the studies asked for, and print how often each interval held."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--studies", type=int, default=200, help="of each kind of task")
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--results", type=Path, help="the JSON file that keeps each study")
    parser.add_argument("--again", action="store_true", help="take the intervals anew")
    parser.add_argument("--table", action="store_true", help="only the table of what is there")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    kept = Kept(given.results)
    kinds = [given.only] if given.only else KINDS
    for number in range(0 if given.table or given.again else given.studies):
        for kind in kinds:
            name = f"{kind} {number}"
            if not kept.has(name):
                kept.keep(name, studied(kind, number))
                print(name, flush=True)
    rows = []
    for kind in KINDS:
        mine = kept.starting(f"{kind} ")
        rows += coverage(kind, mine, given.again) if mine else []
    print(table(rows) if rows else "No study is there yet.")
    if given.write and rows:
        write_part("intervals", rows, [])
    return 0


if __name__ == "__main__":
    sys.exit(main())
