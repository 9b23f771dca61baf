"""The rows that a model gets most wrong: the first to look at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...zoo.errors import bad_input
from ...zoo.tasks import Task
from .checking import checked_answers, checked_number, checked_task
from .scores import decide, row_losses

__all__ = ["worst_errors"]


def worst_errors(
    y_true: ArrayLike,
    outputs: ArrayLike,
    task: Task,
    count: int = 10,
    *,
    rows: ArrayLike | None = None,
    threshold: float = 0.5,
) -> list[dict[str, Any]]:
    """Return the rows with the largest loss, the worst first.

    Args:
        y_true: Labels of `n` rows as `Task` describes them.
        outputs: Outputs of the same rows as `Task` describes them.
        task: What they answer.
        count: How many rows to return at most. Rows answered rightly may be among them if there
            are fewer mistakes than that; `wrong` tells.
        rows: The rows' numbers in their source, such as `Dataset.rows`.
        threshold: A probability above it means yes; for binary and multilabel.

    Returns:
        Plain data for JSON. Each has `position` (from 0), `row` (if `rows` is given) and `loss`;
        for classes `true`, `predicted`, `wrong`, `probability` (of the true class) and
        `predicted_probability`; for labels `true` and `predicted` lists of names and the label
        that is `worst`; for numbers `target`, `true`, `predicted` and `residual` (predicted less
        true) of the target that is furthest off in its own standard deviations; for sequences
        `metric`, `score`, `true` and `predicted`.

    Raises:
        BadInput: Labels, outputs or settings cannot be used.

    Guide: MIS-8, CHK-3.

    Examples:
        >>> task = Task("binary", ("healthy", "sick"))
        >>> worst = worst_errors([0, 1, 1], [0.1, 0.2, 0.9], task, count=1)[0]
        >>> worst["position"], worst["true"], worst["predicted"], worst["probability"]
        (1, 'sick', 'healthy', 0.2)
    """
    checked_task(task)
    count = checked_number("count", count, least=0, whole=True)
    threshold = checked_number("threshold", threshold, least=0)
    if task.is_sequence:
        from .sequence_scores import worst_sequences

        return worst_sequences(
            y_true, outputs, task, count, None if rows is None else np.asarray(rows)
        )
    labels, values = checked_answers(y_true, outputs, task)
    numbers = None if rows is None else np.asarray(rows)
    if numbers is not None and numbers.shape != (len(labels),):
        raise bad_input(
            "rows_differ",
            "Row numbers and labels are not of the same rows",
            expected=f"({len(labels)},)",
            received=str(numbers.shape),
        )
    losses = row_losses(labels, values, task)
    if task.kind == "regression":
        # In standard deviations, so that targets of different units can be compared.
        spread = labels.std(axis=0)
        losses = losses / np.where(spread > 0, spread, 1) ** 2
    parts = losses.reshape(len(labels), -1)
    loss = parts.max(axis=1) if task.kind == "regression" else parts.mean(axis=1)
    answers = decide(values, task, threshold)
    found = []
    for position in np.argsort(-loss, kind="stable")[:count].tolist():
        item: dict[str, Any] = {"position": position}
        if numbers is not None:
            item["row"] = int(numbers[position])
        item["loss"] = float(loss[position])
        worst = int(parts[position].argmax())
        found.append(
            item | _details(labels[position], values[position], answers[position], task, worst)
        )
    return found


def _details(
    label: NDArray[Any], output: NDArray[Any], answer: NDArray[Any], task: Task, worst: int
) -> dict[str, Any]:
    if task.kind == "regression":
        true, predicted = float(label[worst]), float(output[worst])
        return {
            "target": task.names[worst],
            "true": true,
            "predicted": predicted,
            "residual": predicted - true,
        }
    if task.kind == "multilabel":
        return {
            "true": [n for n, yes in zip(task.names, label, strict=True) if yes],
            "predicted": [n for n, yes in zip(task.names, answer, strict=True) if yes],
            "wrong": bool((label != answer).any()),
            "worst": task.names[worst],
            "probability": float(output[worst] if label[worst] else 1 - output[worst]),
        }
    if task.kind == "binary":
        said = float(output)
        probabilities = (1 - said, said)
    else:
        probabilities = output
    return {
        "true": task.names[int(label)],
        "predicted": task.names[int(answer)],
        "wrong": bool(label != answer),
        "probability": float(probabilities[int(label)]),
        "predicted_probability": float(probabilities[int(answer)]),
    }
