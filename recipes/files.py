"""Files are written whole or not at all, and a folder of a run is never used twice."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..zoo.errors import bad_input

__all__ = ["new_folder", "strict", "write_atomically", "write_json", "write_text"]


def write_atomically(path: str | Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary file beside `path`, then move it there in one step.

    Args:
        path: The file to make or replace.
        write: Called with the temporary path, which keeps the suffix of `path`.

    Returns:
        The path.

    Raises:
        BadInput: The folder cannot be written to, or the disk is full. `path` is as it was.
    """
    path = Path(path)
    temporary = None
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
        )
        temporary = Path(name)
        os.close(handle)
        write(temporary)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except OSError as error:
        raise bad_input(
            "file_unwritable",
            f"{path} could not be written",
            expected="a folder with write permission and free space",
            received=error.strerror or str(error),
            remedy="Choose another place with --output; what was there before is unchanged",
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
    return path


def write_text(path: str | Path, text: str) -> Path:
    """Write `text` as UTF-8 to `path` atomically; raises as `write_atomically`."""
    return write_atomically(path, lambda place: _write(place, text))


def write_json(path: str | Path, data: Any) -> Path:
    """Write `data` as strict JSON (no NaN) to `path` atomically; raises as `write_atomically`."""
    return write_text(path, json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def strict(value: Any) -> Any:
    """Return plain data for strict JSON: numpy scalars unwrapped, NaN and infinity as null."""
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strict(item) for item in value]
    if hasattr(value, "tolist"):
        return strict(value.tolist())
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return None
    return value


def new_folder(path: str | Path, *, beside: Sequence[str] = ()) -> Path:
    """Make and return a folder that holds nothing yet.

    Args:
        path: The folder.
        beside: Names of files and folders that may be in it all the same.

    Raises:
        BadInput: There is a file of that name, the folder holds something, or it cannot be made.
    """
    path = Path(path)
    remedy = "Choose another folder with --output"
    held = sorted(item.name for item in path.iterdir()) if path.is_dir() else []
    held = [name for name in held if name not in beside]
    if held:
        raise bad_input(
            "folder_not_empty",
            f"The folder {path} already holds files, and a run never overwrites another",
            expected="a new or empty folder",
            received=", ".join(held[:5]),
            remedy=remedy,
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise bad_input(
            "folder_unwritable",
            f"The folder {path} could not be made",
            received=error.strerror or str(error),
            remedy=remedy,
        ) from error
    return path


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
