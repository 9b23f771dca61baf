"""What a command hands back: data for scripts, and a way to show it to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..terminal import Terminal

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """The outcome of a command that ran to its end.

    Args:
        data: The JSON object of `--json`.
        show: Prints the outcome for a person.
        exit_code: 0 done, 1 failed, 130 interrupted.
    """

    data: Mapping[str, Any]
    show: Callable[[Terminal], None]
    exit_code: int = 0
