"""Scores of two configs as trainings would give them, drawn from a model of what varies."""

import numpy as np
from goodfit.recipes.studying.measuring import Measure
from goodfit.recipes.studying.pairing import Paired

FOLDS, PLACES, SAMPLES = 5, 10, 100
LOSS = Measure("log_loss", True)


def made_pairs(generator, *, gain=0.0, shared=False, rows=60, of_rows=0.5, of_training=0.03):
    """Return what ten pairs of trainings could score; the truth is that `after` is `gain` better.

    Two things vary, as in real studies. Rows: how much better the one config is on a row, which is
    skewed, partly the same in every training. Trainings: first weights and, in folds, the rows
    trained on, which each two folds share for the most part, so that their means go together.

    Args:
        generator: Draws everything.
        gain: The true mean gain.
        shared: Whether all places are scored on the same rows, with other seeds.
        rows: Rows that are scored in a place.
        of_rows: Standard deviation of the gain from row to row.
        of_training: Standard deviation of the mean gain from training to training.
    """
    count = rows if shared else FOLDS * rows
    skewed = generator.exponential(size=count) - 1.0
    lasting = of_rows * np.sqrt(0.5) * skewed
    common = 0.0 if shared else np.sqrt(1 / FOLDS)
    drift = of_training * common * generator.normal()
    before, after = [], []
    for place in range(PLACES):
        if place % FOLDS == 0:
            order = generator.permutation(count)
        part = place % FOLDS
        held = np.arange(rows) if shared else order[part * rows : (part + 1) * rows]
        gains = gain + lasting[held] + of_rows * np.sqrt(0.5) * generator.normal(size=rows)
        gains += drift + of_training * np.sqrt(1 - common**2) * generator.normal()
        losses = 0.5 + 0.3 * generator.exponential(size=rows)
        counts = counts_of(rows, 0 if shared else place)
        before.append(losses @ counts / rows)
        after.append((losses - gains) @ counts / rows)
    held_share = 0.25
    return Paired(np.array(before), np.array(after), LOSS, shared, held_share, rows)


def counts_of(rows, seed, known={}):  # noqa: B006  (kept for all tests)
    """Return how often each row is drawn: once each, then in resampled sets."""
    if (rows, seed) not in known:
        drawn = np.random.default_rng(seed).integers(0, rows, (SAMPLES, rows))
        counts = np.stack([np.bincount(each, minlength=rows) for each in drawn], axis=1)
        known[rows, seed] = np.column_stack([np.ones(rows), counts])
    return known[rows, seed]


def first(paired, count):
    """Return the first pairs only."""
    return Paired(
        paired.before[:count],
        paired.after[:count],
        paired.measure,
        paired.shared,
        paired.held_share,
        paired.rows,
    )
