"""Builds and compiles the model of a trial: the user's, with what the trial changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

import keras
import numpy as np

from .trial import Trial

__all__ = ["Start", "build", "compile_like", "in_units", "start_of"]

# Settings that decide how large the first weights should be: with another, they are drawn anew.
SHAPING = ("activation", "kernel_initializer", "recurrent_initializer", "units", "filters")


class Start:
    """What a model was before its training: weights and optimizer settings.

    Args:
        weights: Its numbers by the layer's name; taken again and again, never changed.
        plain: The same in the order of `model.weights`.
        optimizer: The optimizer's class and settings.
    """

    def __init__(
        self,
        weights: Mapping[str, list[np.ndarray]],
        plain: list[np.ndarray],
        optimizer: tuple[type, dict[str, Any]] | None,
    ) -> None:
        self.weights = weights
        self.plain = plain
        self.optimizer = optimizer


def start_of(model: Any) -> Start:
    """Return what the model is now, to start again from there."""
    numbers = {
        layer.name: [np.array(keras.ops.convert_to_numpy(weight)) for weight in layer.weights]
        for layer in leaves(model)
    }
    plain = [np.array(keras.ops.convert_to_numpy(weight)) for weight in model.weights]
    optimizer = getattr(model, "optimizer", None)
    kept = None if optimizer is None else (type(optimizer), optimizer.get_config())
    return Start(numbers, plain, kept)


def build(model: Any, trial: Trial, start: Start) -> Any:
    """Return the trial's model, not compiled: a new one, or the user's own where it is subclassed.

    Weights of layers that are as they were are the user's initial ones.
    """
    if type(model).__name__ == "Sequential":
        built = _sequential(model, trial)
    elif type(model).__name__ == "Functional":
        built = _functional(model, trial)
    else:
        if len(start.plain) == len(model.weights):
            model.set_weights(start.plain)
        else:  # it was built by its first step: what it started from was never to be seen
            _draw_anew(model)
        return model
    old = {layer.name: layer for layer in leaves(model)}
    for layer in leaves(built):
        given = start.weights.get(layer.name)
        if given is None or layer.name not in old or _is_fresh(layer.name, trial):
            continue
        if [weight.shape for weight in given] == [tuple(weight.shape) for weight in layer.weights]:
            layer.set_weights(given)
    return built


def compile_like(built: Any, model: Any, trial: Trial, start: Start) -> None:
    """Compile as the user's model was, with the trial's loss, metrics and optimizer settings."""
    given = dict(getattr(getattr(model, "_compile_config", None), "config", {}))
    if start.optimizer is not None:
        made, settings = start.optimizer
        inner = settings.get("inner_optimizer")
        if isinstance(inner, dict) and trial.optimizer:
            inside = {**inner, "config": {**inner["config"], **trial.optimizer}}
            settings = {**settings, "inner_optimizer": inside}
        else:
            settings = {**settings, **trial.optimizer}
        given["optimizer"] = made.from_config(settings)
    if trial.losses:
        given["loss"] = _with_losses(given.get("loss"), trial.losses)
    for name in ("metrics", "weighted_metrics"):
        given[name] = _anew(given.get(name))
    if trial.metrics is not None:
        given["metrics"], given["weighted_metrics"] = list(trial.metrics), None
    built.compile(**given)


def in_units(built: Any, trial: Trial) -> Any:
    """Return the model with a layer behind it that answers in the units of the targets."""
    if trial.target_scale is None:
        return built
    mean, deviation = trial.target_scale
    back = keras.layers.Rescaling(
        deviation.tolist() if deviation.size > 1 else float(deviation.ravel()[0]),
        mean.tolist() if mean.size > 1 else float(mean.ravel()[0]),
        name="back_to_units",
    )
    if isinstance(built, keras.Sequential):
        return keras.Sequential(
            [_input_like(built.inputs[0]), *built.layers, back], name=built.name
        )
    return keras.Model(built.input, back(built.outputs[0]), name=built.name)


def _draw_anew(model: Any) -> None:
    """Give every variable its initial value by its own initializer, whose seed is its own too."""
    for variable in model.variables:
        first = getattr(variable, "_initializer", None)
        if callable(first):
            variable.assign(first(variable.shape, dtype=variable.dtype))


def leaves(model: Any) -> Iterator[Any]:
    """Yield the layers of a model and of the models inside it."""
    for layer in getattr(model, "layers", ()):
        if isinstance(layer, keras.Model):
            yield from leaves(layer)
        else:
            yield layer


def _sequential(model: Any, trial: Trial) -> Any:
    layers: list[Any] = [_input_like(model.inputs[0])]
    scale = next(iter(trial.scaling.values()), None)
    waiting = True
    for layer in model.layers:
        if (
            scale is not None and waiting and type(layer).__name__ != "Masking"
        ):  # what is masked is a raw value
            layers.append(_normalization(scale[0], scale[1]))
            waiting = False
        layers += _made(layer.name, trial.ahead)
        if layer.name not in trial.removed:
            layers.append(_changed(layer, trial))
        layers += _made(layer.name, trial.added)
    return keras.Sequential(layers, name=model.name)


def _functional(model: Any, trial: Trial) -> Any:
    scaled: dict[str, Any] = {}
    ahead: dict[str, list[Any]] = {}
    behind: dict[str, list[Any]] = {}

    def wired(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if type(layer).__name__ != "Masking":
            args = tuple(keras.tree.map_structure(standardised, each) for each in args)
            kwargs = {k: keras.tree.map_structure(standardised, v) for k, v in kwargs.items()}
        if layer.name in trial.removed:
            return args[0]
        if layer.name not in behind:
            ahead[layer.name] = _made(layer.name, trial.ahead)
            behind[layer.name] = _made(layer.name, trial.added)
        for more in ahead[layer.name]:
            args = (more(args[0]), *args[1:])
        answer = layer(*args, **kwargs)
        for more in behind[layer.name]:
            answer = more(answer)
        return answer

    def standardised(value: Any) -> Any:
        history = getattr(value, "_keras_history", None)
        if history is None:
            return value
        source = history.operation
        if type(source).__name__ == "Masking":
            source = source._inbound_nodes[0].input_tensors[0]._keras_history.operation
        if type(source).__name__ != "InputLayer" or source.name not in trial.scaling:
            return value
        if source.name not in scaled:
            layer = _normalization(*trial.scaling[source.name], name=f"{source.name}_standardised")
            scaled[source.name] = layer(value)
        return scaled[source.name]

    return keras.models.clone_model(
        model, clone_function=lambda layer: _changed(layer, trial), call_function=wired
    )


def _changed(layer: Any, trial: Trial) -> Any:
    if type(layer).__name__ == "Sequential":
        return _sequential(layer, trial)
    if type(layer).__name__ == "Functional":
        return _functional(layer, trial)
    if not isinstance(layer, keras.Layer):  # an operation such as the addition of two tensors
        return layer
    with keras.saving.custom_object_scope(_own(layer)):
        return _made_anew(layer, trial.layers.get(layer.name, {}), trial.kinds.get(layer.name))


def _made_anew(layer: Any, changed: Mapping[str, Any], kind: str | None) -> Any:
    config = layer.get_config()
    for name in config:
        held = getattr(layer, name, None)
        if isinstance(held, FunctionType) and held.__name__ == "<lambda>":
            config[name] = held  # its code is not read from a setting
    if not changed and kind is None:
        return type(layer).from_config(config)
    if "layer" in config and "class_name" in config["layer"]:  # Bidirectional, TimeDistributed
        inside = dict(config["layer"])
        made = getattr(keras.layers, kind or inside["class_name"])
        inner = made(**_fitting(made, {**inside["config"], **changed}))
        return type(layer).from_config({**config, "layer": _serialized(inner)})
    if kind is None:
        return type(layer).from_config({**config, **changed})
    made = getattr(keras.layers, kind)
    return made(**_fitting(made, {**config, **changed}))


def _own(layer: Any) -> dict[str, Any]:
    """Return functions and classes of the user's own that a layer holds, by name."""
    holders = [layer, getattr(layer, "layer", None), getattr(layer, "forward_layer", None)]
    own: dict[str, Any] = {}
    for each in [each for each in holders if isinstance(each, keras.Layer)]:
        for name in each.get_config():
            held = getattr(each, name, None)
            made = held if isinstance(held, FunctionType) else type(held)
            if not made.__module__.startswith(("keras.", "builtins", "numpy")):
                own[made.__name__] = made
    return own


def _serialized(layer: Any) -> Any:
    return keras.saving.serialize_keras_object(layer)


def _fitting(made: type, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a class knows: a GRU takes what a SimpleRNN had, and more."""
    known = made.from_config({"units": 1} if "units" in settings else {}).get_config()
    fit = {key: value for key, value in settings.items() if key in known}
    return {
        key: keras.saving.deserialize_keras_object(value) if isinstance(value, dict) else value
        for key, value in fit.items()
    }


def _made(name: str, wanted: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]) -> list[Any]:
    made = []
    for number, (kind, settings) in enumerate(wanted.get(name, ())):
        title = settings.get("name", f"{name}_{kind.lower()}_{number}")
        made.append(getattr(keras.layers, kind)(**{**settings, "name": title}))
    return made


def _normalization(mean: np.ndarray, variance: np.ndarray, name: str = "standardised") -> Any:
    # A variance of zero would multiply by ten million what is no information.
    variance = np.where(variance > 0, variance, 1.0)
    return keras.layers.Normalization(
        axis=-1 if mean.size > 1 else None,  # pyright: ignore[reportArgumentType]
        mean=mean.tolist() if mean.size > 1 else float(mean.ravel()[0]),
        variance=variance.tolist() if mean.size > 1 else float(variance.ravel()[0]),
        name=name,
    )


def _is_fresh(name: str, trial: Trial) -> bool:
    changed = trial.layers.get(name, {})
    shaped = any(setting in changed for setting in SHAPING)
    return shaped or name in trial.kinds or name in trial.fresh or "*" in trial.fresh


def _input_like(tensor: Any) -> Any:
    return keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)


def _with_losses(given: Any, changed: Mapping[int, str]) -> Any:
    if isinstance(given, Mapping):
        return {key: changed.get(i, value) for i, (key, value) in enumerate(given.items())}
    if isinstance(given, (list, tuple)):
        return [changed.get(i, value) for i, value in enumerate(given)]
    return changed.get(0, given)


def _anew(metrics: Any) -> Any:
    """Return metrics that share no counts with the user's."""
    if isinstance(metrics, keras.Metric):
        return type(metrics).from_config(metrics.get_config())
    if isinstance(metrics, Mapping):
        return {key: _anew(each) for key, each in metrics.items()}
    if isinstance(metrics, Sequence) and not isinstance(metrics, str):
        return [_anew(each) for each in metrics]
    return metrics
