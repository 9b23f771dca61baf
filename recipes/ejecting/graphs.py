"""From the graph of a trunk to readable lines: layers as calls, operations as `keras.ops`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .arranging import Arrangement, Step, merged
from .creation import Event, creations
from .idioms import IDIOMS, found_idiom, producer
from .layer_text import operation_name, operation_settings
from .repeats import with_loops
from .writing import literal, wrapped

if TYPE_CHECKING:
    import keras

__all__ = ["graph_lines"]

INFIX = {"Add": "+", "Subtract": "-", "Multiply": "*", "TrueDivide": "/", "Divide": "/"}


def graph_lines(trunk: keras.Model, inputs: str, seed: int) -> tuple[list[str], list[str]]:
    """Return the lines that build a trunk from its inputs, and the functions they call.

    A layer draws the seed of its first weights when it is made, so the lines make layers in the
    order in which those of the trunk were made: then they begin with the same weights.

    Args:
        trunk: A functional model, made after Keras was seeded.
        inputs: What the dictionary of its inputs is called.
        seed: The seed that it was made with.

    Returns:
        Lines that leave the answer in `output`, and the sources of functions that they call.
    """
    steps: dict[Any, Step] = {}
    last = _step(trunk.output, inputs, steps)
    last.uses += 1
    every = list(steps.values())
    layers = [step for step in every if step.layer is not None]
    events = creations([step.layer for step in layers], seed)
    lines = with_loops(merged(_arranged(last, layers, events).lines(last)))
    used = {step.kind for step in every}
    sources = [idiom.source.strip() for idiom in IDIOMS if idiom.name in used]
    return [part for line in lines for part in wrapped(line)], sources


def _arranged(last: Step, layers: Sequence[Step], events: Sequence[Event]) -> Arrangement:
    """Return the values in an order that draws seeds as the trunk did.

    As many layers as can be are made where they are called; the others before.
    """
    of_layer = {id(step.layer): step for step in layers}
    made = [event for event in events if event.is_creation]
    first = Arrangement(events)
    for event in made:
        first.visit(of_layer[id(event.layer)])
    first.visit(last)
    places = {id(event.layer): event.place for event in made}
    called = [id(s.layer) for s in first.order if s.layer is not None and id(s.layer) in places]
    usual = _longest_rise([places[layer] for layer in called])
    early = {layer for layer in called if places[layer] not in usual}
    every = set(places)
    text = first
    for apart in (set(), early, every):
        text = Arrangement(events, apart)
        for event in events:
            step = of_layer[id(event.layer)]
            if event.is_creation and id(event.layer) in apart:
                text.make(step)
            else:
                text.visit(step)
        text.visit(last)
        if len(of_layer) == len(layers) and text.draws_in_order:
            break
    return text


def _longest_rise(values: Sequence[int]) -> set[int]:
    """Return the longest part of different values that rises.

    Examples:
        >>> sorted(_longest_rise([5, 1, 2, 3]))
        [1, 2, 3]
    """
    best: list[list[int]] = []
    for place, value in enumerate(values):
        before = [best[p] for p in range(place) if values[p] < value]
        best.append([*max(before, key=len, default=[]), value])
    return set(max(best, key=len, default=[]))


def _step(tensor: Any, inputs: str, steps: dict[Any, Step]) -> Step:
    """Return the value of a tensor, after those that it needs."""
    history = tensor._keras_history
    operation = history.operation
    key = (id(operation), history.node_index)
    if key in steps:
        return steps[key]
    kind = type(operation).__name__
    needs: list[Step] = []

    def shown(value: Any) -> str:
        if hasattr(value, "_keras_history"):
            need = _step(value, inputs, steps)
            need.uses += 1
            needs.append(need)
            return f"{{{len(needs) - 1}}}"
        if isinstance(value, list | tuple) and any(hasattr(v, "_keras_history") for v in value):
            return "[" + ", ".join(map(shown, value)) + "]"
        return _constant(value).replace("{", "{{").replace("}", "}}")

    idiom = found_idiom(tensor)
    node = producer(tensor)
    arguments = list(node.arguments.args)
    named = {k: v for k, v in node.arguments.kwargs.items() if k != "training" and v is not None}
    named = {k: v for k, v in named.items() if v is not False}
    is_layer = False
    if kind == "InputLayer":
        template = f"{inputs}[{literal(operation.name)}]"
    elif idiom is not None:
        known, tensors = idiom
        width = [literal(tensor.shape[-1])] if known.sized else []
        template = f"{known.name}({', '.join([*width, *map(shown, tensors)])})"
        kind = known.name
    elif hasattr(operation, "build") and hasattr(operation, "trainable_variables"):
        is_layer = True
        texts = [shown(value) for value in arguments]
        texts += [f"{name}={shown(value)}" for name, value in named.items()]
        template = ", ".join(texts)
    elif kind in INFIX:
        one, other = map(shown, arguments)
        template = f"{one} {INFIX[kind]} {other}"
    elif kind == "GetItem":
        place = arguments[1] if isinstance(arguments[1], tuple) else (arguments[1],)
        template = f"{shown(arguments[0])}{_places(place)}"
    else:
        name = operation_name(operation)
        if not name:
            raise NotImplementedError(kind)
        texts = [shown(value) for value in arguments] + operation_settings(operation)
        texts += [f"{name}={shown(value)}" for name, value in named.items()]
        template = f"ops.{name}({', '.join(texts)})"
    inner = list(getattr(operation, "layers", [])) if is_layer else []
    if inner:  # a sequence of layers is written as these layers
        operation, *others = [part for part in inner if type(part).__name__ != "InputLayer"]
    made = Step(
        type(operation).__name__ if inner else kind,
        template,
        needs,
        operation if is_layer else None,
        kind in INFIX,
    )
    for number, part in enumerate(others if inner else ()):
        steps[(*key, number)] = made
        made.uses += 1
        made = Step(type(part).__name__, "{0}", [made], part)
    steps[key] = made
    return made


def _constant(value: Any) -> str:
    if hasattr(value, "numpy") or type(value).__module__ == "numpy":
        import numpy as np

        array = np.asarray(value)
        return literal(array.item()) if array.ndim == 0 else literal(array.tolist())
    return literal(value)


def _places(place: Sequence[Any]) -> str:
    texts = ["None" if each is None else "..." if each is ... else literal(each) for each in place]
    return f"[{', '.join(texts)}]"
