"""The recipes for recordings on their made data, and the command line on the same files."""

import json

import pytest
from goodfit.recipes import classify_recordings, predict, recognise_speech
from goodfit.recipes.making import spoken, tones
from goodfit.tools.cli import main


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(tones, "OF_EACH", 8)
    monkeypatch.setattr(spoken, "RECORDINGS", 60)


def test_the_same_seed_writes_the_same_recordings(few, tmp_path):
    for example in (tones.EXAMPLE, spoken.EXAMPLE):
        written = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir(exist_ok=True)
            place = example.write(tmp_path / name, 3)
            files = sorted(path for path in place.rglob("*") if path.is_file())
            written.append([path.read_bytes() for path in files])
        assert written[0] == written[1]
        assert len(written[0]) in (32, 61)


def test_classes_of_recordings_from_the_folder_to_predictions(few, tmp_path, capsys):
    folder = tones.EXAMPLE.write(tmp_path, 0)
    run = classify_recordings(folder, output=tmp_path / "run", epochs=1)
    assert run.record["task"]["kind"] == "multiclass"
    assert run.record["naive"]["validation"]["majority"]["accuracy"]["value"] <= 0.5
    found = predict(run, folder / "rising")
    assert len(found) == 8
    assert set(found["prediction"]) <= set(tones.MOVES)
    answers = tmp_path / "answers.csv"
    one = folder / "rising" / "000.wav"
    assert main(["predict", str(run.folder), str(one), "--output", str(answers)]) == 0
    capsys.readouterr()
    assert len(answers.read_text().splitlines()) == 2


@pytest.mark.slow
def test_the_command_trains_on_a_folder_of_recordings(few, tmp_path, capsys):
    """As the commands of docs/audio.md do."""
    folder = tones.EXAMPLE.write(tmp_path, 0)
    words = ["train", folder, "--epochs", "1", "--set", "units=4", "--output", tmp_path / "cli"]
    assert main([*map(str, words), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_speech_from_the_folder_to_transcripts(few, tmp_path):
    folder = spoken.EXAMPLE.write(tmp_path, 0)
    run = recognise_speech(folder, words=True, group="speaker", output=tmp_path / "run", epochs=2)
    assert run.record["split"]["method"] == "group" or run.splits.method.value == "group"
    scores = run.record["validation"]["metrics"]
    assert {"word_error_rate", "character_error_rate", "sentence_accuracy"} <= set(scores)
    found = predict(run, folder / "000.wav")
    assert list(found.columns) == ["file", "prediction"]
    assert set(" ".join(found["prediction"]).split()) <= set(spoken.WORDS)


@pytest.mark.slow
def test_the_command_learns_speech_though_the_text_was_read_as_a_category(few, tmp_path, capsys):
    """As the commands of docs/audio.md do, but for the type of the text."""
    folder = spoken.EXAMPLE.write(tmp_path, 0)
    words = ["train", folder, *spoken.EXAMPLE.arguments, "--types", "text=category"]
    words += [
        "--epochs",
        "1",
        "--set",
        "units=4",
        "embedding_width=4",
        "--output",
        tmp_path / "cli",
    ]
    assert main([*map(str, words), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
