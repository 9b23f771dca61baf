"""One setting that a search may change: its kind, its limits, and when it matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...zoo.errors import BadInput, Problem
from ..studying.changes import written

__all__ = ["KINDS", "Dimension"]

KINDS = ("float", "integer", "choice", "boolean")


@dataclass(frozen=True)
class Dimension:
    """One setting that a search may change, and within which limits.

    Args:
        setting: The field of `Config`; for a builder of your own, the name of its hyperparameter.
        kind: `float`, `integer`, `choice` or `boolean`.
        low: The least value of a number.
        high: The largest value of a number.
        log: Whether ×10 is as far as ÷10, as it is for a learning rate.
        step: The distance of two values; with `log` their ratio. None: any value.
        options: What is chosen among. A list, such as units, is a text: `128,64`.
        when: A setting and the values of it under which this one matters; None: always.
        rule: The guide's rule or rules.
        reason: Why these limits, one sentence.

    Raises:
        BadInput: The limits do not make a dimension; everything that is wrong is named.

    Examples:
        >>> rate = Dimension("learning_rate", "float", 1e-4, 1e-2, log=True)
        >>> rate.holds(0.001), rate.holds(0.1)
        (True, False)
    """

    setting: str
    kind: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = None
    options: tuple[Any, ...] = ()
    when: tuple[str, tuple[Any, ...]] | None = None
    rule: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Check the limits."""
        options = tuple(written(o) if isinstance(o, list | tuple) else o for o in self.options)
        if any(isinstance(option, float) for option in options):
            options = tuple(float(o) if isinstance(o, int) else o for o in options)
        object.__setattr__(self, "options", options)
        wrong = list(self._wrong())
        if wrong:
            message = f"The dimension {self.setting} of the space cannot be used"
            raise BadInput(*(Problem("space_invalid", message, *each) for each in wrong))

    def holds(self, value: Any) -> bool:
        """Return whether a value lies within the limits."""
        if self.kind == "boolean":
            return isinstance(value, bool)
        if self.kind == "choice":
            return value in self.options
        numbers = isinstance(value, int | float) and not isinstance(value, bool)
        if not numbers or self.low is None or self.high is None:
            return False
        return self.low <= value <= self.high

    def active(self, values: Mapping[str, Any]) -> bool:
        """Return whether the setting matters where other settings have these values."""
        return self.when is None or values.get(self.when[0]) in self.when[1]

    def ends(self) -> tuple[Any, ...]:
        """Return the values that have to fit if all are to fit."""
        if self.kind == "boolean":
            return (False, True)
        return self.options if self.kind == "choice" else (self.low, self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return the dimension as plain data for TOML, without what says nothing."""
        plain: dict[str, Any] = {"kind": self.kind}
        limits = {name: getattr(self, name) for name in ("low", "high", "step")}
        plain |= {name: value for name, value in limits.items() if value is not None}
        plain |= {"log": True} if self.log else {}
        plain |= {"options": list(self.options)} if self.options else {}
        plain |= {name: getattr(self, name) for name in ("rule", "reason") if getattr(self, name)}
        return plain | ({"when": {self.when[0]: list(self.when[1])}} if self.when else {})

    def _wrong(self) -> Iterator[tuple[str, str]]:
        """Yield what was expected and what was received."""
        if self.kind not in KINDS:
            yield "a kind: " + ", ".join(KINDS), repr(self.kind)
        elif self.kind == "choice":
            if len(set(self.options)) != len(self.options) or not self.options:
                yield "options, each once", repr(list(self.options))
            if len({type(option) for option in self.options}) > 1:
                yield "options of one kind", repr(list(self.options))
        elif self.kind != "boolean":
            low, high = self.low, self.high
            number = int if self.kind == "integer" else (int, float)
            if not isinstance(low, number) or not isinstance(high, number) or low > high:
                yield "low and high, the smaller one first", f"{low!r} and {high!r}"
            elif self.log and low <= 0:
                yield "a low above 0, because log is on", repr(low)
            if self.step is not None and self.step <= (1 if self.log else 0):
                yield f"a step above {1 if self.log else 0}", repr(self.step)
