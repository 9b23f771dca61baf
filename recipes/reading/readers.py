"""Read a table from a text file, a Parquet file, a data frame or arrays, with pandas' readers."""

from __future__ import annotations

import importlib.util
import io
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...zoo.errors import BadInput, Problem, bad_input, require
from ..config import Choice
from .encodings import choose_encoding, undecodable
from .headers import clean_names
from .memory import check_memory
from .opening import Place, damaged, read_head
from .separators import choose_separator, records
from .tables import Table
from .wording import plural, some

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_frame", "read_parquet", "read_text"]

# Peak bytes of reading, measured on files of 100 MB: for each byte of text, and for each cell as
# text and as a number. Without pyarrow every cell is a Python string.
BYTES_PER_BYTE = 2.0
BYTES_PER_CELL = 45
BYTES_PER_PYTHON_STRING = 75
UNPACKED_PER_PACKED = 6.0


def read_text(
    place: Place,
    separator: str | None = None,
    encoding: str | None = None,
    *,
    preferred: str = "",
    one_column: bool = False,
) -> Table:
    """Read a delimited text file; every cell stays text until its column's kind is known.

    Args:
        place: The file.
        separator: What parts the fields; None tells it from the file.
        encoding: None takes the file's mark, or UTF-8.
        preferred: The separator of the training rows, for rows to predict.
        one_column: Whether a table of one column is welcome.

    Raises:
        BadInput: Wrong encoding or separator, no rows, ragged rows, repeated or missing names, or
            too little memory.
    """
    import pandas as pd

    encoded = choose_encoding(place, encoding)
    head = read_head(place)
    sample = head.decode(encoded.value, "replace")
    cut = sample.rfind("\n")
    whole = len(head) < 1 << 17 or cut < 0
    sample = sample if whole else sample[: cut + 1]
    if not sample.strip():
        raise _no_rows(place, "blank lines only")
    parted = choose_separator(
        sample, place.path, separator, preferred=preferred, one_column=one_column
    )
    memory = check_memory(place.path, _needed(place, sample, parted.value))
    packed: Any = place.compression
    options: dict[str, Any] = {"separator": parted.value, "encoding": encoded.value}
    try:
        frame = pd.read_csv(
            place.path,
            sep=r"\s+" if parted.value == " " else parted.value,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_values=[],
            skipinitialspace=True,
            encoding=encoded.value,
            compression=packed,
        )
    except UnicodeError as error:
        raise undecodable(place, encoded.value) from error
    except pd.errors.EmptyDataError as error:
        raise _no_rows(place, "no column names") from error
    except pd.errors.ParserError as error:
        raise _unparsable(place, options, error) from error
    except (EOFError, lzma.LZMAError, OSError) as error:
        raise damaged(place, error) from error
    names, choices = clean_names(list(frame.iloc[0].fillna("")), place.name)
    if len(frame) < 2:
        raise _no_rows(place, "only a header")
    if (frame.iloc[:, -1] == "").any():
        _check_widths(place, options, len(names))
    frame = frame.iloc[1:].reset_index(drop=True)
    choices |= {"separator": parted, "encoding": encoded} | ({"memory": memory} if memory else {})
    columns = {name: frame.iloc[:, i] for i, name in enumerate(names)}
    evidence = "," if parted.value == ";" else ""
    return Table(columns, str(place.path), place.name, place, choices, options, evidence)


def read_parquet(place: Place) -> Table:
    """Read a Parquet file with pyarrow.

    Raises:
        BadInput: The file is damaged, has no rows, names repeat, or memory is short.
        MissingExtra: The package pyarrow is not installed.
    """
    import pandas as pd

    parquet = require("pyarrow.parquet", "parquet")
    try:
        with parquet.ParquetFile(place.path) as file:
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        cells = sum(group.num_rows * group.num_columns for group in groups)
        memory = check_memory(place.path, 3 * size + 16 * cells)
        frame = pd.read_parquet(place.path, engine="pyarrow")
    except BadInput:
        raise
    except (OSError, ValueError) as error:
        raise bad_input(
            "file_damaged",
            f"{place.path} could not be read as Parquet",
            expected="a whole Parquet file",
            received=str(error).splitlines()[0],
            remedy="Write or copy it again",
        ) from error
    table = read_frame(frame, str(place.path), place.name)
    table.choices |= {"memory": memory} if memory else {}
    return table


def read_frame(frame: pd.DataFrame, source: str = "", label: str = "") -> Table:
    """Take a data frame as a table; the index is not read.

    Raises:
        BadInput: No rows or columns, a MultiIndex of columns, or repeated names.
    """
    import pandas as pd

    label = label or "the data frame"
    if isinstance(frame.columns, pd.MultiIndex):
        raise bad_input(
            "columns_nested",
            f"The columns of {label} have {frame.columns.nlevels} levels of names",
            expected="one name for each column",
            received=str(frame.columns[0]),
            remedy="Join the levels: frame.columns = frame.columns.map('_'.join)",
        )
    names, choices = clean_names(list(frame.columns), label, first_line=False)
    if not names or not len(frame):
        raise bad_input(
            "rows_missing",
            f"There is nothing in {label}",
            expected="rows and columns",
            received=f"{plural(len(frame), 'row')} of {plural(len(names), 'column')}",
        )
    if isinstance(frame.index, pd.MultiIndex) or frame.index.name is not None:
        said = some(str(name) for name in frame.index.names)
        reason = "The index is not read; reset_index() turns it into columns."
        choices["index"] = Choice(said, reason=reason)
    frame = frame.reset_index(drop=True)
    columns = {name: frame.iloc[:, i] for i, name in enumerate(names)}
    shape = f"a data frame of {len(frame):,} rows and {len(names)} columns"
    return Table(columns, source or shape, label, choices=choices)


def from_mapping(columns: Mapping[str, Any]) -> Table:
    """Take a dictionary of equally long columns as a table.

    Raises:
        BadInput: The lengths differ.
    """
    import pandas as pd

    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise bad_input(
            "rows_ragged",
            "The columns are not equally long",
            received=some(f"{name}: {length}" for name, length in lengths.items()),
        )
    return read_frame(pd.DataFrame({name: list(v) for name, v in columns.items()}))


def _needed(place: Place, sample: str, separator: str) -> float:
    """Return the bytes that reading a text file takes at its peak."""
    size = float(Path(place.path).stat().st_size)
    if place.compression == "gzip":
        with place.path.open("rb") as file:
            file.seek(-4, 2)
            # The stored length is kept modulo 2**32.
            unpacked = int.from_bytes(file.read(4), "little")
        size = unpacked if unpacked >= size else size * UNPACKED_PER_PACKED
    elif place.compression:
        size *= UNPACKED_PER_PACKED
    cells = sample.count(separator) + sample.count("\n")
    python_strings = importlib.util.find_spec("pyarrow") is None
    cell = BYTES_PER_CELL + (BYTES_PER_PYTHON_STRING if python_strings else 0)
    return size * (BYTES_PER_BYTE + cell * cells / max(1, len(sample)))


def _no_rows(place: Place, found: str) -> BadInput:
    return bad_input(
        "rows_missing",
        f"There are no rows in {place.path}",
        expected="a line of column names and one line for each row",
        received=found,
        remedy="Check how the file was written",
    )


def _widths(place: Place, options: Mapping[str, Any]) -> tuple[int, list[tuple[int, int]], int]:
    """Return the header's width, (line, width) of the other rows that differ, and all rows."""
    with place.open() as raw:
        text = io.TextIOWrapper(raw, options["encoding"], "replace", newline="")
        lines = records(text, options["separator"])
        header, wrong, count = len(next(lines, (0, []))[1]), [], 0
        for line, fields in lines:
            count += 1
            if len(fields) != header:
                wrong.append((line, len(fields)))
    return header, wrong, count


def _check_widths(place: Place, options: Mapping[str, Any], width: int) -> None:
    # pandas fills short rows without a word.
    _, wrong, count = _widths(place, options)
    if wrong:
        raise _ragged(place, width, wrong, count)


def _ragged(place: Place, width: int, wrong: list[tuple[int, int]], count: int) -> BadInput:
    found = some(f"line {line} has {fields}" for line, fields in wrong)
    remedy = "Mend these lines; a field that holds the separator must stand in double quotes"
    if len(wrong) == count and {fields for _, fields in wrong} == {width + 1}:
        remedy = "Add the missing name to the first line, or remove the last separator of each row"
    return bad_input(
        "rows_ragged",
        f"{plural(len(wrong), 'row')} of {place.path} {'has' if len(wrong) == 1 else 'have'} "
        f"another number of fields than the header",
        expected=f"{width} fields",
        received=found,
        remedy=remedy,
    )


def _unparsable(place: Place, options: Mapping[str, Any], error: Exception) -> BadInput:
    if "EOF inside string" not in str(error):
        width, wrong, count = _widths(place, options)
        if wrong:
            return _ragged(place, width, wrong, count)
    problem = Problem(
        "rows_unreadable",
        f"The rows of {place.path} could not be parted into fields",
        "as many double quotes as close again" if "EOF" in str(error) else "a delimited text",
        str(error).removeprefix("Error tokenizing data. C error: ").strip(),
        "Look for a double quote that is not closed" if "EOF" in str(error) else "",
    )
    return BadInput(problem)
