"""What is written down of a training, before it begins and when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...callbacks.findings import Finding
from ...zoo.errors import bad_input
from ...zoo.tasks import Column
from ..config import Config
from ..dataset import Splits
from ..files import new_folder, write_text
from .runs import Run, hardware, peak_memory, versions, write_history
from .state import TrainingState

__all__ = ["CHECKPOINT", "STUDY_FILES", "check_resumable", "make_record", "open_folder"]

CHECKPOINT = Path("checkpoint") / "state.npz"
STUDY_FILES = ("ledger.jsonl", "answers")
"""What a study has put into the folder before its last training fills it: ledger and answers."""


def open_folder(
    folder: str | Path | None,
    config: Config,
    splits: Splits,
    findings: Sequence[Finding],
    resume: bool,
) -> Path | None:
    """Return the run's folder with what a later process needs to go on from it."""
    if folder is None:
        return None
    if resume:
        return Path(folder)
    place = new_folder(folder, beside=STUDY_FILES)
    splits.test.log = place / "test_openings.jsonl"
    write_text(place / "config.toml", config.to_toml())
    write_history(place, [])
    record = make_record(config, splits, TrainingState(), tuple(findings), 0.0)
    Run(config, record, (), tuple(findings), place).updated()
    return place


def make_record(
    config: Config,
    splits: Splits,
    state: TrainingState,
    findings: tuple[Finding, ...],
    seconds: float,
) -> dict[str, Any]:
    """Return what is known of a training once it has ended, as plain data."""
    data = splits.train
    return {
        "goodfit": versions().get("goodfit", ""),
        "status": state.status,
        "stopped_by": state.stopped_by,
        "model": "model.keras",
        "task": splits.task.to_dict(),
        "target": list(data.target),
        "source": data.source,
        "options": dict(data.options),
        "rows": splits.sizes,
        "columns": [_column(column) for column in data.columns],
        "choices": {name: choice.to_dict() for name, choice in data.choices.items()},
        "seed": config.seed,
        "fingerprint": data.fingerprint(),
        "split": {
            "method": splits.method.to_dict(),
            "seal": splits.test.seal,
            "seed": splits.seed,
        },
        "versions": versions(),
        "hardware": hardware(),
        "parameters": 0,
        "epochs": state.epoch,
        "best_epoch": state.best_epoch,
        "findings": [finding.to_dict() for finding in findings],
        "validation": None,
        "test": None,
        "naive": None,
        "comparisons": {},
        "worst_errors": [],
        "test_openings": splits.test.openings,
        "seconds": {"train": seconds},
        "peak_memory_bytes": peak_memory(),
        "threshold": 0.5,
        "saved_difference": None,
        "audit_profile": [],
    }


def check_resumable(run: Run, fingerprint: str) -> None:
    """Check that a run can go on with the data as it is now.

    Raises:
        BadInput: It is finished, it has no checkpoint, or the data changed.
    """
    folder = run.folder or Path()
    if run.record["status"] == "finished":
        raise bad_input(
            "run_finished", f"The run in {folder} is finished", remedy="Start a new one"
        )
    if not (folder / CHECKPOINT).exists():
        raise bad_input(
            "checkpoint_missing",
            f"The run in {folder} has no checkpoint",
            remedy="Start it again in a new folder",
        )
    if run.record["fingerprint"] != fingerprint:
        raise bad_input(
            "data_changed",
            f"The data of the run in {folder} changed since it began",
            expected=f"training rows with fingerprint {run.record['fingerprint'][:12]}",
            received=fingerprint[:12],
            remedy="Restore the file, or start a new run",
        )


def _column(column: Column) -> dict[str, Any]:
    """Return a column as the record holds it: shape and rate only where there are such."""
    found: dict[str, Any] = {"name": column.name, "kind": column.kind, "width": column.width}
    if column.shape:
        found["shape"] = list(column.shape)
    if column.rate:
        found["rate"] = column.rate
    return found
