"""Answers kept to be shown: of the rows they are said to be of, with gaps as None, and few."""

import json

import numpy as np
from goodfit.recipes.answering.naive_forecasts import repeated
from goodfit.recipes.dataset import Dataset
from goodfit.recipes.scoring.shown_answers import MOST_STEPS, shown_answers
from goodfit.zoo.tasks import Column, Task


def windows(count, lookback, horizon):
    steps = np.arange(count + lookback + horizon, dtype=np.float32)
    values = np.stack([steps[i : i + lookback + 1] for i in range(count)])[:, :, None]
    values[:, -1] = np.nan
    labels = np.stack([steps[i + lookback : i + lookback + horizon] for i in range(count)])
    task = Task("forecasting", ("load",), horizon=horizon)
    extras = {"time": np.array([f"t{i}" for i in range(count)], object)}
    column = Column("window", "sequence")
    found = Dataset({"window": values}, labels[:, :, None], (column,), task, ("load",), "made")
    found.extras.update(extras)
    return found


def test_windows_hold_what_came_before_and_after():
    rows = windows(20, 30, 4)
    labels = rows.labels.copy()
    labels[:, 1] = np.nan
    naive = {"repeat-last": repeated(rows.features["window"], rows.task)}
    found = shown_answers(labels, rows.labels + 1, naive, rows)
    assert found["target"] == "load"
    assert len(found["windows"]) == 3
    for window in found["windows"]:
        place = int(window["time"][1:])
        assert window["past"] == list(range(place + 30 - 24, place + 30))
        assert window["truth"] == [place + 30, None, place + 32, place + 33]
        assert window["forecast"][0] == place + 31
        assert window["naive"]["repeat-last"] == [place + 29] * 4
    json.dumps(found, allow_nan=False)


def test_a_long_forecast_is_thinned_and_keeps_the_last_known_value():
    rows = windows(5, 1_000, 720)
    (window, *_) = shown_answers(rows.labels, rows.labels, {}, rows)["windows"]
    place = int(window["time"][1:])
    assert len(window["truth"]) <= MOST_STEPS
    assert window["stride"] == 3
    assert window["past"][-1] == place + 999
    assert window["truth"][0] == place + 1_000
    assert window["truth"][1] - window["truth"][0] == 3


def test_rows_of_other_sequences_are_drawn_and_the_same_each_time():
    texts = np.array([f"passage {i}" for i in range(30)], object)
    answers = np.array([f"answer {i}" for i in range(30)], object)
    columns = (Column("passage", "text"), Column("question", "text"))
    features = {"passage": texts, "question": texts}
    rows = Dataset(features, answers, columns, Task("span"), ("answer",), "made")
    found = shown_answers(answers, answers[::-1], {}, rows, seed=1)["rows"]
    assert len(found) == 5
    assert found == shown_answers(answers, answers[::-1], {}, rows, seed=1)["rows"]
    for item in found:
        number = int(item["true"].split()[1])
        assert item["input"] == f"passage {number} | passage {number}"
        assert item["predicted"] == f"answer {29 - number}"
        assert item["row"] == rows.rows[number]


def test_a_task_with_one_answer_for_each_row_keeps_none():
    columns = (Column("a", "number"),)
    rows = Dataset(
        {"a": np.zeros(3)}, np.zeros(3, int), columns, Task("binary", ("n", "y")), ("b",), "made"
    )
    assert shown_answers(rows.labels, np.zeros(3), {}, rows) == {}
