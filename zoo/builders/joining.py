"""From parts to one model that takes raw rows, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..encoded import LEVEL, SPREAD
from ..errors import BadInput, Problem, bad_input
from ..heads import head
from ..tasks import Task

if TYPE_CHECKING:
    import keras

__all__ = ["Parts", "encoded_inputs", "join", "parts", "scale_problems", "trunk_alone"]

_PREPROCESSOR, _TRUNK, _FINISH = "preprocessor", "trunk", "target_scale"
_ALONE: ContextVar[bool] = ContextVar("trunk_alone", default=False)


@dataclass(frozen=True)
class Parts:
    """The parts of a model that takes raw rows; they share its weights.

    Args:
        preprocessor: Raw columns to encoded tensors; has nothing to train.
        trunk: Encoded tensors to the output; for regression in standardised units. This is what
            is trained, on tensors encoded once.
        finish: The layer that brings a regression's output to the unit of the target, or, with the
            level and the spread of each window, a forecast to that of its series; else None.
    """

    preprocessor: keras.Model
    trunk: keras.Model
    finish: keras.Layer | None

    def answer(self, encoded: Mapping[str, Any]) -> Any:
        """Return what the whole model answers where the preprocessor gives these tensors."""
        inside = dict(encoded)
        scales = {key: inside.pop(key) for key in (LEVEL, SPREAD) if key in inside}
        x = self.trunk(inside)
        if self.finish is None:
            return x
        if scales:
            from keras import ops

            # What was encoded once is held as arrays, which a layer does not take beside tensors.
            level, spread = (ops.cast(scales[key], "float32") for key in (LEVEL, SPREAD))
            return self.finish({"answer": x, "level": level, "spread": spread})
        return self.finish(x)


def parts(model: keras.Model) -> Parts:
    """Return the parts of a model that one of our builders made, or that was loaded from a file.

    Args:
        model: A model that takes raw rows.

    Raises:
        BadInput: The model has no such parts.
    """
    layers = {layer.name: layer for layer in model.layers}
    if _PREPROCESSOR not in layers or _TRUNK not in layers:
        raise bad_input(
            "model_parts",
            f"The model '{model.name}' was not built by goodfit, so its parts are unknown",
            expected=f"layers named {_PREPROCESSOR} and {_TRUNK}",
            received=", ".join(list(layers)[:10]),
        )
    return Parts(layers[_PREPROCESSOR], layers[_TRUNK], layers.get(_FINISH))


def encoded_inputs(preprocessor: keras.Model) -> dict[str, Any]:
    """Return a new input for each tensor that a preprocessor gives, by its key."""
    import keras

    return {
        key: keras.Input(tensor.shape[1:], name=key, dtype=tensor.dtype)
        for key, tensor in cast("dict[str, Any]", preprocessor.output).items()
        if key not in (LEVEL, SPREAD)
    }


def scale_problems(task: Task, target_mean: Any, target_scale: Any) -> list[Problem]:
    """Return what is wrong with the unit of a target, if anything."""
    import numpy as np

    problems = []
    for name, value in (("target_mean", target_mean), ("target_scale", target_scale)):
        if value is None:
            continue
        message = f"The setting {name} cannot be used"
        if not head(task).rescaled:
            problems.append(
                Problem("setting_invalid", message, f"nothing for a {task.kind} task", repr(value))
            )
            continue
        try:
            numbers = np.asarray(value, np.float64).ravel()
        except (TypeError, ValueError):
            numbers = np.array([np.nan])
        positive = name == "target_scale"
        if (
            numbers.size not in (1, task.outputs)
            or not np.isfinite(numbers).all()
            or (positive and (numbers <= 0).any())
        ):
            kind = "finite number above 0" if positive else "finite number"
            expected = f"one {kind}, or {task.outputs} of them"
            problems.append(Problem("setting_invalid", message, expected, repr(value)))
    return problems


@contextmanager
def trunk_alone() -> Iterator[None]:
    """Inside the block, builders return the trunk of a model and join nothing.

    The trunk is what is trained, and starts with the same weights. What encodes raw rows stays as
    it is, so that many trunks can be made for one preprocessor.
    """
    token = _ALONE.set(True)
    try:
        yield
    finally:
        _ALONE.reset(token)


def join(
    preprocessor: keras.Model,
    trunk: keras.Model,
    task: Task,
    name: str,
    target_mean: Any = None,
    target_scale: Any = None,
) -> keras.Model:
    """Return one model of a preprocessor and a trunk, with the last layer that the task needs.

    Args:
        preprocessor: Raw columns to encoded tensors.
        trunk: Encoded tensors to the output.
        task: What is predicted.
        name: The name of the model.
        target_mean: Of the training targets, one number or one for each; 0 if not given.
        target_scale: Standard deviation of the training targets; 1 if not given.

    Raises:
        BadInput: Mean or scale do not fit the task.
    """
    import keras
    import numpy as np
    from keras import layers

    from ..inputs.preprocessing import model_of

    if problems := scale_problems(task, target_mean, target_scale):
        raise BadInput(*problems)
    if _ALONE.get():
        return trunk

    # 1. Layers: the inputs again, so that the joined model has its own.
    inputs = {
        key: keras.Input(tensor.shape[1:], name=tensor.name, dtype=tensor.dtype)
        for key, tensor in cast("dict[str, Any]", preprocessor.input).items()
    }

    def numbers(value: Any, default: float) -> list[float]:
        given = default if value is None else value
        return np.broadcast_to(np.asarray(given, np.float64).ravel(), (task.outputs,)).tolist()

    # 2. Graph.
    encoded = cast("dict[str, Any]", preprocessor(inputs))
    finish: keras.Layer | None = None
    if LEVEL in encoded:
        finish = _own_unit(task)
    elif head(task).rescaled:
        scale, offset = numbers(target_scale, 1.0), cast("Any", numbers(target_mean, 0.0))
        finish = layers.Rescaling(scale, offset, dtype="float32", name=_FINISH)
    return model_of(inputs, Parts(preprocessor, trunk, finish).answer(encoded), name)


def _own_unit(task: Task) -> keras.Model:
    """Return the last layer of a forecast: back to level and spread of each row's own window."""
    import keras

    targets = task.outputs
    inputs: dict[str, Any] = {
        "answer": keras.Input((task.horizon, targets), name="answer", dtype="float32"),
        "level": keras.Input((None,), name="level", dtype="float32"),
        "spread": keras.Input((None,), name="spread", dtype="float32"),
    }
    # The targets are the first of the variables.
    level, spread = (inputs[name][:, None, :targets] for name in ("level", "spread"))
    x = inputs["answer"] * spread + level
    return keras.Model(inputs, x, name=_FINISH)
