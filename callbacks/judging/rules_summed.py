"""A rule about a loss that is summed over a batch, and the gradients that come of it."""

from __future__ import annotations

from ..evidence import Evidence
from ..findings import Finding
from ..thresholds import Thresholds
from .rules_rate import learning_rate_too_high, nan_loss
from .skill import model_of

__all__ = ["summed_loss"]


def summed_loss(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a loss that is summed over the rows of a batch, and steps that explode by it.

    Gradients are then as many times as large as the batch has rows. Adam and its like divide that
    out again, and clipping bounds it: only plain gradient descent steps so much too far.

    Guide: LR-2, REG-6.
    """
    model = model_of(evidence)
    summed = [each for each in model.outputs if each.reduction == "sum"]
    if not summed or model.optimizer != "sgd" or model.clipped:
        return None
    harm = nan_loss(evidence, thresholds) or learning_rate_too_high(evidence, thresholds)
    if harm is None or harm.severity == "info":
        return None
    rows = evidence.data.rows if evidence.data is not None else None
    batch = round(rows / model.steps) if rows and model.steps else 0
    figures: dict[str, float | int | str] = {"reduction": "sum"}
    cause = "The loss is summed over the rows of a batch: gradients are"
    cause += f" about {batch} times" if batch > 1 else " many times"
    cause += f" as large as those of a mean, and the steps explode. {harm.cause}"
    remedy = "Use reduction='sum_over_batch_size', or divide the learning rate by the batch size."
    if batch > 1:
        figures["batch"] = batch
    where = tuple(each.name for each in summed)
    return Finding(
        "exploding_gradient", "REG-6", "error", cause, remedy, harm.epoch, figures, 0.85, where
    )
