"""A learning rate that rises to its full size in the first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

__all__ = ["full_rate", "warming"]


def warming(optimizer: type[keras.Optimizer], steps: int) -> type[keras.Optimizer]:
    """Return an optimizer class whose rate rises evenly from 1/`steps` to all of it.

    It is no learning rate schedule of Keras: with one of those, a rate cannot be lowered any more.
    What it rises by is read from the optimizer's own count of steps, so a resumed training goes on
    where it was, and an epoch that is traced once follows it as well.

    Args:
        optimizer: A class of Keras.
        steps: Updates until the full rate; 0 returns the class as it is.

    Guide: OPT-4.

    Examples:
        >>> import keras
        >>> made = warming(keras.optimizers.Adam, 4)(learning_rate=0.1)
        >>> float(made.learning_rate), round(full_rate(made), 3)
        (0.02500000037252903, 0.1)
    """
    if not steps:
        return optimizer
    from keras import ops

    plain: Any = optimizer.learning_rate

    class Warming(optimizer):  # pyright: ignore[reportGeneralTypeIssues]
        @property
        def learning_rate(self) -> Any:
            done: Any = ops.cast(self.iterations, "float32")
            return plain.fget(self) * ops.minimum((done + 1.0) / steps, 1.0)

        @learning_rate.setter
        def learning_rate(self, rate: Any) -> None:
            plain.fset(self, rate)

        @property
        def full_rate(self) -> Any:
            return plain.fget(self)

    Warming.__name__ = f"Warming{optimizer.__name__}"
    return Warming


def full_rate(optimizer: keras.Optimizer) -> float:
    """Return the rate that an optimizer was set to, however far it has risen."""
    return float(np.asarray(getattr(optimizer, "full_rate", optimizer.learning_rate)))
