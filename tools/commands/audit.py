"""Say what is wrong with a table before anything is trained on it."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...zoo.errors import BadInput, Problem
from ..run_view import finding_data, show_findings
from ..terminal import setting_text
from .options import add_data_arguments, data_options, raise_all, source_of
from .result import Result

EPILOG = """\
examples:
  goodfit audit data.csv
  goodfit audit data.csv --target price --ignore id
  goodfit audit data.csv --separator tab --encoding latin-1 --json
"""
COLUMNS_SHOWN = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_data_arguments(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Load, split where it can be split, and audit."""
    problems: list[Problem] = []
    source = source_of(arguments)
    options = data_options(arguments, problems)
    raise_all(problems, source)
    from ...recipes.auditing.audits import audit
    from ...recipes.reading.loading import load

    started = time.perf_counter()
    dataset = load(source, **options)
    splits, unsplit = _split(dataset, options)
    findings = [finding.to_dict() for finding in audit(dataset, splits)] + unsplit
    rows = {"total": len(dataset)} if splits is None else splits.sizes
    columns = [{"name": c.name, "kind": c.kind, "width": c.width} for c in dataset.columns]
    choices = {name: choice.to_dict() for name, choice in dataset.choices.items()}
    target = list(dataset.target)
    data = {
        "source": dataset.source,
        "task": None if dataset.task is None else dataset.task.kind,
        "target": target[0] if len(target) == 1 else target,
        "rows": rows,
        "columns": columns,
        "findings": [finding_data(finding) for finding in findings],
        "seconds": time.perf_counter() - started,
    }

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit audit  {source}", f"{len(dataset):,} rows")
        of_columns = {column["name"] for column in columns}
        terminal.pairs(
            (name, f"{setting_text(choice['value'])}\n{choice['reason']}")
            for name, choice in choices.items()
            if name not in of_columns
        )
        more = len(columns) - COLUMNS_SHOWN
        terminal.heading("Columns", f"{len(columns)}" + (", the first shown" if more > 0 else ""))
        terminal.table(
            ["", "kind", "because"],
            [
                (c["name"], c["kind"], choices.get(c["name"], {}).get("reason", ""))
                for c in columns[:COLUMNS_SHOWN]
            ],
        )
        show_findings(terminal, findings)

    return Result(data, show)


def _split(dataset: Any, options: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """Return the splits, or why there are none as findings: the audit goes on without."""
    from ...recipes.splitting.parts import split

    try:
        return split(dataset, time=options["time"], group=options["group"]), []
    except BadInput as error:
        return None, [
            {
                "fault": "bad_split",
                "rule": "PH-1c",
                "severity": "error",
                "epoch": None,
                "cause": f"{problem.message}.",
                "remedy": problem.remedy,
            }
            for problem in error.problems
        ]
