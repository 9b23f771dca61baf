"""Draw who looks at whom in a model with attention, for one text or row."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem, bad_input, did_you_mean
from ..run_view import shown_path
from .result import Result

EPILOG = """\
Of several layers the last is drawn; --layer names another.

examples:
  goodfit attention runs/order "a good day was bad" --output attention.png
  goodfit attention runs/order "a day" --layer NAME --output first.svg
  goodfit attention runs/mixed note="a day" size=3 --output attention.png
"""
ENDINGS = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("model", metavar="MODEL", help="a .keras file, or the folder of its run")
    parser.add_argument(
        "values",
        metavar="VALUE",
        nargs="+",
        help="the text, or NAME=VALUE for each column; numbers of a sequence as JSON",
    )
    parser.add_argument("--layer", metavar="NAME", help="the layer to draw (default: the last)")
    parser.add_argument(
        "--output", metavar="FILE", required=True, help=f"the picture: {', '.join(ENDINGS)}"
    )


def run(arguments: argparse.Namespace) -> Result:
    """Draw."""
    output = Path(arguments.output)
    if output.suffix not in ENDINGS:
        raise bad_input(
            "output_suffix",
            "A picture cannot be written under this name",
            expected=f"a path ending in {', '.join(ENDINGS)}",
            received=output.name,
        )
    from ...recipes.files import write_atomically
    from ...recipes.training.saving import load_model
    from ...zoo import attention_weights
    from ..attention_drawing import draw_attention

    place = Path(arguments.model)
    loaded = load_model(place / "model.keras" if place.is_dir() else place)
    found = attention_weights(loaded.model, _example(arguments.values, loaded.columns))
    layer = arguments.layer or list(found)[-1]
    if layer not in found:
        raise bad_input(
            "layer_unknown",
            "The model has no attention layer of this name",
            expected="one of " + ", ".join(found),
            received=repr(layer),
            remedy=did_you_mean(layer, found),
        )
    seen = found[layer]
    figure = draw_attention(seen, title=layer)
    kind = output.suffix[1:]
    write_atomically(output, lambda file: figure.savefig(file, format=kind, dpi=DOTS_PER_INCH))
    data = {
        "output": str(output.absolute()),
        "layer": layer,
        "layers": {
            name: {
                "queries": list(other.queries),
                "keys": list(other.keys),
                "weights": [[[round(float(w), 6) for w in r] for r in h] for h in other.weights],
            }
            for name, other in found.items()
        },
    }

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit attention  {shown_path(output)}", layer)
        strongest = seen.average.argmax(axis=1)
        rows = [
            (query, seen.keys[int(best)], f"{seen.average[number, int(best)]:.2f}")
            for number, (query, best) in enumerate(zip(seen.queries, strongest, strict=True))
        ]
        terminal.table(["", "looks most at", "weight"], rows, right=2)
        if len(found) > 1:
            terminal.line(f"\nother layers: {', '.join(n for n in found if n != layer)}")

    return Result(data, show)


def _example(words: list[str], columns: Any) -> dict[str, Any]:
    """Return one value for each column of the model, from the words of the command line."""
    kinds = {column.name: column.kind for column in columns}
    texts = [name for name, kind in kinds.items() if kind == "text"]
    if len(kinds) == 1 and len(words) == 1 and not words[0].startswith(f"{columns[0].name}="):
        words = [f"{columns[0].name}={words[0]}"]
    given: dict[str, Any] = {}
    problems = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in kinds:
            expected = "NAME=VALUE for " + ", ".join(kinds)
            message = "A value has no column" if not equals else f"There is no column '{name}'"
            hint = did_you_mean(name, kinds) if equals else ""
            problems.append(Problem("value_invalid", message, expected, repr(word), hint))
        elif kinds[name] in ("text", "category", "date"):
            given[name] = value
        else:
            try:
                given[name] = json.loads(value)
            except ValueError:
                message = f"The value of '{name}' is no number and no list of numbers"
                problems.append(Problem("value_invalid", message, "JSON", repr(value)))
    missing = [name for name in kinds if name not in given and name not in texts]
    if problems:
        raise BadInput(*problems)
    # What is not told is missing, as an empty cell is.
    return (
        dict.fromkeys(texts, "")
        | {name: "" if kinds[name] in ("category", "date") else float("nan") for name in missing}
        | given
    )
