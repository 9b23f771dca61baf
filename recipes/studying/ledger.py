"""The ledger of a study: JSON lines that are only ever added, each whole or not there at all."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...zoo.errors import bad_input
from ..files import strict

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Ledger"]

SUM = "sum"
"""Name of the checksum that ends each line: a line that was cut short does not have it."""


class Ledger:
    """What was tried and what came of it, in a file that is only ever added to.

    Every entry is one line of JSON with a checksum. A line that a crash cut short is taken for
    absent, and the next entry begins on a line of its own. A whole line that does not fit its
    checksum was changed by somebody, and is an error.

    Args:
        path: The file; None keeps the entries in memory.

    Raises:
        BadInput: The file cannot be read, or holds a line that was changed.

    Guide: BP-2, CHK-3.

    Examples:
        >>> ledger = Ledger()
        >>> ledger.add({"kind": "note", "text": "begun"})
        >>> len(ledger), ledger.entries("note")[0]["text"]
        (1, 'begun')
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._entries: list[dict[str, Any]] = []
        self._torn = False
        if path is not None and path.exists():
            self._read(path)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._entries)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the entries, oldest first."""
        return iter(self._entries)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write an entry, and return when the disk has it.

        Args:
            entry: Plain data; numbers that are not finite become null.
        """
        plain = json.loads(json.dumps(strict(entry)))
        if self.path is not None:
            text = _sealed(plain)
            try:
                with self.path.open("ab") as file:
                    file.write((b"\n" if self._torn else b"") + text.encode() + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                self._torn = True
                raise bad_input(
                    "ledger_unwritable",
                    f"The ledger {self.path} could not be added to",
                    expected="free space and write permission",
                    received=error.strerror or str(error),
                    remedy="Make room and go on with --resume; what was written is kept",
                ) from error
            self._torn = False
        self._entries.append(plain)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """Return the entries of one kind, oldest first."""
        return [entry for entry in self._entries if entry.get("kind") == kind]

    def frame(self) -> pd.DataFrame:
        """Return the steps as a data frame: one row for each change that was tried."""
        import pandas as pd

        rows = []
        for entry in self.entries("step"):
            verdict = entry.get("verdict") or {}
            rows.append(
                {
                    "phase": entry["change"]["phase"],
                    "setting": entry["change"]["setting"],
                    "value": entry["change"]["value"],
                    "rule": entry["change"]["rule"],
                    "verdict": verdict.get("verdict"),
                    "metric": verdict.get("metric"),
                    "before": verdict.get("before"),
                    "after": verdict.get("after"),
                    "gain": verdict.get("gain"),
                    "low": verdict.get("low"),
                    "high": verdict.get("high"),
                    "trainings": entry["trainings"],
                    "seconds": entry["seconds"],
                    "hypothesis": entry["change"]["hypothesis"],
                }
            )
        return pd.DataFrame(rows)

    def _read(self, path: Path) -> None:
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise bad_input(
                "ledger_unreadable",
                f"The ledger {path} cannot be read",
                received=error.strerror or str(error),
            ) from error
        self._torn = bool(lines[-1])
        full = [(number, line) for number, line in enumerate(lines, 1) if line]
        for number, line in full:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # cut short by a crash: such a line never holds whole JSON
            if not isinstance(entry, dict) or entry.pop(SUM, None) != _checksum(_text(entry)):
                raise bad_input(
                    "ledger_damaged",
                    f"Line {number} of the ledger {path} does not fit its checksum",
                    expected="lines as goodfit wrote them",
                    received=repr(line[:60].decode(errors="replace")),
                    remedy="Restore the file; a ledger is not meant to be edited",
                )
            self._entries.append(entry)


def _text(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, allow_nan=False)


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _sealed(entry: Mapping[str, Any]) -> str:
    """Return one line of JSON that ends with the checksum of the rest."""
    text = _text(entry)
    return f'{text[:-1]}, "{SUM}": "{_checksum(text)}"}}'
