"""Intervals: the resampling itself, and how often they hold the truth."""

import numpy as np
import pytest
from goodfit.recipes import Estimate, evaluate
from goodfit.recipes.scoring import evaluation as evaluation_module
from goodfit.recipes.scoring.intervals import (
    interval,
    left_out_counts,
    resampled_counts,
    sample_count,
    zero_error_bound,
)
from goodfit.zoo import Task

BINARY = Task("binary", ("no", "yes"))


def test_counts_are_draws_with_replacement_and_repeat_with_the_seed():
    first = np.concatenate(list(resampled_counts(2000, 700, seed=4)), axis=1)
    again = np.concatenate(list(resampled_counts(2000, 700, seed=4)), axis=1)
    assert first.shape == (2000, 700)
    assert (first.sum(axis=0) == 2000).all()
    assert (first == again).all()
    assert (first != np.concatenate(list(resampled_counts(2000, 700, seed=5)), axis=1)).any()
    # A row is drawn once on average, with the variance of a binomial.
    assert first.var() == pytest.approx(1, abs=0.02)


def test_interval_is_the_percentiles_of_what_has_a_meaning():
    draws = np.r_[np.arange(1001) / 1000, np.nan]
    assert interval(0.5, draws, 0.9) == pytest.approx((0.05, 0.95))


@pytest.mark.parametrize("rows", [8, 20, 45, 300])
def test_few_rows_reach_as_far_as_the_t_distribution(rows):
    from scipy.stats import t

    draws = np.random.default_rng(0).normal(size=200)
    low, high = interval(0.0, draws, 0.95, rows=rows)
    wider = t.ppf(0.975, rows - 1) * np.sqrt(rows / (rows - 1))
    assert high == -low == pytest.approx(wider * draws.std(), rel=2e-3)


def test_bias_and_skewness_move_the_ends_as_in_scipy():
    from scipy.stats import bootstrap

    values = np.random.default_rng(3).exponential(size=60)
    counts = np.concatenate(list(resampled_counts(60, 20_000, seed=1)), axis=1)
    left = (values @ left_out_counts(60)) / 59
    # So many rows that the t distribution is the normal one.
    draws = values @ counts / 60
    ours = interval(values.mean(), draws, 0.95, rows=0, left_out=left)
    theirs = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", random_state=np.random.default_rng(2)
    ).confidence_interval
    assert ours == pytest.approx(tuple(theirs), abs=0.01)
    plain = interval(values.mean(), draws, 0.95)
    assert ours[0] > plain[0]
    assert ours[1] > plain[1]


def test_rows_are_left_out_one_by_one_or_in_parts():
    assert (left_out_counts(40) == 1 - np.eye(40)).all()
    parts = left_out_counts(1001)
    assert parts.shape == (1001, 200)
    assert ((1 - parts).sum(axis=1) == 1).all()
    assert left_out_counts(7) is None
    assert left_out_counts(50_000) is None


def test_the_interval_of_a_skewed_score_of_few_rows_holds_the_truth():
    random = np.random.default_rng(0)
    rows, sets = 40, 500
    counts = np.concatenate(list(resampled_counts(rows, 600, seed=4)), axis=1)
    left = left_out_counts(rows)
    held = {"plain": [], "moved": []}
    for _ in range(sets):
        squares = random.normal(size=rows) ** 2
        point, draws = squares.mean() ** 0.5, (squares @ counts / rows) ** 0.5
        without = (squares @ left / (rows - 1)) ** 0.5
        moved = interval(point, draws, 0.95, rows=rows, left_out=without)
        for name, ends in (("plain", interval(point, draws, 0.95)), ("moved", moved)):
            held[name].append(ends[0] <= 1.0 <= ends[1])
    assert 0.91 < np.mean(held["moved"]) < 0.98
    assert np.mean(held["plain"]) < np.mean(held["moved"]) - 0.015


def test_few_draws_give_a_normal_interval():
    draws = np.random.default_rng(0).normal(3, 2, 200)
    low, high = interval(3, draws, 0.95)
    assert (high - low) / 2 == pytest.approx(1.96 * draws.std(), rel=1e-3)


def test_huge_sets_get_fewer_samples():
    assert sample_count(1_000, 1000) == 1000
    assert sample_count(1_000_000, 1000) == 100
    assert sample_count(1_000, 50) == 50


def test_a_part_of_huge_sets_gives_the_same_interval(monkeypatch):
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 8000)
    outputs = np.clip(random.normal(0.4 + 0.2 * labels, 0.2), 0, 1)
    whole = evaluate(labels, outputs, BINARY)
    monkeypatch.setattr(evaluation_module, "MOST_ROWS", 2000)
    part = evaluate(labels, outputs, BINARY)
    for name, estimate in whole.metrics.items():
        assert part.metrics[name].value == estimate.value
        width = estimate.high - estimate.low
        assert part.metrics[name].high - part.metrics[name].low == pytest.approx(width, rel=0.25)
        assert part.metrics[name].low == pytest.approx(estimate.low, abs=0.3 * width)


def test_zero_error_bound_is_clopper_pearson():
    from scipy.stats import beta

    for rows in (1, 7, 300):
        assert zero_error_bound(rows, 0.95) == pytest.approx(beta.ppf(0.975, 1, rows))


def test_a_perfect_score_on_few_rows_is_no_proof():
    metrics = evaluate([0] * 20 + [1] * 10, [0.1] * 20 + [0.9] * 10, BINARY).metrics
    assert metrics["accuracy"] == Estimate(1.0, 1 - zero_error_bound(30, 0.95), 1.0)
    assert metrics["recall"].low == pytest.approx(1 - zero_error_bound(10, 0.95))
    assert metrics["roc_auc"].low == pytest.approx(1 - zero_error_bound(10, 0.95))


@pytest.mark.slow
def test_coverage_of_the_truth(capsys):
    """Print how often a 95 % interval holds the true value on simulated data."""
    random = np.random.default_rng(0)
    regression = Task("regression", ("y",))

    def binary_rows(rows):
        labels = (random.random(rows) < 0.3).astype(int)
        return labels, 1 / (1 + np.exp(-random.normal(-0.8 + 1.6 * labels, 1.2))), BINARY

    def regression_rows(rows):
        values = random.normal(size=rows)
        return values, values + random.normal(0, 0.5, rows), regression

    lines = []
    for make in (binary_rows, regression_rows):
        truth = {n: e.value for n, e in evaluate(*make(400_000), samples=1).metrics.items()}
        for rows in (50, 200, 1000):
            held: dict[str, list[bool]] = {}
            for repeat in range(400):
                found = evaluate(*make(rows), samples=600, seed=repeat).metrics
                for name, estimate in found.items():
                    inside = estimate.low <= truth[name] <= estimate.high
                    held.setdefault(name, []).append(inside)
            for name, inside in held.items():
                lines.append(f"{name:<22} {rows:>5} rows  {np.mean(inside):.3f}")
                assert np.mean(inside) > (0.85 if rows == 50 else 0.9), lines[-1]
    with capsys.disabled():
        print("\ncoverage of 95 % intervals\n" + "\n".join(lines))
