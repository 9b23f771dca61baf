"""Convolutions over images, series and frames, and the inputs in front of them."""

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, as_rows, build, model_inputs, parts, to_tensors
from goodfit.zoo.inputs.image_inputs import channel_statistics

BINARY = Task("binary", ("no", "yes"))
SERIES = [Column("series", "sequence", 2)]
FILM = [Column("film", "frames", shape=(6, 8, 1))]
IMAGE = [Column("picture", "image", shape=(9, 7, 3))]
SMALL = {"filters": (4, 5, 3), "dropout": 0.0}


def series(lengths=(12, 5, 9, 7), seed=0):
    draw = np.random.default_rng(seed)
    return {"series": as_rows([draw.normal(size=(length, 2)) for length in lengths])}


def films(lengths=(6, 2, 4, 3), seed=0):
    draw = np.random.default_rng(seed)
    return {"film": as_rows([draw.uniform(0, 255, (length, 6, 8, 1)) for length in lengths])}


def images(count=6, seed=0):
    return {"picture": np.random.default_rng(seed).integers(0, 256, (count, 9, 7, 3), np.uint8)}


def answer(model, rows, columns):
    return np.asarray(model(to_tensors(rows, columns)))


@pytest.mark.parametrize(("columns", "rows"), [(SERIES, series()), (FILM, films())])
@pytest.mark.parametrize("normalised", [True, False])
def test_a_row_has_one_answer_alone_and_beside_longer_rows(columns, rows, normalised):
    """The bug: a convolution that reads padding, or a mean that counts it."""
    model = build(
        "convnet", model_inputs(columns, rows), BINARY, batch_normalization=normalised, **SMALL
    )
    name = columns[0].name
    together = answer(model, rows, columns)
    for number, row in enumerate(rows[name]):
        alone = answer(model, {name: as_rows([row])}, columns)
        np.testing.assert_allclose(alone[0], together[number], atol=1e-6)
    assert len(np.unique(together.round(6))) > 1


def test_batch_statistics_leave_padding_out():
    """The bug: in training, a longer row beside them would change the others' statistics."""
    rows = series((6, 6, 6, 6))
    preprocessor = model_inputs(SERIES, rows)
    trunk = parts(build("convnet", preprocessor, BINARY, **SMALL)).trunk
    encoded = {key: np.asarray(v) for key, v in preprocessor(to_tensors(rows, SERIES)).items()}
    longer = {
        key: np.concatenate([v, np.zeros((4, 9, v.shape[2]), "float32")], axis=1)
        for key, v in encoded.items()
    }
    short = np.asarray(trunk(encoded, training=True))
    long = np.asarray(trunk(longer, training=True))
    np.testing.assert_allclose(short, long, atol=1e-5)


def test_a_row_without_steps_gets_an_answer():
    rows = series()
    model = build("convnet", model_inputs(SERIES, rows), BINARY, **SMALL)
    assert np.isfinite(answer(model, {"series": as_rows([np.empty((0, 2))])}, SERIES)).all()


@pytest.mark.parametrize("normalised", [True, False])
def test_parameters_are_as_the_docstring_counts_them(normalised):
    more = 4 if normalised else 1
    task = Task("multiclass", ("a", "b", "c"))
    for columns, rows, first, kernels in (
        (IMAGE, images(), 3, (9, 9, 9)),
        (SERIES, series(), 2, (8, 5, 3)),
    ):
        model = build(
            "convnet", model_inputs(columns, rows), task, batch_normalization=normalised, **SMALL
        )
        widths = (first, *SMALL["filters"])
        expected = sum((kernels[i] * widths[i] + more) * widths[i + 1] for i in range(3))
        # What the preprocessor has learnt is counted by Keras as well.
        trunk = parts(model).trunk
        assert trunk.count_params() == expected + (3 + 1) * 3


def test_an_image_anywhere_in_the_frame_is_the_same_pattern():
    """The mean over all pixels does not tell places; the same dot elsewhere has one answer."""
    rows = {"picture": np.zeros((2, 9, 7, 3), np.uint8)}
    rows["picture"][0, 4, 3], rows["picture"][1, 4, 2] = 255, 255
    preprocessor = model_inputs(IMAGE, rows)
    model = build("convnet", preprocessor, BINARY, filters=(4,), batch_normalization=False)
    one, other = answer(model, rows, IMAGE)
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_frames_are_read_in_order_and_each_alone():
    rows = films((5, 5, 5, 5))
    turned = {"film": as_rows([film[::-1] for film in rows["film"]])}
    preprocessor = model_inputs(FILM, rows)
    for name, settings in (("gru", {"units": (4,)}), ("transformer_encoder", {"layers": 1})):
        model = build(name, preprocessor, BINARY, **settings)
        difference = answer(model, rows, FILM) - answer(model, turned, FILM)
        assert np.abs(difference).max() > 1e-4, name
    bag = build("mlp", preprocessor, BINARY, units=(4,))
    np.testing.assert_allclose(answer(bag, rows, FILM), answer(bag, turned, FILM), atol=1e-5)


def test_pixels_are_standardised_by_training_rows_and_missing_ones_are_the_mean():
    rows = images(40)
    preprocessor = model_inputs(IMAGE, rows)
    encoded = np.asarray(preprocessor(to_tensors(rows, IMAGE))["image_0"])
    np.testing.assert_allclose(encoded.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(encoded.std(axis=(0, 1, 2)), 1, atol=1e-4)
    holes = {"picture": rows["picture"].astype("float32")}
    holes["picture"][0, 0, 0] = np.nan
    assert (np.asarray(preprocessor(to_tensors(holes, IMAGE))["image_0"])[0, 0, 0] == 0).all()


def test_channel_statistics_are_numpy_s_and_a_constant_channel_says_nothing():
    values = np.random.default_rng(0).normal(100, 3, (2_100, 4, 2)).astype("float32")
    values[..., 1] = 7
    mean, deviation = channel_statistics(values)
    np.testing.assert_allclose(mean, [values[..., 0].mean(dtype=float), 7])
    np.testing.assert_allclose(deviation, [values[..., 0].std(dtype=float), 0], rtol=1e-5)


def test_padding_of_films_is_nan_and_becomes_zero():
    rows = films()
    preprocessor = model_inputs(FILM, rows)
    encoded = preprocessor(to_tensors(rows, FILM))
    present = np.asarray(encoded["frames_0_present"])
    assert present.sum(axis=(1, 2)).tolist() == [6, 2, 4, 3]
    assert (np.asarray(encoded["frames_0"])[present[..., 0] == 0] == 0).all()


def test_more_frames_than_asked_for_are_cut():
    rows = films()
    encoded = model_inputs(FILM, rows, maximum_steps=3)(to_tensors(rows, FILM))
    assert encoded["frames_0"].shape == (4, 3, 6, 8, 1)


def test_misuse_is_named_at_once():
    rows = {"age": np.arange(9.0)}
    preprocessor = model_inputs([Column("age", "number")], rows)
    with pytest.raises(BadInput, match="For a table take mlp") as caught:
        build("convnet", preprocessor, BINARY, filters=(), dropout=1)
    assert len(caught.value.problems) == 3
    labelling = Task("sequence_labelling", ("a", "b"))
    with pytest.raises(BadInput, match="reads in order"):
        build("convnet", model_inputs(IMAGE, images()), labelling)


def test_an_image_beside_numbers_decides_with_them():
    columns = [*IMAGE, Column("age", "number")]
    rows = {**images(), "age": np.arange(6.0)}
    model = build("convnet", model_inputs(columns, rows), BINARY, **SMALL)
    other = {**rows, "age": rows["age"][::-1].copy()}
    assert np.abs(answer(model, rows, columns) - answer(model, other, columns)).max() > 1e-4
