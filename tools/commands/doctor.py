"""Check this installation and this machine: versions, backend, devices, memory, folders."""

from __future__ import annotations

import argparse
from typing import Any

from .result import Result

EPILOG = """\
It exits with 1 when something is broken.

examples:
  goodfit doctor
  goodfit doctor --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command: it has none of its own."""
    del parser


def run(arguments: argparse.Namespace) -> Result:
    """Check."""
    del arguments
    from ..doctor import examine

    checks = examine()
    broken = any(check.severity == "error" for check in checks)

    def show(terminal: Any) -> None:
        terminal.heading("goodfit doctor")
        terminal.items(
            (check.severity, f"{check.name}: {check.text}", "", check.remedy) for check in checks
        )

    data = {"ok": not broken, "checks": [check.to_dict() for check in checks]}
    return Result(data, show, exit_code=1 if broken else 0)
