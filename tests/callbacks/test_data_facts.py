"""Facts of data: ranges, labels, NaN, what stands in training and validation, what drifts."""

import time
from dataclasses import replace

import numpy as np
import pytest
from goodfit.callbacks.gathering.arrays import named_arrays
from goodfit.callbacks.gathering.data_facts import array_facts, data_facts
from goodfit.callbacks.gathering.given_data import GivenData, Rows


def draws(seed=0):
    return np.random.default_rng(seed)


def given(x, y=None, held_x=None, held_y=None):
    """Return what was given, from arrays that are known as a whole."""
    held = None if held_x is None else Rows(held_x, held_y, None, len(held_x), (held_x, held_y))
    return GivenData(Rows(x, y, None, len(x), (x, y)), held, held is not None)


class TestArrays:
    def test_features_are_those_of_the_last_axis(self):
        x = draws().normal([10, 0], [2, 1], size=(400, 7, 2))
        facts = array_facts("x", x.astype("float32"))
        assert facts.shape == (7, 2)
        assert facts.means == pytest.approx((10, 0), abs=0.2)
        assert facts.deviations == pytest.approx((2, 1), abs=0.1)
        assert facts.rows == facts.distinct_rows == 400
        assert not facts.whole
        assert facts.values == ()

    def test_labels_are_counted(self):
        facts = array_facts("y", np.array([0, 0, 2, 1]))
        assert facts.values == (0, 1, 2)
        assert facts.shares == (0.5, 0.25, 0.25)
        assert facts.whole
        assert (facts.minimum, facts.maximum) == (0, 2)

    def test_places_of_one_hot_labels_are_counted(self):
        facts = array_facts("y", np.eye(3)[[0, 0, 2, 0]])
        assert facts.one_hot
        assert facts.values == (0, 2)
        assert facts.shares == (0.75, 0.25)

    def test_labels_divided_by_255_show_as_few_values_that_are_no_whole_numbers(self):
        facts = array_facts("y", np.arange(100) % 10 / 255)
        assert len(facts.values) == 10
        assert not facts.whole

    def test_not_finite_rows_are_counted_over_all_rows(self):
        whole = np.ones((10_000, 3), "float32")
        whole[1, 2] = np.nan
        whole[2, 0] = np.inf
        whole[9, 1] = -5
        facts = array_facts("x", whole[::5], whole)
        assert facts.not_finite == pytest.approx(2 / 10_000)
        assert (facts.minimum, facts.maximum) == (-5, 1)

    def test_nothing_but_nan(self):
        facts = array_facts("x", np.full((4, 2), np.nan))
        assert facts.not_finite == 1
        assert np.isnan(facts.minimum)
        assert facts.means == (0, 0)
        assert facts.same_rows == 1

    @pytest.mark.parametrize("x", [np.array(["a", "b", "a"]), np.array(["a", b"b", "a"], object)])
    def test_texts(self, x):
        facts = array_facts("x", x)
        assert facts.dtype == "string"
        assert facts.same_rows == pytest.approx(2 / 3)
        assert facts.distinct_rows == 2
        assert np.isnan(facts.maximum)

    def test_rows_of_differing_length(self):
        x = np.array([np.array([1.0, 2.0]), np.array([3.0]), np.array([1.0, 2.0])], dtype=object)
        facts = array_facts("x", x)
        assert facts.shape == (None,)
        assert (facts.minimum, facts.maximum) == (1, 3)
        assert facts.distinct_rows == 2

    def test_no_rows_at_all(self):
        assert array_facts("x", np.zeros((0, 3))).rows == 0

    def test_names_of_lists_and_dicts(self):
        a, b = np.zeros(3), np.ones(3)
        assert [name for name, _ in named_arrays({"age": a, "rest": [a, b]}, "x")] == [
            "age", "rest[0]", "rest[1]"]  # fmt: skip
        assert [name for name, _ in named_arrays([a, b], "x", ("left", "right"))] == [
            "left", "right"]  # fmt: skip
        assert [name for name, _ in named_arrays((a,), "x", ("only",))] == ["only"]
        assert named_arrays(None, "y") == []


class TestSharedRows:
    def test_rows_of_both_are_found_exactly(self):
        x = draws().normal(size=(3_000, 5))
        held = np.concatenate([x[10:40], draws(1).normal(size=(70, 5))]).astype("float32")
        facts = data_facts(given(x, None, held))
        assert facts.shared_rows == pytest.approx(0.3)
        assert facts.repeated_rows == 0
        assert facts.rich_rows

    def test_rows_of_other_data_are_not(self):
        facts = data_facts(
            given(draws().normal(size=(500, 5)), None, draws(1).normal(size=(99, 5)))
        )
        assert facts.shared_rows == 0

    def test_wide_rows_that_differ_in_one_number_are_not_the_same(self):
        x = draws().normal(size=(3_000, 2_000)).astype("float32")
        held = x[:100].copy()
        held[:, 3] += 1
        assert data_facts(given(x, None, held)).shared_rows == 0
        assert data_facts(given(x, None, x[:100])).shared_rows == 1

    def test_small_spaces_repeat_by_themselves(self):
        x = draws().integers(0, 2, size=(500, 4))
        facts = data_facts(given(x[:400], None, x[400:]))
        assert facts.shared_rows == pytest.approx(1)
        assert facts.repeated_rows == pytest.approx(1)
        assert not facts.rich_rows

    def test_rows_of_one_value_do_not_count(self):
        x = np.zeros((200, 8, 8), "float32")
        x[100:] = draws().normal(size=(100, 8, 8))
        facts = data_facts(given(x[:150], None, x[50:]))
        assert facts.shared_rows == pytest.approx(0.5)

    def test_a_part_of_the_training_rows_tells_of_the_rest(self):
        x = draws().normal(size=(4_000, 3))
        seen = GivenData(Rows(x[::4], None, None, 4_000), Rows(x[:1_000]), True)
        assert data_facts(seen).shared_rows == pytest.approx(1)

    def test_texts_are_compared(self):
        x = np.array([f"the story of number {number}, told at length" for number in range(200)])
        facts = data_facts(given(x[:150], None, x[140:].astype(object)))
        assert facts.shared_rows == pytest.approx(10 / 60)
        assert facts.rich_rows

    def test_inputs_are_compared_together(self):
        a, b = draws().normal(size=(100, 2)), draws().integers(0, 9, (100, 3))
        train, held = {"a": a, "b": b}, {"a": a[:50], "b": b[:50].copy()}
        held["b"][:25] += 1
        seen = GivenData(Rows(train, whole=(train, None)), Rows(held), True)
        assert data_facts(seen).shared_rows == pytest.approx(0.5)


class TestDrift:
    def test_no_drift_between_samples_of_one_source(self):
        for seed in range(20):
            x = draws(seed).lognormal(size=(300, 40))
            y = draws(seed).integers(0, 4, 300)
            facts = data_facts(given(x[:250], y[:250], x[250:], y[250:]))
            assert facts.input_drift == 0
            assert facts.shape_drift == 0
            assert facts.label_drift == 0

    def test_a_moved_mean_is_told_in_deviations(self):
        x = draws().normal(size=(2_000, 3))
        facts = data_facts(given(x[:1_000] * 5, None, x[1_000:] * 5 + [0, 10, 0]))
        assert 1.5 < facts.input_drift < 2.1

    def test_another_scale_shows_in_the_shape(self):
        x = draws().normal(size=(2_000, 3))
        facts = data_facts(given(x[:1_000], None, x[1_000:] * 20))
        assert facts.shape_drift > 0.3

    def test_classes_in_order_cut_at_the_end(self):
        y = np.sort(draws().integers(0, 5, 1_000))
        x = draws().normal(size=(1_000, 3)) + y[:, None]
        facts = data_facts(given(x[:800], y[:800], x[800:], y[800:]))
        assert facts.label_drift > 0.8

    def test_a_series_cut_in_time_has_the_drift_of_time(self):
        """Windows of a random walk: their validation part is as unlike as their fifths are."""
        drifts = []
        for seed in range(10):
            walk = np.cumsum(draws(seed).normal(size=1_200)) / 10
            x = np.lib.stride_tricks.sliding_window_view(walk, 20)[..., None]
            facts = data_facts(given(x[:900], x[:900, -1], x[900:], x[900:, -1]))
            assert facts.in_order
            drifts.append(facts.input_drift)
        assert np.mean(np.array(drifts) > 1) <= 0.3

    def test_numeric_targets(self):
        y = draws().normal(size=2_000)
        facts = data_facts(given(y[:1_000, None], y[:1_000], y[1_000:, None], y[1_000:] + 3))
        assert facts.target_drift > 2.5
        assert facts.label_drift == 0

    def test_batches_of_other_lengths_are_not_compared(self):
        x = draws().normal(size=(100, 7, 2))
        facts = data_facts(given(x, None, x[:, :5]))
        assert (facts.input_drift, facts.shared_rows) == (0, 0)


def test_what_was_given_is_passed_on():
    seen = given(np.zeros((4, 2)), np.zeros(4))
    facts = data_facts(replace(seen, class_weight={0: 2.0}, unseen=("nothing",)), ("a",), ("b",))
    assert facts.weighted
    assert facts.unseen == ("nothing",)
    assert facts.has_validation is False
    assert facts.validation_rows == 0
    assert facts.inputs[0].name == "a"
    assert facts.targets[0].name == "b"


def test_nothing_is_known_of_nothing():
    facts = data_facts(GivenData(unseen=("x",)))
    assert facts.inputs == ()
    assert facts.has_validation is None


def test_a_hundred_thousand_rows_cost_little():
    """Measured: about 60 ms; the limit allows a busy machine."""
    x = draws().normal(size=(100_000, 20)).astype("float32")
    y = draws().integers(0, 10, 100_000)
    places = np.arange(0, 100_000, 49)
    rows = Rows(x[places], y[places], None, 100_000, (x, y))
    held = Rows(x[places] + 1, y[places], None, len(places), (x[places] + 1, y[places]))
    begin = time.process_time()
    data_facts(GivenData(rows, held, True))
    assert time.process_time() - begin < 1.5
