"""The guide's selection guides for the parts of a model: activation, optimizer, builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...zoo.heads import head
from ...zoo.tasks import Column, Task
from ..config import Choice
from ..scoring.checking import checked_name, checked_number, checked_task
from .presets import PRESETS, preset
from .sequences import sequence_model
from .texts import FEW_EXAMPLES, guide_for_texts, text_figures

__all__ = ["choose_activation", "choose_model", "choose_optimizer"]

PLACES = ("hidden", "output", "state", "gate")
RECURRENT = PRESETS["recurrent"].models
TRANSFORMERS = PRESETS["transformer"].models
VISION = PRESETS["vision"].models
# From this share of units that are zero for every input on, many neurons are stuck (ACT-2).
STUCK_SHARE = 0.5
MEASURED_TEXTS = (
    "Measured with three seeds on 2,800 rows of sms_spam (F1 of spam), subj and mr (accuracy): "
    "gru .932, .872, .718; mlp .893, .878, .717; lstm .922, .878, .716; simple_rnn .930, .829, "
    ".585, although most texts of mr have fewer than 50 words. mlp takes a tenth of the time."
)
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
    checked_name("where", where, PLACES)
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
        }.get(task.kind) or Choice(
            head(task).activation,
            head(task).rule,
            {"units": task.outputs} if task.outputs else {},
            f"It is the output of {task.kind}.",
        )
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
    if model.startswith(VISION) and time_to_tune:
        return Choice(
            "sgd_momentum",
            "OPT-6, OPT-2",
            {"learning_rate": SGD_LEARNING_RATE},
            "SGD with momentum generalizes best in vision, if its learning rate is tuned.",
        )
    known = model.startswith(RECURRENT + TRANSFORMERS)
    found = preset(model) if known else PRESETS["table"]
    rate = {"learning_rate": found.settings["learning_rate"]}
    rules = ", ".join(rule for rule in found.rule.split(", ") if rule.startswith("OPT"))
    measured = f"; {found.measured}" if found.measured else ""
    return Choice(found.settings["optimizer"], rules, rate, f"{found.reason}{measured}.")


def choose_model(
    task: Task,
    columns: Sequence[Column] = (),
    rows: int | None = None,
    features: Mapping[str, Any] | None = None,
) -> Choice:
    """Choose a builder for rows of a table, which may hold free text.

    Args:
        task: What is predicted.
        columns: The inputs; all kinds of columns are read by the model itself.
        rows: Number of training rows.
        features: Training rows by column name, to measure the length of texts.

    Returns:
        `mlp` for rows without text: they have no order, which is what other builders are made for.
        For texts alone below 100,000 rows, what the guide says, `guide` in the figures, with what
        was measured; above, `mlp` to begin with. SEQ-2 would let simple_rnn do below 50 words; it
        measured worse, so it is named and not chosen. For texts beside other columns `mlp` again.

    Raises:
        BadInput: The number of rows is not positive.

    Guide: ARC-1, ARC-4, QS-1, BP-1, SEQ-2, SEQ-4, SEQ-5, SEQ-7.

    Examples:
        >>> choose_model(Task("binary", ("no", "yes")), rows=500).value
        'mlp'
        >>> choice = choose_model(Task("binary", ("ham", "spam")), [Column("text", "text")], 5_000)
        >>> choice.value, choice.figures["guide"]
        ('gru', 'gru')
    """
    checked_task(task)
    figures: dict[str, Any] = {"columns": len(columns)} if columns else {}
    if rows is not None:
        figures["rows"] = checked_number("rows", rows, least=1, whole=True)
    if (chosen := sequence_model(task, columns)) is not None:
        return chosen
    if not any(column.kind == "text" for column in columns):
        reason = "A table has no order to read, so dense layers are enough."
        return Choice("mlp", "ARC-1, QS-1", figures, reason)
    figures |= text_figures(columns, features or {})
    guide, rules, why = guide_for_texts(rows, figures.get("words_longest"))
    figures["guide"] = guide
    if any(column.kind != "text" for column in columns):
        return Choice(
            "mlp",
            f"ARC-1, {rules}",
            figures,
            f"The guide says {guide} for texts ({why}), but here other columns stand beside them, "
            "and only mlp has hidden layers for those.",
        )
    if rows is not None and rows >= FEW_EXAMPLES:
        reason = (
            f"The guide says {guide} for texts ({why}). Nothing of this size was measured, and on "
            f"a CPU it would train for hours: begin with mlp, and set model={guide} if it pays."
        )
        return Choice("mlp", f"BP-1, {rules}", figures, reason)
    reason = f"The guide's choice for texts: {why}. {MEASURED_TEXTS}"
    return Choice(guide, rules, figures, reason)
