"""Three parts that share no row, whatever the data: by class, at random, by time, by group."""

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, split
from goodfit.recipes.auditing.duplicates import same_rows
from goodfit.recipes.splitting.dividing import Fractions, part_sizes
from goodfit.zoo import BadInput


def parts_of(splits):
    return splits.train, splits.validation, splits.test.open("a test looks")


def check_whole(dataset, splits):
    """Every row is in one part, and carries its own features and label."""
    parts = parts_of(splits)
    rows = np.concatenate([part.rows for part in parts])
    assert sorted(rows.tolist()) == sorted(dataset.rows.tolist())
    place = {row: i for i, row in enumerate(dataset.rows.tolist())}
    for part in parts:
        back = dataset.take(np.array([place[row] for row in part.rows.tolist()]))
        assert back.fingerprint() == part.fingerprint()
    return parts


def assert_disjoint(sets):
    assert sum(map(len, sets)) == len(set().union(*sets))


def made(rows, classes=2, seed=0, **more):
    generator = np.random.default_rng(seed)
    y = generator.integers(0, classes, rows)
    y[: 5 * classes] = np.arange(5 * classes) % classes
    return load({"a": generator.normal(size=rows), "y": [f"c{i}" for i in y], **more}, "y")


@pytest.mark.parametrize("rows", [20, 37, 100, 997])
@pytest.mark.parametrize("classes", [2, 3])
def test_stratified_parts_are_whole_sized_and_keep_the_shares(rows, classes):
    dataset = made(rows, classes)
    splits = split(dataset, seed=rows)
    parts = check_whole(dataset, splits)
    assert splits.method.value == "stratified"
    sizes = part_sizes(rows, Fractions(0.15, 0.15))
    for part, size in zip(parts, sizes, strict=True):
        assert abs(len(part) - size) <= classes
    for number in range(classes):
        share = (dataset.labels == number).mean()
        for part in parts:
            assert abs((part.labels == number).sum() - share * len(part)) <= 1.5


@pytest.mark.parametrize("fractions", [(0.15, 0.15), (0.1, 0.2), (0.05, 0.3), (0.25, 0.25)])
def test_shares_are_those_asked_for(fractions):
    dataset = load({"a": np.arange(1000) / 7, "y": np.arange(1000) ** 1.5})
    splits = split(dataset, validation_fraction=fractions[0], test_fraction=fractions[1])
    check_whole(dataset, splits)
    assert splits.method.value == "random"
    sizes = splits.sizes
    assert abs(sizes["validation"] - 1000 * fractions[0]) <= 1
    assert abs(sizes["test"] - 1000 * fractions[1]) <= 1
    beside = "Beside the guide" in splits.method.reason
    assert beside == (fractions != (0.15, 0.15))
    assert splits.method.rule == "PH-1c"


def test_the_seed_decides_and_nothing_else_does():
    dataset = made(200)
    np.random.seed(1)
    first = split(dataset, seed=3)
    np.random.seed(2)
    second = split(dataset, seed=3)
    other = split(dataset, seed=4)
    assert first.test.seal == second.test.seal != other.test.seal
    np.testing.assert_array_equal(first.train.rows, second.train.rows)


def test_rows_keep_their_order_and_are_drawn_from_everywhere():
    dataset = made(300)
    for part in parts_of(split(dataset)):
        assert (np.diff(part.rows) > 0).all()
        assert part.rows.min() < 60
        assert part.rows.max() > 240


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_equal_rows_stay_in_one_part(name):
    dataset = load(name)
    units = same_rows(dataset)
    parts = check_whole(dataset, split(dataset, seed=5))
    found = [set(units[part.rows - 1].tolist()) for part in parts]
    assert_disjoint(found)


def test_repeated_rows_stay_together_with_any_label_and_gap():
    generator = np.random.default_rng(0)
    base = pd.DataFrame(
        {"a": generator.integers(0, 50, 200) * 1.0, "b": generator.choice(list("pqr"), 200)}
    )
    base.loc[::9, "a"] = np.nan
    base.loc[::7, "b"] = None
    base["y"] = generator.choice(["u", "v"], 200)
    dataset = load(base)
    # An oracle that does not hash: pandas groups equal rows, gaps included.
    expected = base.groupby(["a", "b"], dropna=False).ngroup().to_numpy()
    assert len(set(zip(expected.tolist(), same_rows(dataset).tolist(), strict=True))) == len(
        set(expected)
    )
    parts = check_whole(dataset, split(dataset))
    found = [set(expected[part.rows - 1].tolist()) for part in parts]
    assert_disjoint(found)


def test_a_usual_case_is_spread_over_the_parts():
    usual = {"a": [0.0] * 100 + list(range(1, 201)), "y": ["u", "v"] * 150}
    splits = split(load(usual))
    assert splits.method.figures["rows_spread"] == 100
    for part in parts_of(splits):
        assert 0.2 < (part.features["a"] == 0).mean() < 0.47


def test_small_classes_are_in_each_part():
    y = ["rare"] * 3 + ["few"] * 4 + ["many"] * 93
    parts = parts_of(split(load({"a": np.arange(100.0), "y": y})))
    for part in parts:
        assert set(part.labels.tolist()) == {0, 1, 2}


def test_a_class_that_cannot_be_in_each_part_is_refused_with_its_rows():
    y = ["two"] * 2 + ["many"] * 40
    with pytest.raises(BadInput, match="Class 'two' has 2 rows: row 1, 2") as caught:
        split(load({"a": np.arange(42.0), "y": y}))
    assert "merge it" in str(caught.value)
    same = {"a": [1.0] * 4 + list(range(2, 40)), "y": ["u"] * 4 + ["v"] * 38}
    with pytest.raises(BadInput, match="4 rows, 1 of them different"):
        split(load(same))


def test_by_time_the_latest_rows_are_sealed_and_equal_times_stay_together():
    days = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(100)]
    order = np.random.default_rng(0).permutation(200)
    frame = pd.DataFrame({"day": days * 2, "a": np.arange(200.0), "y": np.arange(200) ** 1.1})
    dataset = load(frame.iloc[order].reset_index(drop=True), "y", time="day")
    splits = split(dataset)
    train, validation, test = check_whole(dataset, splits)
    assert max(train.features["day"]) < min(validation.features["day"])
    assert max(validation.features["day"]) < min(test.features["day"])
    assert splits.method.value == "time"
    assert splits.method.figures["test_from"] == min(test.features["day"])[:10]
    assert list(train.features["day"]) == sorted(train.features["day"])
    assert 130 <= len(train) <= 150
    again = split(load(frame, "y"), time="day", seed=9)
    assert again.sizes == splits.sizes


def test_by_group_no_group_is_in_two_parts_and_sizes_are_near():
    generator = np.random.default_rng(1)
    who = generator.integers(0, 30, 400)
    dataset = load(
        {"who": who, "a": np.arange(400.0), "y": generator.choice(["u", "v"], 400)},
        "y",
        group="who",
    )
    splits = split(dataset)
    parts = check_whole(dataset, splits)
    groups = [set(part.extras["who"].tolist()) for part in parts]
    assert_disjoint(groups)
    assert abs(len(parts[2]) - 60) < 20
    assert abs(len(parts[1]) - 60) < 20
    assert all(set(part.labels.tolist()) == {0, 1} for part in parts)
    assert "who" not in parts[0].features


def test_each_label_of_a_multilabel_task_is_in_each_part():
    generator = np.random.default_rng(0)
    labels = generator.random((150, 3)) < [0.5, 0.2, 0.05]
    labels[:4, 2] = True
    columns = {f"l{i}": labels[:, i].astype(int) for i in range(3)}
    dataset = load({"a": np.arange(150.0), **columns}, ["l0", "l1", "l2"])
    for part in check_whole(dataset, split(dataset)):
        assert part.labels.any(axis=0).all()


REFUSED = [
    ({"validation_fraction": 0.0}, "between 0 and 1"),
    ({"validation_fraction": 0.6, "test_fraction": 0.4}, "leave nothing"),
    ({"seed": -1}, "seed cannot be used"),
    ({"time": "b"}, "neither dates nor numbers"),
    ({"time": "aa"}, "Did you mean 'a'"),
    ({"group": "c"}, "no group in column 'c': rows 1"),
    ({"group": "d"}, "2 groups"),
    ({"time": "d"}, "too few different times"),
    ({"time": "a", "group": "b"}, "not by both"),
    ({"time": "e"}, "no training row is of the class 'v'"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_cannot_be_split_is_told(options, words):
    columns = {
        "a": np.arange(40.0),
        "b": [f"w{i}" for i in range(40)],
        "c": ["", *[f"g{i % 5}" for i in range(39)]],
        "d": [1.0, 2.0] * 20,
        "e": np.arange(40.0),
        "y": ["u"] * 33 + ["v"] * 7,
    }
    with pytest.raises(BadInput, match=words):
        split(load(columns, "y"), **options)


def test_too_few_rows_and_rows_without_labels_are_refused():
    dataset = load({"a": np.arange(40.0), "y": ["u", "v"] * 20})
    with pytest.raises(BadInput, match="2 rows cannot be split"):
        split(dataset.take(np.arange(2)))
    with pytest.raises(BadInput, match="only 1 different row"):
        split(load({"a": [1.0] * 40, "y": np.arange(40) / 3}))
    from goodfit.recipes import load_rows

    with pytest.raises(BadInput, match="without a target"):
        split(load_rows({"a": [1.0]}, dataset.columns))


def test_the_log_counts_openings_across_processes(tmp_path):
    dataset = made(50)
    log = tmp_path / "openings.jsonl"
    assert split(dataset, log=log).test.openings == 0
    split(dataset, log=log).test.open("one")
    assert split(dataset, log=log).test.openings == 1


def test_printing_data_shows_sizes_and_no_values():
    """Bug prevented: in a notebook, `split(dataset)` filled the screen with every value."""
    dataset = load({"a": np.arange(30) * 1.5, "c": ["u", "v", "w"] * 10, "y": ["n", "p"] * 15}, "y")
    assert repr(dataset).startswith("Dataset(30 rows; columns: 1 number, 1 category; binary of y;")
    shown = repr(split(dataset))
    assert shown.startswith("Splits(21 train, 4 validation, 5 test; stratified, seed 0; Dataset(21")
    assert len(shown) < 200
