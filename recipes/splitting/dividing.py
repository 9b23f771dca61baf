"""How rows are dealt out to three parts: shares, strata, groups, time. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fractions", "by_group", "by_strata", "by_time", "part_sizes"]

TRAIN, VALIDATION, TEST = 0, 1, 2
# Groups are dealt out this many times, and the division nearest to the wanted shares is kept.
GROUP_TRIALS = 100


@dataclass(frozen=True)
class Fractions:
    """Shares of the rows to watch and to seal.

    Args:
        validation: Share of the validation rows.
        test: Share of the test rows.
    """

    validation: float
    test: float

    @property
    def train(self) -> float:
        """Share of the training rows."""
        return 1.0 - self.validation - self.test


def part_sizes(rows: int, fractions: Fractions) -> tuple[int, int, int]:
    """Return the rows of the three parts; none is empty from three rows on.

    Examples:
        >>> part_sizes(150, Fractions(0.15, 0.15))
        (105, 22, 23)
    """
    train = min(max(1, round(fractions.train * rows)), max(1, rows - 2))
    test = min(max(1, int(fractions.test * rows + 0.5)), max(1, rows - train - 1))
    return train, rows - train - test, test


def by_strata(
    units: NDArray[np.int64],
    strata: NDArray[np.int64],
    fractions: Fractions,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Return for each row its part; each stratum is divided in the same shares.

    Args:
        units: For each row the unit it belongs to; a unit is never divided.
        strata: For each row its class; a unit counts for the class of its first row.
        fractions: Shares of validation and test.
        generator: Decides which units go where.
    """
    count = int(units.max()) + 1
    first = np.full(count, -1)
    # Backwards, so that the first row of a unit is written last.
    first[units[::-1]] = np.arange(len(units))[::-1]
    sizes = np.bincount(units, minlength=count)
    stratum = strata[first]
    rows = np.bincount(stratum, weights=sizes).astype(int)
    parts = np.zeros(count, np.int64)
    quotas = _quotas(rows, fractions)
    for number in np.flatnonzero(rows):
        members = generator.permutation(np.flatnonzero(stratum == number))
        parts[members] = _deal(sizes[members], quotas[number])
    return parts[units]


def by_group(
    groups: NDArray[np.int64],
    classes: NDArray[np.int64],
    fractions: Fractions,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Return for each row its part, no group in two; the best of many ways of dealing.

    Args:
        groups: For each row its group, from 0.
        classes: For each row its class, from 0; all 0 where there are none.
        fractions: Shares of validation and test.
        generator: Decides which groups go where.
    """
    sizes = np.bincount(groups)
    _, validation, test = part_sizes(len(groups), fractions)
    table = np.zeros((len(sizes), int(classes.max()) + 1))
    np.add.at(table, (groups, classes), 1)
    shares = np.array([fractions.train, fractions.validation, fractions.test])
    wanted = shares[:, None] * table.sum(axis=0)
    best, least = np.zeros(len(sizes), np.int64), np.inf
    for _ in range(GROUP_TRIALS):
        order = generator.permutation(len(sizes))
        parts = np.zeros(len(sizes), np.int64)
        parts[order] = _deal(sizes[order], (validation, test))
        dealt = np.array([table[parts == part].sum(axis=0) for part in (0, 1, 2)])
        lacking = (dealt == 0) & (table.sum(axis=0) > 0)
        # A class that is lacking in a part weighs more than any difference in size.
        cost = np.abs(dealt - wanted).sum() / len(groups) + 10 * lacking[0].sum() + lacking.sum()
        if cost < least:
            best, least = parts, cost
    return best[groups]


def by_time(times: NDArray[np.generic], fractions: Fractions) -> NDArray[np.int64]:
    """Return for each row its part: the earliest train, the latest test; equal times together.

    Args:
        times: For each row its time, as a number or as ISO text.
        fractions: Shares of validation and test.
    """
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    train, validation, _ = part_sizes(len(times), fractions)
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    parts = np.zeros(len(times), np.int64)
    if len(changes) < 2:
        return parts
    first = _nearest(changes[:-1], train)
    second = _nearest(changes[changes > first], train + validation)
    parts[order[first:]] = VALIDATION
    parts[order[second:]] = TEST
    return parts


def _nearest(places: NDArray[np.int64], wanted: int) -> int:
    return int(places[np.argmin(np.abs(places - wanted))])


def _quotas(rows: NDArray[np.int64], fractions: Fractions) -> list[tuple[int, int]]:
    """Return (validation, test) rows of each stratum; the sums fit the whole as well as can be."""
    _, validation, test = part_sizes(int(rows.sum()), fractions)
    tests = _apportion(rows, fractions.test, test)
    rest = rows - tests
    validations = _apportion(rest, validation / max(1, int(rest.sum())), validation)
    return list(zip(validations.tolist(), tests.tolist(), strict=True))


def _apportion(rows: NDArray[np.int64], share: float, total: int) -> NDArray[np.int64]:
    """Return whole numbers near `share * rows`, at least 1 where there are rows, summing to total.

    The largest fractions are rounded up first; the least of 1 may make the sum larger.
    """
    exact = rows * share
    whole = np.where(rows > 0, np.maximum(1, np.floor(exact)), 0).astype(int)
    for place in np.argsort(-(exact - np.floor(exact)), kind="stable"):
        if whole.sum() >= total:
            break
        if exact[place] >= 1 and whole[place] < rows[place] - 1:
            whole[place] += 1
    return whole


def _deal(sizes: NDArray[np.int64], quota: Sequence[int]) -> NDArray[np.int64]:
    """Return the part of each unit: test and validation up to their quota, the rest train.

    A unit that is larger than what is left of a quota goes on to the next part. A part that would
    stay empty takes the smallest unit.
    """
    parts = np.zeros(len(sizes), np.int64)
    left = {TEST: quota[1], VALIDATION: quota[0]}
    for place, size in enumerate(sizes):
        for part in (TEST, VALIDATION):
            if size <= left[part]:
                parts[place] = part
                left[part] -= size
                break
    for part in (TEST, VALIDATION):
        spare = np.flatnonzero(parts == TRAIN)
        if not (parts == part).any() and len(spare) > 1:
            parts[spare[np.argmin(sizes[spare])]] = part
    return parts
