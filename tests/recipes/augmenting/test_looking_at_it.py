"""Raw rows changed once, and samples of them for a person to judge."""

import json

import numpy as np
import pytest
from goodfit.recipes import Config, augment, augmented_samples, load, split
from goodfit.recipes.augmenting.samples import unpacked
from goodfit.zoo import as_rows
from goodfit.zoo.errors import BadInput

LABELS = np.array(["a", "b"] * 20)


def made(kind: str):
    draw = np.random.default_rng(3)
    if kind == "image":
        return load((draw.integers(0, 255, (40, 6, 8, 3)).astype("uint8"), LABELS))
    if kind == "frames":
        lengths = draw.integers(2, 4, 40)
        return load(
            ([draw.integers(0, 255, (n, 6, 6, 1)).astype("uint8") for n in lengths], LABELS)
        )
    if kind == "sequence":
        rows = [draw.normal(size=(n, 2)).cumsum(axis=0) + 50 for n in draw.integers(30, 40, 40)]
        rows[0][3, 1] = np.nan
        return load((as_rows(rows), LABELS))
    texts = [[f"the parcel was late again, and nobody was friendly {n}"] for n in range(40)]
    return load((texts, LABELS), types={"x0": "text"})


KINDS = ["image", "frames", "sequence", "text"]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_changed_a_little_and_labels_stay(kind):
    rows = made(kind)
    (column,) = rows.columns
    assert column.kind == kind
    changed = augment(rows, seed=4)
    assert changed.labels is rows.labels
    np.testing.assert_array_equal(changed.rows, rows.rows)
    before, after = rows.features[column.name], changed.features[column.name]
    assert len(after) == len(before)
    assert after.dtype == before.dtype or after.dtype == np.float32
    different = 0
    for old, new in zip(before, after, strict=True):
        if kind == "text":
            different += old != new
            assert abs(len(old.split()) - len(new.split())) <= 2
        else:
            assert new.shape == old.shape
            np.testing.assert_array_equal(np.isnan(new), np.isnan(np.asarray(old, float)))
            different += not np.array_equal(new, old)
    assert different > (20 if kind == "text" else 39)
    for seed, repeats in ((4, True), (5, False)):
        pairs = zip(augment(rows, seed=seed).features[column.name], after, strict=True)
        same = [np.array_equal(one, other, equal_nan=kind != "text") for one, other in pairs]
        assert all(same) == repeats


def test_numbers_beside_a_text_stay():
    rows = load(([["good day", 1.5], ["bad day", 2.5]] * 10, ["x", "y"] * 10), types={"x0": "text"})
    changed = augment(rows, synonyms={"day": ["morning"]}, seed=1)
    np.testing.assert_array_equal(changed.features["x1"], rows.features["x1"])
    assert any("morning" in text for text in changed.features["x0"])


def test_a_table_or_another_strength_is_refused(multiclass_frame):
    table = load(multiclass_frame.drop(columns="note"), "segment")
    with pytest.raises(BadInput, match="columns of kind"):
        augment(table)
    with pytest.raises(BadInput, match="light, standard"):
        augment(made("text"), "heavy")


def test_series_to_regress_on_get_noise_alone():
    draw = np.random.default_rng(0)
    x = draw.normal(size=(30, 50, 1)).cumsum(axis=1)
    rows = load((x, draw.normal(size=30)))
    assert rows.task is not None
    assert rows.task.kind == "regression"
    name = rows.columns[0].name
    away = np.asarray(augment(rows).features[name], float) - x
    assert 0.02 < away.std() / x.std() < 0.04


@pytest.mark.parametrize("kind", KINDS)
def test_samples_show_rows_of_every_class_and_fit_into_a_record(kind):
    splits = split(made(kind), seed=1)
    config = Config(augmentation="standard")
    samples = augmented_samples(splits, config, count=3, copies=2)
    assert [len(sample.after) for sample in samples] == [2, 2, 2]
    assert {sample.label for sample in samples} == {"a", "b"}
    numbers = set(splits.train.rows.tolist())
    assert {sample.row for sample in samples} <= numbers
    again = augmented_samples(splits, config, count=3, copies=2)
    shown = [sample.to_dict() for sample in samples]
    assert shown == [sample.to_dict() for sample in again]
    assert json.loads(json.dumps(shown)) == shown
    first = shown[0]
    if kind == "text":
        position = splits.train.rows.tolist().index(first["row"])
        assert first["before"] == [[splits.train.features["x0"][position], False]]
    elif kind in ("image", "frames"):
        still = np.asarray(samples[0].before)
        still = still[len(still) // 2] if kind == "frames" else still
        assert np.abs(unpacked(first["before"]).astype(int) - still.astype(int)).max() <= 3
    else:
        assert len(first["before"]) == 2
    assert augmented_samples(splits, Config()) == ()
