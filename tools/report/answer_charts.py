"""Charts of a model's answers: curves over thresholds, predictions beside the truth.

Guide: MET-6, MET-7, MET-8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .drawing import (
    PALETTE,
    SMALL,
    Numbers,
    array,
    canvas,
    legend,
    note,
    plain_label,
    thinned,
    ticks,
    unit_square,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "draw_calibration",
    "draw_precision_recall",
    "draw_predictions",
    "draw_residuals",
    "draw_roc",
    "draw_threshold",
]


def draw_roc(
    curves: Mapping[str, Mapping[str, Numbers]],
    *,
    area: float | None = None,
    title: str = "ROC curve",
) -> Figure:
    """Draw found cases against false alarms over all thresholds, beside the coin flip.

    Args:
        curves: By class, `false_positive_rate` and `true_positive_rate`, from 0 to 1 and of one
            length. Of several classes, the three with the least area are named.
        area: Area under a single curve, written in the chart.
        title: Above the chart; "" for nothing.

    Guide: MET-6.

    Examples:
        >>> curve = {"false_positive_rate": [0, 0, 1], "true_positive_rate": [0, 1, 1]}
        >>> figure = draw_roc({"yes": curve}, area=1.0)
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['coin flip', 'area 1.000']
    """
    figure, axes = canvas(title)
    _draw_curves(axes, curves, "false_positive_rate", "true_positive_rate", filled=True)
    axes.plot([0, 1], [0, 1], color=PALETTE["muted"], dashes=(3, 3), linewidth=1.2)
    axes.text(0.54, 0.45, "coin flip", color=PALETTE["muted"], fontsize=SMALL)
    if area is not None:
        axes.text(0.97, 0.08, f"area {area:.3f}", ha="right", fontsize=13, color=PALETTE["ink"])
    return unit_square(figure, axes, "false alarms among negatives", "positives found (recall)")


def draw_precision_recall(
    curves: Mapping[str, Mapping[str, Numbers]],
    *,
    prevalence: float | None = None,
    title: str = "Precision and recall",
) -> Figure:
    """Draw precision against recall over all thresholds.

    Args:
        curves: By class, `recall` and `precision`, from 0 to 1 and of one length. Of several
            classes, the three with the least area are named.
        prevalence: Share of positives: the precision of alarms raised at random.
        title: Above the chart; "" for nothing.

    Guide: MET-3, MET-4.
    """
    figure, axes = canvas(title)
    _draw_curves(axes, curves, "recall", "precision")
    if prevalence is not None:
        axes.axhline(prevalence, color=PALETTE["muted"], dashes=(3, 3), linewidth=1.2)
        place = prevalence + (0.03 if prevalence < 0.85 else -0.09)
        axes.text(
            0.02, place, f"at random {prevalence:.2f}", color=PALETTE["muted"], fontsize=SMALL
        )
    return unit_square(figure, axes, "positives found (recall)", "right among alarms (precision)")


def draw_calibration(
    predicted: Numbers,
    observed: Numbers,
    counts: Numbers | None = None,
    *,
    title: str = "Calibration",
) -> Figure:
    """Draw how often the answer was yes against how probable the model said it was.

    Args:
        predicted: Mean predicted probability of each bin.
        observed: Share of positives in each bin.
        counts: Rows in each bin; the points grow with them.
        title: Above the chart; "" for nothing.
    """
    figure, axes = canvas(title)
    x, y = array(predicted), array(observed)
    axes.plot([0, 1], [0, 1], color=PALETTE["muted"], dashes=(3, 3), linewidth=1.2)
    axes.text(0.30, 0.42, "as it says", color=PALETTE["muted"], fontsize=SMALL, ha="right")
    axes.plot(x, y, color=PALETTE["main"], linewidth=1.4)
    rows = np.ones(len(x)) if counts is None else array(counts)
    sizes = 20 + 90 * rows / max(float(np.nanmax(rows, initial=1.0)), 1.0)
    axes.scatter(x, y, s=sizes, color=PALETTE["main"], alpha=0.75, linewidths=0, clip_on=False)
    return unit_square(figure, axes, "predicted probability", "share that was positive")


def draw_threshold(
    thresholds: Numbers,
    precision: Numbers,
    recall: Numbers,
    *,
    chosen: float = 0.5,
    title: str = "Threshold",
) -> Figure:
    """Draw precision and recall over the threshold, with the chosen one marked.

    Args:
        thresholds: Probabilities from which a row counts as positive.
        precision: Precision at each threshold.
        recall: Recall at each threshold.
        chosen: The threshold in use.
        title: Above the chart; "" for nothing.

    Guide: MET-7.
    """
    figure, axes = canvas(title)
    x = array(thresholds)
    axes.plot(x, array(precision), color=PALETTE["main"], linewidth=1.9, label="precision")
    axes.plot(
        x, array(recall), color=PALETTE["other"], linewidth=1.9, dashes=(4, 1.6), label="recall"
    )
    axes.axvline(chosen, color=PALETTE["good"], dashes=(1, 2), linewidth=1.2)
    note(axes, chosen, 0.06, f"in use: {chosen:.3g}", 1, "good")
    unit_square(figure, axes, "threshold", "")
    legend(axes)
    return figure


def draw_predictions(
    actual: Numbers, predicted: Numbers, *, unit: str = "", title: str = "Predicted and actual"
) -> Figure:
    """Draw predicted against actual values; on the dashed line they agree.

    Args:
        actual: True values, in the target's unit.
        predicted: Predicted values of the same rows. At most 300 evenly spaced rows are drawn.
        unit: Name of the target, for the axes.
        title: Above the chart; "" for nothing.

    Guide: MET-8.
    """
    figure, axes = canvas(title)
    x, y = thinned(array(actual), array(predicted))
    both = np.concatenate([x, y])
    both = both[np.isfinite(both)]
    low, high = (both.min(), both.max()) if len(both) else (0.0, 1.0)
    axes.plot([low, high], [low, high], color=PALETTE["muted"], dashes=(3, 3), linewidth=1.2)
    axes.plot(x, y, "o", color=PALETTE["main"], alpha=0.45, markersize=3.6, markeredgewidth=0)
    name = plain_label(unit, 24)
    axes.set_xlabel(f"actual {name}".strip())
    axes.set_ylabel(f"predicted {name}".strip())
    ticks(axes)
    return figure


def draw_residuals(
    predicted: Numbers, residuals: Numbers, *, unit: str = "", title: str = "Residuals"
) -> Figure:
    """Draw the errors (predicted minus actual) against the predictions.

    Args:
        predicted: Predicted values, in the target's unit.
        residuals: Predicted minus actual values of the same rows. At most 300 are drawn.
        unit: Name of the target, for the axes.
        title: Above the chart; "" for nothing.

    Guide: MET-8.
    """
    figure, axes = canvas(title)
    x, y = thinned(array(predicted), array(residuals))
    axes.axhline(0, color=PALETTE["muted"], dashes=(3, 3), linewidth=1.2)
    axes.plot(x, y, "o", color=PALETTE["main"], alpha=0.45, markersize=3.6, markeredgewidth=0)
    axes.set_xlabel(f"predicted {plain_label(unit, 24)}".strip())
    axes.set_ylabel("predicted − actual")
    ticks(axes)
    return figure


def _draw_curves(
    axes: Axes,
    curves: Mapping[str, Mapping[str, Numbers]],
    first: str,
    second: str,
    *,
    filled: bool = False,
) -> None:
    """Draw one curve boldly, or many with the three lowest named."""
    points = {name: (array(curve[first]), array(curve[second])) for name, curve in curves.items()}
    if len(points) == 1:
        ((across, up),) = points.values()
        if filled:
            axes.fill_between(across, up, color=PALETTE["main"], alpha=0.08, linewidth=0)
        axes.plot(across, up, color=PALETTE["main"], linewidth=1.9)
        return
    areas = {n: float(np.diff(x) @ (y[1:] + y[:-1])) for n, (x, y) in points.items()}
    worst = sorted(areas, key=lambda name: areas[name])[:3]
    for name, (across, up) in points.items():
        if name not in worst:
            axes.plot(across, up, color=PALETTE["muted"], linewidth=0.8, alpha=0.55)
    for name, role, dashes in zip(
        worst, ("bad", "other", "main"), ((None, None), (4, 1.6), (1.5, 1.5)), strict=False
    ):
        (line,) = axes.plot(
            *points[name], color=PALETTE[role], linewidth=1.8, label=plain_label(name, 18)
        )
        line.set_dashes(dashes)
    legend(axes)
