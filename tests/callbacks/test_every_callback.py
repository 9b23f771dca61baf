"""What every callback of the room must bear: copies, a second training, Keras's own signatures."""

import copy
import importlib
import inspect

import goodfit.callbacks as room
import keras
import numpy as np
import pytest

CLASSES = [name for name in room.__all__ if inspect.isclass(getattr(room, name))]
CALLBACKS = [n for n in CLASSES if issubclass(getattr(room, n), keras.callbacks.Callback)]


@pytest.fixture
def make(tmp_path):
    """Return a function that makes any callback of the room with the least that it asks for.

    Schedules get a curve that is flat, budgets get more than a training needs: then these too
    must leave a training as it is.
    """
    x = np.linspace(-1, 1, 8, dtype="float32").reshape(-1, 1)
    given = {"folder": tmp_path / "run", "verbose": 0, "validation": (x, (x > 0).astype(int))}
    given |= {"minutes": 1000, "gigabytes": 1000}
    given |= {"warmup_epochs": 0, "start": 1.0, "floor": 1.0}

    def build(name):
        made = getattr(room, name)
        wanted = inspect.signature(made).parameters
        return made(**{key: value for key, value in given.items() if key in wanted})

    return build


def fit(callbacks, epochs=2):
    x = np.linspace(-1, 1, 32, dtype="float32").reshape(-1, 1)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    options = {"epochs": epochs, "verbose": 0, "validation_data": (x, x)}
    model.fit(x, x, callbacks=callbacks, **options)
    return model.get_weights()


def state(callback):
    """Return what a callback remembers, by its public names."""
    names = [n for n, member in inspect.getmembers(type(callback)) if isinstance(member, property)]
    return {n: str(getattr(callback, n)) for n in names if n not in ("model", "used_folder")}


def test_the_room_has_callbacks():
    assert {"Diagnose", "TensorBoardWriter"} <= set(CALLBACKS)


@pytest.mark.parametrize("name", CALLBACKS)
def test_deep_copies_before_and_after_a_training(make, name):
    """Bug prevented: a tuner copies the callbacks of each trial, and an open file cannot be."""
    callback = make(name)
    fit([copy.deepcopy(callback)])
    fit([callback])
    callback.set_model(None)  # models are the tuner's own business
    copy.deepcopy(callback)


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_second_fit_remembers_nothing_of_the_first(make, name):
    callback = make(name)
    fit([callback], epochs=4)
    fit([callback], epochs=1)
    fresh = make(name)
    fit([fresh], epochs=1)
    assert set(state(callback)) == set(state(fresh))
    if name == "Diagnose":
        assert len(callback.history) == 1


@pytest.mark.parametrize("name", CALLBACKS)
def test_hooks_have_the_signatures_of_keras(name):
    """Bug prevented: a hook without `logs=None` fails only where Keras calls it without logs."""
    made = getattr(room, name)
    for hook, member in vars(made).items():
        theirs = getattr(keras.callbacks.Callback, hook, None)
        if hook.startswith("_") or theirs is None or not inspect.isfunction(member):
            continue
        ours = inspect.signature(member).parameters.values()
        expected = inspect.signature(theirs).parameters.values()
        assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in expected], hook


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_training_goes_the_same_way_with_and_without_it(make, name):
    weights = []
    for callbacks in ([], [make(name)]):
        keras.utils.set_random_seed(7)
        weights.append(fit(callbacks))
    for with_it, without in zip(*weights, strict=True):
        np.testing.assert_array_equal(with_it, without)


# A rate that changes within an epoch must be set before each batch.
PER_BATCH = {"OneCycle", "WarmupCosine"}


@pytest.mark.parametrize("name", sorted(PER_BATCH))
def test_what_sets_the_rate_of_a_batch_asks_for_nothing_after_it(name):
    """The logs of a batch come with the hook at its end, which these do without."""
    made, base = getattr(room, name), keras.callbacks.Callback
    assert made.on_train_batch_begin is not base.on_train_batch_begin
    for hook in ("on_batch_begin", "on_batch_end", "on_train_batch_end"):
        assert getattr(made, hook) is getattr(base, hook)


@pytest.mark.parametrize("name", [name for name in CALLBACKS if name not in PER_BATCH])
def test_no_batch_hooks(name):
    """They make Keras fetch the logs of each batch; the epoch's are enough for these rules."""
    made = getattr(room, name)
    base = importlib.import_module("keras").callbacks.Callback
    for hook in ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"):
        assert getattr(made, hook) is getattr(base, hook)
