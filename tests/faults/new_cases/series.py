"""Series and texts of the new cases, all of them made."""

from __future__ import annotations

import numpy as np
from open_half.rows import Rows, divide

LETTERS = 27  # 0 is the padding


def languages(
    seed: int, kinds: int = 3, steps: int = 16, train: int = 600, mixed: float = 0.6
) -> Rows:
    """Return words as numbers of letters; each language has its own chain from one to the next."""
    fixed = np.random.default_rng(99)
    rules = fixed.dirichlet(np.full(26, 0.12), (kinds, 26))
    rules = (1 - mixed) * rules + mixed * fixed.dirichlet(np.full(26, 0.7), (kinds, 1))
    draw = np.random.default_rng(seed)
    count = train + 500
    y = draw.integers(0, kinds, count)
    x = np.zeros((count, steps), int)
    x[:, 0] = draw.integers(0, 26, count)
    sums = rules.cumsum(-1)
    for step in range(1, steps):
        beyond = draw.random((count, 1)) > sums[y, x[:, step - 1]]
        x[:, step] = np.minimum(beyond.sum(1), 25)
    return divide((x + 1).astype("int32"), y, train, 200)


def called(seed: int, steps: int = 80, train: int = 600) -> Rows:
    """Return letters of which only the first, 1 to 3, says the class; the others are by lot."""
    draw = np.random.default_rng(seed)
    x = draw.integers(4, LETTERS, (train + 500, steps))
    y = draw.integers(0, 3, train + 500)
    x[:, 0] = y + 1
    return divide(x.astype("int32"), y, train, 200)


def ordered(seed: int, steps: int = 10, train: int = 800) -> Rows:
    """Return letters, half of them before the other half of the alphabet, or after it."""
    draw = np.random.default_rng(seed)
    count = train + 600
    y = draw.integers(0, 2, count)
    first, last = draw.integers(1, 14, (count, steps)), draw.integers(14, LETTERS, (count, steps))
    early = (np.arange(steps) < steps // 2)[None] == (y == 0)[:, None]
    return divide(np.where(early, first, last).astype("int32"), y, train, 200)


def tickets(
    seed: int, kinds: int = 4, steps: int = 20, train: int = 700, words: int = 80, flips: float = 0
) -> Rows:
    """Return messages as word numbers, padded with 0; the class is what they ask for."""
    draw = np.random.default_rng(seed)
    count = train + 500
    y = draw.integers(0, kinds, count)
    own = 1 + np.arange(8) + 8 * y[:, None]
    x = draw.integers(1, words, (count, steps))
    ours = draw.random((count, steps)) < 0.3
    x = np.where(ours, np.take_along_axis(own, draw.integers(0, 8, (count, steps)), 1), x)
    x[np.arange(steps) >= draw.integers(steps // 2, steps + 1, count)[:, None]] = 0
    y = np.where(draw.random(count) < flips, draw.integers(0, kinds, count), y)
    return divide(x.astype("int32"), y, train, 200)


def movements(seed: int, steps: int = 24, train: int = 600, noise: float = 0.5) -> Rows:
    """Return three axes of a telephone that rests, walks, runs or climbs; four classes."""
    draw = np.random.default_rng(seed)
    count = train + 500
    y = draw.integers(0, 4, count)
    pace = np.array([0.0, 0.9, 1.5, 0.9])[y] * draw.uniform(0.9, 1.1, count)
    turn = pace[:, None] * np.arange(steps) + draw.uniform(0, 6.3, (count, 1))
    strong = np.array([0.1, 0.9, 1.3, 0.9])[y][:, None]
    rise = np.where(y == 3, 0.8, 0.0)[:, None]
    axes = [strong * np.sin(turn), 0.5 * strong * np.cos(2 * turn) + rise, 0.4 * np.sin(turn + 1)]
    x = np.stack(axes, 2) + draw.normal(0, noise, (count, steps, 3))
    return divide(x.astype("float32"), y, train, 200)


def beats(seed: int, steps: int = 48, train: int = 600, rare: float = 0.5) -> Rows:
    """Return a strip with three heart beats; the class says whether the middle one comes early."""
    draw = np.random.default_rng(seed)
    count = train + 500
    y = (draw.random(count) < rare).astype(int)
    shift = draw.uniform(-3, 3, count)
    places = np.stack([8 + shift, 24 + shift - 5.5 * y, 40 + shift], 1)
    places = places + draw.normal(0, 0.5, places.shape)
    away = np.arange(steps)[None, :, None] - places[:, None, :]
    x = (2.2 * np.exp(-(away**2) / 2) - 0.5 * np.exp(-((away - 3) ** 2) / 4)).sum(2)
    x = x + draw.normal(0, 0.25, x.shape) - 0.2
    return divide(x[..., None].astype("float32"), y, train, 200)


def weather(seed: int, steps: int = 24, ahead: int = 1, train: int = 600, valid: int = 200) -> Rows:
    """Return windows of warmth, pressure and wetness, and the warmth of the hours ahead.

    All are in deviations. Windows stand in a random order, so that no part is a season.
    """
    draw = np.random.default_rng(seed)
    count = train + valid + 300
    hours = np.arange(count + steps + ahead)
    front = np.convolve(draw.normal(0, 1, len(hours) + 11), np.ones(12) / 12**0.5, "valid")
    warm = np.sin(2 * np.pi * hours / 24) + 0.5 * front + draw.normal(0, 0.1, len(hours))
    wet = -0.6 * warm + 0.4 * front + draw.normal(0, 0.3, len(hours))
    table = np.stack([warm, -front, wet], 1).astype("float32")
    windows = np.lib.stride_tricks.sliding_window_view(table[:, 0], steps + ahead)[:count]
    x = np.stack([table[place : place + steps] for place in range(count)])
    order = draw.permutation(count)
    y = windows[order, steps:]
    return divide(x[order], y[:, 0] if ahead == 1 else y, train, valid)


def chaos(seed: int, steps: int = 8, train: int = 600, noise: float = 0.02) -> Rows:
    """Return windows of a population that overshoots, from -1 to 1, and the next value."""
    draw = np.random.default_rng(seed)
    line = [0.3]
    for _ in range(train + 500 + steps):
        line.append(float(np.clip(3.9 * line[-1] * (1 - line[-1]), 0.01, 0.99)))
    values = 2 * np.array(line) - 1 + draw.normal(0, noise, len(line))
    windows = np.lib.stride_tricks.sliding_window_view(values, steps + 1)[: train + 500]
    return divide(
        windows[:, :steps, None].astype("float32"), windows[:, steps].astype("float32"), train, 200
    )


def shares(seed: int, steps: int = 16, train: int = 600, level: float = 100.0) -> Rows:
    """Return prices that come back to their level, and the next one; in order of time."""
    draw = np.random.default_rng(seed)
    line, speed = [0.0], 0.0
    for _ in range(train + 500 + steps):
        speed = 0.85 * speed - 0.12 * line[-1] + draw.normal(0, 0.12)
        line.append(line[-1] + speed)
    prices = level * (1 + 0.1 * np.array(line))
    windows = np.lib.stride_tricks.sliding_window_view(prices, steps + 1)[: train + 500]
    return divide(
        windows[:, :steps, None].astype("float32"), windows[:, steps].astype("float32"), train, 200
    )


def tagged(seed: int, steps: int = 12, train: int = 600) -> Rows:
    """Return letters and a mark for each: 1 where the next letter comes later in the alphabet."""
    draw = np.random.default_rng(seed)
    x = draw.integers(1, LETTERS, (train + 500, steps + 1))
    y = (x[:, 1:] > x[:, :-1]).astype("float32")
    return divide(x[:, :-1].astype("int32"), y, train, 200)
