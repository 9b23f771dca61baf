"""Which builder for rows with free text: the guide's answer, beside what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...zoo.tasks import Column
from ..config import Choice, Config

__all__ = ["FEW_EXAMPLES", "guide_for_texts", "text_figures", "text_settings"]

SHORT_WORDS = 50
"""Below so many words a plain recurrent network may do (SEQ-2)."""
LONG_WORDS = 100
"""Above so many words a recurrent network forgets the first (SEQ-3)."""
FEW_EXAMPLES = 100_000
"""Below so many examples a GRU is enough (SEQ-5), and a measurement is at hand."""
MANY_EXAMPLES = 1_000_000
"""From so many examples on an LSTM is worth its gates (SEQ-4)."""
LONGEST = 0.99
"""Texts read in order are cut where this share of them has ended: time grows with the length."""


def text_figures(columns: Sequence[Column], features: Mapping[str, Any]) -> dict[str, int]:
    """Return how long the texts of training rows are, in words, the longest column deciding.

    Args:
        columns: The inputs.
        features: Training rows by column name.

    Returns:
        `words_median` and `words_longest`, the length that 99 % of the texts do not exceed; empty
        without a text column.

    Examples:
        >>> rows = {"note": np.array(["a b c", "", "a"], object)}
        >>> text_figures([Column("note", "text")], rows)
        {'words_median': 1, 'words_longest': 3}
    """
    found = {"words_median": 0, "words_longest": 0}
    texts = [column.name for column in columns if column.kind == "text" and column.name in features]
    for name in texts:
        lengths = [len(str(text or "").split()) for text in features[name]]
        if not lengths:
            continue
        # Rounded up to a whole word; no text decides that none is read.
        longest = max(1, int(np.quantile(lengths, LONGEST, method="higher")))
        found["words_median"] = max(found["words_median"], int(np.median(lengths)))
        found["words_longest"] = max(found["words_longest"], longest)
    return found if texts else {}


def guide_for_texts(rows: int | None, words: int | None) -> tuple[str, str, str]:
    """Return what the guide says for texts: the builder, its rules, and why.

    Args:
        rows: Training rows; None if unknown.
        words: Words of the longest texts; None if unknown.

    Guide: SEQ-2, SEQ-4, SEQ-5, SEQ-7.

    Examples:
        >>> guide_for_texts(4_000, 171)[:2]
        ('gru', 'SEQ-5')
    """
    if rows is not None and rows >= FEW_EXAMPLES and words is not None and words > LONG_WORDS:
        reason = f"texts of {words} words, and {rows:,} rows to learn from"
        return "transformer_encoder", "SEQ-7", reason
    if rows is not None and rows >= MANY_EXAMPLES:
        return "lstm", "SEQ-4", f"{rows:,} rows are enough for its three gates"
    if words is not None and words < SHORT_WORDS:
        reason = f"two gates are enough; below {SHORT_WORDS} words simple_rnn may do as well"
        return "gru", "SEQ-5, SEQ-2", reason
    return "gru", "SEQ-5", "two gates are enough for so few rows"


def text_settings(model: str, figures: Mapping[str, int]) -> dict[str, Choice]:
    """Choose what only builders that read texts in order know, by the name of the setting.

    Args:
        model: Name of the builder.
        figures: As `text_figures` measured them.
    """
    most = Config.text_length
    longest = figures.get("words_longest")
    if longest is None:
        length = Choice(most, "", {}, "There is no text to read.")
    elif model == "mlp":
        length = Choice(
            most, "", figures, f"The order is not read, so even {most} words cost little."
        )
    else:
        length = Choice(
            min(longest, most),
            "SEQ-3, SEQ-7",
            figures,
            f"{LONGEST:.0%} of the training texts end within {longest} words; time grows with the "
            f"length, so no more are read, and never more than {most}.",
        )
    return {
        "text_length": length,
        "embedding_width": Choice(
            Config.embedding_width, "", {}, "A middling width, as wide as the layers after it."
        ),
        "cell": Choice(Config.cell, "SEQ-5", {}, "Two gates are enough for a first attempt."),
        "bidirectional": Choice(
            Config.bidirectional,
            "",
            {},
            "The whole text is there before the answer is due, so it can be read from both ends.",
        ),
        "layers": Choice(
            Config.layers, "SEQ-7", {}, "Few: a Transformer needs much data for more of them."
        ),
        "heads": Choice(Config.heads, "SEQ-7", {}, "The guide's 8 to 12 heads, at its small end."),
    }
