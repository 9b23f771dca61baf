"""The time of a study: what is kept back for its end, also where the machine is busy."""

import time

import pytest
from goodfit.recipes.studying import budget as budgets
from goodfit.recipes.studying.budget import AFTER_SECONDS, Budget, budget_shares


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def ends_in(reading):
    return reading - time.monotonic()


def test_what_was_spent_before_counts(clock):
    budget = Budget(60.0, spent=20.0, clock=clock)
    clock.now += 5.0
    assert (budget.spent, budget.remaining) == (25.0, 35.0)


def test_the_end_is_kept_room_for(clock):
    budget = Budget(100.0, clock=clock)
    assert budget.reserved(10.0) == pytest.approx(13.0 + AFTER_SECONDS)
    assert budget.reserved(1000.0) == 50.0
    assert ends_in(budget.deadline(10.0)) == pytest.approx(87.0 - AFTER_SECONDS, abs=0.5)
    assert ends_in(budget.last_deadline()) == pytest.approx(100.0 - AFTER_SECONDS, abs=0.5)


def test_the_first_training_leaves_as_much_for_the_last(clock):
    budget = Budget(100.0, clock=clock)
    assert ends_in(budget.deadline()) == pytest.approx((100.0 - AFTER_SECONDS) / 2, abs=0.5)


def test_deadlines_are_now_when_the_time_is_over(clock):
    budget = Budget(10.0, clock=clock)
    clock.now += 30.0
    assert ends_in(budget.deadline(1.0)) == pytest.approx(0.0, abs=0.5)
    assert ends_in(budget.last_deadline()) == pytest.approx(0.0, abs=0.5)
    assert not budget.allows(5, seconds=0.1, final=0.1)


@pytest.mark.parametrize(
    ("wall", "worked", "times"), [(4.0, 2.0, 2.0), (1.0, 2.0, 1.0), (99.0, 1.0, 8.0), (3.0, 0.1, 1)]
)
def test_a_busy_machine_needs_longer_for_the_end(wall, worked, times, clock, monkeypatch):
    threads = iter([0.0, worked])
    monkeypatch.setattr(budgets.time, "thread_time", lambda: next(threads))
    budget = Budget(600.0, clock=clock)
    with budget.pace():
        clock.now += wall
    assert budget.after == pytest.approx(AFTER_SECONDS * times)


def test_a_later_phase_may_use_what_an_earlier_one_left(clock):
    budget = Budget(100.0, clock=clock)
    assert not budget.allows(2, seconds=40.0, final=1.0)
    assert budget.allows(3, seconds=40.0, final=1.0)
    assert not budget.allows(4, seconds=85.0, final=1.0)
    assert budget.allows(5, seconds=85.0, final=1.0)


def test_every_share_has_a_reason():
    shares = budget_shares()
    assert sum(choice.value for choice in [*shares.values()][:3]) == pytest.approx(1.0)
    assert all(choice.reason and choice.rule for choice in shares.values())
