"""Quiet imports, plain data, and errors as a person reads them."""

import io
import os
import subprocess
import sys

import numpy as np
from goodfit.tools.streams import plain_data, print_problems
from goodfit.zoo import Problem

QUIET = """
import sys
from goodfit.tools.quiet_import import import_quietly
sys.path.insert(0, {folder!r})
import_quietly("noisy")
import noisy
import os
os.write(2, b"after")
assert noisy.__spec__.loader is noisy.__loader__ and noisy.__file__
"""


def imported(folder, body):
    (folder / "noisy.py").write_text(f"import os\nos.write(2, b'notice')\n{body}\n")
    code = QUIET.format(folder=str(folder))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_an_import_is_quiet_and_only_the_import(tmp_path):
    done = imported(tmp_path, "")
    assert (done.returncode, done.stderr) == (0, "after")


def test_what_a_failing_import_said_is_shown(tmp_path):
    done = imported(tmp_path, "raise ImportError('broken')")
    assert done.returncode == 1
    assert done.stderr.startswith("notice")
    assert "broken" in done.stderr


def test_plain_data_is_strict_json():
    data = {
        "array": np.array([1.0, np.nan]),
        "scalar": np.int64(3),
        "infinite": float("-inf"),
        1: ("a", {"b"}, None, True),
        "place": os.PathLike,
    }
    found = plain_data(data)
    assert found["array"] == [1.0, None]
    assert found["scalar"] == 3
    assert found["infinite"] is None
    assert found["1"] == ["a", ["b"], None, True]
    assert isinstance(found["place"], str)


def test_one_problem_is_told_in_lines_and_several_are_numbered():
    stream = io.StringIO()
    print_problems((Problem("a", "One", "1", "2", "Do this"),), stream)
    lines = ["error: One.", "       expected 1", "       received 2", "       Do this."]
    assert stream.getvalue().splitlines() == lines
    stream = io.StringIO()
    print_problems((Problem("a", "One"), Problem("b", "Two", "x")), stream)
    assert stream.getvalue().splitlines() == [
        "error: 2 problems",
        "  1. One.",
        "  2. Two.",
        "     expected x",
    ]


def test_what_problems_share_is_said_once_and_many_are_counted():
    stream = io.StringIO()
    print_problems(tuple(Problem("a", f"No {i}", "x", "y", "Do") for i in range(20)), stream)
    text = stream.getvalue()
    assert text.count("expected x") == 1
    assert "  12. No 11.\n      expected x\n      received y\n      Do.\n" in text
    assert text.endswith("  and 8 more; --json tells all\n")
