"""Sentences whose every word has a tag: tables, CoNLL files, and sequences from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input
from ...zoo.ragged import as_rows
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..dataset import Dataset
from .few_rows import few_rows
from .forms import Form
from .headers import clean_name
from .opening import find
from .raw_texts import open_table, pieces, raw_texts, required_columns
from .tables import Table
from .wording import plural, quoted, some

__all__ = ["FORM"]

CONLL = (".conll", ".bio", ".iob", ".iob2")
TEXT_NAMES = ("tokens", "words", "text", "sentence", "token", "sequence")
TAG_NAMES = ("tags", "slots", "labels", "ner_tags", "target", "label", "tag")
_DOCUMENT = "-DOCSTART-"


def _fits(source: Any, task: str | None, options: Mapping[str, Any]) -> bool:
    del options
    return task == "sequence_labelling" or (task is None and _is_conll(source))


def _is_conll(source: Any) -> bool:
    """Return whether a path is named as such a file, or is a text with blank lines in it."""
    if not isinstance(source, str | Path):
        return False
    suffixes = [part.lower() for part in Path(source).suffixes]
    if suffixes and suffixes[-1] in (".gz", ".bz2", ".xz"):
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in CONLL


def _has_blank_lines(source: Any) -> bool:
    """Return whether a `.txt` has a blank line between others, which a table has not."""
    if not isinstance(source, str | Path) or ".txt" not in Path(source).suffixes:
        return False
    with find(source).open() as file:
        lines = file.read(1 << 16).decode("utf-8", "replace").splitlines()
    return any(line.strip() == "" for line in lines[:-1])


def _read(source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]) -> Dataset:
    """Return sentences with class numbers for their words; see `Form`."""
    if task not in (None, "sequence_labelling") and not isinstance(task, Task):
        message = f"Words with tags do not fit the task {task}"
        raise bad_input(
            "task_unfit", message, expected="sequence_labelling, or no task", received=repr(task)
        )
    if isinstance(source, tuple) and len(source) == 2:
        table, name, column, values, tags = _from_pair(*source)
        tag_name = "y"
    elif _is_conll(source) or _has_blank_lines(source):
        table, values, tags = _from_conll(source, options, tagged=True)
        name, tag_name, column = "tokens", "tags", Column("tokens", "text")
    else:
        table = open_table(source, options)
        name, tag_name = _names(table, target, options)
        column, values = Column(name, "text"), raw_texts(table, name)
        tags = [pieces(cell) for cell in raw_texts(table, tag_name)]
    lengths = [len(pieces(v)) if column.kind == "text" else len(v) for v in values]
    _check_lengths(table, lengths, tags, name, tag_name)
    made, labels = _labels(table, tags, task, tag_name)
    kept = np.array([length > 0 for length in lengths], bool)
    if few := few_rows(int(kept.sum()), "sequence", f"in {table.label}", least=3):
        raise BadInput(*few)
    choices = dict(table.choices)
    reason = "A tag for each word." if column.kind == "text" else "A tag for each step."
    choices["task"] = Choice("sequence_labelling", "SEQ-10", {"tags": len(made.names)}, reason)
    choices["target"] = Choice(tag_name, reason=f"It has as many tags as {name} has steps.")
    choices[name] = Choice(column.kind, "PH-1a", {}, "What the tags belong to.")
    if not kept.all():
        empty = int((~kept).sum())
        choices["rows"] = Choice(int(kept.sum()), "PH-1b", {"empty": empty}, "Empty ones left out.")
    told = {"text": name, "task": "sequence_labelling"} | dict(options) | dict(table.options)
    group = clean_name(options["group"]) if options.get("group") else None
    extras = {}
    if group is not None:
        required_columns(table, [group])
        extras[group] = raw_texts(table, group)
    found = Dataset(
        {name: values},
        labels,
        (column,),
        made,
        (tag_name,),
        table.source,
        table.numbers,
        choices,
        {key: value for key, value in told.items() if value is not None},
        extras,
    )
    return found if kept.all() else found.take(np.flatnonzero(kept))


def _names(table: Table, target: Any, options: Mapping[str, Any]) -> tuple[str, str]:
    """Return the columns of the words and of their tags: as told, else by name, else the rest."""
    left_out = {clean_name(name) for name in _several(options.get("ignore"))}
    names = [name for name in table.columns if name not in left_out]
    told = [clean_name(name) for name in _several(options.get("text"))]
    wanted = [clean_name(name) for name in _several(target)]
    if len(told) > 1 or len(wanted) > 1:
        message = "Words and their tags stand in one column each"
        raise bad_input(
            "columns_unclear", message, expected="one name", received=quoted([*told, *wanted])
        )
    required_columns(table, [*told, *wanted])
    free = [name for name in names if name not in told]
    tag = wanted or [n for n in TAG_NAMES if n in free][:1] or free[-1:]
    free = [name for name in names if name not in tag]
    text = told or [n for n in TEXT_NAMES if n in free][:1] or (free if len(free) == 1 else [])
    if not text or not tag:
        raise bad_input(
            "columns_unclear",
            f"It is not clear which columns of {table.label} hold words and tags",
            expected="two columns",
            received=quoted(names, 12),
            remedy="Name them, as in --text tokens --target tags",
        )
    return text[0], tag[0]


def _several(value: Any) -> list[Any]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _from_conll(
    source: Any, options: Mapping[str, Any], *, tagged: bool
) -> tuple[Table, NDArray[Any], list[list[str]]]:
    """Return the sentences of a file with a word on each line, the tag in the last column."""
    import pandas as pd

    place = find(source)
    encoding = options.get("encoding") or "utf-8"
    sentences, lines, wrong = [([], [])], [], []
    try:
        with place.open() as file:
            text = file.read().decode(encoding)
    except UnicodeDecodeError as error:
        hint = "Name the encoding, as in --encoding latin-1"
        raise bad_input("encoding_wrong", f"{place.name} is not {encoding}", remedy=hint) from error
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        cells = pieces(line)
        words, tags = sentences[-1]
        if not cells or cells[0] == _DOCUMENT:
            if words:
                sentences.append(([], []))
            continue
        if tagged and len(cells) < 2:
            wrong.append(number)
        if not words:
            lines.append(number)
        words.append(cells[0])
        tags.append(cells[-1])
    if wrong:
        raise bad_input(
            "tag_missing",
            f"{plural(len(wrong), 'line')} of {place.name} hold no tag: {some(wrong)}",
            expected="a word, a blank, and its tag in the last column",
        )
    sentences = [sentence for sentence in sentences if sentence[0]]
    if not sentences:
        raise bad_input("rows_missing", f"There is no sentence in {place.name}")
    values = np.array([" ".join(words) for words, _ in sentences] + [None], object)[:-1]
    columns: dict[str, Any] = {"tokens": pd.Series(values)}
    table = Table(columns, str(place.path), place.name, options={"encoding": encoding})
    return table, values, [tags for _, tags in sentences]


def _from_pair(x: Any, y: Any) -> tuple[Table, str, Column, NDArray[Any], list[list[str]]]:
    """Return sequences of numbers `(steps, width)`, or sentences, with their tags."""
    if len(x) != len(y):
        message = "Sequences and their tags are not equally many"
        raise bad_input("rows_ragged", message, expected=f"{len(x)} rows", received=str(len(y)))
    tags = [pieces(row) if isinstance(row, str) else [str(tag) for tag in row] for row in y]
    table = Table({}, "arrays", "the arrays", numbers=np.arange(1, len(x) + 1))
    first = x[0] if len(x) else ""
    if isinstance(first, str) or (len(first) and isinstance(first[0], str)):
        texts = [row if isinstance(row, str) else " ".join(row) for row in x]
        values = np.array([*texts, None], object)[:-1]
        return table, "x", Column("x", "text"), values, tags
    values = as_rows([row if np.ndim(row) > 1 else np.reshape(row, (-1, 1)) for row in x])
    return table, "x", Column("x", "sequence", values[0].shape[1]), values, tags


def _check_lengths(
    table: Table, lengths: Sequence[int], tags: Sequence[Sequence[str]], name: str, tag_name: str
) -> None:
    """Refuse rows whose tags are more or fewer than their words; every one is named."""
    wrong = [i for i, n in enumerate(lengths, 1) if n != len(tags[i - 1])]
    if not wrong:
        return
    shown = [f"{lengths[i - 1]} and {len(tags[i - 1])}" for i in wrong]
    where = table.where(wrong, len(wrong))
    raise BadInput(
        Problem(
            "tags_uncounted",
            f"'{name}' and '{tag_name}' hold different numbers of steps and tags at {where}",
            "one tag for each step, parted by blanks",
            some(shown),
            "Correct these rows, or remove them",
        )
    )


def _labels(
    table: Table, tags: Sequence[Sequence[str]], task: str | Task | None, tag_name: str
) -> tuple[Task, NDArray[Any]]:
    """Return the task and class numbers; the tags of a task that was given are kept to."""
    found = sorted({tag for row in tags for tag in row})
    made = task if isinstance(task, Task) else Task("sequence_labelling", tuple(found) or ("O",))
    if unknown := [tag for tag in found if tag not in made.names]:
        rows = [i for i, row in enumerate(tags, 1) if set(row) & set(unknown)]
        raise bad_input(
            "target_unknown_class",
            f"'{tag_name}' holds tags that the model has not learned, at {table.where(rows)}",
            expected="one of " + quoted(made.names, 12),
            received=quoted(unknown),
            remedy="Remove these rows, or train again with them",
        )
    if len(found) < 2 and not isinstance(task, Task):
        message = f"'{tag_name}' holds a single tag"
        raise bad_input(
            "target_constant", message, expected="at least two tags", received=quoted(found)
        )
    numbers = {tag: number for number, tag in enumerate(made.names)}
    return made, as_rows([[numbers[tag] for tag in row] for row in tags], np.int64)


def _read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
    """Return sequences to tag; see `Form`."""
    (column,) = columns
    if column.kind != "text":
        rows = source[column.name] if isinstance(source, Mapping) else source
        values = as_rows([row if np.ndim(row) > 1 else np.reshape(row, (-1, 1)) for row in rows])
        return Dataset({column.name: values}, None, (column,), None, options=dict(options))
    if _is_conll(source) or _has_blank_lines(source):
        table, values, _ = _from_conll(source, options, tagged=False)
    elif isinstance(source, list | np.ndarray):
        return _read_rows({column.name: list(source)}, columns, options)
    else:
        table = open_table(source, options, one_column=True)
        required_columns(table, [column.name])
        values = raw_texts(table, column.name)
    return Dataset(
        {column.name: values},
        None,
        (column,),
        None,
        (),
        table.source,
        table.numbers,
        options=dict(options),
    )


FORM = Form(_fits, _read, _read_rows, ("text", "ignore", "separator", "encoding", "group"))
