"""What the folder of a run holds beside its curves: verdict, checklists, the ledger of a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...zoo.errors import GoodfitError

if TYPE_CHECKING:
    from ...recipes.studying.steps import Step

__all__ = ["folder_of_run", "read_folder"]

LOGS = "tensorboard"
RECORD, LEDGER = "run.json", "ledger.jsonl"
WATCHED = (RECORD, LEDGER, "history.csv", "config.toml", "model.keras")


def folder_of_run(logs: Path) -> Path | None:
    """Return the folder of the run that logs belong to; None where they are no run's.

    Args:
        logs: A folder of logs, there or not.
    """
    logs = logs.resolve()
    for folder in (logs, logs.parent) if logs.name == LOGS else (logs,):
        if any((folder / name).is_file() for name in (RECORD, LEDGER)):
            return folder
    return None


def read_folder(folder: Path) -> dict[str, Any]:
    """Return what is known of a run from its folder, as plain data.

    Args:
        folder: Of a run or a study, finished or not.

    Returns:
        `status`, `target`, `verdict`, `findings`, `best_epoch`, `checklists` and `study`, those
        that are known; `problem` where a file cannot be read.
    """
    return _read(folder, tuple(_stamp(folder / name) for name in WATCHED))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        known = path.stat()
    except OSError:
        return 0, 0
    return known.st_mtime_ns, known.st_size


@lru_cache(maxsize=64)
def _read(folder: Path, _stamps: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    """Read a folder once for each state of its files."""
    try:
        return {**_of_ledger(folder), **_of_run(folder)}
    except (GoodfitError, KeyError, TypeError) as error:
        told = str(error) if isinstance(error, GoodfitError) else f"no {error} in it"
        return {"problem": f"The record of this run cannot be read: {told}"}


def _of_run(folder: Path) -> dict[str, Any]:
    from ...recipes.training.runs import open_run
    from ..report.checklists import fill_checklists
    from ..report.verdicts import reach_verdict

    if not (folder / RECORD).is_file():
        return {}
    run = open_run(folder)
    record = run.record
    found: dict[str, Any] = {
        "status": record["status"],
        "stopped_by": record.get("stopped_by") or "",
        "target": ", ".join(map(str, record["target"])),
        "best_epoch": record.get("best_epoch") or None,
        "rows": dict(record["rows"]),
        "findings": [finding.to_dict() for finding in run.findings],
    }
    if record["status"] != "unfinished":
        verdict = reach_verdict(run)
        found["verdict"] = {"tone": verdict.tone, "title": verdict.title, "notes": verdict.notes}
        found["checklists"] = [
            {
                "rule": each.rule,
                "title": each.title,
                "done": each.done,
                "applicable": each.applicable,
                "items": [{"rule": rule, **asdict(item)} for rule, item in each.items],
            }
            for each in fill_checklists(run)
        ]
    return found


def _of_ledger(folder: Path) -> dict[str, Any]:
    from ...recipes.studying.ledger import Ledger
    from ...recipes.studying.steps import entry_of, steps_of
    from ..report.study_section import study_content

    if not (folder / LEDGER).is_file():
        return {}
    entries: list[Mapping[str, Any]] = list(Ledger(folder / LEDGER))
    steps = steps_of(entries)
    content = study_content(entries)
    if content is None:
        return {}
    figures = {step.number: step for step in steps}
    groups = [
        {
            "phase": group["phase"],
            "title": group["title"],
            "steps": [_step(row, figures[row["number"]]) for row in group["steps"]],
        }
        for group in content["groups"]
    ]
    ended = entry_of(entries, "end") is not None
    told = content["outline"] if ended else _unfinished(content["outline"], entries)
    return {
        "study": {
            "metric": content["metric"],
            "less": content["less"],
            "outline": [list(line) for line in told],
            "groups": groups,
            "ended": ended,
        }
    }


def _step(row: Mapping[str, Any], step: Step) -> dict[str, Any]:
    numbers = {"gain_value": step.gain, "low": step.low, "high": step.high}
    return {**row, **numbers, "figures": [list(figure) for figure in row["figures"]]}


def _unfinished(
    outline: Iterable[tuple[str, str]], entries: list[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    trained = sum(entry.get("kind") == "training" for entry in entries)
    lines = [(label, text) for label, text in outline if label != "end"]
    return [*lines, ("so far", f"{trained} trainings; no end is written down yet")]
