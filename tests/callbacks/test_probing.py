"""The probe: what it sees of layers of all sorts, and that it leaves everything as it was."""

import re

import keras
import numpy as np
import pytest
from goodfit.callbacks import OutputFacts
from goodfit.callbacks.gathering.given_data import GivenData, Rows
from goodfit.callbacks.gathering.probing import Probe

layers = keras.layers
CLASSES = (OutputFacts("out", shape=(3,), loss="sparse_categorical_crossentropy"),)


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(1)


def rows(shape=(40, 4), classes=3):
    random = np.random.default_rng(0)
    x = random.normal(size=shape).astype("float32")
    return Rows(x, random.integers(0, classes, len(x)))


def compiled(model, loss="sparse_categorical_crossentropy", optimizer="adam"):
    model.compile(optimizer, loss)
    return model


def sequential(*parts, shape=(4,), **options):
    return compiled(keras.Sequential([keras.Input(shape), *parts]), **options)


def probe_of(model, train, outputs=(), validation=None):
    return Probe(model, GivenData(train=train, validation=validation), outputs)


def looked(model, train, outputs=(), validation=None):
    probe = probe_of(model, train, outputs, validation)
    seen = probe.look(0)
    assert seen is not None, probe.unseen
    return seen


def by_name(seen):
    return {layer.name: layer for layer in seen.layers}


def test_gradients_norms_and_loss_are_those_of_plain_tensorflow():
    import tensorflow as tf

    model = sequential(layers.Dense(8, "relu"), layers.Dense(3, "softmax"))
    data = rows()
    first, last = looked(model, data).layers
    with tf.GradientTape() as tape:
        loss = model.compute_loss(None, data.y, model(data.x))
    kernels = [model.layers[0].kernel, model.layers[1].kernel]
    gradients = tape.gradient(loss, [kernel.value for kernel in kernels])
    seen = looked(model, data)
    assert seen.loss == pytest.approx(float(loss), rel=1e-5)
    for layer, kernel, gradient in zip((first, last), kernels, gradients, strict=True):
        assert layer.gradient_norm == pytest.approx(np.linalg.norm(gradient), rel=1e-4)
        assert layer.weight_norm == pytest.approx(np.linalg.norm(kernel), rel=1e-5)
        assert layer.size == np.size(kernel)
    assert (first.hidden, last.hidden) == (True, False)
    assert np.isnan(first.moved), "nothing has moved before the first step"


def test_how_far_kernels_moved_since_the_probe_before():
    model = sequential(layers.Dense(3, "softmax"))
    data = rows()
    probe = probe_of(model, data)
    probe.look(0)
    before = model.layers[0].kernel.numpy()
    model.fit(data.x, data.y, batch_size=10, epochs=3, verbose=0)
    after = model.layers[0].kernel.numpy()
    seen = probe.look(3)
    expected = np.linalg.norm(after - before) / np.linalg.norm(after)
    assert seen.layers[0].moved == pytest.approx(expected, rel=1e-4)
    assert (seen.steps, seen.epochs, seen.epoch) == (12, 3, 3)
    assert probe.look(4).layers[0].moved == 0


def test_dead_rectifiers_and_flat_sigmoids():
    dead = layers.Dense(10, "relu", bias_initializer=keras.initializers.Constant(-50.0))
    flat = layers.Dense(10, "sigmoid", kernel_initializer=keras.initializers.RandomNormal(0, 500))
    bent = layers.Dense(10, "tanh", kernel_initializer=keras.initializers.RandomNormal(0, 0.01))
    for hidden, zero, ends in ((dead, 1.0, 0.0), (flat, 0.0, 1.0), (bent, 0.0, 0.0)):
        layer = looked(sequential(hidden, layers.Dense(3, "softmax")), rows()).layers[0]
        assert layer.zero_units == zero
        assert layer.flat_units == pytest.approx(ends, abs=0.11)
    parts = layers.Dense(4), layers.ReLU(), layers.Dense(4), layers.Activation("tanh")
    seen = looked(sequential(*parts, layers.Dense(3, "softmax")), rows())
    assert [layer.activation for layer in seen.layers] == [
        "linear",
        "relu",
        "linear",
        "tanh",
        "softmax",
    ]


def test_shares_of_classes_are_those_of_the_validation_rows():
    model = sequential(layers.Dense(3, "softmax"))
    held = rows((100, 4))
    seen = looked(model, rows(), CLASSES, held)
    answers = model.predict(held.x, verbose=0).argmax(-1)
    assert seen.class_shares == pytest.approx(np.bincount(answers, minlength=3) / 100)
    assert seen.label_shares == pytest.approx(np.bincount(held.y, minlength=3) / 100)
    two = sequential(layers.Dense(1), loss=keras.losses.BinaryCrossentropy(from_logits=True))
    facts = (OutputFacts("out", shape=(1,), loss="binary_crossentropy", from_logits=True),)
    seen = looked(two, rows(classes=2), facts)
    yes = float((two.predict(rows().x, verbose=0) > 0).mean())
    assert seen.class_shares == pytest.approx((1 - yes, yes))


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(6, "relu")

    def call(self, inputs):
        return self.inner(inputs)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.block, self.head = Block(), layers.Dense(3, "softmax")

    def call(self, inputs, training=False):
        return self.head(self.block(inputs))


class OwnStep(Subclassed):
    def train_step(self, data):
        return super().train_step(data)


def nested():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(6, "relu", name="a")], name="inner")
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(3, "softmax", name="head")(inner(inputs)))


def built(model):
    compiled(model)
    model(rows().x)
    return model


@pytest.mark.parametrize("make", [nested, Subclassed, OwnStep])
def test_layers_inside_layers_are_seen(make):
    model = built(make())
    probe = probe_of(model, rows())
    seen = probe.look(0)
    kinds = [(layer.kind, layer.activation, layer.hidden) for layer in seen.layers]
    assert kinds == [("Dense", "relu", True), ("Dense", "softmax", False)]
    assert all(layer.gradient_norm > 0 for layer in seen.layers)
    assert ("train_step" in " ".join(probe.unseen)) is (make is OwnStep)


def sequence_model():
    inputs = keras.Input((6,))
    steps = layers.Embedding(20, 8, mask_zero=True)(inputs)
    steps = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(steps)
    steps = layers.MultiHeadAttention(2, 4)(steps, steps)
    steps = layers.TimeDistributed(layers.Dense(4))(steps)
    return keras.Model(inputs, layers.Dense(3, "softmax")(layers.GRU(4)(steps)))


def test_recurrent_layers_attention_and_wrappers_own_their_kernels():
    model = compiled(sequence_model())
    x = np.random.default_rng(0).integers(0, 20, (30, 6))
    seen = looked(model, Rows(x, np.arange(30) % 3))
    kernels = [v for v in model.trainable_variables if len(v.shape) > 1 and v.name != "bias"]
    kernels = [v for v in kernels if not v.path.endswith("bias")]
    assert sum(layer.size for layer in seen.layers) == sum(np.size(v) for v in kernels)
    names = by_name(seen)
    assert {"bidirectional/forward_lstm", "multi_head_attention/query", "gru"} <= {
        re.sub(r"_\d+", "", name) for name in names
    }
    assert all(np.isfinite(layer.gradient_norm) for layer in seen.layers if layer.size)
    assert not seen.not_finite


def test_several_inputs_and_outputs_weights_and_classes():
    a, b = keras.Input((4,), name="a"), keras.Input((2,), name="b")
    joined = layers.Dense(8, "relu")(layers.Concatenate()([a, b]))
    outputs = {"kind": layers.Dense(3, "softmax", name="kind")(joined)}
    outputs["size"] = layers.Dense(1, name="size")(joined)
    model = keras.Model({"a": a, "b": b}, outputs)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("adam", losses, loss_weights={"kind": 1.0, "size": 0.5})
    random = np.random.default_rng(0)
    x = {"a": random.normal(size=(20, 4)), "b": random.normal(size=(20, 2))}
    y = {"kind": np.arange(20) % 3, "size": random.normal(size=(20, 1))}
    weight = {"kind": np.ones(20), "size": np.ones(20)}
    facts = (
        OutputFacts("size", shape=(1,), loss="mean_squared_error"),
        OutputFacts("kind", shape=(3,), loss="sparse_categorical_crossentropy"),
    )
    seen = looked(model, Rows(x, y, weight), facts)
    assert len(seen.output_spread) == 2
    assert sum(layer.hidden for layer in seen.layers) == 1
    assert sum(seen.label_shares) == pytest.approx(1)
    assert seen.loss == pytest.approx(model.evaluate(x, y, verbose=0, return_dict=True)["loss"])


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_unscaled(policy):
    keras.config.set_dtype_policy(policy)
    try:
        mixed = sequential(layers.Dense(8, "relu"), layers.Dense(3, "softmax", dtype="float32"))
    finally:
        keras.config.set_dtype_policy("float32")
    plain = sequential(layers.Dense(8, "relu"), layers.Dense(3, "softmax"))
    plain.set_weights(mixed.get_weights())
    for mine, theirs in zip(
        looked(mixed, rows()).layers, looked(plain, rows()).layers, strict=True
    ):
        assert mine.gradient_norm == pytest.approx(theirs.gradient_norm, rel=0.05)


def test_texts_go_through_a_model_that_reads_them():
    texts = np.array([["good film"], ["bad film"], ["good"], ["bad"]] * 5, object)
    vectorize = layers.TextVectorization(20, output_sequence_length=4)
    vectorize.adapt(texts[:, 0].tolist())
    inputs = keras.Input((1,), dtype="string")
    steps = layers.Embedding(20, 4)(vectorize(inputs))
    pooled = layers.GlobalAveragePooling1D()(steps)
    model = compiled(keras.Model(inputs, layers.Dense(3, "softmax")(pooled)))
    seen = looked(model, Rows(texts, np.arange(20) % 3), CLASSES)
    assert [layer.kind for layer in seen.layers] == ["Embedding", "Dense"]
    assert sum(seen.class_shares) == pytest.approx(1)


def test_nan_that_a_rectifier_hides_is_found_at_its_root():
    model = sequential(layers.Dense(8, "relu"), layers.Dense(3, "softmax"))
    data = rows()
    data.x[3, 2] = np.nan
    assert "inputs" in looked(model, data).not_finite
    model.layers[0].kernel.assign(np.full((4, 8), np.nan))
    bad = looked(model, rows()).not_finite
    assert f"weights {model.layers[0].name}" in bad
    inputs = keras.Input((4,))
    made = layers.Dense(8, "relu", name="after")(keras.ops.log(inputs))
    model = compiled(keras.Model(inputs, layers.Dense(3, "softmax")(made)))
    assert "input after" in looked(model, rows()).not_finite


def test_penalties_are_told_apart():
    hidden = layers.Dense(8, "relu", kernel_regularizer=keras.regularizers.L2(0.1))
    active = layers.Dense(3, "softmax", activity_regularizer=keras.regularizers.L2(0.1))
    model = sequential(hidden, active)
    seen = looked(model, rows())
    whole = 0.1 * float((hidden.kernel.numpy() ** 2).sum())
    assert whole < seen.penalty < seen.loss


def test_what_cannot_be_seen_is_said():
    model = sequential(layers.Dense(3, "softmax"))
    blind = Probe(model, GivenData())
    assert blind.look(0) is None
    assert "probe=(x, y)" in blind.unseen[0]
    without = probe_of(model, Rows(rows().x))
    seen = without.look(0)
    assert len(seen.layers) == 1
    assert np.isnan(seen.layers[0].gradient_norm)
    assert "Gradients" in without.unseen[0]
    wrong = probe_of(model, Rows(np.zeros((5, 9), "float32"), np.zeros(5)))
    assert wrong.look(0) is None
    assert wrong.look(1) is None
    assert len(wrong.unseen) == 1


def test_keras_is_as_it_was_after_a_look_that_failed():
    call = layers.Layer.__call__
    probe_of(sequential(layers.Dense(3, "softmax")), Rows(np.zeros((5, 9)), np.zeros(5))).look(0)
    assert layers.Layer.__call__ is call
    looked(sequential(layers.Dense(3, "softmax")), rows())
    assert layers.Layer.__call__ is call


def unsteady():
    return sequential(
        layers.GaussianNoise(0.1),
        layers.Dense(8, "relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.Dropout(0.4),
        layers.Dense(3, "softmax"),
    )


def test_nothing_of_the_model_changes():
    model, data = unsteady(), rows()
    model.fit(data.x, data.y, epochs=1, verbose=0)
    before = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    metrics = [v.numpy() for metric in model.metrics for v in metric.variables]
    probe = probe_of(model, data, CLASSES)
    for epoch in range(3):
        probe.look(epoch)
    for now, then in zip((*model.variables, *model.optimizer.variables), before, strict=True):
        np.testing.assert_array_equal(now.numpy(), then)
    after = [v.numpy() for metric in model.metrics for v in metric.variables]
    np.testing.assert_array_equal(np.hstack(after), np.hstack(metrics))
    assert model.losses is not None


def test_few_rows_where_rows_are_large():
    model = sequential(layers.Flatten(), layers.Dense(3, "softmax"), shape=(200, 200, 3))
    probe = probe_of(model, rows((50, 200, 200, 3)))
    probe.look(0)
    assert probe._x.shape[0] == 33


def test_how_far_a_recurrent_layer_reaches_back():
    x = np.random.default_rng(0).normal(0, 0.03, (20, 60, 2)).astype("float32")
    train = Rows(x, np.arange(20) % 3)

    def reach_of(gain, layer=layers.SimpleRNN):
        start = keras.initializers.Identity(gain)
        part = layer(6, recurrent_initializer=start) if layer is layers.SimpleRNN else layer(6)
        seen = looked(sequential(part, layers.Dense(3, "softmax"), shape=(60, 2)), train)
        assert seen.layers[0].steps == 60
        return seen.layers[0].reach

    assert reach_of(0.3) < 1e-6 < 1e-2 < reach_of(1.0)
    assert 0 <= reach_of(None, layers.LSTM) < 1
