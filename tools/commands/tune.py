"""Search around the config of a run with keras-tuner, and train the best that was found."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem
from ..search_progress import SearchProgress
from ..search_view import search_data, show_search
from .options import number, whole_number
from .result import Result

EPILOG = """\
What is varied is data: the guide's space (learning rate, batch size, dropout,
optimizer), more settings by --more, or a file of your own. Each trial is
trained on several folds of a small set; its score is the mean. Every event is
on disk at once, so that a search goes on after Ctrl-C or a crash. The test
rows stay sealed.

examples:
  goodfit tune runs/best --trials 50             around a run of train or fit
  goodfit tune runs/best --minutes 30 --workers 2
  goodfit tune runs/best --more units l2         vary these as well
  goodfit tune runs/best --write-space space.toml
  goodfit tune runs/best --space space.toml --method random
  goodfit tune runs/best-tuning-1f2e3d4c5b6a --resume --trials 100
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("run", metavar="RUN", help="the folder of a run, or of a search to resume")
    search = parser.add_argument_group("how it is searched")
    search.add_argument("--trials", metavar="N", help="at most so many (default: 30)")
    search.add_argument("--minutes", metavar="N", help="at most so long, by the clock")
    search.add_argument(
        "--method", metavar="NAME", help="bayesian, random, hyperband or grid (default: bayesian)"
    )
    search.add_argument("--metric", metavar="NAME", help="what decides (default: by the run)")
    search.add_argument(
        "--seeds", metavar="N", help="trainings of each trial (default: 5 folds of a small set)"
    )
    search.add_argument("--epochs", metavar="N", help="at most so many each (default: the run's)")
    search.add_argument("--seed", metavar="N", help="decides what is drawn (default: the run's)")
    search.add_argument("--resume", action="store_true", help="go on with this very search")
    space = parser.add_argument_group("what is varied")
    space.add_argument("--space", metavar="FILE", help="a space of your own, in TOML")
    space.add_argument(
        "--more",
        metavar="NAME",
        action="extend",
        nargs="+",
        default=[],
        help="settings to vary as well, such as units, layers or l2",
    )
    space.add_argument("--write-space", metavar="FILE", help="write the space, and do nothing else")
    where = parser.add_argument_group("where it runs")
    where.add_argument("--workers", metavar="N", help="trials at once (default: 1; more need Ray)")
    where.add_argument("--address", metavar="HOST:PORT", help="a Ray cluster to run on")
    where.add_argument("--gpus-per-trial", metavar="N", help="a share of a GPU, or several")
    where.add_argument("--output", metavar="FOLDER", help="what is to hold the search's folder")
    where.add_argument("--storage", metavar="ADDRESS", help="keep a copy there: s3://, gs://, …")
    where.add_argument("--quiet", action="store_true", help="print nothing but errors")


def run(arguments: argparse.Namespace) -> Result:
    """Search, or write the space."""
    problems: list[Problem] = []
    counts = {
        name: whole_number(getattr(arguments, name), f"--{name}", 1, problems)
        for name in ("trials", "seeds", "epochs", "workers")
    }
    counts["seed"] = whole_number(arguments.seed, "--seed", 0, problems)
    minutes = number(arguments.minutes, "--minutes", problems, above=0.0)
    gpus = number(arguments.gpus_per_trial, "--gpus-per-trial", problems, above=0.0)
    if arguments.space and arguments.more:
        message = "--space is all that is varied, so --more says nothing"
        problems.append(Problem("usage", message, "one of the two", "both"))
    if problems:
        raise BadInput(*problems)
    from ...recipes.tuning.journal import JOURNAL

    if arguments.write_space:
        return _written(arguments)
    shared = {
        "trials": counts["trials"],
        "minutes": minutes,
        "workers": counts["workers"] or 1,
        "executor": _executor(arguments, counts["workers"], gpus),
        "storage": arguments.storage,
    }
    quiet = arguments.quiet or arguments.json
    with SearchProgress(quiet=quiet) as progress, _resumable(arguments):
        if (Path(arguments.run) / JOURNAL).is_file():
            search = _resumed(arguments, {**shared, "listener": progress})
        else:
            from ...recipes.tuning.tuner import tune

            search = tune(
                Path(arguments.run),
                method=arguments.method or "bayesian",
                space=Path(arguments.space) if arguments.space else None,
                more=tuple(arguments.more),
                metric=arguments.metric,
                seeds=counts["seeds"],
                epochs=counts["epochs"],
                seed=counts["seed"],
                output=arguments.output,
                resume=arguments.resume,
                listener=progress,
                **shared,
            )

    def show(terminal: Any) -> None:
        if not arguments.quiet:
            show_search(terminal, search)

    return Result(search_data(search), show, 0 if search.best is not None else 1)


@contextlib.contextmanager
def _resumable(arguments: argparse.Namespace) -> Iterator[None]:
    """Say of an interrupted search how it goes on, as it can be typed from here."""
    from ...recipes.reading.wording import plural
    from ...recipes.tuning.search import SearchInterrupted
    from ..run_facts import quoted, shown_path

    try:
        yield
    except SearchInterrupted as error:
        kept = f"{plural(error.done, 'trial')}, which are kept in {shown_path(error.folder)}"
        if error.done == 1:
            kept = kept.replace("which are", "which is")
        extra = "".join(
            f" --{n} {v}" for n in ("workers", "address") if (v := getattr(arguments, n))
        )
        command = f"goodfit tune {quoted(error.folder)} --resume{extra}"
        error.args = (f"Interrupted after {kept}. Go on with: {command}",)
        raise


def _resumed(arguments: argparse.Namespace, shared: dict[str, Any]) -> Any:
    """Go on with the search whose own folder was given."""
    from ...recipes.tuning.tuner import resume_search

    fixed = ("method", "metric", "seeds", "epochs", "seed", "space", "more", "output")
    given = [f"--{name}" for name in fixed if getattr(arguments, name)]
    if given or not arguments.resume:
        raise BadInput(
            Problem(
                "usage",
                f"{arguments.run} is a search, which goes on exactly as it began",
                "--resume with --trials, --minutes or --workers, and nothing else",
                ", ".join(given) or "no --resume",
                "To begin another, name the folder of the run",
            )
        )
    return resume_search(arguments.run, **shared)


def _executor(arguments: argparse.Namespace, workers: int | None, gpus: float | None) -> Any:
    """Return what makes the executor where a cluster or GPUs were asked for."""
    if not arguments.address and gpus is None:
        return None
    from functools import partial

    from ...recipes.tuning.ray_executor import RayExecutor

    return partial(
        RayExecutor, workers=workers, address=arguments.address, gpus_per_trial=gpus or 0
    )


def _written(arguments: argparse.Namespace) -> Result:
    """Write the space that would be searched, as a file to edit."""
    from ...recipes.files import write_text
    from ...recipes.tuning.guided_space import coarse, default_space
    from ..run_facts import quoted, shown_path
    from .runs import find_run

    config = find_run(arguments.run).config
    space = default_space(config, arguments.more)
    if arguments.method == "grid":
        space = coarse(space, config)
    path = write_text(arguments.write_space, space.to_toml())

    def show(terminal: Any) -> None:
        terminal.heading("Space", shown_path(path))
        terminal.pairs([(each.setting, f"{each.reason} ({each.rule})") for each in space])
        terminal.heading("Next")
        command = f"goodfit tune {quoted(arguments.run)} --space {quoted(path)}"
        terminal.commands([(command, "once it says what you want")])

    return Result({"space": str(path.absolute()), "dimensions": space.to_dict()}, show)
