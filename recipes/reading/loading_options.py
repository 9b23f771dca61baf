"""The arguments of `load`: brought to one form, checked, and recorded for reading again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...zoo.errors import BadInput, Problem, did_you_mean
from ...zoo.tasks import COLUMN_KINDS, TASK_KINDS, Task
from .column_forms import Inferred
from .headers import clean_name

__all__ = ["check_arguments", "check_names", "column_options", "recorded"]

# What other tools call the kinds.
SYNONYMS = {
    **dict.fromkeys(("numeric", "float", "int", "integer", "numerical", "real"), "number"),
    **dict.fromkeys(("bool", "flag"), "boolean"),
    **dict.fromkeys(("categorical", "cat", "nominal", "factor"), "category"),
    **dict.fromkeys(("datetime", "time", "timestamp"), "date"),
    **dict.fromkeys(("string", "str", "free_text"), "text"),
}
MARKS = {
    **dict.fromkeys(("comma",), ","),
    **dict.fromkeys(("point", "dot", "period"), "."),
    **dict.fromkeys(("space", "blank"), " "),
    **dict.fromkeys(("apostrophe",), "'"),
}


def column_options(
    types: Mapping[str, str] | None,
    text: str | Sequence[str] | None,
    decimal: str | Mapping[str, str] | None,
    thousands: str | Mapping[str, str] | None,
    dates: Mapping[str, str] | None,
    missing: Sequence[str] | Mapping[str, Sequence[str]] | None,
) -> dict[str, Any]:
    """Return what is set for columns, by column; "" stands for every column."""

    def by_column(value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return {"": value}
        return {clean_name(name): told for name, told in value.items()}

    texts = [text] if isinstance(text, str) else text or ()
    formats = by_column(dates)
    kinds = {n: SYNONYMS.get(str(kind).lower(), kind) for n, kind in by_column(types).items()}
    kinds |= dict.fromkeys(map(clean_name, texts), "text") | dict.fromkeys(formats, "date")

    words = by_column([missing] if isinstance(missing, str) else missing)
    return {
        "types": kinds,
        "decimal": {n: MARKS.get(m, m) for n, m in by_column(decimal).items()},
        "thousands": {n: MARKS.get(m, m) for n, m in by_column(thousands).items()},
        "dates": formats,
        "missing": {n: [w] if isinstance(w, str) else list(w) for n, w in words.items()},
    }


def check_arguments(task: str | Task | None, options: Mapping[str, Any]) -> None:
    """Refuse unknown tasks and kinds, and marks that are no sign.

    Raises:
        BadInput: With every one of them.
    """
    problems = []
    if task is not None and not isinstance(task, Task) and task not in TASK_KINDS:
        expected = "one of " + ", ".join(TASK_KINDS)
        hint = did_you_mean(str(task), TASK_KINDS)
        problems.append(Problem("task_unknown", "The task is unknown", expected, repr(task), hint))
    for name, kind in options["types"].items():
        if kind not in COLUMN_KINDS:
            message = f"The kind set for column '{name}' is unknown"
            expected = "one of " + ", ".join(COLUMN_KINDS)
            hint = did_you_mean(str(kind), COLUMN_KINDS)
            problems.append(Problem("column_kind_unknown", message, expected, repr(kind), hint))
    for option, allowed in (("decimal", (".", ",")), ("thousands", (",", ".", " ", "'", "_", ""))):
        for sign in options[option].values():
            if sign not in allowed:
                message = f"The sign of --{option} cannot be used"
                expected = "one of " + " ".join(repr(mark) for mark in allowed if mark)
                problems.append(Problem("sign_unknown", message, expected, repr(sign)))
    for name, sign in options["decimal"].items():
        if sign and sign == options["thousands"].get(name):
            message = "--decimal and --thousands are the same sign"
            problems.append(Problem("sign_unknown", message, "two different signs", repr(sign)))
    if problems:
        raise BadInput(*problems)


def check_names(
    names: Sequence[str],
    targets: Sequence[str],
    ignore: Sequence[str],
    options: Mapping[str, Any],
    time: str | None,
    group: str | None,
    label: str,
) -> None:
    """Refuse names that are no columns, and columns that cannot have two roles.

    Raises:
        BadInput: With every one of them.
    """
    problems = []
    asked = [("target", name) for name in targets] + [("ignore", name) for name in ignore]
    asked += [("time", time)] if time else []
    asked += [("group", group)] if group else []
    for option in ("types", "decimal", "thousands", "dates", "missing"):
        asked += [(option, name) for name in options[option] if name]
    for role, name in asked:
        if name not in names:
            kind = "target_unknown" if role == "target" else "column_unknown"
            message = f"There is no column '{name}' in {label} (set as {role})"
            problems.append(Problem(kind, message, remedy=did_you_mean(str(name), names)))
    for name in targets:
        if name in ignore or name == group:
            message = f"The target '{name}' cannot also be ignored or the group"
            problems.append(Problem("target_unusable", message))
    for name in {name for name in targets if targets.count(name) > 1}:
        problems.append(Problem("target_unusable", f"The target '{name}' is named twice"))
    if problems:
        raise BadInput(*problems)


def recorded(
    options: Mapping[str, Any],
    inferred: Mapping[str, Inferred],
    task: Task | None,
    ignore: Sequence[str],
    time: str | None,
    group: str | None,
    drop_missing_target: bool,
) -> dict[str, Any]:
    """Return the arguments that read the same data again, as JSON data."""
    every: dict[str, Any] = {
        "types": options["types"] | {name: found.kind for name, found in inferred.items()},
        "ignore": list(ignore),
        "time": time,
        "group": group,
        "task": task.kind if task else None,
        "positive": task.names[1] if task and task.kind == "binary" else None,
        "separator": options.get("separator"),
        "encoding": options.get("encoding"),
        "drop_missing_target": drop_missing_target or None,
    }
    plain = {"decimal": ".", "thousands": ""}
    odd = any(f.options.get(o, p) != p for f in inferred.values() for o, p in plain.items())
    for option in ("decimal", "thousands", "dates", "missing"):
        values = {n: f.options[option] for n, f in inferred.items() if option in f.options}
        if option in plain and not odd:
            values = {}
        given = options[option]
        if option == "missing":
            values = {n: [*given.get(n, ()), *values.get(n, ())] for n in {**given, **values}}
        every[option] = {**given, **values}
    return {name: value for name, value in every.items() if value not in (None, [], {}, ())}
