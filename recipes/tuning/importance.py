"""Which settings the scores of a search depend on, and how much of them that explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...zoo.errors import bad_input, require
from .dimensions import Dimension
from .search import Search

__all__ = ["Importance", "importance"]

LEAST_TRIALS = 8
TREES = 200
REPEATS = 20


@dataclass(frozen=True)
class Importance:
    """How much the scores of a search depend on each setting.

    Args:
        shares: By setting, the most important first: by how much a forest's R² on the scores falls
            where the values of that setting are shuffled, and the spread of that over shuffles.
        explained: The R² of the forest on trials that its trees have not seen. At 0 or below, the
            settings explain nothing of the scores, and no share means anything.
        trials: How many completed trials it was told from.
    """

    shares: tuple[tuple[str, float, float], ...]
    explained: float
    trials: int


def importance(search: Search, *, seed: int = 0) -> Importance:
    """Return which settings the scores of a search depend on.

    A random forest learns the mean score of a trial from its settings; then the values of one
    setting at a time are shuffled (Breiman, 2001, Random forests).

    Args:
        search: A search with at least eight completed trials.
        seed: Of the forest and of the shuffles.

    Returns:
        The shares, and how much of the scores the settings explain at all.

    Raises:
        BadInput: Too few trials are completed.

    Guide: PH-5.
    """
    done = [trial for trial in search.trials if not math.isnan(trial.score)]
    if len(done) < LEAST_TRIALS:
        raise bad_input(
            "trials_few",
            "Too few trials are completed to tell which settings matter",
            expected=f"at least {LEAST_TRIALS}",
            received=str(len(done)),
            remedy=f"Go on with: goodfit tune {search.folder} --resume",
        )
    ensemble = require("sklearn.ensemble", "recipes")
    inspection = require("sklearn.inspection", "recipes")
    settings = tuple(search.space)
    values = np.column_stack(
        [places_of_values(each, [trial.values.get(each.setting) for trial in done])
         for each in settings]
    )  # fmt: skip
    # Ranks: one trial that went wrong would else be all that there is to explain.
    scores = np.argsort(np.argsort([trial.score for trial in done])).astype(float)
    forest = ensemble.RandomForestRegressor(
        TREES, min_samples_leaf=2, oob_score=True, random_state=seed
    )
    forest.fit(values, scores)
    found = inspection.permutation_importance(
        forest, values, scores, n_repeats=REPEATS, random_state=seed
    )
    shares = [
        (each.setting, float(mean), float(spread))
        for each, mean, spread in zip(
            settings, found.importances_mean, found.importances_std, strict=True
        )
    ]
    shares.sort(key=lambda share: -share[1])
    return Importance(tuple(shares), float(forest.oob_score_), len(done))


def places_of_values(dimension: Dimension, values: list[Any]) -> NDArray[np.float64]:
    """Return where values lie between the ends of a dimension, from 0 to 1; -1 where there is none.

    Args:
        dimension: The setting.
        values: Its values; None where it did not matter.

    Examples:
        >>> rate = Dimension("learning_rate", "float", 1e-4, 1e-2, log=True)
        >>> places_of_values(rate, [1e-4, 1e-3, None]).round(2).tolist()
        [0.0, 0.5, -1.0]
        >>> units = Dimension("units", "choice", options=("64", "128,64"))
        >>> places_of_values(units, ["128,64"]).tolist()
        [1.0]
    """
    options = list(dimension.ends())
    if dimension.kind in ("choice", "boolean"):
        last = max(len(options) - 1, 1)
        return np.array([-1.0 if v is None else options.index(v) / last for v in values])
    low, high = float(options[0]), float(options[1])
    scale = math.log if dimension.log else float
    width = scale(high) - scale(low) or 1.0
    return np.array([-1.0 if v is None else (scale(float(v)) - scale(low)) / width for v in values])
