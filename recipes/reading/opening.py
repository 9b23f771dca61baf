"""Find a file, tell what it holds by its first bytes, and open it."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from ...zoo.errors import BadInput, bad_input, did_you_mean

__all__ = ["Place", "find", "read_head"]

HEAD_BYTES = 1 << 18
COMPRESSIONS: dict[str, tuple[bytes, Callable[..., Any]]] = {
    "gzip": (b"\x1f\x8b", gzip.open),
    "bz2": (b"BZh", bz2.open),
    "xz": (b"\xfd7zXZ\x00", lzma.open),
}
READABLE = "a CSV, TSV, Parquet or npz file (CSV and TSV also as .gz, .bz2 or .xz)"
# What people have at hand that is no table of text, with what to do about it.
FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV"),
    (b"\x93NUMPY", "a single numpy array", "Save features and target: np.savez(file, X=X, y=y)"),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV"),
    (b"\x89HDF", "an HDF5 file", "Save the table as CSV or Parquet"),
    (b"ARROW1", "an Arrow (Feather) file", "Save the table as Parquet"),
    (b"%PDF", "a PDF document", "Save the table as CSV"),
    (b"\x89PNG", "an image", "Give a table"),
    (b"\xff\xd8\xff", "an image", "Give a table"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it first, or compress with gzip"),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first"),
    (b"\x80\x04\x95", "a Python pickle, which could run code", "Save the table as CSV or Parquet"),
    (b"\x80\x05\x95", "a Python pickle, which could run code", "Save the table as CSV or Parquet"),
)


@dataclass(frozen=True)
class Place:
    """A readable file and what its first bytes say it is.

    Args:
        path: Where it is, absolute.
        format: `text`, `parquet` or `npz`.
        compression: `gzip`, `bz2`, `xz` or None.
    """

    path: Path
    format: str
    compression: str | None = None

    @property
    def name(self) -> str:
        """The file's own name, for messages."""
        return self.path.name

    @property
    def suffix(self) -> str:
        """The suffix in lower case, that of the compression left off."""
        suffixes = [part.lower() for part in self.path.suffixes]
        if suffixes and suffixes[-1] in (".gz", ".bz2", ".xz"):
            suffixes.pop()
        return suffixes[-1] if suffixes else ""

    def open(self) -> IO[bytes]:
        """Open for reading bytes, unpacked."""
        if self.compression:
            return cast(IO[bytes], COMPRESSIONS[self.compression][1](self.path, "rb"))
        return self.path.open("rb")


def find(source: str | Path, also: tuple[str, ...] = ()) -> Place:
    """Return the file at `source` with its format, told by content and not by name alone.

    Args:
        source: A path.
        also: Names that are no files but would have been accepted, for "did you mean".

    Raises:
        BadInput: There is no such file, it is a folder, may not be read, is empty, or is of a
            format that is not read here.
    """
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            raise _folder(path)
        with path.open("rb") as file:
            start = file.read(64)
    except FileNotFoundError:
        raise _missing(path, also) from None
    except NotADirectoryError:
        raise _missing(path, also) from None
    except PermissionError as error:
        raise bad_input(
            "file_unreadable",
            f"The file {path} may not be read",
            expected="a file with read permission",
            received=error.strerror or "permission denied",
            remedy=f"Give yourself permission (chmod u+r {path}), or copy the file",
        ) from error
    except OSError as error:
        raise bad_input(
            "file_unreadable",
            f"The file {path} could not be opened",
            received=error.strerror or str(error),
        ) from error
    if not start:
        raise _empty(path)
    path = path.absolute()
    for name, (magic, _) in COMPRESSIONS.items():
        if start.startswith(magic):
            return _told(Place(path, "text", name), read_head(Place(path, "text", name), 64))
    return _told(Place(path, "text"), start)


def read_head(place: Place, size: int = HEAD_BYTES) -> bytes:
    """Return the first bytes of the file, unpacked.

    Raises:
        BadInput: The file is damaged.
    """
    try:
        with place.open() as file:
            return file.read(size)
    except (EOFError, OSError, lzma.LZMAError) as error:
        raise damaged(place, error) from error


def damaged(place: Place, error: Exception) -> BadInput:
    """Return what to raise when a compressed file cannot be unpacked."""
    return bad_input(
        "file_damaged",
        f"{place.path} could not be unpacked; it may have been cut off while it was copied",
        expected=f"a whole {place.compression or 'readable'} file",
        received=str(error) or type(error).__name__,
        remedy="Copy or download it again",
    )


def _told(place: Place, start: bytes) -> Place:
    """Return the place with its format, or raise for one that is not read here."""
    path, packed = place.path, place.compression
    if not start:
        raise _empty(path)
    if start.startswith(b"PAR1"):
        if packed:
            raise _foreign(path, "a compressed Parquet file", "Unpack it first")
        return Place(path, "parquet")
    if start.startswith(b"PK"):
        if not packed and _is_npz(path):
            return Place(path, "npz")
        raise _foreign(path, "an Excel workbook or a zip archive", "Save the sheet as CSV")
    for magic, what, remedy in FOREIGN:
        if start.startswith(magic):
            raise _foreign(path, what, remedy)
    if place.suffix in (".parquet", ".pq", ".npz"):
        raise _foreign(
            path, f"no {place.suffix[1:]} file, whatever its name says", "Check the file"
        )
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if place.suffix in (".json", ".jsonl", ".ndjson") or text.startswith((b'{"', b'[{"')):
        raise _foreign(path, "JSON", "Save it as CSV: pandas.read_json(file).to_csv(other)")
    if text[:9].lower() == b"@relation":
        raise _foreign(path, "an ARFF file", "Save the table as CSV")
    if text[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise _foreign(path, "a web page or XML, not the table itself", "Download the raw file")
    return place


def _is_npz(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except zipfile.BadZipFile:
        return path.suffix.lower() == ".npz"


def _missing(path: Path, also: tuple[str, ...]) -> BadInput:
    folder = path.parent
    if not folder.is_dir():
        return bad_input(
            "file_missing",
            f"There is no file {path}: the folder {folder} does not exist",
            remedy="Check the path",
        )
    names = sorted(item.name for item in folder.iterdir() if item.is_file())
    names = [name for name in names if not name.startswith(".")]
    hint = did_you_mean(path.name, [*names, *also])
    beside = f"Folder {folder.absolute()} holds it not"
    return bad_input(
        "file_missing", f"There is no file {path}", received=beside, remedy=hint or "Check the path"
    )


def _folder(path: Path) -> BadInput:
    tables = sorted(
        item.name for item in path.iterdir() if item.is_file() and not item.name.startswith(".")
    )
    inside = f"a folder with {', '.join(tables[:5])}" if tables else "a folder without files"
    remedy = f"Give the file itself, such as {path / tables[0]}" if tables else "Give a file"
    return bad_input(
        "folder_given",
        f"{path} is a folder, and a file is due",
        expected=READABLE,
        received=inside,
        remedy=remedy,
    )


def _empty(path: Path) -> BadInput:
    return bad_input(
        "file_empty",
        f"The file {path} is empty",
        expected="a line of column names and one line for each row",
        received="0 bytes",
        remedy="Check how it was written or copied",
    )


def _foreign(path: Path, what: str, remedy: str) -> BadInput:
    return bad_input(
        "format_unknown",
        f"The file {path} is not in a format that is read here",
        expected=READABLE,
        received=what,
        remedy=remedy,
    )
