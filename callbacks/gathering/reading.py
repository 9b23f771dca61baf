"""Reads a history from a CSV or JSON file, a dict, a data frame, or what `fit` returned."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...zoo.errors import BadInput, Problem, bad_input
from .history import History

__all__ = ["read_history"]

EPOCH_NAMES = ("epoch", "epochs", "", "unnamed: 0", "index")
RATE_NAMES = ("learning_rate", "lr", "learning rate")
# Columns that loggers write and that no rule may take for a metric.
OTHER_NAMES = ("seconds", "time", "wall_time", "timestamp", "step", "steps", "batch", "iteration")
PREFIXES = {"validation_": "val_", "valid_": "val_", "train_": "", "training_": ""}
BLANK = ("", "na", "n/a", "null", "none", "-")
MAXIMUM_BYTES = 200_000_000

Cell = float | None | str


def read_history(source: Any) -> History:
    """Return the history in `source`; see `History.read` for what it may be.

    Raises:
        BadInput: The source cannot be read, or a cell of it is no number.
    """
    if isinstance(source, (str, os.PathLike)):
        return _read_file(Path(source))
    if isinstance(source, Mapping):
        return _from_columns(source, "the history")
    if isinstance(getattr(source, "history", None), Mapping):  # keras.callbacks.History
        columns: dict[str, Any] = dict(source.history)
        epochs = getattr(source, "epoch", None)
        if epochs and all(len(list(values)) == len(epochs) for values in columns.values()):
            columns["epoch"] = list(epochs)
        planned = (getattr(source, "params", None) or {}).get("epochs")
        return _from_columns(columns, "the history", planned_epochs=planned, zero_based=True)
    if hasattr(source, "columns") and hasattr(source, "to_dict"):  # pandas.DataFrame
        columns = {str(name): list(source[name]) for name in source.columns}
        if getattr(source.index, "name", None) in EPOCH_NAMES and "epoch" not in columns:
            columns["epoch"] = list(source.index)
        return _from_columns(columns, "the data frame", nan_is_blank=True)
    raise bad_input(
        "history_unknown",
        "This is not a history of a training",
        expected="what fit returned, a dict of lists, a DataFrame, or a path of a CSV or JSON file",
        received=type(source).__name__,
    )


def _read_file(path: Path) -> History:
    if path.is_dir():
        from .reading_logs import read_logs

        return read_logs(path)
    try:
        if path.is_file() and path.stat().st_size > MAXIMUM_BYTES:
            raise bad_input(
                "history_too_large",
                f"{path} is too large to be the history of a training",
                expected=f"at most {MAXIMUM_BYTES // 10**6} MB",
                received=f"{path.stat().st_size // 10**6} MB",
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise bad_input(
            "history_unreadable",
            f"The history {path} cannot be read: {reason}",
            expected="a CSV file such as keras.callbacks.CSVLogger writes, or JSON",
            remedy="Check the path",
        ) from error
    if not text.strip():
        raise bad_input("history_empty", f"The history {path} is empty", expected="a CSV or JSON")
    if text.lstrip()[0] in "{[":
        return _read_json(path, text)
    return _read_csv(path, text)


def _read_json(path: Path, text: str) -> History:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise bad_input(
            "history_json", f"{path} is not valid JSON: {error.msg} in line {error.lineno}"
        ) from error
    if isinstance(data, Mapping) and isinstance(data.get("history"), Mapping):
        data = data["history"]
    if isinstance(data, list) and data and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(name for row in data for name in row)
        data = {name: [row.get(name) for row in data] for name in names}
    if not isinstance(data, Mapping):
        raise bad_input(
            "history_json",
            f"{path} holds no history",
            expected="an object of lists, as in json.dump(history.history, file)",
            received=type(data).__name__,
        )
    # DataFrame.to_json writes a column as an object of its rows.
    columns = {
        name: list(values.values()) if isinstance(values, Mapping) else values
        for name, values in data.items()
    }
    return _from_columns(columns, str(path))


def _read_csv(path: Path, text: str) -> History:
    first = text.lstrip().splitlines()[0]
    separator = max(",;\t", key=first.count)
    lines = text.splitlines()
    if separator == ";":  # how spreadsheets write numbers where the decimal sign is a comma
        lines = [lines[0], *(line.replace(",", ".") for line in lines[1:])]
    rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    header = [name.strip() for name in rows[0]]
    problems = []
    repeated = {name for name in header if header.count(name) > 1}
    if repeated:
        names = ", ".join(sorted(repeated))
        said = f"{path} has columns of the same name"
        problems.append(Problem("history_header", said, "distinct names", names))
    if len(rows) > 1 and len(rows[-1]) < len(header):
        rows.pop()  # a training that was killed can leave half a last line
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            said = f"{path} has a row of another length, row {number}"
            cells = f"{len(header)} cells"
            problems.append(Problem("history_ragged", said, cells, str(len(row)), "Correct it"))
    if problems:
        raise BadInput(*problems[:10])
    columns = {name: [row[at] for row in rows[1:]] for at, name in enumerate(header)}
    return _from_columns(columns, str(path))


def _from_columns(
    source: Mapping[Any, Any],
    place: str,
    *,
    nan_is_blank: bool = False,
    planned_epochs: int | None = None,
    zero_based: bool = False,
) -> History:
    """Sort the columns into epochs, learning rates, metrics and the rest."""
    problems: list[Problem] = []
    metrics: dict[str, list[float | None]] = {}
    epochs: list[float | None] = []
    rates: list[float | None] = []
    ignored = []
    for raw, values in source.items():
        name = str(raw).strip()
        single = isinstance(values, (str, bytes)) or not hasattr(values, "__iter__")
        cells = [_cell(value) for value in ([values] if single else values)]
        kind = _kind(name)
        wrong = [at for at, cell in enumerate(cells) if isinstance(cell, str)]
        name = _plain_name(name)
        # A column of vectors or of words is somebody's note; one bad cell among numbers is damage.
        if wrong and name != "loss" and len(wrong) == sum(cell is not None for cell in cells):
            kind = "other"
        if kind == "other":
            ignored.append(name)
            continue
        if wrong:
            problems.append(
                Problem(
                    "history_cell",
                    f"Column '{raw}' of {place} holds something that is no number, "
                    f"row {wrong[0] + 1} of {len(cells)}",
                    "a number, nan, inf or an empty cell",
                    repr(cells[wrong[0]])[:60],
                    "Correct or empty the cell",
                )
            )
            continue
        numbers: list[float | None] = [None if isinstance(cell, str) else cell for cell in cells]
        if nan_is_blank:
            numbers: list[float | None] = [
                None if n is not None and math.isnan(n) else n for n in numbers
            ]
        if kind == "epoch":
            epochs = numbers
        elif kind == "rate":
            rates = numbers
        else:
            metrics[name] = numbers
    if problems:
        raise BadInput(*problems)
    if metrics and "loss" in metrics and not metrics["loss"]:
        raise bad_input("history_empty", f"There is no epoch in {place}", expected="at least one")
    return _assemble(metrics, epochs, rates, tuple(ignored), planned_epochs, zero_based)


def _assemble(
    metrics: dict[str, list[float | None]],
    epochs: list[float | None],
    rates: list[float | None],
    ignored: tuple[str, ...],
    planned_epochs: int | None,
    zero_based: bool,
) -> History:
    size = len(metrics.get("loss", ()))
    if len(set(map(len, metrics.values()))) > 1 or "loss" not in metrics:
        return History(metrics, ignored=ignored)  # which says what is wrong
    numbers = _epoch_numbers(epochs, size)
    if len(set(numbers)) < size:
        metrics, rates, numbers = _merge(metrics, rates, numbers)
        size = len(numbers)
    rates = rates if len(rates) == size else [None] * size
    # Keras counts from 0, in its logs and its CSV; a file that begins at 1 is taken at its word.
    start = 0 if numbers and numbers[0] == 1 and not zero_based else 1
    return History(
        _resolve_blanks(metrics),
        tuple(number + start for number in numbers),
        tuple(rates),
        planned_epochs,
        None,
        ignored,
    )


def _merge(
    metrics: dict[str, list[float | None]], rates: list[float | None], numbers: list[int]
) -> tuple[dict[str, list[float | None]], list[float | None], list[int]]:
    """Join rows of one epoch that fill each other's blanks; count on where epochs begin again."""
    every = {**metrics, **({"": rates} if len(rates) == len(numbers) else {})}
    filled: dict[tuple[str, int], int] = {}
    for name, values in every.items():
        for number, value in zip(numbers, values, strict=True):
            if value is not None:
                filled[name, number] = filled.get((name, number), 0) + 1
    if max(filled.values(), default=0) > 1:  # two trainings in one file, one after the other
        return metrics, rates, list(range(len(numbers)))
    order = sorted(set(numbers))
    merged: dict[str, list[float | None]] = {}
    for name, values in every.items():
        known = {
            number: value
            for number, value in zip(numbers, values, strict=True)
            if value is not None
        }
        merged[name] = [known.get(number) for number in order]
    return merged, merged.pop("", []), order


def _resolve_blanks(metrics: dict[str, list[float | None]]) -> dict[str, list[float | None]]:
    """Drop empty columns; take blanks at the end of the loss for NaN, as pandas and JSON write it.

    A loss that became NaN never comes back, so a blank that is followed by a number is a gap.
    """
    last = max((at for at, value in enumerate(metrics["loss"]) if value is not None), default=-1)
    return {
        name: [
            math.nan if value is None and at > last and name in ("loss", "val_loss") else value
            for at, value in enumerate(values)
        ]
        for name, values in metrics.items()
        if name == "loss" or any(value is not None for value in values)
    }


def _epoch_numbers(epochs: list[float | None], size: int) -> list[int]:
    whole = [int(e) for e in epochs if e is not None and math.isfinite(e) and e == int(e)]
    if len(whole) != size or any(number < 0 for number in whole):
        return list(range(size))
    return whole


def _kind(name: str) -> str:
    lower = name.lower()
    if lower in EPOCH_NAMES:
        return "epoch"
    if lower in RATE_NAMES:
        return "rate"
    return "other" if lower in OTHER_NAMES else "metric"


def _plain_name(name: str) -> str:
    """Return a metric's name as Keras would write it."""
    for prefix, plain in PREFIXES.items():
        if name.lower().startswith(prefix):
            name = plain + name[len(prefix) :]
    return name.lower() if name.lower() in ("loss", "val_loss") else name


def _cell(value: Any) -> Cell:
    """Return a number, None for a blank, or the text of what is neither."""
    if value is None or (isinstance(value, str) and value.strip().lower() in BLANK):
        return None
    if isinstance(value, bool) or getattr(value, "ndim", 0):
        return repr(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value).strip()
