"""The quick start under the protocols of published results.

    python tools/bench/published.py --data FOLDER [--sets sonar,uci_yacht] [--json FILE]

Each set is divided as the publication divided it, and the mean of the same measure is printed
beside the published figure. The quick start is the same on every set: nothing is tuned. It holds
15 % of the rows it is given out for early stopping.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, roc_auc_score, root_mean_squared_error
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

sys.path.insert(0, str(Path(__file__).parent))
from tabular import quick_start

Fold = tuple[Any, Any, Any, int]
"""Data set, rows to train on, rows to score, seed."""

PUBLISHED = {
    "adult": ("accuracy", 0.8590, "NBTree, official split, rows with ? removed"),
    "sonar": ("accuracy", 0.847, "MLP with 12 hidden units, 13 folds"),
    "mammography": ("ROC AUC", 0.957, "weighted SVM, 10 folds, repeated"),
    "abalone": ("accuracy", 0.656, "cascade correlation, 3 classes, first 3,133 rows to train"),
    "california_housing": ("RMSE", 47_730.0, "tuned random forest, stratified 20 % held out"),
    "uci_boston": ("RMSE", 2.90, "MC dropout, grid search, 20 stored splits"),
    "uci_concrete": ("RMSE", 4.82, "MC dropout, grid search, 20 stored splits"),
    "uci_yacht": ("RMSE", 0.67, "MC dropout, grid search, 20 stored splits"),
    "uci_power": ("RMSE", 4.01, "MC dropout, grid search, 20 stored splits"),
    "uci_wine_red": ("RMSE", 0.62, "MC dropout, grid search, 20 stored splits"),
}


def adult(folder: Path) -> Iterator[Fold]:
    """Yield the official split without incomplete rows, three seeds."""
    import pandas as pd
    from goodfit.recipes import load

    parts = [
        pd.read_csv(folder / f"adult/{part}.csv.gz", na_values="?").dropna()
        for part in ("train", "test")
    ]
    dataset = load(pd.concat(parts, ignore_index=True), "income")
    rows = np.arange(len(dataset))
    for seed in range(3):
        yield dataset, rows[: len(parts[0])], rows[len(parts[0]) :], seed


def sonar(folder: Path) -> Iterator[Fold]:
    """Yield 13 folds."""
    from goodfit.recipes import load

    dataset = load(folder / "sonar/sonar.csv.gz", "target")
    folds = KFold(13, shuffle=True, random_state=0).split(np.arange(len(dataset)))
    for seed, (train, test) in enumerate(folds):
        yield dataset, train, test, seed


def mammography(folder: Path) -> Iterator[Fold]:
    """Yield 10 stratified folds, once."""
    from goodfit.recipes import load

    dataset = load(folder / "mammography/mammography.csv.gz", "target")
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    for seed, (train, test) in enumerate(folds.split(np.zeros(len(dataset)), dataset.labels)):
        yield dataset, train, test, seed


def abalone(folder: Path) -> Iterator[Fold]:
    """Yield the published split with three classes of rings, three seeds."""
    import pandas as pd
    from goodfit.recipes import load

    frame = pd.read_csv(folder / "abalone/abalone.csv.gz")
    frame["rings"] = pd.cut(frame.rings, [0, 8, 10, 99], labels=["few", "some", "many"]).astype(str)
    dataset = load(frame, "rings", task="multiclass")
    rows = np.arange(len(dataset))
    for seed in range(3):
        yield dataset, rows[:3133], rows[3133:], seed


def california_housing(folder: Path) -> Iterator[Fold]:
    """Yield 20 % held out, stratified by income, three seeds."""
    from goodfit.recipes import load

    dataset = load(folder / "california_housing/housing.csv.gz", "median_house_value")
    income = np.digitize(dataset.features["median_income"], [1.5, 3.0, 4.5, 6.0])
    for seed in range(3):
        train, test = train_test_split(
            np.arange(len(dataset)), test_size=0.2, random_state=seed, stratify=income
        )
        yield dataset, train, test, seed


def uci(name: str, folder: Path) -> Iterator[Fold]:
    """Yield the 20 stored splits."""
    from goodfit.recipes import load

    with np.load(folder / name / f"{name}.npz", allow_pickle=False) as stored:
        x, y, masks = stored["X"], stored["y"], stored["test_mask"]
    dataset = load((x, y), task="regression")
    for seed, mask in enumerate(masks):
        yield dataset, np.flatnonzero(~mask), np.flatnonzero(mask), seed


def score(dataset: Any, test: Any, outputs: Any, measure: str) -> float:
    """Return the measure on the test rows."""
    labels = dataset.labels[test]
    if measure == "RMSE":
        return root_mean_squared_error(labels, outputs)
    if measure == "ROC AUC":
        return float(roc_auc_score(labels, outputs[:, 0]))
    answers = outputs.argmax(1) if dataset.task.kind == "multiclass" else outputs[:, 0] > 0.5
    return float(accuracy_score(labels, answers))


def row(name: str, values: list[float]) -> str:
    """Return one line of the table."""
    measure, figure, who = PUBLISHED[name]
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    better = mean <= figure if measure == "RMSE" else mean >= figure
    digits = 0 if figure > 1000 else 3
    return (
        f"| {name} | {measure} | {mean:,.{digits}f} ± {error:,.{digits}f} ({len(values)}) | "
        f"{figure:,.{digits}f} | {who} | {'reached' if better else '**not reached**'} |"
    )


def main() -> int:
    """Run the sets asked for and print the table; ± is the standard error of the mean."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the benchmark sets")
    parser.add_argument("--sets", default=",".join(PUBLISHED), help="names, separated by commas")
    parser.add_argument("--json", type=Path, help="keep the figures here, set by set")
    arguments = parser.parse_args()
    found: dict[str, list[float]] = {}
    if arguments.json and arguments.json.exists():
        found = json.loads(arguments.json.read_text())
    special = {
        "adult": adult,
        "sonar": sonar,
        "mammography": mammography,
        "abalone": abalone,
        "california_housing": california_housing,
    }
    for name in arguments.sets.split(","):
        folds = special[name](arguments.data) if name in special else uci(name, arguments.data)
        found[name] = []
        for dataset, train, test, seed in folds:
            outputs, _ = quick_start(dataset, train, test, seed, [])
            found[name].append(score(dataset, test, outputs, PUBLISHED[name][0]))
        print(row(name, found[name]), flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(found))
    print("\n| set | measure | quick start (runs) | published | by whom | aim |")
    print("| --- | --- | ---: | ---: | --- | --- |")
    print("\n".join(row(name, values) for name, values in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
