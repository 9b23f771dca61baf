"""Made sentences in a small English, and the same in German: words move, and must agree."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from .examples import Example

__all__ = ["EXAMPLE", "phrases"]

ROWS = 2_500
# English and German nouns with their gender; what stands for each gender follows.
NOUNS = (
    *(("dog", "Hund", "m"), ("bird", "Vogel", "m"), ("teacher", "Lehrer", "m")),
    *(("cat", "Katze", "f"), ("woman", "Frau", "f"), ("mouse", "Maus", "f")),
    *(("child", "Kind", "n"), ("horse", "Pferd", "n"), ("sheep", "Schaf", "n")),
)
SUBJECT = {"m": "der", "f": "die", "n": "das"}
OBJECT = {"m": "den", "f": "die", "n": "das"}
PRONOUN = {"m": "er", "f": "sie", "n": "es"}
ADJECTIVES = (("small", "klein"), ("young", "jung"), ("quick", "schnell"), ("quiet", "leis"))
STATES = (("tired", "müde"), ("hungry", "hungrig"), ("alone", "allein"))
VERBS = (
    *(("seen", "gesehen"), ("heard", "gehört"), ("followed", "verfolgt")),
    *(("painted", "gemalt"), ("called", "gerufen")),
)
TIMES = (("today", "heute"), ("yesterday", "gestern"), ("often", "oft"))


def phrases(count: int, seed: int) -> list[tuple[str, str]]:
    """Return pairs of an English sentence and its German one.

    In German the participle stands at the end, the verb before the subject after an adverb and at
    the end after `weil`; articles, adjectives and pronouns follow gender and case.

    Args:
        count: How many; all are different.
        seed: The same seed gives the same sentences.

    Examples:
        >>> english, german = phrases(1, 0)[0]
        >>> english.count(" has "), german.lower().count("hat ")
        (1, 1)
    """
    draw = np.random.default_rng(seed)
    found: dict[str, str] = {}
    while len(found) < count:
        places = draw.integers(0, 2**31, 8)
        subject, other = (NOUNS[place % len(NOUNS)] for place in places[:2])
        if subject == other:
            continue
        verb = VERBS[places[2] % len(VERBS)]
        first, first_german = _thing(subject, SUBJECT, places[3], "e")
        second, second_german = _thing(other, OBJECT, places[4], "en" if other[2] == "m" else "e")
        english = f"{first} has {verb[0]} {second}"
        german = f"{first_german} hat {second_german} {verb[1]}"
        if places[5] % 2:
            time = TIMES[places[6] % len(TIMES)]
            english = f"{time[0]} {english}"
            german = f"{time[1]} hat {german.replace(' hat ', ' ', 1)}"
        if places[7] % 3 == 0:
            state = STATES[places[6] % len(STATES)]
            english += f", because it is {state[0]}"
            german += f", weil {PRONOUN[subject[2]]} {state[1]} ist"
        found[f"{english[0].upper()}{english[1:]}."] = f"{german[0].upper()}{german[1:]}."
    return list(found.items())


def _thing(
    noun: tuple[str, str, str], articles: dict[str, str], draw: int, ending: str
) -> tuple[str, str]:
    """Return a noun with its article and perhaps an adjective, in both languages."""
    english, german, gender = noun
    chosen = draw % (len(ADJECTIVES) + 2)
    if chosen >= len(ADJECTIVES):
        return f"the {english}", f"{articles[gender]} {german}"
    small, klein = ADJECTIVES[chosen]
    return f"the {small} {english}", f"{articles[gender]} {klein}{ending} {german}"


def _write(folder: Path, seed: int) -> Path:
    path = folder / "phrases.csv"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("english", "german"), *phrases(ROWS, seed)])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


EXAMPLE = Example(
    "2,500 made sentences in a small English and the same in German, where words move.",
    _write,
    ("--task", "translation", "--text", "english", "--target", "german"),
    "translation",
)
