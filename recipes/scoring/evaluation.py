"""All metrics of a model's answers, each with an interval, and what the guide reads in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...zoo.tasks import Task
from .checking import checked_answers, checked_number, checked_task
from .curves import confusion_matrix, curves
from .intervals import (
    MOST_ROWS,
    PERCENTILE_SAMPLES,
    Estimate,
    interval,
    left_out_counts,
    resampled_counts,
    sample_count,
    zero_error_bound,
)
from .readings import baseline_of, notes_of, readings_of
from .scores import Scores, decide, make_scorer

__all__ = ["ERRORS", "Evaluation", "evaluate", "resampled_scores"]

ERRORS = frozenset(
    ["log_loss", "brier_score", "hamming_loss", "mae", "rmse", "median_absolute_error"]
)
"""Metrics of which less is better; of all others more is."""

# Metrics that end at a perfect value, where resampling sees no error and cannot widen.
_SHARES = frozenset(["accuracy", "subset_accuracy", "top_2_accuracy", "hamming_loss"])
_UNBOUNDED = ERRORS - _SHARES | {"r2"}


@dataclass(frozen=True)
class Evaluation:
    """What a model's answers on some rows are worth.

    Args:
        task: What was answered.
        metrics: `Estimate` by metric; a metric that has no meaning on these rows is absent, and
            `notes` says why. Plain `precision`, `recall` and `f1` are those of the positive class
            for binary, and means over classes or labels otherwise.
        parts: The same for each class, label or (of several) target.
        confusion: See `confusion_matrix`; None for regression.
        curves: Plain lists for drawing.
        readings: What the guide reads in the figures, one sentence each.
        notes: What was left out, and how sure the intervals are.
        baseline: The naive answer: the most frequent class and its accuracy, or the mean.
        rows: Number of rows.
        samples: Resampled sets behind each interval.
        confidence: Share that the intervals aim to cover.
        threshold: Probability above which the answer was yes.

    Guide: MET-1, MET-2, MET-3, MET-4, MET-5, MET-6, MET-8.
    """

    task: Task
    metrics: Mapping[str, Estimate]
    parts: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)
    confusion: Mapping[str, Any] | None = None
    curves: Mapping[str, Any] = field(default_factory=dict)
    readings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    baseline: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 0
    samples: int = 0
    confidence: float = 0.95
    threshold: float = 0.5

    def __repr__(self) -> str:
        """Return task, rows and metrics in one line."""
        shown = ", ".join(f"{name} {value}" for name, value in self.metrics.items())
        return f"Evaluation({self.task.kind}, {self.rows} rows: {shown})"

    def __str__(self) -> str:
        """Return metrics, readings and notes, a line each."""
        width = max(map(len, self.metrics), default=0)
        lines = [f"{name:<{width}}  {value}" for name, value in self.metrics.items()]
        return "\n".join([*lines, *self.readings, *self.notes])

    def to_dict(self) -> dict[str, Any]:
        """Return the evaluation as plain data for strict JSON."""
        return {
            "task": self.task.to_dict(),
            "metrics": {name: value.to_dict() for name, value in self.metrics.items()},
            "parts": {
                part: {name: value.to_dict() for name, value in metrics.items()}
                for part, metrics in self.parts.items()
            },
            "confusion": None if self.confusion is None else dict(self.confusion),
            "curves": dict(self.curves),
            "readings": list(self.readings),
            "notes": list(self.notes),
            "baseline": dict(self.baseline),
            "rows": self.rows,
            "samples": self.samples,
            "confidence": self.confidence,
            "threshold": self.threshold,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evaluation:
        """Return the evaluation that `to_dict` described."""
        parts = {
            part: {name: Estimate.from_dict(value) for name, value in metrics.items()}
            for part, metrics in data["parts"].items()
        }
        return cls(
            **{
                **data,
                "task": Task.from_dict(data["task"]),
                "metrics": {n: Estimate.from_dict(v) for n, v in data["metrics"].items()},
                "parts": parts,
                "readings": tuple(data["readings"]),
                "notes": tuple(data["notes"]),
            }
        )


def evaluate(
    y_true: ArrayLike,
    outputs: ArrayLike,
    task: Task,
    *,
    samples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    threshold: float = 0.5,
) -> Evaluation:
    """Score outputs against labels: every metric of the task with a bootstrap interval.

    | task | metrics |
    | --- | --- |
    | binary | accuracy, balanced_accuracy, precision, recall, f1, roc_auc, average_precision, log_loss, brier_score, matthews_correlation |
    | multiclass | accuracy, balanced_accuracy, precision, recall, f1 (means over classes), precision_weighted, f1_weighted, roc_auc (each class against the rest), log_loss, top_2_accuracy from 5 classes on |
    | multilabel | subset_accuracy, hamming_loss, precision, recall, f1 (means over labels), f1_micro, roc_auc, average_precision, log_loss |
    | regression | mae, rmse, r2, median_absolute_error (means over targets; each in `parts`) |

    Args:
        y_true: Labels of `n` rows as `Task` describes them.
        outputs: Outputs of the same rows as `Task` describes them; `(n,)` does for one unit. For
            a task whose answer is a sequence, its answers, as its file in `recipes/answering`
            describes them; that file also names the metrics.
        task: What they answer.
        samples: Resampled sets behind each interval; fewer on huge sets, which `notes` says.
        confidence: Share that the intervals aim to cover.
        seed: The same seed resamples the same rows.
        threshold: A probability above it means yes; for binary and multilabel.

    Returns:
        The evaluation. The intervals say how much the score would vary with other rows of the
        same kind, not with another training.

    Raises:
        BadInput: Labels, outputs or settings cannot be used.

    Guide: MET-1, MET-2, MET-3, MET-4, MET-5, MET-6, MET-8, CHK-3.

    Examples:
        >>> task = Task("binary", ("healthy", "sick"))
        >>> result = evaluate([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], task)
        >>> result.metrics["roc_auc"].value, result.confusion["counts"]
        (0.75, [[1, 1], [1, 1]])
    """  # noqa: E501
    checked_task(task)
    samples = checked_number("samples", samples, least=1, whole=True)
    confidence = checked_number("confidence", confidence, above=0, below=1)
    seed = checked_number("seed", seed, least=0, whole=True)
    threshold = checked_number("threshold", threshold, least=0)
    if task.is_sequence:
        from .sequence_scores import evaluate_sequences

        settings: Any = {"samples": samples, "confidence": confidence, "seed": seed}
        return evaluate_sequences(y_true, outputs, task, **settings)
    labels, values = checked_answers(y_true, outputs, task)
    scorer = make_scorer(labels, values, task, threshold)
    points = {key: float(v[0]) for key, v in scorer(np.ones((len(labels), 1))).items()}
    draws, used = resampled_scores(labels, values, task, threshold, samples, seed)
    counts = left_out_counts(len(labels)) if used >= PERCENTILE_SAMPLES else None
    left = dict.fromkeys(points) if counts is None else scorer(counts)
    estimates = {
        key: Estimate(
            point, *interval(point, draws[key], confidence, rows=len(labels), left_out=left[key])
        )
        for key, point in points.items()
        if np.isfinite(point)
    }
    metrics = {name: value for (part, name), value in estimates.items() if not part}
    metrics = _widened(metrics, labels, values, task, threshold, confidence)
    parts: dict[str, dict[str, Estimate]] = {}
    for (part, name), value in estimates.items():
        if part:
            parts.setdefault(part, {})[name] = value
    answers = decide(values, task, threshold)
    baseline = baseline_of(labels, task)
    notes = notes_of(labels, answers, task, points, used=used, asked=samples)
    return Evaluation(
        task=task,
        metrics=metrics,
        parts=parts,
        confusion=confusion_matrix(labels, answers, task) if task.is_classification else None,
        curves=curves(labels, values, task),
        readings=readings_of({n: v.value for n, v in metrics.items()}, labels, task, baseline),
        notes=notes,
        baseline=baseline,
        rows=len(labels),
        samples=used,
        confidence=confidence,
        threshold=threshold,
    )


def resampled_scores(
    labels: NDArray[Any],
    outputs: NDArray[Any],
    task: Task,
    threshold: float,
    samples: int,
    seed: int,
) -> tuple[Scores, int]:
    """Return every score of checked answers in every resampled set, and the number of sets.

    Of more than 50,000 rows a random part is resampled: its scores spread wider than those of all
    rows by the square root of the ratio of rows, and are moved and shrunk by that.
    """
    rows = len(labels)
    if rows > MOST_ROWS:
        part = np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False)
        draws, used = resampled_scores(labels[part], outputs[part], task, threshold, samples, seed)
        whole, some = (
            make_scorer(labels[kept], outputs[kept], task, threshold)
            for kept in (slice(None), part)
        )
        points, centres = whole(np.ones((rows, 1))), some(np.ones((MOST_ROWS, 1)))
        shrink = (MOST_ROWS / rows) ** 0.5
        return {k: points[k] + (v - centres[k]) * shrink for k, v in draws.items()}, used
    parts = task.outputs if task.is_classification else 1
    used = sample_count(rows, samples, parts)
    scorer = make_scorer(labels, outputs, task, threshold)
    blocks = [scorer(counts) for counts in resampled_counts(rows, used, seed)]
    return {key: np.concatenate([block[key] for block in blocks]) for key in blocks[0]}, used


def _widened(
    metrics: dict[str, Estimate],
    labels: NDArray[Any],
    outputs: NDArray[Any],
    task: Task,
    threshold: float,
    confidence: float,
) -> dict[str, Estimate]:
    """Return the metrics with an honest end where the rows hold no error to resample.

    A perfect score on few rows is no proof. For a share of right rows the end is the exact bound
    for no error seen in so many rows; for a score that averages classes, in the rows of the
    smallest class.
    """
    if task.kind == "regression":
        return metrics
    answers = decide(outputs, task, threshold)
    if task.kind == "multilabel":
        sizes = np.concatenate([labels.sum(axis=0), (1 - labels).sum(axis=0)])
        said = answers.sum(axis=0)
    else:
        sizes = np.bincount(labels, minlength=len(task.names))
        said = np.bincount(answers, minlength=len(task.names))
    fewest = {"": int(sizes[sizes > 0].min())}
    if task.kind == "binary":
        fewest |= {"recall": int(sizes[1]), "precision": int(said[1])}
    widened = {}
    for name, estimate in metrics.items():
        rows = len(labels) if name in _SHARES else fewest.get(name, fewest[""])
        reach = zero_error_bound(rows, confidence)
        value, low, high = estimate.value, estimate.low, estimate.high
        if name not in _UNBOUNDED and low == high == value:
            if value == 1:
                low = 1 - reach
            elif value == 0:
                high = reach
        widened[name] = Estimate(value, low, high)
    return widened
