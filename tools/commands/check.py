"""Say what is wrong with a Keras script before it trains: nothing is trained.

The script runs as Python would run it, up to its first fit. There its model and its data are looked
at, and the script ends.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...zoo.errors import GoodfitError, bad_input
from ..run_view import finding_data, show_findings
from .result import Result

RUNS_SCRIPTS = True
EPILOG = """\
What stands after -- is the script's own.
The exit code is 1 if an error is found, and 0 if not.

examples:
  goodfit check train.py
  goodfit check train.py -- --data rows.csv
  goodfit check train.py --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.usage = "%(prog)s [options] SCRIPT [-- ARGUMENT ...]"
    parser.add_argument("script", metavar="SCRIPT", help="a Python file")


def run(arguments: argparse.Namespace) -> Result:
    """Run the script up to its first fit, and look."""
    import contextlib

    from ...callbacks.attaching.importing import when_imported
    from ...callbacks.attaching.running import run_script

    started = time.perf_counter()
    reached: list[Any] = []

    with contextlib.ExitStack() as stack:

        def attach() -> None:
            from ...callbacks.attaching.first_fit import FirstFit, stop_at_fit

            reached.append(FirstFit())
            stack.enter_context(stop_at_fit(reached[0]))

        stack.callback(when_imported("keras", attach))
        end = run_script(arguments.script, arguments.words)
    found = reached[0] if reached else None
    if found is None or found.model is None:
        if end.error is not None:
            raise GoodfitError(f"{arguments.script} failed before its first fit.") from end.error
        raise bad_input(
            "fit_missing",
            f"{arguments.script} calls no fit of a Keras model",
            expected="a script that trains with model.fit",
            received=f"one that ends with exit code {end.exit_code}",
            remedy="A loop of one's own cannot be checked; give the arguments with which it trains",
        )
    findings = [finding.to_dict() for finding in found.findings]
    data = {
        "script": arguments.script,
        "model": found.model,
        "findings": [finding_data(finding) for finding in findings],
        "unseen": list(found.unseen),
        "seconds": time.perf_counter() - started,
    }

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit check  {arguments.script}", found.model)
        show_findings(terminal, findings)
        if found.unseen:
            terminal.line(f"\nnot seen: {' '.join(found.unseen)}")

    broken = any(finding["severity"] == "error" for finding in findings)
    return Result(data, show, exit_code=1 if broken else 0)
