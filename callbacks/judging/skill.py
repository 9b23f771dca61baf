"""How much a training has learned, from a naive answer to perfection. No Keras is needed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..evidence import Evidence
from ..gathering.facts import LayerProbe, ModelFacts, ProbeFacts
from ..gathering.history import is_share
from .signals import end_of

__all__ = ["kernels_of", "model_of", "naive_share", "skill_of"]

# Kernels that are not on the main road: their gradients are tiny where attention is even.
BYWAYS = ("query", "key")


def skill_of(evidence: Evidence) -> float | None:
    """Return how far training got from a naive answer (0) to perfection (1); None if unknown.

    Accuracy is measured against the share of the commonest class, where that is known; a loss,
    against that of a naive answer or of the untrained model.

    Examples:
        >>> from goodfit.callbacks import History
        >>> history = History({"loss": [0.7, 0.6, 0.6], "accuracy": [0.7, 0.75, 0.75]})
        >>> skill_of(Evidence(history, {"majority": {"accuracy": 0.5}}))
        0.5
    """
    recorded = evidence.recorded
    if recorded is None:
        return None
    for name in recorded.metrics:
        values = recorded.series(name)[1]
        naive = naive_share(evidence, name)
        if is_share(name) and len(values) and naive is not None:
            return max(0.0, (end_of(values) - naive) / max(1e-9, 1 - naive))
    loss = recorded.series("loss")[1]
    if not len(loss):
        return 0.0
    known = [scores["loss"] for scores in _naive(evidence) if "loss" in scores]
    probes = evidence.probes
    penalty = probes[-1].penalty if probes else 0.0
    if not known and probes and math.isfinite(probes[0].loss):
        known = [probes[0].loss - probes[0].penalty]
    if not known or min(known) <= 0:
        return None
    return max(0.0, 1 - (end_of(loss) - penalty) / min(known))


def kernels_of(probe: ProbeFacts) -> list[LayerProbe]:
    """Return the layers with a kernel on the way from the inputs to the answer, in order."""
    return [
        layer
        for layer in probe.layers
        if layer.size and layer.name.rsplit("/", 1)[-1] not in BYWAYS
    ]


def model_of(evidence: Evidence) -> ModelFacts:
    """Return the model, for rules that need one."""
    if evidence.model is None:
        raise LookupError("there is no model: the rule does not say that it needs one")
    return evidence.model


def naive_share(evidence: Evidence, name: str = "accuracy") -> float | None:
    """Return what a naive answer scores in a metric between 0 and 1, if it is known."""
    known = [scores[name] for scores in _naive(evidence) if name in scores]
    if "acc" in name.lower():
        if not known:
            every = [pair for scores in _naive(evidence) for pair in scores.items()]
            known = [score for other, score in every if "acc" in other.lower()]
        if evidence.probes and evidence.probes[-1].label_shares:
            known.append(max(evidence.probes[-1].label_shares))
    if "auc" in name.lower():
        known.append(0.5)
    return max(known) if known else None


def _naive(evidence: Evidence) -> list[Mapping[str, float]]:
    """Return the scores of the answers that know nothing of a row; a linear model knows it."""
    return [scores for answer, scores in evidence.naive.items() if answer != "linear"]
