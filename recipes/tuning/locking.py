"""One process at a time carries on a search; the lock goes with the process, however it ends."""

from __future__ import annotations

from pathlib import Path

from ...zoo.errors import bad_input

__all__ = ["FolderLock"]

LOCK = ".lock"


class FolderLock:
    """Holds the folder of a search until `close`, or until the process ends.

    On Windows, and on file systems without locks, nothing is held.

    Args:
        folder: The folder.

    Raises:
        BadInput: Another process holds it, or it cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._file = (folder / LOCK).open("w")
        except OSError as error:
            raise bad_input(
                "folder_unwritable",
                f"The folder {folder} cannot be written to",
                received=error.strerror or str(error),
            ) from error
        try:
            import fcntl
        except ModuleNotFoundError:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise bad_input(
                "search_running",
                f"Another process carries on the search in {folder}",
                expected="one process at a time",
                remedy="Wait for it, or end it; for several trials at once there is --workers",
            ) from None
        except OSError:
            return

    def close(self) -> None:
        """Let others carry on; a second time does nothing."""
        self._file.close()
