"""Labels and outputs are checked once, here, before anything is computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...zoo.errors import BadInput, Problem, bad_input, did_you_mean
from ...zoo.tasks import Task

__all__ = [
    "checked_answers",
    "checked_labels",
    "checked_name",
    "checked_number",
    "checked_task",
]

# Probabilities of a float32 softmax over many classes sum to 1 within this.
SUM_TOLERANCE = 1e-3
RANGE_TOLERANCE = 1e-6


def checked_task(task: Any) -> Task:
    """Return `task`, or say that it is no `Task`.

    Raises:
        BadInput: It is something else.
    """
    if not isinstance(task, Task):
        raise BadInput(
            Problem(
                "task_invalid",
                "The task cannot be used",
                "a goodfit.zoo.Task",
                repr(task)[:60],
                "Make one, such as Task('binary', ('no', 'yes'))",
            )
        )
    return task


def checked_labels(
    labels: ArrayLike, task: Task, *, what: str = "labels", padding: int | None = None
) -> NDArray[Any]:
    """Return labels as `Task` describes them: int64 for classes, float64 `(n, targets)` else.

    Args:
        labels: Labels of `n` rows; `(n, steps)` with one class per step when `padding` is given.
        task: What they answer.
        what: What to call them in a message.
        padding: A label that marks a step without an answer; None where there are no steps.

    Raises:
        BadInput: Not numbers, of another shape, empty, missing, or out of range; all are named.
    """
    checked_task(task)
    try:
        values = np.asarray(labels, dtype=float)
    except (TypeError, ValueError) as error:
        raise BadInput(
            Problem(
                f"{_kind(what)}_type",
                f"The {what} are not numbers",
                "class numbers such as 0, 1, 2" if task.is_classification else "numbers",
                _shown(labels),
                "Use the labels of a Dataset, or encode names as their position in task.names",
            )
        ) from error
    values = _shaped(values, task, what, steps=padding is not None)
    finite = np.isfinite(values)
    if not finite.all():
        raise BadInput(
            Problem(
                f"{_kind(what)}_not_finite",
                f"The {what} hold missing or infinite values",
                "finite numbers",
                f"{int((~finite).sum())} that are not, first in row {_first_row(~finite)}",
                "Drop those rows before training",
            )
        )
    if not task.is_classification:
        return values
    most = 1 if task.kind in ("binary", "multilabel") else len(task.names) - 1
    wrong = (values < 0) | (values > most) | (values != np.round(values))
    if padding is not None:
        wrong &= values != padding
    if wrong.any():
        raise BadInput(
            Problem(
                f"{_kind(what)}_range",
                f"The {what} are out of range for a {task.kind} task",
                f"whole numbers from 0 to {most}",
                f"{values[wrong].flat[0]:g} in row {_first_row(wrong)}",
                "Encode each class as its position in task.names",
            )
        )
    return values.astype(np.int64)


def checked_answers(
    y_true: ArrayLike, outputs: ArrayLike, task: Task
) -> tuple[NDArray[Any], NDArray[np.floating[Any]]]:
    """Return checked labels and outputs of the same rows.

    Args:
        y_true: Labels as `Task` describes them.
        outputs: Outputs as `Task` describes them; `(n,)` does for a single unit.
        task: What they answer.

    Returns:
        Labels `(n,)` or `(n, parts)`, and outputs `(n,)` for binary, else `(n, parts)`, in float64
        with the precision of the given type kept in mind by `numpy.finfo` of the caller.

    Raises:
        BadInput: Shapes, lengths or values cannot be used; all problems are named.
    """
    problems: list[Problem] = []
    labels = np.empty(0)
    try:
        labels = checked_labels(y_true, task)
    except BadInput as error:
        problems += error.problems
    values = np.empty((0, 0))
    try:
        values = np.asarray(outputs)
        if values.dtype.kind not in "fiub":
            values = values.astype(float)
        if values.ndim == 1:
            values = values[:, None]
        if values.ndim != 2 or values.shape[1] != task.outputs:
            shown = f"(rows, {task.outputs})" + (" or (rows,)" if task.outputs == 1 else "")
            problems.append(
                Problem(
                    "outputs_shape",
                    f"The outputs have the wrong shape for a {task.kind} task",
                    shown,
                    str(np.shape(outputs)),
                )
            )
        else:
            problems += _output_problems(values, task)
    except (TypeError, ValueError):
        problems.append(
            Problem("outputs_type", "The outputs are not numbers", "numbers", _shown(outputs))
        )
    if not problems and len(labels) != len(values):
        problems.append(
            Problem(
                "rows_differ",
                "Labels and outputs are not of the same rows",
                f"{len(labels)} outputs, one for each label",
                str(len(values)),
            )
        )
    if problems:
        raise BadInput(*problems)
    values = values if values.dtype.kind == "f" else values.astype(float)
    return labels, values[:, 0] if task.kind == "binary" else values


def checked_number(
    name: str,
    value: Any,
    *,
    least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    whole: bool = False,
) -> Any:
    """Return `value` if it is a number within its limits.

    Raises:
        BadInput: It is no number, or out of its limits.
    """
    expected = "a whole number" if whole else "a number"
    expected += f" of at least {least:g}" if least is not None else ""
    expected += f" above {above:g}" if above is not None else ""
    expected += f" below {below:g}" if below is not None else ""
    good = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    good = good and bool(np.isfinite(value)) and (not whole or value == int(value))
    good = good and (least is None or value >= least) and (above is None or value > above)
    good = good and (below is None or value < below)
    if not good:
        raise BadInput(Problem(f"{name}_invalid", f"{name} cannot be used", expected, repr(value)))
    return int(value) if whole else float(value)


def checked_name(argument: str, value: Any, options: Sequence[str]) -> str:
    """Return `value` if it is one of `options`.

    Raises:
        BadInput: It is something else.
    """
    if value not in options:
        raise bad_input(
            f"{argument}_unknown",
            f"{argument} cannot be {value!r}",
            expected="one of " + ", ".join(options),
            remedy=did_you_mean(str(value), options),
        )
    return value


def _shaped(values: NDArray[Any], task: Task, what: str, *, steps: bool) -> NDArray[Any]:
    parts = len(task.names) if task.kind in ("multilabel", "regression") else 0
    if not steps and values.ndim == 1 and parts == 1:
        values = values[:, None]
    if not steps and values.ndim == 2 and not parts and values.shape[1] == 1:
        values = values[:, 0]
    good = (
        values.ndim == 2 and (steps or values.shape[1] == parts)
        if parts or steps
        else (values.ndim == 1)
    )
    if not good:
        expected = "(rows, steps)" if steps else f"(rows, {parts})" if parts else "(rows,)"
        raise BadInput(
            Problem(
                f"{_kind(what)}_shape",
                f"The {what} have the wrong shape for a {task.kind} task",
                expected,
                str(values.shape),
            )
        )
    if not len(values):
        raise BadInput(Problem("rows_missing", f"There are no {what}", "at least one row", "none"))
    return values


def _output_problems(values: NDArray[Any], task: Task) -> list[Problem]:
    finite = np.isfinite(values)
    if not finite.all():
        return [
            Problem(
                "outputs_not_finite",
                "The outputs hold NaN or infinity",
                "finite numbers",
                f"{int((~finite).sum())} that are not, first in row {_first_row(~finite)}",
                "A loss that became NaN leaves such a model: divide the learning rate by 10",
            )
        ]
    if not task.is_classification or not len(values):
        return []
    wrong = (values < -RANGE_TOLERANCE) | (values > 1 + RANGE_TOLERANCE)
    if wrong.any():
        return [
            Problem(
                "outputs_range",
                "The outputs are no probabilities",
                "numbers from 0 to 1",
                f"{values[wrong].flat[0]:g} in row {_first_row(wrong)}",
                "Let the output layer end in sigmoid, or softmax for several classes",
            )
        ]
    if task.kind == "multiclass":
        sums = values.sum(axis=1, dtype=float)
        wrong = np.abs(sums - 1) > SUM_TOLERANCE
        if wrong.any():
            return [
                Problem(
                    "outputs_sum",
                    "The probabilities of a row do not sum to 1",
                    "a sum of 1 in every row",
                    f"{sums[wrong][0]:g} in row {_first_row(wrong)}",
                    "Let the output layer end in softmax",
                )
            ]
    return []


def _first_row(mask: NDArray[np.bool_]) -> int:
    return int(np.argwhere(mask)[0][0]) + 1


def _kind(what: str) -> str:
    return what.replace(" ", "_")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
