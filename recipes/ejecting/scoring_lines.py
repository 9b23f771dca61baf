"""The part of a script that scores what was trained, beside the scores of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .plan import Plan
from .writing import comment, mapping

__all__ = ["scored", "scoring"]

_SCORES = {
    "binary": {
        "accuracy": "metrics.accuracy_score(true, yes)",
        "f1": "metrics.f1_score(true, yes)",
        "roc_auc": "metrics.roc_auc_score(true, answers[:, 0])",
        "log_loss": "metrics.log_loss(true, answers[:, 0])",
    },
    "multiclass": {
        "accuracy": "metrics.accuracy_score(true, said)",
        "f1": 'metrics.f1_score(true, said, average="macro")',
        "log_loss": "metrics.log_loss(true, answers, labels=range(len(CLASSES)))",
    },
    "multilabel": {
        "subset_accuracy": "metrics.accuracy_score(true, said)",
        "hamming_loss": "metrics.hamming_loss(true, said)",
        "f1": 'metrics.f1_score(true, said, average="macro")',
    },
    "regression": {
        "mae": "metrics.mean_absolute_error(true, answers)",
        "rmse": "metrics.root_mean_squared_error(true, answers)",
        "r2": "metrics.r2_score(true, answers)",
    },
    "forecasting": {
        "mae": "np.nanmean(np.abs(error))",
        "rmse": "np.sqrt(np.nanmean(error**2))",
    },
}
_DECIDED = {
    "binary": "    yes = answers[:, 0].astype(float) > THRESHOLD",
    "multiclass": "    said = answers.argmax(axis=1)",
    "multilabel": "    said = (answers > 0.5).astype(int)",
    "forecasting": "    error = answers - true",
}


def scored(plan: Plan, part: str) -> dict[str, float]:
    """Return the figures of a run that a script computes as well."""
    record: Mapping[str, Any] = plan.run.record.get(part) or {}
    found = record.get("metrics", {})
    return {name: found[name]["value"] for name in _SCORES[plan.task.kind] if name in found}


def scoring(plan: Plan) -> list[str]:
    """Return the lines that score validation and test rows, print, and save the model."""
    kind = plan.task.kind
    figures = {part: scored(plan, part) for part in ("validation", "test")}
    known = {part: values for part, values in figures.items() if values}
    names = list(figures["validation"]) or list(_SCORES[kind])
    rounded = {p: {n: round(v, 6) for n, v in values.items()} for p, values in known.items()}
    lines = mapping("RUN", rounded, "What the run scored.")
    lines += ["", "", "def scores(rows):", '    """Return the scores of the model on some rows."""']
    lines += ["    true, answers = labels[rows], predict(rows)"]
    lines += [_DECIDED[kind]] if kind in _DECIDED else []
    lines += [
        "    return {",
        *(f'        "{name}": {_SCORES[kind][name]},' for name in names),
        "    }",
        "",
        "",
        *comment(
            "The test rows tell how good the model is only as long as nothing is chosen by them."
        ),
        'for which, rows in (("validation", validation), ("test", test)):',
        "    for name, value in scores(rows).items():",
        "        then = RUN.get(which, {}).get(name)",
        '        beside = "" if then is None else f"   the run: {then:.4f}"',
        '        print(f"{which:<12}{name:<18}{value:.4f}{beside}")',
        "",
        'model.save("trained_model.keras")',
        'print("The model is in trained_model.keras.")',
    ]
    return lines
