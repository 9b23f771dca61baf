"""The values of a graph put in an order, named, and written one on a line."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from .creation import Event
from .layer_text import layer_text
from .writing import identifier

__all__ = ["Arrangement", "Step", "merged"]

LONGEST_INSIDE = 60
"""A longer calculation gets a line and a name of its own."""
_VALUES = {
    **{"Embedding": "words", "MultiHeadAttention": "seen", "LayerNormalization": "normal"},
    **{"GRU": "states", "LSTM": "states", "SimpleRNN": "states", "is_word": "present"},
    **{"looked_at": "mask", "positions": "places", "mean_of_steps": "mean", "Dense": "mapped"},
}


@dataclass(frozen=True)
class Made:
    """The making of a layer that is called later."""

    layer: Any

    @property
    def name(self) -> str:
        """The variable that holds it."""
        name = identifier(self.layer.name)
        return "answer" if name == "output" else name


@dataclass
class Step:
    """One value of a graph.

    Args:
        kind: Class of the layer or operation, or name of the idiom.
        template: Text with `{0}`, `{1}` … where other values stand.
        needs: Those values, in that order.
        layer: The layer that is called; None for an operation.
        infix: Whether the text needs brackets inside another operation.
        uses: How many others need it.
    """

    kind: str
    template: str
    needs: list[Step] = field(default_factory=list)
    layer: Any = None
    infix: bool = False
    uses: int = 0

    @property
    def is_input(self) -> bool:
        """Whether it is there from the beginning."""
        return self.kind == "InputLayer"


class Arrangement:
    """Values put in an order, and then into lines.

    Args:
        events: When the layers of the trunk drew.
        apart: Layers that are made on lines of their own, before they are called.
    """

    def __init__(self, events: Sequence[Event], apart: Collection[int] = ()) -> None:
        self.apart = apart
        self.order: list[Any] = []
        self._events = events
        self._seen: set[int] = set()
        self._begins: set[int] = set()
        self._unmade = False

    @property
    def draws_in_order(self) -> bool:
        """Whether the lines draw as the trunk did."""
        places = []
        for item in self.order:
            made = isinstance(item, Made)
            for event in self._events:
                early = event.is_creation and id(event.layer) in self.apart
                if event.layer is item.layer and early == made:
                    places.append(event.place)
        return places == sorted(places) and not self._unmade

    def make(self, step: Step) -> None:
        """Put the making of a layer next."""
        self.order.append(Made(step.layer))

    def visit(self, step: Step) -> None:
        """Put a value next, after those that it needs."""
        if id(step) in self._seen:
            return
        self._seen.add(id(step))
        for need in step.needs:
            self.visit(need)
            started = any(isinstance(item, Step) for item in self.order)
            if need.is_input and need.uses == 1 and step.layer is not None and not started:
                self._begins.add(id(need))  # a chain of layers
                self.order.append(need)
        if step.layer is not None and id(step.layer) in self.apart:
            made = {id(item.layer) for item in self.order if isinstance(item, Made)}
            self._unmade = self._unmade or id(step.layer) not in made
        if not step.is_input:
            self.order.append(step)

    def lines(self, last: Step) -> list[str]:
        """Return one line for each value that has a name; the last is called `output`."""
        texts: dict[int, str] = {}
        named: list[Any] = []
        for item in self.order:
            if (
                isinstance(item, Made)
                or id(item) in self._begins
                or item is last
                or item.uses > 1
                or self._is_long(item)
            ):
                named.append(item)
        ends = self._last_uses(named, last)
        taken: dict[str, int] = {}
        found = []
        for place, item in enumerate(named):
            if isinstance(item, Made):
                found.append(f"{item.name} = {layer_text(item.layer)}")
                continue
            text = self._expression(item, texts)
            name = "output" if item is last else self._free(item, place, taken)
            taken[name] = ends.get(id(item), place)
            texts[id(item)] = name
            found.append(f"{name} = {text}")
        return found

    def _is_long(self, step: Step) -> bool:
        if step.layer is not None and id(step.layer) not in self.apart:
            return True
        return len(self._expression(step, {})) > LONGEST_INSIDE

    def _expression(self, step: Step, texts: dict[int, str], inside: bool = False) -> str:
        if id(step) in texts:
            return texts[id(step)]
        call = step.layer is not None
        needs = [self._expression(n, texts, inside=step.infix) for n in step.needs]
        text = step.template.format(*needs)
        if step.kind == "GetItem" and step.needs[0].infix and id(step.needs[0]) not in texts:
            text = f"({needs[0]}){step.template.format('')}"
        if call:
            apart = id(step.layer) in self.apart
            made = Made(step.layer).name if apart else layer_text(step.layer)
            text = f"{made}({text})"
        return f"({text})" if inside and step.infix else text

    def _last_uses(self, named: list[Any], last: Step) -> dict[int, int]:
        """Return, of each value with a name, the last line that reads it."""
        own = {id(step) for step in named if isinstance(step, Step)}
        ends: dict[int, int] = {}

        def read(step: Step, place: int) -> None:
            for need in step.needs:
                if id(need) in own:
                    ends[id(need)] = place
                else:
                    read(need, place)

        for place, item in enumerate(named):
            if isinstance(item, Step):
                read(item, place)
        ends[id(last)] = len(named)
        return ends

    def _free(self, step: Step, place: int, taken: dict[str, int]) -> str:
        """Return `x` where nobody reads the last `x` any more, else a name of its own."""
        if step.kind not in ("is_word", "looked_at") and taken.get("x", -1) <= place:
            return "x"
        base = name = _VALUES.get(step.kind, "value")
        number = 2
        while taken.get(name, -1) > place:
            name, number = f"{base}_{number}", number + 1
        return name


def merged(lines: list[str]) -> list[str]:
    """Return lines in which a layer that is called right after it was made is called at once."""
    merged: list[str] = []
    for line in lines:
        if merged:
            name, _, made = merged[-1].partition(" = ")
            once = len(re.findall(rf"\b{re.escape(name)}\(", line)) == 1
            others = sum(len(re.findall(rf"\b{re.escape(name)}\(", each)) for each in lines)
            if made.startswith("layers.") and made.count(")(") == 0 and once and others == 1:
                merged[-1] = re.sub(rf"\b{re.escape(name)}\(", lambda _, m=made: f"{m}(", line)
                continue
        merged.append(line)
    return merged
