"""The guide's selection guides for what to minimise and what to read: loss and metrics."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from ...zoo.heads import head
from ...zoo.tasks import Task
from ..answering.methods import method_of
from ..config import Choice
from ..scoring.checking import checked_name, checked_task
from .balance import (
    FEW_OUTLIERS,
    FOCAL_RATIO,
    IMBALANCE_RATIO,
    MANY_OUTLIERS,
    OUTLIER_WEIGHT,
    OUTLIER_Z,
    imbalance,
)
from .balance import outliers as measure_outliers

__all__ = ["choose_loss", "choose_metrics"]

OUTLIERS = ("none", "few", "many")
COSTLY = ("false_alarms", "missed", "both")
SEQUENCE_LOSSES = {"forecasting": "mse", "speech": "ctc"}


def choose_loss(
    task: Task,
    labels: ArrayLike | None = None,
    *,
    outliers: str | None = None,
    imbalanced: bool | None = None,
) -> Choice:
    """Choose a loss by the task, and by what the training labels hold.

    Args:
        task: What is predicted.
        labels: Training labels, to measure what the two arguments below do not say.
        outliers: `none`, `few` or `many` in a regression's target; None measures.
        imbalanced: Whether the classes are as uneven as 1 % against 99 %; None measures.

    Returns:
        `mse`, `huber`, `mae`, `binary_crossentropy`, `categorical_crossentropy`,
        `binary_focal_crossentropy` or `categorical_focal_crossentropy`. Without labels and
        without a word on them, there are taken to be no outliers and no imbalance.

    Raises:
        BadInput: An argument or the labels cannot be used.

    Guide: LOSS-7, LOSS-1, LOSS-2, LOSS-3, LOSS-4, LOSS-5, LOSS-6.

    Examples:
        >>> choose_loss(Task("regression", ("price",)), outliers="few").value
        'huber'
        >>> choose_loss(Task("binary", ("ok", "fraud")), [0] * 995 + [1] * 5).value
        'binary_focal_crossentropy'
    """
    checked_task(task)
    if task.is_sequence:
        name = SEQUENCE_LOSSES.get(task.kind, "categorical_crossentropy")
        return Choice(name, f"LOSS-7, {head(task).rule}", {}, f"It is the loss of {task.kind}.")
    if task.kind == "regression":
        return _regression_loss(task, labels, outliers)
    figures: dict[str, Any] = {}
    if imbalanced is None:
        imbalanced = False
        if labels is not None:
            measured = imbalance(labels, task)
            imbalanced = measured["ratio"] >= FOCAL_RATIO
            figures = {
                "smallest_share": measured["smallest_share"],
                "ratio": measured["ratio"],
                "focal_from_ratio": FOCAL_RATIO,
            }
    several = task.kind == "multiclass"
    name = "categorical" if several else "binary"
    if imbalanced:
        said = f" (1 to {figures['ratio']:.0f})" if figures else ""
        return Choice(
            f"{name}_focal_crossentropy",
            "LOSS-7, LOSS-6",
            figures,
            f"The classes are very uneven{said}; focal loss looks at the hard rows. "
            "Its probabilities are less sure than they should be: choose a threshold.",
        )
    rule, output = ("LOSS-5", "softmax") if several else ("LOSS-4", "sigmoid")
    what = {
        "binary": "Two classes",
        "multiclass": f"{len(task.names)} classes",
        "multilabel": "Each label is a yes or no",
    }[task.kind]
    return Choice(
        f"{name}_crossentropy",
        f"LOSS-7, {rule}",
        figures,
        f"{what}: cross-entropy with {output}.",
    )


def choose_metrics(
    task: Task, labels: ArrayLike | None = None, *, costly: str | None = None
) -> Choice:
    """Choose the metrics to read, the deciding one first.

    Args:
        task: What is predicted.
        labels: Training labels, to measure imbalance and outliers.
        costly: What costs most: `false_alarms`, `missed` or `both`; None if neither does.

    Returns:
        A tuple of names as `evaluate` gives them.

    Raises:
        BadInput: An argument or the labels cannot be used.

    Guide: MET-9, MET-2, MET-3, MET-4, MET-5, MET-6, MET-8.

    Examples:
        >>> task = Task("binary", ("ham", "spam"))
        >>> choose_metrics(task, costly="false_alarms").value
        ('precision', 'f1', 'roc_auc')
    """
    checked_task(task)
    if costly is not None:
        checked_name("costly", costly, COSTLY)
    if task.is_sequence:
        method = method_of(task)
        return Choice(
            method.first, f"MET-9, {method.rule}", {}, f"They are the usual ones of {task.kind}."
        )
    if task.kind == "regression":
        return _regression_metrics(task, labels)
    figures: dict[str, Any] = {}
    uneven = False
    if labels is not None:
        measured = imbalance(labels, task)
        uneven = measured["ratio"] >= IMBALANCE_RATIO
        figures = {"ratio": measured["ratio"], "imbalanced_from_ratio": IMBALANCE_RATIO}
    if costly:
        first, rule, what = {
            "false_alarms": ("precision", "MET-3", "False alarms are costly"),
            "missed": ("recall", "MET-4", "Missed cases are costly"),
            "both": ("f1", "MET-5", "False alarms and missed cases are both costly"),
        }[costly]
        names = (first, "roc_auc") if first == "f1" else (first, "f1", "roc_auc")
        return Choice(names, f"MET-9, {rule}", figures, f"{what}: {first} answers for them.")
    if task.kind == "multilabel":
        return Choice(
            ("f1", "roc_auc", "subset_accuracy"),
            "MET-9, MET-5",
            figures,
            "Most labels are absent in most rows, so F1 says more than accuracy.",
        )
    if uneven:
        return Choice(
            ("roc_auc", "f1", "precision", "recall", "balanced_accuracy"),
            "MET-9, MET-2, MET-6",
            figures,
            f"The largest class has {figures['ratio']:.0f} times the rows of the smallest, "
            "where accuracy misleads.",
        )
    return Choice(
        ("accuracy", "roc_auc", "f1"),
        "MET-9, MET-2",
        figures,
        "The classes are even enough for accuracy.",
    )


def _regression_loss(task: Task, labels: ArrayLike | None, outliers: str | None) -> Choice:
    figures: dict[str, Any] = {}
    if outliers is not None:
        checked_name("outliers", outliers, OUTLIERS)
        amount = outliers
    elif labels is None:
        amount = "none"
    else:
        measured = measure_outliers(labels, task)
        share, weight = measured["share"], measured["weight"]
        figures = {
            "outlier_share": share,
            "outlier_weight": weight,
            "robust_deviations": OUTLIER_Z,
            "few_from_share": FEW_OUTLIERS,
            "few_from_weight": OUTLIER_WEIGHT,
            "many_from_share": MANY_OUTLIERS,
        }
        some = share >= FEW_OUTLIERS or weight >= OUTLIER_WEIGHT
        amount = "many" if share >= MANY_OUTLIERS else "few" if some else "none"
    seen = f" ({figures['outlier_share']:.2%} of the rows)" if figures else ""
    if amount == "many":
        reason = f"Many targets are outliers{seen}: absolute errors are not ruled by them."
        return Choice("mae", "LOSS-7, LOSS-2", figures, reason)
    if amount == "few":
        reason = f"A few targets are outliers{seen}: Huber treats them more gently than MSE."
        return Choice("huber", "LOSS-7, LOSS-3", figures, reason)
    reason = "No targets lie far outside the others: the standard loss of regression."
    return Choice("mse", "LOSS-7, LOSS-1", figures, reason)


def _regression_metrics(task: Task, labels: ArrayLike | None) -> Choice:
    if labels is not None and _regression_loss(task, labels, None).value != "mse":
        return Choice(
            ("mae", "rmse", "r2"), "MET-9, MET-8", {}, "Outliers are present: MAE bears them best."
        )
    return Choice(
        ("rmse", "mae", "r2"),
        "MET-9, MET-8",
        {},
        "RMSE beside MAE shows large errors; R2 compares with the mean.",
    )
