"""Settings that are no use, told all at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ...zoo.errors import BadInput, Problem, bad_input

__all__ = ["number", "optimizer_of", "raise_all"]


def number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    least: float | None = None,
    most: float | None = None,
    whole: bool = False,
    optional: bool = False,
) -> list[Problem]:
    """Return what is wrong with a number: an empty list, or one problem.

    Args:
        name: Its name as the user wrote it.
        value: What was given.
        above: It must be more than this.
        least: It must not be less than this.
        most: It must not be more than this.
        whole: Whether it must be a whole number.
        optional: Whether None is taken.

    Examples:
        >>> print(number("steps", 0, least=1, whole=True)[0])
        steps is not usable. Expected a whole number of at least 1, received 0.
    """
    if value is None and optional:
        return []
    kinds = (int, np.integer) if whole else (int, float, np.number)
    fits = isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value)
    if fits:
        size = float(value)  # pyright: ignore[reportArgumentType]
        fits = (
            (above is None or size > above)
            and (least is None or size >= least)
            and (most is None or size <= most)
        )
    if fits:
        return []
    limits = [f"above {above:g}"] if above is not None else []
    limits += [f"of at least {least:g}"] if least is not None else []
    limits += [f"of at most {most:g}"] if most is not None else []
    expected = " ".join(["a whole number" if whole else "a number", " and ".join(limits)]).strip()
    expected += " or None" if optional else ""
    return [Problem(f"{name}_invalid", f"{name} is not usable", expected, repr(value)[:60])]


def raise_all(problems: Iterable[Problem]) -> None:
    """Raise one error with every problem, if there is any.

    Raises:
        BadInput: There is a problem.
    """
    found = tuple(problems)
    if found:
        raise BadInput(*found)


def optimizer_of(model: Any, name: str) -> Any:
    """Return the optimizer of a compiled model whose learning rate can be set.

    Args:
        model: The model that is trained.
        name: Who asks, for the message.

    Raises:
        BadInput: There is no optimizer, or a schedule object gives its rate.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        raise bad_input(
            "model_uncompiled",
            f"{name} needs a compiled model",
            expected="a model with an optimizer",
            remedy="Call model.compile first",
        )
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    # The property hides a schedule behind the number that it gives.
    rate = getattr(inner, "_learning_rate", None)
    if callable(rate) and not hasattr(rate, "assign"):
        raise bad_input(
            "rate_not_settable",
            f"{name} cannot set the learning rate, which a schedule object gives",
            expected="an optimizer made with a number, such as Adam(learning_rate=0.001)",
            received=type(rate).__name__,
        )
    return optimizer
