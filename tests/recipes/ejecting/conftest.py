"""What tests of scripts share: carrying them out where goodfit is hidden, and what they must do."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from goodfit.recipes import eject, quickstart

ROOT = Path(__file__).parents[3]
MOST_LINES = 350
# How near the scores are: only the order of some additions differs.
NEAR = 1e-4
DRIVER = """
import contextlib, io, json, runpy, sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "goodfit":
            raise ModuleNotFoundError("goodfit is hidden", name=name)

sys.meta_path.insert(0, Hidden())
import keras, numpy as np

found = {}
for script in sys.argv[1:]:
    sys.argv = [script]
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        names = runpy.run_path(script)
    rows = names["take"](names["validation"])
    saved = keras.models.load_model("trained_model.keras")
    found[script] = {
        "scores": {k: float(v) for k, v in names["scores"](names["validation"]).items()},
        "rows": [len(names[part]) for part in ("train", "validation", "test")],
        "shown": shown.getvalue(),
        "saved": float(np.abs(np.asarray(saved(rows)) - np.asarray(names["model"](rows))).max()),
    }
print(json.dumps(found))
"""


@pytest.fixture(scope="session")
def carried_out():
    """Train, eject and carry out cases; return run, script and what came of it by name."""

    def carry_out(cases, folder):
        found = {}
        for name, (source, target, options) in cases.items():
            output, data = folder / "runs" / name, options.pop("data", None)
            run = quickstart(source, target, **{"epochs": 2, "output": output, **options})
            found[name] = (run, eject(run, data=data))
        scripts = [str(script) for _, script in found.values()]
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, *scripts],
            capture_output=True,
            text=True,
            cwd=folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        told = json.loads(done.stdout.splitlines()[-1])
        return {name: (run, script, told[str(script)]) for name, (run, script) in found.items()}

    return carry_out


@pytest.fixture(scope="session")
def check_scores():
    """Check that a script came to the scores of its run."""

    def check(run, _, told):
        metrics = run.record["validation"]["metrics"]
        assert told["rows"] == list(run.record["rows"].values())
        assert len(told["scores"]) >= 2
        for metric, value in told["scores"].items():
            expected = metrics[metric]["value"]
            assert value == pytest.approx(expected, rel=NEAR, abs=NEAR)
            shown = rf"validation +{metric} +(\S+) +the run: {expected:.4f}"
            assert float(re.search(shown, told["shown"])[1]) == pytest.approx(
                expected, abs=2 * NEAR
            )
        assert re.search(r"test +\w+ +\S+\n", told["shown"])
        assert told["saved"] < 1e-6

    return check


@pytest.fixture(scope="session")
def check_form():
    """Check that a script imports nothing of ours, is short, and laid out as ruff would."""

    def check(script):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) goodfit", text, re.MULTILINE)
        assert text.count("\n") < MOST_LINES
        for words in (["check"], ["format", "--check"]):
            command = [
                sys.executable,
                "-m",
                "ruff",
                *words,
                "--config",
                str(ROOT / "pyproject.toml"),
            ]
            done = subprocess.run([*command, script], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout

    return check
