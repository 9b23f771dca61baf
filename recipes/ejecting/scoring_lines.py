"""The part of a script that scores what was trained, beside the scores of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..training.batches import rows_at_once
from .plan import Plan
from .sequence_answers import SEQUENCE_ANSWERS
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
    **{kind: answer.scores for kind, answer in SEQUENCE_ANSWERS.items()},
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
    if kind in SEQUENCE_ANSWERS and (functions := SEQUENCE_ANSWERS[kind].functions):
        lines += ["", "", *functions.strip().split("\n")]
    lines += ["", "", "def scores(rows):", '    """Return the scores of the model on some rows."""']
    if kind in SEQUENCE_ANSWERS:
        lines += _counted(plan)
    else:
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
        '        print(f"{which:<12}{name:<22}{value:.4f}{beside}")',
        "",
        'model.save("trained_model.keras")',
        'print("The model is in trained_model.keras.")',
    ]
    return lines


def _counted(plan: Plan) -> list[str]:
    """Return the lines that count what the scores of an answer that is a sequence are made of."""
    by_words = plan.options.get("form") == "word_passages"
    unforeseen = 'len(text) - len(text.split(" ", 1)[0])' if by_words else "max(len(text) - 1, 0)"
    text = SEQUENCE_ANSWERS[plan.task.kind].counted.replace("UNFORESEEN", unforeseen)
    return text.replace("ROWS_AT_ONCE", str(rows_at_once(plan.trunk))).strip("\n").split("\n")
