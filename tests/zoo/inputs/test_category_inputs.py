import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, model_inputs, to_tensors
from goodfit.zoo.inputs.category_inputs import vocabulary
from goodfit.zoo.inputs.preprocessing import identifier_counts

COLUMNS = [Column("c", "category")]


def column(*values):
    return {"c": np.array(values, object)}


def run(model, rows, columns=COLUMNS):
    return {key: np.asarray(x) for key, x in model(to_tensors(rows, columns)).items()}


def test_missing_unseen_and_rare_have_places_that_training_reached():
    # b is frequent, then missing and a; the two others are rare and train the unseen place.
    model = model_inputs(COLUMNS, column("b", "b", "b", "a", "a", "", "", "rare", "once"))
    dense = run(model, column("b", "", "a", "rare", "never seen"))["dense"]
    np.testing.assert_array_equal(
        dense, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1]]
    )


def test_what_no_training_row_taught_is_zero():
    model = model_inputs(COLUMNS, column("b", "b", "a", "a"))
    np.testing.assert_array_equal(run(model, column("", "never", "a"))["dense"][:2], 0)


def test_columns_do_not_share_values():
    columns = [Column("c", "category"), Column("d", "category")]
    train = {**column("x", "x", "y", "y"), "d": np.array(["y", "y", "z", "z"], object)}
    model = model_inputs(columns, train)
    rows = {**column("z", "y"), "d": np.array(["x", "y"], object)}
    dense = run(model, rows, columns)["dense"]  # c is x, c is y, d is y, d is z
    np.testing.assert_array_equal(dense, [[0, 0, 0, 0], [0, 1, 1, 0]])


def test_many_values_are_numbered_in_one_table_with_room_for_unseen():
    columns = [Column("c", "category"), Column("d", "category")]
    values = np.array([f"v{i % 30}" for i in range(90)], object)
    train = {"c": values, "d": np.concatenate([values[:88], ["r", ""]])}
    model = model_inputs(columns, train, maximum_one_hot=10)
    rows = {"c": np.array(["v0", "v1", "new", ""], object), "d": np.array(["v0", "v1", "new", ""])}
    codes = run(model, rows, columns)["categories"]
    assert codes.dtype == np.int32
    assert len({*codes[0], *codes[1]}) == 4  # four pairs, four numbers
    np.testing.assert_array_equal(codes[2], codes[3])  # missing without a place is unseen
    count = identifier_counts(model)["categories"]
    every = run(model, train, columns)["categories"]
    assert every.min() == 0
    assert max(every.max(), codes.max()) == count - 1
    # The unseen place of each column occurs in training.
    assert set(codes[2]) <= set(every.ravel())


def test_the_most_frequent_are_kept_and_line_breaks_never():
    values = np.array(["a"] * 3 + ["b"] * 5 + ["c"] * 4 + ["x\ny", "x\u2028y", "z\r"] * 9, object)
    found = vocabulary(values, 2, 2)
    assert (found.values, found.has_rare) == (("b", "c"), True)


def test_a_hundred_thousand_different_values_are_bounded():
    values = np.array([f"id {i}" for i in range(100_000)] + ["common", "other"] * 5, object)
    model = model_inputs(COLUMNS, {"c": values})
    assert run(model, column("common", "id 7", "?"))["dense"].tolist() == [
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 1],
    ]


def test_missing_alone_is_told_where_every_value_is_rare():
    model = model_inputs(COLUMNS, column("u", "v", "w", "", ""))
    np.testing.assert_array_equal(
        run(model, column("", "x", "(none)"))["dense"], [[1, 0], [0, 1], [0, 1]]
    )


def test_a_table_without_two_values_is_refused():
    with pytest.raises(BadInput, match="nothing to learn"):
        model_inputs(COLUMNS, column("a", "a", "a"))
