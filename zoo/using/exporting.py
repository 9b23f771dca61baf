"""Models in the formats of other runtimes: written, run there, compared, and only then kept."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..builders.joining import parts
from ..errors import BadInput, GoodfitError, Problem, did_you_mean
from .runtimes import WRITERS, Tensors, answer_of, inputs_of, runner_of

if TYPE_CHECKING:
    import keras

__all__ = ["EXPORT_FORMATS", "Exported", "export_model"]

EXPORT_FORMATS: dict[str, str] = {"saved_model": "", "onnx": ".onnx", "litert": ".tflite"}
"""Formats by name, with the ending of the file; `saved_model` is a folder."""
TOLERANCE = 1e-4
"""The largest difference accepted, as a share of the largest answer where that is above 1."""
_ROWS = 8
_STEPS = 8


@dataclass(frozen=True)
class Exported:
    """A file that was run and found to answer as the model does.

    Args:
        path: The file, or the folder of a SavedModel.
        format: One of `EXPORT_FORMATS`.
        part: `model` where raw values go in, `trunk` where the tensors do that the model's
            preprocessor makes of them.
        inputs: Shape and dtype of each input by name; None where any size fits.
        rows: How many rows were compared.
        difference: The largest difference between the two answers.
        tolerance: The largest that would have been accepted.
    """

    path: Path
    format: str
    part: str
    inputs: Mapping[str, tuple[tuple[int | None, ...], str]]
    rows: int
    difference: float
    tolerance: float


def export_model(
    model: keras.Model,
    path: str | Path,
    rows: Mapping[str, Any] | None = None,
    *,
    format: str = "saved_model",
) -> Exported:
    """Write a model for another runtime, run what was written, and keep it only if it agrees.

    A SavedModel takes raw values, text included. ONNX Runtime and LiteRT have no layers for text,
    and ONNX Runtime none for spectrograms, so of a model with text, categories or dates, or with
    sound, the trunk is exported: it takes the tensors that `parts(model).preprocessor` makes of raw
    rows, and `part` of the result says so. A LiteRT file takes one row at a time, and sequences as
    long as the longest of `rows`.

    Args:
        model: A model of ours or any other functional Keras model.
        path: A file ending in `.onnx` or `.tflite`, or a new folder for a SavedModel.
        rows: What the model takes, as `to_tensors` gives it; the first 8 rows are compared. Made
            up from the shapes of the inputs when left out.
        format: One of `EXPORT_FORMATS`.

    Returns:
        What was exported, with the difference found.

    Raises:
        BadInput: The format is unknown, the path has another ending or is taken, or the format
            cannot take what the model takes and there is no trunk.
        MissingExtra: A package of the extra `export` is not installed.
        GoodfitError: The file cannot be made, or answers differently; nothing was put in place.
    """
    import keras

    path = Path(path)
    problems = _problems(model, path, format)
    if keras.backend.backend() != "tensorflow":
        received = keras.backend.backend()
        message = "Models are exported with TensorFlow"
        problems.append(Problem("export_backend", message, "KERAS_BACKEND=tensorflow", received))
    if problems:
        raise BadInput(*problems)
    part, run = "model", runner_of(format)
    taken = dict(rows) if rows is not None else _made_up(model)
    # Names of inputs are plain, those of columns need not be.
    tensors: Tensors = {inputs_of(model)[key].name: values[:_ROWS] for key, values in taken.items()}
    if _only_trunk(model, format):
        found = parts(model)
        encoded: Any = found.preprocessor({key: values[:_ROWS] for key, values in taken.items()})
        model, part, tensors = _trunk(found), "trunk", dict(encoded)
    arrays = {name: np.asarray(values) for name, values in tensors.items()}
    expected = np.asarray(answer_of(model, tensors), np.float32)
    tolerance = TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        place = Path(folder) / (path.name or "model")
        try:
            WRITERS[format](model, place, arrays)
            output = run(place, arrays)
        except (ValueError, TypeError, RuntimeError, KeyError, NotImplementedError) as error:
            said = " ".join(str(error).split())[:300]
            raise GoodfitError(f"The model cannot be exported as {format}: {said}") from error
        difference = _difference(expected, output)
        if not difference <= tolerance:
            raise GoodfitError(
                f"The exported model answers differently by {difference:g}, more than "
                f"{tolerance:g}; nothing was kept."
            )
        place.replace(path)
    fixed = format == "litert"
    inputs = {
        tensor.name: (arrays[tensor.name][:1].shape if fixed else tuple(tensor.shape), tensor.dtype)
        for tensor in inputs_of(model).values()
    }
    return Exported(path, format, part, inputs, len(expected), difference, tolerance)


def _problems(model: keras.Model, path: Path, name: str) -> list[Problem]:
    if name not in EXPORT_FORMATS:
        message, hint = "There is no format of this name", did_you_mean(str(name), EXPORT_FORMATS)
        expected = "one of " + ", ".join(EXPORT_FORMATS)
        return [Problem("export_format", message, expected, repr(name), hint)]
    problems, suffix = [], EXPORT_FORMATS[name]
    if suffix and path.suffix != suffix:
        expected = f"a path ending in {suffix}"
        problems.append(Problem("export_path", f"This is no path for {name}", expected, str(path)))
    if path.exists():
        remedy = "Choose another name, or delete it first"
        problems.append(Problem("export_exists", f"{path} is there already", remedy=remedy))
    names = [layer.name for layer in model.layers]
    if _only_trunk(model, name) and not {"preprocessor", "trunk"} <= set(names):
        what = "text" if _takes_text(model) else "sound"
        message = f"The model takes {what}, which {name} cannot read, and has no trunk beside it"
        remedy = "Export it as saved_model"
        problems.append(Problem("export_text", message, "a model of goodfit.zoo", "", remedy))
    return problems


def _takes_text(model: keras.Model) -> bool:
    return any(tensor.dtype == "string" for tensor in model.inputs)


def _only_trunk(model: keras.Model, name: str) -> bool:
    """Return whether a format has no layers for the raw values of a model."""
    return name != "saved_model" and (
        _takes_text(model) or (name == "onnx" and _takes_sound(model))
    )


def _takes_sound(model: keras.Model) -> bool:
    """Return whether a model makes a spectrogram, whose complex numbers tf2onnx cannot write."""
    import keras

    layers = model._flatten_layers()
    return any(isinstance(layer, keras.layers.MelSpectrogram) for layer in layers)


def _trunk(found: Any) -> keras.Model:
    """Return the trunk with the layer that brings its answer to the unit of the target."""
    import keras

    if found.finish is None:
        return found.trunk
    inputs = dict(found.trunk.input)
    return keras.Model(inputs, found.finish(found.trunk.output), name="trunk")


def _made_up(model: keras.Model) -> Tensors:
    """Return rows that fit the inputs of a model; what they hold does not matter."""
    import keras

    draw = np.random.default_rng(0)
    tensors: Tensors = {}
    for key, tensor in inputs_of(model).items():
        shape = [_ROWS, *(_STEPS if side is None else side for side in tensor.shape[1:])]
        if tensor.dtype == "string":
            import tensorflow as tf  # Keras has no operation that makes a string tensor.

            tensors[key] = tf.fill(shape, "a word")
        else:
            numbers = draw.normal(size=shape) if "float" in tensor.dtype else np.ones(shape)
            tensors[key] = keras.ops.convert_to_tensor(numbers, tensor.dtype)
    return tensors


def _difference(expected: NDArray[Any], found: NDArray[Any]) -> float:
    if expected.shape != found.shape or not np.array_equal(np.isnan(expected), np.isnan(found)):
        return float("inf")
    return float(np.nan_to_num(np.abs(expected - found)).max(initial=0.0))
