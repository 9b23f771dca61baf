"""Rows of unequal length become one block, and what cannot is told by its row."""

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, as_rows
from goodfit.zoo.ragged import padded, row_lengths

STEPS = Column("steps", "sequence", 2)


def test_rows_keep_their_values_and_what_comes_after_them_is_missing():
    block, problem = padded(STEPS, as_rows([[[1, 2]], [[3, 4], [5, 6], [7, 8]], np.empty((0, 2))]))
    assert problem is None
    assert block.shape == (3, 3, 2)
    assert block.dtype == np.float32
    np.testing.assert_array_equal(block[0], [[1, 2], [np.nan, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(block[1], [[3, 4], [5, 6], [7, 8]])
    assert np.isnan(block[2]).all()


def test_a_block_stays_as_it_is_and_rows_of_one_length_stay_an_array_of_arrays():
    values = np.arange(12.0).reshape(2, 3, 2)
    block, problem = padded(STEPS, values)
    assert problem is None
    np.testing.assert_array_equal(block, values)
    # The bug: numpy makes a block of equal rows, and a row is then no array of its own.
    rows = as_rows(list(values))
    assert rows.shape == (2,)
    assert rows.dtype == object
    assert row_lengths(rows).tolist() == row_lengths(values).tolist() == [3, 3]


@pytest.mark.parametrize(
    ("rows", "kind", "told"),
    [
        (as_rows([[[1, 2]], [[1, 2, 3]]]), "column_width", "Row 2"),
        (as_rows([[[1, 2]], [1, 2]]), "column_width", "Row 2"),
        (as_rows([[["a", "b"]]], object), "column_type", "Row 1"),
        (as_rows([[[1, 2]], [[np.inf, 0]]]), "column_not_finite", "row 2"),
        (np.zeros((4, 5, 3)), "column_width", "Row 1"),
    ],
)
def test_a_row_that_does_not_fit_is_named(rows, kind, told):
    _, problem = padded(STEPS, rows)
    assert problem is not None
    assert problem.kind == kind
    assert told in problem.message


def test_audio_has_samples_and_frames_have_a_shape():
    block, problem = padded(Column("sound", "audio", rate=8000), as_rows([[0.5, -0.5], [0.1]]))
    assert problem is None
    assert block.shape == (2, 2)
    frames = Column("clip", "frames", shape=(4, 3, 1))
    block, problem = padded(frames, as_rows([np.zeros((2, 4, 3, 1)), np.ones((5, 4, 3, 1))]))
    assert problem is None
    assert block.shape == (2, 5, 4, 3, 1)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("x", "text", 3), "column_width"),
        (("x", "image"), "column_shape"),
        (("x", "image", 1, (8, 8)), "column_shape"),
        (("x", "frames", 1, (8, 0, 1)), "column_shape"),
        (("x", "sequence", 2, (2,)), "column_shape"),
        (("x", "audio"), "column_rate"),
        (("x", "number", 1, (), 8000), "column_rate"),
    ],
)
def test_a_column_refuses_what_does_not_belong_to_its_kind(arguments, kind):
    with pytest.raises(BadInput) as caught:
        Column(*arguments)
    assert [problem.kind for problem in caught.value.problems] == [kind]


@pytest.mark.parametrize(
    "column",
    [
        Column("a", "number", 3),
        Column("s", "sequence", 2),
        Column("w", "audio", rate=16_000),
        Column("i", "image", shape=(28, 28, 1)),
    ],
)
def test_a_column_comes_back_from_plain_data(column):
    assert Column.from_list(column.to_list()) == column
    assert Column.from_list(["age", "number", 1]) == Column("age", "number")  # as saved before


def test_a_forecast_needs_a_horizon_and_nothing_else_has_one():
    task = Task("forecasting", ("load", "price"), 24, 168)
    assert Task.from_dict(task.to_dict()) == task
    assert Task.from_dict({"kind": "binary", "names": ["no", "yes"]}).horizon == 0
    for arguments in (("forecasting", ("load",)), ("binary", ("no", "yes"), 3), ("speech", ())):
        with pytest.raises(BadInput):
            Task(*arguments)
    assert Task("next_token").names == ()
    assert Task("speech", ("a", "b")).outputs == 3
