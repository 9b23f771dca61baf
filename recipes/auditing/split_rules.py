"""Rules of the audit on the parts of a split: rows in two parts, and parts that differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ..dataset import Dataset, Splits
from ..reading.wording import plural, share_text, some
from .audit_table import AuditColumn, rows_text, table_of
from .duplicates import row_hashes

__all__ = ["SPLIT_RULES"]

SHARED_WARNING = 0.01
# Two parts differ when the largest gap between their distributions is this large and would be so
# by chance less often than this, over all columns.
DRIFT_GAP = 0.1
DRIFT_CHANCE = 1e-4


def rows_in_two_parts(dataset: Dataset, splits: Splits) -> list[Finding]:
    """Find watched or sealed rows whose features also occur in training. Guide: PH-1c, MIS-1.

    The sealed rows are known without opening them: they are the rows of `dataset` that are in
    neither other part. Only features are compared.
    """
    training = set(row_hashes(splits.train).tolist())
    held = ~np.isin(dataset.rows, splits.train.rows)
    if not held.any():
        return []
    hashes = row_hashes(dataset)[held]
    shared = np.array([value in training for value in hashes.tolist()])
    if not shared.any():
        return []
    rows = dataset.rows[held][shared]
    share = float(shared.mean())
    cause = (
        f"{plural(len(rows), 'row')} held back ({share_text(share)}) "
        f"{'has' if len(rows) == 1 else 'have'} the features of a training row: {rows_text(rows)}."
    )
    remedy = "Remove the repeated rows, or split at random, where equal rows stay together."
    spread = int(splits.method.figures.get("rows_spread", 0))
    if spread:
        cause += " Sets of equal rows too large for one part were spread over all."
    severity = "warning" if share >= SHARED_WARNING and not spread else "info"
    figures = {"rows": len(rows), "share": round(share, 4)}
    where = tuple(f"row {row}" for row in rows[:10])
    return [
        Finding("rows_in_two_parts", "PH-1c", severity, cause, remedy, None, figures, where=where)
    ]


def drift(dataset: Dataset, splits: Splits) -> list[Finding]:
    """Find columns that are distributed otherwise in validation than in training. Guide: PH-1c."""
    train, validation = table_of(splits.train), table_of(splits.validation)
    found = {}
    size = len(train) * len(validation) / (len(train) + len(validation))
    for one, other in zip(train.columns, validation.columns, strict=True):
        gap = _gap(one, other)
        chance = 2 * np.exp(-2 * size * gap**2) * len(train.columns)
        # The time itself must differ in a split by time.
        ordering = splits.method.value == "time" and one.name == splits.method.figures.get("column")
        if gap >= DRIFT_GAP and chance < DRIFT_CHANCE and not ordering:
            found[one.name] = gap
    if not found or len(dataset) == 0:
        return []
    ordered = sorted(found, key=lambda name: -found[name])
    listed = some([f"{name} (gap {found[name]:.2f})" for name in ordered], 6)
    cause = f"{plural(len(found), 'column')} differ between training and validation: {listed}."
    remedy = "Expect the scores to change with time or group; a column that only drifts may go."
    figures = {"columns": len(found), "largest_gap": round(found[ordered[0]], 4)}
    severity = "warning" if splits.method.value in ("time", "group") else "info"
    return [Finding("drift", "PH-1c", severity, cause, remedy, None, figures, where=tuple(ordered))]


def _gap(one: AuditColumn, other: AuditColumn) -> float:
    """Return the largest difference of two distributions, 0 to 1 (Kolmogorov-Smirnov)."""
    left, right = one.numeric, other.numeric
    if left is None or right is None:
        return 0.0 if one.kind == "text" else _category_gap(one.values, other.values)
    left, right = np.sort(left[~np.isnan(left)]), np.sort(right[~np.isnan(right)])
    if not len(left) or not len(right):
        return 0.0
    places = np.concatenate([left, right])
    below = [np.searchsorted(part, places, side="right") / len(part) for part in (left, right)]
    return float(np.abs(below[0] - below[1]).max())


def _category_gap(left: NDArray[np.object_], right: NDArray[np.object_]) -> float:
    """Return the largest difference in the share of one category."""
    names = np.unique(np.concatenate([left, right]).astype(str))
    shares = []
    for part in (left, right):
        found, counts = np.unique(part.astype(str), return_counts=True)
        share = np.zeros(len(names))
        share[np.searchsorted(names, found)] = counts / len(part)
        shares.append(share)
    return float(np.abs(shares[0] - shares[1]).max())


SPLIT_RULES = (rows_in_two_parts, drift)
