"""Rules about regularisation: so strong that nothing fits, or in the wrong place."""

from __future__ import annotations

import math
from statistics import median

from ..evidence import Evidence
from ..findings import Finding
from ..thresholds import Thresholds
from .learned import has_learned
from .signals import end_of
from .skill import kernels_of, model_of, skill_of

__all__ = ["dropout_after_output", "over_regularised", "shrunk"]


def over_regularised(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find penalties or dropout so strong that the model cannot fit.

    Before training it is a remark: what is strong for one set is right for another. It counts once
    the training shows that nothing fits.

    Guide: REG-2, REG-3, LVL-3, WHEN-2.
    """
    model = model_of(evidence)
    strong = {
        layer.name: f"L2 {layer.l2:g}" for layer in model.layers if layer.l2 >= thresholds.strong_l2
    }
    strong |= {x.name: f"L1 {x.l1:g}" for x in model.layers if x.l1 >= thresholds.strong_l1}
    strong |= {
        layer.name: f"dropout {layer.dropout:g}"
        for layer in model.layers
        if layer.dropout > thresholds.strong_dropout
    }
    strong |= {
        layer.name: f"recurrent dropout {layer.settings['recurrent_dropout']:g}"
        for layer in model.layers
        if float(layer.settings.get("recurrent_dropout", 0.0)) > thresholds.strong_dropout
    }
    if model.weight_decay >= thresholds.strong_decay:
        strong[model.optimizer] = f"weight decay {model.weight_decay:g}"
    if not strong:
        return None
    poor = has_learned(evidence, thresholds) is False
    held = any("dropout" in what for what in strong.values()) and _held_back(evidence, thresholds)
    told = ", ".join(f"{what} in '{name}'" for name, what in list(strong.items())[:4])
    cause = f"Regularisation is strong: {told}"
    if held and not poor:
        cause += f", and after the whole training the model is {skill_of(evidence):.0%} of the way"
        cause += " from a naive answer to perfection on the training rows."
    else:
        cause += ", and the model does not fit even the training rows." if poor else "."
    poor = poor or held
    remedy = "Divide L1, L2 and weight decay by 100, and use dropout of 0.2 at most."
    if not poor:
        remedy = "Watch whether the training rows are still fitted; else divide it by 10."
    epoch = evidence.history.epochs[-1] if poor else None
    return Finding(
        "over_regularised", "REG-3", "warning" if poor else "info", cause, remedy, epoch,
        {"places": len(strong)}, 0.8 if poor else 0.3, tuple(strong),
    )  # fmt: skip


def _held_back(evidence: Evidence, thresholds: Thresholds) -> bool:
    """Return whether little is learned where dropout is at work, and more where it is not.

    Dropout works in training alone: a loss that is clearly lower on validation rows shows it.
    """
    recorded, skill = evidence.recorded, skill_of(evidence)
    if recorded is None or skill is None or skill >= thresholds.some_skill:
        return False
    planned = recorded.planned_epochs
    if len(recorded) < thresholds.fewest_epochs or recorded.epochs[-1] < (planned or 0):
        return False
    losses = [recorded.series(name)[1] for name in ("loss", "val_loss")]
    if not all(map(len, losses)):
        return False
    loss, held = map(end_of, losses)
    return held < loss - thresholds.stuck_fall * abs(loss)


def shrunk(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find kernels that a penalty has pulled to a fraction of what they began with.

    How strong a penalty is depends on the loss beside it: what it does to the weights tells.

    Guide: REG-3, WHEN-2.
    """
    model = model_of(evidence)
    pulled = [layer.name for layer in model.layers if layer.l1 > 0 or layer.l2 > 0]
    start, end = evidence.probes[0], evidence.probes[-1]
    if not (pulled or model.weight_decay > 0) or start.epoch or end.epoch < 1:
        return None
    before = {layer.name: layer.weight_norm for layer in kernels_of(start)}
    left = [
        layer.weight_norm / before[layer.name]
        for layer in kernels_of(end)
        if layer.hidden and before.get(layer.name, 0.0) > 0 and math.isfinite(layer.weight_norm)
    ]
    if not left or median(left) > thresholds.shrunk_share:
        return None
    if has_learned(evidence, thresholds) is not False:
        return None
    cause = f"Penalties have pulled the kernels to {median(left):.0%} of their size at the start,"
    cause += " and the model does not fit even the training rows."
    remedy = "Divide L1, L2 and weight decay by 100."
    where = tuple(pulled) or (model.optimizer,)
    return Finding(
        "over_regularised", "REG-3", "warning", cause, remedy, end.epoch,
        {"left": round(median(left), 4)}, 0.85, where,
    )  # fmt: skip


def dropout_after_output(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find dropout after the output layer: answers are set to zero by lot.

    Guide: REG-2.
    """
    model = model_of(evidence)
    for output in model.outputs:
        for name in output.after:
            layer = model.layer(name)
            if layer is not None and layer.dropout > 0 and "Dropout" in layer.kind:
                cause = f"'{name}' drops {layer.dropout:.0%} of the answers themselves in training."
                remedy = "Take the dropout away behind the output, or put it before the last layer."
                figures: dict[str, float | int | str] = {"dropout": layer.dropout}
                return Finding(
                    "over_regularised", "REG-2", "warning", cause, remedy, None, figures, 0.9,
                    (name,),
                )  # fmt: skip
    return None
