"""Run any Keras script, unchanged, and say what is wrong with its trainings.

The script runs as Python would run it: as the main module, with its own arguments, folder and exit
code. Every fit in it is diagnosed, unless it already is.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

from ..run_view import finding_data, show_findings
from .result import Result

RUNS_SCRIPTS = True
EPILOG = """\
What stands after -- is the script's own. The exit code is the script's.

examples:
  goodfit watch train.py
  goodfit watch train.py -- --epochs 5 --data rows.csv
  goodfit watch train.py --quiet --json > findings.json
"""
FITS_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.usage = "%(prog)s [options] SCRIPT [-- ARGUMENT ...]"
    parser.add_argument("script", metavar="SCRIPT", help="a Python file")
    parser.add_argument(
        "--quiet", action="store_true", help="tell the findings at the end only, not as they come"
    )


def run(arguments: argparse.Namespace) -> Result:
    """Run the script, watched."""
    from ...callbacks.attaching.importing import when_imported
    from ...callbacks.attaching.running import run_script

    started = time.perf_counter()
    logs: list[Any] = []

    def attach() -> None:
        from ...callbacks.attaching.autolog import autolog

        logs.append(autolog(verbose=0 if arguments.quiet else 1))

    give_up = when_imported("keras", attach)
    try:
        end = run_script(arguments.script, arguments.words)
    finally:
        give_up()
        for log in logs:
            log.undo()
    fits = [fit for log in logs for fit in log.fits]
    data = {
        "script": arguments.script,
        "exit_code": end.exit_code,
        "fits": [_fit_data(fit) for fit in fits],
        "seconds": time.perf_counter() - started,
    }

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit watch  {arguments.script}", _count(len(fits)))
        _show_fits(terminal, fits)

    return Result(data, show, end.exit_code)


def _fit_data(fit: Any) -> dict[str, Any]:
    return {
        "model": fit.model,
        "epochs": fit.epochs,
        "seconds": fit.seconds,
        "ended": fit.ended,
        "findings": [finding_data(finding.to_dict()) for finding in fit.findings],
    }


def _show_fits(terminal: Any, fits: Sequence[Any]) -> None:
    if not fits:
        terminal.line("\nThe script called no fit of a Keras model.")
        return
    for number, fit in enumerate(fits[:FITS_SHOWN], 1):
        if len(fits) > 1:
            terminal.heading(f"fit {number} of {len(fits)}", f"{fit.model}, {_length(fit)}")
        elif not fit.ended:
            terminal.line(f"\n{fit.model}, {_length(fit)}")
        if fit.findings or fit.epochs:
            show_findings(terminal, [finding.to_dict() for finding in fit.findings])
        else:
            terminal.line("\nIt did not come to the end of an epoch.")
    if len(fits) > FITS_SHOWN:
        terminal.line(f"\nand {len(fits) - FITS_SHOWN} more; --json tells all")


def _length(fit: Any) -> str:
    epochs = f"{fit.epochs} epoch{'' if fit.epochs == 1 else 's'}"
    return epochs if fit.ended else f"{epochs}, broken off"


def _count(fits: int) -> str:
    return f"{fits} training{'' if fits == 1 else 's'}"
