"""`goodfit fit`, `goodfit ledger` and `goodfit why` of a study; the study itself is mostly made."""

import json
import math
import shutil

import pytest
from goodfit.recipes import five_phases, open_study, phases
from goodfit.recipes.training.fitting import Interrupted
from goodfit.recipes.training.runs import open_run
from goodfit.tools.cli import main
from goodfit.tools.commands import fit
from goodfit.tools.study_view import show_steps, signed, steps_data
from goodfit.tools.terminal import Terminal
from made_study import STEPS, made_ledger

SETTINGS = ("epochs=3", "early_stopping_patience=2")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Return the folder of a small study that really took place, and what it told its listener."""
    folder, told = tmp_path_factory.mktemp("studies") / "real", []
    study = five_phases(
        "iris", minutes=60, trials=1, seeds=2, settings=SETTINGS, output=folder,
        progress=lambda kind, data: told.append((kind, data)),
    )  # fmt: skip
    return study, told


def output(capsys, *words, code=0):
    assert main([str(word) for word in words]) == code
    return capsys.readouterr()


@pytest.fixture
def studied(make_study, monkeypatch):
    """Return a made folder that `five_phases` and `resume_study` hand out, and what they got."""
    folder, asked = make_study(leak=True, name="paid"), []

    def made(*words, progress, started, **options):
        asked.append((words, options))
        progress("study", {"folder": str(folder), "metric": "log_loss", "minutes": 1.0})
        return open_study(folder)

    monkeypatch.setattr(phases, "five_phases", made)
    monkeypatch.setattr(phases, "resume_study", made)
    return folder, asked


def test_a_person_reads_the_short_story_and_what_to_do_next(studied, capsys):
    folder, _ = studied
    text = output(capsys, "fit", "data.csv", "--minutes", "1").out
    for part in (
        "4 changes, 52 of 60 s",
        "left out             paid: The column paid gives the answer away.",
        "baseline             log loss 0.400 (0 to 0.85)".replace("0.400", "0.4"),
        "kept                 dropout 0.3",
        "reverted             learning_rate 0.009, optimizer adamw",
        "not distinguishable  units 32,16 (the simpler, so it stays)",
        "opened once",
        "flatters the score by about 0.012",
        "commonest class",
        "goodfit ledger",
        "report.html",
    ):
        assert part in text, part
    assert (folder / "report.html").exists()
    assert (folder / "study.png").stat().st_size > 5_000


def test_scripts_get_one_object(studied, capsys):
    folder, _ = studied
    data = json.loads(output(capsys, "fit", "data.csv", "--no-report", "--json").out)
    assert {"run", "model", "task", "rows", "validation", "test", "naive", "findings"} < set(data)
    assert data["report"] is None
    assert data["ledger"] == str(folder / "ledger.jsonl")
    study = data["study"]
    assert study["metric"] == "log_loss"
    assert study["less_is_better"]
    assert study["baseline"]["value"] == 0.4
    assert (study["test_openings"], study["looks"], study["optimism"]) == (1, 15, 0.012)
    assert study["left_out"] == ["paid"]
    assert [step["verdict"] for step in study["steps"]] == [step[1] for step in STEPS]
    assert study["steps"][3]["after"] is None
    assert data["seconds"] < 30


def test_options_reach_the_study(studied, capsys):
    _, asked = studied
    output(
        capsys, "fit", "data.csv", "--target", "y", "--ignore", "id", "--minutes", "0.5",
        "--seeds", "3", "--trials", "4", "--metric", "f1", "--seed", "5", "--set", "model=gru",
        "dropout=0.1", "--no-test", "--no-report", "--quiet",
    )  # fmt: skip
    ((source,), options), *_ = asked
    assert source == "data.csv"
    assert options["target"] == "y"
    assert options["ignore"] == ("id",)
    found = {name: options[name] for name in ("minutes", "seeds", "trials", "metric", "seed")}
    assert found == {"minutes": 0.5, "seeds": 3, "trials": 4, "metric": "f1", "seed": 5}
    assert options["settings"] == ("model=gru", "dropout=0.1")
    assert options["test"] is False
    output(capsys, "fit", "data.csv", "--set", "seed=7", "--no-report", "--quiet")
    assert asked[1][1]["minutes"] == fit.MINUTES
    assert asked[1][1]["seed"] == 7
    assert "seeds" not in asked[1][1]


def test_bad_options_are_all_named(capsys):
    text = output(
        capsys, "fit", "no.csv", "--minutes", "0", "--seeds", "none", "--trials", "-1", "--task",
        "clasification", "--set", "dropuot=0.1", code=2,
    ).err  # fmt: skip
    for part in ("no file no.csv", "--minutes", "--seeds", "--trials", "clasification", "dropuot"):
        assert part in text, part


def test_a_resumed_study_takes_nothing_that_changes_it(studied, capsys):
    folder, asked = studied
    text = output(capsys, "fit", "iris", "--resume", folder, "--minutes", "3", code=2).err
    assert "goes on exactly as it began" in text
    assert "source, --minutes" in text
    assert not asked
    output(capsys, "fit", "--resume", folder, "--no-report", "--quiet")
    assert str(asked[0][0][0]) == str(folder)


@pytest.mark.parametrize("error", ["key", "training"])
def test_ctrl_c_says_in_one_line_how_to_go_on(error, make_run, monkeypatch, capsys, tmp_path):
    run = open_run(make_run("interrupted"))
    (tmp_path / "my study").mkdir()
    made_ledger(tmp_path / "my study" / "ledger.jsonl", end=False, steps=())

    def pressed(*_words, progress, **_options):
        progress("study", {"folder": str(tmp_path / "my study"), "minutes": 1.0})
        raise KeyboardInterrupt if error == "key" else Interrupted(run)

    monkeypatch.setattr(phases, "five_phases", pressed)
    monkeypatch.chdir(tmp_path)
    text = output(capsys, "fit", "iris", "--quiet", code=130).err
    assert len(text.splitlines()) == 1
    assert "after 3 trainings, which are kept in my study" in text
    assert "goodfit fit --resume 'my study'" in text
    data = json.loads(output(capsys, "fit", "iris", "--json", code=130).out)
    assert "--resume" in data["error"]["message"]


def test_the_ledger_is_told_as_a_story_a_table_and_data(make_study, capsys):
    folder = make_study()
    story = output(capsys, "ledger", folder).out
    for part in ("Phase 4: regularize", "1. dropout 0.3 (LVL-1, REG-2): kept.", "Why now:"):
        assert part in story, part
    table = output(capsys, "ledger", folder, "--table").out
    assert "✓ 1. dropout 0.3" in table
    assert "+0.09 (+0.05 to +0.13)" in table
    assert "no model" in table
    data = json.loads(output(capsys, "ledger", folder / "ledger.jsonl", "--json").out)
    assert data["finished"]
    assert len(data["steps"]) == 4
    assert data["entries"][0]["kind"] == "study"


def test_a_study_that_was_cut_short_has_a_ledger_too(tmp_path, capsys):
    made_ledger(tmp_path / "ledger.jsonl", end=False, steps=())
    assert "The study is not finished" in output(capsys, "ledger", tmp_path).out
    assert "Nothing yet." in output(capsys, "ledger", tmp_path, "--table").out


def test_a_folder_without_a_study_is_no_ledger(make_run, capsys):
    folder = make_run("binary")
    for place in (folder, folder / "run.json", folder / "missing"):
        assert "There is no study in" in output(capsys, "ledger", place, code=2).err


def test_why_shows_what_was_tried_of_a_setting(make_study, make_run, capsys):
    folder = make_study()
    text = output(capsys, "why", folder, "learning_rate").out
    assert "2. units 32,16" in text
    assert "3. learning_rate 0.009" in text
    assert "1. dropout" not in text
    data = json.loads(output(capsys, "why", folder, "dropout", "--json").out)
    assert [step["change"] for step in data["tried"]] == ["dropout 0.3"]
    assert "What was tried" not in output(capsys, "why", folder, "batch_size").out
    assert "tried" not in json.loads(output(capsys, "why", make_run(), "dropout", "--json").out)


def test_a_table_of_nothing_says_so(tmp_path):
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        show_steps(Terminal(stream), made_ledger(steps=()))
    assert "Nothing." in (tmp_path / "out").read_text(encoding="utf-8")
    assert signed(math.inf) == "+∞"


def test_a_real_study_is_told_from_end_to_end(real, tmp_path, capsys):
    study, told = real
    kinds = [kind for kind, _ in told]
    assert kinds.index("study") < kinds.index("phase") < kinds.index("best")
    assert {"step", "epoch", "change", "verdict"} <= set(kinds)
    assert kinds.count("change") == kinds.count("verdict") == len(steps_data(study.ledger)) > 0
    verdict = next(data for kind, data in told if kind == "verdict")
    assert {"number", "change", "verdict", "sentence", "remaining", "trainings"} <= set(verdict)
    folder = shutil.copytree(study.folder, tmp_path / "copy")
    assert "Phase 2: baseline" in output(capsys, "ledger", folder).out
    output(capsys, "report", folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "How this config came about" in page
    assert "opened once" in page
    assert "is finished" in output(capsys, "fit", "--resume", folder, code=2).err
