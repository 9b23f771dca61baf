"""One class for each step of a sequence: the kinds of the words of a sentence, for instance.

Labels and answers are arrays of class numbers, `(steps,)`, one for each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.ragged import as_rows
from ...zoo.tasks import Task
from ..dataset import Dataset
from ..reading.raw_texts import pieces
from .methods import Method, TrainingArrays

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHOD", "chunks"]

UNREAD = -1
"""The class of a step beyond what a model reads; it is shown as O, and is never right."""
_MARKS = frozenset("BIES")


def chunks(tags: Sequence[str]) -> set[tuple[str, int, int]]:
    """Return the chunks that tags such as B-x, I-x and O mark, as (kind, first, last).

    A chunk begins at B, and also at an I that follows another kind, as `conlleval` counts them; E
    ends one and S is one alone. Tags without such a form are chunks of one step each; O is none.

    Source: Sang and Buchholz, "Introduction to the CoNLL-2000 shared task", 2000.

    Examples:
        >>> sorted(chunks(["B-city", "I-city", "O", "I-day"]))
        [('city', 0, 1), ('day', 3, 3)]
    """
    found = set()
    start, kind, ended = 0, None, False
    for place, tag in enumerate([*tags, "O"]):
        mark, _, name = tag.partition("-")
        formed = mark in _MARKS and (name != "" or tag in _MARKS)
        goes_on = formed and mark in "IE" and name == kind and not ended
        if kind is not None and not goes_on:
            found.add((kind, start, place - 1))
            kind = None
        if tag == "O":
            continue
        if not formed:
            found.add((tag, place, place))
            continue
        if not goes_on:
            start, kind = place, name
        ended = mark in "ES"
    return found


def _prepare(
    model: keras.Model, dataset: Dataset, encoded: dict[str, NDArray[Any]]
) -> TrainingArrays:
    """Return class numbers `(n, t)`, 0 in the padding, and weights, 1 where there is a step."""
    del model
    length = next(iter(encoded.values())).shape[1]
    labels = np.zeros((len(dataset), length), np.int32)
    weights = np.zeros((len(dataset), length), np.float32)
    for row, tags in enumerate(dataset.labels if dataset.labels is not None else ()):
        read = min(len(tags), length)
        labels[row, :read] = tags[:read]
        weights[row, :read] = 1.0
    return encoded, labels, weights


def _answer(model: keras.Model, rows: Dataset) -> NDArray[Any]:
    """Return the likeliest class of each step, `UNREAD` for those beyond what the model reads."""
    from ..training.saving import raw_outputs

    lengths = _lengths(rows)
    best = raw_outputs(model, rows.features, rows.columns).argmax(axis=2)
    short = [
        np.pad(row[:n], (0, max(n - len(row), 0)), constant_values=UNREAD)
        for row, n in zip(best, lengths, strict=True)
    ]
    return as_rows(short, np.int64)


def _lengths(rows: Dataset) -> list[int]:
    column = rows.columns[0]
    values = rows.features[column.name]
    return [len(pieces(value)) if column.kind == "text" else len(value) for value in values]


def _figures(labels: Any, answers: Any, task: Task) -> NDArray[np.float64]:
    """Return, of each row: 1, steps, right ones, whether all; chunks marked, true and right."""
    names = np.array([*task.names, "O"], object)  # the last is that of `UNREAD`
    found = np.zeros((len(labels), 7))
    for row, (truth, said) in enumerate(zip(labels, answers, strict=True)):
        right = truth == said
        true, marked = chunks(names[truth].tolist()), chunks(names[said].tolist())
        found[row] = (
            1.0,
            len(truth),
            right.sum(),
            right.all(),
            len(marked),
            len(true),
            len(true & marked),
        )
    return found


def _metrics(sums: NDArray[np.float64], task: Task) -> dict[str, NDArray[np.float64]]:
    rows, steps, right, whole, marked, true, both = sums
    del task
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "chunk_f1": 2 * both / (marked + true),
            "chunk_precision": both / marked,
            "chunk_recall": both / true,
            "accuracy": right / steps,
            "sentence_accuracy": whole / rows,
        }


def _naive(train: Dataset, rows: Dataset) -> dict[str, Any]:
    """Return for each step the commonest class, and for words the commonest of each word."""
    labels = [] if train.labels is None else list(train.labels)
    most = int(np.bincount(np.concatenate(labels)).argmax())
    answers = {"majority": as_rows([np.full(n, most) for n in _lengths(rows)], np.int64)}
    column = rows.columns[0]
    if column.kind != "text":
        return answers
    counts: dict[str, dict[int, int]] = {}
    for text, tags in zip(train.features[column.name], labels, strict=True):
        for word, tag in zip(pieces(text.lower()), tags.tolist(), strict=False):
            seen = counts.setdefault(word, {})
            seen[tag] = seen.get(tag, 0) + 1
    best = {word: max(seen, key=lambda tag: seen[tag]) for word, seen in counts.items()}
    texts = rows.features[column.name]
    answers["each word"] = as_rows(
        [[best.get(word, most) for word in pieces(text.lower())] for text in texts], np.int64
    )
    return answers


def _shown(answer: NDArray[Any], task: Task) -> str:
    return " ".join("O" if number == UNREAD else task.names[number] for number in answer)


def _frame(answers: Any, task: Task, rows: Dataset) -> pd.DataFrame:
    import pandas as pd

    del rows
    return pd.DataFrame({"prediction": [_shown(answer, task) for answer in answers]})


METHOD = Method(
    _prepare,
    _answer,
    _figures,
    _metrics,
    ("chunk_f1", "accuracy"),
    frozenset(),
    _naive,
    _frame,
    _shown,
    inputs={"text_level": "token"},
)
