"""Write on with a language model, from the beginning that is given."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem
from ..progress import Progress
from .options import whole_number
from .result import Result

EPILOG = """\
The text goes to standard output. The same options give the same text.

examples:
  goodfit generate runs/story "The miller"
  goodfit generate runs/story "The miller" --length 400 --temperature 0.7
  goodfit generate model.keras "The miller" --temperature 0
  goodfit generate runs/story "The miller" --top-k 10 --top-p 0.9 --stop .
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("model", metavar="RUN", help="the folder of a run, or its .keras file")
    parser.add_argument("prompt", metavar="PROMPT", nargs="?", default="", help="the beginning")
    parser.add_argument("--length", metavar="N", help="tokens to write (default: 200)")
    parser.add_argument(
        "--temperature",
        metavar="T",
        help="below 1 bolder about the likely, 0 always the likeliest (default: 0.8)",
    )
    parser.add_argument("--top-k", metavar="K", help="draw from the K likeliest tokens only")
    parser.add_argument(
        "--top-p", metavar="P", help="draw from the likeliest tokens that add up to P"
    )
    parser.add_argument("--seed", metavar="N", help="decides what is drawn (default: 0)")
    parser.add_argument("--stop", metavar="TEXT", help="end before this text")


def run(arguments: argparse.Namespace) -> Result:
    """Write."""
    settings = _settings(arguments)
    from ...recipes import load_model
    from ...zoo import generate

    path = Path(arguments.model)
    if path.is_dir():
        path = path / "model.keras"
    with Progress(quiet=not sys.stderr.isatty()) as progress:
        progress("step", "loading the model")
        model = load_model(path)
        progress("step", "writing")
        started = time.perf_counter()
        text = generate(model, arguments.prompt, stop=arguments.stop, **settings)
        seconds = time.perf_counter() - started
    data = {
        "model": str(path),
        "prompt": arguments.prompt,
        "text": text,
        **settings,
        "stop": arguments.stop,
        "seconds": seconds,
    }

    def show(terminal: Any) -> None:
        for line in (arguments.prompt + text).split("\n"):
            terminal.line(line)

    return Result(data, show)


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the numbers among the options; what is none is refused, all at once."""
    problems: list[Problem] = []
    settings: dict[str, Any] = {
        "length": whole_number(arguments.length, "--length", 1, problems) or 200,
        "temperature": _number(arguments.temperature, "--temperature", 0.8, problems),
        "top_k": whole_number(arguments.top_k, "--top-k", 1, problems),
        "top_p": _number(arguments.top_p, "--top-p", None, problems),
        "seed": whole_number(arguments.seed, "--seed", 0, problems) or 0,
    }
    if problems:
        raise BadInput(*problems)
    return settings


def _number(
    text: str | None, option: str, default: float | None, problems: list[Problem]
) -> float | None:
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        message = f"{option} cannot be used"
        problems.append(Problem("option_invalid", message, "a number", repr(text)))
        return default
