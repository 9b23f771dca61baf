"""The line of a training in progress: live on a terminal, now and then elsewhere, or not at all."""

import io

import pytest
from goodfit.tools.progress import Progress

LOSSES = [0.9, 0.7, 0.5, 0.6, 0.8, 0.65]


def events(progress, losses=LOSSES):
    progress("step", "training 9 parameters")
    for epoch, loss in enumerate(losses, 1):
        logs = {"epoch": epoch, "epochs": 200, "loss": loss / 2, "val_loss": loss, "patience": 15}
        progress("epoch", logs)


def test_plain_lines_for_steps_and_some_epochs():
    stream = io.StringIO()
    with Progress(stream) as progress:
        events(progress)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "training 9 parameters"
    assert [line.split()[1] for line in lines[1:]] == ["1/200", "2/200", "3/200", "5/200", "6/200"]
    assert lines[-1] == (
        "epoch   6/200  loss 0.325  val_loss 0.650  best 0.500 at 3  patience 12 left"
    )


def test_quiet_writes_nothing():
    stream = io.StringIO()
    with Progress(stream, quiet=True) as progress:
        events(progress)
    assert stream.getvalue() == ""


def test_losses_that_are_not_numbers_are_never_the_best():
    progress = Progress(io.StringIO())
    events(progress, [0.5, float("nan"), float("inf")])
    assert progress.best == (0.5, 1)
    assert "val_loss -" in progress.text()


@pytest.mark.parametrize("width", [20, 45, 60, 80])
def test_the_line_fits_the_terminal(width):
    progress = Progress(io.StringIO())
    events(progress)
    assert progress.text(width) == progress.text()[:width].rstrip() or len(progress.text()) > width
    assert len(progress.text(width)) <= width
    assert progress.text(width).startswith("epoch   6/200")


def test_the_live_line_is_taken_away_at_the_end(monkeypatch):
    class Screen(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Screen()
    with Progress(stream) as progress:
        events(progress)
    text = stream.getvalue()
    assert "\x1b[?25h" in text  # the cursor is back
    assert text.endswith("\x1b[2K")  # and the line is gone
    assert text.count("\n") <= 1
