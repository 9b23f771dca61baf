"""The whole recipe on a mixed table, and on everything that can go wrong around it."""

import json
import os
import signal
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import (
    Config,
    Interrupted,
    evaluate_test,
    load_model,
    open_run,
    predict,
    predict_file,
    quickstart,
    resume,
)
from goodfit.recipes.reading.loading import load_rows
from goodfit.recipes.training.saving import raw_outputs
from goodfit.zoo import BadInput

REGRESSION_LEAST_R2 = 0.5


@pytest.fixture(scope="module")
def run(made_csv, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "binary"
    source = made_csv / "binary.csv"
    return quickstart(source, "churned", output=folder, epochs=30, seed=1, verify=True)


def test_the_record_holds_everything_and_the_files_are_there(run):
    record = json.loads((run.folder / "run.json").read_text())
    assert record["status"] == "finished"
    assert record["task"] == {"kind": "binary", "names": ["no", "yes"]}
    assert sum(record["rows"].values()) == 240
    assert record["saved_difference"] == 0.0
    assert record["test"] is None
    assert record["test_openings"] == 0
    assert set(record["seconds"]) >= {"load", "prepare", "train", "evaluate", "save", "total"}
    accuracy = record["validation"]["metrics"]["accuracy"]
    naive = record["naive"]["validation"]["majority"]["accuracy"]
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert accuracy["value"] > naive["value"]
    assert len(run.history) == record["epochs"]
    best = min(range(len(run.history)), key=lambda i: run.history[i]["val_loss"])
    assert record["best_epoch"] == best + 1
    names = {path.name for path in run.folder.iterdir()}
    assert names >= {"run.json", "config.toml", "history.csv", "model.keras", "tensorboard"}
    assert "checkpoint" not in names


def test_every_setting_has_a_reason(run):
    for name in run.config.setting_names():
        assert run.config.why(name).reason, name


def test_an_opened_run_equals_the_one_that_was_made(run):
    again = open_run(run.folder)
    assert again.config == run.config
    assert again.config.why("units") == run.config.why("units")
    assert again.findings == run.findings
    assert [dict(logs) for logs in again.history] == [dict(logs) for logs in run.history]


def test_the_saved_file_answers_the_same_without_goodfit(run, binary_frame):
    loaded = load_model(run.model_path)
    rows = load_rows(binary_frame, loaded.columns, options=loaded.options or {})
    difference = np.abs(
        raw_outputs(loaded.model, rows.features, loaded.columns)
        - raw_outputs(run.model, rows.features, loaded.columns)
    ).max()
    assert difference == 0.0
    assert run.record["verified_difference"] == 0.0  # in a process of its own


def test_the_test_set_is_opened_through_one_door_that_counts(run):
    opened = evaluate_test(run.folder)
    assert opened.record["test_openings"] == 1
    assert 0.5 < opened.record["test"]["metrics"]["accuracy"]["value"] <= 1.0
    assert set(opened.record["naive"]) == {"validation", "test"}
    assert evaluate_test(run.folder).record["test_openings"] == 2
    assert len((run.folder / "test_openings.jsonl").read_text().splitlines()) == 2


def test_changed_data_are_not_tested_on(made_csv, tmp_path):
    source = tmp_path / "data.csv"
    text = (made_csv / "binary.csv").read_text()
    source.write_text(text)
    run = quickstart(source, "churned", output=tmp_path / "run", epochs=1)
    source.write_text(text.replace("premium", "basic"))
    with pytest.raises(BadInput, match="changed"):
        evaluate_test(run.folder)
    lines = text.splitlines()
    row = int(run.splits.train.rows[0])
    lines[row] = "77" + lines[row][lines[row].index(",") :]
    source.write_text("\n".join(lines))
    with pytest.raises(BadInput, match="Expected training rows with seal"):
        evaluate_test(run.folder)
    assert not (tmp_path / "run" / "test_openings.jsonl").exists()


def test_the_same_seed_gives_the_same_training(made_csv, run):
    again = quickstart(
        made_csv / "binary.csv",
        "churned",
        output=run.folder.with_name("again"),
        epochs=30,
        seed=1,
    )
    assert [logs["val_loss"] for logs in again.history] == [
        logs["val_loss"] for logs in run.history
    ]


def test_predictions_keep_the_order_and_name_the_classes(run, binary_frame, tmp_path):
    rows = binary_frame.drop(columns="churned").sample(frac=1.0, random_state=3)
    frame = predict(run.model_path, rows)
    assert list(frame.columns) == ["prediction", "probability_no", "probability_yes"]
    assert len(frame) == len(rows)
    assert frame.equals(predict(run, rows))
    assert frame.equals(predict(run.folder, rows))
    np.testing.assert_allclose(frame.probability_no + frame.probability_yes, 1.0, atol=1e-6)
    assert ((frame.probability_yes > 0.5) == (frame.prediction == "yes")).all()
    unshuffled = predict(run.model_path, binary_frame.drop(columns="churned"))
    np.testing.assert_allclose(
        frame.probability_yes, unshuffled.probability_yes[rows.index], atol=1e-6
    )
    source = tmp_path / "rows.csv"
    rows[rows.columns[::-1]].to_csv(source, index=False)
    summary = predict_file(run.model_path, source, tmp_path / "out.csv")
    assert summary["rows"] == len(rows)
    text = (tmp_path / "out.csv").read_text()
    with pytest.raises(BadInput, match="there already"):
        predict_file(run.model_path, source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == text


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda f: f.drop(columns="age"), "age"),
        (lambda f: f.rename(columns={"income": "incme"}), "incme"),
        (lambda f: f.assign(visits="many"), "visits"),
        (lambda f: f.assign(plan=1.5), "'plan' holds numbers"),
    ],
)
def test_rows_that_do_not_fit_are_refused_by_column(run, binary_frame, change, named):
    with pytest.raises(BadInput, match=named):
        predict(run.model_path, change(binary_frame.drop(columns="churned")))


def test_costs_of_errors_decide_the_threshold_that_predictions_use(made_csv, run):
    careful = quickstart(
        made_csv / "binary.csv",
        "churned",
        output=run.folder.with_name("careful"),
        epochs=30,
        seed=1,
        settings=["cost_missed=20"],
    )
    assert run.record["threshold"] == 0.5
    assert careful.record["threshold"] < 0.5
    assert careful.record["threshold_choice"]["rule"] == "MET-7"
    frame = predict(careful.model_path, made_csv / "binary.csv")
    said_yes = frame.probability_yes > careful.record["threshold"]
    assert (said_yes == (frame.prediction == "yes")).all()
    assert said_yes.sum() > (frame.probability_yes > 0.5).sum()


def test_categories_never_seen_are_welcome(run, binary_frame):
    frame = binary_frame.drop(columns="churned").head(3).assign(plan=["gold", "basic", None])
    assert len(predict(run.model_path, frame)) == 3


def test_data_that_no_model_can_be_built_on_leave_no_folder(tmp_path):
    frame = pd.DataFrame({"a": [1.0] * 40, "y": [0, 1] * 20})
    with pytest.raises(BadInput):
        quickstart(frame, "y", output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_other_tasks(made_csv, tmp_path):
    many = quickstart(
        made_csv / "multiclass.csv", "segment", output=tmp_path / "m", epochs=30, test=True
    )
    assert many.record["task"]["names"] == ["leaving", "loyal", "steady"]
    naive = many.record["naive"]["test"]["majority"]["accuracy"]["value"]
    assert many.record["test"]["metrics"]["accuracy"]["value"] > naive
    number = quickstart(made_csv / "regression.csv", "spend", output=tmp_path / "r", epochs=60)
    assert number.record["validation"]["metrics"]["r2"]["value"] > REGRESSION_LEAST_R2
    assert predict(number.model_path, made_csv / "regression.csv").prediction.between(0, 400).all()


def test_plain_arrays_in_memory_of_the_run(tmp_path):
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 4))
    y = (x[:, 0] + x[:, 1] > 0).astype(int)
    run = quickstart((x, y), epochs=20, output=tmp_path / "run", test=True)
    assert run.record["test"]["metrics"]["accuracy"]["value"] > 0.7
    assert predict(run.model_path, x[:5]).shape == (5, 3)
    with pytest.raises(BadInput, match="arrays of 200 rows, which no file holds"):
        evaluate_test(run.folder)


def test_settings_override_and_mistakes_cost_nothing(made_csv, tmp_path):
    with pytest.raises(BadInput, match="learning_rate"):
        quickstart(
            made_csv / "binary.csv", "churned", output=tmp_path / "a", settings=["lerning_rate=1"]
        )
    with pytest.raises(BadInput, match="loss"):
        quickstart(made_csv / "binary.csv", "churned", output=tmp_path / "a", settings=["loss=mse"])
    assert not (tmp_path / "a").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="thesis"):
        quickstart(made_csv / "binary.csv", "churned", output=tmp_path / "mine", epochs=1)
    run = quickstart(
        made_csv / "binary.csv",
        "churned",
        output=tmp_path / "b",
        settings=["units=8", "dropout=0"],
        epochs=1,
    )
    assert (run.config.units, run.config.dropout, run.config.epochs) == ((8,), 0.0, 1)
    assert "you set it" in run.why("units")


def test_ctrl_c_keeps_the_best_and_resume_gives_the_undisturbed_numbers(made_csv, tmp_path):
    arguments = {"source": made_csv / "binary.csv", "target": "churned", "epochs": 6, "seed": 2}
    whole = quickstart(**arguments, output=tmp_path / "whole")

    def press(kind, data):
        if kind == "epoch" and data["epoch"] == 3:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted) as caught:
        quickstart(**arguments, output=tmp_path / "cut", progress=press)
    assert caught.value.exit_code == 130
    cut = open_run(tmp_path / "cut")
    assert cut.record["status"] == "interrupted"
    assert cut.model_path.exists()
    with pytest.raises(BadInput, match="resume"):
        evaluate_test(tmp_path / "cut")
    done = resume(tmp_path / "cut")
    assert done.record["status"] == "finished"
    # What was inferred keeps its reason, though the second reading was told everything.
    for name in ("choices", "audit_profile", "findings"):
        assert done.record[name] == whole.record[name]
    for name in ("loss", "val_loss"):
        assert [logs[name] for logs in done.history] == [logs[name] for logs in whole.history]
    np.testing.assert_array_equal(
        predict(done.model_path, made_csv / "binary.csv").probability_yes,
        predict(whole.model_path, made_csv / "binary.csv").probability_yes,
    )
    with pytest.raises(BadInput, match="finished"):
        resume(tmp_path / "cut")


def test_a_training_that_diverges_at_once_fails_and_says_why(made_csv, tmp_path):
    from goodfit.zoo import GoodfitError

    with pytest.raises(GoodfitError, match="by 10"):
        quickstart(
            made_csv / "regression.csv",
            "spend",
            output=tmp_path / "run",
            epochs=5,
            settings=["learning_rate=1e30", "optimizer=sgd"],
        )
    run = open_run(tmp_path / "run")
    assert run.record["status"] == "failed"
    assert "nan_loss" in {finding.fault for finding in run.findings}
    assert not (tmp_path / "run" / "model.keras").exists()


def test_settings_come_as_texts_one_text_or_a_dict():
    from goodfit.recipes.quick_start import assignments

    assert assignments("dropout=0.3") == ["dropout=0.3"]
    assert assignments(["dropout=0.3", "units=64,32"]) == ["dropout=0.3", "units=64,32"]
    assert assignments({"dropout": 0.3, "units": (64, 32)}) == ["dropout=0.3", "units=64,32"]
    Config().override(*assignments({"batch_normalization": True, "metrics": ["accuracy"]}))


def test_a_run_is_printed_in_one_line(run):
    shown = repr(run)
    assert shown.startswith(f"Run({run.folder}, finished, best of ")
    assert "accuracy 0." in shown
    assert "in memory" in repr(replace(run, folder=None))


def test_a_text_is_read_in_order_by_the_model_that_was_set(tmp_path):
    """Every text holds the same words, so only their order tells the answer."""
    draw = np.random.default_rng(0)
    moods = np.array(["calm", "angry"] * 120)
    starts = {"calm": ["good", "bad"], "angry": ["bad", "good"]}
    texts = []
    for mood in moods:
        first, *rest = starts[mood]
        texts.append(" ".join([first, *draw.permutation([*rest, "the", "day", "was"])]))
    table = pd.DataFrame({"said": texts, "length": draw.normal(size=240), "mood": moods})
    table.to_csv(tmp_path / "moods.csv", index=False)
    run = quickstart(
        tmp_path / "moods.csv",
        "mood",
        output=tmp_path / "run",
        types={"said": "text"},
        epochs=12,
        settings=["model=gru", "units=8", "bidirectional=false", "learning_rate=0.02"],
    )
    assert run.config.text_length == 5
    assert run.config.why("embedding_width").value == 64
    assert "activation" not in run.config.reasons
    assert run.record["saved_difference"] == 0.0
    assert run.record["validation"]["metrics"]["accuracy"]["value"] >= 0.95
    said = ["good was the day bad", "bad was the day good", ""]
    answers = predict(run.folder / "model.keras", pd.DataFrame({"said": said, "length": 0.0}))
    assert list(answers["prediction"])[:2] == ["calm", "angry"]
    with pytest.raises(BadInput, match="no setting 'heads'"):
        quickstart(tmp_path / "moods.csv", "mood", settings=["model=gru", "heads=4"])
