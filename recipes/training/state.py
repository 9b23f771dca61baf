"""Where a training is: what the loop changes and a checkpoint keeps."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

__all__ = ["TrainingState"]


@dataclass
class TrainingState:
    """Where a training is; with the variables of model and optimizer, all that goes on needs.

    Args:
        epoch: Epochs completed.
        row: Rows of the next epoch that are already trained on; 0 unless it was cut short.
        history: One dict of logs for each completed epoch.
        best_epoch: The epoch, counted from 1, with the lowest validation loss; 0 before any.
        best_value: That validation loss.
        best_weights: The weights after that epoch.
        waiting: Epochs since the best.
        waiting_at_rate: Epochs since the best or since the learning rate was halved.
        status: `unfinished`, `finished`, `interrupted` or `failed`.
        stopped_by: Why training ended, in words.
    """

    epoch: int = 0
    row: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_value: float = math.inf
    best_weights: list[NDArray[Any]] = field(default_factory=list)
    waiting: int = 0
    waiting_at_rate: int = 0
    status: str = "unfinished"
    stopped_by: str = ""
