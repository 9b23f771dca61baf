"""What is read of any compiled model, and that reading it changes nothing."""

import functools

import keras
import numpy as np
import pytest
from goodfit.callbacks.gathering.given_data import GivenData, Rows
from goodfit.callbacks.gathering.model_facts import model_facts
from goodfit.zoo import BadInput

layers, losses = keras.layers, keras.losses


def dense(*between, units=1, activation=None, loss="mse", **known):
    """A small Sequential model, compiled."""
    head = layers.Dense(units, activation=activation, name="head")
    model = keras.Sequential([keras.Input((4,)), *between, head])
    model.compile(known.pop("optimizer", "adam"), loss, **known)
    return model


class Block(layers.Layer):
    """A residual block, as keras-hub writes them."""

    def __init__(self):
        super().__init__()
        self.wide = layers.Dense(8, activation="gelu", name="wide")
        self.narrow = layers.Dense(4, name="narrow")

    def call(self, x):
        return x + self.narrow(self.wide(x))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(3, name="head")  # made first, called last
        self.embedding = layers.Embedding(10, 4, name="embedding")
        self.blocks = [Block(), Block()]
        self.pooling = layers.GlobalAveragePooling1D(name="pooling")

    def call(self, ids, training=None):
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x)
        return keras.ops.softmax(self.head(self.pooling(x)))


TOKENS = GivenData(Rows(np.zeros((6, 5), "int64"), np.zeros(6)))


def test_a_sequential_model():
    model = dense(
        layers.Dense(8, "relu", kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2), name="a"),
        layers.Dropout(0.25, name="drop"),
        loss="binary_crossentropy",
        activation="sigmoid",
        metrics=["accuracy"],
        optimizer=keras.optimizers.SGD(0.5, momentum=0.9, clipnorm=1.0),
    )
    facts = model_facts(model)
    hidden, drop, head = facts.layers
    assert (hidden.name, hidden.kind, hidden.activation, hidden.units) == ("a", "Dense", "relu", 8)
    assert hidden.l1 == pytest.approx(0.1)
    assert hidden.l2 == pytest.approx(0.2)
    assert hidden.fan_in == 4
    assert hidden.kernel_deviation == pytest.approx(np.std(model.layers[0].kernel), rel=1e-4)
    assert (hidden.hidden, drop.hidden, head.hidden) == (True, True, False)
    assert (hidden.takes, hidden.feeds) == (("input x",), ("drop",))
    assert (drop.dropout, head.takes, head.feeds) == (0.25, ("drop",), ("output",))
    (output,) = facts.outputs
    assert (output.layer, output.shape, output.activation) == ("head", (1,), "sigmoid")
    assert (output.loss, output.from_logits) == ("binary_crossentropy", False)
    assert output.metrics == ("accuracy",)
    assert (facts.optimizer, facts.learning_rate, facts.momentum) == ("sgd", 0.5, 0.9)
    assert facts.clipped
    assert facts.parameters == model.count_params()
    assert facts.log_names == ("loss", "accuracy")
    assert facts.unseen == ()


@pytest.mark.parametrize(
    ("tail", "activation"),
    [
        ([], "linear"),
        ([layers.Activation("sigmoid")], "sigmoid"),
        ([layers.ReLU()], "relu"),
        ([layers.ReLU(negative_slope=0.1)], "leaky_relu"),
        ([layers.Softmax()], "softmax"),
        ([layers.Activation("tanh"), layers.Dropout(0.5), layers.Reshape((3, 1))], "tanh"),
        ([layers.Activation("relu"), layers.Activation("softmax")], "softmax"),
        ([layers.Rescaling(10.0)], ""),
        ([layers.Activation(lambda x: x * 2)], ""),
    ],
)
def test_what_an_output_ends_in(tail, activation):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="head"), *tail])
    model.compile("adam", "mse")
    facts = model_facts(model)
    (output,) = facts.outputs
    assert output.activation == activation
    assert output.layer == ("head" if output.layer else "")
    assert len(output.after) == (len(tail) if output.layer else len(output.after))


@pytest.mark.parametrize(
    ("loss", "name", "from_logits"),
    [
        ("mse", "mean_squared_error", None),
        ("mae", "mean_absolute_error", None),
        ("MeanSquaredError", "mean_squared_error", None),
        ("kld", "kl_divergence", None),
        ("huber", "huber", None),
        ("poisson", "poisson", None),
        ("bce", "binary_crossentropy", False),
        ("crossentropy", "binary_crossentropy", False),
        (losses.binary_crossentropy, "binary_crossentropy", False),
        (losses.BinaryCrossentropy(from_logits=True), "binary_crossentropy", True),
        (losses.BinaryFocalCrossentropy(), "binary_focal_crossentropy", False),
        (losses.KLDivergence(), "kl_divergence", None),
        (losses.LogCosh(), "log_cosh", None),
        (
            functools.partial(losses.binary_crossentropy, from_logits=True),
            "binary_crossentropy",
            True,
        ),
        (lambda y, p: p, "", None),
        ({"head": "mse"}, "mean_squared_error", None),
        (["mse"], "mean_squared_error", None),
        (None, "", None),
    ],
)
def test_losses_in_every_form(loss, name, from_logits):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, name="head")])
    if isinstance(loss, dict):
        model = keras.Model(model.inputs, model.outputs)
        loss = {model.output_names[0]: loss["head"]}
    model.compile("adam", loss)
    facts = model_facts(model)
    assert facts.outputs[0].loss == name
    assert facts.outputs[0].from_logits == from_logits
    assert bool(facts.unseen) == (name == "")


def test_a_loss_class_of_the_users_own_has_no_name():
    class Mine(losses.MeanSquaredError):
        pass

    facts = model_facts(dense(loss=Mine()))
    assert facts.outputs[0].loss == ""
    assert "function of its own" in facts.unseen[0]


def test_metrics_in_every_form():
    def mine(y, p):
        return p

    metrics = [
        "acc", "mse", keras.metrics.AUC(from_logits=True, name="area"), keras.metrics.Recall(),
        keras.metrics.Precision(thresholds=0.0), keras.metrics.BinaryAccuracy(threshold=0.0), mine,
        keras.metrics.mean_absolute_error,
    ]  # fmt: skip
    facts = model_facts(dense(metrics=metrics, weighted_metrics=["mape"]))
    (output,) = facts.outputs
    assert output.metrics == (
        "accuracy", "mean_squared_error", "auc", "recall", "precision", "binary_accuracy",
        "mean_absolute_error", "mean_absolute_percentage_error",
    )  # fmt: skip
    assert output.logit_metrics == ("auc", "precision", "binary_accuracy")
    assert {"loss", "acc", "area", "mine", "mape"} <= set(facts.log_names)


def test_several_inputs_outputs_nested_and_shared_layers():
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    shared = layers.Dense(4, "relu", name="shared")
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(4, "tanh"), layers.Dense(3)])
    joined = layers.Concatenate()([shared(a), shared(layers.BatchNormalization()(b))])
    hidden = inner(joined)
    one = layers.Softmax(name="one")(hidden)
    two = layers.Dense(1, name="two")(hidden)
    model = keras.Model([a, b], [one, two])
    loss = {"two": "mae", "one": losses.SparseCategoricalCrossentropy(ignore_class=-1)}
    model.compile("rmsprop", loss, metrics={"one": ["accuracy"], "two": "mse"})
    facts = model_facts(model)
    first, second = facts.outputs
    assert (first.name, first.activation, first.shape) == ("one", "softmax", (3,))
    assert first.layer == f"{inner.name}/{inner.layers[-1].name}"
    assert (first.after, first.loss) == (("one",), "sparse_categorical_crossentropy")
    assert (first.ignored_label, first.metrics) == (-1, ("accuracy",))
    assert (second.layer, second.activation, second.loss) == (
        "two",
        "linear",
        "mean_absolute_error",
    )
    assert facts.layer("shared").calls == 2
    assert (facts.inputs, facts.scaled_inputs) == (("a", "b"), ("b",))
    assert {"one_accuracy", "two_mse", "one_loss"} <= set(facts.log_names)


def test_a_subclassed_model_is_read_in_the_order_of_its_forward_pass():
    model = Subclassed()
    model.compile("adam", "sparse_categorical_crossentropy")
    facts = model_facts(model, TOKENS)
    kinds = [layer.kind for layer in facts.layers]
    assert kinds[0] == "Embedding"
    assert kinds[-2:] == ["GlobalAveragePooling1D", "Dense"]
    assert kinds.count("Dense") == 5
    (output,) = facts.outputs
    assert (output.layer, output.activation, output.shape) == ("head", "softmax", (3,))
    narrow = next(layer for layer in facts.layers if layer.name.endswith("narrow"))
    assert narrow.feeds == ("operation AddV2",)
    assert facts.scaled_inputs == ("x",)
    assert facts.unseen == ()


def test_a_subclassed_model_without_data_says_what_it_cannot_see():
    model = Subclassed()
    model.compile("adam", "sparse_categorical_crossentropy")
    facts = model_facts(model)
    assert "not known" in facts.unseen[0]
    assert facts.outputs[0].loss == "sparse_categorical_crossentropy"
    model(np.zeros((2, 5), "int64"))  # once called, Keras remembers the shape
    assert model_facts(model).outputs[0].layer == "head"


def test_a_model_that_cannot_be_called_without_numbers_is_told_as_far_as_it_goes():
    class Stubborn(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1, name="head")

        def call(self, x):
            if float(keras.ops.sum(x)) > 0:
                return self.head(x)
            return self.head(x) * 2

    model = Stubborn()
    model(np.ones((2, 4), "float32"))
    model.compile("adam", "mse")
    facts = model_facts(model, GivenData(Rows(np.ones((2, 4)), np.ones(2))))
    assert "could not be called without numbers" in facts.unseen[0]
    assert [layer.name for layer in facts.layers] == ["head"]
    assert facts.outputs[0].layer == ""
    assert keras.layers.Layer.__call__.__module__.startswith("keras")


def test_wrappers_are_told_by_what_is_in_them():
    inputs = keras.Input((None, 3))
    hidden = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.1))(inputs)
    outputs = layers.TimeDistributed(layers.Dense(2, activation="softmax"), name="each")(hidden)
    model = keras.Model(inputs, outputs)
    model.compile("adam", "sparse_categorical_crossentropy")
    facts = model_facts(model)
    recurrent, head = facts.layers
    assert (recurrent.kind, recurrent.units, recurrent.dropout) == ("LSTM", 4, 0.1)
    assert recurrent.settings["wrapper"] == "Bidirectional"
    assert recurrent.settings["return_sequences"] is True
    assert recurrent.input_shape == (None, 3)
    assert (head.kind, head.settings["wrapper"]) == ("Dense", "TimeDistributed")
    (output,) = facts.outputs
    assert (output.layer, output.activation, output.shape) == ("each", "softmax", (None, 2))


@pytest.mark.parametrize(
    ("layer", "activation"),
    [(layers.LSTM(1), "tanh"), (layers.GRU(1, activation="linear"), "linear")],
)
def test_a_recurrent_output_ends_in_its_activation(layer, activation):
    model = keras.Sequential([keras.Input((6, 2)), layer])
    model.compile("adam", "mse")
    assert model_facts(model).outputs[0].activation == activation


def test_optimizers_with_schedules_and_mixed_precision():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.9)
    facts = model_facts(dense(optimizer=keras.optimizers.AdamW(schedule, weight_decay=0.3)))
    assert (facts.optimizer, facts.learning_rate, facts.scheduled) == ("adamw", 0.5, True)
    assert facts.weight_decay == pytest.approx(0.3)
    head = layers.Dense(1, dtype="mixed_float16", activation="sigmoid")
    model = keras.Sequential([keras.Input((4,)), head])
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Nadam(0.002))
    model.compile(scaled, "bce")
    facts = model_facts(model)
    assert (facts.optimizer, facts.learning_rate) == ("nadam", pytest.approx(0.002))
    assert facts.outputs[0].activation == "sigmoid"


def test_what_fit_is_given_is_told():
    stop = keras.callbacks.EarlyStopping(monitor="val_acc")
    reduce = keras.callbacks.ReduceLROnPlateau()
    given = GivenData(
        class_weight={0: 1.0},
        epochs=30,
        steps=7,
        callbacks=(stop, reduce, keras.callbacks.Callback()),
    )
    facts = model_facts(dense(), given)
    assert facts.callbacks == ("EarlyStopping", "ReduceLROnPlateau", "Callback")
    assert facts.monitors == (("EarlyStopping", "val_acc"), ("ReduceLROnPlateau", "val_loss"))
    assert (facts.epochs, facts.steps, facts.scheduled) == (30, 7, True)
    assert facts.class_weighted


def test_inputs_that_the_model_scales():
    for first, scaled in [
        (layers.Dense(3), ()),
        (layers.Rescaling(0.1), ("x",)),
        (layers.Normalization(mean=0.0, variance=1.0), ("x",)),
        (layers.Flatten(), ()),
    ]:
        assert model_facts(dense(first)).scaled_inputs == scaled
    inputs = keras.Input((4,))
    outputs = layers.Dense(1)(inputs / 255)
    model = keras.Model(inputs, outputs)
    model.compile("adam", "mse")
    assert model_facts(model).scaled_inputs == ("x",)


def test_constant_kernels_are_seen():
    facts = model_facts(dense(layers.Dense(3, kernel_initializer="zeros"), layers.Dense(3)))
    assert [layer.kernel_constant for layer in facts.layers] == [True, False, False]


def test_a_model_with_a_training_step_of_its_own_is_not_judged_by_its_loss():
    class Mine(keras.Model):
        def train_step(self, data):
            return {"mine": 0.0}

    inputs = keras.Input((4,))
    model = Mine(inputs, layers.Dense(1)(inputs))
    model.compile("adam", "mse", metrics=["mae"])
    facts = model_facts(model)
    assert facts.outputs[0].loss == ""
    assert facts.log_names == ()
    assert "code of its own" in facts.unseen[0]


def test_reading_changes_nothing():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((4,))
    hidden = layers.BatchNormalization()(layers.Dropout(0.5, seed=1)(layers.Dense(8)(inputs)))
    model = keras.Model(inputs, layers.Dense(1)(hidden))
    model.compile("adam", "mse", metrics=["mae"])
    before = [np.array(each) for each in model.variables]
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    call = keras.layers.Layer.__call__
    first, second = model_facts(model), model_facts(model)
    assert first.layers[0] == second.layers[0]
    assert keras.layers.Layer.__call__ is call
    assert nodes == [len(layer._inbound_nodes) for layer in model.layers]
    for old, new in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, np.array(new))


def test_what_is_no_compiled_model_is_refused():
    with pytest.raises(BadInput, match="no Keras model"):
        model_facts("model")
    with pytest.raises(BadInput, match="not compiled"):
        model_facts(keras.Sequential([keras.Input((2,)), layers.Dense(1)]))


def test_the_strongest_penalty_of_a_layer_counts_and_how_flat_its_activation_is():
    cells = layers.LSTM(
        4,
        activation=lambda given: keras.ops.tanh(50 * given),
        kernel_regularizer="l2",
        recurrent_regularizer=keras.regularizers.L2(0.5),
    )
    model = keras.Sequential([keras.Input((8, 2)), cells, layers.Dense(1)])
    model.compile("adam", "mse")
    stopping = (
        keras.callbacks.EarlyStopping(patience=3),
        keras.callbacks.EarlyStopping(patience=1),
    )
    facts = model_facts(model, GivenData(callbacks=stopping))
    assert facts.layers[0].l2 == pytest.approx(0.5)
    assert facts.layers[0].settings["flat_at_usual"] > 0.9
    assert facts.patience == 1
