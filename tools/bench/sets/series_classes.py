"""Series and skeletons by class: small public sets with an official test set each."""

from __future__ import annotations

import itertools
import math
import statistics
from pathlib import Path

import numpy as np
from zoo_bench import Row

# Mean of 5 or 10 runs, accuracy in %: Fawaz and others, 2019.
PUBLISHED = {
    "japanese_vowels": "FCN 99.3, ResNet 99.2, MLP 97.6 (Fawaz and others, 2019)",
    "gunpoint": "FCN 100, ResNet 99.1, Time-CNN 93.2 (Fawaz and others, 2019)",
    "italy_power_demand": "Encoder 96.5, ResNet 96.3, FCN 96.1 (Fawaz and others, 2019)",
    "arrowhead": "ResNet 84.5, FCN 84.3, MLP 77.8 (Fawaz and others, 2019)",
    "basic_motions": "recalled: DTW 97.5, deep models about 100",
}
AIM = {
    "japanese_vowels": 99.3,
    "gunpoint": 100.0,
    "italy_power_demand": 96.5,
    "arrowhead": 84.5,
    "basic_motions": 100.0,
}
# What 200 epochs gave, which the test was asked before.
EARLIER = {
    "gunpoint": "The test was asked before, after 200 epochs: 99.1.",
    "arrowhead": "The test was asked before, after 200 epochs: 73.5.",
    "italy_power_demand": "The test was asked before, after 200 epochs: 96.2.",
    "japanese_vowels": "The test was asked before, after 200 epochs: 99.1.",
}
FAMILIES = {
    "convnet": {"filters": (64, 128, 64), "dropout": 0.0, "batch_normalization": True},
    "gru": {"units": (64,), "dropout": 0.3, "learning_rate": 0.003},
}
STEPS, BATCH, CHOOSING_EPOCHS = 6_000, 16, 60
"""Steps of the optimizer, as small sets need many epochs: those published were given 2,000."""
SEEDS = 3
FOLDS = 3


def official(folder: Path, name: str) -> Row:
    """Choose the family on training rows alone; train it with several seeds; look at the test."""
    with np.load(folder / name / f"{name}.npz", allow_pickle=False) as stored:
        parts = [(_rows(stored, part), stored[f"y_{part}"]) for part in ("train", "test")]
    return scored(name, *parts, PUBLISHED[name], AIM[name])


def scored(
    name: str, train: tuple, test: tuple, published: str, aim: float | None, note: str = ""
) -> Row:
    from goodfit.recipes import load, naive_answers

    rows = load(train, task="binary" if len(set(train[1])) == 2 else "multiclass")
    found = {family: crossed(rows, family) for family in FAMILIES}
    family = max(found, key=found.get)
    asked = load(test, task=rows.task)
    shares = []
    epochs = min(2000, STEPS // math.ceil(len(rows) / BATCH))
    for seed in range(SEEDS):
        outputs, parameters = answers(rows, asked, family, epochs, seed)
        shares.append(100 * right(outputs, asked))
    mean, spread = statistics.mean(shares), statistics.pstdev(shares)
    naive = {k: 100 * right(v, asked) for k, v in naive_answers(rows, asked).items()}
    return Row(
        name,
        "accuracy in %",
        f"{mean:.1f} ± {spread:.1f}",
        published,
        "" if aim is None else f"≥ {aim:g}",
        "" if aim is None else "yes" if round(mean, 1) >= aim else "no",
        f"{family}, {parameters:,} parameters, {epochs} epochs",
        f"{len(rows)} rows to train on, {len(asked)} to test on. Mean and deviation of {SEEDS} "
        "seeds; the weights of the epoch with the lowest training loss, as published. Chosen by "
        f"{FOLDS}-fold cross-validation of the training rows: "
        + ", ".join(f"{k} {100 * v:.1f}" for k, v in found.items())
        + ". Without a network: "
        + ", ".join(f"{k} {v:.1f}" for k, v in naive.items())
        + f". {EARLIER.get(name, '')} {note}".rstrip(),
    )


def crossed(rows, family: str) -> float:
    """Return the accuracy of a family on training rows that it was not trained on."""
    order = np.argsort(np.random.default_rng(0).permutation(len(rows)), kind="stable")
    order = order[np.argsort(rows.labels[order], kind="stable")]  # each class over all folds
    fold = np.empty(len(rows), int)
    fold[order] = np.arange(len(rows)) % FOLDS
    hits = 0.0
    for number in range(FOLDS):
        held = rows.take(np.flatnonzero(fold == number))
        rest = rows.take(np.flatnonzero(fold != number))
        hits += right(answers(rest, held, family, CHOOSING_EPOCHS, 0)[0], held) * len(held)
    return hits / len(rows)


def answers(rows, asked, family: str, epochs: int, seed: int) -> tuple[np.ndarray, int]:
    """Return what a model trained on all these rows answers to others, and its parameters."""
    from goodfit.recipes import SealedTest, Splits, choose_config, train
    from goodfit.recipes.answering.methods import answers_of
    from goodfit.recipes.config import Choice

    # Every row is trained on: the rows to watch are the same, so the training loss decides.
    splits = Splits(rows, rows, SealedTest(asked), Choice("official", "PH-1c"), seed)
    config = choose_config(splits, seed=seed, overrides=[f"model={family}"]).replace(
        epochs=epochs,
        early_stopping_patience=0,
        reduce_learning_rate_patience=25,
        batch_size=BATCH,
        **FAMILIES[family],
    )
    run = train(config, splits)
    return answers_of(run.model, asked, rows.task), run.record["parameters"]


def right(outputs: np.ndarray, rows) -> float:
    from goodfit.recipes import decide

    return float((decide(outputs, rows.task) == rows.labels).mean())


def _rows(stored, part: str) -> object:
    if f"X_{part}" in stored.files:
        return stored[f"X_{part}"]
    values, ends = stored[f"values_{part}"], stored[f"offsets_{part}"]
    return [values[a:b] for a, b in itertools.pairwise(ends)]


def msr_action3d(folder: Path) -> Row:
    """Cross-subject: odd subjects to train on, even ones to test on, 557 clips."""
    with np.load(folder / "msr_action3d" / "msr_action3d.npz", allow_pickle=False) as stored:
        joints, ends, subject = stored["joints"], stored["offsets"], stored["subject"]
        action, kept = stored["action"].astype(str), stored["in_cvpr12_557"]
    clips = [_centred(joints[a:b].astype(np.float32)) for a, b in itertools.pairwise(ends)]
    train = [n for n in range(len(clips)) if kept[n] and subject[n] % 2 == 1]
    test = [n for n in range(len(clips)) if kept[n] and subject[n] % 2 == 0]
    return scored(
        "msr_action3d",
        ([clips[n] for n in train], action[train]),
        ([clips[n] for n in test], action[test]),
        "recalled: Lie group 89.5 (2014); bag of 3-D points 74.7 (mean of three subsets)",
        None,
        "20 actions, subjects 1, 3, 5, 7, 9 to train on; places of joints from the hip, frames "
        "without a skeleton missing.",
    )


def _centred(clip: np.ndarray) -> np.ndarray:
    """Return joints seen from the hip, NaN where no skeleton was found, `(frames, 20, 3)`."""
    lost = (clip == 0).all(axis=(1, 2))
    moved = clip - clip[:, HIP : HIP + 1]
    moved[lost] = np.nan
    return moved if not lost.all() else np.zeros_like(clip)


HIP = 6


def _official(name: str):
    return lambda folder: official(folder, name)


SETS = {**{name: _official(name) for name in PUBLISHED}, "msr_action3d": msr_action3d}
