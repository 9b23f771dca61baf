"""Answer for every row of a table with a saved model, in the order of the rows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..progress import Progress
from ..run_view import shown_path
from .result import Result

EPILOG = """\
The file gets the column `prediction` and, for classification, `probability_<class>`.

examples:
  goodfit predict runs/wider new.csv --output predictions.csv
  goodfit predict model.keras new.parquet --output predictions.csv --force
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("model", metavar="MODEL", help="a .keras file, or the folder of its run")
    parser.add_argument("input", metavar="INPUT", help="a table with the columns of the model")
    parser.add_argument("--output", metavar="FILE", required=True, help="the .csv to write")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(arguments: argparse.Namespace) -> Result:
    """Predict."""
    from ...recipes import predict_file

    model = Path(arguments.model)
    if model.is_dir():
        model = model / "model.keras"
    with Progress(quiet=not sys.stderr.isatty()) as progress:
        progress("step", "loading the model and reading the rows")
        summary = predict_file(model, arguments.input, arguments.output, force=arguments.force)

    def show(terminal: Any) -> None:
        rows = summary.get("rows")
        what = f"{rows:,} predictions" if isinstance(rows, int) else "predictions"
        terminal.line(f"{what} written to {shown_path(arguments.output)}")

    return Result(summary, show)
