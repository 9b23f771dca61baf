"""Scores of sequences: figures add up over rows, intervals and verdicts come from the same rows."""

import numpy as np
import pytest
from goodfit.recipes import compare_with_naive, evaluate, worst_errors
from goodfit.zoo import BadInput, Task, as_rows

TASK = Task("sequence_labelling", ("O", "B-city", "I-city", "B-day"))


def made(rows=120, wrong=0.2, seed=0):
    """Return labels, and answers of which a share is wrong."""
    draw = np.random.default_rng(seed)
    labels = [draw.integers(0, 4, draw.integers(1, 9)) for _ in range(rows)]
    answers = [np.where(draw.random(len(r)) < wrong, 0, r) for r in labels]
    return as_rows(labels, np.int64), as_rows(answers, np.int64)


def test_a_score_of_all_rows_is_not_a_mean_of_scores_of_rows():
    """The bug: long rows would count as little as short ones."""
    labels = as_rows([[0], [1, 2, 0, 3]], np.int64)
    answers = as_rows([[0], [1, 2, 0, 0]], np.int64)
    metrics = evaluate(labels, answers, TASK).metrics
    assert metrics["accuracy"].value == pytest.approx(4 / 5)
    # One of two chunks found, and nothing found that is none: precision 1, recall 1/2.
    assert metrics["chunk_precision"].value == 1
    assert metrics["chunk_recall"].value == pytest.approx(1 / 2)
    assert metrics["chunk_f1"].value == pytest.approx(2 / 3)


def test_an_interval_holds_the_score_and_narrows_with_more_rows():
    few, many = (evaluate(*made(rows), TASK).metrics["accuracy"] for rows in (40, 1_000))
    for estimate in (few, many):
        assert estimate.low < estimate.value < estimate.high
    assert many.high - many.low < (few.high - few.low) / 2


def test_the_same_seed_gives_the_same_interval():
    assert evaluate(*made(), TASK).to_dict() == evaluate(*made(), TASK).to_dict()


def test_a_better_answer_is_called_better_and_the_same_is_not_distinguishable():
    labels, answers = made(wrong=0.1)
    poor = made(wrong=0.6)[1]
    found = compare_with_naive(labels, answers, {"poor": poor, "same": answers}, TASK)
    assert found["poor"].verdict == "better"
    assert found["same"].verdict == "not distinguishable"
    assert compare_with_naive(labels, poor, {"good": answers}, TASK)["good"].verdict == "worse"


def test_the_worst_row_comes_first_and_is_shown_in_words():
    labels = as_rows([[1, 2], [3, 0], [1, 0]], np.int64)
    answers = as_rows([[1, 2], [0, 0], [1, 0]], np.int64)
    worst = worst_errors(labels, answers, TASK, count=1, rows=[7, 8, 9])[0]
    assert (worst["row"], worst["true"], worst["predicted"]) == (8, "B-day O", "O O")


def test_a_metric_without_a_meaning_is_left_out_and_said():
    labels = as_rows([[0, 0], [0]], np.int64)
    result = evaluate(labels, labels, TASK)
    assert "chunk_f1" not in result.metrics
    assert any("chunk_f1" in note for note in result.notes)
    assert result.metrics["accuracy"].value == 1


def test_answers_of_other_rows_are_refused():
    labels, answers = made()
    with pytest.raises(BadInput, match="not of the same rows"):
        evaluate(labels, answers[:-1], TASK)
