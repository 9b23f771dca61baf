"""What answers score that learn much without any training: neighbours, and a smooth curve.

Where a model stands below one of them on the rows it trained on as well, it is the model that
cannot do it, and not the data that cannot be told apart. Where they do well on training rows that
they did not see, and badly on the validation rows, the two are not of one source. NumPy alone is
needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .arrays import even_places, length_of, named_arrays, row_keys, take_rows
from .facts import OutputFacts
from .given_data import GivenData, Rows
from .naive import Question, is_input, question_of
from .views import Pair, amounts, at_places, tunes, words

__all__ = ["reference_scores", "rehearsed_scores"]

# So many rows and columns take some 50 ms.
MOST_ROWS = 800
FEWEST_ROWS = 50
WAVES = 200
NEIGHBOURS = 5
PENALTIES = tuple(10.0**power for power in range(-3, 5))

Scores = dict[str, float]


def reference_scores(given: GivenData, outputs: Sequence[OutputFacts]) -> dict[str, Scores]:
    """Return what strong answers score on the validation rows, by answer and then by metric.

    `neighbours` is the mean of the five nearest training rows, `features` a ridge regression on
    random waves through the inputs, `tunes` the same on what series are like wherever they begin;
    of whole numbers that may be names, as words are, `places` is a ridge regression on which name
    stands at which place, and `words` on how often each stands in a row, and where. Weighted rows
    have none: a model that is told to care for some rows more is not to be measured by all.

    Args:
        given: What `fit` was given.
        outputs: The outputs of the compiled model.

    Returns:
        Scores as `Evidence.references` holds them, by the names that the logs use without `val_`.

    Examples:
        >>> x = np.linspace(0, 6, 200)[:, None]
        >>> rows = Rows(x, np.sin(x[:, 0]))
        >>> output = OutputFacts("y", shape=(1,), loss="mean_squared_error")
        >>> scores = reference_scores(GivenData(rows, rows), [output])
        >>> scores["features"]["loss"] < 0.01
        True
    """
    asked = question_of(given, outputs)
    weighted = given.class_weight is not None or given.sample_weighted
    if asked is None or weighted or len(asked.target) < FEWEST_ROWS or is_input(asked):
        return {}
    scored = {name: asked.score(answer) for name, answer in _answers(asked).items()}
    return {name: scores for name, scores in scored.items() if scores}


def rehearsed_scores(given: GivenData, outputs: Sequence[OutputFacts]) -> dict[str, Scores]:
    """Return what the same answers score on training rows that they are not shown: the last third.

    Rows of it that stand among the others too are left out. `plain` is the answer that knows
    nothing of a row.

    Args:
        given: What `fit` was given.
        outputs: The outputs of the compiled model.
    """
    train = given.train
    rows = length_of(train.x) if train is not None else None
    if train is None or train.y is None or not rows or rows < 2 * FEWEST_ROWS:
        return {}
    cut = rows * 2 // 3
    inputs = [array for _, array in named_arrays(train.x, "x") if array.ndim]
    if not inputs or any(len(array) != rows for array in inputs):
        return {}
    keys = row_keys(inputs)
    unseen = cut + np.flatnonzero(~np.isin(keys[cut:], keys[:cut]))
    if len(unseen) < FEWEST_ROWS // 2:
        return {}
    parts = [_part(train, places) for places in (np.arange(cut), unseen)]
    rehearsal = replace(given, train=parts[0], validation=parts[1])
    scored = reference_scores(rehearsal, outputs)
    asked = question_of(rehearsal, outputs)
    if asked is None or not scored:
        return {}
    return {**scored, "plain": asked.score(np.tile(asked.plain, (len(unseen), 1)))}


def _part(rows: Rows, places: np.ndarray) -> Rows:
    return Rows(take_rows(rows.x, places), take_rows(rows.y, places), evenly=rows.evenly)


def _answers(asked: Question) -> dict[str, np.ndarray]:
    """Return the answers for the validation rows, by name, `(rows, targets)`."""
    places = even_places(len(asked.target), MOST_ROWS)
    wanted = asked.target[places]
    train = Rows(take_rows(asked.train.x, places))
    answers: dict[str, np.ndarray] = {}
    for name, view in (("places", at_places), ("words", words)):
        seen = view(train, asked.held)
        if seen is not None:
            answers[name] = _ridge(*seen, wanted)
    numbers = None if "places" in answers else amounts(train, asked.held)
    if numbers is not None:
        apart = _distances(numbers[0], numbers[0])
        answers["neighbours"] = _nearest(numbers, wanted)
        answers["features"] = _ridge(*_waves(numbers, apart), wanted)
        tuned = tunes(train, asked.held)
        if tuned is not None:
            apart = _distances(tuned[0], tuned[0])
            answers["tunes"] = _ridge(*_waves(tuned, apart), wanted)
    return {name: answer for name, answer in answers.items() if np.isfinite(answer).all()}


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the squared distances, `(rows, other rows)`."""
    apart = (first**2).sum(axis=1)[:, None] - 2 * first @ second.T + (second**2).sum(axis=1)
    return np.maximum(apart, 0.0)


def _nearest(numbers: Pair, wanted: np.ndarray) -> np.ndarray:
    known, unseen = numbers
    nearest = np.argpartition(_distances(unseen, known), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return wanted[nearest].mean(axis=1)


def _waves(numbers: Pair, apart: np.ndarray) -> Pair:
    """Return the inputs with random waves beside, as long as rows are apart in the median."""
    known = numbers[0]
    typical = float(np.median(apart[::7]))
    draw = np.random.default_rng(0)
    slopes = draw.normal(size=(known.shape[1], WAVES)) / max(typical, 1e-12) ** 0.5
    shift = draw.uniform(0, 2 * np.pi, WAVES)
    waved = [np.cos(part @ slopes + shift) for part in numbers]
    if known.shape[1] > WAVES:
        return waved[0], waved[1]
    joined = [np.hstack([wave, part / 10]) for wave, part in zip(waved, numbers, strict=True)]
    return joined[0], joined[1]


def _ridge(known: np.ndarray, unseen: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the answers of a ridge regression whose penalty leaves out each row in turn best."""
    middle, centre = known.mean(axis=0), wanted.mean(axis=0)
    inner, goal = known - middle, wanted - centre
    values, turned = np.linalg.eigh(inner.T @ inner)
    values, inner = np.maximum(values, 0.0), inner @ turned
    aim, squares = inner.T @ goal, inner**2
    best, chosen = np.inf, np.zeros_like(aim)
    for penalty in PENALTIES:
        shrunk = 1.0 / (values + penalty)
        weights = shrunk[:, None] * aim
        free = np.maximum(1.0 - squares @ shrunk - 1.0 / len(inner), 1e-3)
        missed = float((((goal - inner @ weights) / free[:, None]) ** 2).mean())
        if missed < best:
            best, chosen = missed, weights
    return (unseen - middle) @ turned @ chosen + centre
