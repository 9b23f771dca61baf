"""The two common courses of layer widths. No Keras is needed."""

from __future__ import annotations

from .errors import BadInput, Problem

__all__ = ["constant", "funnel"]

FUNNEL_FACTOR = 2  # ARC-3: 512, 256, 128, 64


def funnel(first: int, layers: int) -> tuple[int, ...]:
    """Return widths that halve from layer to layer, the recommended course.

    Guide: ARC-3.

    Args:
        first: Units of the first hidden layer.
        layers: Number of hidden layers.

    Raises:
        BadInput: A number is below 1, or the last layer would have no unit.

    Examples:
        >>> funnel(512, 4)
        (512, 256, 128, 64)
    """
    _check(first, layers)
    units = tuple(first // FUNNEL_FACTOR**position for position in range(layers))
    if units[-1] < 1:
        message = f"A funnel of {layers} layers from {first} units ends without a unit"
        at_least = FUNNEL_FACTOR ** (layers - 1)
        raise BadInput(
            Problem("units_invalid", message, f"at least {at_least} units first", str(first))
        )
    return units


def constant(units: int, layers: int) -> tuple[int, ...]:
    """Return the same width for each layer.

    Guide: ARC-3.

    Args:
        units: Units of every hidden layer.
        layers: Number of hidden layers.

    Raises:
        BadInput: A number is below 1.

    Examples:
        >>> constant(256, 3)
        (256, 256, 256)
    """
    _check(units, layers)
    return (units,) * layers


def _check(units: int, layers: int) -> None:
    problems = [
        Problem("units_invalid", f"The number of {name} cannot be used", "at least 1", repr(value))
        for name, value in (("units", units), ("layers", layers))
        if isinstance(value, bool) or not isinstance(value, int) or value < 1
    ]
    if problems:
        raise BadInput(*problems)
