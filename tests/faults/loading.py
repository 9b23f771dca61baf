"""Collects the cases of a half, or the new ones: each file of a folder may export `CASES`."""

from __future__ import annotations

import importlib
from pathlib import Path

from case import Case

FOLDERS = {"open": "open_half", "kept": "kept_half", "new": "new_cases"}
HALVES = tuple(FOLDERS)


def cases(half: str, only: str = "") -> tuple[Case, ...]:
    """Return the cases of a half in the order of its files; `only` is a part of the name.

    Args:
        half: `open`, `kept` or `new`.
        only: Keep the cases whose name contains one of these parts, separated by commas.
    """
    folder = Path(__file__).parent / FOLDERS[half]
    found: list[Case] = []
    for path in sorted(folder.glob("*.py")):
        found.extend(getattr(importlib.import_module(f"{folder.name}.{path.stem}"), "CASES", ()))
    parts = [part for part in only.split(",") if part]
    return tuple(case for case in found if not parts or any(part in case.name for part in parts))
