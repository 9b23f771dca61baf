"""A layer or an operation of Keras as the text of its call, without its usual arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .writing import literal

if TYPE_CHECKING:
    import keras

__all__ = ["layer_arguments", "layer_text", "operation_name", "operation_settings", "snake"]

# Of the machine or of the building, and nothing that a person would set.
_FOLLOWS = {"strides": "pool_size", "value_dim": "key_dim"}
"""Arguments that are as another one unless they are set."""
_LEFT_OUT = ("self", "name", "dtype", "data_format", "seed", "kwargs", "trainable")


def layer_arguments(layer: keras.Layer) -> list[str]:
    """Return the arguments that make a layer again, those without a usual value by position.

    Args:
        layer: Any layer of Keras, but no model.

    Examples:
        >>> from keras import layers
        >>> layer_arguments(layers.Dense(8, "relu", kernel_initializer="he_normal", name="a"))
        ['8', 'activation="relu"', 'kernel_initializer="he_normal"', 'name="a"']
    """
    config = layer.get_config()
    found = []
    by_position = True
    for name, parameter in inspect.signature(type(layer).__init__).parameters.items():
        if name in _LEFT_OUT or name not in config or parameter.kind is parameter.VAR_KEYWORD:
            continue
        value = _plain(config[name])
        required = parameter.default is parameter.empty
        if not required and _same(name, value, parameter.default):
            continue
        if _plain(config.get(_FOLLOWS.get(name, ""))) == value:
            continue
        by_position = by_position and required
        text = _text(name, value)
        found.append(text if by_position else f"{name}={text}")
    if isinstance(config.get("dtype"), Mapping):
        policy = config["dtype"]["config"].get("name")
        if policy != "float32":
            found.append(f"dtype={literal(policy)}")
    return [*found, f"name={literal(layer.name)}"]


def layer_text(layer: keras.Layer) -> str:
    """Return the call that makes a layer again."""
    return f"layers.{type(layer).__name__}({', '.join(layer_arguments(layer))})"


def operation_name(operation: Any) -> str:
    """Return the function of `keras.ops` that an operation was made by, "" if there is none."""
    from keras import ops

    name = snake(type(operation).__name__)
    return name if hasattr(ops, name) else ""


def operation_settings(operation: Any) -> list[str]:
    """Return the arguments of an operation beside its tensors, the usual ones left out."""
    from keras import ops

    config = getattr(operation, "_auto_config", None)
    settings = dict(config.config) if config is not None else {}
    name = operation_name(operation)
    if name == "cast":
        return [literal(settings["dtype"])]
    usual = inspect.signature(getattr(ops, name)).parameters
    return [
        f"{key}={literal(value)}"
        for key, value in settings.items()
        if key in usual and key != "name" and value != usual[key].default
    ]


def snake(name: str) -> str:
    """Return a name in small letters.

    Examples:
        >>> snake("TakeAlongAxis"), snake("HeNormal"), snake("L2")
        ('take_along_axis', 'he_normal', 'l2')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _plain(value: Any) -> Any:
    """Return a serialised object as its class and settings, without a seed."""
    if isinstance(value, Mapping) and "class_name" in value:
        config = dict(value.get("config") or {})
        return value["class_name"], {k: v for k, v in config.items() if k not in ("seed", "name")}
    return tuple(value) if isinstance(value, list) else value


def _same(name: str, value: Any, default: Any) -> bool:
    import keras

    if name.endswith("_initializer") and isinstance(default, str):
        default = _plain(keras.initializers.serialize(keras.initializers.get(default)))
    if name.endswith("activation") and default is None:
        default = "linear"
    if isinstance(value, tuple) and isinstance(default, int):
        return set(value) == {default}
    if isinstance(default, list):
        default = tuple(default)
    return value == default


def _text(name: str, value: Any) -> str:
    import keras

    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
        kind, config = value
        room = "keras.regularizers" if name.endswith("_regularizer") else "keras.initializers"
        if room == "keras.initializers":
            usual = _plain(keras.initializers.serialize(keras.initializers.get(kind)))
            if usual == value:
                return literal(snake(kind))
        inner = ", ".join(f"{key}={literal(each)}" for key, each in config.items())
        return f"{room}.{kind}({inner})"
    if isinstance(value, tuple) and name in ("kernel_size", "strides", "pool_size"):
        return literal(value[0] if len(set(value)) == 1 else value)
    return literal(value)
