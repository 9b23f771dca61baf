"""Two pictures: a search for the learning rate, and what was taken for what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...zoo.errors import bad_input, require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .rate_search import LearningRateSearch

__all__ = ["draw_confusion", "draw_search", "require_matplotlib", "write_figure"]

INK, MUTED, LINE, PAPER = "#1c2532", "#596474", "#d6dbe3", "#fdfdfe"
MAIN, GOOD, BAD = "#2456c8", "#12705a", "#b3261e"
ENDINGS = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 130
MOST_CLASSES = 20
LETTER = 0.085
"""Inches of a letter of a name."""
LONGEST_NAME = 14


def require_matplotlib() -> None:
    """Raise where there is no matplotlib.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    require("matplotlib", "report")


def write_figure(figure: Figure, path: str | Path | None) -> Figure:
    """Write a figure where a path is given, and return it.

    Raises:
        BadInput: The path has another ending, or cannot be written.
    """
    if path is None:
        return figure
    place = Path(path)
    if place.suffix not in ENDINGS:
        raise bad_input(
            "picture_suffix",
            "A picture cannot be written under this name",
            expected=f"a path ending in {', '.join(ENDINGS)}",
            received=place.name,
        )
    try:
        figure.savefig(place, dpi=DOTS_PER_INCH)
    except OSError as error:
        raise bad_input(
            "picture_unwritable",
            f"{place} cannot be written",
            expected="a path in a folder with write permission",
            received=error.strerror or str(error),
        ) from error
    return figure


def draw_search(search: LearningRateSearch) -> Figure:
    """Draw the losses of a search over the rates, with what is proposed."""
    require_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), facecolor=PAPER)
    axes = figure.add_axes((0.11, 0.15, 0.85, 0.72))
    _quiet(axes)
    rates, losses = np.asarray(search.rates), np.asarray(search.losses)
    smoothed = np.asarray(search.smoothed)
    axes.plot(rates, losses, color=MAIN, alpha=0.3, linewidth=1, label="of each batch")
    axes.plot(rates, smoothed, color=MAIN, linewidth=2.2, label="smoothed")
    axes.set_xscale("log")
    finite = smoothed[np.isfinite(smoothed)]
    if len(finite):
        # What blows up at the end would press all the rest flat.
        low, start = finite.min(), finite[: max(1, len(finite) // 4)].max()
        room = max(start - low, 0.05 * abs(start), 1e-9)
        axes.set_ylim(low - 0.15 * room, start + 0.6 * room)
    title = "No rate lowered the loss"
    if search.proposed is not None:
        title = f"Proposed learning rate: {search.proposed:.2g}"
        axes.axvline(search.proposed, color=GOOD, linewidth=1.6, linestyle=(0, (4, 2)))
        height = float(np.interp(np.log(search.proposed), np.log(rates), smoothed))
        axes.plot([search.proposed], [height], "o", color=GOOD, markersize=7)
    axes.set_title(title, loc="left", fontsize=12, color=INK, pad=16)
    ends = {
        "not_finite": "The search ended where the loss was no longer a number.",
        "diverged": "The search ended where the loss blew up.",
        "data_ended": "The search ended with the data.",
        "steps": "All rates were tried.",
    }
    axes.text(0, 1.02, ends[search.stopped], transform=axes.transAxes, fontsize=9, color=MUTED)
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.legend(frameon=False, fontsize=9.5, labelcolor=INK, loc="lower left")
    return figure


def draw_confusion(matrix: Any, names: Sequence[str], title: str) -> Figure:
    """Draw counts: a row for each actual class, a column for each predicted, by share of the row.

    Of more than 20 classes, the 20 with the most errors are drawn.
    """
    require_matplotlib()
    from matplotlib.colors import to_rgba
    from matplotlib.figure import Figure

    counts = np.asarray(matrix, dtype=float)
    index = np.arange(len(counts))
    if len(counts) > MOST_CLASSES:
        errors = counts.sum(0) + counts.sum(1) - 2 * np.diag(counts)
        index = np.sort(np.argsort(-errors, kind="stable")[:MOST_CLASSES])
        title += f" (the {MOST_CLASSES} classes with the most errors of {len(counts)})"
    shown = counts[np.ix_(index, index)]
    labels = [_label(names[int(place)]) for place in index]
    size, longest = len(index), LETTER * max(map(len, labels))
    cell = 0.8 if size <= 4 else 0.5
    upright = longest > cell
    left, below = 0.5 + longest, 0.45 + (longest if upright else 0.2)
    width, height = max(left + cell * size + 0.2, 4.2), 0.5 + cell * size + below
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    axes = figure.add_axes(
        (left / width, below / height, cell * size / width, cell * size / height)
    )
    shares = shown / np.maximum(counts.sum(1)[index], 1)[:, None]
    colours = np.empty((size, size, 4))
    for (row, column), share in np.ndenumerate(shares):
        colours[row, column] = to_rgba(GOOD if row == column else BAD, 0.04 + 0.6 * share)
    axes.imshow(colours)
    for row, column in np.argwhere(shown > 0):
        axes.text(
            column, row, f"{shown[row, column]:g}", ha="center", va="center", color=INK,
            fontsize=13 if size <= 4 else 8.5, fontweight="bold" if row == column else "normal",
        )  # fmt: skip
    axes.set_xticks(range(size), labels, rotation=90 if upright else 0)
    axes.set_yticks(range(size), labels)
    axes.set_xticks(np.arange(size - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(size - 1) + 0.5, minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=2)
    axes.tick_params(which="both", length=0, labelsize=9.5, labelcolor=INK)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted", color=MUTED)
    axes.set_ylabel("actual", color=MUTED)
    figure.text(0.12 / width, 1 - 0.12 / height, title, va="top", fontsize=12, color=INK)
    return figure


def _quiet(axes: Axes) -> None:
    axes.set_facecolor("none")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.grid(color=LINE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", labelsize=9.5, labelcolor=MUTED, length=0, pad=5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=MUTED, fontsize=10.5)


def _label(name: str) -> str:
    """Return a name as one short line; a pair of dollar signs would be read as a formula."""
    text = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    text = text[: LONGEST_NAME - 1] + "…" if len(text) > LONGEST_NAME else text
    return text.replace("$", r"\$")
