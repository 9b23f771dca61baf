"""The functions of a script that number the words, or the characters, of texts."""

from __future__ import annotations

from ...zoo.inputs.text_inputs import LEVELS
from .writing import call

__all__ = ["ANSWER_SO_FAR", "ONE_VOCABULARY", "TOLD", "text_function"]

TOLD = {
    "word": "Text: lower case, without punctuation, a number for each word; 0 is padding.",
    "token": "Text: lower case, a number for what stands between blanks; 0 is padding.",
    "character": "Text: a number for each character; 0 is padding.",
}
"""What is said of each level."""
ANSWER_SO_FAR = """
# The answer as far as it is known: before its first word stands a mark, and the end has one too.
plain = word_numbers({known})
words = plain.get_vocabulary(include_special_tokens=False)
words += ["[start of answer]", "[end of answer]"]  # no text holds such words
answer_numbers = layers.TextVectorization.from_config(plain.get_config() | {{"vocabulary": words}})
START, END = answer_numbers.vocabulary_size() - 2, answer_numbers.vocabulary_size() - 1
numbers = ops.cast(answer_numbers(inputs["text_1"]), "int32")
encoded["text_1"] = ops.pad(numbers, ((0, 0), (1, 0)), constant_values=START)
"""
"""The lines of the answer to a text, which is the second."""
ONE_VOCABULARY = """
# A word has the same number in both texts; a text that stands in many rows counts once.
every = np.unique(np.concatenate([features[name][train] for name in ("text_0", "text_1")]))
"""
"""The line that leaves the texts whose words are counted."""
_WORDS = '''
def word_numbers(texts):
    """Return a layer that numbers the words which occur at least twice, most frequent first."""
    count = layers.TextVectorization(STANDARDIZE)
    count.adapt(texts)
    words, numbers = count.get_vocabulary(), np.asarray(count(texts))
    counts = np.bincount(numbers.ravel(), minlength=len(words))
    found = dict(zip(words[2:], counts[2:].tolist(), strict=True))  # after padding and unknown
    kept = [word for word in found if found[word] >= 2] or list(found)
    kept = sorted(kept, key=lambda word: (-found[word], word))[:20_000]
FURTHER    length = min(numbers.shape[1], LENGTH)
LATER
'''
_FURTHER = """    others = layers.TextVectorization(STANDARDIZE)
    others.adapt([" ".join(other for each in SYNONYMS.values() for other in each)])
    kept += sorted({*others.get_vocabulary()[2:]} - {*kept})  # words that a change may bring in
"""
_LETTERS = '''
def letter_numbers(texts):
    """Return a layer that numbers characters, most frequent first; ends of lines share the 1."""
    texts = texts.ravel().tolist()
    counts = collections.Counter("".join(texts))
    kept = [letter for letter in counts if letter.splitlines() == [letter]]
    kept = sorted(kept, key=lambda letter: (-counts[letter], letter))[:20_000]
    length = min(max(map(len, texts)), LENGTH)
    return layers.TextVectorization(
        standardize=None, split="character", vocabulary=kept, output_sequence_length=length
    )
'''


def text_function(
    level: str, length: str, further: bool = False, one_vocabulary: bool = False
) -> str:
    """Return the function that makes the layer which numbers words or characters.

    Args:
        level: How texts are taken apart.
        length: Words, or characters, that are read at most.
        further: Whether words that changes bring in get numbers as well.
        one_vocabulary: Whether words are counted in other texts than those that are numbered.
    """
    if level == "character":
        return _LETTERS.replace("LENGTH", length).strip()
    standardize = "" if level == "word" else f'standardize="{LEVELS[level][0]}"'
    told = [*([standardize] if standardize else []), "vocabulary=kept"]
    told.append("output_sequence_length=length")
    later = "\n".join(call("layers.TextVectorization", told, before="return ", indent=4))
    source = _WORDS.replace("FURTHER", _FURTHER if further else "")
    if one_vocabulary:
        source = source.replace("(texts):", "(texts, every):").replace(
            "adapt(texts)", "adapt(every)"
        )
        source = source.replace("count(texts)", "count(every)")
        longest = "max(len(text.split()) for text in texts.ravel())"
        source = source.replace("numbers.shape[1]", longest)
    source = source.replace("STANDARDIZE", standardize).replace("LATER", later)
    return source.replace("LENGTH", length).strip()
