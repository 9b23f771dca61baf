"""Read rows to predict: the columns of a model, checked one by one, in the order of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...zoo.errors import BadInput, Problem, did_you_mean, require
from ...zoo.tasks import Column
from ..config import Choice
from ..dataset import Dataset
from .columns import infer_all
from .forms import form_named
from .sources import open_source
from .tables import Table
from .wording import plural, quoted, some

__all__ = ["load_rows"]


def load_rows(
    source: Any, columns: Sequence[Column], *, options: Mapping[str, Any] | None = None
) -> Dataset:
    """Read rows to predict, with the same columns and the same reading as the training rows.

    The order of columns does not matter, and columns that the model does not know, such as the
    target, are left aside and named in `choices["ignored"]`. Nothing is guessed: a column has the
    kind that it had in training, and its numbers and dates are written as they were there.

    Args:
        source: What `load` takes, or features alone.
        columns: The columns of the model.
        options: `Dataset.options` of the training rows.

    Returns:
        The rows in the source's order, without labels or task.

    Raises:
        BadInput: Columns are missing or renamed ("did you mean"), values do not fit the kind of
            their column (column and rows are named), or the source cannot be read.

    Guide: PH-1d.

    Examples:
        >>> rows = load_rows({"b": ["x", ""], "a": [1, 2]}, [Column("a", "number")])
        >>> rows.features["a"].tolist(), rows.choices["ignored"].value
        ([1.0, 2.0], 'b')
    """
    require("pandas", "recipes")
    options = dict(options or {})
    if (form := form_named(options.get("form"))) is not None:
        return form.read_rows(source, columns, options)
    table = _open(source, columns, options)
    table = _fitted(table, columns)
    _check_columns(table, columns)
    ignored = [name for name in table.columns if name not in {c.name for c in columns}]
    if ignored:
        reason = f"{plural(len(ignored), 'column')} that the model does not know left aside."
        table.choices["ignored"] = Choice(some(ignored), reason=reason)
    told = {
        "types": {column.name: column.kind for column in columns},
        **{o: _by_column(options.get(o)) for o in ("decimal", "thousands", "dates", "missing")},
    }
    numbers = table.numbers
    inferred = infer_all(table, [column.name for column in columns], told, prediction=True)
    problems = [problem for found in inferred.values() for problem in found.problems]
    for column in columns:
        values = inferred[column.name].values
        width = values.shape[1] if values.ndim == 2 else 1
        if width != column.width:
            message = f"Column '{column.name}' has another number of values in each row"
            hint = "For a single row give shape (1, columns)" if width == 1 else ""
            problems.append(Problem("column_width", message, str(column.width), str(width), hint))
    if problems:
        raise BadInput(*problems)
    return Dataset(
        {column.name: inferred[column.name].values for column in columns},
        None,
        tuple(columns),
        None,
        (),
        table.source,
        numbers,
        table.choices,
        options,
    )


def _by_column(value: Any) -> dict[str, Any]:
    if not value:
        return {}
    return dict(value) if isinstance(value, Mapping) else {"": value}


def _open(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Table:
    """Return the table; its separator and encoding may differ from those of the training rows."""
    preferred = str(options.get("separator") or "")
    alone = len(columns) == 1 and columns[0].width == 1
    trained = options.get("encoding")
    try:
        return open_source(source, preferred=preferred, one_column=alone)[0]
    except BadInput as error:
        if error.kind != "encoding_wrong" or trained in (None, "utf-8"):
            raise
    return open_source(source, encoding=trained, preferred=preferred, one_column=alone)[0]


def _fitted(table: Table, columns: Sequence[Column]) -> Table:
    """Return a table whose numbers stand in a block or in columns as the model has them."""
    names = list(table.columns)
    block = table.columns.get("x")
    wanted = [column.name for column in columns]
    if isinstance(block, np.ndarray) and block.ndim == 2 and wanted != ["x"]:
        if block.shape[1] == len(columns):
            import pandas as pd

            table.columns = {n: pd.Series(block[:, i]) for i, n in enumerate(wanted)}
    elif wanted[0] not in names and len(wanted) == 1 and len(names) == columns[0].width > 1:
        told = {"types": dict.fromkeys(names, "number")}
        found = infer_all(table, names, told, prediction=True)
        problems = [problem for item in found.values() for problem in item.problems]
        if problems:
            raise BadInput(*problems)
        table.columns = {wanted[0]: np.column_stack([f.values for f in found.values()])}
    return table


def _check_columns(table: Table, columns: Sequence[Column]) -> None:
    """Refuse a table in which columns of the model are missing; all are named."""
    names = list(table.columns)
    wanted = {column.name for column in columns}
    missing = [column for column in columns if column.name not in names]
    spare = [name for name in names if name not in wanted]
    problems = []
    for column in missing:
        hint = did_you_mean(column.name, spare) if spare else ""
        close = hint.startswith("Did you mean")
        problems.append(
            Problem(
                "column_missing",
                f"Column '{column.name}' ({column.kind}), which the model needs, is not in "
                f"{table.label}",
                f"the columns {quoted([c.name for c in columns], 12)}",
                quoted(names, 12),
                f"{hint} Rename it"
                if close
                else "Add the column; leave its cells empty where values are missing",
            )
        )
    if problems:
        raise BadInput(*problems)
