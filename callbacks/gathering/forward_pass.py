"""Which layer of a model hands what to which, seen by calling the model without any numbers."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras

__all__ = ["ForwardPass", "Source", "Step", "is_leaf", "layer_names", "tracing_errors", "walk"]

# Operations that change the form of an array, or add up parts of it, and nothing more.
LINEAR_OPERATIONS = frozenset((
    "BroadcastTo", "Cast", "ConcatV2", "EnsureShape", "ExpandDims", "GatherNd", "GatherV2",
    "Identity", "Mean", "Pack", "Pad", "PadV2", "Reshape", "ReverseV2", "Slice", "Split",
    "SplitV", "Squeeze", "StopGradient", "StridedSlice", "Sum", "Tile", "Transpose", "Unpack",
))  # fmt: skip
# Operations that look at the form of an array, not at what it holds.
_FORM_ONLY = frozenset(("OnesLike", "Rank", "Shape", "ShapeN", "Size", "ZerosLike"))


@dataclass(frozen=True)
class Source:
    """Where something that a layer takes comes from.

    Args:
        step: The number of the step that made it; None for an input of the model.
        name: The name of that input; empty for a step.
        operations: What was done with it on the way beside layers, such as `Mul`; what only
            changes its form is not named.
    """

    step: int | None
    name: str = ""
    operations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Step:
    """One call of one layer.

    Args:
        layer: The layer.
        sources: Where what it took came from.
        input_shape: The shape of the first array it took, with the rows.
        output_shape: The shape of the first array it made, with the rows.
    """

    layer: Any
    sources: tuple[Source, ...]
    input_shape: tuple[int | None, ...]
    output_shape: tuple[int | None, ...]


@dataclass(frozen=True)
class ForwardPass:
    """What happens in a model between its inputs and its outputs.

    Args:
        steps: The calls of layers, in order; what built-in layers do inside is not looked at.
        outputs: For each output of the model, where it comes from.
        output_shapes: For each output, its shape with the rows.
        output_names: For each output, its name.
    """

    steps: tuple[Step, ...]
    outputs: tuple[tuple[Source, ...], ...]
    output_shapes: tuple[tuple[int | None, ...], ...]
    output_names: tuple[str, ...]


def walk(model: Any, specs: Any, names: tuple[str, ...]) -> ForwardPass:
    """Return what happens in a call of a model. Nothing is computed, and no state changes.

    A model that is not built yet is built, as `fit` would do first.

    Args:
        model: Any Keras model.
        specs: Its inputs as `keras.KerasTensor`, in the form in which it takes them.
        names: A name for each input, in the order of `keras.tree.flatten`.
    """
    if not all(layer.built for layer in model._flatten_layers()):
        keras_spec(functools.partial(model, training=False), specs)
    recorder = _Recorder()
    seen: list[Any] = []

    def call(inputs: Any) -> Any:
        for name, tensor in zip(names, keras.tree.flatten(inputs), strict=True):
            recorder.made[_key(tensor)] = Source(None, name)
        seen[:] = [model(inputs, training=False)]
        return seen[0]

    # Keras's own way of building a model: variables are neither changed nor drawn from.
    with recorder.listening(model):
        keras_spec(call, specs)
    flat = keras.tree.flatten(seen[0])
    return ForwardPass(
        tuple(recorder.steps),
        tuple(recorder.sources(tensor) for tensor in flat),
        tuple(_shape(tensor) for tensor in flat),
        _output_names(model, seen[0], len(flat)),
    )


def keras_spec(function: Any, specs: Any) -> Any:
    """Call a function with placeholders, as Keras does to learn the shapes."""
    from keras.src import backend  # what Keras exports of it has no such function

    return backend.compute_output_spec(function, specs)


def tracing_errors() -> tuple[type[Exception], ...]:
    """Return what a model's own code may raise when it is called without numbers."""
    errors: list[type[Exception]] = [ArithmeticError, AttributeError, LookupError, RuntimeError]
    errors += [TypeError, ValueError]
    if "tensorflow" in sys.modules:
        errors.append(sys.modules["tensorflow"].errors.OpError)
    return tuple(errors)


def layer_names(model: Any) -> dict[int, str]:
    """Return {id of layer: name} of all layers in a model: their paths, each another."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for layer in model._flatten_layers(include_self=False):
        name = (getattr(layer, "path", None) or layer.name).removeprefix(f"{model.name}/")
        while name in taken:
            name += "_again"
        taken.add(name)
        names[id(layer)] = name
    return names


class _Recorder:
    """Notes the calls of layers, and who made what."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.made: dict[Any, Source] = {}
        self._kept: list[Any] = []  # what is freed could lend its id to another array
        self._inside = False

    @contextmanager
    def listening(self, model: Any) -> Iterator[None]:
        """Note each call of a layer in this thread."""
        original = keras.layers.Layer.__call__
        thread = threading.get_ident()

        @functools.wraps(original)
        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            whole = layer is model or not is_leaf(layer)
            if whole or self._inside or threading.get_ident() != thread:
                return original(layer, *args, **kwargs)
            self._inside = True
            try:
                outputs = original(layer, *args, **kwargs)
            finally:
                self._inside = False
            beside = [value for name, value in kwargs.items() if "mask" not in name]
            self._note(layer, keras.tree.flatten([args, beside]), keras.tree.flatten(outputs))
            return outputs

        keras.layers.Layer.__call__ = call
        try:
            yield
        finally:
            keras.layers.Layer.__call__ = original

    def _note(self, layer: Any, given: list[Any], outputs: list[Any]) -> None:
        given = [each for each in given if hasattr(each, "shape")]
        outputs = [each for each in outputs if hasattr(each, "shape")]
        sources = dict.fromkeys(source for each in given for source in self.sources(each))
        shapes = [_shape(each[0]) if each else () for each in (given, outputs)]
        for each in outputs:
            # A layer may hand on what it was given: then the last one in the row made it.
            self.made[_key(each)] = Source(len(self.steps))
        self._kept += [*given, *outputs]
        self.steps.append(Step(layer, tuple(sources), *shapes))

    def sources(self, tensor: Any) -> tuple[Source, ...]:
        """Return who made a tensor, going back over operations that belong to no layer."""
        found: dict[Source, None] = {}
        waiting: list[tuple[Any, frozenset[str]]] = [(tensor, frozenset())]
        visited = set()
        while waiting:
            current, passed = waiting.pop()
            key = _key(current)
            if (key, passed) in visited:
                continue
            visited.add((key, passed))
            if key in self.made:
                known = self.made[key]
                found[Source(known.step, known.name, passed)] = None
                continue
            operation = getattr(current, "op", None)
            if operation is None or operation.type in _FORM_ONLY:
                continue
            if operation.type not in LINEAR_OPERATIONS:
                passed = passed | {operation.type}
            waiting += [(each, passed) for each in reversed(list(operation.inputs))]
        return tuple(found)


def is_leaf(layer: Any) -> bool:
    """Return whether a layer is taken as one piece: a built-in one, or one without others in it."""
    if isinstance(layer, keras.Model):
        return False
    built_in = type(layer).__module__.partition(".")[0] == "keras"
    return built_in or not layer._layers


def _key(tensor: Any) -> Any:
    """Return what tells a tensor from others: TensorFlow hands out several objects for one."""
    graph = getattr(tensor, "graph", None)
    return id(tensor) if graph is None else (id(graph), tensor.name)


def _shape(tensor: Any) -> tuple[int | None, ...]:
    shape = getattr(tensor, "shape", ())
    if getattr(shape, "rank", 0) is None:  # TensorFlow: unknown
        return ()
    # JAX has an expression, and no number, for a length that varies.
    return tuple(int(size) if isinstance(size, int) else None for size in shape)


def _output_names(model: Any, outputs: Any, count: int) -> tuple[str, ...]:
    if isinstance(outputs, dict) and len(outputs) == count:
        return tuple(sorted(map(str, outputs)))
    names = getattr(model, "output_names", None) or ()
    if len(names) == count:
        return tuple(names)
    return ("output",) if count == 1 else tuple(f"output_{at}" for at in range(1, count + 1))
