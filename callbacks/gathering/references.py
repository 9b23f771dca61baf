"""What answers score that learn much without any training: neighbours, and a smooth curve.

Where a model stands below one of them on the rows it trained on as well, it is the model that
cannot do it, and not the data that cannot be told apart. NumPy alone is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import even_places, named_arrays, numbers_of
from .facts import OutputFacts
from .given_data import GivenData, Rows
from .naive import Question, features_of, is_input, question_of

__all__ = ["reference_scores"]

# So many rows and columns take some 50 ms.
MOST_ROWS = 800
MOST_COLUMNS = 300
MOST_PLACES = 600
FEWEST_ROWS = 50
MOST_NAMES = 100
WAVES = 200
NEIGHBOURS = 5
PENALTIES = tuple(10.0**power for power in range(-3, 5))

Scores = dict[str, float]
Pair = tuple[np.ndarray, np.ndarray]


def reference_scores(given: GivenData, outputs: Sequence[OutputFacts]) -> dict[str, Scores]:
    """Return what strong answers score on the validation rows, by answer and then by metric.

    `neighbours` is the mean of the five nearest training rows, `features` a ridge regression on
    random waves through the inputs; of whole numbers that may be names, as words are, `places`
    is one on which name stands at which place. Weighted rows have none: a model that is told to
    care for some rows more is not to be measured by all.

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
    rows = even_places(len(asked.target), MOST_ROWS)
    wanted = asked.target[rows]
    answers: dict[str, np.ndarray] = {}
    named = _at_places(asked)
    if named is not None:
        answers["places"] = _ridge(named[0][rows], named[1], wanted)
    else:
        numbers = _scaled(asked.train, asked.held, rows)
        if numbers is None:
            return {}
        apart = _distances(numbers[0], numbers[0])
        answers["neighbours"] = _nearest(numbers, wanted)
        answers["features"] = _ridge(*_waves(numbers, apart), wanted)
    scored = {
        name: asked.score(answer) for name, answer in answers.items() if np.isfinite(answer).all()
    }
    return {name: scores for name, scores in scored.items() if scores}


def _scaled(train: Rows, held: Rows, rows: np.ndarray) -> Pair | None:
    """Return the inputs of both parts in standard deviations; None for texts."""
    first, second = features_of(train), features_of(held)
    if first is None or second is None or first.shape[1] != second.shape[1]:
        return None
    columns = even_places(first.shape[1], MOST_COLUMNS)
    known, unseen = first[rows][:, columns], second[:, columns]
    mean, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (known - mean) / scale, np.clip((unseen - mean) / scale, -10, 10)


def _at_places(asked: Question) -> Pair | None:
    """Return which name stands at which place, `(rows, places * names)`; None for amounts."""
    parts = [named_arrays(rows.x, "x") for rows in (asked.train, asked.held)]
    if [len(part) for part in parts] != [1, 1]:
        return None
    numbers = [numbers_of(part[0][1]) for part in parts]
    if any(each is None or each.ndim != 2 or each.dtype.kind not in "iu" for each in numbers):
        return None
    known, unseen = (np.asarray(each) for each in numbers)
    if known.shape[1:] != unseen.shape[1:] or known.shape[1] < 2 or not known.size:
        return None
    names = int(known.max()) + 1
    if known.min() < 0 or not 2 < names <= MOST_NAMES or names * known.shape[1] > MOST_PLACES:
        return None
    every = np.arange(names)
    marked = [(each[:, :, None] == every).reshape(len(each), -1) for each in (known, unseen)]
    return marked[0].astype(np.float64), marked[1].astype(np.float64)


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
