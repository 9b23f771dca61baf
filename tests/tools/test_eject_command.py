"""The command that turns a run into a script, as a person would call it."""

import ast
import json

from goodfit.recipes import quickstart
from goodfit.tools.cli import main


def test_a_run_becomes_a_script_that_says_how_it_is_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    quickstart("iris", epochs=1, output="runs/iris", settings=["units=4"])
    assert main(["eject", "runs/iris", "--output", "my script.py", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["script"] == str(tmp_path / "my script.py")
    text = (tmp_path / "my script.py").read_text(encoding="utf-8")
    assert found["lines"] == len(text.splitlines())
    assert found["task"] == "multiclass"
    assert "'species'" in ast.get_docstring(ast.parse(text))
    assert main(["eject", "runs/iris"]) == 0
    out = capsys.readouterr().out
    assert "python runs/iris/train_model.py" in out
    assert main(["eject", "runs/iris"]) == 2
    assert "exists already" in capsys.readouterr().err


def test_what_is_no_run_is_told_in_one_message(tmp_path, capsys):
    assert main(["eject", str(tmp_path / "nowhere")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert main(["eject", str(tmp_path)]) == 2
    assert "no readable run" in capsys.readouterr().err
