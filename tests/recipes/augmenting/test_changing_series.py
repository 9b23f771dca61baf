"""Series get noise, a stretch and a warped window; the end of a row, and its padding, stay."""

import keras
import numpy as np
from goodfit.recipes.augmenting.recordings import changed_recording
from goodfit.recipes.augmenting.series import changed_series, warped

ROWS, STEPS = 40, 60


def rows(lengths: int = STEPS) -> tuple[np.ndarray, np.ndarray]:
    """Return rising lines, 0 in the padding, and which steps there are."""
    present = np.zeros((ROWS, STEPS, 1), "float32")
    present[:, :lengths] = 1
    line = np.arange(STEPS, dtype="float32")[None, :, None] / 10
    return np.repeat(line, ROWS, axis=0) * present, present


def seeded() -> keras.random.SeedGenerator:
    return keras.random.SeedGenerator(2)


def test_a_warped_row_keeps_its_ends_and_its_order_and_changes_speed_inside():
    x, present = rows(40)
    found = np.asarray(warped(x, present, seeded(), 0.1))
    np.testing.assert_allclose(found[:, 0], x[:, 0], atol=1e-5)
    np.testing.assert_allclose(found[:, 39], x[:, 39], atol=1e-5)
    assert (found[:, 40:] == 0).all()
    speed = np.diff(found[:, :40, 0], axis=1) * 10  # 1 where nothing is warped
    assert (speed > 0).all()
    plain = np.isclose(speed, 1, atol=1e-3).all(axis=1)
    assert 0.25 < plain.mean() < 0.75
    others = speed[~plain]
    assert 0.45 < others.min() < 0.6
    assert 1.8 < others.max() < 2.2


def test_noise_and_stretch_have_the_published_sizes():
    x = np.zeros((ROWS, STEPS, 2), "float32")
    present = np.ones((ROWS, STEPS, 1), "float32")
    noise = np.asarray(changed_series(x, present, seeded(), only_noise=True))
    assert abs(noise.std() - 0.03) < 0.002
    stretched = np.asarray(changed_series(x + 1, present, seeded()))
    factors = stretched.mean(axis=1)
    assert abs(factors.std() - 0.1) < 0.03
    assert abs(factors.mean() - 1) < 0.05
    # Each variable has a factor of its own.
    assert np.abs(factors[:, 0] - factors[:, 1]).max() > 0.05


def test_padding_and_marks_of_what_is_missing_get_no_noise():
    x, present = rows(25)
    both = np.concatenate([x, present], axis=2)
    found = np.asarray(changed_series(both, present, seeded(), moving=np.float32([1, 0])))
    assert (found[:, 25:] == 0).all()
    np.testing.assert_allclose(found[:, :25, 1], 1, atol=1e-5)


def test_rows_of_one_step_and_of_none_stay_finite():
    for length in (0, 1):
        x, present = rows(length)
        assert np.isfinite(np.asarray(changed_series(x, present, seeded()))).all()


def test_a_recording_keeps_its_length_and_most_of_its_sound():
    wave = np.sin(np.arange(4_000) / 9).astype("float32")
    wave[3_500:] = np.nan
    found = [changed_recording(wave, np.random.default_rng(seed)) for seed in range(8)]
    for each in found:
        np.testing.assert_array_equal(np.isnan(each), np.isnan(wave))
        assert np.nanmax(np.abs(each)) <= 1
    assert not np.array_equal(found[0][:3_500], found[1][:3_500])
    still = changed_recording(wave, np.random.default_rng(0), move=False)
    noise = (still - wave)[:3_500]
    ratio = 20 * np.log10(wave[:3_500].std() / noise.std())
    assert 19 < ratio < 41
    silent = changed_recording(np.zeros(10, "float32"), np.random.default_rng(0))
    assert (silent == 0).all()
