"""Every bad table gets a message that names file, column or row, and what to do."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, load_rows
from goodfit.zoo import BadInput, Column

ROWS = "".join(f"{i},{i % 5}.5,{'ab'[i % 2]}\n" for i in range(20))
TABLE = "size,weight,kind\n" + ROWS


def changed(row: int, line: str) -> str:
    lines = TABLE.splitlines()
    lines[row] = line
    return "\n".join(lines) + "\n"


def columns(**values) -> str:
    names = ",".join(values)
    return (
        names
        + "\n"
        + "".join(",".join(map(str, row)) + "\n" for row in zip(*values.values(), strict=True))
    )


N = range(40)

# (name, content, arguments of load, kind of problem, words that the message holds)
CASES = [
    ("empty file", "", {}, "file_empty", ["data.csv", "0 bytes"]),
    ("blank lines only", "\n\n \n", {}, "rows_missing", ["data.csv", "blank"]),
    ("only a header", "a,b,c\n", {}, "rows_missing", ["data.csv", "only a header"]),
    ("only empty rows", "a,b\n,\n,\n", {}, "rows_missing", ["empty cells"]),
    ("one column", "a\n1\n2\n", {}, "separator_unknown", ["data.csv", "'a'", "--separator"]),
    (
        "wrong separator set",
        TABLE,
        {"separator": ";"},
        "separator_wrong",
        ["';'", "data.csv", "size,weight", "comma"],
    ),
    ("separator of two signs", TABLE, {"separator": "::"}, "separator_unknown", ["'::'"]),
    (
        "latin-1",
        TABLE.replace("3,3.5,b", "3,3.5,café").encode("latin-1"),
        {},
        "encoding_wrong",
        ["Line 5 of", "data.csv", "0xe9", "café", "--encoding cp1252"],
    ),
    (
        "cyrillic",
        TABLE.replace(",a\n", ",мама мыла раму\n").encode("cp1251"),
        {},
        "encoding_wrong",
        ["Line 2 of", "--encoding cp1251", "мама"],
    ),
    (
        "mac roman",
        TABLE.replace(",a\n", ",café\n").encode("mac_roman"),
        {},
        "encoding_wrong",
        ["--encoding mac_roman", "café"],
    ),
    (
        "japanese",
        TABLE.replace(",a\n", ",東京タワー\n").encode("shift_jis"),
        {},
        "encoding_wrong",
        ["--encoding shift_jis", "東京"],
    ),
    ("unknown encoding", TABLE, {"encoding": "uft-8"}, "encoding_unknown", ["'utf-8'"]),
    ("too many fields", changed(7, "1,2,a,4"), {}, "rows_ragged", ["line 8 has 4", "3 fields"]),
    ("too few fields", changed(7, "1,2"), {}, "rows_ragged", ["line 8 has 2", "3 fields"]),
    (
        "ragged after a line break",
        changed(3, '1,2,"a\nb"').replace("4,4.5,a", "4,4.5"),
        {},
        "rows_ragged",
        ["line 7 has 2"],
    ),
    (
        "separator at the end of rows",
        TABLE.replace("\n", ",\n").replace("kind,\n", "kind\n"),
        {},
        "rows_ragged",
        ["20 rows", "missing name"],
    ),
    ("open quote", changed(9, '1,2,"a'), {}, "rows_unreadable", ["double quote"]),
    ("repeated names", "a,b,a\n" + ROWS, {}, "columns_repeat", ["'a' at 1, 3", "data.csv"]),
    ("no header", ROWS, {}, "header_missing", ["data.csv", "'0', '0.5', 'a'", "Add a line"]),
    (
        "target unknown",
        TABLE,
        {"target": "kinds"},
        "target_unknown",
        ["'kinds'", "Did you mean 'kind'?"],
    ),
    ("ignore unknown", TABLE, {"ignore": ["sise"]}, "column_unknown", ["Did you mean 'size'?"]),
    ("types unknown", TABLE, {"types": {"size": "nmber"}}, "column_kind_unknown", ["'number'"]),
    ("task unknown", TABLE, {"task": "regresion"}, "task_unknown", ["'regression'"]),
    ("positive unknown", TABLE, {"positive": "c"}, "positive_unknown", ["'a', 'b'"]),
    (
        "target constant",
        columns(a=N, b=["x"] * 40),
        {},
        "target_constant",
        ["'b'", "40 rows", "'x'"],
    ),
    (
        "amounts constant",
        columns(a=N, b=[3] * 40),
        {"task": "regression"},
        "target_constant",
        ["'b'"],
    ),
    (
        "target with gaps",
        columns(a=N, y=["", "NA", *"ab" * 19]),
        {},
        "target_missing_values",
        ["'y'", "rows 1, 2 (lines 2, 3 of data.csv)", "'NA'", "--drop-missing-target"],
    ),
    (
        "target all gaps",
        columns(a=N, y=[""] * 40),
        {},
        "target_missing_values",
        ["no value at all"],
    ),
    (
        "class of one row",
        columns(a=N, y=["x", *"ab" * 19, "a"]),
        {},
        "class_too_small",
        ["'x'", "row 1 (line 2 of data.csv)", "merge"],
    ),
    ("few rows", "a,b\n1,x\n2,y\n3,x\n4,y\n", {}, "rows_too_few", ["4 rows", "at least 10"]),
    (
        "column all missing",
        columns(a=N, b=["?"] * 40, y=["u", "v"] * 20),
        {},
        "column_all_missing",
        ["'b'", "--ignore b"],
    ),
    (
        "infinity",
        columns(a=[*range(38), "inf", "-inf"], y=["u", "v"] * 20),
        {},
        "values_infinite",
        ["'a'", "rows 39, 40 (lines 40, 41 of data.csv)"],
    ),
    (
        "distinct strings as target",
        columns(a=range(1500), y=[f"t{i}" for i in range(1500)]),
        {},
        "target_too_many_classes",
        ["'y'", "1,500 different", "--task regression"],
    ),
    (
        "words as amounts",
        TABLE,
        {"task": "regression"},
        "target_not_numbers",
        ["'kind'", "'a', 'b'"],
    ),
    (
        "three classes as two",
        columns(a=N, y=[*"abc" * 13, "a"]),
        {"task": "binary"},
        "task_unfit",
        [],
    ),
    (
        "numbers with a slip as target",
        columns(a=N, y=[*[i / 7 for i in range(39)], "oops"]),
        {},
        "target_mixed",
        ["'oops'", "row 40 (line 41 of data.csv)"],
    ),
    (
        "thousands or decimals",
        "price,y\n" + "".join(f'"{i + 1},{500 + i}",{"uv"[i % 2]}\n' for i in range(20)),
        {},
        "number_ambiguous",
        [
            "'price'",
            "may be 1500 (",
            "or 1.5 (decimal comma)",
            "row 1 (line 2",
            "--thousands ,",
            "--decimal ,",
        ],
    ),
    (
        "dates as target",
        columns(a=N, y=[f"2024-01-{i % 28 + 1:02d}" for i in N]),
        {},
        "target_unfit",
        ["'y'", "dates"],
    ),
    (
        "words for a number",
        TABLE,
        {"types": {"kind": "number"}, "target": "size"},
        "values_unfit",
        ["'kind'", "rows 1, 2, 3, 4, 5 and 15 more"],
    ),
    (
        "time is no time",
        TABLE,
        {"target": "size", "time": "kind"},
        "time_unfit",
        ["'kind'", "dates or numbers"],
    ),
    ("binary noise", bytes(range(256)) * 4, {}, "file_binary", ["data.csv"]),
    ("excel", b"PK\x03\x04" + b"x" * 60, {}, "format_unknown", ["Excel", "Save the sheet as CSV"]),
    ("old excel", b"\xd0\xcf\x11\xe0" + b"x" * 60, {}, "format_unknown", ["old Excel"]),
    ("pickle", b"\x80\x04\x95" + b"x" * 60, {}, "format_unknown", ["pickle", "run code"]),
    ("json", '[{"a": 1}]', {}, "format_unknown", ["JSON"]),
    ("web page", "<!DOCTYPE html><p>Sign in</p>", {}, "format_unknown", ["web page"]),
    ("damaged gzip", gzip.compress(TABLE.encode())[:40], {}, "file_damaged", ["cut off"]),
    ("damaged parquet", b"PAR1" + b"x" * 60, {}, "file_damaged", ["Parquet"]),
]


@pytest.mark.parametrize(
    ("content", "options", "kind", "words"),
    [case[1:] for case in CASES],
    ids=[case[0].replace(" ", "_") for case in CASES],
)
def test_bad_files(content, options, kind, words, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput) as caught:
        load(path, **options)
    assert kind in [problem.kind for problem in caught.value.problems], str(caught.value)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    missing = [word for word in words if word not in message]
    assert not missing, message
    assert [item.name for item in tmp_path.iterdir()] == ["data.csv"]


def test_a_missing_file_names_the_one_beside_it(tmp_path):
    (tmp_path / "customers.csv").write_text(TABLE)
    with pytest.raises(BadInput, match=r"Did you mean 'customers.csv'\?") as caught:
        load(tmp_path / "custmers.csv")
    assert caught.value.kind == "file_missing"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"folder .*nowhere does not exist"):
        load(tmp_path / "nowhere" / "x.csv")


def test_a_misspelt_bundled_set_is_named():
    with pytest.raises(BadInput, match="Did you mean 'breast_cancer'"):
        load("breast_cancr")


def test_a_folder_names_its_files(tmp_path):
    (tmp_path / "a.csv").write_text(TABLE)
    with pytest.raises(BadInput, match=r"is a folder.*a\.csv") as caught:
        load(tmp_path)
    assert caught.value.kind == "folder_given"


def test_no_permission_is_told(tmp_path, monkeypatch):
    path = tmp_path / "data.csv"
    path.write_text(TABLE)

    def refused(*_args, **_options):
        raise PermissionError(13, "Permission denied", str(path))

    # chmod does not stop the super-user that tests may run as.
    monkeypatch.setattr("pathlib.Path.open", refused)
    with pytest.raises(BadInput, match=r"may not be read.*Permission denied") as caught:
        load(path)
    assert caught.value.kind == "file_unreadable"


def test_memory_is_stated_before_it_is_spent(tmp_path, monkeypatch, caplog):
    path = tmp_path / "data.csv"
    path.write_text(TABLE)
    monkeypatch.setattr("goodfit.recipes.reading.memory.available_memory", lambda: 1000)
    monkeypatch.setattr("pandas.read_csv", lambda *_a, **_o: pytest.fail("it was read"))
    with pytest.raises(BadInput, match=r"would take about .* kB of memory, and 1\.0 kB are free"):
        load(path)
    monkeypatch.undo()
    monkeypatch.setattr("goodfit.recipes.reading.memory.SPOKEN_BYTES", 1)
    dataset = load(path)
    assert "takes about" in caplog.text
    assert dataset.choices["memory"].value > len(TABLE)


def test_all_problems_come_at_once():
    frame = pd.DataFrame({"a": [np.inf] * 20, "b": [None] * 20, "y": ["u", "v"] * 10})
    with pytest.raises(BadInput) as caught:
        load(frame, "y")
    assert [p.kind for p in caught.value.problems] == ["values_infinite", "column_all_missing"]
    with pytest.raises(BadInput) as caught:
        load(frame, "z", ignore=["c"], time="d", types={"e": "text"})
    assert len(caught.value.problems) == 4


NESTED = pd.DataFrame(np.zeros((3, 2)), columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]))
SOURCES = [
    (NESTED, "columns_nested", "2 levels"),
    (pd.DataFrame(np.zeros((3, 2)), columns=["a", "a"]), "columns_repeat", "'a' at 1, 2"),
    (pd.DataFrame({"a": []}), "rows_missing", "0 rows of 1 column"),
    (
        pd.DataFrame({"a": [[1], [2]] * 9, "y": [0, 1] * 9}),
        "column_unusable",
        "18 lists at rows 1, 2",
    ),
    (pd.DataFrame({"a": [1j] * 18, "y": [0, 1] * 9}), "column_unusable", "complex"),
    ((np.zeros((9, 2, 2)), np.zeros(9)), "rows_too_few", "only 9 rows"),
    ((np.zeros((9, *[1] * 5)), np.zeros(9)), "shape_unfit", "6 dimensions"),
    ((np.zeros((9, 2)), np.zeros(8)), "rows_differ", "9 rows and 8 targets"),
    (([[1, 2], [3]], [0, 1]), "rows_ragged", "not equally long"),
    ((np.full((20, 2), np.inf), np.arange(20) % 2), "values_infinite", "x[0]"),
    ((np.full((20, 2), np.nan), np.arange(20) % 2), "column_all_missing", "x[0, 1]"),
    ({"a": [1, 2], "y": [1]}, "rows_ragged", "a: 2, y: 1"),
    (7, "source_unknown", "int"),
]


@pytest.mark.parametrize(("source", "kind", "words"), SOURCES, ids=[case[1] for case in SOURCES])
def test_bad_frames_and_arrays(source, kind, words):
    with pytest.raises(BadInput, match=re.escape(words)) as caught:
        load(source)
    assert caught.value.kind == kind


MODEL = [
    Column("age", "number"),
    Column("joined", "date"),
    Column("paid", "boolean"),
    Column("sex", "category"),
]
GOOD = {"age": [1, 2], "joined": ["2024-01-01", ""], "paid": ["yes", ""], "sex": ["f", "m"]}
PREDICTIONS = [
    ({"age": ["1", "old"]}, "values_unfit", ["'age'", "row 2", "'old'", "numbers"]),
    ({"age": ["1,5", "2"]}, "values_unfit", ["'age'", "row 1"]),
    ({"age": [1, np.inf]}, "values_infinite", ["'age'", "row 2"]),
    ({"age": pd.to_datetime(["2024-01-01", "2024-01-02"])}, "values_unfit", ["'age'", "numbers"]),
    ({"joined": ["2024-01-01", "31/12/2023"]}, "values_unfit", ["'joined'", "row 2", "dates"]),
    ({"joined": [3.5, 4.5]}, "values_unfit", ["'joined'", "rows 1, 2"]),
    ({"paid": ["yes", "perhaps"]}, "values_unfit", ["'paid'", "row 2", "true or false"]),
    ({"paid": [0, 2]}, "values_unfit", ["'paid'", "row 2"]),
]


@pytest.mark.parametrize(("change", "kind", "words"), PREDICTIONS)
def test_rows_to_predict_of_another_type(change, kind, words):
    with pytest.raises(BadInput) as caught:
        load_rows(GOOD | change, MODEL)
    assert caught.value.kind == kind
    assert not [word for word in words if word not in str(caught.value)], str(caught.value)


def test_rows_to_predict_with_columns_missing_or_renamed():
    rows = {"Age": [1], "paid": ["no"], "sex": ["f"]}
    with pytest.raises(BadInput) as caught:
        load_rows(rows, MODEL)
    first, second = caught.value.problems
    assert first.kind == second.kind == "column_missing"
    assert "'age' (number)" in str(first)
    assert "Did you mean 'Age'? Rename it" in str(first)
    assert "'joined' (date)" in str(second)
    assert "Add the column" in str(second)


def test_an_empty_table_to_predict(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("age,joined,paid,sex\n")
    with pytest.raises(BadInput, match="only a header"):
        load_rows(path, MODEL)


def test_a_category_of_100000_distinct_strings_is_refused_unless_it_is_asked_for():
    count = 100_000
    columns = {
        "user name": [f"u{i}" for i in range(count)],
        "a": np.arange(count),
        "y": ["u", "v"] * (count // 2),
    }
    with pytest.raises(BadInput, match="100,000 different texts in 100,000 rows") as caught:
        load(columns, "y")
    assert caught.value.kind == "categories_too_many"
    assert "--ignore 'user name'" in str(caught.value)
    assert load(columns, "y", types={"user name": "category"}).columns[0].kind == "category"
    assert len(load(columns, "y", ignore=["user name"]).columns) == 1


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ((np.ones((20, 3)),), "target_missing", ["no target", "(x, y)", "one array"]),
        ((np.ones((20, 3)), np.arange(20)), "target_values", ["by its values", "(x, y)"]),
        ((pd.DataFrame({"a": [1] * 20}), pd.Series(range(20))), "target_values", ["Series"]),
    ],
)
def test_features_and_target_that_are_not_a_pair(arguments, kind, words):
    """Bug prevented: each value of the target was looked up as the name of a column."""
    with pytest.raises(BadInput) as caught:
        load(*arguments)
    assert [problem.kind for problem in caught.value.problems] == [kind]
    assert not [word for word in words if word not in str(caught.value)], str(caught.value)
