"""What `Diagnose` gathers in a real training, and that the training does not notice."""

import keras
import numpy as np
import pytest
from goodfit.callbacks import Diagnose, Finding, Rule
from goodfit.callbacks.gathering.batch_losses import BatchLosses
from goodfit.callbacks.gathering.pace import Allowance
from goodfit.zoo import BadInput

layers = keras.layers


def rows(count=96):
    random = np.random.default_rng(0)
    x = random.normal(size=(count, 6)).astype("float32")
    return x, (x.sum(1) > 0).astype("int32")


def unsteady(rate=0.01):
    """A model in which everything that draws random numbers or counts does so."""
    parts = [layers.GaussianNoise(0.1), layers.Dense(8, "relu"), layers.BatchNormalization()]
    parts += [layers.Dropout(0.4), layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((6,)), *parts])
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


@pytest.mark.parametrize("source", ["arrays", "dataset", "generator"])
def test_a_training_with_dropout_and_batch_norm_ends_bit_for_bit_the_same(source):
    import tensorflow as tf

    x, y = rows()

    def given():
        if source == "arrays":
            return {"x": x, "y": y, "batch_size": 16, "validation_split": 0.25}
        if source == "dataset":
            return {"x": tf.data.Dataset.from_tensor_slices((x, y)).shuffle(96).batch(16)}
        batches = ((x[at : at + 16], y[at : at + 16]) for _ in range(9) for at in range(0, 96, 16))
        return {"x": batches, "steps_per_epoch": 6}

    ends = []
    for callbacks in ([], [Diagnose(verbose=0)]):
        keras.utils.set_random_seed(3)
        model = unsteady()
        fitted = model.fit(**given(), epochs=4, verbose=0, callbacks=callbacks)
        values = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
        ends.append((values, fitted.history))
    for with_it, without in zip(ends[0][0], ends[1][0], strict=True):
        np.testing.assert_array_equal(with_it, without)
    assert ends[0][1] == ends[1][1]


def test_the_evidence_of_a_training():
    x, y = rows()
    watch = Diagnose(verbose=0)
    unsteady().fit(
        x, y, batch_size=16, epochs=5, verbose=0, validation_data=(x, y), callbacks=[watch]
    )
    evidence = watch.evidence
    assert evidence.model.optimizer == "adam"
    assert evidence.data.rows == 96
    assert len(evidence.history) == 5
    epochs = [probe.epoch for probe in evidence.probes]
    assert epochs[:3] == [0, 1, 2]
    assert epochs[-1] == 5, "the last one always"
    assert sum(probe.epochs for probe in evidence.probes[1:]) == 5
    assert sum(probe.steps for probe in evidence.probes) == 30
    assert all(0 < layer.moved < 2 for layer in evidence.probes[1].layers)
    assert sum(evidence.probes[-1].class_shares) == pytest.approx(1)
    assert len(evidence.probes[1].batch_losses) == 6
    mean = evidence.history.at("loss", 1)
    assert np.mean(evidence.probes[1].batch_losses) == pytest.approx(mean, rel=1e-3)
    assert evidence.probes[0].batch_losses == ()
    assert watch.unseen == ()


def test_what_is_known_before_the_first_step_is_said_before_it(capsys):
    said = []

    def check(evidence, limits):
        said.append(evidence.recorded)
        return Finding("imbalanced", "MET-2", "warning", "One class is rare.", "Weight it.")

    watch = Diagnose(rules=[Rule("imbalanced", check, needs=("data",))])
    x, y = rows()

    class Ask(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 0:
                assert [finding.fault for finding in watch.findings] == ["imbalanced"]

    unsteady().fit(x, y, epochs=2, verbose=0, callbacks=[Ask(), watch])
    assert said[0] is None
    assert capsys.readouterr().out.count("One class is rare") == 1


def test_what_cannot_be_seen_is_said_once(capsys):
    x, y = rows()

    class Blind(keras.callbacks.Callback):
        """Calls the hooks of another from a loop that is no fit."""

    for verbose, times in ((1, 1), (0, 0)):
        watch, model = Diagnose(verbose=verbose), unsteady()
        hooks = keras.callbacks.CallbackList([watch], model=model, epochs=1)
        hooks.on_train_begin()
        hooks.on_epoch_begin(0)
        model.train_on_batch(x, y)
        hooks.on_epoch_end(0, {"loss": 0.7})
        hooks.on_train_end()
        assert capsys.readouterr().out.count("Not seen") == times
        assert "probe=(x, y)" in " ".join(watch.unseen)
        assert watch.evidence.probes == ()


def test_rows_that_are_handed_over_are_looked_at():
    x, y = rows()
    watch, model = Diagnose(verbose=0, probe=(x, y), validation=(x, y)), unsteady()
    hooks = keras.callbacks.CallbackList([watch], model=model, epochs=3)
    hooks.on_train_begin()
    for epoch in range(3):
        hooks.on_epoch_begin(epoch)
        model.train_on_batch(x, y)
        hooks.on_epoch_end(epoch, {"loss": 0.7 - 0.1 * epoch})
    hooks.on_train_end()
    assert [probe.epoch for probe in watch.evidence.probes] == [0, 1, 2, 3]
    assert watch.unseen == ()
    for wrong in (x, (x,), "rows"):
        with pytest.raises(BadInput) as error:
            Diagnose(probe=wrong)
        assert "(x, y)" in str(error.value)


def test_after_the_training_no_data_are_held_and_no_hook_is_left():
    x, y = rows()
    watch = Diagnose(verbose=0)
    unsteady().fit(x, y, epochs=1, verbose=0, callbacks=[watch])
    assert watch._beginning.given.train is None
    assert "on_train_batch_end" not in vars(watch)
    assert watch.evidence.data.rows == 96


def test_nan_in_the_middle_of_an_epoch_is_caught_in_that_epoch():
    x, y = rows()
    watch = Diagnose("stop", verbose=0)

    class Spoil(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations == 9:
                kernel = self.model.layers[1].kernel
                kernel.assign(np.full(kernel.shape, np.nan))

    fitted = unsteady().fit(x, y, batch_size=16, epochs=9, verbose=0, callbacks=[Spoil(), watch])
    assert watch.stopped_epoch == 2 == len(fitted.epoch)
    assert watch.findings[0].fault == "nan_loss"
    assert any(each.startswith("weights") for each in watch.evidence.probes[-1].not_finite)


def test_losses_of_batches_from_running_means():
    taken = BatchLosses()
    for batch, mean in enumerate([4.0, 3.0, 4.0]):
        taken.note(batch, {"loss": mean})
    assert taken.values() == pytest.approx((4.0, 2.0, 6.0))
    taken.forget()
    assert taken.values() == ()
    taken.note(0, {"reward": 1.0})
    taken.note(1, None)
    assert taken.values() == ()
    for batch in range(1000):
        taken.note(batch, {"loss": 1.5})
    assert taken.values() == pytest.approx((1.5,) * 256)
    several = BatchLosses()  # a hook may be called once for several batches
    several.note(3, {"loss": 2.0})
    several.note(7, {"loss": 3.0})
    assert several.values() == pytest.approx((2.0, 4.0))


def test_the_allowance_pays_for_the_next_look():
    allowance = Allowance(0.1)
    with allowance.spend():
        sum(range(20_000))
    assert not allowance.covers
    allowance.earn(1e9)
    assert allowance.covers
