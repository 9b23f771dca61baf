"""From a config and its data to a compiled model and the tensors it is trained on."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import GoodfitError, bad_input
from ...zoo.tasks import Task
from ..answering.methods import method_of
from ..choosing.weighting import sample_weights
from ..config import Config, is_yours
from ..dataset import Dataset, Splits
from ..model_settings import builder_settings
from .batches import joined, rows_of_size
from .compiling import TargetScale, compile_model, keras_labels

if TYPE_CHECKING:
    import keras

__all__ = [
    "adapted_inputs",
    "build_model",
    "build_trunk",
    "category_examples",
    "compiled_trunk",
    "encode",
    "encoded_rows",
    "labelled_rows",
    "seeded",
]


def build_model(
    config: Config, splits: Splits, further_words: Sequence[str] = ()
) -> tuple[keras.Model, TargetScale | None]:
    """Return the untrained model of a config, inputs adapted on the training rows only.

    Args:
        config: The settings; its seed decides the first weights.
        splits: The data.
        further_words: Words that texts may be given while it is trained.

    Returns:
        The model, which takes raw rows, and the scale of a regression target.

    Guide: PH-1d, MIS-3.
    """
    from ... import zoo

    settings, scale = _builder_arguments(config, splits)
    with seeded(config.seed):
        preprocessor = adapted_inputs(config, splits, further_words)
        model = zoo.build(config.model, preprocessor, splits.task, **settings)
    return model, scale


def build_trunk(
    config: Config, splits: Splits, preprocessor: keras.Model
) -> tuple[keras.Model, TargetScale | None]:
    """Return the trunk that `build_model` would make, with the same first weights, and the scale.

    Args:
        config: The settings.
        splits: The data.
        preprocessor: What `adapted_inputs` returns for them.
    """
    from ... import zoo
    from ...zoo.builders.joining import trunk_alone

    settings, scale = _builder_arguments(config, splits)
    with seeded(config.seed), trunk_alone():
        return zoo.build(config.model, preprocessor, splits.task, **settings), scale


def adapted_inputs(
    config: Config, splits: Splits, further_words: Sequence[str] = ()
) -> keras.Model:
    """Return what encodes raw rows, adapted on the training rows only; nothing in it is random.

    Raises:
        BadInput: A person asked for texts in words where the task takes letters, or the like.
    """
    from ... import zoo

    needed = method_of(splits.task).inputs if splits.task.is_sequence else {}
    level = needed.get("text_level", config.text_level)
    if is_yours(config, "text_level") and config.text_level != level:
        raise bad_input(
            "setting_invalid",
            f"The setting text_level cannot be '{config.text_level}' for a {splits.task.kind} task",
            expected=level,
            received=config.text_level,
            remedy="Leave it out",
        )
    return zoo.model_inputs(
        splits.train.columns,
        splits.train.features,
        **{
            "maximum_text_length": config.text_length,
            "maximum_steps": config.sequence_length,
            "text_level": config.text_level,
            "further_words": further_words,
            **needed,
        },
    )


def _builder_arguments(config: Config, splits: Splits) -> tuple[dict[str, Any], TargetScale | None]:
    scale = None
    settings: dict[str, Any] = builder_settings(config)
    if splits.task.kind == "regression":
        scale = TargetScale(_labels(splits.train))
        settings |= {"target_mean": scale.mean, "target_scale": scale.scale}
    return settings, scale


def encode(model: keras.Model, dataset: Dataset) -> dict[str, NDArray[Any]]:
    """Return what the trunk of a model is given for raw rows, computed once.

    Args:
        model: A model of the zoo, or what `adapted_inputs` returns.
        dataset: Raw rows.

    Returns:
        Arrays by name of the trunk's inputs, each with one row per row.
    """
    from ... import zoo

    preprocessor = model if model.name == "preprocessor" else zoo.parts(model).preprocessor
    pieces = []
    step = rows_of_size(dataset)
    for start in range(0, len(dataset), step):
        rows = {name: v[start : start + step] for name, v in dataset.features.items()}
        encoded = preprocessor(zoo.to_tensors(rows, dataset.columns), training=False)
        pieces.append({name: np.asarray(values) for name, values in encoded.items()})
    return {name: joined([piece[name] for piece in pieces]) for name in pieces[0]}


def compiled_trunk(model: keras.Model, config: Config, splits: Splits) -> keras.Model:
    """Return the part of a model that is trained, compiled as the config says."""
    from ... import zoo

    trunk = zoo.parts(model).trunk
    compile_model(trunk, config, splits.task)
    trunk.optimizer.build(trunk.trainable_variables)
    return trunk


def encoded_rows(
    model: keras.Model, dataset: Dataset, config: Config, scale: TargetScale | None, weighted: bool
) -> tuple[dict[str, NDArray[Any]], NDArray[Any], NDArray[Any] | None]:
    """Return encoded inputs, labels for the loss, and weights of the rows, if any."""
    _labels(dataset)
    task = _task(dataset)
    encoded = encode(model, dataset)
    if task.is_sequence:
        return method_of(task).prepare(model, dataset, encoded)
    return labelled_rows(encoded, dataset, config, scale, weighted)


def labelled_rows(
    encoded: dict[str, NDArray[Any]],
    dataset: Dataset,
    config: Config,
    scale: TargetScale | None,
    weighted: bool,
) -> tuple[dict[str, NDArray[Any]], NDArray[Any], NDArray[Any] | None]:
    """Return encoded rows that have one answer each, with labels and weights."""
    labels, task = _labels(dataset), _task(dataset)
    weights = None
    if weighted and config.class_weights == "balanced":
        weights = sample_weights(labels, task).astype(np.float32)
    return encoded, keras_labels(labels, task, config, scale), weights


def category_examples(dataset: Dataset, count: int = 5) -> dict[str, list[str]]:
    """Return the most frequent values of each category column, missing ones left out.

    Args:
        dataset: Training rows.
        count: At most so many values of a column.
    """
    examples = {}
    for column in dataset.columns:
        if column.kind == "category":
            values = Counter(value for value in dataset.features[column.name].tolist() if value)
            examples[column.name] = [value for value, _ in values.most_common(count)]
    return examples


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed Keras inside the block; Python's and numpy's random state are put back after it."""
    import keras

    before = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def _labels(dataset: Dataset) -> NDArray[Any]:
    if dataset.labels is None:
        raise GoodfitError("These rows have no labels, so nothing can be trained on them.")
    return dataset.labels


def _task(dataset: Dataset) -> Task:
    if dataset.task is None:
        raise GoodfitError("These rows have no task, so nothing can be trained on them.")
    return dataset.task
