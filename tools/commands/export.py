"""Write a model for another runtime, run it there, and keep it only if it answers the same."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput
from ..progress import Progress
from ..run_view import shown_path
from .result import Result

EPILOG = """\
A SavedModel takes raw values, text included. ONNX and LiteRT have no layers for text: of a model
with text, categories or dates they get the trunk, which takes the numbers that the model's
preprocessor makes. LiteRT takes one row at a time, and sequences of one fixed length.

examples:
  goodfit export runs/wider --format onnx --output wider.onnx
  goodfit export runs/wider --format litert --output wider.tflite
  goodfit export runs/wider --format saved_model --output served
"""
ROWS = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("model", metavar="MODEL", help="a .keras file, or the folder of its run")
    parser.add_argument(
        "--format", metavar="NAME", required=True, help="saved_model, onnx or litert"
    )
    parser.add_argument("--output", metavar="FILE", required=True, help="a new file, or folder")
    parser.add_argument(
        "--rows", metavar="FILE", help="rows to compare on (default: those it was trained on)"
    )


def run(arguments: argparse.Namespace) -> Result:
    """Export."""
    from ...recipes.training.saving import load_model
    from ...zoo import export_model

    place = Path(arguments.model)
    path = place / "model.keras" if place.is_dir() else place
    with Progress(quiet=not sys.stderr.isatty()) as progress:
        progress("step", "loading the model")
        loaded = load_model(path)
        rows = _rows(loaded, path, arguments.rows)
        progress("step", f"writing, running and comparing {arguments.format}")
        found = export_model(loaded.model, arguments.output, rows, format=arguments.format)
    compared = "its own rows" if rows is not None else "made up rows, as its own cannot be read"
    data = {
        "model": str(path.absolute()),
        "output": str(found.path.absolute()),
        "format": found.format,
        "part": found.part,
        "inputs": {
            name: {"shape": list(shape), "dtype": dtype}
            for name, (shape, dtype) in found.inputs.items()
        },
        "rows": found.rows,
        "difference": found.difference,
        "tolerance": found.tolerance,
    }

    def show(terminal: Any) -> None:
        terminal.heading(f"goodfit export  {shown_path(found.path)}")
        takes = "raw values" if found.part == "model" else "encoded numbers (the trunk alone)"
        terminal.pairs(
            [
                ("takes", f"{takes}\n" + "\n".join(_input_line(*item) for item in _items(found))),
                (
                    "compared",
                    f"{found.rows} of {compared}: difference {found.difference:.2g}, at most "
                    f"{found.tolerance:.2g} was accepted",
                ),
            ]
        )
        if found.part == "trunk":
            terminal.line(
                "\nText is taken apart by the model's preprocessor, which no such runtime can "
                "hold: goodfit.zoo.parts(model).preprocessor makes these numbers of raw rows."
            )

    return Result(data, show)


def _items(found: Any) -> list[tuple[str, tuple[int | None, ...], str]]:
    return [(name, shape, dtype) for name, (shape, dtype) in found.inputs.items()]


def _input_line(name: str, shape: tuple[int | None, ...], dtype: str) -> str:
    return f"{name}: {dtype} ({', '.join('any' if n is None else str(n) for n in shape)})"


def _rows(loaded: Any, path: Path, asked: str | None) -> dict[str, Any] | None:
    """Return rows as tensors; None where those of the training cannot be read again."""
    from ...recipes.reading.loading import load_rows
    from ...recipes.training.runs import open_run
    from ...zoo import to_tensors

    rows = None
    if asked is not None:
        rows = load_rows(asked, loaded.columns, options=loaded.options or {})
    else:
        with contextlib.suppress(BadInput):
            source = open_run(path.parent).record["source"]
            rows = load_rows(source, loaded.columns, options=loaded.options or {})
    if rows is None:
        return None
    features = {name: values[:ROWS] for name, values in rows.features.items()}
    return to_tensors(features, loaded.columns)
