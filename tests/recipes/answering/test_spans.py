"""From two rows of probabilities to the words of a passage, and their scores."""

import numpy as np
import pytest
from goodfit.recipes import Dataset, evaluate, naive_answers
from goodfit.recipes.answering.spans import (
    METHOD,
    PLACES,
    best_span,
    normalised,
    token_f1,
)
from goodfit.zoo import Column, Task, build, model_inputs

COLUMNS = (Column("passage", "text"), Column("question", "text"))


def rows(passages, questions=None, answers=None, places=None):
    texts = {
        "passage": np.array([*passages, None], object)[:-1],
        "question": np.array([*(questions or ["who"] * len(passages)), None], object)[:-1],
    }
    labels = None if answers is None else np.array([*answers, None], object)[:-1]
    extras = {} if places is None else {PLACES: np.array(places, np.int64)}
    return Dataset(texts, labels, COLUMNS, Task("span"), ("answer",), extras=extras)


def test_the_best_pair_is_found_among_all_that_are_allowed():
    draw = np.random.default_rng(0)
    first, last = draw.random((2, 20, 9))
    for limit in (0, 3, 50):
        found = best_span(first, last, limit)
        for row, (start, end) in enumerate(found):
            allowed = {
                (i, j): first[row, i] * last[row, j]
                for i in range(9)
                for j in range(i, min(i + limit, 8) + 1)
            }
            assert (start, end) == max(allowed, key=allowed.get)


@pytest.mark.parametrize(
    ("said", "true", "f1"),
    [
        ("the Normans", "Normans.", 1.0),
        ("a b a", "a", 0.0),  # an article is nothing
        ("in Ulm", "Ulm", 2 / 3),
        ("new new york", "new york", 0.8),  # a word counts as often as both have it
        ("", "Ulm", 0.0),
        ("the", "a", 1.0),
    ],
)
def test_words_in_common_are_counted_as_the_stanford_script_does(said, true, f1):
    assert token_f1(said, true) == pytest.approx(f1)


def test_answers_are_equal_after_normalising():
    assert normalised(" An  ant's\nhill ") == ["ants", "hill"]
    labels, answers = np.array(["Ulm", "Rome"], object), np.array(["ulm!", "in Rome"], object)
    found = evaluate(labels, answers, Task("span"), samples=10).metrics
    assert found["exact_match"].value == 0.5
    assert found["token_f1"].value == pytest.approx((1 + 2 / 3) / 2)


def test_answers_are_the_words_of_the_untouched_passage_and_padding_is_never_one():
    texts = ["(Ann) - lives, in  ULM!", "", "--", "one two three four five six seven eight"]
    data = rows(texts * 3)
    inputs = model_inputs(COLUMNS, data.features, one_vocabulary=True, maximum_text_length=4)
    model = build("simple_rnn", inputs, Task("span"), units=(3,), embedding_width=3)
    seen = set()
    for seed in range(8):  # untrained, it points anywhere
        draw = np.random.default_rng(seed)
        model.set_weights([draw.normal(0, 2, w.shape) for w in model.get_weights()])
        seen |= set(METHOD.answer(model, data).tolist())
    words = ["Ann", "lives", "in", "ULM"]
    full = "(Ann) - lives, in  ULM!"
    spans = {
        full[full.index(a) : full.index(b) + len(b)] for i, a in enumerate(words) for b in words[i:]
    }
    counted = texts[3].split()[:4]  # four words are read
    spans |= {" ".join(counted[i : j + 1]) for i in range(4) for j in range(i, 4)}
    assert seen <= spans | {""}
    assert "" in seen
    assert len(seen) > 4


def test_an_answer_beyond_the_reading_length_weighs_nothing():
    data = rows(["a b c d", "a b c d"], answers=["b", "d"], places=[[1, 1], [2, 3]])
    _, labels, weights = METHOD.prepare(None, data, {"text_0": np.zeros((2, 3), np.int32)})
    assert labels.tolist() == [[1, 1], [0, 0]]
    assert weights.tolist() == [[1, 1], [0, 0]]


def test_naive_answers_look_where_the_words_of_the_question_stand():
    train = rows(["x y z"], answers=["y"], places=[[1, 1]])
    passage = "It rains. Ann came from Ulm. Bob sings in Rome today."
    found = naive_answers(train, rows([passage, ""], ["Where did Ann come from?", "who"]))
    assert found["first sentence"].tolist() == ["It rains.", ""]
    assert found["sliding window"][0] in ("came", "Ulm")
    assert found["sliding window"][1] == ""
