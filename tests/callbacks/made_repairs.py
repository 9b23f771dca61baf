"""A small model, rows for it, and a finding made by hand that is repaired."""

import keras
import numpy as np
from goodfit.callbacks import Finding, Thresholds
from goodfit.callbacks.evidence import Evidence
from goodfit.callbacks.gathering.given_data import Rows
from goodfit.callbacks.repairing.building import start_of
from goodfit.callbacks.repairing.mending import mend
from goodfit.callbacks.repairing.pool import Pool
from goodfit.callbacks.repairing.running import Outcome, Runner
from goodfit.callbacks.repairing.subject import describe
from goodfit.callbacks.repairing.trial import Trial

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
