"""What is handed out: sdist and wheel build, hold the four rooms and nothing else, and run alone.

No network: the build uses the installed setuptools, the install takes no dependencies, and the
new environment borrows those that are already here.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("zoo", "callbacks", "recipes", "tools")
CODE = {".py", ".pyi", ".typed", ".html", ".css", ".js"}


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command away from the repository, and show what it said if it failed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def build(source: Path, folder: Path, *kinds: str) -> Path:
    run(sys.executable, "-m", "build", "--no-isolation", *kinds, "-o", folder, source, cwd=folder)
    return folder


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """Return a copy of the project: a build leaves folders behind."""
    ignored = shutil.ignore_patterns(
        ".*", "__pycache__", "*.egg-info", "build", "dist", "site", "runs", "uv.lock"
    )
    copy = tmp_path_factory.mktemp("packaging") / "source"
    shutil.copytree(ROOT, copy, ignore=ignored)
    return copy


@pytest.fixture(scope="module")
def distributions(source, tmp_path_factory) -> Path:
    """Return a folder with the sdist and with the wheel that was built from the sdist."""
    return build(source, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def wheel(distributions) -> Path:
    (found,) = distributions.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """Return the scripts folder of a new environment that holds the wheel and no repository."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    offline = ("install", "--no-deps", "--no-index", wheel)
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv:
        run(uv, "pip", offline[0], "--python", python, *offline[1:], cwd=folder)
    else:
        run(sys.executable, "-m", "pip", "--python", python, *offline, cwd=folder)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(python, "-c", where, cwd=folder).stdout.strip())
    # A .pth file of a folder added by a .pth file is not read, so an editable goodfit stays out.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    return scripts


def test_the_wheel_holds_the_four_rooms_and_nothing_else(wheel):
    wanted = {
        f"goodfit/{path.relative_to(ROOT).as_posix()}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in CODE and path.relative_to(ROOT).parts[1] != "bench"
    }
    metadata = {name for name in names(wheel) if ".dist-info/" in name}
    assert names(wheel) - metadata == wanted
    assert {
        f"goodfit/{room}/{file}" for room in ROOMS for file in ("py.typed", "__init__.pyi")
    } <= (wanted)
    assert any(name.endswith("licenses/LICENSE") for name in metadata)


def test_the_wheel_from_the_sdist_is_the_wheel_from_the_source(source, wheel, tmp_path):
    (direct,) = build(source, tmp_path, "--wheel").glob("*.whl")
    assert names(direct) == names(wheel)
    with zipfile.ZipFile(direct) as first, zipfile.ZipFile(wheel) as second:
        differing = [
            name
            for name in names(wheel)
            if not name.endswith("RECORD") and first.read(name) != second.read(name)
        ]
    assert not differing


def test_the_sdist_holds_what_a_build_needs_and_no_data(distributions):
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        files = {Path(*Path(name).parts[1:]).as_posix() for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE"} <= files
    assert not [name for name in files if name.endswith((".csv", ".npz", ".gz", ".keras", ".lock"))]


def test_the_installed_wheel_runs_where_the_repository_is_not(environment, tmp_path):
    code = (
        "import json, goodfit.zoo, goodfit.callbacks, goodfit.recipes, goodfit.tools.cli as cli\n"
        "task = goodfit.zoo.Task('binary', ('no', 'yes'))\n"
        "print(json.dumps([task.outputs, list(goodfit.__path__), cli.__file__]))"
    )
    done = run(environment / "python", "-c", code, cwd=tmp_path)
    outputs, places, file = json.loads(done.stdout)
    assert outputs == 1
    assert len(places) == 1
    assert Path(file).is_relative_to(environment.parent)


def test_the_installed_command_tells_its_version(environment, tmp_path):
    done = run(environment / "goodfit", "--version", cwd=tmp_path)
    version = "import importlib.metadata as metadata; print(metadata.version('goodfit'))"
    assert run(environment / "python", "-c", version, cwd=tmp_path).stdout.strip() in done.stdout


def test_the_installed_command_trains_and_its_model_opens_in_plain_keras(environment, tmp_path):
    command = ("train", "iris", "--epochs", "2", "--json", "--output", "run")
    told = json.loads(run(environment / "goodfit", *command, cwd=tmp_path).stdout)
    assert set(told["rows"]) == {"train", "validation", "test"}
    assert sum(told["rows"].values()) == 150
    assert Path(tmp_path, told["report"]).read_text(encoding="utf-8").startswith("<!")
    code = (
        "import sys; sys.modules['goodfit'] = None  # whoever imports it now fails\n"
        "import keras\n"
        f"print(keras.saving.load_model({str(Path(tmp_path, told['model']))!r}).output_shape[-1])"
    )
    assert run(environment / "python", "-c", code, cwd=tmp_path).stdout.split() == ["3"]
