"""What every chart shares: colours by role, quiet axes, short labels, and the way into a page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "HEIGHT",
    "NORMAL",
    "PALETTE",
    "SMALL",
    "WIDTH",
    "Numbers",
    "array",
    "canvas",
    "inline_svg",
    "legend",
    "note",
    "plain_label",
    "short",
    "spoken",
    "style",
    "thinned",
    "ticks",
    "unit_square",
]

Numbers: TypeAlias = Iterable[float | None]

PALETTE: dict[str, str] = {
    "ink": "#1c2532",
    "muted": "#596474",
    "line": "#d6dbe3",
    "paper": "#fdfdfe",
    "main": "#2456c8",
    "other": "#a8520c",
    "good": "#12705a",
    "bad": "#b3261e",
}
"""Colours by role. A page replaces each by a CSS variable of that name: they must stay distinct."""

WIDTH, HEIGHT = 4.4, 3.1  # inches: 317 points, as wide as a card on a phone
SMALL, NORMAL = 9.5, 10.5  # points
MOST_POINTS = 300


def inline_svg(figure: Figure, identifier: str, description: str) -> str:
    """Return a figure as SVG to put into an HTML page: small, coloured by CSS variables.

    Args:
        figure: Any figure drawn in the colours of `PALETTE`.
        identifier: Unique in the page; every id of the SVG begins with it.
        description: What a person who cannot see the chart should know.

    Returns:
        One `<svg>` element. The same figure and identifier give the same text.
    """
    import matplotlib

    buffer = io.StringIO()
    # The backend of a figure made without pyplot reads these when it writes.
    with (
        matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": identifier}),
        warnings.catch_warnings(),
    ):
        # The page's fonts will draw the text, not the one that lacks a glyph here.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", metadata=nothing, transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    roles = {colour: f"var(--{role})" for role, colour in PALETTE.items()}
    used = set(re.findall(r'(?:xlink:href="|url\()#([\w.-]+)', text))

    # Text and attributes have < and > escaped, so a tag is what stands between the two.
    def tag(match: re.Match[str]) -> str:
        part = match.group().replace("xlink:href=", "href=")
        part = re.sub(r' xmlns(:xlink)?="[^"]*"| version="1.1"', "", part)
        if part.startswith("<svg"):
            box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', part)
            width = box.group(1) if box else "360"
            label = escape(_one_line(description), quote=True)
            return (
                f'<svg {box.group() if box else ""} style="--natural:{float(width):.0f}px" '
                f'role="img" aria-label="{label}">'
            )
        part = re.sub(
            r' id="([^"]*)"',
            lambda m: f' id="{identifier}-{m.group(1)}"' if m.group(1) in used else "",
            part,
        )
        part = re.sub(r'(href="|url\()#', rf"\g<1>#{identifier}-", part)
        part = re.sub(r" font-family:[^;\"]*;?", "", part)
        for colour, variable in roles.items():
            part = part.replace(colour, variable)
        part = re.sub(r"(\d+\.\d\d)\d+", r"\1", part)
        return re.sub(r"\s+", " ", part).replace(' style=""', "").replace('; "', '"')

    text = re.sub(r"<[^<>]+>", tag, text)
    text = re.sub(r"<defs>\s*</defs>", "", re.sub(r">\s+<", "><", text))
    while "<g></g>" in text:
        text = text.replace("<g></g>", "")
    return text.strip()


def plain_label(name: Any, most: int = 40) -> str:
    r"""Return a name as one line that matplotlib draws letter by letter, shortened to `most`.

    A pair of dollar signs would otherwise be read as a formula, and a control character has no
    place in an SVG.

    Examples:
        >>> plain_label("cost $5\nto $6")
        'cost \\$5 to \\$6'
        >>> plain_label("a very long name", 8)
        'a very …'
    """
    text = _one_line(name)
    if len(text) > most:
        text = text[: most - 1] + "…"
    return text.replace("$", r"\$")


def _one_line(text: Any) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def canvas(title: str) -> tuple[Figure, Axes]:
    """Return an empty figure of the usual size with its axes; the title may be empty."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.add_axes((0.15, 0.165, 0.83, 0.715 if title else 0.8))
    style(figure, axes, title)
    return figure, axes


def style(figure: Figure, axes: Axes, title: str) -> None:
    """Give axes the quiet look: a light grid, no box, grey figures, the title on the left."""
    figure.set_facecolor(PALETTE["paper"])
    axes.set_facecolor("none")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(PALETTE["line"])
    axes.grid(color=PALETTE["line"], linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=SMALL, labelcolor=PALETTE["muted"], length=0, pad=5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=PALETTE["muted"], fontsize=NORMAL)
    if title:
        axes.set_title(
            plain_label(title, 60), loc="left", fontsize=NORMAL + 1, color=PALETTE["ink"]
        )


def ticks(axes: Axes, *, whole_x: bool = False, y: bool = True) -> None:
    """Set few ticks with short labels; `whole_x` for epochs, `y=False` where y has names."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(5, integer=whole_x, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(short))
    if y:
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(short))


def unit_square(figure: Figure, axes: Axes, x: str, y: str) -> Figure:
    """Let both axes go from 0 to 1, name them, and return the figure."""
    places = (0, 0.25, 0.5, 0.75, 1)
    axes.set(xlim=(-0.01, 1.02), ylim=(-0.02, 1.03), xlabel=x, ylabel=y)
    axes.set_xticks(places, [f"{place:g}" for place in places])
    axes.set_yticks(places, [f"{place:g}" for place in places])
    return figure


def legend(axes: Axes) -> None:
    """Name the curves that have a label, where there is most room."""
    if axes.get_legend_handles_labels()[1]:
        axes.legend(
            frameon=False, fontsize=NORMAL, labelcolor=PALETTE["ink"], loc="best",
            handlelength=2.6, borderaxespad=0.2,
        )  # fmt: skip


def note(axes: Axes, x: float, height: float, text: str, end: float, role: str) -> None:
    """Write beside a vertical line, on the side that has room."""
    right = x < 0.6 * end
    axes.annotate(
        text, (x, height), xycoords=axes.get_xaxis_transform(), fontsize=SMALL,
        xytext=(4 if right else -4, 0), textcoords="offset points",
        ha="left" if right else "right", va="center", color=PALETTE[role],
    )  # fmt: skip


def array(values: Numbers | None) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return numbers as an array, None as NaN."""
    return np.array([np.nan if v is None else v for v in (() if values is None else values)], float)


def thinned(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    """Return at most 300 of the points, evenly spaced."""
    if len(x) <= MOST_POINTS:
        return x, y
    index = np.linspace(0, len(x) - 1, MOST_POINTS).astype(int)
    return x[index], y[index]


def short(value: float, _: Any = None) -> str:
    """Return a tick label of at most six characters or so: 0.25, 1.5k, 2M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if letter == 'k' else size):.4g}{letter}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def spoken(name: str) -> str:
    """Return a name without underscores, as `plain_label` makes it."""
    return plain_label(name.replace("_", " "))
