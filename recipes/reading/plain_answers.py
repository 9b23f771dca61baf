"""Answers of rows that are no table: the labels of classes, numbers or label sets, and the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem
from ...zoo.tasks import Task
from ..config import Choice
from .few_rows import few_rows
from .tables import Table
from .target_columns import read_target
from .targets import labels_of
from .wording import plural

__all__ = ["plain_answers"]


def plain_answers(
    table: Table,
    names: Sequence[str],
    task: str | Task | None,
    positive: str | None,
    options: Mapping[str, Any],
) -> tuple[NDArray[Any], Task, dict[str, Choice]]:
    """Return labels, task and what was decided, as they are of a target column of a table.

    Args:
        table: The answers, one for each row.
        names: Of its columns.
        task: A kind of task, a task whose classes are to be used, or None to tell it from data.
        positive: The positive class of a binary task, where it is set.
        options: As `column_options` returns them.

    Raises:
        BadInput: An answer is missing, they do not fit the task, or there are too few rows.
    """
    problems: list[Problem] = []
    kind = task.kind if isinstance(task, Task) else task
    if kind in ("binary", "multiclass") and len(names) == 1:
        options = {**options, "classes": names[0]}
    answers = [read_target(name, table, options, problems) for name in names]
    for answer in answers:
        absent = (answer.cell.codes < 0).nonzero()[0] + 1
        if len(absent):
            message = f"The target '{answer.name}' of {table.label} has missing values"
            received = f"{plural(len(absent), 'row')} without one: {table.where(absent)}"
            problems.append(Problem("target_missing_values", message, "an answer for each row",
                                    received))  # fmt: skip
    if not isinstance(task, Task):
        problems += few_rows(len(table), "row", f"in {table.label}")
    if problems:
        raise BadInput(*problems)
    return labels_of(answers, task, positive, table)
