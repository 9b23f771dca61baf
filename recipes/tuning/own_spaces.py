"""The space of a builder of the user's own: what it asks its hyperparameters for."""

from __future__ import annotations

from typing import Any

from ...zoo.errors import bad_input, require
from .dimensions import Dimension
from .space import Space

__all__ = ["space_of_builder"]

MOST_BUILDS = 100


def space_of_builder(builder: Any, given: Space | None = None) -> Space:
    """Return what a builder asks for, found by building with the first values of everything.

    A builder that asks for something only where another has a certain value says so with
    `hp.conditional_scope`, and is built again under each of its conditions.

    Args:
        builder: `build(hp)`, or a `keras_tuner.HyperModel`.
        given: Dimensions that hold instead of what the builder says, or beside it.

    Raises:
        BadInput: It asks for nothing, or for what a space cannot say.
    """
    tuner = require("keras_tuner", "tuner")
    build = getattr(builder, "build", builder)
    known = tuner.HyperParameters()
    if given is not None:
        given.declare(known)
    if hasattr(builder, "declare_hyperparameters"):
        builder.declare_hyperparameters(known)
    never, once = [], []
    hp = known.copy()
    for _ in range(MOST_BUILDS):
        build(hp)
        known.merge([each for each in hp.space if not known._exists(each.name, each.conditions)])
        once += [scope for scope in hp.active_scopes if scope not in once]
        never += [scope for scope in hp.inactive_scopes if scope not in never]
        open_scopes = [scope for scope in never if scope not in once]
        if not open_scopes:
            break
        once.append(open_scopes[0])
        hp = known.copy()
        for condition in open_scopes[0]:
            hp.values[condition.name] = condition.values[0]
        hp.ensure_active_values()
    if given is not None:
        own = {each.setting: each for each in given}
        found = [own.get(each.name) or _dimension(each) for each in known.space]
    else:
        found = [_dimension(each) for each in known.space]
    dimensions = tuple(each for each in found if each is not None)
    if not dimensions:
        raise bad_input(
            "space_invalid",
            "The builder asks for no hyperparameter, so there is nothing to search over",
            remedy='Ask for one: hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")',
        )
    return Space(dimensions)


def _dimension(hp: Any) -> Dimension | None:
    """Return one hyperparameter of keras-tuner as a dimension; None for a fixed one."""
    kind = type(hp).__name__
    when = None
    if len(hp.conditions) > 1 or getattr(hp, "sampling", "") == "reverse_log":
        raise bad_input(
            "space_invalid",
            f"The builder's hyperparameter {hp.name} cannot be told as a dimension",
            expected="linear or log sampling, and at most one condition",
            received=repr(hp),
        )
    for condition in hp.conditions:
        when = (condition.name, tuple(condition.values))
    if kind == "Fixed":
        return None
    if kind == "Boolean":
        return Dimension(hp.name, "boolean", when=when)
    if kind == "Choice":
        return Dimension(hp.name, "choice", options=tuple(hp.values), when=when)
    return Dimension(
        hp.name,
        "integer" if kind == "Int" else "float",
        hp.min_value,
        hp.max_value,
        log=hp.sampling == "log",
        step=hp.step,
        when=when,
    )
