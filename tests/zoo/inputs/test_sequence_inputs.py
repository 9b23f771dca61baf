"""Sequences of numbers inside the model: what is missing, what is padding, and what is neither."""

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, as_rows, build, model_inputs, to_tensors

COLUMNS = [Column("steps", "sequence", 2)]
BINARY = Task("binary", ("no", "yes"))
TINY = {
    "mlp": {"units": (5,)},
    "simple_rnn": {"units": (5, 4)},
    "lstm": {"units": (4,)},
    "gru": {"units": (4,), "bidirectional": False},
    "transformer_encoder": {"embedding_width": 8, "layers": 1},
}


def made(rows=30, seed=0):
    draw = np.random.default_rng(seed)
    steps = as_rows([draw.normal([3, -1], [2, 5], (draw.integers(2, 9), 2)) for _ in range(rows)])
    steps[3][1, 0] = np.nan  # one number is missing
    steps[5][1] = np.nan  # a whole step is, and others follow
    steps[5] = np.concatenate([steps[5], [[1, 1]]]).astype(np.float32)
    return {"steps": steps}


def encoded(rows, **settings):
    preprocessor = model_inputs(COLUMNS, rows, **settings)
    found = preprocessor(to_tensors(rows, COLUMNS))
    return {key: np.asarray(value) for key, value in found.items()}


def test_numbers_are_standardised_over_all_steps_and_gaps_are_the_mean():
    rows = made(200)
    found = encoded(rows)
    there = found["sequence_0_present"][..., 0] == 1
    values = found["sequence_0"][there]
    lengths = [len(row) for row in rows["steps"]]
    np.testing.assert_array_equal(there.sum(axis=1), lengths)  # a gap inside is no end
    assert np.abs(values[:, :2].mean(axis=0)).max() < 0.1
    assert np.abs(values[:, :2].std(axis=0) - 1).max() < 0.15
    # Both numbers were missing somewhere, so both have an indicator; a gap itself is 0.
    assert values.shape[1] == 4
    np.testing.assert_array_equal(found["sequence_0"][5, 1], [0, 0, 1, 1])
    assert found["sequence_0"][3, 1, 0] == 0
    assert found["sequence_0"][3, 1, 2] == 1


def test_padding_is_zero_and_a_row_without_a_number_is_all_padding():
    rows = made()
    rows["steps"][7] = np.full((4, 2), np.nan, np.float32)
    found = encoded(rows)
    assert (found["sequence_0"][found["sequence_0_present"][..., 0] == 0] == 0).all()
    assert found["sequence_0_present"][7].sum() == 0


def test_only_the_first_steps_are_read_where_there_is_a_limit():
    rows = made()
    assert encoded(rows, maximum_steps=4)["sequence_0"].shape[1] == 4
    np.testing.assert_array_equal(
        encoded(rows, maximum_steps=4)["sequence_0_present"],
        encoded(rows)["sequence_0_present"][:, :4],
    )


@pytest.mark.parametrize("name", TINY)
def test_padding_does_not_change_an_answer(name):
    """The bug: a state or a mean that has read what is not there."""
    rows = made()
    model = build(name, model_inputs(COLUMNS, rows), BINARY, **TINY[name])
    expected = np.asarray(model(to_tensors(rows, COLUMNS)))
    longer = to_tensors(rows, COLUMNS)["steps"].numpy()
    longer = np.pad(longer, [(0, 0), (0, 7), (0, 0)], constant_values=np.nan)
    np.testing.assert_allclose(np.asarray(model({"steps": longer})), expected, atol=1e-6)
    alone = {"steps": as_rows([rows["steps"][4]])}
    np.testing.assert_allclose(
        np.asarray(model(to_tensors(alone, COLUMNS))), expected[4:5], atol=1e-6
    )
    empty = {"steps": np.full((2, 3, 2), np.nan, np.float32)}
    assert np.isfinite(np.asarray(model(empty))).all()


def test_an_answer_for_each_step_takes_one_sequence_and_nothing_beside_it():
    rows = made() | {"age": np.arange(30.0)}
    columns = [*COLUMNS, Column("age", "number")]
    task = Task("sequence_labelling", ("a", "b", "c"))
    with pytest.raises(BadInput, match="one sequence, and there are other columns"):
        build("gru", model_inputs(columns, rows), task)
    model = build("gru", model_inputs(COLUMNS, rows), task, units=(4,))
    output = np.asarray(model(to_tensors(rows, COLUMNS)))
    assert output.shape == (30, max(map(len, rows["steps"])), 3)
    np.testing.assert_allclose(output.sum(axis=2), 1, atol=1e-5)


def test_a_sequence_that_never_changes_is_nothing_to_learn_from():
    with pytest.raises(BadInput, match="two different values"):
        model_inputs(COLUMNS, {"steps": np.ones((6, 4, 2), np.float32)})
