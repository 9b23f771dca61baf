"""Tables and pictures of the new cases, made here or carried by scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from open_half.rows import Rows, divide, mixed
from sklearn import datasets


def spiral(seed: int, arms: int = 3, train: int = 600, noise: float = 0.15) -> Rows:
    """Return points of two numbers; the class is the arm of the spiral that they lie on."""
    draw = np.random.default_rng(seed)
    count = train + 500
    y = draw.integers(0, arms, count)
    far = draw.uniform(0.1, 1, count)
    turn = 4 * far + 2 * np.pi * y / arms + draw.normal(0, noise, count)
    x = 2 * np.stack([far * np.sin(turn), far * np.cos(turn)], 1)
    return divide(x.astype("float32"), y, train, 200)


def shells(seed: int, classes: int = 3, train: int = 700) -> Rows:
    """Return four numbers a row; the class is the shell around the origin."""
    x, y = datasets.make_gaussian_quantiles(
        n_samples=train + 600, n_features=4, n_classes=classes, random_state=seed
    )
    return mixed(x, y, seed, train, 200)


def squares(seed: int, train: int = 800) -> Rows:
    """Return ten numbers a row; the class says whether the sum of their squares is large."""
    x, y = datasets.make_hastie_10_2(n_samples=train + 900, random_state=seed)
    return mixed(x, (y > 0).astype(int), seed, train, 300)


def roll(seed: int, train: int = 600) -> Rows:
    """Return points of a rolled-up sheet; the target is the place along it, in deviations."""
    x, y = datasets.make_swiss_roll(train + 500, noise=0.2, random_state=seed)
    return mixed(x, ((y - 9.4) / 2.7).astype("float32"), seed, train, 200).scaled()


def circuit(seed: int, train: int = 600) -> Rows:
    """Return resistance to 100, frequency to 1,760, inductance to 1 and capacitance to 11.

    The target is the impedance of the circuit, of mean 470 and deviation 380.
    """
    x, y = datasets.make_friedman2(train + 500, noise=20.0, random_state=seed)
    return mixed(x, y.astype("float32"), seed, train, 200)


def topics_of_tables(seed: int, train: int = 900) -> Rows:
    """Return word counts of twenty words, and five marks of which several may hold at once."""
    x, y = datasets.make_multilabel_classification(
        train + 600, n_features=20, n_classes=5, n_labels=2, length=60, random_state=seed
    )
    return mixed(x, y.astype("float32"), seed, train, 200).scaled()


def photographs(seed: int, train: int = 700, noise: float = 0.0) -> Rows:
    """Return pieces of 8 by 8 points of two photographs, from 0 to 1: a temple or a flower."""
    draw = np.random.default_rng(seed)
    count = train + 600
    y = draw.integers(0, 2, count)
    both = [np.asarray(datasets.load_sample_image(f"{name}.jpg")) for name in ("china", "flower")]
    x = np.zeros((count, 8, 8, 3), "float32")
    for place, kind in enumerate(y):
        whole = both[kind]
        top, left = draw.integers(whole.shape[0] - 8), draw.integers(whole.shape[1] - 8)
        x[place] = whole[top : top + 8, left : left + 8] / 255
    return divide((x + draw.normal(0, noise, x.shape)).astype("float32"), y, train, 200)


def doors(x: Any) -> dict[str, Any]:
    """Return the columns of `customers` by their names, the plan as a whole number."""
    return {"numbers": x[:, :3].astype("float32"), "plan": x[:, 3:].astype("int32")}


def customers(seed: int, train: int = 800, raw: bool = False) -> Rows:
    """Return months, bill, calls and plan of customers, by name; the class says who leaves."""
    draw = np.random.default_rng(seed)
    count = train + 700
    months, bill = draw.uniform(0, 72, count), draw.normal(70, 20, count).clip(15)
    calls, plan = draw.poisson(1.5, count), draw.integers(0, 4, count)
    said = 1.0 - months / 18 + (bill - 70) / 12 + 1.2 * (calls - 1.5)
    said += np.array([-1.5, 1.5, 0.0, 2.5])[plan] - 2.0 * (plan == 3) * (months > 40)
    y = (said + draw.logistic(0, 0.5, count) > 0).astype(int)
    x = np.stack([months, bill, calls, plan], 1)
    if not raw:
        x[:, :3] = (x[:, :3] - [36, 70, 1.5]) / [21, 20, 1.2]
    return divide(x, y, train, 200).inputs(doors)


def rentals(seed: int, train: int = 800, level: float = 1.0) -> Rows:
    """Return hour (as a circle), warmth, rain and weekend; the target counts rented bicycles."""
    draw = np.random.default_rng(seed)
    count = train + 600
    hour, warm = draw.uniform(0, 24, count), draw.normal(0, 1, count)
    rain, rest = (draw.random(count) < 0.25).astype(float), (draw.random(count) < 0.29) * 1.0
    busy = np.exp(-((hour - 8) ** 2) / 4) + 1.3 * np.exp(-((hour - 17.5) ** 2) / 6)
    mean = level * np.exp(0.6 + 1.4 * busy * (1 - rest) + 0.7 * rest + 0.35 * warm - 0.8 * rain)
    circle = [np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24)]
    x = np.stack([*circle, np.sin(4 * np.pi * hour / 24), warm, rain, rest], 1)
    return divide(x.astype("float32"), draw.poisson(mean).astype("float32"), train, 200)


def loans(seed: int, share: float, train: int = 900) -> Rows:
    """Return six numbers; a share of the borrowers fail. As many of both kinds are scored."""
    draw = np.random.default_rng(seed)

    def some(count: int, part: float) -> tuple[Any, Any]:
        y = np.arange(count) < round(count * part)
        draw.shuffle(y)
        x = draw.normal(0, 1, (count, 6))
        x[:, 0] += 1.3 * y
        x[:, 1] += np.where(y, draw.choice([-1.6, 1.6], count), 0)
        return x.astype("float32"), y.astype(int)

    return Rows(*some(train, share), *some(300, share), *some(600, 0.5))
