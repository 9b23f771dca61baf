"""Translation on real sentences: Multi30k, English to German."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import numpy as np
from zoo_bench import Row

PUBLISHED = "30.6 (a public Transformer, unofficial); recalled 41.0 with pieces of words, 2016 test"
SHORT = 10
TEST = "test_2016_flickr"
SMALL = {
    "model": "transformer_encoder_decoder",
    "embedding_width": 64,
    "layers": 1,
    "dropout": 0.1,
    "batch_size": 32,
    "learning_rate": 0.002,
    "optimizer": "adamw",
    "warmup_steps": 0,
    "epochs": 9,
    "early_stopping_patience": 3,
}
LARGE = {
    **SMALL,
    "learning_rate": 0.001,
    "embedding_width": 256,
    "layers": 3,
    "dropout": 0.3,
    "batch_size": 128,
    "warmup_steps": 1_000,
    "epochs": 60,
    "early_stopping_patience": 6,
}


def short_sentences(folder: Path) -> Row:
    row = scored(folder, SMALL, SHORT)
    naive = [float(part.rsplit(" ", 1)[1]) for part in row.ours.split("naive: ")[1].split(", ")]
    learns = float(row.ours.split()[0]) > max(naive)
    row.reached = f"{'yes' if learns else 'no'}, the short run; all sentences not run: no GPU"
    row.aim = "above the naive answers in a short run; > 25 on all sentences, on a GPU"
    return row


def all_sentences(folder: Path) -> Row:
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        measure = "BLEU, all sentences, test 2016"
        return Row("multi30k_en_de_all", measure, "", PUBLISHED, "> 25", "not run: no GPU", "")
    row = scored(folder, LARGE, 10_000)
    row.data = "multi30k_en_de_all"
    row.reached = "yes" if float(row.ours.split()[0]) > 25 else "no"
    return row


def scored(folder: Path, settings: dict, longest: int) -> Row:
    """Train on pairs of at most so many words; answer the test sentences once."""
    from goodfit.recipes import Config, SealedTest, Splits, naive_answers, train
    from goodfit.recipes.answering.methods import method_of
    from goodfit.recipes.config import Choice
    from goodfit.recipes.scoring.evaluation import evaluate

    parts = {name: pairs(folder, name, longest) for name in ("train", "val", TEST)}
    splits = Splits(
        parts["train"], parts["val"], SealedTest(parts[TEST]), Choice("official", "PH-1c")
    )
    length = max(
        max(len(text.split()) for text in values) for values in splits.train.features.values()
    )
    config = Config().replace(text_length=min(length, 48), metrics=("accuracy",), **settings)
    run = train(config, splits, listener=told)
    test = splits.test.open("the one look")
    method = method_of(splits.task)
    answers = method.answer(run.model, test)
    result = evaluate(test.labels, answers, splits.task).metrics
    naive = {
        name: evaluate(test.labels, other, splits.task, samples=1).metrics
        for name, other in naive_answers(splits.train, test).items()
    }
    beside = ", ".join(f"{name} {found['bleu'].value:.1f}" for name, found in naive.items())
    beams = beam_score(run.model, test, method, splits.task)
    bleu = result["bleu"]
    for place in (0, 1, 2):
        print(f"{test.labels[place]} | {answers[place]}", file=sys.stderr)
    return Row(
        "multi30k_en_de",
        f"BLEU (sacrebleu 13a, lower case), {TEST}, at most {longest} words",
        f"{bleu.value:.1f} ({bleu.low:.1f} to {bleu.high:.1f}), chrF {result['chrf'].value:.1f}; "
        f"4 beams {beams:.1f}; naive: {beside}",
        PUBLISHED,
        "> 25",
        "",
        f"{config.model}, {run.record['parameters']:,} parameters, width "
        f"{config.embedding_width}, {config.layers} layers, {len(run.history)} epochs of "
        f"{len(splits.train):,} pairs, one seed",
        f"{len(splits.validation)} validation and {len(test)} test sentences of the official "
        "parts; the epoch was chosen by the validation loss",
    )


def beam_score(model, rows, method, task) -> float:
    from goodfit.zoo import translate

    source = rows.features[rows.columns[0].name].tolist()
    answers = np.array(translate(model, source, beams=4), object)
    sums = method.figures(rows.labels, answers, task).sum(axis=0)[:, None]
    return float(method.metrics(sums, task)["bleu"][0])


def pairs(folder: Path, name: str, longest: int):
    """Return the pairs of one part of which both sentences have at most so many words."""
    import pandas as pd
    from goodfit.recipes import load

    columns = {}
    for language in ("en", "de"):
        path = folder / "multi30k_en_de" / f"{name}.{language}.gz"
        text = gzip.decompress(path.read_bytes()).decode()
        columns[language] = text.rstrip("\n").split("\n")
    frame = pd.DataFrame(columns)
    words = frame.apply(lambda column: column.str.split().str.len())
    return load(frame[(words <= longest).all(axis=1)], "de", task="translation")


def told(kind: str, data) -> None:
    if kind == "epoch":
        shown = {name: round(data[name], 3) for name in ("epoch", "loss", "val_loss", "seconds")}
        print(shown, file=sys.stderr, flush=True)


SETS = {"multi30k_en_de": short_sentences, "multi30k_en_de_all": all_sentences}
