"""The summary of a run: what a person reads after a training, and what it leaves to the report."""

import io

import pytest
from goodfit.recipes.training.runs import open_run
from goodfit.tools.run_view import show_findings, show_run, show_scores
from goodfit.tools.terminal import Terminal


def finding(fault, severity):
    return {
        "fault": fault,
        "rule": "",
        "severity": severity,
        "epoch": None,
        "cause": f"cause of {fault}",
        "remedy": f"remedy of {fault}",
    }


def shown(function, *arguments, **options):
    stream = io.StringIO()
    function(Terminal(stream), *arguments, **options)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["binary", "regression", "many_classes", "multilabel"])
def test_scores_stand_beside_the_naive_answers_with_what_to_do_next(kind, make_run):
    folder = make_run(kind)
    run = open_run(folder)
    text = shown(show_run, run, folder / "report.html")
    assert "train" in text
    assert f"{run.record['rows']['validation']} rows, 95 % intervals" in text
    assert f"goodfit predict {folder} NEW.csv --output predictions.csv" in text
    assert str(folder / "report.html") in text
    assert ("goodfit test" in text) is (run.record["test"] is None)
    heading = next(line for line in text.splitlines() if "this model" in line)
    answers = {"binary": "commonest class", "regression": "mean", "many_classes": "linear model"}
    assert answers.get(kind, "") in heading


def test_the_test_rows_are_shown_only_when_they_were_opened(make_run):
    folder = make_run("binary", test_openings=3)
    run = open_run(folder)
    assert "\nTest  " not in shown(show_run, run)
    text = shown(show_run, run, with_test=True)
    assert "\nTest  " in text
    assert "opened 3 times, so no longer unseen (MIS-2)" in text


def test_an_interrupted_run_has_no_scores(make_run):
    text = shown(show_run, open_run(make_run("interrupted")))
    assert "this model" not in text
    assert "nan loss (DX-1, epoch 2)" in text


def test_findings_come_worst_first_and_notes_are_named_briefly():
    found = [finding("a_note", "info"), finding("bad_thing", "error"), finding("odd", "warning")]
    text = shown(show_findings, found)
    assert text.index("bad thing") < text.index("odd") < text.index("a note")
    assert "1 error, 1 warning, 1 note" in text
    assert all(f"remedy of {item['fault']}" in text for item in found)
    brief = shown(show_findings, found * 4, briefly=True)
    assert "remedy of a_note" not in brief
    assert "also noted, in the report: a note" in brief
    assert "2 more in the report" in brief
    assert "nothing was found" in shown(show_findings, [])


@pytest.mark.parametrize("width", [80, 100, 120])
def test_scores_beside_many_naive_answers_fit_the_terminal(width):
    estimate = {"value": 1.268, "low": 1.183, "high": 1.353}
    names = ("repeat-last", "seasonal-naive", "mean", "linear")
    stream = io.StringIO()
    terminal = Terminal(stream)
    terminal.width = width
    record = {
        "task": {"kind": "forecasting"},
        "columns": [{"kind": "sequence"}],
        "rows": {"validation": 193},
        "validation": {"metrics": {"smape": estimate, "mase": estimate}},
        "naive": {"validation": {name: {"mase": estimate} for name in names}},
    }
    show_scores(terminal, record, "validation")
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "193 windows" in text
    assert "1.183 to 1.353" in text
    assert "mean of" in text
