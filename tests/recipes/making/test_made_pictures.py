"""Made pictures and films are the same from the same seed, and read back as they were made."""

import hashlib

import numpy as np
from goodfit.recipes import load
from goodfit.recipes.making import gestures, shapes


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = b"".join(str(p.relative_to(folder)).encode() + p.read_bytes() for p in files)
    return hashlib.sha256(told).hexdigest()


def test_pictures_are_made_the_same_again_and_read_back(tmp_path, monkeypatch):
    monkeypatch.setattr(shapes, "IMAGES", 12)
    first, again, other = (
        shapes.EXAMPLE.write(tmp_path / name, seed) for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert digest(first) == digest(again) != digest(other)
    data = load(first)
    images, kinds = shapes.shape_images(12, 0)
    order = np.argsort(kinds, kind="stable")
    np.testing.assert_array_equal(data.features["image"][..., 0], images[order])
    assert data.task.names == shapes.SHAPES


def test_films_are_made_the_same_again_and_read_back(tmp_path, monkeypatch):
    monkeypatch.setattr(gestures, "FILMS", 12)
    first, again, other = (
        gestures.EXAMPLE.write(tmp_path / name, seed)
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert digest(first) == digest(again) != digest(other)
    data = load(first)
    films, kinds = gestures.gesture_films(12, 0)
    for film, expected in zip(
        data.features["frames"], films[np.argsort(kinds, kind="stable")], strict=True
    ):
        np.testing.assert_array_equal(film, expected)
    assert data.task.names == gestures.GESTURES


def test_the_two_circles_pass_the_same_places():
    films, kinds = gestures.gesture_films(200, 0)
    means = [np.mean([film.mean() for film in films[kinds == kind]]) for kind in (0, 1)]
    assert abs(means[0] - means[1]) < 2
