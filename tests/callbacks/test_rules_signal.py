"""Rules about the signal between layers: each fault by its figures, and what only looks like it."""

import math
from dataclasses import replace

import pytest
from goodfit.callbacks import ModelFacts, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.judging.rules_signal import (
    exploding_at_start,
    exploding_gradient,
    hidden_nan,
    same_answer,
    vanishing_gradient,
)
from goodfit.callbacks.judging.rules_units import (
    dead_at_start,
    dead_relu,
    saturated_activation,
    saturated_at_start,
)
from made_probes import evidence, probe, stuck

LIMITS = Thresholds()
RULES = (
    dead_at_start,
    dead_relu,
    exploding_at_start,
    exploding_gradient,
    hidden_nan,
    same_answer,
    saturated_activation,
    saturated_at_start,
    vanishing_gradient,
)


def row(changes=None, epochs=(0, 1, 2, 5, 9), since=0, **figures):
    """Probes with these changes from an epoch on."""
    made = []
    for epoch in epochs:
        bad = epoch >= since
        made.append(probe(epoch, changes if bad else None, **(figures if bad else {})))
    return made


@pytest.mark.parametrize("rule", RULES)
def test_a_healthy_training_is_not_accused(rule):
    assert rule(evidence(row()), LIMITS) is None
    assert rule(evidence([probe(0)], epochs=1), LIMITS) is None


def test_gradients_that_do_not_reach_the_first_layer():
    gone = {"a": {"gradient_norm": 1e-7}, "b": {"gradient_norm": 1e-4}}
    found = vanishing_gradient(stuck(row(gone)), LIMITS)
    assert (found.severity, found.rule, found.where) == ("warning", "ACT-3", ("a",))
    assert vanishing_gradient(evidence(row(gone)), LIMITS) is None, "it learns all the same"
    assert vanishing_gradient(stuck(row(gone, epochs=(0, 1))), LIMITS) is None, "too early to say"
    small = {name: {"gradient_norm": 1e-6} for name in ("a", "b", "c", "head")}
    assert vanishing_gradient(stuck(row(small)), LIMITS) is None, "a converged model has none"
    once = [probe(0, gone), *row(epochs=(1, 2, 5, 9))]
    assert vanishing_gradient(stuck(once), LIMITS) is None


def test_a_gradient_that_a_high_rate_took_away_is_the_rates_fault():
    gone = {"a": {"gradient_norm": 1e-7}, "b": {"gradient_norm": 1e-4}}
    later = [probe(0), *row(gone, epochs=(1, 2, 5, 9))]
    assert vanishing_gradient(stuck(later), LIMITS) is not None
    high = ModelFacts(optimizer="adam", learning_rate=0.1)
    assert vanishing_gradient(replace(stuck(later), model=high), LIMITS) is None
    from_the_start = replace(stuck(row(gone)), model=high)
    assert vanishing_gradient(from_the_start, LIMITS) is not None
    assert judge(replace(stuck(later), model=high), LIMITS)[0].fault == "lr_too_high"


def test_units_that_begin_flat_are_the_root_of_gradients_that_explode():
    flat = {"a": {"flat_units": 1.0, "gradient_norm": 80.0}}
    found = judge(stuck(row(flat)), LIMITS)
    assert found[0].fault == "saturated_activation"
    assert "exploding_gradient" in found[0].consequences


def test_gradients_that_explode_before_the_first_step_are_the_root_of_nan():
    huge = {"a": {"gradient_norm": 1e6}}
    training = stuck(row(huge))
    found = exploding_at_start(training, LIMITS)
    assert (found.severity, found.where, found.epoch) == ("warning", ("a",), 1)
    assert exploding_gradient(training, LIMITS).epoch == 1
    lost = evidence(row(huge, epochs=(0, 1, 2)), [0.3] * 2, [math.nan] * 2)
    first = judge(lost, LIMITS)[0]
    assert first.fault in ("exploding_gradient", "nan_loss")
    named = [finding.fault for finding in judge(lost, LIMITS) if finding.severity != "info"]
    assert "exploding_gradient" in named
    assert exploding_at_start(evidence(row(huge)), LIMITS).severity == "info", "it learns"
    # Targets in thousands make gradients large: that is no fault of the layers.
    large = {name: {"gradient_norm": 2e3} for name in ("a", "b", "c", "head")}
    assert exploding_at_start(stuck(row(large, loss=1e6)), LIMITS) is None


def test_dead_rectifiers():
    dead = {"b": {"zero_units": 1.0}}
    at_start = dead_at_start(stuck(row(dead)), LIMITS)
    assert (at_start.severity, at_start.where) == ("error", ("b",))
    assert "before the first step" in at_start.cause
    assert dead_relu(stuck(row(dead)), LIMITS) is None, "one rule or the other"
    later = dead_relu(stuck(row(dead, since=2)), LIMITS)
    assert (later.severity, later.epoch) == ("error", 2)
    assert dead_at_start(stuck(row(dead, since=2)), LIMITS) is None
    half = {"b": {"zero_units": 0.6}}
    assert dead_relu(stuck(row(half, since=2)), LIMITS).severity == "warning"
    assert dead_relu(evidence(row(half, since=2)), LIMITS).severity == "info", "it learns"
    sparse = {"b": {"zero_units": 0.45}}
    assert dead_relu(stuck(row(sparse, since=2)), LIMITS) is None
    head = {"head": {"zero_units": 1.0}}
    assert dead_relu(stuck(row(head, since=2)), LIMITS) is None, "that is the output's business"


def test_units_on_their_flat_ends():
    flat = {"b": {"flat_units": 0.9, "activation": "tanh"}}

    def made(since, changes=flat):
        probes = []
        for each in row():
            layers = list(each.layers)
            if each.epoch >= since:
                for at, one in enumerate(layers):
                    fields = vars(one) | changes.get(one.name, {})
                    layers[at] = type(one)(**fields)
            probes.append(type(each)(**{**vars(each), "layers": tuple(layers)}))
        return probes

    found = saturated_at_start(stuck(made(0)), LIMITS)
    assert (found.severity, found.rule, found.where) == ("warning", "ACT-4", ("b",))
    assert saturated_activation(stuck(made(0)), LIMITS) is None, "one finding is enough"
    assert saturated_at_start(evidence(made(0)), LIMITS).severity == "info"
    assert saturated_activation(evidence(made(2)), LIMITS).severity == "info", "it has decided"
    assert saturated_activation(stuck(made(9)), LIMITS).severity == "info", "not for long"
    some = {"b": {"flat_units": 0.3, "activation": "tanh"}}
    assert saturated_at_start(stuck(made(0, some)), LIMITS) is None
    some["b"]["kind"] = "GRU"
    assert saturated_at_start(stuck(made(0, some)), LIMITS).severity == "warning"
    output = {"head": {"flat_units": 1.0, "activation": "sigmoid"}}
    assert saturated_at_start(stuck(made(0, output)), LIMITS) is None


def test_nan_that_the_loss_does_not_show():
    found = hidden_nan(evidence(row(since=2, not_finite=("weights a", "gradient a"))), LIMITS)
    assert (found.fault, found.severity, found.epoch) == ("nan_loss", "error", 2)
    assert found.where == ("weights a", "gradient a")
    assert "rectifier" in found.cause
    spoilt = hidden_nan(evidence(row(not_finite=("inputs", "input a"))), LIMITS)
    assert spoilt.fault == "nan_input"
    filled = evidence(row(not_finite=("inputs",)))
    assert hidden_nan(filled, LIMITS) is None, "the model fills gaps itself"
    made = hidden_nan(evidence(row(not_finite=("input b",))), LIMITS)
    assert "logarithm" in made.remedy


def test_one_answer_for_all():
    same = {"class_shares": (1.0, 0.0, 0.0), "output_spread": (1e-6,)}
    found = same_answer(stuck(row(since=2, **same)), LIMITS)
    assert (found.severity, found.rule, found.figures["class"]) == ("error", "DX-5", 0)
    assert same_answer(stuck(row(epochs=(0, 1, 2), **same)), LIMITS) is None, "at first many do"
    natural = {**same, "label_shares": (0.95, 0.03, 0.02)}
    assert same_answer(stuck(row(since=2, **natural)), LIMITS) is None
    rare = {**same, "label_shares": (0.85, 0.1, 0.05)}
    assert same_answer(stuck(row(since=2, **rare)), LIMITS).severity == "warning"


def test_one_cause_is_one_finding():
    dead = {"b": {"zero_units": 1.0}, "a": {"gradient_norm": 0.0}}
    same = {"class_shares": (1.0, 0.0, 0.0), "output_spread": (0.0,)}
    found = judge(stuck(row(dead, **same)), LIMITS)
    named = [finding for finding in found if finding.severity != "info"]
    assert [finding.fault for finding in named] == ["dead_relu"]
    assert "class_collapse" in named[0].consequences
