"""Symbols without times: decoding against every path, error rates, and what cannot be said."""

import itertools

import keras
import numpy as np
import pytest
from goodfit.recipes import Dataset, evaluate
from goodfit.recipes.answering.ctc_decoding import (
    decode,
    edit_distance,
    least_frames,
    symbol_numbers,
    text_of,
)
from goodfit.recipes.answering.transcribing import METHOD
from goodfit.zoo import Column, Task, as_rows
from goodfit.zoo.errors import BadInput

TASK = Task("speech", ("one ", "two "))


def likely(steps, symbols, sharpness, draw):
    scores = draw.normal(0, sharpness, (steps, symbols))
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


def every_transcript(logs):
    """The logarithm of the probability of each transcript, by all paths."""
    found = {}
    for path in itertools.product(range(logs.shape[1]), repeat=len(logs)):
        said = tuple(symbol for symbol, _ in itertools.groupby(path) if symbol)
        chance = sum(logs[step, symbol] for step, symbol in enumerate(path))
        found[said] = np.logaddexp(found.get(said, -np.inf), chance)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_beam_finds_the_likeliest_transcript_of_all(seed):
    draw = np.random.default_rng(seed)
    rows = [likely(5, 4, sharpness, draw) for sharpness in (0.3, 1, 3)]
    for logs, said in zip(rows, decode(np.stack(rows), 200), strict=True):
        chances = every_transcript(logs)
        assert tuple(said.tolist()) == max(chances, key=chances.get)


def test_the_loss_is_the_chance_of_all_paths_and_zeros_end_the_labels():
    draw = np.random.default_rng(3)
    logs = likely(5, 3, 1, draw)
    for said, chance in every_transcript(logs).items():
        labels = np.array([[*said, *[0] * (6 - len(said))]])
        if said:
            loss = float(keras.losses.CTC()(labels, logs[None].astype("float32")))
            assert loss == pytest.approx(-chance, abs=1e-4)


def test_greedy_joins_what_repeats_and_keeps_what_a_blank_parts():
    best = [1, 1, 0, 1, 2, 2, 0, 0]
    logs = np.log(np.eye(3)[best] * 0.9 + 0.03)[None]
    assert decode(logs, 1)[0].tolist() == [1, 1, 2]


def test_frames_of_zeros_are_padding_for_both():
    draw = np.random.default_rng(1)
    logs = np.stack([likely(6, 3, 3, draw) for _ in range(4)])
    padded = np.concatenate([logs, np.zeros((4, 5, 3))], axis=1)
    for beam in (1, 8):
        for one, other in zip(decode(logs, beam), decode(padded, beam), strict=True):
            assert one.tolist() == other.tolist()


@pytest.mark.parametrize("beam", [0, -1, 1.5, True])
def test_a_beam_must_be_a_number(beam):
    with pytest.raises(BadInput, match="beam"):
        decode(np.zeros((1, 2, 3)), beam)


def slow_distance(one, other):
    if not one or not other:
        return len(one) + len(other)
    return min(
        slow_distance(one[1:], other) + 1,
        slow_distance(one, other[1:]) + 1,
        slow_distance(one[1:], other[1:]) + (one[0] != other[0]),
    )


def test_the_edit_distance_is_that_of_its_definition():
    draw = np.random.default_rng(0)
    for _ in range(60):
        one, other = ("".join(draw.choice(list("abc"), draw.integers(0, 6))) for _ in range(2))
        assert edit_distance(one, other) == slow_distance(one, other), (one, other)


def test_words_and_signs_are_symbols_and_come_back():
    for text, names in (("two one two", TASK.names), ("no noon", (" ", "n", "o"))):
        assert text_of(symbol_numbers(text, names), names) == text
    assert text_of([], TASK.names) == ""


def test_error_rates_are_sums_over_rows():
    labels = np.array(["one two", "two two two", "one"], object)
    answers = as_rows([[1, 2], [2, 1], []], np.int64)
    found = evaluate(labels, answers, TASK, samples=50).metrics
    assert found["word_error_rate"].value == pytest.approx((0 + 2 + 1) / 6)
    # "two two two" to "two one": four signs left out, three others; "one" to nothing: three.
    assert found["character_error_rate"].value == pytest.approx((0 + 6 + 3) / 21)
    assert found["sentence_accuracy"].value == pytest.approx(1 / 3)


def rows_of(texts, files=None):
    sounds = {"sound": as_rows([np.ones(9)] * len(texts))}
    extras = {} if files is None else {"file": np.array(files, object)}
    labels = np.array(texts, object)
    return Dataset(sounds, labels, (Column("sound", "audio", rate=100),), TASK, extras=extras)


def present(*frames):
    marks = np.zeros((len(frames), max(frames), 1), np.float32)
    for row, there in enumerate(frames):
        marks[row, :there] = 1
    return {"sequence_0": marks, "sequence_0_present": marks}


def test_labels_end_in_zeros_and_all_rows_weigh_the_same():
    _, labels, weights = METHOD.prepare(None, rows_of(["one two one", "two"]), present(20, 20))
    assert labels.tolist() == [[1, 2, 1], [2, 0, 0]]
    assert weights.tolist() == [1, 1]


def test_recordings_too_short_and_symbols_unknown_are_all_named():
    """CTC gives an infinite loss where there are fewer frames than symbols and blanks."""
    assert least_frames([1, 1, 2]) == 4
    texts = ["one one", "one", "six", "two one two", "seven"]
    rows = rows_of(texts, ["a.wav", "b.wav", "c.wav", "d.wav", "e.wav"])
    with pytest.raises(BadInput) as caught:
        METHOD.prepare(None, rows, present(4, 1, 9, 3, 9))
    unknown, short = caught.value.problems
    for problem, wrong in ((unknown, "ce"), (short, "ad")):
        assert [name for name in "abcde" if f"{name}.wav" in problem.received] == list(wrong)


def test_the_naive_answer_is_the_commonest_transcript():
    rows = rows_of(["two", "one", "two"])
    assert METHOD.naive(rows, rows_of(["one"]))["commonest"].tolist() == ["two"]
    table = METHOD.frame(as_rows([[2], [1, 1]], np.int64), TASK, rows_of(["", ""], ["a", "b"]))
    assert table["file"].tolist() == ["a", "b"]
    assert table["prediction"].tolist() == ["two", "one one"]
