"""List the models that can be built, with the tasks and inputs they are for."""

from __future__ import annotations

import argparse
from typing import Any

from ..terminal import setting_text
from .result import Result

EPILOG = """\
examples:
  goodfit models
  goodfit models --json
  goodfit train data.csv --set model=mlp
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command: it has none of its own."""
    del parser


def run(arguments: argparse.Namespace) -> Result:
    """List."""
    del arguments
    from ...recipes.config import Config
    from ...zoo import list_models

    cards = list_models()
    # Of what a builder takes, only what `--set` gives: the rest comes from the data.
    settings = {
        card.name: {n: v for n, v in card.settings.items() if n in Config.setting_names()}
        for card in cards
    }

    def show(terminal: Any) -> None:
        terminal.heading("Models")
        rows = [
            (
                card.name,
                "\n".join(card.tasks),
                ", ".join(card.inputs),
                f"{card.best_for} {_rules(card.rules)}".strip(),
                "\n".join(
                    f"{name}={setting_text(value)}" for name, value in settings[card.name].items()
                ),
            )
            for card in cards
        ]
        terminal.table(["name", "tasks", "inputs", "best for", "parameters"], rows)

    names = ("name", "tasks", "inputs", "best_for", "rules")
    data = [
        {**{n: getattr(card, n) for n in names}, "parameters": settings[card.name]}
        for card in cards
    ]
    return Result({"models": data}, show)


def _rules(rules: tuple[str, ...]) -> str:
    return f"({', '.join(rules)})" if rules else ""
