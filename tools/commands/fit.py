"""Find a config that is neither underfit nor overfit: one change at a time, tested once."""

from __future__ import annotations

import argparse
import shlex
import time
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem
from ..study_progress import StudyProgress
from ..study_view import show_study, study_data
from .options import add_data_arguments, data_options, number, raise_all, source_of, whole_number
from .result import Result
from .runs import report_or_reason

EPILOG = """\
The five phases of the guide: prepare, baseline, more capacity while it
underfits, regularization by levels while it overfits, fine-tuning. Each step
is one change, compared with what was before on the same seeds and rows, and
stays only if it helps. The sealed test rows are opened once, at the end.

examples:
  goodfit fit breast_cancer --minutes 2    a bundled set
  goodfit fit data.csv --target price      ten minutes, report included
  goodfit fit data.csv --minutes 60 --metric f1 --output runs/best
  goodfit fit data.csv --set model=gru     begin with this model
  goodfit fit --resume runs/best           after Ctrl-C or a crash
  goodfit ledger runs/best                 what was tried, what came of it
"""
MINUTES = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_data_arguments(parser)
    study = parser.add_argument_group("how it is studied")
    study.add_argument(
        "--minutes", metavar="N", help=f"for everything, by the clock (default: {MINUTES:g})"
    )
    study.add_argument("--metric", metavar="NAME", help="what decides (default: by the task)")
    study.add_argument("--seeds", metavar="N", help="at most so many pairs of trainings a change")
    study.add_argument("--trials", metavar="N", help="at most so many changes")
    study.add_argument("--seed", metavar="N", help="decides everything random (default: 0)")
    study.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="extend",
        nargs="+",
        default=[],
        help="settings that the baseline begins with, such as model=gru",
    )
    study.add_argument("--resume", metavar="FOLDER", help="go on with an unfinished study")
    outcome = parser.add_argument_group("what comes of it")
    outcome.add_argument("--output", metavar="FOLDER", help="a new folder (default: runs/...)")
    outcome.add_argument("--no-test", action="store_true", help="leave the test rows sealed")
    outcome.add_argument("--no-report", action="store_true", help="write no report.html")
    outcome.add_argument("--quiet", action="store_true", help="print nothing but errors")


def run(arguments: argparse.Namespace) -> Result:
    """Study, and build the report."""
    started = time.monotonic()
    report, complaint = None, ""
    with StudyProgress(quiet=arguments.quiet) as progress, _Resumable(progress):
        carry_out = _resumed if arguments.resume else _studied
        study = carry_out(arguments, progress, started)
        if not arguments.no_report:
            progress("step", "writing the report")
            report, complaint = report_or_reason(Path(study.folder))

    def show(terminal: Any) -> None:
        if not arguments.quiet:
            show_study(terminal, study, report)
            if complaint:
                terminal.line(f"\nNo report was written: {complaint}")

    return Result(study_data(study, report) | {"seconds": time.monotonic() - started}, show)


def _studied(arguments: argparse.Namespace, progress: StudyProgress, started: float) -> Any:
    problems: list[Problem] = []
    source = source_of(arguments)
    options = data_options(arguments, problems)
    minutes = number(arguments.minutes, "--minutes", problems, above=0.0)
    seeds = whole_number(arguments.seeds, "--seeds", 1, problems)
    options |= {
        "minutes": MINUTES if minutes is None else minutes,
        "trials": whole_number(arguments.trials, "--trials", 0, problems),
        "seed": whole_number(arguments.seed, "--seed", 0, problems) or 0,
        **({} if seeds is None else {"seeds": seeds}),
    }
    from ...recipes.config import Config
    from ...recipes.files import new_folder

    try:
        settings = Config().override(*arguments.set)
        if arguments.seed is None and settings.seed:
            options["seed"] = settings.seed
        if arguments.output and Path(arguments.output).exists():
            new_folder(arguments.output)  # raises, unless it is an empty folder
    except BadInput as error:
        problems += error.problems
    raise_all(problems, source)
    from ...recipes.phases import five_phases

    return five_phases(
        source,
        **options,
        output=arguments.output,
        metric=arguments.metric,
        settings=tuple(arguments.set),
        test=not arguments.no_test,
        progress=progress,
        started=started,
    )


def _resumed(arguments: argparse.Namespace, progress: StudyProgress, started: float) -> Any:
    free = ("resume", "no_report", "quiet", "json", "words")
    given = [name for name, value in vars(arguments).items() if value and name not in free]
    if given:
        options = (n if n == "source" else f"--{n.replace('_', '-')}" for n in given)
        raise BadInput(
            Problem(
                "usage",
                "A resumed study goes on exactly as it began",
                "--resume FOLDER and nothing that changes the study",
                ", ".join(options),
                "Leave these out, or start a new study",
            )
        )
    from ...recipes.phases import resume_study

    return resume_study(Path(arguments.resume), progress=progress, started=started)


class _Resumable:
    """Say of an interrupted study where it is kept and how it goes on."""

    def __init__(self, progress: StudyProgress) -> None:
        self._progress = progress

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        from ...zoo.errors import GoodfitError

        folder = self._progress.folder
        pressed = isinstance(error, KeyboardInterrupt) or (
            isinstance(error, GoodfitError) and error.exit_code == 130
        )
        if error is None or folder is None or not pressed:
            return
        from ...recipes.studying.ledger import Ledger
        from ...recipes.studying.study import LEDGER
        from ..run_view import shown_path

        done = len(Ledger(folder / LEDGER).entries("training"))
        place = shown_path(folder)
        error.args = (
            f"Interrupted after {done} training{'' if done == 1 else 's'}, which are kept in "
            f"{place}. Go on with: goodfit fit --resume {shlex.quote(place)}",
        )
