"""What `train`, `evaluate` and `predict` need to know of a task whose answer is a sequence."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import Task
from ..dataset import Dataset

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHODS", "Method", "TrainingArrays", "answers_of", "method_of"]

Answers = Any
"""One answer for each row, in a form that the task's own file tells."""
TrainingArrays = tuple[dict[str, NDArray[Any]], NDArray[Any], NDArray[Any] | None]
"""Encoded inputs by name, labels for the loss, and their weights, if any."""

# The file of each kind of task, beside this one; each has a `METHOD`.
METHODS: dict[str, str] = {
    "forecasting": "forecasts",
    "next_token": "continuing",
    "sequence_labelling": "labelling",
    "span": "spans",
    "speech": "transcribing",
    "translation": "translation_answers",
}


@dataclass(frozen=True)
class Method:
    """How one kind of task is trained on, answered, scored and written down.

    Every metric is a function of figures that are added up over rows: so one resampling of rows
    gives each an interval, and a comparison of two models pairs their rows.

    Args:
        prepare: From the model, rows and their encoded inputs to what the loss is given.
        answer: From the model and rows to one answer for each row. Labels may be read only where
            a score needs them as input, as that of a language model does.
        figures: From labels, answers and task to figures of each row, shape `(rows, figures)`.
        metrics: From added up figures, shape `(figures, samples)`, and the task to the metrics by
            name, each of shape `(samples,)`; NaN where one has no meaning.
        first: The metrics to look at, the deciding one first.
        errors: Those of which less is better.
        naive: From training rows and rows to naive answers for the rows, by name.
        frame: From answers, task and rows to a table with one row for each answer.
        shown: From one answer to the text a person reads.
        inputs: Arguments of `goodfit.zoo.model_inputs` that the task needs.
        rule: The guide's rules.
        units: What the figures of one row count, such as `words`, for a person.
    """

    prepare: Callable[[keras.Model, Dataset, dict[str, NDArray[Any]]], TrainingArrays]
    answer: Callable[[keras.Model, Dataset], Answers]
    figures: Callable[[Any, Answers, Task], NDArray[np.float64]]
    metrics: Callable[[NDArray[np.float64], Task], dict[str, NDArray[np.float64]]]
    first: tuple[str, ...]
    errors: frozenset[str]
    naive: Callable[[Dataset, Dataset], dict[str, Answers]]
    frame: Callable[[Answers, Task, Dataset], pd.DataFrame]
    shown: Callable[[Any, Task], str]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    rule: str = "SEQ-10"
    units: str = "steps"


def method_of(task: Task) -> Method:
    """Return the method of a task whose answer is a sequence.

    Raises:
        KeyError: The task has one answer of fixed width for each row.
    """
    module = importlib.import_module(f".{METHODS[task.kind]}", __package__)
    return module.METHOD


def answers_of(model: keras.Model, rows: Dataset, task: Task) -> Answers:
    """Return a model's answers for rows: outputs as `Task` describes them, or a method's answers.

    Args:
        model: Takes raw rows.
        rows: Raw rows.
        task: What the model answers.
    """
    if task.is_sequence:
        return method_of(task).answer(model, rows)
    from ..training.saving import raw_outputs

    return raw_outputs(model, rows.features, rows.columns)
