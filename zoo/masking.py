"""Means over the steps that are there, and which those are."""

# Keras types the results of its operations loosely.
# pyright: reportOptionalOperand=false, reportOperatorIssue=false
from __future__ import annotations

from typing import Any

__all__ = ["masked_mean", "step_statistics", "word_mask"]


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


def step_statistics(x: Any, present: Any) -> Any:
    """Return mean and standard deviation over the steps that are there, whatever their order.

    Args:
        x: Shape `(n, t, width)`.
        present: 1 or 0 for each step, `(n, t, 1)`.

    Returns:
        Shape `(n, 2 width)`, zeros where no step is there.
    """
    from keras import ops

    mean: Any = masked_mean(x, present)
    spread: Any = masked_mean(ops.square(x - ops.expand_dims(mean, 1)), present)
    # The root has no slope at 0.
    return ops.concatenate([mean, ops.sqrt(spread + 1e-6)], axis=-1)
