"""Rules about regularisation: so strong that nothing fits, or in the wrong place."""

from __future__ import annotations

from ..evidence import Evidence
from ..findings import Finding
from ..thresholds import Thresholds
from .learned import has_learned
from .skill import model_of

__all__ = ["dropout_after_output", "over_regularised"]


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
    if model.weight_decay >= thresholds.strong_decay:
        strong[model.optimizer] = f"weight decay {model.weight_decay:g}"
    if not strong:
        return None
    poor = has_learned(evidence, thresholds) is False
    told = ", ".join(f"{what} in '{name}'" for name, what in list(strong.items())[:4])
    cause = f"Regularisation is strong: {told}"
    cause += ", and the model does not fit even the training rows." if poor else "."
    remedy = "Divide L1, L2 and weight decay by 100, and use dropout of 0.2 at most."
    if not poor:
        remedy = "Watch whether the training rows are still fitted; else divide it by 10."
    epoch = evidence.history.epochs[-1] if poor else None
    return Finding(
        "over_regularised", "REG-3", "warning" if poor else "info", cause, remedy, epoch,
        {"places": len(strong)}, 0.8 if poor else 0.3, tuple(strong),
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
