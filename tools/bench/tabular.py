"""The quick start beside scikit-learn's models, on the same rows, over several seeds.

    python tools/bench/tabular.py --data FOLDER [--sets adult,wine] [--write docs/tabular.md]

For every set and seed the rows are divided once. The quick start holds its own validation rows out
of the rows it is given; the others train on all of them. Nothing sees the test rows. Scores are
accuracy for classes (higher is better) and root mean squared error for numbers (lower is better).
The scikit-learn sets need no folder. A set that is not in the folder is skipped, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import accuracy_score, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


@dataclass(frozen=True)
class Table:
    """A set of the benchmark and how it is read."""

    file: str
    target: str | None = None
    seeds: int = 5
    reading: dict[str, Any] = field(default_factory=dict)


FIRST_SEED = 100
"""The defaults of the quick start were chosen on divisions with smaller seeds than this."""
BUNDLED = ("breast_cancer", "wine", "iris", "diabetes", "digits")
SETS: dict[str, Table] = (
    {name: Table(name) for name in BUNDLED}
    | {
        "adult": Table("adult/train.csv.gz", "income", seeds=3),
        "pima": Table("pima/pima.csv.gz", "outcome"),
        "sonar": Table("sonar/sonar.csv.gz", "target"),
        "mammography": Table("mammography/mammography.csv.gz", "target", seeds=3),
        "glass": Table("glass/glass.csv.gz", "type", reading={"task": "multiclass"}),
        "horse_colic": Table(
            "horse_colic/horse_colic.csv.gz",
            "surgical_lesion",
            reading={
                "ignore": ["hospital_number", "outcome", "lesion1", "lesion2", "lesion3", "cp_data"]
            },
        ),
        "abalone": Table("abalone/abalone.csv.gz", "rings", reading={"task": "regression"}),
        "titanic": Table(
            "titanic/titanic.csv.gz",
            "survived",
            reading={"ignore": ["alive", "class", "who", "adult_male", "embark_town", "alone"]},
        ),
        "penguins": Table("penguins/penguins.csv.gz", "species"),
        "california_housing": Table(
            "california_housing/housing.csv.gz", "median_house_value", seeds=3
        ),
        "bike_sharing": Table(
            "bike_sharing/bike_sharing.csv.gz",
            "count",
            seeds=3,
            reading={"ignore": ["casual", "registered"]},
        ),
    }
    | {
        f"uci_{name}": Table(f"uci_{name}/uci_{name}.npz", None, seeds, {"task": "regression"})
        for name, seeds in {
            "boston": 5,
            "concrete": 5,
            "yacht": 5,
            "power": 3,
            "wine_red": 5,
        }.items()
    }
)


def read(name: str, folder: Path | None) -> Any:
    """Return the data set, or None if it is not there."""
    from goodfit.recipes import load

    table = SETS[name]
    if name in BUNDLED:
        return load(name)
    if folder is None or not (folder / table.file).exists():
        return None
    path = folder / table.file
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as stored:
            return load((stored["X"], stored["y"]), **table.reading)
    return load(path, table.target, **table.reading)


def flat(dataset: Any) -> tuple[Any, ColumnTransformer]:
    """Return a frame for scikit-learn, and the preparation all its models share."""
    import pandas as pd

    columns, numbers, words = {}, [], []
    for column in dataset.columns:
        values = dataset.features[column.name]
        if column.kind == "date":
            moment = pd.to_datetime(pd.Series(values), errors="coerce")
            parts = {
                "days": moment.astype("int64") / 8.64e13,
                **{p: getattr(moment.dt, p) for p in ("year", "month", "dayofweek", "hour")},
            }
            for part, series in parts.items():
                columns[f"{column.name} {part}"] = series.astype(float)
                numbers.append(f"{column.name} {part}")
        elif column.is_string:
            columns[column.name] = values
            words.append(column.name)
        elif column.width > 1:
            for position in range(column.width):
                columns[f"{column.name}{position}"] = values[:, position].astype(float)
                numbers.append(f"{column.name}{position}")
        else:
            columns[column.name] = values.astype(float)
            numbers.append(column.name)
    frame = pd.DataFrame(columns)
    scaled = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    encoded = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=100)
    return frame, ColumnTransformer(
        [("numbers", scaled, numbers), ("words", encoded, words)], sparse_threshold=0
    )


def others(classes: bool, seed: int) -> dict[str, Any]:
    """Return scikit-learn's models at their defaults."""
    if classes:
        return {
            "linear": LogisticRegression(max_iter=2000),
            "random forest": RandomForestClassifier(random_state=seed, n_jobs=2),
            "boosting": HistGradientBoostingClassifier(random_state=seed),
            "sklearn MLP": MLPClassifier(random_state=seed, max_iter=500),
        }
    return {
        "linear": RidgeCV(np.logspace(-3, 3, 13)),
        "random forest": RandomForestRegressor(random_state=seed, n_jobs=2),
        "boosting": HistGradientBoostingRegressor(random_state=seed),
        "sklearn MLP": MLPRegressor(random_state=seed, max_iter=500),
    }


def inner_splits(dataset: Any, rows: Any, seed: int, fraction: float = 0.15) -> Any:
    """Return the rows given to the quick start, divided into training and validation."""
    from goodfit.recipes import Choice, SealedTest, Splits

    classes = dataset.task.is_classification
    labels = dataset.labels[rows]
    counts = np.unique(labels, return_counts=True)[1] if classes else np.array([len(rows)])
    stratify = labels if classes and counts.min() >= 2 else None
    train, validation = train_test_split(
        rows, test_size=fraction, random_state=seed, stratify=stratify
    )
    sealed = SealedTest(dataset.take(rows[:0]))
    return Splits(dataset.take(train), dataset.take(validation), sealed, Choice("inner"), seed)


def quick_start(dataset: Any, rows: Any, test: Any, seed: int, settings: list[str]) -> Any:
    """Return the quick start's outputs for the test rows."""
    import keras
    from goodfit.recipes import choose_config, train
    from goodfit.recipes.training.saving import raw_outputs

    keras.backend.clear_session()
    splits = inner_splits(dataset, rows, seed)
    config = choose_config(splits, seed=seed).override(*settings)
    run = train(config, splits)
    held_out = dataset.take(test)
    return raw_outputs(run.model, held_out.features, held_out.columns), run


def score(dataset: Any, test: Any, outputs: Any) -> float:
    """Return accuracy or root mean squared error on the test rows."""
    labels = dataset.labels[test]
    if dataset.task.kind == "binary":
        return accuracy_score(labels, outputs[:, 0] >= 0.5)
    if dataset.task.kind == "multiclass":
        return accuracy_score(labels, outputs.argmax(axis=1))
    return root_mean_squared_error(labels, outputs)


def run_set(name: str, dataset: Any, settings: list[str], ours_only: bool) -> dict[str, Any]:
    """Return every score and time on one set."""
    classes = dataset.task.is_classification
    found: dict[str, list[float]] = {}
    seconds: dict[str, list[float]] = {}
    notes = []
    frame, preparation = flat(dataset)
    labels = dataset.labels if classes else dataset.labels.reshape(len(dataset))
    for seed in range(FIRST_SEED, FIRST_SEED + SETS[name].seeds):
        rows, test = train_test_split(
            np.arange(len(dataset)),
            test_size=0.2,
            random_state=seed,
            stratify=labels if classes else None,
        )
        started = time.perf_counter()
        outputs, run = quick_start(dataset, rows, test, seed, settings)
        found.setdefault("goodfit", []).append(score(dataset, test, outputs))
        seconds.setdefault("goodfit", []).append(time.perf_counter() - started)
        notes.append(f"{run.record['epochs']} epochs")
        for model_name, model in ({} if ours_only else others(classes, seed)).items():
            if not classes and model_name == "sklearn MLP":
                # Like ours it is given a standardised target, or it would not stand a chance.
                from sklearn.compose import TransformedTargetRegressor

                model = TransformedTargetRegressor(model, transformer=StandardScaler())
            started = time.perf_counter()
            pipeline = make_pipeline(preparation, model).fit(frame.iloc[rows], labels[rows])
            answer = pipeline.predict(frame.iloc[test])
            value = (
                accuracy_score(labels[test], answer)
                if classes
                else root_mean_squared_error(labels[test], answer)
            )
            found.setdefault(model_name, []).append(value)
            seconds.setdefault(model_name, []).append(time.perf_counter() - started)
    return {
        "set": name,
        "rows": len(dataset),
        "measure": "accuracy" if classes else "rmse",
        "scores": found,
        "seconds": seconds,
        "notes": notes,
    }


def table(results: list[dict[str, Any]]) -> str:
    """Return the results as a Markdown table; says where the aim is missed."""
    names = ["goodfit", "sklearn MLP", "linear", "random forest", "boosting"]
    lines = [
        "| set | rows | measure | " + " | ".join(names) + " | ours against sklearn's MLP |",
        "| --- | ---: | --- |" + " ---: |" * len(names) + " --- |",
    ]
    for result in results:
        sign = 1.0 if result["measure"] == "accuracy" else -1.0
        cells = []
        for name in names:
            values = result["scores"].get(name)
            digits = 4 if result["measure"] == "accuracy" or np.mean(values or [0]) < 10 else 1
            cells.append(
                f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"
                if values
                else "–"
            )
        verdict = "–"
        if "sklearn MLP" in result["scores"]:
            ours, theirs = result["scores"]["goodfit"], result["scores"]["sklearn MLP"]
            deviation = max(float(np.std(theirs, ddof=1)), 1e-12)
            gap = sign * (float(np.mean(ours)) - float(np.mean(theirs))) / deviation
            verdict = f"{gap:+.1f} sd" + ("" if gap >= -1 else " **short**")
        row = [result["set"], str(result["rows"]), result["measure"], *cells, verdict]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def main() -> int:
    """Run the sets asked for, print the table as it grows, and keep the figures."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with the benchmark sets")
    parser.add_argument("--sets", default=",".join(SETS), help="names, separated by commas")
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--ours-only", action="store_true", help="skip scikit-learn's models")
    parser.add_argument("--json", type=Path, help="keep the figures here, set by set")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", module="sklearn")
    results: list[dict[str, Any]] = []
    if arguments.json and arguments.json.exists():
        results = json.loads(arguments.json.read_text())
    for name in arguments.sets.split(","):
        dataset = read(name, arguments.data)
        if dataset is None:
            print(f"{name}: not in the folder, skipped", file=sys.stderr)
            continue
        started = time.perf_counter()
        result = run_set(name, dataset, arguments.settings, arguments.ours_only)
        spent = time.perf_counter() - started
        print(f"{name}: {spent:.0f} s, {result['notes']}", file=sys.stderr, flush=True)
        results = [item for item in results if item["set"] != name] + [result]
        print(table([result]).splitlines()[-1], flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(results))
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
