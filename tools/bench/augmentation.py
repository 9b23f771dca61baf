"""What augmentation is worth on small sets: accuracy with and without it, on rows kept apart.

    python tools/bench/augmentation.py [--sets digits shapes series reviews] [--seeds 3]

Each set has few training rows, 60 validation rows to stop by, and the rest to be scored on. All but
the augmentation is the quick start; the seed divides the rows and decides the first weights.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

VALIDATION_ROWS = 60
FORMS = ("none", "light", "standard")


def digits() -> tuple[Any, dict[str, Any], int, list[str]]:
    """Return handwritten digits of 8 × 8 pixels: the data, how they are read, rows, settings."""
    from sklearn.datasets import load_digits

    found: Any = load_digits()
    pixels = (found.images[..., None] * 15).astype(np.uint8)
    return (pixels, found.target.astype(str)), {}, 60, ["filters=16,32"]


def shapes() -> tuple[Any, dict[str, Any], int, list[str]]:
    """Return made pictures of circles, squares and triangles under noise."""
    from goodfit.recipes.making.shapes import SHAPES, shape_images

    images, kinds = shape_images(900)
    return (images, np.array(SHAPES)[kinds]), {}, 60, ["filters=16,32,64"]


def series() -> tuple[Any, dict[str, Any], int, list[str]]:
    """Return cylinders, bells and funnels under noise, made as Saito did in 1994."""
    draw = np.random.default_rng(0)
    steps, rows, names = np.arange(1, 129), [], ("cylinder", "bell", "funnel")
    for number in range(900):
        first = draw.integers(16, 33)
        last = first + draw.integers(32, 97)
        inside = (steps >= first) & (steps <= last)
        rise = (steps - first) / (last - first)
        form = (np.ones(128), rise, 1 - rise)[number % 3]
        rows.append((6 + draw.normal()) * inside * form + draw.normal(size=128))
    labels = np.array(names)[np.arange(900) % 3]
    return (np.stack(rows)[..., None], labels), {}, 30, ["model=convnet", "filters=16,32"]


def reviews() -> tuple[Any, dict[str, Any], int, list[str]]:
    """Return made reviews of hotels; the last clause decides."""
    from goodfit.recipes.making.examples import example

    with tempfile.TemporaryDirectory() as folder:
        path = example("reviews").write(Path(folder), 0)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    texts = np.array([[row["review"]] for row in rows], object)
    settings = ["model=gru", "units=16", "learning_rate=0.005", "optimizer=adam"]
    settings += ["batch_size=16", "epochs=80"]
    return (texts, [row["rating"] for row in rows]), {"types": {"x0": "text"}}, 150, settings


SETS: dict[str, Callable[[], tuple[Any, dict[str, Any], int, list[str]]]] = {
    each.__name__: each for each in (digits, shapes, series, reviews)
}


def score(name: str, form: str, seed: int) -> float:
    """Return the accuracy on the rows kept apart, after training on few."""
    from goodfit.recipes import choose_config, load, split
    from goodfit.recipes.answering.methods import answers_of
    from goodfit.recipes.training.fitting import train

    source, reading, rows, settings = SETS[name]()
    dataset = load(source, **reading)
    splits = split(dataset, seed=seed, validation_fraction=0.2, test_fraction=0.45)
    splits = dataclasses.replace(
        splits,
        train=splits.train.take(np.arange(rows)),
        validation=splits.validation.take(np.arange(VALIDATION_ROWS)),
    )
    config = choose_config(splits, seed=seed, overrides=[*settings, f"augmentation={form}"])
    run = train(config, splits)
    kept = splits.test.open("measure what augmentation is worth")
    answers = np.asarray(answers_of(run.model, kept, splits.task))
    found = answers[:, 0] > 0.5 if answers.shape[1] == 1 else answers.argmax(axis=1)
    return float(np.mean(found == kept.labels))


def main() -> None:
    """Print one line for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    print("| set | training rows |", " | ".join(FORMS), "| standard against none, by seed |")
    print("| --- | --- |", " | ".join("---" for _ in FORMS), "| --- |")
    for name in arguments.sets:
        started, scores = time.perf_counter(), {}
        for form in FORMS:
            scores[form] = [score(name, form, seed) for seed in range(arguments.seeds)]
        means = " | ".join(f"{statistics.mean(each):.3f}" for each in scores.values())
        gains = [s - n for s, n in zip(scores["standard"], scores["none"], strict=True)]
        said = ", ".join(f"{gain:+.3f}" for gain in gains)
        seconds = time.perf_counter() - started
        print(f"| {name} | {SETS[name]()[2]} | {means} | {said} | ({seconds:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
