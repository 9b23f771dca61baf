"""Where to draw the line between yes and no is a choice, and its price can be counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...zoo.errors import BadInput, Problem
from ...zoo.tasks import Task
from ..config import Choice
from .checking import checked_answers, checked_number

__all__ = ["choose_threshold", "thin", "threshold_curve"]

# A threshold chosen on fewer rows of a class follows their chance more than the model.
FEW_ROWS = 20
POINTS = 200
_TASK = Task("binary", ("no", "yes"))


def choose_threshold(
    y_true: ArrayLike,
    probability: ArrayLike,
    *,
    cost_false_alarm: float = 1.0,
    cost_missed: float = 1.0,
) -> Choice:
    """Choose the threshold with the lowest cost on these rows; use validation rows, never test.

    A probability above the threshold means yes. Where several thresholds cost the same, the one
    nearest to the theoretical threshold `cost_false_alarm / (cost_false_alarm + cost_missed)` is
    taken, which is the best one for calibrated probabilities.

    Args:
        y_true: Labels 0 or 1, shape `(n,)`.
        probability: Probabilities of class 1, shape `(n,)` or `(n, 1)`.
        cost_false_alarm: Cost of saying yes to a no.
        cost_missed: Cost of saying no to a yes.

    Returns:
        The threshold, with figures: costs, false alarms and missed cases there, at 0.5 and in
        theory.

    Raises:
        BadInput: A cost is negative or both are 0; labels or probabilities cannot be used; the
            rows hold one class only.

    Guide: MET-7, MET-3, MET-4.

    Examples:
        >>> choice = choose_threshold([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9], cost_missed=5)
        >>> round(choice.value, 3), choice.figures["missed"], choice.figures["false_alarms"]
        (0.167, 0, 1)
    """
    problems = []
    costs = []
    for name, cost in (("cost_false_alarm", cost_false_alarm), ("cost_missed", cost_missed)):
        try:
            costs.append(checked_number(name, cost, least=0))
        except BadInput as error:
            problems += error.problems
    if not problems and sum(costs) == 0:
        problems.append(
            Problem("costs_zero", "Both costs are 0", "at least one above 0", "0 and 0")
        )
    labels, scores = np.empty(0), np.empty(0)
    try:
        labels, scores = checked_answers(y_true, probability, _TASK)
        if len(np.unique(labels)) < 2:
            problems.append(
                Problem(
                    "one_class",
                    "A threshold cannot be chosen on rows of one class",
                    "labels 0 and 1",
                    f"only {int(labels[0])}",
                    "Use more validation rows",
                )
            )
    except BadInput as error:
        problems += error.problems
    if problems:
        raise BadInput(*problems)

    alarm, miss = costs
    theory = alarm / (alarm + miss)
    cuts, alarms, missed = _cuts(labels, scores.astype(float))
    price = alarm * alarms + miss * missed
    half, ideal = (_price(labels, scores, at, alarm, miss) for at in (0.5, theory))
    lowest = price.min() * (1 + 1e-12)
    cheapest = cuts[price <= lowest]
    nearest = float(cheapest[np.argmin(np.abs(cheapest - theory))])
    value = theory if ideal[0] <= lowest else nearest
    here = _price(labels, scores, value, alarm, miss)
    positives = int(labels.sum())
    figures: dict[str, Any] = {
        "cost_false_alarm": alarm,
        "cost_missed": miss,
        "rows": len(labels),
        "positives": positives,
        "cost": here[0],
        "false_alarms": here[1],
        "missed": here[2],
        "cost_at_half": half[0],
        "theoretical_threshold": round(theory, 6),
        "cost_at_theoretical_threshold": ideal[0],
    }
    reason = (
        f"On these {len(labels)} rows the threshold {value:.3g} costs {here[0]:g} "
        f"({here[1]} false alarms, {here[2]} missed); 0.5 costs {half[0]:g}, "
        f"and the theoretical {theory:.3g} costs {ideal[0]:g}."
    )
    if min(positives, len(labels) - positives) < FEW_ROWS:
        reason += (
            f" One class has fewer than {FEW_ROWS} rows here, so the exact figure is chance; "
            "the theoretical threshold is the safer one."
        )
    return Choice(value, "MET-7", figures, reason)


def threshold_curve(
    y_true: ArrayLike,
    probability: ArrayLike,
    *,
    cost_false_alarm: float = 1.0,
    cost_missed: float = 1.0,
) -> dict[str, list[float]]:
    """Return what every threshold brings, as plain lists for drawing (at most 200 points).

    Args:
        y_true: Labels 0 or 1, shape `(n,)`.
        probability: Probabilities of class 1, shape `(n,)` or `(n, 1)`.
        cost_false_alarm: Cost of saying yes to a no.
        cost_missed: Cost of saying no to a yes.

    Returns:
        `threshold` (rising), `false_alarms`, `missed`, `precision`, `recall`, `f1` and `cost`.
        Precision is 1 where nothing is predicted, as in scikit-learn's curve.

    Raises:
        BadInput: Labels, probabilities or costs cannot be used.

    Guide: MET-7.
    """
    alarm = checked_number("cost_false_alarm", cost_false_alarm, least=0)
    miss = checked_number("cost_missed", cost_missed, least=0)
    labels, scores = checked_answers(y_true, probability, _TASK)
    cuts, alarms, missed = _cuts(labels, scores.astype(float))
    positives = float(labels.sum())
    found = positives - missed
    precision = np.divide(found, found + alarms, out=np.ones_like(cuts), where=found + alarms > 0)
    recall = found / positives if positives else np.zeros_like(cuts)
    whole = 2 * found + alarms + missed
    f1 = np.divide(2 * found, whole, out=np.zeros_like(cuts), where=whole > 0)
    cost = alarm * alarms + miss * missed
    columns = thin(cuts, cost, alarms, missed, precision, recall, f1)
    names = ("threshold", "cost", "false_alarms", "missed", "precision", "recall", "f1")
    return dict(zip(names, columns, strict=True))


def thin(*columns: NDArray[np.float64], points: int = POINTS) -> list[list[float]]:
    """Return at most `points` of a curve's points, evenly spread along its drawn length.

    Args:
        columns: The curve's coordinates, each `(n,)`.
        points: How many to keep; first and last always are.

    Returns:
        One list of plain numbers for each column.
    """
    number = len(columns[0])
    if number > points:
        spans = [np.ptp(column) or 1.0 for column in columns]
        steps = sum(np.abs(np.diff(c)) / s for c, s in zip(columns, spans, strict=True))
        length = np.r_[0, np.cumsum(steps)]
        kept = np.searchsorted(length, np.linspace(0, length[-1], points - 1))
        kept = np.unique(np.r_[0, np.minimum(kept, number - 1), number - 1])
        columns = tuple(column[kept] for column in columns)
    return [[round(float(value), 6) for value in column] for column in columns]


def _cuts(
    labels: NDArray[Any], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return rising thresholds halfway between scores, false alarms and missed cases at each."""
    values, group = np.unique(np.clip(scores, 0, 1), return_inverse=True)
    rows = np.bincount(group)
    hits = np.bincount(group, weights=labels)
    # A row at exactly 0 is a no at every threshold, so there is no cut before it.
    cuts = np.r_[values[0] / 2, (values[1:] + values[:-1]) / 2, (values[-1] + 1) / 2]
    missed = np.r_[0, np.cumsum(hits)]
    alarms = (rows.sum() - hits.sum()) - np.r_[0, np.cumsum(rows - hits)]
    first = int(values[0] == 0)
    return cuts[first:], alarms[first:], missed[first:]


def _price(
    labels: NDArray[Any], scores: NDArray[Any], threshold: float, alarm: float, miss: float
) -> tuple[float, int, int]:
    yes = scores.astype(float) > threshold
    alarms, missed = int((yes & (labels == 0)).sum()), int((~yes & (labels == 1)).sum())
    return alarm * alarms + miss * missed, alarms, missed
