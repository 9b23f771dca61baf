"""The attention of one layer as labelled heat maps: each head, and their average."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .report.drawing import PALETTE, SMALL, plain_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..zoo import Attention

__all__ = ["draw_attention"]

MOST_STEPS = 48
"""More steps than this are cut: their labels could not be read."""
MOST_HEADS = 16
_ACROSS = 3  # maps side by side
_LONGEST_LABEL = 14
_CELL, _LEAST_CELL = 0.26, 0.17  # inches
_LETTER = 0.085  # inches, of a label
_USUAL, _LEAST, _NARROWEST = 7.0, 0.8, 4.2  # inches, of a map and of the whole


def draw_attention(attention: Attention, *, title: str = "") -> Figure:
    """Draw who looks at whom: a row for each query, a column for each key, darker for more.

    The average over the heads comes first, then each head. Each map is as dark as its own largest
    weight allows, which stands above it. Of more than 48 steps the first are drawn, of more than
    16 heads the first as well; the heading says so.

    Args:
        attention: What `goodfit.zoo.attention_weights` gives for one layer.
        title: Above the maps, such as the name of the layer.

    Guide: SEQ-9.

    Examples:
        >>> from goodfit.zoo import Attention
        >>> weights = np.array([[[0.9, 0.1], [0.5, 0.5]], [[0.2, 0.8], [0.5, 0.5]]])
        >>> figure = draw_attention(Attention(weights, ("good", "wine"), ("good", "wine")))
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['average of 2 heads, to 0.55', 'head 1, to 0.90', 'head 2, to 0.80']
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['good', 'wine']
    """
    from matplotlib.figure import Figure

    queries, keys = attention.queries[:MOST_STEPS], attention.keys[:MOST_STEPS]
    every = len(attention.weights)
    maps = [("weights" if every == 1 else f"average of {every} heads", attention.average)]
    if every > 1:
        heads = np.asarray(attention.weights)[:MOST_HEADS]
        maps += [(f"head {number}", head) for number, head in enumerate(heads, 1)]

    # Sizes in inches, from the top left corner.
    labels = [plain_label(name, _LONGEST_LABEL) for name in keys]
    sides = [plain_label(name, _LONGEST_LABEL) for name in queries]
    cell = max(_LEAST_CELL, min(_CELL, _USUAL / max(len(keys), len(queries), 1)))
    wide, tall = max(cell * len(keys), _LEAST), max(cell * len(queries), _LEAST)
    left = 0.25 + _LETTER * max(map(len, sides), default=1)
    below = 0.2 + _LETTER * max(map(len, labels), default=1)
    across = max(1, min(_ACROSS, len(maps)))
    each_wide, each_tall = left + wide + 0.15, 0.35 + tall + below
    above = 0.62 if title else 0.34
    width = max(each_wide * across, _NARROWEST)
    height = above + each_tall * math.ceil(len(maps) / across)
    figure = Figure(figsize=(width, height), facecolor=PALETTE["paper"])
    for place, (line, size, role) in enumerate(_heading(title, attention)):
        top = 1 - (0.1 + 0.26 * place) / height
        figure.text(0.12 / width, top, line, va="top", fontsize=size, color=PALETTE[role])
    for place, (name, values) in enumerate(maps):
        row, column = divmod(place, across)
        x, y = column * each_wide + left, height - above - row * each_tall - 0.35 - tall
        axes = figure.add_axes((x / width, y / height, wide / width, tall / height))
        shown = values[: len(queries), : len(keys)]
        most = float(shown.max(initial=0.0))
        axes.imshow(shown, cmap=_shades(), vmin=0, vmax=max(most, 1e-9), aspect="auto")
        _name_cells(axes, labels, sides, f"{name}, to {most:.2f}")
    return figure


def _heading(title: str, attention: Attention) -> list[tuple[str, float, str]]:
    """Return lines, each with its size and the role of its colour."""
    said = "Each row looks at the columns: the darker, the more."
    longest = max(len(attention.queries), len(attention.keys))
    if longest > MOST_STEPS:
        said += f" The first {MOST_STEPS} of {longest} steps."
    if len(attention.weights) > MOST_HEADS:
        said += f" The first {MOST_HEADS} of {len(attention.weights)} heads."
    lines = [(plain_label(title, 60), 12.0, "ink")] if title else []
    return [*lines, (said, SMALL, "muted")]


def _shades() -> Any:
    """Return the colours from paper to the main one, which read the same without colour."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", [PALETTE["paper"], PALETTE["main"]])


def _name_cells(axes: Axes, keys: Sequence[str], queries: Sequence[str], name: str) -> None:
    axes.set_xticks(range(len(keys)), list(keys), rotation=90)
    axes.set_yticks(range(len(queries)), list(queries))
    axes.tick_params(labelsize=SMALL, labelcolor=PALETTE["ink"], length=0, pad=3)
    axes.spines[:].set_color(PALETTE["line"])
    axes.set_title(name, loc="left", fontsize=SMALL + 1, color=PALETTE["muted"])
