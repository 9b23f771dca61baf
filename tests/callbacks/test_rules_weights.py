"""What pulls a classifier to one answer: class weights, and rows in the order of their classes."""

from dataclasses import replace

import numpy as np
import pytest
from goodfit.callbacks import Evidence, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.gathering.data_facts import data_facts
from goodfit.callbacks.gathering.facts import ArrayFacts, DataFacts
from goodfit.callbacks.gathering.given_data import GivenData, Rows
from goodfit.callbacks.judging.rules_weights import class_by_class, pulled_by_weights
from made_probes import evidence, probe, stuck

LIMITS = Thresholds()


def labels(*shares):
    values = tuple(map(float, range(len(shares))))
    return ArrayFacts("y", (), "int64", 500, 0.0, values[-1], whole=True, values=values,
                      shares=shares)  # fmt: skip


def weighted(weights, shares=(0.5, 0.5), answers=(0.02, 0.98)):
    probes = [probe(e, class_shares=answers, label_shares=shares) for e in (0, 1, 2, 5)]
    data = DataFacts(targets=(labels(*shares),), class_weights=tuple(weights.items()))
    return replace(stuck(probes), data=data)


class TestWeights:
    def test_weights_that_make_it_pay_to_say_yes(self):
        found = pulled_by_weights(weighted({0: 1.0, 1: 60.0}), LIMITS)
        assert (found.fault, found.severity) == ("class_collapse", "warning")
        assert found.figures == {"class": 1, "ratio": 60.0, "natural": 1.0}

    def test_weights_that_make_up_for_rare_classes(self):
        rare = weighted({0: 1.0, 1: 19.0}, (0.95, 0.05), (0.7, 0.3))
        assert pulled_by_weights(rare, LIMITS) is None
        assert pulled_by_weights(weighted({0: 1.0, 1: 3.0}), LIMITS) is None
        assert pulled_by_weights(weighted({}), LIMITS) is None

    def test_they_are_a_remark_until_they_do_harm(self):
        before = replace(weighted({0: 1.0, 1: 60.0}), probes=())
        assert pulled_by_weights(before, LIMITS).severity == "info"
        fine = weighted({0: 1.0, 1: 60.0}, answers=(0.5, 0.5))
        assert pulled_by_weights(fine, LIMITS) is None

    def test_they_are_the_root(self):
        found = judge(weighted({0: 1.0, 1: 60.0}), LIMITS)
        assert [each.fault for each in found if each.severity != "info"] == ["class_collapse"]


def test_weights_of_rows_count_by_class():
    y = np.array([0, 1] * 60)
    rows = Rows(np.zeros((120, 2)), y, np.where(y == 1, 30.0, 0.5))
    assert data_facts(GivenData(rows)).class_weights == ((0, 0.5), (1, 30.0))
    numbers = replace(rows, y=np.linspace(0, 1, 120))
    assert data_facts(GivenData(numbers)).class_weights == ()
    named = GivenData(replace(rows, sample_weight=None), class_weight={1: 2.0, 0: 1.0})
    assert data_facts(named).class_weights == ((0, 1.0), (1, 2.0))


class TestOrder:
    def given(self, order, shuffled):
        y = np.repeat([0, 1, 2], 80)[order]
        rows = Rows(np.random.default_rng(0).normal(size=(240, 3)), y)
        return GivenData(replace(rows, whole=(rows.x, y), total=240), batch_size=16,
                         shuffled=shuffled)  # fmt: skip

    def test_batches_of_one_class_each(self):
        data = data_facts(self.given(np.arange(240), False))
        assert data.lone_batches > 0.9
        found = class_by_class(replace(stuck([probe(0), probe(9)]), data=data), LIMITS)
        assert (found.fault, found.severity) == ("class_collapse", "warning")
        assert class_by_class(Evidence(data=data), LIMITS).severity == "info"
        assert class_by_class(replace(evidence([probe(0), probe(9)]), data=data), LIMITS) is None

    @pytest.mark.parametrize("shuffled", [True, None])
    def test_fit_shuffles_them(self, shuffled):
        assert data_facts(self.given(np.arange(240), shuffled)).lone_batches == 0

    def test_mixed_rows_in_their_own_order(self):
        order = np.random.default_rng(0).permutation(240)
        assert data_facts(self.given(order, False)).lone_batches == 0


def test_names_that_are_used_otherwise():
    draw = np.random.default_rng(0)
    x = draw.integers(1, 20, (300, 12))
    known = GivenData(Rows(x[:200], np.zeros(200)), Rows(x[200:], np.zeros(100)), True)
    assert data_facts(known).name_drift == 0
    other = replace(known, validation=Rows(x[200:] + 15, np.zeros(100)))
    assert data_facts(other).name_drift > LIMITS.label_drift
