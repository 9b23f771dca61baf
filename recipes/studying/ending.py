"""How a study ends: what was reached, how often one looked, and how much of it may be luck."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..config import Config
from ..dataset import Splits
from ..training.runs import Run, peak_memory
from .budget import LAST_PHASE, Budget
from .course import Course
from .deciding import state_of
from .ledger import Ledger
from .more_data import how_much_more_data
from .trials import Trials, config_key

__all__ = ["advise", "end_entry", "optimism"]

REGULARIZE = 4
CURVE_TRAININGS = 10
"""What a learning curve costs, in trainings on all rows: most of its parts are smaller."""


def end_entry(
    course: Course, config: Config, run: Run, reason: str, budget: Budget, ledger: Ledger
) -> dict[str, Any]:
    """Return the last entry of a ledger.

    Args:
        course: What was tried.
        config: The config that was kept.
        run: Its run, tested if that was asked for.
        reason: Why nothing further was tried.
        budget: The time there was.
        ledger: What was written so far.

    Guide: MIS-2, CHK-3.
    """
    trials = course.trials
    name = trials.measure.name
    test = (run.record.get("test") or {}).get("metrics", {}).get(name)
    watched = (run.record.get("validation") or {}).get("metrics", {}).get(name)
    return {
        "kind": "end",
        "reason": reason,
        "config": config.to_dict(),
        "metric": name,
        "score": course.best(config).to_dict(),
        "validation": watched,
        "test": test,
        "test_openings": run.record["test_openings"],
        "looks": trials.trainings + 1 + sum(entry["looks"] for entry in ledger.entries("seed")),
        "optimism": optimism(trials, config),
        "findings": [finding.fault for finding in run.findings],
        "minutes": budget.seconds / 60,
        "seconds": budget.spent,
        "memory": peak_memory(),
    }


def advise(
    course: Course, config: Config, splits: Splits, budget: Budget, ledger: Ledger, final: float
) -> None:
    """Measure what more rows would bring, where the kept config still learns by heart.

    It is the last thing of the third level, and only done where there is time for it. What was
    found is written into the ledger.

    Args:
        course: What was tried.
        config: The config that was kept.
        splits: The data.
        budget: The time there is.
        ledger: Where it is written.
        final: Seconds that are to be left for the last training.

    Guide: LVL-3.
    """
    state = state_of(course.trials.outcomes(config), config)
    each = course.trials.seconds(config)
    if ledger.entries("more_data") or state.phase != REGULARIZE or not each:
        return
    if not budget.allows(LAST_PHASE, seconds=CURVE_TRAININGS * each, final=final):
        return
    started = budget.spent
    found = how_much_more_data(config=config, splits=splits, deadline=budget.deadline(final))
    told = found.to_dict() | {"kind": "more_data", "seconds": budget.spent - started}
    ledger.add(told)


def optimism(trials: Trials, config: Config) -> float | None:
    """Return by how much the score of the kept config is likely to flatter it.

    The config was kept because its scores were best, some of which is luck. In each place another
    config may have been better than it; how much better, on average, estimates the bias of the
    best of many (Tibshirani and Tibshirani, 2009, A bias correction for the minimum error rate in
    cross-validation). In units of the metric.

    Args:
        trials: All trainings.
        config: The config that was kept.

    Returns:
        The estimate, 0 or more; None where nothing else was tried.

    Guide: MIS-2.
    """
    sign = 1 if trials.measure.less_is_better else -1
    own, found = config_key(config), trials.all_outcomes()
    tried = Counter(outcome.place for outcome in found)
    differences = []
    for mine in found:
        if mine.key != own or mine.failed or tried[mine.place] < 2:
            continue
        scores = [each.score for each in found if each.place == mine.place and not each.failed]
        differences.append(sign * mine.score - min(sign * score for score in scores))
    return float(np.mean(differences)) if differences else None
