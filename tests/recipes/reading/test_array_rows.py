"""Arrays of more than two dimensions, and npz files of them."""

import numpy as np
import pytest
from goodfit.recipes import load, load_rows
from goodfit.zoo import BadInput

DRAW = np.random.default_rng(0)
LABELS = np.array(["a", "b", "c"] * 4)
RAGGED = [DRAW.random((length, 2)) for length in range(3, 15)]
FILMS = [DRAW.random((length, 4, 5, 3)) for length in range(3, 15)]
BYTES = DRAW.integers(0, 256, (12, 6, 5), np.uint8)


@pytest.mark.parametrize(
    ("x", "kind", "shape"),
    [
        (DRAW.random((12, 7, 3)), "sequence", (3,)),
        (RAGGED, "sequence", (2,)),
        ([row.tolist() for row in RAGGED], "sequence", (2,)),
        (BYTES, "image", (6, 5, 1)),
        (DRAW.random((12, 6, 5, 3)), "image", (6, 5, 3)),
        (DRAW.random((12, 2, 4, 5, 1)), "frames", (4, 5, 1)),
        (FILMS, "frames", (4, 5, 3)),
        ([film[..., 0] for film in FILMS], "frames", (4, 5, 1)),
    ],
)
def test_the_shape_tells_the_kind(x, kind, shape):
    data = load((x, LABELS))
    (column,) = data.columns
    assert (column.kind, column.step_shape) == (kind, shape)
    assert data.task.names == ("a", "b", "c")
    assert data.labels[:3].tolist() == [0, 1, 2]
    again = load((x, LABELS), data.target, **data.options)
    assert again.fingerprint() == data.fingerprint()
    rows = load_rows(x, data.columns, options=data.options)
    assert len(rows) == 12
    assert rows.labels is None
    np.testing.assert_array_equal(rows.features["x"][0], data.features["x"][0])


def test_two_dimensions_stay_a_table():
    assert load((DRAW.random((30, 4)), LABELS.repeat(3)[:30])).columns[0].kind == "number"


def test_the_kind_can_be_set():
    assert load((BYTES, LABELS), types={"x": "sequence"}).columns[0].width == 5
    joints = DRAW.random((12, 7, 20, 3))
    data = load((joints, LABELS), types={"x": "sequence"})
    assert data.columns[0].width == 60
    np.testing.assert_array_equal(data.features["x"][1, 2], joints[1, 2].ravel())


def test_numbers_are_a_regression_and_labels_in_columns_several_labels():
    assert load((RAGGED, DRAW.random(12))).task.kind == "regression"
    several = DRAW.integers(0, 2, (12, 3))
    several[0] = 1
    assert load((RAGGED, several)).task.kind == "multilabel"


def test_rows_that_lie_end_to_end_are_divided(tmp_path):
    ends = np.cumsum([0] + [len(row) for row in RAGGED])
    np.savez(tmp_path / "a.npz", values=np.concatenate(RAGGED), offsets=ends, y=LABELS)
    data = load(tmp_path / "a.npz")
    for row, expected in zip(data.features["x"], RAGGED, strict=True):
        np.testing.assert_array_equal(row, expected)
    assert data.source == str(tmp_path / "a.npz")
    again = load(data.source, data.target, **data.options)
    assert again.fingerprint() == data.fingerprint()
    np.savez(tmp_path / "b.npz", values=np.concatenate(RAGGED), offsets=ends[::-1], y=LABELS)
    with pytest.raises(BadInput, match="do not divide"):
        load(tmp_path / "b.npz")


def test_an_npz_file_of_images_and_one_without_answers(tmp_path):
    np.savez(tmp_path / "a.npz", X=BYTES, y=LABELS, other=np.ones(3))
    assert load(tmp_path / "a.npz").columns[0].kind == "image"
    assert load(tmp_path / "a.npz", "y").target == ("y",)
    np.savez(tmp_path / "b.npz", X=BYTES)
    with pytest.raises(BadInput, match="no answer for each row"):
        load(tmp_path / "b.npz")


@pytest.mark.parametrize(
    ("x", "told"),
    [
        ([*RAGGED[:-1], DRAW.random((4, 3))], "differ in more than their length"),
        ([np.full((3, 2), "a")] * 12, "no numbers"),
        (DRAW.random((12, 2, 2, 2, 2, 2)), "unusable shape"),
    ],
)
def test_what_cannot_be_rows_is_told(x, told):
    with pytest.raises(BadInput, match=told):
        load((x, LABELS))


def test_rows_to_predict_must_have_the_shape_of_training():
    data = load((RAGGED, LABELS))
    with pytest.raises(BadInput, match="another shape"):
        load_rows([DRAW.random((4, 3))], data.columns, options=data.options)


def test_answers_of_another_number_or_missing_are_told():
    with pytest.raises(BadInput, match="not equally long"):
        load((RAGGED, LABELS[:-1]))
    with pytest.raises(BadInput, match="missing values"):
        load((RAGGED, np.array([None, *LABELS[1:]], object)))
