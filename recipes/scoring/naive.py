"""The answers that a model has to beat: the most frequent class or the mean, and a linear model."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...zoo.errors import bad_input, require
from ...zoo.tasks import Task
from ..answering.methods import method_of
from ..choosing.objectives import choose_metrics
from ..dataset import Dataset
from .checking import checked_answers, checked_labels, checked_task
from .design import Design
from .evaluation import ERRORS, resampled_scores
from .intervals import Estimate, interval

__all__ = ["Comparison", "compare_with_naive", "compared", "naive_answers"]

# A linear model needs few rows; it must not cost more than the training that it is compared with.
MOST_CELLS = 5_000_000
LEAST_ROWS = 2_000
MOST_ROWS = 10_000
MOST_ITERATIONS = 100
SEED = 0


def naive_answers(train: Dataset, rows: Dataset) -> dict[str, Any]:
    """Return what answers without a neural network would be, in the shape of a model's outputs.

    `majority` gives every row the classes' shares of the training rows (so its answer is the most
    frequent class), `mean` the mean target. `linear` is scikit-learn's logistic regression or
    ridge regression with its default penalty, on imputed, standardised and one-hot columns; dates
    become numbers, texts the frequencies of their words. It takes at most 100 steps, on at most
    10,000 rows (2,000 of a very wide table). Everything is fitted on `train` alone.

    Args:
        train: Training rows with labels.
        rows: Rows to answer, with the same columns.

    Returns:
        `majority` (`mean` for regression) and `linear`: arrays of shape `(n, units)`, in the
        target's unit for regression. For a task whose answer is a sequence, what its method
        in `recipes/answering` gives.

    Raises:
        BadInput: `train` has no labels, or `rows` lacks a column of it.
        MissingExtra: scikit-learn is not installed.

    Guide: MET-2, PH-2.
    """
    if train.task is None or train.labels is None:
        raise bad_input("labels_missing", "Naive answers need training rows with labels")
    task = train.task
    if task.is_sequence:
        return method_of(task).naive(train, rows)
    labels = checked_labels(train.labels, task)
    name = "mean" if task.kind == "regression" else "majority"
    constant = np.tile(_constant(labels, task), (len(rows), 1))
    used = np.arange(len(train))
    most = _row_limit(Design(train.take(used[:LEAST_ROWS])).width * task.outputs)
    if len(train) > most:
        used = np.sort(np.random.default_rng(SEED).choice(len(train), most, replace=False))
    fitted = train.take(used) if len(used) < len(train) else train
    design = Design(fitted)
    if design.width == 0:
        return {name: constant, "linear": constant.copy()}
    linear = _linear(design(fitted), labels[used], design(rows), task, constant)
    return {name: constant, "linear": linear}


@dataclass(frozen=True)
class Comparison:
    """Whether a model beats another answer on the same rows, by one metric.

    Args:
        metric: The metric that decides.
        model: Its value for the model.
        naive: Its value for the other answer.
        gain: How much better the model is; positive is better, whatever the metric.
        verdict: `better`, `worse` or `not distinguishable`: whether the interval of the gain
            leaves out 0.
        sentence: The same in words.
    """

    metric: str
    model: float
    naive: float
    gain: Estimate
    verdict: str
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data for JSON."""
        return {
            "metric": self.metric,
            "model": self.model,
            "naive": self.naive,
            "gain": self.gain.to_dict(),
            "verdict": self.verdict,
            "sentence": self.sentence,
        }


def compare_with_naive(
    y_true: ArrayLike,
    outputs: ArrayLike,
    naive: Mapping[str, ArrayLike],
    task: Task,
    *,
    metric: str | None = None,
    samples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    threshold: float = 0.5,
) -> dict[str, Comparison]:
    """Say whether a model beats the naive answers, from paired samples of the same rows.

    Args:
        y_true: Labels of `n` rows.
        outputs: The model's outputs for them.
        naive: Other outputs for them by name, such as `naive_answers` returns.
        task: What they answer.
        metric: What to compare by, a name from `evaluate`; None takes the first that
            `choose_metrics` names and that has a meaning here; R² for several numbers, whose
            units differ.
        samples: Resampled sets of rows; the same for all answers.
        confidence: Share of samples inside the interval of the gain.
        seed: The same seed resamples the same rows.
        threshold: A probability above it means yes.

    Returns:
        A `Comparison` by the name of the naive answer.

    Raises:
        BadInput: Labels, outputs or the metric cannot be used.

    Guide: MET-2, CHK-3.
    """
    checked_task(task)
    if task.is_sequence:
        from .sequence_scores import compare_sequences

        settings: Any = {"samples": samples, "confidence": confidence, "seed": seed}
        return compare_sequences(y_true, outputs, naive, task, metric=metric, **settings)
    labels, values = checked_answers(y_true, outputs, task)
    checked = {name: checked_answers(y_true, other, task)[1] for name, other in naive.items()}
    ours = _scored(labels, values, task, threshold, samples, seed)
    others = {
        name: _scored(labels, other, task, threshold, samples, seed)
        for name, other in checked.items()
    }
    known = {name for part, name in ours if not part}
    if metric is not None and metric not in known:
        from ...zoo.errors import did_you_mean

        raise bad_input(
            "metric_unknown",
            f"There is no metric '{metric}' for a {task.kind} task",
            remedy=did_you_mean(metric, known),
        )
    wanted = [*choose_metrics(task, labels).value, *sorted(known)]
    if task.kind == "regression" and task.outputs > 1:
        wanted.insert(0, "r2")  # errors in several units have no mean
    usable = [
        name
        for name in ([metric] if metric else wanted)
        if name in known
        and all(np.isfinite(scores["", name][0]) for scores in [ours, *others.values()])
    ]
    if not usable:
        raise bad_input("metric_undefined", f"The metric {metric} has no meaning on these rows")
    return {
        name: compared(
            usable[0],
            ours["", usable[0]],
            other["", usable[0]],
            name,
            confidence,
            usable[0] in ERRORS,
        )
        for name, other in others.items()
    }


def _scored(
    labels: NDArray[Any],
    values: NDArray[Any],
    task: Task,
    threshold: float,
    samples: int,
    seed: int,
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return each score on the rows (first) and in each resampled set."""
    from .scores import make_scorer

    point = make_scorer(labels, values, task, threshold)(np.ones((len(labels), 1)))
    draws, _ = resampled_scores(labels, values, task, threshold, samples, seed)
    return {key: np.r_[point[key], draws[key]] for key in point}


def compared(
    metric: str,
    ours: NDArray[np.float64],
    other: NDArray[np.float64],
    name: str,
    confidence: float,
    less_is_better: bool,
) -> Comparison:
    """Return the verdict on two answers of the same rows.

    Args:
        metric: What they are compared by.
        ours: The model's score on the rows (first) and in each resampled set.
        other: The same of the other answer.
        name: What the other answer is called.
        confidence: Share of samples inside the interval of the gain.
        less_is_better: Whether the metric is an error.
    """
    gain = (other - ours) if less_is_better else (ours - other)
    low, high = interval(float(gain[0]), gain[1:], confidence)
    estimate = Estimate(float(gain[0]), low, high)
    model, naive = float(ours[0]), float(other[0])
    figures = f"{metric} {model:.3g} against {naive:.3g}, gain {estimate}"
    if low > 0:
        verdict, words = "better", f"The model beats the {name} answer"
    elif high < 0:
        verdict, words = "worse", f"The model is worse than the {name} answer"
    else:
        verdict = "not distinguishable"
        words = f"These rows cannot tell the model from the {name} answer"
    return Comparison(metric, model, naive, estimate, verdict, f"{words}: {figures}.")


def _constant(labels: NDArray[Any], task: Task) -> NDArray[np.float64]:
    if task.kind == "multiclass":
        return np.bincount(labels, minlength=task.outputs) / len(labels)
    return np.atleast_1d(labels.mean(axis=0)).astype(float)


def _row_limit(cells: int) -> int:
    """Return how many rows a linear model is fitted on, for so many weights."""
    return max(LEAST_ROWS, min(MOST_ROWS, MOST_CELLS // max(cells, 1)))


def _linear(
    features: Any, labels: NDArray[Any], asked: Any, task: Task, constant: NDArray[np.float64]
) -> NDArray[np.float64]:
    linear_model = require("sklearn.linear_model", "recipes")
    exceptions = require("sklearn.exceptions", "recipes")
    if task.kind == "regression":
        return linear_model.Ridge().fit(features, labels).predict(asked).reshape(-1, task.outputs)
    answers = constant.copy()
    columns = labels if task.kind == "multilabel" else labels[:, None]
    with warnings.catch_warnings():
        # A hundred steps are enough for a yardstick; whether it converged is no news to anyone.
        warnings.filterwarnings("ignore", category=exceptions.ConvergenceWarning)
        for k, column in enumerate(columns.T):
            if np.ptp(column) == 0:
                continue
            model = linear_model.LogisticRegression(max_iter=MOST_ITERATIONS)
            probabilities = model.fit(features, column).predict_proba(asked)
            if task.kind == "multiclass":
                answers[:] = 0.0
                answers[:, model.classes_] = probabilities
            else:
                answers[:, k] = probabilities[:, 1]
    return answers
