"""The contract of the command line: exit codes, one JSON object, no traceback, a light start."""

import json
import os
import re
import signal
import subprocess
import sys
import types

import pytest
from goodfit.recipes.training.fitting import Interrupted
from goodfit.recipes.training.runs import open_run
from goodfit.tools.cli import main
from goodfit.tools.commands import COMMANDS
from goodfit.zoo import BadInput, GoodfitError, Problem

GOODFIT = [sys.executable, "-m", "goodfit.tools"]
HEAVY = ("numpy", "pandas", "keras", "tensorflow", "sklearn", "matplotlib", "rich", "jinja2")
RUN_KEYS = ["run", "model", "report", "task", "target", "rows", "validation"]
RUN_KEYS += ["naive", "findings", "seconds"]
FINDING_KEYS = ["fault", "rule", "severity", "epoch", "cause", "remedy"]


def goodfit(*words, **environment):
    """Run the command in a process of its own, as a person would."""
    return subprocess.run(
        [*GOODFIT, *words],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def stub(monkeypatch):
    """Return a function that replaces the recipes by what it is given."""

    def replace(**functions):
        for name in ("quick_start", "completing"):
            module = types.ModuleType(f"goodfit.recipes.{name}")
            module.__dict__.update(functions)
            monkeypatch.setitem(sys.modules, f"goodfit.recipes.{name}", module)

    return replace


@pytest.fixture
def command(monkeypatch):
    """Return a function that makes `goodfit models` do something else."""
    from goodfit.tools.commands import models

    return lambda run: monkeypatch.setattr(models, "run", run)


def raiser(error):
    def run(*_, **__):
        raise error

    return run


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["trian"], ["guide", "QS"]])
def test_nothing_heavy_is_imported_for_what_needs_no_model(words):
    # rich is looked for, and not imported, when standard output is no terminal.
    code = (
        "import sys\nfrom goodfit.tools.cli import main\n"
        f"main({words})\n"
        f"sys.exit(repr([name for name in {HEAVY} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name, capsys):
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    examples = text.split("examples:")[1]
    assert f"  goodfit {name}" in examples
    assert max(map(len, examples.splitlines())) <= 80


def test_help_names_every_command_and_the_exit_codes(capsys):
    assert main([]) == 0
    text = capsys.readouterr().out
    for name, summary in COMMANDS.items():
        assert re.search(rf"^ +{name} +{re.escape(summary)}$", text, re.MULTILINE), name
    assert "0 done, 1 failed, 2 bad input, 130 interrupted" in text


def test_version(capsys):
    from importlib.metadata import version

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"goodfit {version('goodfit')}\n"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["trian", "data.csv"], "Did you mean 'train'?"),
        (["zzz"], "See: goodfit --help"),
        (["train", "x.csv", "--tagret", "y"], "Did you mean '--target'?"),
        (["predict", "m", "x.csv", "--ouput=y"], "Did you mean '--output'?"),
        (["predict", "m", "x.csv"], "--output"),
        (["--vresion"], "Did you mean '--version'?"),
        (["doctor", "now"], "cannot use 'now'"),
        (["train"], "No table was given"),
        (["train", "x.csv", "--task", "binray"], "Did you mean 'binary'?"),
        (["train", "x.csv", "--set", "dropuot=0.5"], "Did you mean 'dropout'?"),
        (["train", "x.csv", "--types", "zip=categry"], "Did you mean 'category'?"),
        (["train", "x.csv", "--epochs", "many"], "a whole number of at least 1"),
        (["guide", "REG-99"], "Did you mean 'REG-"),
        (["why", "no/such/run"], "There is no folder"),
    ],
)
def test_bad_input_is_2_with_a_hint_and_no_traceback(words, hint, capsys):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert hint in err
    assert "Traceback" not in err


def test_all_mistakes_are_told_at_once(capsys):
    words = ["train", "x.csv", "--epochs", "0", "--seed", "-1", "--set", "l2=x", "--task", "no"]
    assert main(words) == 2
    err = capsys.readouterr().err
    assert "5 problems" in err
    for part in ("no file x.csv", "--epochs", "--seed", "l2", "no task 'no'"):
        assert part in err


def test_a_bad_input_is_one_json_object_for_scripts(capsys):
    assert main(["train", "iris", "--epochs", "0", "--seed", "y", "--json"]) == 2
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert list(found) == ["error", "problems"]
    assert list(found["error"]) == ["kind", "message", "expected", "received"]
    assert found["error"]["kind"] == "option_invalid"
    assert found["error"]["received"] == "'0'"
    assert [problem["received"] for problem in found["problems"]] == ["'0'", "'y'"]
    assert err == ""


@pytest.mark.parametrize(
    ("error", "code", "kind", "text"),
    [
        (ZeroDivisionError("by\nzero"), 1, "unexpected", "Unexpected ZeroDivisionError: by zero."),
        (GoodfitError("It did not work."), 1, "failed", "It did not work."),
        (BadInput(Problem("a", "One"), Problem("b", "Two")), 2, "a", "One."),
        (ModuleNotFoundError("No", name="tensorflow"), 2, "package_missing", "goodfit[cpu]"),
        (ModuleNotFoundError("No x", name="x"), 1, "unexpected", "ModuleNotFoundError: No x."),
        (MemoryError(), 1, "memory_full", "not enough memory"),
        (KeyboardInterrupt(), 130, "interrupted", "Interrupted."),
    ],
)
def test_every_failure_has_its_exit_code_and_no_traceback(
    error, code, kind, text, command, capsys, monkeypatch
):
    monkeypatch.delenv("GOODFIT_TRACEBACK", raising=False)
    command(raiser(error))
    assert main(["models"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert text in err
    assert "Traceback" not in err
    assert main(["models", "--json"]) == code
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["kind"] == kind
    assert err == ""


def test_ctrl_c_that_a_library_turns_into_another_error_is_an_interruption(command, capsys):
    # As numpy does when the press comes while it reads the format of a buffer.
    def run(_):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ValueError("not a valid buffer format") from None

    command(run)
    assert main(["models", "--json"]) == 130
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "interrupted"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_traceback_is_shown_when_it_is_asked_for(command, capsys, monkeypatch):
    command(raiser(ZeroDivisionError("by zero")))
    assert main(["models"]) == 1
    assert "GOODFIT_TRACEBACK=1" in capsys.readouterr().err
    monkeypatch.setenv("GOODFIT_TRACEBACK", "1")
    assert main(["models", "--json"]) == 1
    out, err = capsys.readouterr()
    assert "Traceback" in err
    assert json.loads(out)["error"]["kind"] == "unexpected"


def test_stray_prints_of_libraries_do_not_reach_standard_output():
    code = """
import ctypes, os, sys
from goodfit.tools.cli import main
from goodfit.tools.commands import Result, models

def run(arguments):
    print("from Python")
    os.write(1, b"from a descriptor\\n")
    ctypes.CDLL(None).puts(b"from C, written when the process ends")
    return Result({"value": float("nan"), "name": "né"}, print)

models.run = run
sys.argv = ["goodfit", "models", "--json"]
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"value": None, "name": "né"}
    for text in ("from Python", "from a descriptor", "from C"):
        assert text in done.stderr


def test_standard_output_is_as_before_after_a_call_in_python(capfd):
    assert main(["guide", "QS-1", "--json"]) == 0
    os.write(1, b"after\n")
    print("later")
    first, *rest = capfd.readouterr().out.splitlines()
    assert json.loads(first)["rules"][0]["id"] == "QS-1"
    assert rest == ["after", "later"]


def test_a_reader_that_stops_early_is_no_error():
    shell = subprocess.run(
        f"{sys.executable} -m goodfit.tools guide | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shell.stderr == ""
    closed = subprocess.Popen([*GOODFIT, "guide"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    closed.stdout.close()
    assert closed.wait() == 0
    assert closed.stderr.read() == b""
    closed.stderr.close()


def test_an_encoding_without_the_signs_is_no_error():
    done = goodfit("guide", "MET-8", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "MAE, RMSE and R?" in done.stdout


def test_nothing_is_coloured_in_a_pipe_and_no_sign_commands_the_terminal(capsys):
    assert main(["train", "x.csv", "--task", "\x1b[31mred"]) == 2
    assert "\x1b" not in capsys.readouterr().err
    assert "\x1b" not in goodfit("guide", "DX").stdout


def test_train_hands_every_option_to_the_quick_start(stub, make_run, capsys):
    asked = {}

    def quickstart(source, **options):
        asked.update(options, source=source)
        options["progress"]("step", "reading")
        return open_run(make_run("binary"))

    stub(quickstart=quickstart)
    words = "train data.csv --target a b --task multilabel --positive yes --ignore id "
    words += "--ignore other --time day --group person --types zip=category x=y=number "
    words += "--missing none gone --drop-missing-target "
    words += "--separator tab --decimal , --thousands . --encoding latin-1 --epochs 7 --seed 3 "
    words += "--text note title --form series --horizon 24 --lookback 96 --season 12 "
    words += "--series shop --size 28x32 "
    words += "--set dropout=0.5 units=8,4 --output out --test --verify --no-report --json"
    assert main(words.split()) == 0
    progress = asked.pop("progress")
    assert callable(progress)
    assert asked == {
        "source": "data.csv",
        "target": ["a", "b"],
        "task": "multilabel",
        "positive": "yes",
        "ignore": ("id", "other"),
        "time": "day",
        "group": "person",
        "types": {"zip": "category", "x=y": "number"},
        "missing": ("none", "gone"),
        "drop_missing_target": True,
        "separator": "tab",
        "decimal": ",",
        "thousands": ".",
        "encoding": "latin-1",
        "text": ("note", "title"),
        "form": "series",
        "horizon": 24,
        "lookback": 96,
        "season": 12,
        "series": "shop",
        "size": (28, 32),
        "epochs": 7,
        "seed": 3,
        "settings": ("dropout=0.5", "units=8,4"),
        "output": "out",
        "test": True,
        "verify": True,
    }
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert err == "reading\n"


def test_the_json_of_train_and_test_holds_what_scripts_rely_on(stub, make_run, capsys):
    folder = make_run("binary")
    run = open_run(folder)
    stub(quickstart=lambda *_, **__: run, evaluate_test=lambda *_, **__: run)
    assert main(["train", "data.csv", "--no-report", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == RUN_KEYS
    assert found["run"] == str(folder)
    assert found["model"] == str(folder / "model.keras")
    assert found["report"] is None
    assert (found["task"], found["target"]) == ("binary", "diagnosis")
    assert found["rows"] == {"train": 397, "validation": 85, "test": 85}
    assert found["seconds"] == 9.5
    assert [list(finding) for finding in found["findings"]] == [FINDING_KEYS] * 2
    assert list(found["naive"]) == ["majority", "linear"]
    for scores in (found["validation"], *found["naive"].values()):
        assert list(scores["accuracy"]) == ["value", "low", "high"]
    assert main(["test", str(folder), "--json"]) == 0
    tested = json.loads(capsys.readouterr().out)
    assert sorted(tested) == sorted([*RUN_KEYS, "test"])
    assert tested["test"]["accuracy"]["value"] == run.record["test"]["metrics"]["accuracy"]["value"]


def test_a_source_that_an_option_swallowed_is_found(stub, make_run, tmp_path, capsys):
    table = tmp_path / "data.csv"
    table.write_text("x,y\n1,2\n")
    asked = []

    def quickstart(source, **options):
        asked.append((source, options["target"]))
        return open_run(make_run("binary"))

    stub(quickstart=quickstart)
    assert main(["train", "--no-report", "--target", "y", str(table)]) == 0
    assert asked == [(str(table), "y")]
    capsys.readouterr()


def test_the_seed_of_set_also_divides_the_rows(stub, make_run, capsys):
    asked = []

    def quickstart(_, **options):
        asked.append(options["seed"])
        return open_run(make_run("binary"))

    stub(quickstart=quickstart)
    for words in ([], ["--set", "seed=5"], ["--set", "seed=5", "--seed", "6"]):
        assert main(["train", "x.csv", "--no-report", *words]) == 0
    assert asked == [0, 5, 6]
    capsys.readouterr()


def test_an_output_that_is_taken_is_refused_before_anything_is_read(make_run, capsys):
    assert main(["train", "nowhere.csv", "--output", str(make_run("binary"))]) == 2
    assert "already holds files" in capsys.readouterr().err


def test_quiet_prints_nothing(stub, make_run, capsys):
    def quickstart(_, **options):
        options["progress"]("epoch", {"epoch": 1, "epochs": 2, "loss": 0.5, "val_loss": 0.6})
        return open_run(make_run("binary"))

    stub(quickstart=quickstart)
    assert main(["train", "x.csv", "--no-report", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_says_where_the_best_so_far_is_and_how_to_go_on(stub, make_run, capsys):
    folder = make_run("interrupted")
    stub(quickstart=lambda *_, **__: raise_interrupted(folder))
    assert main(["train", "x.csv"]) == 130
    err = capsys.readouterr().err
    assert "the best so far is epoch 1" in err
    assert str(folder) in err
    assert f"goodfit train --resume {folder}" in err
    assert main(["train", "x.csv", "--json"]) == 130
    found = json.loads(capsys.readouterr().out)
    assert found["error"]["kind"] == "interrupted"
    assert found["run"] == str(folder)


def raise_interrupted(folder):
    raise Interrupted(open_run(folder))


def test_resume_takes_the_run_and_refuses_what_would_change_it(stub, make_run, capsys):
    folder = make_run("binary")
    asked = []

    def resume(place, *, progress):
        asked.append((str(place), callable(progress)))
        return open_run(place)

    stub(resume=resume)
    assert main(["train", "--resume", str(folder), "--no-report"]) == 0
    assert asked == [(str(folder), True)]
    assert main(["train", "x.csv", "--resume", str(folder), "--epochs", "9"]) == 2
    assert "source, --epochs" in capsys.readouterr().err


def test_a_report_that_cannot_be_made_does_not_lose_the_model(stub, make_run, monkeypatch, capsys):
    module = types.ModuleType("goodfit.tools.report.reporting")
    module.__dict__["build_report"] = raiser(GoodfitError("jinja2 is not installed."))
    monkeypatch.setitem(sys.modules, "goodfit.tools.report.reporting", module)
    run = open_run(make_run("binary"))
    stub(quickstart=lambda *_, **__: run)
    assert main(["train", "x.csv"]) == 0
    assert "No report was written: jinja2 is not installed." in capsys.readouterr().out
