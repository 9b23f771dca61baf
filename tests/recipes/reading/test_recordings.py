"""Folders of WAV files: every form of samples, every mistake named, and rows read again alike."""

import struct

import numpy as np
import pytest
from goodfit.recipes import load, load_rows, split
from goodfit.recipes.reading.metadata import name_part
from goodfit.recipes.reading.wav_files import read_wav, resampled, write_wav
from goodfit.zoo.errors import BadInput
from scipy.io import wavfile

RATE = 1_000
SOUND = np.sin(np.arange(400) / 7) * 0.7


def written(path, data, bits, kind=1, rate=RATE):
    """Write a WAV file by hand, as its definition says: `data` are bytes of samples."""
    block = bits // 8
    header = struct.pack("<HHIIHH", kind, 1, rate, rate * block, block, bits)
    body = b"fmt " + struct.pack("<I", len(header)) + header
    body += b"LIST" + struct.pack("<I", 4) + b"INFO"  # a chunk beside the sound
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)


def whole(bits):
    return np.round(SOUND * 2 ** (bits - 1)).astype(np.int64)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_whole_numbers_of_any_size_become_the_same_floats(bits, tmp_path):
    """24 bits are no type of numpy, and 8 bits have their silence at 128."""
    numbers = whole(bits) + (128 if bits == 8 else 0)
    data = b"".join(int(n).to_bytes(bits // 8, "little", signed=bits > 8) for n in numbers)
    written(tmp_path / "a.wav", data, bits)
    rate, samples = read_wav(tmp_path / "a.wav")
    assert (rate, samples.dtype) == (RATE, np.float32)
    np.testing.assert_allclose(samples, SOUND, atol=2.0 ** -min(bits, 20))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_stay_as_they_are(kind, tmp_path):
    written(tmp_path / "a.wav", SOUND.astype(kind).tobytes(), np.dtype(kind).itemsize * 8, kind=3)
    np.testing.assert_allclose(read_wav(tmp_path / "a.wav")[1], SOUND, atol=1e-7)


def test_two_channels_are_heard_as_their_mean(tmp_path):
    wavfile.write(tmp_path / "a.wav", RATE, np.stack([SOUND, SOUND * 0], axis=1).astype("f4"))
    np.testing.assert_allclose(read_wav(tmp_path / "a.wav")[1], SOUND / 2, atol=1e-6)


def test_what_is_written_is_read_and_what_is_too_loud_is_cut(tmp_path):
    write_wav(tmp_path / "a.wav", RATE, np.append(SOUND, [3.0, -3.0]))
    samples = read_wav(tmp_path / "a.wav")[1]
    np.testing.assert_allclose(samples[:-2], SOUND, atol=1e-4)
    np.testing.assert_allclose(samples[-2:], [1, -1], atol=1e-4)


def test_another_rate_keeps_a_tone_and_its_length():
    time = np.arange(8_000) / 8_000
    samples = resampled(np.sin(2 * np.pi * 50 * time).astype("f4"), 8_000, 3_000)
    assert len(samples) == 3_000
    expected = np.sin(2 * np.pi * 50 * np.arange(3_000) / 3_000)
    np.testing.assert_allclose(samples[100:-100], expected[100:-100], atol=0.01)


@pytest.fixture
def classes(tmp_path):
    for name in ("high", "low"):
        (tmp_path / "sounds" / name).mkdir(parents=True)
        for number in range(8):
            path = tmp_path / "sounds" / name / f"{name}_{'abcd'[number % 4]}_{number}.wav"
            write_wav(path, RATE, SOUND[: 200 + 10 * number])
    return tmp_path / "sounds"


def test_folders_are_classes_and_the_rate_is_that_of_most(classes):
    write_wav(classes / "low" / "low_d_7.wav", 2 * RATE, np.repeat(SOUND, 2))
    dataset = load(classes)
    assert dataset.task.kind == "binary"
    assert dataset.task.names == ("high", "low")
    assert dataset.labels.tolist() == [0] * 8 + [1] * 8
    (column,) = dataset.columns
    assert (column.kind, column.rate) == ("audio", RATE)
    lengths = [len(sound) for sound in dataset.features[column.name]]
    assert lengths == [200 + 10 * number for number in range(8)] * 2 or lengths[-1] == 400
    assert "1 were brought to it" in dataset.choices["rate"].reason
    again = load(dataset.source, dataset.target, **dataset.options)
    assert again.fingerprint() == dataset.fingerprint()


def test_a_part_of_the_name_keeps_speakers_in_one_part(classes):
    assert name_part(classes / "7_jackson_32.wav", 2) == "jackson"
    dataset = load(classes, group="2", positive="high")
    assert dataset.task.names == ("low", "high")
    splits = split(dataset, validation_fraction=0.25, test_fraction=0.25)
    parts = [splits.train, splits.validation, splits.test.open("a test")]
    speakers = [set(part.extras["2"]) for part in parts]
    assert sum(map(len, speakers)) == len(set.union(*speakers)) == 4
    with pytest.raises(BadInput, match="group '9'"):
        load(classes, group="9")


def test_every_unreadable_file_is_named_at_once(classes):
    (classes / "low" / "no.wav").write_bytes(b"nothing of the kind")
    (classes / "high" / "cut.wav").write_bytes(
        (classes / "high" / "high_a_0.wav").read_bytes()[:60]
    )
    write_wav(classes / "high" / "empty.wav", RATE, SOUND[:0])
    with pytest.raises(BadInput) as caught:
        load(classes)
    (problem,) = caught.value.problems
    assert "3 of 19" in problem.message
    for name in ("no.wav", "cut.wav", "empty.wav"):
        assert name in problem.received


def test_a_recording_outside_every_class_is_named(classes):
    write_wav(classes / "astray.wav", RATE, SOUND)
    with pytest.raises(BadInput, match=r"astray\.wav"):
        load(classes)


@pytest.fixture
def spoken(tmp_path):
    place = tmp_path / "spoken"
    (place / "wavs").mkdir(parents=True)
    lines = []
    for number in range(12):
        write_wav(place / "wavs" / f"{number}.wav", RATE, SOUND)
        lines.append((f"{number}", "one  two" if number % 2 else "two", "abc"[number % 3]))
    return place, lines


def test_a_table_tells_what_is_said_and_by_whom(spoken):
    place, lines = spoken
    text = "file,text,speaker\n" + "".join(f"wavs/{n}.wav,{t},{s}\n" for n, t, s in lines)
    (place / "metadata.csv").write_text(text)
    dataset = load(place, group="speaker")
    assert dataset.task.kind == "speech"
    assert dataset.task.names == tuple(" enotw"[i] for i in range(6))
    assert dataset.labels[:2].tolist() == ["two", "one two"]
    assert dataset.extras["speaker"].tolist() == [s for _, _, s in lines]
    words = load(place, "text", types={"text": "category"})
    assert words.task.names == ("one ", "two ")
    again = load(words.source, words.target, **words.options)
    assert again.fingerprint() == words.fingerprint()
    assert load(place, "speaker").task.names == ("a", "b", "c")
    with pytest.raises(BadInput, match="txet"):
        load(place, "txet")


def test_lines_without_a_header_are_read_as_in_ljspeech(spoken):
    place, lines = spoken
    text = "".join(f"{name}|Raw {text}|{text}\n" for name, text, _ in lines)
    (place / "metadata.csv").write_text(text)
    assert load(place).labels[:2].tolist() == ["two", "one two"]
    (place / "metadata.csv").write_text(text + "lost|no|no\ngone|no|no\n")
    with pytest.raises(BadInput, match="2 recordings that are not there") as caught:
        load(place)
    assert caught.value.problems[0].received == "lost, gone"


def test_rows_to_predict_are_a_file_a_folder_or_arrays(classes):
    dataset = load(classes)
    columns, options = dataset.columns, dataset.options
    folder = load_rows(classes / "low", columns, options=options)
    assert len(folder) == 8
    write_wav(classes.parent / "one.wav", 2 * RATE, np.zeros(500))
    single = load_rows(str(classes.parent / "one.wav"), columns, options=options)
    assert len(single.features["recording"][0]) == 250
    arrays = load_rows([SOUND, SOUND[:9]], columns, options=options)
    assert [len(sound) for sound in arrays.features["recording"]] == [400, 9]
    with pytest.raises(BadInput, match="no recording"):
        load_rows(classes.parent / "none", columns, options=options)
