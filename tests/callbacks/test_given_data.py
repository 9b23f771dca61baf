"""What a callback sees of the data: of every source that `fit` takes, and without a trace.

Keras holds what `fit` was given in the local names of `fit`, version by version; this file passes
on 3.10, 3.11, 3.12, 3.13, 3.14 and 3.15. To run it on another version beside the installed
TensorFlow, unpack that Keras anywhere and put its folder first: `pip download keras==3.10.0
--no-deps`, `unzip keras-3.10.0*.whl -d FOLDER`, `PYTHONPATH=FOLDER pytest THIS_FILE`.
"""

import time
from functools import cache

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from goodfit.callbacks.gathering.data_facts import data_facts
from goodfit.callbacks.gathering.seeing import given_rows, see_arguments, see_fit
from goodfit.zoo import BadInput

ROWS = 96
X = np.random.default_rng(0).normal(size=(ROWS, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


class Spy(keras.callbacks.Callback):
    """Keeps what can be seen when the training begins."""

    def on_train_begin(self, logs=None):
        self.given = see_fit(self.model, self)


def make_model():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dropout(0.3), keras.layers.Dense(2, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def seen(x, y=None, model=None, **options):
    spy = Spy()
    (model or make_model()).fit(x, y, callbacks=[spy], verbose=0, **options)
    return spy.given


class Batches(keras.utils.PyDataset):
    """Batches with noise of its own and of the general generators."""

    def __init__(self, **options):
        super().__init__(**options)
        self.random = np.random.default_rng(3)

    def __len__(self):
        return 12

    def __getitem__(self, at):
        noise = self.random.normal() + np.random.normal()
        return X[at * 8 : at * 8 + 8] + np.float32(noise / 100), Y[at * 8 : at * 8 + 8]


def stream():
    at = 0
    while True:
        yield X[at : at + 8], Y[at : at + 8]
        at = (at + 8) % ROWS


def dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y))


# Name of the source: x, y and options of a fit.
SOURCES = {
    "arrays": lambda: (X, Y, {"sample_weight": np.ones(ROWS), "validation_data": (X[:9], Y[:9])}),
        "tensors": lambda: (tf.constant(X), tf.constant(Y), {}),
    "frame": lambda: (pd.DataFrame(X), pd.Series(Y), {"class_weight": {0: 1.0, 1: 2.0}}),
    "split": lambda: (X, Y, {"validation_split": 0.25}),
    "dataset": lambda: (dataset().batch(8), None, {"validation_data": dataset().batch(16)}),
    "shuffled": lambda: (dataset().shuffle(50).batch(8).prefetch(2), None, {}),
    "seeded": lambda: (dataset().shuffle(50, seed=4).batch(8).repeat(), None,
                       {"steps_per_epoch": 9}),
    "cached": lambda: (dataset().cache().shuffle(50).map(lambda x, y: (x + 1, y)).batch(8), None,
                       {"class_weight": {0: 1.0, 1: 2.0}}),
    "random": lambda: (dataset().map(lambda x, y: (x + tf.random.normal((3,)), y)).batch(8), None,
                       {}),
    "taken": lambda: (dataset().shuffle(96).take(64).batch(8), None,
                      {"validation_data": dataset().skip(64).batch(8)}),
    "python": lambda: (tf.data.Dataset.from_generator(stream, output_signature=(
        tf.TensorSpec((None, 3)), tf.TensorSpec((None,), tf.int32))), None,
        {"steps_per_epoch": 5}),
    "generator": lambda: (stream(), None, {"steps_per_epoch": 5, "validation_data": stream(),
                                           "validation_steps": 2}),
    "batches": lambda: (Batches(), None, {"validation_data": Batches()}),
    "workers": lambda: (Batches(workers=2), None, {}),
}  # fmt: skip
UNSEEN = {"python"}


@cache
def trained(name, looks):
    """Return what is left of two epochs on a source, and what was seen of it."""
    model, spy = make_model(), Spy()
    x, y, options = SOURCES[name]()
    np.random.seed(5)
    model.fit(x, y, epochs=2, verbose=0, callbacks=[spy] if looks else [], **options)
    left = [np.array(weight) for weight in model.get_weights()]
    return [*left, np.random.normal(size=3), np.array(tf.random.normal((3,)))], spy


# Two threads share the random numbers of a source as they come.
@pytest.mark.parametrize("name", [name for name in SOURCES if name != "workers"])
def test_seeing_leaves_no_trace(name):
    """The same weights and random numbers to the last bit after training with and without."""
    for without, beside in zip(trained(name, False)[0], trained(name, True)[0], strict=True):
        np.testing.assert_array_equal(without, beside)


@pytest.mark.parametrize("name", SOURCES)
def test_rows_of_every_source_are_seen(name):
    given = trained(name, True)[1].given
    assert given.epochs == 2
    assert given.has_validation is (name in ("arrays", "split", "dataset", "taken", "generator",
                                             "batches"))  # fmt: skip
    if name in UNSEEN:
        assert given.train is None
        (sentence,) = given.unseen
        assert "Diagnose(probe=(x, y), validation=(x, y))" in sentence
        return
    facts = data_facts(given)
    (inputs,), (targets,) = facts.inputs, facts.targets
    assert inputs.shape == (3,)
    assert targets.values == (0, 1)
    expected = {"generator": 16, "split": 72, "taken": 64}.get(name, ROWS)
    assert inputs.rows == expected
    if name not in ("generator", "taken"):
        assert given.train.total == expected
    if name not in ("cached", "random", "batches", "workers"):
        assert {row.tobytes() for row in given.train.x} <= {row.tobytes() for row in X}


def test_arguments_are_seen():
    stop = keras.callbacks.EarlyStopping()
    spy = Spy()
    make_model().fit(X, Y, 16, 2, callbacks=[stop, spy], verbose=0, class_weight={0: 1, 1: 3},
                     validation_data=(X[:30], Y[:30]), shuffle=False)  # fmt: skip
    given = spy.given
    assert (given.batch_size, given.steps, given.epochs, given.shuffled) == (16, 6, 2, False)
    assert given.class_weight == {0: 1, 1: 3}
    assert not given.sample_weighted
    assert stop in given.callbacks
    assert spy not in given.callbacks
    assert given.source["x"] is X
    assert len(given.validation.x) == 30
    assert given.unseen == ()


def test_large_arrays_are_drawn_evenly_and_known_as_a_whole():
    x = np.arange(60_000, dtype="float32").reshape(20_000, 3)
    given = see_arguments({"x": x, "y": x[:, 0]})
    assert len(given.train.x) == 2_048
    assert given.train.x[-1, 0] > 59_900
    assert given.train.whole[0] is x
    assert given.train.total == 20_000


def test_classes_in_order_of_a_dataset_are_all_seen():
    y = np.repeat(np.arange(10), 1_000)
    given = see_arguments({"x": tf.data.Dataset.from_tensor_slices((y[:, None], y)).batch(50)})
    (facts,) = data_facts(given).targets
    assert facts.values == tuple(range(10))
    assert max(facts.shares) < 0.11


def test_rows_of_files_are_seen_in_their_order():
    source = tf.data.Dataset.range(50_000).map(lambda x: (x, x)).batch(32)
    given = see_arguments({"x": source})
    assert len(given.train.x) == 2_048
    assert not given.train.evenly
    assert not data_facts(given).evenly
    assert given.train.total > 49_000


def test_several_inputs_and_outputs():
    first, second = keras.Input((3,), name="first"), keras.Input((1,), name="second")
    joined = keras.layers.Concatenate()([first, second])
    outputs = [keras.layers.Dense(1, name="a")(joined), keras.layers.Dense(1, name="b")(joined)]
    model = keras.Model({"first": first, "second": second}, outputs)
    model.compile("sgd", "mse")
    x = {"first": X, "second": Y[:, None].astype("float32")}
    given = seen(x, [X[:, 0], X[:, 1]], model, validation_data=(x, [X[:, 0], X[:, 1]]))
    facts = data_facts(given, ("first", "second"), ("a", "b"))
    assert [each.name for each in facts.inputs] == ["first", "second"]
    assert [each.name for each in facts.targets] == ["a", "b"]
    assert facts.shared_rows == 1


def test_rows_of_differing_length_in_batches_are_filled_up():
    batches = [(np.ones((4, 3), "int32"), np.zeros(4)), (np.ones((4, 5), "int32"), np.zeros(4))]
    model = keras.Sequential([keras.layers.Embedding(3, 2), keras.layers.GlobalAveragePooling1D(),
                              keras.layers.Dense(1)])  # fmt: skip
    model.compile("sgd", "mse")
    given = seen((batch for batch in batches), None, model)
    assert given.train.x.shape == (8, 5)
    assert given.train.x[:4, 3:].max() == 0


def test_a_fit_of_the_users_own_is_looked_through():
    class Mine(keras.Sequential):
        def fit(self, data, **options):
            return super().fit(*data, **options)

    model = Mine([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    spy = Spy()
    model.fit((X, Y), callbacks=[spy], verbose=0)
    assert spy.given.train.total == ROWS


def test_a_loop_of_the_users_own_cannot_be_seen():
    spy = Spy()
    spy.set_model(make_model())
    spy.on_train_begin()
    assert spy.given.train is None
    assert spy.given.has_validation is None
    assert "Diagnose(probe=(x, y), validation=(x, y))" in spy.given.unseen[0]


def test_a_source_of_another_kind_cannot_be_seen():
    given = see_arguments({"x": object()})
    assert given.unseen[0].startswith("The training rows cannot be seen: how to read a object")


class TestGivenRows:
    def test_rows_that_are_handed_over_count_more_than_those_seen(self):
        unseen = see_arguments({"x": stream(), "validation_data": stream()})
        assert len(unseen.unseen) == 2
        given = given_rows((X, Y), None, unseen)
        assert len(given.unseen) == 1
        assert given.has_validation
        given = given_rows(None, (X, Y), given)
        assert given.unseen == ()
        assert given.validation.total is None
        assert len(given.train.x) == ROWS

    def test_lists_of_numbers_will_do(self):
        given = given_rows(([[1, 2], [3, 4]], [0, 1]))
        assert given.train.x.shape == (2, 2)
        assert given.has_validation is None

    @pytest.mark.parametrize(
        "probe",
        [X, (X,), (X, Y[:-1]), (X, "y"), 3, (stream(), Y), (np.zeros((0, 3)), np.zeros(0)), (),
         ([[1, 2], [3]], [0, 1]), {"x": X}],
    )  # fmt: skip
    def test_others_are_refused_in_one_error(self, probe):
        with pytest.raises(BadInput, match="The rows given as probe are not usable"):
            given_rows(probe)


def test_a_look_at_a_hundred_thousand_rows_costs_little():
    """Measured: 2 ms for arrays, 40 ms for a dataset; the limit allows a busy machine."""
    x = np.random.default_rng(0).normal(size=(100_000, 20)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    begin = time.process_time()
    see_arguments({"x": x, "y": y, "validation_data": (x[:20_000], y[:20_000])})
    assert time.process_time() - begin < 0.3
