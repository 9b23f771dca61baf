"""List the made data that come with goodfit, or write one set to train on."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from ...zoo.errors import bad_input
from ..run_view import quoted, shown_path
from .result import Result

EPILOG = """\
examples:
  goodfit example                        what there is
  goodfit example tagged_sentences data  written into the new folder data
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="of the data; all are listed without"
    )
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="where to write (default: NAME)"
    )
    parser.add_argument(
        "--seed", metavar="N", default="0", help="decides what is drawn (default: 0)"
    )


def run(arguments: argparse.Namespace) -> Result:
    """List, or write."""
    from ...recipes.making.examples import EXAMPLES, example

    if arguments.name is None:
        found = {name: example(name) for name in sorted(EXAMPLES)}
        data = {
            "examples": [
                {"name": name, "summary": each.summary, "recipe": each.recipe}
                for name, each in found.items()
            ]
        }

        def show_list(terminal: Any) -> None:
            terminal.heading("Examples", "goodfit example NAME FOLDER writes one")
            rows = [(name, each.summary, each.recipe) for name, each in found.items()]
            terminal.table(["name", "what it is", "recipe"], rows)

        return Result(data, show_list)
    made = example(arguments.name)
    if not arguments.seed.isdigit():
        expected, received = "a whole number of at least 0", repr(arguments.seed)
        message = "--seed cannot be used"
        raise bad_input("option_invalid", message, expected=expected, received=received)
    folder = Path(arguments.folder or arguments.name)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise bad_input(
            "output_exists",
            f"{folder} is there already" + (" and not empty" if folder.is_dir() else ""),
            expected="a new folder",
            remedy="Choose another name: nothing is overwritten",
        )
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(made.write(folder, int(arguments.seed)))
    command = " ".join(["goodfit", "train", quoted(source), *map(shlex.quote, made.arguments)])
    data = {
        "name": arguments.name,
        "source": str(source.absolute()),
        "command": command,
        "recipe": made.recipe,
    }

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit example  {arguments.name}", shown_path(source))
        terminal.line(f"  {made.summary}")
        terminal.heading("Next")
        terminal.commands(
            [
                (command, "to train on it"),
                (f"python -m goodfit.recipes.{made.recipe}", "the recipe"),
            ]
        )

    return Result(data, show)
