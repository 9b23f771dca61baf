"""Single answers of a report: the worst ones, and some that nobody chose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..terminal import number_text
from .wording import metric_name, metric_text, sentence_case

__all__ = ["cell_text", "example_rows", "spoken_name", "worst_table"]

MOST_WORST_FIELDS = 12
LONGEST_TEXT = 300
"""Signs of a text that is shown; the rest is in the data."""


def worst_table(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the worst errors as a table of as many fields as they have."""
    errors, right = _worst_sequences(
        record.get("worst_errors") or [], record["task"]["kind"] == "next_token"
    )
    names = dict.fromkeys(name for item in errors for name in item if name != "position")
    fields = sorted(names, key=lambda name: name != "row")[:MOST_WORST_FIELDS]
    metrics = {metric_name(str(item.get("metric"))) for item in record.get("worst_errors") or ()}
    numeric = [
        name in metrics or all(_is_number(item.get(name)) for item in errors) for name in fields
    ]
    rows = [[cell_text(item.get(name), plain=name == "row") for name in fields] for item in errors]
    return {
        "fields": [
            {
                "name": sentence_case(spoken_name(name)),
                "css": "num" if number and name != "row" else "name",
            }
            for name, number in zip(fields, numeric, strict=True)
        ],
        "rows": rows,
        "all_right": right or (bool(errors) and all(item.get("wrong") is False for item in errors)),
    }


def _worst_sequences(
    errors: list[Mapping[str, Any]], is_written: bool
) -> tuple[list[Mapping[str, Any]], bool]:
    """Return errors of sequences with their score under its name, and whether all are right.

    Answers that are right to the last step are left out, unless there are no others.
    """
    if not all("score" in item for item in errors) or not errors:
        return errors, False
    wrong = [item for item in errors if item.get("true") != item.get("predicted")]
    # A language model is asked for no text: its rows tell how they begin, and how well foretold.
    names = {"true": "passage", "predicted": "foretold"} if is_written else {}
    shown: list[Mapping[str, Any]] = []
    for item in wrong or errors:
        metric = str(item.get("metric") or "score")
        texts = {
            names.get(name, name): short_text(str(item[name])) or "(nothing)"
            for name in ("true", "predicted")
            if name in item
        }
        row = {"row": item["row"]} if "row" in item else {}
        shown.append(row | texts | {metric_name(metric): metric_text(metric, item["score"])})
    return shown, not wrong


def example_rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return some answers that nobody chose, each with its row, input, truth and prediction."""
    rows = (record.get("examples") or {}).get("rows") or ()
    return [
        {"row": item["row"]}
        | {
            name: short_text(str(item.get(name) or "")) or ("(nothing)" if name != "input" else "")
            for name in ("input", "true", "predicted")
        }
        for item in rows
    ]


def short_text(text: str) -> str:
    """Return a text that fits into a cell, cut where it is too long."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def cell_text(value: Any, *, plain: bool = False) -> str:
    """Return a value of a record as a cell of a table shows it."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int):
        return str(value) if plain else f"{value:,}"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {cell_text(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(cell_text(item) for item in value)
    return str(value)


def spoken_name(name: Any) -> str:
    """Return a name without underscores."""
    return str(name).replace("_", " ")
