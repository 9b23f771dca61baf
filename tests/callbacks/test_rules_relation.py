"""What inputs say of targets: something else in validation, or nothing at all."""

from dataclasses import replace

import numpy as np
import pytest
from goodfit.callbacks import Evidence, History, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.gathering.facts import DataFacts, OutputFacts
from goodfit.callbacks.gathering.given_data import GivenData, Rows
from goodfit.callbacks.gathering.references import reference_scores, rehearsed_scores
from goodfit.callbacks.judging.rules_relation import other_relation, unrelated_labels

LIMITS = Thresholds()
YES_NO = OutputFacts("out", shape=(1,), loss="binary_crossentropy", metrics=("accuracy",))
NUMBER = OutputFacts("out", shape=(1,), loss="mean_squared_error")


def known(rehearsed=0.9, held=0.88, naive=0.5, model=0.52, train=0.95, rows=200):
    """A classifier and what answers without training score beside it."""
    epochs = 12
    accuracy = list(np.linspace(naive, train, epochs))
    held_accuracy = list(np.linspace(naive, model, epochs))
    columns = {
        "loss": list(np.linspace(0.7, 0.2, epochs)),
        "val_loss": list(np.linspace(0.7, 0.69, epochs)),
        "accuracy": accuracy,
        "val_accuracy": held_accuracy,
    }
    return Evidence(
        History(columns),
        {"majority": {"accuracy": naive}, "linear": {"accuracy": min(held, naive + 0.01)}},
        data=DataFacts(rows=800, validation_rows=rows),
        references={"words": {"accuracy": held}},
        rehearsed={"words": {"accuracy": rehearsed}, "plain": {"accuracy": naive}},
    )


def texts(seed=0, rows=700):
    """Rows of words, of which some say yes and some say no."""
    draw = np.random.default_rng(seed)
    x = draw.integers(1, 40, (rows, 16))
    kind, harsh = (x <= 8).sum(1), ((x > 8) & (x <= 16)).sum(1)
    return x, (kind > harsh).astype("float32")


class TestOtherRelation:
    def test_what_holds_in_training_alone(self):
        found = other_relation(known(held=0.51), LIMITS)
        assert (found.fault, found.severity) == ("bad_split", "warning")
        assert found.figures == {"training": 0.8, "validation": 0.02}

    @pytest.mark.parametrize(("rehearsed", "held"), [(0.9, 0.85), (0.6, 0.5), (0.9, 0.75)])
    def test_what_holds_in_both_or_in_none(self, rehearsed, held):
        assert other_relation(known(rehearsed, held), LIMITS) is None

    def test_few_validation_rows_prove_nothing(self):
        assert other_relation(known(0.75, 0.55, rows=12), LIMITS) is None
        assert other_relation(replace(known(), references={}), LIMITS) is None

    def test_it_is_the_root_of_a_gap(self):
        evidence = known(held=0.51)
        rising = [0.6, 0.5, *np.linspace(0.6, 1.5, 10)]
        columns = {**evidence.history.columns, "val_loss": rising}
        found = judge(replace(evidence, recorded=History(columns)), LIMITS)
        assert found[0].fault == "bad_split"
        assert "overfitting" in found[0].consequences

    def test_words_that_are_numbered_anew(self):
        x, y = texts()
        anew = np.concatenate([[0], 40 - np.arange(1, 40)])
        for held, broken in ((x[500:], False), (anew[x[500:]], True)):
            given = GivenData(Rows(x[:500], y[:500]), Rows(held, y[500:]), True)
            evidence = Evidence(
                naive={"majority": {"accuracy": float(max(y.mean(), 1 - y.mean()))}},
                data=DataFacts(rows=500, validation_rows=200),
                references=reference_scores(given, (YES_NO,)),
                rehearsed=rehearsed_scores(given, (YES_NO,)),
            )
            assert (other_relation(evidence, LIMITS) is not None) is broken


class TestUnrelatedLabels:
    def test_where_nothing_knows_anything(self):
        found = unrelated_labels(known(0.51, 0.5), LIMITS)
        assert (found.fault, found.severity, found.epoch) == ("bad_labels", "warning", 12)
        assert "'words'" in found.cause

    def test_what_something_knows(self):
        assert unrelated_labels(known(0.51, 0.7), LIMITS) is None, "an answer without training"
        assert unrelated_labels(known(0.8, 0.5), LIMITS) is None, "the same among training rows"
        assert unrelated_labels(known(0.51, 0.5, model=0.8), LIMITS) is None, "the model"

    def test_what_cannot_be_told(self):
        assert unrelated_labels(known(0.51, 0.5, rows=20), LIMITS) is None, "few rows"
        rare = known(0.95, 0.95, naive=0.95, model=0.95, train=0.96)
        assert unrelated_labels(rare, LIMITS) is None, "one class is most of the rows"
        assert unrelated_labels(replace(known(), references={}, rehearsed={}), LIMITS) is None

    def test_it_is_the_root_of_what_is_learned_by_heart(self):
        found = judge(known(0.51, 0.5), LIMITS)
        assert found[0].fault == "bad_labels"
        assert "overfitting" in found[0].consequences

    def test_numbers_that_were_shuffled(self):
        draw = np.random.default_rng(0)
        x = draw.normal(size=(600, 4))
        y = x[:, 0] - x[:, 1] ** 2
        for target, broken in ((y, False), (draw.permutation(y), True)):
            given = GivenData(Rows(x[:400], target[:400]), Rows(x[400:], target[400:]), True)
            spread = float(target.var())
            evidence = Evidence(
                History({"loss": [spread] * 10, "val_loss": [spread] * 10}),
                {"mean": {"loss": spread}},
                data=DataFacts(rows=400, validation_rows=200),
                references=reference_scores(given, (NUMBER,)),
                rehearsed=rehearsed_scores(given, (NUMBER,)),
            )
            assert (unrelated_labels(evidence, LIMITS) is not None) is broken


def test_numbers_that_are_mostly_noise_are_not_taken_for_shuffled_ones():
    known_little = Evidence(
        History({"loss": [8.0] * 10, "val_loss": [8.0] * 10}),
        {"mean": {"loss": 8.0}},
        data=DataFacts(rows=700, validation_rows=300),
        references={"features": {"loss": 7.5}},
        rehearsed={"features": {"loss": 7.9}, "plain": {"loss": 8.0}},
    )
    assert unrelated_labels(known_little, LIMITS) is None
    nothing = replace(known_little, references={"features": {"loss": 7.95}})
    assert unrelated_labels(nothing, LIMITS) is not None


def test_rehearsals_leave_repeated_rows_out():
    draw = np.random.default_rng(0)
    x = np.tile(draw.normal(size=(100, 3)), (3, 1))
    y = np.tile(draw.integers(0, 2, 100), 3)
    given = GivenData(Rows(x, y), Rows(x, y), True)
    assert rehearsed_scores(given, (YES_NO,)) == {}, "none of the last third is new"
