"""The run that a command is given by its folder, or by a file in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["find_run"]


def find_run(place: str) -> Any:
    """Return the run in the folder `place`, or in the folder that holds the file `place`.

    Raises:
        BadInput: There is no run.
    """
    from ...recipes.runs import open_run

    path = Path(place)
    return open_run(path.parent if path.is_file() else path)
