"""A copy of a search where other machines can reach it: any address that fsspec knows.

The search itself stays in a local folder, where a line can be added to a file and be on disk. So
a driver whose machine is lost goes on elsewhere with what the copy holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from ...zoo.errors import BadInput, bad_input, require
from ..files import write_atomically
from .journal import JOURNAL

__all__ = ["Storage"]

EVERY_SECONDS = 5.0
"""The journal is copied no more often; a bucket takes a tenth of a second for each copy."""
SET_ASIDE = "best-before-"
"""Runs that are no longer the best stay where they are."""


class Storage:
    """Keeps copies of searches below one address.

    Args:
        address: Such as `s3://bucket/searches`, `gs://…`, `abfs://…` or `file:///mnt/shared`.

    Raises:
        BadInput: fsspec does not know such an address, or the package for it is not installed.
        MissingExtra: fsspec is not installed.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        core = require("fsspec.core", "ray")
        try:
            self._files, self._root = core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise bad_input(
                "storage_unknown",
                f"Nothing can be kept at {address}",
                expected="an address such as s3://bucket/folder, and the package that reads it",
                received=str(error).strip().partition("\n")[0],
            ) from error
        self._copied: dict[str, tuple[int, int]] = {}
        self._last = -EVERY_SECONDS

    def fetch(self, folder: Path) -> bool:
        """Fill the folder of a search with what is kept of it, if that is more than it has.

        Args:
            folder: The local folder; its name is that of the copy.

        Returns:
            Whether the copy had more.

        Raises:
            BadInput: The copy cannot be read, or went on from the same beginning differently.
        """
        try:
            if not self._files.exists(self._path(folder, JOURNAL)):
                return False
            there = self._files.cat_file(self._path(folder, JOURNAL))
            here = (folder / JOURNAL).read_bytes() if (folder / JOURNAL).is_file() else b""
            if not _continues(there, here):
                if _continues(here, there):
                    return False
                raise bad_input(
                    "storage_differs",
                    f"The search in {folder} and its copy at {self.address} went different ways",
                    expected="one of them to be the beginning of the other",
                    remedy="Move the one away that is not to be gone on with",
                )
            for path in self._files.find(self._path(folder)):
                name = path.removeprefix(self._path(folder)).lstrip("/")
                if ".." not in name.split("/"):  # in a bucket that is a name like any other
                    self._get(path, folder / name)
        except OSError as error:
            raise self._failed(error) from error
        return True

    def keep(self, folder: Path, *, journal_only: bool = False) -> bool:
        """Copy what changed since the last time.

        Args:
            folder: The local folder of a search.
            journal_only: Copy only what a driver needs to go on, and that not too often; if it
                fails, the next call tries again.

        Returns:
            Whether the copy is as new as the folder.

        Raises:
            BadInput: Something could not be written; never with `journal_only`.
        """
        if journal_only and time.monotonic() - self._last < EVERY_SECONDS:
            return False
        self._last = time.monotonic()
        try:
            for path in [folder / JOURNAL] if journal_only else _kept(folder):
                status = path.stat()
                state = (status.st_size, status.st_mtime_ns)
                name = path.relative_to(folder).as_posix()
                if self._copied.get(name) != state:
                    self._put(path, self._path(folder, name))
                    self._copied[name] = state
        except OSError as error:
            if journal_only:
                return False
            raise self._failed(error, f"The search is whole in {folder}") from error
        return True

    def _path(self, folder: Path, name: str = "") -> str:
        return "/".join(part for part in (self._root.rstrip("/"), folder.name, name) if part)

    def _put(self, path: Path, target: str) -> None:
        self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(target, path.read_bytes())

    def _get(self, source: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = self._files.cat_file(source)
        write_atomically(path, lambda place: _write(place, content))

    def _failed(self, error: OSError, remedy: str = "") -> BadInput:
        return bad_input(
            "storage_failed",
            f"{self.address} cannot be used",
            expected="an address that can be read and written to",
            received=(error.strerror or str(error) or type(error).__name__),
            remedy=remedy,
        )


def _kept(folder: Path) -> Iterator[Path]:
    """Yield the files worth keeping, the journal last: what it tells of is there already."""
    for path in sorted(folder.rglob("*"), key=lambda path: (path.name == JOURNAL, path)):
        names = path.relative_to(folder).parts
        if path.is_file() and not any(n.startswith((".", SET_ASIDE)) for n in names):
            yield path


def _continues(longer: bytes, shorter: bytes) -> bool:
    """Return whether a journal begins with all whole lines of another; a crash cuts the last."""
    whole = shorter[: shorter.rfind(b"\n") + 1]
    return len(longer) >= len(whole) and longer.startswith(whole)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
