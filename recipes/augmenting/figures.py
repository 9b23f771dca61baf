"""How much rows are changed, which rows can be, and what is wrong with a wish for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ...zoo.errors import BadInput, Problem
from ...zoo.tasks import Column, Task
from ..config import Choice, Config

__all__ = [
    "AUGMENTED_KINDS",
    "NOISE_ALONE",
    "STRENGTHS",
    "augmentation_choices",
    "augmented_columns",
    "check_augmentation",
]

STRENGTHS: Mapping[str, float] = MappingProxyType({"light": 0.5, "standard": 1.0})
"""What every figure is multiplied by, by the name of the setting."""

_ROWS = frozenset({"binary", "multiclass", "multilabel", "regression"})
AUGMENTED_KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "image": _ROWS,
        "frames": _ROWS,
        "text": _ROWS,
        "sequence": _ROWS | {"forecasting"},
        "audio": _ROWS | {"speech"},
    }
)
"""Kinds of column that can be changed and stay realistic, each with the tasks that allow it."""

NOISE_ALONE = frozenset({"regression", "forecasting"})
"""Tasks whose answer may be the size or the speed of a series, so that both stay as they are."""


def augmented_columns(columns: Sequence[Column], task: Task | None) -> tuple[Column, ...]:
    """Return the columns that augmentation changes.

    Where the answer belongs to single words, or is the text itself, texts stay as they are.

    Args:
        columns: Of the data.
        task: What is predicted; None asks of the kinds alone.

    Guide: REG-4, REG-5.

    Examples:
        >>> columns = [Column("review", "text"), Column("stars", "number")]
        >>> [column.name for column in augmented_columns(columns, None)]
        ['review']
    """
    return tuple(
        column
        for column in columns
        if column.kind in AUGMENTED_KINDS
        and (task is None or task.kind in AUGMENTED_KINDS[column.kind])
    )


def augmentation_choices(columns: Sequence[Column]) -> dict[str, Choice]:
    """Return the quick start's settings of augmentation: none at first.

    Args:
        columns: Of the data.

    Guide: REG-4, REG-5, LVL-1, LVL-4.
    """
    kinds = ", ".join(sorted({column.kind for column in augmented_columns(columns, None)}))
    wished = Choice(
        "none",
        "LVL-1, LVL-4, REG-4, REG-5",
        {"columns": kinds},
        "Not at first: it belongs to the first level of regularization.",
    )
    if not kinds:
        reason = "No change of a table's numbers and categories is sure to stay realistic."
        wished = Choice("none", "REG-4", {}, reason)
    return {
        "augmentation": wished,
        "augmentation_flip": Choice(
            False,
            "REG-4",
            {},
            "Only you know whether a picture means the same mirrored: digits, letters and arrows "
            "do not.",
        ),
        "synonyms": Choice("", "REG-5", {}, "The English list that comes with goodfit."),
    }


def check_augmentation(config: Config, columns: Sequence[Column], task: Task) -> None:
    """Check that what a config wishes of augmentation can be done with these columns.

    Args:
        config: The settings.
        columns: Of the data.
        task: What is predicted.

    Raises:
        BadInput: Nothing here can be changed, or a setting has nothing to act on; all at once.

    Guide: REG-4, REG-5.
    """
    problems = []
    kinds = {column.kind for column in columns}
    changed = {column.kind for column in augmented_columns(columns, task)}
    if config.augmentation != "none" and not changed:
        problems.append(_impossible(config.augmentation, kinds, task))
    wishes = {
        "augmentation_flip": ("image or frames", {"image", "frames"}),
        "synonyms": ("text", {"text"}),
    }
    for name, (needed, of) in wishes.items():
        if not getattr(config, name):
            continue
        if config.augmentation == "none":
            message, remedy = f"The setting {name} has nothing to act on", "Leave it out"
            found = "augmentation=none"
            remedy = f"Set augmentation=standard as well, or leave {name} out"
        elif changed and not changed & of:
            message, remedy = f"The setting {name} has nothing to act on", "Leave it out"
            found = "columns of kind " + ", ".join(sorted(kinds))
        else:
            continue
        expected = f"a column of kind {needed}, and augmentation"
        problems.append(Problem("augmentation_idle", message, expected, found, remedy))
    if problems:
        raise BadInput(*problems)


def _impossible(wished: str, kinds: set[str], task: Task) -> Problem:
    message = "Rows of a table have no change that is sure to stay realistic"
    expected = "a column of kind " + ", ".join(AUGMENTED_KINDS)
    if kinds.intersection(AUGMENTED_KINDS):
        message = (
            f"Rows cannot be changed for a {task.kind} task: its answer belongs to single words, "
            "or is the text itself"
        )
        expected = "one class, set of labels or number for each row"
    received = f"augmentation={wished} with columns of kind {', '.join(sorted(kinds))}"
    remedy = "Leave augmentation at none"
    return Problem("augmentation_impossible", message, expected, received, remedy)
