"""`tune` from its data to the run of the best, with real trainings; and what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from goodfit.recipes import (
    Config,
    Ledger,
    evaluate_test,
    open_run,
    open_search,
    quickstart,
    resume_search,
    tune,
)
from goodfit.recipes.studying.measuring import Measure
from goodfit.recipes.training.fitting import Interrupted
from goodfit.recipes.tuning import tuner
from goodfit.recipes.tuning.assignments import Job
from goodfit.recipes.tuning.dimensions import Dimension
from goodfit.recipes.tuning.journal import JOURNAL
from goodfit.recipes.tuning.search import SearchInterrupted
from goodfit.recipes.tuning.space import Space
from goodfit.zoo.errors import BadInput
from made_search import MadeExecutor, made_splits

CONFIG = Config(units=(4,), epochs=2, batch_size=32, dropout=0.1, learning_rate=0.01)
SPACE = Space(
    (
        Dimension("learning_rate", "float", 0.001, 0.1, log=True),
        Dimension("dropout", "float", 0.0, 0.5),
        Dimension("optimizer", "choice", options=("adam", "adamw")),
    )
)
SPLITS = made_splits()
OPTIONS = {"method": "random", "space": SPACE, "seeds": 2, "seed": 0}


def kinds(error):
    return [problem.kind for problem in error.value.problems]


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """Return a search of three trials, its folder's parent, its job and what was told."""
    place, told, jobs = tmp_path_factory.mktemp("searches"), [], []

    def executor(job):
        from goodfit.recipes.tuning.executors import InProcess

        jobs.append(job)
        return InProcess(job)

    search = tune(
        CONFIG, SPLITS, trials=3, output=place, executor=executor,
        listener=lambda kind, data: told.append((kind, data)), **OPTIONS,
    )  # fmt: skip
    return search, place, jobs[0], told


def test_the_best_is_trained_into_a_run_and_the_test_rows_stay_sealed(searched):
    search, _, _, _ = searched
    best = search.best
    assert best.score == min(trial.score for trial in search.trials)
    run = open_run(search.folder / "best")
    assert run.record["status"] == "finished"
    assert run.looks == search.looks + 1 == sum(len(t.result.scores) for t in search.trials) + 1
    assert run.config == search.config()
    assert run.config.learning_rate == best.values["learning_rate"]
    assert run.record["validation"]["metrics"]["accuracy"]
    assert run.record["test"] is None
    assert run.record["test_openings"] == 0
    assert SPLITS.test.openings == 0
    assert (search.folder / "best" / "model.keras").is_file()


def test_the_best_values_with_the_same_seed_give_the_same_number(searched):
    search, _, job, _ = searched
    again = Job(job.config, job.splits, job.space, job.measure, job.places)
    found = again.run(search.best.assignment("another", 1))
    assert found.scores == search.best.result.scores


def test_the_first_trial_is_the_kept_config_and_what_was_gained_is_said(searched):
    search, _, _, _ = searched
    assert search.kept is search.trials[0]
    assert search.kept.values["learning_rate"] == 0.01
    assert search.gain == pytest.approx(search.kept.score - search.best.score)
    assert search.config("trial-0001").replace(seed=0) == CONFIG
    with pytest.raises(BadInput, match="trial-0009"):
        search.config("trial-0009")


def test_a_search_is_read_as_a_table_in_a_notebook_and_by_scripts(searched):
    search, _, _, _ = searched
    frame = search.frame()
    assert list(frame["trial"]) == ["trial-0001", "trial-0002", "trial-0003"]
    assert frame["scores"].map(len).tolist() == [2, 2, 2]
    assert frame["spread"].notna().all()
    html = search._repr_html_()
    assert html.count("<tr") == 4
    assert "All 3 trials are done." in html
    assert "3 trials, log_loss: best" in repr(search)
    again = open_search(search.folder)
    assert again.best == search.best
    assert again.run.config == search.run.config


def test_what_a_listener_is_told(searched):
    search, _, _, told = searched
    trials = [data for kind, data in told if kind == "trial"]
    assert [each["trial"] for each in trials] == [trial.name for trial in search.trials]
    assert [each["score"] for each in trials] == [trial.score for trial in search.trials]
    assert len(trials[0]["history"]) == 2
    progress = [data for kind, data in told if kind == "search"]
    assert [each["done"] for each in progress] == [0, 1, 2, 3]
    assert progress[-1]["best"] == search.best.score


def test_each_trial_has_its_folder_of_tensorboard_with_settings_and_score(searched):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
    from tensorboard.util.tensor_util import make_ndarray

    search, _, _, _ = searched
    events = EventAccumulator(str(search.folder / "tensorboard"))
    events.Reload()
    data = events.SummaryMetadata("_hparams_/experiment").plugin_data.content
    columns = plugin_data_pb2.HParamsPluginData.FromString(data).experiment
    assert [info.name for info in columns.hparam_infos] == [each.setting for each in SPACE]
    assert columns.metric_infos[0].name.tag == "trial/score"
    for trial in search.trials:
        events = EventAccumulator(str(search.folder / "tensorboard" / trial.name))
        events.Reload()
        data = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
        shown = plugin_data_pb2.HParamsPluginData.FromString(data).session_start_info.hparams
        assert set(shown) == {"learning_rate", "dropout", "optimizer"}
        assert shown["learning_rate"].number_value == trial.values["learning_rate"]
        score = make_ndarray(events.Tensors("trial/score")[0].tensor_proto)
        assert score == pytest.approx(trial.score, rel=1e-6)
        train = EventAccumulator(str(search.folder / "tensorboard" / trial.name / "train"))
        train.Reload()
        assert [each.step for each in train.Tensors("loss")] == [1, 2]


def test_the_same_search_is_not_begun_twice_and_another_has_another_folder(searched, tmp_path):
    search, place, _, _ = searched
    with pytest.raises(BadInput) as error:
        tune(CONFIG, SPLITS, trials=3, output=place, **OPTIONS)
    assert kinds(error) == ["search_exists"]
    folders = {search.folder.name}
    for changes in (
        {"seed": 1}, {"method": "grid"}, {"metric": "roc_auc"}, {"epochs": 1},
        {"space": Space(SPACE.dimensions[:2])},
    ):  # fmt: skip
        with pytest.raises(BadInput) as error:
            tune(CONFIG, SPLITS, output=place, resume=True, **{**OPTIONS, **changes})
        assert kinds(error) == ["search_missing"]
        assert search.folder.name in error.value.problems[0].received
        folders.add(error.value.problems[0].message)
    with pytest.raises(BadInput) as error:
        tune(CONFIG, made_splits(80), output=place, resume=True, **OPTIONS)
    assert kinds(error) == ["search_missing"]
    assert len(folders) == 1 + 5


def test_a_search_that_got_no_worker_can_be_begun_again(tmp_path):
    def executor(job):
        raise RuntimeError("no cluster answers")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="no cluster answers"):
            tune(CONFIG, SPLITS, trials=1, output=tmp_path, executor=executor, **OPTIONS)
    assert len(list(tmp_path.glob(f"*/{JOURNAL}"))) == 1


def test_a_finished_search_goes_on_where_more_trials_are_wanted(searched, monkeypatch):
    search, place, _, _ = searched
    begun = []

    def executor(job):
        made = MadeExecutor()
        begun.append(made)
        return made

    monkeypatch.setattr(tuner, "_trained", lambda *_args: None)
    again = tune(CONFIG, SPLITS, trials=3, output=place, resume=True, executor=executor, **OPTIONS)
    assert begun[0].ran == []
    assert begun[0].closed
    assert [trial.score for trial in again.trials] == [trial.score for trial in search.trials]


@pytest.mark.parametrize("error", [KeyboardInterrupt, Interrupted])
def test_ctrl_c_says_how_to_go_on_and_keeps_what_ended(tmp_path, monkeypatch, error):
    executor = MadeExecutor(broken="trial-0003")
    if error is Interrupted:
        monkeypatch.setattr(Interrupted, "__init__", lambda self: None)
    monkeypatch.setattr(MadeExecutor, "error", error, raising=False)
    with pytest.raises(SearchInterrupted, match=r"after 2 trials.*--resume") as caught:
        tune(CONFIG, SPLITS, output=tmp_path, executor=lambda job: executor, **OPTIONS)
    assert caught.value.exit_code == 130
    assert executor.closed
    ended = Ledger(caught.value.folder / JOURNAL).entries("ended")
    assert [entry["trial"] for entry in ended] == ["trial-0001", "trial-0002"]


def test_ctrl_c_in_the_last_training_loses_no_trial_either(tmp_path, monkeypatch):
    def pressed(*_args):
        raise KeyboardInterrupt

    trained = tuner._trained
    monkeypatch.setattr(tuner, "_trained", pressed)
    options = {**OPTIONS, "trials": 2, "output": tmp_path}
    with pytest.raises(SearchInterrupted, match="after 2 trials"):
        tune(CONFIG, SPLITS, executor=lambda job: MadeExecutor(), **options)
    monkeypatch.setattr(tuner, "_trained", trained)
    executor = MadeExecutor()
    search = tune(CONFIG, SPLITS, executor=lambda job: executor, resume=True, **options)
    assert executor.ran == []
    assert search.run.config == search.config()


def test_hyperband_s_best_is_trained_for_all_epochs_and_compared_with_its_like(
    tmp_path, monkeypatch
):
    asked = []
    monkeypatch.setattr(tuner, "_trained", lambda search, config, *_args: asked.append(config))
    options = {**OPTIONS, "method": "hyperband", "trials": 3, "output": tmp_path}
    longer = CONFIG.replace(epochs=18)
    search = tune(longer, SPLITS, executor=lambda job: MadeExecutor(), **options)
    assert {trial.epochs for trial in search.trials} == {2}
    assert search.config().epochs == 2
    assert asked[0].epochs == 18
    assert search.kept is search.trials[0]


def test_a_storage_is_asked_first_and_gets_every_trial_and_the_end(tmp_path, monkeypatch):
    calls = []

    class Made:
        def __init__(self, address):
            calls.append(address)

        def fetch(self, folder):
            calls.append("fetch")
            return False

        def keep(self, folder, *, journal_only=False):
            calls.append(("keep", journal_only, len(Ledger(folder / JOURNAL).entries("end"))))
            return True

    monkeypatch.setattr(tuner, "Storage", Made)
    tune(
        CONFIG, SPLITS, trials=2, output=tmp_path, storage="s3://bucket",
        executor=lambda job: MadeExecutor(fails="all"), **OPTIONS,
    )  # fmt: skip
    kept = [("keep", True, 0)] * 2
    assert calls == ["s3://bucket", "fetch", *kept, ("keep", False, 1)]


@pytest.mark.skipif(os.name == "nt", reason="there are no such locks")
def test_two_processes_do_not_carry_on_the_same_search(tmp_path):
    found = []

    def second(job):
        with pytest.raises(BadInput) as error:
            tune(CONFIG, SPLITS, output=tmp_path, trials=2, resume=True, **OPTIONS)
        found.append(kinds(error))
        return MadeExecutor(fails="all")

    tune(CONFIG, SPLITS, output=tmp_path, trials=2, executor=second, **OPTIONS)
    assert found == [["search_running"]]
    last = MadeExecutor(fails="all")
    tune(
        CONFIG, SPLITS, output=tmp_path, trials=3, resume=True, executor=lambda job: last, **OPTIONS
    )
    assert [given.trial for given in last.ran] == ["trial-0003"]


def test_no_completed_trial_leaves_no_run(tmp_path):
    search = tune(
        CONFIG, SPLITS, trials=2, output=tmp_path, executor=lambda job: MadeExecutor(fails="all"),
        **OPTIONS,
    )  # fmt: skip
    assert search.best is None
    assert search.run is None
    assert not (search.folder / "best").exists()
    assert search.frame()["status"].tolist() == ["failed", "failed"]
    assert "It diverged." in search._repr_html_()


def test_a_crash_before_anything_was_written_is_gone_on_with(tmp_path):
    def made(resume):
        return tune(
            CONFIG, SPLITS, trials=1, output=tmp_path, resume=resume,
            executor=lambda job: MadeExecutor(fails="all"), **OPTIONS,
        )  # fmt: skip

    search = made(resume=False)
    lines = (search.folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (search.folder / JOURNAL).write_bytes(lines[0][:20])
    again = made(resume=True)
    assert again.journal.head["search"] == search.journal.head["search"]
    assert len(again.trials) == 1


def test_what_cannot_be_is_said_at_once():
    with pytest.raises(BadInput) as error:
        tune(CONFIG, SPLITS, trials=0, minutes=0.0, workers=0, method="bayes")
    assert kinds(error) == ["method_unknown", *["option_invalid"] * 3]
    with pytest.raises(BadInput) as error:
        tune(CONFIG)
    assert kinds(error) == ["splits_missing"]
    with pytest.raises(BadInput) as error:
        tune(CONFIG, SPLITS, metric="accuracyy")
    assert kinds(error) == ["metric_unknown"]


def test_a_builder_of_one_s_own_is_searched_by_what_it_asks_for(tmp_path):
    def build(hp):
        return CONFIG.replace(dropout=hp.Float("share", 0.0, 0.5))

    executor = MadeExecutor(fails="all")
    search = tune(
        CONFIG, SPLITS, trials=2, builder=build, output=tmp_path, method="random",
        executor=lambda job: executor,
    )  # fmt: skip
    assert [list(given.values) for given in executor.ran] == [["share"], ["share"]]
    assert search.kept is None


def test_the_best_model_of_a_builder_of_one_s_own_is_trained_once_more_and_kept(tmp_path):
    import keras

    def build(hp):
        width = sum(column.width for column in SPLITS.train.columns)
        layers = [keras.Input((width,)), keras.layers.Dense(1, "sigmoid")]
        model = keras.Sequential(layers)
        model.compile(keras.optimizers.Adam(hp.Float("rate", 0.01, 0.1)), "binary_crossentropy")
        return model

    def made(trials):
        return tune(
            CONFIG, SPLITS, trials=trials, builder=build, output=tmp_path, method="random",
            seeds=1, resume=trials > 1,
        )  # fmt: skip

    search = made(1)
    kept = json.loads((search.folder / "best" / "model.json").read_text())
    assert kept["values"] == search.best.values
    rows = SPLITS.validation
    table = np.column_stack([rows.features[column.name] for column in rows.columns])
    found = search.model.predict(table.astype("float32"), verbose=0)
    assert kept["score"] == pytest.approx(
        Measure("log_loss", True).score(rows.labels, found, rows.task)
    )
    rate = search.model.optimizer.learning_rate
    assert float(rate) == pytest.approx(search.best.values["rate"])
    assert open_search(search.folder).model.count_params() == search.model.count_params()
    folders = {path.name for path in search.folder.glob("best*")}
    again = made(2)
    changed = again.best.name != search.best.name
    assert {path.name for path in search.folder.glob("best*")} == folders | (
        {"best-before-1"} if changed else set()
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the folder of a real run of a file."""
    folder = tmp_path_factory.mktemp("runs")
    rows = SPLITS.train.frame()
    rows.to_csv(folder / "rows.csv", index=False)
    quickstart(
        folder / "rows.csv", "y", output=folder / "run", settings=("units=4", "epochs=2"),
    )  # fmt: skip
    return folder / "run"


def test_a_run_is_read_again_and_its_search_lies_beside_it(run):
    def executor(job):
        return MadeExecutor(fails="all")

    search = tune(run, trials=2, executor=executor)
    assert search.folder.parent == run.parent
    assert search.folder.name.startswith("run-tuning-")
    assert search.folder.name.endswith(search.journal.head["search"][:12])
    assert (search.folder / "space.toml").is_file()
    again = resume_search(search.folder, trials=4, executor=executor)
    assert len(again.trials) == 4
    assert again.folder == search.folder


def test_the_best_has_a_seed_of_its_own_and_the_test_rows_of_the_run(run, tmp_path):
    search = tune(run, trials=6, output=tmp_path, executor=lambda job: MadeExecutor())
    own, best = open_run(run), open_run(search.folder / "best")
    assert best.config.seed == search.best.seed != own.config.seed
    assert best.record["split"] == own.record["split"]
    tested = evaluate_test(search.folder / "best")  # reads and divides the file again
    assert tested.record["test_openings"] == 1


SCRIPT = """
import sys
from goodfit.recipes import tune
tune(sys.argv[1], trials=4, method="random", seeds=1, output=sys.argv[2],
     resume=sys.argv[3] == "resume", listener=lambda kind, data: print(kind, flush=True))
"""


@pytest.mark.slow
def test_after_kill_9_no_trial_is_lost_and_none_counted_twice(run, tmp_path):
    def started(place, how):
        words = [sys.executable, "-c", SCRIPT, str(run), str(place), how]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=dict(os.environ))

    whole = started(tmp_path / "whole", "new")
    assert whole.communicate(timeout=300)[0].count("trial") == 4
    cut = started(tmp_path / "cut", "new")
    deadline = time.monotonic() + 200
    seen = 0
    for line in cut.stdout:
        seen += line.startswith("trial")
        if (seen == 2 and line.startswith("epoch")) or time.monotonic() > deadline:
            break
    cut.send_signal(signal.SIGKILL)
    cut.wait()
    assert started(tmp_path / "cut", "resume").wait(timeout=300) == 0
    found = []
    for place in ("whole", "cut"):
        journal = next((tmp_path / place).glob("*/trials.jsonl"))
        entries = [json.loads(line) for line in journal.read_text().splitlines()]
        ended = [entry for entry in entries if entry["kind"] == "ended"]
        found.append([(entry["trial"], entry["scores"]) for entry in ended])
    assert found[0] == found[1]
    assert len(found[0]) == 4
