"""Copies of a search elsewhere: whole, only what changed, and never one search over another."""

import pytest
from goodfit.recipes.tuning.journal import JOURNAL
from goodfit.recipes.tuning.storage import Storage
from goodfit.zoo.errors import BadInput

pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'goodfit[ray]'")


@pytest.fixture
def address(tmp_path):
    return f"file://{tmp_path}/there"


def made_search(parent, lines=("a", "b")):
    folder = parent / "iris-tuning-12ab"
    (folder / "best" / "models").mkdir(parents=True)
    (folder / "best" / "models" / "model.keras").write_bytes(b"model")
    (folder / "best-before-1").mkdir()
    (folder / "best-before-1" / "model.keras").write_bytes(b"old")
    (folder / ".trials-tmp").write_bytes(b"half")
    (folder / JOURNAL).write_text("".join(f"{line}\n" for line in lines))
    return folder


def listed(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_another_machine_gets_the_winner_and_the_journal(address, tmp_path):
    here = made_search(tmp_path / "one")
    assert Storage(address).keep(here)
    there = tmp_path / "two" / here.name
    assert Storage(address).fetch(there)
    assert listed(there) == ["best/models/model.keras", JOURNAL]
    assert (there / JOURNAL).read_text() == "a\nb\n"


def test_nothing_kept_leaves_a_new_search_alone(address, tmp_path):
    assert not Storage(address).fetch(tmp_path / "one" / "iris-tuning-12ab")
    assert not (tmp_path / "one").exists()


def test_only_what_changed_is_copied_again(address, tmp_path, monkeypatch):
    here, storage = made_search(tmp_path / "one"), Storage(address)
    storage.keep(here)
    copied = []
    monkeypatch.setattr(storage, "_put", lambda path, target: copied.append(path.name))
    with (here / JOURNAL).open("a") as file:
        file.write("c\n")
    storage.keep(here)
    assert copied == [JOURNAL]


def test_during_a_search_the_journal_is_copied_now_and_then(address, tmp_path, monkeypatch):
    here, storage = made_search(tmp_path / "one"), Storage(address)
    assert storage.keep(here, journal_only=True)
    assert not storage.keep(here, journal_only=True)
    assert listed(tmp_path / "there" / here.name) == [JOURNAL]

    def broken(path, target):
        raise OSError("the net is down")

    monkeypatch.setattr(storage, "_put", broken)
    storage._last = -100.0
    storage._copied.clear()
    assert not storage.keep(here, journal_only=True)
    with pytest.raises(BadInput, match=r"the net is down.*The search is whole in"):
        storage.keep(here)


def test_the_longer_journal_wins_also_over_one_that_a_crash_cut_short(address, tmp_path):
    here = made_search(tmp_path / "one", "abc")
    Storage(address).keep(here)
    (here / JOURNAL).write_text("a\nb\nc\nd\n")
    assert not Storage(address).fetch(here)
    assert (here / JOURNAL).read_text() == "a\nb\nc\nd\n"
    (here / JOURNAL).write_text("a\nb")
    assert Storage(address).fetch(here)
    assert (here / JOURNAL).read_text() == "a\nb\nc\n"


def test_two_searches_that_went_different_ways_are_not_mixed(address, tmp_path):
    here = made_search(tmp_path / "one", "abc")
    Storage(address).keep(here)
    (here / JOURNAL).write_text("a\nx\n")
    with pytest.raises(BadInput, match="different ways"):
        Storage(address).fetch(here)


@pytest.mark.parametrize("address", ["nowhere://bucket", "s3://bucket/x"])
def test_an_address_that_nothing_reads_is_named(address):
    if address.startswith("s3"):
        try:
            import s3fs  # noqa: F401  # pyright: ignore[reportMissingImports]
        except ImportError:
            pass
        else:
            pytest.skip("s3fs is installed")
    with pytest.raises(BadInput, match="Nothing can be kept at"):
        Storage(address)
