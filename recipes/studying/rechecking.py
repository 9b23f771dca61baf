"""The learning rate looked for again, where a change moves the best one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..config import Choice, Config
from .changes import RATE_FACTORS
from .trials import Trials

__all__ = ["rechecked", "with_rate"]

CLEARLY = 2.0
"""Another rate is taken where it is better by so many standard errors of the rows."""


def rechecked(
    trials: Trials, config: Config, tell: Callable[[str], None]
) -> tuple[Config, dict[str, float]]:
    """Return a changed config at the best of three learning rates, and their scores.

    With the rate held fixed a good change can be rejected because its best rate is another one.
    The rate it came with stays unless another is clearly better, so that it does not drift with
    the noise. The first place is used for this and for nothing else.

    Args:
        trials: Trains configs, and remembers.
        config: The changed config.
        tell: Told what is trained.

    Guide: BP-2, LR-1.
    """
    scores: dict[str, float] = {}
    best, best_score = config, float("nan")
    for factor in RATE_FACTORS:
        name = f"x{factor:g}"
        tell(f"learning rate {name}")
        other = config if factor == 1 else with_rate(config, config.learning_rate * factor)
        outcome = trials.outcome(other, 0)
        scores[name] = outcome.score
        if outcome.failed:
            continue
        if best_score != best_score or _is_clearly_better(trials, best, other):
            best, best_score = other, outcome.score
    return best, scores


def with_rate(config: Config, rate: float) -> Config:
    """Return a config at another learning rate, which remembers why."""
    reason = "The best rate moves with what was changed, so it was looked for at x0.3, x1 and x3."
    return config.replace(learning_rate=Choice(rate, "LR-1, BP-2", {}, reason))


def _is_clearly_better(trials: Trials, before: Config, after: Config) -> bool:
    gains = trials.measure.gain(trials.draws(before, 0), trials.draws(after, 0))
    return bool(gains[0] > CLEARLY * np.nanstd(gains[1:]))
