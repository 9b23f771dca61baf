"""How well one column alone answers rows that were not learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .audit_table import AuditColumn

__all__ = ["single_score"]

# A class learns from a few cuts; a curve needs more leaves than a class.
CLASS_LEAVES = 32
CURVE_LEAVES = 256
# Below this on one half, the other is not looked at.
SCORE_HOPELESS = 0.9


def single_score(
    column: AuditColumn, answers: NDArray[np.generic], chosen: NDArray[np.int64], classify: bool
) -> float:
    """Return how well one column alone answers rows that were not learned from, in two halves.

    Args:
        column: The column.
        answers: Class numbers or amounts, shape `(rows,)`.
        chosen: Rows to use, in random order.
        classify: Whether answers are classes.

    Returns:
        Balanced accuracy brought to 0 for guessing and 1 for perfect; or R².
    """
    numeric = column.numeric
    if numeric is None:
        return _halved(column, column.codes.astype(float), answers, chosen, classify)
    score = _halved(column, _ranks(numeric), answers, chosen, classify)
    if not SCORE_HOPELESS <= score < 1:
        return score
    # Between two groups far apart ranks leave no gap: values that were not learned from fall on
    # the wrong side of the cut, though a cut of the values themselves would tell all.
    spread = np.nanstd(numeric)
    middle = np.nanmean(numeric)
    return max(score, _halved(column, (numeric - middle) / spread, answers, chosen, classify))


def _halved(
    column: AuditColumn,
    values: NDArray[np.float64],
    answers: NDArray[np.generic],
    chosen: NDArray[np.int64],
    classify: bool,
) -> float:
    """Return how well each half of the rows is answered by what the other one taught."""
    numeric = column.numeric
    halves = chosen[::2], chosen[1::2]
    told = np.empty(len(answers), float)
    for learn, ask in (halves, halves[::-1]):
        if numeric is None:
            told[ask] = _by_value(column.codes[learn], answers[learn], column.codes[ask], classify)
        else:
            told[ask] = _by_tree(values[learn], answers[learn], values[ask], classify)
        score = _score(answers[ask].astype(float), told[ask], classify)
        if score < SCORE_HOPELESS:
            return score
    return _score(answers[chosen].astype(float), told[chosen], classify)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the place of each value in order, NaN where missing.

    A tree cuts ranks as it cuts values, and ranks fit the float32 that it computes in.
    """
    ranks = np.unique(values, return_inverse=True)[1].reshape(-1).astype(float)
    return np.where(np.isnan(values), np.nan, ranks)


def _score(truth: NDArray[np.float64], told: NDArray[np.float64], classify: bool) -> float:
    if not classify:
        total = ((truth - truth.mean()) ** 2).sum()
        return float(1 - ((truth - told) ** 2).sum() / total) if total else 0.0
    kinds = np.unique(truth)
    if len(kinds) < 2:
        return 0.0
    recall = np.mean([(told[truth == kind] == kind).mean() for kind in kinds])
    return float((recall - 1 / len(kinds)) / (1 - 1 / len(kinds)))


def _by_tree(
    values: NDArray[np.float64],
    answers: NDArray[np.generic],
    asked: NDArray[np.float64],
    classify: bool,
) -> NDArray[np.float64]:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if classify:
        tree = DecisionTreeClassifier(max_leaf_nodes=CLASS_LEAVES, random_state=0)
    else:
        tree = DecisionTreeRegressor(max_leaf_nodes=CURVE_LEAVES, random_state=0)
    return tree.fit(values[:, None], answers).predict(asked[:, None]).astype(float)


def _by_value(
    codes: NDArray[np.int64], answers: NDArray[np.generic], asked: NDArray[np.int64], classify: bool
) -> NDArray[np.float64]:
    """Return the usual class, or the mean, of each value; of all rows for values not met."""
    size = int(max(codes.max(), asked.max())) + 2
    if classify:
        votes = np.zeros((size, int(answers.max()) + 1))
        np.add.at(votes, (codes + 1, answers.astype(int)), 1)
        usual = float(np.bincount(answers.astype(int)).argmax())
        told = np.where(votes.sum(axis=1) > 0, votes.argmax(axis=1), usual)
    else:
        total = np.bincount(codes + 1, weights=answers.astype(float), minlength=size)
        count = np.bincount(codes + 1, minlength=size)
        told = np.where(count > 0, total / np.maximum(count, 1), answers.astype(float).mean())
    return told[asked + 1].astype(float)
