"""What is said of more data: a verdict and a sentence for what power laws hold in prospect."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..reading.wording import plural
from ..scoring.intervals import Estimate
from .learning_curve import LearningCurve

__all__ = ["Prospects", "gain_text", "judged", "rows_text", "score_text"]

FAR = 10
# Doubling that takes away less than this share of the error is no help; more than the second
# share, with the confidence of the interval, is one.
NO_HELP, HELP = 0.05, 0.02
FEWEST_SIZES = 4
NAIVE = 0.98
MISFIT = 0.01


@dataclass(frozen=True)
class Prospects:
    """What power laws say of more rows; see `MoreData`.

    Args:
        goal: The score to reach, if any.
        rows: Rows that reach it.
        low: The fewest it may be.
        high: The most it may be.
        now: The score with all rows.
        doubled: The score with twice as many.
        tenfold: The score with ten times as many.
        limit: The score that no number of rows would better.
        gain: How much better doubling makes the score.
        fits: The share of noisy power laws that fit worse.
    """

    goal: float | None
    rows: float | None
    low: float | None
    high: float | None
    now: Estimate
    doubled: Estimate
    tenfold: Estimate
    limit: Estimate
    gain: Estimate
    fits: float


def judged(curve: LearningCurve, prospects: Prospects) -> tuple[str, str, tuple[str, ...]]:
    """Return the verdict, its sentence, and notes.

    Args:
        curve: What was measured.
        prospects: What power laws make of it.

    Guide: LVL-3.
    """
    notes = _notes(curve, prospects)
    name = curve.metric.replace("_", " ")
    gain = gain_text(prospects.gain)
    doubling = (
        f"Doubling the {plural(curve.training_rows, 'training row')} would bring {name} from "
        f"{score_text(prospects.now.value)} to {score_text(prospects.doubled.value)}, "
        f"{gain} {'less' if curve.less_is_better else 'more'}."
    )
    if len(curve.rows) < FEWEST_SIZES or curve.repeats < 2:
        measured = f"{plural(len(curve.rows), 'size')}, {plural(curve.repeats, 'training')} each"
        sentence = (
            "Whether more data will help cannot be said: the curve needs at least "
            f"{FEWEST_SIZES} sizes and 2 trainings on each, and has {measured}."
        )
        return "cannot be said", sentence, notes
    if prospects.goal is not None and _reaches(curve, curve.means[-1], prospects.goal):
        return "reached", _reached(curve, prospects, name), notes
    if _learned_nothing(curve):
        sentence = (
            f"Whether more data will help cannot be said: {name} is {score_text(curve.means[-1])} "
            f"with all rows, and {score_text(curve.naive or 0.0)} for an answer that looks at no "
            "input; find out first why nothing is learned."
        )
        return "cannot be said", sentence, notes
    if _flat(curve, prospects):
        sentence = f"More data will not help: the curve is flat. {doubling}"
        return "will not help", sentence, notes
    if prospects.goal is None or prospects.low is None:
        if prospects.gain.low >= HELP * _error_now(curve, prospects):
            return "will help", f"More data will help. {doubling}", notes
        sentence = f"Whether more data will help cannot be said from so noisy a curve. {doubling}"
        return "cannot be said", sentence, notes
    verdict, sentence = _towards(curve, prospects, name)
    return verdict, f"{sentence} {doubling}", notes


def rows_text(rows: float) -> str:
    """Return a number of rows with two figures that count.

    Examples:
        >>> rows_text(1234.0), rows_text(87.3), rows_text(float("inf"))
        ('1,200', '87', 'no number of')
    """
    if not math.isfinite(rows):
        return "no number of"
    digits = max(int(math.log10(max(rows, 1))) - 1, 0)
    return f"{round(rows, -digits):,.0f}"


def score_text(score: float) -> str:
    """Return a score with the figures that count.

    Examples:
        >>> score_text(0.91234), score_text(51234.6)
        ('0.912', '51,235')
    """
    return f"{score:,.0f}" if abs(score) >= 1000 else f"{score:.3g}"


def gain_text(gain: Estimate) -> str:
    """Return both ends of a gain, with as many decimals as the larger one needs.

    Examples:
        >>> gain_text(Estimate(0.01, 0.00033, 0.0258)), gain_text(Estimate(150.0, 12.2, 420.0))
        ('0.000 to 0.026', '12 to 420')
    """
    decimals = max(1 - math.floor(math.log10(max(gain.high, 1e-9))), 0)
    return f"{gain.low:,.{decimals}f} to {gain.high:,.{decimals}f}"


def _towards(curve: LearningCurve, prospects: Prospects, name: str) -> tuple[str, str]:
    """Return verdict and sentence for a goal that is not reached yet."""
    goal, total = score_text(prospects.goal or 0.0), curve.training_rows
    rows, low, high = (value or 0.0 for value in (prospects.rows, prospects.low, prospects.high))
    if not math.isfinite(low):
        return "will not help", (
            f"More data will not help to reach {name} {goal}: no number of rows would bring it "
            f"beyond {score_text(_best_of(curve, prospects.limit))}."
        )
    if low > FAR * total:
        return "far", (
            f"Ten times the rows would not bring {name} to {goal}, but to "
            f"{_with_interval(prospects.tenfold)}; it may take from {rows_text(low)} rows on, and "
            "anything beyond ten times is a guess."
        )
    if high <= FAR * total:
        return "reachable", (
            f"About {rows_text(rows)} training rows ({rows_text(low)} to {rows_text(high)}) would "
            f"bring {name} to {goal}: {rows / total:.2g} times those there are."
        )
    if rows <= FAR * total:
        most = f"{rows_text(high)}, which is a guess" if math.isfinite(high) else "no number at all"
        return "cannot be said", (
            f"How many rows would bring {name} to {goal} cannot be said: perhaps about "
            f"{rows_text(rows)}, but the curve allows anything from {rows_text(low)} to {most}."
        )
    return "cannot be said", (
        f"How many rows would bring {name} to {goal} cannot be said: hardly ten times those there "
        f"are, though {rows_text(low)} are not ruled out."
    )


def _reached(curve: LearningCurve, prospects: Prospects, name: str) -> str:
    score = score_text(curve.means[-1])
    sentence = (
        f"The goal is reached already: {name} is {score} on the validation rows with "
        f"{plural(curve.rows[-1], 'training row')}"
    )
    interval = f"{score_text(prospects.now.low)} to {score_text(prospects.now.high)}"
    return f"{sentence}; for new rows the whole curve allows {interval}."


def _flat(curve: LearningCurve, prospects: Prospects) -> bool:
    """Return whether doubling takes away next to nothing, with the confidence of the interval."""
    return prospects.gain.high <= NO_HELP * _error_now(curve, prospects)


def _learned_nothing(curve: LearningCurve) -> bool:
    """Return whether the best of the sizes is hardly better than a naive answer."""
    if curve.naive is None:
        return False
    naive = float(curve.errors_of(curve.naive))
    return min(map(float, curve.errors_of(curve.means))) > NAIVE * naive


def _error_now(curve: LearningCurve, prospects: Prospects) -> float:
    return float(curve.errors_of(prospects.now.value))


def _reaches(curve: LearningCurve, score: float, goal: float) -> bool:
    return bool(curve.errors_of(score) <= curve.errors_of(goal))


def _best_of(curve: LearningCurve, estimate: Estimate) -> float:
    return estimate.low if curve.less_is_better else estimate.high


def _with_interval(estimate: Estimate) -> str:
    ends = f"{score_text(estimate.low)} to {score_text(estimate.high)}"
    return f"{score_text(estimate.value)} ({ends})"


def _notes(curve: LearningCurve, prospects: Prospects) -> tuple[str, ...]:
    notes = []
    if curve.rows[-1] < curve.training_rows:
        notes.append(
            f"There was time for {curve.rows[-1]:,} of {curve.training_rows:,} training rows only."
        )
    if prospects.fits < MISFIT:
        notes.append("The curve is no power law, so that the intervals are too narrow.")
    done = int(np.isfinite(curve.scores).sum())
    if curve.out_of_epochs > done / 2:
        notes.append(
            f"{curve.out_of_epochs} of {done} trainings were still getting better at their last "
            "epoch, so that fewer rows were also trained on for fewer steps: raise epochs first."
        )
    return tuple(notes)
