"""Forecasts as charts: what was known, what came, what the model said, and what repeating says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing import PALETTE, SMALL, Numbers, array, canvas, plain_label, ticks
from .wording import naive_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .panels import Panel

__all__ = ["draw_forecast", "forecast_panels"]

LEGEND_SHARE = 0.3
"""Of the height of the values, kept free above them for the names of the lines."""
DRAWN_NAIVE = ("seasonal-naive", "repeat-last")
"""The first one that there is stands beside the forecast; more lines would hide it."""


def draw_forecast(
    past: Numbers,
    truth: Numbers,
    forecast: Numbers,
    *,
    naive: Numbers = (),
    naive_label: str = "naive",
    stride: int = 1,
    step: str = "",
    unit: str = "",
    title: str = "Forecast",
) -> Figure:
    """Draw one window: the past, what followed, the forecast and a naive one.

    Args:
        past: Values before the forecast, the last one right before its first step; None and NaN
            are gaps, as in all of these.
        truth: What followed, a value for each step ahead.
        forecast: What the model said of the same steps.
        naive: What a naive answer says of them; may be empty.
        naive_label: How it is called.
        stride: Steps from one value to the next.
        step: What one step is, such as `1 hour`, for the axis.
        unit: Name of what is forecast, for the axis.
        title: Above the chart; "" for nothing.

    Guide: SEQ-10, MIS-7.

    Examples:
        >>> figure = draw_forecast([1, 2], [3, 4], [3, 5], naive=[2, 2], step="1 hour")
        >>> figure.axes[0].get_xlabel(), len(figure.axes[0].lines)
        ('steps of 1 hour from the forecast on', 5)
    """
    figure, axes = canvas(title)
    before, after = array(past), array(truth)
    said, plain = array(forecast), array(naive)
    known = np.arange(-len(before), 0) * stride
    # The first step ahead is number 1: the line between is the moment of the forecast.
    ahead = 1 + np.arange(max(len(after), len(said), len(plain))) * stride
    if len(before):
        joined = np.r_[before, after[:1]]
        axes.plot(
            np.r_[known, ahead[: len(after[:1])]], joined, color=PALETTE["muted"], linewidth=1.2,
            alpha=0.75, label="past",
        )  # fmt: skip
    marker = "o" if len(ahead) < 4 else None
    for values, colour, dashes, label in (
        (after, "ink", (None, None), "truth"),
        (plain, "other", (1.5, 1.5), naive_label),
        (said, "main", (4, 1.6), "forecast"),
    ):
        if len(values):
            (line,) = axes.plot(
                ahead[: len(values)], values, color=PALETTE[colour], linewidth=1.8, label=label,
                marker=marker, markersize=4,
            )  # fmt: skip
            line.set_dashes(dashes)
    axes.axvline(0, color=PALETTE["good"], linewidth=1.2, dashes=(1, 2))
    axes.set_xlabel(f"steps{f' of {step}' if step else ''} from the forecast on")
    axes.set_ylabel(plain_label(unit, 24))
    ticks(axes, whole_x=True)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + LEGEND_SHARE * (high - low))
    axes.legend(
        frameon=False, fontsize=SMALL, labelcolor=PALETTE["ink"], loc="upper left", ncol=2,
        handlelength=2.2, borderaxespad=0, columnspacing=1.2,
    )  # fmt: skip
    return figure


def forecast_panels(record: Mapping[str, Any]) -> Iterator[Panel]:
    """Yield a chart of each window that a run kept.

    Args:
        record: The record of a run; its `examples` hold the windows.

    Guide: SEQ-10, MIS-8.
    """
    from .panels import Panel

    examples = record.get("examples") or {}
    step = str(((record.get("choices") or {}).get("step") or {}).get("value") or "")
    for window in examples.get("windows") or ():
        name = next((each for each in DRAWN_NAIVE if each in window["naive"]), "")
        called = naive_name(name, "forecasting") if name else ""
        forecast, truth, naive = (
            array(values)
            for values in (window["forecast"], window["truth"], window["naive"].get(name, ()))
        )
        said = f"The forecast is off by {_distance(forecast, truth)} on average"
        if len(naive):
            said += f", the {called} by {_distance(naive, truth)}"
        several = f" of {window['series']}" if window.get("series") else ""
        yield Panel(
            f"From {str(window.get('time') or window['row']).removesuffix(':00')} on{several}",
            f"{said}; grey is what it knew.",
            draw_forecast(
                window["past"],
                truth.tolist(),
                forecast.tolist(),
                naive=naive.tolist(),
                naive_label=called,
                stride=int(window["stride"]),
                step=step,
                unit=str(examples.get("target") or ""),
                title="",
            ),
        )


def _distance(values: Any, truth: Any) -> str:
    """Return the mean absolute distance where both are known."""
    from ..terminal import number_text

    errors = np.abs(values - truth)
    known = errors[np.isfinite(errors)]
    return number_text(float(known.mean())) if len(known) else "an unknown amount"
