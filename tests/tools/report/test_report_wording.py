"""Metrics, naive answers and rows have the names and digits that people know them by."""

import pytest
from goodfit.recipes.training.runs import open_run
from goodfit.tools.report.answer_rows import example_rows, worst_table
from goodfit.tools.report.checks import architecture, preprocessed, split
from goodfit.tools.report.facts import Facts
from goodfit.tools.report.forecast_chart import draw_forecast, forecast_panels
from goodfit.tools.report.profiles import profile_row
from goodfit.tools.report.wording import metric_text, naive_name, rows_noun
from goodfit.zoo.tasks import SEQUENCE_TASKS


def test_every_naive_answer_of_a_sequence_task_has_a_name():
    names = ("copy", "commonest", "nearest", "frequencies", "pairs", "repeat-last")
    assert all(naive_name(name) != name for name in names)
    assert naive_name("majority", "multilabel") != naive_name("majority", "binary")
    assert naive_name("mean", "forecasting") == "mean of the window"


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [("bleu", 27.1234, "27.1"), ("smape", 12.55, "12.6"), ("bleu", 0.01, "0.010"),
     ("word_error_rate", 0.5312, "0.531"), ("bleu", None, "-")],
)  # fmt: skip
def test_digits_fit_the_scale(metric, value, text):
    assert metric_text(metric, value) == text


def test_rows_are_called_what_they_are():
    def noun(task, *kinds):
        return rows_noun({"task": {"kind": task}, "columns": [{"kind": kind} for kind in kinds]})

    assert noun("forecasting", "sequence") == "windows"
    assert noun("next_token", "text") == "passages"
    assert noun("speech", "audio") == "recordings"
    assert noun("binary", "image") == "pictures"
    assert noun("binary", "image", "number") == noun("span", "text", "text") == "rows"
    assert set(SEQUENCE_TASKS) >= {"forecasting", "next_token"}


def test_worst_rows_of_texts_are_short_and_say_nothing_aloud():
    errors = [
        {"row": 3, "metric": "bleu", "score": 4.9904, "true": "a " * 400, "predicted": ""},
        {"row": 4, "metric": "bleu", "score": 9.0, "true": "b", "predicted": "b"},
    ]
    table = worst_table({"task": {"kind": "translation"}, "worst_errors": errors})
    assert [field["name"] for field in table["fields"]] == ["Row", "True", "Predicted", "BLEU"]
    assert table["fields"][-1]["css"] == "num"
    ((row, true, predicted, score),) = table["rows"]
    assert (row, predicted, score) == ("3", "(nothing)", "5.0")
    assert len(true) == 300
    written = worst_table({"task": {"kind": "next_token"}, "worst_errors": errors})
    assert [field["name"] for field in written["fields"]][1:3] == ["Passage", "Foretold"]


def forecast_record():
    window = {"row": 1, "time": "2024-01-01 05:00:00", "series": None, "stride": 1}
    lines = {"past": [1.0, None, 3.0], "truth": [4.0, 5.0], "forecast": [5.0, 7.0]}
    naive = {"repeat-last": [3.0, 3.0], "seasonal-naive": [4.0, 4.0]}
    return {
        "choices": {"step": {"value": "1 hour", "reason": ""}},
        "examples": {"target": "load", "windows": [window | lines | {"naive": naive}]},
    }


def test_a_forecast_stands_beside_the_season_with_its_distance():
    (panel,) = forecast_panels(forecast_record())
    assert panel.title == "From 2024-01-01 05:00 on"
    assert "1.500" in panel.caption
    assert "last season repeated by 0.500" in panel.caption
    (axes,) = panel.figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == (
        "steps of 1 hour from the forecast on",
        "load",
    )
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["past", "truth", "last season repeated", "forecast"]


def test_the_lines_of_a_forecast_meet_at_its_moment():
    figure = draw_forecast([1, 2], [3, 4], [3, 5], stride=2)
    past, truth, forecast, _ = figure.axes[0].lines
    assert past.get_xdata().tolist() == [-4, -2, 1]
    assert truth.get_xdata().tolist() == [1, 3]
    assert forecast.get_ydata().tolist() == [3, 5]


def test_a_page_shows_forecasts_answers_and_text(make_run):
    from goodfit.tools import build_report

    record = forecast_record()
    rows = [{"row": 1, "input": "", "true": "<b>four</b>", "predicted": ""}]
    assert example_rows({"examples": {"rows": rows}})[0]["predicted"] == "(nothing)"
    for changes, said in (
        (record, "Some forecasts"),
        ({"examples": {"rows": rows}}, "&lt;b&gt;four"),
        (
            {"examples": {"sample": {"prompt": "Once", "text": " <upon>", "temperature": 0.7}}},
            "&lt;upon",
        ),
    ):
        page = build_report(make_run("regression", **changes)).read_text(encoding="utf-8")
        assert said in page
        assert 'href="#examples"' in page
        assert "{{" not in page


def test_the_naive_answer_of_labels_is_not_a_class(make_run):
    from goodfit.tools import build_report

    shares = {"f1": {"value": 0.3, "low": 0.2, "high": 0.4}}
    folder = make_run("multilabel", naive={"validation": {"majority": shares}, "test": None})
    page = build_report(folder).read_text(encoding="utf-8")
    assert "Shares of the labels" in page
    assert "ommonest class" not in page


def test_lengths_are_told_in_what_the_rows_are_made_of():
    steps = {"shortest": 2, "longest": 9, "mean": 4.6}
    audio = {"name": "a", "kind": "audio", "steps": steps}
    assert profile_row(audio, {})["words"] == "5 samples on average, at most 9"
    even = {"name": "a", "kind": "sequence", "width": 3, "steps": {"longest": 9, "mean": 9.0}}
    assert profile_row(even, {})["words"] == "9 steps each, of 3 numbers"
    image = {"name": "a", "kind": "image", "steps": steps, "example": "28 × 28 × 1"}
    assert profile_row(image, {})["words"].startswith("28 × 28 × 1")


def test_checklists_judge_windows_and_models_of_their_kind(make_run):
    task = {"kind": "forecasting", "names": ["load"], "horizon": 2}
    columns = [{"name": "window", "kind": "sequence", "width": 1}]
    rows = {"train": 64, "validation": 18, "test": 18}
    folder = make_run("regression", task=task, columns=columns, rows=rows)
    facts = Facts(open_run(folder))
    assert split(facts) == (
        "done",
        "70% / 15% / 15% of the steps, 100 windows, as the guide asks (70–80 / 10–15 / 10–15 %).",
    )
    assert preprocessed(facts)[0] == "done"  # the made model has a layer that scales
    facts.config = facts.config.replace(model="linear_forecast")
    assert architecture(facts)[1].startswith("Linear forecast, ")
    facts.config = facts.config.replace(model="transformer_encoder", layers=2, embedding_width=32)
    assert architecture(facts)[1].startswith("2 transformer encoder layers, 32 wide")
