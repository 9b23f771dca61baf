"""How a study begins, and how it is gone on with: the first entry of the ledger holds it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...callbacks.findings import Finding
from ...zoo.errors import bad_input
from ..config import Choice, Config
from ..dataset import Dataset, Splits
from ..files import new_folder
from ..rereading import check_unchanged, reread
from ..training.recording import make_record
from ..training.runs import Run, open_run
from ..training.state import TrainingState
from .budget import budget_shares
from .ledger import Ledger
from .measuring import Measure
from .study import LEDGER

__all__ = ["Begun", "begin_ledger", "begun_before", "finished_before"]


@dataclass(frozen=True)
class Begun:
    """A study that was begun before.

    Args:
        ledger: What was done.
        dataset: The rows, read again.
        splits: Their parts, the same as then.
        baseline: The config it began with.
        measure: The choice of the metric that decides.
        limits: `minutes`, `seeds`, `trials`, `seed` and `test`, as they were given.
        spent: Seconds that were spent on it before.
    """

    ledger: Ledger
    dataset: Dataset
    splits: Splits
    baseline: Config
    measure: Choice
    limits: Mapping[str, Any]
    spent: float


def begin_ledger(
    folder: Path,
    splits: Splits,
    baseline: Config,
    measure: Choice,
    left_out: Sequence[Finding],
    limits: Mapping[str, Any],
) -> Ledger:
    """Make the folder of a study, and write down what it begins with.

    Args:
        folder: A new folder.
        splits: The three parts of the rows.
        baseline: The config to begin with.
        measure: The choice of the metric that decides.
        left_out: Findings because of which columns were left out.
        limits: What the study may use.

    Raises:
        BadInput: The folder holds something.
    """
    ledger = Ledger(new_folder(folder) / LEDGER)
    record = make_record(baseline, splits, TrainingState(), (), 0.0)
    names = ("goodfit", "task", "target", "source", "options", "rows", "choices", "fingerprint")
    names += ("split", "versions", "hardware")
    shares = {name: choice.to_dict() for name, choice in budget_shares().items()}
    ledger.add(
        {
            "kind": "study",
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            **{name: record[name] for name in names},
            "baseline": baseline.to_dict(),
            "metric": {**measure.to_dict(), "value": measure.value.name},
            "less_is_better": measure.value.less_is_better,
            "limits": dict(limits),
            "shares": shares,
            "left_out": [finding.to_dict() for finding in left_out],
        }
    )
    return ledger


def begun_before(folder: Path) -> Begun:
    """Return the unfinished study in a folder, its data read again.

    Raises:
        BadInput: There is no study, it is finished, or its data changed or cannot be reread.
    """
    path = folder / LEDGER
    if not path.is_file():
        raise bad_input(
            "study_missing",
            f"There is no study in {folder}",
            expected=f"a folder with {LEDGER}, as `goodfit fit` leaves it",
        )
    ledger = Ledger(path)
    heads = ledger.entries("study")
    if not heads:
        raise bad_input(
            "study_empty",
            f"The study in {folder} was cut short before anything was written",
            remedy="Remove the folder, and begin anew",
        )
    if ledger.entries("end"):
        raise bad_input("study_finished", f"The study in {folder} is finished")
    head = heads[0]
    baseline = Config.from_dict(head["baseline"])
    as_run = Run(baseline, head, (), (), folder)
    dataset, splits = reread(as_run)
    check_unchanged(as_run, splits)
    metric = {**head["metric"], "value": Measure(head["metric"]["value"], head["less_is_better"])}
    spent = sum(entry["seconds"] for entry in ledger.entries("training"))
    return Begun(ledger, dataset, splits, baseline, Choice.from_dict(metric), head["limits"], spent)


def finished_before(folder: Path, config: Config, *, tested: bool) -> Run | None:
    """Return the last training of a study that was cut short after it; None where it is not done.

    So it is not trained again, and above all its test rows are not opened a second time.

    Args:
        folder: The folder of the study.
        config: The config that stays.
        tested: Whether the test rows were to be opened.
    """
    if not (folder / "run.json").exists():
        return None
    run = open_run(folder)
    done = run.record["status"] == "finished" and run.record["validation"] is not None
    done = done and (run.record["test"] is not None or not tested)
    return run if done and run.config == config else None
