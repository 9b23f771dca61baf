"""Folders of pictures: every kind of file, one size, and what cannot be read."""

import numpy as np
import pytest
from goodfit.recipes import load, load_rows
from goodfit.recipes.reading.picture_files import decoded, usual_size
from goodfit.zoo import BadInput
from PIL import Image

DRAW = np.random.default_rng(0)


def grey(height=6, width=8):
    return Image.fromarray(DRAW.integers(0, 256, (height, width), np.uint8))


@pytest.fixture
def folder(tmp_path):
    """Twelve grey pictures of two classes."""
    for kind in ("cat", "dog"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for number in range(6):
            grey().save(tmp_path / "pets" / kind / f"{number}.png")
    return tmp_path / "pets"


def test_a_folder_for_each_class_becomes_images(folder):
    (folder / "dog" / "notes.txt").write_text("no picture")
    (folder / "dog" / ".hidden.png").write_text("no picture")
    data = load(folder)
    assert data.task.kind == "binary"
    assert data.columns[0].shape == (6, 8, 1)
    assert data.labels.tolist() == [0] * 6 + [1] * 6
    assert data.extras["file"][[0, -1]].tolist() == ["cat/0.png", "dog/5.png"]
    first = np.asarray(Image.open(folder / "cat" / "0.png"))
    np.testing.assert_array_equal(data.features["image"][0, ..., 0], first)
    again = load(data.source, data.target, **data.options)
    assert again.fingerprint() == data.fingerprint()
    assert load(folder, positive="cat").task.names == ("dog", "cat")


def test_size_is_the_median_and_at_most_64(folder):
    for place in folder.rglob("*.png"):
        grey(100, 200).save(place)
    grey(10, 10).save(folder / "cat" / "0.png")
    assert load(folder).columns[0].shape == (32, 64, 1)
    data = load(folder, size=(5, 4))
    assert data.columns[0].shape == (5, 4, 1)
    assert data.choices["size"].reason == "You set it."


def test_one_picture_in_colour_makes_three_channels(folder):
    Image.fromarray(DRAW.integers(0, 256, (6, 8, 3), np.uint8)).save(folder / "cat" / "0.png")
    data = load(folder)
    assert data.columns[0].shape == (6, 8, 3)
    assert (data.features["image"][1:] == data.features["image"][1:, ..., :1]).all()


def test_grey_pictures_saved_in_colour_stay_grey(folder):
    for place in folder.rglob("*.png"):
        Image.open(place).convert("RGB").save(place)
    assert load(folder).columns[0].shape == (6, 8, 1)


def test_every_file_that_cannot_be_read_is_named(folder):
    (folder / "cat" / "0.png").write_bytes(b"\x89PNG broken")
    whole = (folder / "dog" / "1.png").read_bytes()
    (folder / "dog" / "1.png").write_bytes(whole[: len(whole) // 2])
    (folder / "dog" / "2.gif").write_text("text")
    with pytest.raises(BadInput) as caught:
        load(folder, size=(6, 8))
    told = str(caught.value)
    assert all(name in told for name in ("cat/0.png", "dog/1.png", "dog/2.gif"))
    assert len(caught.value.problems) == 3


def test_sixteen_bits_and_clear_pixels_keep_their_light(tmp_path):
    """The bugs: Pillow cuts 16 bits off at 255, and what is clear may hide any colour."""
    deep = np.array([[0, 65_535], [32_896, 257]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    clear = np.zeros((2, 2, 4), np.uint8)
    clear[0, 0] = (255, 0, 0, 255)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    (one,), (other,) = (
        decoded([[tmp_path / name]], (2, 2), channels)
        for name, channels in (("deep.png", 1), ("clear.png", 3))
    )
    assert one[0, ..., 0].tolist() == [[0, 255], [128, 1]]
    assert other[0, 0].tolist() == [[255, 0, 0], [255, 255, 255]]


def test_frames_of_a_film_are_in_natural_order(tmp_path):
    for kind in ("nod", "wave"):
        for film in range(5):
            place = tmp_path / "films" / kind / f"clip_{film}"
            place.mkdir(parents=True)
            for frame in range(11 + film):
                level = np.full((4, 5), 10 * frame, np.uint8)
                Image.fromarray(level).save(place / f"frame_{frame}.png")
    data = load(tmp_path / "films")
    assert data.columns[0].kind == "frames"
    films = data.features["frames"]
    assert [len(film) for film in films[:5]] == [11, 12, 13, 14, 15]
    assert films[0][:, 0, 0, 0].tolist() == [10 * frame for frame in range(11)]
    rows = load_rows(tmp_path / "films" / "wave", data.columns, options=data.options)
    assert rows.extras["file"].tolist() == [f"clip_{number}" for number in range(5)]
    one = load_rows(tmp_path / "films/wave/clip_3", data.columns, options=data.options)
    assert [len(film) for film in one.features["frames"]] == [14]


def test_moving_gifs_are_films_and_images_beside_them_an_error(tmp_path):
    for kind in ("a", "b"):
        (tmp_path / "gifs" / kind).mkdir(parents=True)
        for number in range(5):
            first, *rest = [grey() for _ in range(3 + number)]
            place = tmp_path / "gifs" / kind / f"{number}.gif"
            first.save(place, save_all=True, append_images=rest)
    data = load(tmp_path / "gifs")
    assert [len(film) for film in data.features["frames"]] == [3, 4, 5, 6, 7] * 2
    grey().save(tmp_path / "gifs" / "a" / "alone.png")
    with pytest.raises(BadInput, match="images beside films"):
        load(tmp_path / "gifs")


def test_rows_to_predict_have_the_size_and_channels_of_training(folder, tmp_path):
    data = load(folder)
    Image.fromarray(DRAW.integers(0, 256, (60, 80, 3), np.uint8)).save(tmp_path / "new.jpg")
    rows = load_rows(tmp_path / "new.jpg", data.columns, options=data.options)
    assert rows.features["image"].shape == (1, 6, 8, 1)
    assert len(load_rows(folder, data.columns, options=data.options)) == 12
    pixels = data.features["image"]
    assert len(load_rows(pixels, data.columns, options=data.options)) == 12
    with pytest.raises(BadInput, match="There is no picture"):
        load_rows(tmp_path / "absent.png", data.columns, options=data.options)


def test_scoring_rows_of_a_class_never_learned_is_an_error(folder):
    task = load(folder).task
    (folder / "dog").rename(folder / "wolf")
    with pytest.raises(BadInput, match="has not learned"):
        load(folder, task=task)


def test_one_class_or_few_pictures_are_an_error(folder):
    for place in list((folder / "dog").iterdir()):
        place.unlink()
    with pytest.raises(BadInput, match="only 6 rows"):
        load(folder)


def test_the_usual_size_keeps_the_sides_in_proportion(tmp_path):
    grey(30, 20).save(tmp_path / "a.png")
    assert usual_size([tmp_path / "a.png"], 15) == ((15, 10), False)
    assert usual_size([tmp_path / "a.png"], 64) == ((30, 20), True)
