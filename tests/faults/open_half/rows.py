"""Rows of the open half: a few public sets that scikit-learn carries, and made ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn import datasets


@dataclass(frozen=True)
class Rows:
    """Rows to train on, to watch, and to score on in the end."""

    x: Any
    y: Any
    valid_x: Any
    valid_y: Any
    test_x: Any
    test_y: Any

    @property
    def valid(self) -> tuple[Any, Any]:
        return self.valid_x, self.valid_y

    def inputs(self, change: Callable[[Any], Any]) -> Rows:
        """Return the rows with every input changed."""
        return replace(
            self, x=change(self.x), valid_x=change(self.valid_x), test_x=change(self.test_x)
        )

    def targets(self, change: Callable[[Any], Any]) -> Rows:
        """Return the rows with every target changed."""
        return replace(
            self, y=change(self.y), valid_y=change(self.valid_y), test_y=change(self.test_y)
        )

    def scaled(self) -> Rows:
        """Return the rows with inputs of mean 0 and deviation 1, as the training rows say."""
        axes = tuple(range(self.x.ndim - 1))
        mean, deviation = self.x.mean(axes), self.x.std(axes) + 1e-9
        return self.inputs(lambda x: ((x - mean) / deviation).astype("float32"))


def divide(x: Any, y: Any, train: int, valid: int) -> Rows:
    """Return the first rows to train on, the next to watch, and the rest to score."""
    last = train + valid
    return Rows(x[:train], y[:train], x[train:last], y[train:last], x[last:], y[last:])


def mixed(x: Any, y: Any, seed: int, train: int, valid: int) -> Rows:
    """Return rows divided by lot."""
    order = np.random.default_rng(seed).permutation(len(x))
    return divide(x[order].astype("float32"), y[order], train, valid)


def one_hot(classes: int) -> Callable[[Any], Any]:
    """Return a function that makes one-hot rows of labels."""
    return lambda y: np.eye(classes, dtype="float32")[np.asarray(y).astype(int)]


def digits(seed: int, train: int = 900) -> Rows:
    """Return the small digits: 64 numbers from 0 to 16, ten classes."""
    x, y = datasets.load_digits(return_X_y=True)
    return mixed(x, y, seed, train, 300)


def cancer(seed: int) -> Rows:
    """Return the breast cancer table: 30 numbers from 0.001 to 4,000, two classes."""
    x, y = datasets.load_breast_cancer(return_X_y=True)
    return mixed(x, y, seed, 320, 100)


def wine(seed: int) -> Rows:
    """Return the wine table: 13 numbers from 0.1 to 1,700, three classes."""
    x, y = datasets.load_wine(return_X_y=True)
    return mixed(x, y, seed, 100, 36)


def iris(seed: int) -> Rows:
    """Return the iris table: 4 numbers from 0.1 to 8, three classes."""
    x, y = datasets.load_iris(return_X_y=True)
    return mixed(x, y, seed, 80, 30)


def diabetes(seed: int) -> Rows:
    """Return the diabetes table: 10 numbers of mean 0, targets from 25 to 346."""
    x, y = datasets.load_diabetes(return_X_y=True)
    return mixed(x, y.astype("float32"), seed, 260, 80).scaled()


def moons(seed: int, train: int = 500, noise: float = 0.15) -> Rows:
    """Return two half moons: 2 numbers, two classes that no line divides."""
    x, y = datasets.make_moons(train + 600, noise=noise, random_state=seed)
    return mixed(x, y, seed, train, 200)


def rings(seed: int, train: int = 600) -> Rows:
    """Return a ring around a disc: 2 numbers, two classes."""
    x, y = datasets.make_circles(train + 600, noise=0.08, factor=0.5, random_state=seed)
    return mixed(x, y, seed, train, 200).scaled()


def clusters(
    seed: int, classes: int = 4, train: int = 600, apart: float = 1.5, flips: float = 0.0
) -> Rows:
    """Return 12 numbers a row, several clusters for each class, a share of labels by lot."""
    x, y = datasets.make_classification(
        train + 600,
        12,
        n_informative=6,
        n_redundant=2,
        n_classes=classes,
        n_clusters_per_class=2,
        class_sep=apart,
        flip_y=flips,
        random_state=seed,
    )
    return mixed(x, y, seed, train, 200).scaled()


def curve(seed: int, train: int = 600, noise: float = 0.5) -> Rows:
    """Return Friedman's first: 10 numbers, a curved target of mean 14; here of deviation 1."""
    x, y = datasets.make_friedman1(train + 600, 10, noise=noise, random_state=seed)
    rows = mixed(x, ((y - 14.4) / 4.9).astype("float32"), seed, train, 200)
    return rows.scaled()


def houses(seed: int, train: int = 500) -> Rows:
    """Return made houses: area, rooms, age, distance; prices in the hundred thousands."""
    draw = np.random.default_rng(seed)
    count = train + 500
    area, rooms = draw.normal(120, 35, count).clip(30), draw.integers(1, 7, count)
    age, distance = draw.uniform(0, 90, count), draw.exponential(8, count)
    price = 2600 * area + 9000 * rooms - 900 * age - 60 * area * np.sqrt(distance) * 3
    price = price + 90_000 * (distance < 3) + draw.normal(0, 12_000, count) + 60_000
    x = np.stack([area, rooms, age, distance], 1)
    return divide(x.astype("float32"), price.astype("float32"), train, 200)


def waves(seed: int, steps: int = 40, train: int = 500, noise: float = 0.2) -> Rows:
    """Return series of one number: sine, square or saw of any phase; three classes."""
    draw = np.random.default_rng(seed)
    count = train + 500
    kind = draw.integers(0, 3, count)
    turn = draw.uniform(0, 1, (count, 1)) + np.arange(steps) / draw.uniform(9, 13, (count, 1))
    sine = np.sin(2 * np.pi * turn)
    shapes = np.stack([sine * 1.2, np.sign(sine), 2 * (turn % 1) - 1])
    x = shapes[kind, np.arange(count)] + draw.normal(0, noise, (count, steps))
    return divide(x[..., None].astype("float32"), kind, train, 200)


def first_mark(seed: int, steps: int = 100, train: int = 600) -> Rows:
    """Return series whose class is the sign of their first number, which is marked."""
    draw = np.random.default_rng(seed)
    x = draw.normal(0, 1.0, (train + 500, steps, 2))
    y = draw.integers(0, 2, train + 500)
    x[..., 1] = 0
    x[:, 0] = np.stack([(2 * y - 1) * 1.5, np.ones(len(y))], 1)
    return divide(x.astype("float32"), y, train, 200)


def running_sum(seed: int, steps: int = 25, train: int = 600) -> Rows:
    """Return series of two numbers; the target is the mean of the first where the second is 1."""
    draw = np.random.default_rng(seed)
    values = draw.normal(0, 1, (train + 500, steps))
    marks = (draw.random((train + 500, steps)) < 0.3).astype(float)
    y = (values * marks).sum(1) / np.sqrt(0.3 * steps)
    x = np.stack([values, marks], 2)
    return divide(x.astype("float32"), y.astype("float32"), train, 200)


def reviews(
    seed: int, steps: int = 20, words: int = 60, train: int = 600, flips: float = 0.0
) -> Rows:
    """Return texts as whole numbers: words 1 to 9 please, 10 to 18 do not, 19 turns the next."""
    draw = np.random.default_rng(seed)
    count = train + 500
    x = draw.integers(20, words, (count, steps))
    y = draw.integers(0, 2, count)
    for row, label in zip(x, y, strict=True):
        for place in draw.choice(steps // 2, 4, replace=False) * 2:
            turned = draw.random() < 0.25
            row[place] = 19 if turned else draw.integers(20, words)
            row[place + 1] = draw.integers(1, 10) + 9 * ((label == 0) != turned)
    y = np.where(draw.random(count) < flips, 1 - y, y)
    return divide(x.astype("int32"), y, train, 200)


def sales(seed: int, steps: int = 24, train: int = 500, level: float = 5000.0) -> Rows:
    """Return windows of one seasonal series and the value that follows; times in order."""
    draw = np.random.default_rng(seed)
    count = train + 400
    time = np.arange(count + steps)
    season = np.sin(2 * np.pi * time / 12) + 0.5 * np.sin(2 * np.pi * time / 7)
    series = level * (1 + 0.25 * season + draw.normal(0, 0.03, len(time)))
    windows = np.lib.stride_tricks.sliding_window_view(series, steps + 1)
    x, y = windows[:count, :steps, None], windows[:count, steps]
    return divide(x.astype("float32"), y.astype("float32"), train, 200)


def standard(rows: Rows, mean: float, deviation: float) -> Rows:
    """Return series and targets in the same scale."""
    change = lambda values: ((values - mean) / deviation).astype("float32")  # noqa: E731
    return rows.inputs(change).targets(change)
