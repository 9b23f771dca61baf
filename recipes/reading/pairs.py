"""Pairs of texts, the second an answer to the first: a table with both, or two files of lines."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input, did_you_mean
from ...zoo.inputs.punctuation import part_punctuation
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset, SealedTest, Splits
from .few_rows import few_rows
from .forms import Form
from .headers import clean_name
from .sources import drop_empty_tail, open_source
from .wording import plural, some

__all__ = ["FORM"]

SO_FAR = " so far"
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".parquet", ".npz", ".zip", ".xlsx")
_OPTIONS = ("ignore", "separator", "encoding", "text", "drop_missing_target")


@dataclass(frozen=True)
class _Pairs:
    """Texts and answers as they were read, where from, and what reads them again."""

    first: NDArray[Any]
    second: NDArray[Any]
    names: tuple[str, str]
    source: str
    label: str
    rows: NDArray[np.int64]
    told: dict[str, Any]


def _fits(source: Any, kind: str | None, options: Mapping[str, Any]) -> bool:
    del source, options
    return kind == "translation"


def _read(source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]) -> Dataset:
    """Return texts to read, answers so far, and answers.

    Texts are read as they are but for runs of blanks; in the features punctuation stands apart.
    Nothing but an empty cell is missing: `None` or `NA` may be a word.
    """
    made = task if isinstance(task, Task) else Task("translation")
    asked = options.get("text")
    names = [asked] if isinstance(asked, str) else list(asked or [])
    if len(names) > 1:
        raise _unclear("More than one text is to be translated", "one column", some(names))
    beside = _lines_file(source, target)
    pairs = _parallel(source, beside) if beside else _columns(source, target, names, options)
    first, second, rows, answer = pairs.first, pairs.second, pairs.rows, pairs.names[1]
    problems = _problems(pairs)
    choices = {"target": Choice(answer, reason="You set it." if target else "It is the last.")}
    kept = np.array([text != "" for text in second], bool)
    if problems and options.get("drop_missing_target") and kept.any():
        left = int((~kept).sum())
        reason = f"{plural(left, 'row')} without a target left out, as set."
        choices["rows"] = Choice(int(kept.sum()), "PH-1b", {"left_out": left}, reason)
        first, second, rows, problems = first[kept], second[kept], rows[kept], []
    if problems:
        raise BadInput(*problems)
    columns = (Column(pairs.names[0], "text"), Column(Path(answer).name + SO_FAR, "text"))
    kind = "Its words and signs are read one by one; signs stand apart from words."
    choices |= {column.name: Choice("text", "SEQ-1", {}, kind) for column in columns}
    features = {columns[0].name: _parted(first), columns[1].name: _parted(second)}
    again = {option: options[option] for option in _OPTIONS if options.get(option)} | pairs.told
    again |= {"form": "pairs", "task": "translation"}
    return Dataset(features, second, columns, made, (answer,), pairs.source, rows, choices, again)


def _columns(source: Any, target: Any, names: list[str], options: Mapping[str, Any]) -> _Pairs:
    """Return both texts of a table."""
    table, _ = open_source(
        source, separator=options.get("separator"), encoding=options.get("encoding")
    )
    table = drop_empty_tail(table)
    ignored = options.get("ignore") or ()
    ignore = [clean_name(n) for n in ([ignored] if isinstance(ignored, str) else ignored)]
    found = [name for name in table.columns if name not in ignore]
    named = [target] if isinstance(target, str) or target is None else list(target)
    if len(named) > 1:
        raise _unclear("A translation has one target", "the column of the answers", some(named))
    answer = clean_name(named[0]) if named[0] is not None else (found or [""])[-1]
    unknown = [name for name in [answer, *map(clean_name, names)] if name not in found]
    if unknown:
        raise BadInput(
            *(
                Problem(
                    "target_unknown" if name == answer else "column_unknown",
                    f"There is no column '{name}' in {table.label}",
                    received=some(found),
                    remedy=did_you_mean(str(name), found),
                )
                for name in unknown
            )
        )
    sources = [clean_name(name) for name in names] or [name for name in found if name != answer]
    if len(sources) != 1 or sources == [answer]:
        message = f"It is not clear which column of {table.label} is to be translated"
        raise _unclear(message, "one column beside the target", some(sources) or "none")
    first, second = (_cells(table.columns[name], name) for name in (sources[0], answer))
    told = {o: table.options[o] for o in ("separator", "encoding") if o in table.options}
    both = (sources[0], answer)
    return _Pairs(first, second, both, table.source, table.label, table.numbers, told)


def _unclear(message: str, expected: str, received: str) -> BadInput:
    remedy = "Name the source with --text and the answer with --target"
    return BadInput(Problem("pairs_unclear", message, expected, received, remedy))


def _cells(values: Any, name: str) -> NDArray[Any]:
    """Return the texts of a column, runs of blanks as one; "" where there is none."""
    texts = np.empty(len(values), object)
    for row, value in enumerate(values):
        if isinstance(value, list | tuple | np.ndarray):
            message = f"Column '{name}' holds no texts"
            raise BadInput(Problem("column_type", message, "a text in each row", f"row {row + 1}"))
        # Only what is equal to itself is no NaN.
        absent = value is None or value != value or str(value) == "<NA>"
        texts[row] = "" if absent else " ".join(str(value).split())
    return texts


def _problems(pairs: _Pairs) -> list[Problem]:
    """Return what keeps pairs from being learnt from: too few, or answers that are missing."""
    count = len(pairs.second)
    if few := few_rows(count, "row", f"in {pairs.label}"):
        return few
    absent = pairs.rows[np.array([text == "" for text in pairs.second], bool)]
    if not len(absent):
        return []
    return [
        Problem(
            "target_missing_values",
            f"The target '{pairs.names[1]}' of {pairs.label} has missing values",
            "a text in every row",
            f"{plural(len(absent), 'row')} without one: {some(absent.tolist())}",
            "Fill or remove these rows, or leave them out with --drop-missing-target",
        )
    ]


def _parted(texts: NDArray[Any]) -> NDArray[Any]:
    parted = np.empty(len(texts), object)
    parted[:] = [part_punctuation(text) for text in texts]
    return parted


def _is_lines(source: Any) -> bool:
    """Return whether a source is a file of lines, and not one of a table."""
    if not isinstance(source, str | Path):
        return False
    path = Path(source)
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return path.is_file() and (not suffixes or suffixes[-1] not in _TABLES)


def _lines_file(source: Any, target: Any) -> Path | None:
    """Return the file of the answers, if the target is one: as named, or beside the source."""
    if isinstance(target, list | tuple) and len(target) == 1:
        target = target[0]
    if not isinstance(target, str | Path) or not isinstance(source, str | Path):
        return None
    if not Path(source).is_file():
        return None
    places = (Path(target), Path(source).parent / target)
    return next((path for path in places if path.is_file()), None)


def _lines(path: Path) -> NDArray[Any]:
    raw = path.read_bytes()
    try:
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (UnicodeDecodeError, OSError, EOFError) as error:
        message = f"The lines of {path} cannot be read"
        raise BadInput(Problem("encoding_wrong", message, "text in UTF-8", str(error))) from error
    # Only these end a line: others would shift all that follow against the other file.
    rows = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    lines = np.empty(len(rows), object)
    lines[:] = [" ".join(row.split()) for row in rows]
    return lines


def _parallel(source: Any, second: Path) -> _Pairs:
    """Return the lines of two files; line n of one belongs to line n of the other."""
    first = Path(source)
    ours, theirs = _lines(first), _lines(second)
    if len(ours) != len(theirs):
        raise bad_input(
            "rows_differ",
            f"{first.name} and {second.name} have different numbers of lines",
            expected="a line of the one for each line of the other",
            received=f"{len(ours):,} and {len(theirs):,}",
        )
    beside = second.resolve().parent == first.resolve().parent
    names = (first.name, second.name if beside else str(second.resolve()))
    rows = np.arange(1, len(ours) + 1)
    return _Pairs(ours, theirs, names, str(first.resolve()), second.name, rows, {})


def _read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
    """Return rows to translate; of their answers nothing is known."""
    name = columns[0].name
    if _is_lines(source):
        texts, label, numbers = _lines(Path(source)), str(Path(source).resolve()), None
    else:
        preferred = str(options.get("separator") or "")
        table, _ = open_source(source, preferred=preferred, one_column=True)
        table = drop_empty_tail(table)
        found = list(table.columns)
        if name not in found and len(found) != 1:
            message = f"There is no column '{name}' in {table.label}"
            remedy = did_you_mean(name, found)
            raise BadInput(Problem("column_missing", message, f"'{name}'", some(found), remedy))
        texts = _cells(table.columns[name if name in found else found[0]], name)
        label, numbers = table.source, table.numbers
    empty = np.full(len(texts), "", object)
    features = {name: _parted(texts), columns[1].name: empty}
    rows = np.arange(1, len(texts) + 1) if numbers is None else numbers
    return Dataset(features, None, tuple(columns), None, (), label, rows, {}, dict(options))


def _split(
    dataset: Dataset,
    validation_fraction: float,
    test_fraction: float,
    seed: int,
    log: Path | None,
) -> Splits:
    """Divide rows as those of a table, by their sources: equal sources stay in one part."""
    from ..splitting.parts import split

    so_far = dataset.columns[-1].name
    plain = replace(dataset.drop(so_far), options={}, rows=np.arange(1, len(dataset) + 1))
    made = split(
        plain, validation_fraction=validation_fraction, test_fraction=test_fraction, seed=seed
    )
    parts = [made.train, made.validation, made.test.open("put the answers so far back")]
    train, validation, test = (dataset.take(part.rows - 1) for part in parts)
    return Splits(train, validation, SealedTest(test, log), made.method, seed)


FORM = Form(_fits, _read, _read_rows, options=_OPTIONS, split=_split)
