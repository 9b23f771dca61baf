"""Rules of the audit on one column at a time: missing, constant, identifiers, mixed, infinite."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import numpy as np

from ...callbacks.findings import Finding, Severity
from ..reading.column_problems import too_large
from ..reading.wording import plural, share_text, some
from .audit_table import AuditColumn, AuditTable, ignore_option, rows_text

__all__ = ["COLUMN_RULES", "names_rows"]

# From this share of missing values on a column says little.
MISSING_WARNING = 0.5
# One value in more than this share of rows, and fewer than so many others, is almost constant.
NEAR_CONSTANT = 0.995
NEAR_CONSTANT_OTHERS = 20
# So many different values are an identifier and no category.
IDENTIFIER_SHARE = 0.95
NUMBERED_SHARE = 0.5
IDENTIFIER_ROWS = 20
IDENTIFIER_NAME = re.compile(
    r"(^|[_\s.-])(id|ids|uid|uuid|guid|index|idx|nr|num|number|no|ref|rowid|serial)$"
    r"|^(id|uuid|index|rowid|unnamed)([_\s.-]|$)|[a-z](Id|ID|Nr|Number)$",
    re.IGNORECASE,
)
CAMEL = re.compile(r"[a-z](Id|ID|Nr|Number)$")
GROUP_ROWS = 2.0
MANY_CATEGORIES = 50
ROWS_OF_A_CATEGORY = 5.0


def missing_values(table: AuditTable) -> list[Finding]:
    """Say which columns lack values: a warning from half on. Guide: PH-1b."""
    shares = {c.name: float(c.missing.mean()) for c in table.columns if c.missing.any()}
    heavy = {name: share for name, share in shares.items() if share >= MISSING_WARNING}
    light = {name: share for name, share in shares.items() if name not in heavy}
    findings = []
    levels: tuple[tuple[Severity, dict[str, float]], ...] = (("warning", heavy), ("info", light))
    for severity, found in levels:
        if not found:
            continue
        ordered = sorted(found, key=lambda name: -found[name])
        largest = max(found.values())
        listed = some([f"{name} {share_text(found[name])}" for name in ordered], 6)
        verb = "lacks" if len(found) == 1 else "lack"
        remedy = "The model fills them in and marks them, so nothing has to be done."
        cause = f"{plural(len(found), 'column')} {verb} values: {listed}."
        if severity == "warning":
            cause = f"{plural(len(found), 'column')} {verb} half of the values or more: {listed}."
            remedy = ignore_option(ordered, "Fill them at the source, or leave {} out with")
        findings.append(
            _finding("missing_values", severity, cause, remedy, ordered, largest=largest)
        )
    return findings


def constant_columns(table: AuditTable) -> list[Finding]:
    """Find columns that hold one value, or almost only one. Guide: PH-1b."""
    constant = [c.name for c in table.columns if c.distinct <= 1 and not 0 < c.missing.mean() < 1]
    near = [
        c.name
        for c in table.columns
        if c.distinct > 1
        and c.kind != "text"
        and c.counts[0] >= NEAR_CONSTANT * len(table)
        and len(table) - c.counts[0] < NEAR_CONSTANT_OTHERS
    ]
    findings = []
    if constant:
        cause = f"{plural(len(constant), 'column')} never change: {some(constant, 8)}."
        if len(constant) == 1:
            cause = f"Column {constant[0]} never changes."
        remedy = ignore_option(constant, "Nothing can be learned from them; leave {} out with")
        findings.append(_finding("constant_columns", "warning", cause, remedy, constant))
    if near:
        verb = "changes" if len(near) == 1 else "change"
        cause = f"{plural(len(near), 'column')} hardly ever {verb}: {some(near, 8)}."
        remedy = ignore_option(near, "Little can be learned there; you may leave {} out with")
        findings.append(_finding("nearly_constant", "info", cause, remedy, near))
    return findings


def identifiers(table: AuditTable) -> list[Finding]:
    """Find columns that number or name the rows instead of describing them. Guide: PH-1b."""
    found = [column for column in table.columns if names_rows(column)]
    if not found:
        return []
    names = [column.name for column in found]
    listed = some([f"{c.name} ({c.distinct:,} values in {len(c.present):,} rows)" for c in found])
    cause = f"{'It looks' if len(found) == 1 else 'These look'} like names of rows: {listed}."
    remedy = ignore_option(names, "A model would learn the rows by heart; leave {} out with")
    return [_finding("identifier", "warning", cause, remedy, names)]


def repeated_identifiers(table: AuditTable) -> list[Finding]:
    """Find columns that name things of which several rows tell, which should stay together."""
    found = [
        column
        for column in table.columns
        if column.kind in ("number", "category")
        and (column.kind == "category" or column.whole)
        and not column.block
        and _named_so(column.name)
        and not names_rows(column)
        and column.distinct >= IDENTIFIER_ROWS
        and len(column.present) >= GROUP_ROWS * column.distinct
    ]
    return [
        _finding(
            "repeated_identifier",
            "info",
            f"Several rows share a value of {column.name} ({column.distinct:,} values).",
            "If these rows belong together, keep them in one part with "
            f"--group {shlex.quote(column.name)}.",
            [column.name],
            distinct=column.distinct,
        )
        for column in found
    ]


def many_categories(table: AuditTable) -> list[Finding]:
    """Find categories of which most have too few rows to be learned. Guide: PH-1a."""
    findings = []
    for column in table.columns:
        if column.kind != "category" or names_rows(column):
            continue
        rows = len(column.present) / max(1, column.distinct)
        if column.distinct > MANY_CATEGORIES and rows < ROWS_OF_A_CATEGORY:
            cause = (
                f"Column {column.name} has {column.distinct:,} categories, {rows:.1f} rows each."
            )
            remedy = "Join rare ones, or " + ignore_option([column.name], "leave {} out with")
            figures = {"distinct": column.distinct, "rows_each": round(rows, 2)}
            findings.append(
                _finding("many_categories", "info", cause, remedy, [column.name], **figures)
            )
    return findings


def mixed_types(table: AuditTable) -> list[Finding]:
    """Report words among numbers, as they were met while reading. Guide: PH-1b."""
    findings = []
    for column in table.columns:
        choice = table.choices.get(f"column {column.name}") or table.choices.get(column.name)
        if choice is None or not choice.figures.get("odd_values"):
            continue
        count, odd = int(choice.figures["odd_values"]), choice.figures.get("odd", "")
        where = choice.figures.get("odd_rows", "")
        if column.kind == "category":
            cause = f"Column {column.name} mixes numbers with words: {odd} ({where})."
            remedy = (
                f"It is read as categories; set --types {column.name}=number to count the words "
                f"as missing."
            )
        else:
            what = "no number" if column.kind == "number" else f"no {column.kind}"
            verb = "is" if count == 1 else "are"
            cause = f"{plural(count, 'value')} of {column.name} {verb} {what}: {odd} ({where})."
            remedy = "They count as missing; correct them if they are slips."
        findings.append(_finding("mixed_types", "warning", cause, remedy, [column.name], odd=count))
    return findings


def not_finite(table: AuditTable) -> list[Finding]:
    """Find infinite values, which `load` refuses but a made data set may hold. Guide: PH-1b."""
    findings = []
    for column in table.columns:
        if column.kind != "number" or not too_large(column.values).any():
            continue
        rows = table.rows[too_large(column.values)]
        cause = f"Column {column.name} holds infinity at {rows_text(rows)}."
        remedy = "Correct these rows, or leave the cells empty."
        findings.append(_finding("not_finite", "error", cause, remedy, [column.name], n=len(rows)))
    return findings


def names_rows(column: AuditColumn) -> bool:
    """Return whether nearly every row has its own value, in a form that names rows."""
    rows = len(column.present)
    if rows < IDENTIFIER_ROWS or column.block or column.kind not in ("number", "category"):
        return False
    share = column.distinct / rows
    if column.kind == "category":
        return share >= IDENTIFIER_SHARE or (share >= NUMBERED_SHARE and _named_so(column.name))
    if not column.whole or share < NUMBERED_SHARE:
        return False
    steps = np.diff(column.present)
    counted = share == 1 and bool((np.abs(steps) == 1).all() and len(set(steps)) == 1)
    return counted or _named_so(column.name)


def _named_so(name: str) -> bool:
    match = IDENTIFIER_NAME.search(name)
    # Ignoring case, "paid" would end like "userId".
    return bool(match and (match.group(3) is not None or match.group(2) or CAMEL.search(name)))


def _finding(
    fault: str,
    severity: Severity,
    cause: str,
    remedy: str,
    where: Sequence[str],
    **figures: float | int | str,
) -> Finding:
    figures = {"columns": len(where), **figures}
    return Finding(fault, "PH-1b", severity, cause, remedy, None, figures, where=tuple(where))


COLUMN_RULES = (
    not_finite,
    missing_values,
    constant_columns,
    identifiers,
    repeated_identifiers,
    mixed_types,
    many_categories,
)
