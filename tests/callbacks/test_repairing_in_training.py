"""`Diagnose("repair")`: what is mended while the training runs, and after it."""

import keras
import numpy as np
from goodfit.callbacks import Diagnose
from made_repairs import HELD, PATIENT, TRAIN, X, Y, small

layers = keras.layers


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
    watch = Diagnose("repair", thresholds=PATIENT)
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
    watch = Diagnose("repair", verbose=0, thresholds=PATIENT)
    model.fit(x[TRAIN], Y[TRAIN], validation_data=(X[HELD], Y[HELD]), epochs=4, verbose=0,
              callbacks=[watch])  # fmt: skip
    assert any("are left out" in change.what for change in watch.repaired.changes)
    assert np.isfinite(watch.repaired.model.predict(X[HELD], verbose=0)).all()
    assert watch.repaired.score_after > 0
