"""What the output layer of each kind of task looks like. No Keras is needed."""

from __future__ import annotations

from dataclasses import dataclass

from .tasks import Task

__all__ = ["HEADS", "Head", "head"]


@dataclass(frozen=True)
class Head:
    """The output layer of one kind of task, and what belongs to it.

    Args:
        activation: Of the output layer.
        loss: The Keras name of the loss that goes with this activation and these labels.
        metrics: Keras names of metrics worth watching during training.
        labels: The dtype of the labels.
        rescaled: Whether the output is brought back to the unit of the target by a last layer.
        rule: The guide's rules.
        every_step: Whether each step of the input has an output of its own, instead of one for
            the whole row.
    """

    activation: str
    loss: str
    metrics: tuple[str, ...]
    labels: str
    rescaled: bool
    rule: str
    every_step: bool = False


_CLASSES = ("softmax", "sparse_categorical_crossentropy", ("accuracy",), "int32", False)

# One line for each kind of task.
HEADS: dict[str, Head] = {
    "binary": Head(
        "sigmoid", "binary_crossentropy", ("accuracy",), "float32", False, "ACT-3, LOSS-4"
    ),
    "multiclass": Head(*_CLASSES, "ACT-5, LOSS-5"),
    "multilabel": Head(
        "sigmoid", "binary_crossentropy", ("binary_accuracy",), "float32", False, "ACT-3, LOSS-4"
    ),
    "regression": Head(
        "linear",
        "mean_squared_error",
        ("mean_absolute_error",),
        "float32",
        True,
        "ACT-8, LOSS-1",
    ),
    "forecasting": Head(
        "linear",
        "mean_squared_error",
        ("mean_absolute_error",),
        "float32",
        True,
        "ACT-8, LOSS-1, SEQ-10",
    ),
    "sequence_labelling": Head(*_CLASSES, "ACT-5, LOSS-5, SEQ-10", every_step=True),
    "next_token": Head(*_CLASSES, "ACT-5, LOSS-5, SEQ-8", every_step=True),
    "translation": Head(*_CLASSES, "ACT-5, LOSS-5, SEQ-10", every_step=True),
    "speech": Head("log_softmax", "ctc", (), "int32", False, "ACT-5, SEQ-10", every_step=True),
    "span": Head(*_CLASSES, "ACT-5, LOSS-5, SEQ-10", every_step=True),
}


def head(task: Task) -> Head:
    """Return the output layer that a task needs.

    Args:
        task: What is to be predicted.

    Guide: ACT-3, ACT-5, ACT-8, LOSS-1, LOSS-4, LOSS-5.

    Examples:
        >>> from goodfit.zoo import Task
        >>> head(Task("binary", ("no", "yes"))).loss
        'binary_crossentropy'
    """
    return HEADS[task.kind]
