"""Inputs that say nothing: all rows are the same."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
from case import Case, Training
from keras import optimizers
from new_cases import series, tables
from new_cases.models import (
    SPARSE,
    both_ways,
    convolved,
)
from open_half.parts import decides, picks, put


def spoken(seed: int, lost: bool = False) -> Training:
    """Languages; the letters were looked up as they are, or after they were made large."""
    keras.utils.set_random_seed(seed)
    rows = series.languages(seed)
    made = put(
        both_ways(27, 16, 3, "softmax"),
        rows,
        picks(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.005),
        loss=SPARSE,
        metrics=["accuracy"],
        epochs=10,
    )
    if lost:
        made.x = np.zeros_like(rows.x)
        made.fit["validation_data"] = (np.zeros_like(rows.valid_x), rows.valid_y)
    return made


def pieces(seed: int, buffered: bool = False) -> Training:
    """Pieces of photographs that were read one by one into the same buffer, or into their own."""
    keras.utils.set_random_seed(seed)
    rows = tables.photographs(seed)
    made = put(
        convolved(1, "sigmoid"),
        rows,
        decides(rows.test_x, rows.test_y),
        optimizer=optimizers.Adam(0.003),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=10,
    )
    if buffered:
        made.x = np.repeat(rows.x[-1:], len(rows.x), 0)
        made.fit["validation_data"] = (
            np.repeat(rows.valid_x[-1:], len(rows.valid_x), 0),
            rows.valid_y,
        )
    return made


CASES: tuple[Case, ...] = (
    Case(
        "languages_of_unknown_letters",
        "lstm",
        partial(spoken, lost=True),
        fault="degenerate_input",
        also=("class_collapse", "underfitting"),
        twin=spoken,
        repairable=False,
        why="Capitals were looked up in a table of small letters: every row is all zeros.",
    ),
    Case(
        "photographs_in_one_buffer",
        "mlp",
        partial(pieces, buffered=True),
        fault="degenerate_input",
        also=("class_collapse", "underfitting"),
        twin=pieces,
        repairable=False,
        why="Each piece was read into the same buffer: all rows are the last one.",
    ),
)
