"""`find_learning_rate`: a short training at rising rates that leaves the model as it was."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from ...zoo.errors import Problem, bad_input
from .batches import Batches
from .checking import number, raise_all
from .rate_search import FEWEST_STEPS, LearningRateSearch, Stopped, smooth
from .untouched import borrowed

__all__ = ["find_learning_rate"]

DIVERGED = 4.0
"""The search ends where the smoothed loss is this many times its lowest value so far ..."""
RISEN = 2.0
"""... and this much of the whole fall above it, for losses that may be negative or near zero."""


def find_learning_rate(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    batch_size: int = 32,
    sample_weight: Any = None,
    class_weight: dict[int, float] | None = None,
    lowest: float = 1e-7,
    highest: float = 10.0,
    steps: int = 100,
    seed: int = 0,
) -> LearningRateSearch:
    """Train for some batches at rising learning rates, and propose the rate to train with.

    Smith's range test: from batch to batch the rate grows by the same factor. It ends where the
    loss blows up or is no longer a number. Nothing of it stays: weights, optimizer (its slots and
    its count of steps), metrics, seeds, random numbers and compiled functions are as before, and
    a training that follows gives the same bits as without the search. (Not on JAX where the model
    was never trained: Keras then draws the order of rows once less, as its metrics are built.)

    Args:
        model: A compiled Keras model.
        x: What `fit` takes: arrays (also several inputs), a `tf.data.Dataset`, a `PyDataset`, or a
            generator of batches. A generator loses the batches that are taken: see `note`.
        y: Targets, where `x` is arrays.
        batch_size: Rows of a batch of arrays; the proposal holds for this size.
        sample_weight: Weights of the rows, where `x` is arrays.
        class_weight: Weights of the classes, as for `fit`.
        lowest: The first rate.
        highest: The last rate.
        steps: Batches to train for at most.
        seed: Seed of the order of rows.

    Returns:
        The rates, the losses, and the proposal.

    Raises:
        BadInput: The model is not compiled, the data cannot be read, or a setting is no use.

    Guide: LR-1, MIS-6.

    Examples:
        ```python
        search = find_learning_rate(model, x, y)
        search.draw("rates.png")
        model.optimizer.learning_rate = search.proposed
        model.fit(x, y, epochs=50)
        ```
    """
    _check(model, batch_size, (lowest, highest), steps, seed)
    batches = Batches(x, y, sample_weight, batch_size, seed)
    rates: list[float] = []
    losses: list[float] = []
    stopped: Stopped = "data_ended"
    source = iter(batches)
    first = next(source, None)
    if first is None:
        raise bad_input("data_empty", "x yields no batch", expected="at least one batch of rows")
    if not model.built:
        model(keras.tree.map_structure(keras.ops.convert_to_tensor, first[0]), training=False)
    with borrowed(model) as optimizer:
        batch: Any = first
        for rate in np.geomspace(lowest, highest, steps):
            if batch is None:
                break
            optimizer.learning_rate = float(rate)
            loss = _step(model, batch, class_weight)
            rates.append(float(rate))
            losses.append(loss)
            if not math.isfinite(loss):
                stopped = "not_finite"
                break
            if _diverged(losses):
                stopped = "diverged"
                break
            batch = next(source, None) if len(rates) < steps else None
        else:
            stopped = "steps"
    return LearningRateSearch(tuple(rates), tuple(losses), stopped, batches.note)


def _step(model: Any, batch: tuple[Any, Any, Any], class_weight: Any) -> float:
    x, y, sample_weight = batch
    weights = {"sample_weight": sample_weight, "class_weight": class_weight}
    logs = model.train_on_batch(x, y, return_dict=True, **weights)
    if "loss" not in logs:
        raise bad_input(
            "loss_missing",
            "The model's own train_step tells no loss",
            expected="a 'loss' among what train_step returns",
            received=", ".join(map(repr, logs)) or "nothing",
        )
    return float(np.mean(logs["loss"]))


def _diverged(losses: list[float]) -> bool:
    smoothed = smooth(losses)
    lowest = smoothed.min()
    fall = max(smoothed[0] - lowest, 0.0)
    risen = smoothed[-1] - lowest
    return len(losses) >= FEWEST_STEPS and risen > max(
        RISEN * fall, (DIVERGED - 1) * abs(lowest), 1e-6
    )


def _check(model: Any, batch_size: int, bounds: tuple[float, float], steps: int, seed: int) -> None:
    problems = number("batch_size", batch_size, least=1, whole=True)
    problems += number("lowest", bounds[0], above=0)
    problems += number("highest", bounds[1], above=0)
    if not problems and bounds[0] >= bounds[1]:
        expected, received = "lowest below highest", f"{bounds[0]:g} and {bounds[1]:g}"
        problems.append(Problem("bounds_invalid", "No rate lies between", expected, received))
    problems += number("steps", steps, least=FEWEST_STEPS, whole=True)
    problems += number("seed", seed, least=0, whole=True)
    if getattr(model, "optimizer", None) is None:
        message, remedy = "The model is not compiled", "Call model.compile first"
        problems.append(Problem("model_uncompiled", message, "a compiled model", remedy=remedy))
    raise_all(problems)
