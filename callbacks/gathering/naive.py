"""What naive answers score on the validation rows: the mean, the majority, a linear model.

Whether a model is poor, or the data are noisy, shows only beside them. NumPy alone is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import even_places, length_of, named_arrays, numbers_of
from .facts import OutputFacts
from .given_data import GivenData, Rows

__all__ = ["Question", "features_of", "is_input", "naive_scores", "question_of"]

MOST_ROWS = 2_000
MOST_FEATURES = 300
FEWEST_ROWS = 10
MOST_CLASSES = 100
LARGEST = 1e30
# What these losses and metrics are called: name in the logs to what is computed.
SQUARED = ("mean_squared_error", "mse")
ABSOLUTE = ("mean_absolute_error", "mae")
CLASS_LOSSES = (
    "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
)  # fmt: skip

Scores = dict[str, float]


@dataclass(frozen=True)
class Question:
    """What an answer that needs no training is asked for.

    Args:
        train: The training rows.
        held: The validation rows.
        target: What is wanted of the training rows, `(rows, targets)`; of classes, one-hot rows.
        plain: The answer that knows nothing of a row, `(targets,)`.
        classes: Whether classes are asked for.
        score: Scores answers for the validation rows, `(validation rows, targets)`.
    """

    train: Rows
    held: Rows
    target: np.ndarray
    plain: np.ndarray
    classes: bool
    score: Callable[[np.ndarray], Scores]


def naive_scores(given: GivenData, outputs: Sequence[OutputFacts]) -> dict[str, Scores]:
    """Return what naive answers score on the validation rows, by answer and then by metric.

    `majority` knows how often each class comes, `mean` the mean of the targets, and `linear` is
    a ridge regression on the inputs as they stand in a row. Only one output with a standard loss
    and no weights is answered for, and no sequences of answers: elsewhere, nothing is returned.

    Args:
        given: What `fit` was given.
        outputs: The outputs of the compiled model.

    Returns:
        Scores as `Evidence.naive` holds them, by the names that the logs use without `val_`.

    Examples:
        >>> x = np.linspace(0, 1, 40)[:, None]
        >>> rows = Rows(x, 3 * x[:, 0] + 1)
        >>> output = OutputFacts("y", shape=(1,), loss="mean_squared_error")
        >>> scores = naive_scores(GivenData(rows, rows), [output])
        >>> scores["linear"]["loss"] < 0.1 < scores["mean"]["loss"]
        True
    """
    asked = question_of(given, outputs)
    if asked is None:
        return {}
    plain = "majority" if asked.classes else "mean"
    answers = {plain: np.tile(asked.plain, (length_of(asked.held.y) or 0, 1))}
    fitted = _linear(asked.train, asked.held, asked.target)
    if fitted is not None and not (not asked.classes and is_input(asked)):
        answers["linear"] = fitted
    scored = {name: asked.score(answer) for name, answer in answers.items()}
    return {name: scores for name, scores in scored.items() if scores}


def question_of(given: GivenData, outputs: Sequence[OutputFacts]) -> Question | None:
    """Return what is asked for, or None where an answer could not be compared with the model's.

    Args:
        given: What `fit` was given.
        outputs: The outputs of the compiled model.
    """
    train, held = given.train, given.validation
    weighted = given.class_weight is not None or given.sample_weighted
    if train is None or held is None or len(outputs) != 1 or not train.evenly:
        return None
    target, held_target = _only_target(train), _only_target(held)
    if target is None or held_target is None:
        return None
    output = outputs[0]
    if (
        min(len(target), len(held_target)) < FEWEST_ROWS
        or target.shape[1:] != held_target.shape[1:]
    ):
        return None
    if output.loss in CLASS_LOSSES:
        classes = _classes(target, held_target, output)
        if classes is None:
            return None
        known, unseen, count = classes
        shares = np.bincount(known, minlength=count) / len(known)
        score = lambda answer: _score_classes(answer, unseen, output, weighted)  # noqa: E731
        return Question(train, held, np.eye(count)[known], shares, True, score)
    flat, held_flat = _as_columns(target), _as_columns(held_target)
    if flat is None or held_flat is None or output.loss not in (*SQUARED, *ABSOLUTE):
        return None
    centre = np.median(flat, axis=0) if output.loss in ABSOLUTE else flat.mean(axis=0)
    score = lambda answer: _score_numbers(answer, held_flat, output, weighted)  # noqa: E731
    return Question(train, held, flat, centre, False, score)


def _only_target(rows: Rows) -> np.ndarray | None:
    found = named_arrays(rows.y, "y")
    if len(found) != 1 or found[0][1].ndim < 1 or found[0][1].dtype.kind not in "fiub":
        return None
    target = found[0][1]
    return target if target.dtype.kind != "f" or np.isfinite(target).all() else None


def _classes(
    target: np.ndarray, held: np.ndarray, output: OutputFacts
) -> tuple[np.ndarray, np.ndarray, int] | None:
    """Return the classes of both parts as whole numbers from 0, and how many there are."""
    width = output.shape[-1] if output.shape else None
    if output.loss == "categorical_crossentropy":
        if target.ndim != 2 or target.shape[1] < 2:
            return None
        return target.argmax(axis=1), held.argmax(axis=1), target.shape[1]
    if target.size != len(target) or held.size != len(held):
        return None
    known, unseen = target.reshape(-1), held.reshape(-1)
    both = np.concatenate([known, unseen])
    if (both != np.round(both)).any() or both.min() < 0:
        return None
    count = 2 if output.loss == "binary_crossentropy" else (width or int(both.max()) + 1)
    if both.max() >= count or count > MOST_CLASSES:
        return None
    return known.astype(int), unseen.astype(int), int(count)


def _as_columns(target: np.ndarray) -> np.ndarray | None:
    flat = target.reshape(len(target), -1).astype(np.float64)
    return flat if flat.shape[1] <= MOST_FEATURES else None


def _linear(train: Rows, held: Rows, target: np.ndarray) -> np.ndarray | None:
    """Return the answers of a ridge regression, `(validation rows, targets)`; None without numbers.

    Whole numbers that may be names, as words are, are no amounts and no inputs of it.
    """
    first, second = features_of(train), features_of(held)
    if first is None or second is None or first.shape[1] != second.shape[1]:
        return None
    rows = even_places(len(first), MOST_ROWS)
    columns = even_places(first.shape[1], MOST_FEATURES)
    known, unseen = first[rows][:, columns], second[:, columns]
    mean, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    known, unseen = (known - mean) / scale, np.clip((unseen - mean) / scale, -10, 10)
    wanted = target[rows]
    middle = wanted.mean(axis=0)
    penalty = 1.0 + 0.01 * len(known)
    inner = known.T @ known + penalty * np.eye(known.shape[1])
    answers = unseen @ np.linalg.solve(inner, known.T @ (wanted - middle)) + middle
    return answers if np.isfinite(answers).all() else None


def is_input(asked: Question) -> bool:
    """Return whether the target is an input again: a line through it is no answer to learn from."""
    target = asked.target.reshape(-1)
    return any(
        array.size == target.size and np.array_equal(array.reshape(-1), target)
        for _, array in named_arrays(asked.train.x, "x")
    )


def features_of(rows: Rows) -> np.ndarray | None:
    """Return the inputs side by side, `(rows, features)`, infinity and NaN as 0; None for texts."""
    flat = []
    for _, array in named_arrays(rows.x, "x"):
        numbers = numbers_of(array)
        if numbers is None or numbers.shape != array.shape or not array.ndim:
            return None
        wide = numbers.reshape(len(numbers), -1)
        wide = wide[:, even_places(wide.shape[1], MOST_FEATURES)].astype(np.float64)
        # Beyond a float32 there is nothing but infinity, which no mean survives.
        flat.append(np.where(np.abs(wide) < LARGEST, wide, 0.0))
    return np.concatenate(flat, axis=1) if flat else None


def _score_classes(
    answer: np.ndarray, labels: np.ndarray, output: OutputFacts, weighted: bool
) -> Scores:
    """Return accuracy, and the crossentropy of answers taken as chances."""
    right = float(np.mean(answer.argmax(axis=1) == labels))
    scores = {name: right for name in output.metrics if _is_accuracy(name)}
    scores.setdefault("accuracy", right)
    chances = np.clip(answer, 0.01, None)
    chances /= chances.sum(axis=1, keepdims=True)
    # A loss alone, which may smooth the labels, is compared with nothing.
    if not weighted and any(_is_accuracy(name) for name in output.metrics):
        scores["loss"] = float(-np.log(chances[np.arange(len(labels)), labels]).mean())
    return scores


def _score_numbers(
    answer: np.ndarray, target: np.ndarray, output: OutputFacts, weighted: bool
) -> Scores:
    squared = float(np.mean((answer - target) ** 2))
    absolute = float(np.mean(np.abs(answer - target)))
    scores: Scores = {} if weighted else {"loss": squared if output.loss in SQUARED else absolute}
    for name in output.metrics:
        if name in SQUARED:
            scores[name] = squared
        elif name in ABSOLUTE:
            scores[name] = absolute
        elif name in ("root_mean_squared_error", "rmse"):
            scores[name] = math.sqrt(squared)
    return scores


def _is_accuracy(name: str) -> bool:
    return name.lower() in (
        "accuracy", "acc", "binary_accuracy", "categorical_accuracy",
        "sparse_categorical_accuracy",
    )  # fmt: skip
