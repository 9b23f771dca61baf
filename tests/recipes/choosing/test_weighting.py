"""Class and row weights against scikit-learn's formula."""

import numpy as np
import pytest
from goodfit.recipes import class_weights, sample_weights
from goodfit.zoo import BadInput, Task
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

THREE = Task("multiclass", ("a", "b", "c"))
LABELS = Task("multilabel", ("x", "y"))


def test_balanced_weights_are_scikit_learns():
    labels = np.random.default_rng(0).choice(3, 200, p=[0.7, 0.25, 0.05])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert list(class_weights(labels, THREE).values()) == pytest.approx(expected)
    assert sample_weights(labels, THREE) == pytest.approx(compute_sample_weight("balanced", labels))


def test_padded_steps_weigh_nothing_and_change_nothing():
    labels = np.array([[0, 1, 2, 0], [0, 0, -1, -1]])
    weights = sample_weights(labels, THREE, sequence=True)
    real = labels != -1
    assert (weights[~real] == 0).all()
    expected = compute_sample_weight("balanced", labels[real])
    assert weights[real] == pytest.approx(expected)
    assert weights[real].mean() == pytest.approx(1)


def test_another_padding_label():
    labels = np.array([[0, 1, 9], [2, 9, 9]])
    weights = sample_weights(labels, THREE, sequence=True, padding=9)
    assert (weights[labels == 9] == 0).all()


def test_labels_count_the_same_present_and_absent():
    labels = (np.random.default_rng(1).random((300, 2)) < [0.1, 0.6]).astype(int)
    each = sample_weights(labels, LABELS, per_label=True)
    assert each.shape == (300, 2)
    for k in range(2):
        yes, no = each[labels[:, k] == 1, k].sum(), each[labels[:, k] == 0, k].sum()
        assert yes == pytest.approx(no)
    rows = sample_weights(labels, LABELS)
    assert rows == pytest.approx(each.mean(axis=1))
    assert rows.mean() == pytest.approx(1)
    present = labels.sum(axis=0)
    assert list(class_weights(labels, LABELS).values()) == pytest.approx((300 - present) / present)


def test_names_every_absent_class():
    with pytest.raises(BadInput) as caught:
        class_weights([1, 1, 1], THREE)
    assert [p.kind for p in caught.value.problems] == ["class_absent", "class_absent"]
    assert "'a'" in str(caught.value)
    assert "'c'" in str(caught.value)
    with pytest.raises(BadInput, match="every row"):
        sample_weights([[1, 0], [1, 1]], LABELS)


@pytest.mark.parametrize(
    ("labels", "task", "settings"),
    [
        ([1.0, 2.0], Task("regression", ("y",)), {}),
        ([[0, 1], [1, 0]], LABELS, {"sequence": True}),
        ([0, 1, 2], THREE, {"per_label": True}),
        ([0, 1, 2, -1], THREE, {}),
        ([0, 1, 2], THREE, {"sequence": True}),
        ([], THREE, {}),
    ],
)
def test_refuses_what_has_no_classes(labels, task, settings):
    with pytest.raises(BadInput):
        sample_weights(labels, task, **settings)
