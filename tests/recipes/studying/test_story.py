"""The story, the outline, the table and the picture of a study, from a ledger that is made up."""

import json
import math

import pytest
from goodfit.recipes import Config, Run, Study
from goodfit.recipes.studying.drawing import COLOURS, draw_study
from goodfit.recipes.studying.notebook import study_html
from goodfit.recipes.studying.steps import interval_within, shares_of, steps_of
from goodfit.recipes.studying.story import outline, scored, tell_story
from made_study import STEPS, made_entries, made_ledger

HOSTILE = "<b>$x$ & \x1b[2J"


def text_of(ledger):
    return "\n".join(
        line for part in tell_story(ledger) for told in (part.title, *part.paragraphs)
        for line in ([told] if isinstance(told, str) else told)
    )  # fmt: skip


def test_the_phases_are_the_chapters():
    titles = [chapter.title for chapter in tell_story(made_ledger())]
    assert titles == [
        "Phase 1: prepare", "Phase 2: baseline", "Phase 4: regularize", "Phase 5: fine-tune",
        "The end", "How the time was divided",
    ]  # fmt: skip


def test_each_step_says_what_was_hoped_what_was_measured_and_what_was_decided():
    chapters = {chapter.title: chapter for chapter in tell_story(made_ledger())}
    kept, unclear = chapters["Phase 4: regularize"].paragraphs
    assert kept == (
        "1. dropout 0.3 (LVL-1, REG-2): kept.",
        "Less is learned by heart.",
        "Why now: Found before dropout.",
        "The change helps: gain 0.09.",
        "Findings: overfitting before, none after.",
        "3 trainings, 4 s.",
    )
    rate = "The learning rate was looked for again: x0.3 0.33, x1 0.31, x3 0.305, so it became "
    assert rate + "0.003." in unclear
    assert "It learns by heart." in unclear


def test_the_end_counts_looks_and_openings():
    text = text_of(made_ledger())
    assert "15 trainings were scored on validation rows" in text
    assert "flatters the score by about 0.012" in text
    assert "Test: log loss 0.33 (0.25 to 0.41); opened once." in text
    assert "52 of 60 s were used." in text
    assert "It brings the last percent, so it comes last." in text


def test_a_seed_that_was_chosen_is_said():
    entries = [*made_entries()]
    seed = {"kind": "seed", "seed": 3, "metric": "log_loss", "scores": {"0": 0.4, "3": 0.3}}
    entries.insert(-1, {**entries[-1], **seed})
    assert "The last training's seed is 3, the best of 2 on the validation rows." in text_of(
        entries
    )


def test_no_luck_is_seen_in_what_was_best_everywhere():
    entries = [*made_entries()]
    entries[-1]["optimism"] = 0.0
    assert "the best wherever it was compared" in dict(outline(entries))["looks"]


def test_a_column_that_was_left_out_is_named():
    text = text_of(made_ledger(leak=True, name="paid"))
    assert "Left out: paid." in text
    assert ("left out", "paid: The column paid gives the answer away.") in outline(
        made_ledger(leak=True, name="paid")
    )


def test_the_outline_groups_changes_by_verdict():
    found = dict(outline(made_ledger()))
    assert found["baseline"] == "log loss 0.4 (0 to 0.85)"
    assert found["kept"] == "dropout 0.3"
    assert found["reverted"] == "learning_rate 0.009, optimizer adamw"
    assert found["not distinguishable"] == "units 32,16 (the simpler, so it stays)"
    assert found["validation"] == "log loss 0.305 (0.24 to 0.37), mean of 5 trainings"
    assert found["test"].endswith("opened once")


def test_a_study_that_was_cut_short_has_a_story_too():
    for steps in ((), STEPS[:1]):
        ledger = made_ledger(end=False, steps=steps)
        assert tell_story(ledger)[-2].title == "Cut short"
        assert dict(outline(ledger))["end"] == "the study was cut short"
        assert draw_study(ledger).axes
    assert dict(outline(made_ledger(steps=())))["changes"] == "none was tried"
    assert "nothing else was tried" in text_of(made_ledger(steps=()))
    assert [chapter.title for chapter in tell_story([])] == ["Cut short"]
    assert draw_study([]).axes


def test_a_test_set_that_was_not_opened_is_said_to_be_sealed():
    entries = [*made_entries()]
    entries[-1] |= {"test": None, "test_openings": 0}
    assert dict(outline(entries))["test"] == "still sealed"
    assert "The test rows are still sealed." in text_of(entries)


def test_where_no_training_was_compared_the_last_one_is_told():
    entries = [*made_entries(steps=())]
    entries[-1]["score"] = {"value": None, "low": None, "high": None}
    assert dict(outline(entries))["validation"] == "log loss 0.3 (0.2 to 0.4), one training"


def test_steps_come_back_from_json_with_their_types():
    kept, unclear, reverted, failed = steps_of(made_ledger())
    assert (kept.name, kept.phase, kept.stayed) == ("dropout 0.3", 4, True)
    assert unclear.difference == {"units": ([128, 64], [32, 16]), "learning_rate": (0.001, 0.003)}
    assert (reverted.stayed, reverted.high) == (False, -0.13)
    assert math.isnan(failed.after)


def test_what_no_step_used_went_into_the_last_part():
    shares = {share.name: share for share in shares_of(made_ledger())}
    assert shares["baseline"].seconds == 6.0
    assert shares["capacity and regularization"].seconds == 9.0
    assert shares["fine-tuning"].seconds == 9.0
    assert shares["final training"].seconds == pytest.approx(52.5 - 24.0)
    assert all(share.reason for share in shares.values())


def test_an_interval_does_not_leave_what_the_metric_can_be():
    assert interval_within("rmse", {"value": 1.0, "low": -2.0, "high": 4.0}) == (1.0, 0.0, 4.0)
    assert interval_within("r2", {"value": 0.5, "low": -1.0, "high": 1.5}) == (0.5, -1.0, 1.0)
    none = interval_within("rmse", {"value": 1.0, "low": None, "high": None})
    assert all(math.isnan(end) for end in none[1:])
    assert scored("rmse", {"value": None, "low": None, "high": None}) == "RMSE unknown"


def test_the_picture_has_a_line_for_each_change_in_the_colour_of_its_verdict():
    figure = draw_study(made_ledger())
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == [
        "baseline", "1. dropout 0.3", "2. units 32,16", "3. learning rate 0.009",
        "4. optimizer adamw", "kept config", "test rows",
    ]  # fmt: skip
    dots = {
        line.get_ydata()[0]: line
        for line in axes.lines
        if line.get_marker() in ("o", "<", ">") and len(line.get_ydata()) == 1
    }
    assert dots[1].get_color() == COLOURS["good"]
    assert dots[1].get_markerfacecolor() == COLOURS["good"]
    assert dots[3].get_color() == COLOURS["bad"]
    assert dots[3].get_markerfacecolor() == "none"
    assert "no model " in [text.get_text() for text in axes.texts]
    low, high = axes.get_xlim()
    assert low < 0.305
    assert high < 1.0


def test_the_picture_can_be_saved_whatever_a_value_is_called(tmp_path):
    hostile = STEPS[3][0].__class__("synonyms", "a$b$ <x>", "Why.", "REG-5", 4)
    ledger = made_ledger(steps=(*STEPS, (hostile, *STEPS[3][1:])))
    draw_study(ledger, title="").savefig(tmp_path / "study.png")
    assert (tmp_path / "study.png").stat().st_size > 1000


def test_a_notebook_shows_the_study_with_everything_escaped():
    ledger = made_ledger(leak=True, name=HOSTILE)
    html = study_html(ledger)
    assert HOSTILE not in html
    assert "&lt;b&gt;$x$ &amp;" in html
    assert "<b>dropout 0.3</b>" in html
    study = Study(Run(Config(), {"study": {}}, (), ()), ledger)
    assert study._repr_html_() == html
    assert study.plot().axes


def test_why_names_what_was_tried_of_a_setting():
    study = Study(Run(Config(), {}, (), ()), made_ledger())
    reason = study.why("learning_rate").reason
    assert "Step 2 tried units 32,16: not distinguishable." in reason
    assert "Step 3 tried learning_rate 0.009: reverted." in reason


def test_the_entries_are_plain_json():
    for entry in made_ledger(leak=True):
        json.dumps(entry, allow_nan=False)
