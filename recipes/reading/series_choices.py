"""What is chosen for a series: its variables, how far to look back, its season; each says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...zoo.errors import Problem
from ..config import Choice
from .column_forms import Inferred
from .series_grid import Grid
from .time_steps import DAY
from .wording import plural, some

__all__ = ["series_lengths", "series_variables", "told_of_series"]

MOST_STEPS = 336
"""A longer look back is a choice of yours: time and memory grow with it."""
SEASONS_BACK, SEASONS_BACK_IN_A_DAY = 4, 14
# So much of the first 70 % of the steps, which are to be trained on, one window may take. On 60
# days of hours MASE was .78 with a fifth, and 1.10 with a third, which leaves fewer windows.
_TRAINED_SHARE, _WINDOW_SHARE = 0.7, 1 / 5


def series_variables(
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


def told_of_series(
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


def series_lengths(options: Mapping[str, Any], grid: Grid, horizon: int) -> dict[str, Choice]:
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
