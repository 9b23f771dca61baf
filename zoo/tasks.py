"""What a model is asked to answer, and what one column of its input holds. No Keras is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .errors import BadInput, Problem, did_you_mean

__all__ = ["COLUMN_KINDS", "TASK_KINDS", "Column", "ColumnKind", "Task", "TaskKind"]

TaskKind = Literal["binary", "multiclass", "multilabel", "regression"]
TASK_KINDS: tuple[str, ...] = ("binary", "multiclass", "multilabel", "regression")

ColumnKind = Literal["number", "boolean", "category", "date", "text"]
COLUMN_KINDS: tuple[str, ...] = ("number", "boolean", "category", "date", "text")


@dataclass(frozen=True)
class Column:
    """One input of a model that takes raw rows.

    What an array of each kind holds, row by row:

    | kind | values | missing |
    | --- | --- | --- |
    | number | float, shape `(rows,)`, or `(rows, width)` when `width > 1` | NaN |
    | boolean | float 0 or 1, shape `(rows,)` | NaN |
    | category | text, shape `(rows,)` | "" |
    | date | ISO 8601 text such as `2024-02-29 13:00:00`, shape `(rows,)` | "" |
    | text | text, shape `(rows,)` | "" |

    Args:
        name: The column's name in the source, and the key of the model's input.
        kind: One of `COLUMN_KINDS`.
        width: Numbers per row; more than 1 only for a block of numbers such as a plain array.

    Raises:
        BadInput: The kind is unknown, or the width does not fit it.
    """

    name: str
    kind: ColumnKind
    width: int = 1

    def __post_init__(self) -> None:
        """Check the kind and the width."""
        problems = []
        if self.kind not in COLUMN_KINDS:
            problems.append(
                Problem(
                    "column_kind_unknown",
                    f"Column '{self.name}' has an unknown kind",
                    "one of " + ", ".join(COLUMN_KINDS),
                    repr(self.kind),
                    did_you_mean(self.kind, COLUMN_KINDS),
                )
            )
        if self.width < 1 or (self.width > 1 and self.kind != "number"):
            problems.append(
                Problem(
                    "column_width",
                    f"Column '{self.name}' has an unusable width",
                    "1, or more for a block of numbers",
                    f"{self.width} for kind {self.kind!r}",
                )
            )
        if problems:
            raise BadInput(*problems)

    @property
    def is_string(self) -> bool:
        """Whether the model takes this column as text."""
        return self.kind in ("category", "date", "text")


@dataclass(frozen=True)
class Task:
    """What is to be predicted: the kind of answer and the names of its parts.

    Shapes of the labels and of the model's output, for `n` rows:

    | kind | labels | output |
    | --- | --- | --- |
    | binary | int 0 or 1, `(n,)` | probability of `names[1]`, `(n, 1)` |
    | multiclass | int below the number of classes, `(n,)` | probabilities, `(n, classes)` |
    | multilabel | int 0 or 1, `(n, labels)` | probabilities, `(n, labels)` |
    | regression | float, `(n,)` or `(n, targets)` | values in the target's unit, `(n, targets)` |

    Args:
        kind: One of `TASK_KINDS`.
        names: Class names in label order for binary (negative first) and multiclass; label names
            for multilabel; target names for regression.

    Raises:
        BadInput: The kind is unknown, names repeat, or their number does not fit the kind.

    Guide: SEQ-10.

    Examples:
        >>> Task("binary", ("benign", "malignant")).outputs
        1
        >>> Task("multiclass", ("a", "b", "c")).outputs
        3
    """

    kind: TaskKind
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the kind against the names."""
        least = {"binary": 2, "multiclass": 2, "multilabel": 1, "regression": 1}
        problems = []
        if self.kind not in TASK_KINDS:
            problems.append(
                Problem(
                    "task_unknown",
                    "The task is unknown",
                    "one of " + ", ".join(TASK_KINDS),
                    repr(self.kind),
                    did_you_mean(self.kind, TASK_KINDS),
                )
            )
        elif len(self.names) < least[self.kind] or (self.kind == "binary" and len(self.names) > 2):
            problems.append(
                Problem(
                    "task_names",
                    f"A {self.kind} task cannot have these names",
                    f"{'exactly' if self.kind == 'binary' else 'at least'} {least[self.kind]}",
                    f"{len(self.names)}: {list(self.names)[:10]}",
                )
            )
        if len(set(self.names)) != len(self.names):
            problems.append(
                Problem("task_names", "Names of a task repeat", "distinct names", str(self.names))
            )
        if problems:
            raise BadInput(*problems)

    @property
    def outputs(self) -> int:
        """Number of units of the model's output layer."""
        return 1 if self.kind == "binary" else len(self.names)

    @property
    def is_classification(self) -> bool:
        """Whether the answer is a class or a set of labels rather than a number."""
        return self.kind != "regression"

    def to_dict(self) -> dict[str, Any]:
        """Return the task as plain data for JSON or TOML."""
        return {"kind": self.kind, "names": list(self.names)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Task:
        """Return the task that `to_dict` described."""
        names: Sequence[str] = data["names"]
        return cls(data["kind"], tuple(names))
