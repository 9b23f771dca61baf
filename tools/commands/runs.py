"""The run that a command is given, and its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...zoo.errors import GoodfitError

__all__ = ["find_run", "report_or_reason"]


def find_run(place: str) -> Any:
    """Return the run in the folder `place`, or in the folder that holds the file `place`.

    Raises:
        BadInput: There is no run.
    """
    from ...recipes.training.runs import open_run

    path = Path(place)
    return open_run(path.parent if path.is_file() else path)


def report_or_reason(folder: Path) -> tuple[Path | None, str]:
    """Return the report, or why there is none: a model that is trained is not lost for it."""
    from ..report.reporting import build_report

    try:
        return Path(build_report(folder)), ""
    except GoodfitError as error:
        return None, str(error)
