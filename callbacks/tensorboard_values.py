"""What one event of TensorBoard holds: numbers, texts, distributions, and the page of charts."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .gathering.facts import ProbeFacts

__all__ = ["histogram", "layout", "of_probe", "picture", "scalar", "text", "value_of"]

BINS = 20
FLOAT = 1  # the number of this type in TensorFlow's messages
# Figures of a layer that say something, and the activations that they say it of.
RECTIFIERS = ("relu", "relu6", "leaky_relu", "elu", "selu")
SATURATING = ("sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign")
LAYER_FIGURES = ("gradient_norm", "moved", "spread", "zero_units", "flat_units")


def scalar(tag: str, value: float) -> Any:
    """Return one number."""
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.compat.proto.tensor_pb2 import TensorProto

    # Most of what is written is this, and `make_tensor_proto` would take most of the time.
    tensor = TensorProto(dtype=FLOAT, tensor_shape={}, float_val=[value])
    return Summary.Value(tag=tag, tensor=tensor, metadata=_of_scalars())


@lru_cache(maxsize=1)
def _of_scalars() -> Any:
    from tensorboard.plugins.scalar.metadata import create_summary_metadata

    return create_summary_metadata(display_name="", description="")


def text(tag: str, value: str) -> Any:
    """Return one text in Markdown."""
    from tensorboard.plugins.text.metadata import create_summary_metadata

    data = np.array([value.encode()], dtype=object)
    return value_of(tag, data, create_summary_metadata(display_name="", description=""))


def histogram(tag: str, values: Sequence[float]) -> Any:
    """Return the distribution of finite numbers, `(bins, 3)`: from, to, how many."""
    from tensorboard.plugins.histogram.metadata import create_summary_metadata

    counts, edges = np.histogram(np.asarray(values, dtype=float), bins=BINS)
    data = np.stack([edges[:-1], edges[1:], counts], axis=1).astype("float32")
    return value_of(tag, data, create_summary_metadata(display_name="", description=""))


def picture(tag: str, png: bytes) -> Any:
    """Return one picture, as the bytes of a PNG file."""
    from tensorboard.plugins.image.metadata import create_summary_metadata

    # A PNG file begins with its signature and the header, in which the size stands.
    width, height = struct.unpack(">II", png[16:24])
    data = np.array([str(width).encode(), str(height).encode(), png], dtype=object)
    return value_of(tag, data, create_summary_metadata(display_name="", description=""))


def of_probe(probe: ProbeFacts) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return what a probe saw, as numbers by layer and as distributions, each by its tag.

    Examples:
        >>> from goodfit.callbacks import LayerProbe
        >>> dense = LayerProbe("hidden", "Dense", "relu", 0.25, gradient_norm=2.0, weight_norm=1.0)
        >>> of_probe(ProbeFacts(1, (dense,), batch_losses=(0.5, 0.4)))
        ({'gradient_norm/hidden': 2.0, 'zero_units/hidden': 0.25}, {'batch_losses': [0.5, 0.4]})
    """
    numbers: dict[str, float] = {}
    for figure in LAYER_FIGURES:
        for layer in probe.layers:
            value = getattr(layer, figure)
            told = {"zero_units": RECTIFIERS, "flat_units": SATURATING}.get(figure)
            if math.isfinite(value) and (told is None or layer.activation in told):
                numbers[f"{figure}/{layer.name}"] = float(value)
    spreads: dict[str, list[float]] = {}
    for figure in ("gradient_norm", "moved"):
        every = [value for tag, value in numbers.items() if tag.startswith(f"{figure}/")]
        if len(every) > 1:
            spreads[f"layers/{figure}"] = every
    losses = [loss for loss in probe.batch_losses if math.isfinite(loss)]
    if losses:
        spreads["batch_losses"] = losses
    return numbers, spreads


def layout(tags: Sequence[str]) -> Any:
    """Return the page of charts: train and validation of a metric on one, its gap beside it.

    Args:
        tags: The tags of numbers; one that ends in `/` stands for all that begin with it.
    """
    from tensorboard.plugins.custom_scalar import layout_pb2, metadata

    titles: Mapping[str, list[str]] = {
        "Train and validation": [],
        "Gap (above 0: better in training)": [],
        "Learning rate": [],
        "Layers": [],
    }
    for tag in tags:
        kind = 1 if tag.startswith("gap/") else 2 if tag == "learning_rate" else 0
        list(titles.values())[3 if tag.endswith("/") else kind].append(tag)
    page = layout_pb2.Layout(
        category=[
            layout_pb2.Category(
                title=title,
                chart=[
                    layout_pb2.Chart(
                        title=tag.rstrip("/"),
                        multiline=layout_pb2.MultilineChartContent(tag=[_pattern(tag)]),
                    )
                    for tag in sorted(group, key=lambda tag: ("loss" not in tag, tag))
                ],
            )
            for title, group in titles.items()
            if group
        ]
    )
    return value_of(
        metadata.CONFIG_SUMMARY_TAG, page.SerializeToString(), metadata.create_summary_metadata()
    )


def _pattern(tag: str) -> str:
    return f"^{re.escape(tag)}" + ("" if tag.endswith("/") else "$")


def value_of(tag: str, data: Any, metadata: Any) -> Any:
    """Return data under a tag, for the plugin that the metadata names."""
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.util.tensor_util import make_tensor_proto

    return Summary.Value(tag=tag, tensor=make_tensor_proto(data), metadata=metadata)
