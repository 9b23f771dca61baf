"""`goodfit watch` and `goodfit check`: anybody's script runs as Python runs it, and is judged."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
import pytest
from goodfit.tools.cli import main

HEAD = """
import sys
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
model = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")], name="net"
)
model.compile("adam", "binary_crossentropy")
"""
FIT = keras.Model.fit


@pytest.fixture
def script(tmp_path):
    """Return a function that writes a script: the head, and what follows it."""

    def write(rest, head=HEAD, name="train.py"):
        path = tmp_path / name
        path.write_text(head + textwrap.dedent(rest))
        return str(path)

    return write


@pytest.fixture(autouse=True)
def all_is_as_it_was():
    before = sys.argv, list(sys.path), sys.modules["__main__"], sys.excepthook, Path.cwd()
    yield
    assert (sys.argv, sys.path, sys.modules["__main__"], sys.excepthook, Path.cwd()) == before
    assert keras.Model.fit is FIT


def test_findings_of_each_fit_are_told_at_the_end(script, capsys):
    path = script(
        """
        model.fit(x, y, epochs=1, verbose=0)
        model.fit(x, y * np.nan, epochs=1, verbose=0)
        print("the end")
        """
    )
    assert main(["watch", path, "--quiet"]) == 0
    out, err = capsys.readouterr()
    said, summary = out.split("the end\n")
    assert said == ""
    assert "2 trainings" in summary
    assert "fit 1 of 2  net, 1 epoch" in summary
    assert "no validation" in summary.split("fit 2 of 2")[0]
    assert "✗" in summary.split("fit 2 of 2")[1]
    assert err == ""


def test_as_they_come_they_are_told_too(script, capsys):
    path = script("model.fit(x, y * np.nan, epochs=1, verbose=0)\nprint('the end')")
    assert main(["watch", path]) == 0
    said, summary = capsys.readouterr().out.split("the end\n")
    assert "error " in said
    assert "Findings" in summary


def test_the_script_sees_what_python_would_give_it(script, tmp_path, capsys, monkeypatch):
    (tmp_path / "beside.py").write_text("value = 7")
    path = script(
        """
        import os, sys, beside
        print(__name__, __file__ == sys.argv[0], sys.argv[1:], sys.path[0], os.getcwd())
        print(sys.modules["__main__"].__dict__ is globals(), beside.value)
        """,
        head="",
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    words = ["--epochs", "3", "--json", "--", "-x"]
    assert main(["watch", path, "--", *words]) == 0
    out = capsys.readouterr().out
    assert f"__main__ True {words} {tmp_path} {elsewhere}" in out
    assert "True 7" in out
    assert "The script called no fit of a Keras model." in out
    monkeypatch.chdir(tmp_path)
    sys.modules.pop("beside")


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [("sys.exit(4)", 4, ""), ("sys.exit()", 0, ""), ("sys.exit('no rows')", 1, "no rows\n")],
)
def test_the_exit_code_is_the_scripts(script, capsys, end, code, said):
    assert main(["watch", script(f"import sys\n{end}", head="")]) == code
    assert capsys.readouterr().err == said


def test_an_exception_is_shown_as_python_shows_it(script, capsys, tmp_path):
    path = script(
        """
        def train():
            try:
                model.fit(x, y[:5], verbose=0)
            except ValueError as error:
                raise RuntimeError("no training") from error

        train()
        """
    )
    with subprocess.Popen(
        [sys.executable, path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as python:  # at the same time: most of it is the import of Keras
        assert main(["watch", path, "--quiet"]) == 1
        ours = capsys.readouterr().err
        theirs = python.communicate()[1]
    assert ours == theirs[theirs.index("Traceback") :]
    assert "goodfit" not in ours.replace(str(tmp_path), "").replace(sys.prefix, "")


def test_a_script_that_is_no_python(script, capsys):
    assert main(["watch", script("def :", head="")]) == 1
    err = capsys.readouterr().err
    assert err.startswith('  File "')
    assert err.rstrip().endswith("SyntaxError: invalid syntax")


def test_ctrl_c_is_130_and_what_was_found_is_told(script, capsys):
    path = script("model.fit(x, y, epochs=1, verbose=0)\nraise KeyboardInterrupt")
    assert main(["watch", path, "--quiet"]) == 130
    out, err = capsys.readouterr()
    assert "no validation" in out
    assert err.endswith("KeyboardInterrupt\n")


def test_warnings_are_those_of_python(script, capsys):
    path = script(
        """
        import warnings
        warnings.warn("look here")
        warnings.warn("old", DeprecationWarning)
        """,
        head="",
    )
    with pytest.warns((UserWarning, DeprecationWarning)) as seen:
        assert main(["watch", path]) == 0
    assert [str(each.message) for each in seen] == ["look here", "old"]
    capsys.readouterr()


def test_json_holds_each_fit_and_the_prints_go_elsewhere(script, capsys):
    path = script("print('mine')\nmodel.fit(x, y, epochs=2, verbose=0)\nsys.exit(3)")
    assert main(["watch", path, "--json"]) == 3
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert list(found) == ["script", "exit_code", "fits", "seconds"]
    assert found["exit_code"] == 3
    (fit,) = found["fits"]
    assert (fit["model"], fit["epochs"], fit["ended"]) == ("net", 2, True)
    assert "no_validation" in [finding["fault"] for finding in fit["findings"]]
    assert err.startswith("mine\n")


def test_a_script_may_choose_the_backend_before_it_imports_keras(tmp_path):
    """Bug prevented: a tool that imports Keras first makes KERAS_BACKEND come too late."""
    path = tmp_path / "choose.py"
    path.write_text(
        "import os, sys\nassert 'keras' not in sys.modules\n"
        "os.environ['KERAS_BACKEND'] = 'tensorflow'\nimport keras\nprint(keras.backend.backend())\n"
        "print(keras.Model.fit.__module__, 'MPLBACKEND' in os.environ)\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
    environment["KERAS_BACKEND"] = "none of them"  # which nobody can import Keras with
    done = subprocess.run(
        [sys.executable, "-m", "goodfit.tools", "watch", str(path)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tensorflow\n")
    assert "False" in done.stdout


@pytest.mark.parametrize("command", ["watch", "check"])
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["nowhere.py"], "There is no script"),
        (["train.py", "--lr", "3"], "Put the script's own words after --"),
        (["train.py", "3"], "Put the script's own words after --"),
        ([], "SCRIPT"),
    ],
)
def test_bad_input_is_2_with_a_hint(command, words, hint, capsys):
    assert main([command, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert hint in err
    assert "Traceback" not in err


NOT_SHOWN = """
class Loud(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        print("begun")

    def on_epoch_end(self, epoch, logs=None):
        print("trained")
"""


def test_check_trains_nothing_and_finds_what_is_wrong_with_the_data(script, capsys):
    path = script(
        NOT_SHOWN + "print('before')\nx[3] = np.nan\n"
        "model.fit(x, y, validation_data=(x[:9], y[:9]), epochs=3, callbacks=[Loud()])\n"
        "print('after')\n"
    )
    assert main(["check", path]) == 1
    out = capsys.readouterr().out
    assert out.startswith("before\n")
    for word in ("begun", "trained", "after"):
        assert word not in out
    assert "goodfit check" in out
    assert "✗" in out


def test_check_of_a_sound_script_is_0(script, capsys):
    path = script(
        "model.fit(x, y, validation_data=(x[:9] + 1, y[:9]), epochs=3,"
        " callbacks=keras.callbacks.EarlyStopping())"
    )
    assert main(["check", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["model"] == "net"
    assert "error" not in [finding["severity"] for finding in found["findings"]]


@pytest.mark.parametrize("guard", ["except Exception", "except"])
def test_check_ends_at_the_first_fit_whatever_the_script_catches(script, capsys, guard):
    path = script(
        f"try:\n    model.fit(x, y, epochs=3)\n{guard}:\n    print('caught')\nmodel.fit(x, y)"
    )
    assert main(["check", path, "--json"]) in (0, 1)
    out, err = capsys.readouterr()
    assert json.loads(out)["model"] == "net"
    assert ("caught" in err) is (guard == "except")


def test_check_passes_words_on_and_takes_a_callback_list(script, capsys):
    path = script(
        NOT_SHOWN + "assert sys.argv[1:] == ['--rows', '5'], sys.argv\n"
        "given = keras.callbacks.CallbackList([Loud()], model=model, epochs=3)\n"
        "model.fit(x, y, epochs=3, callbacks=given)\n"
    )
    assert main(["check", path, "--", "--rows", "5"]) in (0, 1)
    assert "begun" not in capsys.readouterr().out


def test_check_of_a_script_that_never_trains(script, capsys):
    assert main(["check", script("import keras\nprint('only this')", head="")]) == 2
    assert "calls no fit of a Keras model" in capsys.readouterr().err
    assert main(["check", script("raise RuntimeError('no rows')")]) == 1
    err = capsys.readouterr().err
    assert "RuntimeError: no rows" in err
    assert "failed before its first fit" in err
