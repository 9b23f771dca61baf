"""Rules about classes: how often each one comes, and whether the rare ones are left out."""

from __future__ import annotations

import math

import numpy as np

from ..evidence import Evidence
from ..findings import Finding, Severity
from ..gathering.facts import ArrayFacts, DataFacts, OutputFacts, ProbeFacts
from ..thresholds import Thresholds
from .rules_data import pairs

__all__ = ["imbalanced"]

Figures = dict[str, float | int | str]

CLASS_LOSSES = ("crossentropy", "hinge")
SETTLED = 3  # epochs on end in which a class is left out
MOST_CLASSES = 50  # more are words or names, whose shares are never even


def imbalanced(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find classes of very different size, where no weights make up for it.

    That alone is a remark. It is a warning where it does harm: predictions leave the rare classes
    out; or before that is known, where they are very rare.

    Guide: MET-2.
    """
    data, model = evidence.data or DataFacts(), evidence.model
    if data.weighted or not data.evenly or (model is not None and model.class_weighted):
        return None
    for array, output in pairs(data.targets, model.outputs if model else ()):
        if not _are_classes(array, output):
            continue
        shares = np.array(array.shares)
        ratio = float(shares.max() / shares.min())
        spread = math.exp(float(-(shares * np.log(shares)).sum())) / len(shares)
        several = len(shares) > 2
        if ratio <= thresholds.imbalance_ratio or (
            several and spread >= thresholds.label_perplexity
        ):
            continue
        neglected = _neglected(evidence, array, thresholds)
        rare = float(shares.min()) <= thresholds.rare_class
        harm = neglected is True or (neglected is None and rare)
        figures: Figures = {
            "ratio": round(ratio, 2),
            "commonest": round(float(shares.max()), 4),
            "rarest": round(float(shares.min()), 4),
        }
        cause = (
            f"Class {array.values[int(shares.argmax())]:g} has {shares.max():.1%} of the labels and"
            f" class {array.values[int(shares.argmin())]:g} {shares.min():.1%}"
        )
        if neglected:
            cause += ", and the model hardly ever predicts the rare ones"
        remedy = (
            "Pass class_weight to fit, or weights of the rows; and judge by recall, F1 or AUC"
            " instead of accuracy."
        )
        severity: Severity = "warning" if harm else "info"
        return Finding("imbalanced", "MET-2", severity, cause + ".", remedy, None, figures,
                       0.85 if neglected else 0.6 if harm else 0.4, (array.name,))  # fmt: skip
    return None


def _neglected(evidence: Evidence, array: ArrayFacts, thresholds: Thresholds) -> bool | None:
    """Return whether predictions leave out a rare class that the labels have; None if unknown.

    In its first epochs every model does.
    """
    verdicts = [
        _leaves_out(probe, len(array.shares), thresholds)
        for probe in evidence.probes
        if probe.epoch > 0 and probe.class_shares
    ]
    if len(verdicts) < SETTLED or verdicts[-1] is None:
        return None
    return all(verdict is True for verdict in verdicts[-SETTLED:])


def _leaves_out(probe: ProbeFacts, classes: int, thresholds: Thresholds) -> bool | None:
    predicted, labels = probe.class_shares, probe.label_shares
    if len(predicted) != len(labels) or len(labels) < 2 or classes > len(labels):
        return None
    rare = [at for at, share in enumerate(labels) if 0 < share < 1 / len(labels) / 2]
    if not rare:
        return None
    missing = sum(max(0.0, labels[at] - predicted[at]) for at in rare)
    return missing >= thresholds.neglected_share * sum(labels[at] for at in rare)


def _are_classes(array: ArrayFacts, output: OutputFacts | None) -> bool:
    """Return whether a target holds one class of a few for each row."""
    if (
        not array.whole
        or len(array.values) < 2
        or len(array.values) > MOST_CLASSES
        or array.rows < 50
    ):
        return False
    per_step = len(array.shape) > 1 or (len(array.shape) == 1 and array.shape[0] != 1)
    if per_step and not (array.one_hot and len(array.shape) == 1):
        return False
    if output is None:
        return len(array.values) <= 10
    return any(part in output.loss for part in CLASS_LOSSES)
