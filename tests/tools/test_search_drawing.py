"""The pictures of a search, from searches that are made up."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from goodfit.recipes.studying.measuring import Measure
from goodfit.recipes.tuning.importance import importance, places_of_values
from goodfit.recipes.tuning.journal import Journal
from goodfit.recipes.tuning.search import Search
from goodfit.tools import draw_importance, draw_parallel_coordinates
from goodfit.zoo import BadInput

sys.path.insert(0, str(Path(__file__).parents[1] / "recipes" / "tuning"))
from made_search import CONFIG, SPACE, MadeExecutor, carried_out

LOSS = Measure("log_loss", less_is_better=True)


@pytest.fixture
def made(tmp_path):
    """Return a function that makes a search of so many trials."""

    def search(trials, **options):
        path = tmp_path / f"{trials}.jsonl"
        Journal(path).begin({"space": SPACE.to_dict(), "config": CONFIG.to_dict()})
        journal, *_ = carried_out(path, trials=trials, **options)
        return Search(Path("search"), journal, LOSS)

    return search


def coloured(figure):
    lines = figure.axes[0].lines
    return [line for line in lines if line.get_linewidth() > 1.1]


def test_the_setting_that_the_scores_were_made_of_comes_first_and_one_of_no_use_last(made):
    found = importance(made(60))
    shares = {name: share for name, share, _ in found.shares}
    # The score is the distance of the rate's logarithm, twice as wide as all the others.
    assert found.shares[0][0] == "learning_rate"
    assert shares["learning_rate"] > 5 * shares["weight_decay"]
    assert found.explained > 0.5
    assert found.trials == 60
    assert made(60).importance() == found


def test_too_few_trials_tell_nothing(made):
    with pytest.raises(BadInput, match="Too few trials") as error:
        importance(made(5))
    assert error.value.problems[0].received == "5"


def test_the_best_trial_is_the_thick_line_and_ends_on_top(made):
    search = made(30)
    figure = draw_parallel_coordinates(search)
    (thick,) = [line for line in coloured(figure) if line.get_linewidth() > 2]
    best = search.best
    places = thick.get_ydata()
    assert places[-1] == 1.0
    for number, each in enumerate(SPACE):
        value = places_of_values(each, [best.values.get(each.setting)])[0]
        assert places[number] == pytest.approx(max(value, -0.12))


def test_each_completed_trial_is_a_line_and_a_failed_one_is_none(made):
    search = made(12, executor=MadeExecutor(fails=("trial-0003",)))
    figure = draw_parallel_coordinates(search)
    settings = len(SPACE)
    trials = [line for line in figure.axes[0].lines if len(line.get_ydata()) == settings + 1]
    assert len(trials) == 11
    assert all(np.isfinite(line.get_ydata()).all() for line in trials)


def test_a_search_of_which_nothing_came_is_drawn_as_empty_axes(made):
    search = made(3, executor=MadeExecutor(fails="all"))
    figure = draw_parallel_coordinates(search)
    assert figure.axes[0].get_title(loc="left") == "0 trials"
    assert math.isnan(search.gain)


def test_the_title_says_how_much_the_settings_explain(made):
    search = made(40)
    figure = draw_importance(search)
    explained = importance(search).explained
    assert f"{explained:.0%} of the order of 40 trials" in figure.texts[0].get_text()
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[0] == "learning_rate"
