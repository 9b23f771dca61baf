"""How much memory a file will take when it is read, said before it is spent."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

from ...zoo.errors import bad_input
from ..config import Choice
from .wording import bytes_text

__all__ = ["available_memory", "check_memory"]

logger = logging.getLogger("goodfit")

# Below this a table is read without a word about memory.
SPOKEN_BYTES = 500_000_000
# The table must leave room for the training itself.
USABLE_SHARE = 0.8


def available_memory() -> int | None:
    """Return the bytes that a program may still take here, or None where nothing tells.

    A container's limit counts where it is lower than what the machine has free.
    """
    figures = []
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                figures.append(1024 * int(line.split()[1]))
    if not figures and hasattr(os, "sysconf"):
        with contextlib.suppress(OSError, ValueError):
            figures.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    group = Path("/sys/fs/cgroup")
    with contextlib.suppress(OSError, ValueError):
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = int((group / "memory.current").read_text(encoding="ascii"))
        if limit != "max":
            figures.append(max(0, int(limit) - used))
    return min(figures) if figures else None


def check_memory(path: Path, needed: float) -> Choice | None:
    """Compare what reading `path` will take with what is free.

    Args:
        path: The file.
        needed: Estimated bytes at the peak of reading.

    Returns:
        A note for a large table, None for a small one.

    Raises:
        BadInput: It will not fit; both figures are named and nothing has been read.
    """
    free = available_memory()
    if free is not None and needed > USABLE_SHARE * free:
        raise bad_input(
            "memory_short",
            f"Reading {path} ({bytes_text(path.stat().st_size)}) would take about "
            f"{bytes_text(needed)} of memory, and {bytes_text(free)} are free",
            expected=f"at most {USABLE_SHARE:.0%} of the free memory",
            received=f"{needed / max(free, 1):.1f} times the free memory",
            remedy="Keep fewer rows or columns, write it as Parquet, or use a larger machine",
        )
    if needed < SPOKEN_BYTES:
        return None
    of_free = f" of the {bytes_text(free)} that are free" if free else ""
    reason = f"Reading {path.name} takes about {bytes_text(needed)} of memory{of_free}."
    logger.warning(reason)
    return Choice(int(needed), "", {"available": free or 0}, reason)
