"""The guide's selection guides: activation, optimizer, loss, metrics and model, each with why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from ..zoo.errors import bad_input, did_you_mean
from ..zoo.tasks import Column, Task
from .balance import (
    FEW_OUTLIERS,
    FOCAL_RATIO,
    IMBALANCE_RATIO,
    MANY_OUTLIERS,
    OUTLIER_WEIGHT,
    OUTLIER_Z,
    imbalance,
)
from .balance import (
    outliers as measure_outliers,
)
from .checking import checked_number, checked_task
from .config import Choice

__all__ = [
    "choose_activation",
    "choose_loss",
    "choose_metrics",
    "choose_model",
    "choose_optimizer",
]

PLACES = ("hidden", "output", "state", "gate")
RECURRENT = ("simple_rnn", "lstm", "gru")
TRANSFORMERS = ("transformer",)
VISION = ("cnn",)
# From this share of units that are zero for every input on, many neurons are stuck (ACT-2).
STUCK_SHARE = 0.5
OUTLIERS = ("none", "few", "many")
COSTLY = ("false_alarms", "missed", "both")
ADAM_LEARNING_RATE = 0.001
SGD_LEARNING_RATE = 0.01


def choose_activation(
    where: str, task: Task, model: str = "mlp", *, stuck_share: float = 0.0
) -> Choice:
    """Choose an activation by where it stands.

    Args:
        where: `hidden`, `output`, or in a recurrent layer `state` or `gate`.
        task: What is predicted; it decides the output.
        model: Name of the builder, such as `mlp`, `lstm` or `transformer`.
        stuck_share: Share of hidden units seen to be zero for every input.

    Returns:
        The activation's name.

    Raises:
        BadInput: The place is unknown, or the share is not from 0 to 1.

    Guide: ACT-9, ACT-1, ACT-2, ACT-3, ACT-4, ACT-5, ACT-6, ACT-8.

    Examples:
        >>> choose_activation("output", Task("binary", ("no", "yes"))).value
        'sigmoid'
    """
    checked_task(task)
    _check_name("where", where, PLACES)
    stuck = checked_number("stuck_share", stuck_share, least=0)
    if where == "gate":
        return Choice("sigmoid", "ACT-4", {}, "A gate opens between 0 and 1.")
    if where == "state":
        return Choice("tanh", "ACT-4", {}, "The state of a recurrent layer stays between -1 and 1.")
    if where == "output":
        return {
            "binary": Choice(
                "sigmoid", "ACT-9, ACT-3", {"units": 1}, "One unit gives the probability of yes."
            ),
            "multiclass": Choice(
                "softmax",
                "ACT-9, ACT-5",
                {"units": task.outputs},
                "The classes exclude each other, so their probabilities sum to 1.",
            ),
            "multilabel": Choice(
                "sigmoid",
                "ACT-9, ACT-3",
                {"units": task.outputs},
                "Each label is a yes or no of its own, so their probabilities need not sum to 1.",
            ),
            "regression": Choice(
                "linear", "ACT-8", {"units": task.outputs}, "A number may take any value."
            ),
        }[task.kind]
    if stuck >= STUCK_SHARE:
        return Choice(
            "leaky_relu",
            "ACT-2",
            {"stuck_share": stuck, "limit": STUCK_SHARE},
            f"{stuck:.0%} of the units are stuck at zero; a small slope lets them move again.",
        )
    if model.startswith(TRANSFORMERS):
        return Choice("gelu", "ACT-6", {}, "Transformers are built with GELU.")
    return Choice("relu", "ACT-9, ACT-1", {}, "ReLU is the default for hidden layers.")


def choose_optimizer(model: str, task: Task | None = None, *, time_to_tune: bool = False) -> Choice:
    """Choose an optimizer by the kind of model; the figures give its learning rate.

    Args:
        model: Name of the builder, such as `mlp`, `lstm` or `transformer`.
        task: What is predicted; the guide's choice does not depend on it.
        time_to_tune: Whether its learning rate will be searched for; for vision.

    Returns:
        One of `adam`, `adamw`, `rmsprop`, `sgd_momentum`.

    Guide: OPT-6, OPT-2, OPT-3, OPT-4, OPT-5, LR-1.

    Examples:
        >>> choose_optimizer("mlp").value, choose_optimizer("lstm").value
        ('adam', 'rmsprop')
    """
    del task
    adaptive = {"learning_rate": ADAM_LEARNING_RATE}
    if model.startswith(RECURRENT):
        return Choice("rmsprop", "OPT-6, OPT-5", adaptive, "RMSprop suits recurrent layers.")
    if model.startswith(TRANSFORMERS):
        return Choice(
            "adamw", "OPT-6, OPT-4", adaptive, "Transformers need decoupled weight decay."
        )
    if model.startswith(VISION) and time_to_tune:
        return Choice(
            "sgd_momentum",
            "OPT-6, OPT-2",
            {"learning_rate": SGD_LEARNING_RATE},
            "SGD with momentum generalizes best in vision, if its learning rate is tuned.",
        )
    return Choice("adam", "OPT-6, OPT-3", adaptive, "Adam is the default: it needs little tuning.")


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
        _check_name("costly", costly, COSTLY)
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


def choose_model(task: Task, columns: Sequence[Column] = (), rows: int | None = None) -> Choice:
    """Choose a builder for rows of a table.

    Args:
        task: What is predicted.
        columns: The inputs; all kinds of columns are read by the model itself.
        rows: Number of training rows.

    Returns:
        `mlp`: rows of a table have no order, which is what other builders are made for.

    Raises:
        BadInput: The number of rows is not positive.

    Guide: ARC-1, ARC-4, QS-1, BP-1.

    Examples:
        >>> choose_model(Task("binary", ("no", "yes")), rows=500).value
        'mlp'
    """
    checked_task(task)
    figures: dict[str, Any] = {"columns": len(columns)} if columns else {}
    if rows is not None:
        figures["rows"] = checked_number("rows", rows, least=1, whole=True)
    return Choice(
        "mlp", "ARC-1, QS-1", figures, "A table has no order to read, so dense layers are enough."
    )


def _regression_loss(task: Task, labels: ArrayLike | None, outliers: str | None) -> Choice:
    figures: dict[str, Any] = {}
    if outliers is not None:
        _check_name("outliers", outliers, OUTLIERS)
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


def _check_name(argument: str, value: Any, options: Sequence[str]) -> None:
    if value not in options:
        raise bad_input(
            f"{argument}_unknown",
            f"{argument} cannot be {value!r}",
            expected="one of " + ", ".join(options),
            remedy=did_you_mean(str(value), options),
        )
