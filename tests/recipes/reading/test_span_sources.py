"""Passages, questions and answers, from tables and from JSON."""

import json

import pandas as pd
import pytest
from goodfit.recipes import load, load_rows, split
from goodfit.recipes.answering.spans import PLACES
from goodfit.recipes.reading.raw_texts import word_places
from goodfit.zoo import BadInput

ROWS = [
    ("Ann lives in Ulm. She is 30.", "How old is Ann?", "30"),
    ("Ann lives in Ulm. She is 30.", "Where does Ann live?", "in Ulm"),
    ("A banana is a fruit: an ANANAS too.", "What too?", "an Ananas"),
]


def frame(rows=ROWS, names=("passage", "question", "answer")):
    return pd.DataFrame(rows, columns=list(names))


def test_places_are_those_of_whole_words_whatever_their_case_and_punctuation():
    """The bug: `an` is found inside `banana`."""
    data = load(frame(), task="span")
    assert data.extras[PLACES].tolist() == [[6, 6], [2, 3], [5, 6]]
    assert [column.name for column in data.columns] == ["passage", "question"]
    assert data.labels.tolist() == ["30", "in Ulm", "an Ananas"]
    one = load(frame([*ROWS, ("A banana, an apple", "which word", "an")]), task="span")
    assert one.extras[PLACES][3].tolist() == [2, 2]


def test_words_are_counted_as_the_model_counts_them():
    import tensorflow as tf
    from goodfit.zoo import Column, model_inputs, to_tensors

    texts = [
        "a - b",
        "(x) ... y--z",
        "\u00a0 1\u00a02 it's",
        "\u201cno\u201d -- \u2014 yes",
        "--",
        "\x1cq r\x0bs",
    ]
    column = [Column("t", "text")]
    block = model_inputs(column, {"t": texts}, minimum_count=1)
    numbers = block(to_tensors({"t": texts}, column))["text_0"]
    counted = tf.reduce_sum(tf.cast(numbers != 0, tf.int32), axis=1).numpy().tolist()
    assert counted == [len(word_places(text)) for text in texts]


def test_every_row_whose_answer_is_not_in_its_passage_is_named(tmp_path):
    path = tmp_path / "asked.csv"
    frame([*ROWS, ("x", "who", "y"), ("x", "who", "")]).to_csv(path, index=False)
    with pytest.raises(BadInput, match=r"rows 4, 5 \(lines 5, 6 "):
        load(path, task="span")


def test_columns_are_named_or_known_by_their_names(tmp_path):
    path = tmp_path / "asked.csv"
    frame(names=("about", "asked", "said")).to_csv(path, index=False)
    data = load(path, "said", task="span", text=("about", "asked"))
    assert load(data.source, data.target, **data.options).fingerprint() == data.fingerprint()
    with pytest.raises(BadInput, match="--text passage question --target answer"):
        load(path, task="span")
    with pytest.raises(BadInput, match="There is no column 'quote'"):
        load(path, "said", task="span", text=("about", "quote"))
    with pytest.raises(BadInput, match="option horizon"):
        load(path, "said", task="span", text=("about", "asked"), horizon=3)


def test_json_of_the_stanford_form_is_read_and_starts_are_kept_to(tmp_path):
    told = "no or no"
    asked = [{"question": "q", "answers": [{"text": "no", "answer_start": 6}]}]
    asked += [{"question": "r", "answers": [{"text": "or", "answer_start": 3}]}] * 2
    asked += [{"question": "impossible", "answers": []}]
    path = tmp_path / "train-v1.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": told, "qas": asked}]}]}))
    data = load(path)
    assert data.extras[PLACES].tolist() == [[2, 2], [1, 1], [1, 1]]
    assert len(load_rows(path, data.columns, options=data.options)) == 4
    path.write_text('{"data": 3}')
    with pytest.raises(BadInput, match="does not hold questions"):
        load(path, task="span")


def test_a_passage_with_several_questions_stays_in_one_part():
    rows = [
        (f"number {i} is red and {i}9 blue", q, a)
        for i in range(20)
        for q, a in (("which colour", "red"), ("which other", "blue"))
    ]
    data = load(frame(rows), task="span")
    assert data.options["group"] == "passage"
    splits = split(data)
    train, validation = splits.train.features["passage"], splits.validation.features["passage"]
    assert not set(train) & set(validation)
