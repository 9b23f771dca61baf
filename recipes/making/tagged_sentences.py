"""Made requests of travellers, every word with a tag, names of places put together from parts."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from .examples import Example

__all__ = ["EXAMPLE"]

SENTENCES = 800
# Words in braces are drawn; the tag of what comes out follows from the sign, O without one.
PATTERNS = (
    "show me flights from {origin} to {goal} {day}",
    "i want to fly to {goal} from {origin} {when}",
    "{day} i need a {kind} from {origin} to {goal} {when}",
    "is there a {kind} leaving {origin} and arriving in {goal} {day}",
    "what does a {kind} to {goal} cost if i leave {origin} {when}",
    "list every {kind} between {origin} and {goal}",
    "when is the last {kind} out of {origin}",
    "how long does the {kind} to {goal} take",
)
CITIES = [
    "New York",
    "San Jose",
    "Boston",
    "Denver",
    "Fort Worth",
    "Dallas",
    "Salt Lake City",
    "Miami",
]
DAYS = ["on monday", "on tuesday", "next friday", "this sunday morning", "tomorrow"]
TIMES = ["before ten o'clock", "after noon", "at seven pm", "in the evening"]
KINDS = ["flight", "train", "night bus"]
FIRST, LAST = ["ash", "bar", "cal", "dun", "el", "far"], ["ford", "ham", "ton", "by", "wick"]
NEW_CITY = 0.3


def _part(draw: np.random.Generator, kind: str) -> tuple[str, str]:
    """Return words, and what they are."""
    if kind in ("origin", "goal"):
        if draw.random() < NEW_CITY:
            return f"{draw.choice(FIRST)}{draw.choice(LAST)}{draw.choice(LAST)}", kind
        return str(draw.choice(CITIES)).lower(), kind
    parts = {"day": DAYS, "when": TIMES, "kind": KINDS}
    return str(draw.choice(parts[kind])), {"day": "day", "when": "time", "kind": "vehicle"}[kind]


def _write(folder: Path, seed: int) -> Path:
    """Write `travellers.csv`: words, and as many tags such as B-goal, I-goal and O."""
    draw = np.random.default_rng(seed)
    path = folder / "travellers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["tokens", "tags"])
        for _ in range(SENTENCES):
            words, tags = [], []
            for piece in str(draw.choice(PATTERNS)).split():
                if not piece.startswith("{"):
                    words.append(piece)
                    tags.append("O")
                    continue
                text, kind = _part(draw, piece[1:-1])
                several = text.split()
                words += several
                tags += [f"B-{kind}", *[f"I-{kind}"] * (len(several) - 1)]
            writer.writerow([" ".join(words), " ".join(tags)])
    return path


EXAMPLE = Example(
    "Requests of travellers in which places, days, times and vehicles are to be marked.",
    _write,
    ("--task", "sequence_labelling", "--text", "tokens", "--target", "tags"),
    "sequence_labelling",
)
