"""Reads a history from a TensorBoard folder: what Keras' TensorBoard callback and ours write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem, bad_input, require
from .history import History
from .reading import RATE_NAMES

__all__ = ["is_log_folder", "read_logs"]

EVENTS = "*tfevents*"
TRAIN, VALIDATION = "train", "validation"
PREFIX = "epoch_"
"""Of what Keras writes by epoch; what it writes by batch begins with `batch_`."""
OTHER_TAGS = ("batch_", "evaluation_", "keras")


def is_log_folder(folder: str | Path) -> bool:
    """Return whether a folder holds the event files of a training, in `train/` or itself.

    Examples:
        >>> is_log_folder(getfixture("tmp_path"))
        False
    """
    place = Path(folder)
    return any(any((place / run).glob(EVENTS)) for run in ("", TRAIN))


def read_logs(folder: str | Path) -> History:
    """Return the history that a TensorBoard folder holds.

    Each metric of each epoch is read from `train/` and `validation/`, and the learning rate, from
    the files of the TensorBoard callback of Keras or of `TensorBoardWriter`.

    Args:
        folder: The folder that was given as `log_dir`, which has `train/` in it.

    Raises:
        BadInput: There is no training in the folder, or it holds several.
        MissingExtra: The package tensorboard is not installed.
    """
    place = Path(folder)
    if not is_log_folder(place):
        raise _no_training(place)
    require("tensorboard", "tensorboard")
    train, ours = _scalars(place / TRAIN), _scalars(place)  # of ours only the rate is asked
    validation = _scalars(place / VALIDATION)
    rates = {name: train.pop(name) for name in RATE_NAMES if name in train}
    rates |= {name: ours[name] for name in RATE_NAMES if name in ours}
    if "loss" not in train:
        raise _no_loss(place, train)
    # Keras counts epochs from 0, our own writer from 1.
    shift = 1 if 0 in train["loss"] else 0
    steps = sorted({step for values in train.values() for step in values})
    columns = {name: [values.get(step) for step in steps] for name, values in train.items()}
    for name, values in validation.items():
        columns[f"val_{name}"] = [values.get(step) for step in steps]
    known = next(iter(rates.values()), {})
    return History(
        columns,
        tuple(step + shift for step in steps),
        tuple(known.get(step) for step in steps),
    )


def _scalars(folder: Path) -> dict[str, dict[int, float]]:
    """Return, for each metric of one run, its value at each step; the latest one counts."""
    if not any(folder.glob(EVENTS)):
        return {}
    from tensorboard.backend.event_processing.event_accumulator import (
        SCALARS,
        TENSORS,
        EventAccumulator,
    )

    reader = EventAccumulator(str(folder), size_guidance={SCALARS: 0, TENSORS: 0})
    reader.Reload()
    found: dict[str, dict[int, float]] = {}
    for tag in reader.Tags()[SCALARS]:
        found[tag] = {event.step: float(event.value) for event in reader.Scalars(tag)}
    for tag in reader.Tags()[TENSORS]:
        values = dict(_numbers(reader, tag))
        if values:
            found[tag] = values
    return {
        tag.removeprefix(PREFIX): values
        for tag, values in found.items()
        if not tag.startswith(OTHER_TAGS)
    }


def _numbers(reader: Any, tag: str) -> Iterator[tuple[int, float]]:
    """Yield step and value of a tag whose tensors are single numbers, and nothing of another."""
    from tensorboard.util.tensor_util import make_ndarray

    if reader.SummaryMetadata(tag).plugin_data.plugin_name != "scalars":
        return
    for event in reader.Tensors(tag):
        value = make_ndarray(event.tensor_proto)
        if value.size == 1 and value.dtype.kind in "fiu":
            yield event.step, float(value.reshape(()))


def _no_training(folder: Path) -> Exception:
    found = folder.rglob(f"{TRAIN}/{EVENTS}") if folder.is_dir() else ()
    trainings = sorted({path.parent.parent for path in found})
    if trainings:
        names = ", ".join(str(path) for path in trainings[:6])
        return bad_input(
            "logs_several",
            f"{folder} holds {len(trainings)} trainings, one folder deeper",
            expected="the folder of one training",
            received=names,
            remedy=f"Give {trainings[-1]}",
        )
    return bad_input(
        "logs_missing",
        f"{folder} holds no event files of TensorBoard",
        expected="a folder with train/ in it, as keras.callbacks.TensorBoard writes",
        remedy="Check the path",
    )


def _no_loss(folder: Path, train: dict[str, Any]) -> BadInput:
    return BadInput(
        Problem(
            "loss_missing",
            f"The event files in {folder} tell no loss by epoch",
            "a tag 'epoch_loss' or 'loss' in train/",
            ", ".join(train)[:100] or "no numbers",
        )
    )
