"""Questions with answers that stand in a passage: tables, and JSON as the Stanford data have it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import BadInput, Problem, bad_input
from ...zoo.tasks import Column, Task
from ..answering.spans import PLACES
from ..config import Choice
from ..dataset import Dataset
from .few_rows import few_rows
from .forms import Form
from .headers import clean_name
from .opening import COMPRESSIONS, Place, find
from .raw_texts import open_table, raw_texts, required_columns, word_places
from .tables import Table
from .wording import plural, quoted, some

__all__ = ["FORM"]

PASSAGE_NAMES = ("passage", "context", "paragraph", "text", "document")
QUESTION_NAMES = ("question", "query")
ANSWER_NAMES = ("answer", "answer_text", "answers", "target")
START_NAMES = ("answer_start", "start")
FEWEST_PASSAGES = 10
_GLANCE = 1 << 20


def _fits(source: Any, task: str | None, options: Mapping[str, Any]) -> bool:
    del options
    if task is None and _is_json(source) and Path(source).is_file():
        with _json_place(source).open() as file:
            return b'"paragraphs"' in file.read(_GLANCE)
    return task == "span"


def _is_json(source: Any) -> bool:
    return isinstance(source, str | Path) and ".json" in Path(source).suffixes


def _json_place(source: Any) -> Place:
    """Return the file, which `find` would refuse: it looks for tables."""
    path = Path(source).expanduser().absolute()
    if not path.is_file():
        return find(source)  # which tells what is wrong
    with path.open("rb") as file:
        start = file.read(8)
    packed = (name for name, (magic, _) in COMPRESSIONS.items() if start.startswith(magic))
    return Place(path, "text", next(packed, None))


def _read(source: Any, target: Any, task: str | Task | None, options: Mapping[str, Any]) -> Dataset:
    """Return passages and questions with their answers; see `Form`."""
    kind = task.kind if isinstance(task, Task) else task
    if kind not in (None, "span"):
        message = f"Questions on passages do not fit the task {kind}"
        raise bad_input("task_unfit", message, expected="span, or no task", received=repr(kind))
    if _is_json(source):
        table = _from_json(source, answered=True)
        names, start_name = ("passage", "question", "answer"), "answer_start"
    else:
        table = open_table(source, options)
        names, start_name = _names(table, target, options)
    passage, question, answer = (raw_texts(table, name) for name in names)
    starts = raw_texts(table, start_name) if start_name else None
    places = _places(table, passage, answer, starts, names[0])
    if few := few_rows(len(table), "question", f"in {table.label}", least=3):
        raise BadInput(*few)
    choices = dict(table.choices)
    reason = "The answer is looked for in the passage."
    choices["task"] = Choice("span", "SEQ-10", {}, reason)
    choices["target"] = Choice(names[2], reason="Its text stands in the passage.")
    for name, role in zip(names[:2], ("read", "asked"), strict=True):
        choices[name] = Choice("text", "PH-1a", {}, f"What is {role}.")
    group, extras = clean_name(options["group"]) if options.get("group") else None, {PLACES: places}
    if group is not None:
        required_columns(table, [group])
        extras[group] = raw_texts(table, group)
    elif FEWEST_PASSAGES <= (different := len(set(passage))) < len(passage):
        # A passage that has been seen with one question would help with another.
        group = names[0]
        reason = f"{plural(different, 'passage')} have several questions: each stays in one part."
        choices["group"] = Choice(group, "PH-1c", {"passages": different}, reason)
    told = {"text": list(names[:2]), "task": "span", **options, **table.options, "group": group}
    return Dataset(
        {names[0]: passage, names[1]: question},
        answer,
        (Column(names[0], "text"), Column(names[1], "text")),
        Task("span"),
        (names[2],),
        table.source,
        table.numbers,
        choices,
        {key: value for key, value in told.items() if value is not None},
        extras,
    )


def _names(
    table: Table, target: Any, options: Mapping[str, Any]
) -> tuple[tuple[str, str, str], str | None]:
    """Return the columns of passage, question and answer, and of where it starts, if any."""
    text = options.get("text") or ()
    told = [clean_name(name) for name in ([text] if isinstance(text, str) else text)]
    wanted = [target] if isinstance(target, str) else list(target or ())
    wanted = [clean_name(name) for name in wanted]
    required_columns(table, [*told, *wanted])
    columns = list(table.columns)

    def by_name(names: Sequence[str]) -> list[str]:
        return [name for name in columns if name.lower() in names][:1]

    texts = told or by_name(PASSAGE_NAMES) + by_name(QUESTION_NAMES)
    answer = wanted or by_name(ANSWER_NAMES)
    if len(texts) != 2 or len(answer) != 1:
        raise bad_input(
            "columns_unclear",
            f"It is not clear which columns of {table.label} hold passage, question and answer",
            expected="columns called passage, question and answer",
            received=quoted(columns, 12),
            remedy="Name them, as in --text passage question --target answer",
        )
    return (texts[0], texts[1], answer[0]), next(iter(by_name(START_NAMES)), None)


def _places(
    table: Table,
    passages: NDArray[Any],
    answers: NDArray[Any],
    starts: NDArray[Any] | None,
    name: str,
) -> NDArray[np.int64]:
    """Return the first and last word of each answer in its passage, `(rows, 2)`.

    Raises:
        BadInput: Answers are not in their passages; every such row is named.
    """
    found = np.full((len(passages), 2), -1, np.int64)
    for row, (passage, answer) in enumerate(zip(passages, answers, strict=True)):
        text = answer.strip()
        told = str(starts[row]).strip() if starts is not None else ""
        begin = int(told) if told.isdigit() else _find(passage, text)
        if not text or begin < 0 or passage[begin : begin + len(text)].lower() != text.lower():
            continue
        words = word_places(passage)
        inside = [
            i for i, (start, end) in enumerate(words) if start < begin + len(text) and end > begin
        ]
        if inside:
            found[row] = inside[0], inside[-1]
    wrong = np.flatnonzero(found[:, 0] < 0) + 1
    if len(wrong):
        raise BadInput(
            Problem(
                "answer_not_in_passage",
                f"The answer does not stand in '{name}' at {table.where(wrong, len(wrong))}",
                "the words of the answer as the passage has them",
                some([repr(answers[row - 1]) for row in wrong]),
                "Correct these rows, or remove them",
            )
        )
    return found


def _find(passage: str, answer: str) -> int:
    """Return where an answer first stands as whole words, else where it stands at all, else -1."""
    low, wanted = passage.lower(), answer.lower()
    if len(low) != len(passage):  # a letter that is two in lower case would shift the places
        low, wanted = passage, answer
    first = place = low.find(wanted)
    while place >= 0:
        around = low[max(place - 1, 0) : place] + low[place + len(wanted) :][:1]
        if not any(sign.isalnum() for sign in around):
            return place
        place = low.find(wanted, place + 1)
    return first


def _from_json(source: Any, *, answered: bool) -> Table:
    """Return the questions of a file as the Stanford data have it, version 1, as a table."""
    import pandas as pd

    place = _json_place(source)
    try:
        with place.open() as file:
            data = json.loads(file.read().decode("utf-8-sig"))
        rows = list(_questions(data["data"], answered))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise bad_input(
            "json_unfit",
            f"{place.name} does not hold questions on passages",
            expected="data with paragraphs of a context and qas, each a question with answers",
            received=f"{type(error).__name__}: {error}"[:80],
        ) from error
    if not rows:
        raise bad_input("rows_missing", f"There is no question in {place.name}")
    names = ("passage", "question", "answer", "answer_start")
    columns = {
        n: pd.Series(values) for n, values in zip(names, zip(*rows, strict=True), strict=True)
    }
    return Table(columns, str(place.path), place.name)


def _questions(data: Sequence[Any], answered: bool) -> Iterator[tuple[str, str, str, str]]:
    """Yield passage, question, first answer and where that starts."""
    for article in data:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                answers = asked.get("answers") or [{}]
                if answered and "text" not in answers[0]:
                    continue  # a question that the passage does not answer has nothing to point at
                text, start = answers[0].get("text", ""), answers[0].get("answer_start", "")
                yield paragraph["context"], asked["question"], text, str(start)


def _read_rows(source: Any, columns: Sequence[Column], options: Mapping[str, Any]) -> Dataset:
    """Return passages and questions to answer; see `Form`."""
    names = [column.name for column in columns]
    if _is_json(source):
        table = _from_json(source, answered=False)
        texts = [raw_texts(table, name) for name in ("passage", "question")]
    else:
        table = open_table(source, options)
        required_columns(table, names)
        texts = [raw_texts(table, name) for name in names]
    return Dataset(
        dict(zip(names, texts, strict=True)),
        None,
        tuple(columns),
        None,
        (),
        table.source,
        table.numbers,
        options=dict(options),
    )


FORM = Form(_fits, _read, _read_rows, ("text", "separator", "encoding", "group"))
