"""The charts of a finished run's report, as pictures of TensorBoard."""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...callbacks.charting.event_files import EventFiles
from ...callbacks.tensorboard_values import picture
from ...zoo.errors import GoodfitError, MissingExtra
from .records import folder_of_run

if TYPE_CHECKING:
    from ...recipes.training.runs import Run

__all__ = ["write_evaluations"]

RECORD, LEDGER = "run.json", "ledger.jsonl"
PLACE = "evaluation"
DOTS_PER_INCH = 130
SECONDS = 20.0
"""Time after which further runs are left without these pictures."""


def write_evaluations(places: Iterable[Path], *, seconds: float = SECONDS) -> int:
    """Write what the reports of finished runs draw into their logs, once for each run.

    Args:
        places: Folders of logs; those of no run, or without a right to write there, are passed.
        seconds: Runs that are reached later are passed as well.

    Returns:
        How many runs got pictures now.

    Guide: BP-3, MIS-7, MIS-8.
    """
    end = time.monotonic() + seconds
    written = 0
    for place in places:
        folder = folder_of_run(place)
        if folder is None or time.monotonic() > end or not place.is_dir() or not _is_due(place):
            continue
        with contextlib.suppress(GoodfitError, MissingExtra, KeyError, TypeError):
            written += _write(folder, place)
    return written


def _is_due(place: Path) -> bool:
    """Return whether a run has ended with a record that is newer than its pictures."""
    record = place.parent / RECORD
    drawn = [path.stat().st_mtime for path in (place / PLACE).glob("*tfevents*")]
    return record.is_file() and record.stat().st_mtime > max(drawn, default=0.0)


def _write(folder: Path, place: Path) -> bool:
    from ...recipes.training.runs import open_run

    run = open_run(folder)
    values = [picture(tag, png) for tag, png in _pictures(run)]
    if not values:
        return False
    for old in (place / PLACE).glob("*tfevents*"):
        old.unlink()
    EventFiles(place).write(PLACE, run.record.get("best_epoch") or 0, values)
    return True


def _pictures(run: Run) -> Iterator[tuple[str, bytes]]:
    """Yield the charts of the scores and of the study, as the report draws them."""
    from ..report.facts import Facts
    from ..report.panels import evaluation_panels
    from ..report.study_section import study_panels

    record = run.record
    threshold = float(record.get("threshold") or 0.5)
    for part in ("validation", "test"):
        for panel in evaluation_panels(record.get(part) or {}, record["task"], threshold):
            yield f"{part}/{panel.title}", _png(panel.figure)
    for panel in study_panels(Facts(run)):
        yield f"study/{panel.title}", _png(panel.figure)


def _png(figure: Any) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a box is drawn instead
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    return file.getvalue()
