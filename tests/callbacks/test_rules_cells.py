"""The activation of recurrent layers, activations that are too steep, and hardly any patience."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from goodfit.callbacks import Evidence, History, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.gathering.facts import LayerFacts, ModelFacts
from goodfit.callbacks.gathering.flat_ends import ends_of, flat_share_of_usual
from goodfit.callbacks.judging.rules_cells import (
    faint_past,
    linear_cells,
    sigmoid_cells,
    unbounded_cells,
)
from goodfit.callbacks.judging.rules_fit import hardly_begun, stopped_too_soon
from goodfit.callbacks.judging.rules_layers import steep_activation
from made_probes import probe, stuck

LIMITS = Thresholds()
NAN = float("nan")
STUCK = History({"loss": [1.1] * 20, "accuracy": [0.34] * 20, "val_accuracy": [0.33] * 20})
LEARNED = History({"loss": 2 * 0.8 ** np.arange(20), "accuracy": 1 - 0.8 ** np.arange(20)})
NAIVE = {"majority": {"accuracy": 0.34}}


def cells(kind, activation, steps=24, **settings):
    layer = LayerFacts("cells", kind, activation, 16, input_shape=(steps, 1), settings=settings)
    head = LayerFacts("head", "Dense", "softmax", 3, hidden=False)
    return ModelFacts((layer, head), optimizer="sgd", learning_rate=0.01)


def ask(rule, model, history=STUCK, **known):
    return rule(Evidence(history, NAIVE, model=model, **known), LIMITS)


class TestUnbounded:
    BURST = History({"loss": [2.0, NAN, NAN]})

    @pytest.mark.parametrize(
        ("kind", "activation"), [("LSTM", "relu"), ("GRU", "linear"), ("SimpleRNN", "elu")]
    )
    def test_a_state_without_a_bound_is_the_root_of_nan(self, kind, activation):
        found = judge(Evidence(self.BURST, model=cells(kind, activation)), LIMITS)[0]
        assert (found.fault, found.severity) == ("exploding_gradient", "error")
        assert "nan_loss" in found.consequences
        assert found.figures["steps"] == 24

    def test_bounds_short_series_and_trainings_that_go_well(self):
        assert ask(unbounded_cells, cells("LSTM", "tanh"), self.BURST) is None
        assert ask(unbounded_cells, cells("LSTM", "relu", 3), self.BURST) is None
        assert ask(unbounded_cells, cells("LSTM", "relu"), LEARNED) is None


class TestLinear:
    def test_one_weighted_sum_of_all_steps(self):
        found = ask(linear_cells, cells("SimpleRNN", "linear"))
        assert (found.fault, found.severity) == ("missing_activation", "warning")
        assert ask(linear_cells, cells("SimpleRNN", "linear"), LEARNED).severity == "info"

    def test_what_bends(self):
        assert ask(linear_cells, cells("SimpleRNN", "tanh")) is None
        assert ask(linear_cells, cells("GRU", "linear")) is None, "gates multiply"
        model = cells("SimpleRNN", "linear")
        bent = replace(model, layers=(*model.layers, LayerFacts("more", "Dense", "relu", 8)))
        assert ask(linear_cells, bent) is None


class TestSigmoids:
    def test_a_sigmoid_at_every_step(self):
        found = ask(sigmoid_cells, cells("SimpleRNN", "sigmoid", 8))
        assert (found.fault, found.severity) == ("vanishing_gradient", "warning")
        assert found.figures["sigmoids"] == 8

    def test_few_of_them_others_and_what_learns(self):
        assert ask(sigmoid_cells, cells("SimpleRNN", "sigmoid", 2)).severity == "info"
        assert ask(sigmoid_cells, cells("SimpleRNN", "sigmoid"), LEARNED).severity == "info"
        assert ask(sigmoid_cells, cells("GRU", "sigmoid")) is None


class TestFaintPast:
    def seen(self, reach, activation="tanh", kind="SimpleRNN"):
        past = {"a": {"kind": kind, "reach": reach, "steps": 40}}
        made = stuck([probe(epoch, past) for epoch in (0, 1, 2, 5, 9)])
        probes = [
            replace(each, layers=tuple(replace(x, activation=activation) for x in each.layers))
            for each in made.probes
        ]
        return replace(made, probes=tuple(probes))

    def test_an_end_that_is_hardly_felt(self):
        found = faint_past(self.seen(1e-6), LIMITS)
        assert (found.fault, found.severity) == ("vanishing_gradient", "warning")
        assert found.where == ("a",)

    def test_what_is_felt_held_on_to_or_learned(self):
        assert faint_past(self.seen(0.1), LIMITS) is None
        assert faint_past(self.seen(1e-6, kind="GRU"), LIMITS) is None
        assert faint_past(self.seen(1e-6, "linear"), LIMITS) is None
        learned = replace(self.seen(1e-6), recorded=LEARNED)
        assert faint_past(learned, LIMITS) is None


class TestSteep:
    def test_an_activation_that_says_yes_or_no(self):
        model = cells("GRU", "custom", flat_at_usual=0.95)
        found = ask(steep_activation, model)
        assert (found.fault, found.severity) == ("saturated_activation", "warning")
        assert ask(steep_activation, model, LEARNED).severity == "info"
        assert ask(steep_activation, cells("GRU", "custom", flat_at_usual=0.1)) is None
        assert ask(steep_activation, cells("GRU", "tanh")) is None

    def test_activations_are_asked_for_their_ends(self):
        assert ends_of(keras.activations.sigmoid) == (0.0, 1.0)
        assert ends_of(lambda x: 3 * keras.ops.tanh(x)) == (-3.0, 3.0)
        for other in ("relu", "gelu", "softplus", "linear", "softmax", "softsign"):
            assert ends_of(getattr(keras.activations, other)) is None, other
        assert ends_of(lambda x: x.no_such_thing) is None
        assert ends_of(keras.layers.ReLU()) is None
        assert flat_share_of_usual(lambda x: keras.ops.sigmoid(100 * x)) > 0.9
        assert flat_share_of_usual(keras.activations.hard_sigmoid) < 0.1


class TestHardlyBegun:
    def begun(self, epochs=2, end=0.4, **known):
        columns = {"loss": [1.0] * epochs, "accuracy": [end] * epochs}
        return Evidence(History(columns), NAIVE, model=ModelFacts(**{"steps": 20, **known}))

    def test_two_epochs_that_taught_nothing(self):
        found = hardly_begun(self.begun(), LIMITS)
        assert (found.fault, found.severity) == ("too_few_epochs", "warning")
        assert found.figures["steps"] == 40

    def test_enough_steps_epochs_skill_or_earlier_training(self):
        assert hardly_begun(self.begun(steps=10_000), LIMITS) is None
        assert hardly_begun(self.begun(5), LIMITS) is None
        assert hardly_begun(self.begun(end=0.8), LIMITS) is None
        assert hardly_begun(self.begun(trained_steps=500), LIMITS) is None


class TestPatience:
    def stopped(self, patience, end=0.4, epochs=4):
        columns = {"loss": [1.0] * epochs, "accuracy": [end] * epochs}
        history = History(columns, planned_epochs=30)
        return Evidence(history, NAIVE, model=ModelFacts(patience=patience))

    def test_hardly_any_patience(self):
        found = stopped_too_soon(self.stopped(0), LIMITS)
        assert (found.fault, found.rule, found.severity) == ("too_few_epochs", "REG-1", "warning")
        assert stopped_too_soon(self.stopped(0, end=0.8), LIMITS).severity == "info"

    def test_patience_enough_a_good_model_and_all_epochs(self):
        assert stopped_too_soon(self.stopped(10), LIMITS) is None
        assert stopped_too_soon(self.stopped(0, end=0.97), LIMITS) is None
        assert stopped_too_soon(self.stopped(0, epochs=30), LIMITS) is None
        assert stopped_too_soon(self.stopped(None), LIMITS) is None
