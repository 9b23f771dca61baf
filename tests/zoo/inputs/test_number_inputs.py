import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, model_inputs, to_tensors
from goodfit.zoo.inputs.number_inputs import NUMBER_BOUND


def encoded(columns, train, rows=None):
    model = model_inputs(columns, train)
    return np.asarray(model(to_tensors(rows or train, columns))["dense"])


def squeezed(z):
    return z / np.sqrt(1 + (z / NUMBER_BOUND) ** 2)


def test_numbers_are_standardised_by_training_rows_and_bounded():
    columns = [Column("a", "number"), Column("b", "number")]
    train = {"a": np.random.default_rng(0).normal(50, 7, 500), "b": np.arange(500) ** 3.0}
    rows = {"a": np.array([50.0, 64.0, 1e30]), "b": np.array([0.0, 1e6, -1e30])}
    dense = encoded(columns, train, rows)
    for position, name in enumerate("ab"):
        z = (rows[name] - train[name].mean()) / train[name].std()
        np.testing.assert_allclose(dense[:2, position], squeezed(z[:2]), rtol=1e-4)
    np.testing.assert_allclose(dense[2], [NUMBER_BOUND, -NUMBER_BOUND])


def test_missing_is_the_mean_and_is_told_where_training_missed_values():
    columns = [Column(name, "number") for name in "abc"]
    train = {
        "a": np.array([1.0, 2.0, np.nan, 3.0]),
        "b": np.arange(4.0),
        "c": np.full(4, np.nan),
    }
    nothing = {name: np.array([np.nan, 2.0]) for name in "abc"}
    dense = encoded(columns, train, nothing)
    # a and b at their mean or value, c never known, one indicator for a.
    np.testing.assert_allclose(dense[0], [0, 0, 0, 1], atol=1e-7)
    np.testing.assert_allclose(dense[1, [0, 2, 3]], [0, 0, 0], atol=1e-7)


def test_a_constant_says_nothing_even_when_it_changes_later():
    columns = [Column("a", "number"), Column("b", "number")]
    train = {"a": np.full(5, 7.0), "b": np.arange(5.0)}
    dense = encoded(columns, train, {"a": np.array([7.0, 1e6]), "b": np.zeros(2)})
    np.testing.assert_allclose(dense[:, 0], 0, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-30, 1e-9, 1e9, 1e30])
def test_the_unit_of_a_number_does_not_matter(unit):
    values = np.random.default_rng(0).normal(3, 1, 200)
    columns = [Column("a", "number")]
    plain, other = encoded(columns, {"a": values}), encoded(columns, {"a": values * unit})
    np.testing.assert_allclose(plain, other, atol=1e-5)


def test_booleans_lie_opposite_whatever_their_share():
    columns = [Column("b", "boolean")]
    train = {"b": np.array([1.0] + [0.0] * 98 + [np.nan])}
    dense = encoded(columns, train, {"b": np.array([0.0, 1.0, np.nan])})
    np.testing.assert_allclose(dense[:, 0], squeezed(np.array([-1, 1, 0])), atol=1e-6)
    np.testing.assert_array_equal(dense[:, 1], [0, 0, 1])


def test_a_wide_block_with_constant_and_missing_places():
    draw = np.random.default_rng(0)
    block = draw.integers(0, 255, (64, 784)).astype("uint8")
    block[:, :100] = 0
    columns = [Column("x", "number", 784)]
    dense = encoded(columns, {"x": block})
    assert dense.shape == (64, 784)
    assert not dense[:, :100].any()
    z = (block[:, 100:] - block[:, 100:].mean(0)) / block[:, 100:].std(0)
    np.testing.assert_allclose(dense[:, 100:], squeezed(z), atol=1e-4)


@pytest.mark.parametrize(
    ("features", "settings", "kind"),
    [
        ({"a": np.array([1.0, np.inf])}, {}, "non_finite"),
        ({"b": np.array([1.0])}, {}, "column_missing"),
        ({"a": np.empty(0)}, {}, "rows_missing"),
        ({"a": np.array([1.0])}, {"minimum_count": 0, "maximum_words": "x"}, "setting_invalid"),
    ],
)
def test_misuse_is_named(features, settings, kind):
    with pytest.raises(BadInput) as caught:
        model_inputs([Column("a", "number")], features, **settings)
    assert caught.value.kind == kind
    assert len(caught.value.problems) == max(1, len(settings))
