"""The line that shows how a training is getting on."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from typing import Any, Self, TextIO

from .terminal import is_live, number_text, rich_console

__all__ = ["Progress"]

SHOWN_FIRST = (1, 2, 3, 5)
SHOWN_EVERY = 10


class Progress:
    """Receive the events of a training and show them on standard error.

    On a terminal one live line is kept up to date. Elsewhere a line is written for each step and
    for some epochs. The events are `("step", text)` and `("epoch", values)`, where the values hold
    `epoch` (from 1), `epochs`, the logs of the epoch, and `patience` where it is known.

    Args:
        stream: Where to write; standard error by default.
        quiet: Write nothing.

    Examples:
        >>> with Progress(quiet=True) as progress:
        ...     progress("epoch", {"epoch": 1, "epochs": 9, "loss": 0.5, "val_loss": 0.6})
        >>> progress.best
        (0.6, 1)
    """

    def __init__(self, stream: TextIO | None = None, quiet: bool = False) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._quiet = quiet
        self._live: Any = None
        self._started = time.monotonic()
        self._step = ""
        self._epoch: Mapping[str, Any] = {}
        self.best: tuple[float, int] | None = None

    def __enter__(self) -> Self:
        """Begin to show."""
        self._started = time.monotonic()
        if not self._quiet and self._stream.isatty() and is_live(self._stream):
            from rich.live import Live

            self._live = Live(
                console=rich_console(self._stream),
                get_renderable=self._render,
                transient=True,
                refresh_per_second=8,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the live line away, and say where the training stood."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        elif self._epoch and not self._is_shown(self._epoch["epoch"]):
            self._write(self.text())

    def __call__(self, event: str, values: Any) -> None:
        """Take one event."""
        if event == "step":
            self._step, self._epoch = str(values), {}
            self._write(self._step)
        elif event == "epoch":
            logs = values.get("logs", {})
            self._epoch = {name: item for name, item in values.items() if name != "logs"} | logs
            loss = self._epoch.get("val_loss", self._epoch.get("loss", math.nan))
            if math.isfinite(loss) and (self.best is None or loss < self.best[0]):
                self.best = (float(loss), int(self._epoch["epoch"]))
            if self._is_shown(self._epoch["epoch"]):
                self._write(self.text())

    def text(self, width: int = 200) -> str:
        """Return the state in one line of at most `width` characters."""
        if not self._epoch:
            return self._step[:width]
        epoch, epochs = self._epoch["epoch"], self._epoch.get("epochs", "?")
        parts = [f"epoch {epoch:>{len(str(epochs))}}/{epochs}"]
        for name in ("loss", "val_loss"):
            if name in self._epoch:
                parts.append(f"{name} {number_text(self._epoch[name])}")
        if self.best is not None:
            parts.append(f"best {number_text(self.best[0])} at {self.best[1]}")
            patience = self._epoch.get("patience")
            if patience:
                parts.append(f"patience {max(patience - (epoch - self.best[1]), 0)} left")
        text = "  ".join(parts)
        while len(text) > width and len(parts) > 1:
            parts.pop()
            text = "  ".join(parts)
        return text[:width]

    def _is_shown(self, epoch: int) -> bool:
        return epoch in SHOWN_FIRST or epoch % SHOWN_EVERY == 0

    def _write(self, text: str) -> None:
        if self._live is None and not self._quiet:
            self._stream.write(text + "\n")
            self._stream.flush()

    def _render(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        seconds = f"{time.monotonic() - self._started:.0f} s"
        width = self._live.console.width if self._live is not None else 80
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(
            Spinner("dots", style="cyan"),
            Text(self.text(width - len(seconds) - 5)),
            Text(seconds, style="dim"),
        )
        return grid
