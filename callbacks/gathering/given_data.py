"""The rows that `fit` was given, as far as a callback can see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["GivenData", "Rows"]


@dataclass(frozen=True)
class Rows:
    """Rows as NumPy arrays: what the model would get in one large batch.

    Args:
        x: An array, or a list or dict of arrays, each `(rows, ...)`.
        y: The targets in the same form; None where there are none.
        sample_weight: Weights of the rows, or None.
        total: Rows that the source holds in all; None where it is not known.
        whole: The arrays that the rows were drawn from, `(x, y)`, by reference and in their own
            order; None where the source is no array.
        evenly: Whether the rows were drawn from the whole source; else they are its first ones.
    """

    x: Any
    y: Any = None
    sample_weight: Any = None
    total: int | None = None
    whole: tuple[Any, Any] | None = None
    evenly: bool = True


@dataclass(frozen=True)
class GivenData:
    """What `fit` was given.

    Args:
        train: Training rows, drawn from the whole source where that can be done; None where they
            cannot be seen.
        validation: Validation rows; None where none were given or they cannot be seen.
        has_validation: Whether validation data were given; None where it is not known.
        class_weight: The `class_weight` of `fit`.
        sample_weighted: Whether sample weights were given.
        batch_size: Rows of a batch, where it is known.
        epochs: Epochs that are planned.
        steps: Batches of an epoch, where it is known.
        shuffled: Whether `fit` shuffles; None where the source decides.
        callbacks: The callbacks beside the one that looks.
        source: The arguments of `fit` as they were, by name; empty where they cannot be seen.
            `x` may be a generator: what is taken from it is gone.
        unseen: What could not be seen, in sentences for the user.
    """

    train: Rows | None = None
    validation: Rows | None = None
    has_validation: bool | None = None
    class_weight: dict[int, float] | None = None
    sample_weighted: bool = False
    batch_size: int | None = None
    epochs: int | None = None
    steps: int | None = None
    shuffled: bool | None = None
    callbacks: tuple[Any, ...] = ()
    source: dict[str, Any] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
