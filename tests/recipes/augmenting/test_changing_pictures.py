"""Pictures are turned, moved and lit within REG-4's figures, each in its own way."""

import keras
import numpy as np
import pytest
from goodfit.recipes.augmenting import pictures
from goodfit.recipes.augmenting.pictures import PictureChanges

SHAPE = (32, 24, 24, 1)


def blobs() -> np.ndarray:
    """Return a bright spot right of the middle, on grey."""
    down, right = np.mgrid[: SHAPE[1], : SHAPE[2]]
    spot = 60 + 120 * np.exp(-((down - 12) ** 2 + (right - 17) ** 2) / 8)
    return np.repeat(spot[None, :, :, None], SHAPE[0], axis=0).astype("float32")


def changed(**settings) -> np.ndarray:
    change = PictureChanges(0.0, 255.0, keras.random.SeedGenerator(1), **settings)
    return np.asarray(change(blobs()))


def middles(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the brightest place of each picture is, down and right of the middle."""
    flat = images[..., 0].reshape(len(images), -1).argmax(axis=1)
    down, right = np.unravel_index(flat, SHAPE[1:3])
    return down - 11.5, right - 11.5


def test_without_strength_nothing_changes():
    np.testing.assert_allclose(changed(strength=0.0), blobs(), atol=1e-3)


def test_each_picture_is_changed_in_its_own_way_and_within_the_figures():
    found = changed()
    assert np.unique(found.reshape(len(found), -1), axis=0).shape[0] == len(found)
    assert found.min() >= 0
    assert found.max() <= 255
    down, _ = middles(found)
    # 5.5 pixels from the middle, turned by 20 degrees, zoomed and moved by a tenth.
    limit = np.sin(np.radians(pictures.TURN)) * 5.5 * 1.1 + pictures.SHIFT * 24 + 1.5
    assert np.abs(down).max() <= limit
    assert down.std() > 0.5
    light = np.median(found.reshape(len(found), -1), axis=1)
    assert 5 < light.std() < 60


def test_only_a_flip_that_is_wished_for_takes_the_spot_to_the_other_side():
    assert (middles(changed())[1] > 0).all()
    mirrored = middles(changed(flip=True))[1] < 0
    assert 0.2 < mirrored.mean() < 0.8


def test_half_the_strength_is_half_the_turn():
    spread = [middles(changed(strength=strength))[0].std() for strength in (0.5, 1.0)]
    assert spread[0] < 0.8 * spread[1]


def test_one_resampling_places_pixels_as_the_layers_of_keras_do(monkeypatch):
    monkeypatch.setattr(pictures, "ZOOM", 0.0)
    monkeypatch.setattr(pictures, "SHIFT", 0.0)
    layer = keras.layers.RandomRotation(pictures.TURN / 360, fill_mode="nearest")
    drawn = layer.get_random_transformation(blobs(), seed=keras.random.SeedGenerator(3))
    expected = layer.transform_images(keras.ops.convert_to_tensor(blobs()), drawn)
    monkeypatch.setattr(pictures, "BRIGHTNESS", 0.0)
    monkeypatch.setattr(pictures, "CONTRAST", 0.0)
    change = PictureChanges(0.0, 255.0, keras.random.SeedGenerator(3))
    np.testing.assert_allclose(change(blobs()), expected, atol=0.1)


@pytest.mark.parametrize("channels", [1, 3])
def test_all_frames_of_a_film_are_changed_alike(channels):
    film = np.repeat(blobs()[:2, None], 3, axis=1)
    film = np.repeat(film, channels, axis=-1)
    change = PictureChanges(0.0, 255.0, keras.random.SeedGenerator(1))
    found = np.asarray(change.films(film))
    assert found.shape == film.shape
    np.testing.assert_allclose(found[:, 0], found[:, 2], atol=1e-3)
    assert np.abs(found[0] - found[1]).max() > 5
