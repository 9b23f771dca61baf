"""Classes that come one after the other, and names that are used otherwise. No Keras is needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import even_places, named_arrays
from .comparing import label_drift
from .facts import ArrayFacts
from .given_data import GivenData, Rows
from .views import named

__all__ = ["lone_batches", "name_drift", "weights_of_classes"]

MOST_CLASSES = 100
MOST_BATCHES = 500
FEWEST_BATCHES = 4


def lone_batches(given: GivenData, targets: Sequence[ArrayFacts]) -> float:
    """Return the share of batches that hold a single class, beyond chance; 0 where rows are mixed.

    Args:
        given: What `fit` was given.
        targets: The facts of the training targets.

    Examples:
        >>> rows = Rows(np.zeros((80, 1)), np.repeat([0, 1], 40))
        >>> from dataclasses import replace
        >>> from goodfit.callbacks.gathering.data_facts import array_facts
        >>> rows = replace(rows, whole=(rows.x, rows.y))
        >>> lone_batches(
        ...     GivenData(rows, batch_size=8, shuffled=False), [array_facts("y", rows.y)]
        ... ) > 0.9
        True
    """
    train, size = given.train, given.batch_size
    if given.shuffled is not False or train is None or train.whole is None or not size or size < 2:
        return 0.0
    arrays = named_arrays(train.whole[1], "y")
    if len(arrays) != 1 or len(targets) != 1 or not targets[0].whole:
        return 0.0
    labels, facts = arrays[0][1], targets[0]
    if facts.one_hot:
        labels = labels.argmax(axis=-1)
    if labels.size != len(labels) or not 2 <= len(facts.values) <= MOST_CLASSES:
        return 0.0
    batches = len(labels) // size
    if batches < FEWEST_BATCHES:
        return 0.0
    rows = labels.reshape(-1)[: batches * size].reshape(batches, size)
    rows = rows[even_places(batches, MOST_BATCHES)]
    alone = float((rows == rows[:, :1]).all(axis=1).mean())
    return max(0.0, alone - sum(share**size for share in facts.shares))


def weights_of_classes(
    given: GivenData, targets: Sequence[ArrayFacts]
) -> tuple[tuple[int, float], ...]:
    """Return pairs of class and weight: those of `fit`, or the mean weight of the rows of a class.

    Args:
        given: What `fit` was given.
        targets: The facts of the training targets.
    """
    if given.class_weight:
        return tuple(sorted((int(name), float(each)) for name, each in given.class_weight.items()))
    train = given.train
    weights = None if train is None else train.sample_weight
    if train is None or weights is None or len(targets) != 1 or not targets[0].whole:
        return ()
    arrays, heavy = named_arrays(train.y, "y"), named_arrays(weights, "weights")
    if len(arrays) != 1 or len(heavy) != 1 or not 2 <= len(targets[0].values) <= MOST_CLASSES:
        return ()
    labels, each = arrays[0][1], heavy[0][1].reshape(-1)
    if targets[0].one_hot:
        labels = labels.argmax(axis=-1)
    labels = labels.reshape(-1)
    if len(labels) != len(each) or each.dtype.kind not in "fiub":
        return ()
    classes = np.unique(labels)
    return tuple((int(name), float(each[labels == name].mean())) for name in classes)


def name_drift(train: Rows, held: Rows) -> float:
    """Return the share of names, such as words, that would have to change for both to agree.

    Zeros are left out: they fill rows up. Of the chance between rows, that of as many names as
    there are rows is taken off, since the names of one row belong together.

    Args:
        train: The training rows that were drawn.
        held: Validation rows.
    """
    both = named(train, held)
    if both is None:
        return 0.0
    shares = []
    for each in both:
        names, counts = np.unique(each[each != 0], return_counts=True)
        whole = counts.sum()
        shares.append({float(n): float(c / whole) for n, c in zip(names, counts, strict=True)})
    return label_drift(shares[0], shares[1], (len(both[0]), len(both[1])))
