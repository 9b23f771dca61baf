"""The layers of a model as the graph that TensorBoard draws.

TensorBoard's own reader of Keras models stops at an attention layer, a mask or an operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["model_graph"]


def model_graph(model: Any) -> bytes:
    """Return the layers of a model and what feeds what, as TensorFlow writes a graph.

    It is the graph of operations to TensorBoard, which opens that one first.

    Args:
        model: A Keras model; None, a subclass, or a layer without a config give nothing.
    """
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    if type(model).__name__ not in ("Functional", "Sequential"):
        return b""  # a subclass has no layers that could be followed
    graph = GraphDef()
    try:
        _add(graph, json.loads(model.to_json()), "", [])
    except (KeyError, NotImplementedError, TypeError, ValueError):
        return b""  # a layer that cannot say what it is made of
    return graph.SerializeToString()


def _add(graph: Any, model: Mapping[str, Any], scope: str, given: list[str]) -> list[str]:
    """Add the layers of a model below a scope, and return the nodes that its output comes from."""
    config = model["config"]
    known: dict[str, list[str]] = {}
    starts = dict(zip(_named(config.get("input_layers")), given, strict=False))
    before = given
    for layer in config["layers"]:
        name = layer["config"]["name"]
        if "inbound_nodes" in layer and model["class_name"] != "Sequential":
            sources = [node for each in _sources(layer["inbound_nodes"]) for node in known[each]]
            sources += [starts[name]] if name in starts else []
        else:
            sources = before
        if "layers" in layer["config"]:
            before = _add(graph, layer, f"{scope}{name}/", sources)
        else:
            node = graph.node.add(name=scope + name, op=layer["class_name"])
            node.input.extend(dict.fromkeys(sources))
            before = [node.name]
        known[name] = before
    ends = [node for name in _named(config.get("output_layers")) for node in known[name]]
    return ends or before


def _sources(inbound: Any) -> dict[str, None]:
    """Return the names of the layers whose output stands anywhere in the arguments of calls."""
    return dict.fromkeys(name for each in _histories(inbound) for name in each[:1])


def _histories(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, Mapping):
        history = value.get("keras_history")
        if isinstance(history, list):
            yield history
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _histories(each)


def _named(places: Any) -> list[str]:
    """Return the names in one place `[name, 0, 0]`, or in a list or dict of them."""
    if isinstance(places, Mapping):
        places = list(places.values())
    if not isinstance(places, list) or not places:
        return []
    if isinstance(places[0], str):
        return [places[0]]
    return [name for each in places for name in _named(each)]
