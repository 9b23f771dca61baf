"""The seed of the last training: the best of a few on the validation rows."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..config import Choice, Config
from ..dataset import Splits
from .budget import LAST_PHASE, Budget
from .ledger import Ledger
from .outcomes import Outcome, OutOfTime, place_baseline, place_outcome
from .places import Place
from .trials import Trials, config_key

__all__ = ["SEEDS", "best_seed"]

SEEDS = 4
"""First weights are luck: of so many draws the best is taken, where there is time for them."""


def best_seed(
    config: Config, splits: Splits, trials: Trials, budget: Budget, ledger: Ledger
) -> tuple[Config, float]:
    """Return the config with the seed that scored best on the validation rows, and what it takes.

    Where the places of a study are the very rows of its last training, they were tried already;
    else a few seeds are trained while there is time. The ledger keeps the choice, so that a study
    that is gone on with makes the same. Each was a look at the validation rows; the test rows stay
    sealed.

    Args:
        config: The config that stays.
        splits: The rows of the last training.
        trials: What was trained before.
        budget: The time there is.
        ledger: Where the choice is written.

    Returns:
        The config, and the seconds that its last training will take at most, as far as is known.

    Raises:
        Interrupted: Ctrl-C was pressed.

    Guide: MIS-2.
    """
    # The last training has a folder to write to, and traces its functions anew.
    beside = budget.after
    longest = trials.longest(config) + beside
    for entry in ledger.entries("seed"):
        return _with(config, entry["seed"], entry["scores"]), max(longest, entry["seconds"])
    if trials.method.value == "seeds":
        tried = [(trials.places[each.place].seed, each) for each in trials.outcomes(config)]
    else:
        tried = list(_trained(config, splits, trials, budget))
    scores = {seed: outcome.score for seed, outcome in tried if not outcome.failed}
    known = {seed: score for seed, score in scores.items() if math.isfinite(score)}
    longest = max([longest, *(outcome.seconds + beside for _, outcome in tried)])
    if len(known) < 2:
        return config, longest
    choose = min if trials.measure.less_is_better else max
    seed = choose(known, key=lambda each: known[each])
    told = {str(each): score for each, score in known.items()}
    looks = 0 if trials.method.value == "seeds" else len(tried)
    entry = {"kind": "seed", "seed": seed, "metric": trials.measure.name, "scores": told}
    ledger.add({**entry, "looks": looks, "seconds": longest})
    return _with(config, seed, told), longest


def _trained(
    config: Config, splits: Splits, trials: Trials, budget: Budget
) -> Iterator[tuple[int, Outcome]]:
    """Yield seeds and what they came to, while there is time for one more and the last training."""
    each, key = trials.longest(config), config_key(config)
    # One alone would choose nothing.
    if not each or not budget.allows(LAST_PHASE, seconds=2 * each, final=each + budget.after):
        return
    baseline = place_baseline(Place(0, config.seed, splits))
    for number in range(SEEDS):
        last = each + budget.after
        if not budget.allows(LAST_PHASE, seconds=each, final=last):
            return
        place = Place(number, config.seed + number, splits)
        try:
            outcome = place_outcome(
                config.replace(seed=place.seed),
                place,
                trials.measure,
                key=key,
                baseline=baseline,
                deadline=budget.deadline(last),
                reuse=trials.reuse,
            )
        except OutOfTime:
            return
        each = max(each, outcome.seconds)
        yield place.seed, outcome


def _with(config: Config, seed: int, scores: dict[str, float]) -> Config:
    reason = f"Of {len(scores)} seeds it was the best on the validation rows."
    return config.replace(seed=Choice(seed, "", {"seeds": len(scores)}, reason))
