"""The columns to predict: which they are, and that each row has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...zoo.errors import Problem, bad_input
from ..config import Choice
from .cells import category_texts, cells_of_numbers
from .column_forms import Inferred
from .columns import as_cells, hints_for, typed_values
from .inferring import infer_kind
from .tables import Table
from .target_checks import Target
from .targets import TARGET_NAMES
from .wording import plural, some

__all__ = ["find_targets", "read_target", "settle_signs", "with_target"]


def find_targets(
    names: Sequence[str], target: str | Sequence[str] | None, known: Sequence[str]
) -> tuple[list[str], str]:
    """Return the names of the target columns, and why these.

    Raises:
        BadInput: Values were given where a name is due.
    """
    if target is not None:
        if hasattr(target, "__array__"):
            raise bad_input(
                "target_values",
                "The target is given by its values",
                expected="the name of a column, or several",
                received=type(target).__name__,
                remedy="Pass features and target together, as a pair: (x, y)",
            )
        return [target] if isinstance(target, str) else list(target), "You set it."
    if known:
        return list(known), "It is the target that the source names."
    lower = {name.lower(): name for name in reversed(names)}
    for name in TARGET_NAMES:
        if name in lower:
            return [lower[name]], "No target was set, and this is what targets are often called."
    return [names[-1]], "No target was set, and this is the last column."


def read_target(
    name: str,
    table: Table,
    options: Mapping[str, Any],
    problems: list[Problem],
    evidence: str = "",
) -> Target:
    """Return one target column; what makes it unusable is added to `problems`."""
    hints = replace(hints_for(name, options), evidence=evidence)
    found = typed_values(name, table, hints)
    if found is None:
        cell = as_cells(name, table, options)
        found = infer_kind(name, cell, hints, table.where)
        found.problems = [p for p in found.problems if p.kind != "categories_too_many"]
    elif found.kind in ("number", "boolean"):
        cell = cells_of_numbers(found.values)
        if found.kind == "boolean":
            words = {"0": "False", "1": "True"}
            cell.distinct = np.array([words[text] for text in cell.distinct], object)
    else:
        import pandas as pd

        cell = as_cells(name, Table({name: pd.Series(found.values)}, "", ""), options)
    cell.distinct = category_texts(cell)
    if found.kind == "date":
        message = f"The target '{name}' holds dates"
        expected = "classes or numbers"
        remedy = "Name another target, or turn the dates into a number such as days"
        problems.append(Problem("target_unfit", message, expected, "dates", remedy))
    if found.figures.get("odd_values") and options.get("classes") == name:
        types = {**(options.get("types") or {}), name: "category"}
        return read_target(name, table, {**options, "types": types}, problems, evidence)
    if found.figures.get("odd_values"):
        # A word among numbers may be a class or a slip, and a label is never guessed.
        message = f"The target '{name}' mixes numbers and words"
        received = f"{found.figures['odd']} at {found.figures['odd_rows']}"
        remedy = "Correct these rows, or set --task multiclass if the numbers are classes"
        if (options.get("types") or {}).get(name) is None:
            problems.append(
                Problem("target_mixed", message, "numbers, or classes", received, remedy)
            )
    problems += found.problems
    return Target(name, cell, found)


def with_target(
    table: Table,
    answers: list[Target],
    drop: bool,
    options: Mapping[str, Any],
    problems: list[Problem],
) -> tuple[Table, list[Target]]:
    """Return the rows that have every target, or add to `problems` which have not."""
    absent = np.zeros(len(table), bool)
    for answer in answers:
        absent |= answer.cell.codes < 0
    if not absent.any():
        return table, answers
    if drop and not absent.all():
        count = int(absent.sum())
        reason = f"{plural(count, 'row')} without a target left out, as set."
        table.choices["rows"] = Choice(int((~absent).sum()), "PH-1b", {"left_out": count}, reason)
        kept = table.keep(~absent)
        ignored: list[Problem] = []
        return kept, [read_target(a.name, kept, options, ignored) for a in answers]
    rows = np.flatnonzero(absent) + 1
    names = some([f"'{a.name}'" for a in answers if (a.cell.codes < 0).any()])
    marks = {mark for answer in answers for mark in answer.cell.missing if mark}
    found = f"{plural(len(rows), 'row')} without one: {table.where(rows)}"
    if marks:
        found += f"; {some(repr(mark) for mark in sorted(marks))} counts as missing"
    if absent.all():
        found = "no value at all"
    problems.append(
        Problem(
            "target_missing_values",
            f"The target {names} of {table.label} has missing values",
            "a target in every row",
            found,
            "Fill or remove these rows, or leave them out with --drop-missing-target",
        )
    )
    return table, answers


def settle_signs(
    answers: list[Target],
    inferred: Mapping[str, Inferred],
    table: Table,
    options: dict[str, Any],
    problems: list[Problem],
) -> list[Target]:
    """Return the targets, numbers that can be read in two ways as other columns are written.

    Args:
        answers: The targets, each read alone.
        inferred: The other columns.
        table: The table.
        options: What was set; the signs of a settled target are added, to be read again so.
        problems: Those of the targets; what is settled is taken out.
    """
    proven = {found.certain_decimal for found in inferred.values()} - {""}
    sign = next(iter(proven)) if len(proven) == 1 else "" if proven else table.evidence
    settled = []
    for answer in answers:
        rivals = [p for p in answer.found.problems if p.kind == "number_ambiguous"]
        points = answer.found.grouped and sign == "," and len(proven) == 1
        if not sign or not (rivals or points):
            settled.append(answer)
            continue
        problems[:] = [problem for problem in problems if problem not in rivals]
        settled.append(read_target(answer.name, table, options, problems, sign))
        for option in ("decimal", "thousands"):
            told = settled[-1].found.options.get(option, "")
            options[option] = {**options[option], answer.name: told}
    return settled
