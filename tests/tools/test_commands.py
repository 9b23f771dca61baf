"""The commands on run folders, histories and the registry, each as a person would call it."""

import json
import subprocess
import sys
import types

import pytest
from goodfit.callbacks import Finding
from goodfit.recipes import Choice, Dataset
from goodfit.tools.cli import main
from goodfit.zoo import Column, Task
from goodfit.zoo.errors import bad_input

HISTORY = "epoch,loss,val_loss\n" + "".join(
    f"{i},{1 / (i + 1)},{0.5 + i / 50}\n" for i in range(30)
)


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "training.log"
    path.write_text(HISTORY)
    return path


def output(capsys, *words, code=0):
    assert main([str(word) for word in words]) == code
    return capsys.readouterr().out


def test_anybody_s_history_is_diagnosed(history, capsys):
    found = json.loads(output(capsys, "diagnose", history, "--json"))
    assert list(found) == ["source", "findings", "seconds"]
    (finding,) = found["findings"]
    assert list(finding) == ["fault", "rule", "severity", "epoch", "cause", "remedy"]
    assert (finding["fault"], finding["rule"]) == ("overfitting", "DX-6")
    text = output(capsys, "diagnose", history)
    assert "overfitting (DX-6" in text
    assert finding["remedy"] in text


def test_a_diagnosis_needs_no_keras(history):
    code = (
        "import sys\nfrom goodfit.tools.cli import main\n"
        f"main(['diagnose', {str(history)!r}, '--json'])\n"
        "sys.exit(repr([n for n in ('keras', 'tensorflow', 'pandas') if n in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "[]"


def test_diagnose_takes_the_folder_of_a_run(make_run, capsys):
    found = json.loads(output(capsys, "diagnose", make_run("binary"), "--json"))
    assert found["source"].endswith("history.csv")
    assert [finding["fault"] for finding in found["findings"]] == ["overfitting"]


def test_diagnose_takes_json_and_a_folder_of_tensorboard(tmp_path, capsys):
    import csv

    from goodfit.callbacks import Diagnose, TensorBoardWriter

    rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(HISTORY.splitlines())]
    (tmp_path / "history.json").write_text(
        json.dumps({name: [row[name] for row in rows] for name in ("loss", "val_loss")})
    )
    writer = TensorBoardWriter(tmp_path / "logs", diagnose=Diagnose(verbose=0))
    writer.set_model(None)
    writer.on_train_begin()
    for epoch, row in enumerate(rows):
        writer.on_epoch_end(epoch, {name: row[name] for name in ("loss", "val_loss")})
    for source in (tmp_path / "history.json", tmp_path / "logs"):
        found = json.loads(output(capsys, "diagnose", source, "--json"))
        assert [finding["fault"] for finding in found["findings"]] == ["overfitting"]
    (tmp_path / "empty").mkdir()
    assert main(["diagnose", str(tmp_path / "empty")]) == 2
    assert "holds no event files of TensorBoard" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["diagnose", "no.csv"], ["why", "no"], ["report", "no"]])
def test_what_is_not_there_is_bad_input(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["message"]


def test_why_explains_one_setting_with_rule_and_figures(make_run, capsys):
    text = output(capsys, "why", make_run("binary"), "batch_size")
    assert "batch_size = 32" in text
    assert "32 rows generalize well." in text
    assert "8 to 32 rows per batch" in text  # the rule in words
    assert "rows   398" in text


def test_why_explains_everything_and_takes_a_file_of_the_run(make_run, capsys):
    folder = make_run("binary")
    found = json.loads(output(capsys, "why", folder / "run.json", "--json"))
    assert found["run"] == str(folder)
    for name in ("target", "split", "optimizer", "dropout", "seed"):
        assert set(found["choices"][name]) == {"value", "rule", "figures", "reason"}
    assert found["choices"]["dropout"]["value"] == 0.2
    text = output(capsys, "why", folder)
    assert all(name in text for name in found["choices"])


def test_why_of_a_misspelt_setting_asks_back(make_run, capsys):
    assert main(["why", str(make_run("binary")), "learning_rat"]) == 2
    assert "Did you mean 'learning_rate'?" in capsys.readouterr().err


def test_models_lists_every_card_with_what_can_be_set(capsys):
    from goodfit.recipes import Config
    from goodfit.zoo import list_models

    found = json.loads(output(capsys, "models", "--json"))["models"]
    assert [card["name"] for card in found] == [card.name for card in list_models()]
    for card in found:
        known = {"name", "tasks", "inputs", "best_for", "rules"}
        assert set(card) == known | {"settings", "parameters", "counted_on", "preset"}
        assert set(card["settings"]) <= set(Config.setting_names())
        assert card["parameters"] > 0
        assert card["counted_on"]
        assert {"optimizer", "learning_rate"} <= set(card["preset"]["settings"])
    text = output(capsys, "models")
    assert "regression" in text
    assert all(card["name"] in text for card in found)
    text = output(capsys, "models", "mlp")
    assert "128,64" in text
    assert "batch_normalization" in text
    assert main(["models", "mpl"]) == 2
    assert "Did you mean 'mlp'" in capsys.readouterr().err


def test_report_is_written_again(make_run, capsys):
    folder = make_run("regression")
    found = json.loads(output(capsys, "report", folder, "--json"))
    assert found["report"] == str(folder / "report.html")
    assert (folder / "report.html").exists()
    assert found["task"] == "regression"
    assert list(found["naive"]) == ["mean", "linear"]
    assert str(folder / "report.html") in output(capsys, "report", folder)


def test_an_interrupted_run_is_told_without_scores(make_run, capsys):
    found = json.loads(output(capsys, "report", make_run("interrupted"), "--json"))
    assert (found["model"], found["validation"], found["naive"]) == (None, {}, {})


def test_several_targets_are_a_list(make_run, capsys):
    found = json.loads(output(capsys, "report", make_run("multilabel"), "--json"))
    assert found["target"] == ["wet", "cold", "windy"]


@pytest.fixture
def stubbed_audit(monkeypatch):
    """Return a function that lets `goodfit audit` read a made table, split or not."""
    import numpy as np

    dataset = Dataset(
        {"x": np.arange(4.0)},
        np.array([0, 1, 0, 1]),
        (Column("x", "number"),),
        Task("binary", ("no", "yes")),
        ("y",),
        choices={"task": Choice("binary", "", {}, "Two values.")},
    )
    finding = Finding("constant", "PH-1b", "warning", "'x' is constant.", "Drop it.", where=("x",))

    def replace(split):
        asked = {}
        parts = {
            "reading.loading.load": lambda source, **more: (
                asked.update(more, source=source) or dataset
            ),
            "auditing.audits.audit": lambda *_: [finding],
            "splitting.parts.split": split,
        }
        for name, function in parts.items():
            monkeypatch.setattr(f"goodfit.recipes.{name}", function)
        return asked

    return replace


def test_audit_shows_choices_columns_and_findings(stubbed_audit, capsys):
    sizes = {"train": 2, "validation": 1, "test": 1}
    asked = stubbed_audit(lambda *_, **__: types.SimpleNamespace(sizes=sizes))
    found = json.loads(output(capsys, "audit", "data.csv", "--target", "y", "--json"))
    assert (asked["source"], asked["target"], asked["ignore"]) == ("data.csv", "y", ())
    assert found["rows"] == sizes
    assert found["columns"] == [{"name": "x", "kind": "number", "width": 1}]
    assert list(found["findings"][0]) == ["fault", "rule", "severity", "epoch", "cause", "remedy"]
    text = output(capsys, "audit", "data.csv")
    for part in ("Two values.", "  x  number", "constant (PH-1b)", "Drop it."):
        assert part in text


def test_audit_goes_on_when_the_rows_cannot_be_split(stubbed_audit, capsys):
    def split(*_, **__):
        raise bad_input("rows_few", "4 rows cannot be split", remedy="Collect more")

    stubbed_audit(split)
    found = json.loads(output(capsys, "audit", "data.csv", "--json"))
    assert found["rows"] == {"total": 4}
    assert [finding["fault"] for finding in found["findings"]] == ["constant", "bad_split"]
    assert found["findings"][1]["cause"] == "4 rows cannot be split."


def test_predict_takes_the_folder_of_a_run(monkeypatch, capsys, tmp_path):
    import goodfit.recipes as recipes

    asked = []

    def predict_file(model, source, place, *, force):
        asked.append((str(model), source, place, force))
        return {"model": str(model), "output": place, "rows": 3, "columns": ["prediction"]}

    monkeypatch.setitem(recipes.__dict__, "predict_file", predict_file)
    text = output(capsys, "predict", tmp_path, "new.csv", "--output", "p.csv", "--force")
    assert asked == [(str(tmp_path / "model.keras"), "new.csv", "p.csv", True)]
    assert text == "3 predictions written to p.csv\n"
