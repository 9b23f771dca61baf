"""The recipes for images and films, shortened, and the same from the command line."""

import json

import pandas as pd
import pytest
from goodfit.recipes import classify_images, open_run, recognise_actions
from goodfit.recipes.making import gestures, shapes
from goodfit.tools.cli import main


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(shapes, "IMAGES", 30)
    return shapes.EXAMPLE.write(tmp_path, 0)


def test_images_are_trained_on_and_predicted_from_the_command_line(pictures, tmp_path, capsys):
    run = tmp_path / "run"
    words = ["train", str(pictures), "--output", str(run), "--epochs", "1", "--no-report"]
    assert main([*words, "--set", "filters=4", "--size", "14x14", "--test"]) == 0
    record = json.loads((run / "run.json").read_text())
    assert open_run(run).config.model == "convnet"
    assert set(record["naive"]["test"]) == {"majority", "linear"}
    out = tmp_path / "out.csv"
    assert main(["predict", str(run), str(pictures / "square"), "--output", str(out)]) == 0
    found = pd.read_csv(out)
    assert found["file"].tolist()[:2] == ["001.png", "004.png"]
    assert set(found["prediction"]) <= set(shapes.SHAPES)
    assert main(["predict", str(run), str(pictures / "none"), "--output", str(out)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_recipe_for_images_runs(pictures):
    run = classify_images(pictures, size=(12, 12), epochs=1)
    assert run.config.model == "convnet"
    assert run.record["validation"]["metrics"]["accuracy"]["value"] <= 1


def test_the_recipe_for_films_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(gestures, "FILMS", 32)
    place = gestures.EXAMPLE.write(tmp_path, 0)
    run = recognise_actions(place, epochs=1, output=tmp_path / "run")
    assert run.config.model == "gru"
    assert run.record["naive"]["validation"]["linear"]["accuracy"]["value"] >= 0
    from goodfit.recipes import predict

    found = predict(run, place / "nod" / "002.gif")
    assert found["prediction"][0] in gestures.GESTURES
