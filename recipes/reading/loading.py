"""Read a table for training: columns by kind, target, task, and what was inferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input, require
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset
from .cells import category_texts
from .column_forms import Inferred
from .columns import as_cells, hints_for, infer_all, typed_values
from .few_rows import few_rows
from .forms import form_of, read_form
from .headers import clean_name
from .inferring import infer_kind
from .loading_options import check_arguments, check_names, column_options, recorded
from .prediction_rows import load_rows
from .sources import drop_empty_tail, open_source
from .tables import Table
from .target_columns import find_targets, read_target, settle_signs, with_target
from .targets import labels_of
from .wording import some

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["load", "load_rows"]

SERIES_OPTIONS = ("lookback", "season", "series", "size")
# What a user may set beside source, target and task.
OPTIONS = (
    *("types", "ignore", "separator", "decimal", "thousands", "encoding", "positive", "time"),
    *("group", "text", "dates", "missing", "drop_missing_target", "form", "horizon"),
    *SERIES_OPTIONS,
)


def load(
    source: str | Path | pd.DataFrame | Mapping[str, Any] | tuple[Any, Any],
    target: str | Sequence[str] | None = None,
    *,
    task: str | Task | None = None,
    types: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    separator: str | None = None,
    decimal: str | Mapping[str, str] | None = None,
    thousands: str | Mapping[str, str] | None = None,
    encoding: str | None = None,
    positive: str | None = None,
    time: str | None = None,
    group: str | None = None,
    text: str | Sequence[str] | None = None,
    dates: Mapping[str, str] | None = None,
    missing: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    drop_missing_target: bool = False,
    form: str | None = None,
    horizon: int | None = None,
    lookback: int | None = None,
    season: int | None = None,
    series: str | None = None,
    size: Sequence[int] | None = None,
) -> Dataset:
    """Read a table for training; whatever is not set is inferred, and said in `choices`.

    Kinds of columns: numbers (also `1,234.5`, `1.234,5` and `$ 12`), true or false, dates in many
    forms, categories, and long texts. Whole numbers stay numbers. Missing are empty cells and the
    marks that pandas knows, such as `NA`, `NaN`, `None` and `null`, with `?` and `-`.

    The target is the named one; else a column called target, label, y or the like; else the last.
    A target of words is a class. A target of numbers is a class when it holds two of them, or up
    to ten whole ones that count from 0 or 1 with ten rows each; otherwise it is an amount.

    The column to split by (`time`, `group`) is kept in `extras`. The time also stays a feature,
    because hour and season explain much; name it in `ignore` as well to keep it out. The group
    never is one.

    Guide: PH-1a, SEQ-10.

    Args:
        source: Path of a CSV, TSV, Parquet or npz file (text also as .gz), a data frame, a
            dictionary of columns, a pair of arrays `(x, y)`, or the name of a bundled set:
            breast_cancer, wine, iris, diabetes, digits.
        target: Name or names of what to predict. Several columns of 0 and 1 make a multilabel
            task, several of numbers a regression with several targets.
        task: binary, multiclass, multilabel or regression; or a `Task` whose classes are to be
            used, to score rows with a trained model.
        types: Kinds of columns that differ from what would be inferred, by column.
        ignore: Columns that no model may see.
        separator: What parts the fields of a text file: a character, or a name such as `tab`.
        decimal: The decimal sign, for all columns or by column.
        thousands: The mark between thousands, for all columns or by column.
        encoding: The encoding of a text file.
        positive: The class that counts as yes in a binary task.
        time: The column that orders the rows, to split by time.
        group: The column whose equal values stay in one part of the split.
        text: Column or columns to read as free text.
        dates: Formats of date columns, such as `{"joined": "%d/%m/%Y"}`.
        missing: Further words that mean missing, in all columns or by column.
        drop_missing_target: Leave out rows without a target, which is an error otherwise.
        form: What the source is, where it is no table and that cannot be seen from it.
        horizon: Steps to forecast; makes the table a series, or several.
        lookback: Steps of a series that a forecast is made from.
        season: Steps of one cycle of a series, such as 24 for hours of a day.
        series: The column that tells several series of one table apart.
        size: Height and width that images are brought to.

    Returns:
        The data. `load(dataset.source, dataset.target, **dataset.options)` reads them again
        equally, where the source is a file or a bundled set.

    Raises:
        BadInput: The source cannot be read or nothing can be learned from it; all problems at
            once, with file, column, row and remedy.
        MissingExtra: A package that the format needs is not installed.

    Examples:
        >>> dataset = load("iris")
        >>> len(dataset), dataset.task.kind, dataset.task.names
        (150, 'multiclass', ('setosa', 'versicolor', 'virginica'))
        >>> print(dataset.choices["petal length"].value)
        number
    """
    require("pandas", "recipes")
    given = {name: value for name, value in locals().items() if name in OPTIONS and value}
    if (name := form_of(source, task, given)) is not None:
        return read_form(name, source, target, task, given)
    if lost := [name for name in SERIES_OPTIONS if name in given]:
        raise bad_input(
            "option_unsuited",
            f"The option {lost[0]} has no meaning for a table of rows that stand alone",
            remedy="For a series set horizon as well, which is how far to forecast",
        )
    options = column_options(types, text, decimal, thousands, dates, missing)
    check_arguments(task, options)
    target, time, group = _named(target), _named(time), _named(group)
    ignore = [clean_name(name) for name in ([ignore] if isinstance(ignore, str) else ignore)]
    table, known = open_source(source, target, separator=separator, encoding=encoding)
    table = drop_empty_tail(table)
    names = list(table.columns)
    targets, said = find_targets(names, target, known)
    if any(getattr(table.columns.get(name), "ndim", 1) > 1 for name in targets):
        raise bad_input(
            "target_missing",
            f"{table.label.capitalize()} hold features and no target",
            expected="a pair of arrays (x, y)",
            received="one array",
        )
    check_names(names, targets, ignore, options, time, group, table.label)

    problems: list[Problem] = []
    kind = task.kind if isinstance(task, Task) else task
    if kind in ("binary", "multiclass") and len(targets) == 1:
        # Said to be classes: then a word among numbers is one, and no slip.
        options = {**options, "classes": targets[0]}
    answers = [read_target(name, table, options, problems) for name in targets]
    table, answers = with_target(table, answers, drop_missing_target, options, problems)
    others: list[Problem] = []
    extras = _extras(table, time, group, options, others)
    left_out = {*targets, *ignore, *([group] if group else [])}
    features = [name for name in names if name not in left_out]
    if not features:
        message = f"Nothing is left in {table.label} to predict from"
        others.append(Problem("features_missing", message, "a column beside the target"))
    label, numbers = table.label, table.numbers
    inferred = infer_all(table, features, options)
    answers = settle_signs(answers, inferred, table, options, problems)
    for name, found in inferred.items():
        others += found.problems or _all_missing(name, found, label)
    labels, made, decided = np.empty(0), None, {}
    readable = not problems and all((a.cell.codes >= 0).all() for a in answers)
    try:
        if readable:
            labels, made, decided = labels_of(answers, task, positive, table)
    except BadInput as error:
        problems += error.problems
    problems += others
    if not isinstance(task, Task):
        problems += few_rows(len(numbers), "row", f"in {label}", remedy="Collect more rows")
    if problems:
        raise BadInput(*problems)
    options |= {"separator": separator, "encoding": encoding} | table.options
    choices = table.choices | {"target": Choice(some(targets), reason=said)} | decided
    for name, found in inferred.items():
        key = f"column {name}" if name in choices else name
        choices[key] = Choice(found.kind, "PH-1a", found.figures, found.reason)
    columns = tuple(
        Column(name, found.kind, found.values.shape[1] if found.values.ndim == 2 else 1)
        for name, found in inferred.items()
    )
    return Dataset(
        {name: found.values for name, found in inferred.items()},
        labels,
        columns,
        made,
        tuple(targets),
        table.source,
        numbers,
        choices,
        recorded(options, inferred, made, ignore, time, group, drop_missing_target),
        extras,
    )


def _named(name: Any) -> Any:
    """Return one name, or several, as columns are called here; names of frames may be numbers."""
    if name is None or hasattr(name, "__array__"):
        return name
    one = isinstance(name, str) or not hasattr(name, "__iter__")
    return clean_name(name) if one else [clean_name(each) for each in name]


def _extras(
    table: Table,
    time: str | None,
    group: str | None,
    options: Mapping[str, Any],
    problems: list[Problem],
) -> dict[str, NDArray[Any]]:
    """Return the columns to split by: times as numbers or ISO text, groups as text."""
    extras: dict[str, NDArray[Any]] = {}
    for name, role in ((time, "time"), (group, "group")):
        if name is None:
            continue
        hints = hints_for(name, options)
        typed = typed_values(name, table, hints)
        found = typed or infer_kind(name, as_cells(name, table, options), hints, table.where)
        if role == "time" and found.kind not in ("number", "date"):
            message = f"The time column '{name}' holds neither dates nor numbers"
            problems.append(Problem("time_unfit", message, "dates or numbers", found.kind))
        values = found.values
        if role == "group" and typed is None:
            cell = as_cells(name, table, options)
            values = cell.spread(category_texts(cell), "")
        extras[name] = values
    return extras


def _all_missing(name: str, found: Inferred, label: str) -> list[Problem]:
    """Return that a column, or a place of a block, holds no value."""
    values = found.values
    absent = np.isnan(values) if values.dtype.kind == "f" else values == ""
    empty = np.flatnonzero(absent.all(axis=0)) if values.ndim == 2 else np.atleast_1d(absent.all())
    if (values.ndim == 1 and not empty[0]) or (values.ndim == 2 and not len(empty)):
        return []
    named = f"'{name}'" if values.ndim == 1 else f"{name}[{some(empty)}]"
    return [
        Problem(
            "column_all_missing",
            f"Every value of column {named} in {label} is missing",
            "some values to learn from",
            "none",
            f"Leave it out with --ignore {name}"
            if values.ndim == 1
            else "Remove it from the array",
        )
    ]
