"""The exact place of an unfinished training, in one file that is whole or absent."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...zoo.errors import bad_input
from ..files import write_atomically
from .state import TrainingState

if TYPE_CHECKING:
    import keras


__all__ = ["load_checkpoint", "save_checkpoint"]

PLAIN_FIELDS = (
    "epoch",
    "row",
    "history",
    "best_epoch",
    "best_value",
    "waiting",
    "waiting_at_rate",
)


def save_checkpoint(path: Path, model: keras.Model, state: TrainingState) -> None:
    """Write every variable of model, optimizer and metrics, and the state, to `path`.

    The seed states of dropout are among the variables, so that a resumed training goes on with
    the same random numbers.

    Args:
        path: A file ending in `.npz`.
        model: A compiled model.
        state: The state to keep.

    Guide: BP-4.
    """
    variables = _variables(model)
    header = {name: getattr(state, name) for name in PLAIN_FIELDS}
    header["variables"] = [[variable.path, list(variable.shape)] for variable in variables]
    arrays = {f"variable_{i}": np.asarray(variable) for i, variable in enumerate(variables)}
    arrays |= {f"best_{i}": values for i, values in enumerate(state.best_weights)}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda place: np.savez(place, **arrays))  # pyright: ignore[reportArgumentType]


def load_checkpoint(path: Path, model: keras.Model, state: TrainingState) -> None:
    """Set model, optimizer, metrics and state to what `save_checkpoint` wrote.

    Args:
        path: The file.
        model: A compiled model built from the same config, whose metrics have been used once.
        state: Changed in place.

    Raises:
        BadInput: The file is unreadable, or belongs to another model.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        header = json.loads(bytes(arrays["header"]).decode())
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise bad_input(
            "checkpoint_unreadable",
            f"The checkpoint {path} cannot be read",
            received=str(error),
            remedy="Start the training again in a new folder",
        ) from error
    variables = _variables(model)
    # Counted from one process to the next, layer names may differ; shapes and order may not.
    shapes = [list(variable.shape) for variable in variables]
    if shapes != [shape for _, shape in header["variables"]]:
        raise bad_input(
            "checkpoint_of_another_model",
            f"The checkpoint {path} belongs to another model",
            expected=f"{len(shapes)} variables of the same shapes",
            received=f"{len(header['variables'])} variables",
            remedy="Resume with the config that began it, or start again in a new folder",
        )
    for position, variable in enumerate(variables):
        variable.assign(arrays[f"variable_{position}"])
    for name in PLAIN_FIELDS:
        setattr(state, name, header[name])
    count = sum(name.startswith("best_") for name in arrays)
    state.best_weights = [arrays[f"best_{i}"] for i in range(count)]


def _variables(model: keras.Model) -> list[Any]:
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    return [*model.variables, *model.optimizer.variables, *metrics]
