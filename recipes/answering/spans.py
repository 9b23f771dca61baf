"""An answer that stands in a passage: where it begins and ends, and its words as they stand there.

Labels and answers are texts. Where a true answer stands, its first and last word counted from 0, is
kept in `Dataset.extras` under `PLACES`.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.tasks import Task
from ..dataset import Dataset
from ..reading.raw_texts import word_places
from .methods import Method, TrainingArrays

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHOD", "PLACES", "best_span", "normalised", "token_f1"]

PLACES = "answer, first and last word"
LONGEST_ANSWER = 30
"""Words of an answer at most, as the first models of the Stanford data had it."""
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def best_span(first: NDArray[Any], last: NDArray[Any], limit: int = LONGEST_ANSWER) -> NDArray[Any]:
    """Return the likeliest pair of a first and a last word that does not come before it.

    Args:
        first: Probability of each word to be the first, `(rows, words)`.
        last: Probability of each word to be the last, `(rows, words)`.
        limit: Words between the two, at most.

    Returns:
        Places, `(rows, 2)`.

    Examples:
        >>> best_span(np.array([[0.1, 0.9]]), np.array([[0.6, 0.4]])).tolist()
        [[1, 1]]
    """
    rows, words = first.shape
    best, found = np.full(rows, -1.0), np.zeros((rows, 2), np.int64)
    for more in range(min(limit, words - 1) + 1):
        joint = first[:, : words - more] * last[:, more:]  # (rows, words - more)
        start = joint.argmax(axis=1)
        score = joint[np.arange(rows), start]
        found[score > best] = np.stack([start, start + more], axis=1)[score > best]
        best = np.maximum(best, score)
    return found


def normalised(text: str) -> list[str]:
    """Return the words of a text in lower case without punctuation and articles.

    Source: Rajpurkar and others, "SQuAD: 100,000+ questions for machine comprehension of text",
    2016, whose `evaluate` does the same.

    Examples:
        >>> normalised("The  Eiffel-Tower!")
        ['eiffeltower']
    """
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def token_f1(answer: str, truth: str) -> float:
    """Return the harmonic mean of the shares of words that two answers have in common.

    Examples:
        >>> token_f1("in the city of Ulm", "Ulm")
        0.4
    """
    said, true = normalised(answer), normalised(truth)
    if not said or not true:
        return float(said == true)
    common = sum(min(said.count(word), true.count(word)) for word in set(said))
    return 2 * common / (len(said) + len(true))


def _prepare(
    model: keras.Model, dataset: Dataset, encoded: dict[str, NDArray[Any]]
) -> TrainingArrays:
    """Return places `(n, 2)` and weights, 0 where the answer lies beyond what the model reads."""
    del model
    length = encoded["text_0"].shape[1]
    places = dataset.extras[PLACES].astype(np.int32)
    known = (places < length).all(axis=1, keepdims=True)
    return encoded, np.where(known, places, 0), np.repeat(known, 2, axis=1).astype(np.float32)


def _answer(model: keras.Model, rows: Dataset) -> NDArray[Any]:
    """Return the likeliest answer for each row, in the words of the passage; "" if it has none."""
    from ..training.saving import raw_outputs

    passages = rows.features[rows.columns[0].name]
    chances = raw_outputs(model, rows.features, rows.columns)
    found = []
    for passage, (first, last) in zip(passages, chances, strict=True):
        places = word_places(passage)
        read = min(len(places), len(first))
        if not read:
            found.append("")
            continue
        ((start, end),) = best_span(first[None, :read], last[None, :read])
        found.append(passage[places[start][0] : places[end][1]])
    return _texts(found)


def _texts(items: list[str]) -> NDArray[Any]:
    return np.array([*items, None], object)[:-1]


def _figures(labels: Any, answers: Any, task: Task) -> NDArray[np.float64]:
    """Return, of each row: 1, whether the answers are equal, and what words they share."""
    del task
    found = [
        (1.0, normalised(said) == normalised(truth), token_f1(said, truth))
        for truth, said in zip(labels, answers, strict=True)
    ]
    return np.array(found, np.float64).reshape(-1, 3)


def _metrics(sums: NDArray[np.float64], task: Task) -> dict[str, NDArray[np.float64]]:
    rows, equal, shared = sums
    del task
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"token_f1": shared / rows, "exact_match": equal / rows}


def _naive(train: Dataset, rows: Dataset) -> dict[str, Any]:
    """Return the first sentence of each passage, and what stands among words of the question.

    Source: Richardson, Burges and Renshaw, "MCTest", 2013, whose window weighs words so.
    """
    passage, question = (rows.features[column.name] for column in rows.columns)
    places = train.extras[PLACES]
    usual = int(np.median(places[:, 1] - places[:, 0])) + 1
    firsts = [_SENTENCE.split(text.strip(), maxsplit=1)[0] for text in passage]
    pairs = zip(passage, question, strict=True)
    windows = [_window(text, asked, usual) for text, asked in pairs]
    return {"first sentence": _texts(firsts), "sliding window": _texts(windows)}


def _window(passage: str, question: str, usual: int) -> str:
    """Return `usual` words, none of the question, that stand nearest to the words of it.

    A word of the question counts less, the more often it stands in the passage.
    """
    places = word_places(passage)
    words = [passage[start:end].lower() for start, end in places]
    wanted = {question[start:end].lower() for start, end in word_places(question)}
    if not words:
        return ""
    weights = np.array([np.log1p(1 / words.count(w)) if w in wanted else 0.0 for w in words])
    every, best, chosen = np.arange(len(words)), -1.0, 0
    for start in range(max(1, len(words) - usual + 1)):
        end = min(start + usual, len(words))
        if weights[start:end].any():
            continue
        distance = np.maximum(np.maximum(start - every, every - end + 1), 1)
        near = float((weights / distance).sum())
        if near > best:
            best, chosen = near, start
    return passage[places[chosen][0] : places[min(chosen + usual, len(places)) - 1][1]]


def _shown(answer: str, task: Task) -> str:
    del task
    return answer


def _frame(answers: Any, task: Task, rows: Dataset) -> pd.DataFrame:
    import pandas as pd

    del task, rows
    return pd.DataFrame({"prediction": list(answers)})


METHOD = Method(
    _prepare,
    _answer,
    _figures,
    _metrics,
    ("token_f1", "exact_match"),
    frozenset(),
    _naive,
    _frame,
    _shown,
    inputs={"text_level": "word", "one_vocabulary": True},
    units="answers",
)
