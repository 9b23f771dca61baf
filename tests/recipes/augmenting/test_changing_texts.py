"""Texts say the same in other words; whose synonyms these are is anybody's choice."""

import json

import numpy as np
import pytest
from goodfit.recipes.augmenting.english import GROUPS
from goodfit.recipes.augmenting.synonyms import (
    english_synonyms,
    read_synonyms,
    synonym_mapping,
    words_of,
)
from goodfit.recipes.augmenting.texts import changed_text, plain
from goodfit.zoo.errors import BadInput

TEXT = "The staff was friendly, but our room was dirty. We had a great view and a quiet night!"
SYNONYMS = {"friendly": ["kind"], "dirty": ["filthy"], "great": ["lovely"], "quiet": ["silent"]}


def variants(text=TEXT, synonyms=SYNONYMS, share=0.1, count=200):
    return [
        changed_text(text, synonyms, np.random.default_rng([0, number]), share)
        for number in range(count)
    ]


def test_about_a_tenth_of_the_words_change_and_marks_say_which():
    words = TEXT.split()
    changed = []
    for pieces in variants():
        marked = sum(changed for _, changed in pieces)
        changed.append(marked)
        kept = [piece for piece, changed in pieces if not changed]
        assert all(piece in TEXT for piece in kept)
        assert (plain(pieces) == TEXT) == (marked == 0)
    # A swap marks two words, the others one.
    assert 0.09 < np.mean(changed) / len(words) < 0.16


def test_the_three_ways_of_rule_reg_5_are_taken():
    said = {plain(pieces) for pieces in variants()}
    assert any("staff was kind, but" in text for text in said)
    assert any("friendly kind, but" in text for text in said)
    assert any("staff The was" in text or "Staff the was" in text for text in said)


def test_no_word_crosses_a_sign():
    for pieces in variants(share=0.5):
        first, second = plain(pieces).split(",")
        assert "room" in second
        assert "dirty" not in first
        assert "staff" in first.lower()


def test_capitals_stay_where_they_were():
    found = {plain(each) for each in variants("Great AND great", {"great": ["fine"]}, 0.9)}
    assert any(text.startswith("Fine ") for text in found)
    assert not any("FINE" in text for text in found)
    assert "MOVIE" in {plain(each) for each in variants("FILM", {"film": ["movie"]}, 0.9)}


@pytest.mark.parametrize("text", ["", "   ", "word", "...", "два слова", "a\nb\tc"])
def test_short_and_strange_texts_are_borne(text):
    for pieces in variants(text, {}, 0.5, 20):
        assert set(plain(pieces).lower().split()) == set(text.lower().split())


def test_the_same_seed_gives_the_same_text():
    assert variants(count=5) == variants(count=5)


def test_synonyms_come_from_a_mapping_a_function_a_file_or_the_list(tmp_path):
    words = words_of([TEXT])
    assert synonym_mapping({**SYNONYMS, "bus": ["coach"]}, words).keys() == SYNONYMS.keys()
    asked = synonym_mapping(lambda word: ["Kind"] if word == "great" else [], words)
    assert asked == {"great": ("kind",)}
    table = tmp_path / "mine.csv"
    table.write_text("Dirty,filthy,grimy,\nquiet,\nbus,coach\n", encoding="utf-8")
    assert synonym_mapping(table, words) == {"dirty": ("filthy", "grimy")}
    listed = tmp_path / "mine.json"
    listed.write_text(json.dumps({"room": "suite", "was": ["had"]}), encoding="utf-8")
    assert synonym_mapping(str(listed), words) == {"room": ("suite",), "was": ("had",)}
    assert synonym_mapping(None, {"glad", "zebra"}) == {"glad": ("happy", "pleased")}


@pytest.mark.parametrize(
    ("name", "content"),
    [("none.csv", None), ("a.json", "{"), ("b.json", "[1]"), ("c.csv", "alone\n"), ("d.csv", "")],
)
def test_a_file_without_synonyms_is_refused(tmp_path, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=name):
        read_synonyms(path)


def test_a_source_of_another_type_is_refused():
    with pytest.raises(BadInput, match="a mapping"):
        synonym_mapping(3, {"a"})  # pyright: ignore[reportArgumentType]


def test_the_list_is_sound():
    assert all(len(group) > 1 for group in GROUPS)
    words = [word for group in GROUPS for word in group]
    assert all(word.isalpha() and word.islower() for word in words)
    assert len(words) == len(set(words)), "a word of two groups has two meanings"
    assert 500 < len(english_synonyms()) < 1_000
    # What turns a meaning round is never put in, nor replaced.
    assert not {"not", "no", "never", "without", "but"} & set(words)
