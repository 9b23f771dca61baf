"""A search is cut at every event, and comes out as if nothing had happened."""

import pytest
from goodfit.recipes import Ledger
from goodfit.recipes.tuning.assignments import TrialResult
from goodfit.recipes.tuning.driving import MOST_FAILURES, best_of
from goodfit.recipes.tuning.journal import Journal
from goodfit.zoo.errors import BadInput
from made_search import CONFIG, FEW, MadeExecutor, carried_out, facts

FAILS = ("trial-0003",)
METHODS = {"random": {}, "grid": {"space": FEW, "trials": None}}


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("method", METHODS)
def test_cut_at_every_event_no_trial_is_lost_and_none_counted_twice(tmp_path, method, slots):
    options = METHODS[method]
    whole = tmp_path / "whole.jsonl"
    executor = MadeExecutor(slots, FAILS)
    journal, _, reason = carried_out(whole, method, executor=executor, **options)
    lines = lines_of(whole)
    assert len(lines) == 3 * len(journal.trials)
    for count in range(len(lines) + 1):
        # Every second time the crash came in the middle of a line.
        for torn in (b"",) if count % 2 else (b'{"kind": "started", "tri',):
            cut = tmp_path / f"{count}-{len(torn)}.jsonl"
            cut.write_bytes(b"".join(lines[:count]) + torn)
            before = {trial.name for trial in Journal(cut).trials.values() if trial.result}
            executor = MadeExecutor(slots, FAILS)
            again, _, said = carried_out(cut, method, executor=executor, **options)
            assert sorted(facts(again)) == sorted(facts(journal))
            assert said == reason
            ran = [given.trial for given in executor.ran]
            assert sorted([*before, *ran]) == sorted(journal.trials)
            ended = [entry["trial"] for entry in Ledger(cut).entries("ended")]
            assert sorted(ended) == sorted(journal.trials)


@pytest.mark.parametrize("method", ["hyperband", "bayesian"])
def test_with_one_worker_the_other_methods_resume_exactly_too(tmp_path, method):
    whole = tmp_path / "whole.jsonl"
    options = {"trials": 12, "space": FEW}
    journal, _, _ = carried_out(whole, method, executor=MadeExecutor(1, FAILS), **options)
    lines = lines_of(whole)
    for count in (8, 28, 33):
        cut = tmp_path / f"{count}.jsonl"
        cut.write_bytes(b"".join(lines[:count]))
        again, _, _ = carried_out(cut, method, executor=MadeExecutor(1, FAILS), **options)
        assert facts(again) == facts(journal)


def test_a_trial_that_was_running_at_the_crash_is_the_next_attempt(tmp_path):
    path = tmp_path / "trials.jsonl"
    with pytest.raises(KeyboardInterrupt):
        carried_out(path, executor=MadeExecutor(2, broken="trial-0002"))
    journal, executor, _ = carried_out(path, executor=MadeExecutor(2))
    begun = {given.trial: given.attempt for given in executor.ran}
    assert [begun[f"trial-000{number}"] for number in (2, 3)] == [2, 1]
    assert journal.trials["trial-0002"].attempts == 2


def test_a_result_that_comes_twice_counts_once(tmp_path):
    path = tmp_path / "trials.jsonl"
    journal, _, _ = carried_out(path, executor=MadeExecutor(2, twice=True))
    ended = [line for line in lines_of(path) if b'"ended"' in line]
    assert len(ended) == len(journal.trials) == 6
    late = TrialResult("trial-0001", 1, "completed", (99.0,))
    assert not journal.ended(late)
    assert not journal.ended(TrialResult("trial-0099", 1, "completed", (0.0,)))
    assert journal.trials["trial-0001"].score != 99.0


def test_the_config_itself_is_the_first_trial_and_its_seed_the_first_seed():
    journal, executor, _ = carried_out(seed=5)
    first = journal.trials["trial-0001"]
    own = {"learning_rate": 0.001, "dropout": 0.2, "optimizer": "adam"}
    assert dict(first.values) == own
    assert [given.seed for given in executor.ran] == [5, 7, 9, 11, 13, 15]
    assert CONFIG.learning_rate == 0.001


def test_other_seeds_draw_other_values_and_0_is_one_of_them():
    drawn = [
        [dict(trial.values) for trial in carried_out(seed=seed)[0].trials.values()][1:]
        for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1]
    assert not any(values in drawn[0] for values in drawn[2])


def test_grid_tries_everything_once_whatever_the_number_of_workers():
    found = []
    for slots in (1, 4):
        executor = MadeExecutor(slots)
        journal, _, reason = carried_out(method="grid", trials=None, space=FEW, executor=executor)
        tried = [tuple(sorted(trial.values.items())) for trial in journal.trials.values()]
        assert len(tried) == len(set(tried)) == 3 * (1 + 2)
        assert "nothing left" in reason
        found.append([(trial.name, dict(trial.values)) for trial in journal.trials.values()])
    assert found[0] == found[1]


def test_hyperband_gives_the_better_half_more_epochs_with_the_same_seed():
    journal, _, _ = carried_out(method="hyperband", trials=25)
    trials = list(journal.trials.values())
    assert {trial.epochs for trial in trials} == {1, 3, 9}
    longer = [trial for trial in trials if (trial.proposed or {}).get("tuner/trial_id")]
    for trial in longer:
        same = [each for each in trials if dict(each.values) == dict(trial.values)]
        assert same[0].epochs < trial.epochs
        assert same[0].seed == trial.seed
    assert not any(name.startswith("tuner/") for trial in trials for name in trial.values)


def test_bayesian_finds_better_than_chance_and_leaves_a_failed_place():
    journal, _, _ = carried_out(method="bayesian", trials=13, space=FEW)
    best = best_of(journal, True)
    assert [best.values[name] for name in ("dropout", "optimizer")] == [0.2, "adamw"]


def test_what_is_told_of_the_search():
    executor = MadeExecutor(1, FAILS)
    carried_out(trials=4, executor=executor)
    assert [each["done"] for each in executor.told] == [0, 1, 2, 3, 4]
    last = executor.told[-1]
    assert [last[name] for name in ("failed", "trials", "under_way")] == [1, 4, 0]
    assert last["best"] == min(each["best"] for each in executor.told[1:])
    assert executor.told[1]["seconds_left"] > executor.told[-2]["seconds_left"]


def test_nothing_but_failures_ends_the_search_and_says_why():
    journal, _, reason = carried_out(trials=50, executor=MadeExecutor(1, "all"))
    assert len(journal.trials) == MOST_FAILURES
    assert "It diverged." in reason


def test_no_trial_begins_that_would_end_too_late(monkeypatch):
    from goodfit.recipes.tuning import driving

    now = iter(range(1000))
    monkeypatch.setattr(driving.time, "time", lambda: float(next(now)))
    journal, _, reason = carried_out(trials=None, deadline=60.0)
    assert reason == "The time was up."
    assert 2 < len(journal.trials) < 30


def test_a_journal_that_was_changed_is_refused(tmp_path):
    path = tmp_path / "trials.jsonl"
    carried_out(path, trials=2)
    path.write_bytes(path.read_bytes().replace(b"0.2", b"0.4"))
    with pytest.raises(BadInput, match="checksum"):
        Journal(path)
    missing = tmp_path / "missing.jsonl"
    carried_out(missing, trials=2)
    kept = lines_of(missing)[1:]
    missing.write_bytes(b"".join(kept))
    with pytest.raises(BadInput, match="never created"):
        Journal(missing)
