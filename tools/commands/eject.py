"""Write one standalone Keras script that trains the model of a run again, without goodfit."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from ..progress import Progress
from ..run_view import shown_path
from .result import Result

EPILOG = """\
The script reads the same data, divides them into the same rows, prepares them, builds the same
network with the same first weights, trains it in the same order of rows, prints its scores beside
those of the run, and saves a model. It is meant to be read, changed and shown.

examples:
  goodfit eject runs/wider                     writes runs/wider/train_model.py
  goodfit eject runs/wider --output wider.py
  goodfit eject runs/frame --data rows.csv     of a data frame that was saved
  python wider.py --data elsewhere/data.csv    the same table in another place
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("run", metavar="RUN", help="the folder of a finished run")
    parser.add_argument(
        "--output", metavar="FILE", help="a new file (default: train_model.py in the run's folder)"
    )
    parser.add_argument(
        "--data", metavar="FILE", help="where its rows are now, if they moved or were in memory"
    )


def run(arguments: argparse.Namespace) -> Result:
    """Eject."""
    from ...recipes.ejecting.ejecting import eject
    from ...recipes.training.runs import open_run

    opened = open_run(Path(arguments.run))
    with Progress(quiet=not sys.stderr.isatty()) as progress:
        progress("step", "reading the data again and writing the script")
        path = eject(opened, arguments.output, data=arguments.data)
    lines = path.read_text(encoding="utf-8").count("\n")
    data = {"run": str(Path(arguments.run).absolute()), "script": str(path.absolute())}
    data |= {"lines": lines, "task": opened.record["task"]["kind"]}

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit eject  {shown_path(path)}")
        terminal.pairs(
            [
                ("script", f"{lines} lines of plain Keras, without goodfit"),
                ("run it", f"python {shlex.quote(shown_path(path))}"),
            ]
        )

    return Result(data, show)
