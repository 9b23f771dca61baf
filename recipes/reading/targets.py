"""What is to be predicted: which columns, which task, and the labels row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem
from ...zoo.tasks import Task
from ..config import Choice
from .inferring import booleans
from .tables import Table
from .target_checks import Target, check_classes, check_known, one_value, with_positive, wrong_task
from .wording import plural, quoted, some

__all__ = ["TARGET_NAMES", "Target", "class_order", "labels_of"]

# A column of one of these names is the target where none is named; the first of this list wins.
TARGET_NAMES = (
    *("target", "label", "labels", "y", "outcome", "response", "survived", "churn", "churned"),
    *("diagnosis", "species", "class"),
)
# Whole numbers are classes when there are at most this many of them, counted from 0 or 1, each
# with some rows; any other number is an amount.
CLASSES_AS_NUMBERS = 10
ROWS_PER_NUMBER = 10
POSITIVE_WORDS = frozenset(
    [
        *("yes", "y", "true", "t", "positive", "pos", "+", "present", "case", "sick", "ill"),
        *("malignant", "spam", "fraud", "churn", "churned", "default", "bad", "anomaly"),
        *("abnormal", "dead", "died", "left"),
    ]
)
NEGATIVE_WORDS = frozenset(
    [
        *("no", "n", "false", "f", "negative", "neg", "-", "absent", "control"),
        *("healthy", "benign", "ham", "normal", "good", "none", "alive", "lived", "stayed"),
    ]
)


def labels_of(
    targets: Sequence[Target], task: str | Task | None, positive: str | None, table: Table
) -> tuple[NDArray[Any], Task, dict[str, Choice]]:
    """Return labels, task and what was decided.

    Guide: SEQ-10.

    Args:
        targets: The target columns, without a missing value.
        task: A kind of task, a task whose classes are to be used, or None to tell it from data.
        positive: The positive class of a binary task, where the user set it.
        table: Where the rows came from, for messages.

    Raises:
        BadInput: The target does not fit the task, or nothing can be learned from it.
    """
    kind, why = _task_kind(targets, task)
    choices = {"task": Choice(kind, "SEQ-10", reason=why)}
    if kind == "regression":
        return *_amounts(targets, task), choices
    if kind == "multilabel":
        return *_label_sets(targets), choices
    target = targets[0]
    if len(targets) > 1:
        raise BadInput(wrong_task(targets, kind, "one target column"))
    names = list(task.names) if isinstance(task, Task) else class_order(target.cell.distinct)
    if isinstance(task, Task):
        check_known(target, task, table)
    else:
        check_classes(target, kind, table)
    if positive is not None:
        names = with_positive(names, kind, str(positive))
    if kind == "binary":
        reason = "You set it." if positive is not None else "It names the case to find."
        if positive is None and not _told_apart(names):
            reason = "It is the later of the two names."
        choices["positive"] = Choice(names[1], reason=reason)
    places = {name: place for place, name in enumerate(names)}
    codes = np.array([places[str(text)] for text in target.cell.distinct], np.int64)
    labels = codes[target.cell.codes]
    return labels, Task(kind, tuple(names)), choices  # pyright: ignore[reportArgumentType]


def class_order(names: Sequence[str] | NDArray[Any]) -> list[str]:
    """Return class names in label order: by number if all are numbers, by name otherwise.

    Of two, a word of no such as `benign` comes first and a word of yes second.

    Examples:
        >>> class_order(["10", "9"]), class_order(["yes", "no"]), class_order(["spam", "ham"])
        (['9', '10'], ['no', 'yes'], ['ham', 'spam'])
    """
    texts = [str(name) for name in names]
    try:
        ordered = sorted(texts, key=float)
    except ValueError:
        ordered = sorted(texts)
    if len(ordered) == 2:
        first, second = (text.lower() for text in ordered)
        if (first in POSITIVE_WORDS and second not in POSITIVE_WORDS) or (
            second in NEGATIVE_WORDS and first not in NEGATIVE_WORDS
        ):
            ordered.reverse()
    return ordered


def _told_apart(names: Sequence[str]) -> bool:
    return names[1].lower() in POSITIVE_WORDS or names[0].lower() in NEGATIVE_WORDS


def _task_kind(targets: Sequence[Target], task: str | Task | None) -> tuple[str, str]:
    if isinstance(task, Task):
        return task.kind, "It is the task of the model."
    if task is not None:
        return task, "You set it."
    if len(targets) > 1:
        columns = [target.numbers for target in targets]
        if all(c is not None and set(np.unique(c)) <= {0.0, 1.0} for c in columns):
            return "multilabel", f"{len(targets)} target columns of 0 and 1."
        if all(c is not None for c in columns):
            return "regression", f"{len(targets)} target columns of numbers."
        words = [t.name for t, c in zip(targets, columns, strict=True) if c is None]
        raise BadInput(
            Problem(
                "target_mixed",
                f"The targets {quoted(words)} hold words, and several targets must be numbers",
                "one column of classes, several of 0 and 1, or several of numbers",
                some(target.name for target in targets),
                "Name one target, or encode each as 0 and 1",
            )
        )
    target = targets[0]
    distinct = len(target.cell.distinct)
    if target.found.kind != "number":
        kind = "binary" if distinct == 2 else "multiclass"
        return kind, f"The target holds {plural(distinct, 'class', 'classes')}."
    numbers = target.found.values
    if distinct == 2:
        return "binary", f"The target holds two numbers, {some(target.cell.distinct)}."
    values = np.unique(numbers)
    listed = some(class_order(target.cell.distinct) if distinct <= 12 else values[:3])
    if (
        distinct <= CLASSES_AS_NUMBERS
        and (values == np.round(values)).all()
        and values[0] in (0, 1)
        and len(numbers) >= ROWS_PER_NUMBER * distinct
    ):
        reason = (
            f"The target holds {distinct} whole numbers from {values[0]:g} on ({listed}), taken "
            f"for classes; set --task regression if they are amounts."
        )
        return "multiclass", reason
    reason = f"The target holds {distinct:,} different numbers, taken for amounts."
    if distinct <= 3 * CLASSES_AS_NUMBERS:
        reason = reason[:-1] + "; set --task multiclass if they are classes."
    return "regression", reason


def _amounts(
    targets: Sequence[Target], task: str | Task | None
) -> tuple[NDArray[np.float64], Task]:
    problems = []
    for target in targets:
        values = target.numbers
        if values is None:
            odd = target.found.figures.get("odd") or quoted(target.cell.distinct, 3)
            problems.append(
                Problem(
                    "target_not_numbers",
                    f"The target '{target.name}' holds words, and regression needs numbers",
                    "numbers",
                    odd,
                    "Correct these rows, or leave --task away to predict classes",
                )
            )
        elif len(np.unique(values)) < 2 and not isinstance(task, Task):
            problems.append(one_value(target))
    if problems:
        raise BadInput(*problems)
    labels = np.column_stack([np.asarray(target.numbers, float) for target in targets])
    names = tuple(target.name for target in targets)
    return labels[:, 0] if len(targets) == 1 else labels, Task("regression", names)


def _label_sets(targets: Sequence[Target]) -> tuple[NDArray[np.int64], Task]:
    problems, columns = [], []
    for target in targets:
        values = booleans(target.cell.distinct)
        if np.isnan(values).any():
            problems.append(
                Problem(
                    "target_not_binary",
                    f"The label '{target.name}' holds more than 0 and 1",
                    "0 or 1 in each label column",
                    quoted(target.cell.distinct),
                )
            )
            continue
        columns.append(values[target.cell.codes].astype(np.int64))
    if problems:
        raise BadInput(*problems)
    names = tuple(target.name for target in targets)
    return np.column_stack(columns), Task("multilabel", names)
