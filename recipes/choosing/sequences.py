"""Which builder for sequences, recordings and images, and how much of each row is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...zoo.inputs.audio_inputs import frame_step
from ...zoo.ragged import row_lengths
from ...zoo.tasks import Column, Task
from ..answering.methods import method_of
from ..config import Choice, Config

__all__ = ["passage_settings", "sequence_length", "sequence_model", "text_level"]

MOST_STEPS = 4_096
"""Beyond this, one row would cost more than a first training may."""

LIGHT_DROPOUT = 0.1

# What is chosen for a task whose answer is a sequence, and why.
BY_TASK: dict[str, Choice] = {
    "forecasting": Choice(
        "linear_forecast",
        "BP-1, ARC-4",
        {"etth1_96": (0.673, 0.681), "exchange_rate_96": (0.133, 0.136), "m4_hourly": (1.15, 0.96)},
        "The simplest that looks back. Measured on validation beside mlp (errors of both): as good "
        "or better on one series, worse on 414 of all kinds, for which mlp is the one to try.",
    ),
    "translation": Choice(
        "transformer_encoder_decoder",
        "SEQ-8, SEQ-10",
        {},
        "The guide names Transformers for translation, of the family of T5.",
    ),
    "next_token": Choice(
        "transformer_decoder", "SEQ-8", {}, "Every token of a text is a lesson, all at once."
    ),
    "sequence_labelling": Choice(
        "gru", "SEQ-5, SEQ-10", {}, "Read from both ends, each step knows what stands around it."
    ),
    "span": Choice(
        "gru", "SEQ-5, SEQ-10", {}, "It reads the passage twice: alone, and beside the question."
    ),
    "speech": Choice(
        "gru", "SEQ-5, SEQ-10", {}, "Read from both ends, a frame knows what is said around it."
    ),
}

# What is chosen for one answer a row, by the kind of input, and why.
BY_INPUT: dict[str, Choice] = {
    "image": Choice(
        "convnet", "ARC-1", {}, "The same few filters look for patterns wherever they stand."
    ),
    "frames": Choice("gru", "SEQ-5", {}, "Each frame becomes a vector; two gates follow them."),
    "sequence": Choice(
        "convnet",
        "ARC-1, SEQ-5",
        {
            "gunpoint": (82.0, 42.0),
            "arrowhead": (63.9, 36.1),
            "italy_power_demand": (95.5, 95.5),
            "japanese_vowels": (97.8, 97.4),
        },
        "The guide's first attempt is a gru. Measured beside it (accuracy of both, in %), filters "
        "that look for patterns wherever they stand were never worse, and train faster.",
    ),
    "audio": Choice("gru", "SEQ-5", {}, "Two gates are enough for a first attempt."),
}


def sequence_model(task: Task, columns: Sequence[Column]) -> Choice | None:
    """Return the builder for a task or an input that is a sequence; None for a table.

    Guide: SEQ-5, SEQ-10.

    Examples:
        >>> sequence_model(Task("binary", ("no", "yes")), [Column("steps", "sequence", 3)]).value
        'convnet'
    """
    if task.kind in BY_TASK:
        return BY_TASK[task.kind]
    return next((BY_INPUT[column.kind] for column in columns if column.kind in BY_INPUT), None)


def text_level(task: Task) -> Choice:
    """Return how texts are taken apart: what the task needs, else words."""
    level = method_of(task).inputs.get("text_level") if task.is_sequence else None
    if level is None:
        return Choice(Config.text_level, "", {}, "Words say most, where there is enough text.")
    return Choice(level, "SEQ-10", {}, f"A {task.kind} task answers for each {level}.")


def passage_settings(
    task: Task, columns: Sequence[Column], features: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Choice]:
    """Return what is chosen for a text that is to go on, by the name of the setting; else nothing.

    Args:
        task: What is asked.
        columns: The inputs.
        features: Training rows by column name.
        options: How the rows were read.
    """
    if task.kind != "next_token":
        return {}
    by_words = options.get("form") == "word_passages"
    texts = features[columns[0].name]
    longest = max((len(text.split()) if by_words else len(text) for text in texts), default=1)
    level = "token" if by_words else "character"
    reason = "Words with their signs are foretold." if by_words else "No character is unknown."
    return {
        "text_level": Choice(level, "SEQ-8", {}, reason),
        "text_length": Choice(
            min(longest, 65_536), "SEQ-8", {"longest": longest}, "Passages are read to their end."
        ),
        "bidirectional": Choice(
            False, "SEQ-8", {}, "What comes next is no question to one who reads from the end."
        ),
        "dropout": Choice(
            LIGHT_DROPOUT, "REG-2", {}, "Light: each passage holds as many lessons as tokens."
        ),
    }


def sequence_length(columns: Sequence[Column], features: Mapping[str, Any]) -> Choice:
    """Return how many steps of each sequence are read: all, as long as that can be paid for."""
    lengths = [
        -(-int(row_lengths(np.asarray(features[column.name])).max(initial=1)) // _step(column))
        for column in columns
        if column.kind in ("sequence", "audio", "frames") and column.name in features
    ]
    if not lengths:
        return Choice(Config.sequence_length, "", {}, "There is no sequence to read.")
    longest = max(lengths)
    figures = {"longest": longest, "at_most": MOST_STEPS}
    if longest <= MOST_STEPS:
        return Choice(longest, "SEQ-1", figures, "Every step of the longest training row is read.")
    return Choice(MOST_STEPS, "SEQ-1", figures, "Longer rows are cut: time grows with the length.")


def _step(column: Column) -> int:
    """Return how many values of a row are one step: of recordings the samples of a frame."""
    return frame_step(column.rate) if column.kind == "audio" else 1
