"""The part of a script that reads a table: columns by kind, and the target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..reading.bundled import BUNDLED
from ..reading.sources import open_source
from ..reading.tables import Table
from .cell_helpers import CellHelpers
from .plan import Plan
from .writing import call, listed, literal, mapping, noted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_lines", "table_data"]

MANY_COLUMNS = 12


def table_data(plan: Plan) -> list[str]:
    """Return the lines that read a table and bring its columns to their kinds.

    They leave `features`, a dictionary of arrays with a row for each row, and `labels`.

    Args:
        plan: Of a run on a CSV or Parquet file, or a bundled set.
    """
    source, options = plan.dataset.source, plan.options
    table, _ = open_source(
        source,
        plan.run.record["target"],
        separator=options.get("separator"),
        encoding=options.get("encoding"),
    )
    helpers = CellHelpers(plan, table)
    read = frame_lines(source, table)
    filled = [*_names(plan, table), "", *_features(plan, helpers), *_labels(plan, helpers)]
    kept = _kept_rows(plan, table, helpers)
    plan.raw = _raw(plan, table)
    return [*helpers.lines(), *read, *kept, *filled]


def _raw(plan: Plan, table: Table) -> pd.DataFrame:
    """Return the columns of the table that are looked at, as they were read."""
    import pandas as pd

    aside = {*plan.options.get("ignore", ()), *plan.dataset.target}
    frame = pd.DataFrame({name: v for name, v in table.columns.items() if name not in aside})
    return frame.iloc[plan.dataset.rows - 1].reset_index(drop=True)


def frame_lines(source: str, table: Table) -> list[str]:
    """Return the lines that leave the raw columns in `frame`.

    Args:
        source: A file or the name of a bundled set.
        table: The raw columns.
    """
    return _bundled(source) if source in BUNDLED else _file(source, table)


def _bundled(source: str) -> list[str]:
    from sklearn import datasets

    loader, target = BUNDLED[source]
    bunch = getattr(datasets, loader)()
    answer, renamed = "bunch.target", []
    if any(str(name).endswith(" (cm)") for name in bunch.feature_names):
        renamed = ['frame.columns = frame.columns.str.removesuffix(" (cm)")']
    if getattr(bunch, "target_names", None) is not None:
        answer = "bunch.target_names.astype(str)[bunch.target]"
    return [
        f"bunch = datasets.{loader}()  # scikit-learn brings it along",
        "frame = pd.DataFrame(bunch.data, columns=bunch.feature_names)",
        *renamed,
        f"frame[{literal(target)}] = {answer}",
    ]


def _file(source: str, table: Table) -> list[str]:
    if table.place is None:
        return ["frame = pd.read_parquet(DATA)"]
    separator, encoding = table.options["separator"], table.options["encoding"]
    arguments = ["DATA", "dtype=str", "keep_default_na=False", "skipinitialspace=True"]
    if separator != ",":
        arguments.insert(1, 'sep=r"\\s+"' if separator == " " else f"sep={literal(separator)}")
    if encoding != "utf-8":
        arguments.append(f"encoding={literal(encoding)}")
    lines = call("pd.read_csv", arguments, before="frame = ")
    header = _header(source, separator, encoding)
    if header != list(table.columns):
        if [" ".join(name.split()) for name in header] == list(table.columns):
            lines.append('frame.columns = [" ".join(name.split()) for name in frame.columns]')
        else:
            lines += listed(table.columns, before="frame.columns = ")
    return lines


def _header(source: str, separator: str, encoding: str) -> list[str]:
    """Return the names of the columns as pandas reads them."""
    import pandas as pd

    sign = r"\s+" if separator == " " else separator
    frame = pd.read_csv(source, sep=sign, nrows=0, skipinitialspace=True, encoding=encoding)
    return list(frame.columns)


def _kept_rows(plan: Plan, table: Table, helpers: CellHelpers) -> list[str]:
    """Return the lines that leave out rows: empty ones at the end, and those without a target."""
    rows, target = plan.dataset.rows, plan.dataset.target
    if np.array_equal(rows, np.arange(1, len(rows) + 1)) and len(rows) == len(table):
        return []
    if not plan.options.get("drop_missing_target"):
        return [f"frame = frame.iloc[:{len(rows)}]  # the rows after these are empty"]
    conditions = [f'({helpers.use("cells")}({literal(name)}) != "")' for name in target]
    return [f"frame = frame[{' & '.join(conditions)}].reset_index(drop=True)"]


def _names(plan: Plan, table: Table) -> list[str]:
    """Return the lists of columns by kind."""
    target = plan.dataset.target
    lines = [f"TARGET = {literal(target[0])}"]
    if len(target) > 1:
        lines = listed(target, before="TARGETS = ")
    for kind, name in (
        ("number", "NUMBERS"),
        ("boolean", "BOOLEANS"),
        ("category", "CATEGORIES"),
        ("text", "TEXTS"),
    ):
        columns = plan.named(kind)
        rest = [each for each in table.columns if each not in columns]
        if len(columns) > MANY_COLUMNS and len(literal(rest)) < 60:
            aside = f"{{{literal(rest)[1:-1]}}}"
            lines.append(f"{name} = [name for name in frame.columns if name not in {aside}]")
        elif columns:
            lines += listed(columns, before=f"{name} = ")
    if dates := plan.named("date"):
        forms: Mapping[str, Any] = plan.options.get("dates", {})
        lines += mapping("DATES", {name: forms.get(name, "ISO8601") for name in dates})
    return lines


def _features(plan: Plan, helpers: CellHelpers) -> list[str]:
    """Return the lines that make a block of all columns of a kind."""
    lines = ["features = {}"]
    blocks = []
    for kind, function, names in (
        ("number", "numbers", "NUMBERS"),
        ("boolean", "booleans", "BOOLEANS"),
    ):
        if plan.named(kind):
            blocks.append(f"[{helpers.use(function)}(name) for name in {names}]")
    if blocks:
        lines.append(f"columns = {' + '.join(blocks)}")
        lines.append('features["numbers"] = np.column_stack(columns).astype("float32")')
    if plan.encodes("categories", "large_categories"):
        text = f"np.column_stack([{helpers.use('cells')}(name) for name in CATEGORIES])"
        lines.append(f'features["categories"] = {text}.astype(object)')
    if plan.named("text"):
        lines += [
            "for number, name in enumerate(TEXTS):",
            f"    texts = {helpers.use('cells')}(name).to_numpy(object)",
            '    features[f"text_{number}"] = texts[:, None]',
        ]
    if plan.encodes("dates"):
        form = 'format=form, errors="coerce", utc=True'
        lines += [
            "moments = {",
            f"    name: pd.to_datetime({helpers.use('cells')}(name), {form})",
            "    for name, form in DATES.items()",
            "}",
        ]
    return lines


def _labels(plan: Plan, helpers: CellHelpers) -> list[str]:
    """Return the lines that make `labels`."""
    kind, target = plan.task.kind, plan.dataset.target
    if kind == "regression":
        numbers = helpers.use("numbers")
        if len(target) == 1:
            return [f"labels = {numbers}(TARGET)"]
        return [f"labels = np.column_stack([{numbers}(name) for name in TARGETS])"]
    if kind == "multilabel":
        text = f"{helpers.use('booleans')}(name) for name in TARGETS"
        return [f"labels = np.column_stack([{text}]).astype(int)"]
    lines = listed(plan.task.names, before="CLASSES = ")
    if kind == "binary":
        lines = noted(lines, "the second counts as yes")
    text = 'frame[TARGET].map("{:g}".format)'
    if not helpers.is_number(target[0]):
        text = f"{helpers.use('cells')}(TARGET)"
    return [*lines, f"labels = pd.Categorical({text}, CLASSES).codes.astype(int)"]
