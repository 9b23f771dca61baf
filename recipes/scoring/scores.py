"""Metrics as functions of row counts, so that a thousand resampled scores cost a few products.

Every scorer takes counts of shape `(rows, samples)` and returns arrays of shape `(samples,)` by
name: counts of 1 give the score of the rows themselves. A score without a meaning is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import Task
from .ranking import Counts, indicator, median, ranking, ratio

__all__ = ["Scorer", "decide", "make_scorer", "row_losses"]

Scores = dict[tuple[str, str], NDArray[np.float64]]
"""By (part, metric); the part is "" for the whole, else the name of a class, label or target."""
Scorer = Callable[[Counts], Scores]

# From this many classes on, whether the true class is among the best two is worth a metric.
TOP_2_CLASSES = 5


def decide(outputs: NDArray[Any], task: Task, threshold: float = 0.5) -> NDArray[Any]:
    """Return the answers that outputs stand for.

    Args:
        outputs: As `goodfit.zoo.Task` describes them; `(n,)` does for a single unit.
        task: What they answer.
        threshold: A probability above it (not at it, as in Keras) means yes.

    Returns:
        Class numbers `(n,)`, 0/1 labels `(n, labels)`, or the values `(n, targets)` themselves.

    Guide: MET-7, ACT-5.

    Examples:
        >>> import numpy as np
        >>> decide(np.array([0.2, 0.5, 0.9]), Task("binary", ("no", "yes")))
        array([0, 0, 1])
    """
    # In double precision, so that a threshold means the same for every type of output.
    values = np.asarray(outputs, dtype=float)
    if task.kind == "binary":
        return (values.reshape(len(values)) > threshold).astype(np.int64)
    if task.kind == "multiclass":
        return values.argmax(axis=1)
    values = values.reshape(len(values), -1)
    return (values > threshold).astype(np.int64) if task.kind == "multilabel" else values


def row_losses(labels: NDArray[Any], outputs: NDArray[Any], task: Task) -> NDArray[np.float64]:
    """Return the cross-entropy of each row, or the squared error of each target.

    Args:
        labels: Checked labels.
        outputs: Checked outputs of the same rows.
        task: What they answer.

    Returns:
        `(n,)` for binary and multiclass, else `(n, parts)`. Probabilities are kept away from 0
        and 1 by the precision of their type, as scikit-learn does.

    Guide: LOSS-1, LOSS-4, LOSS-5.
    """
    if task.kind == "regression":
        return (outputs.astype(float) - labels) ** 2
    tiny = np.finfo(outputs.dtype).eps
    values = np.clip(outputs, tiny, 1 - tiny).astype(float)
    if task.kind == "multiclass":
        return -np.log(values[np.arange(len(labels)), labels])
    return -np.where(labels == 1, np.log(values), np.log1p(-values))


def make_scorer(
    labels: NDArray[Any], outputs: NDArray[Any], task: Task, threshold: float
) -> Scorer:
    """Return the scorer of checked labels and outputs; what can be prepared once, is.

    Guide: MET-2, MET-3, MET-4, MET-5, MET-6, MET-8.
    """
    makers = {
        "binary": _binary,
        "multiclass": _multiclass,
        "multilabel": _multilabel,
        "regression": _regression,
    }
    return makers[task.kind](labels, outputs, task, threshold)


def _binary(labels: NDArray[Any], outputs: NDArray[Any], task: Task, threshold: float) -> Scorer:
    answers = decide(outputs, task, threshold)
    kinds = indicator(2 * labels + answers, 4)  # true negatives, false alarms, missed, found
    losses = np.stack([row_losses(labels, outputs, task), (outputs.astype(float) - labels) ** 2])
    areas = ranking(outputs, labels)

    def score(counts: Counts) -> Scores:
        tn, fp, fn, tp = kinds @ counts
        rows = tn + fp + fn + tp
        log_loss, brier = losses @ counts / rows
        roc_auc, average_precision = areas(counts)
        recall, specificity = ratio(tp, tp + fn), ratio(tn, tn + fp)
        spread = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        whole = {
            "accuracy": (tp + tn) / rows,
            "balanced_accuracy": (recall + specificity) / 2,
            "precision": ratio(tp, tp + fp),
            "recall": recall,
            "f1": ratio(2 * tp, 2 * tp + fp + fn),
            "roc_auc": roc_auc,
            "average_precision": average_precision,
            "log_loss": log_loss,
            "brier_score": brier,
            "matthews_correlation": ratio(tp * tn - fp * fn, spread),
        }
        scores = {("", name): values for name, values in whole.items()}
        for name, found, true, said in (
            (task.names[0], tn, tn + fp, tn + fn),
            (task.names[1], tp, tp + fn, tp + fp),
        ):
            scores |= _part(name, found, true, said)
        return scores

    return score


def _multiclass(
    labels: NDArray[Any], outputs: NDArray[Any], task: Task, threshold: float
) -> Scorer:
    number = len(task.names)
    answers = decide(outputs, task, threshold)
    right = labels == answers
    true_rows, said_rows = indicator(labels, number), indicator(answers, number)
    found_rows = indicator(np.where(right, labels, number), number + 1)
    # How many classes are ranked before the true one; the lower number wins a tie, as in argmax.
    own = outputs[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(number) < labels[:, None]
    before = ((outputs > own) | ((outputs == own) & earlier)).sum(axis=1)
    means = {"accuracy": right, "log_loss": row_losses(labels, outputs, task)}
    if number >= TOP_2_CLASSES:
        means["top_2_accuracy"] = before < 2
    mean_rows = np.stack([np.asarray(values, float) for values in means.values()])
    rankings = [ranking(outputs[:, k], labels == k) for k in range(number)]

    def score(counts: Counts) -> Scores:
        true, said, found = true_rows @ counts, said_rows @ counts, (found_rows @ counts)[:-1]
        rows = true.sum(axis=0)
        mean = dict(zip(means, mean_rows @ counts / rows, strict=True))
        precision, recall, f1 = _by_class(found, true, said)
        areas = np.stack([rank(counts)[0] for rank in rankings])
        whole = {
            "accuracy": mean["accuracy"],
            "balanced_accuracy": _mean(recall),
            "precision": _mean(precision),
            "recall": _mean(recall),
            "f1": _mean(f1),
            "precision_weighted": np.nansum(precision * true, axis=0) / rows,
            "f1_weighted": np.nansum(f1 * true, axis=0) / rows,
            "roc_auc": _mean(areas),
        } | mean
        scores = {("", name): values for name, values in whole.items()}
        for k, name in enumerate(task.names):
            scores |= _part(name, found[k], true[k], said[k])
            scores[name, "roc_auc"] = areas[k]
        return scores

    return score


def _multilabel(
    labels: NDArray[Any], outputs: NDArray[Any], task: Task, threshold: float
) -> Scorer:
    answers = decide(outputs, task, threshold)
    parts = np.stack([labels & answers, labels, answers]).astype(float)
    parts = np.ascontiguousarray(parts.transpose(0, 2, 1)).reshape(-1, len(labels))
    wrong = labels != answers
    mean_rows = np.stack(
        [~wrong.any(axis=1), wrong.mean(axis=1), row_losses(labels, outputs, task).mean(axis=1)]
    ).astype(float)
    rankings = [ranking(outputs[:, k], labels[:, k]) for k in range(len(task.names))]

    def score(counts: Counts) -> Scores:
        found, true, said = (parts @ counts).reshape(3, len(task.names), -1)
        subset_accuracy, hamming_loss, log_loss = mean_rows @ counts / counts.sum(axis=0)
        precision, recall, f1 = _by_class(found, true, said)
        curves = np.stack([np.stack(rank(counts)) for rank in rankings])
        whole = {
            "subset_accuracy": subset_accuracy,
            "hamming_loss": hamming_loss,
            "precision": _mean(precision),
            "recall": _mean(recall),
            "f1": _mean(f1),
            "f1_micro": ratio(2 * found.sum(axis=0), true.sum(axis=0) + said.sum(axis=0)),
            "roc_auc": _mean(curves[:, 0]),
            "average_precision": _mean(curves[:, 1]),
            "log_loss": log_loss,
        }
        scores = {("", name): values for name, values in whole.items()}
        for k, name in enumerate(task.names):
            scores |= _part(name, found[k], true[k], said[k])
            scores[name, "roc_auc"] = curves[k, 0]
            scores[name, "average_precision"] = curves[k, 1]
        return scores

    return score


def _regression(
    labels: NDArray[Any], outputs: NDArray[Any], task: Task, threshold: float
) -> Scorer:
    del threshold  # a number is not decided upon
    error = np.abs(outputs.astype(float) - labels)
    # Centred, so that the variance does not drown in a large mean.
    centred = labels - labels.mean(axis=0)
    powers = np.concatenate([error.T, error.T**2, centred.T, centred.T**2])
    powers = np.ascontiguousarray(powers)
    orders = [np.argsort(error[:, k], kind="stable") for k in range(error.shape[1])]
    # Rounding leaves a variance near 0 for a constant target; such a target has no R2.
    smallest = np.finfo(float).eps * (np.abs(labels).max(axis=0) ** 2 + 1) * 16

    def score(counts: Counts) -> Scores:
        rows = counts.sum(axis=0)
        mae, mse, mean, square = (powers @ counts / rows).reshape(4, error.shape[1], -1)
        variance = square - mean**2
        variance = np.where(variance > smallest[:, None], variance, np.nan)
        by_target = {
            "mae": mae,
            "rmse": np.sqrt(mse),
            "r2": 1 - mse / variance,
            "median_absolute_error": np.stack(
                [median(error[order, k], counts[order]) for k, order in enumerate(orders)]
            ),
        }
        scores: Scores = {("", name): values.mean(axis=0) for name, values in by_target.items()}
        if len(orders) > 1:
            for k, target in enumerate(task.names):
                scores |= {(target, name): values[k] for name, values in by_target.items()}
        return scores

    return score


def _by_class(found: Any, true: Any, said: Any) -> tuple[Any, Any, Any]:
    """Return precision, recall and F1 of each class; NaN for a class that is not there at all.

    A class that is there and is never predicted has precision 0, as in scikit-learn; a class that
    is predicted and not there has no recall and is left out of its mean.
    """
    precision = np.where((said == 0) & (true > 0), 0.0, ratio(found, said))
    return precision, ratio(found, true), ratio(2 * found, true + said)


def _part(name: str, found: Any, true: Any, said: Any) -> Scores:
    return {
        (name, "precision"): ratio(found, said),
        (name, "recall"): ratio(found, true),
        (name, "f1"): ratio(2 * found, true + said),
    }


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over classes of those that are not NaN."""
    return ratio(np.nansum(values, axis=0), np.isfinite(values).sum(axis=0))
