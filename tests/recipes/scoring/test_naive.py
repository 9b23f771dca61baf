"""The naive answers, and whether a model beats them."""

import time
import warnings

import numpy as np
import pytest
from goodfit.recipes import (
    Dataset,
    compare_with_naive,
    decide,
    evaluate,
    naive_answers,
)
from goodfit.recipes.scoring.design import Design
from goodfit.zoo import BadInput, Column, Task
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BINARY = Task("binary", ("no", "yes"))


def table(x, labels, task):
    return Dataset({"x": x}, labels, (Column("x", "number", x.shape[1]),), task, task.names[:1])


def mixed(rows=200, seed=0):
    """A table with every kind of column, in which each says something about the label."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, rows)
    number = random.normal(labels, 1.0)
    number[::7] = np.nan
    texts = np.where(labels == 1, "good clear day", "bad dark night").astype(object)
    texts[::5] = ""
    features = {
        "number": number,
        "flag": np.where(random.random(rows) < 0.1, np.nan, labels.astype(float)),
        "category": np.array([["", "red", "blue"][k] for k in random.integers(0, 3, rows)], object),
        "date": np.array(
            [f"2024-0{1 + 6 * y}-1{k % 9} 10:00:00" for k, y in enumerate(labels)], object
        ),
        "text": texts,
        "empty": np.full(rows, np.nan),
    }
    features["date"][::11] = ""
    kinds = ("number", "boolean", "category", "date", "text", "number")
    columns = tuple(Column(n, k) for n, k in zip(features, kinds, strict=True))
    return Dataset(features, labels, columns, BINARY, ("y",))


def test_linear_is_scikit_learns_on_numbers():
    x, y = load_breast_cancer(return_X_y=True)
    train, rows = table(x[:400], y[:400], BINARY), table(x[400:], y[400:], BINARY)
    start = time.process_time()
    answers = naive_answers(train, rows)
    assert time.process_time() - start < 2
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x[:400], y[:400])
    assert answers["linear"][:, 0] == pytest.approx(model.predict_proba(x[400:])[:, 1], abs=1e-3)
    assert (answers["majority"] == y[:400].mean()).all()
    assert answers["majority"].shape == answers["linear"].shape == (169, 1)


def test_regression_answers_in_the_targets_unit():
    x, y = load_diabetes(return_X_y=True)
    task = Task("regression", ("y",))
    answers = naive_answers(table(x[:300], y[:300], task), table(x[300:], y[300:], task))
    model = make_pipeline(StandardScaler(), Ridge()).fit(x[:300], y[:300])
    assert answers["linear"][:, 0] == pytest.approx(model.predict(x[300:]))
    assert answers["mean"][:, 0] == pytest.approx(np.full(142, y[:300].mean()))


def test_multiclass_keeps_a_column_for_a_class_that_is_not_in_training():
    x, y = load_iris(return_X_y=True)
    task = Task("multiclass", ("a", "b", "c", "never"))
    data = table(x, y, task)
    answers = naive_answers(data, data)
    for outputs in answers.values():
        assert outputs.shape == (150, 4)
        assert (outputs[:, 3] == 0).all()
        evaluate(y, outputs, task, samples=5)
    assert (decide(answers["linear"], task) == y).mean() > 0.95


def test_multilabel_answers_each_label_and_a_constant_one():
    random = np.random.default_rng(0)
    x = random.normal(size=(100, 3))
    labels = np.c_[x[:, 0] > 0, x[:, 1] > 0, np.ones(100)].astype(int)
    data = table(x, labels, Task("multilabel", ("a", "b", "always")))
    answers = naive_answers(data, data)
    assert ((answers["linear"] > 0.5) == labels).mean() > 0.95
    assert answers["majority"][0] == pytest.approx(labels.mean(axis=0))


def test_every_kind_of_column_is_read_and_no_warning_shown():
    train, rows = mixed(), mixed(60, seed=1)
    rows.features["category"][:5] = "never seen"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        linear = naive_answers(train, rows)["linear"]
    assert np.isfinite(linear).all()
    assert ((linear[:, 0] > 0.5) == rows.labels).mean() > 0.9
    for name in ("number", "flag", "date", "text"):
        keep = [column.name for column in train.columns if column.name != name]
        alone = naive_answers(train.drop(*keep), rows.drop(*keep))["linear"]
        assert ((alone[:, 0] > 0.5) == rows.labels).mean() > 0.6, name


def test_statistics_come_from_the_training_rows_alone():
    train, rows = mixed(), mixed(60, seed=1)
    before = naive_answers(train, rows)["linear"]
    moved = mixed(60, seed=1)
    moved.features["number"][30:] = 1e9
    assert naive_answers(train, moved)["linear"][:30] == pytest.approx(before[:30])


def test_a_table_without_columns_gets_the_majority():
    data = Dataset({}, np.array([0, 1, 1]), (), BINARY)
    answers = naive_answers(data, data)
    assert (answers["linear"] == answers["majority"]).all()


def test_refuses_rows_without_labels_or_columns():
    data = mixed(20)
    with pytest.raises(BadInput, match="labels"):
        naive_answers(Dataset(data.features, None, data.columns, None), data)
    with pytest.raises(BadInput, match="flag"):
        naive_answers(data, data.drop("flag"))


def test_design_of_one_hot_and_missing_indicator():
    columns = (Column("n", "number"), Column("c", "category"))
    features = {"n": np.array([1.0, np.nan, 3.0]), "c": np.array(["a", "b", "a"], object)}
    design = Design(Dataset(features, np.zeros(3), columns, None))
    other = {"n": np.array([2.0]), "c": np.array(["z"], object)}
    assert design(Dataset(other, None, columns, None)).tolist() == [[0, 0, 0, 0]]
    assert design.width == 4


def test_a_good_model_is_better_a_copy_is_not_distinguishable_and_noise_is_worse():
    random = np.random.default_rng(0)
    labels = np.arange(200) % 2
    weak = np.clip(0.5 + 0.15 * (labels - 0.5) + random.normal(0, 0.15, 200), 0, 1)
    good = np.clip(0.5 + 0.6 * (labels - 0.5) + random.normal(0, 0.15, 200), 0, 1)
    noise = random.random(200)
    verdicts = {
        name: compare_with_naive(labels, outputs, {"linear": weak}, BINARY)["linear"]
        for name, outputs in (("good", good), ("weak", weak), ("noise", noise))
    }
    assert verdicts["good"].verdict == "better"
    assert "beats the linear answer" in verdicts["good"].sentence
    assert verdicts["weak"].verdict == "not distinguishable"
    assert verdicts["weak"].gain.high == 0
    assert verdicts["noise"].verdict == "worse"


def test_less_error_is_a_gain():
    task = Task("regression", ("y",))
    values = np.random.default_rng(0).normal(size=(100, 1))
    naive = {"mean": np.zeros((100, 1))}
    result = compare_with_naive(values, values * 0.9, naive, task)["mean"]
    assert result.metric == "rmse"
    assert result.verdict == "better"
    assert result.gain.value == pytest.approx(result.naive - result.model)


def test_the_paired_gain_is_narrower_than_two_intervals():
    random = np.random.default_rng(0)
    labels = np.arange(300) % 2
    base = np.clip(random.normal(0.35 + 0.3 * labels, 0.25), 0, 1)
    near = np.clip(base + random.normal(0, 0.01, 300), 0, 1)
    gain = compare_with_naive(labels, near, {"linear": base}, BINARY, metric="log_loss")[
        "linear"
    ].gain
    alone = evaluate(labels, near, BINARY).metrics["log_loss"]
    assert gain.high - gain.low < (alone.high - alone.low) / 3


def test_an_unknown_metric_is_asked_about():
    with pytest.raises(BadInput, match="accuracy"):
        compare_with_naive([0, 1], [0.1, 0.9], {"m": [0.5, 0.5]}, BINARY, metric="acuracy")


def test_several_targets_are_compared_without_a_unit():
    """Bug prevented: the error of the target with the largest unit decided for all of them."""
    random = np.random.default_rng(0)
    truth = random.normal(size=(60, 2)) * (100.0, 1.0)
    model = truth + random.normal(size=truth.shape) * (20.0, 0.1)
    other = truth + random.normal(size=truth.shape) * (5.0, 2.0)
    task = Task("regression", ("mass", "cost"))
    found = compare_with_naive(truth, model, {"linear": other}, task)["linear"]
    assert (found.metric, found.verdict) == ("r2", "better")
