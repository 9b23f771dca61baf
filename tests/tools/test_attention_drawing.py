"""The heat maps of attention: one for each head beside the average, cut where nobody could read."""

import numpy as np
import pytest
from goodfit.tools import draw_attention
from goodfit.zoo import Attention
from matplotlib.backends.backend_agg import FigureCanvasAgg


def made(heads, queries, keys):
    weights = np.random.default_rng(0).random((heads, queries, keys))
    return Attention(
        weights / weights.sum(axis=-1, keepdims=True),
        tuple(f"q{i}" for i in range(queries)),
        tuple(f"cost ${i}" for i in range(keys)),
    )


def test_every_head_and_the_average_are_drawn_with_their_words():
    seen = made(2, 3, 4)
    figure = draw_attention(seen, title="layer")
    average, first, second = figure.axes
    np.testing.assert_allclose(average.images[0].get_array(), seen.weights.mean(axis=0))
    np.testing.assert_allclose(second.images[0].get_array(), seen.weights[1])
    assert [label.get_text() for label in first.get_yticklabels()] == ["q0", "q1", "q2"]
    assert first.get_xticklabels()[0].get_text() == r"cost \$0"


def test_one_head_has_no_average():
    (axes,) = draw_attention(made(1, 2, 2)).axes
    assert axes.get_title(loc="left").startswith("weights, to 0.")


@pytest.mark.parametrize(("heads", "steps"), [(2, 60), (20, 3)])
def test_what_is_cut_is_told(heads, steps):
    figure = draw_attention(made(heads, steps, steps), title="layer")
    said = " ".join(text.get_text() for text in figure.texts)
    assert ("The first 48 of 60 steps." in said) is (steps == 60)
    assert ("The first 16 of 20 heads." in said) is (heads == 20)
    assert len(figure.axes) == 1 + min(heads, 16)
    assert figure.axes[0].images[0].get_array().shape == (min(steps, 48), min(steps, 48))


def test_no_label_leaves_the_picture():
    """The bug: long words cut at the left edge."""
    words = ("incomprehensibilities", "a")
    weights = np.full((3, 2, 2), 0.5)
    figure = draw_attention(Attention(weights, words, words), title="a long name of a layer")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    box, renderer = figure.bbox, canvas.get_renderer()
    labels = [label for axes in figure.axes for label in axes.get_yticklabels()]
    labels += [label for axes in figure.axes for label in axes.get_xticklabels()]
    for label in [*labels, *figure.texts]:
        where = label.get_window_extent(renderer)
        outside = (box.x0 - where.x0, where.x1 - box.x1, box.y0 - where.y0, where.y1 - box.y1)
        assert max(outside) <= 1, label.get_text()
