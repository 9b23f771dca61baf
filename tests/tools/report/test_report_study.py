"""The report of a study: how the config came about, and what the ledger says of the mistakes."""

import dataclasses
import re

import pytest
from goodfit.recipes import Change, Ledger
from goodfit.recipes.training.runs import open_run
from goodfit.tools import build_report, fill_checklists
from goodfit.tools.report.facts import Facts
from goodfit.tools.report.study_section import study_content
from made_study import STEPS, made_entries
from PIL import Image

HOSTILE = '</section><script>alert(1)</script> {{ 7 * 7 }} $x$ "'


def mistakes(run):
    (found,) = [list_ for list_ in fill_checklists(run) if list_.title.startswith("Common")]
    return dict(found.items)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the page of one study with hostile names, and its folder."""
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from conftest import write_run

    folder = tmp_path_factory.mktemp("reports") / "study"
    folder.mkdir()
    write_run(folder, "binary", {})
    hostile = Change("synonyms", f"{HOSTILE}.txt", HOSTILE, "REG-5", 4)
    ledger = Ledger(folder / "ledger.jsonl")
    for entry in made_entries(leak=True, name=HOSTILE, steps=(*STEPS, (hostile, *STEPS[1][1:]))):
        ledger.add(entry)
    return build_report(folder).read_text(encoding="utf-8"), folder


def section(page):
    start = page.index('<section id="study">')
    return page[start : page.index("</section>", start)]


def test_the_steps_stand_under_their_phases_with_verdicts_and_intervals(page):
    study = section(page[0])
    assert "How this config came about" in study
    assert "Phase 4: regularize" in study
    assert "Phase 5: fine-tune" in study
    text = " ".join(re.sub(r"<[^>]+>", " ", study).split())
    assert "1. dropout 0.3 kept +0.09 +0.05 to +0.13" in text
    assert "2. units 32,16 not distinguishable, stays +0.005 -0.02 to +0.03" in text
    assert "3. learning rate 0.009 reverted -0.215" in text
    assert "4. optimizer adamw reverted no model" in text
    assert "The learning rate was looked for again: 0.001 became 0.003." in text
    assert "after no model" in text
    assert 'href="#study"' in page[0]


def test_time_looks_optimism_and_left_out_columns_are_said(page):
    text = " ".join(re.sub(r"<[^>]+>", " ", section(page[0])).split())
    assert "52 of 60 s were used" in text
    assert "It brings the last percent, so it comes last." in text
    assert "15 trainings were scored on validation rows" in text
    assert "flatters the score by about 0.012" in text
    assert "opened once" in text
    assert "gives the answer away" in text


def test_everything_from_data_is_escaped(page):
    html = page[0]
    assert "<script" not in html
    assert "&lt;/section&gt;&lt;script&gt;" in html
    assert "{{ 7 * 7 }}" in html
    assert html.count('<section id="study">') == html.count('id="study"') == 1


def test_the_chart_is_in_the_page_and_beside_it(page):
    html, folder = page
    assert 'aria-label="What each change did.' in html
    assert "units 32,16: not distinguishable" in html
    assert (folder / "study.png").read_bytes()[:4] == b"\x89PNG"
    # On a dark page, dark words need a ground.
    assert Image.open(folder / "study.png").convert("RGBA").getpixel((3, 3)) == (255,) * 4


def test_every_link_to_a_rule_leads_somewhere(page):
    html = page[0]
    targets = set(re.findall(r'id="([\w-]+)"', html))
    assert set(re.findall(r'href="#(rule-[\w-]+)"', html)) <= targets


def test_a_plain_run_has_no_such_section(make_run):
    folder = make_run("binary")
    html = build_report(folder).read_text(encoding="utf-8")
    assert "How this config came about" not in html
    assert study_content(Facts(open_run(folder)).entries) is None
    assert not (folder / "study.png").exists()


def test_a_study_without_a_change_and_one_cut_short_have_pages_too(make_study):
    html = build_report(make_study(steps=())).read_text(encoding="utf-8")
    assert "No change was tried." in section(html)
    html = build_report(make_study("interrupted", end=False)).read_text(encoding="utf-8")
    assert "the study was cut short" in section(html)
    assert "goodfit fit --resume" in html


def test_a_damaged_ledger_is_one_clear_error(make_study):
    from goodfit.zoo.errors import BadInput

    folder = make_study()
    path = folder / "ledger.jsonl"
    path.write_text(path.read_text().replace('"kept"', '"reverted"'))
    with pytest.raises(BadInput, match="does not fit its checksum"):
        build_report(folder)


def test_each_mistake_has_its_line_from_the_ledger(make_study):
    found = mistakes(open_run(make_study()))
    assert {item.state for item in found.values()} == {"done"}
    assert found["MIS-2"].evidence == (
        "The validation rows were looked at 15 times, which flatters the score by about 0.012; "
        "the test rows were opened once."
    )
    assert found["MIS-4"].evidence.endswith("ended early.")
    assert found["MIS-5"].evidence == (
        "Each of 4 steps changed one setting; 1 step looked for the learning rate again. "
        "The baseline began with your dropout."
    )
    assert "3 comparisons with another rate stand behind it" in found["MIS-6"].evidence
    assert "the intervals of 4 changes" in found["MIS-7"].evidence


def test_a_step_that_changed_two_settings_is_a_mistake(make_study):
    run = open_run(make_study(steps=()))
    facts = Facts(run)
    entries = [dict(entry) for entry in made_entries(steps=STEPS[:1])]
    entries[-2]["difference"] = {"dropout": (0.0, 0.3), "l2": (0.0, 0.1)}
    facts.__dict__["entries"] = entries
    from goodfit.tools.report.mistakes import one_change

    assert one_change(facts) == ("not done", "Several settings changed at once in dropout 0.3.")
    facts = Facts(run)
    assert one_change(facts) == ("done", "No change was tried.")


def test_a_plain_run_has_its_lines_from_the_record(make_run):
    run = open_run(make_run("binary"))
    found = mistakes(run)
    assert found["MIS-1"].evidence == "397 train, 85 validation, 85 test rows."
    assert found["MIS-2"].evidence == (
        "The validation rows were watched over 40 epochs of one training; the test rows were "
        "opened once."
    )
    searched = dataclasses.replace(run, record={**run.record, "looks": 30})
    assert (
        "were looked at 30 times, by the trials of a search" in mistakes(searched)["MIS-2"].evidence
    )
    sealed = dataclasses.replace(run, record={**run.record, "test_openings": 0})
    assert mistakes(sealed)["MIS-2"].evidence.endswith("never opened.")
    assert "documented" not in found


def test_the_ledger_belongs_to_what_is_documented(make_study):
    lists = {list_.rule: list_ for list_ in fill_checklists(open_run(make_study()))}
    items = {item.title: item.evidence for _, item in lists["CHK-3"].items}
    assert "of the study in ledger.jsonl" in items["Results documented"]
