"""Ways to look at inputs without training: which words there are, and what a series is like."""

import numpy as np
from goodfit.callbacks.gathering.facts import OutputFacts
from goodfit.callbacks.gathering.given_data import GivenData, Rows
from goodfit.callbacks.gathering.references import reference_scores
from goodfit.callbacks.gathering.views import tunes, words

CLASSES = OutputFacts(
    "out", shape=(3,), loss="sparse_categorical_crossentropy", metrics=("accuracy",)
)


def scores(x, y, rows=400):
    given = GivenData(Rows(x[:rows], y[:rows]), Rows(x[rows:], y[rows:]), True)
    return reference_scores(given, (CLASSES,))


def test_words_of_a_large_vocabulary():
    draw = np.random.default_rng(0)
    x = draw.integers(1, 90, (600, 20))
    y = np.where((x <= 15).sum(1) > 3, 1, 0)
    found = scores(x, y)
    assert found["words"]["accuracy"] > 0.8
    assert "places" not in found, "too many names at too many places"


def test_a_tune_that_begins_anywhere():
    draw = np.random.default_rng(0)
    y = draw.integers(0, 3, 600)
    time = np.arange(20) * np.array([0.25, 0.6, 1.1])[y][:, None]
    x = np.sin(time + draw.uniform(0, 6.28, (600, 1))) + 0.3 * draw.normal(size=(600, 20))
    assert scores(x[..., None], y)["tunes"]["accuracy"] > 0.9


def test_what_each_view_is_not_for():
    numbers = Rows(np.random.default_rng(0).normal(size=(60, 4)))
    assert words(numbers, numbers) is None
    assert tunes(numbers, numbers) is None
    short = Rows(np.zeros((60, 4, 1)))
    assert tunes(short, short) is None
    names = Rows(np.zeros((60, 4), int))
    assert words(names, names) is None, "there is one name only"
    gaps = np.full((60, 10, 2), np.nan)
    gaps[:, 0] = 1.0
    seen = tunes(Rows(gaps), Rows(gaps))
    assert seen is not None
    assert np.isfinite(seen[0]).all()
