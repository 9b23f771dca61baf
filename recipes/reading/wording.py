"""Small phrases that messages about rows, values and sizes share."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["bytes_text", "plural", "quoted", "share_text", "some"]

SHOWN = 5


def some(items: Iterable[object], shown: int = SHOWN) -> str:
    """Return the first few items, and how many more there are.

    Examples:
        >>> some([3, 9, 12])
        '3, 9, 12'
        >>> some(range(100), 2)
        '0, 1 and 98 more'
    """
    every = [str(item) for item in items]
    if len(every) <= shown:
        return ", ".join(every)
    return f"{', '.join(every[:shown])} and {len(every) - shown} more"


def quoted(items: Iterable[object], shown: int = SHOWN, width: int = 40) -> str:
    """Return the first few items in quotes, long ones cut.

    Examples:
        >>> quoted(["a", "b"])
        "'a', 'b'"
    """
    texts = [str(item) for item in items]
    return some([f"'{t}'" if len(t) <= width else f"'{t[: width - 1]}…'" for t in texts], shown)


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    Examples:
        >>> plural(1, "row"), plural(1200, "row"), plural(2, "class", "classes")
        ('1 row', '1,200 rows', '2 classes')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share_text(share: float) -> str:
    """Return a share in percent, with a decimal below ten.

    Examples:
        >>> share_text(0.5), share_text(0.0123), share_text(0.00001)
        ('50 %', '1.2 %', 'under 0.1 %')
    """
    percent = 100 * share
    if 0 < percent < 0.1:
        return "under 0.1 %"
    if 99 < percent < 100:
        return f"{min(percent, 99.9):.1f} %"
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def bytes_text(size: float) -> str:
    """Return a size in memory.

    Examples:
        >>> bytes_text(2_500_000_000), bytes_text(3_000)
        ('2.5 GB', '3.0 kB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} bytes"
