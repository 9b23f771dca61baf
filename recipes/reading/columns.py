"""Every column of a table brought to its kind, whatever the table was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import Problem
from .cells import Cells, cells, cells_of_numbers
from .column_forms import Hints, Inferred
from .column_problems import infinite_problem, too_large
from .dates import iso_text
from .decimals import plain_numbers
from .inferring import convert, infer_kind, missing_note
from .plain_columns import plain_number_column
from .tables import Table
from .wording import plural, some

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_cells", "hints_for", "infer_all", "typed_values"]

NESTED = (list, dict, tuple, set, frozenset, np.ndarray)


def hints_for(name: str, options: Mapping[str, Any], *, prediction: bool = False) -> Hints:
    """Return what options say about one column; under "" they speak of every column."""

    def told(option: str) -> Any:
        values = options.get(option) or {}
        return values.get(name, values.get(""))

    marks = [options.get(option) or {} for option in ("decimal", "thousands")]
    return Hints(
        kind=(options.get("types") or {}).get(name),
        decimal=told("decimal"),
        thousands=told("thousands"),
        date=told("dates"),
        every_column=not prediction and not any(name in values for values in marks),
        prediction=prediction,
    )


def infer_all(
    table: Table, names: list[str], options: Mapping[str, Any], *, prediction: bool = False
) -> dict[str, Inferred]:
    """Return the named columns with their kinds; a text column learns from its neighbours.

    A decimal sign, or an order of day and month, that one column proves settles those of the
    columns that could be read in two ways.

    Args:
        table: The table; columns are taken out of it as they are read, to save memory.
        names: Columns to read, in order.
        options: `types`, `decimal`, `thousands`, `dates`, `missing` by column.
        prediction: Whether these are rows to predict: then nothing is guessed.
    """
    found: dict[str, Inferred] = {}
    kept: dict[str, Cells] = {}
    for name in names:
        values = table.columns[name]
        if isinstance(values, np.ndarray):
            found[name] = _block(name, values, table)
            table.columns.pop(name)
            continue
        hints = hints_for(name, options, prediction=prediction)
        typed = typed_values(name, table, hints)
        if typed is not None:
            _blank(typed, missing_marks(name, options))
            found[name] = typed
            table.columns.pop(name)
            continue
        also = missing_marks(name, options)
        plain = None
        if table.place is not None:
            plain = plain_number_column(table.columns[name], hints, also)
        if plain is not None:
            found[name] = plain
            table.columns.pop(name)
            continue
        cell = cells(table.columns.pop(name), also)
        found[name] = infer_kind(name, cell, hints, table.where)
        if _doubtful(found[name]) and not prediction:
            kept[name] = cell
        _note(found[name], cell)
    proven = {item.certain_decimal for item in found.values()} - {""}
    orders = {
        item.options["dates"].startswith("%m")
        for item in found.values()
        if item.options.get("dates", "")[:2] in ("%d", "%m") and not item.date_guessed
    }
    for name, cell in kept.items():
        item = found[name]
        rivals = [p for p in item.problems if p.kind == "number_ambiguous"]
        sign = next(iter(proven)) if len(proven) == 1 else "" if proven else table.evidence
        doubtful = item.kind == "number" and (rivals or (sign == "," and len(proven) == 1))
        if (doubtful and sign) or (item.date_guessed and len(orders) == 1):
            order = next(iter(orders)) if len(orders) == 1 else None
            hints = replace(hints_for(name, options), evidence=sign, month_first=order)
            found[name] = infer_kind(name, cell, hints, table.where)
            _note(found[name], cell)
    return found


def _blank(found: Inferred, marks: Sequence[str]) -> None:
    """Make the numbers, or texts, that were set to mean missing so in a typed column."""
    if found.kind == "number" and marks:
        meant = plain_numbers(np.array(marks, object))
        found.values = np.where(np.isin(found.values, meant), np.nan, found.values)
    elif found.values.dtype == object and marks:
        found.values = np.where(np.isin(found.values, marks), "", found.values)


def _doubtful(found: Inferred) -> bool:
    """Return whether other columns could change how this one is read."""
    rivals = any(problem.kind == "number_ambiguous" for problem in found.problems)
    return rivals or found.date_guessed or found.grouped


def as_cells(name: str, table: Table, options: Mapping[str, Any]) -> Cells:
    """Return a column of texts or objects as cells."""
    return cells(table.columns[name], missing_marks(name, options))


def missing_marks(name: str, options: Mapping[str, Any]) -> list[str]:
    """Return the words that were set to mean missing in a column."""
    marks = options.get("missing") or {}
    return [str(mark) for mark in (*marks.get("", ()), *marks.get(name, ()))]


def typed_values(name: str, table: Table, hints: Hints) -> Inferred | None:
    """Return a column that carries its type, in its kind; None for texts and objects."""
    import pandas as pd

    series: pd.Series = table.columns[name]
    types = pd.api.types
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    dtype = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        series = pd.Series(series.sparse.to_dense())
        dtype = series.dtype
    if types.is_complex_dtype(dtype):
        found = Inferred("number", np.full(len(series), np.nan), "")
        found.problems.append(_unusable(name, "complex numbers", "Give real and imaginary parts"))
        return found
    if types.is_bool_dtype(dtype) and not types.is_object_dtype(dtype):
        values = series.astype("Float64").to_numpy(float, na_value=np.nan)
        found = Inferred("boolean", values, f"The column has the type {dtype}.")
    elif types.is_numeric_dtype(dtype):
        found = _numbers(name, series, table, f"The column has the type {dtype}.")
    elif types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        if isinstance(dtype, pd.PeriodDtype):
            series = series.dt.to_timestamp()
        elif getattr(dtype, "tz", None) is not None:
            series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        values = iso_text(np.asarray(series, "datetime64[s]"))
        found = Inferred("date", values, f"The column has the type {dtype}.")
    elif types.is_timedelta64_dtype(dtype):
        found = _numbers(name, series.dt.total_seconds(), table, "Durations, in seconds.")
    else:
        return _nested(name, series)
    if hints.kind not in (None, found.kind):
        return _changed(name, found, hints, table)
    if isinstance(table.columns[name].dtype, pd.CategoricalDtype) and hints.kind is None:
        changed = _changed(name, found, Hints("category"), table)
        changed.reason = "The column has the type category."
        return changed
    return found


def _block(name: str, values: NDArray[np.float64], table: Table) -> Inferred:
    """Return a block of numbers, shape `(rows, width)`."""
    found = Inferred("number", values, f"A block of {values.shape[1]} numbers in each row.")
    infinite = too_large(values)
    for place in np.flatnonzero(infinite.any(axis=0)):
        rows = np.flatnonzero(infinite[:, place]) + 1
        found.problems.append(infinite_problem(f"{name}[{place}]", table.where(rows), len(rows)))
    return found


def _numbers(name: str, series: pd.Series, table: Table, reason: str) -> Inferred:
    values = series.to_numpy(float, na_value=np.nan, copy=True)
    found = Inferred("number", values, reason)
    infinite = np.flatnonzero(too_large(values)) + 1
    if len(infinite):
        found.problems.append(infinite_problem(name, table.where(infinite), len(infinite)))
    return found


def _changed(name: str, found: Inferred, hints: Hints, table: Table) -> Inferred:
    """Return a typed column in the kind that the user set."""
    if (found.kind == "number" and hints.kind == "boolean") or found.kind == "boolean":
        cell = cells_of_numbers(found.values)
        if hints.kind == "number":
            return Inferred("number", found.values, "You set it.")
    elif found.kind == "number":
        cell = cells_of_numbers(found.values)
    else:
        import pandas as pd

        cell = cells(pd.Series(found.values, dtype=object))
    if found.kind == "boolean" and hints.kind in ("category", "text"):
        words = {"0": "False", "1": "True"}
        cell.distinct = np.array([words[text] for text in cell.distinct], object)
    return convert(name, cell, hints.kind or "category", hints, table.where)


def _nested(name: str, series: pd.Series) -> Inferred | None:
    """Return an unusable column where cells hold lists or the like, None otherwise."""
    if series.dtype != object:
        return None
    rows = [row for row, value in enumerate(series, 1) if isinstance(value, NESTED)]
    if not rows:
        return None
    found = Inferred("category", np.full(len(series), "", object), "")
    what = type(series.iloc[rows[0] - 1]).__name__
    message = f"{plural(len(rows), what)} at {'row' if len(rows) == 1 else 'rows'} {some(rows)}"
    found.problems.append(_unusable(name, message, "Make a column of each part"))
    return found


def _unusable(name: str, received: str, remedy: str) -> Problem:
    expected = "numbers, texts, true or false, or dates"
    return Problem("column_unusable", f"Column '{name}' cannot be used", expected, received, remedy)


def _note(found: Inferred, cell: Cells) -> None:
    found.figures = {
        "distinct": len(cell.distinct),
        "missing": int((cell.codes < 0).sum()),
        **found.figures,
    }
    found.reason += missing_note(cell.missing)
