"""What the baselines see of sequences, images, films and recordings."""

import numpy as np
import pytest
from goodfit.recipes import Dataset, naive_answers
from goodfit.recipes.scoring.summaries import BANDS, SUMMARIES
from goodfit.zoo import COLUMN_KINDS, Column, Task, as_rows
from goodfit.zoo.tasks import TABLE_KINDS

DRAW = np.random.default_rng(0)


def test_every_kind_that_is_no_cell_has_a_summary():
    assert set(SUMMARIES) == set(COLUMN_KINDS) - set(TABLE_KINDS)


def test_an_image_is_the_means_of_its_blocks():
    pixels = DRAW.integers(0, 256, (3, 32, 16, 2), np.uint8)
    expected = pixels.reshape(3, 16, 2, 16, 1, 2).mean(axis=(2, 4)).reshape(3, -1)
    np.testing.assert_allclose(SUMMARIES["image"](pixels), expected, rtol=1e-5)
    assert SUMMARIES["image"](pixels[:, :5, :3]).shape == (3, 5 * 3 * 2)


def test_a_film_has_one_summary_with_padding_and_without():
    film = DRAW.random((3, 8, 8, 1))
    padded = np.concatenate([film, np.full((2, 8, 8, 1), np.nan)])
    one, other = SUMMARIES["frames"](as_rows([film, padded]))
    np.testing.assert_allclose(one, other, rtol=1e-6)
    assert one.shape == (4 * 64,)


def test_a_tone_is_loudest_in_its_band_and_silence_is_finite():
    time = np.arange(4_000) / 8_000
    low, high = (np.sin(2 * np.pi * pitch * time) for pitch in (120, 3_000))
    table = SUMMARIES["audio"](as_rows([low, high, np.zeros(100), np.empty(0)]))
    means = table[:, : table.shape[1] // 2]
    assert means[0].argmax() < means[1].argmax()
    assert means.shape[1] <= BANDS
    assert np.isfinite(table).all()


@pytest.mark.parametrize("kind", ["image", "frames", "audio"])
def test_a_linear_model_answers_for_each_kind(kind):
    labels = np.arange(20) % 2
    light = [np.full((3, 4, 4, 1), float(label)) for label in labels]
    column, values = {
        "image": (Column("x", "image", shape=(4, 4, 1)), np.stack([film[0] for film in light])),
        "frames": (Column("x", "frames", shape=(4, 4, 1)), as_rows(light)),
        "audio": (
            Column("x", "audio", rate=8_000),
            as_rows([np.sin(np.arange(900) * (0.1 + label)) for label in labels]),
        ),
    }[kind]
    rows = Dataset({"x": values}, labels, (column,), Task("binary", ("no", "yes")))
    found = naive_answers(rows, rows)["linear"]
    assert ((found[:, 0] > 0.5) == labels).all()
