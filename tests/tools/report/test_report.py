"""The report is one whole, harmless, reachable page that says what the record says."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from goodfit.recipes.training.runs import open_run
from goodfit.tools import build_report
from goodfit.tools.report import reporting
from goodfit.tools.report.usage import usage_snippet
from goodfit.tools.report.verdicts import reach_verdict
from goodfit.zoo import BadInput

KINDS = ("binary", "regression", "many_classes", "multilabel", "interrupted")
VOID = {"meta", "link", "br", "hr", "img", "input"}
TEMPLATE = Path(reporting.__file__).with_name("report.html").read_text(encoding="utf-8")


class Page(HTMLParser):
    """Collects elements and text, and notes every tag that is not closed as it was opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.errors, self.elements, self.text = [], [], [], []
        self.feed(text)
        self.close()
        self.errors += self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"/{tag}")

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def words(self):
        return " ".join(" ".join(self.text).split())

    def having(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(params=KINDS)
def any_page(request, make_run):
    folder = make_run(request.param)
    return build_report(folder).read_text(encoding="utf-8")


def read(folder):
    return Page(build_report(folder).read_text(encoding="utf-8"))


def test_every_kind_of_run_gives_a_whole_page(any_page):
    page = Page(any_page)
    assert page.errors == []
    assert any_page.startswith("<!doctype html>")
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    links = {a["href"] for a in page.having("a")} | {a["href"] for a in page.having("use")}
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert len(any_page.encode()) < 300_000


def test_nothing_is_loaded_and_nothing_runs(any_page):
    page = Page(any_page)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "img", "form", "base", "audio"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "srcset", "data", "action", "poster", "xlink:href"):
            assert name not in attributes
        assert attributes.get("href", "#").startswith(("#", "data:,"))
    style = "".join(re.findall(r"<style>.*?</style>", any_page, re.DOTALL))
    assert "@import" not in style
    assert "url(" not in style
    assert set(re.findall(r"url\((.)", any_page)) <= {"#"}
    assert "http" not in any_page


def test_hostile_names_are_shown_and_do_nothing(make_run):
    from_data = json.loads((make_run("many_classes") / "run.json").read_text(encoding="utf-8"))
    names = from_data["task"]["names"]
    folder = make_run("many_classes")
    text = build_report(folder).read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img" not in text
    words = Page(text).words()
    for name in names:
        assert " ".join(name.split()) in words
    assert "{{ 7 * 7 }}" in words
    assert "49" not in Page(text).text


def test_a_control_character_or_half_a_letter_does_no_harm(make_run):
    folder = make_run("binary", source="a\x00b\x1bc", target=["\ud83d"])
    text = build_report(folder).read_text(encoding="utf-8")
    assert "\x00" not in text
    assert "\x1b" not in text
    assert Page(text).errors == []


def test_the_page_says_what_the_record_says(make_run):
    folder = make_run("binary")
    record = open_run(folder).record
    words = read(folder).words()
    for part in ("validation", "test"):
        for estimate in record[part]["metrics"].values():
            assert (
                f"{estimate['value']:.3f} {estimate['low']:.3f} to {estimate['high']:.3f}" in words
            )
    for name in ("majority", "linear"):
        value = record["naive"]["validation"][name]["accuracy"]["value"]
        assert f"({value:.3f})" in words
    for finding in record["findings"]:
        assert finding["cause"] in words
        assert finding["remedy"] in words
    for count in np.ravel(record["validation"]["confusion"]["counts"]):
        assert not count or f" {count} " in words
    for text in (record["fingerprint"], record["split"]["seal"], "12,345", "keras 3.15.1"):
        assert text in words
    assert "397 train · 85 validation · 85 test rows" in words
    assert "The test set was opened once." in words


def test_every_setting_stands_with_its_reason(make_run):
    folder = make_run("binary")
    run = open_run(folder)
    words = read(folder).words()
    for name in run.config.setting_names():
        assert name.replace("_", " ") in words
        assert run.config.why(name).reason in words


def test_each_column_has_its_line(make_run):
    folder = make_run("regression")
    page = read(folder)
    words = page.words()
    for text in (
        "-1.5 to 6, median 2.25",
        "2024-01-01 to 2024-12-31",
        "4.2 words on average",
        "number × 16",
        "3 1.2 %",
    ):
        assert text in words
    labels = [attributes["aria-label"] for attributes in page.having("svg")]
    assert "Rows by value of area: -1.5 to 1: 9, 1 to 6: 3" in labels
    heights = [attributes["height"] for attributes in page.having("rect")]
    assert {"30", "10"} <= set(heights)


def test_profiles_of_real_columns_are_understood():
    from goodfit.recipes import load
    from goodfit.recipes.auditing.profiling import profile
    from goodfit.tools.report.profiles import profile_row

    for item in profile(load("iris")):
        row = profile_row(item, {"reason": "because"})
        assert row["bars"]
        assert row["words"].startswith(f"{item['minimum']:g} to {item['maximum']:g}")
        assert row["distinct"] == str(item["distinct"])


def test_columns_choices_stand_with_their_column(make_run):
    choices = {
        "task": {"value": "binary", "rule": "", "figures": {}, "reason": "Two classes."},
        "ward": {"value": "category", "rule": "", "figures": {}, "reason": "It holds words."},
    }
    page = read(make_run("binary", choices=choices))
    assert "Two classes." in page.words()
    assert "It holds words." in page.words()
    names = [text.strip() for text in page.text]
    assert names.count("ward") == 2  # in the finding and in the table of columns
    assert "<script>alert(1)</script> 67 %, b 17 %, all others 17 %" in page.words()


def test_the_sealed_test_set_has_its_command(make_run):
    folder = make_run("regression")
    words = read(folder).words()
    assert f"goodfit test {folder}" in words
    assert "120 rows wait for one honest look" in words


def test_an_interrupted_run_says_so_and_how_to_go_on(make_run):
    folder = make_run("interrupted")
    words = read(folder).words()
    assert "Interrupted after 2 epochs" in words
    assert f"goodfit train --resume {folder}" in words
    assert "not a number from epoch 2" in words
    assert "There is no saved model in this folder." in words


def test_a_run_that_ended_before_its_first_epoch_has_a_page(make_run):
    folder = make_run("interrupted", status="unfinished", best_epoch=0, findings=[])
    (folder / "history.csv").write_text("epoch\n", encoding="utf-8")
    page = read(folder)
    assert page.errors == []
    assert "Unfinished after 0 epochs" in page.words()
    assert "There is no history." in page.words()


def estimate(value, reach=0.01):
    return {"value": value, "low": value - reach, "high": value + reach}


@pytest.mark.parametrize(
    ("model", "majority", "linear", "tone", "title"),
    [
        (0.95, 0.6, 0.9, "good", "Better than every naive answer"),
        (0.95, 0.6, 0.95, "caution", "It has learned, about as well as a linear model"),
        (0.90, 0.6, 0.95, "bad", "Worse than a linear model"),
        (0.61, 0.6, 0.5, "bad", "Not distinguishable from a naive answer"),
        (0.50, 0.6, 0.5, "bad", "Worse than a naive answer"),
    ],
)
def test_the_verdict_compares_intervals(make_run, model, majority, linear, tone, title):
    naive = {
        "majority": {"accuracy": estimate(majority)},
        "linear": {"accuracy": estimate(linear)},
    }
    validation = {"metrics": {"accuracy": estimate(model)}}
    folder = make_run(
        "binary", validation=validation, test=None, naive={"validation": naive, "test": None}
    )
    verdict = reach_verdict(open_run(folder))
    assert (verdict.tone, verdict.title) == (tone, title)
    assert title in read(folder).words()


def test_a_paired_comparison_decides_where_there_is_one(make_run):
    from goodfit.recipes.scoring.naive import compare_with_naive
    from goodfit.zoo.tasks import Task

    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 200)
    model = np.clip(0.15 + 0.7 * labels + generator.normal(0, 0.2, 200), 0, 1)
    linear = np.clip(model + np.where(generator.random(200) < 0.05, 0.5 - model, 0) * 1.2, 0, 1)
    made = compare_with_naive(
        labels, model, {"linear": linear}, Task("binary", ("a", "b")), metric="accuracy"
    )["linear"]
    assert made.verdict == "better"
    close = {"linear": {"accuracy": estimate(made.naive, 0.1)}}
    folder = make_run(
        "binary",
        test=None,
        validation={"metrics": {"f1": estimate(0.5), "accuracy": estimate(made.model, 0.1)}},
        naive={"validation": close, "test": None},
        comparisons={"validation": {"linear": made.to_dict()}},
    )
    verdict = reach_verdict(open_run(folder))
    assert (verdict.metric, verdict.title) == ("accuracy", "Better than every naive answer")
    assert (
        f"Better than a linear model ({made.naive:.3f}), by {made.gain.value:.3f}"
        in read(folder).words()
    )


def test_an_error_outweighs_a_good_score(make_run):
    finding = {
        "fault": "target_leak", "rule": "", "severity": "error", "epoch": None, "cause": "c",
        "remedy": "r", "figures": {}, "confidence": 1.0, "where": [],
    }  # fmt: skip
    verdict = reach_verdict(open_run(make_run("binary", findings=[finding])))
    assert (verdict.tone, verdict.title) == ("bad", "Not to be trusted yet: target leak")
    assert "One finding is an error" in verdict.notes[0]


def test_figures_that_were_chosen_among_many_are_said_to_flatter(make_run):
    said = "30 trainings were scored on validation rows and this one was chosen"
    folder = make_run("binary", test=None, test_openings=0, looks=30)
    assert any(note.startswith(said) for note in reach_verdict(open_run(folder)).notes)
    words = read(folder).words()
    assert said in words
    assert "validation rows; they flatter: 30 trainings were scored on them" in words
    opened = make_run("binary", looks=30)
    assert not any(said in note for note in reach_verdict(open_run(opened)).notes)
    assert "they flatter" in read(opened).words()
    assert "It flatters: chosen among 30" in read(opened).words()
    alone = read(make_run("binary", test=None, test_openings=0)).words()
    assert "they flatter" not in alone
    assert "It flatters" not in alone
    assert said not in alone


def test_imbalance_changes_the_headline(make_run):
    run = open_run(make_run("binary"))
    assert reach_verdict(run).metric == "accuracy"
    imbalanced = json.loads(json.dumps(run.record["findings"]))
    imbalanced[0] |= {"fault": "imbalanced"}
    run = open_run(make_run("binary", findings=imbalanced))
    assert reach_verdict(run).metric == "roc_auc"


def test_the_same_run_gives_the_same_page(make_run):
    folder = make_run("multilabel")
    first = build_report(folder).read_bytes()
    assert build_report(folder).read_bytes() == first


def test_a_page_that_cannot_be_made_leaves_the_old_one(make_run, monkeypatch):
    folder = make_run("multilabel")
    path = build_report(folder)
    before = path.read_bytes()

    def broken(_run, _folder):
        raise ValueError("no content")

    monkeypatch.setattr(reporting, "report_content", broken)
    with pytest.raises(ValueError, match="no content"):
        build_report(folder)
    assert path.read_bytes() == before
    assert sorted(item.name for item in folder.iterdir()) == [
        "config.toml", "history.csv", "model.keras", "report.html", "run.json",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["run.json", "config.toml", "history.csv"])
def test_a_missing_file_is_named(make_run, name):
    folder = make_run("binary")
    (folder / name).unlink()
    with pytest.raises(BadInput, match=re.escape(f"holds no {name}")) as error:
        build_report(folder)
    assert error.value.kind == "run_incomplete"
    assert not (folder / "report.html").exists()


def test_all_that_is_missing_is_named_at_once(tmp_path):
    with pytest.raises(BadInput) as error:
        build_report(tmp_path)
    assert len(error.value.problems) == 3


def test_no_folder_and_damaged_files_are_bad_input(make_run, tmp_path):
    with pytest.raises(BadInput, match="There is no folder"):
        build_report(tmp_path / "nothing")
    folder = make_run("binary")
    (folder / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match="no readable run"):
        build_report(folder)


def test_entries_missing_in_the_record_are_named(make_run):
    folder = make_run("binary", target=None, versions=None)
    with pytest.raises(BadInput) as error:
        build_report(folder)
    assert [re.findall(r"'(\w+)'", str(problem))[0] for problem in error.value.problems] == [
        "target",
        "versions",
    ]


def test_a_record_with_only_what_is_needed_still_makes_a_page(make_run):
    folder = make_run("binary")
    record = open_run(folder).record
    needed = {name: record[name] for name in reporting.NEEDED}
    (folder / "run.json").write_text(json.dumps(needed), encoding="utf-8")
    assert Page(build_report(folder).read_text(encoding="utf-8")).errors == []


def test_pictures_and_tables_can_be_read_without_eyes(any_page):
    page = Page(any_page)
    assert page.having("html") == [{"lang": "en"}]
    assert [tag for tag, _ in page.elements].count("h1") == 1
    for attributes in page.having("svg"):
        assert attributes["role"] == "img"
        assert len(attributes["aria-label"]) > 10
    for attributes in page.having("th"):
        assert attributes["scope"] in ("col", "row")
    regions = [a for _, a in page.elements if a.get("tabindex") == "0"]
    assert all(attributes.get("aria-label") for attributes in regions)


def palette(block):
    return dict(re.findall(r"--([\w-]+): (#\w{6});", block))


def light(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_colour_stands_out_in_light_and_dark(dark):
    bright, dim = re.findall(r":root \{(.*?)\}", TEMPLATE, re.DOTALL)[:2]
    colours = palette(dim if dark else bright)
    for name in ("ink", "muted", "main", "good", "bad", "other"):
        for ground in ("page", "paper", "soft"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for name in ("good", "bad", "other", "main"):
        assert contrast(colours[name], colours[f"{name}-soft"]) >= 4.5, name
        assert contrast(colours[name], colours["paper"]) >= 4.5, name


def test_the_snippet_runs_on_a_model_with_every_kind_of_input(make_run, tmp_path):
    """The code on the page is executed as it stands, on a model of plain Keras."""
    import keras

    folder = make_run("regression")
    columns = open_run(folder).record["columns"]
    inputs, encoded = {}, []
    for column in columns:
        kind = "float32" if column["kind"] in ("number", "boolean") else "string"
        name = column["name"]
        inputs[name] = keras.Input((column["width"],), name=name, dtype=kind)
        part = inputs[name]
        if kind == "string":
            part = keras.layers.StringLookup(vocabulary=["a"], output_mode="multi_hot")(part)
        encoded.append(part)
    output = keras.layers.Dense(1)(keras.layers.concatenate(encoded))
    keras.Model(inputs, output).save(tmp_path / "model.keras")
    text = build_report(folder).read_text(encoding="utf-8")
    code = html.unescape(re.findall(r"<code>(import keras.*?)</code>", text, re.DOTALL)[0])
    scope = {}
    exec(code.replace('"model.keras"', repr(str(tmp_path / "model.keras"))), scope)
    assert list(scope["answer"]) == ["price"]
    assert np.isfinite(scope["answer"]["price"])


def test_snippets_of_classes_and_hostile_names_are_python(make_run):
    for kind in ("binary", "many_classes", "multilabel"):
        record = dict(open_run(make_run(kind)).record)
        code = usage_snippet(record)
        compile(code, kind, "exec")
        for column in record["columns"]:
            names = {}
            literal = re.findall(r'^    ("(?:[^"\\]|\\.)*"): tf', code, re.MULTILINE)
            exec("found = [" + ", ".join(literal) + "]", names)
            assert column["name"] in names["found"]
    record["columns"] = [{"name": f"c{i}", "kind": "number", "width": 1} for i in range(99)]
    record["columns"] += [{"name": "t", "kind": "text", "width": 1}]
    assert len(usage_snippet(record)) < 2500
    compile(usage_snippet(record), "wide", "exec")


@pytest.mark.parametrize(("kind", "noted"), [("regression", True), ("binary", False)])
def test_curves_of_a_standardised_target_say_so(make_run, kind, noted):
    """The scores are in the target's unit, and so are the errors of one target; its loss is not."""
    text = build_report(make_run(kind)).read_text(encoding="utf-8")
    assert ("Of the standardised target." in text) == noted
