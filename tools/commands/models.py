"""List the models that can be built, with the tasks and inputs they are for."""

from __future__ import annotations

import argparse
from typing import Any

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
    from ...zoo import list_models

    cards = [_card(card) for card in list_models()]

    def show(terminal: Any) -> None:
        terminal.heading("Models", f"{len(cards)}")
        rows = [
            (
                card["name"],
                ", ".join(card["tasks"]),
                ", ".join(card["inputs"]),
                card["best_for"],
                ", ".join(card["parameters"]),
            )
            for card in cards
        ]
        terminal.table(["name", "tasks", "inputs", "best for", "parameters"], rows)

    return Result({"models": cards}, show)


def _card(card: Any) -> dict[str, Any]:
    return {
        "name": card.name,
        "tasks": _listed(card.tasks),
        "inputs": _listed(card.inputs),
        "best_for": card.best_for,
        "parameters": _listed(getattr(card, "settings", ())),
    }


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value]
