"""The course of a study over trainings that are only told: what is tried when, and going on."""

import os
from types import SimpleNamespace

import numpy as np
import pytest
from goodfit.recipes import Config
from goodfit.recipes.studying.budget import Budget
from goodfit.recipes.studying.course import Limits
from goodfit.recipes.studying.ledger import Ledger
from made_courses import BASELINE, made_course, names


def by_heart(config, place=0):
    """A task of few rows: dropout helps up to 0.3, width harms, the rest does nothing."""
    loss = 0.5 - 0.3 * min(config.dropout, 0.3) + 0.5 * max(0.0, config.dropout - 0.3)
    loss += 0.0005 * sum(config.units)
    ill = config.dropout < 0.3
    return {"loss": loss, "gap": 1.8 if ill else 1.0, "faults": ("overfitting",) if ill else ()}


def too_small(config, place=0):
    """A task that wants 256 units, and ever smaller rates for them."""
    wide = config.units[0]
    loss = 0.8 - 0.1 * np.log2(min(wide, 256) / 32)
    best = 0.003 * 64 / wide
    loss += 0.05 * abs(np.log(config.learning_rate / best))
    return {"loss": loss, "faults": ("underfitting",) if wide < 256 else ()}


def unfit_rate(config, place=0):
    loss = 0.4 + 0.1 * abs(np.log10(config.learning_rate / 0.001))
    return {"loss": loss}


def nothing_helps(config, place=0):
    return {"loss": 0.4}


class TestOrder:
    def test_overfitting_is_cured_and_fine_tuning_comes_last(self):
        made = made_course(by_heart)
        config, reason = made.course.carry_out(BASELINE)
        tried = names(made.ledger)
        assert tried[0] == "dropout 0.3"
        assert config.dropout == pytest.approx(0.3)
        assert reason == "Nothing was left to try."
        phases = [entry["change"]["phase"] for entry in made.ledger.entries("step")]
        assert phases[0] == 4
        assert phases.index(5) > max(i for i, phase in enumerate(phases[:6]) if phase != 5)
        # What was found decides: the gap has closed, so that no second level is tried.
        assert not any(each.startswith("l2") for each in tried)
        assert by_heart(config)["loss"] < by_heart(BASELINE)["loss"] - 0.05

    def test_underfitting_gets_units_until_that_is_enough(self):
        made = made_course(too_small)
        config, _ = made.course.carry_out(Config(units=(32,), dropout=0.0))
        assert names(made.ledger)[:3] == ["units [64]", "units [128]", "units [256]"]
        assert max(config.units) >= 256
        first = made.ledger.entries("step")[0]
        assert first["state"]["cause"] == "underfitting"
        assert first["findings_before"] == ["underfitting"]

    @pytest.mark.parametrize("rate", [0.03, 1e-5])
    def test_an_unfit_rate_comes_before_everything(self, rate):
        made = made_course(unfit_rate)
        config, _ = made.course.carry_out(BASELINE.replace(learning_rate=rate))
        assert names(made.ledger)[0] == "learning_rate 0.001"
        assert config.learning_rate == pytest.approx(0.001)

    def test_also_where_the_baseline_took_its_share_of_the_time(self):
        made = made_course(unfit_rate, minutes=1, seconds=8.0)
        made.course.carry_out(BASELINE.replace(learning_rate=0.03))
        assert names(made.ledger)[0] == "learning_rate 0.001"

    def test_where_nothing_helps_nothing_but_simpler_settings_stays(self):
        verdicts = []
        for luck in range(12):
            made = made_course(nothing_helps, luck=luck)
            config, _ = made.course.carry_out(BASELINE)
            found = [entry["verdict"]["verdict"] for entry in made.ledger.entries("step")]
            if "kept" not in found:
                # A change of units may bring its rate along.
                assert set(config.difference(BASELINE)) <= {"units", "learning_rate"}
                assert sum(config.units) <= sum(BASELINE.units)
            verdicts += found
        assert len(verdicts) > 100
        assert verdicts.count("kept") / len(verdicts) < 0.03

    def test_no_model_at_all_is_given_smaller_rates_and_then_up(self):
        made = made_course(lambda config, place: {"loss": 0.4, "failed": "not finite"})
        config, reason = made.course.carry_out(BASELINE)
        assert config == BASELINE
        assert names(made.ledger)
        assert reason in ("Nothing was left to try.", "No training came to a model.")

    def test_a_broken_baseline_is_mended_by_a_smaller_rate(self):
        def breaks(config, place):
            return {"loss": 0.4, "failed": "not finite" if config.learning_rate > 5e-4 else ""}

        made = made_course(breaks)
        config, _ = made.course.carry_out(BASELINE)
        assert names(made.ledger)[0] == "learning_rate 0.0001"
        assert config.learning_rate < 5e-4


class TestTwice:
    @pytest.mark.parametrize("world", [by_heart, too_small, nothing_helps])
    def test_nothing_is_tried_twice_and_nothing_trained_twice(self, world):
        made = made_course(world)
        made.course.carry_out(BASELINE)
        tried = names(made.ledger)
        assert len(tried) == len(set(tried))
        assert len(made.trials.trained) == len(set(made.trials.trained))
        entries = made.ledger.entries("training")
        assert len(entries) == len(made.trials.trained) == made.trials.trainings

    def test_a_value_that_was_left_is_not_gone_back_to(self):
        made = made_course(by_heart)
        made.course.carry_out(BASELINE)
        assert "dropout 0.0" not in names(made.ledger)

    def test_what_harms_is_not_tried_in_a_larger_dose(self):
        def harmed(config, place):
            return {"loss": 0.4 + config.dropout + 10 * config.l2, "gap": 2.0}

        made = made_course(harmed)
        made.course.carry_out(BASELINE)
        tried = names(made.ledger)
        assert next(each for each in tried if each.startswith("dropout")) == "dropout 0.3"
        assert "dropout 0.5" not in tried
        assert "dropout 0.6" not in tried
        assert "l2 0.01" in tried
        assert "l2 0.001" in tried  # a smaller one may still do
        assert "l2 0.05" not in tried


class TestRates:
    def test_the_rate_is_looked_for_again_within_the_same_entry(self):
        made = made_course(too_small)
        made.course.carry_out(Config(units=(32,), dropout=0.0, learning_rate=0.006))
        entry = made.ledger.entries("step")[0]
        assert sorted(entry["rates"]) == ["x0.3", "x1", "x3"]
        assert min(entry["rates"], key=entry["rates"].get) == "x0.3"
        assert sorted(entry["difference"]) == ["learning_rate", "units"]
        assert entry["difference"]["learning_rate"] == pytest.approx([0.006, 0.0018])

    def test_the_place_that_chose_the_rate_does_not_judge_the_change(self):
        made = made_course(too_small, limits=Limits(1))
        made.course.carry_out(Config(units=(32,), dropout=0.0))
        *_, after = (key for key, _ in made.trials.trained)
        places = [place for key, place in made.trials.trained if key == after]
        entry = made.ledger.entries("step")[0]
        assert places[0] == 0
        assert entry["verdict"]["places"] == len(places) - 1

    def test_a_change_of_something_else_is_one_field(self):
        made = made_course(by_heart)
        made.course.carry_out(BASELINE)
        for entry in made.ledger.entries("step"):
            fields = set(entry["difference"]) - {entry["change"]["setting"]}
            assert fields <= ({"learning_rate"} if entry["rates"] else set())


class TestLimits:
    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_of_trials(self, count):
        made = made_course(nothing_helps, limits=Limits(count))
        _, reason = made.course.carry_out(BASELINE)
        assert len(made.ledger.entries("step")) == count
        assert "limit" in reason

    def test_of_phases(self):
        made = made_course(by_heart, limits=Limits(None, (5,)))
        made.course.carry_out(BASELINE)
        assert {entry["change"]["phase"] for entry in made.ledger.entries("step")} == {5}

    def test_of_places(self):
        made = made_course(nothing_helps, seeds=2)
        made.course.carry_out(BASELINE)
        assert {place for _, place in made.trials.trained} == {0, 1}
        assert len(made.ledger.entries("step")) > 3

    def test_one_place_decides_nothing_but_ends(self):
        made = made_course(by_heart, seeds=1)
        config, _ = made.course.carry_out(BASELINE)
        assert set(config.difference(BASELINE)) <= {"units", "learning_rate"}


class TestTime:
    @pytest.mark.parametrize("seconds", [0.5, 2.0, 5.0])
    def test_trials_leave_the_final_training_its_time(self, seconds):
        made = made_course(nothing_helps, minutes=1, seconds=seconds)
        _, reason = made.course.carry_out(BASELINE)
        left = made.budget.remaining
        assert left >= made.budget.reserved(seconds)
        assert reason in ("There was no time for another comparison.", "Nothing was left to try.")
        if seconds > 1:
            # And what can be used is used, but for what no further comparison fits into.
            assert made.budget.spent > 0.5 * (60 - 1.3 * seconds - 4)

    def test_a_baseline_that_takes_long_is_trained_once(self):
        made = made_course(nothing_helps, minutes=1, seconds=20.0)
        _, reason = made.course.carry_out(BASELINE)
        assert len(made.trials.trained) == 1
        assert reason == "There was no time for another comparison."

    def test_a_training_that_is_cut_off_ends_the_course_and_leaves_no_half_step(self):
        whole = made_course(by_heart)
        whole.course.carry_out(BASELINE)
        for ends in (3.5, 4.5, 9.5, 15.5, 40.5):
            made = made_course(by_heart, ends=ends)
            config, reason = made.course.carry_out(BASELINE)
            assert reason == "The time was up."
            steps = made.ledger.entries("step")
            assert names(made.ledger) == names(whole.ledger)[: len(steps)]
            assert len(made.ledger.entries("training")) == int(ends)
            if steps:
                assert steps[-1]["verdict"]["stays"] in ("before", "after")
            else:
                assert config == BASELINE

    def test_no_time_at_all_ends_with_the_baseline(self):
        made = made_course(by_heart, ends=0.5)
        config, reason = made.course.carry_out(BASELINE)
        assert (config, reason) == (BASELINE, "The time was up.")
        assert np.isnan(made.course.best(config).value)


class Killed(Exception):
    """The process is gone."""


class Cut(Ledger):
    """A ledger whose process is killed once so many entries are written."""

    def __init__(self, path, after):
        super().__init__(path)
        self.after = after

    def add(self, entry):
        super().add(entry)
        if len(self) >= self.after:
            raise Killed


def changing(config, place=0):
    """A task whose findings differ from place to place, so that more places tell more."""
    return by_heart(config) | {"faults": ("overfitting",) if place in (0, 2) else ()}


def steps_of(ledger):
    """Return the steps without what differs from run to run."""
    return [
        {name: value for name, value in entry.items() if name not in ("seconds", "memory")}
        for entry in ledger.entries("step")
    ]


@pytest.mark.parametrize("world", [too_small, changing])
def test_killed_after_any_entry_it_goes_on_to_the_same_steps(world, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # a crash of the process, not of the disk

    def course(path, ledger):
        path.mkdir(exist_ok=True)
        return made_course(world, ledger=ledger, folder=path / "answers", limits=Limits(3))

    whole = course(tmp_path / "whole", Ledger(tmp_path / "whole.jsonl"))
    config, reason = whole.course.carry_out(BASELINE)
    total = len(whole.ledger)
    expected = steps_of(whole.ledger)
    assert len(expected) == 3
    for after in range(1, total):
        path = tmp_path / f"cut {after}"
        file = tmp_path / f"cut {after}.jsonl"
        cut = course(path, Cut(file, after))
        with pytest.raises(Killed):
            cut.course.carry_out(BASELINE)
        again = course(path, Ledger(file))
        assert again.course.carry_out(BASELINE) == (config, reason), f"cut after {after}"
        found = steps_of(again.ledger)
        # A step that was cut counts only the trainings that it still needed.
        for mine, other in zip(found, expected, strict=True):
            assert mine.pop("trainings") <= other["trainings"]
            assert mine == {name: v for name, v in other.items() if name != "trainings"}
        both = cut.trials.trained + again.trials.trained
        assert len(both) == len(set(both)), f"cut after {after}"
        assert sorted(both) == sorted(whole.trials.trained)


def test_gone_on_with_it_does_not_train_a_baseline_that_was_left_for_lack_of_time(tmp_path):
    file = tmp_path / "ledger.jsonl"
    first = made_course(
        nothing_helps, ledger=Ledger(file), folder=tmp_path, minutes=1, seconds=20.0
    )
    first.course.carry_out(BASELINE)
    again = made_course(
        nothing_helps, ledger=Ledger(file), folder=tmp_path, minutes=1, seconds=20.0
    )
    again.course.carry_out(BASELINE)
    assert again.trials.trained == []


def test_answers_that_were_lost_are_trained_anew(tmp_path):
    file = tmp_path / "ledger.jsonl"
    folder = tmp_path / "answers"
    first = made_course(nothing_helps, ledger=Ledger(file), folder=folder, limits=Limits(0))
    first.course.carry_out(BASELINE)
    next(folder.iterdir()).unlink()
    again = made_course(nothing_helps, ledger=Ledger(file), folder=folder, limits=Limits(0))
    again.course.carry_out(BASELINE)
    assert len(again.trials.trained) == 1


def test_the_listener_is_told_of_phases_changes_and_verdicts():
    told = []
    made = made_course(
        by_heart, limits=Limits(2), told=lambda kind, data: told.append((kind, data))
    )
    made.course.carry_out(BASELINE)
    kinds = [kind for kind, _ in told]
    assert kinds[0] == "phase"
    assert kinds.count("change") == kinds.count("verdict") == 2
    assert kinds.index("change") < kinds.index("verdict")
    for _, data in told:
        assert data["remaining"] > 0
    bests = [data["value"] for kind, data in told if kind == "best"]
    assert bests[-1] < bests[0]


class TestBudget:
    def test_time_that_a_study_used_before_counts(self):
        clock = SimpleNamespace(now=100.0)
        budget = Budget(60.0, spent=20.0, clock=lambda: clock.now)
        clock.now = 110.0
        assert (budget.spent, budget.remaining) == (30.0, 30.0)

    def test_each_phase_has_an_end(self):
        clock = SimpleNamespace(now=0.0)
        budget = Budget(100.0, clock=lambda: clock.now)
        usable = 100.0 - budget.reserved(10.0)
        for phase, share in ((2, 0.3), (3, 0.8), (4, 0.8), (5, 1.0)):
            clock.now = share * usable - 1
            assert budget.allows(phase, seconds=0.9, final=10.0)
            assert not budget.allows(phase, seconds=1.1, final=10.0)

    def test_at_most_a_part_is_kept_for_the_final_training(self):
        budget = Budget(100.0, clock=lambda: 0.0)
        assert 13.0 < budget.reserved(10.0) < 25.0
        assert budget.reserved(10.0) < budget.reserved(1000.0) <= 60.0

    def test_deadlines_are_never_before_now_and_never_after_the_end(self):
        import time

        clock = SimpleNamespace(now=0.0)
        budget = Budget(100.0, clock=lambda: clock.now)
        for now in (0.0, 50.0, 99.0, 500.0):
            clock.now = now
            started = time.monotonic()
            for deadline in (budget.deadline(5.0), budget.last_deadline()):
                latest = time.monotonic() + max(0.0, 100.0 - now)
                assert started - 0.1 <= deadline <= latest + 0.1
            assert budget.deadline(5.0) <= budget.last_deadline() + 0.1
