"""A loss that jumps up and down: by momentum, beside a high rate, and only for other rows."""

from dataclasses import replace

import numpy as np
from goodfit.callbacks import Evidence, History, ModelFacts, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.judging.rules_swings import oscillating_loss, rolling_past, swinging

LIMITS = Thresholds()
JUMPS = np.array([0.4, -0.3, 0.35, -0.4, 0.3, -0.35, 0.4, -0.3, 0.35, -0.4, 0.3, -0.35])
NAIVE = {"majority": {"accuracy": 0.1, "loss": 2.3}}


def swings(level=1.4, accuracy=0.6, held=1.0, size=1.0):
    """A classifier whose training loss jumps about; `held` is by how much validation does."""
    loss = np.concatenate([[2.3], level + size * JUMPS])
    columns = {
        "loss": list(loss),
        "val_loss": list(np.concatenate([[2.2], level + held * JUMPS])),
        "accuracy": [0.2, *[accuracy] * len(JUMPS)],
        "val_accuracy": [0.2, *[accuracy] * len(JUMPS)],
    }
    model = ModelFacts(optimizer="rmsprop", learning_rate=0.15)
    return Evidence(History(columns), NAIVE, model=model)


def test_a_swing_about_a_level_comes_before_the_rate():
    found = judge(swings(), LIMITS)
    assert found[0].fault == "oscillating_loss"
    assert swinging(swings(), LIMITS).figures["of"] == "loss"


def test_what_knows_nothing_or_diverges_is_the_rates_fault():
    assert swinging(swings(accuracy=0.11), LIMITS) is None
    evidence = swings()
    up = {**evidence.history.columns, "loss": [2.3, 1.0, *np.linspace(1, 30, 11)]}
    assert swinging(replace(evidence, recorded=History(up)), LIMITS) is None


def test_other_rows_in_every_epoch_are_no_swing_of_the_model():
    assert oscillating_loss(swings(held=1.0), LIMITS) is not None
    assert oscillating_loss(swings(held=0.02), LIMITS) is None


def test_small_jumps_of_validation_are_a_remark():
    evidence = swings(level=0.1, size=0.001, held=0.2, accuracy=0.95)
    known = replace(evidence, naive={"majority": {"accuracy": 0.1, "loss": 4.0}})
    found = oscillating_loss(known, LIMITS)
    assert found is None or found.severity == "info"


def test_now_and_then_to_twice_the_level():
    calm = [1.0, 0.5, 0.3, 0.25, 0.24, 0.23, 0.24, 0.23, 0.22, 0.23, 0.22, 0.21, 0.22, 0.21, 0.2]
    columns = {"loss": calm, "val_loss": list(calm)}
    for place in (7, 11):
        columns["val_loss"][place] = 0.7
    found = oscillating_loss(Evidence(History(columns), {"mean": {"loss": 1.0}}), LIMITS)
    assert (found.severity, found.figures["of"], found.figures["swings"]) == (
        "warning",
        "val_loss",
        2,
    )
    columns["val_loss"][7] = 0.23
    assert oscillating_loss(Evidence(History(columns)), LIMITS) is None, "once is chance"


def test_momentum_that_rolls_past_valleys():
    strong = ModelFacts(optimizer="sgd", learning_rate=0.02, momentum=0.99)
    evidence = replace(swings(accuracy=0.11), model=strong)
    found = rolling_past(evidence, LIMITS)
    assert (found.fault, found.figures["momentum"]) == ("oscillating_loss", 0.99)
    assert "100 steps" in found.cause
    usual = replace(evidence, model=replace(strong, momentum=0.9))
    assert rolling_past(usual, LIMITS) is None
    calm = {"loss": list(2.3 * 0.9 ** np.arange(13)), "accuracy": [0.5] * 13}
    assert rolling_past(replace(evidence, recorded=History(calm)), LIMITS) is None
    rising = {"loss": [1.1, 0.4, 0.5, 0.9, 2.0, 3.0, 4.0, 5.0, 6.0]}
    diverged = judge(replace(evidence, recorded=History(rising)), LIMITS)[0]
    assert diverged.fault == "oscillating_loss"
    assert "lr_too_high" in diverged.consequences
