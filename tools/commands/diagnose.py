"""Find what is wrong with any training from the history that it left. Keras is not needed.

The source has one row for each epoch, with columns such as loss, val_loss, accuracy and
val_accuracy: a CSV file as the CSVLogger of Keras writes it, JSON of what fit returned
(json.dump(history.history, file)), the folder of a run, or a folder of TensorBoard.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ..run_view import finding_data, show_findings
from .result import Result

EPILOG = """\
examples:
  goodfit diagnose history.csv
  goodfit diagnose history.json
  goodfit diagnose logs/first
  goodfit diagnose runs/wider
  goodfit diagnose training.log --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "history",
        metavar="SOURCE",
        help="a .csv or .json, the folder of a run or of TensorBoard",
    )


def run(arguments: argparse.Namespace) -> Result:
    """Diagnose."""
    from ...callbacks import diagnose

    started = time.perf_counter()
    path = Path(arguments.history)
    if (path / "history.csv").is_file():
        path = path / "history.csv"
    findings = [finding.to_dict() for finding in diagnose(path)]
    data = {
        "source": str(path),
        "findings": [finding_data(finding) for finding in findings],
        "seconds": time.perf_counter() - started,
    }

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit diagnose  {path}")
        show_findings(terminal, findings)

    return Result(data, show)
