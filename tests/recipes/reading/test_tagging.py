"""Words with tags, from tables, CoNLL files and Python."""

import gzip

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, load_rows, split
from goodfit.zoo import BadInput

ROWS = [("to ulm now", "O B-to O"), ("go", "O"), ("ulm", "B-to"), ("from new york", "O B-of I-of")]
TASK = "sequence_labelling"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "said.csv"
    pd.DataFrame(ROWS, columns=["tokens", "slots"]).assign(who="me").to_csv(path, index=False)
    return path


def test_a_table_gives_class_numbers_and_is_read_again_equally(table):
    data = load(table, "slots", task=TASK)
    assert data.task.names == ("B-of", "B-to", "I-of", "O")
    assert data.features["tokens"].tolist() == [text for text, _ in ROWS]
    assert [row.tolist() for row in data.labels] == [[3, 1, 3], [3], [1], [3, 0, 2]]
    again = load(data.source, data.target, **data.options)
    assert again.fingerprint() == data.fingerprint()
    assert split(data).sizes == {"train": 2, "validation": 1, "test": 1}


def test_every_row_whose_tags_are_not_as_many_as_its_words_is_named(tmp_path):
    path = tmp_path / "wrong.csv"
    lines = [f"{a},{b}" for a, b in [*ROWS, ("a b", "O"), ("c", "O"), ("d", "")]]
    path.write_text("words,tags\n" + "\n".join(lines) + "\n")
    with pytest.raises(BadInput, match=r"rows 5, 7 \(lines 6, 8 ") as caught:
        load(path, task=TASK)
    assert "2 and 1, 1 and 0" in str(caught.value)


def test_a_conll_file_is_known_by_its_name_and_the_last_column_is_the_tag(tmp_path):
    text = (
        "-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n\n\nGerman JJ B-MISC\n\n" + "a x O\n" * 2
    )
    path = tmp_path / "train.conll.gz"
    path.write_bytes(gzip.compress(text.encode()))
    data = load(path)
    assert data.features["tokens"].tolist() == ["EU rejects", "German", "a a"]
    assert data.task.names == ("B-MISC", "B-ORG", "O")
    bare = tmp_path / "new.txt"
    bare.write_text("EU\nsays\n\nno\n")
    rows = load_rows(bare, data.columns, options=data.options)
    assert rows.features["tokens"].tolist() == ["EU says", "no"]
    bare = bare.rename(tmp_path / "new.conll")
    with pytest.raises(BadInput, match=r"3 lines of new.conll hold no tag: 1, 2, 4"):
        load(bare)


def test_empty_sentences_are_left_out_of_training_and_kept_in_prediction():
    frame = pd.DataFrame([*ROWS, ("", ""), ("  ", None)], columns=["tokens", "tags"])
    data = load(frame, task=TASK)
    assert len(data) == 4
    assert data.choices["rows"].figures["empty"] == 2
    assert len(load_rows(frame, data.columns, options=data.options)) == 6


def test_words_that_mean_missing_elsewhere_are_words_here():
    frame = pd.DataFrame({"tokens": ["NA", "none here", "?"], "tags": ["B", "O O", "O"]})
    data = load(frame, task=TASK)
    assert data.features["tokens"].tolist() == ["NA", "none here", "?"]
    assert load_rows(frame, data.columns, options=data.options).features["tokens"][0] == "NA"


def test_sequences_of_numbers_are_labelled_step_by_step():
    draw = np.random.default_rng(0)
    x = [draw.normal(size=(n, 2)) for n in (3, 5, 4, 2)]
    y = [["up" if step[0] > 0 else "down" for step in row] for row in x]
    data = load((x, y), task=TASK)
    assert (data.columns[0].kind, data.columns[0].width) == ("sequence", 2)
    assert [len(row) for row in data.labels] == [3, 5, 4, 2]
    assert load_rows(x, data.columns, options=data.options).features["x"][1].shape == (5, 2)
    with pytest.raises(BadInput, match="different numbers of steps and tags at row 1"):
        load((x, [y[1], *y[1:]]), task=TASK)


def test_unclear_columns_unknown_tags_and_other_tasks_are_refused(table):
    frame = pd.DataFrame({"a": ["x"] * 4, "b": ["O"] * 4, "c": ["O"] * 4})
    with pytest.raises(BadInput, match="Name them, as in --text tokens --target tags"):
        load(frame, task=TASK)
    with pytest.raises(BadInput, match="Did you mean 'slots'"):
        load(table, "slot", task=TASK)
    with pytest.raises(BadInput, match="a single tag"):
        load(frame, "c", text="a", task=TASK)
    data = load(table, "slots", task=TASK)
    more = pd.DataFrame({"tokens": ["a", "b", "c"], "slots": ["O", "X", "O"]})
    with pytest.raises(BadInput, match="has not learned, at row 2"):
        load(more, "slots", task=data.task)
