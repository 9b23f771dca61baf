"""Made passages about people, with questions whose answers no model can have seen before."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from .examples import Example

__all__ = ["EXAMPLE"]

PASSAGES = 400
NAMES = ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas")
ORDERS = 3
# What is told of a person, and how one asks for it.
FACTS = {
    "city": (
        ("{name} lives in {value}.", "The home of {name} is {value}."),
        ("Where does {name} live?", "In which city is the home of {name}?"),
    ),
    "job": (
        ("{name} works as a {value}.", "As a {value}, {name} earns a living."),
        ("What is the job of {name}?", "What does {name} work as?"),
    ),
    "age": (
        ("{name} is {value} years old.", "At the age of {value}, {name} is happy."),
        ("How old is {name}?", "What is the age of {name}?"),
    ),
    "pet": (
        ("{name} has a dog called {value}.", "{value} is the dog of {name}."),
        ("What is the dog of {name} called?", "Which dog does {name} have?"),
    ),
}
ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "dr", "kl")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")


def _value(draw: np.random.Generator, fact: str) -> str:
    """Return a value of its own: a number, or a name put together from syllables."""
    if fact == "age":
        return str(draw.integers(20, 100_000))
    syllables = [f"{draw.choice(ONSETS)}{draw.choice(VOWELS)}" for _ in range(3)]
    word = "".join(syllables) + str(draw.choice(["n", "r", "l", "s"]))
    return word if fact == "job" else word.capitalize()


def _write(folder: Path, seed: int) -> Path:
    """Write `questions.csv`: two people, three facts of each in any order, two questions."""
    draw = np.random.default_rng(seed)
    path = folder / "questions.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["passage", "question", "answer"])
        for _ in range(PASSAGES):
            told = [
                (name, fact, _value(draw, fact))
                for name in draw.choice(NAMES, 2, replace=False)
                for fact in draw.choice(list(FACTS), ORDERS, replace=False)
            ]
            told = [told[place] for place in draw.permutation(len(told))]
            passage = " ".join(
                str(draw.choice(FACTS[fact][0])).format(name=name, value=value)
                for name, fact, value in told
            )
            for place in draw.choice(len(told), 2, replace=False):
                name, fact, value = told[place]
                question = str(draw.choice(FACTS[fact][1])).format(name=name)
                writer.writerow([passage, question, value])
    return path


EXAMPLE = Example(
    "Passages about two people each, and questions on where they live, what they do, how old they "
    "are and what their dog is called.",
    _write,
    ("--task", "span", "--text", "passage", "question", "--target", "answer"),
    "question_answering",
)
