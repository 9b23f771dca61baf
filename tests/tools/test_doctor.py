"""The doctor says what is broken, what is missing, and what to do, and knows what was tested."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from goodfit.tools import doctor
from goodfit.tools.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def without_keras(monkeypatch):
    """Look at everything but Keras, whose import takes seconds."""
    monkeypatch.setattr(doctor, "_keras", lambda: iter(()))


def test_the_versions_are_those_of_the_project_file():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = dict(pin.split("==") for pin in data["tool"]["uv"]["constraint-dependencies"])
    extras = data["project"]["optional-dependencies"]
    groups = {"": data["project"]["dependencies"], **extras}
    for package, (least, newest, extra) in doctor.TESTED.items():
        names = doctor.TENSORFLOW_NAMES if package == "tensorflow" else (package,)
        assert newest in [pins.get(name) for name in names], package
        wanted = [re.split(r"[>;]", line.replace(">=", ">", 1)) for line in groups[extra]]
        assert least in [parts[1].strip() for parts in wanted if parts[0] in names], package


def test_a_healthy_installation_is_0(without_keras, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    names = [check["name"] for check in found["checks"]]
    for name in ("goodfit", "python", *doctor.TESTED, "cores", "memory", "folder"):
        assert name in names


def test_a_missing_extra_is_a_warning_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda _: None)
    check = doctor._package("pandas", "2.2", "3.1.1", "recipes")
    assert (check.severity, check.remedy) == ("warning", "pip install 'goodfit[recipes]'")
    assert doctor._package("keras", "3.10", "3.15.1", "").severity == "error"


@pytest.mark.parametrize(
    ("version", "severity"),
    [("3.9.2", "error"), ("3.10", "good"), ("3.10.0rc1", "good"), ("3.16.0", "info")],
)
def test_versions_are_compared_as_numbers(version, severity, monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda _: version)
    assert doctor._package("keras", "3.10", "3.15.1", "").severity == severity


def test_a_folder_that_cannot_be_written_to_is_broken(without_keras, monkeypatch, capsys):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert main(["doctor"]) == 1
    assert "cannot be written to: Permission denied" in capsys.readouterr().out


def test_a_keras_that_cannot_be_imported_is_broken(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    (check,) = doctor._keras()
    assert check.severity == "error"
    assert "cannot be imported" in check.text


def test_gpus_are_read_from_their_own_tool(monkeypatch):
    text = "NVIDIA H100 80GB HBM3, 81559\nTesla T4, 15360\nstrange line\n"
    done = subprocess.CompletedProcess([], 0, stdout=text)
    monkeypatch.setattr("shutil.which", lambda _: "nvidia-smi")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: done)
    (large, _), (small, gigabytes) = doctor.gpu_memories()
    assert (large, small) == ("NVIDIA H100 80GB HBM3", "Tesla T4")
    assert gigabytes == 15
    assert [doctor.batch_advice(size) for size in (8, gigabytes, 79.6)] == [
        "32 to 64",
        "64 to 128",
        "128 to 512",
    ]


def test_without_a_gpu_there_is_no_tool(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert doctor.gpu_memories() == []
