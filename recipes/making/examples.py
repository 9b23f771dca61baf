"""The list of made data: what each is, and how it is trained on."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...zoo.errors import BadInput, Problem, did_you_mean

__all__ = ["EXAMPLES", "Example", "example"]

# The file of each example, beside this one; each has an `EXAMPLE`.
EXAMPLES: dict[str, str] = {
    "customers": "customers",
    "gestures": "gestures",
    "phrases": "phrases",
    "questions": "questions",
    "reviews": "reviews",
    "shapes": "shapes",
    "spoken": "spoken",
    "story": "story",
    "tagged_sentences": "tagged_sentences",
    "town_load": "town_load",
    "tones": "tones",
}


@dataclass(frozen=True)
class Example:
    """Small made data that a recipe learns from in under a minute.

    Args:
        summary: What the data are, in one sentence.
        write: Writes them into a folder, from a seed, and returns the path to give to `load`.
            The same seed writes the same bytes.
        arguments: Of `goodfit train`, after the path.
        recipe: The module of the recipe in `goodfit.recipes`, such as `forecasting`.
    """

    summary: str
    write: Callable[[Path, int], Path]
    arguments: tuple[str, ...]
    recipe: str


def example(name: str) -> Example:
    """Return the made data of this name.

    Raises:
        BadInput: There are none ("did you mean").
    """
    if name not in EXAMPLES:
        message, expected = "There is no example of this name", "one of " + ", ".join(EXAMPLES)
        hint = did_you_mean(name, EXAMPLES)
        raise BadInput(Problem("example_unknown", message, expected, repr(name), hint))
    return importlib.import_module(f".{EXAMPLES[name]}", __package__).EXAMPLE
