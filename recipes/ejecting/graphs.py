"""From the graph of a trunk to readable lines: layers as calls, operations as `keras.ops`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .arranging import Arrangement, Step, merged
from .creation import Event, creations
from .idioms import IDIOMS, found_idiom, producer
from .layer_text import operation_name, operation_settings
from .plan import cannot
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
    events = creations(list({id(step.layer): step.layer for step in layers}.values()), seed)
    lines = with_loops(merged(_arranged(last, layers, events).lines(last)))
    used = {step.kind for step in every}
    sources = [idiom.source.strip() for idiom in IDIOMS if idiom.name in used]
    return [part for line in lines for part in wrapped(line)], sources


def _arranged(last: Step, layers: Sequence[Step], events: Sequence[Event]) -> Arrangement:
    """Return the values in an order that draws seeds as the trunk did.

    As many layers as can be are made where they are called; the others, and those that are called
    twice, before.
    """
    seen, drawing = [id(step.layer) for step in layers], {id(event.layer) for event in events}
    shared = {layer for layer in seen if seen.count(layer) > 1 and layer in drawing}
    of_layer = {id(step.layer): step for step in layers}
    made = [event for event in events if event.is_creation]
    first = Arrangement(events, shared)
    for event in made:
        first.visit(of_layer[id(event.layer)])
    first.visit(last)
    places = {id(event.layer): event.place for event in made}
    called = [id(s.layer) for s in first.order if s.layer is not None and id(s.layer) in places]
    usual = _longest_rise([places[layer] for layer in called])
    early = {layer for layer in called if places[layer] not in usual}
    every = set(places)
    text = first
    for apart in (shared, early | shared, every):
        text = Arrangement(events, apart)
        for event in events:
            step = of_layer[id(event.layer)]
            if event.is_creation and id(event.layer) in apart:
                text.make(step)
            else:
                text.visit(step)
        text.visit(last)
        if text.draws_in_order:
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

    kind, template, is_layer = _written(tensor, inputs, shown)
    if not is_layer:
        steps[key] = Step(kind, template, needs, None, kind in INFIX)
        return steps[key]
    made: Step | None = None
    for number, layer in enumerate(_layers_of(operation)):
        if made is None:
            made = Step(type(layer).__name__, template, needs, layer)
        else:
            made.uses += 1
            made = Step(type(layer).__name__, "{0}", [made], layer)
        steps[(*key, number)] = made
    steps[key] = steps.pop((*key, number))
    return steps[key]


def _written(tensor: Any, inputs: str, shown: Callable[[Any], str]) -> tuple[str, str, bool]:
    """Return the kind of a value, its text, and whether it is what a layer is called with.

    Args:
        tensor: The value.
        inputs: What the dictionary of inputs is called.
        shown: Returns the place of a tensor in the text, or a constant.
    """
    operation, node = tensor._keras_history.operation, producer(tensor)
    kind, arguments = type(operation).__name__, node.arguments.args
    named = [
        (name, value)
        for name, value in node.arguments.kwargs.items()
        if name != "training" and value is not None and value is not False
    ]
    if kind == "InputLayer":
        return kind, f"{inputs}[{literal(operation.name)}]", False
    if (found := found_idiom(tensor)) is not None:
        idiom, tensors = found
        width = [literal(tensor.shape[-1])] if idiom.sized else []
        text = f"{idiom.name}({', '.join([*width, *map(shown, tensors)])})"
        return idiom.name, text, False
    if kind in INFIX:
        one, other = map(shown, arguments)
        return kind, f"{one} {INFIX[kind]} {other}", False
    if kind == "GetItem":
        place = arguments[1] if isinstance(arguments[1], tuple) else (arguments[1],)
        return kind, f"{shown(arguments[0])}{_places(place)}", False
    texts = [shown(value) for value in arguments]
    more = [f"{name}={shown(value)}" for name, value in named]
    if hasattr(operation, "trainable_variables"):
        return kind, ", ".join([*texts, *more]), True
    name = operation_name(operation)
    if not name:
        raise cannot(f"A network with the operation {kind}", "operations of keras.ops")
    return kind, f"ops.{name}({', '.join([*texts, *operation_settings(operation), *more])})", False


def _layers_of(layer: Any) -> list[Any]:
    """Return a layer alone, or, of a sequence of layers, these."""
    if not hasattr(layer, "layers"):
        return [layer]
    if type(layer).__name__ != "Sequential":
        raise cannot(f"A network with the model {layer.name} inside", "layers and operations")
    return [part for part in layer.layers if type(part).__name__ != "InputLayer"]


def _constant(value: Any) -> str:
    if hasattr(value, "numpy") or type(value).__module__ == "numpy":
        import numpy as np

        array = np.asarray(value)
        if array.ndim == 0:
            return literal(array.item())
        return f"np.array({literal(array.tolist())}, {literal(array.dtype.name)})"
    return literal(value)


def _places(place: Sequence[Any]) -> str:
    texts = ["None" if each is None else "..." if each is ... else literal(each) for each in place]
    return f"[{', '.join(texts)}]"
