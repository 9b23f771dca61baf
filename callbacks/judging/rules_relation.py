"""Rules about what inputs say of targets: something else in validation, or nothing at all."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..evidence import Evidence
from ..findings import Finding
from ..gathering.history import is_share
from ..thresholds import Thresholds
from .signals import sampling_error

__all__ = ["other_relation", "unrelated_labels"]

Figures = dict[str, float | int | str]
Told = tuple[float, float]

# What rehearsals are scored on at most: a third of the rows that references look at.
REHEARSED_ROWS = 266
# The error of a share of what the mean leaves unexplained, where hardly any is explained: of few
# rows at most, and else by their number, as the square of a correlation has it.
LOSS_DOUBT = 0.03
# Answers that get this share of the way of the best one have to fail as well.
CLOSE = 0.75


def other_relation(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find validation rows whose inputs say something else of the targets than in training.

    Answers without training do well on training rows that they are not shown, and fail on the
    validation rows: names were numbered anew, columns changed places, labels slipped. Where each
    feature by itself is as in training, nothing else shows it.

    Guide: MIS-1, PH-1d.
    """
    known, held = _told(evidence, "rehearsed"), _told(evidence, "held")
    strong = {
        answer: (known[answer], held[answer])
        for answer in known
        if answer in held and known[answer][0] >= thresholds.some_skill
    }
    if not strong:
        return None
    answer = max(strong, key=lambda each: strong[each][0][0])
    for (skill, doubt), (beside, other_doubt) in strong.values():
        if skill < strong[answer][0][0] * CLOSE:
            continue
        apart = math.hypot(doubt, other_doubt)
        if skill - beside < max(thresholds.relation_gap, 3 * apart) or beside > skill / 2:
            return None
    (skill, _), (beside, _) = strong[answer]
    cause = (
        f"What the inputs say of the targets does not hold in validation: '{answer}', an answer"
        f" without training, gets {skill:.0%} of the way to perfection on training rows that it is"
        f" not shown, and {max(beside, 0.0):.0%} on the validation rows."
    )
    remedy = (
        "Prepare both parts by the same steps: the same vocabulary, order of columns, scaling and"
        " numbering of classes; and look whether rows and labels still belong together."
    )
    figures: Figures = {"training": round(skill, 4), "validation": round(beside, 4)}
    return Finding("bad_split", "MIS-1", "warning", cause, remedy, None, figures, 0.8)


def unrelated_labels(evidence: Evidence, thresholds: Thresholds) -> Finding | None:
    """Find targets of which the inputs say nothing: shuffled apart from their rows, most likely.

    Neither the model nor any answer without training knows more of the validation rows than an
    answer that looks at nothing, and these answers know no more on training rows that they are not
    shown. The model may have learned its rows by heart.

    Guide: PH-1b, CHK-1.
    """
    history, data = evidence.history, evidence.data
    known, held = _told(evidence, "rehearsed"), _told(evidence, "held")
    rows = (data.validation_rows if data is not None else None) or 0
    if len(history) < thresholds.fewest_epochs or not known or rows < thresholds.told_rows:
        return None
    # Where one class is most of the rows, accuracy hides what is known.
    if any(naive > thresholds.even_share for naive in _naive_shares(evidence)):
        return None
    if any(skill > 3 * doubt for skill, doubt in (*known.values(), *held.values())):
        return None
    model = _model_told(evidence, rows)
    if model is None or model[0] > 3 * model[1]:
        return None
    tried = ", ".join(f"'{name}'" for name in held)
    cause = (
        f"Neither the model nor the answers without training ({tried}) know more of the validation"
        " rows than an answer that looks at nothing: the inputs say nothing of the targets."
    )
    remedy = (
        "Look at some rows and their labels side by side: were they shuffled or sorted apart, read"
        " from different files, or joined by the wrong key?"
    )
    figures: Figures = {name: round(skill, 4) for name, (skill, _) in held.items()}
    figures["model"] = round(model[0], 4)
    epoch = history.epochs[-1]
    return Finding("bad_labels", "PH-1b", "warning", cause, remedy, epoch, figures, 0.6)


def _naive_shares(evidence: Evidence) -> list[float]:
    """Return what naive answers score in metrics between 0 and 1."""
    naive = evidence.naive.get("majority", {})
    return [score for name, score in naive.items() if is_share(name)]


def _told(evidence: Evidence, where: str) -> dict[str, Told]:
    """Return how far each answer gets from a naive one to perfection, and the doubt in that."""
    data = evidence.data
    if where == "rehearsed":
        scores = evidence.rehearsed
        naive: Mapping[str, float] = scores.get("plain", {})
        rows = min(REHEARSED_ROWS, (data.rows or 3 * REHEARSED_ROWS) // 3 if data else 1)
    else:
        scores = {**evidence.references}
        if "linear" in evidence.naive and scores:
            scores["linear"] = evidence.naive["linear"]
        plain = [each for name, each in evidence.naive.items() if name in ("mean", "majority")]
        naive = plain[0] if plain else {}
        rows = (data.validation_rows or 0) if data else 0
    if not naive or rows < 1:
        return {}
    found = {name: _skill(each, naive, rows) for name, each in scores.items() if name != "plain"}
    return {name: told for name, told in found.items() if told is not None}


def _skill(scores: Mapping[str, float], naive: Mapping[str, float], rows: int) -> Told | None:
    """Return one answer's way from naive to perfection, and its standard error."""
    for name, score in scores.items():
        if is_share(name) and name in naive:
            room = max(1e-9, 1 - naive[name])
            return (score - naive[name]) / room, sampling_error(naive[name], rows) / room
    if any(is_share(name) for name in scores) or not naive.get("loss", 0.0) > 0:
        return None
    if "loss" not in scores:
        return None
    return 1 - scores["loss"] / naive["loss"], min(LOSS_DOUBT, 3 / rows)


def _model_told(evidence: Evidence, rows: int) -> Told | None:
    """Return how far the model got on the validation rows at its best, and the doubt in that."""
    history = evidence.history
    plain = [each for name, each in evidence.naive.items() if name in ("mean", "majority")]
    if not plain:
        return None
    scores = {}
    for name in plain[0]:
        values = history.series(f"val_{name}")[1]
        if len(values):
            scores[name] = float(values.max() if is_share(name) else values.min())
    return _skill(scores, plain[0], rows)
