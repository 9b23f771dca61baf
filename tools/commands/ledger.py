"""Tell how the config of a study came about: every change, its figures and its verdict."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ...zoo.errors import bad_input
from ..study_view import show_steps, show_story, steps_data
from .result import Result

EPILOG = """\
examples:
  goodfit ledger runs/best             the story, phase by phase
  goodfit ledger runs/best --table     a line for each change
  goodfit ledger runs/best --json      every entry, for scripts
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("run", metavar="RUN", help="the folder of a study, finished or not")
    parser.add_argument("--table", action="store_true", help="a line for each change")


def run(arguments: argparse.Namespace) -> Result:
    """Read the ledger."""
    path = ledger_path(arguments.run)
    from ...recipes.studying.ledger import Ledger
    from ...recipes.studying.steps import entry_of

    ledger = Ledger(path)

    def show(terminal: Any) -> None:
        (show_steps if arguments.table else show_story)(terminal, ledger)

    data = {
        "ledger": str(path.absolute()),
        "finished": entry_of(ledger, "end") is not None,
        "steps": steps_data(ledger),
        "entries": list(ledger),
    }
    return Result(data, show)


def ledger_path(place: str) -> Path:
    """Return the ledger in a folder, or the file itself.

    Raises:
        BadInput: There is none.
    """
    from ...recipes.studying.study import LEDGER

    folder = Path(place)
    path = folder / LEDGER if folder.is_dir() else folder
    if not path.is_file() or path.name != LEDGER:
        raise bad_input(
            "study_missing",
            f"There is no study in {place}",
            expected=f"a folder with {LEDGER}, as `goodfit fit` leaves it",
            remedy="Make one: goodfit fit data.csv --target NAME",
        )
    return path
