"""Verdicts on pairs of trainings: how sure they are, and what stays in doubt; none is trained."""

import numpy as np
import pytest
from goodfit.recipes import Config
from goodfit.recipes.studying.comparing import Verdict, compare_in, decided
from goodfit.recipes.studying.measuring import Measure
from goodfit.recipes.studying.pairing import Paired, interval_of, mean_of_places
from made_pairs import first, made_pairs

SETTINGS = (
    {"rows": 60, "of_training": 0.03},
    {"rows": 300, "of_training": 0.1},
    {"rows": 60, "of_training": 0.03, "shared": True},
    {"rows": 300, "of_training": 0.1, "shared": True},
)


def told(paired, simpler=False):
    """Return the verdict of a comparison that has ten pairs, and how many it used."""
    for count in range(2, 11):
        verdict = decided(first(paired, count), simpler=simpler, last=count == 10)
        if verdict is not None:
            return verdict, count
    raise AssertionError("no verdict after the last pair")


def verdicts(repeats, simpler=False, seed=1, **settings):
    generator = np.random.default_rng(seed)
    found = [told(made_pairs(generator, **settings), simpler) for _ in range(repeats)]
    return [verdict.verdict for verdict, _ in found], np.array([count for _, count in found])


def exact(gains, less_is_better=True, spread=0.001):
    """Return pairs whose gains are these, with rows that hardly differ."""
    noise = spread * np.random.default_rng(0).normal(size=(len(gains), 50))
    gains = np.array(gains, float)[:, None]
    before = np.full((len(gains), 51), 0.5)
    sign = -1 if less_is_better else 1
    after = before + sign * (gains + np.column_stack([np.zeros(len(gains)), noise]))
    return Paired(before, after, Measure("a", less_is_better), False, 0.25, 60)


class TestHowSure:
    @pytest.mark.parametrize("settings", SETTINGS, ids=str)
    def test_the_interval_holds_the_truth(self, settings):
        generator = np.random.default_rng(2)
        held = {3: [], 5: [], 10: []}
        for _ in range(300):
            paired = made_pairs(generator, gain=0.05, **settings)
            for count, inside in held.items():
                low, high = first(paired, count).interval(0.95)
                inside.append(low <= 0.05 <= high)
        # Of three trainings the spread is hardly known.
        assert np.mean(held[3]) > 0.85
        assert np.mean(held[5]) > 0.90
        assert np.mean(held[10]) > 0.91

    def test_a_change_that_does_nothing_is_kept_once_in_a_hundred_times(self):
        found = [each for s in SETTINGS for each in verdicts(400, **s)[0]]
        assert found.count("kept") <= 0.016 * len(found)

    def test_a_change_that_harms_is_never_kept(self):
        for settings in SETTINGS:
            found, counts = verdicts(60, gain=-0.3, **settings)
            assert found.count("kept") == 0
            assert found.count("reverted") > 0.3 * len(found)
            assert counts.mean() < 4

    def test_a_clear_gain_is_kept_soon(self):
        found, counts = verdicts(60, gain=0.5, rows=60, of_training=0.03)
        assert found.count("kept") == len(found)
        assert counts.mean() < 5

    def test_more_pairs_are_spent_on_a_small_gain_than_on_none(self):
        _, nothing = verdicts(60, gain=0.0, rows=60, of_training=0.03)
        _, little = verdicts(60, gain=0.1, rows=60, of_training=0.03)
        assert little.mean() > nothing.mean() + 2

    def test_the_simpler_one_stays_unless_it_harms(self):
        paired = [made_pairs(np.random.default_rng(seed)) for seed in range(40)]
        stays = [told(each, simpler=True)[0].stays for each in paired]
        assert stays.count("after") > 36
        found, _ = verdicts(60, simpler=True, gain=-0.3)
        assert found.count("reverted") > 54


class TestWhenToStop:
    def test_two_pairs_are_never_enough_to_keep(self):
        assert decided(exact([0.3, 0.3])) is None
        assert decided(exact([0.3, 0.3]), last=True).verdict == "not distinguishable"

    def test_two_that_did_worse_are_enough_to_give_up(self):
        assert decided(exact([-0.3, -0.3])).verdict == "reverted"
        assert decided(exact([-0.1, 0.05])).verdict == "not distinguishable"

    def test_three_that_agree_are_kept(self):
        verdict = decided(exact([0.3, 0.31, 0.3]))
        assert (verdict.verdict, verdict.stays, verdict.places) == ("kept", "after", 3)

    def test_between_two_looks_nothing_is_kept(self):
        assert decided(exact([0.3, 0.31, 0.3, 0.3])) is None
        assert decided(exact([0.3, 0.31, 0.3, 0.3]), last=True).verdict == "kept"

    def test_after_five_only_a_gain_beyond_its_error_is_looked_at_further(self):
        little = decided(exact([0.5, -0.4, 0.5, -0.3, 0.1]))
        assert (little.verdict, little.stays) == ("not distinguishable", "before")
        assert decided(exact([0.4, 0.1, 0.5, 0.0, 0.3])) is None

    def test_for_the_simpler_one_no_more_is_spent_once_it_does_not_seem_worse(self):
        verdict = decided(exact([0.02, -0.01]), simpler=True)
        assert (verdict.verdict, verdict.stays) == ("not distinguishable", "after")

    def test_against_overfitting_the_more_regularized_stays_where_its_mean_is_better(self):
        gains = [0.5, -0.4, 0.5, -0.3, 0.1]
        assert decided(exact(gains), smoother=True).stays == "after"
        assert decided(exact([-gain for gain in gains]), smoother=True).stays == "before"
        assert decided(exact(gains[:3]), smoother=True) is None
        few = decided(exact(gains[:3]), smoother=True, last=True)
        assert (few.verdict, few.stays) == ("not distinguishable", "after")

    @pytest.mark.parametrize("less_is_better", [True, False])
    def test_better_is_better_whatever_the_metric(self, less_is_better):
        verdict = decided(exact([0.3, 0.31, 0.3], less_is_better))
        assert verdict.verdict == "kept"
        assert verdict.gain == pytest.approx(0.3033, abs=1e-3)
        assert verdict.low < verdict.gain < verdict.high
        assert (verdict.after < verdict.before) == less_is_better

    def test_places_that_agree_by_chance_are_not_kept_for_that(self):
        # The spread of the places could be that of the rows alone, as three may look by luck.
        paired = exact([0.2, 0.3, 0.4], spread=0.1)
        assert paired.interval(0.99)[0] > 0
        assert paired.surely(0.99) < 0
        assert decided(paired) is None


class TestOneMean:
    def test_one_place_says_nothing_of_its_error(self):
        found = mean_of_places(np.ones((1, 5)), True, 0.25, 10)
        assert interval_of(*found) == (-np.inf, np.inf)

    def test_folds_share_rows_so_their_mean_varies_more(self):
        scores = np.random.default_rng(0).normal(size=(5, 1)) + np.zeros((5, 21))
        free, tied = (mean_of_places(scores, False, share, 60)[1] for share in (0.0, 0.25))
        assert tied == pytest.approx(free * np.sqrt((1 / 5 + 0.25) / (1 / 5)))

    def test_without_any_spread_there_is_no_error(self):
        assert mean_of_places(np.full((3, 5), 0.2), True, 0.25, 10)[1] < 1e-12


class FakeTrials:
    """Gives scores from functions, and remembers what was asked for."""

    measure = Measure("accuracy", False)

    def __init__(self, scores, failing=()):
        self.scores, self.failing, self.asked = scores, failing, []

    def outcome(self, config, place):
        from types import SimpleNamespace

        self.asked.append((config.dropout, place))
        failed = "broken" if config.dropout in self.failing else ""
        score = float("nan") if failed else self.scores(config, place)
        return SimpleNamespace(failed=failed, score=score)

    def paired(self, before, after, places):
        both = [[self.scores(c, p) for p in places] for c in (before, after)]
        noise = 0.001 * np.random.default_rng(0).normal(size=(len(places), 30))
        noise[:, 0] = 0
        before, after = (np.array(each)[:, None] + noise * i for i, each in enumerate(both))
        return Paired(before, after, self.measure, True, 0.25, 60)


PLAIN, CHANGED = Config(dropout=0.0), Config(dropout=0.3)


class TestInPlaces:
    def test_places_are_used_in_their_order_and_no_more_than_needed(self):
        trials = FakeTrials(lambda config, place: 0.8 + config.dropout / 3 + 0.001 * place)
        verdict = compare_in(trials, PLAIN, CHANGED, [4, 2, 7, 1, 3])
        assert verdict.verdict == "kept"
        assert [place for _, place in trials.asked] == [4, 4, 2, 2, 7, 7]

    def test_no_time_leaves_what_is_known(self):
        trials = FakeTrials(lambda config, place: 0.8 + config.dropout / 3 * (place % 2))
        verdict = compare_in(trials, PLAIN, CHANGED, range(10), another=lambda: False)
        assert (verdict.verdict, verdict.stays) == ("not distinguishable", "before")
        assert verdict.places == 2

    def test_what_is_clear_when_the_time_is_up_is_kept(self):
        left = iter([True, True, False])
        trials = FakeTrials(lambda config, place: 0.8 + config.dropout / 3 * (1 + place % 2 / 9))
        verdict = compare_in(trials, PLAIN, CHANGED, [1, 3, 5, 7], another=lambda: next(left))
        assert verdict.verdict == "kept"

    @pytest.mark.parametrize(("broken", "stays"), [(0.3, "before"), (0.0, "after")])
    def test_a_training_without_a_model_decides_at_once(self, broken, stays):
        trials = FakeTrials(lambda config, place: 0.8, failing=(broken,))
        verdict = compare_in(trials, PLAIN, CHANGED, range(10))
        assert (verdict.stays, verdict.places) == (stays, 1)
        assert "not a number" in verdict.sentence
        # JSON has no NaN, so that it comes back from null.
        written = {name: None if v != v else v for name, v in verdict.to_dict().items()}
        again = Verdict.from_dict(written)
        assert np.isnan(again.gain)
        assert again.stays == stays

    def test_two_that_both_come_to_nothing_leave_what_was(self):
        trials = FakeTrials(lambda config, place: 0.8, failing=(0.0, 0.3))
        assert compare_in(trials, PLAIN, CHANGED, range(10)).stays == "before"

    def test_one_place_only_says_nothing(self):
        trials = FakeTrials(lambda config, place: 0.8 + config.dropout)
        verdict = compare_in(trials, PLAIN, CHANGED, [0])
        assert (verdict.verdict, verdict.stays) == ("not distinguishable", "before")
