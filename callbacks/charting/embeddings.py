"""Points for TensorBoard's projector: rows as the model sees them, and the words it knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Points", "embedding_weights", "inner_vectors", "projected", "write_points"]

MOST_POINTS = 1000
MOST_NUMBERS = 200_000
ROWS_AT_ONCE = 64
CONFIG = "projector_config.pbtxt"


@dataclass(frozen=True)
class Points:
    """Vectors with what is known of each.

    Args:
        name: What they are.
        vectors: `(points, width)`.
        columns: What is known of each point, by name; one column or more.
    """

    name: str
    vectors: NDArray[Any]
    columns: Mapping[str, Sequence[Any]]


def projected(
    model: Any,
    inputs: Any,
    labels: Any,
    names: Sequence[str] = (),
    words: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[Points, ...]:
    """Return what the projector can show of a trained model.

    Args:
        model: A Keras model.
        inputs: Rows as the model takes them, or None.
        labels: Of these rows: numbers of classes, or one-hot rows.
        names: The classes in the order of their numbers.
        words: What the vectors of an Embedding stand for, by the name of its layer.
    """
    tables = list(embedding_weights(model, words))
    vectors = None if inputs is None else inner_vectors(model, inputs)
    if vectors is not None and len(vectors) > 1:
        classes = np.asarray(labels)[: len(vectors)]
        if classes.ndim == 2:
            classes = classes.argmax(-1) if classes.shape[1] > 1 else classes[:, 0]
        told = [names[int(c)] if 0 <= c < len(names) else f"{c:g}" for c in classes.astype(float)]
        columns = {"class": told, "row": range(len(told))}
        tables.insert(0, Points("rows before the last layer", vectors, columns))
    return tuple(tables)


def embedding_weights(
    model: Any, words: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Iterator[Points]:
    """Yield the first vectors of each Embedding of a model.

    Args:
        model: A Keras model.
        words: What the vectors stand for, by the name of the layer; else they have numbers.
    """
    import keras

    for layer in getattr(model, "layers", ()):
        if isinstance(layer, keras.layers.Embedding) and layer.built:
            vectors = np.asarray(keras.ops.convert_to_numpy(layer.embeddings))
            vectors = vectors[: _most(vectors.shape[1])]
            known = words.get(layer.name, ())
            entries = [*known, *range(len(known), len(vectors))][: len(vectors)]
            yield Points(layer.name, vectors, {"entry": entries})


def inner_vectors(model: Any, x: Any) -> NDArray[Any] | None:
    """Return what the last layer of a model is handed for each row; None where that is no vector.

    Args:
        model: A Keras model.
        x: Rows as the model takes them.

    Returns:
        `(rows, width)`, of at most 1,000 rows, the first ones.
    """
    import keras

    if type(model).__name__ not in ("Functional", "Sequential") or not model.layers:
        return None
    inner = model.layers[-1].input
    if isinstance(inner, (list, tuple, dict)) or len(inner.shape) != 2 or inner.shape[1] is None:
        return None
    # A Sequential hands out no single input before it was called, and takes one array.
    given = model.inputs[0] if type(model).__name__ == "Sequential" else model.input
    seen = keras.Model(given, inner)
    rows = min(len(keras.tree.flatten(x)[0]), _most(inner.shape[1]))
    parts = []
    for start in range(0, rows, ROWS_AT_ONCE):  # large pictures by the thousand would fill memory
        end = min(start + ROWS_AT_ONCE, rows)
        few = keras.tree.map_structure(lambda each, a=start, b=end: each[a:b], x)
        parts.append(np.asarray(keras.ops.convert_to_numpy(seen(few, training=False))))
    found = np.concatenate(parts) if parts else np.empty((0, inner.shape[1]))
    return found if np.isfinite(found).all() else None


def write_points(folder: Path, tables: Sequence[Points]) -> None:
    """Write points beside the event file of a run, where the projector looks for them.

    Args:
        folder: Of the run.
        tables: What is to be shown.

    Raises:
        OSError: The folder cannot be written to.
    """
    entries = []
    for number, points in enumerate(tables):
        vectors = "\n".join("\t".join(f"{value:.6g}" for value in row) for row in points.vectors)
        rows = zip(*points.columns.values(), strict=True)
        lines = ["\t".join(map(_cell, row)) for row in rows]
        if len(points.columns) > 1:  # the projector reads a header only of several columns
            lines.insert(0, "\t".join(map(_cell, points.columns)))
        places = f"points_{number}.tsv", f"points_{number}_names.tsv"
        for place, text in zip(places, (vectors, "\n".join(lines)), strict=True):
            _write(folder / place, text + "\n")
        name = _cell(points.name).replace("\\", "\\\\").replace('"', '\\"')
        entries.append(
            f'embeddings {{\n  tensor_name: "{name}"\n  tensor_path: "{places[0]}"\n'
            f'  metadata_path: "{places[1]}"\n}}\n'
        )
    if entries:
        _write(folder / CONFIG, "".join(entries))


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _cell(value: Any) -> str:
    """Return a value as one cell of a table: tabs and line breaks would part it."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split()) or "–"


def _most(width: int) -> int:
    return max(1, min(MOST_POINTS, MOST_NUMBERS // max(width, 1)))
