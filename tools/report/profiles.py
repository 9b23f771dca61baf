"""One line of the table of columns: a tiny histogram, and the figures as words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

__all__ = ["column_bins", "compact_number", "profile_row"]

WIDTH, HEIGHT, GAP = 116.0, 30.0, 1.5  # pixels of a tiny histogram
WORDS_OF_VALUES = 3


def profile_row(profile: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the report shows of one column.

    Args:
        profile: The summary of a column, as `goodfit.recipes.profile` gives it.
        choice: Why the column was read as it was, as plain data; may be empty.

    Returns:
        `name`, `kind`, `missing`, `distinct`, `words`, `reason`, and `bars` with `bars_text`.

    Guide: PH-1a.

    Examples:
        >>> top = [{"value": "red", "count": 3}, {"value": "blue", "count": 1}]
        >>> row = profile_row({"name": "colour", "kind": "category", "top": top, "other": 0}, {})
        >>> row["words"], row["bars_text"]
        ('red 75 %, blue 25 %', 'red: 3, blue: 1')
    """
    from ...recipes.reading.wording import share_text

    names, counts = column_bins(profile)
    width = profile.get("width") or 1
    missing = profile.get("missing")
    share = profile.get("missing_share")
    return {
        "name": profile.get("name"),
        "kind": f"{profile.get('kind', '–')}{f' × {width}' if width > 1 else ''}",
        "missing": "–" if missing is None else f"{missing:,}",
        "missing_share": share_text(share) if missing and share is not None else "",
        "distinct": "–" if profile.get("distinct") is None else f"{profile['distinct']:,}",
        "words": _words(profile),
        "reason": choice.get("reason") or "",
        "bars": _bars(counts),
        "bars_text": ", ".join(f"{n}: {c:,}" for n, c in zip(names, counts, strict=True)),
    }


def compact_number(value: Any) -> str:
    """Return a number of the data with no more digits than it needs; any other value as text.

    Examples:
        >>> [compact_number(x) for x in (8.0, 0.1201, 14.4542, 123456.7, 1e-7, "a")]
        ['8', '0.1201', '14.45', '123,457', '1e-07', 'a']
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def column_bins(profile: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """Return the names of a column's bins and the rows in each; empty where nothing was counted.

    Args:
        profile: The summary of the column, as `goodfit.recipes.profile` gives it.
    """
    histogram = profile.get("histogram")
    if histogram:
        edges = [
            edge if isinstance(edge, str) else compact_number(edge) for edge in histogram["edges"]
        ]
        names = [f"{low} to {high}" for low, high in pairwise(edges)]
        return names, list(histogram["counts"])
    top = profile.get("top") or []
    names, counts = [str(item["value"]) for item in top], [item["count"] for item in top]
    if profile.get("other"):
        names, counts = [*names, "all others"], [*counts, profile["other"]]
    return names, counts


def _words(profile: Mapping[str, Any]) -> str:
    if profile.get("minimum") is not None:
        low, middle, high = (compact_number(profile[n]) for n in ("minimum", "median", "maximum"))
        return f"{low} to {high}, median {middle}"
    if profile.get("earliest"):
        return f"{profile['earliest']} to {profile['latest']}"
    steps = profile.get("steps") or {}
    if steps:
        return _lengths(profile, steps)
    if profile.get("mean_words") is not None:
        return f"{profile['mean_words']:.1f} words on average"
    names, counts = column_bins(profile)
    total = sum(counts) or 1
    shown = list(zip(names, counts, strict=True))[:WORDS_OF_VALUES]
    more = ", …" if len(names) > WORDS_OF_VALUES else ""
    return (
        ", ".join(f"{name} {count / total:.0%}".replace("%", " %") for name, count in shown) + more
    )


def _lengths(profile: Mapping[str, Any], steps: Mapping[str, Any]) -> str:
    """Return how long the rows of a sequence, recording or clip are, and how large an image is."""
    kind, shape = profile.get("kind"), str(profile.get("example") or "").rpartition(" of ")[2]
    if kind == "image":
        return f"{shape}, height × width × channels"
    noun = {"audio": "samples", "frames": "frames"}.get(str(kind), "steps")
    mean, longest = f"{steps['mean']:,.0f}", f"{steps['longest']:,}"
    said = f"{longest} {noun} each" if mean == longest else f"{mean} {noun} on average"
    said += "" if mean == longest else f", at most {longest}"
    wide = profile.get("width") or 1
    if kind == "frames":
        return f"{said}, each {shape}"
    return f"{said}, of {wide} numbers" if wide > 1 else said


def _bars(counts: Sequence[float]) -> list[dict[str, str]]:
    """Return one rectangle for each count, the highest as high as there is room."""
    if not counts:
        return []
    step = WIDTH / max(len(counts), 6)
    most = max(counts) or 1
    bars = []
    for position, count in enumerate(counts):
        height = max(HEIGHT * count / most, 1.0 if count else 0.0)
        sizes = (position * step, HEIGHT - height, max(step - GAP, 0.5), height)
        names = ("x", "y", "width", "height")
        bars.append({n: f"{size:.4g}" for n, size in zip(names, sizes, strict=True)})
    return bars
