"""Two configs side by side: paired trainings, an interval for the difference, and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..config import Config
from ..dataset import Splits
from .measuring import choose_measure
from .pairing import CONFIDENCE, Paired
from .places import FOLDS, MOST_PLACES
from .trials import Trials

__all__ = ["Verdict", "compare", "compare_in", "decided"]

KEPT, REVERTED, UNCLEAR = "kept", "reverted", "not distinguishable"
KEEP_CONFIDENCE = 0.99
"""For keeping a change: a study makes some ten comparisons, and each could be right by chance."""
FIRST_LOOK = 2
KEEP_LOOKS = (3, 5, 7)
"""After so many pairs, and at the end, a change may be kept: each further look is one more chance
to be right by luck. So about 1 in 100 changes that do nothing is kept."""


@dataclass(frozen=True)
class Verdict:
    """Whether a change helped, by how much, and how sure that is.

    Args:
        verdict: `kept`, `reverted` or `not distinguishable`; then the simpler config stays, unless
            it loses more than one standard error. Of two networks of one size the more regularized
            is the simpler where there is a gap, and stays where its mean is better.
        stays: `before` or `after`: which of the two configs stays.
        metric: What decided.
        before: Its mean over the trainings of the config as it was.
        after: Its mean over those of the changed config.
        gain: How much better the changed one is; positive is better, whatever the metric.
        low: Lower end of the 95 % interval of the gain.
        high: Upper end.
        places: How many pairs of trainings were compared.
        sentence: The same in words.
    """

    verdict: str
    stays: str
    metric: str
    before: float
    after: float
    gain: float
    low: float
    high: float
    places: int
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """Return the verdict that `to_dict` described; what JSON cannot hold comes back as NaN."""
        known: dict[str, Any] = {n: float("nan") if v is None else v for n, v in data.items()}
        return cls(**known)


def decided(
    paired: Paired, *, simpler: bool = False, smoother: bool = False, last: bool = False
) -> Verdict | None:
    """Return the verdict on paired scores; None where another pair may still change it.

    Trainings are spent where they decide something: a change that did worse in its first two
    places is given up, one that is clearly better after three is kept, and only a gain beyond its
    own error after five is looked at further. Few places may agree by chance, so a change is kept
    only where the spread between them alone speaks for it as well.

    Args:
        paired: The scores so far.
        simpler: Whether the changed config is the simpler one, which stays where no difference
            can be shown.
        smoother: Whether it is the more regularized one, against a gap.
        last: Whether there will be no further pair.
    """
    count = len(paired.before)
    mean, error, _ = paired.gain()
    _, high = paired.interval(CONFIDENCE)
    sure = paired.surely(KEEP_CONFIDENCE)
    if (count in KEEP_LOOKS or (last and count > FIRST_LOOK)) and sure > 0:
        return _verdict(paired, KEPT)
    if count >= FIRST_LOOK and high < 0:
        return _verdict(paired, REVERTED)
    # The simpler config stays in doubt, so only what speaks against it is worth more trainings.
    doubt = -mean if simpler else mean
    hopeless = (count >= FIRST_LOOK and doubt <= 0) or (count >= FOLDS and doubt <= error)
    if last or hopeless:
        return _verdict(paired, UNCLEAR, simpler, smoother)
    return None


def compare(
    before: Config,
    after: Config,
    splits: Splits,
    *,
    seeds: int = MOST_PLACES,
    metric: str | None = None,
    simpler: bool = False,
) -> Verdict:
    """Compare two configs by paired trainings on the same seeds and the same splits.

    Args:
        before: A config.
        after: The config that may be better.
        splits: The data; the test rows stay sealed.
        seeds: At most so many pairs of trainings. A small set is divided anew for each, so that
            each of its rows is held out once.
        metric: What decides, a name from `evaluate`; None chooses.
        simpler: Whether `after` is the simpler of the two.

    Returns:
        The verdict, with an interval for the gain.

    Raises:
        BadInput: A setting does not fit the data, or the metric is unknown.

    Guide: BP-2.
    """
    measure = choose_measure(splits.task, splits.train.labels, metric).value
    trials = Trials(splits, measure, seeds=seeds, seed=before.seed)
    return compare_in(trials, before, after, range(trials.most), simpler=simpler)


def compare_in(
    trials: Trials,
    before: Config,
    after: Config,
    places: Sequence[int],
    *,
    simpler: bool = False,
    smoother: bool = False,
    another: Callable[[], bool] = lambda: True,
) -> Verdict:
    """Compare two configs in the places of a study, one pair of trainings after another.

    Args:
        trials: Trains, and remembers.
        before: A config.
        after: The config that may be better.
        places: The numbers of the places to use, in this order.
        simpler: Whether `after` is the simpler of the two.
        smoother: Whether `after` is the more regularized one, against a gap.
        another: Asked before each pair from the second on, whether there is time for it.
    """
    used: list[int] = []
    leaning = {"simpler": simpler, "smoother": smoother}
    for number in places:
        if len(used) >= FIRST_LOOK and not another():
            break
        failed = [bool(trials.outcome(config, number).failed) for config in (before, after)]
        used.append(number)
        if any(failed):
            return _failed(trials, before, after, number, failed)
        if len(used) < min(FIRST_LOOK, len(places)):
            continue
        last = number == places[-1]
        verdict = decided(trials.paired(before, after, used), **leaning, last=last)
        if verdict is not None:
            return verdict
    # There was no time for the pair that was still wanted: what is known decides.
    found = decided(trials.paired(before, after, used), **leaning, last=True)
    return found or _verdict(trials.paired(before, after, used), UNCLEAR, simpler, smoother)


def _failed(
    trials: Trials, before: Config, after: Config, place: int, failed: Sequence[bool]
) -> Verdict:
    """Return the verdict where a training came to no model at all."""
    worked = not failed[1]
    sentence = "After the change the training ended in a loss that is not a number."
    if worked:
        sentence = "Without the change the training ended in a loss that is not a number."
    unknown = float("nan")
    return Verdict(
        KEPT if worked else REVERTED,
        "after" if worked else "before",
        trials.measure.name,
        trials.outcome(before, place).score,
        trials.outcome(after, place).score,
        unknown,
        unknown,
        unknown,
        1,
        sentence,
    )


def _verdict(
    paired: Paired, verdict: str, simpler: bool = False, smoother: bool = False
) -> Verdict:
    mean, error, _ = paired.gain()
    low, high = paired.interval(CONFIDENCE)
    old, new = float(paired.before[:, 0].mean()), float(paired.after[:, 0].mean())
    places = len(paired.before)
    # Within one standard error, as Breiman and others (1984) choose the smaller tree: without a
    # limit a model would be made smaller and smaller by losses that are each too small to show.
    shrinks = simpler and mean >= -error
    # Of models that score alike the one that is regularized more fits fewer ways, and so is the
    # simpler (Hastie, Tibshirani and Friedman, 2009, 7.10). It is doubted for as long as there is
    # time: what remains is the guide's cure for what was found, with the better mean.
    smooths = smoother and places >= FIRST_LOOK and mean > 0
    stays = {KEPT: "after", REVERTED: "before"}.get(
        verdict, "after" if shrinks or smooths else "before"
    )
    name = paired.measure.name
    figures = (
        f"{name} {old:.4g} before and {new:.4g} after, gain {mean:.3g} [{low:.3g}, {high:.3g}]"
    )
    words = {
        KEPT: "The change helps",
        REVERTED: "The change harms",
        UNCLEAR: f"No difference can be shown, so the config {stays} it stays: it is simpler",
    }[verdict]
    if verdict == UNCLEAR and simpler and not shrinks:
        words = "The simpler config loses more than one standard error, so it does not stay"
    if verdict == UNCLEAR and smooths:
        words = (
            "No difference can be shown; it fits its rows better than others, so the more "
            "regularized config stays, whose mean is better"
        )
    sentence = f"{words}: {figures} in {places} pairs of trainings."
    return Verdict(verdict, stays, name, old, new, mean, low, high, places, sentence)
