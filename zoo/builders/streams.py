"""What the trunks of builders share: from encoded tensors to vectors, and the output layer."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..encoded import is_frames, is_image, is_mark, is_text, ordered, present_key
from ..errors import Problem
from ..heads import head
from ..inputs.frame_inputs import frame_vectors
from ..masking import word_mask
from ..registry import list_models
from ..tasks import Task

if TYPE_CHECKING:
    import keras

__all__ = [
    "Steps",
    "answer_layer",
    "embedding_width",
    "merged",
    "other_columns",
    "sequence_steps",
    "step_problems",
]

_WIDEST_EMBEDDING = 32


def embedding_width(count: int) -> int:
    """Return the width of an embedding for `count` different values.

    It grows with the power 0.56 of the count, as fastai chooses it, and stops at 32.

    Examples:
        >>> embedding_width(60), embedding_width(20_000)
        (16, 32)
    """
    return min(_WIDEST_EMBEDDING, round(1.6 * count**0.56))


@dataclass(frozen=True)
class Steps:
    """One sequence inside a trunk.

    Args:
        key: The name of the encoded tensor it came from.
        x: A vector for each step, shape `(n, t, width)`.
        present: 1 for each step that is there, 0 in the padding at the end, `(n, t, 1)`.
    """

    key: str
    x: Any
    present: Any


def sequence_steps(
    inputs: Mapping[str, Any], counts: Mapping[str, int], width: int, *, project: bool = False
) -> list[Steps]:
    """Return each sequence among the inputs of a trunk: words embedded, numbers as they are.

    Each frame of a film becomes a vector, by convolutions that all frames share.

    Args:
        inputs: The inputs of a trunk.
        counts: How many numbers each input of whole numbers can hold.
        width: Of the vector that stands for a word or a frame.
        project: Whether numbers are brought to `width` as well, by one dense layer.
    """
    from keras import layers

    found = []
    for key in ordered(inputs):
        x = inputs[key]
        if is_text(key):
            embedded = layers.Embedding(counts[key], width, name=f"embed_{key}")(x)
            found.append(Steps(key, embedded, word_mask(x)))
            continue
        if is_frames(key):
            x = frame_vectors(x, width, key)
        elif project:
            x = layers.Dense(width, name=f"project_{key}")(x)
        found.append(Steps(key, x, inputs[present_key(key)]))
    return found


def step_problems(preprocessor: keras.Model, task: Task, name: str) -> list[Problem]:
    """Return what keeps the builder `name`, which reads in order, from these inputs."""
    if task.kind == "span":
        from .span_heads import span_problems

        return span_problems(preprocessor, task, name)
    keys = list(preprocessor.output)
    found = ordered(keys)
    if not found:
        tables = [card.name for card in list_models() if "table" in card.inputs]
        return [
            Problem(
                "model_inputs",
                f"The model {name} reads in order, and no column is a text that holds words, or "
                "another sequence",
                "at least one text column or sequence",
                ", ".join(keys),
                f"For a table take {' or '.join(tables)}; if a column is a text, say so, as in "
                "--types NAME=text",
            )
        ]
    beside = [key for key in keys if key not in found and not is_mark(key)]
    if head(task).every_step and (len(found) > 1 or beside):
        return [
            Problem(
                "model_inputs",
                f"A {task.kind} task answers for each step of one sequence, and there are other "
                "columns",
                "one text column or sequence and nothing beside it",
                ", ".join(found + beside),
                "Leave the other columns out with --ignore",
            )
        ]
    return []


def other_columns(inputs: Mapping[str, Any], counts: Mapping[str, int]) -> list[Any]:
    """Return the encoded columns that hold no order, as vectors `(rows, width)`.

    Of an image these are its pixels.

    Args:
        inputs: The inputs of a trunk.
        counts: How many numbers each input of whole numbers can hold.
    """
    from keras import layers

    streams = []
    if "dense" in inputs:
        streams.append(inputs["dense"])
    if "categories" in inputs:
        count = counts["categories"]
        embed = layers.Embedding(count, embedding_width(count), name="embed_categories")
        streams.append(layers.Flatten(name="flatten_categories")(embed(inputs["categories"])))
    for key in filter(is_image, inputs):
        streams.append(layers.Flatten(name=f"flatten_{key}")(inputs[key]))
    return streams


def merged(streams: Sequence[Any]) -> Any:
    """Return vectors `(rows, width)` as one, side by side."""
    from keras import layers

    return layers.Concatenate(name="encoded")(streams) if len(streams) > 1 else streams[0]


def answer_layer(task: Task, penalty: keras.Regularizer | None = None) -> keras.Layer:
    """Return the output layer of a task."""
    import keras
    from keras import layers

    # Single precision whatever the policy: probabilities of 1e-4 vanish in half precision.
    if task.horizon:
        shape = (task.horizon, task.outputs)
        steps = layers.Dense(
            math.prod(shape),
            kernel_initializer="zeros",  # the first forecast is the level of the window
            kernel_regularizer=penalty,
            dtype="float32",
            name="output",
        )
        return keras.Sequential([steps, layers.Reshape(shape)], name="steps_ahead")
    return layers.Dense(
        task.outputs,
        head(task).activation,
        kernel_regularizer=penalty,
        dtype="float32",
        name="output",
    )
