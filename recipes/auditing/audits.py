"""Look at the data before training: every rule of the audit, and a profile of each column."""

from __future__ import annotations

from dataclasses import replace

from ...callbacks.findings import SEVERITIES, Finding
from ...zoo.tasks import TABLE_KINDS
from ..dataset import Dataset, Splits
from ..reading.forms import form_named
from .audit_table import table_of
from .column_rules import COLUMN_RULES
from .leak_rules import LEAK_RULES
from .number_rules import NUMBER_RULES
from .profiling import profile
from .row_rules import ROW_RULES
from .split_rules import SPLIT_RULES

__all__ = ["audit", "profile"]

# Each is a pure function from the table to findings; add one here and it is carried out.
RULES = (*LEAK_RULES, *COLUMN_RULES, *ROW_RULES, *NUMBER_RULES)


def audit(dataset: Dataset, splits: Splits | None = None) -> list[Finding]:
    """Return what is wrong or remarkable about the data, the gravest first.

    An error makes the result meaningless, such as a column that gives the answer away. A warning
    is worth a look. An info is good to know. Every finding names columns or rows, figures and
    what to do.

    Args:
        dataset: All rows, with labels.
        splits: The parts; with them rows in two parts and drift are found. The sealed rows stay
            sealed.

    Returns:
        Findings, in the order error, warning, info.

    Guide: PH-1a, PH-1b, PH-1c, MET-2, CHK-1.

    Examples:
        >>> from goodfit.recipes import load
        >>> rows = [[i % 7, i % 2, "yes" if i % 2 else "no"] for i in range(60)]
        >>> columns = dict(zip(["day", "copy", "bought"], zip(*rows)))
        >>> print(audit(load(columns, "bought"))[0].cause)
        copy gives bought away: each of its values goes with one class.
    """
    others = [column.name for column in dataset.columns if column.kind not in TABLE_KINDS]
    if others or (dataset.task is not None and dataset.task.is_sequence):
        if splits is not None:
            parts = {"train": splits.train, "validation": splits.validation}
            splits = replace(splits, **{n: _readable(part, others) for n, part in parts.items()})
        dataset = _readable(dataset, others)
    if not dataset.columns:
        return []
    table = table_of(dataset)
    findings = _once([finding for rule in RULES for finding in rule(table)])
    # What a form divides in its own way, by place or by time, no one can divide better by a column.
    form = form_named(dataset.options.get("form"))
    if splits is not None and (form is None or form.split is None):
        findings += [finding for rule in SPLIT_RULES for finding in rule(dataset, splits)]
    return sorted(findings, key=lambda finding: -SEVERITIES.index(finding.severity))


def _readable(dataset: Dataset, names: list[str]) -> Dataset:
    """Return what the rules can read: no sequences, be they among the columns or the answers."""
    if dataset.task is not None and dataset.task.is_sequence:
        dataset = replace(dataset, labels=None, task=None)
    return dataset.drop(*names)


def _once(findings: list[Finding]) -> list[Finding]:
    """Leave out a lesser suspicion about a column that is already known to be a leak."""
    leaks = {
        column
        for finding in findings
        if finding.fault == "target_leak" and finding.severity == "error"
        for column in finding.where
    }
    lesser = ("target_leak", "telling_gaps")
    return [
        finding
        for finding in findings
        if finding.severity == "error"
        or finding.fault not in lesser
        or not leaks.issuperset(finding.where)
    ]
