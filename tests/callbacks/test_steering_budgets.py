"""Budgets of time and memory, on a clock and a memory that the tests move."""

import keras
import pytest
from goodfit.callbacks import MemoryBudget, TimeBudget
from goodfit.callbacks.steering import budgets
from goodfit.zoo import BadInput, GoodfitError


class Model:
    stop_training = False


def train(callback, epochs, before=None, after=None):
    """Run the hooks of a training; return how many epochs it had."""
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch in range(epochs):
        callback.on_epoch_begin(epoch)
        if before:
            before(epoch)
        callback.on_epoch_end(epoch, {})
        if after:
            after(epoch)
        if model.stop_training:
            break
    callback.on_train_end()
    return epoch + 1


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def timed(minutes, lengths, between=0.0, **settings):
    """Train with epochs of these lengths in seconds; return epochs and seconds used."""
    callback = TimeBudget(minutes, verbose=0, **settings)
    callback._clock = clock = Clock()

    def pass_time(seconds):
        clock.now += seconds

    done = train(
        callback,
        len(lengths),
        lambda epoch: pass_time(lengths[epoch]),
        lambda _: pass_time(between),
    )
    return done, clock.now - 1000, callback


def test_the_whole_stays_within_the_budget():
    done, used, callback = timed(1, [10] * 20)
    assert (done, used, callback.stopped_epoch) == (6, 60, 6)


def test_the_first_epoch_compiles_and_counts_only_until_there_is_a_second():
    done, used, _ = timed(1, [25, *[5] * 20])
    assert (done, used) == (8, 60)


def test_the_slowest_of_the_last_epochs_foretells_the_next():
    done, used, _ = timed(1, [10, 10, 18, 10, 10, 10])
    assert done == 4, "12 s are left, and an epoch took 18 s lately"
    assert used <= 60


def test_callbacks_beside_and_a_reserve_count():
    done, used, _ = timed(1, [10] * 20, between=5)
    assert done == 4
    assert used <= 60
    assert timed(1, [10] * 20, reserve=0.5)[0] == 3


def test_what_fits_is_not_ended():
    done, _, callback = timed(10, [10] * 5)
    assert (done, callback.stopped_epoch) == (5, None)


def test_a_second_training_has_the_whole_time_again(capsys):
    _, _, callback = timed(1, [30, 30, 30])
    callback.verbose = 1
    assert train(callback, 3) == 3
    assert callback.stopped_epoch is None
    assert capsys.readouterr().out == ""


def test_why_it_ended_is_said(capsys):
    callback = TimeBudget(0.001)
    callback._clock = clock = Clock()
    train(callback, 3, lambda _: setattr(clock, "now", clock.now + 1))
    assert "TimeBudget: the training ends after epoch 1." in capsys.readouterr().out


def held(values, **settings):
    callback = MemoryBudget(verbose=0, **settings)
    stock = iter(values)
    callback._measure = lambda: next(stock)
    return train(callback, len(values) - 1), callback


def test_memory_that_grows_ends_the_training_before_the_budget_is_passed():
    done, callback = held([1.0, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5], gigabytes=3.9)
    assert (done, callback.exceeded_epoch) == (4, 4)
    assert callback.held == (1.0, 2.0, 2.5, 3.0, 3.5)
    assert max(callback.held) <= 3.9


def test_what_the_first_epoch_builds_foretells_nothing():
    done, callback = held([1.0, 3.0, 3.0, 3.0], gigabytes=4)
    assert (done, callback.exceeded_epoch) == (3, None)


def test_a_warning_ends_nothing():
    done, callback = held([1.0, 9.0, 9.0], gigabytes=4, act="warn")
    assert (done, callback.exceeded_epoch) == (2, 1)


def test_what_the_process_holds_is_measured(monkeypatch):
    before = budgets.resident_gigabytes()
    block = bytearray(200_000_000)
    assert 0.15 < budgets.resident_gigabytes() - before < 0.4
    del block

    class Missing:
        def __init__(self, _):
            pass

        def read_text(self, encoding):
            raise FileNotFoundError

    monkeypatch.setattr(budgets, "Path", Missing)
    assert budgets.resident_gigabytes() > 0.1, "the most ever held, where /proc is missing"
    monkeypatch.setitem(__import__("sys").modules, "resource", None)
    with pytest.raises(GoodfitError, match="does not tell how much memory"):
        budgets.resident_gigabytes()


def test_a_real_training_ends(capsys):
    import numpy as np

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(
        np.zeros((8, 1)), np.zeros((8, 1)), epochs=5, verbose=0, callbacks=[MemoryBudget(0.01)]
    )
    assert len(history.history["loss"]) == 1
    assert "of 0.01 GB" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (lambda: TimeBudget(0, reserve=-1), 2),
        (lambda: TimeBudget(1, reserve=1), 1),
        (lambda: TimeBudget("ten"), 1),
        (lambda: MemoryBudget(-1, act="stpo"), 2),
    ],
)
def test_all_mistakes_are_told_at_once(make, count):
    with pytest.raises(BadInput) as error:
        make()
    assert len(error.value.problems) == count
