"""What a study decides by: one metric, and how much it varies with the rows it is taken on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input, did_you_mean
from ...zoo.tasks import Task
from ..answering.methods import method_of
from ..choosing.balance import IMBALANCE_RATIO, imbalance
from ..choosing.objectives import choose_metrics
from ..config import Choice
from ..scoring.checking import checked_answers
from ..scoring.evaluation import ERRORS
from ..scoring.intervals import resampled_counts, sample_count
from ..scoring.scores import make_scorer, row_losses

__all__ = ["Measure", "choose_measure"]

SAMPLES = 200
"""Resampled sets of rows: enough for a standard deviation within 5 %."""
MOST_ROWS = 20_000
"""Of more rows than this a part is resampled, and its variance shrunk to that of all rows."""


@dataclass(frozen=True)
class Measure:
    """A metric that decides, and how it is taken.

    Args:
        name: A name from `evaluate`.
        less_is_better: Whether it is an error.
    """

    name: str
    less_is_better: bool

    def gain(self, before: Any, after: Any) -> Any:
        """Return how much better `after` is; positive is better, whatever the metric."""
        return before - after if self.less_is_better else after - before

    def score(self, labels: Any, found: NDArray[Any], task: Task) -> float:
        """Return the score on the rows alone; the arguments are those of `draws`."""
        labels, found = _checked(labels, found, task)
        return float(self._score(labels, found, task, np.ones((len(found), 1)))[0])

    def draws(
        self, labels: Any, found: NDArray[Any], task: Task, seed: int = 0
    ) -> NDArray[np.float64]:
        """Return the score on the rows, and then in each resampled set of rows.

        Args:
            labels: Of `n` rows.
            found: Outputs of these rows; for a task whose answer is a sequence, the figures of
                each row that its method adds up.
            task: What is answered.
            seed: The same seed resamples the same rows, so two models are compared in pairs.

        Returns:
            Shape `(1 + samples,)`. The spread of the draws is that of all rows.
        """
        labels, found = _checked(labels, found, task)
        point = self._score(labels, found, task, np.ones((len(found), 1)))
        rows = len(found)
        shrink = 1.0
        if rows > MOST_ROWS:
            part = np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False)
            labels, found = _taken(labels, part), found[part]
            shrink = (MOST_ROWS / rows) ** 0.5
        used = sample_count(len(found), SAMPLES)
        counts = resampled_counts(len(found), used, seed)
        drawn = np.concatenate([self._score(labels, found, task, block) for block in counts])
        centre = np.nanmean(drawn) if np.isfinite(drawn).any() else 0.0
        return np.r_[point, point + (drawn - centre) * shrink]

    def _score(
        self, labels: Any, found: NDArray[Any], task: Task, counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        if task.is_sequence:
            return method_of(task).metrics(found.T.astype(float) @ counts, task)[self.name]
        if self.name == "log_loss":
            losses = row_losses(labels, found, task).reshape(len(found), -1).mean(axis=1)
            return losses @ counts / counts.sum(axis=0)
        if self.name in ("rmse", "mae"):
            errors = np.abs(found.astype(float) - labels).reshape(len(found), -1)
            powers = errors**2 if self.name == "rmse" else errors
            means = powers.T @ counts / counts.sum(axis=0)
            return (np.sqrt(means) if self.name == "rmse" else means).mean(axis=0)
        return make_scorer(labels, found, task, 0.5)(counts)["", self.name]


def choose_measure(task: Task, labels: Any, metric: str | None = None) -> Choice:
    """Choose the metric that decides which config stays.

    A score that sees small differences on few rows: the cross-entropy of the answers; where
    classes are so uneven that it hardly feels the rare one, balanced accuracy; for numbers RMSE,
    or MAE where there are outliers; for sequences the first of the task's own metrics.

    Args:
        task: What is predicted.
        labels: Training labels.
        metric: A name from `evaluate` to decide by instead.

    Returns:
        The choice of a `Measure`.

    Raises:
        BadInput: The metric is none of this task.

    Guide: MET-2, MET-9.

    Examples:
        >>> choose_measure(Task("binary", ("no", "yes")), np.array([0, 1] * 50)).value.name
        'log_loss'
    """
    if task.is_sequence:
        method = method_of(task)
        errors, first, rule = method.errors, method.first[0], method.rule
        names, reason = set(method.first), f"It is the first metric of {task.kind}."
    elif task.kind == "regression":
        first = choose_metrics(task, labels).value[0]
        errors, rule, names = ERRORS, "MET-8", {"rmse", "mae", "r2", "median_absolute_error"}
        reason = "It is in the unit of the target."
    else:
        errors, rule, first = ERRORS, "MET-9", "log_loss"
        reason = "It feels every change of a probability, where accuracy sees only answers flip."
        names = {"log_loss", "roc_auc", "f1"}
        names |= {"accuracy", "balanced_accuracy"} if task.kind != "multilabel" else set()
        names |= {"average_precision"} if task.kind == "binary" else set()
        if task.kind != "multilabel" and labels is not None:
            ratio = imbalance(labels, task)["ratio"]
            if ratio >= IMBALANCE_RATIO:
                first, rule = "balanced_accuracy", "MET-2"
                reason = f"The classes are uneven (1 to {ratio:.0f}): each counts alike in it."
    if metric is not None:
        if metric not in names:
            raise bad_input(
                "metric_unknown",
                f"A {task.kind} task cannot be decided by '{metric}'",
                expected="one of " + ", ".join(sorted(names)),
                received=repr(metric),
                remedy=did_you_mean(metric, names),
            )
        first, rule, reason = metric, "", "you set it."
    return Choice(Measure(first, first in errors), rule, {"metric": first}, reason)


def _checked(labels: Any, found: NDArray[Any], task: Task) -> tuple[Any, NDArray[Any]]:
    return (labels, found) if task.is_sequence else checked_answers(labels, found, task)


def _taken(labels: Any, index: NDArray[Any]) -> Any:
    return labels[index] if hasattr(labels, "shape") else [labels[i] for i in index]
