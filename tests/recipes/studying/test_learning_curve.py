"""Learning curves: fair nested parts, what is trained on them, how far they are carried on."""

import json
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import (
    Choice,
    Config,
    LearningCurve,
    MoreData,
    how_much_more_data,
    learning_curve,
    load,
    split,
)
from goodfit.recipes.studying import measuring_curve
from goodfit.recipes.studying.extrapolation import fit_power_laws, noise_of_means
from goodfit.recipes.studying.subsets import nested_order, part_of_training
from goodfit.recipes.training.loop import OUT_OF_TIME
from goodfit.zoo import BadInput
from goodfit.zoo.errors import GoodfitError

ROWS = (100, 160, 250, 400, 630, 1000)
VALIDATION = 2000


def made_curve(law, *, noise=0.004, seed=0, error=False, rows=ROWS, repeats=3):
    """Return a curve whose errors follow `law`, with the noise of trainings and validation rows."""
    generator = np.random.default_rng(seed)
    true = np.array([law(n) for n in rows])
    common = 0.0 if error else np.sqrt(true[-1] * (1 - true[-1]) / VALIDATION)
    shares = np.array(rows)[:, None] / rows[-1]
    each = noise * generator.normal(size=(len(rows), repeats)) / np.sqrt(shares)
    errors = true[:, None] + common * generator.normal() + each
    scores = errors if error else 1 - errors
    covariance = np.full((len(rows),) * 2, common**2 + 1e-12)
    name, perfect = ("rmse", 0.0) if error else ("accuracy", 1.0)
    written = [tuple(map(tuple, values.tolist())) for values in (scores, covariance)]
    return LearningCurve(name, error, perfect, rows, *written, rows[-1], VALIDATION)


def falling(n):
    return 0.05 + 1.5 * n**-0.5


def table(rows=200, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 3))
    y = np.where(generator.random(rows) < 0.1, "rare", np.where(x[:, 0] > 0, "yes", "no"))
    frame = pd.DataFrame(x, columns=list("abc")).assign(y=y)
    return frame.assign(day=np.arange(rows), who=np.arange(rows) // 7)


class TestParts:
    def test_every_beginning_has_the_shares_of_the_classes_and_lies_in_the_next(self):
        splits = split(load(table(), "y", ignore=["day", "who"]))
        orders = [nested_order(splits, repeat) for repeat in range(2)]
        labels = np.asarray(splits.train.labels)
        whole = np.bincount(labels) / len(labels)
        for order in orders:
            assert sorted(order.tolist()) == list(range(len(labels)))
            for size in (20, 45, 90):
                found = np.bincount(labels[order[:size]], minlength=3)
                assert np.all(np.abs(found - size * whole) <= 1.0)
                assert found.min() >= 1
        assert orders[0].tolist() != orders[1].tolist()
        part = part_of_training(splits, orders[0], 45)
        assert set(part.rows) < set(splits.train.rows)
        assert list(part.rows) == [row for row in splits.train.rows if row in set(part.rows)]
        assert orders[0].tolist() == nested_order(splits, 0).tolist()

    def test_by_time_the_latest_stay(self):
        splits = split(load(table(), "y", time="day", ignore=["who"]))
        days = splits.train.extras["day"].astype(float)
        for repeat in range(2):
            order = nested_order(splits, repeat)
            assert days[order[:30]].min() > days[order[30:]].max()
        assert days.max() < splits.validation.extras["day"].astype(float).min()

    def test_groups_are_taken_whole(self):
        splits = split(load(table(), "y", group="who", ignore=["day"]))
        groups = splits.train.extras["who"]
        order = nested_order(splits, 1)
        changes = np.flatnonzero(groups[order][1:] != groups[order][:-1])
        assert len(changes) + 1 == len(set(groups.tolist()))

    def test_windows_of_series_are_taken_from_the_latest_on(self):
        frame = pd.DataFrame({"t": np.arange(120), "y": np.sin(np.arange(120) / 5)})
        splits = split(load(frame, "y", time="t", horizon=3, lookback=8))
        origin = splits.train.extras["origin"]
        order = nested_order(splits, 0)
        assert np.all(np.diff(origin[order]) < 0)

    def test_of_a_text_what_comes_last_stays(self, tmp_path):
        (tmp_path / "text.txt").write_text("one two three four five " * 400)
        splits = split(load(tmp_path / "text.txt", task="next_token"))
        assert nested_order(splits, 0)[0] == len(splits.train) - 1


@pytest.fixture
def quick(monkeypatch):
    """Train a nearest-mean rule in place of a network; remember what it was trained on."""
    seen = []

    def train(config, splits, **_):
        rows = splits.train
        seen.append((config, rows))
        centres = [rows.features["a"][rows.labels == k].mean() for k in range(3)]
        record = {
            "threshold": 0.5,
            "stopped_by": "",
            "best_epoch": config.epochs if config.epochs == 3 else 1,
        }
        return SimpleNamespace(model=centres, record=record)

    def answers(model, rows, task):
        near = np.exp(-np.abs(rows.features["a"][:, None] - np.array(model)))
        return near / near.sum(axis=1, keepdims=True)

    monkeypatch.setattr(measuring_curve, "train", train)
    monkeypatch.setattr(measuring_curve, "answers_of", answers)
    return seen


@pytest.fixture
def splits():
    return split(load(table(400), "y", ignore=["day", "who"]))


class TestMeasuring:
    def test_one_config_on_nested_parts_with_other_seeds(self, quick, splits):
        told = []
        curve = learning_curve(
            Config(seed=5), splits, repeats=2, listener=lambda kind, text: told.append(text)
        )
        assert curve.rows[-1] == curve.training_rows == len(splits.train)
        assert 6 == len(curve.rows) == len(curve.scores) == len(curve.noise)
        assert curve.rows[0] == pytest.approx(len(splits.train) / 10, abs=1)
        assert len(told) == len(quick) == 12
        assert {config.seed for config, _ in quick} == {5, 6}
        assert all(config.replace(seed=5) == Config(seed=5) for config, _ in quick)
        first = [set(rows.rows) for _, rows in quick[:6]]
        assert all(smaller < larger for larger, smaller in pairwise(first))
        held = set(splits.validation.rows)
        assert not any(held & part for part in first)
        assert splits.test.openings == 0
        commonest = np.bincount(splits.train.labels).argmax()
        assert curve.naive == pytest.approx((splits.validation.labels == commonest).mean())
        assert np.all(np.diag(curve.noise) > 0)

    def test_scores_are_those_of_the_validation_rows(self, quick, splits):
        curve = learning_curve(Config(), splits, repeats=1, sizes=[0.5, 1.0], metric="accuracy")
        _, rows = quick[0]
        centres = [rows.features["a"][rows.labels == k].mean() for k in range(3)]
        held = splits.validation
        nearest = np.abs(held.features["a"][:, None] - np.array(centres)).argmin(axis=1)
        assert curve.scores[1][0] == pytest.approx((nearest == held.labels).mean())
        assert curve.frame().columns.tolist() == ["rows", "repeat", "accuracy"]
        assert len(curve.frame()) == 2

    def test_the_deciding_metric_is_that_of_the_task(self, quick, splits):
        uneven = learning_curve(Config(), splits, repeats=1, sizes=[1.0])
        assert uneven.metric in ("accuracy", "roc_auc")
        assert not uneven.less_is_better
        loss = learning_curve(Config(), splits, repeats=1, sizes=[1.0], metric="log_loss")
        assert (loss.less_is_better, loss.perfect) == (True, 0.0)

    def test_no_training_begins_that_would_end_after_the_deadline(self, quick, splits, monkeypatch):
        now = iter(np.arange(0, 1000, 5.0).tolist())
        monkeypatch.setattr(measuring_curve, "time", SimpleNamespace(monotonic=lambda: next(now)))
        curve = learning_curve(Config(), splits, repeats=3, deadline=40.0)
        assert 1 < len(quick) < 6
        assert curve.rows[-1] == len(splits.train)

    def test_a_training_that_the_deadline_cut_short_is_not_scored(self, quick, splits, monkeypatch):
        def train(config, parts, **rest):
            cut = {"threshold": 0.5, "stopped_by": OUT_OF_TIME, "best_epoch": 1}
            return SimpleNamespace(model=None, record=cut)

        monkeypatch.setattr(measuring_curve, "train", train)
        with pytest.raises(GoodfitError, match="in time; allow more"):
            learning_curve(Config(), splits, deadline=1e9)

    def test_a_training_that_failed_is_left_out(self, quick, splits, monkeypatch):
        whole = measuring_curve.train

        def train(config, parts, **rest):
            if len(parts.train) < 100 and config.seed == 0:
                raise GoodfitError("Training failed")
            return whole(config, parts, **rest)

        monkeypatch.setattr(measuring_curve, "train", train)
        curve = learning_curve(Config(), splits, repeats=2)
        assert np.isnan(curve.scores[0][0])
        assert np.isfinite(curve.scores[0][1])
        assert LearningCurve.from_dict(json.loads(json.dumps(curve.to_dict(), allow_nan=False)))
        assert np.isfinite(curve.score_at(2000).value)

    def test_trainings_that_ran_out_of_epochs_are_counted(self, quick, splits):
        found = how_much_more_data(config=Config(epochs=3), splits=splits, repeats=2)
        assert found.curve is not None
        assert found.curve.out_of_epochs == 12
        assert "12 of 12 trainings were still getting better" in str(found)

    @pytest.mark.parametrize(
        ("options", "kind"),
        [
            ({"metric": "acuracy"}, "metric_unknown"),
            ({"sizes": [5, 1000]}, "sizes_invalid"),
            ({"sizes": []}, "sizes_invalid"),
            ({"repeats": 0}, "repeats_invalid"),
            ({"goal": 95}, "goal_invalid"),
            ({"goal": float("nan")}, "goal_invalid"),
            ({"goal": 1.0}, "goal_invalid"),
            ({"goal": -1.0, "metric": "log_loss"}, "goal_invalid"),
            ({"confidence": 2}, "confidence_invalid"),
        ],
    )
    def test_what_cannot_be_used_is_said_before_anything_is_trained(
        self, quick, splits, options, kind
    ):
        with pytest.raises(BadInput) as raised:
            how_much_more_data(config=Config(), splits=splits, **options)
        assert raised.value.kind == kind
        assert not quick

    def test_errors_help(self, quick, splits):
        with pytest.raises(BadInput, match="Did you mean 'accuracy'"):
            learning_curve(Config(), splits, metric="acuracy")
        with pytest.raises(BadInput, match=r"Write 0.95 for 95 %"):
            how_much_more_data(95, config=Config(), splits=splits)
        with pytest.raises(BadInput, match="nothing to say it from"):
            how_much_more_data(0.9)
        few = replace(splits, train=splits.train.take(np.arange(20)))
        with pytest.raises(BadInput, match="too few training rows"):
            learning_curve(Config(), few)


def test_a_network_is_trained_on_each_part():
    splits = split(load("iris"))
    config = Config(units=(8,), epochs=2, batch_size=16)
    curve = learning_curve(config, splits, sizes=[0.5, 1.0], repeats=1)
    assert curve.metric == "accuracy"
    assert curve.rows == (52, 105)
    assert all(0 <= score <= 1 for (score,) in curve.scores)


class TestCarryingOn:
    def test_the_intervals_hold_on_power_laws(self):
        """90 % intervals of the score at twice and five times the rows, over 100 made curves."""
        generator = np.random.default_rng(3)
        held = {2: 0, 5: 0}
        for seed in range(100):
            limit, exponent = generator.uniform(0, 0.3), generator.uniform(0.3, 1.0)
            height = generator.uniform(0.1, 0.3)

            def law(n, limit=limit, exponent=exponent, height=height):
                return limit + height * (n / 100) ** -exponent

            curve = made_curve(law, seed=seed, noise=0.006)
            for factor in held:
                estimate = curve.score_at(factor * ROWS[-1])
                held[factor] += estimate.low <= 1 - law(factor * ROWS[-1]) <= estimate.high
        assert all(85 <= count <= 100 for count in held.values()), held

    def test_a_goal_within_reach(self):
        found = how_much_more_data(36, made_curve(lambda n: 20 + 600 * n**-0.5, error=True))
        true = (600 / 16) ** 2
        assert found.verdict == "reachable"
        assert found.low < true < found.high
        assert found.rows == pytest.approx(true, rel=0.3)
        assert "would bring rmse to 36" in found.sentence
        assert found.doubled.low < 20 + 600 * 2000**-0.5 < found.doubled.high

    def test_a_flat_curve_says_that_more_data_will_not_help(self):
        for goal in (None, 0.85):
            found = how_much_more_data(goal, made_curve(lambda n: 0.2))
            assert found.verdict == "will not help"
            assert found.sentence.startswith("More data will not help")

    def test_a_goal_beyond_the_limit_says_so(self):
        found = how_much_more_data(0.95, made_curve(lambda n: 0.15 + 8 / n, noise=0.002))
        assert found.verdict == "will not help"
        assert found.low == found.high == np.inf
        assert "no number of rows" in found.sentence

    def test_a_goal_that_is_reached(self):
        found = how_much_more_data(0.85, made_curve(falling))
        assert found.verdict == "reached"
        assert found.rows < ROWS[-1]

    def test_what_lies_beyond_ten_times_is_called_a_guess(self):
        found = how_much_more_data(0.99, made_curve(lambda n: 2 * n**-0.3, noise=0.001))
        assert found.verdict == "far"
        assert found.low > 10 * ROWS[-1]
        assert "guess" in found.sentence

    def test_noise_says_that_it_cannot_be_said(self):
        found = how_much_more_data(0.93, made_curve(falling, noise=0.05))
        assert found.verdict == "cannot be said"
        assert found.high == np.inf

    def test_a_curve_that_falls_will_fall_on(self):
        found = how_much_more_data(curve=made_curve(falling, noise=0.001))
        assert found.verdict == "will help"
        assert (found.goal, found.rows) == (None, None)
        assert 0 < found.gain.low < found.gain.value < found.gain.high
        assert found.gain.value == pytest.approx(falling(1000) - falling(2000), rel=0.25)

    @pytest.mark.parametrize("rows", [ROWS[:3], ROWS])
    def test_too_few_sizes_or_trainings(self, rows):
        curve = made_curve(falling, rows=rows, repeats=3 if len(rows) == 3 else 1)
        found = how_much_more_data(0.9, curve)
        assert found.verdict == "cannot be said"
        assert "needs at least 4 sizes and 2 trainings" in found.sentence
        with pytest.raises(BadInput, match="three numbers of rows"):
            made_curve(falling, rows=ROWS[:2]).laws()

    def test_what_is_no_power_law_is_told(self):
        curve = made_curve(lambda n: 0.4 if n < 500 else 0.1, noise=0.002)
        assert any("no power law" in note for note in how_much_more_data(curve=curve).notes)
        assert not how_much_more_data(curve=made_curve(falling)).notes

    def test_no_error_on_a_few_rows_is_no_proof(self):
        curve = made_curve(lambda n: 0.0, noise=0.0)
        assert 0.99 < curve.score_at(2000).low < 1.0

    def test_a_model_that_learned_nothing_is_no_flat_curve(self):
        curve = replace(made_curve(lambda n: 0.4), naive=0.6)
        found = how_much_more_data(0.9, curve)
        assert found.verdict == "cannot be said"
        assert "why nothing is learned" in found.sentence

    def test_one_training_of_each_size_may_make_no_error(self):
        for errors in ((0.02, 0.01, 0.0), (0.0, 0.0, 0.0)):
            law = dict(zip(ROWS[:3], errors, strict=True)).get
            curve = made_curve(law, rows=ROWS[:3], repeats=1, noise=0.0)
            estimate = curve.score_at(2000)
            assert 0.9 < estimate.low < estimate.high <= 1.0
            assert how_much_more_data(0.999, curve).verdict == "cannot be said"

    def test_json_comes_back(self):
        for goal in (None, 0.9, 0.95):
            found = how_much_more_data(goal, made_curve(falling, noise=0.01))
            text = json.dumps(found.to_dict(), allow_nan=False)
            assert MoreData.from_dict(json.loads(text)) == found

    def test_a_score_beyond_the_data_moves_with_the_confidence(self):
        curve = made_curve(falling)
        wide, narrow = curve.score_at(5000, 0.95), curve.score_at(5000, 0.5)
        assert wide.low < narrow.low < narrow.high < wide.high


class TestNoise:
    def test_the_spread_of_trainings_is_carried_on_to_all_rows(self):
        generator = np.random.default_rng(0)
        rows = np.array(ROWS)
        errors = 0.2 + generator.normal(size=(6, 40)) * (0.02 * (100 / rows) ** 0.5)[:, None]
        errors[-1] = 0.2  # the same rows each time
        noise = noise_of_means(rows, errors, np.zeros((6, 6)))
        assert 0.003 < np.sqrt(noise[-1, -1]) < 0.02
        assert np.all(np.linalg.eigvalsh(noise) > 0)

    def test_a_common_shift_of_all_sizes_does_not_bend_the_curve(self):
        rows = np.array(ROWS)
        errors = 0.1 + 2 * rows**-0.5
        shared = np.full((6, 6), 0.02**2) + np.eye(6) * 1e-8
        gains = []
        for shift in (0.0, 0.03):
            laws = fit_power_laws(rows, errors + shift, shared)
            gains.append(np.median(laws.errors_at(1000) - laws.errors_at(2000)))
        assert gains[0] == pytest.approx(gains[1], rel=0.15)

    def test_the_same_seed_draws_the_same_laws(self):
        first, second = made_curve(falling).laws(), made_curve(falling).laws()
        assert np.array_equal(first.errors_at(3000), second.errors_at(3000))
        assert np.all(np.diff([np.median(first.errors_at(n)) for n in (500, 1000, 9000)]) < 0)


def test_a_method_that_no_one_knows_is_shuffled():
    splits = split(load(table(), "y", ignore=["day", "who"]))
    other = replace(splits, method=Choice("elsewhere"))
    assert sorted(nested_order(other)) == list(range(len(splits.train)))
