"""Forecasts: figures worked out by hand, what is unknown, the naive ones, and the frame."""

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import evaluate, load, naive_answers, split
from goodfit.recipes.answering.forecasts import LARGEST_SCALED, METHOD, Forecasts
from goodfit.recipes.answering.naive_forecasts import linear_forecasts, naive2, repeated, seasonal
from goodfit.recipes.dataset import Dataset
from goodfit.zoo import Column, Task
from goodfit.zoo.encoded import LEVEL, SPREAD

NAN = float("nan")
TASK = Task("forecasting", ("y",), horizon=2, season=2)


def column(*values):
    return np.array(values, float)[:, :, None]


def scores(labels, answers, task=TASK):
    found = evaluate(labels, answers, task, samples=10).metrics
    return {name: estimate.value for name, estimate in found.items()}


def test_figures_are_those_worked_out_by_hand():
    """Errors 2, 0 and 1, 3; sizes 8, 10 and 3, 11; the scale of MASE 2 and 4."""
    labels, values = column([3, 5], [1, 4]), column([5, 5], [2, 7])
    yardstick = column([3, 1], [1, 4])  # errors 0, 4 and 0, 0; sizes 6, 6 and 2, 8
    found = scores(labels, Forecasts(values, np.array([[2.0], [4.0]]), yardstick))
    shares = 2 / 8 + 0 + 1 / 3 + 3 / 11
    scaled = 2 / 2 + 0 + 1 / 4 + 3 / 4
    assert found["mse"] == pytest.approx((4 + 0 + 1 + 9) / 4)
    assert found["rmse"] == pytest.approx(np.sqrt(14 / 4))
    assert found["mae"] == pytest.approx(6 / 4)
    assert found["mase"] == pytest.approx(scaled / 4)
    assert found["smape"] == pytest.approx(200 * shares / 4)
    # Of the yardstick: shares 4 / 6, scaled errors 4 / 2; each twice in the one and once there.
    assert found["owa"] == pytest.approx((shares / (4 / 6) + scaled / (4 / 2)) / 2)


def test_the_yardstick_itself_has_an_owa_of_one():
    draw = np.random.default_rng(0)
    labels, naive = draw.normal(5, 1, (2, 30, 2, 1))
    scale = np.ones((30, 1))
    assert scores(labels, Forecasts(naive, scale, naive))["owa"] == pytest.approx(1.0)
    assert scores(labels, Forecasts(labels, scale, naive))["owa"] == 0.0


def test_what_is_unknown_counts_for_nothing():
    labels, values = column([3, NAN], [NAN, NAN]), column([5, 100], [7, 7])
    found = scores(labels, Forecasts(values, np.array([[2.0], [1.0]]), values))
    assert (found["mse"], found["mae"], found["mase"]) == (4.0, 2.0, 1.0)


def test_a_series_without_a_scale_counts_in_all_but_mase():
    labels, values = column([3, 3], [4, 4]), column([5, 5], [5, 5])
    found = scores(labels, Forecasts(values, np.array([[NAN], [1.0]]), values))
    assert found["mae"] == 1.5
    assert found["mase"] == 1.0


def test_targets_count_alike():
    task = Task("forecasting", ("a", "b"), horizon=1)
    labels, values = np.zeros((1, 1, 2)), np.array([[[1.0, 3.0]]])
    found = scores(labels, Forecasts(values, np.array([[1.0, 6.0]]), values), task)
    assert found["mse"] == 5.0
    assert found["mase"] == (1 / 1 + 3 / 6) / 2


def windows(values, lookback=4, names=("y",), season=2):
    values = np.asarray(values, float).reshape(-1, len(names))
    import pandas as pd

    options = {"horizon": 2, "lookback": lookback, "season": season}
    return load(pd.DataFrame(values, columns=list(names)), list(names), **options)


def test_naive_forecasts_take_the_last_value_and_the_last_season():
    data = windows([1, 5, 2, 6, 3, 7, 4, 8] * 3)
    assert repeated(data.features["window"], data.task)[0].ravel().tolist() == [6, 6]
    assert seasonal(data.features["window"], data.task)[0].ravel().tolist() == [2, 6]
    assert repeated(data.features["window"], data.task, mean=True)[0, 0, 0] == 3.5


def test_naive_forecasts_pass_over_missing_steps():
    window = column([1, 5, NAN, 6, NAN, 7, NAN])
    assert seasonal(window, TASK).ravel().tolist() == [1, 7]
    assert repeated(column([1, 5, NAN, NAN]), TASK).ravel().tolist() == [5, 5]
    assert repeated(column([NAN, NAN, NAN]), TASK).ravel().tolist() == [0, 0]


def test_a_linear_law_is_found_without_a_network():
    steps = np.arange(300)
    data = windows(5 + np.sin(2 * np.pi * steps / 8), lookback=8)
    splits = split(data)
    answers = linear_forecasts(splits.train, splits.validation)
    assert np.abs(answers - splits.validation.labels).max() < 0.05


def test_a_large_series_does_not_rule_the_linear_forecasts_of_a_small_one():
    """The bug: on series of all sizes the ridge was tenfold worse than repeating a season."""
    wave = np.sin(2 * np.pi * np.arange(300) / 8)
    draw = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "s": ["large"] * 300 + ["small"] * 300,
            "y": np.r_[1e5 * (wave + draw.normal(0, 1, 300)), 9 + wave],
        }
    )
    parts = split(load(table, "y", series="s", horizon=4, lookback=16))
    rows = parts.validation.take(np.flatnonzero(parts.validation.extras["series"] == "small"))
    assert np.abs(linear_forecasts(parts.train, rows) - rows.labels).max() < 1.0


def test_naive_answers_have_names_and_figures():
    splits = split(windows(np.tile([1.0, 5.0, 2.0, 6.0], 50)))
    answers = naive_answers(splits.train, splits.validation)
    assert list(answers) == ["repeat-last", "seasonal-naive", "mean", "linear"]
    found = scores(splits.validation.labels, answers["seasonal-naive"])
    assert found["owa"] == pytest.approx(1.0)
    assert found["mase"] == pytest.approx(1.0)  # one season back is wrong by 1, always


def test_naive2_is_the_last_value_where_there_is_no_season():
    draw = np.random.default_rng(0)
    noise = draw.normal(10, 1, 200)
    assert naive2(noise, 3, 24).tolist() == [noise[-1]] * 3
    # Twice the level in odd steps: the last value 22 is an odd one, so the next is half of it.
    cycle = np.tile([10.0, 20.0], 30)
    assert naive2(cycle, 3, 2) == pytest.approx([10.0, 20.0, 10.0])


def test_labels_to_train_on_are_in_spreads_of_their_window():
    labels = column([12, 14], [NAN, 1e9])
    rows = Dataset(
        {"window": np.zeros((2, 3, 1), np.float32)},
        labels,
        (Column("window", "sequence", 1),),
        TASK,
        ("y",),
        "",
        np.arange(2),
    )
    encoded = {LEVEL: np.array([[10.0], [0.0]]), SPREAD: np.array([[2.0], [1.0]]), "x": np.ones(2)}
    inputs, prepared, weights = METHOD.prepare(None, rows, encoded)
    assert list(inputs) == ["x"]
    assert prepared[..., 0].tolist() == [[1.0, 2.0], [0.0, LARGEST_SCALED]]
    assert weights.tolist() == [[1.0, 1.0], [0.0, 1.0]]


def test_a_row_for_each_step_of_each_series_with_its_time():
    task = Task("forecasting", ("a", "b"), horizon=2)
    extras = {"series": np.array(["N", "S"], object), "moments": np.array([[5, 6], [8, 9]])}
    rows = Dataset(
        {"window": np.zeros((2, 3, 2))},
        None,
        (Column("window", "sequence", 2),),
        None,
        (),
        "",
        np.arange(1, 3),
        {},
        {"series": "town", "time": "hour"},
        extras,
    )
    values = np.arange(8.0).reshape(2, 2, 2)
    frame = METHOD.frame(Forecasts(values, np.ones((2, 2)), values), task, rows)
    assert list(frame.columns) == ["town", "hour", "prediction_a", "prediction_b"]
    assert frame["town"].tolist() == ["N", "N", "S", "S"]
    assert frame["hour"].tolist() == [5, 6, 8, 9]
    assert frame["prediction_b"].tolist() == [1, 3, 5, 7]


def test_flat_windows_do_not_rule_the_linear_forecasts():
    """A rate that was held for months and then moved is a flat window with a large answer."""
    draw = np.random.default_rng(0)
    moves = draw.normal(0, 1, 600)
    moves[200:260] *= 1e-5
    data = windows(100 + moves.cumsum(), lookback=16)
    splits = split(data)
    rows = splits.validation
    errors = [
        np.square(answers - rows.labels).mean()
        for answers in (
            linear_forecasts(splits.train, rows),
            repeated(rows.features["window"], TASK),
        )
    ]
    assert errors[0] < 1.5 * errors[1]
