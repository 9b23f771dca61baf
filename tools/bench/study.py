"""A study beside other ways to spend the same seconds, on the same rows of ten sets.

    python tools/bench/study.py --data FOLDER --results FILE.json [--seconds 60] [--seeds 3]
        [--first 0] [--sets sonar,adult] [--ways fit,quick_start] [--table] [--write]

Ways that train networks: `fit` (five phases), `quick_start`, keras-tuner's random and Bayesian
search over the settings that a study changes, and scikit-learn's MLP over a grid. Beside them,
gradient boosting and a linear model, which need no such time. Each is given the same rows, and
nothing sees the test rows, a fifth, before it is scored on them. All of ours hold the same share of
their rows out to watch.

Each score is kept as soon as it is there, so that the bench can be cut short and gone on with. The
clock is that of the wall: on a busy machine all ways get less done. Without keras-tuner its two
ways are left out, which is said.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import itertools
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
import tabular
from keeping import Kept, table, write_part

TABLES = {
    "sonar": "small",
    "digits": "ten classes",
    "mammography": "imbalanced",
    "horse_colic": "missing values",
    "titanic": "strings, missing values",
    "adult": "large, strings",
    "uci_concrete": "regression",
    "california_housing": "regression, large",
}
SETS = TABLES | {"sms_spam": "one text", "gunpoint": "one series"}
NEURAL = ("fit", "quick_start", "random_search", "bayesian_search", "mlp_grid")
WAYS = (*NEURAL, "boosting", "linear")
LEAST_TEST = 0.01
MEASURES = {"mammography": "average_precision"}
GRID = {
    "hidden_layer_sizes": [(128, 64), (64,), (256, 128), (128,)],
    "alpha": [1e-4, 1e-2, 1.0],
    "learning_rate_init": [1e-3, 3e-3],
}


@dataclass(frozen=True)
class Given:
    """What each way is given: all rows, which of them to train on and to score, and the time.

    Where the metric is not the usual one, a study is told; the other ways choose by their loss.
    """

    dataset: Any
    rows: np.ndarray
    test: np.ndarray
    seed: int
    seconds: float
    metric: str | None


def read(name: str, folder: Path | None) -> Any:
    """Return the rows of a set, or None where they are not there."""
    from goodfit.recipes import load

    if name in TABLES:
        return tabular.read(name, folder)
    if folder is None:
        return None
    if name == "sms_spam":
        path = folder / "sms_spam/sms_spam.csv.gz"
        if not path.exists():
            return None
        frame = pd.read_csv(path, keep_default_na=False).drop_duplicates("text")
        return load(frame, "label", types={"text": "text"})
    path = folder / f"{name}/{name}.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        x = np.concatenate([stored["X_train"], stored["X_test"]]).astype(np.float32)
        y = np.concatenate([stored["y_train"], stored["y_test"]]).astype(str)
    return load((x, y))


def labels_of(dataset: Any, rows: np.ndarray) -> np.ndarray:
    """Return answers as a person would write them."""
    labels = np.asarray(dataset.labels)[rows]
    if dataset.task.is_classification:
        return np.array(dataset.task.names, object)[labels.astype(int)]
    return labels.reshape(len(rows))


def by_fit(given: Given) -> np.ndarray:
    """Return the outputs of a study's model for the test rows."""
    from goodfit.recipes import five_phases
    from goodfit.recipes.training.saving import raw_outputs

    part = given.dataset.take(given.rows)
    answers = labels_of(given.dataset, given.rows)
    reading: dict[str, Any]
    if part.columns[0].kind == "sequence" or part.columns[0].width > 1:
        (column,) = part.columns
        source, target, reading = (part.features[column.name], answers), None, {}
    else:
        frame = pd.DataFrame({c.name: part.features[c.name] for c in part.columns})
        source, target = frame.assign(**{"the answer": answers}), "the answer"
        reading = {"types": {c.name: c.kind for c in part.columns}}
    reading["task"] = given.dataset.task.kind
    with tempfile.TemporaryDirectory() as folder:
        study = five_phases(
            source,
            target,
            minutes=given.seconds / 60,
            output=Path(folder) / "study",
            seed=given.seed,
            metric=given.metric,
            # The rows to test on are held back by the bench; a study seals as few more as it can.
            settings={"test_fraction": LEAST_TEST},
            test=False,
            **reading,
        )
        columns = cast(Any, study.best.splits).train.columns
        held = given.dataset.take(given.test)
        found = list(held.features.values())
        features = {c.name: held.features.get(c.name, found[0]) for c in columns}
        return raw_outputs(study.model, features, columns)


def by_quick_start(given: Given) -> np.ndarray:
    """Return the outputs of the quick start's model for the test rows."""
    return trained(given, {}, time.monotonic() + given.seconds)[0]


def trained(given: Given, settings: dict[str, Any], deadline: float) -> tuple[np.ndarray, float]:
    """Return outputs of the quick start with these settings for the test rows, and its loss."""
    import keras
    from goodfit.recipes import choose_config, train
    from goodfit.recipes.training.fitting import TrainingFailed
    from goodfit.recipes.training.saving import raw_outputs

    keras.backend.clear_session()
    splits = tabular.inner_splits(given.dataset, given.rows, given.seed)
    config = choose_config(splits, seed=given.seed).replace(**settings)
    try:
        run = train(config, splits, deadline=deadline)
    except TrainingFailed:
        return np.empty(0), float("inf")
    losses = [epoch["val_loss"] for epoch in run.history]
    held = given.dataset.take(given.test)
    outputs = raw_outputs(run.model, held.features, held.columns)
    return outputs, min(losses, default=float("inf"))


def by_search(kind: str) -> Callable[[Given], np.ndarray]:
    """Return a way that lets an oracle of keras-tuner choose settings while there is time."""

    def way(given: Given) -> np.ndarray:
        import keras_tuner
        from goodfit.recipes import choose_config
        from goodfit.recipes.model_settings import known_settings

        until = time.monotonic() + given.seconds
        splits = tabular.inner_splits(given.dataset, given.rows, given.seed)
        known = known_settings(choose_config(splits, seed=given.seed).model)
        space = keras_tuner.HyperParameters()
        space.Float("learning_rate", 1e-4, 1e-2, sampling="log")
        space.Choice("batch_size", [16, 32, 64, 128])
        if "dropout" in known:
            space.Float("dropout", 0.0, 0.6, step=0.1)
        if "l2" in known:
            space.Choice("l2", [0.0, 0.001, 0.01])
        if "units" in known:
            space.Choice("width", [16, 32, 64, 128, 256])
            space.Int("depth", 1, 3)
        if "batch_normalization" in known:
            space.Boolean("batch_normalization")
        oracle = {
            "random": keras_tuner.oracles.RandomSearchOracle,
            "bayesian": keras_tuner.oracles.BayesianOptimizationOracle,
        }[kind](
            objective=keras_tuner.Objective("val_loss", "min"),
            max_trials=100_000,
            hyperparameters=space,
            seed=given.seed,
        )
        best: tuple[float, np.ndarray] = (float("inf"), np.empty(0))
        with tempfile.TemporaryDirectory() as folder:
            oracle._set_project_dir(folder, "search")
            while time.monotonic() < until or not len(best[1]):
                with contextlib.redirect_stdout(io.StringIO()):
                    trial = oracle.create_trial("bench")
                values = dict(trial.hyperparameters.values)
                if "width" in values:
                    width, depth = values.pop("width"), values.pop("depth")
                    values["units"] = tuple(max(4, width >> layer) for layer in range(depth))
                outputs, loss = trained(given, values, max(until, time.monotonic() + 5))
                if len(outputs) and loss < best[0]:
                    best = (loss, outputs)
                oracle.update_trial(trial.trial_id, {"val_loss": min(loss, 1e9)})
                trial.status = "COMPLETED"
                with contextlib.redirect_stdout(io.StringIO()):
                    oracle.end_trial(trial)
        return best[1]

    return way


def prepared(given: Given) -> tuple[Any, Any]:
    """Return what scikit-learn is given, a row for each of ours, and how it prepares them."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    columns = given.dataset.columns
    if columns[0].kind == "text":
        words = TfidfVectorizer(sublinear_tf=True, min_df=2)
        return given.dataset.features[columns[0].name], make_pipeline(
            words, TruncatedSVD(150, random_state=0), StandardScaler()
        )
    if columns[0].kind == "sequence":
        steps = [np.ravel(row) for row in given.dataset.features[columns[0].name]]
        return np.stack(steps), make_pipeline(StandardScaler())
    frame, preparation = tabular.flat(given.dataset)
    return frame, preparation


def outputs_of(given: Given, model: Any, rows: np.ndarray) -> np.ndarray:
    """Return the outputs of a model of scikit-learn, fitted on some rows, for the test rows."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    inputs, preparation = prepared(given)
    classes = given.dataset.task.is_classification
    labels = np.asarray(given.dataset.labels).reshape(len(given.dataset))
    if not classes:
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    pipeline = make_pipeline(preparation, model)
    pipeline.fit(_taken(inputs, rows), labels[rows])
    wanted = np.concatenate([given.test, given.rows])
    if not classes:
        return pipeline.predict(_taken(inputs, wanted))[:, None]
    found = pipeline.predict_proba(_taken(inputs, wanted))
    return found[:, 1:] if given.dataset.task.kind == "binary" else found


def _taken(inputs: Any, rows: np.ndarray) -> Any:
    return inputs.iloc[rows] if hasattr(inputs, "iloc") else inputs[rows]


def by_mlp_grid(given: Given) -> np.ndarray:
    """Return the outputs of the best of a grid of scikit-learn's MLPs, as far as the time goes."""
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    until = time.monotonic() + given.seconds
    classes = given.dataset.task.is_classification
    kind = MLPClassifier if classes else MLPRegressor
    train, watched = train_test_split(
        np.arange(len(given.rows)), test_size=0.15, random_state=given.seed
    )
    best: tuple[float, np.ndarray] = (float("-inf"), np.empty(0))
    for values in itertools.product(*GRID.values()):
        settings = dict(zip(GRID, values, strict=True))
        model = kind(early_stopping=True, max_iter=200, random_state=given.seed, **settings)
        found = outputs_of(given, model, given.rows[train])
        held = found[len(given.test) :][watched]
        score = scored(given.dataset, given.rows[watched], held, None)
        if score > best[0]:
            best = (score, found[: len(given.test)])
        if time.monotonic() > until:
            break
    return best[1]


def by_boosting(given: Given) -> np.ndarray:
    """Return the outputs of gradient boosting at its defaults."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    classes = given.dataset.task.is_classification
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    return outputs_of(given, kind(random_state=given.seed), given.rows)[: len(given.test)]


def by_linear(given: Given) -> np.ndarray:
    """Return the outputs of a linear model."""
    from sklearn.linear_model import LogisticRegression, RidgeCV

    classes = given.dataset.task.is_classification
    model = LogisticRegression(max_iter=2000) if classes else RidgeCV(np.logspace(-3, 3, 13))
    return outputs_of(given, model, given.rows)[: len(given.test)]


FUNCTIONS: dict[str, Callable[[Given], np.ndarray]] = {
    "fit": by_fit,
    "quick_start": by_quick_start,
    "random_search": by_search("random"),
    "bayesian_search": by_search("bayesian"),
    "mlp_grid": by_mlp_grid,
    "boosting": by_boosting,
    "linear": by_linear,
}


def scored(dataset: Any, rows: np.ndarray, outputs: np.ndarray, name: str | None) -> float:
    """Return a score of outputs for rows; more is better, so that an error counts below zero."""
    from goodfit.recipes import evaluate

    measure = MEASURES.get(name or "", "accuracy" if dataset.task.is_classification else "rmse")
    labels = np.asarray(dataset.labels)[rows]
    value = evaluate(labels, outputs, dataset.task, samples=1).metrics[measure].value
    return -value if measure == "rmse" else value


def run(name: str, dataset: Any, seed: int, way: str, seconds: float) -> dict[str, Any]:
    """Return the score of one way on one division of a set."""
    from sklearn.model_selection import train_test_split

    labels = np.asarray(dataset.labels)
    rows, test = cast(
        Any,
        train_test_split(
            np.arange(len(dataset)),
            test_size=0.2,
            random_state=seed,
            stratify=labels if dataset.task.is_classification else None,
        ),
    )
    began = time.monotonic()
    given = Given(dataset, rows, test, seed, seconds, MEASURES.get(name))
    outputs = FUNCTIONS[way](given)
    spent = time.monotonic() - began
    return {"score": scored(dataset, test, outputs, name), "seconds": spent, "given": seconds}


def ranks(kept: Kept) -> tuple[list[dict[str, str]], list[str]]:
    """Return a table of mean scores and ranks, and what falls short or is to be told."""
    rows, notes = [], []
    collected: dict[str, list[float]] = {}
    for name, words in SETS.items():
        scores = {
            way: [
                each["score"]
                for key, each in kept.known.items()
                if key.startswith(f"{name} ") and key.endswith(f" {way}")
            ]
            for way in WAYS
        }
        scores = {way: found for way, found in scores.items() if found}
        if not scores:
            continue
        means = {way: float(np.mean(found)) for way, found in scores.items()}
        neural = sorted((way for way in means if way in NEURAL), key=lambda way: -means[way])
        for way in neural:
            above = sum(means[other] > means[way] for other in neural)
            equal = sum(means[other] == means[way] for other in neural)
            collected.setdefault(way, []).append(above + (equal + 1) / 2)
        row = {"set": name, "kind": words, "seeds": str(max(map(len, scores.values())))}
        rows.append(row | {way: f"{abs(means[way]):.4g}" for way in means})
        if {"fit", "quick_start"} <= means.keys() and len(scores["quick_start"]) > 1:
            spread = float(np.std(scores["quick_start"], ddof=1))
            if means["fit"] < means["quick_start"] - spread:
                notes.append(f"{name}: fit is more than one standard deviation below quick_start.")
        for other in ("boosting", "linear"):
            if other in means and means[other] > max(means[way] for way in neural or [other]):
                notes.append(f"{name}: {other} is better than every network.")
    if collected:
        mean = {way: f"{np.mean(found):.2f}" for way, found in collected.items()}
        rows.append({"set": "mean rank", "kind": "networks", "seeds": "", **mean})
    return [{h: row.get(h, "–") for h in ("set", "kind", "seeds", *WAYS)} for row in rows], notes


def main() -> int:
    """Run the sets asked for, set by set, and print scores, ranks and what falls short."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with the benchmark sets")
    parser.add_argument("--results", type=Path, help="the JSON file that keeps each score")
    parser.add_argument("--sets", default=",".join(SETS), help="names, separated by commas")
    parser.add_argument("--ways", default=",".join(WAYS), help="names, separated by commas")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--table", action="store_true", help="only the table of what is there")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    ways = given.ways.split(",")
    unknown = (set(ways) - set(WAYS)) | (set(given.sets.split(",")) - set(SETS))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if importlib.util.find_spec("keras_tuner") is None:
        print("keras-tuner is not installed: its two searches are left out.")
        ways = [way for way in ways if not way.endswith("_search")]
    kept = Kept(given.results)
    if not given.table:
        importlib.import_module("keras")  # now, so that no way is charged for it
    for name in [] if given.table else given.sets.split(","):
        dataset = read(name, given.data)
        if dataset is None:
            print(f"{name}: not in the folder, left out")
            continue
        for seed, way in itertools.product(range(given.first, given.first + given.seeds), ways):
            key = f"{name} {seed} {way}"
            if kept.has(key):
                continue
            result = run(name, dataset, seed, way, given.seconds)
            kept.keep(key, result)
            print(f"{key}: {result['score']:.4g} in {result['seconds']:.0f} s", flush=True)
    rows, notes = ranks(kept)
    if rows:
        print("\n" + table(rows) + "\n\n" + "\n".join(notes))
    if given.write and rows:
        write_part("study", rows, notes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
