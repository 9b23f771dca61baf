"""What `load` reads, infers and says, from every kind of source."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load
from goodfit.zoo import BadInput, Task

ROWS = 40
UV = ["uv"[i % 2] for i in range(ROWS)]


def write(tmp_path, name="data.csv", separator=",", encoding="utf-8", **columns):
    path = tmp_path / name
    frame = pd.DataFrame(columns)
    path.write_bytes(frame.to_csv(index=False, sep=separator).encode(encoding))
    return path


def same(left, right):
    assert left.columns == right.columns
    assert left.task == right.task
    assert left.fingerprint() == right.fingerprint()


def values(function):
    return [function(i) for i in range(ROWS)]


# (texts of a column, separator, kind, first values)
COLUMNS = {
    "plain": (values(lambda i: f"{i}.25"), ",", "number", [0.25, 1.25]),
    "exponent": (values(lambda i: f"{i}e2"), ",", "number", [0, 100]),
    "thousands_and_point": (
        values(lambda i: f"{i + 1},{100 + i}.5"),
        ",",
        "number",
        [1100.5, 2101.5],
    ),
    "thousands_twice": (values(lambda i: f"1,{100 + i},000"), ",", "number", [1100000, 1101000]),
    "decimal_comma": (values(lambda i: f"{i},5"), ";", "number", [0.5, 1.5]),
    "point_and_comma": (values(lambda i: f"{i + 1}.{100 + i},5"), ";", "number", [1100.5, 2101.5]),
    "leading_zero_is_no_group": (values(lambda i: f"0,{100 + i}"), ",", "number", [0.1, 0.101]),
    "blank_and_comma": (values(lambda i: f"{i + 1} {100 + i},5"), ";", "number", [1100.5, 2101.5]),
    "apostrophe": (values(lambda i: f"{i + 1}'{100 + i}.5"), ",", "number", [1100.5, 2101.5]),
    "euro": (values(lambda i: f"€{i}.5"), ",", "number", [0.5, 1.5]),
    "dollars_without_cents": (values(lambda i: f"${i + 1},{100 + i}"), ",", "number", [1100, 2101]),
    "percent": (values(lambda i: f"{i} %"), ",", "number", [0, 1]),
    "unicode_minus": (values(lambda i: f"\u2212{i + 1}.5"), ",", "number", [-1.5, -2.5]),
    "codes": (values(lambda i: f"{i * 97:05d}"), ",", "category", ["00000", "00097"]),
    "few_whole_numbers": (values(lambda i: i % 3), ",", "number", [0, 1]),
    "yes_no": (values(lambda i: ["Yes", "no"][i % 2]), ",", "boolean", [1, 0]),
    "yes_no_in_any_case": (
        values(lambda i: ["Yes", "no", "YES", "No", "yes"][i % 5]),
        ",",
        "boolean",
        [1, 0, 1, 0, 1],
    ),
    "true_gap": (values(lambda i: ["true", "false", ""][i % 3]), ",", "boolean", [1, 0]),
    "one_zero": (values(lambda i: i % 2), ",", "number", [0, 1]),
    "iso": (
        values(lambda i: f"2024-02-{i % 28 + 1:02d}"),
        ",",
        "date",
        ["2024-02-01 00:00:00", "2024-02-02 00:00:00"],
    ),
    "iso_zone": (
        values(lambda i: f"2024-02-{i % 28 + 1:02d}T01:30:00+02:00"),
        ",",
        "date",
        ["2024-01-31 23:30:00", "2024-02-01 23:30:00"],
    ),
    "month": (values(lambda i: f"20{10 + i}-03"), ",", "date", ["2010-03-01 00:00:00"]),
    "day_first_by_data": (
        values(lambda i: f"{i % 28 + 1:02d}/02/2023"),
        ",",
        "date",
        ["2023-02-01 00:00:00", "2023-02-02 00:00:00"],
    ),
    "month_first_by_data": (
        values(lambda i: f"02/{i % 28 + 1:02d}/2023"),
        ",",
        "date",
        ["2023-02-01 00:00:00", "2023-02-02 00:00:00"],
    ),
    "dots_and_time": (
        values(lambda i: f"{i % 28 + 1}.12.2023 07:05"),
        ",",
        "date",
        ["2023-12-01 07:05:00", "2023-12-02 07:05:00"],
    ),
    "named_month": (
        values(lambda i: f"Feb {i % 28 + 1}, 2021"),
        ",",
        "date",
        ["2021-02-01 00:00:00"],
    ),
    "compact": (
        values(lambda i: f"2024{i % 12 + 1:02d}{i % 28 + 1:02d}"),
        ",",
        "date",
        ["2024-01-01 00:00:00", "2024-02-02 00:00:00"],
    ),
    "words": (values(lambda i: f" red  {i % 3}\n"), ",", "category", ["red 0", "red 1"]),
    "sentences": (
        values(lambda i: f"the {i} quick foxes jump over lazy dogs"),
        ",",
        "text",
        ["the 0 quick foxes jump over lazy dogs"],
    ),
    "names_of_rows": (values(lambda i: f"item {i}"), ",", "category", ["item 0", "item 1"]),
    "missing_words": (
        values(lambda i: ["NA", "?", "a", "null"][i % 4]),
        ",",
        "category",
        ["", "", "a"],
    ),
    "plus_and_minus": (values(lambda i: "+-"[i % 2]), ",", "category", ["+", "-"]),
    "a_slip": (values(lambda i: i if i else "lots"), ",", "number", [np.nan, 1.0]),
    "unknown": (values(lambda i: i if i % 2 else "unknown"), ",", "number", [np.nan, 1.0]),
    "many_words": (values(lambda i: i if i % 3 else "lots"), ",", "category", ["lots", "1"]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_kinds_and_values_are_told_from_text(name, tmp_path):
    texts, separator, kind, first = COLUMNS[name]
    dataset = load(write(tmp_path, separator=separator, col=texts, y=UV))
    assert dataset.columns[0].kind == kind
    found = dataset.features["col"][: len(first)].tolist()
    assert found == first or np.array_equal(found, first, equal_nan=True)
    assert dataset.choices["col"].value == kind
    assert dataset.choices["col"].reason.endswith(".")
    again = load(dataset.source, dataset.target, **json.loads(json.dumps(dataset.options)))
    same(dataset, again)


def test_the_quick_way_of_plain_numbers_equals_the_long_way(tmp_path, monkeypatch):
    numbers = values(lambda i: ["", "?", "-3", " 4.5", "1e3", f"{i}.125"][i % 6])
    path = write(tmp_path, col=numbers, y=UV)
    quick = load(path)
    monkeypatch.setattr("goodfit.recipes.reading.columns.plain_number_column", lambda *_: None)
    long = load(path)
    same(quick, long)
    assert quick.choices["col"] == long.choices["col"]
    assert quick.choices["col"].figures == {"distinct": 9, "missing": 14}


def test_a_neighbour_settles_what_a_column_leaves_open(tmp_path):
    open_both = values(lambda i: f"{i + 1},{100 + i}")
    english = load(write(tmp_path, a=open_both, b=values(lambda i: f"{i}.5"), y=UV))
    assert english.features["a"][0] == 1100
    german = load(write(tmp_path, separator=";", a=open_both, b=values(lambda i: f"{i},5"), y=UV))
    assert german.features["a"][0] == 1.1
    points = values(lambda i: f"{i + 1}.{100 + i}")
    both = load(write(tmp_path, separator=";", a=points, b=values(lambda i: f"{i},5"), y=UV))
    assert both.features["a"][0] == 1100
    assert "decimal commas elsewhere" in both.choices["a"].reason
    alone = load(write(tmp_path, a=points, y=UV))
    assert alone.features["a"][0] == 1.1


def test_a_neighbour_settles_what_the_target_leaves_open(tmp_path):
    """Bug prevented: 1.234 in a file of decimal commas was 1234 in a feature, 1.234 in a target."""
    commas, points = (values(lambda i, m=m: f"{i + 1}{m}{100 + i}") for m in ",.")
    for target, neighbour, first in (
        (commas, values(lambda i: f"{i}.5"), 1100),
        (commas, values(lambda i: f"{i},5"), 1.1),
        (points, values(lambda i: f"{i},5"), 1100),
        (points, values(lambda i: f"{i}.5"), 1.1),
    ):
        dataset = load(write(tmp_path, separator=";", a=neighbour, y=target))
        assert dataset.labels[0] == first
        same(dataset, load(dataset.source, dataset.target, **dataset.options))
    with pytest.raises(BadInput, match="read in two ways"):
        load(write(tmp_path, a=values(lambda i: i), y=commas))


def test_a_date_column_settles_the_order_of_another(tmp_path):
    clear = values(lambda i: f"{i % 28 + 1}/01/2023")
    unclear = values(lambda i: f"{i % 12 + 1}/{i % 9 + 1}/2023")
    dataset = load(write(tmp_path, a=clear, b=unclear, y=UV))
    assert dataset.features["b"][9] == "2023-01-10 00:00:00"
    alone = load(write(tmp_path, b=unclear, y=UV))
    assert "by custom" in alone.choices["b"].reason
    assert alone.features["b"][9] == "2023-10-01 00:00:00"
    told = load(write(tmp_path, b=unclear, y=UV), dates={"b": "%d/%m/%Y"})
    assert told.features["b"][9] == "2023-01-10 00:00:00"


def test_signs_that_are_set_are_kept_to(tmp_path):
    path = write(
        tmp_path, a=values(lambda i: f"{i + 1},{100 + i}"), b=values(lambda i: i / 4), y=UV
    )
    assert load(path, decimal=",").features["a"][0] == 1.1
    assert load(path, thousands=",").features["a"][0] == 1100
    assert load(path, decimal={"a": ","}).features["b"][1] == 0.25
    assert load(path, decimal="comma").features["b"][1] == 0.25


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_are_told_by_their_marks(encoding, tmp_path):
    dataset = load(write(tmp_path, encoding=encoding, a=values(lambda i: "éß"[i % 2]), y=UV))
    assert dataset.columns[0].name == "a"
    assert set(dataset.features["a"]) == {"é", "ß"}


def test_an_encoding_that_is_set(tmp_path):
    path = write(tmp_path, encoding="latin-1", a=values(lambda i: "éß"[i % 2]), y=UV)
    assert set(load(path, encoding="latin-1").features["a"]) == {"é", "ß"}


@pytest.mark.parametrize(
    ("separator", "suffix"), [(";", "csv"), ("\t", "tsv"), ("|", "txt"), (" ", "dat")]
)
def test_separators_are_found(separator, suffix, tmp_path):
    words = values(lambda i: "a,b" if separator != " " else "ab")
    path = write(tmp_path, f"data.{suffix}", separator, a=range(ROWS), b=words, y=UV)
    dataset = load(path)
    assert [column.name for column in dataset.columns] == ["a", "b"]
    assert dataset.choices["separator"].value == separator
    same(dataset, load(path, separator={"\t": "tab", ";": "semicolon"}.get(separator, separator)))


def test_sources_of_one_table_are_the_same_data(tmp_path):
    frame = pd.DataFrame(
        {
            "n": np.arange(ROWS) / 4,
            "whole": np.arange(ROWS),
            "flag": np.arange(ROWS) % 3 == 0,
            "word": values(lambda i: "pqr"[i % 3] if i % 5 else None),
            "day": pd.date_range("2024-01-30", periods=ROWS),
            "y": UV,
        }
    )
    frame.loc[3, "n"] = np.nan
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    (tmp_path / "packed.csv").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    from_frame = load(frame)
    kinds = [column.kind for column in from_frame.columns]
    assert kinds == ["number", "number", "boolean", "category", "date"]
    for name in ("a.csv", "a.parquet", "a.csv.gz", "packed.csv"):
        same(from_frame, load(tmp_path / name))
    same(from_frame, load(frame.to_dict("list")))
    same(from_frame, load(frame.astype({"word": "category", "n": "Float64", "flag": "boolean"})))


def test_arrays_and_npz(tmp_path):
    x = np.arange(120.0).reshape(40, 3)
    y = np.arange(40) % 2
    arrays = load((x, y))
    assert [(c.name, c.kind, c.width) for c in arrays.columns] == [("x", "number", 3)]
    assert arrays.target == ("y",)
    assert arrays.task == Task("binary", ("0", "1"))
    np.testing.assert_array_equal(arrays.features["x"], x)
    np.savez(tmp_path / "a.npz", X=x, y=y, mask=y)
    stored = load(tmp_path / "a.npz")
    same(arrays, stored)
    assert "mask" in stored.choices["arrays"].reason
    same(arrays, load((x.tolist(), y.tolist())))
    assert load((x[:, 0], y)).columns[0].width == 1
    one_hot = load((x, np.eye(4)[np.arange(40) % 4]))
    assert one_hot.task.names == ("0", "1", "2", "3")
    assert "single 1" in one_hot.choices["one_hot"].reason
    several = load((x, np.column_stack([y, 1 - y * (x[:, 0] > 9)])))
    assert several.task.kind == "multilabel"
    assert several.labels.shape == (40, 2)
    assert load((x, np.column_stack([x[:, 0], x[:, 1]]))).task == Task("regression", ("y0", "y1"))
    words = load((np.array([["a", 1], ["b", None]] * 20, object), UV))
    assert [(c.name, c.kind) for c in words.columns] == [("x0", "category"), ("x1", "number")]
    frame = load((pd.DataFrame({"y": x[:, 0]}), pd.Series(y, name="y")))
    assert frame.target == ("y_",)


@pytest.mark.parametrize(
    ("target", "kind", "names"),
    [
        (["no", "yes"] * 20, "binary", ("no", "yes")),
        (["yes", "yes", "absent", "absent"] * 10, "binary", ("absent", "yes")),
        (["spam", "ham"] * 20, "binary", ("ham", "spam")),
        (["b", "a"] * 20, "binary", ("a", "b")),
        ([True, False] * 20, "binary", ("False", "True")),
        ([1, -1] * 20, "binary", ("-1", "1")),
        ([2.0, 1.0] * 20, "binary", ("1", "2")),
        ([2, 10, 1] * 40, "multiclass", ("1", "2", "10")),
        ([1, 2, 3] * 40, "multiclass", ("1", "2", "3")),
        ([0, 1, 10] * 40, "multiclass", ("0", "1", "10")),
        ([3, 4, 5] * 40, "regression", ("y",)),
        ([1, 2, 3, 4, 5] * 8, "regression", ("y",)),
        (list(range(11)) * 20, "regression", ("y",)),
        ([0.5, 1, 2] * 40, "regression", ("y",)),
        (["1,5", "2,25", "3,5"] * 20, "regression", ("y",)),
        (["a", "b", "c"] * 20, "multiclass", ("a", "b", "c")),
    ],
)
def test_the_task_is_told_from_the_target(target, kind, names):
    dataset = load({"a": np.arange(len(target)), "y": target})
    assert (dataset.task.kind, dataset.task.names) == (kind, names)
    if kind != "regression":
        found = np.array(dataset.task.names, object)[dataset.labels]
        plain = [str(value).removesuffix(".0") for value in target]
        assert found.tolist() == plain
    assert dataset.choices["task"].value == kind


def test_the_task_and_the_positive_class_can_be_set():
    numbers = {"a": np.arange(60), "y": [1, 2, 3] * 20}
    assert load(numbers, task="regression").labels.dtype == float
    ratings = {"a": np.arange(60), "y": [3, 4, 5] * 20}
    assert load(ratings, task="multiclass").task.names == ("3", "4", "5")
    flipped = load({"a": np.arange(40), "y": ["no", "yes"] * 20}, positive="no")
    assert flipped.task.names == ("yes", "no")
    assert flipped.labels[:2].tolist() == [1, 0]
    same(flipped, load({"a": np.arange(40), "y": ["no", "yes"] * 20}, **flipped.options))


def test_a_task_of_a_model_keeps_its_classes():
    task = Task("multiclass", ("c", "a", "b"))
    dataset = load({"a": [1, 2, 3], "y": ["a", "b", "a"]}, task=task)
    assert dataset.task == task
    assert dataset.labels.tolist() == [1, 2, 1]
    with pytest.raises(ValueError, match="'d'"):
        load({"a": [1, 2], "y": ["a", "d"]}, task=task)


def test_the_target_is_found_by_name_or_place():
    columns = {"a": np.arange(40), "Label": UV, "b": np.arange(40)}
    assert load(columns).target == ("Label",)
    assert load({"a": UV, "b": np.arange(40) / 7}).target == ("b",)


def test_several_targets():
    columns = {"a": np.arange(40), "p": np.arange(40) % 2, "q": np.arange(40) % 3 // 2}
    both = load(columns, ["p", "q"])
    assert both.task == Task("multilabel", ("p", "q"))
    assert both.labels[:4].tolist() == [[0, 0], [1, 0], [0, 1], [1, 0]]
    amounts = load(columns | {"q": np.arange(40) / 3}, ["p", "q"])
    assert amounts.task.kind == "regression"
    assert amounts.labels.shape == (40, 2)


def test_rows_without_a_target_can_be_left_out(tmp_path):
    path = write(tmp_path, a=range(ROWS), y=["", "NA", *UV[2:]])
    dataset = load(path, drop_missing_target=True)
    assert len(dataset) == ROWS - 2
    assert dataset.rows[:2].tolist() == [3, 4]
    assert dataset.choices["rows"].figures["left_out"] == 2
    same(dataset, load(dataset.source, dataset.target, **dataset.options))


def test_types_ignore_text_and_missing_are_kept_to(tmp_path):
    path = write(
        tmp_path,
        zone=[i % 4 for i in range(ROWS)],
        id=range(ROWS),
        note=UV,
        level=values(lambda i: -999 if i % 4 else i),
        y=UV,
    )
    dataset = load(
        path, types={"zone": "categorical"}, ignore=["id"], text="note", missing={"level": ["-999"]}
    )
    assert {c.name: c.kind for c in dataset.columns} == {
        "zone": "category",
        "note": "text",
        "level": "number",
    }
    assert dataset.features["zone"][:2].tolist() == ["0", "1"]
    assert np.isnan(dataset.features["level"]).sum() == 30
    same(dataset, load(dataset.source, dataset.target, **json.loads(json.dumps(dataset.options))))


def test_columns_are_named_as_the_source_names_them():
    frame = pd.DataFrame({0: UV, 1: range(ROWS), 2: range(ROWS), " a  b ": range(ROWS), "g": "u"})
    frame["g"] = [f"g{i % 7}" for i in range(ROWS)]
    set_by_name = {"types": {2: "category"}, "missing": {2: ["3"]}, "decimal": {" a  b ": "."}}
    dataset = load(frame, 0, ignore=[1], time=" a  b ", group="g ", **set_by_name)
    assert dataset.target == ("0",)
    assert [(c.name, c.kind) for c in dataset.columns] == [("2", "category"), ("a b", "number")]
    assert dataset.features["2"][3] == ""
    assert list(dataset.extras) == ["a b", "g"]
    assert load(frame, [1, 2]).target == ("1", "2")


def test_marks_of_missing_hold_for_typed_columns_too():
    frame = pd.DataFrame({"a": [-999.0, *range(1, 40)], "y": UV})
    dataset = load(frame, missing={"a": ["-999"]})
    assert np.isnan(dataset.features["a"]).tolist() == [True] + [False] * 39


def test_time_stays_a_feature_and_group_does_not(tmp_path):
    path = write(
        tmp_path,
        when=values(lambda i: f"2024-01-{i % 28 + 1:02d}"),
        who=values(lambda i: i // 4),
        a=range(ROWS),
        y=UV,
    )
    dataset = load(path, time="when", group="who")
    assert [column.name for column in dataset.columns] == ["when", "a"]
    assert dataset.extras["when"][0] == "2024-01-01 00:00:00"
    assert dataset.extras["who"][:5].tolist() == ["0", "0", "0", "0", "1"]
    without = load(path, time="when", ignore=["when"])
    assert [column.name for column in without.columns] == ["who", "a"]
    assert "when" in without.extras


def test_blank_names_and_empty_tails_of_spreadsheets(tmp_path):
    path = tmp_path / "a.csv"
    lines = [",a,y", *(f"{i},{i % 7},{UV[i]}" for i in range(ROWS)), ",,", ",,"]
    path.write_text("\r\n".join(lines) + "\r\n")
    dataset = load(path)
    assert [column.name for column in dataset.columns] == ["unnamed_1", "a"]
    assert len(dataset) == ROWS


def test_typed_columns_of_frames():
    frame = pd.DataFrame(
        {
            "period": pd.period_range("2024-01", periods=ROWS, freq="M"),
            "zoned": pd.date_range("2024-01-01", periods=ROWS, tz="Europe/Berlin"),
            "span": pd.to_timedelta(np.arange(ROWS), unit="min"),
            "nullable": pd.array([1, None] * 20, "Int64"),
            "objects": [1, "2", None, 4.5] * 10,
            "sparse": pd.arrays.SparseArray(np.arange(ROWS) * 1.0),
            "y": UV,
        }
    )
    dataset = load(frame)
    kinds = {c.name: c.kind for c in dataset.columns}
    assert kinds == {
        "period": "date",
        "zoned": "date",
        "span": "number",
        "nullable": "number",
        "objects": "number",
        "sparse": "number",
    }
    assert dataset.features["zoned"][0] == "2023-12-31 23:00:00"
    assert dataset.features["span"][:2].tolist() == [0, 60]
    assert dataset.features["objects"][[0, 1, 3]].tolist() == [1, 2, 4.5]


@pytest.mark.parametrize(
    ("name", "rows", "width", "task"),
    [
        ("breast_cancer", 569, 30, Task("binary", ("benign", "malignant"))),
        ("wine", 178, 13, Task("multiclass", ("class_0", "class_1", "class_2"))),
        ("iris", 150, 4, Task("multiclass", ("setosa", "versicolor", "virginica"))),
        ("diabetes", 442, 10, Task("regression", ("progression",))),
        ("digits", 1797, 64, Task("multiclass", tuple("0123456789"))),
    ],
)
def test_bundled_sets(name, rows, width, task):
    dataset = load(name)
    assert (len(dataset), len(dataset.columns), dataset.task) == (rows, width, task)
    assert dataset.source == name
    same(dataset, load(dataset.source, dataset.target, **dataset.options))


def test_made_tables_read_as_meant(made_csv):
    for kind in ("binary", "multiclass", "regression"):
        dataset = load(made_csv / f"{kind}.csv")
        assert dataset.task.kind == kind
        kinds = {c.name: c.kind for c in dataset.columns}
        assert kinds["joined"] == "date"
        assert kinds["active"] == "boolean"
        assert kinds["plan"] == "category"
        assert json.loads(json.dumps(dataset.options)) == dict(dataset.options)
        assert json.dumps({k: c.to_dict() for k, c in dataset.choices.items()}, allow_nan=False)


def test_words_among_numbers_are_classes_where_the_task_says_so(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text("a,y\n" + "".join(f"{i},{['8', '10', 'more'][i % 3]}\n" for i in range(30)))
    dataset = load(path, "y", task="multiclass")
    assert dataset.task.names == ("10", "8", "more")
    assert np.bincount(dataset.labels).tolist() == [10, 10, 10]
    again = load(dataset.source, dataset.target, **dataset.options)
    assert again.fingerprint() == dataset.fingerprint()
    with pytest.raises(BadInput, match="--task multiclass"):
        load(path, "y")
