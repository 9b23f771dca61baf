"""What a study came to, beside the quick start: the guide's standard, which no row here chose."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..config import Config
from .budget import Budget
from .comparing import FIRST_LOOK, Verdict, compare_in
from .deciding import state_of
from .ledger import Ledger
from .trials import OutOfTime, Trials, config_key

__all__ = ["beside_standard", "standard_seconds"]

LAST = 5  # by the end of this phase
PAIRS = 3
DEARER = 1.5
"""The quick start has more units than a baseline, so its training takes about as much longer."""
MOST_SHARE = 0.15
"""No more of all the time is kept back for it; where it takes more, the quick start is left out."""


def standard_seconds(trials: Trials, baseline: Config, budget: Budget) -> float:
    """Return the seconds to keep back for the comparison; 0 where it would take too much.

    Args:
        trials: What was trained so far.
        baseline: The config that the study began with.
        budget: The time there is.
    """
    wanted = PAIRS * DEARER * trials.longest(baseline)
    return wanted if wanted <= MOST_SHARE * budget.seconds else 0.0


def beside_standard(
    config: Config,
    standard: Config,
    trials: Trials,
    budget: Budget,
    ledger: Ledger,
    tell: Callable[[str, Mapping[str, Any]], None],
) -> Config:
    """Return the better of the config that a study came to and the quick start's.

    They differ in several settings, so the ledger does not call it a change: it says nothing on
    which of them helped. The quick start takes the place if it is better beyond chance. Where the
    config that stayed has a gap between training and validation, its better mean is enough: it is
    regularized as the guide would, and other than what stayed it was not chosen by these rows.

    Args:
        config: What stayed.
        standard: The config of the quick start.
        trials: Trains, and remembers.
        budget: The time there is.
        ledger: Where it is written; what is written there already is not decided anew.
        tell: Told of the training that begins.

    Raises:
        Interrupted: Ctrl-C was pressed.

    Guide: BP-2, PH-2, LVL-1.
    """
    for entry in ledger.entries("standard"):
        return standard if entry["verdict"]["stays"] == "after" else config
    own = trials.outcomes(config)
    if config_key(config) == config_key(standard) or all(outcome.failed for outcome in own):
        return config

    def fits(trainings: int) -> bool:
        known = trials.longest(standard)
        each = known or DEARER * trials.longest(config)
        return budget.allows(LAST, seconds=trainings * each, final=each)

    if not fits(FIRST_LOOK):
        return config
    started = time.monotonic()
    gap = state_of(own, config).cause == "overfitting"
    tell("trial", {"change": "the quick start", "place": 0, "phase": LAST})
    try:
        verdict = compare_in(
            trials, config, standard, range(trials.most), smoother=gap, another=lambda: fits(2)
        )
    except OutOfTime:
        return config
    ledger.add(
        {
            "kind": "standard",
            "difference": {
                name: [list(v) if isinstance(v, tuple) else v for v in pair]
                for name, pair in standard.difference(config).items()
            },
            "verdict": {**verdict.to_dict(), "sentence": _sentence(verdict)},
            "seconds": time.monotonic() - started,
        }
    )
    return standard if verdict.stays == "after" else config


def _sentence(verdict: Verdict) -> str:
    if verdict.places < FIRST_LOOK:
        return f"Beside the quick start: {verdict.sentence}"
    taken = verdict.stays == "after"
    doubt = "No difference to the quick start can be shown"
    words = {
        ("kept", True): "The quick start is better, so it is trained",
        ("reverted", False): "The quick start is worse",
        ("not distinguishable", True): f"{doubt}; it has the better mean and was not chosen by "
        "these rows, so it is trained",
        ("not distinguishable", False): f"{doubt}, so what stayed is trained",
    }[verdict.verdict, taken]
    return (
        f"{words}: {verdict.metric} {verdict.before:.4g} with what stayed and {verdict.after:.4g} "
        f"with the quick start, gain {verdict.gain:.3g} [{verdict.low:.3g}, {verdict.high:.3g}] in "
        f"{verdict.places} pairs of trainings."
    )
