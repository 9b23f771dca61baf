"""When a source holds too few rows to learn from: one limit and one message for every form."""

from __future__ import annotations

from ...zoo.errors import Problem
from .wording import plural

__all__ = ["MINIMUM_ROWS", "few_rows"]

# Fewer rows cannot be divided into three parts of which each says anything.
MINIMUM_ROWS = 10


def few_rows(
    count: int,
    noun: str,
    where: str,
    *,
    least: int = MINIMUM_ROWS,
    received: str | None = None,
    remedy: str = "",
) -> list[Problem]:
    """Return that there are too few rows, or nothing where there are enough.

    Args:
        count: How many there are.
        noun: What one of them is called.
        where: What follows their name, such as `in visits.csv`.
        least: How many are needed.
        received: What was found; the count if left out.
        remedy: What to do.

    Examples:
        >>> few_rows(1, "row", "in visits.csv")[0].message
        'There is only 1 row in visits.csv'
        >>> few_rows(10, "row", "in visits.csv")
        []
    """
    if count >= least:
        return []
    return [
        Problem(
            "rows_too_few",
            f"There {'is' if count == 1 else 'are'} only {plural(count, noun)} {where}",
            f"at least {least}, to train on, to watch and to test on",
            str(count) if received is None else received,
            remedy,
        )
    ]
