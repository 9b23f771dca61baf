"""Series from tables: every window once, gaps as missing steps, read again and read to predict."""

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, load_rows
from goodfit.zoo import BadInput


def hourly(steps=60, **columns):
    hours = pd.date_range("2024-03-01", periods=steps, freq="h")
    return pd.DataFrame({"hour": hours.astype(str), "load": np.arange(steps) * 1.5, **columns})


def read(table, target="load", **options):
    return load(table, target, **{"time": "hour", "horizon": 4, "lookback": 6, **options})


def refused(kind, *arguments, **options):
    with pytest.raises(BadInput) as caught:
        read(*arguments, **options)
    problems = {problem.kind: problem for problem in caught.value.problems}
    assert kind in problems, problems
    return str(caught.value)


def values_of(data):
    return data.features["window"][:, :-1, : data.task.outputs]


@pytest.mark.parametrize(("steps", "lookback", "horizon"), [(60, 6, 4), (20, 13, 7), (11, 10, 1)])
def test_a_series_loses_no_window(steps, lookback, horizon):
    data = read(hourly(steps), lookback=lookback, horizon=horizon)
    assert len(data) == steps - lookback - horizon + 1
    places = np.arange(len(data))[:, None]
    past, ahead = np.arange(lookback), lookback + np.arange(horizon)
    assert (values_of(data)[..., 0] == 1.5 * (places + past)).all()
    assert (data.labels[..., 0] == 1.5 * (places + ahead)).all()


def test_a_window_holds_nothing_of_what_it_is_to_forecast():
    data = read(hourly(temperature=np.arange(60.0)))
    assert np.isnan(data.features["window"][:, -1, :2]).all()


def test_gaps_in_time_are_missing_steps_and_move_no_other():
    whole, kept = hourly(), np.delete(np.arange(60), [7, 30, 31])
    data = read(whole.iloc[kept])
    assert len(data) == len(read(whole))
    steps = np.append(values_of(data)[:, 0, 0], values_of(data)[-1, 1:, 0])
    assert np.flatnonzero(np.isnan(steps)).tolist() == [7, 30, 31]
    others = np.delete(np.arange(len(steps)), [7, 30, 31])
    assert (steps[others] == 1.5 * others).all()
    assert data.choices["step"].figures == {"filled": 3}


def test_rows_in_any_order_are_brought_in_order_of_time():
    table = hourly()
    shuffled = table.sample(frac=1, random_state=0)
    assert np.array_equal(read(shuffled).labels, read(table).labels)


def test_the_season_and_the_calendar_come_from_the_step():
    data = read(hourly(24 * 10), lookback=None)
    assert data.task.season == 24
    assert data.options["lookback"] % 24 == 0
    day = data.features["window"][:, :, 1:]  # two waves a day: sine and cosine of each
    assert day.shape[2] == 4
    assert np.allclose(day[:, 0], day[np.arange(len(data)), 0])
    hour = np.arange(len(data)) + data.options["lookback"]
    assert np.allclose(day[:, -1, 0], np.sin(2 * np.pi * hour / 24), atol=1e-5)
    months = pd.date_range("1949-01-31", periods=144, freq="ME").astype(str)
    yearly = load(pd.DataFrame({"month": months, "y": np.arange(144.0)}), time="month", horizon=12)
    assert (yearly.task.season, yearly.choices["step"].value) == (12, "1 month")
    assert yearly.extras["time"][0].endswith(("31 00:00:00", "30 00:00:00", "28 00:00:00"))


def test_rows_without_a_time_are_in_order():
    data = load(pd.DataFrame({"y": np.arange(30.0)}), "y", horizon=2, lookback=5, season=3)
    assert len(data) == 24
    assert data.task.season == 3
    assert data.choices["time"].value == "order of the rows"


def test_all_columns_of_numbers_are_forecast_where_none_is_named():
    data = read(hourly(price=np.arange(60.0) ** 2, wind="NW"), target=None)
    assert data.task.names == ("load", "price")
    assert data.labels.shape == (51, 4, 2)
    assert "wind" in data.choices["left aside"].value


def test_a_target_is_first_and_the_others_are_looked_back_on():
    data = read(hourly(price=np.arange(60.0) ** 2), target="price")
    assert data.labels.shape == (51, 4, 1)
    assert data.features["window"][0, :3].tolist()[1][:2] == [1.0, 1.5]


@pytest.fixture
def towns():
    """Two towns of which one begins ten hours later, and ends later."""
    early, late = hourly(40), hourly(50)
    late["load"] += 1_000
    hours = pd.date_range("2024-03-01 10:00", periods=50, freq="h")
    late["hour"] = hours.astype(str)
    early["town"], late["town"] = "A", "B"
    return pd.concat([early, late]).sample(frac=1, random_state=1)


def test_no_window_lies_in_two_series(towns):
    data = read(towns, series="town")
    names = data.extras["series"]
    assert {name: int((names == name).sum()) for name in ("A", "B")} == {"A": 31, "B": 41}
    above = (np.concatenate([values_of(data), data.labels], axis=1) >= 1_000).all(axis=(1, 2))
    assert (above == (names == "B")).all()
    assert data.extras["origin"][names == "B"][0] == 16  # of the hours since the first of all
    assert data.extras["time"][names == "B"][0] == "2024-03-01 16:00:00"


def test_a_series_is_read_again_equally(towns, tmp_path):
    path = tmp_path / "towns.csv"
    towns.assign(note="x").to_csv(path, index=False, sep=";")
    for target in ("load", None):
        data = read(path, target, series="town", lookback=None)
        again = load(data.source, data.target, **data.options)
        assert again.fingerprint() == data.fingerprint()
        assert (again.task, again.columns) == (data.task, data.columns)
        assert (again.extras["origin"] == data.extras["origin"]).all()


def test_the_last_window_of_each_series_is_what_a_forecast_is_made_from(towns):
    data = read(towns, series="town")
    rows = load_rows(towns.assign(more=1), data.columns, options=data.options)
    assert rows.extras["series"].tolist() == ["A", "B"]
    assert rows.features["window"][0, :-1, 0].tolist() == (1.5 * np.arange(34, 40)).tolist()
    assert rows.features["window"][1, :-1, 0].tolist() == (1_000 + 1.5 * np.arange(44, 50)).tolist()
    assert rows.extras["moments"][0].tolist()[::3] == ["2024-03-02 16:00:00", "2024-03-02 19:00:00"]
    assert rows.extras["moments"][1, 0] == "2024-03-03 12:00:00"
    assert rows.labels is None


def test_the_calendar_of_rows_to_predict_is_that_of_training():
    table = hourly(24 * 30)  # days and weeks
    data = read(table)
    asked = load_rows(table.iloc[:-4], data.columns, options=data.options)  # what came last
    assert np.allclose(asked.features["window"][0], data.features["window"][-1], equal_nan=True)


def test_a_short_series_to_predict_begins_with_missing_steps():
    data = read(hourly())
    rows = load_rows(hourly(4), data.columns, options=data.options)
    assert np.isnan(rows.features["window"][0, :2, 0]).all()
    assert rows.features["window"][0, 2:-1, 0].tolist() == [0.0, 1.5, 3.0, 4.5]
    assert rows.choices["short series"].value == 1


def test_rows_to_predict_need_the_columns_of_training():
    data = read(hourly(price=1.0 + np.arange(60)))
    with pytest.raises(BadInput) as caught:
        load_rows(hourly().rename(columns={"hour": "hours"}), data.columns, options=data.options)
    assert {problem.kind for problem in caught.value.problems} == {"column_missing"}
    assert "Did you mean 'hours'" in str(caught.value)
    assert "'price'" in str(caught.value)


def test_times_that_come_twice_are_told_with_their_rows(towns):
    table = hourly()
    twice = pd.concat([table, table.iloc[[5]]])
    assert "--series" in refused("time_repeated", twice)
    refused("time_repeated", towns)


def test_times_between_two_steps_are_told():
    table = hourly()
    table.loc[7, "hour"] = "2024-03-01 07:20:00"
    assert "1 hour" in refused("time_uneven", table)


def test_a_far_away_time_is_a_mistake_and_no_gap():
    table = hourly()
    table.loc[59, "hour"] = "2204-03-01 00:00:00"
    refused("time_uneven", table)


def test_missing_times_and_names_are_told(towns):
    table = hourly()
    table.loc[3, "hour"] = None
    refused("time_missing", table)
    towns = towns.reset_index(drop=True)
    towns.loc[3, "town"] = None
    refused("series_missing", towns, series="town")


def test_too_short_a_series_is_told_with_what_is_needed():
    assert "10 steps" in refused("series_too_short", hourly(9))
    refused("series_too_short", hourly(1))


def test_what_cannot_be_used_is_told():
    table = hourly(wind="NW")
    refused("target_unknown", table, target="laod")
    refused("column_unknown", table, series="town")
    refused("target_unusable", table, target="wind")
    refused("target_unusable", table, target="hour")
    refused("time_unfit", table, time="wind")
    refused("horizon_missing", table, horizon=None, task="forecasting")
    refused("option_unsuited", table, group="wind")


def test_rows_to_predict_with_other_steps_are_told():
    """The waves of an hourly model have no meaning for days."""
    data = read(hourly(24 * 10))
    days = pd.date_range("2024-03-01", periods=60, freq="D").astype(str)
    with pytest.raises(BadInput, match="1 day"):
        load_rows(hourly().assign(hour=days), data.columns, options=data.options)
