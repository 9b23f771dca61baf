"""Write the report of a run: one HTML file that needs no network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..run_view import folder_of, run_data, shown_path
from .result import Result
from .runs import find_run

EPILOG = """\
examples:
  goodfit report runs/wider
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("run", metavar="RUN", help="the folder of a run")


def run(arguments: argparse.Namespace) -> Result:
    """Build the report."""
    from ..report.reporting import build_report

    found = find_run(arguments.run)
    report = Path(build_report(folder_of(found)))

    def show(terminal: Any) -> None:
        terminal.heading("Report")
        terminal.commands([(shown_path(report), "to open in a browser")])

    return Result(run_data(found, report), show)
