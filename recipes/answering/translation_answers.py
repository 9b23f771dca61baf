"""One text from another: trained word by word, scored by BLEU, chrF and exact matches.

Labels and answers are texts as they are written. BLEU and chrF are those of sacrebleu, with its own
way of parting words (`13a`), in lower case, because the models write lower case. Source: Papineni
and others, 2002; Popović, 2015; Post, "A call for clarity in reporting BLEU scores", 2018.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import require
from ...zoo.inputs.punctuation import join_punctuation
from ...zoo.tasks import Task
from ..dataset import Dataset
from .methods import Method, TrainingArrays

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHOD"]

WORD_ORDERS = 4
CHARACTER_ORDERS = 6
BETA = 2
"""chrF counts recall so many times as much as precision."""
# Rows and exact answers; words of both; right and all runs of words; runs of characters.
_FIGURES = 4 + 2 * WORD_ORDERS + 3 * CHARACTER_ORDERS
_ROWS_AT_ONCE = 1_000


def _prepare(
    model: keras.Model, dataset: Dataset, encoded: dict[str, NDArray[Any]]
) -> TrainingArrays:
    """Return the word due at each place of the answer, `(n, 1 + t)`, and its weight.

    The model is shown the right words before each place (teacher forcing).
    """
    from ...zoo import parts
    from ...zoo.inputs.target_inputs import answer_words, training_answers

    words = answer_words(parts(model).preprocessor)
    texts = dataset.features[dataset.columns[-1].name]
    lengths = [len(text.split() if words.between else text) for text in texts]
    whole = np.array(lengths) <= words.longest
    return encoded, *training_answers(encoded["text_1"], whole, words.end)


def _answer(model: keras.Model, rows: Dataset) -> NDArray[Any]:
    """Return the greedy answer for each row."""
    from ...zoo import translate

    return _texts(translate(model, rows.features[rows.columns[0].name].tolist()))


def _texts(values: list[str]) -> NDArray[Any]:
    array = np.empty(len(values), object)
    array[:] = values
    return array


def _figures(labels: Any, answers: Any, task: Task) -> NDArray[np.float64]:
    """Return what BLEU, chrF and exact match count in each row."""
    del task
    require("sacrebleu", "recipes")
    from sacrebleu.metrics.bleu import BLEU

    bleu = BLEU(lowercase=True, effective_order=True)
    found = np.zeros((len(labels), _FIGURES))
    for row, (truth, said) in enumerate(zip(labels, answers, strict=True)):
        score = bleu.sentence_score(said, [truth])
        exact = " ".join(said.lower().split()) == " ".join(truth.lower().split())
        words = [1, exact, score.sys_len, score.ref_len, *score.counts, *score.totals]
        found[row] = [*words, *_character_runs(said.lower(), truth.lower())]
    return found


def _character_runs(said: str, truth: str) -> list[int]:
    """Return, for runs of 1 to 6 characters without blanks: those said, true, and both."""
    said, truth = "".join(said.split()), "".join(truth.split())
    counts = []
    for order in range(1, CHARACTER_ORDERS + 1):
        ours, theirs = (
            Counter(text[start : start + order] for start in range(len(text) - order + 1))
            for text in (said, truth)
        )
        # As sacrebleu counts: what the truth is too short for does not count against an answer.
        counts += [ours.total() if theirs else 0, theirs.total(), (ours & theirs).total()]
    return counts


def _metrics(sums: NDArray[np.float64], task: Task) -> dict[str, NDArray[np.float64]]:
    del task
    rows, exact, *words = sums[: 4 + 2 * WORD_ORDERS]
    said, true, right, every = words[0], words[1], words[2:6], words[6:10]
    runs = sums[4 + 2 * WORD_ORDERS :].reshape(CHARACTER_ORDERS, 3, -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "bleu": _bleu(said, true, np.array(right), np.array(every)),
            "chrf": _chrf(runs),
            "exact_match": exact / rows,
        }


def _bleu(said: Any, true: Any, right: Any, every: Any) -> NDArray[np.float64]:
    """Return BLEU from 0 to 100; NaN where no answer has four words.

    Args:
        said: Words of the answers, shape `(samples,)`.
        true: Words of the true texts.
        right: Runs of 1 to 4 words that are right, `(4, samples)`.
        every: Runs of 1 to 4 words of the answers.
    """
    # Orders without a right run count as half of one, the next as a quarter, and so on.
    halvings = np.cumsum(right == 0, axis=0)
    precisions = np.where(right > 0, right, 0.5**halvings) / every
    brevity = np.exp(np.minimum(1 - true / said, 0))
    score = 100 * brevity * np.exp(np.log(precisions).mean(axis=0))
    score = np.where(right.any(axis=0), score, 0.0)
    return np.where(every[-1] > 0, score, np.nan)


def _chrf(runs: Any) -> NDArray[np.float64]:
    """Return chrF from 0 to 100 from runs said, true and both, shape `(6, 3, samples)`."""
    said, true, both = runs[:, 0], runs[:, 1], runs[:, 2]
    usable = (said > 0) & (true > 0)
    orders = np.maximum(usable.sum(axis=0), 1)
    precision = np.where(usable, both / said, 0.0).sum(axis=0) / orders
    recall = np.where(usable, both / true, 0.0).sum(axis=0) / orders
    score = (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)
    return 100 * np.where(precision + recall > 0, score, 0.0)


def _naive(train: Dataset, rows: Dataset) -> dict[str, Any]:
    """Return the source itself, the commonest answer, and that of the likest training row."""
    source = rows.columns[0].name
    known, asked = train.features[source], rows.features[source]
    labels = train.labels if train.labels is not None else _texts([])
    commonest = Counter(labels.tolist()).most_common(1)[0][0]
    return {
        "copy": _texts([join_punctuation(text) for text in asked]),
        "commonest": _texts([commonest] * len(asked)),
        "nearest": labels[_nearest(known.tolist(), asked.tolist())],
    }


def _nearest(known: list[str], asked: list[str]) -> NDArray[np.int64]:
    """Return for each text the known one with which it shares most words, rare ones first."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(token_pattern=r"\S+")
    try:
        table = vectors.fit_transform(known)
    except ValueError:  # no known text has a word
        return np.zeros(len(asked), np.int64)
    found = []
    for start in range(0, len(asked), _ROWS_AT_ONCE):
        shared: Any = vectors.transform(asked[start : start + _ROWS_AT_ONCE]) @ table.T
        found.append(np.asarray(shared.argmax(axis=1)).ravel())
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _frame(answers: Any, task: Task, rows: Dataset) -> pd.DataFrame:
    import pandas as pd

    del task, rows
    return pd.DataFrame({"prediction": list(answers)})


def _shown(answer: str, task: Task) -> str:
    del task
    return answer


METHOD = Method(
    _prepare,
    _answer,
    _figures,
    _metrics,
    ("bleu", "chrf", "exact_match"),
    frozenset(),
    _naive,
    _frame,
    _shown,
    inputs={"text_level": "token", "answer_so_far": True},
    rule="SEQ-8, SEQ-10",
    units="texts",
)
