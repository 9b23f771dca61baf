"""TensorBoard folders as histories: what Keras writes, and what we write."""

import math

import keras
import numpy as np
import pytest
from goodfit.callbacks import Diagnose, History, TensorBoardWriter, diagnose
from goodfit.zoo import BadInput, MissingExtra

X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a folder with both writers' logs of one training, and its history."""
    folder = tmp_path_factory.mktemp("logs")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
    history = model.fit(
        X, X.sum(1), epochs=5, batch_size=16, verbose=0, validation_split=0.25,
        callbacks=[
            keras.callbacks.LearningRateScheduler(lambda epoch: 0.05 * 0.5**epoch),
            keras.callbacks.TensorBoard(folder / "keras", write_graph=False, update_freq=1),
            TensorBoardWriter(folder / "ours", diagnose=Diagnose(verbose=0)),
        ],
    )  # fmt: skip
    return folder, history


@pytest.mark.parametrize("writer", ["keras", "ours"])
def test_what_is_read_is_the_history(trained, writer):
    folder, history = trained
    read = History.read(folder / writer)
    assert read.epochs == (1, 2, 3, 4, 5)
    assert set(read.columns) == {"loss", "mae", "val_loss", "val_mae"}
    for name in read.columns:
        np.testing.assert_allclose(read.values(name), history.history[name], rtol=1e-6)
    np.testing.assert_allclose(read.learning_rates, history.history["learning_rate"], rtol=1e-6)


@pytest.mark.parametrize("writer", ["keras", "ours"])
def test_it_is_diagnosed_as_its_history_is(trained, writer):
    folder, history = trained
    found = [str(finding) for finding in diagnose(folder / writer)]
    of_history = [f.fault for f in diagnose(history.history)]
    assert [f.split(" ")[1] for f in found] == of_history


def test_a_loss_that_is_no_number_is_read_as_such(tmp_path):
    writer = TensorBoardWriter(tmp_path, diagnose=Diagnose(verbose=0))
    writer.set_model(None)
    writer.on_train_begin()
    for epoch, loss in enumerate((0.5, math.nan)):
        writer.on_epoch_end(epoch, {"loss": loss})
    assert diagnose(tmp_path)[0].fault == "nan_loss"


def test_a_folder_above_several_trainings_names_them(trained):
    folder, _ = trained
    with pytest.raises(BadInput, match="holds 2 trainings, one folder deeper") as error:
        History.read(folder)
    assert str(folder / "ours") in str(error.value)


def test_an_empty_folder_and_one_without_a_loss(tmp_path):
    with pytest.raises(BadInput, match="holds no event files"):
        History.read(tmp_path)
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "events.out.tfevents.1.x").write_bytes(b"")
    with pytest.raises(BadInput, match="tell no loss by epoch"):
        History.read(tmp_path)


def test_a_torn_file_gives_what_is_whole(trained, tmp_path):
    import shutil

    shutil.copytree(trained[0] / "ours", tmp_path / "torn")
    (file,) = (tmp_path / "torn" / "train").iterdir()
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * 0.6)])
    read = History.read(tmp_path / "torn")
    assert 1 <= len(read) < 5


def test_without_tensorboard_the_extra_is_named(trained, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(MissingExtra, match=r"goodfit\[tensorboard\]"):
        History.read(trained[0] / "ours")
