"""The figures at which the rules fire, all in one place, each to be changed by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from ..zoo.errors import BadInput, Problem

__all__ = ["Thresholds"]


@dataclass(frozen=True)
class Thresholds:
    """The figures at which the rules fire.

    A loss is compared with itself: its fall is what it lost since the first epoch, as a share of
    its value then. Metrics between 0 and 1, such as accuracy, are compared as they are.

    Args:
        diverging_ratio: The training loss ends at this many times its minimum (LR-2).
        diverging_share: And has lost again this share of what it had gained.
        worse_than_start: Or it ends at this many times its value in the first epoch.
        spike_ratio: A first epoch at this many times the later loss: the start was thrown away.
        spike_loss: A mean loss that no classifier has in its first epoch unless it exploded.
        high_learning_rate: A rate from here on is very high (LR-1).
        low_learning_rate: A rate up to here is very low (LR-1).
        patience: Epochs without improvement before a rate is called too low (DX-2).
        stuck_fall: A smaller fall of the loss is no improvement.
        slow_fall: A smaller fall, in a straight line, is too slow (WHEN-4).
        straightness: The second half falls by at least this share of the first: a straight line.
        learned_share: A training metric between 0 and 1 from here on has been learned.
        loss_swing: A jump of the training loss, up and down again, as a share of its level (the
            validation loss, which is noisier: `validation_swing`).
        validation_swing: See `loss_swing`.
        swing_of_start: And as a share of the loss in the first epoch: near zero, jumps are nothing.
        swing_by_a_row: And above what this change of the loss of one validation row makes.
        swing_share: Swings in this share of the epochs are an oscillation.
        gap: Training beats validation by this much in a metric between 0 and 1 (DX-6).
        gap_when_good: The same where training is at `good` or better.
        good: See `gap_when_good`.
        doubt: And by this many standard errors of a share of so few validation rows.
        severe_gap: A gap that counts even where the validation loss does not rise (DX-3).
        settled: Epochs before a gap without a rising loss is believed.
        error_gap: A gap from here on, with a rising validation loss, is an error.
        loss_gap: Validation above training loss, as a share of the former, without such a metric.
        validation_rise: The validation loss has risen by this share of its minimum (DX-6).
        error_rise: The same, for an error where no metric lies between 0 and 1.
        last_part: The last part of the training, as a share of its epochs.
        still_falling: The last part brings this share of the whole fall: too few epochs.
        falling_level: Or this share of the loss that is left.
        finished: But no more is to be had from a validation metric between 0 and 1 from here on.
        falling_fast: From here on it is a warning.
        poor: Accuracy up to here, in training and validation, may be underfitting (DX-4).
        some_skill: But not with this share of the way from a naive answer to perfection behind it.
        baseline_margin: Better than a naive answer by less than this is no better.
        collapse_epochs: Accuracy that is the same in this many epochs on end (DX-5).
        collapse_share: One class has this share of the predictions (DX-5).

    Raises:
        BadInput: A figure is negative or no number.

    Guide: DX-2, DX-4, DX-6, LR-1.

    Examples:
        >>> Thresholds(gap=0.15).gap
        0.15
    """

    diverging_ratio: float = 2.0
    diverging_share: float = 0.2
    worse_than_start: float = 1.1
    spike_ratio: float = 5.0
    spike_loss: float = 20.0
    high_learning_rate: float = 0.1
    low_learning_rate: float = 1e-5
    patience: int = 20
    stuck_fall: float = 0.05
    slow_fall: float = 0.50
    straightness: float = 0.6
    learned_share: float = 0.80
    loss_swing: float = 0.10
    validation_swing: float = 0.25
    swing_of_start: float = 0.05
    swing_by_a_row: float = 2.0
    swing_share: float = 0.20
    gap: float = 0.10
    gap_when_good: float = 0.07
    good: float = 0.90
    doubt: float = 1.5
    severe_gap: float = 0.20
    settled: int = 10
    error_gap: float = 0.20
    loss_gap: float = 0.5
    validation_rise: float = 0.10
    error_rise: float = 1.0
    last_part: float = 0.25
    still_falling: float = 0.05
    falling_level: float = 0.20
    finished: float = 0.97
    falling_fast: float = 0.10
    poor: float = 0.60
    some_skill: float = 0.30
    baseline_margin: float = 0.02
    collapse_epochs: int = 5
    collapse_share: float = 0.98

    def __post_init__(self) -> None:
        """Refuse what is no figure."""
        problems = []
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                usable = False
            else:
                usable = math.isfinite(value) and value >= 0
            if not usable:
                problems.append(
                    Problem(
                        "threshold_invalid",
                        f"The threshold '{each.name}' is not usable",
                        "a number of at least 0",
                        repr(value),
                    )
                )
        if problems:
            raise BadInput(*problems)
