"""What is wrong with the settings of a builder: one list of limits for all builders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import Problem

__all__ = ["setting_problems"]

_MAXIMUM_UNITS = 65_536
_MAXIMUM_LAYERS = 100


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _whole(most: int) -> tuple[str, Callable[[Any], bool]]:
    def fits(value: Any) -> bool:
        return isinstance(value, int) and _is_number(value) and 1 <= value <= most

    return f"a whole number from 1 to {most}", fits


def _are_widths(value: Any) -> bool:
    width = _whole(_MAXIMUM_UNITS)[1]
    return isinstance(value, list | tuple) and bool(value) and all(map(width, value))


# For each setting what was expected, and whether a value is that.
_LIMITS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "filters": (f"a list of whole numbers from 1 to {_MAXIMUM_UNITS}", _are_widths),
    "cell": ("one of simple_rnn, lstm, gru", lambda v: v in ("simple_rnn", "lstm", "gru")),
    "units": (f"a list of whole numbers from 1 to {_MAXIMUM_UNITS}", _are_widths),
    "dropout": ("a share from 0 to below 1", lambda v: _is_number(v) and 0 <= v < 1),
    "l2": ("a number that is not below 0", lambda v: _is_number(v) and 0 <= v < float("inf")),
    "batch_normalization": ("True or False", _is_truth),
    "bidirectional": ("True or False", _is_truth),
    "embedding_width": _whole(_MAXIMUM_UNITS),
    "layers": _whole(_MAXIMUM_LAYERS),
    "mix_variables": ("True or False", _is_truth),
    "heads": _whole(_MAXIMUM_UNITS),
}


def setting_problems(**settings: Any) -> list[Problem]:
    """Return what is wrong with the settings of a builder, in their order.

    Args:
        settings: Values by name; every name has limits here.

    Examples:
        >>> print(setting_problems(dropout=0.2, heads=0)[0].expected)
        a whole number from 1 to 65536
    """
    return [
        Problem(
            "setting_invalid",
            f"The setting {name} cannot be used",
            _LIMITS[name][0],
            repr(value),
        )
        for name, value in settings.items()
        if not _LIMITS[name][1](value)
    ]
