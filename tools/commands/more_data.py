"""Say how many more rows a goal needs, or that more data will not help."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem
from ..progress import Progress
from ..report.wording import metric_name, metric_text, rows_noun
from ..run_view import folder_of, shown_path
from .options import number, whole_number
from .result import Result
from .runs import find_run

EPILOG = """\
The settings of the run are trained again on a tenth of its training rows up to all of them, in
several orders, and the scores on the validation rows are carried on. The test rows stay sealed.
It takes about as long as ten trainings; --minutes limits it.

examples:
  goodfit more-data runs/wider                what twice the rows would bring
  goodfit more-data runs/wider --goal 0.95    how many rows that needs
  goodfit more-data runs/wider --goal 0.9 --metric f1 --minutes 10
"""
PICTURE = "learning_curve.png"
DOTS_PER_INCH = 150


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("run", metavar="RUN", help="the folder of a run")
    parser.add_argument("--goal", metavar="SCORE", help="to reach, in the unit of the metric")
    parser.add_argument("--metric", metavar="NAME", help="(default: the task's deciding metric)")
    parser.add_argument("--repeats", metavar="N", help="trainings on each size (default: 3)")
    parser.add_argument(
        "--minutes", metavar="N", help="at most this long; later sizes are left out"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but the outcome")


def run(arguments: argparse.Namespace) -> Result:
    """Measure, carry on and draw."""
    from ...recipes.rereading import check_finished, check_unchanged, reread
    from ...recipes.studying.more_data import how_much_more_data

    problems: list[Problem] = []
    goal = number(arguments.goal, "--goal", problems)
    minutes = number(arguments.minutes, "--minutes", problems, above=0.0)
    repeats = whole_number(arguments.repeats, "--repeats", 1, problems)
    if problems:
        raise BadInput(*problems)
    found = find_run(arguments.run)
    check_finished(found)
    with Progress(quiet=arguments.quiet) as progress:
        progress("step", "reading the data again")
        _, splits = reread(found)
        check_unchanged(found, splits)
        told = how_much_more_data(
            goal,
            config=found.config,
            splits=splits,
            metric=arguments.metric,
            repeats=repeats or 3,
            listener=progress,
            deadline=None if minutes is None else time.monotonic() + 60 * minutes,
        )
        progress("step", "drawing")
        picture = _draw(told, folder_of(found))
    noun = rows_noun(found.record)

    def show(terminal: Any) -> None:
        _show(terminal, told, noun, picture)

    return Result({**told.to_dict(), "picture": str(picture.absolute())}, show)


def _draw(told: Any, folder: Path) -> Path:
    """Write the picture beside the run, under a number where there is one already."""
    from ...recipes.files import write_atomically
    from ..learning_curve_drawing import draw_learning_curve

    place, number = folder / PICTURE, 2
    while place.exists():
        place = folder / PICTURE.replace(".", f"_{number}.")
        number += 1
    figure = draw_learning_curve(told.curve, goal=told.goal, confidence=told.confidence)
    return write_atomically(
        place, lambda file: figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    )


def _show(terminal: Any, told: Any, noun: str, picture: Path) -> None:
    curve = told.curve
    name = metric_name(curve.metric)
    terminal.heading(
        f"Learning curve of {name}",
        f"{curve.validation_rows:,} validation {noun}, {curve.seconds:.0f} s",
    )
    measured = zip(curve.rows, curve.means, curve.spreads, strict=True)
    rows = [
        (f"{n:,}", metric_text(curve.metric, mean), "" if spread != spread else f"{spread:.2g}")
        for n, mean, spread in measured
    ]
    terminal.table([f"training {noun}", name, "spread"], rows, right=1)
    terminal.heading("Carried on", f"{told.confidence:.0%} intervals")
    ahead = (("now", told.now), ("twice", told.doubled), ("ten times", told.tenfold))
    lines = []
    for label, estimate in (*ahead, ("any number", told.limit)):
        value, low, high = (
            metric_text(curve.metric, each)
            for each in (estimate.value, estimate.low, estimate.high)
        )
        lines.append((label, value, f"{low} to {high}"))
    terminal.table([f"{noun}", name, "interval"], lines, right=1)
    terminal.line()
    terminal.line(told.sentence, "bold")
    for note in told.notes:
        terminal.line(note)
    terminal.commands([(shown_path(picture), "the curve")])
