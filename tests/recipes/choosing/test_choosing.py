"""The selection guides follow the guide's tables, by what the labels hold."""

import numpy as np
import pytest
from goodfit.recipes import (
    choose_activation,
    choose_loss,
    choose_metrics,
    choose_model,
    choose_optimizer,
    evaluate,
    imbalance,
    outliers,
)
from goodfit.recipes.choosing.balance import OUTLIER_Z
from goodfit.zoo import BadInput, Column, Task

BINARY = Task("binary", ("no", "yes"))
THREE = Task("multiclass", ("a", "b", "c"))
LABELS = Task("multilabel", ("x", "y"))
NUMBER = Task("regression", ("y",))


def normal(rows=5000):
    return np.random.default_rng(0).normal(100, 5, rows)


@pytest.mark.parametrize(
    ("arguments", "value", "rule"),
    [
        (("hidden", BINARY), "relu", "ACT-1"),
        (("hidden", BINARY, "transformer"), "gelu", "ACT-6"),
        (("hidden", NUMBER, "lstm"), "relu", "ACT-1"),
        (("state", NUMBER, "lstm"), "tanh", "ACT-4"),
        (("gate", NUMBER, "gru"), "sigmoid", "ACT-4"),
        (("output", BINARY), "sigmoid", "ACT-3"),
        (("output", LABELS), "sigmoid", "ACT-3"),
        (("output", THREE), "softmax", "ACT-5"),
        (("output", NUMBER), "linear", "ACT-8"),
    ],
)
def test_activations(arguments, value, rule):
    choice = choose_activation(*arguments)
    assert choice.value == value
    assert rule in choice.rule
    assert choice.reason


def test_stuck_units_get_a_slope():
    choice = choose_activation("hidden", BINARY, stuck_share=0.6)
    assert (choice.value, choice.rule) == ("leaky_relu", "ACT-2")
    assert choose_activation("hidden", BINARY, stuck_share=0.2).value == "relu"


@pytest.mark.parametrize(
    ("model", "value"),
    [("mlp", "adam"), ("simple_rnn", "rmsprop"), ("lstm", "rmsprop"), ("transformer", "adamw")],
)
def test_optimizers(model, value):
    choice = choose_optimizer(model, BINARY)
    assert choice.value == value
    assert choice.figures["learning_rate"] == 0.001


def test_vision_with_time_to_tune_gets_momentum():
    assert choose_optimizer("cnn").value == "adam"
    assert choose_optimizer("cnn", time_to_tune=True).value == "sgd_momentum"


@pytest.mark.parametrize(
    ("task", "labels", "value", "rule"),
    [
        (NUMBER, None, "mse", "LOSS-1"),
        (NUMBER, normal(), "mse", "LOSS-1"),
        (NUMBER, np.random.default_rng(0).exponential(size=5000), "mse", "LOSS-1"),
        (NUMBER, np.r_[normal(990), np.full(10, 1000.0)], "huber", "LOSS-3"),
        (NUMBER, np.r_[normal(4999), 1e6], "huber", "LOSS-3"),
        (NUMBER, np.r_[normal(900), np.full(100, 1000.0)], "mae", "LOSS-2"),
        (NUMBER, np.full(20, 3.0), "mse", "LOSS-1"),
        (BINARY, [0, 1, 0, 1], "binary_crossentropy", "LOSS-4"),
        (BINARY, [0] * 97 + [1] * 3, "binary_crossentropy", "LOSS-4"),
        (BINARY, [0] * 99 + [1], "binary_focal_crossentropy", "LOSS-6"),
        (BINARY, [1] * 99 + [0], "binary_focal_crossentropy", "LOSS-6"),
        (THREE, [0, 1, 2], "categorical_crossentropy", "LOSS-5"),
        (THREE, [0] * 300 + [1] * 300 + [2], "categorical_focal_crossentropy", "LOSS-6"),
        (LABELS, [[0, 1], [1, 0]], "binary_crossentropy", "LOSS-4"),
        (BINARY, None, "binary_crossentropy", "LOSS-4"),
    ],
)
def test_losses_follow_what_is_measured(task, labels, value, rule):
    choice = choose_loss(task, labels)
    assert choice.value == value
    assert rule in choice.rule
    assert "LOSS-7" in choice.rule


def test_what_a_person_says_beats_what_is_measured():
    assert choose_loss(NUMBER, normal(), outliers="many").value == "mae"
    assert choose_loss(NUMBER, outliers="few").value == "huber"
    assert choose_loss(BINARY, [0, 1], imbalanced=True).value == "binary_focal_crossentropy"
    assert choose_loss(BINARY, [0] * 999 + [1], imbalanced=False).value == "binary_crossentropy"


def test_every_loss_and_optimizer_is_one_that_training_knows():
    from goodfit.recipes.training.compiling import LOSSES, OPTIMIZERS

    for task, labels in ((NUMBER, normal(50)), (BINARY, [0, 1]), (THREE, [0, 1, 2])):
        for imbalanced in (True, False):
            value = choose_loss(task, labels, imbalanced=imbalanced).value
            assert value in LOSSES[task.kind]
    for model in ("mlp", "lstm", "transformer", "cnn"):
        assert choose_optimizer(model, time_to_tune=True).value in OPTIMIZERS


@pytest.mark.parametrize(
    ("task", "labels", "costly", "first"),
    [
        (BINARY, [0, 1], None, "accuracy"),
        (BINARY, [0] * 20 + [1], None, "roc_auc"),
        (BINARY, [0, 1], "false_alarms", "precision"),
        (BINARY, [0, 1], "missed", "recall"),
        (BINARY, [0] * 20 + [1], "both", "f1"),
        (THREE, [0, 1, 2], None, "accuracy"),
        (LABELS, [[0, 1], [1, 0]], None, "f1"),
        (NUMBER, normal(), None, "rmse"),
        (NUMBER, np.r_[normal(900), np.full(100, 1000.0)], None, "mae"),
    ],
)
def test_metrics(task, labels, costly, first):
    choice = choose_metrics(task, labels, costly=costly)
    assert choice.value[0] == first
    assert "MET-9" in choice.rule
    y, outputs = {
        "binary": ([0, 1] * 4, [0.2, 0.6, 0.1, 0.4] * 2),
        "multiclass": ([0, 1, 2] * 2, np.eye(3)[[0, 1, 2, 0, 2, 1]]),
        "multilabel": ([[0, 1], [1, 0]], [[0.7, 0.8], [0.6, 0.1]]),
        "regression": ([1.0, 2.0, 4.0], [1.0, 3.0, 3.0]),
    }[task.kind]
    assert set(choice.value) <= set(evaluate(y, outputs, task, samples=10).metrics)


def test_tables_get_an_mlp():
    assert choose_model(BINARY, rows=10).figures == {"rows": 10}
    assert choose_model(BINARY, rows=10).value == "mlp"


@pytest.mark.parametrize(
    ("rows", "words", "guide", "rule"),
    [
        (5_000, 30, "gru", "SEQ-2"),
        (5_000, 80, "gru", "SEQ-5"),
        (5_000, 250, "gru", "SEQ-5"),
        (200_000, 30, "gru", "SEQ-2"),
        (200_000, 250, "transformer_encoder", "SEQ-7"),
        (2_000_000, 30, "lstm", "SEQ-4"),
        (None, None, "gru", "SEQ-5"),
    ],
)
def test_texts_get_the_guides_answer_with_what_was_measured(rows, words, guide, rule):
    notes = np.array([" ".join(["word"] * (words or 0))] * 3, object)
    features = None if words is None else {"note": notes}
    choice = choose_model(BINARY, [Column("note", "text")], rows, features)
    assert choice.figures["guide"] == guide
    assert rule in choice.rule
    assert choice.figures.get("words_longest") == words
    assert choice.value == (guide if rows is None or rows < 100_000 else "mlp")
    measured = rows is None or rows < 100_000
    assert ("mlp .893" in choice.reason) == measured
    mixed = choose_model(BINARY, [Column("note", "text"), Column("age", "number")], rows, features)
    assert (mixed.value, mixed.figures["guide"]) == ("mlp", guide)
    assert f"The guide says {guide}" in mixed.reason


@pytest.mark.parametrize(
    "call",
    [
        lambda: choose_activation("hiden", BINARY),
        lambda: choose_activation("hidden", "binary"),
        lambda: choose_loss(NUMBER, outliers="some"),
        lambda: choose_loss(NUMBER, [1.0, float("nan")]),
        lambda: choose_loss(BINARY, [0, 3]),
        lambda: choose_metrics(BINARY, costly="all"),
        lambda: choose_model(BINARY, rows=0),
        lambda: imbalance([1.0], NUMBER),
        lambda: outliers([0, 1], BINARY),
    ],
)
def test_refuses(call):
    with pytest.raises(BadInput):
        call()


def test_a_misspelt_place_is_asked_about():
    with pytest.raises(BadInput, match="Did you mean 'hidden'"):
        choose_activation("hiden", BINARY)


def test_imbalance_by_hand():
    measured = imbalance([0] * 90 + [1] * 9 + [2], THREE)
    assert (measured["ratio"], measured["smallest_share"], measured["smallest"]) == (90, 0.01, "c")
    labels = np.zeros((100, 2), int)
    labels[:50, 0] = labels[:5, 1] = 1
    measured = imbalance(labels, LABELS)
    assert (measured["ratio"], measured["smallest"], measured["largest"]) == (19, "y", "not y")
    # A class of the task that no row has is a gap, not an imbalance.
    assert imbalance([0, 1], THREE)["ratio"] == 1


def test_outliers_are_found_on_their_own_side_and_in_any_unit():
    values = normal(1000)
    assert outliers(values, NUMBER)["rows"] == 0
    low = np.r_[values, values.mean() - 40 * values.std()]
    found = outliers(low, NUMBER)
    assert found["rows"] == 1
    assert outliers(low * 1e-9 + 7, NUMBER) == found
    assert outliers(-low, NUMBER)["rows"] == 1
    assert OUTLIER_Z > 5


def test_a_target_that_is_mostly_zero_has_no_outliers_for_that():
    values = np.r_[np.zeros(900), np.random.default_rng(0).uniform(1, 5, 100)]
    assert outliers(values, NUMBER)["rows"] == 0


def test_of_several_targets_the_worst_counts():
    two = Task("regression", ("a", "b"))
    values = np.c_[normal(1000), np.r_[normal(980), np.full(20, 1e4)]]
    assert outliers(values, two)["rows"] == 20
