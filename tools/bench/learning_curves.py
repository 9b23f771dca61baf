"""How often the interval of a learning curve that is carried on holds the truth.

Generated tasks of which there are as many rows as one likes. A curve is measured on a fifth of the
rows (scored on a fifth as many validation rows), carried on to all of them, and compared with the
mean score of fresh trainings on that many rows, taken on 10,000 others. The interval of the rows
that a goal needs holds exactly where that of the score does: both come from the same laws.
scikit-learn's models make hundreds of curves in minutes; `--own` does the same with trainings of
the kit.

    python tools/bench/learning_curves.py [--repeats 40] [--own] [--only NAME ...]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from goodfit.recipes import Config, LearningCurve, how_much_more_data, learning_curve, load, split
from sklearn.ensemble import RandomForestClassifier
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor

FACTORS = (1, 2, 5)
SIZES, ORDERS, FRESH, HELD, SAMPLES = 6, 3, 8, 10_000, 200


def clusters(generator, rows, width=20, classes=4, each=2, seed=0, flipped=0.0):
    """Return points about `each` centres for each class, some with a label at random."""
    centres = np.random.default_rng(seed).normal(size=(classes * each, width)) * 3.75 / width**0.5
    number = generator.integers(0, len(centres), rows)
    x = centres[number] + generator.normal(size=(rows, width))
    other = generator.integers(0, classes, rows)
    return x, np.where(generator.random(rows) < flipped, other, number % classes)


def bends(generator, rows, width=6, seed=0):
    """Return a smooth function of some numbers, with noise."""
    fixed = np.random.default_rng(seed)
    inner, outer = fixed.normal(size=(width, 8)) * 0.8, fixed.normal(size=8)
    x = generator.normal(size=(rows, width))
    return x, np.tanh(x @ inner) @ outer + generator.normal(size=rows) * 0.3


def line(generator, rows, width=40, seed=0, steep=2.0):
    """Return two classes on both sides of a line, the surer the farther."""
    weights = np.random.default_rng(seed).normal(size=width) / width**0.5 * steep
    x = generator.normal(size=(rows, width))
    return x, (generator.random(rows) < 1 / (1 + np.exp(-x @ weights))).astype(int)


def wrong(model, x, y):
    return (model.predict(x) != y).astype(float)


def surprise(model, x, y):
    found = np.full(len(y), 1e-6)
    chances = model.predict_proba(x)
    for place, name in enumerate(model.classes_):
        found[y == name] = chances[y == name, place]
    return -np.log(np.clip(found, 1e-6, 1))


def squares(model, x, y):
    return (model.predict(x) - y) ** 2


@dataclass(frozen=True)
class Case:
    make: Callable[..., Any]
    model: Callable[[int], Any]
    losses: Callable[..., Any]
    rows: int
    seen: bool  # when the extrapolation was set
    options: dict[str, Any]


def mlp(seed, **more):
    settings = {"max_iter": 100, "learning_rate_init": 0.003} | more
    return MLPClassifier((32,), random_state=seed, **settings)


def smooth_mlp(seed):
    settings = {"max_iter": 150, "solver": "lbfgs", "alpha": 3.0}
    return MLPRegressor(hidden_layer_sizes=(16,), random_state=seed, **settings)


def forest(seed):
    return RandomForestClassifier(10, random_state=seed)


CASES = {
    "logistic, accuracy": Case(line, lambda _: LogisticRegression(), wrong, 400, True, {}),
    "logistic, log loss": Case(line, lambda _: LogisticRegression(), surprise, 400, True, {}),
    "neighbours": Case(clusters, lambda _: KNeighborsClassifier(5), wrong, 300, True, {}),
    "forest, noisy labels": Case(clusters, forest, wrong, 300, True, {"flipped": 0.1}),
    "ridge, 30 columns": Case(bends, lambda _: Ridge(), squares, 300, True, {"width": 30}),
    "MLP, accuracy": Case(clusters, mlp, wrong, 300, True, {"width": 10, "classes": 3}),
    "logistic, 4 columns": Case(
        line, lambda _: LogisticRegression(), wrong, 400, False, {"width": 4, "seed": 5}
    ),
    "kernel ridge": Case(
        bends,
        lambda _: KernelRidge(kernel="rbf").set_params(alpha=0.1),
        squares,
        300,
        False,
        {"width": 8, "seed": 3},
    ),
    "neighbours, 8 clusters": Case(
        clusters,
        lambda _: KNeighborsClassifier(9),
        wrong,
        300,
        False,
        {"width": 5, "classes": 2, "each": 4, "seed": 7},
    ),
    "MLP, log loss": Case(
        clusters,
        lambda seed: mlp(seed, max_iter=60, alpha=1e-2),
        surprise,
        300,
        False,
        {"width": 15, "seed": 4, "flipped": 0.05},
    ),
    "forest on a line": Case(
        line, forest, wrong, 300, False, {"width": 20, "seed": 9, "steep": 3.0}
    ),
    "MLP, rmse": Case(bends, smooth_mlp, squares, 300, False, {"seed": 11}),
}
NAMES = {wrong: "accuracy", surprise: "log_loss", squares: "rmse"}


def scored(losses, name):
    """Return scores from losses of rows, mean over the last axis."""
    mean = losses.mean(axis=-1)
    return {"accuracy": 1 - mean, "rmse": mean**0.5}.get(name, mean)


def true_scores(case, generator):
    x, y = case.make(generator, HELD, **case.options)
    found = []
    for factor in FACTORS:
        each = []
        for seed in range(FRESH):
            rows = case.make(generator, case.rows * factor, **case.options)
            each.append(scored(case.losses(case.model(seed).fit(*rows), x, y), NAMES[case.losses]))
        found.append(float(np.mean(each)))
    return found


def curve_of(case, generator, repeat):
    """Return a learning curve as the kit measures it, of a model of scikit-learn."""
    name, total = NAMES[case.losses], case.rows
    x, y = case.make(generator, total, **case.options)
    held = case.make(generator, total // 5, **case.options)
    rows = np.unique(np.round(np.geomspace(total / 10, total, SIZES)).astype(int))
    losses = np.empty((len(rows), ORDERS, total // 5))
    for order in range(ORDERS):
        turn = generator.permutation(total)
        for place, size in enumerate(rows):
            model = case.model(1000 * repeat + order).fit(x[turn[:size]], y[turn[:size]])
            losses[place, order] = case.losses(model, *held)
    drawn = generator.integers(0, total // 5, (SAMPLES, total // 5))
    means = np.stack([scored(losses[..., each], name).mean(axis=1) for each in drawn], axis=1)
    scores, noise = (
        tuple(map(tuple, values.tolist())) for values in (scored(losses, name), np.cov(means))
    )
    less = name != "accuracy"
    best = 0.0 if less else 1.0
    numbers = tuple(rows.tolist())
    return LearningCurve(name, less, best, numbers, scores, noise, total, total // 5)


def own_truth(generator, rows):
    """Return scores of the kit's own trainings, on 10,000 other rows."""
    from goodfit.recipes import evaluate
    from goodfit.recipes.answering.methods import answers_of

    x, y = clusters(generator, HELD, width=10, classes=3)
    held = load((x, y.astype(str)))
    task, labels = held.task, np.array(held.labels)
    if task is None:
        raise SystemExit("the made rows have no task")
    found = []
    for factor in FACTORS:
        each = []
        for seed in range(4):
            run = own_run(generator, round(rows * factor / 0.7), seed)
            outputs = answers_of(run.model, held, task)
            each.append(evaluate(labels, outputs, task, samples=1).metrics["accuracy"].value)
        found.append(float(np.mean(each)))
    return found


def own_splits(generator, rows, seed):
    x, y = clusters(generator, rows, width=10, classes=3)
    return split(load((x, y.astype(str))), seed=seed)


def own_config(seed):
    return Config(units=(32,), epochs=100, early_stopping_patience=10, seed=seed)


def own_run(generator, rows, seed):
    from goodfit.recipes import train

    return train(own_config(seed), own_splits(generator, rows, seed))


def counted(curves, truth):
    """Return what one line of the table says of many curves."""
    held = np.zeros((len(curves), len(FACTORS)))
    widths, wrongly = [], 0
    for number, curve in enumerate(curves):
        for place, factor in enumerate(FACTORS):
            found = curve.score_at(factor * curve.training_rows)
            held[number, place] = found.low <= truth[place] <= found.high
        widths.append((found.high - found.low) / abs(curve.errors_of(truth[-1])))
        gain = curve.errors_of(truth[0]) - curve.errors_of(truth[1])
        helps = gain > 0.05 * curve.errors_of(truth[0])
        wrongly += helps and how_much_more_data(None, curve).verdict == "will not help"
    return held.mean(axis=0), float(np.median(widths)), wrongly


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=2)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    print(
        "| task | rows | true score at 1x, 2x, 5x | held at 1x | 2x | 5x | "
        "width at 5x, errors | no help said wrongly |\n"
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |"
    )
    lines = []
    cases = {"the kit's own MLP": None} if given.own else CASES
    for name, case in cases.items():
        if given.only and name not in given.only:
            continue
        generator, started = np.random.default_rng(given.seed), time.perf_counter()
        if case is None:
            truth = own_truth(generator, 210)
            curves = [
                learning_curve(own_config(s), own_splits(generator, 300, s), metric="accuracy")
                for s in range(given.repeats)
            ]
        else:
            truth = true_scores(case, generator)
            curves = [curve_of(case, generator, repeat) for repeat in range(given.repeats)]
        held, width, wrongly = counted(curves, truth)
        lines.append((case is not None and case.seen, held))
        figures = " | ".join(f"{value:.0%}" for value in held)
        label = f"{name} *" if case is not None and case.seen else name
        shown = ", ".join(f"{value:.3f}" for value in truth)
        print(
            f"| {label} | {curves[0].training_rows} | {shown} | {figures} | {width:.2f} | "
            f"{wrongly} of {len(curves)} |",
            flush=True,
        )
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    for label, seen in (("seen before (*)", True), ("not seen before", False)):
        chosen = [held for was, held in lines if was == seen]
        if chosen:
            mean = " | ".join(f"{value:.1%}" for value in np.mean(chosen, axis=0))
            print(f"| {label} | | | {mean} | | |")


if __name__ == "__main__":
    main()
