"""The charts hold the numbers they were given, and become small SVG that is safe in a page."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from goodfit.tools import (
    draw_calibration,
    draw_comparison,
    draw_confusion_matrix,
    draw_distributions,
    draw_history,
    draw_precision_recall,
    draw_predictions,
    draw_residuals,
    draw_roc,
    draw_threshold,
)
from goodfit.tools.report.drawing import PALETTE, inline_svg, plain_label

NASTY = '</svg><script>alert(1)</script> $x$ and $y$ id="a" & \x00\x1b[31m\ud83d'
HISTORY = {"loss": [0.9, 0.5, 0.4], "val_loss": [1.0, 0.7, 0.8], "accuracy": [0.5, 0.6, 0.7]}
ROC = {"false_positive_rate": [0, 0.1, 1], "true_positive_rate": [0, 0.8, 1]}
RECALL = {"recall": [0.2, 0.6, 1], "precision": [1, 0.9, 0.4]}

FIGURES = {
    "history": lambda name: draw_history(HISTORY, title=name, findings=[{"epoch": 2}]),
    "confusion": lambda name: draw_confusion_matrix([[8, 1], [2, 9]], [name, "b"]),
    "roc": lambda name: draw_roc({name: ROC}, area=0.85),
    "rocs": lambda name: draw_roc({f"{name}{i}": ROC for i in range(5)}),
    "recall": lambda name: draw_precision_recall({name: RECALL}, prevalence=0.4, title=name),
    "calibration": lambda name: draw_calibration([0.1, 0.9], [0.2, 0.8], [3, 4], title=name),
    "threshold": lambda name: draw_threshold([0.1, 0.9], [0.4, 1], [1, 0.2], title=name),
    "predictions": lambda name: draw_predictions([1, 2], [1, 3], unit=name),
    "residuals": lambda name: draw_residuals([1, 2], [0, 1], unit=name),
    "distributions": lambda name: draw_distributions(
        [{"name": name, "top": [{"value": name, "count": 3}]}]
    ),
    "comparison": lambda name: draw_comparison({name: (0.9, 0.8, 1.0)}, metric="f1"),
}


def line_values(figure, label):
    return next(line for line in figure.axes[0].lines if line.get_label() == label).get_ydata()


def test_history_draws_both_curves_and_marks():
    figure = draw_history(HISTORY, best_epoch=2, findings=[{"epoch": None}, {"epoch": 3}])
    assert line_values(figure, "training").tolist() == [0.9, 0.5, 0.4]
    assert line_values(figure, "validation").tolist() == [1.0, 0.7, 0.8]
    notes = [text.get_text() for text in figure.axes[0].texts]
    assert notes == ["best: 2", "finding 2"]


def test_history_of_a_quantity_without_validation():
    figure = draw_history(HISTORY, "accuracy")
    assert line_values(figure, "training").tolist() == [0.5, 0.6, 0.7]
    assert "validation" not in figure.axes[0].get_legend_handles_labels()[1]


@pytest.mark.parametrize("values", [[float("nan")], [0.5, None, float("inf")], []])
def test_history_with_nothing_to_draw_says_so(values):
    figure = draw_history({"loss": values})
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert ("not a number" in labels) == bool(values)
    inline_svg(figure, "a", "b")


def test_two_curves_differ_by_more_than_colour():
    axes = draw_history(HISTORY).axes[0]
    styles = {line.get_linestyle() for line in axes.lines if not line.get_label().startswith("_")}
    dashes = {str(line._dash_pattern) for line in axes.lines}
    assert len(styles | dashes) > 1


def test_confusion_matrix_of_many_classes_keeps_the_confused():
    counts = np.eye(50, dtype=int) * 9
    counts[40, 41] = 5
    figure = draw_confusion_matrix(counts, [f"class {i}" for i in range(50)])
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == 20
    assert {"class 40", "class 41"} <= set(labels)


def test_several_curves_name_the_three_with_the_least_area():
    curves = {
        str(i): {"false_positive_rate": [0, 0, 1], "true_positive_rate": [0, i / 5, 1]}
        for i in range(5)
    }
    figure = draw_roc(curves)
    assert figure.axes[0].get_legend_handles_labels()[1] == ["0", "1", "2"]


def test_comparison_draws_the_interval_of_each():
    figure = draw_comparison({"model": (0.9, 0.8, 0.95), "mean": (0.5, 0.4, 0.6)})
    bars = [line.get_xdata() for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    assert [list(bar) for bar in bars] == [[0.8, 0.95], [0.4, 0.6]]


def test_distributions_draw_bins_and_values():
    number = {"name": "n", "histogram": {"edges": [0.0, 1.0, 2.5], "counts": [4, 6]}}
    day = {"name": "d", "histogram": {"edges": ["2024-01-01", "2024-02-01"], "counts": [3]}}
    kind = {"name": "k", "top": [{"value": "a", "count": 5}], "other": 2}
    empty = {"name": "e", "top": [], "other": 0}
    figure = draw_distributions([number, day, kind, empty])
    heights = [[bar.get_height() for bar in axes.patches] for axes in figure.axes]
    assert heights == [[4, 6], [3], [5, 2]]
    ends = [[label.get_text() for label in axes.get_xticklabels()] for axes in figure.axes]
    assert ends == [["0", "2.5"], ["2024-01-01"], ["a", "all others"]]


def test_many_points_are_thinned():
    figure = draw_predictions(np.arange(5000), np.arange(5000))
    points = figure.axes[0].lines[1].get_xdata()
    assert len(points) == 300
    assert (points[0], points[-1]) == (0, 4999)


@pytest.mark.parametrize("kind", FIGURES)
def test_any_name_becomes_harmless_svg(kind):
    svg = inline_svg(FIGURES[kind](NASTY), "chart1", NASTY)
    ElementTree.fromstring(svg.encode("utf-8", "replace"))  # well formed
    assert "<script" not in svg
    assert "http" not in svg
    assert "<style" not in svg
    colours = set(re.findall(r"#[0-9a-f]{6}", svg))
    assert not colours, "every colour is a variable, so that dark pages work"
    ids = re.findall(r'\sid="([^"]*)"', re.sub(r">[^<]*<", "><", svg))
    assert all(id.startswith("chart1-") for id in ids)
    used = re.findall(r'(?:href="|url\()#([^")]*)', svg)
    assert set(used) == set(ids)
    assert len(svg) < 20_000


def test_svg_is_the_same_each_time():
    drawn = {inline_svg(FIGURES["roc"]("a"), "x", "y") for _ in range(2)}
    assert len(drawn) == 1


def test_svg_keeps_its_text_as_text():
    svg = inline_svg(draw_confusion_matrix([[8, 1], [2, 9]], ["no", "yes"]), "a", "b")
    assert {"no", "yes", "8", "predicted"} <= set(re.findall(r">([^<>]+)</text>", svg))


def test_the_colours_can_be_told_apart():
    assert len(set(PALETTE.values())) == len(PALETTE)


def contrast(one, other):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("role", ["ink", "muted", "main", "other", "good", "bad"])
def test_colours_are_readable_on_paper(role):
    assert contrast(PALETTE[role], PALETTE["paper"]) >= 4.5


def test_labels_hold_no_formula_and_no_control_character():
    assert plain_label("$a$\x07\nb") == r"\$a\$ b"
    assert draw_history(HISTORY, title="$a$ $b$").axes[0].get_title("left") == r"\$a\$ \$b\$"
    svg = inline_svg(draw_history(HISTORY, title="$a$ $b$"), "a", "b")
    assert ">$a$ $b$</text>" in svg
