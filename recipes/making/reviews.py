"""Made reviews of hotels, whose words alone do not tell whether the guest was happy."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from .examples import Example

__all__ = ["EXAMPLE"]

REVIEWS = 1_200
THINGS = ["room", "breakfast", "pool", "staff", "view", "bed", "bar", "price"]
GOOD = ["lovely", "clean", "friendly", "quiet", "great", "perfect"]
BAD = ["dirty", "noisy", "rude", "awful", "cold", "tired"]
OPENINGS = ["we stayed two nights", "a short trip", "we came with friends", "third visit"]
SHARE_WRONG = 0.03


def _clause(draw: np.random.Generator, happy: bool) -> str:
    """Return praise or blame, said straight or by denying the opposite."""
    thing = draw.choice(THINGS)
    if draw.random() < 0.5:
        return f"the {thing} was {draw.choice(GOOD if happy else BAD)}"
    return f"the {thing} was not {draw.choice(BAD if happy else GOOD)}"


def _write(folder: Path, seed: int) -> Path:
    """Write `reviews.csv`: the last clause, after "but", decides; some ratings are slips."""
    draw = np.random.default_rng(seed)
    path = folder / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["review", "rating"])
        for _ in range(REVIEWS):
            happy = bool(draw.random() < 0.5)
            first = _clause(draw, not happy) if draw.random() < 0.5 else ""
            text = f"{draw.choice(OPENINGS)}. {first + ', but ' if first else ''}"
            text += _clause(draw, happy) + "."
            slip = draw.random() < SHARE_WRONG
            writer.writerow([text, "happy" if happy != slip else "unhappy"])
    return path


EXAMPLE = Example(
    "Reviews of hotels that praise and blame; what is said last decides.",
    _write,
    ("--text", "review", "--target", "rating", "--positive", "happy"),
    "text_classification",
)
