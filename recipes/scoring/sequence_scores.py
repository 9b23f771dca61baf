"""Scores of answers that are sequences: from figures of each row, with intervals and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input
from ...zoo.tasks import Task
from ..answering.methods import Method, method_of
from .evaluation import Evaluation
from .intervals import Estimate, interval, resampled_counts, sample_count
from .naive import Comparison, compared

__all__ = ["compare_sequences", "evaluate_sequences", "sequence_draws", "worst_sequences"]

Draws = dict[str, NDArray[np.float64]]


def evaluate_sequences(
    labels: Any, answers: Any, task: Task, *, samples: int, confidence: float, seed: int
) -> Evaluation:
    """Score answers that are sequences; see `evaluate`."""
    method = method_of(task)
    draws, used = sequence_draws(method, labels, answers, task, samples, seed)
    metrics = {
        name: Estimate(
            float(values[0]),
            *interval(float(values[0]), values[1:], confidence, rows=len(labels)),
        )
        for name, values in draws.items()
        if np.isfinite(values[0])
    }
    notes = tuple(f"{name} has no meaning on these rows." for name in draws if name not in metrics)
    return Evaluation(
        task=task,
        metrics=metrics,
        notes=notes,
        rows=len(labels),
        samples=used,
        confidence=confidence,
    )


def compare_sequences(
    labels: Any,
    answers: Any,
    naive: Mapping[str, Any],
    task: Task,
    *,
    metric: str | None,
    samples: int,
    confidence: float,
    seed: int,
) -> dict[str, Comparison]:
    """Say whether answers beat naive ones; see `compare_with_naive`."""
    method = method_of(task)
    ours, _ = sequence_draws(method, labels, answers, task, samples, seed)
    others = {
        name: sequence_draws(method, labels, other, task, samples, seed)[0]
        for name, other in naive.items()
    }
    wanted = [metric] if metric else [*method.first, *ours]
    usable = [
        name
        for name in wanted
        if all(name in each and np.isfinite(each[name][0]) for each in [ours, *others.values()])
    ]
    if not usable:
        raise bad_input(
            "metric_undefined",
            f"No metric of a {task.kind} task has a meaning for all answers",
            received=", ".join(wanted),
        )
    name = usable[0]
    return {
        each: compared(name, ours[name], draws[name], each, confidence, name in method.errors)
        for each, draws in others.items()
    }


def worst_sequences(
    labels: Any, answers: Any, task: Task, count: int, rows: NDArray[Any] | None
) -> list[dict[str, Any]]:
    """Return the rows with the worst answers by the deciding metric; see `worst_errors`."""
    method = method_of(task)
    figures = method.figures(labels, answers, task)
    scores = method.metrics(figures.T, task)[method.first[0]]
    badness = np.nan_to_num(scores if method.first[0] in method.errors else -scores, nan=-np.inf)
    found = []
    for position in np.argsort(-badness, kind="stable")[:count].tolist():
        if not np.isfinite(scores[position]):
            continue
        item: dict[str, Any] = {"position": position}
        if rows is not None:
            item["row"] = int(rows[position])
        found.append(
            item
            | {
                "loss": float(badness[position]),
                "metric": method.first[0],
                "score": float(scores[position]),
                "true": method.shown(labels[position], task),
                "predicted": method.shown(answers[position], task),
            }
        )
    return found


def sequence_draws(
    method: Method, labels: Any, answers: Any, task: Task, samples: int, seed: int
) -> tuple[Draws, int]:
    """Return each metric on the rows (first) and in each resampled set, and how many sets.

    Args:
        method: The method of the task.
        labels: Labels of the rows.
        answers: One answer for each.
        task: What they answer.
        samples: Resampled sets, the same for all answers of the same rows.
        seed: The same seed resamples the same rows.
    """
    if len(labels) != len(answers):
        raise bad_input(
            "rows_differ",
            "Labels and answers are not of the same rows",
            expected=f"{len(labels)} answers, one for each label",
            received=str(len(answers)),
        )
    figures = method.figures(labels, answers, task)  # (rows, figures)
    used = sample_count(len(figures), samples, figures.shape[1])
    sums = [figures.sum(axis=0)[:, None]]
    sums += [figures.T @ counts for counts in resampled_counts(len(figures), used, seed)]
    blocks = [method.metrics(block, task) for block in sums]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}, used
