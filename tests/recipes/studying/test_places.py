"""Where configs are compared: folds of small sets, seeds of large ones; the test stays sealed."""

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, split
from goodfit.recipes.auditing.duplicates import same_rows
from goodfit.recipes.studying.places import SMALL_ROWS, folds_of, places_of


def table(rows, classes=2, seed=0, **columns):
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(generator.normal(size=(rows, 2)), columns=["a", "b"]).assign(**columns)
    return frame.assign(y=generator.choice([f"kind {k}" for k in range(classes)], rows))


def held(splits, count=5, seed=0):
    return [fold.validation.rows for fold in folds_of(splits, count, seed)]


def test_each_row_is_held_out_once_and_the_test_never():
    splits = split(load(table(200), "y"))
    found = np.concatenate(held(splits))
    known = np.concatenate([splits.train.rows, splits.validation.rows])
    assert sorted(found) == sorted(known)
    for fold in folds_of(splits, 5, 0):
        assert not set(fold.train.rows) & set(fold.validation.rows)
        assert fold.test is splits.test
    assert splits.test.openings == 0


def test_classes_keep_their_shares():
    frame = table(200)
    frame["y"] = np.where(np.arange(200) % 5 == 0, "rare", "often")
    splits = split(load(frame, "y"))
    shares = [np.mean(fold.validation.labels == 1) for fold in folds_of(splits, 5, 0)]
    assert max(shares) - min(shares) < 0.05


def test_equal_rows_stay_together():
    frame = pd.concat([table(100)] * 2, ignore_index=True)
    splits = split(load(frame, "y"))
    for fold in folds_of(splits, 5, 0):
        both = np.r_[fold.train.features["a"], fold.validation.features["a"]]
        assert len(np.unique(both)) == len(np.unique(fold.train.features["a"])) + len(
            np.unique(fold.validation.features["a"])
        )


@pytest.mark.parametrize("different", [4, 6, 30])
def test_a_table_of_few_different_rows_can_be_divided(different):
    kinds = np.arange(300) % different
    splits = split(load(table(300, a=kinds.astype(float), b=0.5), "y"))
    sizes = [len(fold.validation) for fold in folds_of(splits, 5, 0)]
    assert min(sizes) > 0.6 * max(sizes)
    assert len(np.unique(same_rows(splits.train))) <= different


@pytest.mark.filterwarnings("error")
def test_classes_of_few_rows_are_no_trouble():
    splits = split(load(table(40, classes=2), "y"))
    assert sum(map(len, held(splits, count=5))) == len(splits.train) + len(splits.validation)


def test_the_same_seed_gives_the_same_places_and_another_others():
    splits = split(load(table(200), "y"))
    one, same, other = (held(splits, seed=seed) for seed in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert any(len(a) != len(b) or (a != b).any() for a, b in zip(one, other, strict=True))


def test_a_small_set_is_divided_anew_and_a_large_one_is_not():
    small = split(load(table(200), "y"))
    places, choice = places_of(small, seeds=10, seed=3)
    assert choice.value == "folds"
    assert [place.number for place in places] == list(range(10))
    assert [place.seed for place in places] == list(range(3, 13))
    assert len({id(place.splits) for place in places}) == 10
    large = split(load(table(SMALL_ROWS + 2000), "y"))
    places, choice = places_of(large, seeds=4, seed=0)
    assert choice.value == "seeds"
    assert all(place.splits is large for place in places)


def test_what_was_divided_by_time_or_group_stays_so():
    frame = table(200, day=np.arange(200), who=np.arange(200) // 5)
    for name in ("time", "group"):
        splits = split(load(frame, "y", **{name: "day" if name == "time" else "who"}))
        assert places_of(splits, seeds=4, seed=0)[1].value == "seeds"


def test_one_seed_is_one_place():
    splits = split(load(table(200), "y"))
    places, choice = places_of(splits, seeds=1, seed=0)
    assert (len(places), choice.value) == (1, "seeds")
    assert places[0].splits is splits
