"""What is said in a recording: symbols without times, learnt from recordings with their texts.

Labels are texts, answers the numbers of their symbols, counted from 1; one for each row.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.builders.speech_heads import frame_answers
from ...zoo.errors import BadInput, Problem
from ...zoo.tasks import Task
from ..dataset import Dataset
from .ctc_decoding import decode, edit_distance, least_frames, symbol_numbers, text_of
from .methods import Method, TrainingArrays

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHOD"]


def _prepare(
    model: keras.Model, dataset: Dataset, encoded: dict[str, NDArray[Any]]
) -> TrainingArrays:
    """Return numbers of symbols `(n, longest)`, 0 after the last, and equal weights."""
    del model
    names = () if dataset.task is None else dataset.task.names
    labels = [] if dataset.labels is None else dataset.labels.tolist()
    present = next(values for key, values in encoded.items() if key.endswith("_present"))
    frames = frame_answers(present.sum(axis=(1, 2)).astype(np.int64))
    numbers, unknown, long = [], [], []
    for row, (text, there) in enumerate(zip(labels, frames.tolist(), strict=True)):
        try:
            numbers.append(symbol_numbers(text, names))
        except KeyError as error:
            unknown.append(f"{_named(dataset, row)} ({error.args[0]!r})")
            continue
        if (least := least_frames(numbers[-1])) > there:
            long.append(f"{_named(dataset, row)} ({least} symbols and blanks, {there} frames)")
    _refuse(unknown, long)
    array = np.zeros((len(numbers), max(map(len, numbers), default=1)), np.int32)
    for row, found in enumerate(numbers):
        array[row, : len(found)] = found
    return encoded, array, np.ones(len(array), np.float32)


def _refuse(unknown: list[str], long: list[str]) -> None:
    problems = []
    if unknown:
        message = f"{len(unknown)} transcripts hold what is no symbol of the task"
        problems.append(
            Problem("symbol_unknown", message, "the symbols of the task", "; ".join(unknown))
        )
    if long:
        problems.append(
            Problem(
                "recording_short",
                f"{len(long)} recordings are too short for what is said to be in them",
                "a frame for each symbol, and one between two equal ones",
                "; ".join(long),
                "Check the files, raise sequence_length if it cut them off, or leave them out",
            )
        )
    if problems:
        raise BadInput(*problems)


def _named(dataset: Dataset, row: int) -> str:
    files = dataset.extras.get("file")
    return f"row {dataset.rows[row]}" if files is None else str(files[row])


def _answer(model: keras.Model, rows: Dataset) -> NDArray[Any]:
    """Return the symbols of the likeliest text of each recording."""
    from ..training.saving import raw_outputs

    return decode(raw_outputs(model, rows.features, rows.columns))


def _figures(labels: Any, answers: Any, task: Task) -> NDArray[np.float64]:
    """Return, of each row: wrong words, words, wrong signs, signs, whether all is right, 1."""
    found = np.zeros((len(labels), 6))
    for row, (label, answer) in enumerate(zip(labels, answers, strict=True)):
        truth, said = _shown(label, task), _shown(answer, task)
        words, others = truth.split(), said.split()
        found[row] = (
            edit_distance(words, others),
            len(words),
            edit_distance(truth, said),
            len(truth),
            words == others,
            1,
        )
    return found


def _metrics(sums: NDArray[np.float64], task: Task) -> dict[str, NDArray[np.float64]]:
    wrong_words, words, wrong_signs, signs, right, rows = sums
    del task
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "word_error_rate": wrong_words / words,
            "character_error_rate": wrong_signs / signs,
            "sentence_accuracy": right / rows,
        }


def _naive(train: Dataset, rows: Dataset) -> dict[str, Any]:
    """Return for each recording the commonest text of the training rows."""
    labels = [] if train.labels is None else train.labels.tolist()
    answers = np.empty(len(rows), object)
    answers[:] = Counter(labels).most_common(1)[0][0]
    return {"commonest": answers}


def _shown(answer: Any, task: Task) -> str:
    """Return the text of a label, of a naive answer, which is a text too, or of an answer."""
    return answer if isinstance(answer, str) else text_of(answer.tolist(), task.names)


def _frame(answers: Any, task: Task, rows: Dataset) -> pd.DataFrame:
    import pandas as pd

    files = rows.extras.get("file")
    table = {} if files is None else {"file": files}
    return pd.DataFrame({**table, "prediction": [_shown(answer, task) for answer in answers]})


METHOD = Method(
    _prepare,
    _answer,
    _figures,
    _metrics,
    ("word_error_rate", "character_error_rate"),
    frozenset({"word_error_rate", "character_error_rate"}),
    _naive,
    _frame,
    _shown,
    units="words",
)
