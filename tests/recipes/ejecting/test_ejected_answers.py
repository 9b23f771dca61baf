"""What a script counts of answers that are sequences: the same as goodfit does."""

import collections
import re
import string

import numpy as np
from goodfit.recipes.answering.labelling import chunks
from goodfit.recipes.answering.spans import best_span, normalised, token_f1
from goodfit.recipes.ejecting.paired_texts import PARTED, PLACES
from goodfit.recipes.ejecting.sequence_answers import SEQUENCE_ANSWERS
from goodfit.recipes.reading.raw_texts import word_places
from goodfit.zoo.inputs.punctuation import join_punctuation, part_punctuation

WORDS = ["the", "Ulm-Bonn", "(a)", "it's", "--", "3.5%", "Zoë_x", "late!?", "\u00a0an", "ulm"]


def carried_out(source):
    names = {"np": np, "re": re, "string": string, "collections": collections}
    exec(source, names)
    return names


def texts(count=200):
    draw = np.random.default_rng(0)
    return [" ".join(draw.choice(WORDS, draw.integers(0, 8))) for _ in range(count)]


def test_chunks_are_the_same():
    names = carried_out(SEQUENCE_ANSWERS["sequence_labelling"].functions)
    draw = np.random.default_rng(0)
    tags = ["O", "B-a", "I-a", "E-a", "S-a", "I-b", "B-b", "B", "I", "noun", "BI-a", "-"]
    for _ in range(300):
        row = draw.choice(tags, draw.integers(0, 9)).tolist()
        assert names["chunks"](row) == chunks(row)


def test_signs_are_parted_and_joined_alike():
    names = carried_out(PARTED)
    for text in texts():
        assert names["parted"](text) == part_punctuation(text)
        assert names["joined"](names["parted"](text)) == join_punctuation(part_punctuation(text))


def test_answers_in_passages_are_found_alike():
    names = carried_out(PLACES + SEQUENCE_ANSWERS["span"].functions)
    draw = np.random.default_rng(1)
    for text in texts():
        words = word_places(text)
        assert names["word_places"](text) == words
        assert names["plain"](text) == normalised(text)
        first, last = draw.random((2, 40))
        expected = ""
        if words:
            pieces = first[None, : len(words)], last[None, : len(words)]
            ((start, end),) = best_span(*pieces)
            expected = text[words[start][0] : words[end][1]]
        assert names["answer"](text, first, last) == expected
    for said, true in zip(texts(), texts()[::-1], strict=True):
        both = names["plain"](said), names["plain"](true)
        assert names["shared"](*both) == token_f1(said, true)


def test_where_an_answer_stands_is_found_as_whole_words():
    place_of = carried_out(PLACES)["place_of"]
    assert place_of("Ulmer go to Ulm (Ulm!).", "ulm", "") == (3, 3)
    assert place_of("Ulmer go to Bonn.", "Ulm", "") == (0, 0)
    assert place_of("Ulm or Ulm or Bad Ems", "Ulm", "7") == (2, 2)
    assert place_of("Ulm or Ulm or Bad Ems", "Bad Ems", "") == (4, 5)
