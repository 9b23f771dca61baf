"""Remedies for losses: one of the user's own, and one that passes over a class."""

import keras
import numpy as np
from goodfit.callbacks.repairing import remedies_head
from made_trials import X, applied, model_of, trial_of

layers = keras.layers


def test_a_loss_of_the_users_own_gives_way_to_one_of_keras():
    def distance(target, given):
        return keras.ops.sqrt(keras.ops.sum(keras.ops.square(target - given), -1))

    model = model_of(layers.Dense(1, "relu"), loss=distance)
    changed, _ = applied(remedies_head.known_loss, model, trial_of(y=X[:, :1]))
    assert changed.losses == {0: "mean_squared_error"}
    both = model_of(layers.Dense(2), loss=distance)
    changed, built = applied(remedies_head.known_loss, both, trial_of(y=X[:, :1]))
    assert (built.output_shape, built.loss) == ((None, 1), "mean_squared_error")
    huber = model_of(layers.Dense(1), loss="huber")
    assert applied(remedies_head.known_loss, huber, trial_of(y=X[:, :1]))[0] is None


def test_a_loss_passes_over_no_class_that_is_one_of_the_labels():
    labels = np.arange(40) % 2
    made = keras.losses.SparseCategoricalCrossentropy
    model = model_of(layers.Dense(2, "softmax"), loss=made(ignore_class=0))
    changed, built = applied(remedies_head.all_classes, model, trial_of(y=labels))
    assert built.loss == "sparse_categorical_crossentropy"
    assert applied(remedies_head.all_classes, model, changed)[0] is None
    logits = model_of(layers.Dense(2), loss=made(ignore_class=0, from_logits=True))
    _, built = applied(remedies_head.all_classes, logits, trial_of(y=labels))
    assert built.layers[-1].activation.__name__ == "softmax"
    for ignored in (None, 7):
        model = model_of(layers.Dense(2, "softmax"), loss=made(ignore_class=ignored))
        assert applied(remedies_head.all_classes, model, trial_of(y=labels))[0] is None
