"""What is installed, what this machine has, and what that means for a training."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = ["BATCH_SIZES", "TESTED", "Check", "batch_advice", "examine"]

# Least version that is supported, and the newest that was tested; kept equal to pyproject.toml.
TESTED: dict[str, tuple[str, str, str]] = {
    "keras": ("3.10", "3.15.1", ""),
    "lazy-loader": ("0.4", "0.6", ""),
    "numpy": ("1.26", "2.4.6", ""),
    "tensorflow": ("2.18", "2.21.0", "cpu"),
    "pandas": ("2.2", "3.1.1", "recipes"),
    "scikit-learn": ("1.6", "1.9.1", "recipes"),
    "tomli-w": ("1.1", "1.2.0", "recipes"),
    "pyarrow": ("17", "26.0.1", "parquet"),
    "jinja2": ("3.1", "3.1.6", "report"),
    "matplotlib": ("3.9", "3.11.2", "report"),
    "rich": ("13.7", "15.0.0", "report"),
    "tensorboard": ("2.18", "2.21.0", "tensorboard"),
}
TENSORFLOW_NAMES = ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tensorflow-intel")
LEAST_PYTHON = (3, 11)
BATCH_SIZES = ((8, "32 to 64"), (16, "64 to 128"), (32, "128 to 512"))
"""Least gigabytes of GPU memory, and the batch sizes that suit it: BAT-2."""
ROUNDING = 0.9
"""A card sold as 16 GB reports a little less."""
LEAST_FREE_BYTES = 1 << 30


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Args:
        name: What it is.
        severity: `good`, `info`, `warning` or `error`; an error means that goodfit cannot work.
        text: What was found.
        remedy: What to do about it.
    """

    name: str
    severity: str
    text: str
    remedy: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data."""
        return asdict(self)


def examine() -> list[Check]:
    """Return every check of this installation and machine, in the order a person asks."""
    return [
        *_packages(),
        *_keras(),
        *_machine(),
        *_folders(),
    ]


def batch_advice(gigabytes: float) -> str:
    """Return the batch sizes that suit a GPU.

    Guide: BAT-2.

    Args:
        gigabytes: The memory of the GPU.

    Examples:
        >>> batch_advice(24), batch_advice(79.6), batch_advice(4)
        ('64 to 128', '128 to 512', '8 to 32')
    """
    fitting = [sizes for least, sizes in BATCH_SIZES if gigabytes >= least * ROUNDING]
    return fitting[-1] if fitting else "8 to 32"


def install_command(module: str) -> str:
    """Return how a missing module that goodfit needs is installed; empty for any other.

    Examples:
        >>> install_command("sklearn.metrics"), install_command("nonsense")
        ("Install it with: pip install 'goodfit[recipes]'", '')
    """
    name = module.split(".")[0].replace("_", "-")
    package = {"sklearn": "scikit-learn"}.get(name, name)
    if package not in TESTED:
        return ""
    return f"Install it with: {_install(TESTED[package][2])}"


def _install(extra: str) -> str:
    return f"pip install 'goodfit[{extra}]'" if extra else "pip install goodfit"


def _packages() -> Iterator[Check]:
    python = platform.python_version()
    good = sys.version_info[:2] >= LEAST_PYTHON
    remedy = "" if good else "Install Python 3.11 or newer"
    yield Check("goodfit", "good", metadata.version("goodfit"))
    yield Check("python", "good" if good else "error", python, remedy)
    for package, (least, newest, extra) in TESTED.items():
        yield _package(package, least, newest, extra)


def _package(package: str, least: str, newest: str, extra: str) -> Check:
    found = _version(package)
    if found is None:
        needed = "error" if package in ("keras", "numpy", "lazy-loader") else "warning"
        return Check(package, needed, "not installed", _install(extra))
    if _numbers(found) < _numbers(least):
        figure = f"{found}; {least} or newer is needed, {newest} is tested"
        return Check(package, "error", figure, f"pip install '{package}>={least}'")
    if _numbers(found) > _numbers(newest):
        remedy = f"If something fails, try: pip install '{package}=={newest}'"
        return Check(package, "info", f"{found} is newer than what was tested, {newest}", remedy)
    if _numbers(found) == _numbers(newest):
        return Check(package, "good", f"{found}, as tested")
    return Check(package, "good", f"{found} ({newest} is tested, {least} is needed)")


def _version(package: str) -> str | None:
    for name in TENSORFLOW_NAMES if package == "tensorflow" else (package,):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, so that 3.10 is more than 3.9, and 17 equals 17.0."""
    numbers = []
    for part in version.split("+")[0].split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        numbers.append(int(digits or 0))
    return tuple(numbers + [0] * (4 - len(numbers)))


def _keras() -> Iterator[Check]:
    try:
        keras = importlib.import_module("keras")
    except Exception as error:  # noqa: BLE001 - a broken installation may raise anything
        text = f"cannot be imported: {type(error).__name__}: {error}"
        yield Check("backend", "error", text, "pip install 'goodfit[cpu]'")
        return
    backend = keras.backend.backend()
    if backend == "tensorflow":
        yield Check("backend", "good", backend)
    else:
        remedy = "Columns of text need TensorFlow: unset KERAS_BACKEND"
        yield Check("backend", "warning", f"{backend}, and tensorflow is what is tested", remedy)
    floats = keras.config.floatx()
    if floats != "float32":
        yield Check("float type", "warning", floats, "Set floatx to float32 in keras.json")
    yield from _devices()


def _devices() -> Iterator[Check]:
    try:
        tensorflow = importlib.import_module("tensorflow")
    except ImportError as error:
        yield Check("devices", "warning", f"not known: {error}", "pip install 'goodfit[cpu]'")
        return
    gpus = tensorflow.config.list_physical_devices("GPU")
    memories = gpu_memories()
    if gpus:
        yield Check("devices", "good", f"{len(gpus)} GPU: " + ", ".join(gpu.name for gpu in gpus))
    elif memories:
        remedy = "pip install 'goodfit[gpu]' instead of 'goodfit[cpu]'"
        yield Check("devices", "warning", "there is a GPU that TensorFlow cannot use", remedy)
    else:
        yield Check("devices", "good", "CPU; batches of 8 to 32 rows are a good start (BAT-1)")
    for name, gigabytes in memories:
        sizes = batch_advice(gigabytes)
        yield Check(name, "info", f"{gigabytes:.0f} GB: batches of {sizes} rows fit (BAT-2)")


def gpu_memories() -> list[tuple[str, float]]:
    """Return name and memory in gigabytes of each NVIDIA GPU, as its own tool tells them."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in done.stdout.splitlines():
        name, _, megabytes = line.rpartition(",")
        if megabytes.strip().isdigit():
            found.append((name.strip(), int(megabytes) / 1024))
    return found


def _machine() -> Iterator[Check]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Check("cores", "good", f"{usable or 1}")
    if hasattr(os, "sysconf"):  # not on Windows
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES")
        limit = _memory_limit()
        text = f"{_gigabytes(min(total, limit))} GB"
        yield Check(
            "memory", "good", text + (" (a limit of this container)" if limit < total else "")
        )


def _memory_limit() -> float:
    """Return the bytes that a container allows; infinity where there is no limit."""
    try:
        return float(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such file, or the word max
        return float("inf")


def _folders() -> Iterator[Check]:
    here = Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=here):
            pass
    except OSError as error:
        remedy = "Go to a folder of your own, or give --output"
        yield Check("folder", "error", f"{here} cannot be written to: {error.strerror}", remedy)
        return
    free = shutil.disk_usage(here).free
    text = f"{here} can be written to, {_gigabytes(free)} GB free"
    if free < LEAST_FREE_BYTES:
        yield Check("folder", "warning", text, "Make room: a run may need some hundred megabytes")
    else:
        yield Check("folder", "good", text)


def _gigabytes(size: float) -> str:
    return f"{size / (1 << 30):.1f}"
