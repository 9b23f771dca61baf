"""The page shows what augmentation does: pictures, lines, and texts with what changed marked."""

import json

import numpy as np
import pytest
from goodfit.recipes import Config, augmented_samples, load, split
from goodfit.tools import build_report, draw_augmented
from goodfit.tools.report.drawing import inline_svg

LABELS = np.array(["up", "<b>down"] * 20)


def samples(x, **reading):
    splits = split(load((x, LABELS), **reading), seed=1)
    return augmented_samples(splits, Config(augmentation="standard"), count=2, copies=3)


def pictures():
    return samples(np.random.default_rng(0).integers(0, 255, (40, 6, 6, 3)).astype("uint8"))


def test_pictures_are_a_sheet_of_rows_and_copies():
    figure = draw_augmented(pictures())
    (axes,) = figure.axes
    (sheet,) = axes.images
    height, width, _ = sheet.get_array().shape
    assert width / height == pytest.approx(4 / 2, rel=0.1)
    assert {text.get_text() for text in axes.texts} == {"up", "<b>down"}
    svg = inline_svg(draw_augmented(pictures(), title=""), "x", "pictures")
    assert svg.count("data:image/png;base64") == 1


def test_series_are_drawn_over_each_other():
    x = np.random.default_rng(0).normal(size=(40, 30, 2)).cumsum(axis=1)
    figure = draw_augmented(samples(x))
    assert [len(axes.lines) for axes in figure.axes] == [4, 4]
    original, changed = figure.axes[0].lines[:2]
    assert original.get_linewidth() > changed.get_linewidth()
    assert not np.array_equal(original.get_ydata(), changed.get_ydata())


def test_the_page_shows_pictures_and_marks_changed_words(make_run):
    said = [[f"the staff was <i>friendly</i> and quick {n}"] for n in range(40)]
    texts = samples(said, types={"x0": "text"})
    shown = [sample.to_dict() for sample in (*pictures(), *texts)]
    folder = make_run("binary", augmentation=json.loads(json.dumps(shown)))
    page = build_report(folder).read_text(encoding="utf-8")
    start = page.index('<section id="augmentation">')
    section = page[start : page.index("</section>", start)]
    assert section.count("<mark>") >= 3
    assert "<i>" not in section
    assert "<b>down" not in section
    assert "data:image/png;base64" in section
    for rule in ("LVL-1", "REG-4", "REG-5"):
        assert f'href="#rule-{rule}"' in section
        assert f'id="rule-{rule}"' in page
    assert 'href="#augmentation"' in page
    plain = build_report(make_run("binary")).read_text(encoding="utf-8")
    assert 'id="augmentation"' not in plain
