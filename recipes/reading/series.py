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
from .column_forms import Inferred
from .columns import infer_all
from .forms import Form
from .headers import clean_name
from .loading_options import check_arguments, check_names, column_options, recorded
from .series_grid import Grid, series_grid, series_names
from .sources import drop_empty_tail, open_source
from .time_steps import DAY
from .windows import (
    calendar_cycles,
    calendar_features,
    cycles_of_width,
    last_window,
    windows_of,
)
from .wording import plural, quoted, some

__all__ = ["FORM", "WINDOW"]

WINDOW = "window"
"""The one column of a model that forecasts."""
MOST_STEPS = 336
"""A longer look back is a choice of yours: time and memory grow with it."""
SEASONS_BACK, SEASONS_BACK_IN_A_DAY = 4, 14
# So much of the first 70 % of the steps, which are to be trained on, one window may take. On 60
# days of hours MASE was .78 with a fifth, and 1.10 with a third, which leaves fewer windows.
_TRAINED_SHARE, _WINDOW_SHARE = 0.7, 1 / 5
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
    variables, problems = _variables(found, targets, time, label)
    if problems:
        raise BadInput(*problems)
    targets = targets or variables
    grid = series_grid(table, found, groups, time, variables)
    choices = dict(table.choices) | _told(found, variables, targets, time, grid, bool(target))
    chosen = _lengths(options, grid, horizon)
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


def _variables(
    found: Mapping[str, Inferred], targets: Sequence[str], time: str | None, label: str
) -> tuple[list[str], list[Problem]]:
    """Return the columns of numbers, the targets first, and what is wrong with columns."""
    problems = [problem for each in found.values() for problem in each.problems]
    problems += [
        Problem(
            "target_unusable",
            f"The target '{name}' cannot be forecast",
            "numbers",
            found[name].kind,
            "Forecast another column, or check how it is written",
        )
        for name in targets
        if found[name].kind not in ("number", "boolean") and name != time
    ]
    if time in targets:
        message = f"The target '{time}' is the time itself"
        problems.append(Problem("target_unusable", message, "another column"))
    if time is not None and found[time].kind not in ("date", "number"):
        message = f"The time column '{time}' holds neither dates nor numbers"
        problems.append(Problem("time_unfit", message, "dates or numbers", found[time].kind))
    numbers = [
        name
        for name, each in found.items()
        if name != time and each.kind in ("number", "boolean") and each.values.ndim == 1
    ]
    numbers = [*targets, *(name for name in numbers if name not in targets)]
    if not numbers:
        message = f"There is no column of numbers in {label} to forecast"
        problems.append(Problem("target_missing", message, "a column beside the time"))
    return numbers, problems


def _told(
    found: Mapping[str, Inferred],
    variables: Sequence[str],
    targets: Sequence[str],
    time: str | None,
    grid: Grid,
    set_by_you: bool,
) -> dict[str, Choice]:
    """Return what was inferred of the table, each with its reason."""
    said = "You set it." if set_by_you else "All columns of numbers; name some with --target."
    choices = {"target": Choice(some(targets), "SEQ-10", {"targets": len(targets)}, said)}
    reason = f"The commonest distance of two times; {plural(grid.filled, 'step')} without a row"
    reason += " filled in as missing." if grid.filled else "."
    choices["step"] = Choice(str(grid.step), "SEQ-1", {"filled": grid.filled}, reason)
    if time is None:
        choices["time"] = Choice("order of the rows", "", {}, "No column of times was named.")
    for name in variables:
        choices[name] = Choice(found[name].kind, "PH-1a", found[name].figures, found[name].reason)
    aside = [name for name in found if name not in variables and name != time]
    if aside:
        reason = "A window holds numbers alone."
        choices["left aside"] = Choice(some(aside), "", {"columns": len(aside)}, reason)
    return choices


def _lengths(options: Mapping[str, Any], grid: Grid, horizon: int) -> dict[str, Choice]:
    """Return season and lookback, set or chosen, each with its reason."""
    season = Choice(options.get("season"), "", {}, "You set it.")
    if not season.value:
        usual = grid.step.season
        reason = f"The usual cycle of steps of {grid.step}." if usual else "No cycle is usual."
        season = Choice(usual, "SEQ-1", {}, reason)
    if options.get("lookback"):
        lookback = Choice(options["lookback"], "", {}, "You set it.")
        return {"season": season, "lookback": lookback}
    within_a_day = 0 < grid.step.seconds < DAY
    seasons = SEASONS_BACK_IN_A_DAY if within_a_day else SEASONS_BACK
    wanted = max(seasons * season.value, 2 * horizon)
    longest = max(len(each.values) for each in grid.series)
    room = int((_TRAINED_SHARE * longest - horizon) * _WINDOW_SHARE)
    steps = max(1, min(wanted, MOST_STEPS, room))
    if season.value and steps > season.value:
        steps -= steps % season.value
    figures = {"wanted": wanted, "room": room, "at_most": MOST_STEPS}
    reason = (
        f"{seasons} seasons, or twice the horizon if that is more; whole seasons, at most "
        f"{MOST_STEPS} steps and a fifth of those to train on."
    )
    return {"season": season, "lookback": Choice(steps, "SEQ-1", figures, reason)}


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
