"""Handwritten digits: as images, as rows of pixels one after the other, pixel by pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from zoo_bench import Row

WATCHED = 5_000
MLP = "MLP 98.40 (Keras's mnist_mlp)"
PIXELS = "LSTM 87.2, GRU 96.2, RNN 21.5, TCN 99.0, 70,000 parameters (TCN paper)"


def mnist(folder: Path) -> Row:
    """512-512 with dropout, as the published example."""
    settings = {
        "model": "mlp",
        "units": (512, 512),
        "dropout": 0.3,
        "batch_size": 128,
        "epochs": 25,
        "early_stopping_patience": 6,
        "reduce_learning_rate_patience": 2,
    }
    return scored("mnist", folder, "image", settings, MLP, 98.4)


def mnist_images(folder: Path) -> Row:
    settings = {
        "model": "convnet",
        "filters": (16, 32, 64),
        "dropout": 0.2,
        "batch_size": 128,
        "epochs": 6,
        "reduce_learning_rate_patience": 1,
    }
    return scored("mnist_images", folder, "image", settings, MLP, 98.4)


def mnist_rows(folder: Path) -> Row:
    """Each of the 28 rows of an image is a step of 28 numbers."""
    settings = {
        "model": "gru",
        "units": (96,),
        "bidirectional": False,
        "dropout": 0.2,
        "batch_size": 128,
        "learning_rate": 0.002,
        "epochs": 10,
        "reduce_learning_rate_patience": 1,
    }
    return scored("mnist_rows", folder, "sequence", settings, "none of this form", None)


def mnist_pixels(folder: Path) -> Row:
    """784 steps of one number each, in order of reading; only where there is a GPU."""
    import tensorflow as tf

    measure = "accuracy in %, 784 steps of one pixel"
    if not tf.config.list_physical_devices("GPU"):
        reason = "not run: hours on a CPU"
        return Row("mnist_pixels", measure, "", PIXELS, "≥ 96.2", reason, "gru")
    settings = {
        "model": "gru",
        "units": (148,),
        "bidirectional": False,
        "dropout": 0.0,
        "batch_size": 128,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "epochs": 60,
        "early_stopping_patience": 10,
        "reduce_learning_rate_patience": 4,
    }
    row = scored("mnist_pixels", folder, "pixels", settings, PIXELS, 96.2)
    row.measure = measure
    return row


def scored(
    name: str, folder: Path, form: str, settings: dict, published: str, aim: float | None
) -> Row:
    """Train on 55,000 images, choose the epoch by 5,000, look at the 10,000 of the test once."""
    from goodfit.recipes import (
        SealedTest,
        Splits,
        choose_config,
        decide,
        load,
        naive_answers,
        train,
    )
    from goodfit.recipes.answering.methods import answers_of
    from goodfit.recipes.config import Choice

    with np.load(folder / "mnist" / "mnist.npz", allow_pickle=False) as stored:
        x, y, x_test, y_test = (stored[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    if form != "image":
        width = 28 if form == "sequence" else 1
        x, x_test = (v.reshape(len(v), -1, width).astype(np.float32) for v in (x, x_test))
    kinds = {"x": "image" if form == "image" else "sequence"}
    every = load((x, y.astype(str)), types=kinds)
    sealed = SealedTest(load((x_test, y_test.astype(str)), task=every.task, types=kinds))
    order = np.arange(len(every))
    splits = Splits(
        every.take(order[:-WATCHED]), every.take(order[-WATCHED:]), sealed, Choice("official")
    )
    config = choose_config(splits, overrides=[f"model={settings['model']}"]).replace(**settings)
    run = train(config, splits)
    test = sealed.open("the one look")
    share = 100 * (decide(answers_of(run.model, test, test.task), test.task) == test.labels).mean()
    naive = naive_answers(splits.train, test)["linear"]
    linear = 100 * (decide(naive, test.task) == test.labels).mean()
    best = run.record["best_epoch"]
    return Row(
        name,
        "accuracy in %",
        f"{share:.2f}",
        published,
        "" if aim is None else f"≥ {aim:g}",
        "" if aim is None else "yes" if round(share, 2) >= aim else "no",
        f"{settings['model']}, {run.record['parameters']:,} parameters, epoch {best} of "
        f"{run.record['epochs']}",
        f"The last 5,000 training images chose the epoch. One seed. A linear model of a few "
        f"numbers of each row, fitted on at most 10,000: {linear:.1f}.",
    )


SETS = {
    "mnist": mnist,
    "mnist_images": mnist_images,
    "mnist_rows": mnist_rows,
    "mnist_pixels": mnist_pixels,
}
