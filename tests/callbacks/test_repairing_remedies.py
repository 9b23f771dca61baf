"""Each remedy by itself: a trial in, a changed trial out, and the model that comes of it."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from goodfit.callbacks import Finding
from goodfit.callbacks.gathering.given_data import Rows
from goodfit.callbacks.repairing import (
    remedies_data,
    remedies_fit,
    remedies_head,
    remedies_layers,
    remedies_rate,
    remedies_rows,
)
from goodfit.callbacks.repairing.building import build, compile_like, in_units, start_of
from goodfit.callbacks.repairing.pool import Pool
from goodfit.callbacks.repairing.remedies import REMEDIES
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


def test_every_remedy_has_a_name_of_its_own_and_every_fault_one():
    remedies = {remedy for several in REMEDIES.values() for remedy in several}
    assert len({remedy.name for remedy in remedies}) == len(remedies)
    assert all(REMEDIES.values())


def test_rows_with_nan_are_left_out_and_counted():
    x = X.copy()
    x[[2, 15, 16], 1] = np.nan
    changed, _ = applied(remedies_rows.leave_out_rows, model_of(layers.Dense(1)), trial_of(x))
    assert len(changed.pool.train) == 28
    assert len(changed.pool.validation) == 9
    assert "2 training rows and 1 validation rows" in changed.changes[0].what


def test_where_most_rows_have_gaps_they_are_filled():
    x = X.copy()
    x[5:, 1] = np.inf
    model = model_of(layers.Dense(1))
    assert applied(remedies_rows.leave_out_rows, model, trial_of(x)) == (None, None)
    changed, _ = applied(remedies_rows.fill_gaps, model, trial_of(x))
    assert np.isfinite(changed.pool.x).all()


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ((1, 2, 3), (0, 1, 2)),
        ((-1, 1), (0, 1)),
        ((0.0, 1 / 255, 2 / 255), (0, 1, 2)),
        ((10, 20), (0, 1)),
    ],
)
def test_labels_are_class_numbers_again(labels, classes):
    y = np.array(labels)[np.arange(40) % len(labels)]
    trial = trial_of(y=y)
    changed, _ = applied(remedies_data.mend_labels, model_of(layers.Dense(1)), trial)
    np.testing.assert_array_equal(
        changed.pool.y, np.array(classes)[np.searchsorted(labels, trial.pool.y)]
    )


def test_labels_that_are_right_stay():
    assert applied(remedies_data.mend_labels, model_of(layers.Dense(1)), trial_of())[0] is None


@pytest.mark.parametrize("functional", [False, True])
def test_inputs_are_standardised_inside_the_model(functional):
    x = X * [1, 1000, 1] + [0, 5e4, 7]
    x[:, 2] = 7  # no information, and no division by its deviation of zero
    model = model_of(layers.Dense(1, use_bias=False), functional=functional)
    changed, built = applied(remedies_data.standardise_inputs, model, trial_of(x))
    train = x[10:]
    scale = np.where(train.std(0) > 1e-9, train.std(0), 1)
    expected = (x - train.mean(0)) / scale @ model.layers[-1].get_weights()[0]
    np.testing.assert_allclose(built.predict(x, verbose=0), expected, rtol=1e-3, atol=1e-3)
    assert changed.rebuilds


def test_padding_stays_masked_under_standardised_inputs():
    x = np.full((20, 4, 2), 50.0, "float32") + RANDOM.normal(size=(20, 4, 2)).astype("float32")
    x[:, 2:] = 0
    model = model_of(
        layers.Masking(), layers.GlobalAveragePooling1D(), layers.Dense(1), shape=(4, 2)
    )
    changed, built = applied(remedies_data.standardise_inputs, model, trial_of(x, BINARY[:20], 5))
    assert [type(each).__name__ for each in built.layers[:2]] == ["Masking", "Normalization"]
    mean, variance = changed.scaling["rows"]
    np.testing.assert_allclose(mean, 50, atol=1)
    assert variance.max() < 2


def test_targets_are_learned_standardised_and_answered_in_units():
    model = model_of(layers.Dense(1), loss="mse")
    y = X[:, 0] * 300 + 5000
    changed, built = applied(remedies_data.standardise_targets, model, trial_of(y=y))
    assert abs(built.predict(X, verbose=0).mean() - 5000) < 1500
    mean, deviation = changed.target_scale
    np.testing.assert_allclose([mean[0], deviation[0]], [y[10:].mean(), y[10:].std()], rtol=1e-4)


def test_rows_are_kept_apart_by_class_and_none_twice():
    y = (np.arange(40) % 4 == 0).astype("int32")
    changed, _ = applied(remedies_rows.set_apart, model_of(layers.Dense(1)), trial_of(y=y, held=0))
    pool = changed.pool
    assert not set(pool.train) & set(pool.validation)
    assert sorted([*pool.train, *pool.validation]) == list(range(40))
    assert y[pool.validation].mean() == pytest.approx(0.25, abs=0.1)


def test_rows_are_divided_anew_and_shared_ones_no_longer_judge():
    model = model_of(layers.Dense(1))
    ordered = trial_of(x=np.sort(X, axis=0))
    changed, _ = applied(remedies_rows.redivide, model, ordered)
    before, after = ordered.pool.x[ordered.pool.validation], changed.pool.x[changed.pool.validation]
    whole = ordered.pool.x.mean()
    assert abs(after.mean() - whole) < abs(before.mean() - whole)
    x = np.concatenate([X[10:14], X[:10], X[10:]])
    y = np.concatenate([BINARY[10:14], BINARY[:10], BINARY[10:]])
    changed, _ = applied(remedies_rows.drop_shared, model, trial_of(x, y, 14))
    assert len(changed.pool.validation) == 10


def test_classes_weigh_the_same():
    y = (np.arange(40) % 10 == 0).astype("int32")
    changed, _ = applied(
        remedies_rows.class_weights, model_of(layers.Dense(1)), trial_of(y=y, held=0)
    )
    weights = changed.pool.weights
    assert weights[y == 1].sum() == pytest.approx(weights[y == 0].sum())
    assert changed.balanced


@pytest.mark.parametrize(
    ("rate", "after"), [(10.0, 0.001), (0.1, 0.001), (0.005, 0.0005), (0.0001, 0.00001)]
)
def test_the_rate_is_divided_by_tens(rate, after):
    changed, built = applied(
        remedies_rate.lower_rate, model_of(layers.Dense(1), rate=rate), trial_of()
    )
    assert changed.optimizer["learning_rate"] == pytest.approx(after)
    assert float(built.optimizer.learning_rate) == pytest.approx(after)


def test_a_rate_far_below_is_raised_to_the_usual_one():
    low, fair = model_of(layers.Dense(1), rate=1e-6), model_of(layers.Dense(1), rate=5e-4)
    assert float(applied(remedies_rate.usual_rate, low, trial_of())[1].optimizer.learning_rate) == (
        pytest.approx(0.001)
    )
    assert applied(remedies_rate.usual_rate, fair, trial_of())[0] is None
    raised = applied(remedies_rate.raise_rate, fair, trial_of())[1]
    assert float(raised.optimizer.learning_rate) == pytest.approx(2.5e-3)


def test_gradients_are_clipped_once():
    model = model_of(layers.Dense(1))
    changed, built = applied(remedies_rate.clip_gradients, model, trial_of())
    assert built.optimizer.global_clipnorm == 1.0
    assert applied(remedies_rate.clip_gradients, model, changed) == (None, None)


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
    built.fit(X, labels, verbose=0)
    np.testing.assert_array_equal(
        built.layers[0].get_weights()[0], built.layers[0].get_weights()[0]
    )


def test_a_head_that_fits_stays_and_logits_may_be_logits():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    for model in (model_of(layers.Dense(1, "sigmoid")), model_of(layers.Dense(1), loss=loss)):
        assert applied(remedies_head.fit_head, model, trial_of())[0] is None


def test_the_loss_alone_is_changed_where_that_is_enough():
    model = model_of(layers.Dense(3, "softmax"), loss="mse")
    changed, _ = applied(remedies_head.fit_loss, model, trial_of(y=np.arange(40) % 3))
    assert changed.losses == {0: "sparse_categorical_crossentropy"}
    assert not changed.rebuilds


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
    assert applied(remedies_fit.more_epochs, model, longer)[0] is None


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
