"""What a study shows while it goes on: phase, change under test, best so far, time left."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from .progress import Progress
from .terminal import printable

__all__ = ["StudyProgress", "time_text"]


class StudyProgress(Progress):
    """Receive the events of a study and show them on standard error.

    On a terminal two live lines are kept up to date, and each verdict is left above them.
    Elsewhere a line is written for each phase, change and verdict.

    Args:
        stream: Where to write; standard error by default.
        quiet: Write nothing.

    Examples:
        >>> with StudyProgress(quiet=True) as progress:
        ...     progress("change", {"number": 1, "phase": 4, "change": "dropout 0.3"})
        >>> progress.text()
        'phase 4, regularize: change 1, dropout 0.3'
    """

    def __init__(self, stream: TextIO | None = None, quiet: bool = False) -> None:
        super().__init__(stream, quiet)
        self.folder: Path | None = None
        self.trainings = self.changes = 0
        self._left: tuple[float, float] | None = None
        self._doing = self._best = ""

    def __call__(self, event: str, values: Any) -> None:
        """Take one event."""
        if isinstance(values, Mapping):
            self._count(values)
        if event == "study":
            self.folder = Path(values["folder"])
        elif event == "phase":
            self._on_phase(values)
        elif event == "change":
            self._on_change(values)
        elif event == "verdict":
            self._say(f"  {values['change']}: {values['verdict']}. {values['sentence']}")
        elif event == "best":
            self._on_best(values)
        elif event == "epoch":
            self._epoch = values
        elif event == "step":
            self._doing, self._epoch = str(values), {}
            self._say(self._doing)

    def text(self, width: int = 200) -> str:
        """Return what is being done in one line of at most `width` characters."""
        text = self._doing
        if self._epoch:
            text += f", epoch {self._epoch['epoch']}/{self._epoch.get('epochs', '?')}"
        return printable(text)[:width]

    def status(self, width: int = 200) -> str:
        """Return the best so far and the time left in one line of at most `width` characters."""
        parts = [self._best] if self._best else []
        if self.trainings:
            parts.append(f"{self.trainings} training{'s' if self.trainings > 1 else ''}")
        if self._left is not None:
            left, told = self._left
            parts.append(f"{time_text(left - (time.monotonic() - told))} left")
        while len("  ".join(parts)) > width and len(parts) > 1:
            parts.pop(-2)
        return "  ".join(parts)[:width]

    def _count(self, values: Mapping[str, Any]) -> None:
        self.trainings = values.get("trainings", self.trainings)
        if "remaining" in values:
            self._left = values["remaining"], time.monotonic()

    def _on_phase(self, values: Mapping[str, Any]) -> None:
        self._epoch = {}
        self._doing = _phase(values["phase"])
        self._say(f"{self._doing}: {values['reason']}")

    def _on_change(self, values: Mapping[str, Any]) -> None:
        self.changes, self._epoch = values["number"], {}
        name = f"change {values['number']}, {values['change']}"
        self._doing = f"{_phase(values['phase'])}: {name}"
        why = " ".join(values[each] for each in ("state", "hypothesis") if values.get(each))
        if self._live is None:
            self._say(f"{self._doing}. {why}".strip())

    def _on_best(self, values: Mapping[str, Any]) -> None:
        from ..recipes.studying.story import scored

        best = f"best {scored(values['metric'], values)}"
        if best != self._best and self._live is None:
            self._say(f"  {best}")
        self._best = best

    def _say(self, text: str) -> None:
        """Write a line: above the live ones on a terminal."""
        if self._live is None:
            self._write(printable(text))
        elif text.startswith("  "):
            self._live.console.print(printable(text[2:]), style="dim")

    def _render(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        width = self._live.console.width - 3 if self._live is not None else 77
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Spinner("dots", style="cyan"), Text(self.text(width)))
        grid.add_row("", Text(self.status(width), style="dim"))
        return grid


def _phase(number: int) -> str:
    from ..recipes.studying.steps import PHASES

    return f"phase {number}, {PHASES[number]}"


def time_text(seconds: float) -> str:
    """Return a time as a person reads it.

    Examples:
        >>> time_text(42.4), time_text(247), time_text(7260), time_text(-3)
        ('42 s', '4 min 7 s', '2 h 1 min', '0 s')
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
