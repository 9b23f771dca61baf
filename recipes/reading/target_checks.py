"""What a target must be so that anything can be learned from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, did_you_mean
from ...zoo.tasks import Task
from .cells import Cells
from .column_forms import Inferred
from .tables import Table
from .wording import plural, quoted

__all__ = ["Target", "check_classes", "check_known", "one_value", "with_positive", "wrong_task"]

MAXIMUM_CLASSES = 1000
CLASSES_SHARE = 0.5
MINIMUM_CLASS_ROWS = 2


@dataclass
class Target:
    """One target column.

    Args:
        name: Its name.
        cell: Its values as text.
        found: Its kind and values.
    """

    name: str
    cell: Cells
    found: Inferred

    @property
    def numbers(self) -> NDArray[np.float64] | None:
        """Its values as numbers, or None where some are words."""
        if self.found.kind == "boolean" or (
            self.found.kind == "number" and not self.found.figures.get("odd_values")
        ):
            return self.found.values
        return None


def check_classes(target: Target, kind: str, table: Table) -> None:
    """Refuse a target that no classifier can learn; every reason at once."""
    distinct, counts = target.cell.distinct, target.cell.counts
    problems = []
    if len(distinct) < 2:
        raise BadInput(one_value(target))
    many = len(distinct) > MAXIMUM_CLASSES or (
        len(distinct) > CLASSES_SHARE * len(target.cell.codes) and len(distinct) > 2
    )
    if many:
        raise BadInput(
            Problem(
                "target_too_many_classes",
                f"The target '{target.name}' holds {plural(len(distinct), 'different value')} in "
                f"{plural(len(target.cell.codes), 'row')}, too many to be classes",
                f"at most {MAXIMUM_CLASSES:,} classes, most with several rows",
                quoted(distinct, 3),
                "Name another column with --target; or for amounts set --task regression",
            )
        )
    if kind == "binary" and len(distinct) != 2:
        problems.append(wrong_task([target], kind, "two different values"))
    single = counts < MINIMUM_CLASS_ROWS
    if single.any():
        rows = target.cell.rows(single)
        problems.append(
            Problem(
                "class_too_small",
                f"{plural(int(single.sum()), 'class', 'classes')} of '{target.name}' "
                f"({quoted(distinct[single])}) {'has' if single.sum() == 1 else 'have'} one row "
                f"only: {table.where(rows)}",
                "rows of each class to learn from, to watch and to test on, at least 3",
                "1",
                "Add rows of the class, merge it with another, or remove the row",
            )
        )
    if problems:
        raise BadInput(*problems)


def check_known(target: Target, task: Task, table: Table) -> None:
    """Refuse classes that the task does not name."""
    unknown = np.array([text not in task.names for text in target.cell.distinct], bool)
    if unknown.any():
        raise BadInput(
            Problem(
                "target_unknown_class",
                f"The target '{target.name}' holds classes that the model has not learned, at "
                f"{table.where(target.cell.rows(unknown))}",
                "one of " + quoted(task.names, 12),
                quoted(target.cell.distinct[unknown]),
                "Remove these rows, or train again with them",
            )
        )


def with_positive(names: list[str], kind: str, positive: str) -> list[str]:
    """Return the two names with the positive one last."""
    if kind != "binary" or positive not in names:
        received = f"'{positive}' for a {kind} task of {quoted(names)}"
        raise BadInput(
            Problem(
                "positive_unknown",
                "The positive class cannot be set so",
                "one of the two classes of a binary task",
                received,
                did_you_mean(positive, names) if kind == "binary" else "Leave --positive away",
            )
        )
    return [name for name in names if name != positive] + [positive]


def one_value(target: Target) -> Problem:
    """Return that a target never changes."""
    return Problem(
        "target_constant",
        f"The target '{target.name}' holds a single value in "
        f"{plural(len(target.cell.codes), 'row')}",
        "at least two different values",
        quoted(target.cell.distinct),
        "There is nothing to learn; name another column with --target",
    )


def wrong_task(targets: Sequence[Target], kind: str, expected: str) -> Problem:
    """Return that the target and the task do not go together."""
    if len(targets) > 1:
        received = f"{len(targets)} columns"
    else:
        received = f"{len(targets[0].cell.distinct)} values: {quoted(targets[0].cell.distinct)}"
    return Problem(
        "task_unfit",
        f"The target {quoted([target.name for target in targets])} does not fit the task {kind}",
        expected,
        received,
        "Leave --task away, or name another target",
    )
