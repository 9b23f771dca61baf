"""One text as passages: every token is foretold once, and no part of a split shares one."""

import gzip

import numpy as np
import pytest
from goodfit.recipes import load, split
from goodfit.recipes.reading.passages import passages_of
from goodfit.zoo import BadInput

TEXT = "".join(f"line {i} of it,\nand on\n" for i in range(40))


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_bytes(TEXT.encode())
    return path


@pytest.mark.parametrize("by_words", [False, True])
@pytest.mark.parametrize("lookback", [1, 3, 20, 5000])
def test_every_token_but_the_first_is_foretold_once(lookback, by_words):
    found = passages_of(TEXT, lookback, by_words)
    tokens = [passage.split() if by_words else list(passage) for passage in found]
    foretold = [token for passage in tokens for token in passage[1:]]
    assert foretold == (TEXT.split() if by_words else list(TEXT))[1:]
    assert all(len(passage) == lookback + 1 for passage in tokens[:-1])
    assert len(tokens[-1]) > 1


@pytest.mark.parametrize("form", ["passages", "word_passages"])
def test_the_parts_are_the_text_in_its_order_and_share_nothing(book, form):
    splits = split(load(book, task="next_token", lookback=7, form=form), test_fraction=0.2)
    parts = [splits.train, splits.validation, splits.test.open("a test")]
    tokens: list[str] = []
    for part in parts:
        assert part.labels is not None
        apart = [text.split() if form == "word_passages" else list(text) for text in part.labels]
        tokens += apart[0] + [token for passage in apart[1:] for token in passage[1:]]
    assert tokens == (TEXT.split() if form == "word_passages" else list(TEXT))
    rows = np.concatenate([part.rows for part in parts])
    assert rows.tolist() == list(range(1, len(rows) + 1))
    again = split(load(book, task="next_token", lookback=7, form=form), seed=5, test_fraction=0.2)
    assert again.test.seal == splits.test.seal  # by place: no seed moves it


def test_options_read_the_same_rows_again(book):
    dataset = load(book, task="next_token", lookback=9)
    again = load(dataset.source, dataset.target, **dataset.options)
    assert again.fingerprint() == dataset.fingerprint()
    assert dataset.options == {"form": "passages", "lookback": 9}


def test_compression_and_ends_of_lines_make_no_difference(book, tmp_path):
    packed = tmp_path / "book.txt.gz"
    packed.write_bytes(gzip.compress(TEXT.replace("\n", "\r\n").encode("utf-8-sig")))
    found = load(packed, task="next_token", lookback=20).labels
    expected = load(book, task="next_token", lookback=20).labels
    assert found is not None
    assert expected is not None
    assert found.tolist() == list(expected)


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (b"short", {}, "only 1 passage"),
        (TEXT.encode() + b"\xff", {}, "encoding"),
        (TEXT.encode(), {"season": 3}, "season"),
        (TEXT.encode(), {"task": "regression", "form": "passages"}, "regression"),
    ],
)
def test_what_is_no_long_text_is_refused(tmp_path, content, options, told):
    path = tmp_path / "book.txt"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=told):
        load(path, **{"task": "next_token", "lookback": 20, **options})
