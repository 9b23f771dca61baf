"""Loss, last activation, labels and metrics against each other: what fits, and what does not."""

import math

import pytest
from goodfit.callbacks import Evidence, Thresholds
from goodfit.callbacks.diagnosis import judge
from goodfit.callbacks.gathering.facts import (
    ArrayFacts,
    DataFacts,
    LayerFacts,
    ModelFacts,
    OutputFacts,
)
from goodfit.callbacks.judging.rules import RULES

FAULTS = (
    "wrong_loss", "wrong_output_activation", "bad_labels", "label_shape_mismatch",
    "unfitting_metric",
)  # fmt: skip
HEAD_RULES = [rule for rule in RULES if rule.fault in FAULTS]
BCE, CCE, SCE = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
)
MSE, MAE = "mean_squared_error", "mean_absolute_error"


def output(loss, activation, shape=(1,), *, logits=None, metrics=(), **known):
    if logits is None and "crossentropy" in loss:
        logits = False
    return OutputFacts("out", "head", shape, activation, loss, logits, metrics, **known)


def labels(*values, shape=()):
    """Whole numbers, as class labels are."""
    whole = all(value == round(value) for value in values)
    share = 1 / len(values)
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    return ArrayFacts(
        "y", shape, "float32", 200, min(values), max(values), (mean,), (spread,), 0.0, share,
        whole, tuple(map(float, values)), (share,) * len(values),
    )  # fmt: skip


def one_hot(classes, steps=()):
    share = 1 / classes
    return ArrayFacts(
        "y", (*steps, classes), "float32", 200, 0, 1, (share,) * classes, (0.3,) * classes, 0.0,
        share, True, tuple(map(float, range(classes))), (share,) * classes, True,
    )  # fmt: skip


def marks(columns, each=0.4):
    """Rows of zeros and ones that are not one-hot."""
    return ArrayFacts(
        "y", (columns,), "float32", 200, 0, 1, (each,) * columns, (0.5,) * columns, 0.0, 0.1, True,
        (0.0, 1.0), (1 - each, each),
    )  # fmt: skip


def numbers(low, high, shape=(), mean=None, spread=None):
    """Measured numbers."""
    width = shape[-1] if shape else 1
    mean = (low + high) / 2 if mean is None else mean
    spread = (high - low) / 4 if spread is None else spread
    return ArrayFacts(
        "y", shape, "float32", 200, low, high, (mean,) * width, (spread,) * width, 0.0, 0.01
    )  # fmt: skip


def found(out, target, *, inputs=(), layers=(), held=None):
    shown = LayerFacts("head", "Dense", out.activation, hidden=False, calls=1)
    model = ModelFacts((*layers, shown), (out,))
    held = () if held is None else (held,)
    data = DataFacts(inputs, (target,) if target else (), (), held)
    evidence = Evidence(model=model, data=data)
    return judge(evidence, Thresholds(), HEAD_RULES, final=False)


WRONG = {
    "mse, softmax, one-hot": (output(MSE, "softmax", (3,)), one_hot(3), "wrong_loss"),
    "mse, softmax, numbered": (output(MSE, "softmax", (3,)), labels(0, 1, 2), "wrong_loss"),
    "mae, sigmoid, two classes": (output(MAE, "sigmoid"), labels(0, 1), "wrong_loss"),
    "mse, linear, judged by accuracy": (
        output(MSE, "linear", metrics=("accuracy",)), labels(0, 1, 2, 3), "wrong_loss",
    ),
    "bce on measured numbers": (output(BCE, "sigmoid"), numbers(-3, 3), "wrong_loss"),
    "sparse on measured numbers": (output(SCE, "softmax", (4,)), numbers(0, 50), "wrong_loss"),
    "bce, softmax of 5 classes": (output(BCE, "softmax", (5,)), one_hot(5), "wrong_loss"),
    "bce of 3 classes": (output(BCE, "sigmoid"), labels(0, 1, 2), "wrong_loss"),
    "categorical, one sigmoid": (output(CCE, "sigmoid"), labels(0, 1), "wrong_loss"),
    "sparse, one sigmoid": (output(SCE, "sigmoid"), labels(0, 1), "wrong_loss"),
    "sparse, one-hot": (output(SCE, "softmax", (3,)), one_hot(3), "label_shape_mismatch"),
    "categorical, numbered": (output(CCE, "softmax", (3,)), labels(0, 1, 2), "wrong_loss"),
    "categorical, many labels": (output(CCE, "sigmoid", (6,)), marks(6), "wrong_loss"),
    "poisson below 0": (output("poisson", "softplus"), numbers(-2, 2), "wrong_loss"),
    "kld of numbers": (output("kl_divergence", "linear"), numbers(-3, 50), "wrong_loss"),
    "hinge on numbers": (output("hinge", "linear"), numbers(0, 50), "wrong_loss"),
    "cosine of one unit": (
        output("cosine_similarity", "linear"), numbers(0, 50), "wrong_loss",
    ),
    "softmax on one unit": (
        output(BCE, "softmax"), labels(0, 1), "wrong_output_activation",
    ),
    "softmax on one unit, mse": (
        output(MSE, "softmax"), numbers(0, 50), "wrong_output_activation",
    ),
    "linear without from_logits": (
        output(SCE, "linear", (3,)), labels(0, 1, 2), "wrong_output_activation",
    ),
    "relu, bce": (output(BCE, "relu"), labels(0, 1), "wrong_output_activation"),
    "tanh, bce": (output(BCE, "tanh"), labels(0, 1), "wrong_output_activation"),
    "sigmoids, sparse": (
        output(SCE, "sigmoid", (3,)), labels(0, 1, 2), "wrong_output_activation",
    ),
    "softmax, from_logits": (
        output(SCE, "softmax", (3,), logits=True), labels(0, 1, 2), "wrong_output_activation",
    ),
    "relu, from_logits": (
        output(BCE, "relu", logits=True), labels(0, 1), "wrong_output_activation",
    ),
    "softmax, many labels": (
        output(BCE, "softmax", (6,)), marks(6), "wrong_output_activation",
    ),
    "relu, targets below 0": (
        output(MSE, "relu"), numbers(-3, 3), "wrong_output_activation",
    ),
    "sigmoid, targets to 50": (
        output(MSE, "sigmoid"), numbers(0, 50), "wrong_output_activation",
    ),
    "tanh, targets to 9": (output(MAE, "tanh"), numbers(-9, 9), "wrong_output_activation"),
    "poisson, linear": (output("poisson", "linear"), numbers(0, 9), "wrong_output_activation"),
    "hinge, sigmoid": (output("hinge", "sigmoid"), labels(-1, 1), "wrong_output_activation"),
    "softmax, shares that add up to 4": (
        output(MSE, "softmax", (8,)), numbers(0, 1, (8,), 0.5), "wrong_output_activation",
    ),
    "labels from 1": (output(SCE, "softmax", (3,)), labels(1, 2, 3), "bad_labels"),
    "labels below 0": (output(SCE, "softmax", (3,)), labels(-1, 0, 1), "bad_labels"),
    "labels with a gap": (output(SCE, "softmax", (3,)), labels(0, 1, 255), "bad_labels"),
    "labels as fractions": (
        output(SCE, "softmax", (3,)), labels(0.0, 0.5, 1.0), "bad_labels",
    ),
    "minus one and one": (output(BCE, "sigmoid"), labels(-1, 1), "bad_labels"),
    "0 and 255": (output(BCE, "sigmoid"), labels(0, 255), "bad_labels"),
    "1 and 2": (output(BCE, "sigmoid"), labels(1, 2), "bad_labels"),
    "standardised": (output(BCE, "sigmoid"), labels(-0.77, 1.3), "bad_labels"),
    "scaled like pixels": (output(BCE, "sigmoid"), labels(0, 1 / 255), "bad_labels"),
    "one class": (output(BCE, "sigmoid"), labels(1), "bad_labels"),
    "rows that add up to 2": (
        output(CCE, "softmax", (4,)), numbers(0, 1, (4,), 0.5), "bad_labels",
    ),
    "three units for one number": (
        output(MSE, "linear", (3,)), numbers(0, 9), "label_shape_mismatch",
    ),
    "one unit for three numbers": (
        output(MSE, "linear", (1,)), numbers(0, 9, (3,)), "label_shape_mismatch",
    ),
    "every step against one number": (
        output(MSE, "linear", (20, 1)), numbers(0, 9), "label_shape_mismatch",
    ),
    "every step of any length": (
        output(MSE, "linear", (None, 1)), numbers(0, 9, (1,)), "label_shape_mismatch",
    ),
    "too few units": (output(SCE, "softmax", (3,)), labels(0, 1, 2, 3, 4), "label_shape_mismatch"),
    "other number of columns": (
        output(CCE, "softmax", (4,)), one_hot(3), "label_shape_mismatch",
    ),
    "every step against one class": (
        output(SCE, "softmax", (20, 3)), labels(0, 1, 2), "label_shape_mismatch",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_named_once(name):
    out, target, fault = WRONG[name]
    findings = found(out, target)
    loud = [each for each in findings if each.severity != "info"]
    assert [each.fault for each in loud] == [fault]
    assert loud[0].cause.endswith(".")
    assert loud[0].remedy.endswith(".")
    assert "nan" not in loud[0].cause


FITS = {
    "sigmoid, bce": (output(BCE, "sigmoid"), labels(0, 1)),
    "a column of labels": (output(BCE, "sigmoid"), labels(0, 1, shape=(1,))),
    "softmax, sparse": (output(SCE, "softmax", (3,)), labels(0, 1, 2)),
    "more units than classes": (output(SCE, "softmax", (10,)), labels(0, 1, 2)),
    "softmax, one-hot": (output(CCE, "softmax", (3,)), one_hot(3)),
    "softmax of two, bce": (output(BCE, "softmax", (2,)), one_hot(2)),
    "logits": (output(SCE, "linear", (3,), logits=True), labels(0, 1, 2)),
    "binary logits": (output(BCE, "linear", logits=True), labels(0, 1)),
    "logits, nothing known of the end": (output(SCE, "", (3,)), labels(0, 1, 2)),
    "an ignored label": (output(SCE, "softmax", (3,), ignored_label=-1), labels(-1, 0, 1, 2)),
    "labels of steps": (output(SCE, "softmax", (None, 3)), labels(0, 1, 2, shape=(20,))),
    "smoothed labels": (output(BCE, "sigmoid"), labels(0.05, 0.95)),
    "soft labels": (output(CCE, "softmax", (4,)), numbers(0, 1, (4,), 0.25)),
    "probabilities as targets": (output(BCE, "sigmoid"), numbers(0, 1)),
    "several labels": (output(BCE, "sigmoid", (6,)), marks(6)),
    "regression": (output(MSE, "linear"), numbers(-3, 3)),
    "regression, squeezed": (output(MSE, "linear", ()), numbers(-3, 3, (1,))),
    "ordinal labels": (output(MSE, "linear"), labels(0, 1, 2, 3, 4)),
    "positive numbers, relu": (output(MSE, "relu"), numbers(0, 300)),
    "scaled to 0 to 1": (output(MSE, "sigmoid"), numbers(0, 1)),
    "counts": (output("poisson", "exponential"), labels(0, 1, 2, 3, 7)),
    "hinge, tanh": (output("hinge", "tanh"), labels(-1, 1)),
    "hinge, 0 and 1": (output("hinge", "linear"), labels(0, 1)),
    "a loss of somebody's own": (output("", "softmax", (3,)), labels(5, 77)),
    "a forecast of steps": (output(MSE, "linear", (12, 1)), numbers(-1, 1, (12,))),
    "a yes or no for each step": (output(SCE, "softmax", (12, 2)), marks(12)),
    "one-hot steps": (output(CCE, "softmax", (20, 4)), one_hot(4, (20,))),
    "kld of shares": (output("kl_divergence", "softmax", (4,)), numbers(0, 1, (4,), 0.25)),
    "texts": (output(SCE, "softmax", (3,)), ArrayFacts("y", (), "string", 200)),
    "no targets": (output(SCE, "softmax", (3,)), None),
}


@pytest.mark.parametrize("name", FITS)
def test_what_fits_is_left_in_peace(name):
    assert found(*FITS[name]) == []


def test_an_autoencoder_is_no_classifier():
    pixels = marks(64)
    given = ArrayFacts("x", (64,), means=pixels.means, deviations=pixels.deviations)
    assert found(output(MSE, "sigmoid", (64,)), pixels, inputs=(given,)) == []
    assert found(output(BCE, "sigmoid", (64,)), pixels, inputs=(given,)) == []


def test_two_classes_as_numbers_are_a_remark_without_accuracy():
    (finding,) = found(output(MSE, "linear"), labels(0, 1))
    assert (finding.fault, finding.severity) == ("wrong_loss", "info")


def test_the_layer_that_hands_on_its_steps_is_named():
    cell = LayerFacts("memory", "LSTM", settings={"return_sequences": True}, calls=1)
    (finding,) = found(output(MSE, "linear", (20, 1)), numbers(0, 9), layers=(cell,))
    assert finding.where == ("memory", "head")
    assert "return_sequences=False in 'memory'" in finding.remedy


def test_labels_of_validation_are_looked_at_as_well():
    target, held = labels(0, 1, 2), labels(0, 1, 2, 3)
    (finding,) = found(output(SCE, "softmax", (3,)), target, held=held)
    assert finding.fault in ("label_shape_mismatch", "bad_labels")


def test_several_outputs_are_told_apart_by_name():
    outs = (
        OutputFacts("a", "a", (3,), "softmax", SCE, False),
        OutputFacts("b", "b", (1,), "relu", MSE),
    )
    shown = LayerFacts("a", "Dense", calls=1)
    from dataclasses import replace

    targets = (replace(numbers(-3, 3), name="b"), replace(labels(0, 1, 2), name="a"))
    evidence = Evidence(model=ModelFacts((shown,), outs), data=DataFacts((), targets))
    (finding,) = judge(evidence, Thresholds(), HEAD_RULES, final=False)
    assert (finding.fault, finding.where) == ("wrong_output_activation", ("b",))


@pytest.mark.parametrize(
    ("out", "target", "word"),
    [
        (output(MSE, "linear", metrics=("accuracy",)), numbers(-3, 3), "accuracy counts"),
        (output(BCE, "linear", logits=True, metrics=("auc",)), labels(0, 1), "logits"),
        (output(SCE, "softmax", (3,), metrics=("recall",)), labels(0, 1, 2), "a column"),
        (output(CCE, "softmax", (3,), metrics=("binary_accuracy",)), one_hot(3), "3 numbers"),
    ],
)
def test_metrics_that_do_not_fit_are_a_remark(out, target, word):
    (finding,) = found(out, target)
    assert (finding.fault, finding.severity) == ("unfitting_metric", "info")
    assert word in finding.cause


@pytest.mark.parametrize(
    ("out", "target"),
    [
        (output(BCE, "sigmoid", metrics=("accuracy", "auc", "recall")), labels(0, 1)),
        (
            output(BCE, "linear", logits=True, metrics=("auc",), logit_metrics=("auc",)),
            labels(0, 1),
        ),
        (output(SCE, "linear", (3,), logits=True, metrics=("accuracy",)), labels(0, 1, 2)),
        (output(MSE, "linear", metrics=(MAE,)), numbers(-3, 3)),
    ],
)
def test_metrics_that_fit_are_left_in_peace(out, target):
    assert found(out, target) == []


def test_the_reach_of_an_activation_is_a_threshold():
    out, target = output(MSE, "relu"), numbers(-0.5, 9, mean=4, spread=2)
    (finding,) = found(out, target)
    assert finding.severity == "warning"
    shown = LayerFacts("head", "Dense", "relu", hidden=False, calls=1)
    evidence = Evidence(model=ModelFacts((shown,), (out,)), data=DataFacts((), (target,)))
    assert judge(evidence, Thresholds(range_slack=0.5), HEAD_RULES, final=False) == []
