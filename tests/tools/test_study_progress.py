"""What a study shows while it goes on: live on a terminal, a line for each decision elsewhere."""

import io

import pytest
from goodfit.tools.study_progress import StudyProgress, time_text

CHANGE = {
    "number": 1, "phase": 4, "change": "dropout 0.3", "hypothesis": "Less by heart.",
    "state": "Found: overfitting.", "remaining": 42.0, "trainings": 3,
}  # fmt: skip
VERDICT = {
    "number": 1, "change": "dropout 0.3", "verdict": "kept", "sentence": "The change helps.",
    "remaining": 30.0, "trainings": 9,
}  # fmt: skip


def events(progress):
    progress("step", "reading the data")
    progress("study", {"folder": "runs/x", "metric": "log_loss", "minutes": 1.0})
    progress("phase", {"phase": 2, "reason": "What is feasible?", "remaining": 50.0})
    progress("trial", {"change": "baseline", "place": 0, "phase": 2})
    progress("epoch", {"epoch": 1, "epochs": 9, "loss": 0.5, "val_loss": 0.6})
    best = {"metric": "log_loss", "value": 0.4, "low": -0.1, "high": 0.9}
    progress("best", best | {"remaining": 44.0, "trainings": 3})
    progress("change", CHANGE)
    progress("epoch", {"epoch": 2, "epochs": 9, "loss": 0.5, "val_loss": 0.6})


def test_lines_for_phases_changes_and_verdicts_where_there_is_no_terminal():
    stream = io.StringIO()
    with StudyProgress(stream) as progress:
        events(progress)
        progress("verdict", VERDICT)
        progress("step", "evaluating")
    assert stream.getvalue().splitlines() == [
        "reading the data",
        "phase 2, baseline: What is feasible?",
        "  best log loss 0.4 (0 to 0.9)",
        "phase 4, regularize: change 1, dropout 0.3. Found: overfitting. Less by heart.",
        "  dropout 0.3: kept. The change helps.",
        "evaluating",
    ]
    assert str(progress.folder) == "runs/x"
    assert (progress.trainings, progress.changes) == (9, 1)


def test_phase_change_best_and_time_left_stand_in_two_lines():
    progress = StudyProgress(io.StringIO(), quiet=True)
    events(progress)
    assert progress.text() == "phase 4, regularize: change 1, dropout 0.3, epoch 2/9"
    best, trainings, left = progress.status().split("  ")
    assert best == "best log loss 0.4 (0 to 0.9)"
    assert trainings == "3 trainings"
    assert left in ("42 s left", "41 s left")


@pytest.mark.parametrize("width", [12, 30, 45])
def test_both_lines_fit_the_terminal(width):
    progress = StudyProgress(io.StringIO(), quiet=True)
    events(progress)
    assert len(progress.text(width)) <= width
    assert len(progress.status(width)) <= width


def test_quiet_writes_nothing():
    stream = io.StringIO()
    with StudyProgress(stream, quiet=True) as progress:
        events(progress)
    assert stream.getvalue() == ""


def test_a_terminal_keeps_the_verdicts_above_the_live_lines(monkeypatch):
    class Screen(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Screen()
    with StudyProgress(stream) as progress:
        events(progress)
        progress._live.refresh()
        progress("verdict", VERDICT)
    text = stream.getvalue()
    assert "best log loss 0.4" in text
    assert "dropout 0.3: kept. The change helps." in text


def test_names_from_data_command_no_terminal():
    stream = io.StringIO()
    with StudyProgress(stream) as progress:
        progress("change", CHANGE | {"change": "synonyms \x1b[2J"})
    assert "\x1b" not in stream.getvalue()


def test_times_are_told_as_people_do():
    assert [time_text(s) for s in (0.2, 59.6, 61, 3600)] == ["0 s", "1 min 0 s", "1 min 1 s",
        "1 h 0 min"]  # fmt: skip
