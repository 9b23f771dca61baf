"""Scripts that runs are turned into: they train without goodfit, and come to the same scores."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from goodfit.recipes import eject, open_run
from goodfit.zoo.errors import BadInput

NAMES = ["table", "frame", "text", "images", "series", "tags", "next"]


def table(folder):
    """Numbers with decimal commas and gaps, yes and no, categories, dates and two kinds of gaps."""
    generator = np.random.default_rng(0)
    rows = 160
    age, late = generator.normal(40, 12, rows).round(1), generator.integers(0, 2, rows)
    days = pd.to_datetime("2023-01-01") + pd.to_timedelta(generator.integers(0, 900, rows), "D")
    town = generator.choice(["Ulm", "Bonn", "Kiel", "?"], rows)
    frame = pd.DataFrame({"age": age, "late": np.where(late, "yes", "no"), "town": town})
    frame["joined"] = days.strftime("%d.%m.%Y")
    frame["street"] = generator.choice([f"street {number}" for number in range(60)], rows)
    frame.loc[3:9, "age"] = np.nan
    frame.loc[20:22, "joined"] = ""
    frame["churned"] = np.where((age + 20 * late) > 50, "left", "stayed")
    path = folder / "customers.csv"
    frame.to_csv(path, index=False, sep=";", decimal=",")
    return path


def frame():
    """Return rows in memory: numbers with gaps, true and false, categories with gaps, dates."""
    generator = np.random.default_rng(1)
    rows = 160
    made = pd.DataFrame({"size": generator.normal(size=rows), "late": generator.random(rows) < 0.5})
    made["town"] = generator.choice(["Ulm", "Bonn", "Kiel"], rows)
    made["joined"] = pd.date_range("2020-01-01", periods=rows)
    made["sold"] = np.where(made["size"] + made["late"] > 0.5, "yes", "no")
    made.loc[::17, "size"] = np.nan
    made.loc[::13, "town"] = None
    return made


def texts(folder):
    generator = np.random.default_rng(0)
    words = "good bad late early kind wrong cheap dear small large and not"
    words = np.array(words.split(" "))
    rows = [" ".join(generator.choice(words, 9)) for _ in range(120)]
    path = folder / "notes.csv"
    sold = [2.5 * row.count("good") - row.count("dear") for row in rows]
    pd.DataFrame({"note": rows, "sold": sold}).to_csv(path, index=False)
    return path


def images(folder):
    from PIL import Image

    generator = np.random.default_rng(0)
    for number in range(48):
        place = folder / "images" / ("dark", "light")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        pixels = generator.integers(0, 120, (9, 9, 3)) + 120 * (number % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(place / f"picture_{number}.png")
    return folder / "images"


def series(folder):
    hours = pd.date_range("2024-03-01", periods=400, freq="h")
    load = 5 + np.sin(np.arange(400) * 2 * np.pi / 24) + np.arange(400) / 200
    frame = pd.DataFrame({"hour": hours, "load": load, "wind": np.cos(np.arange(400) / 7)})
    path = folder / "load.csv"
    frame.drop(index=[50, 51, 90]).to_csv(path, index=False)
    return path


def tagged(folder):
    """Names of towns of one or two words, marked as chunks."""
    generator = np.random.default_rng(0)
    rows = []
    for _ in range(60):
        there, back = generator.choice(["ulm", "bad ems", "kiel", "san remo"], 2)
        tags = [" ".join(["B-town", "I-town"][: len(each.split())]) for each in (there, back)]
        rows.append((f"a ticket to {there} and to {back} .", f"O O O {tags[0]} O O {tags[1]} O"))
    path = folder / "travellers.csv"
    pd.DataFrame(rows, columns=["tokens", "tags"]).to_csv(path, index=False)
    return path


def story(folder):
    words = np.random.default_rng(0).choice(["one", "day", "a", "fox,", "went\n", "home."], 500)
    path = folder / "story.txt"
    path.write_text(" ".join(words))
    return path


@pytest.fixture(scope="module")
def ejected(tmp_path_factory, carried_out):
    """The runs of small examples, and what came of the scripts that they were turned into."""
    folder = tmp_path_factory.mktemp("ejected")
    small = ["units=8", "batch_size=64"]
    more = "augmentation=standard"
    read = {"text": "note", "settings": [*small, "model=mlp", "learning_rate=0.03", more]}
    tagging = ["model=gru", "units=4", "bidirectional=true", "learning_rate=0.03"]
    following = ["model=gru", "units=4", "learning_rate=0.03"]
    saved = folder / "frame.csv"
    frame().to_csv(saved, index=False)
    cases = {
        "frame": (frame(), "sold", {"settings": small, "data": saved}),
        "table": (table(folder), "churned", {"settings": small}),
        "text": (texts(folder), "sold", read),
        "images": (images(folder), None, {"settings": ["filters=2,3,4"]}),
        "series": (
            series(folder),
            "load",
            {"time": "hour", "horizon": 6, "settings": [more, "learning_rate=0.03"]},
        ),
        "tags": (tagged(folder), "tags", {"task": "sequence_labelling", "settings": tagging}),
        "next": (
            story(folder),
            None,
            {"task": "next_token", "lookback": 40, "settings": following},
        ),
    }
    return carried_out(cases, folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_comes_to_the_scores_of_its_run(ejected, name, check_scores):
    check_scores(*ejected[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_plain_and_well_formed(ejected, name, check_form):
    check_form(ejected[name][1])


def test_a_file_is_not_overwritten(ejected):
    run, script, _ = ejected["series"]
    before = script.read_text(encoding="utf-8")
    with pytest.raises(BadInput, match="exists already") as error:
        eject(run.folder)
    assert error.value.problems[0].kind == "file_exists"
    assert script.read_text(encoding="utf-8") == before


def test_what_cannot_be_ejected_is_said(ejected, tmp_path):
    with pytest.raises(BadInput, match="There is no folder"):
        eject(tmp_path / "nowhere")
    run, _, _ = ejected["table"]
    other = {**run.record, "task": {"kind": "drawing", "names": []}}
    (tmp_path / "run.json").write_text(json.dumps(other))
    for name in ("config.toml", "history.csv"):
        (tmp_path / name).write_bytes((run.folder / name).read_bytes())
    with pytest.raises(BadInput, match="drawing cannot be ejected") as error:
        eject(tmp_path)
    assert "forecasting" in error.value.problems[0].expected
    assert not (tmp_path / "train_model.py").exists()


def test_rows_in_memory_have_to_be_in_a_file_and_the_same(ejected, tmp_path):
    run, script, _ = ejected["frame"]
    assert "frame.csv" in script.read_text(encoding="utf-8")
    with pytest.raises(BadInput, match="trained on a data frame") as error:
        eject(run, tmp_path / "script.py")
    assert "--data rows.csv" in error.value.problems[0].remedy
    other = frame()
    other.loc[3, "size"] = 99.0
    other.to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(BadInput, match="changed"):
        eject(run, tmp_path / "script.py", data=tmp_path / "other.csv")
    with pytest.raises(BadInput, match="no file"):
        eject(run, tmp_path / "script.py", data=tmp_path / "none.csv")
    assert not (tmp_path / "script.py").exists()


def test_data_that_changed_are_refused(ejected, tmp_path):
    run, _, _ = ejected["series"]
    source = Path(run.record["source"])
    before = source.read_bytes()
    source.write_bytes(before.replace(b"5.0", b"6.0", 1))
    try:
        with pytest.raises(BadInput, match="changed"):
            eject(open_run(run.folder), tmp_path / "script.py")
    finally:
        source.write_bytes(before)
