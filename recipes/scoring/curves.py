"""The arrays behind the pictures of a model's answers, thinned to what an eye can see."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import Task
from .thresholds import POINTS, thin, threshold_curve

__all__ = ["calibration", "confusion_matrix", "curves"]

BINS = 10
CURVE_CLASSES = 20
QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
SAMPLE_SEED = 0


def confusion_matrix(labels: NDArray[Any], answers: NDArray[Any], task: Task) -> dict[str, Any]:
    """Return counts by true (row) and predicted (column) class.

    Args:
        labels: Checked labels.
        answers: Decided answers of the same rows.
        task: Not a regression.

    Returns:
        `{"names": [...], "counts": [[...]]}`. For binary the counts are
        `[[TN, FP], [FN, TP]]`; for multilabel there is one such table for each label.

    Guide: MET-1.

    Examples:
        >>> import numpy as np
        >>> y, answers = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
        >>> confusion_matrix(y, answers, Task("binary", ("no", "yes")))["counts"]
        [[1, 1], [0, 2]]
    """
    if task.kind == "multilabel":
        tables = [_table(labels[:, k], answers[:, k], 2) for k in range(labels.shape[1])]
        return {"names": list(task.names), "counts": tables}
    return {"names": list(task.names), "counts": _table(labels, answers, len(task.names))}


def calibration(probability: NDArray[Any], happened: NDArray[Any]) -> dict[str, Any]:
    """Return how often what was said with some probability came true.

    Args:
        probability: `(n,)`, from 0 to 1.
        happened: `(n,)`, whether it came true.

    Returns:
        For each of ten equal bins that holds a row, `predicted` (mean probability), `observed`
        (share that came true) and `rows`; and `expected_calibration_error`, the mean distance
        between the two weighted by rows.
    """
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    rows = np.bincount(bins, minlength=BINS)
    used = rows > 0
    predicted = np.bincount(bins, weights=probability, minlength=BINS)[used] / rows[used]
    observed = np.bincount(bins, weights=happened, minlength=BINS)[used] / rows[used]
    error = np.abs(predicted - observed) @ rows[used] / max(len(probability), 1)
    return {
        "predicted": [round(float(value), 6) for value in predicted],
        "observed": [round(float(value), 6) for value in observed],
        "rows": rows[used].tolist(),
        "expected_calibration_error": float(error),
    }


def curves(labels: NDArray[Any], outputs: NDArray[Any], task: Task) -> dict[str, Any]:
    """Return the curves of checked labels and outputs as plain lists.

    Returns:
        For classification `roc` and `precision_recall`, each `{class or label: {...}}` (the
        positive class for binary; the 20 most frequent at most), and `calibration`; for binary
        also `threshold`. For regression `predicted_actual` and `residuals`, by target.

    Guide: MET-6, MET-7, MET-8, BP-3.
    """
    outputs = outputs.astype(float)
    if task.kind == "regression":
        return _regression_curves(labels, outputs, task)
    if task.kind == "binary":
        sides = {task.names[1]: (outputs, labels)}
        happened, said = labels, outputs
        extra = (
            {"threshold": threshold_curve(labels, outputs)} if len(np.unique(labels)) > 1 else {}
        )
    elif task.kind == "multiclass":
        frequent = np.argsort(-np.bincount(labels, minlength=len(task.names)), kind="stable")
        shown = sorted(frequent[:CURVE_CLASSES])
        sides = {task.names[k]: (outputs[:, k], labels == k) for k in shown}
        answers, extra = outputs.argmax(axis=1), {}
        happened, said = labels == answers, outputs[np.arange(len(labels)), answers]
    else:
        shown = sorted(np.argsort(-labels.sum(axis=0), kind="stable")[:CURVE_CLASSES])
        sides = {task.names[k]: (outputs[:, k], labels[:, k]) for k in shown}
        happened, said, extra = labels.ravel(), outputs.ravel(), {}
    roc, precision_recall = {}, {}
    for name, (scores, positive) in sides.items():
        hits, alarms = _steps(scores, np.asarray(positive, float))
        if hits[-1] == 0 or alarms[-1] == 0:
            continue
        rates = thin(np.r_[0, alarms / alarms[-1]], np.r_[0, hits / hits[-1]])
        roc[name] = dict(zip(("false_positive_rate", "true_positive_rate"), rates, strict=True))
        pairs = thin(hits / hits[-1], hits / (hits + alarms))
        precision_recall[name] = dict(zip(("recall", "precision"), pairs, strict=True))
    return {
        "roc": roc,
        "precision_recall": precision_recall,
        "calibration": calibration(np.clip(said, 0, 1), happened),
        **extra,
    }


def _steps(
    scores: NDArray[Any], positive: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return found positives and false alarms when all rows down to each distinct score count."""
    order = np.argsort(-scores, kind="stable")
    ends = np.r_[np.flatnonzero(np.diff(scores[order])), len(order) - 1]
    hits = np.cumsum(positive[order])[ends]
    return hits, ends + 1 - hits


def _regression_curves(labels: NDArray[Any], outputs: NDArray[Any], task: Task) -> dict[str, Any]:
    rows = len(labels)
    shown = np.arange(rows)
    if rows > POINTS:
        generator = np.random.default_rng(SAMPLE_SEED)
        shown = np.sort(generator.choice(rows, POINTS, replace=False))
    pairs, residuals = {}, {}
    for k, name in enumerate(task.names):
        pairs[name] = {
            "actual": labels[shown, k].astype(float).tolist(),
            "predicted": outputs[shown, k].tolist(),
        }
        values = np.quantile(outputs[:, k] - labels[:, k], QUANTILES)
        residuals[name] = {"quantile": list(QUANTILES), "residual": values.tolist()}
    return {"predicted_actual": pairs, "residuals": residuals}


def _table(labels: NDArray[Any], answers: NDArray[Any], number: int) -> list[list[int]]:
    counts = np.bincount(labels * number + answers, minlength=number * number)
    return counts.reshape(number, number).tolist()
