"""How much more data a goal needs, or that more data will not help: a learning curve carried on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ...zoo.errors import bad_input
from ..config import Config
from ..dataset import Splits
from ..files import strict
from ..scoring.checking import checked_number
from ..scoring.intervals import Estimate
from ..training.fitting import Listener
from .learning_curve import LearningCurve
from .measuring_curve import deciding_metric, learning_curve, perfect_value
from .telling import Prospects, judged

__all__ = ["MoreData", "how_much_more_data"]

TWICE, FAR = 2, 10
_ESTIMATES = ("now", "doubled", "gain", "tenfold", "limit")


@dataclass(frozen=True)
class MoreData:
    """What more rows would bring, and how many a goal needs.

    Args:
        metric: What is scored.
        goal: The score to reach; None where only doubling was asked about.
        verdict: `reached`, `reachable`, `far` (more than ten times the rows), `will help`,
            `will not help` or `cannot be said`.
        sentence: The same in words, with figures.
        rows: Training rows that reach the goal; infinite where none do, None without a goal.
        low: The fewest it may be.
        high: The most it may be; infinite where the curve does not rule out that none are enough.
        now: The score with all training rows, as the whole curve tells it.
        doubled: The score with twice as many.
        gain: How much better that is, whatever the score now is.
        tenfold: The score with ten times as many.
        limit: The score that no number of rows would better.
        notes: What else is to be known, one sentence each.
        confidence: Share that the intervals aim to cover.
        curve: The learning curve.

    Guide: LVL-3.
    """

    metric: str
    goal: float | None
    verdict: str
    sentence: str
    rows: float | None
    low: float | None
    high: float | None
    now: Estimate
    doubled: Estimate
    gain: Estimate
    tenfold: Estimate
    limit: Estimate
    notes: tuple[str, ...] = ()
    confidence: float = 0.9
    curve: LearningCurve | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return the sentence and the notes, a line each."""
        return "\n".join([self.sentence, *self.notes])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for strict JSON; what is infinite is null there."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        data |= {name: data[name].to_dict() for name in _ESTIMATES}
        data["curve"] = None if self.curve is None else self.curve.to_dict()
        return strict(data)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MoreData:
        """Return what `to_dict` described."""
        estimates = {name: Estimate.from_dict(data[name]) for name in _ESTIMATES}
        curve = None if data["curve"] is None else LearningCurve.from_dict(data["curve"])
        rows = {name: data[name] for name in ("rows", "low", "high")}
        if data["goal"] is not None:
            rows = {name: math.inf if value is None else value for name, value in rows.items()}
        told = {"curve": curve, "notes": tuple(data["notes"])}
        return cls(**{**data, **estimates, **rows, **told})


def how_much_more_data(
    goal: float | None = None,
    curve: LearningCurve | None = None,
    *,
    config: Config | None = None,
    splits: Splits | None = None,
    metric: str | None = None,
    confidence: float = 0.9,
    sizes: Sequence[float] | None = None,
    repeats: int = 3,
    listener: Listener | None = None,
    deadline: float | None = None,
) -> MoreData:
    """Say how many training rows a goal needs, with an interval, or that more will not help.

    A learning curve is measured (see `learning_curve`), and every power law with a limit that fits
    it is carried on. Ten times the rows are the furthest that is told without saying that it is
    a guess; where the curve is flat, or its limit does not reach the goal, it says so. The config
    is taken as it is: another model may do more with the same rows.

    Args:
        goal: The score to reach on new rows, in the unit of the metric; None asks only what
            doubling the rows would bring.
        curve: A curve that was measured; else `config` and `splits` are needed.
        config: The settings to train with.
        splits: The data.
        metric: What to score by; the task's deciding metric by default.
        confidence: Share that the intervals aim to cover.
        sizes: See `learning_curve`.
        repeats: See `learning_curve`.
        listener: Told of steps.
        deadline: Reading of `time.monotonic` before which the trainings end.

    Returns:
        Rows with an interval, a verdict and a sentence, and what doubling would bring.

    Raises:
        BadInput: There is neither a curve nor data, or goal, metric or sizes cannot be used.
        Interrupted: Ctrl-C was pressed.

    Guide: LVL-3.

    Examples:
        >>> scores = tuple((s, s + 0.004, s - 0.004) for s in (0.70, 0.76, 0.80, 0.83, 0.85))
        >>> noise = tuple(tuple(1e-6 for _ in range(5)) for _ in range(5))
        >>> rows = (100, 200, 400, 800, 1600)
        >>> curve = LearningCurve("accuracy", False, 1.0, rows, scores, noise, 1600, 4000)
        >>> found = how_much_more_data(0.86, curve)
        >>> found.verdict, bool(1600 < found.low < found.rows < found.high)
        ('reachable', True)
    """
    confidence = checked_number("confidence", confidence, above=0, below=1)
    if curve is None:
        if config is None or splits is None:
            raise bad_input(
                "curve_missing",
                "There is nothing to say it from",
                expected="a learning curve, or a config and splits",
            )
        name = deciding_metric(splits, metric)
        check_goal(goal, name, *perfect_value(name, splits.task))
        curve = learning_curve(
            config,
            splits,
            sizes=sizes,
            repeats=repeats,
            metric=metric,
            listener=listener,
            deadline=deadline,
        )
    check_goal(goal, curve.metric, curve.less_is_better, curve.perfect)
    laws = curve.laws()
    tail = (1 - confidence) / 2

    def estimate(errors: Any) -> Estimate:
        value, *ends = curve.scores_of(np.quantile(errors, [0.5, tail, 1 - tail])).tolist()
        return Estimate(value, min(ends), max(ends))

    total = curve.training_rows
    gains = laws.errors_at(total) - laws.errors_at(TWICE * total)
    rows = low = high = None
    if goal is not None:
        needed = np.sort(laws.rows_for(float(curve.errors_of(goal))))
        # As an element, for infinities have no mean.
        places = [int(share * (len(needed) - 1)) for share in (0.5, tail, 1 - tail)]
        rows, low, high = needed[places].tolist()
    prospects = Prospects(
        goal=goal,
        rows=rows,
        low=low,
        high=high,
        now=estimate(laws.errors_at(total)),
        doubled=estimate(laws.errors_at(TWICE * total)),
        tenfold=estimate(laws.errors_at(FAR * total)),
        limit=estimate(laws.limit),
        gain=Estimate(*map(float, np.quantile(gains, [0.5, tail, 1 - tail]))),
        fits=laws.fits,
    )
    verdict, sentence, notes = judged(curve, prospects)
    return MoreData(
        metric=curve.metric,
        goal=goal,
        verdict=verdict,
        sentence=sentence,
        rows=rows,
        low=low,
        high=high,
        now=prospects.now,
        doubled=prospects.doubled,
        gain=prospects.gain,
        tenfold=prospects.tenfold,
        limit=prospects.limit,
        notes=notes,
        confidence=confidence,
        curve=curve,
    )


def check_goal(goal: float | None, metric: str, less_is_better: bool, perfect: float) -> None:
    """Raise for a goal that no model can reach, or that is no number.

    Raises:
        BadInput: The goal is out of range.
    """
    if goal is None:
        return
    name = metric.replace("_", " ")
    expected = f"a number above {perfect:g}" if less_is_better else f"a number below {perfect:g}"
    number = not isinstance(goal, bool) and isinstance(goal, int | float) and math.isfinite(goal)
    if number and (goal > perfect if less_is_better else goal < perfect):
        return
    remedy = ""
    if number and perfect == 1 and 1 < goal < 100 and not less_is_better:
        remedy = f"Write {goal / 100:g} for {goal:g} %"
    raise bad_input(
        "goal_invalid",
        f"The goal for {name} cannot be used",
        expected=expected,
        received=str(goal),
        remedy=remedy,
    )
