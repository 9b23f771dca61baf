"""The rules on made histories: each fault is named, no healthy training is called ill."""

import math
from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest
from goodfit.callbacks import RULES, Evidence, Finding, History, Thresholds, diagnose
from goodfit.callbacks.diagnosis import name_roots
from goodfit.callbacks.judging.rules import EXPLAINS
from goodfit.zoo import BadInput
from made_histories import faulty, healthy

SEEDS = range(5)


def faults(findings):
    return [finding.fault for finding in findings]


@pytest.mark.parametrize("name", faulty(0))
def test_each_fault_is_found_and_is_the_root(name):
    for seed in SEEDS:
        fault, columns, known = faulty(seed)[name]
        findings = diagnose(columns, **known)
        assert fault in faults(findings)
        found = next(finding for finding in findings if finding.fault == fault)
        assert found.severity in ("warning", "error")
        assert found.cause
        assert found.remedy
        assert 0 < found.confidence <= 1
        assert found.epoch in History.read(columns).epochs
        others = [finding for finding in findings if finding is not found]
        assert all(other.severity == "info" for other in others)


@pytest.mark.parametrize("name", healthy(0))
def test_no_alarm_on_healthy_trainings(name):
    for seed in SEEDS:
        columns, known = healthy(seed)[name]
        findings = diagnose(columns, **known)
        assert not [str(finding) for finding in findings if finding.severity != "info"]


def test_false_alarms_over_many_seeds():
    """Measured over 630 made trainings: no error, and a warning on fewer than 1 in 100."""
    runs, alarms = 0, Counter()
    for seed in range(100, 130):
        for columns, known in healthy(seed).values():
            runs += 1
            alarms.update(finding.severity for finding in diagnose(columns, **known))
    assert alarms["error"] == 0
    assert alarms["warning"] <= runs / 100


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("NaN", "DX-1"),
        ("stuck", "DX-2"),
        ("overfitting", "DX-3"),
        ("overfitting regression", "DX-6"),
        ("underfitting", "DX-4"),
        ("one class for all", "DX-5"),
        ("diverging", "LR-2"),
        ("oscillating", "LR-2"),
        ("crawling", "WHEN-4"),
        ("no validation", "MIS-1"),
    ],
)
def test_findings_carry_the_rule_of_the_guide(fault, rule):
    name, columns, known = faulty(0)[fault]
    found = next(f for f in diagnose(columns, **known) if f.fault == name)
    assert found.rule == rule


def test_nan_after_a_rise_blames_the_rate_and_names_the_epoch():
    columns = {"loss": [0.9, 0.7, 2.0, 3.0, math.nan], "val_loss": [0.9, 0.8, 2, 2, math.nan]}
    (finding,) = diagnose(columns)
    assert finding.epoch == 5
    assert finding.figures["before"] == 3.0
    assert "learning rate is too high" in finding.cause
    assert "Divide the learning rate by 10" in finding.remedy
    assert "lr_too_high" in finding.consequences


def test_nan_from_the_start_sends_to_the_data_first():
    finding = diagnose({"loss": [math.nan], "val_loss": [math.nan]})[0]
    assert finding.epoch == 1
    assert "NaN or infinity in the data" in finding.cause


def test_stuck_is_told_from_converged_by_how_much_the_loss_fell_before():
    flat = 0.3 + 0.0005 * np.sin(np.arange(40))
    converged = np.r_[2.3, 1.2, 0.7, 0.45, flat]
    assert "lr_too_low" not in faults(diagnose({"loss": converged, "val_loss": converged}))
    assert faults(diagnose({"loss": flat + 2, "val_loss": flat + 2})) == ["lr_too_low"]


def test_nothing_is_called_stuck_before_twenty_epochs():
    columns = {"loss": [2.3] * 19, "val_loss": [2.3] * 19}
    assert diagnose(columns) == []
    longer = {name: [2.3] * 20 for name in columns}
    (finding,) = diagnose(longer)
    assert (finding.fault, finding.epoch) == ("lr_too_low", 20)
    assert diagnose(longer, thresholds=Thresholds(patience=30)) == []


@pytest.mark.parametrize(("rate", "fault"), [(1e-6, "lr_too_low"), (0.5, "lr_too_high")])
def test_the_learning_rate_decides_where_it_is_known(rate, fault):
    flat = 2.303 + 0.002 * np.sin(np.arange(30) * 2.0)
    finding = diagnose({"loss": flat, "val_loss": flat, "learning_rate": [rate] * 30})[0]
    assert finding.fault == fault
    assert finding.figures["learning_rate"] == rate


def overfitted(rise):
    """Train ends at 0.95 accuracy, validation at 0.74; its loss rises after epoch 10."""
    t = np.arange(30)
    loss = 0.7 * 0.9**t
    val_loss = np.where(t < 10, 0.7 - 0.02 * t, 0.5 * (1 + rise * (t - 9) / 20))
    accuracy = np.minimum(0.6 + 0.05 * t, 0.95)
    val_accuracy = np.minimum(0.6 + 0.05 * t, 0.74)
    return {"loss": loss, "val_loss": val_loss, "accuracy": accuracy, "val_accuracy": val_accuracy}


def test_overfitting_without_restored_weights_is_judged_at_the_end():
    (finding,) = diagnose(overfitted(rise=1.0))
    assert (finding.fault, finding.rule, finding.severity) == ("overfitting", "DX-3", "error")
    assert finding.figures["gap_accuracy"] == pytest.approx(0.21)
    assert finding.figures["best_epoch"] == 10
    assert finding.epoch == 11


def test_overfitting_with_restored_weights_is_judged_at_the_restored_epoch():
    columns = overfitted(rise=1.0)
    (mild,) = diagnose(columns, restored_epoch=3)
    assert mild.severity == "info"
    assert mild.figures["gap_at_restored_epoch"] == pytest.approx(0.0)
    (wide,) = diagnose(columns, restored_epoch=8)
    assert wide.severity == "warning"
    assert wide.figures["gap_at_restored_epoch"] == pytest.approx(0.21)
    assert "epoch 8" in wide.cause


def test_a_large_ratio_of_losses_alone_is_no_overfitting():
    """A training loss near zero makes any ratio; what counts is that validation gets worse."""
    t = np.arange(60)
    columns = {"loss": 1.5 * 0.8**t + 1e-5, "val_loss": 0.8 * 0.8**t + 0.1}
    assert diagnose(columns) == []
    shares = {"accuracy": 1 - 0.4 * 0.8**t, "val_accuracy": 0.97 - 0.4 * 0.8**t}
    rising = columns["val_loss"] + 0.003 * np.maximum(t - 30, 0)
    assert faults(diagnose({**columns, **shares, "val_loss": rising})) == []


@pytest.mark.parametrize("epochs", [1, 2, 3, 4, 5])
def test_short_and_steep_trainings_are_healthy(epochs):
    """Bug prevented: a median over the last three of three epochs called them rising."""
    t = np.arange(epochs)
    columns = {"loss": 5.0 * 0.2**t, "val_loss": 4.0 * 0.2**t}
    shares = {"accuracy": 1 - 0.5 * 0.2**t, "val_accuracy": 0.85 - 0.4 * 0.2**t}
    findings = [*diagnose(columns), *diagnose({**columns, **shares})]
    assert not set(faults(findings)) - {"too_few_epochs"}


def test_underfitting_needs_a_naive_answer_to_be_sure():
    t = np.arange(40)
    accuracy = 0.625 - 0.1 * 0.7**t
    loss = 0.66 + 0.05 * 0.7**t
    columns = {
        "loss": loss, "val_loss": loss, "accuracy": accuracy, "val_accuracy": accuracy - 0.005,
    }  # fmt: skip
    assert diagnose(columns) == []
    (finding,) = diagnose(columns, baseline={"accuracy": 0.62})
    assert (finding.fault, finding.severity) == ("underfitting", "warning")
    assert finding.figures["naive_accuracy"] == 0.62
    assert diagnose(columns, baseline={"accuracy": 0.5}) == []


def test_baselines_come_in_every_form():
    columns = {"loss": [0.9] * 12, "val_loss": [0.9] * 12}
    for baseline in (
        {"loss": 0.9},
        {"majority": {"loss": 0.9}},
        {"majority": {"loss": {"value": 0.9, "low": 0.8, "high": 1.0}}},
        {"loss": {"value": 0.9}},
    ):
        assert faults(diagnose(columns, baseline=baseline)) == ["underfitting"]
    assert diagnose(columns, baseline={"loss": 2.0}) == []
    assert diagnose(columns, baseline={"other": 2.0}) == []
    for wrong in ({"loss": "x"}, 0.5):
        with pytest.raises(BadInput):
            diagnose(columns, baseline=wrong)


def test_as_good_as_a_linear_model_is_no_underfitting_but_worse_is():
    columns = {"loss": [0.5] * 12, "val_loss": [0.5] * 12}
    assert diagnose(columns, baseline={"linear": {"loss": 0.5}}) == []
    assert faults(diagnose(columns, baseline={"linear": {"loss": 0.4}})) == ["underfitting"]


def test_a_training_that_went_on_to_learn_is_no_underfitting():
    """Bug prevented: at the restored third epoch the loss was above a linear model's, later not."""
    loss = np.r_[0.55, 0.4, 0.35, np.linspace(0.33, 0.25, 20)]
    val_loss = np.r_[0.4, 0.33, 0.317, np.linspace(0.32, 0.36, 20)]
    columns = {"loss": loss, "val_loss": val_loss}
    baseline = {"linear": {"loss": 0.295}}
    found = diagnose(columns, baseline=baseline, restored_epoch=3)
    assert "underfitting" not in faults(found)
    columns["loss"] = np.maximum(loss, 0.34)
    (finding,) = diagnose(columns, baseline=baseline, restored_epoch=3)
    assert finding.fault == "underfitting"
    assert "worse than a linear model" in finding.cause


def test_accuracy_at_the_majority_is_no_underfitting_where_auc_shows_skill():
    columns = {
        "loss": [0.1] * 12, "val_loss": [0.1] * 12, "accuracy": [0.951] * 12,
        "val_accuracy": [0.95] * 12, "auc": [0.95] * 12, "val_auc": [0.93] * 12,
    }  # fmt: skip
    findings = diagnose(columns, baseline={"accuracy": 0.95})
    assert "underfitting" not in faults(findings)


def test_predictions_of_one_class_are_a_collapse_unless_the_data_are_so():
    columns = {"loss": [0.7, 0.6, 0.6], "val_loss": [0.7, 0.6, 0.6]}
    (finding,) = diagnose(columns, prediction_shares={"no": 0.99, "yes": 0.01})
    assert (finding.fault, finding.rule, finding.severity) == ("class_collapse", "DX-5", "error")
    shares, rare = [0.0, 1.0], {"accuracy": 0.99}
    assert diagnose(columns, prediction_shares=shares, baseline=rare)[0].severity == "info"
    assert diagnose(columns, prediction_shares=[0.6, 0.4]) == []


def test_softmax_on_one_unit_shows_though_the_loss_falls():
    """Keras 3 trains it as if it were right, and predicts 1 for every row."""
    loss = 0.6 * 0.9 ** np.arange(30)
    columns = {
        "loss": loss, "val_loss": loss, "accuracy": [0.6268] * 30, "val_accuracy": [0.6294] * 30,
    }  # fmt: skip
    assert "class_collapse" in faults(diagnose(columns))


def test_an_accuracy_that_stands_still_on_a_high_level_is_worth_a_remark():
    """A rare class: 0.926 may be the share of the other one, or a model that has converged."""
    loss = 0.3 + 0.5 * 0.8 ** np.arange(20)
    columns = {
        "loss": loss, "val_loss": loss,
        "accuracy": np.r_[0.33, 0.56, 0.87, [0.926] * 17],
        "val_accuracy": np.r_[0.52, 0.71, 0.9, [0.935] * 17],
    }  # fmt: skip
    (remark,) = (each for each in diagnose(columns) if each.fault == "class_collapse")
    assert remark.severity == "info"
    assert "commonest class" in remark.cause
    (sure,) = (each for each in diagnose(columns, baseline={"accuracy": 0.93}) if each.epoch == 4)
    assert (sure.fault, sure.severity) == ("class_collapse", "warning")
    assert "class_collapse" not in faults(diagnose(columns, baseline={"accuracy": 0.6}))


SMALL = 22  # rows of validation


def test_a_jump_of_a_small_validation_set_is_no_oscillation():
    """Bug prevented: on 86 rows, of which 85 were right, every jump of one row's loss counted."""
    t = np.arange(40)
    falling = 0.4 * 0.9**t + 0.01
    jumps = 0.03 + 0.02 * (t % 2)
    right = {"accuracy": 1 - 0.1 * 0.8**t, "val_accuracy": 1 - (t % 2) / 86}
    assert diagnose({"loss": falling, "val_loss": jumps, **right}) == []
    few = {"accuracy": 0.9 - 0.3 * 0.8**t, "val_accuracy": np.where(t % 3, 19, 18) / SMALL}
    level = 0.3 + 0.088 * (t % 2)
    assert diagnose({"loss": falling + 0.25, "val_loss": level, **few}) == []
    many = {**few, "val_accuracy": np.where(t % 3, 1901, 1817) / 2203}
    findings = diagnose({"loss": falling + 0.25, "val_loss": level, **many})
    assert faults(findings) == ["oscillating_loss"]


def test_a_gap_of_two_rows_is_no_overfitting():
    t = np.arange(30)
    rising = np.where(t < 10, 0.7 - 0.03 * t, 0.43 + 0.01 * (t - 10))
    columns = {"loss": 0.7 * 0.9**t, "val_loss": rising, "accuracy": np.minimum(0.6 + 0.04 * t, 1)}
    few = np.r_[np.linspace(13, 20, 10).round(), np.where(np.arange(20) % 5, 20, 19)] / SMALL
    assert faults(diagnose({**columns, "val_accuracy": few})) == []
    many = np.r_[np.linspace(1300, 2000, 10).round(), np.where(np.arange(20) % 5, 2000, 1981)]
    assert faults(diagnose({**columns, "val_accuracy": many / 2203})) == ["overfitting"]


def test_what_early_stopping_ended_is_neither_overfitted_nor_too_short():
    """Bug prevented: a slow run, best 30 epochs before its end, was told to go on."""
    t = np.arange(188)
    best = 158
    val_loss = 0.45 - 0.2 * (np.minimum(t, best) / best) ** 4 + 0.004 * np.maximum(t - best, 0)
    columns = {"loss": 0.5 * 0.98**t, "val_loss": val_loss}
    shares = {"accuracy": 0.85 + 0.15 * (t / 188), "val_accuracy": 0.8 + 0.05 * (t / 188)}
    known = {"restored_epoch": best + 1}
    assert "too_few_epochs" not in faults(diagnose(columns, **known))
    loud = [f for f in diagnose({**columns, **shares}, **known) if f.severity != "info"]
    assert loud == []
    falling = {"loss": 2.0 * 0.8 ** np.arange(6), "val_loss": 2.0 * 0.8 ** np.arange(6)}
    assert faults(diagnose(History.read(falling, planned_epochs=6))) == ["too_few_epochs"]
    assert diagnose(History.read(falling, planned_epochs=60)) == []


def test_a_second_fit_does_not_take_its_own_fall_for_the_whole():
    """Bug prevented: epochs 11 to 20 of a converged training were 'half of the whole fall'."""
    loss = 0.15 - 0.002 * np.arange(10)
    columns = {"epoch": range(10, 20), "loss": loss, "val_loss": loss}
    assert diagnose(columns) == []
    assert faults(diagnose({**columns, "epoch": range(10)})) == ["too_few_epochs"]


def test_several_outputs_are_judged_by_the_widest_gap():
    columns = overfitted(rise=1.0)
    renamed = {
        "loss": columns["loss"], "val_loss": columns["val_loss"], "a_loss": columns["loss"],
        "val_a_loss": columns["val_loss"], "a_accuracy": columns["val_accuracy"],
        "val_a_accuracy": columns["val_accuracy"], "b_accuracy": columns["accuracy"],
        "val_b_accuracy": columns["val_accuracy"],
    }  # fmt: skip
    (finding,) = diagnose(renamed)
    assert "gap_b_accuracy" in finding.figures


def test_errors_come_first_and_roots_swallow_what_they_explain():
    columns = {"loss": [1.0, 0.5, math.nan]}
    assert faults(diagnose(columns)) == ["nan_loss", "no_validation"]
    warning = Finding("lr_too_low", "DX-2", "warning", "a", "b", confidence=0.8)
    info = Finding("too_few_epochs", "", "info", "a", "b")
    poor = Finding("underfitting", "DX-4", "warning", "a", "b")
    (root,) = name_roots([warning, info, poor])
    assert root.consequences == ("too_few_epochs", "underfitting")
    # A remark explains no fault away, and a doubtful finding is no root of a sure one.
    assert faults(name_roots([info, poor])) == ["too_few_epochs", "underfitting"]
    doubtful = replace(warning, confidence=0.4)
    collapse = Finding("class_collapse", "DX-5", "warning", "a", "b", confidence=0.8)
    assert faults(name_roots([doubtful, collapse])) == ["class_collapse"]


def test_nothing_that_needs_the_end_is_said_in_the_middle():
    columns = {"loss": 2.0 * 0.8 ** np.arange(6)}
    assert faults(diagnose(columns)) == ["too_few_epochs", "no_validation"]
    assert diagnose(columns, final=False) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"loss": [0.0]},
        {"loss": [0.0] * 40, "val_loss": [0.0] * 40},
        {"loss": [-1.0] * 40, "val_loss": [-1.0] * 40},
        {"loss": [1.0] * 40, "val_loss": [None] * 39 + [1.0]},
        {"loss": [None, 1.0, None, 0.5], "accuracy": [None] * 4, "val_accuracy": [0.1] * 4},
        {"loss": [1e308, 1e-308, 1e308], "val_loss": [1.0, 2.0, 3.0]},
        {"loss": [1.0, 2.0], "val_accuracy": [0.5, 0.5]},
        {"loss": [math.inf] * 30, "val_loss": [-math.inf] * 30, "accuracy": [math.nan] * 30},
    ],
)
def test_odd_histories_break_no_rule(columns):
    with np.errstate(all="raise", under="ignore"):
        for finding in diagnose(columns, baseline={"accuracy": 0.5, "loss": 0.0}):
            assert "nan" not in finding.cause.replace("nan_", "")


def test_rules_are_pure_and_each_threshold_is_used():
    history = History.read(faulty(0)["overfitting"][1])
    evidence, thresholds = Evidence(history), Thresholds()
    assert [rule.apply(evidence, thresholds, final=True) for rule in RULES] == [
        rule.apply(evidence, thresholds, final=True) for rule in RULES
    ]
    from pathlib import Path

    import goodfit.callbacks.judging.rules as rules

    folder = Path(rules.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    for each in fields(Thresholds):
        assert f"thresholds.{each.name}" in text, f"{each.name} changes nothing"


def test_every_fault_of_the_rules_has_a_place_among_the_causes():
    names = [rule.fault for rule in RULES]
    for root, explained in EXPLAINS.items():
        assert root in names
        assert set(explained) <= set(names)
        assert root not in explained


@pytest.mark.parametrize("wrong", [-1, math.nan, "a", None, True])
def test_thresholds_refuse_what_is_no_figure(wrong):
    with pytest.raises(BadInput) as error:
        Thresholds(gap=wrong, patience=wrong)
    assert len(error.value.problems) == 2
