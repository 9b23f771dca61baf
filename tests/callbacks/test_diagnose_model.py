"""`diagnose(model, x, y)`: real models and rows, judged before the first step."""

import keras
import numpy as np
import pytest
from goodfit.callbacks import diagnose
from goodfit.zoo import BadInput

layers, losses = keras.layers, keras.losses
DRAW = np.random.default_rng(0)
EVERY = DRAW.normal(size=(260, 6)).astype("float32")
SIGNS = (EVERY[:, 0] + EVERY[:, 1] > 0).astype("int64")
X, Y, HELD = EVERY[:200], SIGNS[:200], (EVERY[200:], SIGNS[200:])


def build(*hidden, units=1, activation="sigmoid", loss="binary_crossentropy", shape=(6,), **known):
    hidden = hidden or (layers.Dense(8, activation="relu"),)
    head = layers.Dense(units, activation=activation, name="head")
    model = keras.Sequential([keras.Input(shape), *hidden, head])
    model.compile(known.pop("optimizer", "adam"), loss, **known)
    return model


def loud(model, x=X, y=Y, **known):
    findings = diagnose(model, x, y, **{"validation_data": HELD, **known})
    return [finding.fault for finding in findings if finding.severity != "info"]


def test_a_model_that_fits_its_data_is_left_in_peace():
    assert loud(build(metrics=["accuracy"])) == []
    assert loud(build(activation=None, loss=losses.BinaryCrossentropy(from_logits=True))) == []
    softmax = build(units=2, activation="softmax", loss="sparse_categorical_crossentropy")
    assert loud(softmax) == []


@pytest.mark.parametrize(
    ("known", "y", "fault"),
    [
        ({"loss": "mse"}, SIGNS, "wrong_loss"),
        ({"activation": None}, SIGNS, "wrong_output_activation"),
        ({"activation": "relu", "loss": "mse"}, EVERY[:, 2] * 3, "wrong_output_activation"),
        ({}, 2 * SIGNS - 1, "bad_labels"),
        (
            {"units": 2, "activation": "softmax", "loss": "sparse_categorical_crossentropy"},
            SIGNS + 1,
            "bad_labels",
        ),
        ({"units": 3, "activation": None, "loss": "mse"}, EVERY[:, :1], "label_shape_mismatch"),
    ],
)
def test_heads_that_do_not_fit(known, y, fault):
    held = (HELD[0], y[200:])
    assert loud(build(**known), y=y[:200], validation_data=held) == [fault]


def test_validation_rows_whose_labels_are_others():
    assert loud(build(), validation_data=(HELD[0], DRAW.permutation(HELD[1]))) == ["bad_split"]


def test_steps_left_on_are_found_though_keras_says_nothing():
    x, y = DRAW.normal(size=(64, 10, 2)).astype("float32"), DRAW.normal(size=(64, 1))
    model = build(
        layers.LSTM(4, return_sequences=True, name="memory"),
        activation=None,
        loss="mse",
        shape=(10, 2),
    )
    findings = diagnose(model, x, y, validation_data=(x[:20] + 1, y[:20]))
    assert findings[0].fault == "label_shape_mismatch"
    assert findings[0].where[0] == "memory"
    model.fit(x, y, epochs=1, verbose=0)  # it runs, and means nothing


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
def test_a_model_alone_is_judged_without_data():
    model = build(activation="softmax")
    (finding,) = diagnose(model)
    assert (finding.fault, finding.severity) == ("wrong_output_activation", "error")
    assert finding.epoch is None


def test_what_fit_is_given_beside_is_judged_too():
    stop = keras.callbacks.EarlyStopping(monitor="val_accuraci")
    known = {"epochs": 50, "callbacks": [stop], "validation_data": HELD}
    findings = diagnose(build(metrics=["accuracy"]), X, Y, **known)
    (finding,) = (each for each in findings if each.fault == "unknown_monitor")
    assert "Did you mean 'val_accuracy'?" in finding.remedy
    without = diagnose(build(), X, Y, epochs=50)
    assert {"no_validation", "no_early_stopping"} <= {each.fault for each in without}


def test_one_cause_is_one_finding():
    model = build(layers.Dense(8), layers.Dense(8), activation=None, metrics=["accuracy"])
    faults = loud(model)
    assert faults == ["wrong_output_activation", "missing_activation"]


def test_first_weights_and_layers():
    wild = layers.Dense(
        8, activation="relu", kernel_initializer=keras.initializers.RandomNormal(stddev=20)
    )
    assert loud(build(wild)) == ["bad_init"]
    assert loud(build(layers.Dense(8, "relu", kernel_initializer="zeros"))) == ["bad_init"]


def test_a_subclassed_model_that_was_never_called():
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1, activation="tanh")
            self.hidden = layers.Dense(8, activation="relu")

        def call(self, x):
            return self.head(self.hidden(x))

    model = Mine()
    model.compile("adam", "binary_crossentropy")
    assert loud(model) == ["wrong_output_activation"]


def test_several_inputs_and_outputs_and_tf_data():
    import tensorflow as tf

    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    hidden = layers.Dense(8, activation="relu")(layers.Concatenate()([a, b]))
    one = layers.Dense(1, activation="sigmoid", name="one")(hidden)
    two = layers.Dense(1, activation="relu", name="two")(hidden)
    model = keras.Model({"a": a, "b": b}, {"one": one, "two": two})
    model.compile("adam", {"one": "binary_crossentropy", "two": "mse"})
    x, y = {"a": X, "b": X[::-1]}, {"one": Y, "two": X[:, 2]}
    held = ({"a": HELD[0], "b": HELD[0]}, {"one": HELD[1], "two": HELD[0][:, 2]})
    (finding,) = (f for f in diagnose(model, x, y, validation_data=held) if f.severity != "info")
    assert (finding.fault, finding.where) == ("wrong_output_activation", ("two",))
    rows = tf.data.Dataset.from_tensor_slices((X, Y * 255)).batch(20)
    held = (HELD[0], HELD[1] * 255)
    assert loud(build(), x=rows, y=None, validation_data=held) == ["bad_labels"]


def test_weights_stay_as_they_are_and_fit_goes_on():
    model = build()
    before = [np.array(each) for each in model.variables]
    diagnose(model, X, Y, validation_data=HELD)
    for old, new in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, np.array(new))
    model.fit(X, Y, epochs=1, verbose=0)


def test_a_model_must_be_compiled():
    with pytest.raises(BadInput, match="not compiled"):
        diagnose(keras.Sequential([keras.Input((2,)), layers.Dense(1)]), X, Y)
