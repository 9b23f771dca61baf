"""A run: the folder that a training leaves, and the record of how it came about."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ...zoo.errors import GoodfitError, bad_input, did_you_mean
from ..config import Config
from ..dataset import Splits
from ..files import strict, write_json, write_text

if TYPE_CHECKING:
    import keras

__all__ = ["Run", "hardware", "open_run", "peak_memory", "versions", "write_history"]

PACKAGES = ("goodfit", "keras", "tensorflow", "tensorflow-cpu", "numpy", "pandas", "scikit-learn")


@dataclass(frozen=True)
class Run:
    """One training: its config, history, findings, record and model.

    Args:
        config: The settings, each with its reason.
        record: Plain data: everything that is known about the run (what `run.json` holds).
        history: One dict of logs for each epoch.
        findings: What was found in the data and in the training.
        folder: Where it is kept; None for a run in memory.
        trained: The model of a run that was just trained.
        splits: The data of a run that was just trained.
        making: Makes the model of a run in memory whose training reused what another one had made.
        held_out: What the model of such a run answers to the validation rows, if that is known.

    Guide: CHK-3, BP-3.
    """

    config: Config
    record: Mapping[str, Any]
    history: tuple[Mapping[str, float], ...]
    findings: tuple[Finding, ...]
    folder: Path | None = None
    trained: keras.Model | None = None
    splits: Splits | None = None
    making: Callable[[], keras.Model] | None = field(default=None, repr=False, compare=False)
    held_out: NDArray[Any] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def model(self) -> keras.Model:
        """The trained model, which takes raw rows; made or loaded when it is first needed."""
        if self.trained is not None:
            return self.trained
        if self.making is not None:
            return self.making()
        from .saving import load_model

        return load_model(self.model_path).model

    @property
    def model_path(self) -> Path:
        """The saved model.

        Raises:
            GoodfitError: The run is in memory only, or has no model yet.
        """
        if self.folder is None or not (self.folder / "model.keras").exists():
            raise GoodfitError("This run has no saved model; give train() a folder.")
        return self.folder / "model.keras"

    @property
    def split_seed(self) -> int:
        """What decided which rows are held out.

        A study or a search may give its last training another seed than that of its rows.
        """
        return int(self.record["split"].get("seed", self.config.seed))

    @property
    def looks(self) -> int:
        """How many trainings were scored on the validation rows before this one was chosen.

        A study or a search makes it many, and the best of many is flattered; 0 where nothing was
        chosen by them.

        Guide: MIS-2.
        """
        study = self.record.get("study") or {}
        return int(self.record.get("looks") or study.get("looks") or 0)

    def why(self, name: str) -> str:
        """Return why a setting is what it is, in one line; raises as `Config.why`."""
        return f"{name} = {self.config.why(name)}"

    def updated(self, **record: Any) -> Run:
        """Return the run with these entries of its record changed, written to the folder."""
        run = replace(self, record={**self.record, **record})
        if self.folder is not None:
            write_json(self.folder / "run.json", strict(run.record))
        return run

    def __repr__(self) -> str:
        """Return place, status, epochs and the first scores on the validation rows."""
        figures = (self.record.get("validation") or {}).get("metrics", {})
        parts = [str(self.folder) if self.folder else "in memory", self.record["status"]]
        parts.append(f"best of {self.record['epochs']} epochs: {self.record['best_epoch']}")
        parts += [f"{name} {each['value']:.4g}" for name, each in list(figures.items())[:3]]
        return f"Run({', '.join(parts)})"


def open_run(folder: str | Path) -> Run:
    """Return the run that a folder keeps.

    Args:
        folder: The folder that `train` or `quickstart` made.

    Raises:
        BadInput: There is no such folder, or it holds no run, or its files cannot be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        parent = folder.parent
        names = [item.name for item in parent.iterdir() if item.is_dir()] if parent.is_dir() else []
        raise bad_input(
            "run_missing",
            f"There is no folder {folder}",
            expected="the folder of a run",
            remedy=did_you_mean(folder.name, names),
        )
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        config = Config.from_toml(folder / "config.toml")
        with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
            rows = [dict(row) for row in csv.DictReader(file)]
        findings = tuple(Finding.from_dict(item) for item in record["findings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise bad_input(
            "run_unreadable",
            f"The folder {folder} holds no readable run",
            expected="run.json, config.toml and history.csv as goodfit writes them",
            received=str(error),
        ) from error
    history = tuple(
        {name: float(value) for name, value in row.items() if name != "epoch" and value != ""}
        for row in rows
    )
    return Run(config, record, history, findings, folder)


def write_history(folder: Path, history: list[dict[str, float]]) -> None:
    """Write `history.csv` as Keras's CSVLogger would: one row an epoch, counted from 0."""
    names = list(dict.fromkeys(name for logs in history for name in logs))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["epoch", *names], lineterminator="\n")
    writer.writeheader()
    for epoch, logs in enumerate(history):
        writer.writerow({"epoch": epoch, **logs})
    write_text(folder / "history.csv", text.getvalue())


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide a result."""
    return dict(_versions())


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return tuple(found.items())


def hardware() -> dict[str, Any]:
    """Return cores, memory in bytes, and the names of the accelerators Keras can use."""
    gpus: list[str] = []
    if "tensorflow" in sys.modules:
        import tensorflow as tf

        gpus = [device.name for device in tf.config.list_physical_devices("GPU")]
    memory = 0
    if hasattr(os, "sysconf"):  # not on Windows
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cores": os.cpu_count() or 1, "memory_bytes": memory, "gpus": gpus}


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such count
        return 0
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024
