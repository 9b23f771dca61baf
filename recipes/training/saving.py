"""One file that takes raw rows and opens in plain Keras: written whole, reopened, compared."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import GoodfitError, bad_input
from ...zoo.tasks import Column, Task
from ...zoo.tensors import clean_arrays
from ..dataset import Dataset
from ..files import write_atomically
from .batches import joined, rows_at_once, rows_of_size

if TYPE_CHECKING:
    import keras

__all__ = ["LoadedModel", "load_model", "raw_outputs", "save", "verify"]

METADATA_NAME = "goodfit.json"
ROWS_COMPARED = 64


@dataclass(frozen=True)
class LoadedModel:
    """A saved model with what it needs to be used by name.

    Args:
        model: Takes raw rows, one tensor per column.
        columns: The columns it takes.
        task: What it predicts, with the class names.
        target: Names of the target columns.
        threshold: Probability above which a binary answer is `task.names[1]`.
        options: How the source was read, so that new rows are read the same way.
        examples: The most frequent training values of each category, to tell other kinds by.
    """

    model: keras.Model
    columns: tuple[Column, ...]
    task: Task
    target: tuple[str, ...]
    threshold: float = 0.5
    options: Mapping[str, Any] | None = None
    examples: Mapping[str, list[str]] | None = None

    def metadata(self) -> dict[str, Any]:
        """Return all but the model as plain data."""
        return {
            "columns": [column.to_list() for column in self.columns],
            "task": self.task.to_dict(),
            "target": list(self.target),
            "threshold": self.threshold,
            "options": dict(self.options or {}),
            "examples": dict(self.examples or {}),
        }


def save(loaded: LoadedModel, path: str | Path, sample: Mapping[str, NDArray[Any]]) -> float:
    """Write a model to one `.keras` file, reopen it, compare, and only then put it in place.

    Args:
        loaded: The model and what belongs to it.
        path: A file ending in `.keras`.
        sample: Raw rows by column name to compare on; the first 64 are used.

    Returns:
        The largest difference of the outputs, which is 0.0.

    Raises:
        BadInput: The path has another ending, or cannot be written.
        GoodfitError: The reopened model answers differently; nothing was put in place.

    Guide: CHK-3, BP-4.
    """
    path = Path(path)
    if path.suffix != ".keras":
        raise bad_input(
            "model_suffix",
            "A model is saved as .keras",
            expected="a path ending in .keras",
            received=path.name,
        )
    rows = {name: values[:ROWS_COMPARED] for name, values in sample.items()}
    expected = raw_outputs(loaded.model, rows, loaded.columns)
    differences: list[float] = []

    def write(place: Path) -> None:
        loaded.model.save(place)
        with zipfile.ZipFile(place, "a") as archive:
            archive.writestr(METADATA_NAME, json.dumps(loaded.metadata(), ensure_ascii=False))
        reopened = load_model(place)
        differences.append(_difference(expected, raw_outputs(reopened.model, rows, loaded.columns)))
        if differences[0] != 0.0:
            raise GoodfitError(
                f"The saved model answers differently by {differences[0]:g}; nothing was kept."
            )

    write_atomically(path, write)
    return differences[0]


def load_model(path: str | Path) -> LoadedModel:
    """Return a saved model with its columns and class names.

    Args:
        path: A file that `save` wrote.

    Raises:
        BadInput: There is no such file, or it is no model of goodfit.
    """
    import keras

    path = Path(path)
    if not path.is_file():
        raise bad_input(
            "model_missing",
            f"There is no file {path}",
            expected="a .keras file" + (" in that folder" if path.is_dir() else ""),
            received="a folder" if path.is_dir() else "",
            remedy="Give the path of model.keras in the folder of a run",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            data = json.loads(archive.read(METADATA_NAME))
        columns = tuple(Column.from_list(item) for item in data["columns"])
        task = Task.from_dict(data["task"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise bad_input(
            "model_unreadable",
            f"{path} is no model that goodfit saved",
            expected="a .keras file written by goodfit",
            received=str(error),
            remedy="A model of plain Keras opens with keras.models.load_model",
        ) from error
    with warnings.catch_warnings():
        # Keras warns of each column name that is no identifier; it finds the columns all the same.
        warnings.filterwarnings("ignore", "When providing `inputs` as a dict", UserWarning)
        model: Any = keras.models.load_model(path, compile=False)
    return LoadedModel(
        model,
        columns,
        task,
        tuple(data["target"]),
        data["threshold"],
        data["options"],
        data.get("examples", {}),
    )


def raw_outputs(
    model: keras.Model, features: Mapping[str, NDArray[Any]], columns: tuple[Column, ...]
) -> NDArray[np.float32]:
    """Return the model's outputs for raw rows, in large batches.

    Args:
        model: Takes raw rows.
        features: Arrays by column name, as `goodfit.zoo.Column` describes them.
        columns: The columns the model takes.

    Returns:
        Probabilities or values, shape `(rows, outputs)`, or as `Task` describes them for a task
        whose answer is a sequence; those of shorter rows end in zeros.

    Raises:
        BadInput: A column is missing or holds infinite values.
    """
    from ...zoo import to_tensors

    rows = len(features[columns[0].name])
    step = min(rows_at_once(model), rows_of_size(Dataset(features, None, columns, None)))
    parts = []
    for start in range(0, rows, step):
        piece = {c.name: features[c.name][start : start + step] for c in columns}
        parts.append(np.asarray(model(to_tensors(piece, columns), training=False)))
    return joined(parts) if parts else np.empty((0, model.output_shape[-1]), np.float32)


def verify(path: str | Path, sample: Mapping[str, NDArray[Any]]) -> float:
    """Compare a saved model with itself in a fresh process in which goodfit cannot be imported.

    Args:
        path: A file that `save` wrote.
        sample: Raw rows by column name; the first 64 are used.

    Returns:
        The largest difference of the outputs, which is 0.0.

    Raises:
        GoodfitError: The file does not open in plain Keras, or answers differently there.
    """
    loaded = load_model(path)
    rows = {c.name: sample[c.name][:ROWS_COMPARED] for c in loaded.columns}
    expected = raw_outputs(loaded.model, rows, loaded.columns)
    with tempfile.TemporaryDirectory() as folder:
        arrays = {
            f"{position}": values.astype(str if column.is_string else np.float32)
            for position, (column, values) in enumerate(
                zip(loaded.columns, clean_arrays(rows, loaded.columns).values(), strict=True)
            )
        }
        np.savez(Path(folder) / "rows.npz", **arrays)  # pyright: ignore[reportArgumentType]
        command = [sys.executable, "-c", _PLAIN_KERAS, str(Path(path).resolve()), folder]
        # The folder holds no goodfit, so a checkout in the current folder is out of reach too.
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if "Error" in line] or ["no message"]
            raise GoodfitError(f"The saved model does not open in plain Keras: {lines[-1]}")
        found = np.load(Path(folder) / "outputs.npy", allow_pickle=False)
    difference = _difference(expected, found)
    if difference != 0.0:
        raise GoodfitError(f"In plain Keras the saved model answers differently: {difference:g}")
    return difference


def _difference(expected: NDArray[Any], found: NDArray[Any]) -> float:
    if expected.shape != found.shape or not np.array_equal(np.isnan(expected), np.isnan(found)):
        return float("inf")
    return float(np.nan_to_num(np.abs(expected - found)).max(initial=0.0))


_PLAIN_KERAS = """
import json, sys, zipfile

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "goodfit":
            raise ModuleNotFoundError("goodfit is hidden", name=name)

sys.meta_path.insert(0, Hidden())
import keras, numpy as np

path, folder = sys.argv[1:]
with zipfile.ZipFile(path) as archive:
    columns = json.loads(archive.read("goodfit.json"))["columns"]
rows = {}
with np.load(folder + "/rows.npz", allow_pickle=False) as stored:
    for position, (name, *_) in enumerate(columns):
        values = stored[str(position)]
        values = values if values.ndim > 1 else values[:, None]
        if values.dtype.kind == "U":
            import tensorflow as tf
            rows[name] = tf.constant(values.tolist(), tf.string)
        else:
            rows[name] = keras.ops.convert_to_tensor(values)
model = keras.models.load_model(path, compile=False)
np.save(folder + "/outputs.npy", np.asarray(model(rows, training=False)))
"""
