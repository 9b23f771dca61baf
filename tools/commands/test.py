"""Open the sealed test rows of a run and evaluate on them. Each opening is counted."""

from __future__ import annotations

import argparse
from typing import Any

from ..progress import Progress
from ..run_view import folder_of, run_data, show_run
from .result import Result
from .runs import find_run, report_or_reason

EPILOG = """\
examples:
  goodfit test runs/wider           the one final look
  goodfit test runs/wider --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("run", metavar="RUN", help="the folder of a run")


def run(arguments: argparse.Namespace) -> Result:
    """Evaluate on the test rows, and write the report again if there is one."""
    from ...recipes.completing import evaluate_test

    found = find_run(arguments.run)
    folder = folder_of(found)
    had_report = (folder / "report.html").exists()
    with Progress() as progress:
        tested = evaluate_test(found, progress=progress)
    report = report_or_reason(folder)[0] if had_report else None

    def show(terminal: Any) -> None:
        show_run(terminal, tested, report, with_test=True)

    return Result(run_data(tested, report, with_test=True), show)
