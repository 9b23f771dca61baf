"""Run folders as a training leaves them, made without one.

`make_run` is a fixture: `make_run("binary")` returns a folder. Kinds: `binary`, `regression`,
`many_classes` (hostile names), `multilabel` and `interrupted` (one epoch, then NaN, no model).
Keywords replace entries of the record: `make_run("binary", test_openings=3)`. `make_study` is
another, which adds the ledger of a study.
"""

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

# Where the made ledger of a study is.
sys.path.insert(0, str(Path(__file__).parents[1] / "recipes" / "studying"))

HOSTILE = (
    "<script>alert(1)</script>",
    "cost $5 and $6",
    'quote " and \' and & and id="x"',
    "日本語のクラス",
    "a name that goes on and on and on, far longer than any table of a report could want it",
    "{{ 7 * 7 }}",
    "</svg></figure></main>",
    "javascript:alert(1)",
    "tab\tand\nnewline",
    "été — ∑ø",
    "%s %d {0}",
    "plain",
)
LAYERS = ("Normalization", "StringLookup", "Dense", "Dropout")


@pytest.fixture
def make_run(tmp_path):
    """Return a function that makes a run folder of some kind."""

    def make(kind="binary", **changes):
        folder = tmp_path / f"run-{kind}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        write_run(folder, kind, changes)
        return folder

    return make


@pytest.fixture
def make_study(make_run):
    """Return a function that makes the folder of a study: a run of some kind with a ledger."""

    def make(kind="binary", end=True, record=(), **options):
        from made_study import made_ledger

        folder = make_run(kind, **dict(record))
        ledger = made_ledger(folder / "ledger.jsonl", end=end, **options)
        assert ledger.path is not None
        return folder

    return make


def write_run(folder, kind, changes):
    from goodfit.recipes import Config
    from goodfit.recipes.config import Choice
    from goodfit.recipes.files import strict
    from goodfit.recipes.training.runs import write_history

    record, history = RECORDS[kind]()
    record |= changes
    chosen = {
        "loss": Choice("auto", "LOSS-4, LOSS-7", {}, "Two classes want cross-entropy."),
        "optimizer": Choice("adam", "OPT-3", {}, "Adam is the default."),
        "learning_rate": Choice(0.001, "LR-1", {}, "0.001 is the standard of Adam."),
        "batch_size": Choice(32, "BAT-1", {"rows": 398}, "32 rows generalize well."),
        "epochs": Choice(200, "EPO-1", {"rows": 398}, "Under 10,000 rows: 100 to 500."),
    }
    config = Config().replace(**chosen).replace(dropout=0.2)
    (folder / "config.toml").write_text(config.to_toml(), encoding="utf-8")
    (folder / "run.json").write_text(json.dumps(strict(record), allow_nan=False), encoding="utf-8")
    write_history(folder, history)
    if record["saved_difference"] is not None:
        layers = [{"class_name": name, "config": {}} for name in LAYERS]
        with zipfile.ZipFile(folder / "model.keras", "w") as archive:
            archive.writestr("config.json", json.dumps({"config": {"layers": layers}}))


def binary():
    generator = np.random.default_rng(1)
    task = {"kind": "binary", "names": ["benign", "malignant"]}
    labels = (generator.random(85) < 0.37).astype(int)
    good = np.clip(0.12 + 0.76 * labels + generator.normal(0, 0.2, 85), 0.001, 0.999)
    plain = np.clip(0.2 + 0.5 * labels + generator.normal(0, 0.3, 85), 0.001, 0.999)
    columns = [{"name": f"mean size {i}", "kind": "number", "width": 1} for i in range(4)]
    columns += [{"name": "ward", "kind": "category", "width": 1}]
    record = base(task, ["diagnosis"], columns, 85)
    record |= measured(task, labels, good, {"majority": np.full(85, 0.3), "linear": plain})
    record["findings"] = [
        finding("overfitting", "DX-6", "warning", "Validation loss rises.", 31),
        finding("missing_values", "PH-1b", "info", "'ward' lacks 12 values.", None, ["ward"]),
    ]
    record["test"] = record["validation"]
    record["naive"]["test"] = record["naive"]["validation"]
    return record | {"test_openings": 1}, curves(40, 24, accuracy=True)


def regression():
    generator = np.random.default_rng(2)
    task = {"kind": "regression", "names": ["price"]}
    labels = generator.normal(300_000, 90_000, 120)[:, None]
    good = labels + generator.normal(0, 30_000, (120, 1))
    columns = [
        {"name": "area", "kind": "number", "width": 1},
        {"name": "garden", "kind": "boolean", "width": 1},
        {"name": "sold", "kind": "date", "width": 1},
        {"name": "remarks", "kind": "text", "width": 1},
        {"name": "pixels", "kind": "number", "width": 16},
    ]
    record = base(task, ["price"], columns, 120)
    mean = np.full((120, 1), labels.mean())
    linear = labels + generator.normal(0, 31_000, (120, 1))
    record |= measured(task, labels, good, {"mean": mean, "linear": linear})
    return record, curves(60, 55)


def many_classes():
    generator = np.random.default_rng(3)
    task = {"kind": "multiclass", "names": list(HOSTILE)}
    labels = generator.integers(0, 12, 240)
    scores = generator.random((240, 12)) + 0.6 * np.eye(12)[labels]
    scores /= scores.sum(axis=1, keepdims=True)
    even = np.full((240, 12), 1 / 12)
    columns = [{"name": name, "kind": "category", "width": 1} for name in HOSTILE]
    record = base(task, [HOSTILE[0]], columns, 240)
    record |= measured(task, labels, scores, {"majority": even, "linear": scores})
    record["source"] = "/data/<img src=x onerror=alert(1)>.csv"
    record["findings"] = [
        finding("imbalanced", "MET-2", "warning", HOSTILE[0], None, list(HOSTILE)),
        finding("target_leak", "", "error", HOSTILE[2] + HOSTILE[5], None, [HOSTILE[6]]),
    ]
    return record, curves(30, 12, accuracy=True)


def multilabel():
    generator = np.random.default_rng(4)
    task = {"kind": "multilabel", "names": ["wet", "cold", "windy"]}
    labels = (generator.random((90, 3)) < 0.4).astype(int)
    scores = np.clip(0.2 + 0.6 * labels + generator.normal(0, 0.2, (90, 3)), 0, 1)
    columns = [{"name": "month", "kind": "number", "width": 1}]
    record = base(task, task["names"], columns, 90)
    return record | measured(task, labels, scores, {}), curves(20, 20)


def interrupted():
    record, _ = binary()
    record |= {"status": "interrupted", "stopped_by": "Ctrl-C", "epochs": 2, "best_epoch": 1}
    record |= {"validation": None, "test": None, "naive": None, "worst_errors": []}
    record |= {"saved_difference": None, "test_openings": 0, "audit_profile": []}
    record["findings"] = [finding("nan_loss", "DX-1", "error", "The loss is NaN.", 2)]
    history = [
        {"loss": 0.7, "val_loss": 0.69, "learning_rate": 0.001, "seconds": 0.1},
        {"loss": float("nan"), "val_loss": float("nan"), "learning_rate": 0.001, "seconds": 0.1},
    ]
    return record, history


RECORDS = {
    "binary": binary,
    "regression": regression,
    "many_classes": many_classes,
    "multilabel": multilabel,
    "interrupted": interrupted,
}


def base(task, target, columns, rows):
    from goodfit.recipes.config import Choice

    method = Choice("stratified", "PH-1c", {"seed": 0}, "Each part has the classes' shares.")
    return {
        "goodfit": "0.1.0",
        "status": "finished",
        "stopped_by": "early stopping",
        "model": "model.keras",
        "task": task,
        "target": target,
        "source": "/data/table.csv",
        "options": {},
        "rows": {"train": round(rows * 70 / 15), "validation": rows, "test": rows},
        "columns": columns,
        "choices": {"target": Choice(target[0], "", {}, "It is named so.").to_dict()},
        "seed": 0,
        "fingerprint": "ab" * 32,
        "split": {"method": method.to_dict(), "seal": "cd" * 32},
        "versions": {"python": "3.11.7", "goodfit": "0.1.0", "keras": "3.15.1"},
        "hardware": {"cores": 2, "memory_bytes": 8_000_000_000, "gpus": []},
        "parameters": 12_345,
        "epochs": 40,
        "best_epoch": 24,
        "findings": [],
        "validation": None,
        "test": None,
        "naive": None,
        "worst_errors": [],
        "test_openings": 0,
        "seconds": {"total": 9.5, "load": 0.1, "train": 6.5},
        "peak_memory_bytes": 700_000_000,
        "threshold": 0.5,
        "saved_difference": 0.0,
        "audit_profile": [profile(column) for column in columns],
    }


def profile(column):
    """Return a summary with the keys that `goodfit.recipes.profile` gives for the kind."""
    shared = {
        "name": column["name"],
        "kind": column["kind"],
        "width": column["width"],
        "missing": 3,
        "missing_share": 0.012,
        "distinct": 7,
    }
    kinds = {
        "number": {
            "minimum": -1.5, "mean": 2.0, "median": 2.25, "maximum": 6.0, "example": 2.25,
            "standard_deviation": 1.0, "histogram": {"edges": [-1.5, 1.0, 6.0], "counts": [9, 3]},
        },
        "date": {
            "earliest": "2024-01-01", "latest": "2024-12-31", "example": "2024-07-01",
            "histogram": {"edges": ["2024-01-01", "2024-12-31"], "counts": [12]},
        },
        "category": {
            "top": [{"value": HOSTILE[0], "count": 8}, {"value": "b", "count": 2}], "other": 2,
            "example": HOSTILE[0],
        },
        "boolean": {"top": [{"value": "true", "count": 12}], "other": 0, "example": 1.0},
        "text": {"mean_words": 4.25, "example": HOSTILE[2]},
    }  # fmt: skip
    return shared | kinds[column["kind"]]


def measured(task, labels, outputs, naive):
    from goodfit.recipes.scoring.evaluation import evaluate
    from goodfit.zoo.tasks import Task

    made = Task.from_dict(task)
    answers = {
        name: evaluate(labels, values, made, samples=100).to_dict()["metrics"]
        for name, values in naive.items()
    }
    return {
        "validation": evaluate(labels, outputs, made, samples=100).to_dict(),
        "naive": {"validation": answers, "test": None},
        "worst_errors": [
            {"position": 3, "row": 17, "actual": task["names"][0], "predicted": task["names"][-1]}
        ],
    }


def finding(fault, rule, severity, cause, epoch, where=()):
    from goodfit.callbacks.findings import Finding

    made = Finding(fault, rule, severity, cause, "Do something.", epoch, {"ratio": 19.25})
    return made.to_dict() | {"where": list(where)}


def curves(epochs, best, accuracy=False):
    steps = np.arange(1, epochs + 1)
    logs = {
        "loss": 0.6 * np.exp(-steps / 9) + 0.05,
        "val_loss": 0.15 + 0.0008 * (steps - best) ** 2,
        "learning_rate": np.full(epochs, 0.001),
        "seconds": np.full(epochs, 0.05),
    }
    if accuracy:
        logs |= {"accuracy": 1 - logs["loss"] / 2, "val_accuracy": 1 - logs["val_loss"] / 2}
    return [{name: float(values[i]) for name, values in logs.items()} for i in range(epochs)]
