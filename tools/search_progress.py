"""What a search shows while it goes on: each trial, the best so far, time left."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from .progress import Progress
from .study_progress import time_text
from .terminal import number_text, printable

__all__ = ["SearchProgress"]


class SearchProgress(Progress):
    """Receive the events of a search and show them on standard error.

    On a terminal two live lines are kept up to date, and each trial is left above them. Elsewhere a
    line is written for each step and trial.

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

    def __call__(self, event: str, values: Any) -> None:
        """Take one event."""
        if event == "begin":
            self.folder = Path(values["folder"])
        elif event == "search":
            self._state, self._told = values, time.monotonic()
            self.done = values["done"]
        elif event == "trial":
            self._epoch = {}
            self._say(_trial_text(values))
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

    def _say(self, text: str) -> None:
        """Write a line: above the live ones on a terminal."""
        if self._live is None:
            self._write(printable(text))
        else:
            self._live.console.print(printable(text), style="dim")

    def _render(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        width = self._live.console.width - 3 if self._live is not None else 77
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Spinner("dots", style="cyan"), Text(self.text(width)))
        grid.add_row("", Text(self.status(width), style="dim"))
        return grid


def _trial_text(values: Mapping[str, Any]) -> str:
    from ..recipes.studying.changes import written

    settings = ", ".join(f"{name} {written(value)}" for name, value in values["values"].items())
    if values["status"] != "completed":
        return f"{values['trial']}  {values['status']}: {values['reason']}  {settings}"
    score, spread = number_text(values["score"]), values["spread"]
    if not math.isnan(spread):
        score += f" ± {number_text(spread)}"
    return f"{values['trial']}  {score}  {settings}"
