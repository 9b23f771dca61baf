"""Run a recipe on its made data, and tell what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..training.runs import Run
from .examples import example

__all__ = ["keywords", "show_example"]


def keywords(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the options of a command as keyword arguments; the task is the recipe's own.

    Whole numbers become numbers, as the command makes them of `--horizon 24`.

    Examples:
        >>> keywords(("--task", "span", "--text", "passage", "question", "--target", "answer"))
        {'text': ['passage', 'question'], 'target': 'answer'}
        >>> keywords(("--horizon", "24"))
        {'horizon': 24}
    """
    found: dict[str, list[Any]] = {}
    name = ""
    for word in arguments:
        if word.startswith("--"):
            name = word.removeprefix("--")
            found[name] = []
        else:
            found[name].append(int(word) if word.isdigit() else word)
    found.pop("task", None)
    return {name: words if len(words) > 1 else words[0] for name, words in found.items()}


def show_example(
    name: str, recipe: Callable[..., Run], folder: str | Path = "made", seed: int = 0
) -> Run:
    """Write made data into a folder, run a recipe on them, and print its scores.

    Args:
        name: Of the made data.
        recipe: Takes the path and the options of `goodfit train` by their names.
        folder: Where the data are written; made if it is not there.
        seed: Decides the data.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    made = example(name)
    source = made.write(place, seed)
    say = sys.stdout.write
    say(f"{made.summary}\n{source}\n")

    def tell(kind: str, data: Any) -> None:
        if kind == "step":
            say(f"{data}\n")

    run = recipe(source, progress=tell, **keywords(made.arguments))
    for metric, estimate in run.record["validation"]["metrics"].items():
        say(f"{metric:20} {estimate['value']:.3f}\n")
    say(f"{run.record['seconds']['total']:.0f} seconds\n")
    return run
