"""What the guide reads in the figures, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import Task
from ..choosing.balance import IMBALANCE_RATIO, imbalance

__all__ = ["AUC_READINGS", "baseline_of", "notes_of", "read_auc", "readings_of"]

AUC_READINGS = ((0.9, "excellent"), (0.8, "good"), (0.7, "acceptable"), (0.5, "weak"))
"""From this area on, the guide's word for it (MET-6)."""
# Within this distance an area is no better than a coin.
COIN_FLIP = 0.02
# Errors of a normal curve have an RMSE of 1.25 times the MAE; large ones push it up.
LARGE_ERRORS_RATIO = 1.5
EVEN_ERRORS_RATIO = 1.3
R2_READINGS = ((0.9, "excellent"), (0.7, "good"), (0.5, "medium"), (0.0, "weak"))
"""From this R2 on, the guide's word for it (MET-8)."""
NEAR_MEAN = 0.02
# Intervals by resampling are too narrow on fewer rows than this.
FEW_ROWS = 50
ACCURACY_NAME = {"multilabel": "subset_accuracy"}


def read_auc(value: float) -> str:
    """Return the guide's word for an area under the ROC curve.

    Guide: MET-6.

    Examples:
        >>> read_auc(0.93), read_auc(0.5), read_auc(0.2)
        ('excellent', 'no better than a coin flip', 'worse than chance: the predictions are reversed')
    """  # noqa: E501
    if abs(value - 0.5) <= COIN_FLIP:
        return "no better than a coin flip"
    if value < 0.5:
        return "worse than chance: the predictions are reversed"
    if value == 1:
        return "perfect"
    return next(word for least, word in AUC_READINGS if value >= least)


def baseline_of(labels: NDArray[Any], task: Task) -> dict[str, Any]:
    """Return what the naive answer would score on checked labels.

    Returns:
        `answer` and `accuracy` of the most frequent class (or set of labels), or `answer` and
        the errors of the mean for regression.

    Guide: MET-2.
    """
    if task.kind == "regression":
        centred = labels - labels.mean(axis=0)
        return {
            "answer": "mean",
            "value": labels.mean(axis=0).tolist(),
            "mae": float(np.abs(centred).mean()),
            "rmse": float(np.sqrt((centred**2).mean(axis=0)).mean()),
        }
    if task.kind == "multilabel":
        sets, counts = np.unique(labels, axis=0, return_counts=True)
        names = [n for n, yes in zip(task.names, sets[counts.argmax()], strict=True) if yes]
        return {
            "answer": ", ".join(names) or "no label",
            "accuracy": float(counts.max() / len(labels)),
        }
    counts = np.bincount(labels, minlength=len(task.names))
    return {
        "answer": task.names[int(counts.argmax())],
        "accuracy": float(counts.max() / len(labels)),
    }


def readings_of(
    metrics: Mapping[str, float], labels: NDArray[Any], task: Task, baseline: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the guide's readings of some metrics, one sentence each.

    Guide: MET-2, MET-6, MET-8.
    """
    if task.kind == "regression":
        return tuple(_regression_readings(metrics, task))
    sentences = []
    name = ACCURACY_NAME.get(task.kind, "accuracy")
    accuracy, naive = metrics[name], baseline["accuracy"]
    words = f"Always answering '{baseline['answer']}' has an accuracy of {naive:.1%}"
    compared = f"{words}; the model has {accuracy:.1%}"
    ratio = imbalance(labels, task)["ratio"] if task.kind != "multilabel" else 1.0
    if ratio >= IMBALANCE_RATIO:
        sentences.append(
            f"Accuracy misleads here: the largest class has {ratio:.0f} times the rows of the "
            f"smallest. {compared}. Read recall, precision and F1 beside it. [MET-2]"
        )
    elif accuracy <= naive:
        sentences.append(f"The model is no better than the naive answer. {compared}. [MET-2]")
    else:
        sentences.append(f"{compared}. [MET-2]")
    if "roc_auc" in metrics:
        area = metrics["roc_auc"]
        sentences.append(f"An area under the ROC curve of {area:.3f} is {read_auc(area)}. [MET-6]")
    return tuple(sentences)


def notes_of(
    labels: NDArray[Any],
    answers: NDArray[Any],
    task: Task,
    points: Mapping[tuple[str, str], float],
    *,
    used: int,
    asked: int,
) -> tuple[str, ...]:
    """Return what was left out and why, and how sure the intervals are.

    Args:
        labels: Checked labels.
        answers: Decided answers of the same rows.
        task: What they answer.
        points: Every score; those that are NaN have no meaning on these rows.
        used: Resampled sets.
        asked: Resampled sets that were asked for.
    """
    notes = []
    left_out = [name for (part, name), value in points.items() if not part and np.isnan(value)]
    if left_out:
        reasons = "these rows do not vary enough"
        if task.kind in ("binary", "multiclass"):
            present, said = np.unique(labels), np.unique(answers)
            if len(present) == 1:
                reasons = f"every row is '{task.names[present[0]]}'"
            elif len(said) == 1:
                reasons = f"every row is predicted as '{task.names[said[0]]}'"
        elif task.kind == "regression":
            reasons = "the target does not vary in these rows"
        notes.append(f"Left out, because {reasons}: {', '.join(left_out)}.")
    if task.kind == "multiclass":
        absent = [n for k, n in enumerate(task.names) if not (labels == k).any()]
        if absent:
            shown = ", ".join(absent[:10]) + (", …" if len(absent) > 10 else "")
            notes.append(f"Classes without a row here, left out of means over classes: {shown}.")
    if task.kind == "multilabel":
        same = [n for k, n in enumerate(task.names) if np.ptp(labels[:, k]) == 0]
        if same:
            notes.append(f"Labels that do not vary here, left out of some means: {same[:10]}.")
    if len(labels) < FEW_ROWS:
        notes.append(
            f"So few rows ({len(labels)}) make the true intervals wider than those from resampling."
        )
    if used < asked:
        notes.append(f"The intervals come from {used} samples instead of {asked}, for speed.")
    return tuple(notes)


def _regression_readings(metrics: Mapping[str, float], task: Task) -> list[str]:
    sentences = []
    mae, rmse = metrics["mae"], metrics["rmse"]
    if mae > 0:
        ratio = rmse / mae
        head = f"RMSE {rmse:.4g} is {ratio:.2f} times MAE {mae:.4g}"
        if ratio >= LARGE_ERRORS_RATIO:
            sentences.append(f"{head}: a few errors are very large. [MET-8]")
        elif ratio <= EVEN_ERRORS_RATIO:
            sentences.append(f"{head}: the errors are of similar size. [MET-8]")
        else:
            sentences.append(f"{head}, which is usual. [MET-8]")
    if "r2" in metrics:
        r2 = metrics["r2"]
        if abs(r2) <= NEAR_MEAN:
            word = "no better than always answering the mean"
        elif r2 < 0:
            word = "worse than always answering the mean"
        else:
            level = next(word for least, word in R2_READINGS if r2 >= least)
            word = f"{level}: the model explains {r2:.0%} of the variance"
        sentences.append(f"R2 of {r2:.3f} is {word}. [MET-8]")
    if len(task.names) > 1:
        sentences.append("The errors are means over targets; see each target's own.")
    return sentences
