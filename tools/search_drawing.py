"""A search in two pictures: every trial across its settings, and which settings mattered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .report.drawing import HEIGHT, NORMAL, PALETTE, SMALL, WIDTH, plain_label, short, style
from .report.wording import metric_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..recipes.tuning.search import Search

__all__ = ["draw_importance", "draw_parallel_coordinates"]

BEST = 5
"""So many of the best trials are drawn in colour."""
ABSENT = -0.12
"""Where a line passes a setting that did not matter in its trial."""


def draw_parallel_coordinates(search: Search, *, title: str | None = None) -> Figure:
    """Draw each completed trial as a line across its settings to its score.

    The best five are drawn in colour, the best of all thick. A setting that did not matter in a
    trial is passed below its axis.

    Args:
        search: What `tune` gave, or `open_search`.
        title: Above the chart; None for the number of trials.

    Returns:
        A figure with one axis for each setting, and the last for the score, the best on top.

    Guide: PH-5.
    """
    from matplotlib.figure import Figure

    from ..recipes.tuning.importance import places_of_values

    done = [trial for trial in search.trials if not math.isnan(trial.score)]
    sign = -1.0 if search.measure.less_is_better else 1.0
    done.sort(key=lambda trial: sign * trial.score)
    settings = tuple(search.space)
    figure = Figure(figsize=(max(WIDTH, 1.25 * (len(settings) + 1)), HEIGHT + 0.5))
    axes = figure.add_axes((0.08, 0.21, 0.84, 0.66))
    style(figure, axes, f"{len(done)} trials" if title is None else title)
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    columns = [
        np.maximum(
            places_of_values(each, [trial.values.get(each.setting) for trial in done]), ABSENT
        )
        for each in settings
    ]
    scores = np.array([trial.score for trial in done])
    columns.append(_from_worst(sign * scores))
    for number, place in enumerate(np.column_stack(columns) if done else ()):
        rank = len(done) - number  # the best is drawn last, on top
        colour = PALETTE["main"] if rank <= BEST else PALETTE["line"]
        width = 2.2 if rank == 1 else 1.2 if rank <= BEST else 0.8
        axes.plot(range(len(place)), place, color=colour, linewidth=width, zorder=2 + number)
    _name_axes(axes, settings, search, scores, sign)
    return figure


def draw_importance(search: Search, *, title: str | None = None) -> Figure:
    """Draw how much the scores of a search depend on each setting, with the spread of that.

    Args:
        search: A search with at least eight completed trials.
        title: Above the chart; None says how much of the scores the settings explain at all.

    Raises:
        BadInput: Too few trials are completed.

    Guide: PH-5.
    """
    from matplotlib.figure import Figure

    from ..recipes.tuning.importance import importance

    found = importance(search)
    explained = max(found.explained, 0.0)
    said = f"settings explain {explained:.0%} of the order of {found.trials} trials"
    names = [plain_label(name, 24) for name, *_ in found.shares]
    height = 0.9 + 0.36 * len(names)
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.36, 0.5 / height, 0.6, 1 - 0.9 / height))
    style(figure, axes, "")
    # From the left edge of the figure: beside the names there is little room.
    figure.text(
        0.02, 1 - 0.14 / height, plain_label(said if title is None else title, 70),
        fontsize=NORMAL + 1, color=PALETTE["ink"], va="top",
    )  # fmt: skip
    places = np.arange(len(names))[::-1]
    axes.barh(
        places, [share for _, share, _ in found.shares],
        xerr=[spread for *_, spread in found.shares], height=0.55, color=PALETTE["main"],
        error_kw={"ecolor": PALETTE["ink"], "elinewidth": 1.0},
    )  # fmt: skip
    axes.set_yticks(places, names, color=PALETTE["ink"])
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("R² lost when its values are shuffled", fontsize=SMALL)
    return figure


def _from_worst(gains: Any) -> Any:
    """Return scores from 0 for the worst to 1 for the best, evenly by rank where one is far off."""
    if not len(gains):
        return gains
    low, middle, high = gains.min(), np.median(gains), gains.max()
    if high == low:
        return np.ones(len(gains))
    if high - low > 4 * (high - middle):
        low = high - 4 * (high - middle) if high > middle else low
    return np.clip((gains - low) / (high - low), 0.0, 1.0)


def _name_axes(axes: Any, settings: Any, search: Search, scores: Any, sign: float) -> None:
    """Draw the axes, each with its name below and its ends beside it."""
    ends = [tuple(map(_told, (each.ends()[0], each.ends()[-1]))) for each in settings]
    if len(scores):
        best, worst = (scores.max(), scores.min()) if sign > 0 else (scores.min(), scores.max())
        ends.append((_told(float(worst)), _told(float(best))))
    else:
        ends.append(("", ""))
    names = [plain_label(each.setting, 20) for each in settings]
    names.append(plain_label(metric_name(search.measure.name), 20))
    for place, (low, high) in enumerate(ends):
        axes.plot((place, place), (0, 1), color=PALETTE["muted"], linewidth=1.0, zorder=1)
        for height, text, side in ((1.03, high, "bottom"), (-0.16, low, "top")):
            axes.annotate(
                text, (place, height), ha="center", va=side, fontsize=SMALL, color=PALETTE["muted"]
            )
    axes.set_xticks(range(len(names)), names, rotation=18, ha="right", rotation_mode="anchor")
    axes.tick_params(axis="x", labelcolor=PALETTE["ink"], pad=16)
    axes.set_yticks([])
    axes.set(xlim=(-0.3, len(names) - 0.7), ylim=(-0.17, 1.08))


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain_label(value if isinstance(value, str) else short(value, 0), 12)
