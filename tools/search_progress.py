"""What a search shows while it goes on: a table of its trials, the best so far, time left."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from .progress import Progress
from .study_progress import time_text
from .terminal import number_text, printable

__all__ = ["SearchProgress"]

MOST_SHOWN = 8


class SearchProgress(Progress):
    """Receive the events of a search and show them on standard error.

    On a terminal a live table has the best trials and the last one, above what is being done and
    the time left. Elsewhere a line is written for each step and trial.

    Args:
        stream: Where to write; standard error by default.
        quiet: Write nothing.

    Examples:
        >>> with SearchProgress(quiet=True) as progress:
        ...     progress("search", {"done": 2, "failed": 0, "best": 0.25, "seconds_left": 61.0})
        >>> progress.status()
        'best 0.250  2 trials  1 min 1 s left'
    """

    def __init__(self, stream: TextIO | None = None, quiet: bool = False) -> None:
        super().__init__(stream, quiet)
        self.folder: Path | None = None
        self.done = 0
        self._state: Mapping[str, Any] = {}
        self._told = time.monotonic()
        self._metric = ""
        self._trials: list[Mapping[str, Any]] = []

    def __call__(self, event: str, values: Any) -> None:
        """Take one event."""
        if event == "begin":
            self.folder = Path(values["folder"])
            self._metric = values.get("metric", "")
        elif event == "search":
            self._state, self._told = values, time.monotonic()
            self.done = values["done"]
        elif event == "trial":
            self._epoch = {}
            self._trials.append(values)
            self._write(printable(_trial_text(values)))
        elif event == "epoch":
            self._epoch = values
        elif event == "step":
            self._step, self._epoch = str(values), {}
            if self._live is None:
                self._write(self._step)

    def text(self, width: int = 200) -> str:
        """Return what is being done in one line of at most `width` characters."""
        text = self._step
        if self._state.get("under_way") and self._step == "searching":
            text = f"trial {self.done + 1}"
            if self._state.get("trials"):
                text += f" of {self._state['trials']}"
        if self._epoch:
            text += f", epoch {self._epoch['epoch']}"
        return printable(text)[:width]

    def status(self, width: int = 200) -> str:
        """Return the best so far and the time left in one line of at most `width` characters."""
        state = self._state
        parts = [] if state.get("best") is None else [f"best {number_text(state['best'])}"]
        if self.done:
            parts.append(f"{self.done} trial{'s' if self.done > 1 else ''}")
        if state.get("failed"):
            parts.append(f"{state['failed']} failed")
        if state.get("seconds_left") is not None:
            left = state["seconds_left"] - (time.monotonic() - self._told)
            parts.append(f"{time_text(left)} left")
        return "  ".join(parts)[:width]

    def rows(self, width: int = 200) -> list[list[str]]:
        """Return the live table: a header, the best trials so far, and the last one.

        Settings that all trials share are left out, and so are those that `width` has no room for.

        Args:
            width: In characters.
        """
        from ..recipes.studying.changes import written
        from .report.wording import is_lower_better, metric_name

        shown = self._shown(is_lower_better(self._metric))
        names = dict.fromkeys(name for each in self._trials for name in each["values"])
        varied = [
            name
            for name in names
            if len({written(each["values"].get(name)) for each in self._trials}) > 1
        ]
        columns = [["trial", *(each["trial"] for each in shown)]]
        columns.append([metric_name(self._metric), *map(_score_text, shown)])
        for name in varied:
            values = (each["values"] for each in shown)
            column = [name, *(written(v[name]) if name in v else "" for v in values)]
            if _wide([*columns, column]) <= width:
                columns.append(column)
        return [list(row) for row in zip(*columns, strict=True)]

    def _shown(self, less_is_better: bool) -> list[Mapping[str, Any]]:
        sign = 1 if less_is_better else -1
        completed = [each for each in self._trials if each["status"] == "completed"]
        best = sorted(completed, key=lambda each: sign * each["score"])[:MOST_SHOWN]
        last = self._trials[-1]
        return best if any(each is last for each in best) else [*best, last]

    def _render(self) -> Any:
        from rich.console import Group
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        width = self._live.console.width - 3 if self._live is not None else 77
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Spinner("dots", style="cyan"), Text(self.text(width)))
        grid.add_row("", Text(self.status(width), style="dim"))
        if not self._trials:
            return grid
        header, *rows = self.rows(width)
        table = Table(*header, box=None, padding=(0, 2, 0, 0), header_style="dim")
        for number, row in enumerate(rows):
            table.add_row(*map(printable, row), style="bold" if number == 0 else "")
        return Group(table, "", grid)


def _wide(columns: Sequence[Sequence[str]]) -> int:
    """Return how many characters a table of these columns takes."""
    return sum(max(map(len, column)) + 2 for column in columns)


def _score_text(values: Mapping[str, Any]) -> str:
    if values["status"] != "completed":
        return values["status"]
    score, spread = number_text(values["score"]), values["spread"]
    return score if math.isnan(spread) else f"{score} ± {number_text(spread)}"


def _trial_text(values: Mapping[str, Any]) -> str:
    from ..recipes.studying.changes import written

    settings = ", ".join(f"{name} {written(value)}" for name, value in values["values"].items())
    if values["status"] != "completed":
        return f"{values['trial']}  {values['status']}: {values['reason']}  {settings}"
    return f"{values['trial']}  {_score_text(values)}  {settings}"
