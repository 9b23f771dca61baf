"""What a model is asked to answer, and what one column of its input holds. No Keras is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .errors import BadInput, Problem, did_you_mean

__all__ = [
    "COLUMN_KINDS",
    "ROW_TASKS",
    "SEQUENCE_TASKS",
    "TABLE_KINDS",
    "TASK_KINDS",
    "Column",
    "ColumnKind",
    "Task",
    "TaskKind",
]

TaskKind = Literal[
    "binary",
    "multiclass",
    "multilabel",
    "regression",
    "forecasting",
    "sequence_labelling",
    "next_token",
    "translation",
    "speech",
    "span",
]
ROW_TASKS: tuple[str, ...] = ("binary", "multiclass", "multilabel", "regression")
"""Tasks with one answer of fixed width for each row."""
SEQUENCE_TASKS: tuple[str, ...] = (
    "forecasting",
    "sequence_labelling",
    "next_token",
    "translation",
    "speech",
    "span",
)
"""Tasks whose answer is itself a sequence, or a place in one."""
TASK_KINDS = ROW_TASKS + SEQUENCE_TASKS
_NAMELESS = ("next_token", "translation", "span")

ColumnKind = Literal[
    "number", "boolean", "category", "date", "text", "sequence", "audio", "image", "frames"
]
TABLE_KINDS: tuple[str, ...] = ("number", "boolean", "category", "date", "text")
"""Kinds that one cell of a table can hold."""
COLUMN_KINDS = (*TABLE_KINDS, "sequence", "audio", "image", "frames")


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
    | sequence | float, each row `(steps, width)` | NaN |
    | audio | float from -1 to 1, each row `(samples,)` | |
    | image | 0 to 255, `(rows, height, width, channels)` | |
    | frames | float, each row `(frames, height, width, channels)` | NaN |

    Rows of sequences, audio and frames may differ in length: then they are an array of arrays
    (dtype object, shape `(rows,)`). A model takes them as one block, in which NaN at the end of a
    row is padding and never read.

    Args:
        name: The column's name in the source, and the key of the model's input.
        kind: One of `COLUMN_KINDS`.
        width: Numbers per row, or per step of a sequence; else 1.
        shape: Of an image or of one frame: height, width, channels; else empty.
        rate: Of audio, in samples per second; else 0.

    Raises:
        BadInput: The kind is unknown, or width, shape or rate do not fit it.
    """

    name: str
    kind: ColumnKind
    width: int = 1
    shape: tuple[int, ...] = ()
    rate: int = 0

    def __post_init__(self) -> None:
        """Check the kind, and what belongs to it."""
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
        object.__setattr__(self, "shape", tuple(self.shape))
        if self.width < 1 or (self.width > 1 and self.kind not in ("number", "sequence")):
            problems.append(
                Problem(
                    "column_width",
                    f"Column '{self.name}' has an unusable width",
                    "1, or more for a block of numbers or a sequence",
                    f"{self.width} for kind {self.kind!r}",
                )
            )
        sides = 3 if self.kind in ("image", "frames") else 0
        if len(self.shape) != sides or any(side < 1 for side in self.shape):
            expected = "height, width and channels, each at least 1" if sides else "no shape"
            message = f"Column '{self.name}' has an unusable shape"
            problems.append(Problem("column_shape", message, expected, str(self.shape)))
        if (self.rate > 0) != (self.kind == "audio"):
            expected = "samples per second" if self.kind == "audio" else "no rate"
            message = f"Column '{self.name}' has an unusable rate"
            problems.append(Problem("column_rate", message, expected, str(self.rate)))
        if problems:
            raise BadInput(*problems)

    @property
    def is_string(self) -> bool:
        """Whether the model takes this column as text."""
        return self.kind in ("category", "date", "text")

    @property
    def is_ragged(self) -> bool:
        """Whether rows may differ in length."""
        return self.kind in ("sequence", "audio", "frames")

    @property
    def step_shape(self) -> tuple[int, ...]:
        """Shape of one step of a sequence, of one sample of audio, of one frame or image."""
        return (self.width,) if self.kind == "sequence" else self.shape

    def to_list(self) -> list[Any]:
        """Return the column as plain data for JSON."""
        return [self.name, self.kind, self.width, list(self.shape), self.rate]

    @classmethod
    def from_list(cls, data: Sequence[Any]) -> Column:
        """Return the column that `to_list` described."""
        name, kind, width, *more = data
        shape, rate = more or ((), 0)
        return cls(name, kind, width, tuple(shape), rate)


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
    | forecasting | float, `(n, horizon, targets)`, NaN where unknown | values in the target's \
unit, `(n, horizon, targets)` |
    | sequence_labelling | for each row class numbers, `(steps,)` | probabilities, \
`(n, steps, classes)` |
    | next_token | none: the text itself | probabilities of what follows each token, \
`(n, tokens, vocabulary)` |
    | translation | text | probabilities of each token of the answer, `(n, tokens, vocabulary)` |
    | speech | text | logarithms of probabilities, the blank first, `(n, frames, 1 + symbols)` |
    | span | text, as it stands in the passage | probabilities of each word to be the first, and \
to be the last, `(n, 2, words)` |

    Args:
        kind: One of `TASK_KINDS`.
        names: Class names in label order for binary (negative first), multiclass and
            sequence_labelling; label names for multilabel; target names for regression and
            forecasting; the symbols of speech; none for the others.
        horizon: Steps ahead of a forecast; else 0.
        season: Steps of one cycle of a series, such as 24 for hours of a day; 0 if unknown.

    Raises:
        BadInput: The kind is unknown, names repeat, or names, horizon or season do not fit it.

    Guide: SEQ-10.

    Examples:
        >>> Task("binary", ("benign", "malignant")).outputs
        1
        >>> Task("multiclass", ("a", "b", "c")).outputs
        3
        >>> Task("forecasting", ("load",), horizon=24).horizon
        24
    """

    kind: TaskKind
    names: tuple[str, ...] = ()
    horizon: int = 0
    season: int = 0

    def __post_init__(self) -> None:
        """Check the kind against what belongs to it."""
        least = {"binary": 2, "multiclass": 2, **dict.fromkeys(_NAMELESS, 0)}.get(self.kind, 1)
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
        elif len(self.names) < least or (self.kind == "binary" and len(self.names) > 2):
            problems.append(
                Problem(
                    "task_names",
                    f"A {self.kind} task cannot have these names",
                    f"{'exactly' if self.kind == 'binary' else 'at least'} {least}",
                    f"{len(self.names)}: {list(self.names)[:10]}",
                )
            )
        if len(set(self.names)) != len(self.names):
            problems.append(
                Problem("task_names", "Names of a task repeat", "distinct names", str(self.names))
            )
        ahead = self.kind == "forecasting"
        if (self.horizon > 0) != ahead or self.horizon < 0:
            expected = "at least 1 step ahead" if ahead else "no horizon"
            message = f"A {self.kind} task cannot have this horizon"
            problems.append(Problem("task_horizon", message, expected, repr(self.horizon)))
        if self.season < 0 or (self.season and not ahead):
            expected = "steps of one cycle, or 0" if ahead else "no season"
            message = f"A {self.kind} task cannot have this season"
            problems.append(Problem("task_season", message, expected, repr(self.season)))
        if problems:
            raise BadInput(*problems)

    @property
    def outputs(self) -> int:
        """Units of the output layer, for each step; 0 where the vocabulary decides."""
        return {
            "binary": 1,
            "next_token": 0,
            "translation": 0,
            "speech": 1 + len(self.names),
            "span": 2,
        }.get(self.kind, len(self.names))

    @property
    def is_classification(self) -> bool:
        """Whether the answer is one class or one set of labels for each row."""
        return self.kind in ("binary", "multiclass", "multilabel")

    @property
    def is_sequence(self) -> bool:
        """Whether the answer is itself a sequence, or a place in one."""
        return self.kind in SEQUENCE_TASKS

    def to_dict(self) -> dict[str, Any]:
        """Return the task as plain data for JSON or TOML."""
        data: dict[str, Any] = {"kind": self.kind, "names": list(self.names)}
        if self.horizon:
            data |= {"horizon": self.horizon, "season": self.season}
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Task:
        """Return the task that `to_dict` described."""
        names: Sequence[str] = data["names"]
        return cls(data["kind"], tuple(names), data.get("horizon", 0), data.get("season", 0))
