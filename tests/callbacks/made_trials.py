"""A trial made by hand, and the model that a remedy makes of it."""

import keras
import numpy as np
from goodfit.callbacks import Finding
from goodfit.callbacks.gathering.given_data import Rows
from goodfit.callbacks.repairing.building import build, compile_like, in_units, start_of
from goodfit.callbacks.repairing.pool import Pool
from goodfit.callbacks.repairing.subject import describe
from goodfit.callbacks.repairing.trial import Trial

layers = keras.layers
FINDING = Finding("some", "", "error", "cause", "remedy")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3)).astype("float32")
BINARY = (X[:, 0] > 0).astype("float32")


def model_of(*parts, loss="binary_crossentropy", rate=0.001, shape=(3,), functional=False):
    model = keras.Sequential([keras.Input(shape, name="rows"), *parts])
    if functional:
        model = keras.Model(model.inputs, model.outputs)
    model.compile(keras.optimizers.Adam(rate), loss)
    return model


def trial_of(x=X, y=BINARY, held=10, **values):
    pool = Pool.of(Rows(x[held:], y[held:]), Rows(x[:held], y[:held]) if held else None)
    return Trial(pool, epochs=10, **values)


def applied(remedy, model, trial, finding=FINDING):
    """Return the changed trial, and the model that is built and compiled from it."""
    subject = describe(model, model.optimizer.get_config())
    changed = remedy(trial, subject, finding)
    if changed is None:
        return None, None
    start = start_of(model)
    built = build(model, changed, start)
    compile_like(built, model, changed, start)
    assert len(changed.changes) > len(trial.changes)
    return changed, in_units(built, changed)
