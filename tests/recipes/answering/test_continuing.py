"""Cross-entropy, perplexity and bits of what comes next, against numbers worked out by hand."""

import numpy as np
import pytest
from goodfit.recipes import Dataset, evaluate, naive_answers
from goodfit.recipes.answering.continuing import METHOD
from goodfit.zoo import BadInput, Column, Task, build, model_inputs, parts

TASK = Task("next_token")


def rows(*texts, form="passages"):
    values = np.array(texts, object)
    columns = (Column("text", "text"),)
    return Dataset({"text": values}, values, columns, TASK, options={"form": form})


def even(dataset, level="character"):
    """Return a model to which every token is as likely as every other."""
    preprocessor = model_inputs(
        dataset.columns, dataset.features, text_level=level, minimum_count=1
    )
    model = build("gru", preprocessor, TASK, units=(3,), embedding_width=2)
    output = parts(model).trunk.get_layer("output")
    output.set_weights([np.zeros_like(weight) for weight in output.get_weights()])
    return model


def scores(dataset, answers):
    found = evaluate(dataset.labels, answers, TASK, samples=20).metrics
    return {name: estimate.value for name, estimate in found.items()}


def test_where_all_is_as_likely_perplexity_is_the_size_of_the_vocabulary():
    """Rows of unequal length too: padding is foretold by nobody."""
    dataset = rows("abcd", "dc", "abca")
    answers = METHOD.answer(even(dataset), dataset)
    assert answers[:, 0].tolist() == [3, 1, 3]
    found = scores(dataset, answers)
    assert found["perplexity"] == pytest.approx(6)  # a, b, c, d, padding and unknown
    assert found["cross_entropy"] == pytest.approx(np.log(6))
    assert found["bits_per_character"] == pytest.approx(np.log2(6))


def test_bits_count_the_characters_of_words_and_their_blanks():
    dataset = rows("to be", "be or to", form="word_passages")
    answers = METHOD.answer(even(dataset, "token"), dataset)
    found = scores(dataset, answers)
    assert found["cross_entropy"] == pytest.approx(np.log(5))
    assert found["bits_per_character"] == pytest.approx(3 * np.log2(5) / (3 + 6))


def test_what_a_model_learns_from_is_the_token_after_each():
    dataset = rows("abb", "ba")
    model = even(dataset)
    encoded = {"text_0": np.array([[3, 2, 2], [2, 3, 0]], np.int32)}
    inputs, due, weights = METHOD.prepare(model, dataset, encoded)
    assert inputs["text_0"].tolist() == [[3, 2], [2, 3]]
    assert due.tolist() == [[2, 2], [3, 0]]
    assert weights is not None
    assert weights.tolist() == [[1, 1], [1, 0]]


def test_naive_answers_are_those_of_counting():
    train, other = rows("aab"), rows("ab?")
    found = naive_answers(train, other)
    # Each of a, b and unknown counts once more: 3, 2 and 1 of 6.
    assert found["frequencies"][0, 1] == pytest.approx(-np.log(2 / 6) - np.log(1 / 6))
    # After a: aa and ab once each, with 5 from the frequencies; after b nothing was seen.
    given = (1 + 5 * 2 / 6) / (2 + 5), (0 + 5 * 1 / 6) / (0 + 5)
    assert found["pairs"][0, 1] == pytest.approx(-np.log(given).sum())
    assert found["frequencies"][0, [0, 2, 3]].tolist() == [2, 0, 2]


def test_pairs_of_a_text_are_foretold_better_than_chance():
    train = rows(*["abcabcabc"] * 9)
    found = {name: scores(train, each) for name, each in naive_answers(train, train).items()}
    assert found["pairs"]["accuracy"] == 1.0
    assert found["pairs"]["cross_entropy"] < 0.2 < found["frequencies"]["cross_entropy"]


def test_words_cut_in_two_are_no_lesson():
    dataset = rows("to be or", "not to be")
    with pytest.raises(BadInput, match="text_level=character"):
        METHOD.prepare(even(dataset, "token"), dataset, {"text_0": np.ones((2, 3), np.int32)})
    words = rows("to be or", "not to be", form="word_passages")
    with pytest.raises(BadInput, match="text_level=token"):
        METHOD.prepare(even(words), words, {"text_0": np.ones((2, 3), np.int32)})


def test_predictions_are_one_row_for_each_text():
    dataset = rows("abcd", "dcba")
    frame = METHOD.frame(METHOD.answer(even(dataset), dataset), TASK, dataset)
    assert list(frame) == ["text", "prediction", "perplexity", "bits_per_character", "accuracy"]
    np.testing.assert_allclose(frame["perplexity"], 6, rtol=1e-5)
