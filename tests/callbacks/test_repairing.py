"""`repair` as a whole: healthy trainings untouched, one change at a time, kept or undone."""

import math
import subprocess
import sys

import keras
import numpy as np
import pytest
from goodfit.callbacks import Diagnose, Finding, History, Thresholds, repair
from goodfit.callbacks.evidence import Evidence
from goodfit.callbacks.gathering.given_data import Rows
from goodfit.callbacks.repairing import engine as engine_module
from goodfit.callbacks.repairing.building import start_of
from goodfit.callbacks.repairing.engine import Engine
from goodfit.callbacks.repairing.mending import mend
from goodfit.callbacks.repairing.pool import Pool, rows_of
from goodfit.callbacks.repairing.running import Outcome, Runner
from goodfit.callbacks.repairing.scoring import Score
from goodfit.callbacks.repairing.subject import describe
from goodfit.callbacks.repairing.trial import Change, Remedy, Trial
from goodfit.zoo.errors import BadInput

layers = keras.layers
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(240, 4)).astype("float32")
Y = (X[:, 0] + 0.3 * RANDOM.normal(size=240) > 0).astype("float32")
# Trainings of few epochs end while their loss still falls.
PATIENT = Thresholds(falling_fast=9.0)
TRAIN, HELD = slice(0, 180), slice(180, 240)


def small(rate=0.03, units=8, activation="sigmoid", loss="binary_crossentropy", **options):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, "relu", **options)])
    model.add(layers.Dense(1, activation))
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


def finding(fault, severity="error"):
    return Finding(fault, "", severity, "The cause.", "The remedy.")


def mended(model, fault, x=X, y=Y, epochs=4, **options):
    """Repair a finding that is made by hand, in a training that is done here."""
    start = start_of(model)
    settings = model.optimizer.get_config()
    model.fit(x[TRAIN], y[TRAIN], epochs=epochs, verbose=0)
    runner = Runner(model, describe(model, settings), start, {}, rules=())
    first = Outcome(Trial(Pool.of(Rows(x, y))), model, model, [finding(fault)], Evidence(), 1.0)
    lines = []
    rows = Rows(x[TRAIN], y[TRAIN]), Rows(x[HELD], y[HELD])
    return mend(runner, first, *rows, epochs, 32, options.pop("trials", 3), lines.append), lines


def test_a_healthy_training_is_that_of_fit_to_the_last_bit():
    weights = []
    for train in ("fit", "repair"):
        keras.utils.set_random_seed(3)
        model = small()
        options = {"validation_data": (X[HELD], Y[HELD]), "epochs": 5, "verbose": 0}
        if train == "fit":
            model.fit(X[TRAIN], Y[TRAIN], **options)
        else:
            done = repair(model, X[TRAIN], Y[TRAIN], thresholds=PATIENT, **options)
            assert done.model is model
            assert not done.changes
            assert done.retrainings == 0
            assert str(done) == "Nothing was changed."
        weights.append(model.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_rate_too_high_is_lowered_in_the_users_own_model():
    model = small(30.0)
    options = {"validation_data": (X[HELD], Y[HELD]), "epochs": 12, "verbose": 0, "trials": 1}
    done = repair(model, X[TRAIN], Y[TRAIN], **options)
    assert done.findings
    assert done.model is model
    assert float(model.optimizer.learning_rate) < 0.3
    assert done.score_after > done.score_before
    assert done.changes[0].setting == "optimizer.learning_rate"
    assert done.changes[0].before == pytest.approx(30.0)
    assert done.retrainings >= 1
    assert "times the time of the training" in done.price
    accuracy = model.evaluate(X[HELD], Y[HELD], verbose=0, return_dict=True)["accuracy"]
    assert accuracy > 0.65


def test_what_helps_is_kept():
    model = small(kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(-5.0))
    done, lines = mended(model, "dead_relu", epochs=8)
    assert [attempt.kept for attempt in done.log] == [True]
    assert done.model is not model
    assert done.score_after > done.score_before + 0.1
    assert "Kept" in lines[0]


def test_a_change_that_makes_it_worse_leaves_model_and_weights_as_they_were(monkeypatch):
    def spoil(trial, subject, finding):
        change = Change("The rate is spoilt.", "optimizer.learning_rate", 0.03, 50.0)
        return trial.with_(change, optimizer={"learning_rate": 50.0})

    remedies = {"oscillating_loss": (Remedy("spoil", spoil, "spoil it"),)}
    monkeypatch.setattr(engine_module, "REMEDIES", remedies)
    model = small()
    done, lines = mended(model, "oscillating_loss", epochs=6)
    assert done.model is model
    assert not done.changes
    assert [attempt.kept for attempt in done.log] == [False]
    assert float(model.optimizer.learning_rate) == pytest.approx(0.03)
    assert done.score_after == done.score_before
    assert "No remedy that was tried helped" in done.refused["oscillating_loss"]
    assert "1 retraining," in lines[1]


def test_raw_rows_and_raw_units_in_a_file_that_plain_keras_opens(tmp_path):
    y = (X[:, 0] * 800 + X[:, 1] * 300 + 40_000).astype("float32")
    again, _ = mended(
        small(0.02, activation=None, loss="mse"), "unnormalised_target", X, y, 20, trials=1
    )
    assert again.score_after > 0.5
    assert abs(again.model.predict(X[HELD], verbose=0).mean() - 40_000) < 500
    again.model.save(tmp_path / "mended.keras")
    expected = again.model.predict(X[HELD], verbose=0)
    np.save(tmp_path / "x.npy", X[HELD])
    code = (
        "import keras, numpy as np, sys\n"
        f"model = keras.saving.load_model(r'{tmp_path / 'mended.keras'}')\n"
        f"answers = model.predict(np.load(r'{tmp_path / 'x.npy'}'), verbose=0)\n"
        f"np.save(r'{tmp_path / 'answers.npy'}', answers)\n"
        "assert not any(name.startswith('goodfit') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "answers.npy"), expected, rtol=1e-5)


def test_no_validation_alone_leaves_the_model_that_learned_from_all_rows():
    model = small()
    done = repair(model, X, Y, epochs=4, verbose=0)
    assert "no_validation" in {each.fault for each in done.findings}
    assert "no_validation" not in {each.fault for each in done.findings_after}
    if not done.changes:
        assert done.model is model


def test_a_training_that_ends_with_an_error_is_repaired():
    model = keras.Sequential([keras.Input((6, 4)), layers.GRU(4, return_sequences=True)])
    model.add(layers.Dense(1, "sigmoid"))
    model.compile("adam", "binary_crossentropy")
    x = RANDOM.normal(size=(80, 6, 4)).astype("float32")
    y = (x[:, -1, 0] > 0).astype("float32")
    done = repair(model, x, y, validation_split=0.25, epochs=2, verbose=0)
    assert done.model.output_shape == (None, 1)
    assert math.isfinite(done.score_after)


def test_subclassed_models_are_trained_anew_but_not_rebuilt():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1, "sigmoid")

        def call(self, inputs):
            return self.dense(inputs)

    model = Own()
    model.compile(keras.optimizers.SGD(1e-7), "binary_crossentropy")
    done, _ = mended(model, "lr_too_low", epochs=6, trials=2)
    assert done.model is model
    assert done.log
    done, _ = mended(model, "vanishing_gradient")
    assert "a class of its own" in done.refused["vanishing_gradient"]


def test_what_cannot_be_mended_is_said():
    done, lines = mended(small(), "degenerate_input", epochs=1)
    assert "no information" in done.refused["degenerate_input"]
    assert lines[-1] == done.refused["degenerate_input"]


def test_the_number_of_trials_is_kept_to():
    done, _ = mended(small(), "saturated_activation", trials=0, epochs=1)
    assert done.retrainings == 0
    assert "No trial was left" in done.refused["saturated_activation"]
    with pytest.raises(BadInput):
        repair(small(), X, Y, trials=-1)
    with pytest.raises(BadInput):
        repair(keras.Sequential([layers.Dense(1)]), X, Y)


def test_rows_are_read_from_every_source():
    dataset = __import__("tensorflow").data.Dataset.from_tensor_slices((X, Y)).batch(50)
    np.testing.assert_array_equal(rows_of(dataset).x, X)
    assert rows_of(dataset.repeat()) is None
    assert len(rows_of(dataset.repeat(), steps=2).x) == 100

    class Source(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X[index * 30 : index * 30 + 30], Y[index * 30 : index * 30 + 30]

    np.testing.assert_array_equal(rows_of(Source()).y, Y[:60])
    generator = ((X[:10], Y[:10]) for _ in range(9))
    assert rows_of(generator) is None
    assert len(rows_of(generator, steps=3).x) == 30


def test_scores_compare_on_the_same_rows_only():
    noisy = Score(0.1, RANDOM.normal(0.9, 0.5, 50))
    same = Score(0.12, noisy.errors - RANDOM.normal(0.0, 0.5, 50))
    assert abs(engine_module.better_by(same, noisy)) < 3
    assert engine_module.better_by(Score(0.5, noisy.errors - 0.4), noisy) == math.inf
    assert engine_module.better_by(Score(-math.inf), noisy) == -math.inf
    assert Engine(None).trials == 6


def test_diagnose_repairs_while_it_watches_and_leaves_healthy_trainings_alone():
    weights = []
    for callbacks in ([], [Diagnose("repair", thresholds=PATIENT, verbose=0)]):
        keras.utils.set_random_seed(3)
        model = small()
        model.fit(X[TRAIN], Y[TRAIN], validation_data=(X[HELD], Y[HELD]), epochs=5, verbose=0,
                  callbacks=callbacks)  # fmt: skip
        weights.append(model.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not callbacks[0].repaired.changes
    assert Diagnose("suggest", verbose=0).repaired is None


def test_nan_is_rolled_back_in_the_training(capsys):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(5.0), "mse")
    watch = Diagnose("repair")
    y = X[:, 0] * 5
    model.fit(X[TRAIN], y[TRAIN], validation_data=(X[HELD], y[HELD]), epochs=12, verbose=0,
              callbacks=[watch])  # fmt: skip
    assert watch.repaired.changes[0].setting == "optimizer.learning_rate"
    assert all(np.isfinite(each).all() for each in watch.repaired.model.get_weights())
    assert "Repair of" in capsys.readouterr().out
    best = float(np.mean((watch.repaired.model.predict(X[HELD], verbose=0)[:, 0] - y[HELD]) ** 2))
    assert best < np.var(y)


def test_what_needs_other_rows_is_done_after_the_training():
    x = X.copy()
    x[::9, 1] = np.nan
    model = small()
    watch = Diagnose("repair", verbose=0)
    model.fit(x[TRAIN], Y[TRAIN], validation_data=(X[HELD], Y[HELD]), epochs=4, verbose=0,
              callbacks=[watch])  # fmt: skip
    assert any("are left out" in change.what for change in watch.repaired.changes)
    assert np.isfinite(watch.repaired.model.predict(X[HELD], verbose=0)).all()
    assert watch.repaired.score_after > 0


def test_histories_of_outcomes_need_not_exist():
    outcome = Outcome(None, None, None, [], Evidence())
    assert engine_module._loss(outcome) == math.inf
    known = Evidence(History.read({"loss": [1.0, 0.5]}))
    assert engine_module._loss(Outcome(None, None, None, [], known)) == 0.5
