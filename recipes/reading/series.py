"""Series in a table: rows in order of time, gaps filled, windows of the past and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input, did_you_mean
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset
from ..splitting.series_split import split_series
from .columns import infer_all
from .forms import Form
from .headers import clean_name
from .loading_options import check_arguments, check_names, column_options, recorded
from .series_choices import series_lengths, series_variables, told_of_series
from .series_grid import Grid, series_grid, series_names
from .sources import drop_empty_tail, open_source
from .windows import (
    calendar_cycles,
    calendar_features,
    cycles_of_width,
    last_window,
    windows_of,
)
from .wording import quoted

__all__ = ["FORM", "WINDOW"]

WINDOW = "window"
"""The one column of a model that forecasts."""
_OPTIONS = (
    *("time", "horizon", "lookback", "season", "series", "types", "ignore", "separator"),
    *("decimal", "thousands", "encoding", "dates", "missing"),
)


def _fits(source: Any, task: str | None, options: Mapping[str, Any]) -> bool:
    del source
    return bool(options.get("horizon")) or task == "forecasting"


def _read(source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]) -> Dataset:
    """Return a row for each window, in order of series and time; see `load`."""
    horizon = options.get("horizon") or (task.horizon if isinstance(task, Task) else 0)
    if not horizon:
        raise bad_input(
            "horizon_missing", "How far to forecast was not said", remedy="Set --horizon"
        )
    told = column_options(
        options.get("types"),
        None,
        options.get("decimal"),
        options.get("thousands"),
        options.get("dates"),
        options.get("missing"),
    )
    check_arguments(task, told)
    table, _ = open_source(
        source, separator=options.get("separator"), encoding=options.get("encoding")
    )
    table = drop_empty_tail(table)
    names = list(table.columns)
    time, by = (options.get(role) and clean_name(options[role]) for role in ("time", "series"))
    given = options.get("ignore", ())
    ignore = [clean_name(name) for name in ([given] if isinstance(given, str) else given)]
    targets = [clean_name(n) for n in ([target] if isinstance(target, str) else target or ())]
    check_names(names, targets, ignore, told, time, by, table.label)

    label = table.label
    groups = series_names(table, by, told)
    inside = [name for name in names if name not in {*ignore, by}]
    found = infer_all(table, inside, told)
    variables, problems = series_variables(found, targets, time, label)
    if problems:
        raise BadInput(*problems)
    targets = targets or variables
    grid = series_grid(table, found, groups, time, variables)
    choices = dict(table.choices) | told_of_series(
        found, variables, targets, time, grid, bool(target)
    )
    chosen = series_lengths(options, grid, horizon)
    choices |= chosen
    lookback, season = chosen["lookback"].value, chosen["season"].value
    kept = {name: found[name] for name in [*([time] if time else []), *variables]}
    record = recorded({**told, **table.options}, kept, None, ignore, time, None, False)
    record |= {"types": {name: each.kind for name, each in kept.items()}, "form": "series"}
    record |= {"horizon": horizon, "lookback": lookback, "season": season, "series": by}
    longest = max(len(each.values) for each in grid.series)
    cycles = calendar_cycles(grid.step, longest)
    made = Task("forecasting", tuple(targets), horizon, season)
    data = _windows(grid, lookback, made, cycles)
    if not len(data[1]):
        raise bad_input(
            "series_too_short",
            f"No series of {label} is long enough for a window",
            expected=f"at least {lookback + horizon} steps, lookback and horizon",
            received=f"{longest} at most",
            remedy="Set a shorter --lookback or --horizon",
        )
    windows, labels, extras = data
    return Dataset(
        {WINDOW: windows},
        labels,
        (Column(WINDOW, "sequence", windows.shape[2]),),
        made,
        tuple(targets),
        table.source,
        np.arange(1, len(labels) + 1),
        choices,
        {name: value for name, value in record.items() if value},
        extras,
    )


def _calendar(grid: Grid, places: NDArray[np.int64], cycles: tuple[int, ...]) -> NDArray[Any]:
    if not grid.dated:
        return np.empty((len(places), 0), np.float32)
    return calendar_features(grid.moments(places), cycles)


def _windows(
    grid: Grid, lookback: int, task: Task, cycles: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32], dict[str, NDArray[Any]]]:
    """Return the windows of all series, what follows each, and series and place of each."""
    windows, labels, names, origins = [], [], [], []
    for each in grid.series:
        places = each.first + np.arange(len(each.values))
        calendar = _calendar(grid, places, cycles)
        made = windows_of(each.values, calendar, lookback, task.horizon, task.outputs)
        windows.append(made[0])
        labels.append(made[1])
        names += [each.name] * len(made[0])
        origins.append(places[lookback : lookback + len(made[0])])
    origin = np.concatenate(origins)
    extras = {"series": np.array(names, object), "origin": origin, "time": _texts(grid, origin)}
    if len(windows) == 1:
        return windows[0], labels[0], extras
    return np.concatenate(windows), np.concatenate(labels), extras


def _texts(grid: Grid, places: NDArray[np.int64]) -> NDArray[Any]:
    """Return the time of each place: ISO text, or a number."""
    moments = grid.moments(places)
    if not grid.dated:
        return moments.astype(np.float64)
    texts = np.datetime_as_string(moments, unit="s").tolist()
    return np.array([text.replace("T", " ") for text in texts], object)


def _read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
    """Return one row for each series: its last window, from which the forecast is made."""
    lookback, horizon = options["lookback"], options["horizon"]
    time, by = options.get("time"), options.get("series")
    kinds = options["types"]
    variables = [name for name in kinds if name != time]
    table, _ = open_source(source, preferred=str(options.get("separator") or ""))
    table = drop_empty_tail(table)
    names = list(table.columns)
    if missing := [name for name in (time, by, *variables) if name and name not in names]:
        raise BadInput(
            *(
                Problem(
                    "column_missing",
                    f"Column '{name}', which the model needs, is not in {table.label}",
                    f"the columns {quoted([n for n in (time, by, *variables) if n], 12)}",
                    quoted(names, 12),
                    did_you_mean(name, names),
                )
                for name in missing
            )
        )
    told = column_options(
        kinds,
        None,
        options.get("decimal"),
        options.get("thousands"),
        options.get("dates"),
        options.get("missing"),
    )
    groups = series_names(table, by, told)
    found = infer_all(table, [n for n in (time, *variables) if n], told, prediction=True)
    if problems := [problem for each in found.values() for problem in each.problems]:
        raise BadInput(*problems)
    grid = series_grid(table, found, groups, time, variables, lookback)
    width = columns[0].width - len(variables)
    cycles = cycles_of_width(grid.step, width)
    known = calendar_features(grid.moments(np.arange(1)), cycles).shape[1] if grid.dated else 0
    if known != width:
        raise bad_input(
            "step_unlike",
            f"The steps of {table.label} are not those that the model was trained on",
            expected="the same step of time",
            received=str(grid.step),
            remedy="Bring the table to the steps of the training table",
        )
    rows, origins, short = [], [], 0
    for each in grid.series:
        end = each.first + len(each.values)
        places = np.arange(end - lookback, end + 1)
        rows.append(last_window(each.values, _calendar(grid, places, cycles), lookback))
        origins.append(end)
        short += len(each.values) < lookback
    choices = dict(table.choices)
    if short:
        reason = f"The model looks back {lookback} steps; what is not there counts as missing."
        choices["short series"] = Choice(short, "", {"lookback": lookback}, reason)
    ahead = [_texts(grid, end + np.arange(horizon)) for end in origins]
    return Dataset(
        {WINDOW: np.stack(rows)},
        None,
        tuple(columns),
        None,
        (),
        table.source,
        np.arange(1, len(rows) + 1),
        choices,
        options,
        {
            "series": np.array([each.name for each in grid.series], object),
            "moments": np.stack(ahead),
        },
    )


FORM = Form(_fits, _read, _read_rows, _OPTIONS, split_series)
