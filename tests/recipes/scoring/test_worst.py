"""worst_errors: the rows with the largest loss, described so that a person finds them."""

import json

import numpy as np
import pytest
from goodfit.recipes import worst_errors
from goodfit.zoo import BadInput, Task

BINARY = Task("binary", ("no", "yes"))


def test_binary_rows_are_ordered_by_the_probability_of_the_truth():
    labels = np.array([0, 1, 0, 1, 1])
    outputs = np.array([0.9, 0.8, 0.4, 0.05, 0.5])
    found = worst_errors(labels, outputs, BINARY, 3, rows=[11, 12, 13, 14, 15])
    assert [item["row"] for item in found] == [14, 11, 15]
    assert [item["probability"] for item in found] == pytest.approx([0.05, 0.1, 0.5])
    assert found[0]["loss"] == pytest.approx(-np.log(0.05))
    assert [item["wrong"] for item in found] == [True, True, True]
    assert worst_errors(labels, outputs, BINARY, 9)[-1]["wrong"] is False
    assert len(worst_errors(labels, outputs, BINARY, 9)) == 5


def test_multiclass():
    task = Task("multiclass", ("a", "b", "c"))
    outputs = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    worst = worst_errors([0, 1], outputs, task, 1)[0]
    assert (worst["true"], worst["predicted"]) == ("b", "c")
    assert (worst["probability"], worst["predicted_probability"]) == (0.1, 0.8)


def test_multilabel_names_the_worst_label():
    task = Task("multilabel", ("x", "y"))
    worst = worst_errors([[1, 0], [1, 1]], [[0.9, 0.2], [0.8, 0.1]], task, 1)[0]
    assert (worst["position"], worst["worst"], worst["true"]) == (1, "y", ["x", "y"])
    assert worst["predicted"] == ["x"]
    assert worst["probability"] == 0.1


def test_targets_of_different_units_are_compared_in_their_own():
    task = Task("regression", ("small", "large"))
    labels = np.array([[0.0, 0.0], [1.0, 1000.0], [2.0, 2000.0]])
    outputs = labels + np.array([[0.0, 100.0], [1.5, 0.0], [0.0, 0.0]])
    worst = worst_errors(labels, outputs, task, 2)
    assert [(item["target"], item["residual"]) for item in worst] == [
        ("small", 1.5),
        ("large", 100),
    ]


@pytest.mark.parametrize("kind", ["binary", "multilabel", "regression"])
def test_is_strict_json(kind):
    task = {"binary": BINARY, "multilabel": Task("multilabel", ("x",))}.get(
        kind, Task("regression", ("y",))
    )
    found = worst_errors(np.array([[0], [1]]), np.array([[1], [0]], np.float32), task)
    json.dumps(found, allow_nan=False)


def test_refuses():
    with pytest.raises(BadInput, match="Row numbers"):
        worst_errors([0, 1], [0.1, 0.9], BINARY, rows=[1])
    with pytest.raises(BadInput):
        worst_errors([0, 1], [0.1, 0.9], BINARY, count=-1)
