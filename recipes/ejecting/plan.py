"""What a script is written from: the run, its data read again, and its model built again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, bad_input
from ...zoo.tasks import Task
from ..answering.methods import method_of
from ..config import Config
from ..dataset import Dataset, Splits
from ..training.runs import Run

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["Plan", "cannot"]


@dataclass
class Plan:
    """All that the parts of a script are written from.

    Args:
        run: The run.
        dataset: All its rows, in the order of the source.
        splits: Their three parts.
        model: The model as it was before its training.
        helpers: Functions that the parts of the script need, as text, in order.
        raw: The columns of a table as they were read, without target and ignored ones.
        synonyms: What can stand for words of the training texts, where a run changes these.
    """

    run: Run
    dataset: Dataset
    splits: Splits
    model: keras.Model
    helpers: list[str] = field(default_factory=list)
    raw: pd.DataFrame | None = None
    synonyms: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        """The settings of the run."""
        return self.run.config

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.splits.task

    @property
    def options(self) -> Mapping[str, Any]:
        """How the data were read."""
        return self.dataset.options

    @property
    def text_level(self) -> str:
        """How texts are taken apart, as the task has it or else the config."""
        needed = method_of(self.task).inputs if self.task.is_sequence else {}
        return needed.get("text_level", self.config.text_level)

    def named(self, *kinds: str) -> list[str]:
        """Return the names of the columns of these kinds, in order."""
        return [column.name for column in self.dataset.columns if column.kind in kinds]

    @property
    def trunk(self) -> keras.Model:
        """The part of the model that is trained."""
        from ... import zoo

        return zoo.parts(self.model).trunk

    def model_width(self, key: str) -> int:
        """Return the numbers of one step, or the like, of an input of the trunk."""
        inputs: Any = self.trunk.input
        return int(inputs[key].shape[-1])

    def encodes(self, *names: str) -> bool:
        """Return whether the model has one of these parts, such as `dates`, which may say nothing.

        Args:
            names: Of blocks of its preprocessor, without `encode_`.
        """
        from ... import zoo

        layers = {layer.name for layer in zoo.parts(self.model).preprocessor.layers}
        return any(f"encode_{name}" in layers for name in names)

    @property
    def parts(self) -> NDArray[np.uint8]:
        """For each row 0 for training, 1 for validation, 2 for test, 3 for none; no row is read."""
        parts = np.full(len(self.dataset), 2, np.uint8)
        place = {int(row): index for index, row in enumerate(self.dataset.rows)}
        for part, rows in ((0, self.splits.train.rows), (1, self.splits.validation.rows)):
            parts[[place[int(row)] for row in rows]] = part
        return parts


def cannot(what: str, expected: str, remedy: str = "") -> BadInput:
    """Return the error for a run of a kind that no script is written of."""
    return bad_input(
        "not_ejected", f"{what} cannot be ejected yet", expected=expected, remedy=remedy
    )
