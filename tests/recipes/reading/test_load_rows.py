"""Rows to predict are read as the training rows were, whatever they come in."""

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, load_rows
from goodfit.zoo import BadInput, Column


@pytest.fixture
def trained(tmp_path):
    """A table with every kind of column, written with decimal commas and day-first dates."""
    n = 40
    frame = pd.DataFrame(
        {
            "price": [f"{i + 1}.{100 + i},5" for i in range(n)],
            "joined": [f"{i % 28 + 1:02d}/03/2023" for i in range(n)],
            "paid": ["yes", "no"] * 20,
            "size": [*["S", "M"] * 19, "NA", "L"],
            "code": [str(i) if i % 10 else "none known" for i in range(n)],
            "y": ["u", "v"] * 20,
        }
    )
    frame.to_csv(tmp_path / "train.csv", index=False, sep=";")
    return tmp_path / "train.csv", load(tmp_path / "train.csv", types={"code": "number"})


def equal(left, right):
    if left.dtype == object:
        return left.tolist() == right.tolist()
    return np.array_equal(left, right, equal_nan=True)


def test_the_training_file_itself_reads_equal(trained):
    path, dataset = trained
    rows = load_rows(path, dataset.columns, options=dataset.options)
    assert rows.labels is None
    assert rows.task is None
    assert rows.choices["ignored"].value == "y"
    assert all(equal(dataset.features[n], rows.features[n]) for n in dataset.features)


def test_other_order_separator_encoding_and_more_columns(trained, tmp_path):
    path, dataset = trained
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    other = frame[["size", "paid", "joined", "code", "price"]].assign(extra="é")
    other.to_csv(tmp_path / "rows.tsv", index=False, sep="\t", encoding="utf-16")
    rows = load_rows(tmp_path / "rows.tsv", dataset.columns, options=dataset.options)
    assert [column.name for column in rows.columns] == [c.name for c in dataset.columns]
    assert all(equal(dataset.features[n], rows.features[n]) for n in dataset.features)
    assert rows.choices["ignored"].value == "extra"


def test_typed_frames_read_as_the_texts_did(trained):
    _, dataset = trained
    frame = pd.DataFrame(dict(dataset.features))
    frame["joined"] = pd.to_datetime(frame["joined"])
    frame["paid"] = frame["paid"] == 1
    rows = load_rows(frame, dataset.columns, options=dataset.options)
    assert all(equal(dataset.features[n], rows.features[n]) for n in dataset.features)


def test_a_number_written_otherwise_is_refused_and_not_guessed(trained):
    _, dataset = trained
    row = {name: [values[0]] for name, values in dataset.features.items()}
    row |= {"joined": ["01/03/2023"], "paid": ["no"], "price": ["3.5"]}
    with pytest.raises(BadInput, match=r"'price' .* row 1.*'3\.5'"):
        load_rows(row, dataset.columns, options=dataset.options)


def test_words_that_were_missing_in_training_stay_so(trained):
    _, dataset = trained
    assert np.isnan(dataset.features["code"][0])
    row = {"price": ["1,5"], "joined": [""], "paid": [""], "size": ["?"], "code": ["none known"]}
    rows = load_rows(row, dataset.columns, options=dataset.options)
    assert rows.features["price"].tolist() == [1.5]
    assert np.isnan(rows.features["code"][0])
    assert np.isnan(rows.features["paid"][0])
    assert rows.features["joined"].tolist() == rows.features["size"].tolist() == [""]


def test_a_column_without_any_value_is_fine_in_rows_to_predict():
    columns = [Column("a", "number"), Column("b", "date"), Column("c", "boolean")]
    rows = load_rows({"a": ["", None], "b": ["", ""], "c": [None, None]}, columns)
    assert np.isnan(rows.features["a"]).all()
    assert rows.features["b"].tolist() == ["", ""]
    assert np.isnan(rows.features["c"]).all()


def test_one_column_needs_no_separator(tmp_path):
    (tmp_path / "a.csv").write_text("note\nhello, world\nbye\n")
    with pytest.raises(BadInput, match="line 2 has 2"):
        load_rows(tmp_path / "a.csv", [Column("note", "text")])
    (tmp_path / "b.csv").write_text('note\n"hello, world"\nbye\n')
    rows = load_rows(tmp_path / "b.csv", [Column("note", "text")])
    assert rows.features["note"].tolist() == ["hello, world", "bye"]


def test_blocks_of_numbers_from_arrays_frames_and_files(tmp_path):
    x = np.arange(12.0).reshape(4, 3)
    block = [Column("x", "number", 3)]
    np.savez(tmp_path / "a.npz", X=x)
    frame = pd.DataFrame(x, columns=["p", "q", "r"])
    frame.to_csv(tmp_path / "a.csv", index=False)
    for source in (x, x.tolist(), (x, [0, 1, 0, 1]), frame, tmp_path / "a.npz", tmp_path / "a.csv"):
        np.testing.assert_array_equal(load_rows(source, block).features["x"], x)
    named = [Column(name, "number") for name in "pqr"]
    assert load_rows(x, named).features["q"].tolist() == [1, 4, 7, 10]
    with pytest.raises(BadInput, match="another number of values"):
        load_rows(x[:, :2], block)
    with pytest.raises(BadInput, match=r"shape \(1, columns\)"):
        load_rows(x[0], block)


def test_empty_rows_in_the_middle_and_at_the_end_are_rows(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,x\n,\n\n3,y\n,\n")
    rows = load_rows(tmp_path / "a.csv", [Column("a", "number"), Column("b", "category")])
    assert rows.features["b"].tolist() == ["x", "", "y", ""]
    assert rows.rows.tolist() == [1, 2, 3, 4]
