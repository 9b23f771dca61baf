"""One config trained on nested parts of the training rows: how its score grows with them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, GoodfitError, bad_input, did_you_mean
from ...zoo.tasks import Task
from ..answering.methods import answers_of, method_of
from ..choosing.objectives import choose_metrics
from ..config import Config
from ..dataset import Dataset, Splits
from ..scoring.checking import checked_answers, checked_number
from ..scoring.evaluation import ERRORS, resampled_scores
from ..scoring.naive import naive_answers
from ..scoring.scores import make_scorer
from ..scoring.sequence_scores import sequence_draws
from ..training.fitting import Interrupted, Listener, train
from ..training.loop import OUT_OF_TIME
from .learning_curve import LearningCurve
from .subsets import nested_order, part_of_training

__all__ = ["deciding_metric", "learning_curve", "perfect_value"]

SIZES = 6
"""Trainings of each order, from a tenth of the rows to all."""
SMALLEST_SHARE = 0.1
LEAST_ROWS = 10
FEWEST_TRAINING_ROWS = 30
SAMPLES = 200
"""Resampled sets of validation rows; their spread is needed, not their tails."""
LATE = 0.95
PERFECT = {"bleu": 100.0, "chrf": 100.0, "perplexity": 1.0}
"""The best value of a metric, where it is neither 1 nor, of an error, 0."""

Draws = dict[str, NDArray[np.float64]]


def learning_curve(
    config: Config,
    splits: Splits,
    *,
    sizes: Sequence[float] | None = None,
    repeats: int = 3,
    metric: str | None = None,
    listener: Listener | None = None,
    deadline: float | None = None,
) -> LearningCurve:
    """Train one config on nested parts of the training rows, and score each on the same rows.

    Each smaller part lies inside the larger one, and has the same shares of the classes. Where
    rows were divided by time, the latest stay and earlier ones are taken away; where they were
    divided by group, whole groups are. Every repeat takes the rows away in another order, and
    begins with other weights. The test rows stay sealed.

    Args:
        config: The settings, the same for all sizes.
        splits: The data.
        sizes: Numbers of training rows, or shares of them up to 1.0; six from a tenth to all by
            default.
        repeats: Trainings on each size.
        metric: What to score by, a name from `evaluate`; the first of `choose_metrics` by default.
        listener: Told of steps.
        deadline: Reading of `time.monotonic`; a training that would not end before is left out.

    Returns:
        The curve. Sizes for which there was no time are left out.

    Raises:
        BadInput: There are too few rows, or sizes, repeats or metric cannot be used.
        GoodfitError: No training came to an end.
        Interrupted: Ctrl-C was pressed.

    Guide: LVL-3.
    """
    total, task = len(splits.train), splits.task
    repeats = checked_number("repeats", repeats, least=1, whole=True)
    numbers = _checked_sizes(sizes, splits)
    wanted = [deciding_metric(splits, metric)] if metric else _metrics(splits)
    tell = listener or (lambda _kind, _data: None)
    started = time.monotonic()
    found: dict[tuple[int, int], Draws] = {}
    taken: dict[int, float] = {}
    late = 0
    planned = [(repeat, rows) for repeat in range(repeats) for rows in reversed(numbers)]
    for done, (repeat, rows) in enumerate(planned, 1):
        begun = time.monotonic()
        # Half of what more rows took: the first training also waited for Keras to start.
        expected = min((s for n, s in taken.items() if n >= rows), default=0.0) / 2
        if deadline is not None and begun + expected > deadline:
            continue
        tell("step", f"training {done} of {len(planned)}, on {rows:,} of {total:,} rows")
        part = part_of_training(splits, nested_order(splits, repeat), rows)
        seed = (config.seed + repeat) % 2**31
        try:
            run = train(config.replace(seed=seed), replace(splits, train=part), deadline=deadline)
        except (BadInput, Interrupted):
            raise
        except GoodfitError as error:
            tell("step", f"left out: {error}")
            continue
        if run.record["stopped_by"] == OUT_OF_TIME:
            continue
        found[rows, repeat] = _draws(run, splits.validation, task)
        late += run.record["best_epoch"] >= LATE * config.epochs
        taken[rows] = time.monotonic() - begun
    if not found:
        late_word = "" if deadline is None else " in time; allow more"
        raise GoodfitError(f"No training of the learning curve came to an end{late_word}.")
    curve = _curve(found, _usable(found, wanted), splits)
    naive = float(_naive_draws(splits)[curve.metric][0])
    return replace(
        curve,
        seconds=time.monotonic() - started,
        out_of_epochs=late,
        naive=naive if np.isfinite(naive) else None,
    )


def _curve(
    found: Mapping[tuple[int, int], Draws],
    name: str,
    splits: Splits,
) -> LearningCurve:
    """Return the curve of one metric from the scores of all trainings and their draws."""
    numbers = sorted({rows for rows, _ in found})
    repeats = sorted({repeat for _, repeat in found})
    empty = np.full(1 + SAMPLES, np.nan)
    draws = np.stack(
        [[found[n, r][name] if (n, r) in found else empty for r in repeats] for n in numbers]
    )  # (sizes, repeats, 1 + samples)
    means = np.nanmean(draws[:, :, 1:], axis=1)
    usable = means[:, np.isfinite(means).all(axis=0)]
    noise = np.atleast_2d(np.cov(usable)) if usable.shape[1] > 1 else np.zeros((len(numbers),) * 2)
    less, perfect = perfect_value(name, splits.task)
    return LearningCurve(
        metric=name,
        less_is_better=less,
        perfect=perfect,
        rows=tuple(numbers),
        scores=tuple(tuple(map(float, line)) for line in draws[:, :, 0]),
        noise=tuple(tuple(map(float, line)) for line in noise),
        training_rows=len(splits.train),
        validation_rows=len(splits.validation),
    )


def _draws(run: Any, rows: Dataset, task: Task) -> Draws:
    """Return each metric on the rows (first) and in resampled sets, the same for every model."""
    answers = answers_of(run.model, rows, task)
    return _scored(answers, rows, task, run.record["threshold"], SAMPLES)


def _naive_draws(splits: Splits) -> Draws:
    """Return each metric of the first naive answer: the commonest class, the mean, or the like."""
    rows, task = splits.validation, splits.task
    answers = next(iter(naive_answers(splits.train, rows).values()))
    return _scored(answers, rows, task, 0.5, 1)


def _scored(answers: Any, rows: Dataset, task: Task, threshold: float, samples: int) -> Draws:
    if task.is_sequence:
        method = method_of(task)
        draws = sequence_draws(method, rows.labels, answers, task, samples, 0)[0]
        return {name: _of_length(values) for name, values in draws.items()}
    labels, outputs = checked_answers(_labels(rows), answers, task)
    point = make_scorer(labels, outputs, task, threshold)(np.ones((len(labels), 1)))
    sets, _ = resampled_scores(labels, outputs, task, threshold, samples, 0)
    return {
        name: _of_length(np.r_[values, sets[part, name]])
        for (part, name), values in point.items()
        if not part
    }


def _of_length(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a score and its draws; of huge sets there are fewer, and the rest is unknown."""
    padded = np.full(1 + SAMPLES, np.nan)
    padded[: len(values)] = values[: 1 + SAMPLES]
    return padded


def _checked_sizes(sizes: Sequence[float] | None, splits: Splits) -> list[int]:
    """Return numbers of training rows, rising."""
    total = len(splits.train)
    if total < FEWEST_TRAINING_ROWS:
        raise bad_input(
            "rows_too_few",
            "There are too few training rows to take any away",
            expected=f"at least {FEWEST_TRAINING_ROWS}",
            received=str(total),
        )
    least = min(max(LEAST_ROWS, len(splits.task.names)), total)
    if sizes is None:
        start = min(max(SMALLEST_SHARE * total, 2 * least), total / 3)
        return sorted({round(size) for size in np.geomspace(max(start, least), total, SIZES)})
    # A share is at most 1.0, and so few rows cannot be trained on.
    rows = [round(size * total) if size <= 1 else int(size) for size in sizes]
    wrong = [size for size, number in zip(sizes, rows, strict=True) if not least <= number <= total]
    if wrong or not rows:
        raise bad_input(
            "sizes_invalid",
            "The sizes of a learning curve cannot be used",
            expected=f"numbers of rows from {least} to {total}, or shares up to 1.0",
            received=", ".join(map(str, wrong)) or "none",
        )
    return sorted(set(rows))


def deciding_metric(splits: Splits, metric: str | None = None) -> str:
    """Return the metric that a learning curve is scored by: the one named, or the task's first.

    Args:
        splits: The data.
        metric: A name from `evaluate`, or None.

    Raises:
        BadInput: The task has no such metric.

    Guide: MET-9.
    """
    if metric is None:
        return _metrics(splits)[0]
    task = splits.task
    known = list(_naive_draws(splits))
    if metric not in known:
        raise bad_input(
            "metric_unknown",
            f"There is no metric '{metric}' for a {task.kind} task",
            remedy=did_you_mean(metric, known),
        )
    return metric


def perfect_value(metric: str, task: Task) -> tuple[bool, float]:
    """Return whether less of a metric is better, and its best value.

    Args:
        metric: A name from `evaluate`.
        task: The task it belongs to.
    """
    less = metric in (method_of(task).errors if task.is_sequence else ERRORS)
    return less, PERFECT.get(metric, 0.0 if less else 1.0)


def _metrics(splits: Splits) -> list[str]:
    labels = None if splits.task.is_sequence else splits.train.labels
    return list(choose_metrics(splits.task, labels).value)


def _labels(rows: Dataset) -> NDArray[Any]:
    if rows.labels is None:
        raise GoodfitError("These rows have no labels, so nothing can be scored on them.")
    return rows.labels


def _usable(found: Mapping[tuple[int, int], Draws], wanted: Sequence[str]) -> str:
    """Return the first metric that has a meaning for every training."""
    for name in wanted:
        if all(np.isfinite(draws[name][0]) for draws in found.values()):
            return name
    raise bad_input(
        "metric_undefined",
        f"The metric {', '.join(wanted)} has no meaning on the validation rows",
        remedy="Name another",
    )
