"""`autolog`: every fit is diagnosed once, and undoing it leaves Keras as it was."""

import keras
import numpy as np
import pytest
from goodfit.callbacks import Diagnose, autolog
from goodfit.zoo import BadInput

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X.sum(1, keepdims=True)
FIT = keras.Model.fit


@pytest.fixture(autouse=True)
def keras_as_it_was():
    yield
    autolog(False)
    assert keras.Model.fit is FIT
    assert "fit" not in vars(keras.Model)


def made():
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="mine")
    model.compile("sgd", "mse")
    return model


def faults(watched):
    return [finding.fault for finding in watched.findings]


def test_each_fit_is_diagnosed_and_told():
    log = autolog(verbose=0)
    made().fit(X, Y, epochs=2, verbose=0)
    made().fit(X, Y * np.nan, epochs=1, verbose=0)
    first, second = log.fits
    assert (first.model, first.epochs, first.ended) == ("mine", 2, True)
    assert "no_validation" in faults(first)
    assert second.findings[0].severity == "error"
    assert second.seconds > 0


def test_the_training_is_the_same_and_so_is_what_fit_returns():
    trained = []
    for on in (False, True):
        autolog(on, **({"verbose": 0} if on else {}))
        model = made()
        history = model.fit(X, Y, epochs=2, verbose=0)
        trained.append((model.get_weights(), history.history["loss"]))
    assert trained[0][1] == trained[1][1]
    for mine, theirs in zip(trained[0][0], trained[1][0], strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_twice_wraps_once_and_takes_the_new_settings(capsys):
    first = autolog(verbose=1)
    assert autolog(verbose=0) is first
    made().fit(X, Y, epochs=1, verbose=0)
    assert len(first.fits) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("undo", [lambda log: log.undo(), lambda _: autolog(False)])
def test_undone_it_is_gone(undo):
    log = autolog(verbose=0)
    assert log.on
    undo(log)
    undo(log)
    assert not log.on
    assert keras.Model.fit is FIT
    made().fit(X, Y, epochs=1, verbose=0)
    assert log.fits == []


def test_as_a_block():
    with autolog(verbose=0) as log:
        made().fit(X, Y, epochs=1, verbose=0)
    assert len(log.fits) == 1
    assert keras.Model.fit is FIT


def test_a_fit_that_has_a_diagnose_keeps_its_own():
    own = Diagnose(verbose=0)
    with autolog(verbose=0) as log:
        made().fit(X, Y, epochs=1, verbose=0, callbacks=[own])
        made().fit(X, Y, epochs=1, verbose=0, callbacks=own)
    assert log.fits == []
    assert own.findings


@pytest.mark.parametrize("kind", ["none", "one", "list", "tuple", "positional", "ready"])
def test_callbacks_of_every_form_stay_as_they_were(kind):
    class Count(keras.callbacks.Callback):
        epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

    count, model = Count(), made()
    given = {"none": None, "one": count, "list": [count], "tuple": (count,)}.get(kind, [count])
    with autolog(verbose=0) as log:
        if kind == "positional":
            model.fit(X, Y, 8, 2, 0, given)
        elif kind == "ready":
            ready = keras.callbacks.CallbackList([count], add_history=True, model=model, epochs=2)
            model.fit(X, Y, epochs=2, verbose=0, callbacks=ready)
            assert not any(isinstance(each, Diagnose) for each in ready.callbacks)
        else:
            model.fit(X, Y, epochs=2, verbose=0, callbacks=given)
    assert count.epochs == (0 if kind == "none" else 2)
    assert [fit.epochs for fit in log.fits] == [2]
    if kind in ("list", "positional"):
        assert given == [count], "the user's own list is not grown"


def test_a_subclass_with_a_fit_of_its_own():
    class Mine(keras.Sequential):
        def fit(self, *args, **kwargs):
            return super().fit(*args, verbose=0, **kwargs)

    model = Mine([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with autolog(verbose=0) as log:
        model.fit(X, Y, epochs=1)
    assert len(log.fits) == 1


def test_a_fit_that_fails_is_told_and_fails_as_it_did():
    with autolog(verbose=0) as log:
        with pytest.raises(ValueError, match="cardinality"):
            made().fit(X, Y[:3], verbose=0)
        with pytest.raises(TypeError, match="epoch"):
            made().fit(X, Y, epoch=3)
    assert [(fit.epochs, fit.ended) for fit in log.fits] == [(0, False)]


def test_settings_that_are_no_use_are_told_at_once():
    with pytest.raises(BadInput, match="Diagnose cannot act"):
        autolog(act="pray")
    assert keras.Model.fit is FIT


def test_somebody_who_wrapped_it_too_stays():
    log = autolog(verbose=0)
    ours = keras.Model.fit

    def theirs(self, *args, **kwargs):
        return ours(self, *args, **kwargs)

    keras.Model.fit = theirs
    log.undo()
    assert keras.Model.fit is theirs
    made().fit(X, Y, epochs=1, verbose=0)
    assert log.fits == []
    del keras.Model.fit


def test_what_was_seen_keeps_no_model():
    import gc
    import weakref

    with autolog(verbose=0) as log:
        model = made()
        model.fit(X, Y, epochs=1, verbose=0)
        gone = weakref.ref(model)
        del model
        keras.backend.clear_session()
        gc.collect()
    assert gone() is None
    assert len(log.fits) == 1
