"""Layers, first weights, regularisation, learning rate and callbacks, judged before a step."""

from dataclasses import replace

import numpy as np
import pytest
from goodfit.callbacks import Evidence, History, Thresholds
from goodfit.callbacks.gathering.facts import DataFacts, LayerFacts, ModelFacts, OutputFacts
from goodfit.callbacks.judging.learned import has_learned
from goodfit.callbacks.judging.rules_layers import (
    hidden_sigmoid,
    hidden_softmax,
    long_memory,
    missing_activation,
)
from goodfit.callbacks.judging.rules_settings import (
    no_early_stopping,
    rate_out_of_range,
    unknown_monitor,
)
from goodfit.callbacks.judging.rules_start import bad_start
from goodfit.callbacks.judging.rules_strength import (
    dropout_after_output,
    over_regularised,
    shrunk,
)
from made_probes import evidence, probe, stuck

LIMITS = Thresholds()


def dense(name, units=16, activation="relu", fan_in=16, **known):
    deviation = known.pop("kernel_deviation", np.sqrt(2 / (fan_in + units)))
    return LayerFacts(
        name, "Dense", activation, units, fan_in=fan_in, kernel_deviation=deviation, calls=1,
        **known,
    )  # fmt: skip


def other(kind, **known):
    return LayerFacts(known.pop("name", kind.lower()), kind, calls=1, **known)


def row(*layers, **known):
    """A model of layers one after another, the last one its output."""
    linked = []
    for place, layer in enumerate(layers):
        last = place == len(layers) - 1
        feeds = layer.feeds or ("output" if last else layers[place + 1].name,)
        linked.append(replace(layer, feeds=feeds, hidden=layer.hidden and not last))
    return ModelFacts(tuple(linked), (OutputFacts("out", layers[-1].name),), **known)


def ask(rule, model, **known):
    return rule(Evidence(model=model, **known), LIMITS)


HEAD = dense("head", 3, "softmax")
LINEAR = {"activation": "linear"}
LEARNED = History({"loss": 2 * 0.8 ** np.arange(20), "accuracy": 1 - 0.8 ** np.arange(20)})
STUCK = History({"loss": [1.1] * 20, "accuracy": [0.34] * 20, "val_accuracy": [0.33] * 20})


@pytest.mark.parametrize(
    "layers",
    [
        (dense("a", **LINEAR), HEAD),
        (dense("a", **LINEAR), dense("b", **LINEAR), HEAD),
        (dense("a", **LINEAR), other("Dropout"), dense("b", **LINEAR), other("Flatten"), HEAD),
        (dense("a"), dense("b", **LINEAR), dense("c", **LINEAR), HEAD),
        (dense("a", **LINEAR), other("BatchNormalization"), HEAD),
    ],
)
def test_linear_layers_in_a_row_are_found(layers):
    finding = ask(missing_activation, row(*layers))
    assert (finding.fault, finding.rule, finding.severity) == (
        "missing_activation", "ACT-8", "warning",
    )  # fmt: skip
    assert "head" not in finding.where


@pytest.mark.parametrize(
    "layers",
    [
        (HEAD,),
        (dense("a"), HEAD),
        (dense("a"), dense("b", **LINEAR), HEAD),  # one projection
        (dense("code", 4, **LINEAR), dense("head", 64, **LINEAR)),  # a linear autoencoder
        (dense("a", **LINEAR), other("Activation", activation="relu"), HEAD),
        (dense("a", **LINEAR), other("BatchNormalization"), other("ReLU", activation="relu"), HEAD),
        (dense("a", **LINEAR, feeds=("operation Mul",)), dense("b", **LINEAR), HEAD),  # gated
        (
            dense("a", **LINEAR),
            other("LayerNormalization"),
            dense("b", **LINEAR),
            other("Add"),
            HEAD,
        ),
        (dense("a", activation="custom"), dense("b", activation="custom"), HEAD),
    ],
)
def test_linear_layers_that_are_meant_so_are_left_in_peace(layers):
    assert ask(missing_activation, row(*layers)) is None


def test_hidden_sigmoids_count_when_they_are_deep():
    few = row(dense("a", activation="sigmoid"), HEAD)
    assert ask(hidden_sigmoid, few).severity == "info"
    deep = row(*(dense(f"d{place}", activation="sigmoid") for place in range(4)), HEAD)
    assert ask(hidden_sigmoid, deep).severity == "warning"
    assert ask(hidden_sigmoid, deep, recorded=LEARNED).severity == "info"
    normed = row(*deep.layers[:-1], other("BatchNormalization"), HEAD)
    assert ask(hidden_sigmoid, normed).severity == "info"
    gate = row(dense("gate", activation="sigmoid", feeds=("multiply",)), other("Multiply"), HEAD)
    assert ask(hidden_sigmoid, gate) is None
    assert ask(hidden_sigmoid, row(dense("a"), dense("out", 1, "sigmoid"))) is None


def test_a_hidden_softmax_is_found_unless_it_weighs_something():
    model = row(dense("a", activation="softmax"), HEAD)
    finding = ask(hidden_softmax, model)
    assert (finding.fault, finding.severity, finding.where) == (
        "saturated_activation", "warning", ("a",),
    )  # fmt: skip
    weights = row(dense("a", activation="softmax", feeds=("operation Mul",)), HEAD)
    assert ask(hidden_softmax, weights) is None
    assert ask(hidden_softmax, row(dense("a"), HEAD)) is None


@pytest.mark.parametrize(
    "layer",
    [
        dense("a", kernel_constant=True, kernel_deviation=0.0),
        dense("a", kernel_deviation=5.0),
        LayerFacts(
            "a", "LSTM", "tanh", 16, fan_in=1, kernel_deviation=0.3, calls=1,
            settings={"recurrent_deviation": 5.0},
        ),
    ],
)  # fmt: skip
def test_weights_that_start_badly_are_found(layer):
    finding = ask(bad_start, row(layer, HEAD))
    assert (finding.fault, finding.severity, finding.where) == ("bad_init", "warning", ("a",))
    assert ask(bad_start, row(layer, HEAD, trained_steps=10)) is None


def test_several_loud_layers_multiply():
    loud = [dense(f"d{place}", 64, fan_in=64, kernel_deviation=1.0) for place in range(3)]
    assert ask(bad_start, row(*loud, HEAD)).fault == "bad_init"
    assert ask(bad_start, row(loud[0], HEAD)) is None
    assert ask(bad_start, row(*loud, other("LayerNormalization"), HEAD)) is None


@pytest.mark.parametrize(
    "layers",
    [
        (dense("a"), HEAD),
        (dense("wide", 1024, fan_in=4), HEAD),
        (dense("a", kernel_deviation=0.02, fan_in=256), HEAD),  # as Transformers start
        (dense("a"), replace(HEAD, kernel_constant=True, kernel_deviation=0.0)),
        (dense("a", kernel_constant=True, feeds=("add",)), other("Add"), HEAD),
        (dense("a", kernel_constant=True, settings={"trainable": False}), HEAD),
        (dense("a", kernel_deviation=0.004, fan_in=16), dense("b"), HEAD),
    ],
)
def test_usual_starts_are_left_in_peace(layers):
    assert ask(bad_start, row(*layers)) is None


@pytest.mark.parametrize(
    "strong",
    [
        dense("a", l2=1.0), dense("a", l1=0.1),
        other("Dropout", dropout=0.9), dense("a"),
    ],
)  # fmt: skip
def test_strong_regularisation_counts_once_nothing_fits(strong):
    decay = 0.5 if strong.name == "a" and not strong.l1 + strong.l2 else 0.0
    model = row(strong, HEAD, weight_decay=decay, optimizer="adamw")
    assert ask(over_regularised, model).severity == "info"
    assert ask(over_regularised, model, recorded=LEARNED).severity == "info"
    naive = {"majority": {"accuracy": 0.34}}
    finding = ask(over_regularised, model, recorded=STUCK, naive=naive)
    assert (finding.severity, finding.epoch) == ("warning", 20)
    assert ask(over_regularised, row(dense("a", l2=0.01, dropout=0.5), HEAD)) is None


def test_strong_dropout_that_holds_training_back_counts():
    dropped = row(dense("a"), other("Dropout", dropout=0.9), HEAD)
    naive = {"majority": {"accuracy": 0.34}}
    falling = np.linspace(1.1, 1.0, 20)
    slow = {"loss": falling, "accuracy": np.linspace(0.34, 0.48, 20), "val_loss": falling - 0.2}
    finding = ask(over_regularised, dropped, recorded=History(slow), naive=naive)
    assert (finding.severity, finding.epoch) == ("warning", 20)
    assert "20% of the way" in finding.cause
    healthy = slow | {"accuracy": np.linspace(0.34, 0.9, 20)}, slow | {"val_loss": falling}
    for logs in healthy:
        found = ask(over_regularised, dropped, recorded=History(logs), naive=naive)
        assert found.severity == "info"


def test_dropout_after_the_output_is_found():
    model = row(dense("a"), HEAD, other("Dropout", name="drop", dropout=0.5))
    model = replace(model, outputs=(OutputFacts("out", "head", after=("drop",)),))
    assert ask(dropout_after_output, model).where == ("drop",)
    assert ask(dropout_after_output, row(other("Dropout", dropout=0.5), HEAD)) is None


def test_a_plain_recurrent_layer_over_many_steps():
    memory = other("SimpleRNN", input_shape=(80, 1))
    model = row(memory, HEAD)
    assert ask(long_memory, model).severity == "info"
    assert ask(long_memory, model, recorded=LEARNED).severity == "info"
    assert ask(long_memory, model, recorded=STUCK, naive={"a": {"accuracy": 0.34}}).severity == (
        "warning"
    )
    assert ask(long_memory, row(other("SimpleRNN", input_shape=(30, 1)), HEAD)) is None
    assert ask(long_memory, row(other("LSTM", input_shape=(300, 1)), HEAD)) is None
    assert ask(long_memory, row(other("SimpleRNN", input_shape=(None, 1)), HEAD)) is None


@pytest.mark.parametrize(
    ("optimizer", "rate", "fault"),
    [
        ("adam", 0.1, "lr_too_high"),
        ("adamw", 0.05, "lr_too_high"),
        ("adam", 0.01, None),
        ("adam", 1e-3, None),
        ("adam", 1e-7, "lr_too_low"),
        ("sgd", 0.5, None),
        ("sgd", 5.0, "lr_too_high"),
        ("adadelta", 1.0, None),
        ("adagrad", 0.5, None),
        ("mine", 3.0, None),
    ],
)
def test_each_optimizer_has_a_range_of_its_own(optimizer, rate, fault):
    model = row(HEAD, optimizer=optimizer, learning_rate=rate)
    finding = ask(rate_out_of_range, model)
    assert (finding and finding.fault) == fault
    if fault:
        assert finding.severity == "info"
        poor = ask(rate_out_of_range, model, recorded=STUCK, naive={"a": {"accuracy": 0.34}})
        assert poor.severity == "warning"
        assert ask(rate_out_of_range, model, recorded=LEARNED).severity == "info"


def test_a_schedule_may_start_low():
    assert (
        ask(rate_out_of_range, row(HEAD, optimizer="adam", learning_rate=0.0, scheduled=True))
        is None
    )


@pytest.mark.parametrize(
    ("monitor", "validated", "word"),
    [
        ("val_acc", True, "'val_accuracy'"),
        ("val_los", None, "'val_loss'"),
        ("val_loss", False, "validation_data"),
        ("f2", True, "Choose one of"),
    ],
)
def test_a_monitor_that_is_not_logged_is_found(monitor, validated, word):
    model = row(
        HEAD, log_names=("loss", "accuracy"), callbacks=("EarlyStopping",),
        monitors=(("EarlyStopping", monitor),),
    )  # fmt: skip
    finding = ask(unknown_monitor, model, data=DataFacts(has_validation=validated))
    assert (finding.fault, finding.severity) == ("unknown_monitor", "warning")
    assert word in finding.remedy


def test_monitors_that_are_or_may_be_logged_are_left_in_peace():
    known = {"log_names": ("loss", "accuracy")}
    for monitor in ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate"):
        model = row(HEAD, monitors=(("EarlyStopping", monitor),), **known)
        assert ask(unknown_monitor, model) is None
    strange = row(HEAD, monitors=(("EarlyStopping", "f2"),), callbacks=("Mine",), **known)
    assert ask(unknown_monitor, strange) is None  # the other callback may log it
    assert ask(unknown_monitor, row(HEAD, monitors=(("EarlyStopping", "f2"),))) is None
    logged = History({"loss": [1.0], "f2": [0.5]})
    model = row(HEAD, monitors=(("EarlyStopping", "f2"),), **known)
    assert ask(unknown_monitor, model, recorded=logged) is None


def test_a_long_training_wants_early_stopping():
    assert ask(no_early_stopping, row(HEAD, epochs=100)).severity == "info"
    assert ask(no_early_stopping, row(HEAD, epochs=10)) is None
    assert ask(no_early_stopping, row(HEAD)) is None
    assert ask(no_early_stopping, row(HEAD, epochs=100, callbacks=("EarlyStopping",))) is None


def test_nothing_is_said_of_learning_before_the_end():
    naive = {"majority": {"accuracy": 0.34}}
    assert has_learned(Evidence(recorded=STUCK, naive=naive), LIMITS) is False
    assert has_learned(Evidence(recorded=LEARNED), LIMITS) is True
    assert has_learned(Evidence(), LIMITS) is None
    short = {name: values[:6] for name, values in STUCK.columns.items()}
    early = History(short, planned_epochs=50)
    assert has_learned(Evidence(recorded=early, naive=naive), LIMITS) is None


def test_a_layer_that_widens_for_nothing_counts_once_little_is_learned():
    cells = other("GRU", activation="tanh", units=16)
    model = row(cells, dense("wide", 64, fan_in=16, **LINEAR), dense("out", 3, "softmax", 64))
    naive = {"majority": {"accuracy": 0.34}}
    found = ask(missing_activation, model, recorded=STUCK, naive=naive)
    assert (found.fault, found.where) == ("missing_activation", ("wide",))
    assert ask(missing_activation, model, recorded=LEARNED) is None
    narrow = row(cells, dense("code", 8, fan_in=16, **LINEAR), dense("out", 3, "softmax", 8))
    assert ask(missing_activation, narrow, recorded=STUCK, naive=naive) is None


def test_penalties_that_left_nothing_of_the_kernels():
    def row_of(size):
        return {name: {"weight_norm": size} for name in ("a", "b", "c")}

    small = [probe(0), *(probe(epoch, row_of(0.5)) for epoch in (1, 2, 5, 9))]
    model = ModelFacts((dense("a", l2=0.05), HEAD), optimizer="adam", learning_rate=0.001)
    found = shrunk(replace(stuck(small), model=model), LIMITS)
    assert (found.fault, found.severity, found.where) == ("over_regularised", "warning", ("a",))
    free = replace(model, layers=(dense("a"), HEAD))
    assert shrunk(replace(stuck(small), model=free), LIMITS) is None, "there is no penalty"
    large = [probe(0), *(probe(epoch, row_of(4.0)) for epoch in (1, 2, 5, 9))]
    assert shrunk(replace(stuck(large), model=model), LIMITS) is None
    assert shrunk(replace(evidence(small), model=model), LIMITS) is None, "it has learned"
