"""Rules of the audit on numbers: outliers, hidden missing values, precision, twins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ..choosing.balance import OUTLIER_Z
from ..reading.wording import plural, share_text, some
from .audit_table import AuditColumn, AuditTable, ignore_option
from .column_rules import names_rows

__all__ = ["NUMBER_RULES", "outlier_scores"]

# Fewer different values are a scale or a code, and have no outliers.
OUTLIER_DISTINCT = 20
# Twice as far out, values are more likely slips than rare cases.
ERROR_Z = 2 * OUTLIER_Z
ERROR_ROWS = 5
# A quartile of a normal curve lies so many standard deviations from its middle.
QUARTILE = 0.6745
# Marks that stand for missing in many tables.
SENTINELS = (0.0, -1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0)
SENTINEL_SHARE = (0.005, 0.6)
SENTINEL_GAP = 1.0
# Of a value, in float32, which is what a network computes in.
FLOAT32 = 2.0**-24
STEPS_IN_A_DEVIATION = 256.0
LARGE = 1e15
TWIN_CORRELATION = 0.9995
TWIN_COLUMNS = 200
TWIN_CODES = 200


def outliers(table: AuditTable) -> list[Finding]:
    """Find values far from the rest on the scale, plain or logarithmic, that evens the column.

    Guide: PH-1b.
    """
    found: dict[str, tuple[int, float, str]] = {}
    slips = False
    for column in table.columns:
        if column.kind != "number" or column.distinct <= OUTLIER_DISTINCT or names_rows(column):
            continue
        score = np.abs(outlier_scores(column.values))
        count, worst = int((score > OUTLIER_Z).sum()), int(np.argmax(score))
        if count:
            told = f"{column.values[worst]:g} in row {table.rows[worst]}"
            found[column.name] = (count, float(score[worst]), told)
            slips |= bool(score[worst] > ERROR_Z and count <= ERROR_ROWS)
    if not found:
        return []
    ordered = sorted(found, key=lambda name: -found[name][1])
    told = [
        f"{name} ({plural(found[name][0], 'row')}, furthest {found[name][2]})" for name in ordered
    ]
    cause = f"{plural(len(found), 'column')} with values far from the rest: {some(told, 4)}."
    remedy = "Look at these rows; correct slips, keep what is true."
    furthest = round(found[ordered[0]][1], 1)
    figures = {"columns": len(found), "furthest_robust_deviations": furthest}
    severity = "warning" if slips else "info"
    return [
        Finding("outliers", "PH-1b", severity, cause, remedy, None, figures, where=tuple(ordered))
    ]


def outlier_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many robust standard deviations each value lies from the median.

    Above and below the median are measured apart, by the distance to the quartile. Of the plain
    and the logarithmic scale the one is taken on which the quartiles lie more evenly, so that
    incomes and prices are not full of outliers.

    Args:
        values: Numbers, shape `(rows,)`; NaN gives 0.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.zeros(len(values))
    scales = [values]
    if finite.min() > 0:
        scales.append(np.log(np.where(np.isfinite(values), values, np.nan)))
    elif finite.min() == 0 and (finite > 0).any():
        middle = np.median(finite[finite > 0])
        scales.append(np.log(np.where(np.isfinite(values), values, np.nan) + middle))
    best = min(scales, key=_unevenness)
    low, middle, high = np.nanquantile(best, (0.25, 0.5, 0.75))
    if low == middle or middle == high:
        return np.zeros(len(values))
    spread = np.where(best > middle, high - middle, middle - low) / QUARTILE
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((best - middle) / spread)


def hidden_missing(table: AuditTable) -> list[Finding]:
    """Find a value such as 0 or -999, apart from all others, that may stand for missing.

    Guide: PH-1b.
    """
    findings = []
    for column in table.columns:
        if column.kind != "number" or column.distinct <= OUTLIER_DISTINCT:
            continue
        for mark in SENTINELS:
            share = float((column.present == mark).mean())
            if not SENTINEL_SHARE[0] <= share <= SENTINEL_SHARE[1]:
                continue
            others = column.present[column.present != mark]
            low, high = np.quantile(others, (0.25, 0.75))
            gap = float(np.abs(others - mark).min())
            beyond = mark < others.min() or mark > others.max()
            if not beyond or gap <= SENTINEL_GAP * (high - low) or gap == 0:
                continue
            cause = (
                f"{column.name} is {mark:g} in {share_text(share)} of the rows, and otherwise "
                f"{others.min():g} to {others.max():g}."
            )
            remedy = "If it stands for missing, leave these cells empty in the file."
            figures = {"value": mark, "share": round(share, 4)}
            findings.append(
                Finding(
                    "hidden_missing",
                    "PH-1b",
                    "info",
                    cause,
                    remedy,
                    None,
                    figures,
                    0.7,
                    (column.name,),
                )
            )
    return findings


def precision(table: AuditTable) -> list[Finding]:
    """Find numbers whose differences vanish in the float32 of a network. Guide: PH-1b."""
    lost, large = [], []
    for column in table.columns:
        if column.kind != "number" or column.distinct < 2:
            continue
        finite = column.present[np.isfinite(column.present)]
        size = float(np.abs(finite).max(initial=0.0))
        if size > LARGE:
            large.append(column.name)
        elif finite.std() < STEPS_IN_A_DEVIATION * FLOAT32 * size:
            lost.append(column.name)
    findings = []
    if lost:
        cause = f"Large numbers that differ little lose their differences in float32: {some(lost)}."
        remedy = "Take the smallest value off, or give dates as dates."
        findings.append(_about(lost, "float32_precision", cause, remedy))
    if large:
        cause = f"Numbers above {LARGE:.0e} may overflow: {some(large)}."
        findings.append(_about(large, "extreme_magnitude", cause, "Give them in a larger unit."))
    return findings


def twins(table: AuditTable) -> list[Finding]:
    """Find columns that say the same: equal but for names, or on a straight line.

    Guide: PH-1a.
    """
    pairs = _equal_codes(table) + _straight_lines(table)
    if not pairs:
        return []
    second = list(dict.fromkeys(later for _, later in pairs))
    listed = some([f"{one} and {other}" for one, other in dict.fromkeys(pairs)], 6)
    cause = f"{plural(len(second), 'column')} repeat another: {listed}."
    if len(second) == 1:
        cause = f"One column repeats another: {listed}."
    remedy = ignore_option(second, "It does little harm; you may leave {} out with")
    figures = {"pairs": len(pairs)}
    return [
        Finding("twin_columns", "PH-1a", "info", cause, remedy, None, figures, where=tuple(second))
    ]


def _unevenness(values: NDArray[np.float64]) -> float:
    low, middle, high = np.nanquantile(values, (0.25, 0.5, 0.75))
    return abs(high + low - 2 * middle) / (high - low) if high > low else 1.0


def _equal_codes(table: AuditTable) -> list[tuple[str, str]]:
    """Return pairs of columns of which each value of one goes with one value of the other."""
    by_counts: dict[tuple[int, ...], list[AuditColumn]] = {}
    for column in table.columns:
        if _repeats(column) and column.distinct >= 2 and column.kind != "text":
            by_counts.setdefault(tuple(column.counts.tolist()), []).append(column)
    pairs = []
    for alike in by_counts.values():
        for place, column in enumerate(alike):
            for other in alike[place + 1 :]:
                both = column.codes * (other.distinct + 2) + other.codes
                joined = len(np.unique(both[column.codes >= 0]))
                if (column.missing == other.missing).all() and joined == column.distinct:
                    pairs.append((column.name, other.name))
    return pairs


def _repeats(column: AuditColumn) -> bool:
    """Whether values come back so often that two columns cannot go together by chance.

    Where each value has its own row, every column goes with every other.
    """
    return column.distinct <= min(TWIN_CODES, int((column.codes >= 0).sum()) // 2)


def _straight_lines(table: AuditTable) -> list[tuple[str, str]]:
    columns = [c for c in table.columns if c.kind == "number" and not _repeats(c)]
    columns = [c for c in columns if not c.missing.any()][:TWIN_COLUMNS]
    if len(columns) < 2:
        return []
    matrix = np.column_stack([c.values for c in columns])
    correlation = np.abs(np.corrcoef(matrix, rowvar=False))
    places = np.argwhere(np.triu(correlation >= TWIN_CORRELATION, 1))
    return [(columns[i].name, columns[j].name) for i, j in places]


def _about(names: list[str], fault: str, cause: str, remedy: str) -> Finding:
    figures = {"columns": len(names)}
    return Finding(fault, "PH-1b", "warning", cause, remedy, None, figures, where=tuple(names))


NUMBER_RULES = (outliers, hidden_missing, precision, twins)
