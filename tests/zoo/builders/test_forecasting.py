"""Forecasts keep to the unit of the series: raw values in, raw units out, at any level."""

import numpy as np
import pytest
from goodfit.zoo import BadInput, Column, Task, build, list_models, model_inputs, parts, to_tensors

STEPS, HORIZON = 8, 3
NAMES = [card.name for card in list_models() if "forecasting" in card.tasks]
TINY = {
    "mlp": {"units": (4,)},
    **{name: {"units": (4,)} for name in ("simple_rnn", "lstm", "gru")},
    "transformer_encoder": {"embedding_width": 4, "layers": 1, "heads": 1},
}


def windows(count=40, variables=2, known=0, seed=0, level=0.0):
    """Return waves with noise about a level of their own, and what is known of each step."""
    draw = np.random.default_rng(seed)
    steps = np.arange(STEPS + 1)[None, :, None] + draw.integers(0, 12, (count, 1, 1))
    values = np.sin(steps * np.arange(1, variables + 1) * 0.5) * 4
    values = values + draw.normal(0, 0.5, values.shape) + draw.normal(0, 1, (count, 1, 1)) + level
    values[:, -1] = np.nan
    waves = np.sin(steps * 0.3 + np.arange(known))
    return np.concatenate([values, waves], axis=2).astype(np.float32)


def made(name, rows, targets=1, **settings):
    columns = [Column("window", "sequence", rows.shape[2])]
    inputs = model_inputs(columns, {"window": rows}, windows=True)
    names = tuple(f"y{number}" for number in range(targets))
    return build(name, inputs, Task("forecasting", names, HORIZON, 4), **settings)


def answers(model, rows):
    columns = [Column("window", "sequence", rows.shape[2])]
    return np.asarray(model(to_tensors({"window": rows}, columns)))


def moved(model, seed=0):
    """Give every weight a value, as a training would: untrained, all answers are the level."""
    draw = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(draw.normal(0, 0.3, weight.shape))
    return model


def shifted(rows, variables, by):
    other = rows.copy()
    other[:, :, :variables] += by
    return other


@pytest.mark.parametrize("name", NAMES)
def test_a_window_a_thousand_higher_is_forecast_a_thousand_higher(name):
    rows = windows(known=2)
    rows[::3, 2, 0] = np.nan
    model = moved(made(name, rows, **TINY.get(name, {})))
    before, after = (answers(model, each) for each in (rows, shifted(rows, 2, 1_000)))
    assert before.shape == (len(rows), HORIZON, 1)
    assert np.ptp(before) > 0.1
    np.testing.assert_allclose(after - before, 1_000, atol=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_forecast_is_the_level_of_the_window(name):
    rows = windows(level=500)
    said = answers(made(name, rows, **TINY.get(name, {})), rows)
    last, mean = rows[:, -2, :1], rows[:, :-1, 0].mean(axis=1, keepdims=True)
    near = [np.abs(said[:, :, 0] - level).max() for level in (last, mean)]
    assert min(near) < 1e-3


@pytest.mark.parametrize("steady", [True, False])
def test_the_level_is_the_last_value_only_where_that_says_more(steady):
    draw = np.random.default_rng(0)
    moves = draw.normal(0, 1, (60, STEPS + 1, 1))
    rows = (moves if steady else moves.cumsum(axis=1)).astype(np.float32)
    rows[:, -1] = np.nan
    said = answers(made("linear_forecast", rows), rows)[:, 0, 0]
    level = rows[:, :-1, 0].mean(axis=1) if steady else rows[:, -2, 0]
    np.testing.assert_allclose(said, level, atol=1e-4)


def test_a_missing_last_value_is_passed_over():
    rows = np.random.default_rng(0).normal(0, 1, (60, STEPS + 1, 1)).cumsum(axis=1)
    rows[:, -1] = np.nan
    rows[::2, -2] = np.nan
    said = answers(made("linear_forecast", rows.astype(np.float32)), rows.astype(np.float32))
    np.testing.assert_allclose(said[::2, 0, 0], rows[::2, -3, 0], atol=1e-4)


def test_a_window_of_which_nothing_is_known_has_an_answer():
    rows = windows(level=50)
    rows[:3, :, 0] = np.nan
    said = answers(moved(made("linear_forecast", rows)), rows)
    assert np.isfinite(said).all()
    assert np.abs(said[:3] - 50).max() < 20


def test_the_linear_model_is_its_formula():
    """One weight for each step back and step ahead, the same for all variables, and a constant."""
    rows = windows(variables=3)
    model = moved(made("linear_forecast", rows, targets=2))
    kernel, constant = (np.asarray(each) for each in parts(model).trunk.weights)
    assert kernel.shape == (STEPS, HORIZON)
    past = rows[:, :-1].astype(np.float64)
    mean, unit = past.mean(axis=(0, 1)), past.std(axis=(0, 1))
    scaled = (past - mean) / unit
    usual = np.sqrt((scaled.std(axis=1) ** 2).mean(axis=0))
    levels = {"last": scaled[:, -1:], "mean": scaled.mean(axis=1, keepdims=True)}
    said = answers(model, rows)
    near = []
    for level in levels.values():
        x = (scaled - level) / usual  # (n, t, v)
        y = np.einsum("ntv,th->nhv", x, kernel) + constant[None, :, None]
        near.append(np.abs(((y * usual + level) * unit + mean)[:, :, :2] - said).max())
    assert min(near) < 1e-3


@pytest.mark.parametrize("known", [0, 2])
@pytest.mark.parametrize("missing", [False, True])
def test_parameters_are_as_the_docstring_counts_them(known, missing):
    rows = windows(known=known)
    if missing:
        rows[::3, 2, 0] = np.nan
    trunk = parts(made("linear_forecast", rows)).trunk
    assert trunk.count_params() == (STEPS * (1 + missing) + known + 1) * HORIZON


@pytest.mark.parametrize("name", ["linear_forecast", "mlp"])
def test_a_forecast_of_a_variable_is_made_of_its_own_past(name):
    rows = windows()
    model = moved(made(name, rows, targets=2, **TINY.get(name, {})))
    other = rows.copy()
    other[:, :-1, 1] *= -1
    before, after = answers(model, rows), answers(model, other)
    np.testing.assert_allclose(before[:, :, 0], after[:, :, 0], atol=1e-4)
    assert np.abs(before[:, :, 1] - after[:, :, 1]).max() > 0.1


def test_variables_are_mixed_where_that_is_asked():
    rows = windows()
    model = moved(made("mlp", rows, units=(4,), mix_variables=True))
    other = rows.copy()
    other[:, :-1, 1] *= -1
    assert np.abs(answers(model, rows) - answers(model, other)).max() > 0.1


def test_what_is_known_ahead_counts_as_of_the_first_step_ahead():
    rows = windows(known=1)
    model = moved(made("linear_forecast", rows))
    later = rows.copy()
    later[:, -1, -1] += 1
    assert np.abs(answers(model, rows) - answers(model, later)).min() > 1e-3


def test_windows_of_very_different_size_are_each_divided_by_their_own():
    """Several series: those of thousands would drown those of ones."""
    sizes = np.where(np.arange(60) % 2, 1_000.0, 1.0)[:, None, None]
    rows = (windows(60, variables=1) * sizes).astype(np.float32)
    model = moved(made("linear_forecast", rows))
    small, large = rows[::2], rows[::2] * 1_000
    alike = np.isclose(answers(model, large), 1_000 * answers(model, small), rtol=0.01)
    assert alike.mean() >= 0.9  # the flattest windows are divided by a floor instead


@pytest.mark.parametrize("name", ["linear_forecast", "mlp"])
def test_a_saved_file_forecasts_the_same_in_plain_keras(name, tmp_path):
    import keras

    rows = windows(known=2)
    rows[::3, 2, 0] = np.nan
    model = moved(made(name, rows, targets=2, **TINY.get(name, {})))
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert np.abs(answers(again, rows) - answers(model, rows)).max() == 0.0


@pytest.mark.parametrize("name", ["linear_forecast", "mlp"])
def test_what_is_no_window_is_refused_with_the_remedy(name):
    columns, rows = [Column("x", "number")], {"x": np.arange(20.0).reshape(-1, 1)}
    task = Task("forecasting", ("y",), HORIZON)
    with pytest.raises(BadInput, match="--horizon"):
        build(name, model_inputs(columns, rows), task)
    with pytest.raises(BadInput) as caught:
        build("linear_forecast", model_inputs(columns, rows), task, l2=-1.0)
    assert len(caught.value.problems) == 2
