"""Schedules that set a number: their curves, and what else may set the rate beside them."""

import keras
import numpy as np
import pytest
from goodfit.callbacks import OneCycle, WarmupCosine
from goodfit.zoo import BadInput

X = np.linspace(-1, 1, 32, dtype="float32").reshape(-1, 1)


def made(rate=0.1, **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", **options)
    return model


class Rates(keras.callbacks.Callback):
    """Notes the rate that each batch is trained with."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(float(self.model.optimizer.learning_rate))


def fit(model, *callbacks, epochs=4, **options):
    """Train with four batches in an epoch; return the rates of the batches and the history."""
    rates = Rates()
    options = {"x": X, "y": X, "batch_size": 8, **options}
    history = model.fit(epochs=epochs, verbose=0, callbacks=[*callbacks, rates], **options)
    return np.array(rates.seen), history.history


def test_warmup_rises_in_a_line_and_falls_along_a_cosine():
    seen, history = fit(made(0.1), WarmupCosine(warmup_epochs=1, floor=0.1))
    np.testing.assert_allclose(seen[:4], [0.025, 0.05, 0.075, 0.1], rtol=1e-5)
    done = np.arange(12) / 12
    np.testing.assert_allclose(seen[4:], 0.01 + 0.045 * (1 + np.cos(np.pi * done)), rtol=1e-4)
    np.testing.assert_allclose(history["learning_rate"], seen[3::4])


def test_warmup_in_batches_is_the_same_curve():
    by_epochs, _ = fit(made(), WarmupCosine(0.3, warmup_epochs=0.5))
    by_steps, _ = fit(made(), WarmupCosine(0.3, warmup_steps=2))
    np.testing.assert_array_equal(by_epochs, by_steps)
    assert by_steps[:2].tolist() == pytest.approx([0.15, 0.3])


def test_one_cycle_rises_once_and_ends_far_below_its_start():
    seen, history = fit(made(), OneCycle(1.0, rise=0.25), epochs=8)
    assert seen.argmax() == 8
    assert seen.max() == pytest.approx(1.0)
    assert (np.diff(seen[:9]) > 0).all()
    assert (np.diff(seen[8:]) < 0).all()
    assert seen[-1] < seen[0] == pytest.approx(0.04)
    assert len(history["learning_rate"]) == 8


@pytest.mark.parametrize("make", [WarmupCosine, OneCycle])
def test_reduce_on_plateau_still_works_and_what_it_did_stays(make):
    plain, _ = fit(made(), make(0.1), epochs=6)
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="loss", mode="max", factor=0.5, patience=2, min_delta=1e9
    )
    schedule = make(0.1)
    seen, history = fit(made(), schedule, plateau, epochs=6)
    # With patience 2 it halves after epochs 3 and 5, counted from 1.
    factors = np.repeat([1, 1, 1, 0.5, 0.5, 0.25], 4)
    np.testing.assert_allclose(seen, plain * factors, rtol=1e-5)
    assert schedule.scale == pytest.approx(0.25, rel=1e-5)
    assert len(history["learning_rate"]) == 6


def test_a_training_that_resumes_goes_on_along_the_curve():
    whole, _ = fit(made(), WarmupCosine(0.1), epochs=6)
    later, _ = fit(made(), WarmupCosine(0.1), epochs=6, initial_epoch=4)
    np.testing.assert_array_equal(later, whole[16:])


def test_a_second_training_begins_with_the_same_peak():
    """Bug prevented: the tiny rate that the first training left would be the second one's peak."""
    model, schedule = made(0.1), WarmupCosine(warmup_epochs=1)
    first, _ = fit(model, schedule)
    second, _ = fit(model, schedule)
    np.testing.assert_array_equal(first, second)
    model.optimizer.learning_rate = 0.2  # by the user: a new peak
    third, _ = fit(model, schedule)
    np.testing.assert_allclose(third, 2 * first, rtol=1e-5)


def test_where_the_number_of_batches_is_not_known():
    def batches():
        for _ in range(4):
            yield X[:8], X[:8]

    class Unknown(keras.callbacks.Callback):
        def set_params(self, params):
            params["steps"] = None

    schedule = WarmupCosine(0.1, warmup_epochs=0)
    seen, _ = fit(made(), Unknown(), schedule)
    assert set(seen[:4]) == {seen[0]}, "one rate in the first epoch"
    assert len(set(seen[4:8])) == 4, "then the batches are known"


def test_several_steps_in_one_execution():
    seen, _ = fit(made(steps_per_execution=2), WarmupCosine(0.1, warmup_epochs=0))
    assert len(seen) == 8
    assert (np.diff(seen) < 0).all()


@pytest.mark.parametrize("make", [WarmupCosine, OneCycle])
def test_a_schedule_object_is_refused_with_what_to_do(make):
    model = made()
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(keras.optimizers.SGD(decay), "mse")
    with pytest.raises(BadInput, match=r"Adam\(learning_rate=0.001\), received ExponentialDecay"):
        model.fit(X, X, verbose=0, callbacks=[make(0.1)])


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda: WarmupCosine(-1, warmup_epochs=-1, floor=2, epochs=0), 4),
        (lambda: WarmupCosine(warmup_epochs=1, warmup_steps=1), 1),
        (lambda: OneCycle("high", rise=0, start=-1, floor=5, epochs=1.5), 5),
        (lambda: OneCycle(float("nan")), 1),
    ],
)
def test_all_mistakes_are_told_at_once(make, names):
    with pytest.raises(BadInput) as error:
        make()
    assert len(error.value.problems) == names
