"""`Diagnose`, fed by hand: what it gathers, when it speaks, what it forgets."""

import copy
import math

import keras
import numpy as np
import pytest
from goodfit.callbacks import Diagnose, Finding, Rule, Thresholds, diagnose
from goodfit.zoo import BadInput


def run(watch, epochs, model=None, planned=None, first=0):
    """Call the hooks as `fit` would, with these logs."""
    watch.set_model(model)
    watch.set_params({"epochs": planned or first + len(epochs)})
    watch.on_train_begin()
    for epoch, logs in enumerate(epochs, first):
        watch.on_epoch_begin(epoch)
        watch.on_epoch_end(epoch, logs)
    watch.on_train_end()
    return watch


def small_model(rate=0.01):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


def faults(watch):
    return [finding.fault for finding in watch.findings]


NAN_LOGS = [
    {"loss": 0.9, "val_loss": 1.0},
    {"loss": math.nan, "val_loss": math.nan},
    {"loss": math.nan, "val_loss": math.nan},
]
FALLING = [{"loss": 2.0 * 0.7**e, "val_loss": 2.1 * 0.7**e} for e in range(6)]


def test_findings_are_those_of_the_history_with_epochs_from_one():
    watch = run(Diagnose(verbose=0), NAN_LOGS)
    assert watch.findings == diagnose(watch.history)
    assert watch.findings[0].epoch == 2
    assert watch.history.epochs == (1, 2, 3)
    later = run(Diagnose(verbose=0), NAN_LOGS, first=10)
    assert later.findings[0].epoch == 12


def test_before_and_without_any_epoch_there_is_nothing():
    watch = Diagnose()
    assert watch.findings == []
    assert watch.history is None
    assert run(watch, []).findings == []


def test_what_needs_the_end_is_said_at_the_end(capsys):
    watch = Diagnose()
    watch.set_model(None)
    watch.set_params({"epochs": 6})
    watch.on_train_begin()
    for epoch, logs in enumerate(FALLING):
        watch.on_epoch_end(epoch, {"loss": logs["loss"]})
        assert watch.findings == []
    watch.on_train_end()
    assert faults(watch) == ["too_few_epochs", "no_validation"]
    assert capsys.readouterr().out.count("too_few_epochs") == 1


def test_each_finding_is_printed_once_and_only_if_asked(capsys):
    run(Diagnose(), NAN_LOGS)
    printed = capsys.readouterr().out
    assert printed.count("nan_loss") == 1
    assert "epoch 2" in printed
    run(Diagnose(verbose=0), NAN_LOGS)
    assert capsys.readouterr().out == ""


def test_a_second_training_starts_without_the_findings_of_the_first(capsys):
    """Bug prevented: state set in __init__ made the second fit begin with the first one's NaN."""
    watch = run(Diagnose(act="stop"), NAN_LOGS, model=small_model())
    assert faults(watch) == ["nan_loss"]
    assert watch.stopped_epoch == 2
    run(watch, FALLING)
    assert "nan_loss" not in faults(watch)
    assert watch.stopped_epoch is None
    assert len(watch.history) == len(FALLING)
    assert "too_few_epochs" in capsys.readouterr().out
    run(watch, NAN_LOGS, model=small_model())
    assert "nan_loss" in capsys.readouterr().out, "printed again in the third training"


def test_stop_ends_the_training_at_nan_and_suggest_does_not():
    for act, stops in (("stop", True), ("suggest", False)):
        model = small_model()
        model.stop_training = False
        watch = run(Diagnose(act, verbose=0), NAN_LOGS, model=model)
        assert model.stop_training is stops
        assert watch.stopped_epoch == (2 if stops else None)


def test_stop_in_a_real_training():
    x = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    watch = Diagnose("stop", verbose=0)
    fitted = small_model(1e6).fit(
        x, x.sum(1), epochs=30, verbose=0, validation_split=0.25, callbacks=[watch]
    )
    assert faults(watch)[0] == "nan_loss"
    assert len(fitted.epoch) == watch.stopped_epoch < 30


@pytest.mark.parametrize("act", ["mend", "stopp", None])
def test_unknown_acts_are_refused(act):
    with pytest.raises(BadInput) as error:
        Diagnose(act)
    assert "'suggest', 'stop'" in str(error.value)


def test_validation_every_second_epoch_leaves_gaps():
    logs = [{"loss": 1.0 / (e + 1), **({"val_loss": 0.5} if e % 2 else {})} for e in range(4)]
    watch = run(Diagnose(verbose=0), logs)
    assert watch.history.columns["val_loss"] == (None, 0.5, None, 0.5)
    assert "no_validation" not in faults(watch)


def test_logs_that_no_rule_can_use_do_no_harm():
    run(Diagnose(verbose=0), [{}, None, {"reward": 1.0}])
    vector = {"loss": 0.5, "val_loss": 0.5, "f1_score": np.array([0.1, 0.2])}
    watch = run(Diagnose(verbose=0), [vector] * 3)
    assert set(watch.history.columns) == {"loss", "val_loss"}


def test_the_learning_rate_comes_from_the_logs_or_the_optimizer():
    watch = run(Diagnose(verbose=0), [{"loss": 1.0, "learning_rate": 0.5}], model=small_model(0.1))
    assert watch.history.learning_rates == (0.5,)
    assert "learning_rate" not in watch.history.columns
    watch = run(Diagnose(verbose=0), [{"loss": 1.0}], model=small_model(0.125))
    assert watch.history.learning_rates == (0.125,)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.25, 10, 0.5)
    watch = run(Diagnose(verbose=0), [{"loss": 1.0}], model=small_model(schedule))
    assert watch.history.learning_rates == (0.25,)


def test_thresholds_baseline_and_rules_reach_the_diagnosis():
    logs = [{"loss": 0.9, "val_loss": 0.9}] * 12
    assert faults(run(Diagnose(verbose=0, baseline={"loss": 0.9}), logs)) == ["underfitting"]
    assert faults(run(Diagnose(verbose=0, thresholds=Thresholds(patience=8)), logs)) == [
        "lr_too_low"
    ]
    mine = Rule("always", lambda evidence, limits: Finding("always", "", "info", "a", "b"))
    assert faults(run(Diagnose(verbose=0, rules=[mine]), logs)) == ["always"]


def test_restored_weights_are_seen_beside_early_stopping():
    """The gap that counts is that of the weights the user gets, not of the last epoch."""
    random = np.random.default_rng(0)
    x = random.normal(size=(80, 20)).astype("float32")
    y = random.integers(0, 2, 80)
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(64, "relu")])
    model.add(keras.layers.Dense(1, "sigmoid"))
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    for restores in (True, False):
        stopping = keras.callbacks.EarlyStopping(
            monitor="val_loss", mode="min", patience=4, restore_best_weights=restores
        )
        watch = Diagnose(verbose=0)
        callbacks = [stopping, watch] if restores else [watch, stopping]
        model.fit(x, y, validation_split=0.5, epochs=10, verbose=0, callbacks=callbacks)
        assert watch.history.restored_epoch == (stopping.best_epoch + 1 if restores else None)
        assert watch.history.planned_epochs == 10


def test_a_copy_taken_in_mid_training_goes_its_own_way():
    watch = Diagnose(verbose=0)
    watch.set_model(None)
    watch.on_train_begin()
    watch.on_epoch_end(0, {"loss": 1.0})
    twin = copy.deepcopy(watch)
    twin.on_epoch_end(1, {"loss": math.nan})
    assert faults(twin) == ["nan_loss"]
    assert watch.findings == []
    assert len(watch.history) == 1


def test_models_with_several_outputs_and_subclassed_models_are_watched():
    x = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
    inputs = keras.Input((2,))
    heads = {name: keras.layers.Dense(1, name=name)(inputs) for name in ("a", "b")}
    several = keras.Model(inputs, heads)
    several.compile("adam", {"a": "mse", "b": "mae"}, metrics={"a": ["mae"]})

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

    own = Own()
    own.compile("adam", "mse")
    for model, y in ((several, {"a": x[:, 0], "b": x[:, 1]}), (own, x[:, 0])):
        watch = Diagnose(verbose=0)
        model.fit(x, y, epochs=2, verbose=0, callbacks=[watch])
        assert len(watch.history) == 2
        assert faults(watch)[-1] == "no_validation"
