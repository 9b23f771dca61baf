"""`goodfit tune`: one real search, what is shown and handed to scripts, and what is refused."""

import argparse
import io
import json
import sys
from pathlib import Path

import pytest
from goodfit.recipes import Space, open_search, quickstart
from goodfit.recipes.tuning import tuner
from goodfit.tools.cli import main
from goodfit.tools.commands import tune as command
from goodfit.tools.search_progress import SearchProgress
from goodfit.tools.search_view import search_data, show_search
from goodfit.tools.terminal import Terminal
from goodfit.zoo.errors import BadInput, Problem

sys.path.insert(0, str(Path(__file__).parents[1] / "recipes" / "tuning"))
from made_search import CONFIG, MadeExecutor, made_splits


def output(capsys, *words, code=0):
    assert main([str(word) for word in words]) == code
    return capsys.readouterr()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the folder of a small run of a bundled set."""
    folder = tmp_path_factory.mktemp("tuned") / "iris"
    quickstart("iris", output=folder, settings=("units=4", "epochs=2", "batch_size=64"))
    return folder


@pytest.fixture(scope="module")
def searched(run):
    """Return the folder of a real search of two trials, by the command."""
    assert main(["tune", str(run), "--trials", "2", "--seeds", "1", "--quiet"]) == 0
    return next(run.parent.glob("iris-tuning-*"))


@pytest.fixture
def made(tmp_path):
    """Return a search of eleven trials that took no time."""
    return tuner.tune(
        CONFIG, made_splits(), trials=11, method="random", seeds=2, output=tmp_path,
        executor=lambda job: MadeExecutor(fails=("trial-0004",)),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def untrained(request, monkeypatch):
    """Train the best only where a search is real."""
    if "made" in request.fixturenames:
        monkeypatch.setattr(tuner, "_trained", lambda *_args: None)


def shown(search, width=120):
    stream = io.StringIO()
    terminal = Terminal(stream)
    terminal.width = width
    show_search(terminal, search)
    return stream.getvalue()


def test_the_same_search_is_refused_and_gone_on_with_from_its_own_folder(searched, run, capsys):
    told = output(capsys, "tune", run, "--trials", "2", "--seeds", "1", code=2).err
    assert "is there already" in told
    assert "--resume" in told
    text = output(capsys, "tune", searched, "--resume", "--trials", "2", "--json").out
    data = json.loads(text)
    assert data["reason"] == "All 2 trials are done."
    assert [trial["trial"] for trial in data["trials"]] == ["trial-0001", "trial-0002"]
    assert data["run"]["run"] == str(searched / "best")
    assert data["run"]["validation"]
    assert "test" not in data["run"]
    assert len(open_search(searched).trials) == 2


def test_what_a_person_reads(made):
    text = shown(made)
    best, kept = made.best, made.kept
    assert (
        "tried         11 trials by random, 1 of them came to nothing; 2 trainings a trial" in text
    )
    assert "why it ended  All 11 trials are done." in text
    assert f"best          {best.name}, " in text
    assert "The best beats it in" in text
    assert "20 trainings were scored on validation rows" in text
    assert "the best 8 of 11, log loss" in text
    assert f"{kept.values['dropout']:g} → " in text or best.values["dropout"] == 0.2
    narrow = shown(made, 60)
    assert "settings" in narrow
    assert "goodfit board" in narrow


def test_what_a_script_reads(made):
    data = search_data(made)
    json.dumps(data, allow_nan=False)
    assert data["best"] == made.best.name
    assert data["kept"] == "trial-0001"
    assert data["gain"] == pytest.approx(made.gain)
    failed = data["trials"][3]
    assert (failed["status"], failed["score"], failed["reason"]) == (
        "failed", None, "It diverged.",
    )  # fmt: skip
    assert len(data["trials"][0]["scores"]) == 2
    assert data["space"]["learning_rate"]["rule"] == "PH-5, LR-1"


def test_the_space_is_written_edited_and_read(run, tmp_path, capsys, monkeypatch):
    file = tmp_path / "space.toml"
    text = output(capsys, "tune", run, "--write-space", file, "--more", "units", "l2").out
    assert "(PH-5, REG-3)" in text
    assert f"--space {file}" in text
    space = Space.from_toml(file)
    assert [each.setting for each in space][-2:] == ["units", "l2"]
    asked = {}

    def noted(_source, **options):
        asked.update(options)
        raise BadInput(Problem("noted", "Noted"))

    monkeypatch.setattr(tuner, "tune", noted)
    output(capsys, "tune", run, "--space", file, "--minutes", "2", "--quiet", code=2)
    assert asked["space"] == file
    assert (asked["minutes"], asked["trials"], asked["method"]) == (2.0, None, "bayesian")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--trials", "0"], "--trials"),
        (["--minutes", "never"], "--minutes"),
        (["--method", "genetic"], "hyperband"),
        (["--more", "unitz"], "units"),
        (["--space", "nowhere.toml"], "cannot be read"),
        (["--space", "a.toml", "--more", "l2"], "one of the two"),
        (["--metric", "rmse"], "log_loss"),
        (["--resume", "--seed", "5"], "no search"),
    ],
)
def test_what_cannot_be_is_one_clear_error(run, capsys, words, part):
    told = output(capsys, "tune", run, *words, code=2).err
    assert part in told
    assert "Traceback" not in told


def test_a_folder_that_is_no_run_and_a_search_that_is_not_to_change(searched, tmp_path, capsys):
    assert "no readable run" in output(capsys, "tune", tmp_path, code=2).err
    told = output(capsys, "tune", searched, "--resume", "--method", "grid", code=2).err
    assert "goes on exactly as it began" in told
    assert "--resume" in output(capsys, "tune", searched, code=2).err


def test_a_cluster_is_handed_to_ray():
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    asked = parser.parse_args(["RUN", "--address", "auto", "--gpus-per-trial", "0.5"])
    made = command._executor(asked, 4, 0.5)
    assert made.keywords == {"workers": 4, "address": "auto", "gpus_per_trial": 0.5}
    assert command._executor(parser.parse_args(["RUN"]), 4, None) is None


def test_progress_in_a_pipe_is_a_line_for_each_trial():
    stream = io.StringIO()
    with SearchProgress(stream) as progress:
        progress("begin", {"folder": "somewhere"})
        progress("step", "searching")
        state = {"failed": 0, "under_way": 1, "trials": 3, "seconds_left": 61.0}
        progress("search", {"done": 1, "best": 0.25, **state})
        progress("epoch", {"epoch": 4, "loss": 0.3})
        assert progress.text() == "trial 2 of 3, epoch 4"
        values = {"trial": "trial-0001", "values": {"dropout": 0.2}, "reason": ""}
        progress("trial", {**values, "status": "completed", "score": 0.25, "spread": 0.01})
        told = {"status": "failed", "score": None, "spread": None, "reason": "It diverged."}
        progress("trial", {**values, **told})
    assert progress.folder == Path("somewhere")
    assert stream.getvalue().splitlines() == [
        "searching",
        "trial-0001  0.250 ± 0.010  dropout 0.2",
        "trial-0001  failed: It diverged.  dropout 0.2",
    ]
    assert progress.status().startswith("best 0.250  1 trial  1 min")


def told(number, score, **values):
    found = {"trial": f"trial-{number:04d}", "status": "completed", "score": score, "spread": 0.01}
    if score is None:
        found |= {"status": "failed", "reason": "It diverged."}
    return found | {"values": {"optimizer": "adam", **values}}


def test_the_live_table_has_the_best_and_the_last_and_what_differs():
    progress = SearchProgress(quiet=True)
    progress("begin", {"folder": "somewhere", "metric": "log_loss"})
    for number in range(1, 12):
        progress("trial", told(number, 1.0 - number / 100, dropout=number / 20, batch_size=32))
    progress("trial", told(12, None, dropout=0.6, batch_size=64))
    header, *rows = progress.rows(80)
    assert header == ["trial", "log loss", "dropout", "batch_size"]  # all have one optimizer
    assert rows[0] == ["trial-0011", "0.890 ± 0.010", "0.55", "32"]
    assert [row[0] for row in rows[:8]] == [f"trial-{n:04d}" for n in range(11, 3, -1)]
    assert rows[8] == ["trial-0012", "failed", "0.6", "64"]
    assert len(rows) == 9
    assert progress.rows(40)[0] == ["trial", "log loss", "dropout"]


def test_where_more_is_better_the_largest_is_first():
    progress = SearchProgress(quiet=True)
    progress("begin", {"folder": "somewhere", "metric": "accuracy"})
    for number, score in enumerate((0.5, 0.9, 0.7), 1):
        progress("trial", told(number, score, dropout=number / 10))
    assert [row[0] for row in progress.rows()[1:]] == ["trial-0002", "trial-0003", "trial-0001"]
