"""`find_learning_rate`: finds a rate that trains, and leaves nothing behind."""

import json
import random

import keras
import numpy as np
import pytest
from goodfit.callbacks import LearningRateSearch, find_learning_rate
from goodfit.zoo import BadInput

layers = keras.layers
generator = np.random.default_rng(3)
X = generator.normal(size=(96, 6)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("float32")


def made(optimizer="adam", build=True, **options):
    """Return a model with everything that a trial could change: dropout, statistics, metrics."""
    keras.utils.set_random_seed(5)
    inputs = [keras.Input((6,))] if build else []
    model = keras.Sequential(
        [
            *inputs,
            layers.Dense(16, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.1),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], **options)
    return model


def small(optimizer="sgd", loss="mse"):
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
    model.compile(optimizer, loss)
    return model


def state(model):
    every = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in every]


def train(model, epochs=2):
    history = model.fit(X, Y, epochs=epochs, batch_size=48, verbose=0)
    return [*history.history["loss"], *history.history["accuracy"]], state(model)


def assert_same(one, other):
    assert one[0] == other[0]
    for mine, theirs in zip(one[1], other[1], strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize(("build", "before"), [(True, 2), (False, 0)], ids=["used", "unbuilt"])
def test_a_training_that_follows_gives_the_same_bits(build, before):
    trained = []
    for search in (False, True):
        model = made(build=build)
        if before:
            train(model, before)
        if search:
            find_learning_rate(model, X, Y, steps=12, highest=100.0)
        trained.append(train(model))
    assert_same(*trained)


def test_nothing_of_the_model_is_touched():
    model = made(keras.optimizers.SGD(0.05, momentum=0.9))
    train(model)
    optimizer, function, before = model.optimizer, model.train_function, state(model)
    drawn = random.getstate(), np.random.get_state()[1].copy()
    find_learning_rate(model, X, Y, steps=12)
    assert model.optimizer is optimizer
    assert model.train_function is function
    assert int(optimizer.iterations) == 4
    assert float(optimizer.learning_rate) == pytest.approx(0.05)
    for mine, theirs in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert random.getstate() == drawn[0]
    np.testing.assert_array_equal(np.random.get_state()[1], drawn[1])


def test_an_optimizer_that_was_never_used_is_not_even_built():
    model = made()
    find_learning_rate(model, X, Y, steps=12)
    assert not model.optimizer.built
    assert model.train_function is None
    assert all(
        float(np.max(np.abs(value))) == 0 for value in map(np.asarray, model.metrics_variables)
    )


def test_what_fails_half_way_leaves_the_model_too():
    model = small()
    before = model.get_weights()

    def batches():
        for _ in range(3):
            yield X[:8], Y[:8]
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        find_learning_rate(model, batches(), steps=20)
    for mine, theirs in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert not model.optimizer.built


def test_random_numbers_without_a_seed_go_on_as_before():
    draws = []
    for search in (False, True):
        model = small()
        if search:
            find_learning_rate(model, X, Y, steps=12)
        draws.append(np.asarray(keras.random.normal((4,))))
    np.testing.assert_array_equal(*draws)


def test_the_proposed_rate_trains_and_ten_thousand_times_it_does_not():
    losses = {}
    model = made("sgd")
    search = find_learning_rate(model, X, Y, batch_size=16)
    start = model.get_weights()
    for factor in (1.0, 1e-4):
        model.set_weights(start)
        model.optimizer.learning_rate = search.proposed * factor
        losses[factor] = model.fit(X, Y, epochs=8, batch_size=16, verbose=0).history["loss"]
    assert losses[1.0][-1] < 0.8 * losses[1.0][0]
    assert losses[1e-4][-1] > 0.9 * losses[1e-4][0]


def test_it_ends_where_the_loss_blows_up_or_is_no_number():
    model = small()
    search = find_learning_rate(model, X, Y, lowest=1e-3, highest=1e3)
    assert search.stopped == "diverged"
    assert len(search.rates) < 100
    wild = find_learning_rate(model, X, np.where(Y > 0, np.nan, Y), steps=20)
    assert (wild.stopped, len(wild.losses), wild.proposed) == ("not_finite", 1, None)
    assert json.loads(json.dumps(wild.to_dict(), allow_nan=False))["losses"] == [None]


def test_where_nothing_can_be_learned_nothing_is_proposed():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    noise = np.random.default_rng(0).integers(0, 2, 96)
    assert find_learning_rate(model, X, noise, highest=1e-5).proposed is None


def dataset():
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)


class Pages(keras.utils.PyDataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return X[index * 16 : index * 16 + 16], Y[index * 16 : index * 16 + 16]


def tensors():
    import tensorflow as tf

    return tf.constant(X)


@pytest.mark.parametrize(
    ("source", "targets"),
    [(dataset, None), (Pages, None), (tensors, Y), (lambda: X, Y)],
    ids=["tf.data", "PyDataset", "tensors", "arrays"],
)
def test_whatever_fit_takes(source, targets):
    search = find_learning_rate(small(), source(), targets, steps=15)
    assert len(search.losses) == 15
    assert search.stopped == "steps"
    assert bool(search.note) is (source is dataset)


def test_a_generator_loses_what_was_taken_and_this_is_told():
    def batches(count):
        for _ in range(count):
            yield X[:8], Y[:8]

    source = batches(40)
    search = find_learning_rate(small(), source, steps=15)
    assert search.note == "15 batches were taken from the generator and are gone."
    assert len(list(source)) == 25
    short = find_learning_rate(small(), batches(12), steps=15)
    assert (short.stopped, len(short.rates)) == ("data_ended", 12)


def test_several_inputs_and_weights():
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    joined = layers.Dense(1)(layers.Concatenate()([left, right]))
    model = keras.Model({"left": left, "right": right}, joined)
    model.compile("sgd", "mse")
    x = {"left": X[:, :3], "right": X[:, 3:]}
    plain = find_learning_rate(model, x, Y, steps=12)
    weighted = find_learning_rate(model, x, Y, steps=12, sample_weight=np.full(96, 2.0))
    assert weighted.losses[0] == pytest.approx(2 * plain.losses[0], rel=1e-4)
    classes = find_learning_rate(model, x, Y, steps=12, class_weight={0: 3.0, 1: 3.0})
    assert classes.losses[0] == pytest.approx(3 * plain.losses[0], rel=1e-4)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_schedules_and_mixed_precision(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
        model = small(keras.optimizers.Adam(schedule))
        if policy == "mixed_float16":
            assert hasattr(model.optimizer, "inner_optimizer")
        assert len(find_learning_rate(model, X, Y, steps=12).rates) == 12
    finally:
        keras.config.set_dtype_policy(before)


def test_the_same_seed_gives_the_same_curve():
    model = small()
    curves = [find_learning_rate(model, X, Y, steps=12, seed=seed).losses for seed in (0, 0, 1)]
    assert curves[0] == curves[1] != curves[2]


def test_all_mistakes_are_told_at_once():
    model = keras.Sequential([layers.Dense(1)])
    with pytest.raises(BadInput) as error:
        find_learning_rate(model, X, Y, batch_size=0, lowest=1.0, highest=0.1, steps=3, seed=-1)
    said = str(error.value)
    for words in ("batch_size", "steps", "seed", "not compiled"):
        assert words in said
    with pytest.raises(BadInput, match="No rate lies between"):
        find_learning_rate(small(), X, Y, lowest=1.0, highest=0.1)
    with pytest.raises(BadInput, match="same rows"):
        find_learning_rate(small(), X, Y[:5])
    with pytest.raises(BadInput, match="cannot be read in batches"):
        find_learning_rate(small(), [1.0, 2.0], Y)
    with pytest.raises(BadInput, match="yields no batch"):
        find_learning_rate(small(), iter(()))


def test_the_picture_shows_the_curve_and_the_proposal(tmp_path):
    rates = tuple(np.geomspace(1e-6, 1, 60).tolist())
    losses = tuple(2 - 1.5 / (1 + (1e-2 / rate) ** 1.5) if rate < 0.3 else 9.0 for rate in rates)
    search = LearningRateSearch(rates, losses, "diverged")
    figure = search.draw(tmp_path / "rates.png")
    assert (tmp_path / "rates.png").stat().st_size > 5000
    (axes,) = figure.axes
    assert f"{search.proposed:.2g}" in axes.get_title(loc="left")
    assert axes.get_ylim()[1] < 5, "the blow-up must not press the curve flat"
    with pytest.raises(BadInput, match="cannot be written under this name"):
        search.draw(tmp_path / "rates.docx")
    nothing = LearningRateSearch(rates, (1.0,) * 60, "steps").draw()
    assert nothing.axes[0].get_title(loc="left") == "No rate lowered the loss"


def test_in_the_midst_of_a_training_it_leaves_that_training_as_it_is():
    class Search(keras.callbacks.Callback):
        found = None

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 0:
                self.found = find_learning_rate(self.model, X, Y, steps=12)

    trained = []
    search = Search()
    for callbacks in ([], [search]):
        model = made()
        history = model.fit(X, Y, epochs=2, batch_size=48, verbose=0, callbacks=callbacks)
        trained.append(([*history.history["loss"], *history.history["accuracy"]], state(model)))
    assert len(search.found.rates) == 12
    assert_same(*trained)


def test_a_model_with_a_train_step_of_its_own():
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.last = layers.Dense(1)

        def call(self, inputs):
            return self.last(inputs)

        def train_step(self, data):
            return {"loss": 2.0 * super().train_step(data)["loss"]}

    model = Mine()
    model.compile("sgd", "mse")
    search = find_learning_rate(model, X, Y, batch_size=96, steps=12)
    answers = model.predict(X, verbose=0)[:, 0]
    assert search.losses[0] == pytest.approx(2 * np.mean((answers - Y) ** 2), rel=1e-4)
