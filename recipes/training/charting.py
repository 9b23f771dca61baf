"""What a training writes for TensorBoard, where there is a folder to write to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ...zoo.errors import MissingExtra
from ...zoo.tasks import Task
from ..config import Config
from ..dataset import Dataset
from ..model_settings import known_settings

__all__ = ["chart_answers", "chart_writers", "charted_settings"]

OF_ANY_MODEL = ("model", "optimizer", "learning_rate", "batch_size", "epochs", "weight_decay")
OF_ANY_MODEL += ("warmup_steps", "augmentation", "seed")
CLASSES = ("binary", "multiclass", "multilabel")


def chart_writers(
    place: Path | None,
    resume: bool,
    watcher: Any,
    findings: Sequence[Finding],
    config: Config,
    task: Task,
) -> list[Any]:
    """Return the TensorBoard writer of a run that has a folder and of a machine that has it."""
    from ...callbacks import TensorBoardWriter

    if place is None:
        return []
    try:
        return [
            TensorBoardWriter(
                place / "tensorboard",
                diagnose=watcher,
                findings=findings,
                append=resume,
                settings=charted_settings(config),
                names=task.names if task.kind in CLASSES else (),
            )
        ]
    except MissingExtra:
        return []


def charted_settings(config: Config) -> dict[str, Any]:
    """Return the settings that HParams shows of a config: those its model and training take.

    Examples:
        >>> charted_settings(Config())["learning_rate"]
        0.001
    """
    names = (*OF_ANY_MODEL, *known_settings(config.model))
    return {name: getattr(config, name) for name in dict.fromkeys(names)}


def chart_answers(
    writers: Iterable[Any],
    trunk: Any,
    encoded: Mapping[str, NDArray[Any]],
    rows: Dataset,
    outputs: NDArray[Any],
    threshold: float,
    epoch: int,
    model: Any = None,
) -> None:
    """Write what the kept weights answer to the validation rows, where answers are classes.

    Args:
        writers: Those of the training, if any.
        trunk: The trained model, which takes encoded rows.
        encoded: The rows as it takes them.
        rows: The same rows with their labels.
        outputs: Its answers.
        threshold: Probability above which the answer is yes.
        epoch: The epoch that these weights are of, counted from 1.
        model: The joined model, whose inputs know the words of the texts.
    """
    if rows.task is None or rows.task.kind not in CLASSES or not np.isfinite(outputs).all():
        return
    for writer in writers:
        writer.write_answers(
            rows.labels,
            outputs,
            inputs=encoded,
            model=trunk,
            threshold=threshold,
            epoch=epoch,
            words=_words(model),
            picture=False,  # the report has it, and `goodfit board` shows what the report has
        )


def _words(model: Any) -> dict[str, list[str]]:
    """Return the words of each text column, by the name of the Embedding that takes them."""
    if model is None:
        return {}
    from ... import zoo

    found = {}
    for layer in zoo.parts(model).preprocessor.layers:
        inside = {each.name: each for each in getattr(layer, "layers", ())}
        if layer.name.startswith("encode_text") and "words" in inside:
            words = map(str, inside["words"].get_vocabulary())
            found[layer.name.replace("encode_", "embed_", 1)] = [word or "–" for word in words]
    return found
