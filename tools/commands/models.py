"""List the models that can be built, or tell all about one."""

from __future__ import annotations

import argparse
from typing import Any

from ...zoo.errors import bad_input, did_you_mean
from ..terminal import setting_text
from .result import Result

EPILOG = """\
examples:
  goodfit models                 every model in a few lines
  goodfit models gru             what can be set, and what training it wants
  goodfit models --json
  goodfit train data.csv --set model=mlp
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="a model; all are listed without")


def run(arguments: argparse.Namespace) -> Result:
    """List."""
    from ...recipes.choosing.presets import preset
    from ...recipes.config import Config
    from ...zoo import list_models
    from ..model_sizes import EXAMPLES, PARAMETERS

    cards = {card.name: card for card in list_models()}
    if arguments.name is not None and arguments.name not in cards:
        raise bad_input(
            "model_unknown",
            "There is no model of this name",
            expected="one of " + ", ".join(cards),
            received=repr(arguments.name),
            remedy=did_you_mean(arguments.name, cards),
        )
    shown = cards if arguments.name is None else {arguments.name: cards[arguments.name]}
    names = ("name", "tasks", "inputs", "best_for", "rules")
    data = []
    for card in shown.values():
        kind, count = PARAMETERS.get(card.name, ("", None))
        found: dict[str, Any] = {name: getattr(card, name) for name in names}
        # Of what a builder takes, only what `--set` gives: the rest comes from the data.
        found["settings"] = {n: v for n, v in card.settings.items() if n in Config.setting_names()}
        found["parameters"] = count
        found["counted_on"] = EXAMPLES.get(kind, "")
        found["preset"] = preset(card.name).to_dict()
        data.append(found)

    def show(terminal: Any) -> None:
        if arguments.name is not None:
            _show_one(terminal, data[0], cards[arguments.name].summary)
            return
        terminal.heading("Models", "goodfit models NAME tells what can be set")
        terminal.pairs((found["name"], "\n".join(_lines(found)) + "\n") for found in data)
        terminal.line(f"row tasks: {', '.join(_row_tasks())}")

    return Result({"models": data}, show)


def _row_tasks() -> tuple[str, ...]:
    from ...zoo.tasks import ROW_TASKS

    return ROW_TASKS


def _lines(found: dict[str, Any]) -> list[str]:
    rows = _row_tasks()
    tasks = list(found["tasks"])
    if set(rows) <= set(tasks):
        tasks = ["row tasks", *(task for task in tasks if task not in rows)]
    rules = f" ({', '.join(found['rules'])})" if found["rules"] else ""
    lines = [f"{found['best_for']}{rules}"]
    lines.append(f"{', '.join(tasks)}  from  {', '.join(found['inputs'])}")
    if found["parameters"]:
        lines.append(f"{found['parameters']:,} parameters, for {found['counted_on']}")
    return lines


def _show_one(terminal: Any, found: dict[str, Any], summary: str) -> None:
    terminal.heading(found["name"], summary)
    terminal.pairs([("for", "\n".join(_lines(found)))])
    terminal.heading("Settings", "with --set NAME=VALUE")
    terminal.pairs((name, setting_text(value)) for name, value in found["settings"].items())
    wanted = found["preset"]
    terminal.heading("Preset", "the guide's; goodfit why RUN tells what a run took, and why")
    terminal.pairs((name, setting_text(value)) for name, value in wanted["settings"].items())
    terminal.line(f"  {wanted['reason']} ({wanted['rule']})")
    if wanted["measured"]:
        terminal.line(f"  {wanted['measured']}")
