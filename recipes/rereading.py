"""The data of a finished run, read again from where they came, and checked to be the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..zoo.errors import bad_input
from .config import Choice
from .dataset import Dataset, Splits
from .reading.bundled import BUNDLED
from .reading.loading import load
from .splitting.parts import split
from .training.runs import Run

__all__ = ["check_finished", "check_unchanged", "reread"]


def check_finished(run: Run) -> None:
    """Raise for a run that was cut short.

    Raises:
        BadInput: The run is not finished.
    """
    if run.record["status"] != "finished":
        raise bad_input(
            "run_unfinished",
            f"The run in {run.folder} is {run.record['status']}",
            remedy=f"Finish it first: goodfit train --resume {run.folder}",
        )


def check_unchanged(run: Run, splits: Splits) -> None:
    """Raise where the data are not those that a run was made of.

    Raises:
        BadInput: Training or test rows changed.
    """
    seals = {"test": run.record["split"]["seal"], "training": run.record["fingerprint"]}
    found = {"test": splits.test.seal, "training": splits.train.fingerprint()}
    for part, seal in seals.items():
        if found[part] != seal:
            raise bad_input(
                "data_changed",
                f"The data of the run in {run.folder} changed since it was made",
                expected=f"{part} rows with seal {seal[:12]}",
                received=found[part][:12],
                remedy="Restore the file, or start a new run",
            )


def reread(run: Run, data: str | Path | None = None) -> tuple[Dataset, Splits]:
    """Return the data of a run, read and split again as its record says.

    Args:
        run: A run that was trained on a file or on a bundled set, unless `data` is given.
        data: Where its rows are now, if they moved or were in memory.

    Raises:
        BadInput: The data were in memory, or cannot be read.
    """
    record = run.record
    source = record["source"] if data is None else str(Path(data).absolute())
    if source not in BUNDLED and not Path(source).is_absolute():
        raise bad_input(
            "source_in_memory",
            f"The run in {run.folder} was trained on {source}, which no file holds",
            expected="a run of a file or of a bundled set",
            remedy="In Python, hand the data over: evaluate_test(run, splits); or train on a file",
        )
    dataset = load(source, record["target"], **record["options"])
    # What was inferred then is set now; the reasons are those of then.
    choices = {name: Choice.from_dict(choice) for name, choice in record["choices"].items()}
    dataset = replace(dataset, choices=choices)
    config = run.config
    splits = split(
        dataset,
        validation_fraction=config.validation_fraction,
        test_fraction=config.test_fraction,
        seed=run.split_seed,
        log=None if run.folder is None else run.folder / "test_openings.jsonl",
    )
    return dataset, splits
