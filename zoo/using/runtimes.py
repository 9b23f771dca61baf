"""How a model is written for each runtime, and how what was written is run there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import require

if TYPE_CHECKING:
    import keras

__all__ = ["WRITERS", "Tensors", "answer_of", "inputs_of", "runner_of"]

Tensors = dict[str, Any]
"""What a model is given, by the names of its inputs or by the keys it is called with."""
Arrays = Mapping[str, NDArray[Any]]


def inputs_of(model: keras.Model) -> Tensors:
    """Return the inputs of a functional model by the key it is called with."""
    taken: Any = model.input
    if isinstance(taken, Mapping):
        return dict(taken)
    return {tensor.name: tensor for tensor in model.inputs}


def answer_of(model: keras.Model, tensors: Mapping[str, Any]) -> Any:
    """Return the answer to tensors by the names of the inputs."""
    keyed = {key: tensors[tensor.name] for key, tensor in inputs_of(model).items()}
    if isinstance(model.input, Mapping):
        return model(keyed, training=False)
    values = list(keyed.values())
    return model(values[0] if len(values) == 1 else values, training=False)


def _specs(model: keras.Model) -> Any:
    import tensorflow as tf

    return {
        key: tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name)
        for key, tensor in inputs_of(model).items()
    }


def _write_saved_model(model: keras.Model, place: Path, arrays: Arrays) -> None:
    del arrays
    model.export(place, verbose=False)


def _write_onnx(model: keras.Model, place: Path, arrays: Arrays) -> None:
    del arrays
    import tensorflow as tf
    import tf2onnx
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    specs = _specs(model)
    call = tf.function(
        lambda inputs: answer_of(model, {specs[key].name: x for key, x in inputs.items()}),
        input_signature=[specs],
    )
    # Keras's own way to ONNX makes an input of each constant that was made outside the function,
    # such as the waves of a Transformer, and loses its value.
    frozen = convert_variables_to_constants_v2(
        call.get_concrete_function(), lower_control_flow=False
    )
    named = {tensor.name: tensor.name.split(":")[0] for tensor in frozen.inputs}
    named |= {tensor.name: f"output_{number}" for number, tensor in enumerate(frozen.outputs)}
    logger = logging.getLogger("tf2onnx")
    # It logs what it has no operation for, and goes on; the file then does not run.
    before, _ = logger.level, logger.setLevel(logging.CRITICAL)
    try:
        tf2onnx.convert.from_graph_def(
            frozen.graph.as_graph_def(),
            input_names=[tensor.name for tensor in frozen.inputs],
            output_names=[tensor.name for tensor in frozen.outputs],
            tensors_to_rename=named,
            output_path=str(place),
        )
    finally:
        logger.setLevel(before)


def _write_litert(model: keras.Model, place: Path, arrays: Arrays) -> None:
    import keras
    from tensorflow.lite.python.convert_phase import ConverterError

    fixed = {
        key: keras.InputSpec(tensor.dtype, arrays[tensor.name][:1].shape, name=tensor.name)
        for key, tensor in inputs_of(model).items()
    }
    signature: Any = fixed if isinstance(model.input, Mapping) else list(fixed.values())
    try:
        model.export(
            str(place),
            format="litert",
            verbose=False,
            input_signature=[signature] if isinstance(signature, dict) else signature,
        )
    except ConverterError as error:  # of no kind that others know
        raise RuntimeError(str(error)) from error


WRITERS: dict[str, Callable[[Any, Path, Arrays], None]] = {
    "saved_model": _write_saved_model,
    "onnx": _write_onnx,
    "litert": _write_litert,
}


def runner_of(name: str) -> Callable[[Path, Arrays], NDArray[Any]]:
    """Return what runs a file of a format, with the packages that it needs imported.

    Raises:
        MissingExtra: One of them is not installed.
    """
    runner, packages = _RUNNERS[name]
    for package in packages:
        require(package, "export")
    return runner


def _run_saved_model(place: Path, arrays: Arrays) -> NDArray[Any]:
    import tensorflow as tf

    served: Any = tf.saved_model.load(str(place)).signatures["serving_default"]
    tensors = {key: tf.constant(values) for key, values in arrays.items()}
    return np.asarray(next(iter(served(**tensors).values())))


def _run_onnx(place: Path, arrays: Arrays) -> NDArray[Any]:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as told

    try:
        session = onnxruntime.InferenceSession(str(place), providers=["CPUExecutionProvider"])
        given = {tensor.name: arrays[tensor.name] for tensor in session.get_inputs()}
        return np.asarray(session.run(None, given)[0])
    except (told.Fail, told.InvalidArgument, told.InvalidGraph, told.NotImplemented) as error:
        raise RuntimeError(str(error)) from error  # of no kind that others know


def _run_litert(place: Path, arrays: Arrays) -> NDArray[Any]:
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(str(place)).get_signature_runner()
    names = list(runner.get_input_details())
    answers = []
    for row in range(len(next(iter(arrays.values())))):
        answer = runner(**{key: arrays[key][row : row + 1] for key in names})
        answers.append(next(iter(answer.values())))
    return np.concatenate(answers)


_RUNNERS: dict[str, tuple[Callable[[Path, Arrays], NDArray[Any]], tuple[str, ...]]] = {
    "saved_model": (_run_saved_model, ()),
    "onnx": (_run_onnx, ("tf2onnx", "onnxruntime")),
    "litert": (_run_litert, ("ai_edge_litert",)),
}
