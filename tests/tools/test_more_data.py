"""`goodfit more-data`: on a run folder, with trainings that are made up."""

import json

import pytest
from goodfit.recipes import LearningCurve, load, rereading, split
from goodfit.recipes.studying import more_data
from goodfit.tools import draw_learning_curve
from goodfit.tools.cli import main

ROWS = (40, 63, 100, 158, 251, 398)


def made_curve(metric="accuracy", perfect=1.0):
    scores = tuple((s - 0.002, s, s + 0.002) for s in (0.86, 0.885, 0.905, 0.92, 0.931, 0.94))
    noise = tuple((1e-5,) * 6 for _ in range(6))
    return LearningCurve(metric, False, perfect, ROWS, scores, noise, 398, 85, 12.0)


@pytest.fixture
def run(make_run, monkeypatch):
    """Return a run whose data are at hand and whose curve needs no training."""
    splits = split(load("breast_cancer"))
    asked = []

    def measured(config, splits, **options):
        asked.append(options)
        return made_curve()

    monkeypatch.setattr(rereading, "reread", lambda run: (None, splits))
    monkeypatch.setattr(rereading, "check_unchanged", lambda run, splits: None)
    monkeypatch.setattr(more_data, "learning_curve", measured)
    folder = make_run("binary")
    return folder, asked


def output(capsys, *words, code=0):
    assert main([str(word) for word in words]) == code
    return capsys.readouterr()


def test_a_person_reads_the_curve_and_what_it_says(run, capsys):
    folder, asked = run
    text = output(capsys, "more-data", folder, "--goal", "0.95", "--minutes", "3").out
    for word in ("Learning curve of accuracy", "398", "0.940", "twice", "ten times", "would bring"):
        assert word in text
    assert (folder / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    assert asked[0]["deadline"] is not None
    assert asked[0]["repeats"] == 3


def test_json_holds_the_verdict_and_no_picture_is_overwritten(run, capsys):
    folder, _ = run
    first = json.loads(output(capsys, "more-data", folder, "--json").out)
    second = json.loads(output(capsys, "more-data", folder, "--goal", "0.99", "--json").out)
    assert first["verdict"] == "will help"
    assert first["goal"] is first["rows"] is None
    assert second["goal"] == 0.99
    assert first["picture"].endswith("learning_curve.png")
    assert second["picture"].endswith("learning_curve_2.png")
    assert first["curve"]["rows"] == list(ROWS)
    assert set(first["doubled"]) == {"value", "low", "high"}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--goal", "much"], "--goal cannot be used"),
        (["--minutes", "0"], "a number above 0"),
        (["--repeats", "0"], "at least 1"),
        (["--goal", "97"], "Write 0.97 for 97 %"),
        (["--metric", "acuracy"], "Did you mean 'accuracy'?"),
    ],
)
def test_what_cannot_be_used_is_said(run, capsys, words, hint):
    folder, asked = run
    assert hint in output(capsys, "more-data", folder, *words, code=2).err
    assert not asked
    assert not list(folder.glob("*.png"))


def test_a_run_that_is_unfinished_gone_or_of_other_data(make_run, capsys):
    folder = make_run("interrupted", status="interrupted")
    assert "goodfit train --resume" in output(capsys, "more-data", folder, code=2).err
    assert "no folder" in output(capsys, "more-data", folder / "no", code=2).err
    moved = make_run("binary", source=str(folder / "gone.csv"), options={})
    assert "gone.csv" in output(capsys, "more-data", moved, code=2).err
    options = {"source": "iris", "target": ["species"], "options": {}, "fingerprint": "0" * 64}
    changed = make_run("binary", **options)
    found = output(capsys, "more-data", changed, code=2).err
    assert "changed since it was made" in found


def test_the_chart_marks_what_was_measured_and_what_is_carried_on():
    figure = draw_learning_curve(made_curve(), goal=0.97)
    (axes,) = figure.axes
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["power laws that fit", "carried on", "one training"]
    assert axes.get_xlim()[1] > 3980
    assert len(axes.lines[2].get_xdata()) == 18
    assert {text.get_text() for text in axes.texts} == {"now", "goal"}
