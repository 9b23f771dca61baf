"""Series divided by time: windows of training wholly in it, no target step in two parts."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, split
from goodfit.recipes.splitting.series_split import split_at
from goodfit.zoo import BadInput

LOOKBACK, HORIZON = 10, 5


def series(*lengths, lost=(), starts=None):
    tables = []
    for number, steps in enumerate(lengths):
        begin = starts[number] if starts else 0
        table = pd.DataFrame({"t": begin + np.arange(steps), "y": begin + np.arange(steps) * 1.0})
        tables.append(table.assign(name=f"s{number}").drop(index=list(lost)))
    options = {"time": "t", "horizon": HORIZON, "lookback": LOOKBACK, "ignore": ["name"]}
    if len(lengths) > 1:
        options |= {"series": "name", "ignore": []}
    return load(pd.concat(tables), "y", **options)


def parts_of(splits):
    return splits.train, splits.validation, splits.test.open("a test")


def places(part):
    """Return the steps that each window looks back on, and those that it is to forecast."""
    origin = part.extras["origin"][:, None]
    return origin - LOOKBACK + np.arange(LOOKBACK), origin + np.arange(HORIZON)


@pytest.mark.parametrize("lost", [(), (20, 21, 90, 130)])
def test_each_part_has_every_window_that_it_can(lost):
    data = series(200, lost=lost)
    train, validation, test = parts_of(split(data, validation_fraction=0.2, test_fraction=0.15))
    assert len(train) == 130 - LOOKBACK - HORIZON + 1
    # They look back into the part before, so that no step of theirs goes without a forecast.
    assert len(validation) == 40 - HORIZON + 1
    assert len(test) == 30 - HORIZON + 1


@pytest.mark.parametrize("lengths", [(200,), (200, 150), (60, 200, 90)])
def test_no_step_of_one_part_is_forecast_in_another(lengths):
    data = series(*lengths, starts=[7 * i for i in range(len(lengths))])
    parts = parts_of(split(data))
    for name in np.unique(data.extras["series"]):
        seen = []
        for part in parts:
            rows = part.take(np.flatnonzero(part.extras["series"] == name))
            if len(rows):
                seen.append(set(places(rows)[1].ravel().tolist()))
        for one, other in pairwise(seen):
            assert max(one) < min(other)
        back = parts[0].take(np.flatnonzero(parts[0].extras["series"] == name))
        later = set().union(*seen[1:])
        assert not later & set(places(back)[0].ravel().tolist())


def test_all_series_are_cut_at_the_same_moments_where_that_can_be():
    splits = split(series(200, 120, starts=[0, 80]))
    train, validation, test = parts_of(splits)
    assert splits.method.value == "time"
    assert places(train)[1].max() < places(validation)[1].min()
    assert places(validation)[1].max() < places(test)[1].min()


def test_series_of_other_times_are_each_cut_in_its_own():
    """Cut at one moment, the first of them would be all training and the second all test."""
    splits = split(series(100, 100, starts=[0, 1_000]))
    assert splits.method.value == "time, each series"
    for part in parts_of(splits):
        assert set(part.extras["series"]) == {"s0", "s1"}


def test_steps_that_are_only_counted_are_the_same_moments_in_no_two_series():
    """The bug: cut at one count, the shorter series of M4 were never watched or tested."""
    table = pd.DataFrame(
        {"s": ["a"] * 200 + ["b"] * 120, "y": np.sin(np.r_[np.arange(200), np.arange(120)])}
    )
    splits = split(load(table, "y", series="s", horizon=HORIZON, lookback=LOOKBACK))
    assert splits.method.value == "time, each series"
    for part in parts_of(splits):
        assert set(part.extras["series"]) == {"a", "b"}


def test_windows_that_reach_into_the_next_part_are_counted():
    splits = split(series(200))
    figures = splits.method.figures
    parts = parts_of(splits)
    assert figures["across_parts"] == 2 * (HORIZON - 1)
    assert sum(map(len, parts)) + figures["across_parts"] == 200 - LOOKBACK - HORIZON + 1
    assert figures["test_from"] == parts[2].extras["time"][0]


def test_published_cuts_are_kept_to_the_step():
    splits = split_at(series(200), 100, 140, 180)
    train, validation, test = parts_of(splits)
    assert places(train)[1].max() == 99
    assert (places(validation)[1].min(), places(validation)[1].max()) == (100, 139)
    assert (places(test)[1].min(), places(test)[1].max()) == (140, 179)


def test_the_scale_of_mase_is_of_training_steps_alone():
    table = pd.DataFrame({"t": np.arange(200), "y": np.r_[np.arange(140) * 2.0, np.zeros(60)]})
    data = load(table, "y", time="t", horizon=5, lookback=10, season=3)
    train, _, test = parts_of(split(data))
    assert np.allclose(train.extras["scale"], 6.0)
    assert np.allclose(test.extras["scale"], 6.0)


def test_a_series_that_never_moved_in_training_has_no_scale():
    data = load(pd.DataFrame({"y": np.r_[np.ones(150), np.arange(50)]}), "y", horizon=5, lookback=9)
    assert np.isnan(split(data).train.extras["scale"]).all()


def test_too_short_for_three_parts_is_told():
    with pytest.raises(BadInput, match="at least 25 steps"):
        split(series(18))
    assert all(len(part) for part in parts_of(split(series(LOOKBACK + 3 * HORIZON))))
