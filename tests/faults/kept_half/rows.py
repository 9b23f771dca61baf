"""The rows of the kept half: scikit-learn's bundled sets, and made sequences of several sorts."""

from __future__ import annotations

import numpy as np
from kept_half.making import Rows, cut, standard
from sklearn import datasets


def digits(seed: int, rows: int = 1200) -> Rows:
    """8 by 8 pictures of digits as 64 shares of ink."""
    found = datasets.load_digits()
    return cut((found.data / 16).astype("float32"), found.target, seed, rows)


def digit_lines(seed: int, rows: int = 1000) -> Rows:
    """The same pictures read line by line: 8 steps of 8 shares."""
    found = datasets.load_digits()
    return cut((found.images / 16).astype("float32"), found.target, seed, rows)


def wine(seed: int) -> Rows:
    found = datasets.load_wine()
    return standard(cut(found.data, found.target, seed))


def iris(seed: int) -> Rows:
    found = datasets.load_iris()
    return standard(cut(found.data, found.target, seed))


def cancer(seed: int, raw: bool = False) -> Rows:
    found = datasets.load_breast_cancer()
    rows = cut(found.data.astype("float32"), found.target.astype("float32"), seed)
    return rows if raw else standard(rows)


def diabetes(seed: int) -> Rows:
    """Ten standardised measurements, and the progress of the illness in deviations."""
    found = datasets.load_diabetes()
    target = (found.target - found.target.mean()) / found.target.std()
    return standard(cut(found.data, target.astype("float32"), seed))


def surface(seed: int, rows: int = 800, noise: float = 0.1) -> Rows:
    """Five numbers and a curved answer of about unit deviation."""
    made = np.random.default_rng(seed)
    x = made.normal(size=(rows, 5))
    y = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.5 * x[:, 3]
    y = (y - y.mean()) / y.std() + noise * made.normal(size=rows)
    return cut(x.astype("float32"), y.astype("float32"), seed)


def rings(seed: int, rows: int = 600) -> Rows:
    """Points within a ring, or on it."""
    x, y = datasets.make_circles(rows, noise=0.08, factor=0.5, random_state=seed)
    return cut(x.astype("float32"), y.astype("float32"), seed)


def blobs(seed: int, rare: float, rows: int = 1000, apart: float = 1.6) -> Rows:
    """Two overlapping clouds of eight numbers, the second one rare."""
    made = np.random.default_rng(seed)
    y = (made.random(rows) < rare).astype("float32")
    x = made.normal(size=(rows, 8))
    x[:, :2] += apart * y[:, None]
    return cut(x.astype("float32"), y, seed)


def waves(seed: int, rows: int = 600, steps: int = 20, noise: float = 0.3) -> Rows:
    """A noisy sine of one of three frequencies; the class is the frequency."""
    made = np.random.default_rng(seed)
    y = made.integers(0, 3, rows)
    time = np.arange(steps) * np.array([0.25, 0.6, 1.1])[y][:, None]
    x = np.sin(time + made.uniform(0, 6.28, (rows, 1))) + noise * made.normal(size=(rows, steps))
    return cut(x[..., None].astype("float32"), y, seed)


def series(seed: int, rows: int = 700, steps: int = 16, noise: float = 0.1) -> Rows:
    """Windows of a series of two waves about zero, and the value that follows each."""
    made = np.random.default_rng(seed)
    time = np.arange(rows + steps)
    line = np.sin(0.3 * time) + 0.5 * np.sin(0.71 * time + 1) + noise * made.normal(size=len(time))
    windows = np.lib.stride_tricks.sliding_window_view(line, steps + 1)[:rows].astype("float32")
    return cut(windows[:, :-1, None], windows[:, -1], seed)


def words(seed: int, rows: int = 800, steps: int = 16, vocabulary: int = 40) -> Rows:
    """Padded rows of word numbers; the class says whether kind words outnumber harsh ones."""
    made = np.random.default_rng(seed)
    x = made.integers(1, vocabulary, (rows, steps))
    x[np.arange(steps) >= made.integers(8, steps + 1, rows)[:, None]] = 0
    kind, harsh = ((x > 0) & (x <= 8)).sum(1), ((x > 8) & (x <= 16)).sum(1)
    keep = kind != harsh
    return cut(x[keep].astype("int32"), (kind > harsh)[keep].astype("float32"), seed)


def sensors(seed: int, rows: int = 700, steps: int = 12, raw: bool = False) -> Rows:
    """Temperature, pressure and hum of a machine; the class says whether it warms while humming."""
    made = np.random.default_rng(seed)
    y = made.integers(0, 2, rows)
    drift = np.where(made.random(rows) < 0.9, y, 1 - y)[:, None] * 2 - 1
    x = made.normal(size=(rows, steps, 3))
    x[..., 0] += 0.15 * drift * np.arange(steps)
    x[..., 2] += 0.8 * drift
    if raw:
        x = x * [4, 900, 12] + [293, 101325, 240]
    return cut(x.astype("float32"), y.astype("float32"), seed)
