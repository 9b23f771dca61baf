"""What a person sees: with rich on a terminal, as plain lines in a pipe or without rich."""

from __future__ import annotations

import importlib.util
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

__all__ = ["Terminal", "is_live", "make_terminal", "number_text", "rich_console"]

STYLES = {"error": "bold red", "warning": "bold yellow", "info": "bold blue", "good": "bold green"}
MARKS = {"error": "✗", "warning": "!", "info": "·", "good": "✓"}
WIDEST = 120
_COMMANDING = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "\ufffd")


class Terminal:
    """Plain lines, without colour and without wrapping, for pipes and files.

    Args:
        stream: Where to write.
    """

    width = WIDEST

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def line(self, text: str = "", style: str = "") -> None:
        """Write one paragraph."""
        del style
        self._write(text)

    def indented(self, text: str, blanks: int, style: str = "") -> None:
        """Write one paragraph so many blanks to the right, also where it is wrapped."""
        del style
        self._write(" " * blanks + text)

    def heading(self, text: str, note: str = "") -> None:
        """Write the title of a part, with a blank line before it."""
        self._write(f"\n{text}{'  ' + note if note else ''}")

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        """Write labels with their texts beside them."""
        shown = list(rows)
        width = max((len(label) for label, _ in shown), default=0)
        for label, text in shown:
            first, *rest = text.split("\n")
            self._write(f"  {label:<{width}}  {first}".rstrip())
            for line in rest:
                self._write(f"  {'':<{width}}  {line}".rstrip())

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]], right: int = 99) -> None:
        """Write a table whose columns from the index `right` on are aligned to the right."""
        lines = []
        for row in (header, *rows):  # a cell of several lines becomes several rows
            parts = [cell.split("\n") for cell in row]
            height = max(map(len, parts))
            filled = [[*part, *[""] * (height - len(part))] for part in parts]
            lines += map(list, zip(*filled, strict=True))
        widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
        for line in lines:
            cells = [
                cell.rjust(width) if i >= right else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            self._write("  " + "  ".join(cells).rstrip())

    def items(self, entries: Iterable[tuple[str, str, str, str]]) -> None:
        """Write entries of (severity, name, text, remedy), each with its mark."""
        for severity, name, text, remedy in entries:
            self._write(f"  {self.mark(severity)} {name}{': ' + text if text else ''}")
            if remedy:
                self._write(f"    {self._arrow()} {remedy}")

    def commands(self, rows: Iterable[tuple[str, str]]) -> None:
        """Write commands to copy, each on a line of its own that is never wrapped."""
        for command, note in rows:
            self._write(f"  {command}{'   # ' + note if note else ''}")

    def mark(self, severity: str) -> str:
        """Return the sign of a severity, in ASCII where the stream knows no more."""
        ascii_marks = {"error": "x", "warning": "!", "info": "-", "good": "+"}
        return (MARKS if self._unicode() else ascii_marks)[severity]

    def _write(self, text: str) -> None:
        self._stream.write(printable(text) + "\n")

    def _arrow(self) -> str:
        return "→" if self._unicode() else "->"

    def _unicode(self) -> bool:
        return (getattr(self._stream, "encoding", None) or "utf-8").lower().startswith("utf")


class _RichTerminal(Terminal):
    """The same with colours that suit light and dark, wrapped to the width of the terminal."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.console = rich_console(stream)
        self.width = self.console.width

    def line(self, text: str = "", style: str = "") -> None:
        self.console.print(printable(text), style=style or None)

    def indented(self, text: str, blanks: int, style: str = "") -> None:
        from rich.padding import Padding

        self.console.print(Padding(self._text(text, style), (0, 0, 0, blanks)))

    def heading(self, text: str, note: str = "") -> None:
        from rich.text import Text

        title = Text(printable(text), style="bold")
        if note:
            title.append(f"  {printable(note)}", style="not bold dim")
        self.console.print()
        self.console.print(title)

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        grid = self._grid(2)
        for label, text in rows:
            grid.add_row(self._text(label, "dim"), self._text(text))
        self._print(grid)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]], right: int = 99) -> None:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="not bold dim")
        for i, name in enumerate(header):
            justify = "right" if i >= right else "left"
            table.add_column(self._text(name), justify=justify, no_wrap=i == 0 or i >= right)
        for row in rows:
            cells = [self._text(cell) for cell in row]
            if right < len(cells):
                cells[right].stylize("bold")
            table.add_row(*cells)
        self._print(table)

    def items(self, entries: Iterable[tuple[str, str, str, str]]) -> None:
        from rich.text import Text

        grid = self._grid(2)
        for severity, name, text, remedy in entries:
            body = Text(printable(name), style="bold")
            if text:
                body.append(f"\n{printable(text)}", style="not bold")
            if remedy:
                body.append(f"\n{self._arrow()} ", style=f"not bold {STYLES['good']}")
                body.append(printable(remedy), style="not bold")
            grid.add_row(self._text(self.mark(severity), STYLES[severity]), body)
        self._print(grid)

    def commands(self, rows: Iterable[tuple[str, str]]) -> None:
        from rich.text import Text

        shown = [(printable(command), printable(note)) for command, note in rows]
        longest = max((len(command) for command, note in shown if note), default=0)
        for command, note in shown:
            text = Text("  ").append(command, style="cyan")
            if note and longest + len(note) + 6 <= self.width:
                text.append(f"{'':<{longest - len(command) + 2}}{note}", style="dim")
            self.console.print(text, soft_wrap=True)

    def _grid(self, columns: int) -> Any:
        from rich.table import Table

        grid = Table.grid(padding=(0, 2, 0, 0))
        for i in range(columns):
            grid.add_column(no_wrap=i == 0, overflow="fold")
        return grid

    def _text(self, text: str, style: str = "") -> Any:
        from rich.text import Text

        return Text(printable(text), style=style, overflow="fold")

    def _print(self, what: Any) -> None:
        from rich.padding import Padding

        self.console.print(Padding(what, (0, 0, 0, 2)))


def make_terminal(stream: TextIO) -> Terminal:
    """Return what writes to `stream`: with rich if it is a terminal and rich is installed."""
    return _RichTerminal(stream) if is_live(stream) else Terminal(stream)


def is_live(stream: TextIO) -> bool:
    """Return whether `stream` is a terminal that rich can be used on."""
    if os.environ.get("TERM") in ("dumb", "unknown"):
        return False
    terminal = stream.isatty() or bool(os.environ.get("FORCE_COLOR"))
    return terminal and importlib.util.find_spec("rich") is not None


def rich_console(stream: TextIO) -> Any:
    """Return a rich console that prints text as it is, at most `WIDEST` columns wide."""
    from rich.console import Console

    class QuietConsole(Console):
        def on_broken_pipe(self) -> None:  # rich would end the process
            raise BrokenPipeError

    console = QuietConsole(file=stream, highlight=False, markup=False, emoji=False)
    if console.width > WIDEST:
        console.width = WIDEST
    return console


def printable(text: str) -> str:
    r"""Return `text` without signs that command a terminal: names in tables come from strangers.

    Examples:
        >>> printable("price\x1b[2J")
        'price\ufffd[2J'
    """
    return text.translate(_COMMANDING)


def number_text(value: float | None) -> str:
    """Return a number as a person reads it, with about four figures.

    Examples:
        >>> [number_text(x) for x in (0.97561, 47730.2, 2.8351, 0.000012, None)]
        ['0.976', '47,730', '2.835', '1.2e-05', '-']
    """
    if value is None or not math.isfinite(value):
        return "-"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 100:
        return f"{value:.1f}"
    if size >= 0.001 or size == 0:
        return f"{value:.3f}"
    return f"{value:.1e}"


def setting_text(value: Any) -> str:
    """Return the value of a setting as `--set` takes it.

    Examples:
        >>> [setting_text(value) for value in ((128, 64), 0.3, True, "relu", ())]
        ['128,64', '0.3', 'true', 'relu', '(none)']
    """
    if isinstance(value, list | tuple):
        return ",".join(map(setting_text, value)) or "(none)"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def interval_text(estimate: Mapping[str, Any]) -> str:
    """Return a value with its interval.

    Examples:
        >>> interval_text({"value": 0.97, "low": 0.94, "high": 1.0})
        '0.970 (0.940 to 1.000)'
    """
    value, low, high = (estimate.get(name) for name in ("value", "low", "high"))
    if low is None or high is None:
        return number_text(value)
    return f"{number_text(value)} ({number_text(low)} to {number_text(high)})"
