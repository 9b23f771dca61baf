"""The ledger: each entry whole or absent after a crash; only ever added to, never edited."""

import json
import math
import os
import stat

import numpy as np
import pytest
from goodfit.recipes.studying.ledger import Ledger
from goodfit.zoo import BadInput

ENTRIES = [
    {"kind": "study", "baseline": {"units": [128, 64]}, "target": "größe"},
    {"kind": "training", "score": 0.25, "failed": ""},
    {"kind": "step", "number": 1, "words": 'a "quoted"\nline, {braces}'},
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.jsonl"


def written(path, entries=ENTRIES):
    ledger = Ledger(path)
    for entry in entries:
        ledger.add(entry)
    return path.read_bytes()


def test_entries_come_back_as_they_were(path):
    written(path)
    again = Ledger(path)
    assert list(again) == ENTRIES
    assert len(again) == 3
    assert again.entries("training") == [ENTRIES[1]]
    assert again.entries("end") == []


@pytest.mark.parametrize("after", [{"kind": "note", "text": "gone on"}])
def test_a_crash_at_every_byte_leaves_whole_entries_only(path, after):
    entries = ENTRIES[:2]
    whole = written(path, entries)
    begin = whole[:-1].rindex(b"\n") + 1
    for end in range(begin, len(whole) + 1):
        path.write_bytes(whole[:end])
        # The last byte is the end of the line: without it the entry is whole all the same.
        left = entries if end >= len(whole) - 1 else entries[:1]
        ledger = Ledger(path)
        assert list(ledger) == left, f"cut after {end - begin} bytes"
        ledger.add(after)
        assert list(ledger) == [*left, after]
        assert list(Ledger(path)) == [*left, after], f"cut after {end - begin} bytes, gone on"


def test_a_second_crash_in_the_same_place_is_no_trouble(path):
    whole = written(path, ENTRIES[:1])
    path.write_bytes(whole + b'{"kind": "tr')
    for _ in range(2):
        Ledger(path).add(ENTRIES[1])
        path.write_bytes(path.read_bytes()[:-9])
    Ledger(path).add({"kind": "end"})
    assert [entry["kind"] for entry in Ledger(path)] == ["study", "end"]


def test_a_cut_in_the_middle_of_a_letter_is_no_trouble(path):
    whole = written(path, [{"kind": "study"}, {"kind": "note", "text": "größe"}])
    path.write_bytes(whole[: whole.index("ö".encode()) + 1])
    assert [entry["kind"] for entry in Ledger(path)] == ["study"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"0.25", b"0.15"),
        (b'"training"', b'"train"'),
        (b'"failed": ""', b'"failed": "", "more": 1'),
        (b'"sum": "', b'"sum": "0'),
    ],
)
def test_a_line_that_was_edited_is_refused(path, old, new):
    whole = written(path, ENTRIES[:2])
    path.write_bytes(new.join(whole.rsplit(old, 1)))
    with pytest.raises(BadInput, match="Line 2 of the ledger") as error:
        Ledger(path)
    assert error.value.problems[0].kind == "ledger_damaged"


@pytest.mark.parametrize("line", [b"[1, 2]", b"3", b'"text"', b"{}", b'{"kind": "end"}'])
def test_a_line_from_elsewhere_is_refused(path, line):
    path.write_bytes(written(path, ENTRIES[:1]) + line + b"\n")
    with pytest.raises(BadInput, match="checksum"):
        Ledger(path)


def test_numbers_that_json_does_not_know_become_null(path):
    ledger = Ledger(path)
    ledger.add({"kind": "training", "score": math.nan, "ends": [np.inf, np.float32(0.5)]})
    assert list(ledger) == [{"kind": "training", "score": None, "ends": [None, 0.5]}]
    assert list(Ledger(path)) == list(ledger)
    json.loads(path.read_text("utf-8"), parse_constant=lambda name: pytest.fail(name))


def test_what_was_added_does_not_change_with_what_it_was_made_of():
    entry = {"kind": "note", "list": [1]}
    ledger = Ledger()
    ledger.add(entry)
    entry["list"].append(2)
    assert ledger.entries("note") == [{"kind": "note", "list": [1]}]


def test_the_file_is_only_added_to_and_the_disk_has_it(path, monkeypatch):
    before = written(path, ENTRIES[:1])
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (synced.append(path.read_bytes()), real(handle))
    )
    inode = path.stat().st_ino
    Ledger(path).add(ENTRIES[1])
    assert synced == [path.read_bytes()]
    assert path.read_bytes().startswith(before)
    assert path.stat().st_ino == inode


def test_a_ledger_that_cannot_be_written_says_so_and_goes_on_later(path, monkeypatch):
    whole = written(path, ENTRIES[:1])
    ledger = Ledger(path)

    def full(_handle):
        # The disk took a part of the line only.
        os.truncate(path, len(whole) + 5)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="could not be added to") as error:
        ledger.add(ENTRIES[1])
    assert "No space left" in str(error.value)
    assert list(ledger) == ENTRIES[:1]
    monkeypatch.undo()
    ledger.add({"kind": "end"})
    assert [entry["kind"] for entry in Ledger(path)] == ["study", "end"]


def test_a_ledger_that_cannot_be_read_says_so(path):
    path.mkdir()
    with pytest.raises(BadInput, match="cannot be read"):
        Ledger(path)
    assert stat.S_ISDIR(path.stat().st_mode)


def test_steps_as_a_data_frame():
    ledger = Ledger()
    assert ledger.frame().empty
    change = {
        "phase": 4,
        "setting": "dropout",
        "value": 0.3,
        "rule": "REG-2",
        "hypothesis": "Less.",
    }
    verdict = {"verdict": "kept", "metric": "log_loss", "before": 0.5, "after": 0.4, "gain": 0.1}
    verdict |= {"low": 0.05, "high": 0.15}
    ledger.add(
        {"kind": "step", "change": change, "verdict": verdict, "trainings": 6, "seconds": 9.0}
    )
    frame = ledger.frame()
    assert frame.loc[0, ["setting", "value", "verdict"]].tolist() == ["dropout", 0.3, "kept"]
    assert frame.loc[0, "gain"] == 0.1
