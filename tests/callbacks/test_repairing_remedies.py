"""Remedies for rows, units and steps: a trial in, a changed trial out, and its model."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from goodfit.callbacks.gathering.given_data import Rows
from goodfit.callbacks.repairing import (
    remedies_data,
    remedies_rate,
    remedies_rows,
    remedies_split,
)
from goodfit.callbacks.repairing.building import start_of
from goodfit.callbacks.repairing.pool import Pool
from goodfit.callbacks.repairing.remedies import REMEDIES
from goodfit.callbacks.repairing.running import Runner
from goodfit.callbacks.repairing.subject import describe
from goodfit.callbacks.repairing.trial import Trial
from made_trials import BINARY, FINDING, RANDOM, X, applied, model_of, trial_of

layers = keras.layers
schedules = keras.optimizers.schedules


def test_every_remedy_has_a_name_of_its_own_and_every_fault_one():
    remedies = {remedy for several in REMEDIES.values() for remedy in several}
    assert len({remedy.name for remedy in remedies}) == len(remedies)
    assert all(REMEDIES.values())


def test_rows_with_nan_are_left_out_and_counted():
    x = X.copy()
    x[[2, 15, 16], 1] = np.nan
    changed, _ = applied(remedies_rows.leave_out_rows, model_of(layers.Dense(1)), trial_of(x))
    assert len(changed.pool.train) == 28
    assert len(changed.pool.validation) == 9
    assert "2 training rows and 1 validation rows" in changed.changes[0].what


def test_rows_that_the_untrained_model_cannot_answer_are_left_out():
    x = X.copy()
    x[[3, 17, 18]] = np.nan
    model = model_of(layers.Dense(1))
    rows, subject = trial_of(x), describe(model, {})
    assert remedies_rows.leave_out_unanswered(rows, subject, FINDING) is None
    runner = Runner(model, subject, start_of(model), {})
    subject = replace(subject, unanswered=runner.unanswered)
    changed = remedies_rows.leave_out_unanswered(rows, subject, FINDING)
    assert len(changed.pool.train) == 28
    assert len(changed.pool.validation) == 9
    assert remedies_rows.leave_out_unanswered(changed, subject, FINDING) is None


def test_weights_that_leave_nothing_to_a_class_are_left_out():
    weights = BINARY.copy()
    pool = Pool.of(Rows(X[10:], BINARY[10:], weights[10:]), Rows(X[:10], BINARY[:10]))
    model = model_of(layers.Dense(1))
    changed, _ = applied(remedies_rows.drop_weights, model, Trial(pool))
    assert changed.pool.weights is None
    assert "class 0 counted for nothing" in changed.changes[0].what
    even = trial_of()
    assert applied(remedies_rows.drop_weights, model, even) == (None, None)
    balanced = replace(even, pool=even.pool.weighted(1.0 + BINARY))
    assert applied(remedies_rows.drop_weights, model, balanced) == (None, None)


def test_rows_that_come_class_by_class_are_mixed_where_fit_does_not_shuffle():
    model = model_of(layers.Dense(1))
    subject = replace(describe(model, {}), shuffled=False)
    ordered = trial_of(y=np.sort(BINARY))
    changed = remedies_rows.mix_rows(ordered, subject, FINDING)
    assert sorted(changed.pool.train) == sorted(ordered.pool.train)
    assert remedies_rows.mix_rows(changed, subject, FINDING) is None
    assert remedies_rows.mix_rows(trial_of(), subject, FINDING) is None
    assert remedies_rows.mix_rows(ordered, replace(subject, shuffled=True), FINDING) is None


def test_where_most_rows_have_gaps_they_are_filled():
    x = X.copy()
    x[5:, 1] = np.inf
    model = model_of(layers.Dense(1))
    assert applied(remedies_rows.leave_out_rows, model, trial_of(x)) == (None, None)
    changed, _ = applied(remedies_rows.fill_gaps, model, trial_of(x))
    assert np.isfinite(changed.pool.x).all()


@pytest.mark.parametrize(
    ("schedule", "rate"),
    [
        (schedules.CosineDecay(0.5, 100), 0.0005),
        (schedules.PiecewiseConstantDecay([10], [5.0, 0.5]), 0.0005),
    ],
)
def test_a_schedule_is_lowered_as_a_whole(schedule, rate):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(schedule), "mse")
    changed, built = applied(remedies_rate.lower_rate, model, trial_of())
    assert changed.changes[0].after == pytest.approx(rate)
    ours = built.optimizer.learning_rate
    assert float(ours) == pytest.approx(rate)


def test_a_momentum_that_rolls_past_each_valley_gets_brakes():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    for momentum, wanted in ((0.99, 0.9), (0.9, None)):
        model.compile(keras.optimizers.SGD(0.1, momentum=momentum), "mse")
        changed, built = applied(remedies_rate.usual_momentum, model, trial_of())
        assert (changed.changes[0].after if changed else None) == wanted
        assert changed is None or built.optimizer.momentum == wanted


def test_validation_rows_in_another_unit_are_brought_to_that_of_the_others():
    x = X.copy()
    trial = trial_of(x)
    held = trial.pool.validation
    assert applied(remedies_split.match_scale, model_of(layers.Dense(1)), trial) == (None, None)
    for factor in (255.0, 1 / 1000):
        trial.pool.x[held] = X[:10] * factor
        changed, _ = applied(remedies_split.match_scale, model_of(layers.Dense(1)), trial)
        np.testing.assert_allclose(
            changed.pool.x[held].std(), X[:10].std() if factor > 1 else X[10:].std(), rtol=1e-4
        )
        np.testing.assert_array_equal(changed.pool.x[trial.pool.train], X[10:])
    trial.pool.x[held] = X[:10] + 1000.0  # other rows, not another unit
    assert applied(remedies_split.match_scale, model_of(layers.Dense(1)), trial) == (None, None)


def test_infinity_is_the_least_or_the_greatest_number_of_its_feature():
    x = X.copy()
    x[23, 0], x[24, 0], x[25, 1] = -np.inf, np.inf, np.nan
    model = model_of(layers.Dense(1))
    trial = trial_of(x)
    changed, _ = applied(remedies_rows.fill_infinity, model, trial)
    known = trial.pool.x[trial.pool.train, 0]
    known = known[np.isfinite(known)]
    found, given = changed.pool.x, trial.pool.x
    assert found[np.isneginf(given)].tolist() == [known.min()]
    assert found[np.isposinf(given)].tolist() == [known.max()]
    assert np.isnan(found).sum() == 1
    assert applied(remedies_rows.fill_infinity, model, trial_of()) == (None, None)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ((1, 2, 3), (0, 1, 2)),
        ((-1, 1), (0, 1)),
        ((0.0, 1 / 255, 2 / 255), (0, 1, 2)),
        ((10, 20), (0, 1)),
    ],
)
def test_labels_are_class_numbers_again(labels, classes):
    y = np.array(labels)[np.arange(40) % len(labels)]
    trial = trial_of(y=y)
    changed, _ = applied(remedies_data.mend_labels, model_of(layers.Dense(1)), trial)
    assert list(changed.renamed.values()) == list(classes)
    np.testing.assert_array_equal(
        changed.pool.y, np.array(classes)[np.searchsorted(labels, trial.pool.y)]
    )


def test_columns_that_no_row_has_are_left_out_where_no_unit_is_for_them():
    y = np.eye(4, dtype="float32")[1 + np.arange(40) % 3]
    drop = remedies_data.drop_empty_columns
    loss = "categorical_crossentropy"
    trial = trial_of(y=y)
    changed, built = applied(drop, model_of(layers.Dense(3, "softmax"), loss=loss), trial)
    np.testing.assert_array_equal(changed.pool.y.argmax(1), trial.pool.y.argmax(1) - 1)
    assert built.output_shape == (None, 3)
    for units in (2, 4):
        model = model_of(layers.Dense(units, "softmax"), loss=loss)
        assert applied(drop, model, trial) == (None, None)


def test_labels_that_are_right_stay():
    assert applied(remedies_data.mend_labels, model_of(layers.Dense(1)), trial_of())[0] is None


@pytest.mark.parametrize("functional", [False, True])
def test_inputs_are_standardised_inside_the_model(functional):
    x = X * [1, 1000, 1] + [0, 5e4, 7]
    x[:, 2] = 7  # no information, and no division by its deviation of zero
    model = model_of(layers.Dense(1, use_bias=False), functional=functional)
    changed, built = applied(remedies_data.standardise_inputs, model, trial_of(x))
    train = x[10:]
    scale = np.where(train.std(0) > 1e-9, train.std(0), 1)
    expected = (x - train.mean(0)) / scale @ model.layers[-1].get_weights()[0]
    np.testing.assert_allclose(built.predict(x, verbose=0), expected, rtol=1e-3, atol=1e-3)
    assert changed.rebuilds


def test_inputs_without_a_name_are_standardised_too():
    given = keras.Input((3,))
    model = keras.Model(given, layers.Dense(1, use_bias=False)(given))
    model.compile("adam", "mse")
    _, built = applied(remedies_data.standardise_inputs, model, trial_of(X + 1000))
    assert np.abs(built.predict(X + 1000, verbose=0)).max() < 50


def test_padding_stays_masked_under_standardised_inputs():
    x = np.full((20, 4, 2), 50.0, "float32") + RANDOM.normal(size=(20, 4, 2)).astype("float32")
    x[:, 2:] = 0
    model = model_of(
        layers.Masking(), layers.GlobalAveragePooling1D(), layers.Dense(1), shape=(4, 2)
    )
    changed, built = applied(remedies_data.standardise_inputs, model, trial_of(x, BINARY[:20], 5))
    assert [type(each).__name__ for each in built.layers[:2]] == ["Masking", "Normalization"]
    mean, variance = changed.scaling["rows"]
    np.testing.assert_allclose(mean, 50, atol=1)
    assert variance.max() < 2


def test_targets_are_learned_standardised_and_answered_in_units():
    model = model_of(layers.Dense(1), loss="mse")
    y = X[:, 0] * 300 + 5000
    changed, built = applied(remedies_data.standardise_targets, model, trial_of(y=y))
    assert abs(built.predict(X, verbose=0).mean() - 5000) < 1500
    mean, deviation = changed.target_scale
    np.testing.assert_allclose([mean[0], deviation[0]], [y[10:].mean(), y[10:].std()], rtol=1e-4)


def test_rows_are_kept_apart_by_class_and_none_twice():
    y = (np.arange(40) % 4 == 0).astype("int32")
    changed, _ = applied(remedies_split.set_apart, model_of(layers.Dense(1)), trial_of(y=y, held=0))
    pool = changed.pool
    assert not set(pool.train) & set(pool.validation)
    assert sorted([*pool.train, *pool.validation]) == list(range(40))
    assert y[pool.validation].mean() == pytest.approx(0.25, abs=0.1)


def test_rows_are_divided_anew_and_shared_ones_no_longer_judge():
    model = model_of(layers.Dense(1))
    ordered = trial_of(x=np.sort(X, axis=0))
    changed, _ = applied(remedies_split.redivide, model, ordered)
    before, after = ordered.pool.x[ordered.pool.validation], changed.pool.x[changed.pool.validation]
    whole = ordered.pool.x.mean()
    assert abs(after.mean() - whole) < abs(before.mean() - whole)
    x = np.concatenate([X[10:14], X[:10], X[10:]])
    y = np.concatenate([BINARY[10:14], BINARY[:10], BINARY[10:]])
    changed, _ = applied(remedies_split.drop_shared, model, trial_of(x, y, 14))
    assert len(changed.pool.validation) == 10


def test_classes_weigh_the_same():
    y = (np.arange(40) % 10 == 0).astype("int32")
    changed, _ = applied(
        remedies_rows.class_weights, model_of(layers.Dense(1)), trial_of(y=y, held=0)
    )
    weights = changed.pool.weights
    assert weights[y == 1].sum() == pytest.approx(weights[y == 0].sum())
    assert changed.balanced


@pytest.mark.parametrize(
    ("rate", "after"), [(10.0, 0.001), (0.1, 0.001), (0.005, 0.0005), (0.0001, 0.00001)]
)
def test_the_rate_is_divided_by_tens(rate, after):
    changed, built = applied(
        remedies_rate.lower_rate, model_of(layers.Dense(1), rate=rate), trial_of()
    )
    assert changed.optimizer["learning_rate"] == pytest.approx(after)
    assert float(built.optimizer.learning_rate) == pytest.approx(after)


def test_a_rate_far_below_is_raised_to_the_usual_one():
    low, fair = model_of(layers.Dense(1), rate=1e-6), model_of(layers.Dense(1), rate=5e-4)
    assert float(applied(remedies_rate.usual_rate, low, trial_of())[1].optimizer.learning_rate) == (
        pytest.approx(0.001)
    )
    assert applied(remedies_rate.usual_rate, fair, trial_of())[0] is None
    raised = applied(remedies_rate.raise_rate, fair, trial_of())[1]
    assert float(raised.optimizer.learning_rate) == pytest.approx(2.5e-3)


def test_gradients_are_clipped_once():
    model = model_of(layers.Dense(1))
    changed, built = applied(remedies_rate.clip_gradients, model, trial_of())
    assert built.optimizer.global_clipnorm == 1.0
    assert applied(remedies_rate.clip_gradients, model, changed) == (None, None)
