"""One class for each step of a sequence: the kinds of the words of a sentence, for instance.

Labels and answers are arrays of class numbers, `(steps,)`, one for each row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.ragged import as_rows
from ...zoo.tasks import Task
from ..dataset import Dataset
from .methods import Method, TrainingArrays

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHOD", "chunks"]


def chunks(tags: list[str]) -> set[tuple[str, int, int]]:
    """Return the chunks that tags of the form B-x, I-x, O mark, as (kind, first, last).

    A chunk begins at B, and also at an I that follows another kind, as `conlleval` counts them.
    Tags without such a form are chunks of one step each; O is none.

    Source: Sang and Buchholz, "Introduction to the CoNLL-2000 shared task", 2000.

    Examples:
        >>> sorted(chunks(["B-city", "I-city", "O", "I-day"]))
        [('city', 0, 1), ('day', 3, 3)]
    """
    found = set()
    start, kind = 0, ""
    for place, tag in enumerate([*tags, "O"]):
        mark, _, name = tag.partition("-")
        goes_on = mark == "I" and name == kind != ""
        if kind and not goes_on:
            found.add((kind, start, place - 1))
            kind = ""
        if tag != "O" and not goes_on:
            start, kind = place, name or mark
            if not name:  # no form of chunks: a step of its own
                found.add((kind, place, place))
                kind = ""
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
    """Return the likeliest class of each step; steps beyond what the model reads get class 0."""
    from ..training.saving import raw_outputs

    lengths = _lengths(rows)
    best = raw_outputs(model, rows.features, rows.columns).argmax(axis=2)
    short = [
        np.pad(row[:n], (0, max(n - len(row), 0))) for row, n in zip(best, lengths, strict=True)
    ]
    return as_rows(short, np.int64)


def _lengths(rows: Dataset) -> list[int]:
    column = rows.columns[0]
    values = rows.features[column.name]
    return [len(value.split()) if column.kind == "text" else len(value) for value in values]


def _figures(labels: Any, answers: Any, task: Task) -> NDArray[np.float64]:
    """Return, of each row: steps, right ones, whether all are; chunks found, true and right."""
    names = np.array(task.names, object)
    found = np.zeros((len(labels), 6))
    for row, (truth, said) in enumerate(zip(labels, answers, strict=True)):
        right = truth == said
        true, marked = chunks(names[truth].tolist()), chunks(names[said].tolist())
        found[row] = (
            len(truth),
            right.sum(),
            right.all(),
            len(marked),
            len(true),
            len(true & marked),
        )
    return found


def _metrics(sums: NDArray[np.float64], task: Task) -> dict[str, NDArray[np.float64]]:
    steps, right, _, marked, true, both = sums
    del task
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "chunk_f1": 2 * both / (marked + true),
            "chunk_precision": both / marked,
            "chunk_recall": both / true,
            "accuracy": right / steps,
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
        for word, tag in zip(text.lower().split(), tags.tolist(), strict=False):
            seen = counts.setdefault(word, {})
            seen[tag] = seen.get(tag, 0) + 1
    best = {word: max(seen, key=lambda tag: seen[tag]) for word, seen in counts.items()}
    texts = rows.features[column.name]
    answers["each word"] = as_rows(
        [[best.get(word, most) for word in text.lower().split()] for text in texts], np.int64
    )
    return answers


def _shown(answer: NDArray[Any], task: Task) -> str:
    return " ".join(task.names[number] for number in answer)


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
