"""Say why a run has the settings it has: the rule, and the figures that were measured."""

from __future__ import annotations

import argparse
from typing import Any

from ...zoo.errors import bad_input, did_you_mean
from ..run_view import folder_of
from ..study_view import show_steps, steps_data
from ..terminal import setting_text
from .result import Result
from .runs import find_run

EPILOG = """\
examples:
  goodfit why runs/wider                  every setting in one line
  goodfit why runs/wider learning_rate    one setting, with its figures
  goodfit why runs/wider target           a choice that was made when reading
  goodfit why runs/best dropout           also what a study tried of it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("run", metavar="RUN", help="the folder of a run")
    parser.add_argument("name", metavar="NAME", nargs="?", help="a setting, or a choice")


def run(arguments: argparse.Namespace) -> Result:
    """Explain."""
    found = find_run(arguments.run)
    choices: dict[str, Any] = dict(found.record.get("choices", {}))
    method = found.record.get("split", {}).get("method")
    if method:
        choices["split"] = method
    choices |= {name: found.config.why(name).to_dict() for name in found.config.setting_names()}
    name = arguments.name
    if name is not None and name not in choices:
        raise bad_input(
            "setting_unknown",
            f"The run has no setting or choice '{name}'",
            expected="a setting of the run, or a choice that was made when reading",
            received=repr(name),
            remedy=did_you_mean(name, choices),
        )
    chosen = choices if name is None else {name: choices[name]}
    tried = () if name is None else _tried(found, name)

    def show(terminal: Any) -> None:
        if name is None:
            terminal.heading(f"goodfit why  {arguments.run}")
            terminal.pairs((n, _in_two_lines(choice)) for n, choice in chosen.items())
        else:
            _show_one(terminal, name, chosen[name])
            if tried:
                show_steps(terminal, tried)

    data = {"run": str(found.folder), "choices": chosen}
    return Result(data | ({"tried": steps_data(tried)} if tried else {}), show)


def _tried(run: Any, name: str) -> list[Any]:
    """Return what the ledger of a study holds of one setting; nothing where there was no study."""
    from ...recipes.studying.ledger import Ledger
    from ...recipes.studying.study import LEDGER

    path = folder_of(run) / LEDGER
    if not path.is_file():
        return []
    entries = list(Ledger(path))
    steps = [entry for entry in entries if entry["kind"] == "step" and name in entry["difference"]]
    return [*(entry for entry in entries if entry["kind"] == "baseline"), *steps] if steps else []


def _in_two_lines(choice: dict[str, Any]) -> str:
    source = f" ({choice['rule']})" if choice["rule"] else ""
    return f"{setting_text(choice['value'])}\n{choice['reason']}{source}"


def _show_one(terminal: Any, name: str, choice: dict[str, Any]) -> None:
    from ..guide import RULES

    terminal.heading(f"{name} = {setting_text(choice['value'])}")
    terminal.line(f"  {choice['reason']}")
    rules = [part.strip() for part in choice["rule"].split(",") if part.strip()]
    pairs = [(rule, RULES[rule].statement) for rule in rules if rule in RULES]
    pairs += [(str(key), setting_text(value)) for key, value in choice["figures"].items()]
    if pairs:
        terminal.line()
        terminal.pairs(pairs)
