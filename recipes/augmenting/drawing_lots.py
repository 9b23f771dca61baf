"""Randomness that follows from the epoch and the rows alone, so that nothing of it can be lost."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

__all__ = ["Lots", "epoch_number"]

_DRAWS_OF_A_BATCH = 64


def epoch_number(order: NDArray[np.int32]) -> int:
    """Return a number below 2**30 that stands for one epoch, from the order of its rows.

    The order is a function of seed and epoch alone, and so is this.

    Args:
        order: A permutation of the training rows, shape `(rows,)`.

    Examples:
        >>> epoch_number(np.arange(3, dtype=np.int32)) == epoch_number(np.array([0, 2, 1], "i4"))
        False
    """
    return zlib.crc32(np.ascontiguousarray(order, "<i4").tobytes()) & (2**30 - 1)


class Lots:
    """A generator of random numbers that is set anew for every batch, from its epoch and rows.

    A checkpoint need not keep it, a resumed training draws what an undisturbed one would have
    drawn, and it makes no difference in which pieces an epoch is run.

    Guide: BP-4.
    """

    def __init__(self) -> None:
        import keras

        self.generator: keras.random.SeedGenerator = keras.random.SeedGenerator(0)
        self._epoch = keras.Variable(0, dtype="int32", trainable=False, name="epoch_number")

    def begin(self, order: NDArray[np.int32]) -> None:
        """Begin the epoch in which the rows have this order."""
        self._epoch.assign(epoch_number(order))

    def deal(self, first_row: Any) -> None:
        """Set the generator for the batch that begins with this row, as no other of its epoch does.

        Args:
            first_row: A whole number, or a scalar tensor.
        """
        from keras import ops

        kind = self.generator.state.dtype
        # Each batch counts on from its own place, far enough from that of the next row.
        place: Any = ops.cast(first_row, kind)
        place = place * _DRAWS_OF_A_BATCH
        self.generator.state.assign(ops.stack([ops.cast(self._epoch.value, kind), place]))
