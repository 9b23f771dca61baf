"""Pairs of texts: from tables and files of lines, read again equally, split by their sources."""

import gzip

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import load, load_rows, split
from goodfit.zoo import BadInput

ENGLISH = ["A dog, running.", "Two cats!", "It's 3.5 metres.", "NA", "None"] * 4
GERMAN = ["Ein Hund, rennend.", "Zwei Katzen!", "Es sind 3,5 Meter.", "k. A.", "null"] * 4


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "pairs.csv"
    pd.DataFrame({"id": range(20), "en": ENGLISH, "de": GERMAN}).to_csv(path, index=False, sep=";")
    return path


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "train.en"
    path.write_text("\n".join(ENGLISH) + "\n", encoding="utf-8")
    (tmp_path / "train.de.gz").write_bytes(gzip.compress("\r\n".join(GERMAN).encode()))
    return path


def held(data, source, so_far):
    assert data.labels.tolist() == GERMAN  # untouched: what is scored against
    assert data.features[source][0] == "A dog ￭, running ￭."
    assert data.features[so_far][2] == "Es sind 3 ￭,￭ 5 Meter ￭."
    assert data.features[source][3] == "NA"  # a word as any other
    again = load(data.source, data.target, **data.options)
    assert again.fingerprint() == data.fingerprint()


def test_a_table_with_two_texts(table):
    held(load(table, "de", task="translation", ignore=["id"]), "en", "de so far")
    held(load(table, "de", task="translation", text="en"), "en", "de so far")


def test_two_files_of_lines(lines):
    held(load(lines, "train.de.gz", task="translation"), "train.en", "train.de.gz so far")
    held(
        load(lines, str(lines.parent / "train.de.gz"), task="translation"),
        "train.en",
        "train.de.gz so far",
    )


def test_rows_to_translate_need_no_answer(table, lines, tmp_path):
    data = load(table, "de", task="translation", text="en")
    for source in (table, pd.DataFrame({"en": ENGLISH}), pd.DataFrame({"other": ENGLISH}), lines):
        rows = load_rows(source, data.columns, options=data.options)
        assert rows.features["en"].tolist() == data.features["en"].tolist()
        assert rows.features["de so far"].tolist() == [""] * 20
        assert rows.labels is None
    with pytest.raises(BadInput) as caught:
        load_rows(pd.DataFrame({"eng": ENGLISH, "x": 1}), data.columns, options=data.options)
    assert "'en'" in str(caught.value)


def test_equal_sources_stay_in_one_part():
    """The bug: an answer known by heart, because only the whole pair was compared."""
    frame = pd.DataFrame({"en": [f"text {i // 3}" for i in range(90)], "de": map(str, range(90))})
    splits = split(load(frame, "de", task="translation"))
    parts = [splits.train, splits.validation, splits.test.open("to count")]
    sources = [set(part.features["en"]) for part in parts]
    assert len(sources[0] | sources[1] | sources[2]) == sum(map(len, sources)) == 30
    assert sum(len(part) for part in parts) == 90
    for part in parts:
        numbers = np.array([int(text) for text in part.labels])
        assert (part.rows == numbers + 1).all()
        assert part.features["de so far"].tolist() == part.labels.tolist()


def test_what_is_unclear_or_missing_is_told(table, lines):
    def refused(*arguments, **options):
        with pytest.raises(BadInput) as caught:
            load(*arguments, task="translation", **options)
        return str(caught.value)

    assert "--text" in refused(table, "de")  # id and en are both possible
    assert "'dee'" in refused(table, "dee")
    assert "one target" in refused(table, ["de", "en"])
    lines.with_name("short.de").write_text("eins\nzwei\n", encoding="utf-8")
    assert "20 and 2" in refused(lines, "short.de")
    frame = pd.DataFrame({"en": ENGLISH, "de": ["", None, *GERMAN[2:]]})
    assert "1, 2" in refused(frame, "de")
    kept = load(frame, "de", task="translation", drop_missing_target=True)
    assert kept.rows.tolist() == list(range(3, 21))
    assert "10" in refused(frame[2:6], "de")
