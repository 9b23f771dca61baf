"""`repair` as a whole: healthy trainings untouched, broken ones mended."""

import math

import keras
import numpy as np
import pytest
from goodfit.callbacks import repair
from made_repairs import HELD, PATIENT, RANDOM, TRAIN, X, Y, small

layers = keras.layers


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


def test_no_validation_alone_leaves_the_model_that_learned_from_all_rows():
    model = small()
    done = repair(model, X, Y, epochs=4, verbose=0, thresholds=PATIENT, trials=1)
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
    done = repair(model, x, y, validation_split=0.25, epochs=2, verbose=0, trials=1,
                  thresholds=PATIENT)  # fmt: skip
    assert done.model.output_shape == (None, 1)
    assert math.isfinite(done.score_after)
