"""A learning curve as it was measured, and how far it can be carried on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .report.drawing import PALETTE, SMALL, canvas, legend, short
from .report.wording import metric_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..recipes import LearningCurve

__all__ = ["draw_learning_curve"]

FAR = 10
POINTS = 60


def draw_learning_curve(
    curve: LearningCurve,
    *,
    goal: float | None = None,
    confidence: float = 0.9,
    title: str | None = None,
) -> Figure:
    """Draw the score of every training by its rows, and the power laws that fit, carried on.

    What was measured is drawn in points, the median of the power laws as a line with the band of
    its interval, dashed from all rows there are up to ten times as many.

    Args:
        curve: What `goodfit.recipes.learning_curve` gave.
        goal: A score to mark.
        confidence: Share that the band aims to cover.
        title: Above the chart; None for the name of the metric.

    Guide: LVL-3, BP-3.

    Examples:
        >>> from goodfit.recipes import LearningCurve
        >>> scores = tuple((s, s + 0.01) for s in (0.70, 0.76, 0.80, 0.83))
        >>> noise = tuple((1e-6,) * 4 for _ in range(4))
        >>> rows = (100, 200, 400, 800)
        >>> curve = LearningCurve("accuracy", False, 1.0, rows, scores, noise, 800, 4000)
        >>> figure = draw_learning_curve(curve, goal=0.9)
        >>> figure.axes[0].get_xlabel()
        'training rows'
    """
    figure, axes = canvas(metric_name(curve.metric) if title is None else title)
    axes.set_xscale("log")
    total, laws = curve.training_rows, curve.laws()
    tail = (1 - confidence) / 2
    for ends, dashes in (((curve.rows[0], total), "-"), ((total, FAR * total), (0, (4, 1.6)))):
        rows = np.geomspace(*ends, POINTS)
        errors = np.array([np.quantile(laws.errors_at(n), [tail, 0.5, 1 - tail]) for n in rows])
        low, middle, high = (curve.scores_of(each) for each in errors.T)
        label = "power laws that fit" if dashes == "-" else "carried on"
        axes.plot(rows, middle, color=PALETTE["main"], linewidth=1.6, linestyle=dashes, label=label)
        axes.fill_between(rows, low, high, color=PALETTE["main"], alpha=0.13, linewidth=0)
    points = [(n, s) for n, each in zip(curve.rows, curve.scores, strict=True) for s in each]
    axes.plot(
        *np.array(points).T, "o", color=PALETTE["other"], markersize=3.6, label="one training",
        markerfacecolor="none", markeredgewidth=1.0, linestyle="none",
    )  # fmt: skip
    axes.axvline(total, color=PALETTE["muted"], linewidth=0.9)
    axes.annotate(
        "now", (total, 0.03), xycoords=axes.get_xaxis_transform(), xytext=(-4, 0),
        textcoords="offset points", ha="right", fontsize=SMALL, color=PALETTE["muted"],
    )  # fmt: skip
    if goal is not None:
        axes.axhline(goal, color=PALETTE["good"], linewidth=1.1, linestyle=(0, (1, 1.5)))
        axes.annotate(
            "goal", (0, goal), xycoords=axes.get_yaxis_transform(), xytext=(4, 3),
            textcoords="offset points", ha="left", fontsize=SMALL, color=PALETTE["good"],
        )  # fmt: skip
    axes.set_xlabel("training rows")
    _ticks(axes, curve.rows[0], FAR * total)
    legend(axes)
    return figure


def _ticks(axes: Axes, least: float, most: float) -> None:
    """Set ticks at 1, 2 and 5 times powers of ten, as many as there is room for."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

    powers = 10.0 ** np.arange(np.floor(np.log10(least)), np.ceil(np.log10(most)) + 1)
    places = np.outer(powers, [1, 2, 5]).ravel()
    if np.log10(most / least) > 1.7:
        places = np.outer(powers, [1, 3]).ravel()
    if np.log10(most / least) > 3:
        places = powers
    places = places[(places >= least * 0.9) & (places <= most * 1.1)]
    axes.set_xlim(least / 1.15, most * 1.15)
    axes.xaxis.set_major_locator(FixedLocator(places.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(short))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(short))
