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
        spikes: So many swings are one as well, each as large as the level.
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
        reference_gap: So far below an answer that knows much without training, as a share (DX-4).
        narrow: Hidden layers of fewer units are narrow.
        baseline_margin: Better than a naive answer by less than this is no better.
        collapse_epochs: Accuracy that is the same in this many epochs on end (DX-5).
        collapse_share: One class has this share of the predictions (DX-5).
        natural_share: But not where a class has this share of the labels.
        vanishing_ratio: The first kernel's gradient is this small next to the last one's (ACT-3).
        vanishing_norm: And this small in itself.
        lasting: In this share of the probes.
        exploding_share: A gradient this many times its weights, for a loss of 1.
        exploding_ratio: Or so many times that of the last layer.
        dead_units: This share of a layer's rectifiers is zero for every row (ACT-1).
        flat_units: This share of a layer's sigmoid or tanh units is flat for most rows (ACT-3).
        flat_steps: The same of a recurrent layer, before the first step.
        weight_growth: The first epochs make kernels so many times as large (LR-2).
        long_epoch: In so many steps; in more of them, more growth is usual.
        shortest_way: All epochs together move kernels by less than this share of them (LR-3).
        settled_epochs: Epochs before that is said.
        least_gradient: But not where there is no more gradient than this share of the weights.
        same_rows: This share of the rows equal the first: they carry nothing.
        large_input: An input's root mean square from here on is not scaled (MIS-3).
        large_series: The same where recurrent or attention layers read it.
        small_input: Or where no feature's root mean square reaches this.
        large_target: The same of targets, for losses that measure a distance.
        wide_target: Or their standard deviation.
        small_target: Or where it does not reach this.
        huge_target: From here on a squared loss cannot be trained on.
        imbalance_ratio: The commonest class has so many times the labels of the rarest (MET-2).
        label_perplexity: And the classes are as many in effect as this share of their number.
        rare_class: A class with this share at most is very rare.
        neglected_share: Predictions miss this share of the rare classes' labels.
        shared_rows: This share of the validation rows stands in training too.
        many_shared_rows: From here on it is an error.
        label_drift: This share of the labels would have to change for the classes to agree.
        input_drift: Means differ by so many standard deviations, beyond chance.
        shape_drift: Distributions differ by this distance (0 to 1), beyond chance.
        range_slack: Targets beyond the reach of the last activation by more than this many standard
            deviations count (ACT-9).
        row_sum_slack: Rows of targets for a softmax that miss the sum of 1 by more than this count.
        linear_layers: So many linear layers before others are no longer meant so (ACT-8).
        sigmoid_layers: So many hidden sigmoids let no gradient through (ACT-3).
        start_ratio: A kernel this many times larger, or smaller, than its inputs ask for.
        strong_l2: An L2 penalty from here on is strong (REG-3).
        strong_l1: An L1 penalty from here on is strong.
        strong_decay: A weight decay from here on is strong.
        shrunk_share: Penalties leave this share of the size of the kernels.
        strong_dropout: Dropout above this is strong (LVL-3).
        plain_memory: Steps that a plain recurrent layer does not remember (SEQ-3).
        fewest_epochs: Epochs before it is said that nothing was learned.
        high_adaptive_rate: A rate from here on is very high for Adam and its like (LR-1).
        high_plain_rate: A rate from here on is very high for SGD; with momentum, a part of it.
        lowest_rate: A rate up to here is too low for any usual optimizer (LR-1).
        alike_names: Two names are taken for one misspelt if they agree to this share.
        long_training: So many epochs want early stopping (MIS-4).
        relation_gap: Answers without training get so much less of the way to perfection in
            validation than on training rows that they are not shown.
        told_rows: Validation rows below which it is not said that inputs say nothing of targets.
        even_share: Nor where one class has more than this share of them.
        pulled_share: Answers lean to the class of the largest weight by this share of the rows.
        lone_batches: This share of the batches holds one class only.
        strong_momentum: From here on momentum rolls past valleys.
        still_share: The validation loss moves by less than this share of what the training loss
            does: it stands still.
        growing_steps: In so many steps, a state without a bound may burst.
        faint_reach: The far end of a sequence is felt by this share of the near one: hardly.
        few_steps: In fewer steps than this, training has hardly begun.
        short_patience: Patience up to here is hardly any (REG-1).
        usual_adaptive_rate: From here on a rate is usual for Adam and its like (LR-1).
        usual_plain_rate: From here on a rate is usual for SGD; with momentum, a part of it.

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
    spikes: int = 2
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
    reference_gap: float = 0.10
    narrow: int = 3
    baseline_margin: float = 0.02
    collapse_epochs: int = 5
    collapse_share: float = 0.98
    natural_share: float = 0.90
    vanishing_ratio: float = 1e-3
    vanishing_norm: float = 1e-4
    lasting: float = 0.6
    exploding_share: float = 50.0
    exploding_ratio: float = 70.0
    dead_units: float = 0.50
    flat_units: float = 0.50
    flat_steps: float = 0.25
    weight_growth: float = 3.0
    long_epoch: int = 500
    shortest_way: float = 0.10
    settled_epochs: int = 3
    least_gradient: float = 1e-6
    same_rows: float = 0.99
    large_input: float = 12.0
    large_series: float = 6.0
    small_input: float = 0.01
    large_target: float = 60.0
    wide_target: float = 20.0
    small_target: float = 0.005
    huge_target: float = 1e4
    imbalance_ratio: float = 10.0
    label_perplexity: float = 0.5
    rare_class: float = 0.05
    neglected_share: float = 0.7
    shared_rows: float = 0.05
    many_shared_rows: float = 0.30
    label_drift: float = 0.25
    input_drift: float = 0.75
    shape_drift: float = 0.30
    range_slack: float = 0.05
    row_sum_slack: float = 0.05
    linear_layers: int = 2
    sigmoid_layers: int = 4
    start_ratio: float = 10.0
    strong_l2: float = 0.1
    strong_l1: float = 0.05
    strong_decay: float = 0.3
    shrunk_share: float = 0.40
    strong_dropout: float = 0.6
    plain_memory: int = 50
    fewest_epochs: int = 5
    high_adaptive_rate: float = 0.03
    high_plain_rate: float = 1.0
    lowest_rate: float = 1e-6
    alike_names: float = 0.8
    long_training: int = 20
    relation_gap: float = 0.30
    told_rows: int = 50
    even_share: float = 0.70
    pulled_share: float = 0.20
    lone_batches: float = 0.80
    strong_momentum: float = 0.97
    still_share: float = 0.25
    growing_steps: int = 5
    faint_reach: float = 1e-3
    few_steps: int = 1000
    short_patience: int = 2
    usual_adaptive_rate: float = 1e-4
    usual_plain_rate: float = 0.01

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
