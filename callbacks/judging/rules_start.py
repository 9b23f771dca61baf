"""Rule about the weights before the first step."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..evidence import Evidence
from ..findings import Finding
from ..gathering.facts import LayerFacts, ModelFacts
from ..thresholds import Thresholds
from .learned import NORMALISING
from .skill import model_of

__all__ = ["bad_start"]


def bad_start(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find initial weights that are all equal, or far from the size that their layer asks for.

    Only before the first step: weights that were trained may be of any size. A kernel of zeros at
    the end of a model, or of a branch that is added, is a start that is used on purpose.

    Guide: ACT-1.
    """
    model = model_of(evidence)
    if model.trained_steps:
        return None
    own = [
        layer for layer in model.layers if layer.hidden and layer.settings.get("trainable", True)
    ]
    same = [layer for layer in own if layer.kernel_constant and layer.units > 1
            and not _is_added(model, layer)]  # fmt: skip
    if same:
        names = ", ".join(f"'{layer.name}'" for layer in same[:4])
        cause = (
            f"All weights of {names} start with the same value, so that all units learn the same."
        )
        return _start(cause, same, 0.95, {"layers": len(same)})
    ratios = {layer.name: _gain(layer) for layer in own if _gain(layer) is not None}
    wild = [layer for layer in own if (ratios.get(layer.name) or 1) >= thresholds.start_ratio]
    limit = thresholds.start_ratio
    product = math.prod(max(1.0, ratio or 1.0) for ratio in ratios.values())
    normed = any(layer.kind in NORMALISING for layer in model.layers)
    loud = [layer for layer in own if (ratios.get(layer.name) or 1) >= 2]
    if wild or (not normed and product >= limit**2 and len(loud) > 1):
        concerned = wild or loud
        most = max(concerned, key=lambda layer: ratios[layer.name] or 0)
        cause = (
            f"The weights of '{most.name}' start with a deviation of {most.kernel_deviation:.3g},"
            f" {ratios[most.name]:.0f} times what {most.fan_in} inputs ask for."
        )
        return _start(cause, concerned, 0.85, {"ratio": round(ratios[most.name] or 0, 2)})
    faint = [layer for layer in own if 0 < (ratios.get(layer.name) or 1) <= 1 / limit]
    if faint and not normed and math.prod(ratios[x.name] or 1 for x in faint) <= 1 / limit**2:
        least = min(faint, key=lambda layer: ratios[layer.name] or 0)
        cause = (
            f"The weights of '{least.name}' start with a deviation of {least.kernel_deviation:.3g},"
            f" {1 / (ratios[least.name] or 1):.0f} times less than {least.fan_in} inputs ask for."
        )
        return _start(cause, faint, 0.75, {"ratio": float(ratios[least.name] or 0)})
    return None


def _start(
    cause: str, layers: Sequence[LayerFacts], confidence: float, figures: dict[str, float | int]
) -> Finding:
    remedy = "Leave the initializer out, or use he_normal before relu, glorot_uniform else."
    where = tuple(layer.name for layer in layers)
    return Finding("bad_init", "", "warning", cause, remedy, None, {**figures}, confidence, where)


def _is_added(model: ModelFacts, layer: LayerFacts) -> bool:
    """Return whether a layer's output is added to something else, or ends in an operation."""
    takers = [model.layer(name) for name in layer.feeds]
    return any(taker is None or taker.kind in ("Add", "BatchNormalization") for taker in takers)


def _gain(layer: LayerFacts) -> float | None:
    """Return how many times the deviation of a kernel is what its inputs ask for."""
    deviation, inputs = layer.kernel_deviation, layer.fan_in
    if not inputs or not math.isfinite(deviation) or layer.kernel_constant:
        return None
    recurrent = layer.settings.get("recurrent_deviation")
    again = float(recurrent) * math.sqrt(layer.units / 2) if recurrent is not None else 0.0
    most = math.sqrt(2 / inputs)
    least = math.sqrt(2 / (inputs + max(layer.units, 1)))
    if deviation > most or again > 1:
        return max(deviation / most, again)
    return deviation / least if deviation < least else 1.0
