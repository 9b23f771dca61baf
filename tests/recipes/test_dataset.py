"""The door to the test rows counts every look, whichever run it was for."""

import json

import numpy as np
import pytest
from goodfit.recipes import Dataset, SealedTest
from goodfit.zoo import Column, GoodfitError, Task


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
