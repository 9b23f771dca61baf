"""Rules about what pulls a classifier to one answer: weights of classes, rows in their order."""

from __future__ import annotations

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import DataFacts, ProbeFacts
from ..thresholds import Thresholds
from .skill import skill_of

__all__ = ["class_by_class", "pulled_by_weights"]

Figures = dict[str, float | int | str]
SETTLED = 2  # probes on end that show it


def pulled_by_weights(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find class weights that make one class count far more than all others together.

    Weights that make rare classes count as much as common ones are what they are for. Those that
    turn an even split into an uneven one make it pay to give one answer to every row. Before that
    shows, it is a remark.

    Guide: DX-5, MET-2.
    """
    data = evidence.data or DataFacts()
    weights = dict(data.class_weights)
    if not weights or len(data.targets) != 1 or not data.evenly:
        return None
    target = data.targets[0]
    if not target.whole or len(target.values) < 2 or len(target.values) != len(target.shares):
        return None
    counts = {
        int(value): share * weights.get(int(value), 1.0)
        for value, share in zip(target.values, target.shares, strict=True)
    }
    heaviest = max(counts, key=counts.__getitem__)
    lightest = min(counts.values())
    ratio = counts[heaviest] / lightest if lightest > 0 else float("inf")
    natural = max(target.shares) / min(target.shares)
    if ratio < max(thresholds.imbalance_ratio, 2 * natural):
        return None
    pulled = _pulled(evidence, heaviest, thresholds)
    if pulled is False:
        return None
    cause = (
        f"By the weights given, class {heaviest} counts {ratio:.3g} times as much as the lightest;"
        f" the labels alone would make that {natural:.3g} times."
    )
    if pulled:
        cause += f" The model answers it for {_last(evidence).class_shares[heaviest]:.0%} of the"
        cause += f" rows, where {_last(evidence).label_shares[heaviest]:.0%} have it."
    severity: Severity = "warning" if pulled else "info"
    remedy = "Leave class_weight out, or weight each class by rows / (classes * rows of it)."
    figures: Figures = {"class": heaviest, "ratio": round(ratio, 3), "natural": round(natural, 3)}
    epoch = _last(evidence).epoch if pulled else None
    confidence = 0.85 if pulled else 0.4
    return Finding("class_collapse", "DX-5", severity, cause, remedy, epoch, figures, confidence)


def class_by_class(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find batches that each hold one class, since rows are taken in the order of their classes.

    The model then answers what it saw last. It counts once little is learned.

    Guide: DX-5.
    """
    data = evidence.data or DataFacts()
    if data.lone_batches < thresholds.lone_batches:
        return None
    skill = skill_of(evidence)
    settled = len(evidence.history) >= thresholds.settled_epochs if evidence.recorded else False
    poor = settled and skill is not None and skill < thresholds.good
    if settled and not poor:
        return None
    cause = f"{data.lone_batches:.0%} of the batches hold a single class: fit takes the rows in"
    cause += " their order, which is that of the classes, and the model answers what it saw last."
    severity: Severity = "warning" if poor else "info"
    remedy = "Shuffle: leave out shuffle=False, or mix the rows before."
    figures: Figures = {"lone_batches": round(data.lone_batches, 4)}
    epoch = evidence.history.epochs[-1] if poor else None
    confidence = 0.8 if poor else 0.4
    return Finding("class_collapse", "DX-5", severity, cause, remedy, epoch, figures, confidence)


def _pulled(evidence: Evidence, heaviest: int, thresholds: Thresholds) -> bool | None:
    """Return whether answers lean to a class beyond its share; None while that is not known."""
    shown = [probe for probe in evidence.probes if probe.epoch > 0 and probe.class_shares]
    if len(shown) < SETTLED:
        return None
    return all(
        heaviest < len(probe.class_shares) == len(probe.label_shares)
        and probe.class_shares[heaviest] - probe.label_shares[heaviest] >= thresholds.pulled_share
        for probe in shown[-SETTLED:]
    )


def _last(evidence: Evidence) -> ProbeFacts:
    return evidence.probes[-1]
