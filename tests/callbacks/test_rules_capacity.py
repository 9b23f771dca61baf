"""Models below what learns without training, narrow ones, and losses that are summed."""

import time
from dataclasses import replace

import numpy as np
import pytest
from goodfit.callbacks import Evidence, History, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.gathering.facts import (
    ArrayFacts,
    DataFacts,
    LayerFacts,
    ModelFacts,
    OutputFacts,
)
from goodfit.callbacks.gathering.given_data import GivenData, Rows
from goodfit.callbacks.gathering.references import reference_scores
from goodfit.callbacks.judging.rules_capacity import narrow_model, outdone
from goodfit.callbacks.judging.rules_labels import bad_labels
from goodfit.callbacks.judging.rules_skill import underfitting
from goodfit.callbacks.judging.rules_summed import summed_loss

LIMITS = Thresholds()
CLASSES = OutputFacts(
    "out", shape=(2,), loss="sparse_categorical_crossentropy", metrics=("accuracy",)
)
NUMBER = OutputFacts("out", shape=(1,), loss="mean_squared_error")


def curve(start, end, epochs=20, speed=4.0):
    return list(end + (start - end) * np.exp(-speed * np.arange(epochs) / 5))


def trained(end, epochs=20, **known):
    """A classifier whose accuracy stands at `end` in training and validation."""
    loss, accuracy = curve(0.7, 0.6, epochs), curve(0.5, end, epochs)
    columns = {"loss": loss, "val_loss": loss, "accuracy": accuracy, "val_accuracy": accuracy}
    known = {
        "naive": {"majority": {"accuracy": 0.5}},
        "references": {"features": {"accuracy": 0.9}},
        "data": DataFacts(validation_rows=200),
        **known,
    }
    return Evidence(History(columns), **known)


def scores(x, y, output, rows=400, **known):
    given = GivenData(Rows(x[:rows], y[:rows]), Rows(x[rows:], y[rows:]), True, **known)
    return reference_scores(given, (output,))


class TestReferences:
    def test_what_no_line_can_tell_apart(self):
        x = np.random.default_rng(0).normal(size=(600, 4))
        found = scores(x, (x[:, 0] * x[:, 1] > 0).astype(int), CLASSES)
        assert found["features"]["accuracy"] > 0.8
        assert found["neighbours"]["accuracy"] > 0.8

    def test_noise_is_not_learned(self):
        draw = np.random.default_rng(0)
        x, y = draw.normal(size=(600, 4)), draw.normal(size=600)
        assert scores(x, y, NUMBER)["features"]["loss"] > 0.85 * y.var()

    def test_which_word_came_first(self):
        draw = np.random.default_rng(0)
        x = draw.integers(3, 10, (600, 8))
        y = draw.integers(0, 2, 600)
        for row, label in zip(x, y, strict=True):
            first, second = np.sort(draw.choice(8, 2, replace=False))
            row[first], row[second] = (1, 2) if label else (2, 1)
        found = scores(x, y, CLASSES)
        assert set(found) == {"places", "words"}
        assert min(scores["accuracy"] for scores in found.values()) > 0.9

    def test_weights_texts_copies_and_few_rows_have_none(self):
        x = np.random.default_rng(0).normal(size=(600, 4))
        y = (x[:, 0] > 0).astype(int)
        assert scores(x, y, CLASSES, class_weight={0: 1.0, 1: 3.0}) == {}
        assert scores(x, y, CLASSES, rows=20) == {}
        assert scores(x.astype(str), y, CLASSES) == {}
        assert scores(x, x, replace(NUMBER, shape=(4,))) == {}

    def test_many_wide_rows_take_no_time(self):
        x = np.random.default_rng(0).normal(size=(22_000, 400)).astype(np.float32)
        began = time.process_time()
        assert scores(x, (x[:, 0] > 0).astype(int), CLASSES, rows=20_000)
        assert time.process_time() - began < 3


class TestOutdone:
    def test_a_model_below_them_underfits(self):
        found = outdone(trained(0.7), LIMITS)
        assert (found.fault, found.rule, found.severity) == ("underfitting", "DX-4", "warning")
        assert found.figures["reference_accuracy"] == 0.9

    def test_after_few_epochs_it_is_the_epochs(self):
        assert outdone(trained(0.7, epochs=3), LIMITS).fault == "too_few_epochs"

    @pytest.mark.parametrize("end", [0.82, 0.9, 0.96])
    def test_a_model_as_good_is_no_finding(self, end):
        assert outdone(trained(end), LIMITS) is None

    def test_few_validation_rows_prove_nothing(self):
        data = DataFacts(validation_rows=12)
        assert outdone(trained(0.76, data=data), LIMITS) is None

    def test_a_loss_that_falls_says_nothing_yet(self):
        evidence = trained(0.7)
        columns = {**evidence.history.columns, "loss": list(np.linspace(0.7, 0.4, 20))}
        assert outdone(replace(evidence, recorded=History(columns)), LIMITS) is None

    def test_numbers_are_compared_as_shares_of_the_mean(self):
        columns = {"loss": curve(4.0, 2.0), "val_loss": curve(4.0, 2.0)}
        known = Evidence(History(columns), {"mean": {"loss": 4.0}})
        assert outdone(replace(known, references={"features": {"loss": 1.0}}), LIMITS) is not None
        assert outdone(replace(known, references={"features": {"loss": 1.8}}), LIMITS) is None


def test_a_line_that_is_no_better_excuses_a_weighted_model_alone():
    naive = {"majority": {"accuracy": 0.88}, "linear": {"accuracy": 0.89}}
    columns = {name: [0.8, 0.87, 0.87, 0.87] for name in ("accuracy", "val_accuracy")}
    evidence = Evidence(History({"loss": [0.7, 0.5, 0.4, 0.4], **columns}), naive)
    assert underfitting(evidence, LIMITS).fault == "underfitting"
    weighted = replace(evidence, data=DataFacts(weighted=True))
    assert underfitting(weighted, LIMITS) is None


def test_one_or_two_units_are_a_remark():
    model = ModelFacts((LayerFacts("only", "GRU", units=1, fan_in=2),))
    found = narrow_model(trained(0.7, model=model), LIMITS)
    assert (found.severity, found.where) == ("info", ("only",))
    assert narrow_model(trained(0.97, model=model), LIMITS) is None
    wide = ModelFacts((LayerFacts("wide", "GRU", units=8, fan_in=2), *model.layers))
    assert narrow_model(trained(0.7, model=wide), LIMITS) is None


class TestSummedLoss:
    def evidence(self, **model):
        outputs = (replace(NUMBER, reduction=model.pop("reduction", "sum")),)
        facts = ModelFacts(outputs=outputs, **{"optimizer": "sgd", "steps": 8, **model})
        history = History({"loss": [1e18, float("nan"), float("nan")]})
        return Evidence(history, model=facts, data=DataFacts(rows=512))

    def test_it_is_the_root_of_nan(self):
        found = judge(self.evidence(), LIMITS)[0]
        assert found.fault == "exploding_gradient"
        assert "nan_loss" in found.consequences
        assert found.figures["batch"] == 64

    def test_a_mean_adam_and_clipping_are_not(self):
        for known in ({"reduction": ""}, {"optimizer": "adam"}, {"clipped": True}):
            assert summed_loss(self.evidence(**known), LIMITS) is None

    def test_a_training_that_goes_well_is_not(self):
        evidence = replace(self.evidence(), recorded=History({"loss": curve(60.0, 3.0)}))
        assert summed_loss(evidence, LIMITS) is None


def test_one_class_among_the_first_rows_is_no_proof():
    target = ArrayFacts("y", (), "int64", 64, 1.0, 1.0, whole=True, values=(1.0,), shares=(1.0,))
    output = OutputFacts("out", shape=(3,), loss="sparse_categorical_crossentropy",
                         activation="softmax", from_logits=False)  # fmt: skip
    model = ModelFacts(outputs=(output,))
    every = Evidence(model=model, data=DataFacts(targets=(target,)))
    assert bad_labels(every, LIMITS) is not None
    first = replace(every, data=DataFacts(targets=(target,), evenly=False))
    assert bad_labels(first, LIMITS) is None
