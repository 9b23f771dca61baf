"""From the names in a config to Keras optimizers, losses and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, did_you_mean
from ...zoo.tasks import Task
from ..config import Config
from .warming import warming

if TYPE_CHECKING:
    import keras

__all__ = [
    "LOSSES",
    "METRICS",
    "OPTIMIZERS",
    "TargetScale",
    "check_names",
    "compile_model",
    "keras_labels",
    "weight_decay",
]

MOMENTUM = 0.9
ADAMW_WEIGHT_DECAY = 0.004
"""What AdamW takes where a config says 0."""

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "sgd_momentum": ("SGD", {"momentum": MOMENTUM, "nesterov": True}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "rmsprop": ("RMSprop", {}),
}
"""Optimizer classes of Keras by our names (OPT-1 to OPT-5)."""

LOSSES: dict[str, dict[str, str]] = {
    "binary": {
        "binary_crossentropy": "BinaryCrossentropy",
        "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    },
    "multiclass": {
        # Labels are whole numbers, so the sparse form of the same loss is used.
        "categorical_crossentropy": "SparseCategoricalCrossentropy",
        "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    },
    "multilabel": {
        "binary_crossentropy": "BinaryCrossentropy",
        "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    },
    "regression": {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "huber": "Huber"},
    "forecasting": {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "huber": "Huber"},
    "sequence_labelling": {"categorical_crossentropy": "SparseCategoricalCrossentropy"},
    "next_token": {"categorical_crossentropy": "SparseCategoricalCrossentropy"},
    "translation": {"categorical_crossentropy": "SparseCategoricalCrossentropy"},
    "speech": {"ctc": "CTC"},
    "span": {"categorical_crossentropy": "SparseCategoricalCrossentropy"},
}
"""Loss classes of Keras by task and by our names; the first of each task is the default."""

METRICS: dict[str, dict[str, str]] = {
    "binary": {"accuracy": "BinaryAccuracy", "precision": "Precision", "recall": "Recall"},
    "multiclass": {"accuracy": "SparseCategoricalAccuracy"},
    "multilabel": {"accuracy": "BinaryAccuracy", "precision": "Precision", "recall": "Recall"},
    "regression": {"mae": "MeanAbsoluteError", "rmse": "RootMeanSquaredError"},
    "forecasting": {"mae": "MeanAbsoluteError"},
    "sequence_labelling": {"accuracy": "SparseCategoricalAccuracy"},
    "next_token": {"accuracy": "SparseCategoricalAccuracy"},
    "translation": {"accuracy": "SparseCategoricalAccuracy"},
    "speech": {},
    "span": {},
}
"""Metrics watched during training, by task and by our names; the full set is `evaluate`'s."""
METRICS["binary"]["roc_auc"] = "AUC"


class TargetScale:
    """Standardises regression targets for training, and takes them back.

    Args:
        labels: Training targets, shape `(rows,)` or `(rows, targets)`.

    Attributes:
        mean: Mean of each target, shape `(targets,)`.
        scale: Standard deviation of each target, 1 where it is 0.

    Guide: MIS-3.
    """

    def __init__(self, labels: NDArray[Any]) -> None:
        values = np.asarray(labels, np.float64).reshape(len(labels), -1)
        self.mean = values.mean(axis=0)
        deviation = values.std(axis=0)
        self.scale = np.where(deviation > 0, deviation, 1.0)

    def standardise(self, labels: NDArray[Any]) -> NDArray[np.float32]:
        """Return targets in standard deviations from the training mean, `(rows, targets)`."""
        values = np.asarray(labels, np.float64).reshape(len(labels), -1)
        return ((values - self.mean) / self.scale).astype(np.float32)


def check_names(config: Config, task: Task) -> None:
    """Check the names in a config that depend on the task.

    Raises:
        BadInput: Optimizer, loss, metrics or model is unknown, or does not belong to the task.
    """
    problems = []
    checks = [
        ("optimizer", [config.optimizer], OPTIMIZERS),
        ("loss", [config.loss], {"auto": "", **LOSSES[task.kind]}),
        ("metrics", list(config.metrics), METRICS[task.kind]),
    ]
    for setting, values, options in checks:
        for value in values:
            if value not in options:
                message = f"The setting {setting} cannot be '{value}' for a {task.kind} task"
                problems.append(
                    Problem("setting_invalid", message, remedy=did_you_mean(value, options))
                )
    if config.weight_decay and config.optimizer != "adamw":
        message = f"weight_decay belongs to adamw, not to {config.optimizer} (OPT-4)"
        problems.append(Problem("setting_invalid", message, remedy="Set optimizer=adamw"))
    if problems:
        raise BadInput(*problems)


def compile_model(model: keras.Model, config: Config, task: Task) -> None:
    """Compile a model as the config says; raises as `check_names`.

    Guide: OPT-1, OPT-2, OPT-3, OPT-4, OPT-5, LOSS-4, LOSS-5.
    """
    import keras

    check_names(config, task)
    name, arguments = OPTIMIZERS[config.optimizer]
    if config.optimizer == "adamw":
        arguments = {"weight_decay": weight_decay(config)}
    optimizer = getattr(keras.optimizers, name)(learning_rate=config.learning_rate, **arguments)
    losses = LOSSES[task.kind]
    loss = losses[next(iter(losses)) if config.loss == "auto" else config.loss]
    metrics = [
        getattr(keras.metrics, METRICS[task.kind][metric])(name=metric) for metric in config.metrics
    ]
    if task.is_sequence:
        # Steps that are padding, or unknown, weigh nothing, and are not counted in the mean either.
        made = getattr(keras.losses, loss)(reduction="mean_with_sample_weight")
        model.compile(optimizer=optimizer, loss=made, weighted_metrics=metrics)
    else:
        model.compile(optimizer=optimizer, loss=getattr(keras.losses, loss)(), metrics=metrics)
    if config.warmup_steps:
        # A saved model names the class that it was compiled with, which must be one of Keras.
        made = warming(type(optimizer), config.warmup_steps)
        model.optimizer = made.from_config(optimizer.get_config())


def weight_decay(config: Config) -> float:
    """Return the weight decay of AdamW."""
    return config.weight_decay or ADAMW_WEIGHT_DECAY


def keras_labels(
    labels: NDArray[Any], task: Task, config: Config, scale: TargetScale | None
) -> NDArray[Any]:
    """Return labels as the compiled loss takes them.

    Args:
        labels: As `goodfit.zoo.Task` describes them.
        task: The task.
        config: Its loss decides between class numbers and one column per class.
        scale: For regression, from the training targets.

    Returns:
        Shape `(rows, outputs)`; for multiclass `(rows, 1)` class numbers, unless the loss
        is focal.
    """
    if scale is not None:
        return scale.standardise(labels)
    if task.kind == "multiclass":
        if config.loss == "categorical_focal_crossentropy":
            return np.eye(task.outputs, dtype=np.float32)[labels]
        return labels.astype(np.int32).reshape(-1, 1)
    return labels.astype(np.float32).reshape(len(labels), -1)
