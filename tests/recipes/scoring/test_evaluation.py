"""evaluate: what it gives back, what it reads in the figures, and what it refuses."""

import json

import numpy as np
import pytest
from goodfit.recipes import Evaluation, evaluate
from goodfit.recipes.scoring.curves import calibration
from goodfit.recipes.scoring.readings import read_auc
from goodfit.recipes.scoring.thresholds import thin
from goodfit.zoo import BadInput, Task
from sklearn import metrics as sk

BINARY = Task("binary", ("ham", "spam"))
THREE = Task("multiclass", ("a", "b", "c"))
LABELS = Task("multilabel", ("x", "y"))
NUMBER = Task("regression", ("price",))
TWO_NUMBERS = Task("regression", ("price", "size"))


def case(task, rows=80, seed=0):
    random = np.random.default_rng(seed)
    if task.kind == "binary":
        labels = np.arange(rows) % 2
        return labels, np.clip(random.normal(0.3 + 0.4 * labels, 0.2), 0.01, 0.99)[:, None]
    if task.kind == "multiclass":
        labels = np.arange(rows) % 3
        scores = random.normal(size=(rows, 3)) + np.eye(3)[labels]
        return labels, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    if task.kind == "multilabel":
        labels = (random.random((rows, 2)) < 0.4).astype(int)
        return labels, np.clip(random.normal(0.3 + 0.4 * labels, 0.2), 0.01, 0.99)
    labels = random.normal(10, 3, (rows, len(task.names)))
    return labels, labels + random.normal(size=labels.shape)


@pytest.mark.parametrize("task", [BINARY, THREE, LABELS, NUMBER, TWO_NUMBERS])
def test_goes_through_strict_json_and_back(task):
    result = evaluate(*case(task), task)
    text = json.dumps(result.to_dict(), allow_nan=False)
    again = Evaluation.from_dict(json.loads(text))
    assert again == result
    assert again.to_dict() == result.to_dict()
    assert result.metrics
    for name, estimate in result.metrics.items():
        assert estimate.low <= estimate.value <= estimate.high, name
        assert estimate.low < estimate.high, name
        assert type(estimate.value) is float
    assert name in str(result)


@pytest.mark.parametrize("task", [BINARY, THREE, LABELS, NUMBER])
def test_float32_outputs_and_the_same_seed_give_the_same_answer(task):
    labels, outputs = case(task)
    first = evaluate(labels, outputs.astype(np.float32), task, seed=3)
    assert first == evaluate(labels, outputs.astype(np.float32), task, seed=3)
    close = evaluate(labels, outputs, task, seed=3)
    for name, estimate in close.metrics.items():
        assert first.metrics[name].value == pytest.approx(estimate.value, abs=1e-5)


def test_confusion_matrices():
    result = evaluate([0, 0, 0, 1, 1], [0.1, 0.2, 0.9, 0.8, 0.3], BINARY)
    assert result.confusion == {"names": ["ham", "spam"], "counts": [[2, 1], [1, 1]]}
    labels, outputs = case(THREE)
    expected = sk.confusion_matrix(labels, outputs.argmax(axis=1)).tolist()
    assert evaluate(labels, outputs, THREE).confusion["counts"] == expected
    labels, outputs = case(LABELS)
    expected = sk.multilabel_confusion_matrix(labels, outputs > 0.5).tolist()
    assert evaluate(labels, outputs, LABELS).confusion["counts"] == expected
    assert evaluate(*case(NUMBER), NUMBER).confusion is None


def test_curves_are_scikit_learns_thinned():
    labels, outputs = case(BINARY, rows=3000)
    curves = evaluate(labels, outputs, BINARY, samples=1).curves
    false, true, _ = sk.roc_curve(labels, outputs[:, 0], drop_intermediate=False)
    roc = curves["roc"]["spam"]
    assert len(roc["false_positive_rate"]) <= 200
    exact = set(zip(false.round(6), true.round(6), strict=True))
    thinned = zip(roc["false_positive_rate"], roc["true_positive_rate"], strict=True)
    assert set(thinned) <= exact
    area = np.trapezoid(roc["true_positive_rate"], roc["false_positive_rate"])
    assert area == pytest.approx(sk.roc_auc_score(labels, outputs), abs=2e-3)
    precision, recall, _ = sk.precision_recall_curve(labels, outputs[:, 0])
    exact = set(zip(recall.round(6), precision.round(6), strict=True))
    pairs = curves["precision_recall"]["spam"]
    assert set(zip(pairs["recall"], pairs["precision"], strict=True)) <= exact
    assert len(curves["threshold"]["threshold"]) <= 200


def test_regression_curves():
    labels, outputs = case(TWO_NUMBERS, rows=500)
    curves = evaluate(labels, outputs, TWO_NUMBERS, samples=1).curves
    assert len(curves["predicted_actual"]["size"]["actual"]) == 200
    middle = curves["residuals"]["price"]["quantile"].index(0.5)
    expected = np.median(outputs[:, 0] - labels[:, 0])
    assert curves["residuals"]["price"]["residual"][middle] == pytest.approx(expected)


def test_several_targets_have_their_own_scores():
    labels, outputs = case(TWO_NUMBERS)
    result = evaluate(labels, outputs, TWO_NUMBERS)
    for k, name in enumerate(TWO_NUMBERS.names):
        expected = sk.r2_score(labels[:, k], outputs[:, k])
        assert result.parts[name]["r2"].value == pytest.approx(expected)
    assert not evaluate(*case(NUMBER), NUMBER).parts


def test_classes_have_their_own_scores():
    labels, outputs = case(THREE)
    precision, recall, f1, _ = sk.precision_recall_fscore_support(labels, outputs.argmax(axis=1))
    for k, part in enumerate(evaluate(labels, outputs, THREE).parts.values()):
        found = [part[name].value for name in ("precision", "recall", "f1")]
        assert found == pytest.approx([precision[k], recall[k], f1[k]])


def test_calibration_by_hand():
    result = calibration(np.array([0.05, 0.15, 0.15, 1.0]), np.array([0, 0, 1, 1]))
    assert result["predicted"] == [0.05, 0.15, 1.0]
    assert result["observed"] == [0.0, 0.5, 1.0]
    assert result["rows"] == [1, 2, 1]
    assert result["expected_calibration_error"] == pytest.approx((0.05 + 2 * 0.35 + 0) / 4)


def test_thin_keeps_the_ends_and_the_shape():
    x = np.linspace(0, 1, 10_000)
    kept_x, kept_y = thin(x, x**50)
    assert len(kept_x) <= 200
    assert (kept_x[0], kept_x[-1]) == (0, 1)
    assert np.trapezoid(kept_y, kept_x) == pytest.approx(1 / 51, rel=0.02)


def test_accuracy_is_never_shown_alone_on_uneven_classes():
    labels = [0] * 95 + [1] * 5
    result = evaluate(labels, [0.05] * 100, BINARY)
    assert result.baseline == {"answer": "ham", "accuracy": 0.95}
    assert any(
        "MET-2" in text and "95.0%" in text and "misleads" in text for text in result.readings
    )
    assert "precision" not in result.metrics
    assert any("every row is predicted as 'ham'" in note for note in result.notes)
    assert result.metrics["recall"].value == 0


def test_one_class_leaves_metrics_out_and_says_so():
    result = evaluate([1, 1, 1], [0.9, 0.8, 0.2], BINARY)
    assert "roc_auc" not in result.metrics
    assert any("every row is 'spam'" in note and "roc_auc" in note for note in result.notes)
    assert result.curves["roc"] == {}
    json.dumps(result.to_dict(), allow_nan=False)


def test_a_class_without_rows_is_named():
    result = evaluate([0, 1, 1], np.eye(3)[[0, 1, 2]], THREE)
    assert any("without a row" in note and "c" in note for note in result.notes)
    json.dumps(result.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0.95, "excellent"),
        (0.9, "excellent"),
        (0.85, "good"),
        (0.75, "acceptable"),
        (0.6, "weak"),
        (0.5, "coin"),
        (0.3, "reversed"),
    ],
)
def test_auc_is_read_as_the_guide_does(value, word):
    assert word in read_auc(value)


def test_regression_is_read_as_the_guide_does():
    labels = np.arange(50.0)
    far = labels + np.where(np.arange(50) == 7, 200, 0.5)
    assert any("very large" in t for t in evaluate(labels, far, NUMBER).readings)
    assert any("similar size" in t for t in evaluate(labels, labels + 1, NUMBER).readings)
    worse = evaluate(labels, 2 * labels[::-1], NUMBER).readings
    assert any("worse than always answering the mean" in text for text in worse)
    mean = evaluate(labels, np.full(50, labels.mean()), NUMBER).readings
    assert any("no better than always answering the mean" in text for text in mean)


def test_exact_predictions():
    metrics = evaluate(np.arange(30.0), np.arange(30.0), NUMBER).metrics
    assert metrics["r2"].value == 1
    assert metrics["rmse"].value == 0


@pytest.mark.parametrize(
    ("labels", "outputs", "task", "kind"),
    [
        ([0, 1], [0.1], BINARY, "rows_differ"),
        ([0, 1], [[0.1, 0.9], [0.2, 0.8]], BINARY, "outputs_shape"),
        ([0, 1], [0.1, float("nan")], BINARY, "outputs_not_finite"),
        ([0, 1], [0.1, 1.7], BINARY, "outputs_range"),
        ([0, 1], ["a", "b"], BINARY, "outputs_type"),
        ([0, 2], [0.1, 0.2], BINARY, "labels_range"),
        ([-1, 1], [0.1, 0.2], BINARY, "labels_range"),
        ([0.5, 1], [0.1, 0.2], BINARY, "labels_range"),
        ([0, float("nan")], [0.1, 0.2], BINARY, "labels_not_finite"),
        (["ham", "spam"], [0.1, 0.2], BINARY, "labels_type"),
        ([], [], BINARY, "rows_missing"),
        ([0, 3], np.full((2, 3), 1 / 3), THREE, "labels_range"),
        ([0, 1], np.full((2, 3), 0.9), THREE, "outputs_sum"),
        ([0, 1], np.full((2, 2), 0.5), THREE, "outputs_shape"),
        ([[0, 1, 1]], [[0.5, 0.5]], LABELS, "labels_shape"),
        ([1.0, float("inf")], [1.0, 2.0], NUMBER, "labels_not_finite"),
        ([1.0, 2.0], [[1.0, 2.0], [1.0, 2.0]], NUMBER, "outputs_shape"),
        ([1.0], [1.0], "regression", "task_invalid"),
    ],
)
def test_refuses_what_cannot_be_scored(labels, outputs, task, kind):
    with pytest.raises(BadInput) as caught:
        evaluate(labels, outputs, task)
    assert kind in {problem.kind for problem in caught.value.problems}


def test_names_all_problems_at_once():
    with pytest.raises(BadInput) as caught:
        evaluate([0, 5], [0.1, 7.0], BINARY)
    kinds = {problem.kind for problem in caught.value.problems}
    assert kinds == {"labels_range", "outputs_range"}


@pytest.mark.parametrize(
    "setting", [{"samples": 0}, {"confidence": 1}, {"seed": -1}, {"threshold": "x"}]
)
def test_refuses_settings(setting):
    with pytest.raises(BadInput):
        evaluate([0, 1], [0.1, 0.9], BINARY, **setting)


def test_repr_is_one_line_with_the_metrics():
    shown = repr(evaluate(*case(BINARY), BINARY))
    assert shown.startswith("Evaluation(binary, 80 rows: accuracy 0.")
    assert "\n" not in shown
