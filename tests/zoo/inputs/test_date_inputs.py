import numpy as np
import pandas as pd
import pytest
from goodfit.zoo import Column, model_inputs, to_tensors
from goodfit.zoo.inputs.date_inputs import DATE_FIELDS, date_fields


def read(texts):
    import tensorflow as tf

    fields = np.asarray(date_fields(1)(tf.constant(np.array(texts, object)[:, None])))
    return dict(zip(DATE_FIELDS, fields[:, 0].T, strict=True))


def test_fields_equal_those_of_pandas_in_every_kind_of_year():
    days = np.concatenate(
        [
            pd.date_range(start, periods=800, freq="D", unit="s").to_numpy()
            for start in ("1899-06-01", "1969-06-01", "1999-06-01", "2023-06-01", "2099-06-01")
        ]
    )
    draw = np.random.default_rng(0)
    times = pd.DatetimeIndex(days + draw.integers(0, 86_400, len(days)).astype("m8[s]"))
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.123456+02:00"):
        found = read(times.strftime(pattern).tolist())
        assert found["valid"].all()
        np.testing.assert_array_equal(found["year"], times.year)
        np.testing.assert_array_equal(found["month"], times.month)
        np.testing.assert_array_equal(found["day_of_year"], times.day_of_year)
        np.testing.assert_array_equal(found["weekday"], times.day_of_week)
        seconds = times.hour * 3600 + times.minute * 60 + times.second
        np.testing.assert_array_equal(found["second_of_day"], seconds)
        ordinals = [day.toordinal() for day in times.to_pydatetime()]
        np.testing.assert_array_equal(found["ordinal"], ordinals)


@pytest.mark.parametrize("text", ["0001-01-01", "1900-02-28", "2000-02-29", "2024-12-31 23:59:59"])
def test_dates_that_are(text):
    assert read([text])["valid"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "2023-02-29",
        "1900-02-29",
        "2023-00-10",
        "2023-13-01",
        "2023-04-31",
        "2023-04-00",
        "0000-01-01",
        "2023/04/01",
        "2023-4-1",
        "2023-04-01 24:00",
        "2023-04-01 7:00",
        "2023-04-01 07:61",
        "年月日",
        "9" * 400,
    ],
)
def test_dates_that_are_not_count_as_missing(text):
    assert not any(values[0] for values in read([text]).values())


@pytest.mark.parametrize("ending", ["", " 07", " 07Z", "T07:30", "T07:30Z", "T07:30-05:00"])
def test_shorter_times_and_zones(ending):
    expected = 0 if not ending else 7 * 3600 + (1800 if "30" in ending else 0)
    assert read([f"2023-04-01{ending}"])["second_of_day"] == expected


def test_features_are_those_that_vary_with_cycles_closed():
    columns = [Column("d", "date")]
    times = pd.date_range("2022-01-01", "2023-12-31", freq="7D")  # one weekday, no time of day
    rows = {"d": np.array([*times.strftime("%Y-%m-%d"), ""], object)}
    model = model_inputs(columns, rows)
    dense = np.asarray(model(to_tensors(rows, columns))["dense"])
    # Year, days, sine of month and day, cosine of month and day, missing.
    assert dense.shape == (len(times) + 1, 7)
    np.testing.assert_array_equal(dense[-1], [0, 0, 0, 0, 0, 0, 1])
    angle = 2 * np.pi * (times.day_of_year.to_numpy() - 1) / 365.25
    np.testing.assert_allclose(dense[:-1, 3], np.sin(angle), atol=1e-5)
    np.testing.assert_allclose(dense[:-1, 5], np.cos(angle), atol=1e-5)
    assert (np.diff(dense[:-1, 1]) > 0).all()  # days go on


def test_a_day_and_half_a_day_turn_as_they_should():
    columns = [Column("d", "date")]
    hours = np.arange(24)
    rows = {"d": np.array([f"2024-02-29 {hour:02d}:00" for hour in hours], object)}
    dense = np.asarray(model_inputs(columns, rows)(to_tensors(rows, columns))["dense"])
    assert dense.shape == (24, 5)  # days, and sine and cosine of day and half a day
    turns = [f(2 * np.pi * hours / turn) for f in (np.sin, np.cos) for turn in (24, 12)]
    np.testing.assert_allclose(dense[:, 1:], np.stack(turns, axis=1), atol=1e-5)


def test_seconds_are_kept_apart_over_years_and_the_future_stays_finite():
    columns = [Column("d", "date")]
    rows = {"d": np.array(["2020-01-01", "2020-01-01 00:01:00", "2020-01-03"], object)}
    model = model_inputs(columns, rows)
    later = {"d": np.array(["9999-12-31 23:59:59", "0001-01-01"], object)}
    dense = np.asarray(model(to_tensors(rows, columns))["dense"])
    assert dense[1, 0] > dense[0, 0]
    assert np.isfinite(np.asarray(model(to_tensors(later, columns))["dense"])).all()
