"""choose_threshold: the cheapest line between yes and no, checked by trying every one."""

import numpy as np
import pytest
from goodfit.recipes import choose_threshold, threshold_curve
from goodfit.zoo import BadInput


def cost(labels, outputs, threshold, alarm, miss):
    yes = outputs > threshold
    return alarm * (yes & (labels == 0)).sum() + miss * (~yes & (labels == 1)).sum()


@pytest.mark.parametrize("digits", [1, 9])
@pytest.mark.parametrize(("alarm", "miss"), [(1, 1), (1, 10), (7, 1), (0, 1), (1, 0), (0.3, 0.1)])
def test_no_other_threshold_is_cheaper(alarm, miss, digits):
    for seed in range(20):
        random = np.random.default_rng(seed)
        labels = random.permutation(np.arange(80) < 25).astype(int)
        outputs = np.clip(random.normal(0.35 + 0.3 * labels, 0.2), 0, 1).round(digits)
        choice = choose_threshold(labels, outputs, cost_false_alarm=alarm, cost_missed=miss)
        tried = [cost(labels, outputs, t, alarm, miss) for t in np.linspace(0, 1, 2001)]
        found = cost(labels, outputs, choice.value, alarm, miss)
        assert found <= min(tried) + 1e-9
        assert choice.figures["cost"] == pytest.approx(found)
        assert 0 <= choice.value <= 1


def test_theory_decides_between_equals():
    choice = choose_threshold([0, 0, 1, 1], [0.1, 0.2, 0.9, 0.95], cost_missed=4)
    assert choice.value == pytest.approx(0.2 + 0) or choice.figures["cost"] == 0
    assert choice.figures["theoretical_threshold"] == 0.2
    even = choose_threshold([0, 0, 1, 1], [0.1, 0.2, 0.9, 0.95])
    assert even.value == 0.5


def test_says_when_the_rows_are_few():
    few = choose_threshold([0, 1], [0.2, 0.7])
    assert "chance" in few.reason
    many = choose_threshold([0, 1] * 40, [0.2, 0.7] * 40)
    assert "chance" not in many.reason
    assert many.rule == "MET-7"


def test_calibrated_probabilities_are_cut_near_the_theory():
    random = np.random.default_rng(0)
    outputs = random.random(40_000)
    labels = (random.random(40_000) < outputs).astype(int)
    choice = choose_threshold(labels, outputs, cost_false_alarm=1, cost_missed=4)
    assert choice.value == pytest.approx(0.2, abs=0.03)


def test_the_curve_is_what_each_threshold_brings():
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 300)
    outputs = random.random(300)
    curve = threshold_curve(labels, outputs, cost_false_alarm=2, cost_missed=3)
    assert len(curve["threshold"]) <= 200
    assert curve["threshold"] == sorted(curve["threshold"])
    for k in range(0, len(curve["threshold"]), 13):
        yes = outputs > curve["threshold"][k]
        assert curve["false_alarms"][k] == (yes & (labels == 0)).sum()
        assert curve["missed"][k] == (~yes & (labels == 1)).sum()
        assert curve["cost"][k] == 2 * curve["false_alarms"][k] + 3 * curve["missed"][k]
    assert (curve["recall"][0], curve["recall"][-1]) == (1, 0)


@pytest.mark.parametrize(
    ("labels", "outputs", "costs", "kinds"),
    [
        ([0, 1], [0.1, 0.9], {"cost_missed": -1}, {"cost_missed_invalid"}),
        ([0, 1], [0.1, 0.9], {"cost_missed": float("nan")}, {"cost_missed_invalid"}),
        ([0, 1], [0.1, 0.9], {"cost_missed": "much"}, {"cost_missed_invalid"}),
        ([0, 1], [0.1, 0.9], {"cost_missed": 0, "cost_false_alarm": 0}, {"costs_zero"}),
        ([0, 0], [0.1, 0.9], {}, {"one_class"}),
        (
            [0, 1],
            [0.1, float("nan")],
            {"cost_false_alarm": -2},
            {"cost_false_alarm_invalid", "outputs_not_finite"},
        ),
    ],
)
def test_refuses_what_cannot_be_chosen_from(labels, outputs, costs, kinds):
    with pytest.raises(BadInput) as caught:
        choose_threshold(labels, outputs, **costs)
    assert {problem.kind for problem in caught.value.problems} == kinds
