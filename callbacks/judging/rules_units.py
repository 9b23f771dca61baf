"""Rules about units that do not work: dead rectifiers, and those that sit on their flat ends."""

from __future__ import annotations

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..thresholds import Thresholds
from .skill import skill_of

__all__ = ["dead_at_start", "dead_relu", "saturated_activation", "saturated_at_start"]

Figures = dict[str, float | int | str]
RECURRENT = ("GRU", "LSTM", "SimpleRNN")


def dead_at_start(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find rectifiers that are zero for every row before the first step, and stay so.

    Guide: ACT-1, ACT-2.
    """
    return _dead(evidence, thresholds, start=True)


def dead_relu(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find rectifiers that died in training: they answer nothing and learn nothing.

    Half of them may rest in a healthy layer. Beyond, it is a fault only where little is learned; a
    layer that is dead as a whole lets nothing through at all.

    Guide: ACT-1, ACT-2.
    """
    return _dead(evidence, thresholds, start=False)


def _dead(evidence: Evidence, thresholds: Thresholds, start: bool) -> Finding | None:
    probe = evidence.probes[-1]
    least = thresholds.dead_units
    dead = [layer for layer in probe.layers if layer.hidden and layer.zero_units >= least]
    skill = skill_of(evidence)
    if not dead or skill is None:
        return None
    worst = max(dead, key=lambda layer: layer.zero_units)
    since = _since(evidence, worst.name, "zero_units", least)
    if (since == 0) is not start:
        return None
    poor = skill < thresholds.some_skill
    whole = worst.zero_units >= 1 and poor
    severity: Severity = "info"
    if poor and (whole or probe.epoch - since >= 2):
        severity = "error" if whole and probe.epoch - since >= 2 else "warning"
    cause = f"{worst.zero_units:.0%} of the units of '{worst.name}' are 0 for every row"
    cause += ", since before the first step." if start else f", since epoch {since}."
    remedy = "Divide the learning rate by 10, and use leaky_relu or he_normal."
    if start:
        remedy = "Start with he_normal kernels and biases of 0; use leaky_relu or scale the inputs."
    figures: Figures = {"dead_units": worst.zero_units, "since": since}
    where = tuple(layer.name for layer in dead)
    rule = "ACT-2" if len(dead) > 1 or whole else "ACT-1"
    confidence = 0.9 if whole else 0.7 if severity == "warning" else 0.3
    return Finding(
        "dead_relu", rule, severity, cause, remedy, max(since, 1), figures, confidence, where
    )


def saturated_at_start(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find units on their flat ends for most rows since before the first step.

    A unit that begins there has not decided anything.

    Guide: ACT-3, ACT-4.
    """
    return _saturated(evidence, thresholds, start=True)


def saturated_activation(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find units, as of sigmoid or tanh, that training drove to their flat ends for most rows.

    A unit that decides may well end up there: it is a fault only where little is learned.

    Guide: ACT-3, ACT-4.
    """
    return _saturated(evidence, thresholds, start=False)


def _saturated(evidence: Evidence, thresholds: Thresholds, start: bool) -> Finding | None:
    last, least = evidence.probes[-1], thresholds.flat_units
    hidden = [each for each in last.layers if each.hidden]
    flat = [each for each in hidden if each.flat_units >= least]
    if not flat:
        # The output of a recurrent layer is a product: fewer of its units can be flat.
        least = thresholds.flat_steps
        flat = [each for each in hidden if each.kind in RECURRENT and each.flat_units >= least]
        flat = [each for each in flat if _since(evidence, each.name, "flat_units", least) == 0]
    if not flat:
        return None
    worst = max(flat, key=lambda layer: layer.flat_units)
    since = _since(evidence, worst.name, "flat_units", least)
    if (since == 0) is not start:
        return None
    skill = skill_of(evidence)
    # A model that goes on from trained weights begins with a loss that is low already.
    good = skill is not None and skill >= (thresholds.good if since == 0 else thresholds.some_skill)
    severity: Severity = "info" if good or (since and last.epoch - since < 2) else "warning"
    cause = f"{worst.flat_units:.0%} of the units of '{worst.name}' ({worst.activation}) sit on"
    cause += " their flat ends"
    cause += " since before the first step." if since == 0 else f" since epoch {since}."
    remedy = "Scale the inputs, start with smaller weights (glorot_uniform), or use relu."
    figures: Figures = {"flat_units": worst.flat_units, "since": since}
    where = tuple(layer.name for layer in flat)
    rule = "ACT-3" if worst.activation == "sigmoid" else "ACT-4"
    confidence = 0.85 if severity == "warning" else 0.3
    return Finding(
        "saturated_activation", rule, severity, cause, remedy, max(since, 1), figures,
        confidence, where,
    )  # fmt: skip


def _since(evidence: Evidence, name: str, field: str, least: float) -> int:
    """Return from which epoch on a layer's share has been as high as at the end."""
    since = evidence.probes[-1].epoch
    for probe in reversed(evidence.probes):
        if not any(each.name == name and getattr(each, field) >= least for each in probe.layers):
            break
        since = probe.epoch
    return since
