"""What the trunks of builders share: from encoded tensors to vectors, and the output layer."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .errors import Problem
from .heads import head
from .registry import list_models
from .tasks import Task

if TYPE_CHECKING:
    import keras

__all__ = [
    "answer_layer",
    "embedding_width",
    "is_text",
    "masked_mean",
    "merged",
    "other_columns",
    "text_problems",
    "word_mask",
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


def is_text(key: str) -> bool:
    """Return whether an encoded tensor holds the words of a text."""
    return key.startswith("text_")


def text_problems(preprocessor: keras.Model, name: str) -> list[Problem]:
    """Return what keeps the builder `name`, which reads text, from these inputs."""
    if any(map(is_text, preprocessor.output)):
        return []
    tables = [card.name for card in list_models() if "table" in card.inputs]
    return [
        Problem(
            "model_inputs",
            f"The model {name} reads text, and no column is a text that holds words",
            "at least one text column",
            ", ".join(preprocessor.output),
            f"For a table take {' or '.join(tables)}; if a column is a text, say so, as in "
            "--types NAME=text",
        )
    ]


def other_columns(inputs: Mapping[str, Any], counts: Mapping[str, int]) -> list[Any]:
    """Return the encoded columns that are no text, as vectors `(rows, width)`.

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
    return streams


def word_mask(ids: Any, dtype: str = "float32") -> Any:
    """Return 1 where there is a word and 0 at padding, shape `(rows, words, 1)`."""
    from keras import ops

    return ops.expand_dims(ops.cast(ops.not_equal(ids, 0), dtype), -1)


def masked_mean(vectors: Any, present: Any) -> Any:
    """Return the mean of the vectors that are present, 0 where none is.

    Args:
        vectors: Shape `(rows, words, width)`.
        present: 1 or 0 for each, shape `(rows, words, 1)`, of the same dtype.

    Returns:
        Shape `(rows, width)`.
    """
    from keras import ops

    total: Any = ops.sum(vectors * present, axis=1)
    return total / ops.maximum(ops.sum(present, axis=1), 1.0)


def merged(streams: Sequence[Any]) -> Any:
    """Return vectors `(rows, width)` as one, side by side."""
    from keras import layers

    return layers.Concatenate(name="encoded")(streams) if len(streams) > 1 else streams[0]


def answer_layer(task: Task, penalty: keras.Regularizer | None = None) -> keras.Layer:
    """Return the output layer of a task."""
    from keras import layers

    # Single precision whatever the policy: probabilities of 1e-4 vanish in half precision.
    return layers.Dense(
        task.outputs,
        head(task).activation,
        kernel_regularizer=penalty,
        dtype="float32",
        name="output",
    )
