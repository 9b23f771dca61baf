"""A made story without an end: people who go somewhere, find something, and say what they think."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .examples import Example

__all__ = ["EXAMPLE"]

PARAGRAPHS = 400
# Who does it, and the word for it afterwards.
PEOPLE = (
    ("the miller", "he"),
    ("the old queen", "she"),
    ("a young fisherman", "he"),
    ("the baker's daughter", "she"),
    ("three brothers", "they"),
)
PLACES = ("to the mill", "over the hill", "down to the sea", "into the dark wood", "to the market")
TIMES = ("One morning", "In the winter", "Long ago", "When the moon was full", "On the third day")
THINGS = ("a golden key", "a talking fish", "a letter without a name", "an empty boat", "a red hen")
SAYINGS = (
    "Who would have thought of that?",
    "I shall keep it for ever.",
    "This cannot be mine.",
    "Now we can go home!",
)
ENDS = (
    "and nobody ever saw {them} again",
    "and all the bells began to ring",
    "and so the winter ended",
)
THEM = {"he": "him", "she": "her", "they": "them"}


def _paragraph(draw: np.random.Generator) -> str:
    """Return two to four sentences of one person; the words for it stay the same throughout."""

    def one(options: tuple[str, ...]) -> str:
        return str(draw.choice(options))

    name, short = PEOPLE[draw.integers(len(PEOPLE))]
    thing = one(THINGS)
    told = [f"{one(TIMES)} {name} went {one(PLACES)} and found {thing}."]
    if draw.random() < 0.7:
        said = "said" if short != "they" else "cried"
        told.append(f'"{one(SAYINGS)}" {said} {name}.')
    if draw.random() < 0.6:
        told.append(f"But {thing.split(' ', 1)[1]} was gone, {one(ENDS)}.")
    else:
        told.append(f"Then {short} took it home, {one(ENDS)}.")
    return "\n".join(told).format(them=THEM[short])


def _write(folder: Path, seed: int) -> Path:
    """Write `story.txt`, some 60 kB of paragraphs with an empty line between them."""
    draw = np.random.default_rng(seed)
    path = folder / "story.txt"
    text = "\n\n".join(_paragraph(draw) for _ in range(PARAGRAPHS)) + "\n"
    path.write_bytes(text.encode())
    return path


EXAMPLE = Example(
    "A story of people who go somewhere and find something, which can be written on.",
    _write,
    ("--task", "next_token"),
    "text_generation",
)
