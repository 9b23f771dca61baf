"""Rules about the signal between the layers: gone, grown, the same for all, not a number."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import LayerProbe, ProbeFacts
from ..thresholds import Thresholds
from .rules_settings import rate_is_high
from .skill import kernels_of, skill_of

__all__ = [
    "exploding_at_start",
    "exploding_gradient",
    "hidden_nan",
    "same_answer",
    "vanishing_gradient",
]

Figures = dict[str, float | int | str]


def hidden_nan(evidence: Evidence, thresholds: Thresholds) -> Finding | None:  # noqa: ARG001
    """Find NaN that does not reach the loss: a rectifier makes 0 of it.

    NaN in the inputs alone is none: a model may fill gaps itself.

    Guide: DX-1.
    """
    for probe in evidence.probes:
        inside = [place for place in probe.not_finite if place not in ("inputs", "targets", "loss")]
        inside = [place for place in inside if not place.startswith("activation")]
        if not inside:
            continue
        spoilt = "inputs" in probe.not_finite
        names = ", ".join(inside[:3]) + (", …" if inside[3:] else "")
        cause = f"NaN or infinity is in: {names}"
        finite = math.isfinite(probe.loss)
        cause += "; the loss does not show it, since a rectifier makes 0 of it." if finite else "."
        remedy = "Divide the learning rate by 10, and train anew from new weights."
        if spoilt:
            remedy = "Remove or fill NaN and infinity in the inputs."
        elif any(place.startswith("input ") for place in inside) and probe.epoch == 0:
            remedy = "Look for a logarithm, a root or a division by zero before that layer."
        return Finding(
            "nan_input" if spoilt else "nan_loss",
            "DX-1",
            "error",
            cause,
            remedy,
            max(probe.epoch, 1),
            {"places": len(inside)},
            0.9,
            tuple(inside),
        )
    return None


def vanishing_gradient(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find first layers that get almost no gradient, next to the last one, and do not learn.

    The key of an attention has hardly any gradient in a healthy Transformer, and a converged model
    has little of it anywhere: so it is the ratio that counts, and only where little is learned.

    Guide: ACT-3.
    """
    skill = skill_of(evidence)
    if skill is not None and skill >= thresholds.some_skill:
        return None
    gone: list[tuple[ProbeFacts, LayerProbe, float]] = []
    for probe in evidence.probes:
        kernels = kernels_of(probe)
        last = max((layer.gradient_norm for layer in kernels if not layer.hidden), default=0.0)
        if len(kernels) < 3 or not 0 < last < math.inf:
            continue
        first = kernels[0]
        ratio = first.gradient_norm / last
        if ratio < thresholds.vanishing_ratio and first.gradient_norm < thresholds.vanishing_norm:
            gone.append((probe, first, ratio))
    if len(evidence.probes) < 3 or len(gone) < thresholds.lasting * len(evidence.probes):
        return None
    if gone[0][0].epoch > 0 and rate_is_high(evidence, thresholds):
        return None  # there was a gradient, until the first steps threw the weights away
    probe, first, ratio = gone[-1]
    cause = (
        f"The gradient of '{first.name}' is {first.gradient_norm:.1e}, {ratio:.1e} of that of the"
        " last layer: the first layers do not learn."
    )
    remedy = (
        "Use relu with he_normal instead of sigmoid or tanh in hidden layers, or add batch"
        " normalization or skip connections."
    )
    figures: Figures = {"gradient_norm": first.gradient_norm, "ratio": ratio}
    return Finding(
        "vanishing_gradient",
        "ACT-3",
        "warning",
        cause,
        remedy,
        max(gone[0][0].epoch, 1),
        figures,
        0.85,
        (first.name,),
    )


def exploding_at_start(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find gradients that are huge before the first step: no rate is to blame.

    Guide: REG-6.
    """
    start = evidence.probes[0]
    return _exploding(evidence, thresholds, start) if start.epoch == 0 else None


def exploding_gradient(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find gradients that become huge in the first epochs.

    Guide: LR-2, REG-6.
    """
    for probe in evidence.probes[:4]:
        found = _exploding(evidence, thresholds, probe) if probe.epoch else None
        if found is not None:
            return found
    return None


def _exploding(evidence: Evidence, thresholds: Thresholds, probe: ProbeFacts) -> Finding | None:
    """Judge one probe: gradients against the weights, and against the last layer's.

    The gradient of a squared loss grows with its root, and that of targets in large units with it:
    so the root is divided out.
    """
    known = [each for each in kernels_of(probe) if each.gradient_norm > 0 < each.weight_norm]
    if not known or not math.isfinite(sum(each.gradient_norm for each in known)):
        return None
    unit = max(1.0, abs(probe.loss)) ** 0.5
    worst = max(known, key=lambda each: each.gradient_norm / each.weight_norm)
    share = worst.gradient_norm / worst.weight_norm / unit
    last = max((each.gradient_norm for each in known if not each.hidden), default=math.inf)
    growth = worst.gradient_norm / last
    grown = growth >= thresholds.exploding_ratio and share >= 1
    if share < thresholds.exploding_share and not grown:
        return None
    cause = f"The gradient of '{worst.name}' has the norm {worst.gradient_norm:.2g}, its weights"
    cause += f" {worst.weight_norm:.2g}"
    cause += f", and it is {growth:.2g} times that of the last layer" if grown else ""
    cause += " before the first step." if probe.epoch == 0 else f" after epoch {probe.epoch}."
    remedy = "Clip gradients (clipnorm=1), add normalization between layers, start smaller."
    figures: Figures = {"gradient_norm": worst.gradient_norm, "share_of_weights": share}
    if math.isfinite(growth):
        figures["growth"] = growth
    skill = skill_of(evidence)
    good = skill is not None and skill >= thresholds.some_skill
    severity: Severity = "info" if good or skill is None else "warning"
    confidence = 0.3 if good else 0.85
    where = (worst.name,)
    epoch = max(probe.epoch, 1)
    return Finding(
        "exploding_gradient", "REG-6", severity, cause, remedy, epoch, figures, confidence, where
    )


def same_answer(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find a classifier that gives nearly every row the same class, epoch after epoch.

    In the first epochs many do. Where that class is as frequent as that among the labels, it is no
    fault of the model.

    Guide: DX-5.
    """
    probes = [probe for probe in evidence.probes if probe.class_shares][-3:]
    if len(probes) < 3 or probes[0].epoch < 2 or len(probes[-1].class_shares) < 2:
        return None
    if any(max(probe.class_shares) < thresholds.collapse_share for probe in probes):
        return None
    last = probes[-1]
    top = max(range(len(last.class_shares)), key=last.class_shares.__getitem__)
    share, commonest = last.class_shares[top], max(last.label_shares)
    if commonest >= thresholds.natural_share:
        return None
    cause = f"The model answers class {top} for {share:.1%} of the rows, where {commonest:.0%} have"
    cause += " the commonest class."
    remedy = (
        "Weight the classes and divide the learning rate by 10; if neither is it, check the output"
        " layer and loosen the regularization."
    )
    figures: Figures = {"class": top, "share": round(share, 4), "commonest": round(commonest, 4)}
    severity: Severity = "error" if commonest < thresholds.poor and _still(probes) else "warning"
    return Finding("class_collapse", "DX-5", severity, cause, remedy, probes[0].epoch, figures, 0.8)


def _still(probes: Sequence[ProbeFacts]) -> bool:
    """Whether the answers hardly differ from row to row at the end."""
    return bool(probes[-1].output_spread) and max(probes[-1].output_spread) < 1e-3
