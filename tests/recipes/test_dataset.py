"""The door to the test rows counts every look, whichever run it was for."""

import json

import numpy as np
import pytest
from goodfit.recipes import Dataset, SealedTest
from goodfit.zoo import Column, GoodfitError, Task, as_rows


def rows() -> Dataset:
    return Dataset(
        {"a": np.arange(6.0)},
        np.arange(6) % 2,
        (Column("a", "number"),),
        Task("binary", ("n", "y")),
    )


def test_looks_add_up_over_two_runs_on_the_same_rows(tmp_path):
    """A second run once began to count anew, which hid that the test set had been seen."""
    sealed = SealedTest(rows())
    sealed.log = tmp_path / "first.jsonl"
    sealed.open("first run")
    sealed.log = tmp_path / "second.jsonl"
    assert sealed.openings == 1
    sealed.open("second run")
    assert sealed.openings == 2
    assert [json.loads(line)["reason"] for line in sealed.log.read_text().splitlines()] == [
        "second run"
    ]


def test_the_log_keeps_the_count_across_processes(tmp_path):
    SealedTest(rows(), tmp_path / "log.jsonl").open("before")
    again = SealedTest(rows(), tmp_path / "log.jsonl")
    again.open("now")
    assert again.openings == 2


def test_rows_that_changed_behind_the_seal_are_not_handed_out():
    dataset = rows()
    sealed = SealedTest(dataset)
    dataset.labels[0] = 1
    with pytest.raises(GoodfitError, match="changed"):
        sealed.open("look")
    assert sealed.openings == 0
    assert "opened=0" in repr(sealed)


def sequences(*steps: list[float], labels: object = None) -> Dataset:
    """Return rows of one number a step, each with a label a step."""
    values = as_rows([[[number] for number in row] for row in steps])
    answers = as_rows([[0] * len(row) for row in steps] if labels is None else labels, np.int64)
    task = Task("sequence_labelling", ("a", "b"))
    return Dataset({"s": values}, answers, (Column("s", "sequence"),), task, ("tags",))


def test_a_fingerprint_of_sequences_sees_every_number_and_every_border():
    """The bug: the text of a long array leaves its middle out, so that a change goes unseen."""
    long = list(np.arange(5_000.0))
    changed = [*long[:2_500], -1.0, *long[2_501:]]
    assert sequences(long).fingerprint() == sequences(list(long)).fingerprint()
    assert sequences(long).fingerprint() != sequences(changed).fingerprint()
    assert sequences([1, 2], [3]).fingerprint() != sequences([1], [2, 3]).fingerprint()
    told = sequences([1, 2], labels=[[0, 1]])
    assert told.fingerprint() != sequences([1, 2]).fingerprint()


def test_equal_sequences_stay_in_one_part_and_rows_are_taken_whole():
    from goodfit.recipes import split

    draw = np.random.default_rng(0)
    some = [draw.normal(size=draw.integers(2, 6)).tolist() for _ in range(40)]
    splits = split(sequences(*some, *some))
    parts = [splits.train, splits.validation, splits.test.open("to compare")]
    seen = [{row.tobytes() for row in part.features["s"]} for part in parts]
    assert not seen[0] & (seen[1] | seen[2])
    assert not seen[1] & seen[2]
    assert sum(len(part) for part in parts) == 80
    for part in parts:
        assert all(
            len(s) == len(tags) for s, tags in zip(part.features["s"], part.labels, strict=True)
        )
