"""The table of what was taken for what, as a chart.

Guide: MET-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing import PALETTE, WIDTH, plain_label, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MOST_CLASSES", "draw_confusion_matrix"]

MOST_CLASSES = 20
LETTER = 0.08
"""Inches of a letter of a name."""


def draw_confusion_matrix(
    matrix: Any, names: Sequence[str], *, title: str = "Confusion matrix"
) -> Figure:
    """Draw counts by actual class (rows) and predicted class (columns), shaded by share of the row.

    Of more than 20 classes, the 20 with the most errors are drawn.

    Args:
        matrix: Counts, shape `(classes, classes)`.
        names: Class names in label order.
        title: Above the chart; "" for nothing.

    Guide: MET-1.

    Examples:
        >>> figure = draw_confusion_matrix([[8, 1], [2, 9]], ["no", "yes"])
        >>> sorted(text.get_text() for text in figure.axes[0].texts)
        ['1', '2', '8', '9']
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

    counts = np.asarray(matrix, dtype=float)
    index = np.arange(len(counts))
    if len(counts) > MOST_CLASSES:
        errors = counts.sum(0) + counts.sum(1) - 2 * np.diag(counts)
        index = np.sort(np.argsort(-errors, kind="stable")[:MOST_CLASSES])
    shown = counts[np.ix_(index, index)]
    labels = [plain_label(names[int(i)], 14) for i in index]
    size, longest = len(index), max(map(len, labels))
    few = size <= 4
    # Names that would run into each other stand upright.
    upright = not few or longest * LETTER > (WIDTH - 0.5 - LETTER * longest) / size
    left, above = 0.4 + LETTER * longest, 0.35 if title else 0.1
    below = 0.42 + 0.075 * longest if upright else 0.5
    wide = min(1.05, (WIDTH - left - 0.15) / size) if few else 0.46
    tall = min(wide, 0.8)
    width = WIDTH if few else max(WIDTH, left + wide * size + 0.15)
    height = above + tall * size + below
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes(
        (left / width, below / height, wide * size / width, tall * size / height)
    )
    style(figure, axes, title)
    row, column = np.divmod(np.arange(size * size), size)
    shares = (shown / np.maximum(counts.sum(1)[index], 1)[:, None]).ravel()
    right = row == column
    # One collection: thousands of separate patches would take seconds.
    corners = np.array([(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98)])
    colours = [
        (PALETTE["good" if hit else "bad"], max(0.5 * share, 0.04))
        for hit, share in zip(right, shares, strict=True)
    ]
    squares = np.stack([column, row], axis=1)[:, None, :] + corners
    axes.add_collection(
        PolyCollection(list(squares), facecolors=colours, linewidths=0), autolim=False
    )
    for place in np.flatnonzero(shown):
        axes.text(
            column[place] + 0.5, row[place] + 0.5, f"{shown.flat[place]:g}", ha="center",
            va="center", color=PALETTE["ink"], fontsize=14 if few else 9,
            fontweight="bold" if right[place] else "normal",
        )  # fmt: skip
    axes.set_xlim(0, size)
    axes.set_ylim(size, 0)
    axes.set_xticks(np.arange(size) + 0.5, labels, rotation=90 if upright else 0)
    axes.set_yticks(np.arange(size) + 0.5, labels)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("actual")
    return figure
