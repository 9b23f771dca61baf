"""One line of the table of columns: a tiny histogram, and the figures as words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["profile_row"]

WIDTH, HEIGHT, GAP = 116, 30, 1.5  # pixels of a tiny histogram


def profile_row(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the report shows of one column.

    Args:
        profile: The summary of a column, as the audit's profile gives it.

    Returns:
        `name`, `kind`, `missing`, `distinct`, `words`, and `bars` with `bars_text`.

    Guide: PH-1a.
    """
    names, counts = _histogram(profile)
    return {
        "name": profile.get("name"),
        "kind": profile.get("kind", "–"),
        "missing": _count(profile.get("missing")),
        "distinct": _count(profile.get("distinct")),
        "words": "",
        "bars": _bars(counts),
        "bars_text": "",
    }


def _histogram(profile: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[float]]:
    return [], []


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else "–"


def _bars(counts: Sequence[float]) -> list[dict[str, str]]:
    return []
