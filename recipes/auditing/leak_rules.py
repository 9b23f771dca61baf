"""Rules of the audit on leaks: columns that give the answer away, as no true feature does."""

from __future__ import annotations

import shlex

import numpy as np
from numpy.typing import NDArray

from ...callbacks.findings import Finding
from ..reading.wording import plural, quoted, share_text, some
from .audit_table import AuditColumn, AuditTable, ignore_option
from .single_scores import single_score

__all__ = ["LEAK_RULES"]

LEAST_ROWS = 30
# A column of few values gives the class away when each value has rows enough and one class only.
FEW_VALUES = 50
ROWS_OF_A_VALUE = 5.0
# Found by a shallow tree on one column alone, on rows it has not seen.
SCORE_WARNING = 0.99
# Rows near in time are this alike, and only a split by time is fair.
SERIES_SCORE = 0.9
SCORED_ROWS = 5_000
SCORED_COLUMNS = 100
# The target is a sum of columns when what is left is rounding.
RESIDUAL_SHARE = 1e-3
SUM_COLUMNS = 6
SUM_TOLERANCE = 0.01
COMPLETE_SHARE = 0.8
# An empty cell gives the class away when it goes with one class so often.
MISSING_ROWS = 20
MISSING_SHARE = (0.02, 0.98)
MISSING_CORRELATION = 0.8


def determining_columns(table: AuditTable) -> list[Finding]:
    """Find columns of few values of which each goes with one class only. Guide: PH-1b."""
    classes = table.classes
    if classes is None or len(table) < LEAST_ROWS:
        return []
    return [_leak(table, c, "each of its values goes with one class") for c in _determining(table)]


def near_perfect_columns(table: AuditTable) -> list[Finding]:
    """Find columns that alone answer nearly every unseen row, by a shallow tree. Guide: PH-1b."""
    if table.task is None or len(table) < LEAST_ROWS:
        return []
    answers = table.classes if table.classes is not None else table.amounts
    if answers is None or len(np.unique(answers)) < 2:
        return []
    known = {column.name for column in _determining(table)}
    step = max(1, len(table) // SCORED_ROWS)
    chosen = np.random.default_rng(0).permutation(len(table))[: len(table) // step]
    findings = []
    for column in _worth_scoring(table, answers):
        if column.name in known or column.distinct < 2 or column.missing.mean() > 0.5:
            continue
        score = single_score(column, answers, chosen, table.classes is not None)
        if column.kind == "date":
            findings += _series(table, column.name, score)
            continue
        if score < SCORE_WARNING:
            continue
        word = "of the classes (balanced)" if table.classes is not None else "of the variance"
        cause = (
            f"{column.name} alone explains {share_text(score)} {word} of {_target(table)} on rows "
            f"not seen; it may be a copy of the answer."
        )
        remedy = "If it is not known when the answer is wanted, " + ignore_option(
            [column.name], "leave {} out with"
        )
        figures = {"score": round(score, 4)}
        findings.append(
            Finding(
                "target_leak", "PH-1b", "warning", cause, remedy, None, figures, 0.8, (column.name,)
            )
        )
    return findings


def sums(table: AuditTable) -> list[Finding]:
    """Find columns whose sum or multiple is the target, as parts of a total are. Guide: PH-1b."""
    target = table.amounts
    if target is None or len(table) < LEAST_ROWS or target.std() == 0:
        return []
    columns = [
        c
        for c in table.columns
        if c.kind in ("number", "boolean")
        and c.distinct > 1
        and (~c.missing).mean() >= COMPLETE_SHARE
    ][: 10 * SCORED_COLUMNS]
    if not columns:
        return []
    matrix = np.column_stack([c.values for c in columns])
    whole = np.isfinite(matrix).all(axis=1)
    if whole.sum() < max(LEAST_ROWS, 2 * len(columns)):
        return []
    matrix, target = matrix[whole], target[whole]
    scale = matrix.std(axis=0)
    used = scale > 0
    matrix, scale = matrix[:, used], scale[used]
    columns = [column for column, use in zip(columns, used, strict=True) if use]
    standard = (matrix - matrix.mean(axis=0)) / scale
    spread = target.std()
    weights, *_ = np.linalg.lstsq(standard, target - target.mean(), rcond=1e-10)
    left = (target - target.mean() - standard @ weights).std() / spread
    if left > RESIDUAL_SHARE:
        return []
    parts = np.flatnonzero(np.abs(weights) > 10 * RESIDUAL_SHARE * spread)
    names = [columns[i].name for i in parts]
    factors = weights[parts] / scale[parts]
    listed = " + ".join(
        name if abs(factor - 1) < SUM_TOLERANCE else f"{factor:.4g} * {name}"
        for name, factor in zip(names, factors, strict=True)
    )
    figures = {"left_share": float(left), "columns": len(names)}
    if len(names) > SUM_COLUMNS:
        cause = f"{_target(table)} is a weighted sum of {plural(len(names), 'column')}, exactly."
        remedy = "Check whether it was computed from them; then there is nothing to learn."
        return [Finding("target_is_sum", "PH-1b", "warning", cause, remedy, None, figures, 0.8, ())]
    cause = f"{_target(table)} is {listed}, but for rounding: the answer is among the columns."
    remedy = ignore_option(names)
    where = tuple(names)
    return [Finding("target_leak", "PH-1b", "error", cause, remedy, None, figures, 1.0, where)]


def telling_gaps(table: AuditTable) -> list[Finding]:
    """Find columns of which it is enough to know whether a value is there. Guide: PH-1b."""
    answers = table.labels
    if answers is None or table.task is None or len(table) < LEAST_ROWS or answers.ndim > 1:
        return []
    if table.classes is not None:
        answers = (table.classes[:, None] == np.arange(len(table.task.names))).astype(float)
    answers = answers.reshape(len(table), -1).astype(float)
    findings = []
    for column in table.columns:
        share = float(column.missing.mean())
        if not MISSING_SHARE[0] <= share <= MISSING_SHARE[1] or column.missing.sum() < MISSING_ROWS:
            continue
        gaps = column.missing.astype(float)
        found = [abs(_correlation(gaps, answers[:, i])) for i in range(answers.shape[1])]
        best = int(np.argmax(found))
        if found[best] < MISSING_CORRELATION:
            continue
        what = f"'{table.task.names[best]}'" if table.classes is not None else _target(table)
        cause = (
            f"Whether {column.name} is empty ({share_text(share)} of the rows) tells {what} "
            f"(correlation {found[best]:.2f}): it may be filled in afterwards."
        )
        remedy = "If it is not known when the answer is wanted, " + ignore_option(
            [column.name], "leave {} out with"
        )
        where = (column.name,)
        figures = {"correlation": round(found[best], 4), "missing_share": round(share, 4)}
        findings.append(
            Finding("telling_gaps", "PH-1b", "warning", cause, remedy, None, figures, 0.8, where)
        )
    return findings


def _determining(table: AuditTable) -> list[AuditColumn]:
    """Return columns of few values of which each, a gap included, has rows of one class only."""
    classes = table.classes
    if classes is None or table.task is None:
        return []
    found = []
    for column in table.columns:
        values = column.distinct + int(column.missing.any())
        few = 2 <= values <= FEW_VALUES and values * ROWS_OF_A_VALUE <= len(table)
        if not few or column.kind == "text" or column.distinct < 2:
            continue
        votes = np.zeros((int(column.codes.max()) + 2, len(table.task.names)), bool)
        votes[column.codes + 1, classes] = True
        if (votes.sum(axis=1) <= 1).all():
            found.append(column)
    return found


def _worth_scoring(table: AuditTable, answers: NDArray[np.generic]) -> list[AuditColumn]:
    """Return the columns to score: of very many, those that go with the answer most."""
    columns = [c for c in table.columns if c.kind != "text"]
    if len(columns) <= SCORED_COLUMNS:
        return columns
    strengths = []
    kinds = np.unique(answers) if table.classes is not None else []
    targets = [(answers == k).astype(float) for k in kinds[:20]] or [answers.astype(float)]
    for column in columns:
        values = column.codes.astype(float) if column.numeric is None else column.numeric
        filled = np.nan_to_num(values, nan=float(np.nanmean(values)))
        strengths.append(max(abs(_correlation(filled, target)) for target in targets))
    order = np.argsort(strengths)[::-1][:SCORED_COLUMNS]
    return [columns[i] for i in order]


def _correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    spread = left.std() * right.std()
    return float(((left - left.mean()) * (right - right.mean())).mean() / spread) if spread else 0.0


def _series(table: AuditTable, name: str, score: float) -> list[Finding]:
    """Return that rows near in time have like targets, so that a random split flatters."""
    if score < SERIES_SCORE or table.time is not None:
        return []
    cause = (
        f"{name} alone explains {share_text(score)} of {_target(table)} on rows drawn at random: "
        f"rows near in time are alike, and a random split would let the model look ahead."
    )
    remedy = f"Split by time with --time {shlex.quote(name)}."
    figures = {"score": round(score, 4)}
    return [Finding("time_series", "PH-1c", "warning", cause, remedy, None, figures, 0.9, (name,))]


def _leak(table: AuditTable, column: AuditColumn, why: str) -> Finding:
    cause = f"{column.name} gives {_target(table)} away: {why}."
    figures = {"values": column.distinct}
    remedy = ignore_option([column.name])
    where = (column.name,)
    return Finding("target_leak", "PH-1b", "error", cause, remedy, None, figures, 1.0, where)


def _target(table: AuditTable) -> str:
    return some(table.target) if len(table.target) == 1 else quoted(table.target)


LEAK_RULES = (determining_columns, sums, near_perfect_columns, telling_gaps)
