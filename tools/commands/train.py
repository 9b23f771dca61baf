"""Train a model on a table: audit, split, train, diagnose, evaluate, save, report."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem
from ..progress import Progress
from ..run_view import folder_of, run_data, show_run, shown_path
from .options import add_data_arguments, data_options, raise_all, source_of, whole_number
from .result import Result
from .runs import report_or_reason

EPILOG = """\
examples:
  goodfit train breast_cancer              a bundled set
  goodfit train data.csv                   target and task are found, and said
  goodfit train data.csv --target price --ignore id seller
  goodfit train data.csv --target sold --positive yes --test --verify
  goodfit train data.csv --set units=256,128 dropout=0.5 --output runs/wider
  goodfit train visits.csv --time date --types zip=category --decimal ,
  goodfit train --resume runs/wider        after Ctrl-C or a crash
  goodfit train data.csv --json            for a script
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    from ...recipes.config import Config

    add_data_arguments(parser)
    training = parser.add_argument_group("how it is trained")
    training.add_argument("--epochs", metavar="N", help="at most this many passes over the rows")
    training.add_argument("--seed", metavar="N", help="decides everything random (default: 0)")
    training.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="extend",
        nargs="+",
        default=[],
        help="settings, which are " + ", ".join(Config.setting_names()),
    )
    training.add_argument("--resume", metavar="RUN", help="go on with an unfinished run")
    outcome = parser.add_argument_group("what comes of it")
    outcome.add_argument("--output", metavar="FOLDER", help="a new folder (default: runs/...)")
    outcome.add_argument("--test", action="store_true", help="open the sealed test rows as well")
    outcome.add_argument(
        "--verify", action="store_true", help="reopen the model in a process without goodfit"
    )
    outcome.add_argument("--no-report", action="store_true", help="write no report.html")
    outcome.add_argument("--quiet", action="store_true", help="print nothing but errors")


def run(arguments: argparse.Namespace) -> Result:
    """Train, and build the report."""
    report, complaint = None, ""
    with Progress(quiet=arguments.quiet) as progress:
        trained = (_resumed if arguments.resume else _trained)(arguments, progress)
        if not arguments.no_report:
            progress("step", "writing the report")
            report, complaint = report_or_reason(folder_of(trained))

    def show(terminal: Any) -> None:
        if not arguments.quiet:
            show_run(terminal, trained, report, with_test=arguments.test)
            if complaint:
                terminal.line(f"\nNo report was written: {complaint}")

    data = run_data(trained, report, with_test=arguments.test)
    return Result(data, show)


def _trained(arguments: argparse.Namespace, progress: Progress) -> Any:
    problems: list[Problem] = []
    source = source_of(arguments)
    options = data_options(arguments, problems)
    options |= {
        "epochs": whole_number(arguments.epochs, "--epochs", 1, problems),
        "seed": whole_number(arguments.seed, "--seed", 0, problems),
    }
    from ...recipes.config import Config
    from ...recipes.files import new_folder

    try:
        settings = Config().override(*arguments.set)
        options["seed"] = settings.seed if options["seed"] is None else options["seed"]
        if arguments.output and Path(arguments.output).exists():
            new_folder(arguments.output)  # raises, unless it is an empty folder
    except BadInput as error:
        problems += error.problems
    raise_all(problems, source)
    from ...recipes.quick_start import quickstart

    with _Resumable():
        return quickstart(
            source,
            **options,
            output=arguments.output,
            settings=tuple(arguments.set),
            test=arguments.test,
            verify=arguments.verify,
            progress=progress,
        )


def _resumed(arguments: argparse.Namespace, progress: Progress) -> Any:
    taken = ("source", "target", "task", "positive", "ignore", "time", "group", "types", "missing")
    taken += ("text", "form", "horizon", "lookback", "season", "series", "size")
    taken += ("epochs", "seed", "set", "output", "test", "verify")
    given = [name for name in taken if getattr(arguments, name)]
    if given:
        raise BadInput(
            Problem(
                "usage",
                "A resumed run goes on exactly as it began",
                "--resume RUN and nothing that changes the run",
                ", ".join(name if name == "source" else f"--{name}" for name in given),
                "Leave these out, or start a new run",
            )
        )
    from ...recipes.completing import resume

    with _Resumable():
        return resume(Path(arguments.resume), progress=progress)


class _Resumable:
    """Add to the message of an interrupted training how it goes on."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        run = getattr(error, "run", None)
        if error is None or run is None or run.folder is None:
            return
        hint = f"Go on with: goodfit train --resume {shlex.quote(shown_path(run.folder))}"
        error.args = (f"{error} {hint}",)
        error.json = run_data(run)  # pyright: ignore[reportAttributeAccessIssue]
