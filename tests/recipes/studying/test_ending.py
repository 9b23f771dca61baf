"""How a study ends: the looks that were taken, and how much of the score may be luck."""

import numpy as np
import pytest
from goodfit.recipes.studying.ending import optimism
from goodfit.recipes.studying.ledger import Ledger
from made_courses import BASELINE, MadeTrials


def trials(noise, configs, places=5, ledger=None, seed=0):
    def world(config, place):
        shift = np.random.default_rng([seed, place, int(1000 * config.dropout)]).normal()
        return {"loss": 0.4 + noise * shift}

    made = MadeTrials(world, noise=0.0, ledger=ledger or Ledger())
    for config in configs:
        for place in range(places):
            made.outcome(config, place)
    return made


CONFIGS = [BASELINE.replace(dropout=round(0.05 * step, 2)) for step in range(10)]


def test_where_nothing_else_was_tried_nothing_can_flatter():
    assert optimism(trials(0.1, CONFIGS[:1]), CONFIGS[0]) is None


def test_where_all_are_alike_there_is_none():
    assert optimism(trials(0.0, CONFIGS), CONFIGS[0]) == pytest.approx(0.0)


def test_it_is_about_what_the_best_of_many_wins_by_luck():
    """Of ten alike, the best mean of five places is better than the truth by luck alone."""
    estimates, luck = [], []
    for seed in range(60):
        made = trials(0.1, CONFIGS, seed=seed)
        means = {c: np.mean([each.score for each in made.outcomes(c)]) for c in CONFIGS}
        best = min(CONFIGS, key=means.get)
        luck.append(0.4 - means[best])
        estimates.append(optimism(made, best))
    assert min(estimates) >= 0
    # The estimate errs on the careful side: it is of single places.
    assert np.mean(luck) < np.mean(estimates) < 4 * np.mean(luck)


def test_it_grows_with_what_was_tried_and_with_the_noise():
    few, many, noisy = (
        np.mean([optimism(trials(noise, CONFIGS[:n], seed=s), CONFIGS[0]) for s in range(20)])
        for noise, n in ((0.05, 2), (0.05, 10), (0.1, 10))
    )
    assert 0 < few < many < noisy


def test_trainings_without_a_model_do_not_count():
    def world(config, place):
        return {"loss": 0.4, "failed": "not finite" if config.dropout else ""}

    made = MadeTrials(world, noise=0.0)
    for config in CONFIGS[:2]:
        made.outcome(config, 0)
    assert optimism(made, CONFIGS[0]) == 0.0
    assert made.trainings == 2
