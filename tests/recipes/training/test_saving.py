"""What is saved is whole, compared, and refused when it is something else."""

import zipfile

import keras
import numpy as np
import pytest
from goodfit.recipes.files import new_folder, write_atomically, write_json, write_text
from goodfit.recipes.training.saving import LoadedModel, load_model, save
from goodfit.zoo import BadInput, Column, GoodfitError, Task


def model(offset: float = 0.0) -> LoadedModel:
    inputs = keras.Input((1,), name="a")
    outputs = keras.layers.Rescaling(2.0, offset)(inputs)
    return LoadedModel(
        keras.Model({"a": inputs}, outputs),
        (Column("a", "number"),),
        Task("regression", ("y",)),
        ("y",),
    )


ROWS = {"a": np.array([1.0, np.nan, 3.0], np.float32)}


def test_one_file_holds_the_model_and_its_names(tmp_path):
    assert save(model(), tmp_path / "model.keras", ROWS) == 0.0
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.metadata() == model().metadata()
    plain = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(plain({"a": np.array([[2.0]])}), [[4.0]])
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_a_model_that_answers_differently_is_not_kept(tmp_path, monkeypatch):
    other = model(offset=1.0)
    monkeypatch.setattr("goodfit.recipes.training.saving.load_model", lambda path: other)
    with pytest.raises(GoodfitError, match="differently"):
        save(model(), tmp_path / "model.keras", ROWS)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_model_of_ours_is_said(tmp_path):
    keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]).save(tmp_path / "plain.keras")
    (tmp_path / "text.keras").write_text("no zip")
    with zipfile.ZipFile(tmp_path / "odd.keras", "w") as archive:
        archive.writestr("goodfit.json", "{}")
    for name in ("plain.keras", "text.keras", "odd.keras", "none.keras", ""):
        with pytest.raises(BadInput):
            load_model(tmp_path / name)
    with pytest.raises(BadInput, match=r"\.keras"):
        save(model(), tmp_path / "model.h5", ROWS)


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = write_text(tmp_path / "a.txt", "before")

    def fails(place):
        place.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(BadInput, match="No space left"):
        write_atomically(path, fails)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "b.json", {"value": float("nan")})
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(BadInput):
        new_folder(path)
    with pytest.raises(BadInput, match="never overwrites"):
        new_folder(tmp_path)
    assert new_folder(tmp_path / "x" / "y").is_dir()
