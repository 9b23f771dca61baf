"""What comes next in a text: for each token the probabilities of the one after it.

Labels are the texts themselves. An answer is what its score needs of a row, since probabilities of
every token at every place would fill the memory: the tokens foretold, the sum of the negative
logarithms of the probabilities that they were given, how many were thought the likeliest, and their
characters.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input
from ...zoo.tasks import Task
from ..dataset import Dataset
from .methods import Method, TrainingArrays

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["METHOD", "WORD_FORM", "bigram_answers", "unigram_answers"]

WORD_FORM = "word_passages"
_SHOWN = 60
# Counts that the frequencies of single tokens weigh, beside those of pairs.
_PRIOR = 5.0
_LEAST = 1e-30


def _prepare(
    model: keras.Model, dataset: Dataset, encoded: dict[str, NDArray[Any]]
) -> TrainingArrays:
    """Return tokens `(n, t)`, for each the one after it, and weights, 0 where there is none."""
    ((key, ids),) = encoded.items()
    _check_level(model, dataset)
    due = ids[:, 1:]
    return {key: ids[:, :-1]}, due, (due != 0).astype(np.float32)


def _check_level(model: keras.Model, dataset: Dataset) -> None:
    """Refuse words that passages of characters would cut, and characters of passages of words."""
    from ...zoo import parts

    words: Any = parts(model).preprocessor.get_layer("encode_text_0").get_layer("words")
    by_character = words.get_config()["split"] == "character"
    form = dataset.options.get("form")
    if form in ("passages", WORD_FORM) and by_character != (form == "passages"):
        raise bad_input(
            "level_unfit",
            f"The text was cut into {'passages of words' if by_character else 'characters'}, and "
            f"the model reads {'characters' if by_character else 'words'}",
            expected="both the same",
            received=f"form={form}",
            remedy="Set text_level=character" if not by_character else "Set text_level=token",
        )


def _answer(model: keras.Model, rows: Dataset) -> NDArray[np.float64]:
    """Return of each row: tokens, sum of negative logarithms, right ones and characters."""
    from ...zoo import parts
    from ..training.batches import rows_at_once
    from ..training.building import encode

    trunk = parts(model).trunk
    inputs, due, weights = _prepare(model, rows, encode(model, rows))
    ((key, ids),) = inputs.items()
    weights = np.ones_like(due, np.float32) if weights is None else weights
    found = np.zeros((len(rows), 4))
    step = rows_at_once(trunk)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        output = np.asarray(trunk({key: ids[part]}, training=False))  # (n, t, v)
        given = np.take_along_axis(output, due[part][:, :, None].astype(np.int64), 2)[:, :, 0]
        losses = -np.log(np.maximum(given, _LEAST), dtype=np.float64) * weights[part]
        right = (output.argmax(axis=2) == due[part]) * weights[part]
        found[part, 0] = weights[part].sum(axis=1)
        found[part, 1], found[part, 2] = losses.sum(axis=1), right.sum(axis=1)
    found[:, 3] = _character_counts(rows)
    return found


def _texts(rows: Dataset) -> NDArray[Any]:
    return rows.features[rows.columns[0].name]


def _by_words(rows: Dataset) -> bool:
    return rows.options.get("form") == WORD_FORM


def _character_counts(rows: Dataset) -> list[int]:
    """Return the characters of each text after its first token, which nothing foretells."""
    if not _by_words(rows):
        return [max(len(text) - 1, 0) for text in _texts(rows)]
    return [len(text) - len(text.split(" ", 1)[0]) for text in _texts(rows)]


def _figures(labels: Any, answers: Any, task: Task) -> NDArray[np.float64]:
    """Return the answers, which are figures already."""
    del labels, task
    return np.asarray(answers, np.float64)


def _metrics(sums: NDArray[np.float64], task: Task) -> dict[str, NDArray[np.float64]]:
    """Return cross-entropy in nats for a token and what follows from it."""
    tokens, losses, right, characters = sums
    del task
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return {
            "cross_entropy": losses / tokens,
            "perplexity": np.exp(losses / tokens),
            "bits_per_character": losses / np.log(2) / characters,
            "accuracy": right / tokens,
        }


def _numbers(train: Dataset, rows: Dataset) -> tuple[Any, Any, int]:
    """Return the tokens of training rows and of rows as numbers, 0 unknown, and how many."""
    by_words = _by_words(train)

    def taken_apart(dataset: Dataset) -> list[Any]:
        return [text.lower().split() if by_words else text for text in _texts(dataset)]

    seen, asked = taken_apart(train), taken_apart(rows)
    counts: Counter[str] = Counter()
    for tokens in seen:
        counts.update(tokens)
    # As for the model: a rare word is unknown, a rare character is not.
    least = 2 if by_words else 1
    known = [token for token, count in counts.items() if count >= least]
    number = {token: place for place, token in enumerate(known, 1)}

    def numbered(texts: list[Any]) -> list[NDArray[np.int64]]:
        return [np.array([number.get(token, 0) for token in tokens], np.int64) for tokens in texts]

    return numbered(seen), numbered(asked), len(known) + 1


def unigram_answers(train: Dataset, rows: Dataset) -> NDArray[np.float64]:
    """Return answers that know how often each token occurs in training rows, and nothing else.

    Args:
        train: Training rows.
        rows: Rows to answer for.

    Returns:
        Figures of each row, as `METHOD.answer` gives them, shape `(rows, 4)`.
    """
    seen, asked, count = _numbers(train, rows)
    shares = _shares(seen, count)
    likeliest = int(shares.argmax())
    return _scored(rows, asked, lambda _, after: (shares[after], after == likeliest))


def bigram_answers(train: Dataset, rows: Dataset) -> NDArray[np.float64]:
    """Return answers that know how often each token follows each other; see `unigram_answers`.

    Where a pair is rare, the frequency of its second token counts as if it had been seen 5 times.

    Source: interpolation as Jelinek and Mercer, 1980, with the weight of MacKay and Peto, 1995.
    """
    seen, asked, count = _numbers(train, rows)
    shares = _shares(seen, count)
    pairs = np.concatenate([tokens[:-1] * count + tokens[1:] for tokens in seen])
    keys, times = np.unique(pairs, return_counts=True)
    first = np.bincount(keys // count, weights=times, minlength=count)
    best = np.full(count, int(shares.argmax()))
    order = np.argsort(times, kind="stable")  # the commonest pair is written last
    best[keys[order] // count] = keys[order] % count

    def given(before: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[Any, Any]:
        key = before * count + after
        place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        found = np.where(keys[place] == key, times[place], 0)
        share = (found + _PRIOR * shares[after]) / (first[before] + _PRIOR)
        return share, after == best[before]

    return _scored(rows, asked, given)


def _shares(seen: list[NDArray[np.int64]], count: int) -> NDArray[np.float64]:
    """Return the share of each token, each as if it had been seen once more."""
    found = np.bincount(np.concatenate(seen), minlength=count) + 1.0
    return found / found.sum()


def _scored(rows: Dataset, asked: list[NDArray[np.int64]], given: Any) -> NDArray[np.float64]:
    found = np.zeros((len(asked), 4))
    for row, tokens in enumerate(asked):
        shares, right = given(tokens[:-1], tokens[1:])
        found[row, :3] = len(shares), -np.log(shares).sum(), right.sum()
    found[:, 3] = _character_counts(rows)
    return found


def _naive(train: Dataset, rows: Dataset) -> dict[str, Any]:
    return {
        "frequencies": unigram_answers(train, rows),
        "pairs": bigram_answers(train, rows),
    }


def _shown(answer: Any, task: Task) -> str:
    """Return the beginning of a text, or how well it was foretold."""
    del task
    if isinstance(answer, str):
        flat = " ".join(answer.split())
        return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"
    tokens, losses, right, _ = answer
    return f"{losses / max(tokens, 1):.2f} nats a token, {right / max(tokens, 1):.0%} foreseen"


def _frame(answers: Any, task: Task, rows: Dataset) -> pd.DataFrame:
    """Return for each text how well it was foretold; NaN where there is nothing to foretell."""
    import pandas as pd

    metrics = _metrics(np.asarray(answers, np.float64).T, task)
    texts = [_shown(text, task) for text in _texts(rows)]
    return pd.DataFrame({"text": texts, "prediction": metrics.pop("cross_entropy"), **metrics})


METHOD = Method(
    _prepare,
    _answer,
    _figures,
    _metrics,
    ("cross_entropy", "perplexity", "bits_per_character", "accuracy"),
    frozenset({"cross_entropy", "perplexity", "bits_per_character"}),
    _naive,
    _frame,
    _shown,
    rule="SEQ-8",
    units="tokens",
)
