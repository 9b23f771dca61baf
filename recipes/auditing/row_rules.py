"""Rules of the audit on rows and classes: repeated, contradictory, uneven, too few."""

from __future__ import annotations

import numpy as np

from ...callbacks.findings import Finding
from ..choosing.balance import IMBALANCE_RATIO, imbalance
from ..reading.wording import plural, share_text, some
from .audit_table import AuditTable, rows_text

__all__ = ["ROW_RULES"]

# From these shares of the rows on it is worth a warning.
DUPLICATES_WARNING = 0.20
CONFLICTS_WARNING = 0.01
# Fewer rows of a class cannot be judged after a split of 15 %.
TINY_CLASS = 10


def duplicate_rows(table: AuditTable) -> list[Finding]:
    """Find rows that repeat an earlier one, target included. Guide: PH-1b."""
    if table.labels is None:
        return []
    labels = table.labels.reshape(len(table), -1)
    _, first = np.unique(np.column_stack([table.units, labels]), axis=0, return_index=True)
    repeats = np.ones(len(table), bool)
    repeats[first] = False
    count = int(repeats.sum())
    if not count:
        return []
    share = count / len(table)
    rows = table.rows[repeats]
    cause = (
        f"{plural(count, 'row')} ({share_text(share)}) "
        f"{'repeats' if count == 1 else 'repeat'} an earlier one: {rows_text(rows)}."
    )
    remedy = (
        "Equal rows are kept in one part of the split; remove them if each thing should count once."
    )
    severity = "warning" if share >= DUPLICATES_WARNING else "info"
    figures = {"rows": count, "share": round(share, 4)}
    where = tuple(f"row {row}" for row in rows[:10])
    return [Finding("duplicate_rows", "PH-1b", severity, cause, remedy, None, figures, where=where)]


def conflicting_labels(table: AuditTable) -> list[Finding]:
    """Find rows with equal features and different classes; no model can get both right.

    Guide: PH-1b.
    """
    classes = table.classes
    if classes is None or table.task is None:
        return []
    votes = np.zeros((int(table.units.max()) + 1, len(table.task.names)), np.int64)
    np.add.at(votes, (table.units, classes), 1)
    lost = int(len(table) - votes.max(axis=1).sum())
    if not lost:
        return []
    conflicting = (votes > 0).sum(axis=1) > 1
    rows = table.rows[conflicting[table.units]]
    share = lost / len(table)
    cause = (
        f"{plural(len(rows), 'row')} equal another in every column but not in the class: "
        f"{rows_text(rows)}; at best {share_text(1 - share)} can be right."
    )
    remedy = "Check these labels, or add the column that tells the rows apart."
    severity = "warning" if share >= CONFLICTS_WARNING else "info"
    figures = {"rows": len(rows), "best_accuracy": round(1 - share, 4)}
    where = tuple(f"row {row}" for row in rows[:10])
    return [
        Finding("conflicting_labels", "PH-1b", severity, cause, remedy, None, figures, where=where)
    ]


def imbalanced_classes(table: AuditTable) -> list[Finding]:
    """Find classes so uneven that accuracy misleads. Guide: MET-2."""
    if table.task is None or table.labels is None or not table.task.is_classification:
        return []
    found = imbalance(table.labels, table.task)
    if found["ratio"] < IMBALANCE_RATIO:
        return []
    share = found["largest_share"]
    cause = (
        f"Class '{found['smallest']}' has {share_text(found['smallest_share'])} of the rows; "
        f"always answering '{found['largest']}' is {share_text(share)} accurate."
    )
    remedy = "Do not judge by accuracy; set class_weights=balanced if rare cases matter."
    figures = {
        "ratio": round(found["ratio"], 1),
        "smallest_share": round(found["smallest_share"], 4),
    }
    where = (str(found["smallest"]),)
    return [
        Finding("imbalanced_classes", "MET-2", "warning", cause, remedy, None, figures, where=where)
    ]


def tiny_classes(table: AuditTable) -> list[Finding]:
    """Find classes with too few rows to be learned or judged. Guide: PH-1c."""
    classes = table.classes
    if classes is None or table.task is None:
        return []
    counts = np.bincount(classes, minlength=len(table.task.names))
    tiny = [(n, int(c)) for n, c in zip(table.task.names, counts, strict=True) if c < TINY_CLASS]
    if not tiny:
        return []
    listed = some([f"'{name}' {count}" for name, count in tiny])
    cause = f"{plural(len(tiny), 'class', 'classes')} with fewer than {TINY_CLASS} rows: {listed}."
    remedy = "Add rows or merge classes; scores of these classes rest on one or two rows."
    figures = {"classes": len(tiny), "fewest": min(count for _, count in tiny)}
    where = tuple(name for name, _ in tiny)
    return [Finding("tiny_classes", "PH-1c", "warning", cause, remedy, None, figures, where=where)]


ROW_RULES = (duplicate_rows, conflicting_labels, imbalanced_classes, tiny_classes)
