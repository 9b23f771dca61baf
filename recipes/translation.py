"""One text into another: a Transformer that reads the one and writes the other.

    goodfit train phrases.csv --task translation --text english --target german

Two files of lines do as well, as in `goodfit train train.en --task translation --target train.de`,
and so does any text into any other: dates written out, questions into commands.
`python -m goodfit.recipes.translation` runs this on 2,500 made sentences. On two CPU cores it took
16 seconds, and BLEU on the validation rows was 100; 40 with the most similar
training sentence. Real sentences want far more; `docs/zoo_numbers.md` tells what Multi30k showed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .choosing.configuring import choose_config
from .completing import Clock, carry_out
from .reading.loading import load
from .splitting.parts import split
from .training.fitting import Listener
from .training.runs import Run

__all__ = ["translate_texts"]


def translate_texts(
    source: Any,
    target: str | None = None,
    *,
    text: str | None = None,
    output: str | Path | None = None,
    model: str = "transformer_encoder_decoder",
    epochs: int = 6,
    seed: int = 0,
    test: bool = False,
    progress: Listener | None = None,
) -> Run:
    """Train a network on pairs of texts, and score what it writes against what should be written.

    Args:
        source: A table with two columns of texts, or a file with a text on each line.
        target: The column of the answers, or the file of their lines; the last column if left out.
        text: The column to translate; needed where there are more than two.
        output: A new folder for the run; in memory when left out.
        model: `transformer_encoder_decoder`, or its twin `recurrent_encoder_decoder`.
        epochs: Passes over the training rows, at most.
        seed: Decides the split, the first weights and the order of the rows.
        test: Open the sealed test set at the end.
        progress: Told of steps and epochs.

    Returns:
        The run; `predict(run, rows)` translates other rows, and `goodfit.zoo.translate(run.model,
        texts, beams=4)` texts, with a beam.

    Guide: SEQ-8, SEQ-10, OPT-4, ARC-4.
    """
    clock = Clock(progress)
    clock.step("load", "reading pairs of texts")
    dataset = load(source, target, task="translation", text=text)

    clock.step("prepare", "auditing and splitting")
    # Rows with the same source stay in one part, so that no answer is known by heart.
    splits = split(dataset, seed=seed)

    config = choose_config(splits, seed=seed, overrides=[f"model={model}"]).replace(
        reason="it is the recipe for translation",
        # Each word of an answer is an example, so there are many more examples than rows.
        dropout=0.1,
        # Three times the standard rate of Adam gets to the same loss in fewer epochs.
        learning_rate=0.002,
        # An epoch is long, and its loss is the mean over many words.
        early_stopping_patience=4,
        epochs=epochs,
    )
    if model == "transformer_encoder_decoder":
        # One layer that reads and one that writes, to begin with.
        config = config.replace(reason="it is the recipe for translation", layers=1)
    return carry_out(config, dataset, splits, output, clock=clock, test=test)


if __name__ == "__main__":
    from .making.showing import show_example

    show_example("phrases", translate_texts)
