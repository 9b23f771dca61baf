"""The options of reading a table and of asking for something that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem, did_you_mean
from ...zoo.tasks import COLUMN_KINDS, TASK_KINDS

__all__ = [
    "add_data_arguments",
    "data_options",
    "number",
    "raise_all",
    "source_of",
    "whole_number",
]

SEVERAL = ("target", "ignore", "text", "types", "missing", "set")


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the source and the options of reading it."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="?",
        help="a .csv, .tsv, .txt, .parquet or .npz file (.gz too), a folder of images or of "
        "recordings by class, or a bundled set: breast_cancer, wine, iris, diabetes, digits",
    )
    several: dict[str, Any] = {"action": "extend", "nargs": "+", "default": []}
    asked = parser.add_argument_group("what is asked")
    asked.add_argument(
        "--target",
        metavar="NAME",
        help="the column to predict, or several (default: found by its name, else the last)",
        **several,
    )
    asked.add_argument("--task", metavar="TASK", help=f"one of {', '.join(TASK_KINDS)}")
    asked.add_argument("--positive", metavar="CLASS", help="the class that counts as yes")
    asked.add_argument(
        "--ignore", metavar="COLUMN", help="columns that the model must not see", **several
    )
    asked.add_argument("--time", metavar="COLUMN", help="split by time: the latest rows are held")
    asked.add_argument("--text", metavar="COLUMN", help="columns to read as free text", **several)
    asked.add_argument("--group", metavar="COLUMN", help="keep rows of a group in one part")
    ahead = parser.add_argument_group("series, recordings, images and longer texts")
    ahead.add_argument("--horizon", metavar="N", help="steps to forecast, in order of --time")
    ahead.add_argument("--lookback", metavar="N", help="steps that a forecast is made from")
    ahead.add_argument("--season", metavar="N", help="steps of one cycle, such as 24 for hours")
    ahead.add_argument("--series", metavar="COLUMN", help="tells several series apart")
    ahead.add_argument("--size", metavar="HEIGHTxWIDTH", help="that images are brought to")
    ahead.add_argument("--form", metavar="NAME", help="what the source is, if it is no table")
    reading = parser.add_argument_group("how the file is read (default: found out, and said)")
    reading.add_argument(
        "--types",
        metavar="COLUMN=KIND",
        help=f"kinds of columns: {', '.join(COLUMN_KINDS)}",
        **several,
    )
    reading.add_argument(
        "--missing", metavar="WORD", help="more words that mean a missing value", **several
    )
    reading.add_argument(
        "--drop-missing-target", action="store_true", help="leave out rows without a target"
    )
    reading.add_argument("--separator", metavar="SIGN", help="between columns, such as ; or tab")
    reading.add_argument("--decimal", metavar="SIGN", help="of numbers, such as a comma")
    reading.add_argument("--thousands", metavar="SIGN", help="of numbers, such as a dot")
    reading.add_argument("--encoding", metavar="NAME", help="of the text, such as latin-1")


def source_of(arguments: argparse.Namespace) -> str:
    """Return the source, also where an option that takes several words has swallowed it.

    Raises:
        BadInput: There is none.
    """
    if arguments.source is not None:
        return arguments.source
    for name in SEVERAL:
        words = getattr(arguments, name, [])
        if len(words) > 1 and Path(words[-1]).exists():
            return words.pop()
    raise BadInput(
        Problem(
            "source_missing",
            "No table was given",
            "a file, or the name of a bundled set such as breast_cancer",
            "nothing",
            "Write it before the options: goodfit train data.csv --target NAME",
        )
    )


def data_options(arguments: argparse.Namespace, problems: list[Problem]) -> dict[str, Any]:
    """Return the keyword arguments of reading; what cannot be used is added to `problems`."""
    if arguments.task is not None and arguments.task not in TASK_KINDS:
        problems.append(
            Problem(
                "task_unknown",
                f"There is no task '{arguments.task}'",
                "one of " + ", ".join(TASK_KINDS),
                repr(arguments.task),
                did_you_mean(arguments.task, TASK_KINDS),
            )
        )
    target = arguments.target
    return {
        "target": None if not target else target[0] if len(target) == 1 else target,
        "task": arguments.task,
        "positive": arguments.positive,
        "ignore": tuple(arguments.ignore),
        "time": arguments.time,
        "group": arguments.group,
        "types": _types(arguments.types, problems) or None,
        "missing": tuple(arguments.missing) or None,
        "drop_missing_target": arguments.drop_missing_target,
        "separator": arguments.separator,
        "decimal": arguments.decimal,
        "thousands": arguments.thousands,
        "encoding": arguments.encoding,
        "text": tuple(arguments.text) or None,
        "form": arguments.form,
        "horizon": whole_number(arguments.horizon, "--horizon", 1, problems),
        "lookback": whole_number(arguments.lookback, "--lookback", 1, problems),
        "season": whole_number(arguments.season, "--season", 1, problems),
        "series": arguments.series,
        "size": _size(arguments.size, problems),
    }


def raise_all(problems: list[Problem], source: str) -> None:
    """Raise what was found, if anything, and with it that the source is not there.

    Raises:
        BadInput: There is a problem.
    """
    if not problems:
        return
    from ...recipes.reading.bundled import BUNDLED
    from ...recipes.reading.loading import load

    if source not in BUNDLED and not Path(source).exists():
        try:
            load(source)
        except BadInput as error:
            problems = [*error.problems, *problems]
    raise BadInput(*problems)


def whole_number(text: str | None, option: str, least: int, problems: list[Problem]) -> int | None:
    """Return the number that an option was given; what is none is added to `problems`."""
    if text is None:
        return None
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        expected = f"a whole number of at least {least}"
        message = f"{option} cannot be used"
        problems.append(Problem("option_invalid", message, expected, repr(text)))
    return number


def number(
    text: str | None, option: str, problems: list[Problem], above: float | None = None
) -> float | None:
    """Return the number that an option was given; what is none is added to `problems`."""
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if found != found or (above is not None and not above < found < float("inf")):
        expected = "a number" if above is None else f"a number above {above:g}"
        problems.append(Problem("option_invalid", f"{option} cannot be used", expected, repr(text)))
    return found


def _size(text: str | None, problems: list[Problem]) -> tuple[int, int] | None:
    """Return height and width that `28x28` tells; what is no size is added to `problems`."""
    if text is None:
        return None
    height, _, width = text.lower().partition("x")
    if height.isdigit() and width.isdigit() and int(height) and int(width):
        return int(height), int(width)
    message = "--size cannot be used"
    problems.append(Problem("option_invalid", message, "HEIGHTxWIDTH, such as 28x28", repr(text)))
    return None


def _types(texts: Sequence[str], problems: list[Problem]) -> dict[str, str]:
    kinds = {}
    for text in texts:
        # From the right, because a column's name may hold the sign.
        name, equals, kind = text.rpartition("=")
        if not equals or not name:
            message = "--types takes columns with their kinds"
            problems.append(
                Problem("types_invalid", message, "COLUMN=KIND, such as zip=category", repr(text))
            )
        elif kind not in COLUMN_KINDS:
            problems.append(
                Problem(
                    "column_kind_unknown",
                    f"--types gives column '{name}' an unknown kind",
                    "one of " + ", ".join(COLUMN_KINDS),
                    repr(kind),
                    did_you_mean(kind, COLUMN_KINDS),
                )
            )
        kinds[name] = kind
    return kinds
