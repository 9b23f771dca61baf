"""Every score equals scikit-learn's, and a resampled score equals that of the drawn rows."""

import warnings

import numpy as np
import pytest
from goodfit.recipes.scoring.intervals import resampled_counts
from goodfit.recipes.scoring.scores import decide, make_scorer
from goodfit.zoo import Task
from sklearn import metrics as sk

BINARY = Task("binary", ("no", "yes"))


def answers(kind, seed, rows=60, ties=False, classes=4):
    """Labels, outputs and task of a random case."""
    random = np.random.default_rng(seed)
    if kind == "binary":
        labels = (random.random(rows) < 0.35).astype(int)
        labels[:2] = 0, 1
        outputs = np.clip(random.normal(0.35 + 0.3 * labels, 0.25), 0, 1)
        task = BINARY
    elif kind == "multiclass":
        labels = random.integers(0, classes, rows)
        labels[:classes] = range(classes)
        scores = random.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[labels]
        outputs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        task = Task("multiclass", tuple("abcdefghij"[:classes]))
    elif kind == "multilabel":
        labels = (random.random((rows, 3)) < [0.2, 0.5, 0.7]).astype(int)
        labels[:2] = [[0, 0, 0], [1, 1, 1]]
        outputs = np.clip(random.normal(0.4 + 0.3 * labels, 0.25), 0, 1)
        task = Task("multilabel", ("a", "b", "c"))
    else:
        labels = random.lognormal(size=(rows, 2)) * [1, 1000] + [0, 1e6]
        outputs = labels + random.standard_t(3, size=(rows, 2)) * [1, 300]
        task = Task("regression", ("small", "large"))
    if ties:
        outputs = np.round(outputs, 1 if kind != "regression" else 0)
        if kind == "multiclass":
            outputs[:, 0] += 1e-3
            outputs /= outputs.sum(axis=1, keepdims=True)
    return labels, outputs, task


def oracle(labels, outputs, task):
    """The scores of these rows by scikit-learn; those that it cannot give are left out."""
    said = decide(outputs, task)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if task.kind == "binary":
            scores = {
                "accuracy": sk.accuracy_score(labels, said),
                "log_loss": sk.log_loss(labels, outputs, labels=[0, 1]),
                "brier_score": sk.brier_score_loss(labels, outputs, pos_label=1),
                "precision": sk.precision_score(labels, said, zero_division=np.nan),
                "recall": sk.recall_score(labels, said, zero_division=np.nan),
                "f1": sk.f1_score(labels, said, zero_division=np.nan),
            }
            if len(np.unique(labels)) == 2:
                scores |= {
                    "balanced_accuracy": sk.balanced_accuracy_score(labels, said),
                    "roc_auc": sk.roc_auc_score(labels, outputs),
                    "average_precision": sk.average_precision_score(labels, outputs),
                }
                if len(np.unique(said)) == 2:
                    scores["matthews_correlation"] = sk.matthews_corrcoef(labels, said)
            return scores
        if task.kind == "multiclass":
            every = range(len(task.names))
            areas = [
                sk.roc_auc_score(labels == k, outputs[:, k])
                for k in every
                if 0 < (labels == k).sum() < len(labels)
            ]
            scores = {
                "accuracy": sk.accuracy_score(labels, said),
                "balanced_accuracy": sk.balanced_accuracy_score(labels, said),
                "log_loss": sk.log_loss(labels, outputs, labels=list(every)),
                "precision": sk.precision_score(labels, said, average="macro", zero_division=0),
                "recall": sk.recall_score(labels, said, average="macro", zero_division=np.nan),
                "f1": sk.f1_score(labels, said, average="macro"),
                "precision_weighted": sk.precision_score(
                    labels, said, average="weighted", zero_division=0
                ),
                "f1_weighted": sk.f1_score(labels, said, average="weighted"),
                "roc_auc": np.mean(areas),
            }
            if len(task.names) >= 5:
                scores["top_2_accuracy"] = sk.top_k_accuracy_score(
                    labels, outputs, k=2, labels=list(every)
                )
            return scores
        if task.kind == "multilabel":
            losses = [sk.log_loss(labels[:, k], outputs[:, k], labels=[0, 1]) for k in range(3)]
            scores = {
                "subset_accuracy": sk.accuracy_score(labels, said),
                "hamming_loss": sk.hamming_loss(labels, said),
                "f1_micro": sk.f1_score(labels, said, average="micro"),
                "f1": sk.f1_score(labels, said, average="macro", zero_division=np.nan),
                "recall": sk.recall_score(labels, said, average="macro", zero_division=np.nan),
                "log_loss": np.mean(losses),
            }
            if (np.ptp(labels, axis=0) == 1).all():
                scores |= {
                    "precision": sk.precision_score(labels, said, average="macro", zero_division=0),
                    "roc_auc": sk.roc_auc_score(labels, outputs),
                    "average_precision": sk.average_precision_score(labels, outputs),
                }
            return scores
    return {
        "mae": sk.mean_absolute_error(labels, outputs),
        "rmse": sk.root_mean_squared_error(labels, outputs),
        "r2": sk.r2_score(labels, outputs),
        "median_absolute_error": sk.median_absolute_error(labels, outputs),
    }


KINDS = ["binary", "multiclass", "multilabel", "regression"]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_scores_equal_scikit_learn(kind, ties):
    for seed in range(25):
        labels, outputs, task = answers(kind, seed, rows=20 + 7 * seed, ties=ties)
        scores = make_scorer(labels, outputs, task, 0.5)(np.ones((len(labels), 1)))
        for name, value in oracle(labels, outputs, task).items():
            assert scores["", name][0] == pytest.approx(value, abs=1e-9, rel=1e-9), (name, seed)


def test_many_classes_have_a_top_2_accuracy():
    labels, outputs, task = answers("multiclass", 0, rows=90, classes=7)
    scores = make_scorer(labels, outputs, task, 0.5)(np.ones((90, 1)))
    expected = oracle(labels, outputs, task)
    assert scores["", "top_2_accuracy"][0] == pytest.approx(expected["top_2_accuracy"])
    assert ("", "top_2_accuracy") not in make_scorer(*answers("multiclass", 0), 0.5)(
        np.ones((60, 1))
    )


def test_top_2_agrees_with_the_answer_when_all_classes_tie():
    task = Task("multiclass", tuple("abcde"))
    outputs = np.full((2, 5), 0.2)
    scores = make_scorer(np.array([0, 1]), outputs, task, 0.5)(np.ones((2, 1)))
    assert scores["", "accuracy"][0] == 0.5
    assert scores["", "top_2_accuracy"][0] == 1.0


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_counted_scores_equal_those_of_the_drawn_rows(kind, ties):
    rows, samples = 25, 60
    labels, outputs, task = answers(kind, 3, rows=rows, ties=ties)
    counts = np.concatenate(list(resampled_counts(rows, samples, seed=1)), axis=1)
    scores = make_scorer(labels, outputs, task, 0.5)(counts)
    compared = 0
    for sample in range(samples):
        drawn = np.repeat(np.arange(rows), counts[:, sample].astype(int))
        for name, value in oracle(labels[drawn], outputs[drawn], task).items():
            found = scores["", name][sample]
            if np.isnan(value):
                assert np.isnan(found), name
            else:
                assert found == pytest.approx(value, abs=1e-9, rel=1e-7), (name, sample)
                compared += 1
    assert compared > 3 * samples


def test_scores_without_a_meaning_are_nan_and_never_zero():
    ones = np.ones((4, 1))
    scores = make_scorer(np.zeros(4, int), np.full(4, 0.1), BINARY, 0.5)(ones)
    for name in ("roc_auc", "average_precision", "precision", "recall", "f1", "balanced_accuracy"):
        assert np.isnan(scores["", name][0]), name
    assert scores["", "accuracy"][0] == 1
    flat = make_scorer(np.full((4, 1), 1e8), np.zeros((4, 1)), Task("regression", ("y",)), 0.5)
    assert np.isnan(flat(ones)["", "r2"][0])


def test_a_class_that_is_never_predicted_has_precision_zero_in_the_mean():
    task = Task("multiclass", ("a", "b", "c"))
    labels = np.array([0, 0, 1, 1, 2, 2])
    outputs = np.eye(3)[[0, 0, 1, 1, 0, 1]] * 0.9 + 0.1 / 3
    scores = make_scorer(labels, outputs, task, 0.5)(np.ones((6, 1)))
    assert scores["", "precision"][0] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert np.isnan(scores["c", "precision"][0])


def test_a_threshold_means_the_same_for_every_type_of_output():
    value = np.float32(0.1)
    assert decide(np.array([value]), BINARY, 0.1) == decide(np.array([float(value)]), BINARY, 0.1)
    assert decide(np.array([[0.5], [0.51]]), BINARY).tolist() == [0, 1]
