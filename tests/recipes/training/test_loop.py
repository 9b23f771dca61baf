"""The loop's early stopping and rate are Keras's; Ctrl-C and checkpoints lose nothing."""

import math
import os
import signal

import keras
import numpy as np
import pytest
from goodfit.recipes.config import Config
from goodfit.recipes.training.checkpoints import load_checkpoint
from goodfit.recipes.training.engines import TracedEngine
from goodfit.recipes.training.loop import OUT_OF_TIME, run_epochs
from goodfit.recipes.training.state import TrainingState
from goodfit.zoo.errors import BadInput


class Scripted:
    """An engine whose losses are given, and whose model's weight counts the epochs."""

    def __init__(self, model, losses, value=lambda loss: loss, on_epoch=lambda epoch: None):
        self.model, self.losses, self.epoch = model, losses, 0
        self.value, self.on_epoch = value, on_epoch

    def train(self, order, first_row):
        self.epoch += 1
        self.on_epoch(self.epoch)
        self.model.set_weights([np.full((1, 1), float(self.epoch))])
        yield len(order)

    def logs(self):
        return {"loss": self.losses[self.epoch - 1]}

    def validate(self):
        return {"val_loss": self.value(self.losses[self.epoch - 1])}


def tiny() -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1, use_bias=False)(inputs))
    model.compile(keras.optimizers.SGD(0.8), "mse")
    return model


SERIES = [
    [5, 4, 3, 2, 1],
    [5, 4, 4.5, 4.2, 4.1, 3.9, 4, 4, 4, 4, 4, 4],
    [1, 2, 3, 4, 5, 6, 7],
    [3, 3, 3, 3, 3, 3, 3],
]


@pytest.mark.parametrize("losses", SERIES)
def test_stopping_rate_and_best_weights_are_those_of_keras(losses):
    model = tiny()
    config = Config(epochs=len(losses), early_stopping_patience=4, reduce_learning_rate_patience=2)
    state = run_epochs(model, Scripted(model, losses), config, 3, state=TrainingState())

    reference = tiny()
    reference.stop_training = False
    stop = keras.callbacks.EarlyStopping(
        "val_loss", patience=4, mode="min", restore_best_weights=True
    )
    plateau = keras.callbacks.ReduceLROnPlateau(
        "val_loss", 0.5, 2, mode="min", min_delta=0, min_lr=1e-7
    )
    for callback in (stop, plateau):
        callback.set_model(reference)
        callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        reference.set_weights([np.full((1, 1), epoch + 1.0)])
        for callback in (stop, plateau):
            callback.on_epoch_end(epoch, {"val_loss": loss})
        if reference.stop_training:
            break
    stop.on_train_end()
    assert state.epoch == epoch + 1
    assert state.status == "finished"
    assert float(model.optimizer.learning_rate) == float(reference.optimizer.learning_rate)
    # Keras restores the best weights only when it stopped early; ours always are the best.
    assert model.get_weights()[0].item() == stop.best_epoch + 1 == state.best_epoch


def test_a_loss_that_is_not_finite_ends_training_with_the_best_kept():
    model = tiny()
    state = run_epochs(
        model, Scripted(model, [3.0, 2.0, math.nan, 1.0]), Config(), 3, state=TrainingState()
    )
    assert (state.status, state.epoch, state.best_epoch) == ("finished", 3, 2)
    assert model.get_weights()[0].item() == 2.0
    hopeless = run_epochs(model, Scripted(model, [math.nan]), Config(), 3, state=TrainingState())
    assert hopeless.status == "failed"


def test_callbacks_see_every_epoch_and_may_stop():
    seen = []

    class Watcher(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, sorted(logs)))
            self.model.stop_training = epoch == 1

    model = tiny()
    state = run_epochs(
        model,
        Scripted(model, [3, 2, 1, 1]),
        Config(),
        3,
        state=TrainingState(),
        callbacks=[Watcher()],
    )
    assert seen == [(0, ["learning_rate", "loss", "val_loss"]), (1, seen[0][1])]
    assert state.stopped_by == "a callback stopped it"


def rows(count: int) -> tuple:
    random = np.random.default_rng(count)
    x = random.normal(size=(count, 4)).astype("float32")
    return {"x": x}, (x[:, :1] * x[:, 1:2] > 0).astype("float32"), None


def dropped() -> keras.Model:
    keras.utils.set_random_seed(3)
    inputs = keras.Input((4,), name="x")
    x = keras.layers.Dropout(0.4)(keras.layers.Dense(16, activation="relu")(inputs))
    model = keras.Model({"x": inputs}, keras.layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.mark.parametrize("pieces_before_ctrl_c", [2, 5, 8])
def test_ctrl_c_and_resume_give_the_numbers_of_an_undisturbed_training(
    tmp_path, pieces_before_ctrl_c
):
    """With dropout and Adam, cut in mid-epoch: neither seeds, moments nor metrics are lost."""
    config = Config(epochs=4, seed=5, batch_size=8)
    train, validation = rows(40), rows(12)

    def engine_of(model):
        engine = TracedEngine(model, train, validation, 8)
        engine._piece = 16
        return engine

    whole = dropped()
    reference = run_epochs(whole, engine_of(whole), config, 40, state=TrainingState())

    broken = dropped()
    engine = engine_of(broken)
    original, calls = engine._functions.train, []

    def press(*arguments):
        calls.append(1)
        if len(calls) == pieces_before_ctrl_c:
            os.kill(os.getpid(), signal.SIGINT)
        engine._piece = 16
        return original(*arguments)

    engine._functions.train = press
    path = tmp_path / "state.npz"
    state = run_epochs(broken, engine, config, 40, state=TrainingState(), checkpoint=path)
    assert state.status == "interrupted"

    again = dropped()
    keras.utils.set_random_seed(99)
    engine, state = engine_of(again), TrainingState()
    engine.validate()
    load_checkpoint(path, again, state)
    state = run_epochs(again, engine, config, 40, state=state, checkpoint=path)
    assert state.epoch == reference.epoch == 4
    for ours, theirs in zip(state.history, reference.history, strict=True):
        for name in set(ours) - {"seconds"}:
            assert ours[name] == theirs[name], name
    for one, other in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    from goodfit.recipes.training.checkpoints import save_checkpoint

    save_checkpoint(tmp_path / "state.npz", tiny(), TrainingState())
    with pytest.raises(BadInput, match="another model"):
        load_checkpoint(tmp_path / "state.npz", dropped(), TrainingState())
    (tmp_path / "torn.npz").write_bytes((tmp_path / "state.npz").read_bytes()[:200])
    with pytest.raises(BadInput, match="cannot be read"):
        load_checkpoint(tmp_path / "torn.npz", tiny(), TrainingState())


def test_a_second_ctrl_c_ends_at_once():
    model = tiny()

    def twice(epoch):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_epochs(
            model, Scripted(model, [1.0], on_epoch=twice), Config(), 3, state=TrainingState()
        )
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class Halving(Scripted):
    """An engine that trains on half of the rows at a time."""

    def train(self, order, first_row):
        (done,) = super().train(order, first_row)
        yield done // 2
        yield done


@pytest.mark.parametrize(("least", "epochs"), [(0, 0), (1, 1), (3, 3)])
def test_a_deadline_leaves_the_epochs_that_a_model_needs(least, epochs):
    model, config = tiny(), Config(epochs=5, early_stopping_patience=0)
    engine = Halving(model, [5, 4, 3, 2, 1])
    state = run_epochs(
        model, engine, config, 4, state=TrainingState(), deadline=0.0, least_epochs=least
    )
    assert (state.epoch, state.status, state.stopped_by) == (epochs, "finished", OUT_OF_TIME)
    assert bool(state.best_weights) == bool(epochs)
