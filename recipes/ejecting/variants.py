"""The functions of a script that draw each row of a batch among variants: texts and recordings."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ...zoo.tasks import Column
from ..augmenting.figures import STRENGTHS
from ..augmenting.recordings import LEAST_RATIO, MOST_RATIO, SHIFT
from ..augmenting.refreshing import FEWEST_VARIANTS, variant_count
from ..augmenting.texts import CHANGED_SHARE
from ..training.building import encode
from .plan import Plan, cannot
from .writing import WIDTH, comment, listed

__all__ = ["changed_sound", "changed_words", "synonym_lines", "variants"]

MOST_SYNONYMS = 2_000
"""A script with more words than these would be a dictionary."""
_WORDS = '''
def as_written(word, model):
    """Return a word with capitals where another has them."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def untouched(places, touched, words):
    """Take the last place from which so many words were not changed yet, if there is one."""
    while places:
        place = places.pop()
        if touched.isdisjoint(range(place, place + 2 * words, 2)):
            return place
    return None


def swap(pieces, first):
    """Swap a word and the next; a capital at the beginning of a sentence stays there."""
    one, other = pieces[first], pieces[first + 2]
    if one.istitle() and (first == 1 or re.search(r"[.!?\\n]", pieces[first - 1])):
        one, other = one.lower(), as_written(other, one)
    pieces[first], pieces[first + 2] = other, one


def otherwise(row, draw):
    """Return a text of which a few words are replaced, swapped or followed by a synonym."""
    (text,) = row
    pieces = re.split(r"(\\w+(?:['’]\\w+)*)", text)  # what stands between words, and words, in turn
    words = range(1, len(pieces), 2)
    count = int({share} * len(words) + draw.random())
    if not count:
        return row
    known = [place for place in words if pieces[place].lower() in SYNONYMS]
    pairs = [place for place in words[:-1] if pieces[place + 1].isspace()]
    known, pairs = draw.permutation(known).tolist(), draw.permutation(pairs).tolist()
    touched = set()
    for way in draw.choice(("synonym", "swap", "insertion"), count):
        place = None if way == "swap" else untouched(known, touched, 1)
        if place is not None:
            word = pieces[place]
            others = SYNONYMS[word.lower()]
            other = others[draw.integers(len(others))]
            pieces[place] = f"{{word}} {{other}}" if way == "insertion" else as_written(other, word)
            touched.add(place)
        elif (first := untouched(pairs, touched, 2)) is not None:
            swap(pieces, first)
            touched |= {{first, first + 2}}
    return ["".join(pieces)]
'''
_SOUND = '''
def otherwise(sound, draw):
    """Return a recording begun a little earlier or later, and with noise."""
    inside = ~np.isnan(sound)  # NaN stands after the end
    known = sound[inside]
    most = int({shift} * len(known))
    by = int(draw.integers(-most, most + 1))
    moved = np.zeros_like(known)
    moved[max(by, 0) : len(known) + min(by, 0)] = known[max(-by, 0) : len(known) - max(by, 0)]
    level = np.sqrt(np.square(moved, dtype=float).mean())
    decibels = draw.uniform({least}, {most})
    noise = draw.normal(0.0, {strength}level * 10 ** (-decibels / 20), len(moved))
    changed = sound.copy()
    changed[inside] = np.clip(moved + noise, -1.0, 1.0)
    return changed
'''
_VARIANTS = '''
def made_variants():
    """Return what the network is given for the rows as they are, and for their variants."""
    found = [encoded_train]
    for number in range(1, VARIANTS + 1):
        taken = take(train)
        for place, name in enumerate(VARIED):
            for row, value in enumerate(taken[name]):
                draw = np.random.default_rng([SEED, number, place, row])
                taken[name][row] = otherwise(value, draw)
        found.append(encode(taken))
    return {{name: np.stack([each[name] for each in found]) for name in {names}}}


def changed(taken, rows, order):
    """Return a batch of which each row is drawn among its variants, anew in each epoch."""
    deal(order, rows)
    lots = np.asarray(keras.random.uniform((len(rows),), maxval=VARIANTS + 1, seed=draws))
    which = np.minimum(lots.astype(int), VARIANTS)
    return taken | {{name: values[which, rows] for name, values in variants.items()}}
'''


def variants(plan: Plan, columns: Sequence[Column]) -> tuple[list[str], list[str]]:
    """Return functions and lines as `changes` does, for a run on texts or recordings.

    Args:
        plan: Of a run that changes these.
        columns: What is changed.
    """
    strength = STRENGTHS[plan.config.augmentation]
    sound = columns[0].kind == "audio"
    keys = ["recording"] if sound else [f"text_{place}" for place in range(len(columns))]
    names = ["sequence_0", "sequence_0_present"] if sound else keys
    encoded = encode(plan.model, plan.splits.train)
    count = variant_count(len(plan.splits.train), sum(encoded[name].nbytes for name in names))
    count = min(count, FEWEST_VARIANTS) if sound else count
    head = [
        *listed(keys, before="VARIED = "),
        f"VARIANTS = {count}  # of each row, beside the row itself",
    ]
    otherwise = (
        changed_sound(strength, plan.task.kind != "speech") if sound else changed_words(strength)
    )
    both = _VARIANTS.format(names="encoded_train" if sound else "VARIED")
    return ["\n".join(head), otherwise, both.strip()], ["variants = made_variants()"]


def changed_words(strength: float) -> str:
    """Return the functions of which `otherwise` changes a row of one text, as `changed_text` does.

    Args:
        strength: What the share of words is multiplied by.
    """
    source: str = _WORDS.format(share=CHANGED_SHARE * strength)
    return source.strip()


def changed_sound(strength: float, move: bool = True) -> str:
    """Return the function `otherwise` that changes a recording as `changed_recording` does.

    Args:
        strength: What noise and shift are multiplied by.
        move: Whether a recording begins earlier or later, by which a part of it leaves.
    """
    times = "" if strength == 1 else f"{strength} * "
    figures = {"shift": SHIFT * strength, "least": LEAST_RATIO, "most": MOST_RATIO}
    source: str = _SOUND.format(**figures, strength=times)
    if not move:
        start, end = source.index("    most ="), source.index("    level =")
        source = (source[:start] + source[end:]).replace("moved", "known")
        source = source.replace("begun a little earlier or later, and with noise", "with noise")
    return source.strip()


def synonym_lines(plan: Plan) -> list[str]:
    """Return the lines of the words that can stand for another.

    Args:
        plan: Of a run that changes texts.

    Raises:
        BadInput: They are too many to be read.
    """
    if len(plan.synonyms) > MOST_SYNONYMS:
        raise cannot(f"A run with synonyms of {len(plan.synonyms):,} words", "a shorter list")
    if not plan.synonyms:
        return ["SYNONYMS = {}  # none of the words has any"]
    told = "; ".join(f"{word}: {', '.join(each)}" for word, each in plan.synonyms.items())
    plain = told.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    rows = textwrap.wrap(plain, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [
        *comment("Words of the training texts, each with those that can stand for it."),
        'WORDS = """',
        *rows,
        '"""',
        'entries = [entry.split(": ") for entry in " ".join(WORDS.split()).split("; ")]',
        'SYNONYMS = {word: others.split(", ") for word, others in entries}',
    ]
