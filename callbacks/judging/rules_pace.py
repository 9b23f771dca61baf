"""Rules about the pace of the weights: what an epoch changes of them, against what they are."""

from __future__ import annotations

import math
from statistics import median

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import ProbeFacts
from ..thresholds import Thresholds
from .rules_settings import ADAPTIVE
from .skill import kernels_of, skill_of

__all__ = ["steps_too_large", "steps_too_small"]

Figures = dict[str, float | int | str]


def steps_too_large(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find kernels that the first epochs replaced by others many times their size.

    A rate that fits changes a kernel by a share of itself in an epoch; one far too high throws it
    away. Embeddings start small and may grow, and a kernel that starts at zero must.

    Guide: LR-2, MIS-6, WHEN-3.
    """
    start = evidence.probes[0]
    if start.epoch != 0:
        return None
    for probe in evidence.probes[1:4]:
        grown = _growth(start, probe)
        if not grown:
            continue
        growth = median(grown)
        # In a very long epoch, small steps may add up to as much.
        long = max(1.0, (_steps(evidence, probe) / thresholds.long_epoch) ** 0.5)
        if growth < thresholds.weight_growth * long:
            continue
        skill = skill_of(evidence)
        if skill is not None and skill >= thresholds.good:
            return None
        rate = evidence.model.learning_rate if evidence.model else None
        poor = skill is not None and skill < thresholds.some_skill
        severity: Severity = "error" if poor and len(evidence.probes) > 3 else "warning"
        cause = f"By epoch {probe.epoch}, the kernels have grown to {growth:.3g} times their size"
        cause += f", at a learning rate of {rate:.3g}" if rate is not None else ""
        cause += ": the steps are too large."
        figures: Figures = {"growth": round(growth, 3), "epoch": probe.epoch}
        if rate is not None:
            figures["learning_rate"] = rate
        remedy = "Divide the learning rate by 10 and train anew from new weights."
        return Finding("lr_too_high", "LR-2", severity, cause, remedy, probe.epoch, figures, 0.9)
    return None


def steps_too_small(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a training that hardly changes its weights, from a start that knows nothing.

    What counts is the whole way that is made in the epochs that are planned: a small rate for many
    steps is none. A model that goes on from trained weights may rest, and so may one whose
    gradients have vanished: that is another fault.

    Guide: LR-3, DX-2, WHEN-4.
    """
    history = evidence.history
    probes = evidence.probes[1:]
    if len(history) < thresholds.settled_epochs or not probes or evidence.probes[0].epoch != 0:
        return None
    far = [_moved(probe) for probe in probes]
    if any(not math.isfinite(each) for each in far):
        return None
    planned = (evidence.model.epochs if evidence.model else None) or history.epochs[-1]
    seen = sum(probe.epochs for probe in probes)
    way = sum(far) * max(1.0, planned / max(1, seen))
    skill = skill_of(evidence)
    if way >= thresholds.shortest_way or skill is None or skill >= thresholds.some_skill:
        return None
    if not _has_slope(evidence.probes[0], thresholds) or not _has_slope(probes[-1], thresholds):
        return None
    rate = evidence.model.learning_rate if evidence.model else history.learning_rate
    if len(history) < thresholds.fewest_epochs and _is_usual(evidence, rate, thresholds):
        cause = f"{seen} epochs have moved the weights by {sum(far):.2%} of their size, at a usual"
        cause += f" learning rate of {rate:.3g}: there were too few of them."
        return Finding(
            "too_few_epochs", "EPO-1", "warning", cause,
            "Train for at least ten times as many epochs, with early stopping.",
            history.epochs[-1], {"moved": sum(far), "epochs": seen, "skill": round(skill, 4)}, 0.8,
        )  # fmt: skip
    cause = f"In {seen} epochs the weights have moved by {sum(far):.2%} of their size"
    cause += f" at a learning rate of {rate:.3g}" if rate is not None else ""
    cause += ", and the model knows no more than before: the rate is too low for so few steps."
    figures: Figures = {"moved": sum(far), "epochs": seen, "skill": round(skill, 4)}
    if rate is not None:
        figures["learning_rate"] = rate
    remedy = "Multiply the learning rate by 5 until the loss moves."
    return Finding(
        "lr_too_low", "LR-3", "warning", cause, remedy, history.epochs[-1], figures, 0.85
    )


def _is_usual(evidence: Evidence, rate: float | None, thresholds: Thresholds) -> bool:
    """Return whether a rate is one that is used to train from the start with its optimizer."""
    model = evidence.model
    if model is None or rate is None or model.optimizer not in (*ADAPTIVE, "sgd"):
        return False
    usual = thresholds.usual_adaptive_rate
    if model.optimizer == "sgd":
        usual = thresholds.usual_plain_rate * (1 - min(model.momentum, 0.9))
    return rate >= usual * (1 - 1e-6)  # a float32 is no round number


def _growth(start: ProbeFacts, probe: ProbeFacts) -> list[float]:
    """Return how many times its size at the start each kernel has."""
    before = {layer.name: layer.weight_norm for layer in kernels_of(start)}
    return [
        layer.weight_norm / before[layer.name]
        for layer in kernels_of(probe)
        if layer.kind != "Embedding"
        and before.get(layer.name, 0) > 0
        and math.isfinite(layer.weight_norm)
    ]


def _steps(evidence: Evidence, until: ProbeFacts) -> int:
    return sum(probe.steps for probe in evidence.probes if probe.epoch <= until.epoch)


def _moved(probe: ProbeFacts) -> float:
    """Return how far the kernel moved that moved most."""
    return max((layer.moved for layer in kernels_of(probe)), default=math.nan)


def _has_slope(probe: ProbeFacts, thresholds: Thresholds) -> bool:
    """Whether there is a gradient to follow, in the first kernel as in the last."""
    kernels = kernels_of(probe)
    return bool(kernels) and all(
        layer.gradient_norm > thresholds.least_gradient * layer.weight_norm for layer in kernels
    )
