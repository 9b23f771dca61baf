"""Lets something be tried on a model, and puts back all that the trial changed."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from ...zoo.errors import bad_input

__all__ = ["borrowed"]

# What a training leaves in the model's attributes, beside its variables.
ATTRIBUTES = ("optimizer", "train_function", "steps_per_execution", "stop_training")


@contextlib.contextmanager
def borrowed(model: Any) -> Iterator[Any]:
    """Yield a twin of the model's optimizer that trains the model; after that nothing happened.

    The twin has the optimizer's settings, its slots and its count of steps, and a learning rate
    that can be set. The optimizer itself takes no part, so that one that was never used is not
    even built. Put back are the variables (weights, statistics, metrics, seeds of layers), the
    compiled training function, and the random numbers of Python, NumPy and Keras.

    Args:
        model: A compiled and built model.

    Raises:
        BadInput: The optimizer cannot be made anew from its configuration.
    """
    own = model.optimizer
    kept = {name: vars(model)[name] for name in ATTRIBUTES if name in vars(model)}
    generators = _save_generators()
    saved: list[tuple[Any, Any]] = []
    twin = _twin(own)
    try:
        # Past __setattr__, by which Keras and TensorFlow would track the twin as a part.
        vars(model).update(optimizer=twin, train_function=None, steps_per_execution=1)
        saved = [
            (variable, np.array(keras.ops.convert_to_numpy(variable)))
            for variable in _variables(model)
        ]
        if own.built:
            twin.build(model.trainable_variables)
            for ours, theirs in zip(twin.variables, own.variables, strict=True):
                if ours.path.rpartition("/")[2] != "learning_rate":
                    ours.assign(theirs)
        yield twin
    finally:
        if len(_variables(model)) > len(saved):  # metrics that the first batch made
            model.reset_metrics()
        for variable, value in saved:
            variable.assign(value)
        for name in ATTRIBUTES:
            vars(model).pop(name, None)
        vars(model).update(kept)
        _restore_generators(generators)


def _variables(model: Any) -> list[Any]:
    every = [*model.variables, *model.metrics_variables]
    return list({id(variable): variable for variable in every}.values())


def _twin(optimizer: Any) -> Any:
    """Return an unused optimizer of the same settings with a learning rate that can be set."""
    try:
        config = optimizer.get_config()
        rates = config.get("inner_optimizer", {}).get("config", config)
        rates["learning_rate"] = 1e-3  # a schedule could not be set; what stood here is set anew
        return type(optimizer).from_config(config)
    except (AttributeError, KeyError, NotImplementedError, TypeError, ValueError) as error:
        raise bad_input(
            "optimizer_unknown",
            "The optimizer cannot be made anew, which a search needs so as not to touch it",
            expected="a Keras optimizer whose get_config and from_config agree",
            received=f"{type(optimizer).__name__}: {' '.join(str(error).split())[:150]}",
        ) from error


def _save_generators() -> tuple[Any, Any, Any]:
    return random.getstate(), np.random.get_state(), np.array(_global_seed())


def _restore_generators(saved: tuple[Any, Any, Any]) -> None:
    random.setstate(saved[0])
    np.random.set_state(saved[1])
    _global_seed().assign(saved[2])


def _global_seed() -> Any:
    """Return the variable behind every Keras random number that was given no seed."""
    from keras.src.random.seed_generator import global_seed_generator

    return global_seed_generator().state
