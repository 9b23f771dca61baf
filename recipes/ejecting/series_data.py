"""The part of a script that reads series, makes windows of them and divides these by time."""

from __future__ import annotations

import numpy as np

from ..reading.sources import open_source
from ..reading.time_steps import DAY, WEEK, YEAR, Step, find_step, stamps
from ..reading.windows import WAVES, cycles_of_width
from .cell_helpers import CellHelpers
from .plan import Plan, cannot
from .table_data import frame_lines
from .writing import comment, listed, literal

__all__ = ["series_data", "series_division"]

_INTO = {
    DAY: ("seconds % 86_400 / 86_400", "day"),
    WEEK: ("(seconds - 4 * 86_400) % 604_800 / 604_800", "week, from Monday"),
    YEAR: (
        "(seconds - year) / (365.25 * 86_400)",
        "year",
    ),
}
_YEAR = """    year = moments.astype("M8[Y]").astype("M8[s]").astype("int64")  # its beginning
"""
_MADE = """
count = len(steps) - LOOKBACK - HORIZON + 1
made = sliding_window_view({both}, LOOKBACK + 1, axis=0)[:count].transpose(0, 2, 1).copy()
made[:, -1, : len(VARIABLES)] = np.nan  # of the first step ahead the calendar alone is known
ahead = sliding_window_view(steps[LOOKBACK:, :TARGETS], HORIZON, axis=0)
windows.append(made)
labels.append(ahead.transpose(0, 2, 1))
origin.append(first + LOOKBACK + np.arange(count))
"""
_WAVES = """


def waves(moments):
    \"\"\"Return where moments lie in the cycles of the calendar, as sines and cosines.\"\"\"
    seconds = moments.astype("M8[s]").astype("int64")
{year}    cycles = [
{cycles}
    ]
    angles = [2 * np.pi * n * share for share, most in cycles for n in range(1, most + 1)]
    found = [wave(angle) for angle in angles for wave in (np.sin, np.cos)]
    return np.stack(found, axis=1).astype("float32")


"""


def series_data(plan: Plan) -> list[str]:
    """Return the lines that read series; they leave `features`, `labels`, `origin` and `series`.

    Args:
        plan: Of a run that forecasts a table of series.
    """
    options, source = plan.options, plan.dataset.source
    table, _ = open_source(
        source, separator=options.get("separator"), encoding=options.get("encoding")
    )
    time, by = options.get("time"), options.get("series")
    variables = [name for name in options["types"] if name != time]
    helpers = CellHelpers(plan, table)
    function = helpers.use("numbers") if set(options["types"].values()) >= {"number"} else ""
    if any(options["types"][name] != "number" for name in variables) or not function:
        raise cannot("A run on series of yes and no", "series of numbers")
    (column,) = plan.dataset.columns
    known = column.width - len(variables)
    step = _step(plan, time)
    lines = [*frame_lines(source, table)]
    targets = list(plan.dataset.target)
    lines += listed(variables, before="VARIABLES = ")
    lines += [
        f"TARGETS = {len(targets)}  # of these, the first are forecast",
        f"LOOKBACK = {options['lookback']}  # steps that a forecast is made from",
        f"HORIZON = {options['horizon']}  # steps to forecast",
    ]
    lines += [
        "values = np.column_stack([numbers(name) for name in VARIABLES])",
        *_places(plan, step, time, helpers),
    ]
    lines += _windows(plan, step, known, by, helpers)
    return [*helpers.lines(), *lines]


def _step(plan: Plan, time: str | None) -> Step:
    """Return the step of the series, told by the times of their windows."""
    if time is None:
        return Step(size=1.0)
    when, names = stamps(plan.dataset.extras["time"]), plan.dataset.extras["series"].astype(str)
    found = find_step([np.unique(when[names == name]) for name in np.unique(names)])
    return found or Step(size=1.0)


def _places(plan: Plan, step: Step, time: str | None, helpers: CellHelpers) -> list[str]:
    """Return the lines that number the steps on which rows lie."""
    if time is None:
        return []
    if plan.options["types"][time] == "number":
        return [
            f"when = numbers({literal(time)})",
            f"place = np.round((when - when.min()) / {step.size}).astype(int)",
        ]
    form = literal(plan.options.get("dates", {}).get(time, "ISO8601"))
    cells = helpers.use("cells")
    lines = [
        f"when = pd.to_datetime({cells}({literal(time)}), format={form}, utc=True)",
        'when = when.dt.tz_localize(None).to_numpy("M8[s]")',
    ]
    if step.months:
        return [
            *lines,
            'month = when.astype("M8[M]").astype(int)',
            f"place = (month - month.min()) // {step.months}"
            if step.months > 1
            else "place = month - month.min()  # one step is a month",
        ]
    seconds = f"(when - when.min()).astype(int) / {step.seconds}"
    return [*lines, f"place = np.round({seconds}).astype(int)  # one step is {step}"]


def _windows(plan: Plan, step: Step, known: int, by: str | None, helpers: CellHelpers) -> list[str]:
    time = plan.options.get("time")
    lines: list[str] = []
    groups = f"{helpers.use('cells')}({literal(by)})" if by else ""
    if by:
        lines += [f"group = {groups}.to_numpy(str)"]
    waves = _calendar(step, known) if known else []
    inner = [
        "steps = np.full((last - first + 1, len(VARIABLES)), np.nan, np.float32)",
        "steps[place[rows] - first] = values[rows]  # a step without a row stays missing",
    ]
    if time is None:
        inner = ['steps = values[rows].astype("float32")']
    both = "steps"
    if known:
        inner += _moments(plan, step)
        both = "both"
        inner.append("both = np.concatenate([steps, waves(moments)], axis=1)")
    inner += _MADE.format(both=both).strip().split("\n")
    ends = ["first, last = place[rows].min(), place[rows].max()"] if time else ["first = 0"]
    if by:
        loop = [
            "for name in np.unique(group):",
            "    rows = np.flatnonzero(group == name)",
            *(f"    {line}" for line in [*ends, *inner]),
        ]
    else:
        loop = ["rows = np.arange(len(values))", *ends, *inner]
    return [
        *waves,
        *lines,
        "windows, labels, origin = [], [], []",
        *loop,
        "series = np.repeat(np.arange(len(labels)), [len(each) for each in labels])",
        "labels, origin = np.concatenate(labels), np.concatenate(origin)",
        'features = {"window": np.concatenate(windows)}',
    ]


def _moments(plan: Plan, step: Step) -> list[str]:
    """Return the lines that give the moment of each step of one series."""
    if not step.months:
        count = f"np.arange(first, last + 1) * {step.seconds}"
        return [f'moments = when.min() + ({count}).astype("m8[s]")']
    count = "np.arange(first, last + 1)" + (f" * {step.months}" if step.months > 1 else "")
    lines = [f'months = (month.min() + {count}).astype("M8[M]")']
    days = {int(str(text)[8:10]) for text in plan.dataset.extras["time"]}
    if max(days) > 28:
        return [*lines, 'moments = (months + 1).astype("M8[s]") - np.timedelta64(1, "D")']
    return [*lines, 'moments = months.astype("M8[s]") + (when.min() - when.min().astype("M8[M]"))']


def _calendar(step: Step, known: int) -> list[str]:
    cycles = cycles_of_width(step, known)
    body = []
    for cycle in cycles:
        share, name = _INTO[cycle]
        body.append(f"        ({share}, {WAVES[cycle]}),  # in the {name}")
    source: str = _WAVES.format(cycles="\n".join(body), year=_YEAR if YEAR in cycles else "")
    return list(source.split("\n")[1:-1])


def series_division(plan: Plan) -> list[str]:
    """Return the lines that divide windows by time."""
    config, way = plan.config, plan.splits.method.value
    shares = (config.validation_fraction, config.test_fraction)
    each = way != "time"
    where = "origin[series == one]" if each else "origin"
    lines = [
        *comment(plan.splits.method.reason),
        "part = np.full(len(labels), -1)",
    ]
    body = [
        f"places = {where}",
        "first, end = places.min() - LOOKBACK, places.max() + HORIZON",
        f"sealed = max(round((end - first) * {shares[1]}), HORIZON)",
        f"watched = max(round((end - first) * {shares[0]}), HORIZON)",
        "starts = [first, end - sealed - watched, end - sealed, end]",
        "for number, (start, stop) in enumerate(itertools.pairwise(starts)):",
    ]
    inside = "    part[(origin >= start) & (origin + HORIZON <= stop)] = number"
    if each:
        inside = (
            "    part[(series == one) & (origin >= start) & (origin + HORIZON <= stop)] = number"
        )
        lines += [
            "for one in np.unique(series):",
            *(f"    {line}" for line in [*body, inside]),
        ]
    else:
        lines += [*body, inside]
    return [
        *lines,
        "train, validation, test = (np.flatnonzero(part == number) for number in range(3))",
    ]
