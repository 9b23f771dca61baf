"""A recording says the same whatever stands beside it, and however loud it was."""

import keras
import numpy as np
import pytest
from goodfit.zoo import Column, Task, as_rows, build, model_inputs, to_tensors
from goodfit.zoo.errors import BadInput
from goodfit.zoo.inputs.audio_inputs import audio_frames, frame_step, mel_bands

RATE = 8_000
SOUND = [Column("sound", "audio", rate=RATE)]
LENGTHS = (500, 1_003, 80, 160, 1, 2_400)


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(0)
    return {"sound": as_rows([draw.normal(0, 0.1, length) for length in LENGTHS])}


@pytest.fixture(scope="module")
def preprocessor(rows):
    return model_inputs(SOUND, rows)


def encoded(preprocessor, sounds):
    found = preprocessor(to_tensors({"sound": as_rows(sounds)}, SOUND))
    return np.asarray(found["sequence_0"]), np.asarray(found["sequence_0_present"])[..., 0]


def test_a_recording_has_a_frame_for_each_begun_step(preprocessor, rows):
    features, present = encoded(preprocessor, rows["sound"])
    assert present.sum(axis=1).tolist() == [-(-length // 80) for length in LENGTHS]
    assert features.shape[2] == mel_bands(RATE) == 40
    assert np.isfinite(features).all()
    assert (features[present == 0] == 0).all()


def test_padding_changes_no_frame(preprocessor, rows):
    """The mirror at the end of a block would otherwise reach into the shorter recordings."""
    together, _ = encoded(preprocessor, rows["sound"])
    for row, sound in enumerate(rows["sound"]):
        alone, present = encoded(preprocessor, [sound])
        frames = int(present.sum())
        np.testing.assert_allclose(together[row, :frames], alone[0, :frames], atol=1e-5)


def test_the_loudest_recording_does_not_bound_the_others(rows):
    """Keras's own decibels are cut 80 below the loudest of the whole batch."""
    frames = audio_frames(RATE, 100)
    quiet = np.asarray(frames(rows["sound"][5][None] * 0.01)["bands"])
    both = np.stack([rows["sound"][5] * 0.01, rows["sound"][5] * 300])
    np.testing.assert_allclose(np.asarray(frames(both)["bands"])[0], quiet[0], atol=1e-4)


def test_loudness_is_taken_out(preprocessor, rows):
    one, _ = encoded(preprocessor, [rows["sound"][1]])
    loud, _ = encoded(preprocessor, [rows["sound"][1] * 5])
    np.testing.assert_allclose(one, loud, atol=1e-3)


def test_a_tone_is_strongest_in_the_band_of_its_frequency():
    frames = audio_frames(RATE, 100)
    time = np.arange(RATE // 2) / RATE
    edges = 700 * np.expm1(np.linspace(np.log1p(20 / 700), np.log1p(4000 / 700), 42))
    for frequency in (300.0, 1_000.0, 2_500.0):
        bands = np.asarray(frames(np.sin(2 * np.pi * frequency * time)[None])["bands"])[0]
        best = bands[10:40].mean(axis=0).argmax()
        assert edges[best] <= frequency <= edges[best + 2]


def test_every_band_is_standardised_over_the_frames_of_the_training_rows(preprocessor, rows):
    """In pieces or at once: the figures are those of all frames, and of no padding."""
    frames = audio_frames(RATE, 100)
    alone = []
    for sound in rows["sound"]:
        found = frames(np.asarray(sound, np.float32)[None])
        there = np.asarray(found["present"])[0, :, 0] > 0
        alone.append(np.asarray(found["bands"])[0][there])
    bands = np.concatenate(alone).astype(np.float64)
    normal = preprocessor.get_layer("encode_audio_0").get_layer("encode_bands")
    weights = normal.get_layer("standardise")
    np.testing.assert_allclose(np.asarray(weights.mean).ravel(), bands.mean(0), atol=1e-4)
    np.testing.assert_allclose(np.asarray(weights.variance).ravel(), bands.var(0), rtol=1e-3)


def test_statistics_do_not_depend_on_how_many_rows_are_read_at_once(
    monkeypatch, preprocessor, rows
):
    monkeypatch.setattr("goodfit.zoo.inputs.audio_inputs._NUMBERS_AT_ONCE", 1)
    other = model_inputs(SOUND, rows)
    one, _ = encoded(preprocessor, rows["sound"])
    two, _ = encoded(other, rows["sound"])
    np.testing.assert_allclose(one, two, atol=1e-4)


def test_a_longer_recording_is_read_from_its_beginning(rows):
    short = model_inputs(SOUND, rows, maximum_steps=7)
    _, present = encoded(short, rows["sound"])
    assert present.sum(axis=1).max() == 7


def test_silence_alone_is_nothing_to_learn_from():
    with pytest.raises(BadInput, match="nothing to learn"):
        model_inputs(SOUND, {"sound": as_rows([np.zeros(500), np.zeros(900)])})


@pytest.mark.parametrize("rate", [200, 1_000, 11_025, 16_000, 44_100])
def test_every_rate_has_bands_that_hold_something(rate):
    draw = np.random.default_rng(1)
    found = audio_frames(rate, 50)(draw.normal(size=(1, rate // 3)).astype("float32"))
    bands, present = np.asarray(found["bands"]), np.asarray(found["present"])
    assert bands.shape[2] == mel_bands(rate)
    assert present.sum() == -(-(rate // 3) // frame_step(rate))
    assert bands[0].std(axis=0).min() > 0


ROW, SPEECH = Task("multiclass", ("a", "b", "c")), Task("speech", ("a", "b"))


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("gru", ROW),
        ("gru", SPEECH),
        ("transformer_encoder", ROW),
        ("transformer_encoder", SPEECH),
        ("convnet", ROW),
        ("mlp", ROW),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_models_answer_alike_with_and_without_padding(preprocessor, rows, name, task, tmp_path):
    settings = {"convnet": {"filters": (8,)}, "mlp": {"units": (8,)}}
    model = build(name, preprocessor, task, **settings.get(name, {"embedding_width": 8}))
    together = np.asarray(model(to_tensors(rows, SOUND)))
    assert together.shape[-1] == task.outputs
    for row, sound in enumerate(rows["sound"]):
        alone = np.asarray(model(to_tensors({"sound": as_rows([sound])}, SOUND)))[0]
        if task.kind != "speech":
            np.testing.assert_allclose(alone, together[row], atol=1e-5)
            continue
        frames = len(alone)
        assert frames >= -(-len(sound) // 160)
        np.testing.assert_allclose(alone, together[row, :frames], atol=1e-4)
        # Beyond a recording nothing is said, for certain.
        assert (together[row, frames:, 0] == 0).all()
        assert (together[row, frames:, 1:] < -50).all()
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(np.asarray(again(to_tensors(rows, SOUND))), together)


def test_probabilities_of_a_frame_sum_to_one_and_padding_adds_nothing_to_the_loss(
    preprocessor, rows
):
    model = build("gru", preprocessor, Task("speech", ("a", "b")), embedding_width=8)
    sounds = [rows["sound"][1]]
    alone = np.asarray(model(to_tensors({"sound": as_rows(sounds)}, SOUND)))
    beside = np.asarray(model(to_tensors({"sound": as_rows([*sounds, rows["sound"][5]])}, SOUND)))
    np.testing.assert_allclose(np.exp(beside).sum(axis=-1), 1, atol=1e-5)
    loss, labels = keras.losses.CTC(), np.array([[1, 2, 2]])
    assert beside.shape[1] > alone.shape[1]
    assert float(loss(labels, beside[:1])) == pytest.approx(float(loss(labels, alone)), abs=1e-4)
