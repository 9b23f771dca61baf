"""How a model is to be trained: losses, metrics and optimizer as they were given to `compile`."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

__all__ = ["LossFacts", "losses_of", "metrics_of", "optimizer_of", "snake_case"]

# What Keras calls otherwise than its own function.
_SAME = {
    "kldivergence": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "acc": "accuracy",
    "ce": "crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "logcosh": "log_cosh",
}


@dataclass(frozen=True)
class LossFacts:
    """The loss of one output.

    Args:
        name: Snake-case name; empty for a function of the user's own, or where there is none.
        from_logits: Whether it expects logits; None where it has no such setting.
        ignored: The label that it leaves out; None where it counts them all.
        reduction: How it joins the rows, such as `sum`; empty where that is not told.
    """

    name: str = ""
    from_logits: bool | None = None
    ignored: int | None = None
    reduction: str = ""


def snake_case(name: str) -> str:
    """Return the name of a class as Keras writes the name of a function.

    Examples:
        >>> snake_case("BinaryCrossentropy"), snake_case("AUC"), snake_case("R2Score")
        ('binary_crossentropy', 'auc', 'r2_score')
    """
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return _SAME.get(name.replace("_", ""), _SAME.get(name, name))


def losses_of(model: Any, names: Sequence[str]) -> tuple[list[LossFacts], list[str]]:
    """Return the loss of each output, and what could not be read."""
    if _is_own(model, "compute_loss") or _is_own(model, "train_step"):
        return [LossFacts() for _ in names], [
            "The model computes its loss in code of its own: whether it fits cannot be said."
        ]
    loss = getattr(model, "loss", None)
    if loss is None:
        return [LossFacts() for _ in names], [
            "No loss was compiled: whether it fits the targets cannot be said."
        ]
    spread = _by_output(loss, names, alone=True)
    if spread is None:
        return [LossFacts() for _ in names], ["The losses could not be told to their outputs."]
    facts = [_loss(each) for each in spread]
    unread = [
        name
        for name, each, fact in zip(names, spread, facts, strict=True)
        if each and not fact.name
    ]
    whose = ", ".join(map(repr, unread))
    sentence = f"The loss of {whose} is a function of its own: whether it fits cannot be said."
    return facts, [sentence] if unread else []


def metrics_of(model: Any, names: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return {name in the logs: what was given} of each output, and what could not be read."""
    compiled = getattr(model, "_compile_metrics", None)
    found: list[dict[str, Any]] = [{} for _ in names]
    if compiled is None:
        return found, []
    for attribute in ("_user_metrics", "_user_weighted_metrics"):
        given = getattr(compiled, attribute, None)
        if not given:
            continue
        if len(names) == 1:
            spread: list[Any] | None = [keras.tree.flatten(given)]
        else:
            spread = _by_output(given, names, alone=False)
        if spread is None:
            return found, ["The metrics could not be told to their outputs."]
        for known, name, part in zip(found, names, spread, strict=True):
            for metric in keras.tree.flatten(part):
                if metric is not None:
                    logged = _logged_name(metric)
                    known[logged if len(names) == 1 else f"{name}_{logged}"] = metric
    return found, []


def metric_name(metric: Any) -> str:
    """Return the snake-case name of a metric; empty for a function of the user's own."""
    if isinstance(metric, str):
        return snake_case(metric)
    if isinstance(metric, keras.metrics.Metric):
        inner = (
            getattr(metric, "_fn", None) if type(metric).__name__ == "MeanMetricWrapper" else None
        )
        if inner is not None:
            return metric_name(inner)
        return snake_case(type(metric).__name__) if _is_keras(type(metric)) else ""
    return snake_case(getattr(metric, "__name__", "")) if _is_keras(metric) else ""


def expects_logits(metric: Any) -> bool:
    """Return whether a metric was told that it gets no probabilities."""
    if getattr(metric, "from_logits", False) or getattr(metric, "_from_logits", False):
        return True
    keywords = getattr(metric, "_fn_kwargs", None) or {}
    if keywords.get("from_logits"):
        return True
    limits = keywords.get("threshold", getattr(metric, "threshold", None))
    if limits is None:
        limits = getattr(metric, "init_thresholds", None)
    return limits is not None and any(each <= 0 or each >= 1 for each in np.ravel(limits))


def optimizer_of(model: Any) -> dict[str, Any]:
    """Return the facts of the optimizer, by the names that `ModelFacts` has for them."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        return {}
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of LossScaleOptimizer
    rate = getattr(optimizer, "_learning_rate", None)
    schedule = isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)
    clipping = ("clipnorm", "clipvalue", "global_clipnorm")
    return {
        "optimizer": type(optimizer).__name__.lower(),
        "learning_rate": _rate(optimizer, rate if schedule else None),
        "scheduled": schedule,
        "momentum": float(getattr(optimizer, "momentum", 0) or 0),
        "weight_decay": float(getattr(optimizer, "weight_decay", 0) or 0),
        "clipped": any(getattr(optimizer, name, None) for name in clipping),
        "trained_steps": int(np.asarray(keras.ops.convert_to_numpy(optimizer.iterations))),
    }


def _rate(optimizer: Any, schedule: Any) -> float | None:
    try:
        rate = optimizer.learning_rate if schedule is None else schedule(0)
        return float(np.asarray(keras.ops.convert_to_numpy(rate)))
    except (AttributeError, TypeError, ValueError):  # an optimizer, or a schedule, of their own
        return None


def _loss(loss: Any) -> LossFacts:
    """Return what a loss is, in any form that `compile` takes."""
    keywords: dict[str, Any] = {}
    reduction = ""
    if isinstance(loss, (str, dict)):
        if str(loss).lower() in ("ce", "crossentropy"):
            return LossFacts("crossentropy", False)
        loss = keras.losses.get(loss)
    while isinstance(loss, functools.partial):
        keywords, loss = {**loss.keywords, **keywords}, loss.func
    if isinstance(loss, keras.losses.Loss):
        keywords = getattr(loss, "_fn_kwargs", None) or {}
        reduction = str(getattr(loss, "reduction", None) or "")
        wraps = type(loss).__name__ == "LossFunctionWrapper"
        known = loss.fn if wraps else type(loss)  # pyright: ignore[reportAttributeAccessIssue]
    else:
        known = loss
    if known is None or not _is_keras(known):
        return LossFacts()
    name = snake_case(getattr(known, "__name__", ""))
    takes_logits = "crossentropy" in name and "generalized" not in name
    ignored = keywords.get("ignore_class")
    return LossFacts(
        name,
        bool(keywords.get("from_logits", False)) if takes_logits else None,
        None if ignored is None else int(ignored),
        reduction,
    )


def _by_output(given: Any, names: Sequence[str], alone: bool) -> list[Any] | None:
    """Return what was given for each output, or None if that cannot be told.

    Args:
        given: One for all, a list in the order of the outputs, or a dict with their names.
        names: The names of the outputs.
        alone: Whether a single one holds for all outputs.
    """
    if isinstance(given, Mapping) and "class_name" not in given:
        if set(given) <= set(names):
            return [given.get(name) for name in names]
        flat = list(given.values())
        return flat if len(names) == 1 == len(flat) else None
    if isinstance(given, (list, tuple)):
        return list(given) if len(given) == len(names) else None
    return [given for _ in names] if alone else None


def _logged_name(metric: Any) -> str:
    if isinstance(metric, str):
        return metric
    return str(getattr(metric, "name", None) or getattr(metric, "__name__", type(metric).__name__))


def _is_keras(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).partition(".")[0] == "keras"


def _is_own(model: Any, method: str) -> bool:
    """Return whether a model's class has a method that is not Keras's."""
    home = next((each for each in type(model).__mro__ if method in vars(each)), None)
    return home is not None and home.__module__.partition(".")[0] not in ("keras", "keras_hub")
