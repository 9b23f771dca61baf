"""Which folders `goodfit board` finds, under which names, and what it says of others."""

import socket

import pytest
from goodfit.tools.board.places import find_places, linked
from goodfit.tools.cli import main
from goodfit.zoo import BadInput


def logs(folder):
    (folder / "train").mkdir(parents=True)
    (folder / "train" / "events.out.tfevents.1.x").write_bytes(b"")
    return folder


def test_runs_studies_searches_and_logs_are_found(tmp_path):
    logs(tmp_path / "run" / "tensorboard")
    (tmp_path / "run" / "run.json").write_text("{}")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "ledger.jsonl").write_text("")
    logs(tmp_path / "search" / "tensorboard" / "trial-0001")
    plain = logs(tmp_path / "plain")
    logs(tmp_path / "search" / "best" / "tensorboard")
    (tmp_path / "search" / "best" / "run.json").write_text("{}")
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "trials.jsonl").write_text("")
    names = ("begun", "run", "study", "search", "plain")
    found = find_places([tmp_path / name for name in names])
    assert found == {
        "begun": tmp_path / "begun" / "tensorboard",  # a search whose first trial goes on
        "run": tmp_path / "run" / "tensorboard",
        "study": tmp_path / "study" / "tensorboard",  # which is made when its last training begins
        "search": tmp_path / "search" / "tensorboard",
        "best in search": tmp_path / "search" / "best" / "tensorboard",
        "plain": plain,
    }
    assert find_places([tmp_path]) == found


def test_logs_that_lie_deeper_are_shown_as_they_lie(tmp_path):
    logs(tmp_path / "a" / "b" / "c")
    assert find_places([tmp_path]) == {tmp_path.name: tmp_path}


def test_equal_names_are_told_apart(tmp_path):
    first, second = logs(tmp_path / "one" / "run"), logs(tmp_path / "two" / "run")
    assert find_places([first, second, first]) == {"run": first, "run in two": second}


def test_every_folder_that_is_no_use_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput) as error:
        find_places([tmp_path / "empty", tmp_path / "missing"])
    assert [each.kind for each in error.value.problems] == ["logs_missing", "run_missing"]


def test_links_lead_to_the_places_and_go_away(tmp_path):
    place = logs(tmp_path / "plain")
    with linked({"plain": place, "later": tmp_path / "later"}) as root:
        assert (root / "plain").samefile(place)
        assert not (root / "later").exists()
        (tmp_path / "later").mkdir()
        assert (root / "later").is_dir()
    assert not root.exists()
    assert place.is_dir()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["board", "no/such/run"], "There is no folder no/such/run"),
        (["board", ".", "--port", "many"], "a whole number"),
        (["board", ".", "--port", "70000"], "at most 65535"),
        (["board"], "RUN"),
    ],
)
def test_bad_words_are_one_clear_error(words, hint, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert hint in err
    assert "Traceback" not in err
    assert not out


def test_a_port_in_use_is_one_clear_error(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["board", str(logs(tmp_path / "plain")), "--port", str(port)]) == 2
    err = capsys.readouterr().err
    assert f"port {port}" in err
    assert "Leave --port out" in err
    assert "Traceback" not in err
