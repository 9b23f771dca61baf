"""Whole studies, as small as can be: the folder, the ledger, the sealed test, and going on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import Ledger, five_phases, load, open_study, resume_study
from goodfit.recipes.phases import _without_leaks
from goodfit.recipes.studying import outcomes as outcomes_module
from goodfit.zoo import BadInput

SETTINGS = {"epochs": 3, "units": (16,), "batch_size": 64}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished study of a CSV file, and what it told on its way."""
    folder = tmp_path_factory.mktemp("studies")
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(160, 3)), columns=["a", "b", "c"])
    frame["y"] = np.where(frame.a + 0.5 * generator.normal(size=160) > 0, "yes", "no")
    frame.to_csv(folder / "data.csv", index=False)
    told = []
    study = five_phases(
        folder / "data.csv",
        "y",
        minutes=10,
        trials=1,
        seeds=3,
        output=folder / "study",
        settings=SETTINGS,
        progress=lambda kind, data: told.append(kind),
    )
    return study, folder, told


def shortened(folder, target, kind):
    """Copy a study's folder without the entries from the first of this kind on."""
    shutil.copytree(folder / "study", target)
    lines = (target / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    keep = [json.loads(line)["kind"] for line in lines].index(kind)
    (target / "ledger.jsonl").write_bytes(b"".join(lines[:keep]))
    return target


def problem(error):
    return error.value.problems[0].kind


def test_the_folder_is_a_run_with_a_ledger(made):
    study, folder, told = made
    for name in ("run.json", "model.keras", "ledger.jsonl", "config.toml"):
        assert (folder / "study" / name).is_file(), name
    assert study.folder == folder / "study"
    assert list(open_study(folder / "study").ledger) == list(study.ledger)
    assert {"step", "phase", "change", "verdict", "best", "epoch"} <= set(told)
    scores = study.model.predict({name: np.zeros(2) for name in "abc"}, verbose=0)
    assert scores.shape == (2, 1)


def test_the_ledger_tells_everything_in_order(made):
    study, _, _ = made
    kinds = [entry["kind"] for entry in study.ledger]
    assert kinds[0] == "study"
    assert kinds[-1] == "end"
    assert kinds.count("study") == kinds.count("baseline") == kinds.count("step") == 1
    assert kinds.index("baseline") > kinds.index("training")
    trainings = study.ledger.entries("training")
    assert len({(entry["key"], entry["place"]) for entry in trainings}) == len(trainings)
    (step,) = study.ledger.entries("step")
    assert step["change"]["setting"] in step["difference"]
    assert step["verdict"]["low"] <= step["verdict"]["gain"] <= step["verdict"]["high"]
    assert step["change"]["hypothesis"]
    assert step["seconds"] > 0
    assert step["memory"] > 0
    assert len(study.frame()) == 1
    assert step["verdict"]["sentence"] in study.why(step["change"]["setting"]).reason


def test_the_test_rows_were_opened_once_and_each_look_was_counted(made):
    study, _, _ = made
    end = study.outcome
    assert end["test_openings"] == study.best.record["test_openings"] == 1
    assert end["test"]["low"] <= end["test"]["value"] <= end["test"]["high"]
    (seed,) = study.ledger.entries("seed")
    assert seed["seconds"] > 0
    assert end["looks"] == len(study.ledger.entries("training")) + len(seed["scores"]) + 1
    assert end["reason"] == "1 change was tried, which was the limit."
    assert end["config"]["units"] == list(study.config.units)


def test_of_a_few_seeds_the_best_on_the_validation_rows_is_trained_last(made):
    study, _, _ = made
    (entry,) = study.ledger.entries("seed")
    assert entry["seed"] == study.config.seed
    assert len(entry["scores"]) > 1
    reached = study.best.record["validation"]["metrics"][entry["metric"]]["value"]
    assert reached == pytest.approx(min(entry["scores"].values()), rel=1e-6)
    assert study.why("seed").reason.endswith("the best on the validation rows.")


def test_a_study_that_is_finished_is_not_gone_on_with(made):
    with pytest.raises(BadInput) as error:
        resume_study(made[1] / "study")
    assert problem(error) == "study_finished"


def test_a_folder_that_holds_something_is_not_used(made):
    _, folder, _ = made
    with pytest.raises(BadInput) as error:
        five_phases(folder / "data.csv", "y", output=folder / "study")
    assert problem(error) == "folder_not_empty"


def test_cut_before_the_end_was_written_nothing_is_trained_and_the_test_not_opened_again(
    made, tmp_path, monkeypatch
):
    study, folder, _ = made
    target = shortened(folder, tmp_path / "cut", "end")
    monkeypatch.setattr(outcomes_module, "train", None)
    again = resume_study(target)
    same = ("config", "score", "test", "validation", "looks", "optimism", "test_openings")
    assert {n: again.outcome[n] for n in same} == {n: study.outcome[n] for n in same}
    assert len(again.ledger) == len(study.ledger)
    assert open_study(target).outcome["test_openings"] == 1


def test_data_that_changed_are_refused(made, tmp_path):
    _, folder, _ = made
    target = shortened(folder, tmp_path / "cut", "step")
    data = folder / "data.csv"
    before = data.read_bytes()
    try:
        data.write_bytes(before.replace(b"yes", b"no", 1))
        with pytest.raises(BadInput) as error:
            resume_study(target)
    finally:
        data.write_bytes(before)
    assert problem(error) == "data_changed"
    assert not Ledger(target / "ledger.jsonl").entries("end")


def test_there_must_be_a_study_to_go_on_with(tmp_path):
    with pytest.raises(BadInput) as error:
        resume_study(tmp_path)
    assert problem(error) == "study_missing"
    (tmp_path / "ledger.jsonl").write_bytes(b'{"kind": "stu')
    with pytest.raises(BadInput) as error:
        resume_study(tmp_path)
    assert problem(error) == "study_empty"


@pytest.mark.parametrize("minutes", [0, -1, float("nan")])
def test_a_study_needs_time(minutes):
    with pytest.raises(BadInput, match="needs time"):
        five_phases("iris", minutes=minutes)


class TestLeaks:
    def frame(self, noise):
        generator = np.random.default_rng(1)
        frame = pd.DataFrame(generator.normal(size=(400, 2)), columns=["a", "b"])
        frame["y"] = np.where(frame.a + generator.normal(size=400) > 0, "yes", "no")
        code = np.where(frame.y == "yes", 1.0, 2.0)
        return frame.assign(code=code + noise * generator.normal(size=400))

    @pytest.mark.parametrize("noise", [0.0, 1e-3])
    def test_a_column_that_tells_the_answer_is_left_out(self, noise):
        frame = self.frame(noise)
        dataset, findings = _without_leaks(load(frame, "y"), frame, "y", {})
        assert [column.name for column in dataset.columns] == ["a", "b"]
        assert [finding.where for finding in findings] == [("code",)]

    def test_one_that_a_person_has_named_the_type_of_stays(self):
        frame, reading = self.frame(1e-3), {"types": {"code": "number"}}
        dataset, findings = _without_leaks(load(frame, "y", **reading), frame, "y", reading)
        assert len(dataset.columns) == 3
        assert findings == []

    def test_where_nothing_would_be_left_all_stays(self):
        frame = self.frame(0.0)[["code", "y"]]
        dataset, findings = _without_leaks(load(frame, "y"), frame, "y", {})
        assert (len(dataset.columns), findings) == (1, [])


STUDY = """
    import sys
    from goodfit.recipes import five_phases
    five_phases(sys.argv[1], "y", minutes=30, trials=2, seeds=3, output=sys.argv[2],
                settings={"epochs": 3, "units": (16,), "batch_size": 64})
"""


def decided(ledger):
    """Return what a study decided, without seconds."""
    found = []
    for entry in ledger.entries("step"):
        verdict = {n: v for n, v in entry["verdict"].items() if n in ("verdict", "before", "after")}
        found.append((entry["number"], entry["change"]["setting"], entry["difference"], verdict))
    return found


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_to_the_same_steps(made, tmp_path):
    data = made[1] / "data.csv"
    script = tmp_path / "study.py"
    script.write_text(textwrap.dedent(STUDY))
    command = [sys.executable, str(script), str(data)]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    whole = Ledger(tmp_path / "whole" / "ledger.jsonl")
    for lines in (3, 7):
        folder = tmp_path / f"cut {lines}"
        ledger = folder / "ledger.jsonl"
        process = subprocess.Popen(
            [*command, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 300
        while time.monotonic() < until and process.poll() is None:
            if ledger.exists() and ledger.read_bytes().count(b"\n") >= lines:
                break
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not Ledger(ledger).entries("end")
        again = resume_study(folder)
        assert decided(again.ledger) == decided(whole)
        trained = [(e["key"], e["place"]) for e in again.ledger.entries("training")]
        assert len(trained) == len(set(trained))
        assert again.outcome["test_openings"] == 1
        assert again.outcome["test"] == whole.entries("end")[0]["test"]


def test_a_baseline_that_is_cut_short_is_told_all_the_same(made, tmp_path, monkeypatch):
    _, folder, _ = made
    epochs = iter([False, False, False, True])
    monkeypatch.setattr("goodfit.recipes.training.loop._is_over", lambda _: next(epochs, False))
    # Nothing further fits into the time.
    monkeypatch.setattr("goodfit.recipes.studying.budget.Budget.allows", lambda *_, **__: False)
    source = folder / "data.csv"
    study = five_phases(source, "y", minutes=10, output=tmp_path / "s", settings=SETTINGS)
    (training,) = study.ledger.entries("training")
    assert training["figures"]["epochs"] == 2 < SETTINGS["epochs"]
    (baseline,) = study.ledger.entries("baseline")
    assert baseline["score"]["value"] == training["score"]
