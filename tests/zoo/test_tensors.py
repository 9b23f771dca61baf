import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, input_names, to_tensors

MIXED = [Column("n", "number"), Column("b", "boolean"), Column("c", "category")]


def problems(features, columns):
    with pytest.raises(BadInput) as caught:
        to_tensors(features, columns)
    return caught.value.problems


def test_values_keep_their_place_and_missing_text_is_empty():
    import pandas as pd

    features = {"n": [1, None, 3.5, 0], "b": [True, False, np.nan, 1], "c": ["é", None, "", pd.NA]}
    tensors = to_tensors(features, MIXED)
    np.testing.assert_array_equal(tensors["n"][:, 0], np.float32([1, np.nan, 3.5, 0]))
    np.testing.assert_array_equal(tensors["b"][:, 0], np.float32([1, 0, np.nan, 1]))
    assert [value.decode() for value in tensors["c"].numpy()[:, 0]] == ["é", "", "", ""]


def test_half_a_surrogate_pair_becomes_a_question_mark():
    tensors = to_tensors({"c": np.array(["a\ud800", "b"], object)}, [Column("c", "category")])
    assert tensors["c"].numpy()[:, 0].tolist() == [b"a?", b"b"]


def test_a_string_array_of_numpy_is_taken():
    tensors = to_tensors({"c": np.array(["a", "bc"])}, [Column("c", "category")])
    assert tensors["c"].numpy()[:, 0].tolist() == [b"a", b"bc"]


def test_all_problems_come_at_once_with_rows():
    features = {"n": [1.0, np.inf, 2.0], "b": [0.0, 1.0, 2.0], "C": ["x", "y", "z"]}
    found = problems(features, MIXED)
    assert [problem.kind for problem in found] == ["non_finite", "column_type", "column_missing"]
    assert "row 2" in found[0].message
    assert "row 3" in found[1].message
    assert "'C'" in found[2].remedy


@pytest.mark.parametrize(
    ("values", "kind", "word"),
    [
        ([1.0, -np.inf], "non_finite", "infinite"),
        ([1.0, 1e39], "non_finite", "single precision"),
        (["1.5", "x"], "column_type", "no number"),
        (np.zeros((2, 3)), "column_width", "shape"),
        (np.float64(3), "column_width", "shape"),
    ],
)
def test_numbers_that_cannot_be_used_are_refused(values, kind, word):
    (found,) = problems({"n": values}, [Column("n", "number")])
    assert found.kind == kind
    assert word in found.message


def test_a_block_of_another_width_and_a_short_column_are_refused():
    columns = [Column("x", "number", 4), Column("n", "number")]
    found = problems({"x": np.zeros((3, 5)), "n": np.zeros(3)}, columns)
    assert found[0].kind == "column_width"
    found = problems({"x": np.zeros((3, 4)), "n": np.zeros(2)}, columns)
    assert found[0].kind == "column_length"


def test_numbers_in_a_column_of_text_are_refused():
    (found,) = problems({"c": np.array(["a", 3], object)}, [Column("c", "category")])
    assert (found.kind, "row 2" in found.message) == ("column_type", True)


def test_columns_must_be_there_and_distinct():
    assert problems({}, [])[0].kind == "column_missing"
    twice = [Column("n", "number"), Column("n", "number")]
    assert problems({"n": [1.0]}, twice)[0].kind == "column_repeated"


def test_input_names_are_plain_distinct_whatever_the_case_and_always_the_same():
    names = ["a", "A", "a b", "a_b", "é", "", "1", "class", "self", "trunk", "encode_x", "a b_2"]
    columns = [Column(name, "number") for name in names]
    found = input_names(columns)
    assert list(found) == names
    assert found["a"] == "a"
    assert found["a_b"] == "a_b"
    assert len({name.lower() for name in found.values()}) == len(names)
    assert all(name.isidentifier() and name[0].isalpha() for name in found.values())
    assert not {"class", "self", "trunk", "encode_x"} & set(found.values())
    assert found == input_names(columns)
