"""Chunks as `conlleval` counts them, and scores of labelled steps."""

import numpy as np
import pytest
from goodfit.recipes import Dataset, evaluate, naive_answers
from goodfit.recipes.answering.labelling import METHOD, UNREAD, chunks
from goodfit.zoo import Column, Task, as_rows

TASK = Task("sequence_labelling", ("B-x", "I-x", "O"))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O O", []),
        ("B-x I-x I-x", [("x", 0, 2)]),
        ("I-x I-x", [("x", 0, 1)]),  # no B: a chunk all the same
        ("B-x B-x I-x", [("x", 0, 0), ("x", 1, 2)]),
        ("B-x I-y", [("x", 0, 0), ("y", 1, 1)]),  # another kind begins another chunk
        ("I-x O I-x", [("x", 0, 0), ("x", 2, 2)]),
        ("B-x I-x E-x I-x", [("x", 0, 2), ("x", 3, 3)]),  # nothing goes on after an end
        ("S-x I-x S-x", [("x", 0, 0), ("x", 1, 1), ("x", 2, 2)]),
        ("B I O B", [("", 0, 1), ("", 3, 3)]),  # one kind, which needs no name
        ("B-a-b I-a-b", [("a-b", 0, 1)]),
        ("noun WP-x noun", [("WP-x", 1, 1), ("noun", 0, 0), ("noun", 2, 2)]),
    ],
)
def test_chunks_are_those_of_conlleval(tags, expected):
    assert sorted(chunks(tags.split())) == sorted(expected)


def test_scores_are_counted_over_all_chunks_and_not_averaged_over_sentences():
    labels = as_rows([[0, 1, 2, 0], [2, 2], [0]], np.int64)
    answers = as_rows([[0, 1, 2, 2], [2, 0], [0]], np.int64)
    found = {n: e.value for n, e in evaluate(labels, answers, TASK, samples=20).metrics.items()}
    assert found["chunk_precision"] == pytest.approx(2 / 3)
    assert found["chunk_recall"] == pytest.approx(2 / 3)
    assert found["accuracy"] == pytest.approx(5 / 7)
    assert found["sentence_accuracy"] == pytest.approx(1 / 3)


def test_a_step_that_no_model_has_read_is_never_right():
    """The bug: steps beyond the reading length got the first class, which may begin a chunk."""
    labels = as_rows([[0, 2, 2]], np.int64)
    answers = as_rows([[0, UNREAD, UNREAD]], np.int64)
    rows, steps, right, whole, marked, true, both = METHOD.figures(labels, answers, TASK)[0]
    assert (rows, steps, right, whole, marked, true, both) == (1, 3, 1, 0, 1, 1, 1)
    assert METHOD.shown(answers[0], TASK) == "B-x O O"


def test_labels_beyond_the_reading_length_weigh_nothing_and_empty_rows_neither():
    labels = as_rows([[0, 1, 2, 2], []], np.int64)
    data = Dataset({"t": np.array(["a b c d", ""], object)}, labels, (Column("t", "text"),), TASK)
    encoded = {"text_0": np.zeros((2, 3), np.int32)}
    _, truth, weights = METHOD.prepare(None, data, encoded)
    assert truth.tolist() == [[0, 1, 2], [0, 0, 0]]
    assert weights.tolist() == [[1, 1, 1], [0, 0, 0]]


def test_naive_answers_know_each_word_and_count_steps_as_the_model_does():
    """A no-break space is no blank to a model; taken for one, all tags after it would slip."""

    def rows(texts, labels):
        values = np.array([*texts, None], object)[:-1]
        return Dataset({"t": values}, as_rows(labels, np.int64), (Column("t", "text"),), TASK)

    train = rows(["to Ulm now", "from ulm", "now"], [[2, 0, 2], [2, 0], [2]])
    found = naive_answers(train, rows(["ULM\u00a0x ulm", ""], [[2, 0], []]))
    assert [row.tolist() for row in found["each word"]] == [[2, 0], []]
    assert [len(row) for row in found["majority"]] == [2, 0]
