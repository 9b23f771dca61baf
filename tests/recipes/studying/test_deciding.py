"""What the outcomes of trainings show, and what is tried because of it."""

import pytest
from goodfit.recipes import Config
from goodfit.recipes.studying.deciding import next_changes, state_of
from goodfit.zoo import Task
from made_courses import outcome_of

BINARY, NUMBER = Task("binary", ("no", "yes")), Task("regression", ("y",))
CONFIG = Config(units=(64, 32), dropout=0.0)


def state(*outcomes, config=CONFIG):
    return state_of(outcomes, config)


def tried(outcomes, config=CONFIG, task=BINARY):
    return [each.name for each in next_changes(state_of(outcomes, config), config, task)]


FINE = outcome_of(0.4)


@pytest.mark.parametrize(
    ("outcomes", "phase", "cause"),
    [
        ([FINE] * 3, 5, "fine"),
        ([outcome_of(0.4, gap=1.6)] * 3, 4, "overfitting"),
        ([outcome_of(0.4, "overfitting")] * 3, 4, "overfitting"),
        ([outcome_of(0.4, "underfitting")] * 3, 3, "underfitting"),
        ([outcome_of(0.4, "too_few_epochs")] * 3, 3, "underfitting"),
        ([outcome_of(0.4, epochs=200.0, best=199.0)] * 3, 3, "underfitting"),
        ([outcome_of(0.4, "lr_too_high")] * 3, 2, "unstable"),
        ([outcome_of(0.4, "lr_too_low")] * 3, 2, "slow"),
        ([outcome_of(0.4, "class_collapse")] * 3, 2, "one class"),
        # What comes first has to be mended first.
        ([outcome_of(0.4, "overfitting", "lr_too_high")] * 3, 2, "unstable"),
        ([outcome_of(0.4, "underfitting", "class_collapse")] * 3, 2, "one class"),
        ([outcome_of(0.4, "underfitting", gap=2.0)] * 3, 3, "underfitting"),
    ],
)
def test_the_findings_decide_the_phase(outcomes, phase, cause):
    found = state(*outcomes)
    assert (found.phase, found.cause) == (phase, cause)
    assert found.reason.endswith(".")


def test_a_finding_counts_where_at_least_half_of_the_trainings_have_it():
    ill = outcome_of(0.4, "overfitting")
    assert state(ill, FINE, FINE).cause == "fine"
    assert state(ill, ill, FINE).cause == "overfitting"
    assert state(ill, FINE).faults == ("overfitting",)


def test_more_epochs_that_were_used_up_without_getting_better_are_not_wanted():
    assert state(*[outcome_of(0.4, epochs=200.0, best=100.0)] * 3).cause == "fine"


@pytest.mark.parametrize(
    ("rate", "cause"), [(0.03, "unstable"), (1e-5, "slow"), (0.01, "fine"), (1e-4, "fine")]
)
def test_a_rate_far_from_the_standard_is_looked_at_first(rate, cause):
    config = CONFIG.replace(learning_rate=rate)
    found = state(FINE, FINE, config=config)
    assert found.cause == cause
    if cause != "fine":
        assert tried([FINE], config)[0] == "learning_rate 0.001"


def test_the_standard_rate_is_that_of_the_optimizer():
    config = CONFIG.replace(optimizer="sgd", learning_rate=0.1)
    assert state(FINE, config=config).cause == "fine"
    assert state(FINE, config=config.replace(learning_rate=0.3)).cause == "unstable"


def test_a_training_that_came_to_no_model_is_unstable():
    broken = outcome_of(0.0, failed="The loss is not finite.")
    found = state(broken, FINE, FINE)
    assert (found.phase, found.cause) == (2, "unstable")
    assert "not a number" in found.reason
    assert state(broken, broken).cause == "unstable"


class TestWhatIsTried:
    def test_overfitting_is_regularized_level_by_level(self):
        found = tried([outcome_of(0.4, "overfitting")], CONFIG.replace(units=(128, 64)))
        levels = [
            "dropout 0.3",
            "early_stopping_patience 20",
            "units 32,16",
            "dropout 0.5",
            "l2 0.01",
        ]
        assert found[: len(levels)] == levels
        assert found.index("dropout 0.6") < found.index("optimizer adamw")

    def test_a_gap_that_is_no_finding_is_doubted_after_one_level(self):
        found = tried([outcome_of(0.4, gap=1.6)])
        assert found.index("dropout 0.3") < found.index("units 128,64") < found.index("dropout 0.5")

    def test_regularization_is_trusted_in_doubt_only_where_there_is_a_gap(self):
        gaps = (outcome_of(0.4, "overfitting"), outcome_of(0.4, gap=1.6), outcome_of(0.4, gap=1.1))
        for outcome, trusted in zip(gaps, (True, True, False), strict=True):
            found = next_changes(state(outcome), CONFIG, BINARY)
            assert {each.smoother for each in found if each.setting == "dropout"} >= {trusted}
            assert not any(each.smoother for each in found if each.setting == "units")

    def test_underfitting_gets_capacity(self):
        found = tried([outcome_of(0.4, "underfitting")])
        assert found[:3] == ["units 128,64", "units 64,64,32", "epochs 600"]

    def test_epochs_come_first_where_they_were_used_up(self):
        assert tried([outcome_of(0.4, epochs=200.0, best=200.0)])[0] == "epochs 600"

    def test_what_keeps_a_model_from_fitting_is_taken_away_first(self):
        config = CONFIG.replace(l2=0.05, dropout=0.6)
        found = next_changes(state(outcome_of(0.4, "underfitting"), config=config), config, BINARY)
        assert [(each.name, each.simpler) for each in found[:2]] == [
            ("l2 0", True),
            ("dropout 0.2", True),
        ]

    def test_one_class_gets_weights_unless_there_are_no_classes(self):
        ill = [outcome_of(0.4, "class_collapse")]
        assert tried(ill)[0] == "class_weights balanced"
        assert "class_weights balanced" not in tried(ill, task=NUMBER)
        weighted = CONFIG.replace(class_weights="balanced")
        assert "class_weights balanced" not in tried(ill, weighted)

    def test_unstable_gets_smaller_steps_and_slow_larger_ones(self):
        assert tried([outcome_of(0.4, "oscillating_loss")])[0] == "learning_rate 0.0001"
        assert tried([outcome_of(0.4, "lr_too_low")])[0] == "learning_rate 0.005"

    @pytest.mark.parametrize(
        "fault", ["overfitting", "underfitting", "lr_too_high", "lr_too_low", "class_collapse", ""]
    )
    def test_nothing_is_there_twice_and_fine_tuning_comes_last(self, fault):
        outcomes = [outcome_of(0.4, *([fault] if fault else []))]
        changes = next_changes(state_of(outcomes, CONFIG), CONFIG, BINARY)
        pairs = [(each.setting, each.value) for each in changes]
        assert len(pairs) == len(set(pairs))
        phases = [each.phase for each in changes]
        assert 5 not in phases[: phases.index(5)]
        assert all(phase == 5 for phase in phases[phases.index(5) :])
        assert all(each.difference(CONFIG) for each in changes)
