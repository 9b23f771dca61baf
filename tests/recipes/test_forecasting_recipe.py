"""The recipe for series on its made data, and the command line from the table to tomorrow."""

import json

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import forecast_series, load, predict
from goodfit.recipes.making import town_load
from goodfit.recipes.making.examples import example
from goodfit.recipes.making.showing import keywords
from goodfit.tools.cli import main


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    return town_load.EXAMPLE.write(folder, 0)


def test_the_same_seed_writes_the_same_load_with_its_gaps(made, tmp_path):
    again = town_load.EXAMPLE.write(tmp_path, 0)
    assert again.read_bytes() == made.read_bytes()
    data = load(made, **keywords(example("town_load").arguments))
    assert data.choices["step"].figures["filled"] >= 10  # the day that the meter was off
    assert np.isnan(data.labels).any()
    assert data.task.season == 24


def test_a_load_is_forecast_better_than_by_yesterday(made, tmp_path):
    run = forecast_series(
        made, "load", time="hour", horizon=24, output=tmp_path / "run", epochs=6, test=True
    )
    assert run.config.model == "linear_forecast"
    scores = run.record["validation"]["metrics"]
    assert scores["owa"]["value"] < 0.9
    assert set(run.record["naive"]["validation"]) >= {"repeat-last", "seasonal-naive", "linear"}
    assert set(run.record["test"]["metrics"]) == set(scores)
    table = pd.read_csv(made)
    found = predict(run, table)
    assert list(found.columns) == ["hour", "prediction"]
    assert found["hour"].iloc[[0, -1]].tolist() == ["2024-03-01 00:00:00", "2024-03-01 23:00:00"]
    # A part of the table is forecast to go on from its own end, as the rest of it does.
    start = np.flatnonzero(table["hour"] == "2024-02-28 00:00")[0]
    said = predict(run, table.iloc[:start]).set_index("hour")["prediction"]
    truth = table.set_index(table["hour"] + ":00")["load"].reindex(said.index)
    assert np.abs(said - truth).mean() < 0.5 * truth.std()


def test_the_commands_forecast_the_next_steps_of_each_series(tmp_path, capsys):
    hours = pd.date_range("2024-03-01", periods=120, freq="h").astype(str)
    wave = 5 + np.sin(2 * np.pi * np.arange(120) / 24)
    shops = [
        pd.DataFrame({"at": hours, "sold": wave * size, "price": size, "shop": name})
        for name, size in (("north", 1.0), ("south", 100.0))
    ]
    path, output = tmp_path / "shops.csv", tmp_path / "next.csv"
    pd.concat(shops).to_csv(path, index=False)
    words = ["train", path, "--time", "at", "--series", "shop", "--target", "sold"]
    words += ["--horizon", "6", "--lookback", "24", "--epochs", "3", "--output", tmp_path / "run"]
    assert main([*map(str, words), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["task"]
    assert main(["predict", str(tmp_path / "run"), str(path), "--output", str(output)]) == 0
    capsys.readouterr()
    found = pd.read_csv(output)
    assert list(found.columns) == ["shop", "at", "prediction"]
    assert found["shop"].tolist() == ["north"] * 6 + ["south"] * 6
    assert found["at"].iloc[[0, 5]].tolist() == ["2024-03-06 00:00:00", "2024-03-06 05:00:00"]
    north, south = (found.loc[found["shop"] == name, "prediction"] for name in ("north", "south"))
    assert north.between(2, 8).all()
    assert south.between(200, 800).all()
    shops[0].drop(columns="sold").to_csv(path, index=False)
    assert main(["predict", str(tmp_path / "run"), str(path), "--output", str(output)]) == 2
    assert main(["predict", str(tmp_path / "run"), str(path), "--output", f"{output}2"]) == 2
    assert "'sold'" in capsys.readouterr().err
