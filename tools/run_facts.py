"""What a run was asked, what was trained, and what can be done with it, in labels and lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .report.wording import rows_noun

__all__ = ["next_steps", "quoted", "run_facts", "shown_path", "total_seconds"]

LONGEST_NAME = 30


def run_facts(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what was asked and what was trained, as labels with texts."""
    task, choices = record["task"], record.get("choices", {})
    names = task["names"]
    shown = ", ".join(_short(name) for name in names[:6]) + (
        f" and {len(names) - 6} more" if len(names) > 6 else ""
    )
    # What is measured is the target, which has a line of its own; symbols of speech have none.
    what = task["kind"].replace("_", " ")
    if shown and task["kind"] not in ("regression", "forecasting", "speech"):
        what += f": {shown}"
    if task["kind"] == "forecasting":
        what += f", {task['horizon']} steps ahead"
    yield "task", _with_reason(what, choices.get("task"))
    if record["target"]:
        yield "target", _with_reason(", ".join(record["target"]), choices.get("target"))
    rows = record["rows"]
    parts = [f"{rows[part]:,} {part}" for part in ("train", "validation", "test") if part in rows]
    method = record.get("split", {}).get("method", {}).get("value", "")
    yield rows_noun(record), ", ".join(parts) + (f" ({method})" if method else "")
    model = f"{record.get('parameters', 0):,} parameters"
    if record.get("epochs"):
        model += f", best after epoch {record['best_epoch']} of {record['epochs']}"
    if record.get("stopped_by"):
        model += f" ({record['stopped_by']})"
    yield "model", model
    seconds = record.get("seconds", {})
    steps = [f"{name} {value:.1f}" for name, value in seconds.items() if name != "total"]
    yield "time", f"{total_seconds(record):.1f} s" + (f" ({', '.join(steps)})" if steps else "")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _with_reason(text: str, choice: Mapping[str, Any] | None) -> str:
    reason = (choice or {}).get("reason", "")
    return f"{text}\n{reason}" if reason else text


def next_steps(
    folder: Path, record: Mapping[str, Any], report: Path | None
) -> list[tuple[str, str]]:
    """Return commands that go on from a run, each with what it is for."""
    run, steps = quoted(folder), []
    if report is not None:
        steps.append((shown_path(report), "the report, to open in a browser"))
    if not record.get("test"):
        steps.append((f"goodfit test {run}", f"one look at the sealed test {rows_noun(record)}"))
    if record["task"]["kind"] == "next_token":
        steps.append((f'goodfit generate {run} "Once upon a time"', "to write on"))
    else:
        kinds = {column["kind"] for column in record["columns"]}
        source = "NEW_FOLDER" if kinds & {"audio", "image", "frames"} else "NEW.csv"
        steps.append((f"goodfit predict {run} {source} --output predictions.csv", ""))
    steps.append((f"goodfit why {run}", "why each setting is what it is"))
    return steps


def shown_path(path: str | Path) -> str:
    """Return a path as short as it can be typed from here."""
    full = Path(path).absolute()
    here = Path.cwd()
    return str(full.relative_to(here) if full.is_relative_to(here) else full)


def quoted(path: str | Path) -> str:
    """Return a path that can be pasted into a shell."""
    import shlex

    return shlex.quote(shown_path(path))


def total_seconds(record: Mapping[str, Any]) -> float:
    """Return how long a run took."""
    seconds = record.get("seconds", {})
    return float(seconds.get("total", sum(seconds.values())))
