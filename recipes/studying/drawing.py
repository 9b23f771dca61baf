"""A study as a picture: every change with its interval, what stayed and what did not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from .steps import Step, entry_of, interval_within, steps_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "draw_study"]

Values: TypeAlias = tuple[float, float, float]
COLOURS: dict[str, str] = {
    "ink": "#1c2532",
    "muted": "#596474",
    "line": "#d6dbe3",
    "main": "#2456c8",
    "good": "#12705a",
    "bad": "#b3261e",
}
"""By role; a page that has colours of its own replaces them."""
ROLES = {"kept": "good", "reverted": "bad", "not distinguishable": "muted"}
WORDS = {"kept": "kept", "reverted": "reverted", "not distinguishable": "no difference"}
WIDTH, ROW, AROUND = 6.6, 0.3, 0.95  # inches: the whole, each row, and what the axes need
TEXT = 9.5
MOST_STEPS = 40
LETTERS = 5  # of a name, for each inch of the width
INCHES_OF_LETTER = 0.076
BASELINE, KEPT, TEST = "baseline", "kept config", "test rows"
BEYOND = 0.75
"""What lies so many times the middle span beside it is drawn as an arrow at the edge."""


def draw_study(
    entries: Iterable[Mapping[str, Any]], *, title: str | None = None, width: float = WIDTH
) -> Figure:
    """Draw the score of every change that was tried, from top to bottom.

    Each line is one change: an upright tick at the score before it, a dot at the score after, and
    a bar with the 95 % interval of the difference, laid at the score before. Where the bar does
    not reach the tick, the change was decided. Filled dots stayed. The last lines are the kept
    config over all its trainings, and the test rows.

    Args:
        entries: A `Ledger`, or its entries.
        title: Above the chart; None for the metric, "" for nothing.
        width: In inches; a narrow chart has shorter names.

    Guide: BP-3, MIS-7.
    """
    from matplotlib.figure import Figure

    known = list(entries)
    steps = steps_of(known)
    hidden, steps = max(0, len(steps) - MOST_STEPS), steps[-MOST_STEPS:]
    metric, sign, ends = _ends(known)
    lines: list[Any] = [name for name in ends if name == BASELINE]
    lines += [*steps, *(name for name in ends if name != BASELINE)]
    figure = Figure(figsize=(width, AROUND + ROW * max(2, len(lines))))
    axes = figure.add_subplot()
    axes.set_xlim(*_limits(steps, ends, sign))
    labels = []
    for place, line in enumerate(lines):
        if isinstance(line, Step):
            labels.append(f"{line.number}. {_label(line.name, round(LETTERS * width))}")
            _step(axes, place, line, sign)
        else:
            labels.append(line)
            _end(axes, place, ends[line], "ink" if line == TEST else "main")
    _style(axes, labels, metric, sign)
    axes.locator_params(axis="x", nbins=6 if width >= WIDTH else 4)
    _legend(axes, steps)
    words = _title(metric, hidden) if title is None else title
    head = 0.3 if words else 0.06
    if words:
        axes.set_title(words, loc="left", fontsize=TEXT + 2, color=COLOURS["ink"])
    height = figure.get_size_inches()[1]
    longest = max(map(len, labels), default=0)
    left = (0.2 + INCHES_OF_LETTER * longest) / width
    figure.subplots_adjust(left=left, right=0.985, bottom=0.78 / height, top=1 - head / height)
    return figure


def _ends(
    entries: list[Mapping[str, Any]],
) -> tuple[str, int, dict[str, Values]]:
    """Return the metric, 1 where more is better or -1, and the scores that are no steps."""
    head, baseline, end = (entry_of(entries, kind) for kind in ("study", "baseline", "end"))
    metric = str((end or baseline or {}).get("metric") or "")
    found: dict[str, Values] = {}
    for name, score in (
        (BASELINE, (baseline or {}).get("score")),
        (KEPT, (end or {}).get("score")),
        (TEST, (end or {}).get("test")),
    ):
        if score and score.get("value") is not None:
            found[name] = interval_within(metric, score)
    return metric, -1 if (head or {}).get("less_is_better") else 1, found


def _limits(steps: Iterable[Step], ends: Mapping[str, Values], sign: int) -> tuple[float, float]:
    """Return what is worth seeing: the configs that stayed, and not much beyond."""
    middle = [values[0] for values in ends.values()]
    middle += [step.before for step in steps]
    middle += [step.after for step in steps if step.stayed]
    middle = [value for value in middle if math.isfinite(value)] or [0.0, 1.0]
    least, most = min(middle), max(middle)
    span = max(most - least, 0.02 * max(abs(least), abs(most)), 1e-9)
    every = [edge for step in steps for edge in (step.after, *_interval(step, sign))]
    every += [edge for values in ends.values() for edge in values]
    near = [v for v in every if least - BEYOND * span <= v <= most + BEYOND * span]
    far = any(math.isfinite(v) for v in every if v not in near)
    room = BEYOND * span if far else 0.0
    return min([*near, least]) - 0.06 * span - room, max([*near, most]) + 0.06 * span + room


def _interval(step: Step, sign: int) -> tuple[float, float]:
    """Return the interval of the difference, laid at the score before."""
    edges = (step.before + sign * step.low, step.before + sign * step.high)
    return min(edges), max(edges)


def _step(axes: Axes, place: int, step: Step, sign: int) -> None:
    colour = COLOURS[ROLES[step.verdict]]
    low, high = _interval(step, sign)
    least, most = axes.get_xlim()
    if math.isfinite(low) and math.isfinite(high):
        axes.plot([low, high], [place, place], color=colour, linewidth=2.0, solid_capstyle="butt")
    if math.isfinite(step.before):
        axes.plot(step.before, place, "|", color=COLOURS["ink"], markersize=9, markeredgewidth=1.2)
    if not math.isfinite(step.after):
        axes.text(
            most, place, "no model ", ha="right", va="center", fontsize=TEXT, color=colour
        )  # fmt: skip
        return
    marker, shown = "o", step.after
    if not least <= step.after <= most:
        marker, shown = (">", most) if step.after > most else ("<", least)
    face = colour if step.stayed else "none"
    axes.plot(
        shown, place, marker, color=colour, markerfacecolor=face, markersize=6.5,
        markeredgewidth=1.4, clip_on=False, zorder=3,
    )  # fmt: skip


def _end(axes: Axes, place: int, values: Values, role: str) -> None:
    value, low, high = values
    colour = COLOURS[role]
    if math.isfinite(low) and math.isfinite(high):
        axes.plot([low, high], [place, place], color=colour, linewidth=2.0, solid_capstyle="butt")
    axes.plot(value, place, "D", color=colour, markersize=6, clip_on=False, zorder=3)


def _style(axes: Axes, labels: list[str], metric: str, sign: int) -> None:
    axes.patch.set_alpha(0)
    axes.set_ylim(max(2, len(labels)) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(length=0, labelsize=TEXT, colors=COLOURS["ink"])
    axes.tick_params(axis="x", colors=COLOURS["muted"])
    axes.grid(axis="x", color=COLOURS["line"], linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    name = metric.replace("_", " ")
    better = "less is better" if sign < 0 else "more is better"
    axes.set_xlabel(f"{name}, {better}", fontsize=TEXT, color=COLOURS["muted"])


def _legend(axes: Axes, steps: Iterable[Step]) -> None:
    from matplotlib.lines import Line2D

    found = [verdict for verdict in ROLES if any(step.verdict == verdict for step in steps)]
    handles = [
        Line2D([], [], color=COLOURS[ROLES[verdict]], marker="o", linewidth=2, label=WORDS[verdict])
        for verdict in found
    ]
    if not handles:
        return
    handles.append(
        Line2D([], [], color=COLOURS["ink"], marker="|", linestyle="none", label="before")
    )
    axes.figure.legend(
        handles=handles, loc="lower left", ncols=len(handles), frameon=False, fontsize=TEXT,
        labelcolor=COLOURS["muted"], handlelength=1.6, columnspacing=1.1, borderaxespad=0.1,
    )  # fmt: skip


def _title(metric: str, hidden: int) -> str:
    more = f", the last {MOST_STEPS} changes" if hidden else ""
    return f"What each change did to {metric.replace('_', ' ')}{more}"


def _label(name: str, most: int) -> str:
    """Return a name as matplotlib draws it letter by letter, not too long."""
    shown = name.replace("_", " ")
    shown = shown if len(shown) <= most else f"{shown[: most - 1]}…"
    return shown.replace("$", r"\$")
