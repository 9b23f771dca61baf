"""The data of the tab goodfit: strict JSON, the numbers of the history, nothing beside the runs."""

import json
import math

import numpy as np
import pytest
from goodfit.tools.board.plugin import FILES, STATIC, GoodfitPlugin
from goodfit.tools.board.records import read_folder
from made_board_logs import HOSTILE, made_logs, write_logs
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.base_plugin import TBContext
from werkzeug.test import Client

LOGS = made_logs()


def plugin_over(folder):
    """Return the plugin over a folder of logs that TensorBoard has read."""
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(folder))
    return GoodfitPlugin(TBContext(data_provider=provider, logdir=str(folder)))


def get(plugin, route, code=200, **query):
    """Return what a route answers, read as strict JSON."""
    answer = Client(plugin.get_plugin_apps()[route]).get(query_string=query)
    assert answer.status_code == code
    assert answer.headers["Content-Type"].startswith("application/json")

    def fail(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(answer.get_data(), parse_constant=fail)


def test_curves_and_findings_of_a_training_are_those_of_its_history(tmp_path, hostile_finding):
    write_logs(tmp_path / "plain", LOGS, findings=[hostile_finding])
    plugin = plugin_over(tmp_path)
    assert plugin.is_active()
    assert get(plugin, "/runs") == {"runs": [{"name": "plain", "title": "plain"}]}
    found = get(plugin, "/run", name="plain")
    assert list(found["curves"]) == ["loss", "accuracy", "learning_rate"]
    for name in ("loss", "accuracy"):
        for part, prefix in (("train", ""), ("validation", "val_")):
            points = found["curves"][name][part]
            assert [epoch for epoch, _ in points] == [1, 2, 3, 4, 5]
            wanted = np.float32([logs[prefix + name] for logs in LOGS]).astype(float)
            assert [value for _, value in points] == [
                value if math.isfinite(value) else None for value in wanted
            ]
    first, *others = found["findings"]
    assert (first["fault"], first["figures"]["share"]) == ("target_leak", "nan")
    assert HOSTILE in first["cause"]
    assert [each["fault"] for each in others] == ["nan_loss"]
    assert found["live"] is False


def test_a_training_that_goes_on_is_live_and_tells_what_it_knows(tmp_path, hostile_finding):
    write_logs(tmp_path, LOGS[:2], findings=[hostile_finding], ended=False)
    found = get(plugin_over(tmp_path), "/run", name=".")
    assert found["live"]
    assert found["epoch"] == 2
    assert found["findings"][0]["fault"] == "target_leak"


def test_a_run_brings_its_checklists_and_verdict(tmp_path, make_run):
    folder = make_run("many_classes")
    write_logs(folder / "tensorboard", LOGS[:3])
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "named").symlink_to(folder / "tensorboard")
    plugin = plugin_over(tmp_path / "logs")
    found = get(plugin, "/run", name="named")
    assert found["status"] == "finished"
    assert found["live"] is False
    assert [each["title"] for each in found["checklists"]][:2] == [
        "Before training",
        "During training",
    ]
    states = {item["state"] for each in found["checklists"] for item in each["items"]}
    assert states <= {"done", "not done", "not applicable"}
    assert found["verdict"]["title"]
    assert {each["fault"] for each in found["findings"]} == {
        each["fault"] for each in json.loads((folder / "run.json").read_text())["findings"]
    }
    # The same without links, as `tensorboard --logdir` shows it.
    plain = get(plugin_over(folder.parent), "/run", name=f"{folder.name}/tensorboard")
    assert plain["checklists"] == found["checklists"]
    assert plain["title"] == folder.name


def test_a_study_is_shown_before_it_has_trained_anything_for_good(tmp_path):
    from goodfit.recipes import Ledger
    from made_study import made_entries

    study = tmp_path / "study"
    study.mkdir()
    ledger = Ledger(study / "ledger.jsonl")
    entries = [each for each in made_entries(name=HOSTILE) if each["kind"] != "end"]
    for entry in entries[:-1]:
        ledger.add(entry)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "study").symlink_to(study / "tensorboard")
    plugin = plugin_over(tmp_path / "logs")
    before = get(plugin, "/run", name="study")
    assert before["live"]
    assert not before["study"]["ended"]
    ledger.add(entries[-1])
    after = get(plugin, "/run", name="study")
    steps = [step for group in after["study"]["groups"] for step in group["steps"]]
    kept = next(step for step in steps if step["verdict"] == "kept")
    assert kept["low"] < kept["gain_value"] < kept["high"]
    assert after["study"] != before["study"]


def test_a_damaged_record_is_said_and_nothing_breaks(make_run):
    folder = make_run("binary")
    (folder / "run.json").write_text('{"status": "finished"}')
    assert "cannot be read" in read_folder(folder)["problem"]


@pytest.mark.parametrize("name", ["", "..", "../plain", "/etc", "plain/../plain", "plain/train"])
def test_no_other_name_is_answered(tmp_path, name):
    write_logs(tmp_path / "plain", LOGS[:1])
    found = get(plugin_over(tmp_path), "/run", code=404, name=name)
    assert found == {"error": "there is no such run"}


def test_only_its_own_files_are_served_and_nothing_else():
    plugin = GoodfitPlugin(TBContext())
    assert not plugin.is_active()
    assert get(plugin, "/runs") == {"runs": []}
    apps = plugin.get_plugin_apps()
    assert set(apps) == {*FILES, "/runs", "/run"}
    assert {f"/{path.name}" for path in STATIC.iterdir()} == set(FILES)
    for path, kind in FILES.items():
        answer = Client(apps[path]).get()
        assert answer.headers["Content-Type"].startswith(kind)
        assert answer.get_data() == (STATIC / path[1:]).read_bytes()
    assert Client(apps["/runs"]).post().status_code == 405


def test_the_page_sets_nothing_as_markup_and_fetches_nothing_from_elsewhere():
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            "//cdn",
        ):
            assert word not in text, path.name
        assert "http" not in text, path.name


def test_logs_of_keras_count_their_epochs_from_one(tmp_path):
    from goodfit.callbacks.charting.event_files import EventFiles
    from goodfit.callbacks.tensorboard_values import scalar

    files = EventFiles(tmp_path / "keras")
    for step, value in enumerate((0.5, 0.25)):
        files.write("train", step, [scalar("epoch_loss", value), scalar("batch_loss", 9.0)])
        files.write("validation", step, [scalar("epoch_loss", value + 1)])
    found = get(plugin_over(tmp_path), "/run", name="keras")
    assert found["curves"] == {
        "loss": {"train": [[1, 0.5], [2, 0.25]], "validation": [[1, 1.5], [2, 1.25]]}
    }


def test_the_tab_is_found_by_tensorboard_itself_and_is_there_once(monkeypatch):
    import tomllib
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from goodfit.tools.board.server import _plugins
    from tensorboard import default

    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    ((name, value),) = project["project"]["entry-points"]["tensorboard_plugins"].items()
    assert EntryPoint(name, value, "tensorboard_plugins").load() is GoodfitPlugin
    for found in ([], [GoodfitPlugin]):
        monkeypatch.setattr(default, "get_dynamic_plugins", lambda found=found: found)
        assert _plugins().count(GoodfitPlugin) == 1


def test_the_charts_of_a_report_become_pictures_once(make_study, tmp_path):
    import os

    from goodfit.tools.board.evaluations import write_evaluations

    folder = make_study("binary")
    logs = folder / "tensorboard"
    assert write_evaluations([logs, tmp_path / "nothing"]) == 0, "there are no logs yet"
    logs.mkdir()
    assert write_evaluations([logs]) == 1
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(logs))
    multiplexer.Reload()
    tags = set(multiplexer.Runs()["evaluation"]["tensors"])
    assert {"validation/ROC curve", "validation/Confusion matrix"} <= tags
    assert any(tag.startswith("study/") for tag in tags)
    assert write_evaluations([logs]) == 0, "they are there already"
    later = (folder / "run.json").stat().st_mtime + 60
    os.utime(folder / "run.json", (later, later))
    assert write_evaluations([logs]) == 1, "the record is newer"
    assert len(list((logs / "evaluation").iterdir())) == 1
