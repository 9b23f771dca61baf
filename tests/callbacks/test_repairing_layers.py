"""Remedies for outputs, layers and size: a trial in, a changed trial out, and its model."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from goodfit.callbacks.repairing import (
    remedies_data,
    remedies_fit,
    remedies_head,
    remedies_layers,
    remedies_rate,
)
from goodfit.callbacks.repairing.subject import describe
from made_trials import BINARY, FINDING, RANDOM, X, applied, model_of, trial_of

layers = keras.layers


HEADS = [
    # units, activation, loss, labels -> units, activation, loss
    (1, "softmax", "binary_crossentropy", BINARY, (1, "sigmoid", "binary_crossentropy")),
    (1, "relu", "binary_crossentropy", BINARY, (1, "sigmoid", "binary_crossentropy")),
    (2, "softmax", "sparse_categorical_crossentropy", np.arange(40) % 3,
     (3, "softmax", "sparse_categorical_crossentropy")),
    (1, "sigmoid", "binary_crossentropy", np.arange(40) % 4,
     (4, "softmax", "sparse_categorical_crossentropy")),
    (3, "softmax", "categorical_crossentropy", np.arange(40) % 3,
     (3, "softmax", "sparse_categorical_crossentropy")),
    (3, "softmax", "sparse_categorical_crossentropy", np.eye(3)[np.arange(40) % 3],
     (3, "softmax", "categorical_crossentropy")),
    (1, "sigmoid", "mse", X[:, 0] * 9, (1, "linear", "mean_squared_error")),
    (1, "relu", "mae", X[:, 0] * 9, (1, "linear", "mean_absolute_error")),
    (3, "linear", "mse", X[:, 0] * 9, (1, "linear", "mean_squared_error")),
]  # fmt: skip


@pytest.mark.parametrize(("units", "activation", "loss", "labels", "wanted"), HEADS)
def test_output_and_loss_fit_the_labels(units, activation, loss, labels, wanted):
    model = model_of(layers.Dense(4, "relu"), layers.Dense(units, activation), loss=loss)
    changed, built = applied(remedies_head.fit_head, model, trial_of(y=labels))
    head = built.layers[-1]
    got = changed.losses.get(0) or describe(model, {}).heads[0].loss
    assert (head.units, head.activation.__name__, got) == wanted
    hidden = [each.layers[0].get_weights()[0] for each in (built, model)]
    np.testing.assert_array_equal(*hidden)
    built.run_eagerly = True
    assert np.isfinite(built.train_on_batch(X, labels)).all()


def test_a_head_that_fits_stays_and_logits_may_be_logits():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    for model in (model_of(layers.Dense(1, "sigmoid")), model_of(layers.Dense(1), loss=loss)):
        assert applied(remedies_head.fit_head, model, trial_of())[0] is None


def test_the_loss_alone_is_changed_where_that_is_enough():
    model = model_of(layers.Dense(3, "softmax"), loss="mse")
    changed, _ = applied(remedies_head.fit_loss, model, trial_of(y=np.arange(40) % 3))
    assert changed.losses == {0: "sparse_categorical_crossentropy"}
    assert not changed.rebuilds


@pytest.mark.parametrize("loss", ["poisson", "mean_squared_logarithmic_error"])
def test_a_loss_that_cannot_bear_negative_numbers_is_changed_and_they_are_no_classes(loss):
    wrong = replace(FINDING, fault="wrong_loss")
    model, trial = model_of(layers.Dense(1), loss=loss), trial_of(y=X[:, 0])
    changed, _ = applied(remedies_head.fit_loss, model, trial, wrong)
    assert changed.losses == {0: "mean_squared_error"}
    assert applied(remedies_data.mend_labels, model, trial, wrong)[0] is None
    assert applied(remedies_head.fit_loss, model, trial_of(y=X[:, 0] ** 2), wrong)[0] is None


def test_one_answer_for_a_sequence():
    x = RANDOM.normal(size=(40, 5, 3)).astype("float32")
    left_on = model_of(layers.LSTM(4, return_sequences=True), layers.Dense(1), shape=(5, 3))
    assert applied(remedies_head.fit_steps, left_on, trial_of(x))[1].output_shape == (None, 1)
    conv = model_of(layers.Conv1D(4, 3), layers.Dense(1), shape=(5, 3))
    assert applied(remedies_head.fit_steps, conv, trial_of(x))[1].output_shape == (None, 1)
    each = model_of(layers.LSTM(4), layers.Dense(1), shape=(5, 3))
    y = np.zeros((40, 5, 1), "float32")
    assert applied(remedies_head.fit_steps, each, trial_of(x, y))[1].output_shape == (None, 5, 1)


def test_hidden_activations_are_changed_and_outputs_not():
    parts = [layers.Dense(4, "sigmoid"), layers.Dense(4), layers.Activation("sigmoid")]
    model = model_of(*parts, layers.Dense(1, "sigmoid"))
    _, built = applied(remedies_layers.relu_hidden, model, trial_of())
    names = [each.activation.__name__ for each in built.layers]
    assert names == ["relu", "linear", "relu", "sigmoid"]
    missing = replace(FINDING, fault="missing_activation")
    deep = model_of(layers.Dense(4), layers.Dense(4), layers.Dense(1, "sigmoid"))
    _, built = applied(remedies_layers.relu_hidden, deep, trial_of(), missing)
    assert [each.activation.__name__ for each in built.layers] == ["relu", "relu", "sigmoid"]
    relu = model_of(layers.Dense(4, "relu"), layers.ReLU(), layers.Dense(1))
    _, built = applied(remedies_layers.leaky_relu, relu, trial_of())
    assert built.layers[0].activation.__name__ == "leaky_relu"
    assert built.layers[1].negative_slope == pytest.approx(0.2)


def test_an_activation_of_the_users_own_gives_way_where_units_are_flat():
    def steep(given):
        return keras.ops.tanh(40 * given)

    model = model_of(layers.Dense(4, steep), layers.Dense(1, "sigmoid"))
    _, built = applied(remedies_layers.relu_hidden, model, trial_of())
    assert built.layers[0].activation.__name__ == "relu"
    missing = replace(FINDING, fault="missing_activation")
    assert applied(remedies_layers.relu_hidden, model, trial_of(), missing)[0] is None


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_layers_with_functions_of_the_users_own_are_built_anew():
    def cube(given):
        return given**3

    steps = layers.TimeDistributed(layers.Dense(3, cube))
    parts = [steps, layers.SimpleRNN(3), layers.Dense(4, lambda x: x * x), layers.Dense(4, cube)]
    model = model_of(*parts, layers.Dense(1), shape=(5, 3))
    rows = RANDOM.normal(size=(40, 5, 3)).astype("float32")
    _, built = applied(remedies_layers.batch_norm, model, trial_of(rows))
    assert built.predict(rows, verbose=0).shape == (40, 1)
    endless = replace(FINDING, fault="nan_loss")
    _, built = applied(remedies_layers.relu_hidden, model, trial_of(rows), endless)
    assert [each.activation.__name__ for each in built.layers[2:]] == ["relu", "relu", "linear"]
    tame = model_of(layers.Dense(4, "tanh"), layers.Dense(1))
    assert applied(remedies_layers.relu_hidden, tame, trial_of(), endless)[0] is None


def test_what_flat_gates_read_is_normalized():
    model = model_of(layers.Rescaling(100.0), layers.GRU(3), layers.Dense(1), shape=(5, 3))
    rows = RANDOM.normal(size=(40, 5, 3)).astype("float32")
    flat = replace(FINDING, fault="saturated_activation")
    _, built = applied(remedies_layers.batch_norm, model, trial_of(rows), flat)
    kinds = [type(each).__name__ for each in built.layers]
    assert kinds == ["Rescaling", "BatchNormalization", "GRU", "Dense"]
    assert applied(remedies_layers.batch_norm, model, trial_of(rows))[0] is None


def test_plain_recurrent_cells_get_gates_also_both_ways():
    cells = [layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True)), layers.SimpleRNN(3)]
    model = model_of(*cells, layers.Dense(1), shape=(5, 3))
    _, built = applied(remedies_layers.gru_cells, model, trial_of())
    assert type(built.layers[0].forward_layer).__name__ == "GRU"
    assert type(built.layers[1]).__name__ == "GRU"
    assert built.output_shape == model.output_shape


def test_broken_initial_weights_are_drawn_anew_and_healthy_ones_kept():
    model = model_of(layers.Dense(4, "relu", kernel_initializer="zeros"), layers.Dense(1))
    _, built = applied(remedies_layers.usual_initializers, model, trial_of())
    assert built.layers[0].get_weights()[0].std() > 0.1
    _, built = applied(remedies_layers.batch_norm, model, trial_of())
    np.testing.assert_array_equal(
        built.layers[-1].get_weights()[0], model.layers[-1].get_weights()[0]
    )
    assert [type(each).__name__ for each in built.layers] == [
        "Dense",
        "BatchNormalization",
        "Dense",
    ]


@pytest.mark.parametrize("functional", [False, True])
def test_dropout_comes_by_level_and_regularization_goes(functional):
    penalty = keras.regularizers.L2(1.0)
    parts = (
        layers.Dense(8, "relu", kernel_regularizer=penalty),
        layers.Dropout(0.9),
        layers.Dense(1),
    )
    model = model_of(*parts, functional=functional)
    changed, built = applied(remedies_fit.weaken_regularization, model, trial_of())
    assert built.layers[-2].rate == pytest.approx(0.225)
    assert float(built.layers[-3].kernel_regularizer.l2) == pytest.approx(0.01)
    _, built = applied(remedies_fit.remove_regularization, model, changed)
    assert built.layers[-2].rate == 0
    assert built.layers[-3].kernel_regularizer is None
    decayed = model_of(layers.Dense(1))
    decayed.compile(keras.optimizers.AdamW(weight_decay=5.0), "mse")
    named = replace(FINDING, where=("adamw",))  # as findings name it
    _, built = applied(remedies_fit.weaken_regularization, decayed, trial_of(), named)
    assert built.optimizer.weight_decay == pytest.approx(0.05)
    assert applied(remedies_fit.weaken_regularization, decayed, trial_of())[0] is None
    plain = model_of(layers.Dense(8, "relu"), layers.Dense(1), functional=functional)
    once, built = applied(remedies_fit.add_dropout, plain, trial_of())
    assert built.layers[-2].rate == pytest.approx(0.3)
    twice, built = applied(remedies_fit.add_dropout, plain, once)
    assert built.layers[-2].rate == pytest.approx(0.5)
    assert applied(remedies_fit.add_dropout, plain, twice)[0] is None
    _, built = applied(remedies_fit.add_l2, plain, trial_of())
    assert float(built.layers[-2].kernel_regularizer.l2) == pytest.approx(0.01)


def test_wider_deeper_longer():
    model = model_of(layers.Dense(2, "relu"), layers.Dense(1, "sigmoid"))
    assert applied(remedies_fit.widen, model, trial_of())[1].layers[0].units == 32
    assert len(applied(remedies_fit.deepen, model, trial_of())[1].layers) == 3
    longer, _ = applied(remedies_fit.more_epochs, model, trial_of())
    assert (longer.epochs, longer.patience, longer.restore_best) == (30, 15, True)
    again, _ = applied(remedies_fit.more_epochs, model, longer)
    last, _ = applied(remedies_fit.more_epochs, model, again)
    assert (again.epochs, last.epochs) == (90, 270)
    assert applied(remedies_fit.more_epochs, model, last)[0] is None


def test_a_model_without_a_hidden_layer_gets_one_and_another():
    inputs = keras.Input((3,))
    functional = keras.Model(inputs, layers.Dense(1, "sigmoid", name="answer")(inputs))
    functional.compile("adam", "binary_crossentropy")
    for model in (functional, model_of(layers.Dense(1, "sigmoid", name="answer"))):
        once, built = applied(remedies_fit.deepen, model, trial_of())
        assert [each.name for each in built.layers if each.weights] == ["answer_deeper_1", "answer"]
        _, built = applied(remedies_fit.deepen, model, once)
        assert [each.units for each in built.layers if each.weights] == [64, 64, 1]
        # A first weight of the user's own has another shape now.
        assert built.layers[-1].kernel.shape == (64, 1)


def test_what_is_added_or_attends_gets_wider_alike():
    inputs = keras.Input((5,), dtype="int32", name="rows")
    x = layers.Embedding(9, 2)(inputs)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(1, 2)(x, x))
    x = x + layers.Dense(2)(layers.Dense(4, "gelu")(x))
    model = keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling1D()(x)))
    model.compile("adam", "mse")
    rows = RANDOM.integers(0, 9, (40, 5)).astype("int32")
    changed, built = applied(remedies_fit.widen, model, trial_of(rows))
    shapes = [each.output.shape[-1] for each in built.layers if each.name.startswith("dense")]
    assert sorted(shapes) == [1, 32, 64]
    assert built.predict(rows, verbose=0).shape == (40, 1)
    assert changed.layers[model.layers[2].name] == {"key_dim": 32, "value_dim": 32}
    added = layers.Add()(
        [layers.Dense(512)(inputs := keras.Input((3,))), layers.Dense(512)(inputs)]
    )
    model = keras.Model(inputs, layers.Dense(1)(layers.Dense(9)(added)))
    model.compile("adam", "mse")
    assert applied(remedies_fit.widen, model, trial_of())[0] is None


def test_a_mean_over_steps_becomes_cells_where_nothing_knows_their_order():
    parts = [layers.Embedding(9, 4), layers.GlobalAveragePooling1D(), layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((5,), dtype="int32", name="rows"), *parts])
    model.compile("adam", "binary_crossentropy")
    rows = RANDOM.integers(0, 9, (40, 5)).astype("int32")
    changed, built = applied(remedies_layers.read_in_order, model, trial_of(rows))
    assert type(built.layers[1]).__name__ == "GRU"
    assert built.predict(rows, verbose=0).shape == (40, 1)
    assert applied(remedies_layers.read_in_order, model, changed)[0] is None
    conv = model_of(layers.Conv1D(2, 2), layers.GlobalMaxPooling1D(), layers.Dense(1), shape=(5, 3))
    assert applied(remedies_layers.read_in_order, conv, trial_of())[0] is None


def test_attention_is_told_which_step_is_which():
    inputs = keras.Input((5,), dtype="int32", name="rows")
    x = layers.Embedding(9, 4)(inputs)
    x = layers.GlobalAveragePooling1D()(x + layers.MultiHeadAttention(2, 2)(x, x))
    model = keras.Model(inputs, layers.Dense(1, "sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    rows = RANDOM.integers(0, 9, (40, 5)).astype("int32")
    np.testing.assert_allclose(model(rows), model(rows[:, ::-1]), atol=1e-5)
    changed, built = applied(remedies_layers.tell_places, model, trial_of(rows))
    assert np.abs(np.array(built(rows)) - np.array(built(rows[:, ::-1]))).max() > 1e-5
    assert applied(remedies_layers.tell_places, model, changed)[0] is None
    cells = model_of(layers.LSTM(3), layers.Dense(1), shape=(5, 3))
    assert applied(remedies_layers.tell_places, cells, trial_of())[0] is None


def test_layers_are_found_in_sums_and_attention():
    inputs = keras.Input((5, 4), name="rows")
    seen = layers.MultiHeadAttention(2, 2)(inputs, inputs)
    x = layers.LayerNormalization()(inputs + layers.Dense(4, name="projects")(seen))
    outputs = layers.Dense(1, "sigmoid", name="head")(layers.GlobalAveragePooling1D()(x))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "binary_crossentropy")
    assert describe(model, {}).heads[0].part.name == "head"
    x = RANDOM.normal(size=(40, 5, 4)).astype("float32") * 100
    _, built = applied(remedies_data.standardise_inputs, model, trial_of(x))
    _, same = applied(remedies_rate.lower_rate, model, trial_of(x))
    np.testing.assert_array_equal(same.predict(x, verbose=0), model.predict(x, verbose=0))
    assert np.abs(built.predict(x, verbose=0) - model.predict(x, verbose=0)).max() > 0
