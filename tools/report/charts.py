"""Charts of one training, as matplotlib figures to show in a notebook or to put in a report.

Every figure is made without pyplot, so none is kept in memory and no window is needed. Two curves
never differ by colour alone: one is dashed, or marked.

Guide: BP-3, MIS-7.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing import (
    NORMAL,
    PALETTE,
    SMALL,
    WIDTH,
    Numbers,
    array,
    canvas,
    legend,
    note,
    plain_label,
    spoken,
    style,
    ticks,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "draw_comparison",
    "draw_distributions",
    "draw_history",
]


def draw_history(
    history: Mapping[str, Numbers],
    quantity: str = "loss",
    *,
    best_epoch: int | None = None,
    findings: Iterable[Mapping[str, Any]] = (),
    title: str | None = None,
) -> Figure:
    """Draw one quantity over the epochs, on training and on validation rows.

    Args:
        history: Values by name, one per epoch: `loss`, `val_loss`, ... NaN and None are gaps, and
            are marked.
        quantity: The name without `val_`.
        best_epoch: The epoch whose weights were kept, counted from 1.
        findings: Findings as plain data; those with an epoch are marked by their number.
        title: Above the chart; None for the name of the quantity, "" for nothing.

    Guide: BP-3, CHK-2.

    Examples:
        >>> figure = draw_history({"loss": [0.9, 0.5], "val_loss": [1.0, 0.7]}, best_epoch=2)
        >>> len(figure.axes[0].lines) >= 2
        True
    """
    figure, axes = canvas(spoken(quantity) if title is None else title)
    train, validation = array(history.get(quantity)), array(history.get(f"val_{quantity}"))
    epochs = max(len(train), len(validation), 1)
    marker = "o" if epochs < 4 else None
    broken: list[int] = []
    for values, label, colour, dashes in (
        (train, "training", "other", (4, 1.6)),
        (validation, "validation", "main", (None, None)),
    ):
        if not len(values):
            continue
        steps = np.arange(1, len(values) + 1)
        (line,) = axes.plot(
            steps, values, color=PALETTE[colour], label=label, linewidth=1.9, marker=marker
        )
        line.set_dashes(dashes)
        broken += steps[~np.isfinite(values)].tolist()
    if broken:
        axes.plot(
            broken, [0.02] * len(broken), "x", color=PALETTE["bad"], markersize=5, clip_on=False,
            transform=axes.get_xaxis_transform(), label="not a number",
        )  # fmt: skip
    if best_epoch:
        axes.axvline(best_epoch, color=PALETTE["good"], linewidth=1.2, dashes=(1, 2))
        low, high = axes.get_ylim()
        curves = [v[best_epoch - 1] for v in (train, validation) if len(v) >= best_epoch]
        is_free = not any(value > high - 0.15 * (high - low) for value in curves)
        note(axes, best_epoch, 0.95 if is_free else 0.06, f"best: {best_epoch}", epochs, "good")
    by_epoch: dict[int, list[str]] = {}
    for number, finding in enumerate(findings, 1):
        if finding.get("epoch"):
            by_epoch.setdefault(int(finding["epoch"]), []).append(str(number))
    for epoch, numbers in by_epoch.items():
        axes.axvline(epoch, color=PALETTE["bad"], linewidth=1.0, dashes=(5, 2, 1, 2))
        note(axes, epoch, 0.84, "finding " + ", ".join(numbers), epochs, "bad")
    axes.set_xlim(0.5 if epochs < 4 else 1 - 0.01 * epochs, epochs + (0.5 if epochs < 4 else 0))
    axes.set_xlabel("epoch")
    ticks(axes, whole_x=True)
    legend(axes)
    return figure


def draw_distributions(profiles: Sequence[Mapping[str, Any]], *, title: str = "") -> Figure:
    """Draw one small bar chart for each column that has something to count.

    Args:
        profiles: The summaries of the columns, as `goodfit.recipes.profile` gives them.
        title: Above the charts; "" for nothing.

    Guide: PH-1a, BP-3.

    Examples:
        >>> from goodfit.recipes import load
        >>> from goodfit.recipes.auditing.profiling import profile
        >>> len(draw_distributions(profile(load("iris"))).axes)
        4
    """
    from matplotlib.figure import Figure

    from .profiles import column_bins

    drawn = [(profile["name"], *column_bins(profile)) for profile in profiles]
    drawn = [(name, bins, counts) for name, bins, counts in drawn if counts]
    across = min(4, max(1, len(drawn)))
    down = max(1, math.ceil(len(drawn) / across))
    figure = Figure(figsize=(2.4 * across, 1.7 * down + 0.3), layout="constrained")
    figure.suptitle(plain_label(title, 60), color=PALETTE["ink"], fontsize=NORMAL)
    for position, (name, bins, counts) in enumerate(drawn, 1):
        axes = figure.add_subplot(down, across, position)
        style(figure, axes, plain_label(name, 26))
        axes.bar(np.arange(len(counts)), counts, color=PALETTE["main"], alpha=0.75)
        axes.grid(visible=False)
        ends = [0, len(bins) - 1] if len(bins) > 1 else [0]
        labels = [bins[0].partition(" to ")[0], bins[-1].rpartition(" to ")[2]][: len(ends)]
        axes.set_xticks(ends, [plain_label(label, 12) for label in labels])
        axes.set_yticks([])
        axes.tick_params(labelsize=SMALL - 1)
    return figure


def draw_comparison(
    estimates: Mapping[str, tuple[float, float, float]], *, metric: str = "", title: str = ""
) -> Figure:
    """Draw values with their intervals one below the other, the first one emphasised.

    Args:
        estimates: By name, value and both ends of its interval; the model first.
        metric: What is measured, for the axis.
        title: Above the chart; "" for nothing.

    Guide: MET-2.

    Examples:
        >>> figure = draw_comparison({"model": (0.9, 0.8, 0.95), "majority": (0.6, 0.5, 0.7)})
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['model', 'majority']
    """
    from matplotlib.figure import Figure

    names = [plain_label(name, 22) for name in estimates]
    above, below = (0.35 if title else 0.12), 0.55
    height = above + below + 0.36 * len(names)
    left = 0.15 + 0.085 * max(map(len, names), default=0)
    figure = Figure(figsize=(WIDTH, height))
    figure_width = (WIDTH - left - 0.25) / WIDTH
    axes = figure.add_axes(
        (left / WIDTH, below / height, figure_width, 1 - (above + below) / height)
    )
    style(figure, axes, title)
    for row, (value, low, high) in enumerate(estimates.values()):
        colour = PALETTE["main" if row == 0 else "muted"]
        ends = [end for end in (low, high) if end is not None and math.isfinite(end)]
        if len(ends) == 2:
            axes.plot(ends, [row, row], color=colour, linewidth=5, alpha=0.35)
        marker = "o" if row == 0 else "D"
        axes.plot([value], [row], marker, color=colour, markersize=7 if row == 0 else 5)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.margins(x=0.06)
    axes.set_xlabel(spoken(metric))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", labelsize=NORMAL, labelcolor=PALETTE["ink"])
    ticks(axes, y=False)
    return figure
