"""The traced epoch gives the numbers of Keras's own `fit`, bit for bit."""

import keras
import numpy as np
import pytest
from goodfit.recipes.training.engines import (
    KerasEngine,
    TracedEngine,
    choose_engine,
    epoch_order,
)

ROWS, BATCH = 75, 16


def compiled(l2: float = 0.0, dropout: float = 0.3) -> keras.Model:
    keras.utils.set_random_seed(7)
    inputs = keras.Input((5,), name="x")
    hidden = keras.layers.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.L2(l2))
    x = keras.layers.Dropout(dropout)(keras.layers.BatchNormalization()(hidden(inputs)))
    model = keras.Model({"x": inputs}, keras.layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="a")])
    model.optimizer.build(model.trainable_variables)
    return model


def data(rows: int, weighted: bool) -> tuple:
    random = np.random.default_rng(rows)
    x = random.normal(size=(rows, 5)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    return {"x": x}, y, random.uniform(0.5, 2, rows).astype("float32") if weighted else None


@pytest.mark.parametrize("weighted", [False, True])
def test_traced_epochs_equal_fit(weighted):
    train, validation = data(ROWS, weighted), data(20, False)
    models = [compiled(0.01), compiled(0.01)]
    engines = [
        TracedEngine(models[0], train, validation, BATCH),
        KerasEngine(models[1], train, validation, BATCH),
    ]
    for epoch in range(3):
        logs = []
        for engine in engines:
            assert list(engine.train(epoch_order(1, epoch, ROWS), 0))[-1] == ROWS
            logs.append(engine.logs() | engine.validate())
        assert logs[0].keys() == logs[1].keys()
        for name in logs[0]:
            assert logs[0][name] == pytest.approx(logs[1][name], rel=2e-5), name
    for ours, theirs in zip(models[0].variables, models[1].variables, strict=True):
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


def test_an_epoch_in_pieces_equals_an_epoch_at_once():
    train, validation = data(ROWS, False), data(20, False)
    whole, pieces = compiled(), compiled()
    first = TracedEngine(whole, train, validation, BATCH)
    second = TracedEngine(pieces, train, validation, BATCH)
    second._piece = BATCH
    order = epoch_order(0, 0, ROWS)
    assert len(list(first.train(order, 0))) == 1
    done = list(second.train(order, 0))
    assert done == sorted(done)
    assert len(done) > 1
    assert first.logs() == pytest.approx(second.logs())
    for one, other in zip(whole.variables, pieces.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_order_is_a_permutation_that_changes_with_seed_and_epoch():
    orders = [tuple(epoch_order(seed, epoch, 50)) for seed in (0, 1) for epoch in (0, 1)]
    assert len(set(orders)) == 4
    assert all(sorted(order) == list(range(50)) for order in orders)


def test_a_callback_with_batch_hooks_gets_every_batch():
    class Counter(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    counter, model = Counter(), compiled()
    engine = choose_engine(model, data(ROWS, False), data(20, False), BATCH, [counter])
    list(engine.train(epoch_order(0, 0, ROWS), 0))
    assert counter.batches == -(-ROWS // BATCH)
    assert isinstance(choose_engine(model, data(ROWS, False), data(20, False), BATCH), TracedEngine)


def test_compiled_epochs_come_to_the_same_numbers_but_for_rounding():
    train, validation = data(ROWS, True), data(20, False)
    # XLA draws other random numbers, so nothing is dropped here.
    plain, compiled_first = compiled(0.01, 0.0), compiled(0.01, 0.0)
    engines = [
        TracedEngine(plain, train, validation, BATCH),
        choose_engine(compiled_first, train, validation, BATCH, (), jit_compile=True),
    ]
    for engine in engines:
        for epoch in range(3):
            list(engine.train(epoch_order(1, epoch, ROWS), 0))
    expected, found = (engine.logs() | engine.validate() for engine in engines)
    assert found == pytest.approx(expected, rel=1e-3)
    for one, other in zip(plain.weights, compiled_first.weights, strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=1e-4)
