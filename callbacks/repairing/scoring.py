"""One score for models with different heads and losses: how much better than the plain average."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from .subject import Head
from .trial import Trial

__all__ = ["Score", "better_by", "in_words", "score"]

CLASS_LOSSES = (
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "sparse_categorical_crossentropy",
    "kl_divergence",
)
ABSOLUTE_LOSSES = ("mean_absolute_error", "huber", "log_cosh", "mean_absolute_percentage_error")
ROWS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Score:
    """How good predictions are: 1 is perfect, 0 is what the average of the labels scores.

    For numbers this is R² (with absolute errors where the loss has them), for classes the Brier
    skill: the same figure of the probabilities. Unlike a loss, it can be compared between heads.

    Args:
        value: The score; minus infinity where predictions are no answer at all.
        errors: The error of each row, as a share of the average's; empty where it is not known.

    Examples:
        >>> Score(0.5).value
        0.5
    """

    value: float
    errors: np.ndarray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Have no errors be an empty array."""
        if self.errors is None:
            object.__setattr__(self, "errors", np.zeros(0))


def better_by(new: Score, old: Score) -> float:
    """Return by how many standard errors the new score is better, row by row on the same rows.

    Examples:
        >>> old, new = Score(0.1, np.array([0.9, 0.8, 1.0])), Score(0.8, np.array([0.2, 0.1, 0.3]))
        >>> better_by(new, old) > 2, better_by(old, old)
        (True, 0.0)
    """
    if not math.isfinite(old.value) or not math.isfinite(new.value):
        return math.inf * np.sign(new.value - old.value) if new.value != old.value else 0.0
    if len(new.errors) < 2 or len(new.errors) != len(old.errors):
        return math.copysign(math.inf, new.value - old.value) if new.value != old.value else 0.0
    gain = old.errors - new.errors
    noise = float(gain.std(ddof=1)) / math.sqrt(len(gain))
    mean = float(gain.mean())
    if noise <= 1e-12:
        return math.copysign(math.inf, mean) if abs(mean) > 1e-9 else 0.0
    return mean / noise


def in_words(heads: Sequence[Head], trial: Trial) -> str:
    """Return what the score of a model with these outputs says, for people.

    Args:
        heads: The outputs.
        trial: The trial by which it is judged, whose losses count.

    Examples:
        >>> print(in_words((Head("y", None, None, (1,), "mean_squared_error"),), Trial(None)))
        1 is perfect, 0 no better than always answering the mean of the labels (R²)
    """
    losses = [trial.losses.get(number, head.loss) for number, head in enumerate(heads)]
    naive = []
    if any(loss in CLASS_LOSSES for loss in losses):
        share = "the same chance" if trial.balanced else "its share of the labels"
        naive.append(f"giving each class {share} (Brier skill: squared errors of probabilities)")
    if any(loss in ABSOLUTE_LOSSES for loss in losses):
        naive.append("always answering the mean of the labels (by absolute errors)")
    if any(loss not in (*CLASS_LOSSES, *ABSOLUTE_LOSSES) for loss in losses):
        naive.append("always answering the mean of the labels (R²)")
    return f"1 is perfect, 0 no better than {' and '.join(naive)}"


def score(
    model: Any,
    x: Any,
    targets: Sequence[np.ndarray],
    train_targets: Sequence[np.ndarray],
    heads: Sequence[Head],
    balanced: bool = False,
) -> Score:
    """Return the score of a model's predictions, in the mean over its outputs.

    Args:
        model: Any model.
        x: Inputs.
        targets: The targets of these rows, one array for each output.
        train_targets: Those of the training rows, for the average to compare with.
        heads: What each output is, as the judging trial has it.
        balanced: Whether every class counts the same, however rare it is.
    """
    predictions = keras.tree.flatten(predict(model, x))
    if len(predictions) != len(targets):
        return Score(-math.inf)
    parts = []
    for number, prediction in enumerate(predictions):
        head = heads[min(number, len(heads) - 1)]
        errors = _errors(
            np.asarray(prediction, "float64"),
            np.asarray(targets[number]),
            np.asarray(train_targets[number]),
            head,
            balanced,
        )
        if errors is None or not np.isfinite(errors).all():
            return Score(-math.inf)
        parts.append(errors)
    errors = np.mean(parts, axis=0)
    return Score(1.0 - float(errors.mean()), errors)


def predict(model: Any, x: Any) -> Any:
    """Return predictions as arrays, without a function traced for each of many models."""
    count = len(keras.tree.flatten(x)[0])
    parts = []
    for begin in range(0, count, ROWS_AT_ONCE):
        rows = slice(begin, begin + ROWS_AT_ONCE)
        given = as_given(keras.tree.map_structure(lambda array, rows=rows: array[rows], x))
        answer = model(given, training=False)
        parts.append(keras.tree.map_structure(keras.ops.convert_to_numpy, answer))
    return keras.tree.map_structure(lambda *arrays: np.concatenate(arrays), *parts)


def as_given(x: Any) -> Any:
    """Return inputs as `fit` and `predict` take them."""
    return keras.tree.map_structure(_tensor_of_texts, x)


def _tensor_of_texts(array: Any) -> Any:
    texts = getattr(array, "dtype", None) is not None and array.dtype.kind in "OSU"
    return keras.ops.convert_to_tensor(array, dtype="string") if texts else array


def _errors(
    prediction: np.ndarray, labels: np.ndarray, train: np.ndarray, head: Head, balanced: bool
) -> np.ndarray | None:
    """Return each row's error divided by the mean error of the average; None where none fits."""
    classes = head.loss in CLASS_LOSSES
    pair = _as_classes(prediction, labels, train, head) if classes else None
    if pair is None:
        pair = _as_numbers(prediction, labels, train)
    if pair is None:
        return None
    answers, truth, average = pair
    power = 1 if head.loss in ABSOLUTE_LOSSES else 2
    rows = len(truth)
    with np.errstate(over="ignore", invalid="ignore"):
        mistakes = np.abs(answers - truth).reshape(rows, -1)
        errors = (mistakes**power).mean(axis=1)
    naive = (np.abs(average - truth).reshape(rows, -1) ** power).mean(axis=1)
    if classes and balanced and (truth.ndim <= 2):
        truth = truth.reshape(rows, -1)
        one = truth.argmax(axis=1) if truth.shape[1] > 1 else truth[:, 0].round().astype(int)
        counts = np.bincount(one)
        weights = (1.0 / np.maximum(counts, 1))[one]
        weights *= rows / weights.sum()
        # The naive answer that gives every class the same chance.
        width = truth.shape[1]
        naive = (np.abs(truth - (1.0 / max(width, 2))) ** 2).mean(axis=1)
        errors, naive = errors * weights, naive * weights
    scale = float(naive.mean())
    return errors / scale if scale > 1e-12 else errors


def _as_numbers(
    prediction: np.ndarray, labels: np.ndarray, train: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Any] | None:
    if labels.dtype.kind not in "fiub":
        return None
    truth, known = labels.astype("float64"), train.astype("float64")
    if prediction.ndim == truth.ndim + 1 and prediction.shape[-1] == 1:
        prediction = prediction[..., 0]
    if truth.ndim == prediction.ndim + 1 and truth.shape[-1] == 1:
        truth, known = truth[..., 0], known[..., 0]
    if prediction.shape != truth.shape:
        return None
    return prediction, truth, np.nanmean(known, axis=0)


def _as_classes(
    prediction: np.ndarray, labels: np.ndarray, train: np.ndarray, head: Head
) -> tuple[np.ndarray, np.ndarray, Any] | None:
    """Return probabilities and one-hot labels; None where the labels are no class numbers."""
    if head.loss != "sparse_categorical_crossentropy":
        if prediction.ndim and labels.ndim and labels.shape[-1] == prediction.shape[-1] > 1:
            if head.from_logits:
                binary = head.loss.startswith("binary")
                prediction = _sigmoid(prediction) if binary else _softmax(prediction)
            return _as_numbers(prediction, labels, train)
        if head.from_logits:
            prediction = _sigmoid(prediction)
        if prediction.ndim >= 2 and prediction.shape[-1] > 1:  # another head, on labels 0 and 1
            shares = prediction if _is_share(prediction) else _softmax(prediction)
            prediction = shares[..., 1:2]
        return _as_numbers(prediction, labels, train)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels, train = labels[..., 0], train[..., 0]
    whole = labels.dtype.kind in "iub" or bool((labels == np.round(labels)).all())
    if not whole or labels.min() < 0:
        return None
    count = int(max(labels.max(), train.max())) + 1
    count = max(count, prediction.shape[-1] if prediction.ndim == labels.ndim + 1 else 0)
    truth = np.eye(count)[labels.astype(int)]
    average = np.eye(count)[train.astype(int)].reshape(-1, count).mean(axis=0)
    if prediction.shape == labels.shape or prediction.shape == (*labels.shape, 1):
        numbers = prediction.reshape(labels.shape)
        if not np.isfinite(numbers).all():
            return None
        if count == 2:
            share = np.clip(_sigmoid(numbers) if head.from_logits else numbers, 0, 1)
            prediction = np.stack([1 - share, share], axis=-1)
        else:
            prediction = np.eye(count)[np.clip(np.round(numbers), 0, count - 1).astype(int)]
    elif prediction.shape != truth.shape:
        return None
    elif head.from_logits or not _is_share(prediction):
        prediction = _softmax(prediction)
    return prediction, truth, average


def _is_share(values: np.ndarray) -> bool:
    return bool(
        np.isfinite(values).all()
        and (values >= -1e-3).all()
        and np.allclose(values.sum(axis=-1), 1, atol=1e-2)
    )


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(values / 2))
