"""What a study came to beside the quick start, over trainings that are only told."""

import numpy as np
import pytest
from goodfit.recipes.phases import choose_baseline, choose_standard
from goodfit.recipes.studying.beside_standard import beside_standard, standard_seconds
from goodfit.recipes.studying.budget import Budget
from made_courses import BASELINE, made_course, made_splits

STANDARD = BASELINE.replace(units=(256, 128), dropout=0.3)


def compared(gain=0.0, *, gap=1.0, noise=0.002, luck=0, failed="", config=BASELINE, **options):
    """Return which config stays where the quick start gains so much, and what was used for it."""

    def world(tried, place):
        if tried.units == STANDARD.units:
            return {"loss": 0.4 - gain, "failed": failed}
        return {"loss": 0.4, "gap": gap}

    made = made_course(world, noise=noise, luck=luck, **options)
    for place in range(3):
        made.trials.outcome(config, place)
    shared = (made.trials, made.budget, made.ledger, made.course.tell)
    return beside_standard(config, STANDARD, *shared), made, shared


@pytest.mark.parametrize(
    ("gain", "stays", "verdict"),
    [(0.1, STANDARD, "kept"), (-0.1, BASELINE, "reverted")],
)
def test_what_is_clear_is_decided_and_written_once(gain, stays, verdict):
    found, made, shared = compared(gain)
    assert found == stays
    (entry,) = made.ledger.entries("standard")
    assert entry["verdict"]["verdict"] == verdict
    assert entry["difference"] == {"units": [[64, 32], [256, 128]], "dropout": [0.0, 0.3]}
    assert "quick start" in entry["verdict"]["sentence"]
    trained = made.trials.trainings
    assert beside_standard(BASELINE, STANDARD, *shared) == stays
    assert made.trials.trainings == trained
    assert len(made.ledger.entries("standard")) == 1


def test_without_a_gap_the_baseline_stays_where_nothing_is_gained():
    found = [compared(noise=0.02, luck=luck)[0] for luck in range(40)]
    assert found.count(BASELINE) >= 38


def test_with_a_gap_the_better_mean_is_enough():
    taken = 0
    for luck in range(20):
        found, made, _ = compared(gap=1.8, noise=0.02, luck=luck)
        (entry,) = made.ledger.entries("standard")
        if entry["verdict"]["verdict"] == "not distinguishable":
            assert (found == STANDARD) == (entry["verdict"]["gain"] > 0)
        taken += found == STANDARD
    assert 4 <= taken <= 16


def test_a_quick_start_that_comes_to_no_model_is_left():
    found, made, _ = compared(failed="nan")
    assert found == BASELINE
    assert "not a number" in made.ledger.entries("standard")[0]["verdict"]["sentence"]


def test_the_same_config_and_no_time_are_no_comparison():
    for found, made, _ in (compared(0.1, config=STANDARD), compared(0.1, minutes=0.1)):
        assert found == (STANDARD if found.units == STANDARD.units else BASELINE)
        assert not made.ledger.entries("standard")
        assert made.trials.trainings == 3


def test_time_is_kept_back_for_it_where_it_takes_little():
    _, made, _ = compared()
    assert standard_seconds(made.trials, BASELINE, Budget(60.0)) == pytest.approx(4.5)
    assert standard_seconds(made.trials, BASELINE, Budget(20.0)) == 0.0
    budget = Budget(60.0, clock=lambda: 0.0)
    before = budget.reserved(1.0)
    budget.keep_back(lambda: 4.5)
    assert budget.reserved(1.0) == pytest.approx(before + 4.5)
    budget.keep_back(None)
    assert budget.reserved(1.0) == before


def test_the_quick_start_has_what_you_set_in_the_baseline():
    splits = made_splits()
    baseline = choose_baseline(splits, seed=3, overrides=["units=48,24", "l2=0.001"])
    standard = choose_standard(splits, baseline)
    assert (standard.units, standard.l2, standard.seed) == ((48, 24), 0.001, 3)
    assert standard.dropout > baseline.dropout
    plain = choose_standard(splits, choose_baseline(splits))
    assert np.sum(plain.units) > np.sum(choose_baseline(splits).units)
